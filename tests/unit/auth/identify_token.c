/*
 * Access tokens: verified with the keys of a provider that the test plays.
 */
#include "fake_provider.h"

#include <stdlib.h>

#define READ  CANON_PERM_SPECS_READ
#define WRITE CANON_PERM_SPECS_WRITE

static fake_provider f;

static const char *const many_orgs[] = {"AUTH0_ORGS_ENABLED", "1", NULL};

static int identify(const char *bearer, int *reason, canon_principal **out)
{
    canon_credentials credentials = CANON_CREDENTIALS_INIT;

    credentials.bearer = bearer;
    return canon_auth_identify(f.t.conn, &credentials, reason, out);
}

/* Who has a fresh token of the provider's person. */
static canon_principal *caller(void)
{
    canon_principal *who = NULL;
    char *token = fake_access_token(&f);
    int reason = -1;

    assert_ok(&f.t, identify(token, &reason, &who));
    cr_assert(eq(int, reason, CANON_AUTH_OK));
    free(token);
    return who;
}

static int refusal(const char *token, int code)
{
    canon_principal *who = NULL;
    int reason = -1;

    cr_assert(eq(int, identify(token, &reason, &who), code), "%s",
              canon_last_error(f.t.conn)->text);
    cr_assert_null(who);
    return reason;
}

static void install(const char *org, const char *org_id)
{
    const cn_arg args[] = {cn_text(org), cn_text(org_id)};

    assert_ok(&f.t, cn_conn_begin(f.t.conn, CN_DB_WRITE));
    assert_ok(&f.t, cn_db_exec(f.t.conn->db,
                               "INSERT INTO gh_installations"
                               " (installation_id, org_login, installed_at,"
                               " oidc_org_id) VALUES (1, $1, 1, $2)",
                               args, 2, NULL, &f.t.conn->err));
    assert_ok(&f.t, cn_conn_end(f.t.conn, CANON_OK));
}

Test(identify_token, threat_secrets_left_in_memory)
{
    fake_start(&f, 0, NULL);
    canon_principal_free(caller());
    canon_principal_free(caller()); /* without fetching the keys */
    cr_assert_not(fake_remembers(&f, "\"iss\""));
    cr_assert_not(fake_remembers(&f, f.sub));
    fake_stop(&f);
}

DATABASE_TEST(identify_token, a_token_stands_for_its_bearer)
{
    canon_principal *who;

    fake_start(&f, *which, NULL);
    who = caller();
    cr_assert(eq(int, who->by, CANON_BY_TOKEN));
    cr_assert(eq(str, (char *)who->sub, (char *)f.sub));
    cr_assert(eq(i64, who->user_id, 0), "he has never signed in");
    cr_assert(eq(uint, who->permissions, READ), "DEFAULT_ROLE");
    cr_assert(canon_auth_allows(f.t.engine, who, "any", READ));
    canon_principal_free(who);
    fake_stop(&f);
}

DATABASE_TEST(identify_token, a_token_names_organisation_and_permissions)
{
    canon_principal *who;

    fake_start(&f, *which, many_orgs);
    install("Acme", "org_1");
    f.org_id = "org_1";
    f.permissions = "[\"specs:read\",\"specs:write\",\"platform:manage\","
                    "\"unknown:word\"]";
    who = caller();
    cr_assert(eq(str, (char *)who->org, "acme"));
    cr_assert(eq(str, (char *)who->org_id, "org_1"));
    cr_assert(eq(str, (char *)who->orgs[0], "acme"));
    cr_assert(eq(uint, who->permissions, READ | WRITE));
    cr_assert(canon_auth_allows(f.t.engine, who, "ACME", WRITE));
    cr_assert(not(canon_auth_allows(f.t.engine, who, "beta", READ)));
    canon_principal_free(who);
    f.org_id = "org_2";
    who = caller();
    cr_assert(eq(str, (char *)who->org, ""));
    cr_assert(eq(uint, who->permissions, 0));
    cr_assert(not(canon_auth_allows(f.t.engine, who, "acme", 0)));
    canon_principal_free(who);
    fake_stop(&f);
}

DATABASE_TEST(identify_token, who_is_switched_off_is_refused)
{
    canon_user user = CANON_USER_INIT;
    char *token;
    int64_t id = 0;

    fake_start(&f, *which, NULL);
    user.sub = f.sub;
    assert_ok(&f.t, canon_user_put(f.t.conn, &user, &id));
    assert_ok(&f.t, canon_user_activate(f.t.conn, id, 0));
    token = fake_access_token(&f);
    cr_assert(eq(int, refusal(token, CANON_EDENIED), CANON_AUTH_DEACTIVATED));
    free(token);
    fake_stop(&f);
}

DATABASE_TEST(identify_token, a_bad_token_is_refused)
{
    char *token;
    char *at;

    fake_start(&f, *which, NULL);
    cr_assert(eq(int, refusal("", CANON_EAUTH), CANON_AUTH_TOKEN));
    cr_assert(eq(int, refusal("a.b.c", CANON_EAUTH), CANON_AUTH_TOKEN));
    token = fake_access_token(&f);
    at = strrchr(token, '.') + 10;
    *at = *at == 'A' ? 'B' : 'A';
    cr_assert(eq(int, refusal(token, CANON_EAUTH), CANON_AUTH_TOKEN));
    cr_assert_null(strstr(canon_last_error(f.t.conn)->text, "signature"));
    free(token);
    token = fake_access_token(&f);
    f.t.now_us += 2 * f.expires_s * SECOND;
    cr_assert(eq(int, refusal(token, CANON_EAUTH), CANON_AUTH_TOKEN));
    free(token);
    fake_stop(&f);
}

DATABASE_TEST(identify_token, a_provider_that_fails_is_not_a_bad_token)
{
    char *token;

    fake_start(&f, *which, NULL);
    token = fake_access_token(&f);
    f.odd_path = "/.well-known/jwks.json";
    f.odd_status = 500;
    f.odd_body = "";
    cr_assert(eq(int, refusal(token, CANON_EREMOTE), CANON_AUTH_PROVIDER));
    free(token);
    fake_stop(&f);
}

/* Header {"alg":"none"}, {"alg":"HS256","kid":"k"} and {"crit":[]}. */
static const char *const formless[] = {
    "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.",
    "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ.e30.AA", "eyJjcml0IjpbXX0.e30.AA"};

DATABASE_TEST(identify_token, a_formless_token_is_bad_without_a_provider)
{
    fake_start(&f, *which, NULL);
    f.odd_path = "/";
    f.odd_rc = CANON_EREMOTE;
    for (size_t i = 0; i < sizeof(formless) / sizeof(formless[0]); i++)
        cr_assert(eq(int, refusal(formless[i], CANON_EAUTH), CANON_AUTH_TOKEN));
    cr_assert(eq(int, f.calls, 0));
    fake_stop(&f);
}

static int token_once(void *user)
{
    canon_principal *who = NULL;
    int reason = 0;
    int rc = identify(user, &reason, &who);

    cr_assert(eq(int, rc == CANON_OK, who != NULL));
    canon_principal_free(who);
    return rc;
}

DATABASE_TEST(identify_token, survives_every_failed_allocation)
{
    char *token;

    fake_start(&f, *which, NULL);
    token = fake_access_token(&f);
    assert_ok(&f.t, token_once(token));
    cr_assert(gt(sz, torture(TORTURE_ONCE, token_once, token), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, token_once, token), 3));
    free(token);
    fake_stop(&f);
}
