/*
 * The provider as the settings have it. Auth0's addresses are known; those of
 * any other provider are asked for.
 */
#include "provider.h"

#include "auth_parts.h"
#include "date.h"
#include "fail.h"

#define LEEWAY_S 30

/* The same settings for the two ways to name a provider. */
typedef struct names {
    const char *id;
    const char *secret;
    const char *audience;
} names;

static const names auth0_names = {"AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET",
                                  "AUTH0_AUDIENCE"};
static const names oidc_names = {"OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET",
                                 "OIDC_AUDIENCE"};

static bool is_auth0(const canon *c)
{
    const char *wanted = canon_setting_text(c, "AUTH_PROVIDER");

    if (*wanted)
        return strcmp(wanted, "auth0") == 0;
    return *canon_setting_text(c, "AUTH0_DOMAIN") != '\0';
}

bool cn_provider_is_set(const canon *c)
{
    return *canon_setting_text(c, is_auth0(c) ? "AUTH0_DOMAIN"
                                              : "OIDC_ISSUER") != '\0';
}

static int auth0_endpoints(canon_conn *conn, cn_endpoints *out)
{
    const char *domain = canon_setting_text(conn->engine, "AUTH0_DOMAIN");
    const struct {
        const char **url;
        const char *path;
    } all[] = {
        {&out->issuer, "/"},
        {&out->authorize, "/authorize"},
        {&out->token, "/oauth/token"},
        {&out->device, "/oauth/device/code"},
        {&out->revoke, "/oauth/revoke"},
        {&out->keys, "/.well-known/jwks.json"},
        {&out->logout, "/v2/logout"},
    };

    out->basic = false;
    out->names_iss = false;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        *all[i].url =
            cn_arena_printf(&conn->arena, "https://%s%s", domain, all[i].path);
        if (!*all[i].url)
            return cn_fail_memory(&conn->err);
    }
    return CANON_OK;
}

/* offline_access makes the provider give a refresh token. */
static const char *with_offline(canon_conn *conn, const char *scopes)
{
    cn_slice rest = cn_str(scopes);

    while (rest.ptr) {
        if (cn_slice_is(cn_slice_cut(&rest, ' '), "offline_access"))
            return scopes;
    }
    return cn_arena_printf(&conn->arena, "%s offline_access", scopes);
}

int cn_provider_get(canon_conn *conn, cn_provider *out)
{
    const canon *c = conn->engine;
    const char *device = canon_setting_text(c, "AUTH0_DEVICE_CLIENT_ID");
    const names *n = is_auth0(c) ? &auth0_names : &oidc_names;
    int rc;

    memset(out, 0, sizeof(*out));
    if (!cn_provider_is_set(c)) {
        return cn_fail(&conn->err, CANON_EUNSUPPORTED,
                       "no login provider is configured");
    }
    out->auth0 = is_auth0(c);
    rc = out->auth0 ? auth0_endpoints(conn, &out->at)
                    : cn_keyring_endpoints(
                          conn, canon_setting_text(c, "OIDC_ISSUER"), &out->at);
    if (rc)
        return rc;
    out->client.id = canon_setting_text(c, n->id);
    out->client.secret = canon_setting_text(c, n->secret);
    out->client.basic = out->at.basic;
    out->device = out->client;
    if (*device) {
        out->device.id = device;
        out->device.secret = ""; /* a native client has none */
    }
    out->audience = canon_setting_text(c, n->audience);
    out->scopes = with_offline(conn, canon_setting_text(c, "OIDC_SCOPES"));
    return out->scopes ? CANON_OK : cn_fail_memory(&conn->err);
}

/* What needs no key is looked at first: what is malformed is so whether or not
 * the provider answers. */
static int open_token(canon_conn *conn, const char *token,
                      cn_jwt_policy *policy, int *failure_out, cn_jwt *out)
{
    int failure;

    policy->kinds =
        cn_jwt_kinds(canon_setting_text(conn->engine, "JWT_ALGORITHMS"));
    failure = cn_jwt_open(cn_str(token), policy, &conn->arena, out);
    *failure_out = failure > 0 ? failure : CN_JWT_VALID;
    return failure ? cn_keyring_refuse(conn, failure) : CANON_OK;
}

static int check_opened(canon_conn *conn, const cn_provider *p,
                        const cn_jwt *token, cn_jwt_policy *policy,
                        int *failure_out, cn_claims *out)
{
    policy->issuer = p->at.issuer;
    policy->now_s = (double)canon_now_us(conn->engine) / CN_US_SECOND;
    policy->leeway_s = LEEWAY_S;
    return cn_keyring_verify(conn, p->at.keys, token, policy, failure_out, out);
}

static int check(canon_conn *conn, const cn_provider *p, const char *token,
                 cn_jwt_policy *policy, cn_claims *out)
{
    cn_jwt opened;
    int failure;
    int rc = open_token(conn, token, policy, &failure, &opened);

    return rc ? rc : check_opened(conn, p, &opened, policy, &failure, out);
}

int cn_provider_verify(canon_conn *conn, const char *token, int *failure_out,
                       cn_claims *out)
{
    cn_jwt_policy policy = {0};
    cn_provider p;
    cn_jwt opened;
    int rc = open_token(conn, token, &policy, failure_out, &opened);

    if (!rc)
        rc = cn_provider_get(conn, &p);
    if (rc)
        return rc;
    policy.audience = p.audience;
    return check_opened(conn, &p, &opened, &policy, failure_out, out);
}

/* A token that the provider handed out itself must be good. */
static int log_failure(canon_conn *conn, const char *what, int rc)
{
    if (rc == CANON_EAUTH) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "the provider's %s token was refused: %s", what,
                     conn->err.text);
    }
    return rc;
}

int cn_provider_check(canon_conn *conn, const cn_provider *provider,
                      const char *token, cn_claims *out)
{
    cn_jwt_policy policy = {.audience = provider->audience};

    return log_failure(conn, "access",
                       check(conn, provider, token, &policy, out));
}

int cn_provider_check_id(canon_conn *conn, const cn_provider *provider,
                         const cn_client *client, const char *nonce,
                         const char *token, cn_claims *out)
{
    cn_jwt_policy policy = {
        .audience = client->id, .nonce = nonce, .id_token = true};

    return log_failure(conn, "identity",
                       check(conn, provider, token, &policy, out));
}
