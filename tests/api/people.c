/*
 * The identity provider and the GitHub of the tests, and who signs in there.
 */
#include "people.h"

#include "conn.h"

#include <criterion/criterion.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISSUER "https://id.test/"
#define BASE   "https://canon.test"

provider idp;

static EVP_PKEY *signing_key;
static char state[128];
static char nonce[128];
static char challenge[128];
static char verifier[128];
static fixture *now;
static int64_t owner_id;

/* --- signing ------------------------------------------------------------ */

static void base64url(const unsigned char *data, size_t len, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0;
    int have = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | data[i];
        for (have += 8; have >= 6; have -= 6)
            *out++ = digits[bits >> (have - 6) & 63];
    }
    if (have)
        *out++ = digits[bits << (6 - have) & 63];
    *out = '\0';
}

static void ensure_key(void)
{
    if (!signing_key)
        signing_key = EVP_EC_gen("P-256");
    cr_assert_not_null(signing_key);
}

/* R and S in 64 bytes. */
static void sign(const char *text, unsigned char out[64])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char der[128];
    const unsigned char *p = der;
    size_t len = sizeof(der);
    ECDSA_SIG *sig;

    cr_assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, signing_key) ==
              1);
    cr_assert(EVP_DigestSign(ctx, der, &len, (const unsigned char *)text,
                             strlen(text)) == 1);
    sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32);
    ECDSA_SIG_free(sig);
    EVP_MD_CTX_free(ctx);
}

static void make_token(const char *kid, const char *claims, char *out,
                       size_t cap)
{
    static char c[2048];
    char head[128];
    char h[256];
    char s[128];
    unsigned char signature[64];

    snprintf(head, sizeof(head),
             "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", kid);
    base64url((const unsigned char *)head, strlen(head), h);
    base64url((const unsigned char *)claims, strlen(claims), c);
    snprintf(out, cap, "%s.%s", h, c);
    sign(out, signature);
    base64url(signature, sizeof(signature), s);
    snprintf(out, cap, "%s.%s.%s", h, c, s);
}

static void make_claims(const char *audience, char *out, size_t cap)
{
    long long now_s = (long long)(now->now_us / 1000000);
    char org[128] = "";
    char number[160] = "";

    if (idp.org_id)
        snprintf(org, sizeof(org), ",\"org_id\":\"%s\"", idp.org_id);
    if (strcmp(audience, "client") == 0)
        snprintf(number, sizeof(number), ",\"nonce\":\"%s\"",
                 idp.nonce ? idp.nonce : nonce);
    snprintf(out, cap,
             "{\"iss\":\"" ISSUER "\",\"aud\":\"%s\",\"sub\":\"%s\","
             "\"email\":\"%s\",\"name\":\"Paula Person\",\"iat\":%lld,"
             "\"exp\":%lld%s%s}",
             audience, idp.sub, idp.email, now_s, now_s + 3600, org, number);
}

static void copy_parameter(const char *url, const char *name, char out[128])
{
    const char *at = url ? strstr(url, name) : NULL;

    out[0] = '\0';
    if (at)
        sscanf(at + strlen(name), "%127[^&]", out);
}

/* --- the provider ------------------------------------------------------- */

static const char metadata[] =
    "{\"issuer\":\"" ISSUER "\","
    "\"authorization_endpoint\":\"https://id.test/authorize\","
    "\"token_endpoint\":\"https://id.test/token\","
    "\"jwks_uri\":\"https://id.test/keys\","
    "\"revocation_endpoint\":\"https://id.test/revoke\","
    "\"end_session_endpoint\":\"https://id.test/logout\"%s%s}";

static void answer_keys(char *out, size_t cap)
{
    unsigned char point[65];
    char x[64];
    char y[64];
    size_t len = 0;

    EVP_PKEY_get_octet_string_param(signing_key, "pub", point, sizeof(point),
                                    &len);
    base64url(point + 1, 32, x);
    base64url(point + 33, 32, y);
    snprintf(out, cap,
             "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k1\","
             "\"use\":\"sig\",\"alg\":\"ES256\",\"x\":\"%s\",\"y\":\"%s\"}]}",
             x, y);
}

static int answer_tokens(char *out, size_t cap)
{
    static char claims[1024]; /* stacks may be small here */
    static char access[4096];
    static char id[4096];

    idp.asked_tokens++;
    if (idp.token_error) {
        snprintf(out, cap, "{\"error\":\"%s\"}", idp.token_error);
        return idp.token_status ? idp.token_status : 400;
    }
    make_claims("https://api.test", claims, sizeof(claims));
    make_token("k1", claims, access, sizeof(access));
    make_claims("client", claims, sizeof(claims));
    make_token("k1", claims, id, sizeof(id));
    snprintf(out, cap,
             "{\"access_token\":\"%s\",\"id_token\":\"%s\",\"token_type\":"
             "\"Bearer\",\"expires_in\":3600%s%s%s}",
             access, id, idp.refresh ? ",\"refresh_token\":\"" : "",
             idp.refresh ? idp.refresh : "", idp.refresh ? "\"" : "");
    return idp.token_status ? idp.token_status : 200;
}

static bool begins(const char *url, const char *prefix)
{
    return strncmp(url, prefix, strlen(prefix)) == 0;
}

/* Status and body for an address. */
static int answer(const canon_http_request *request, char *out, size_t cap)
{
    const char *url = request->url;

    *out = '\0';
    if (strstr(url, "/.well-known/openid-configuration")) {
        snprintf(out, cap, metadata,
                 idp.device ? ",\"device_authorization_endpoint\":"
                              "\"https://id.test/device\""
                            : "",
                 idp.names_iss
                     ? ",\"authorization_response_iss_parameter_supported\":"
                       "true"
                     : "");
    } else if (begins(url, "https://id.test/keys")) {
        idp.asked_keys++;
        answer_keys(out, cap);
    } else if (begins(url, "https://id.test/token")) {
        copy_parameter(request->body, "code_verifier=", verifier);
        return answer_tokens(out, cap);
    } else if (begins(url, "https://id.test/revoke")) {
        idp.revoked++;
    } else if (begins(url, "https://id.test/device")) {
        snprintf(out, cap,
                 "{\"device_code\":\"dev-1\",\"user_code\":\"ABCD-EFGH\","
                 "\"verification_uri\":\"https://id.test/activate\","
                 "\"interval\":5,\"expires_in\":900}");
    } else if (begins(url, "https://github.com/login/oauth/access_token")) {
        snprintf(out, cap,
                 "{\"access_token\":\"gho_secret\",\"token_type\":\"bearer\"}");
        return idp.github_status ? idp.github_status : 200;
    } else if (begins(url, "https://api.github.com/user")) {
        snprintf(out, cap,
                 "{\"login\":\"octo\",\"name\":null,\"email\":null,"
                 "\"avatar_url\":\"https://a.test/1.png\"}");
    } else {
        idp.github_removed += begins(url, "https://api.github.com/app");
        return 204;
    }
    return 200;
}

static int exchange(void *user, const canon_http_request *request,
                    canon_http_response *response)
{
    static char body[16384];

    (void)user;
    if (idp.down)
        return CANON_EREMOTE;
    response->status = answer(request, body, sizeof(body));
    if (idp.html)
        snprintf(body, sizeof(body), "%s", idp.html);
    if (response->on_header)
        response->on_header(response->header_user, "Content-Type",
                            "application/json");
    return request->on_data(request->data_user, body, strlen(body))
               ? CANON_ECANCELED
               : CANON_OK;
}

/* --- the installation --------------------------------------------------- */

void people_open_with(fixture *f, size_t which, const char *const *settings)
{
    const fixture_options options = {
        .empty = true, .login = true, .settings = settings, .http = exchange};

    ensure_key();
    memset(&idp, 0, sizeof(idp));
    idp.sub = "auth0|paula";
    idp.email = "paula@acme.test";
    idp.refresh = "refresh-1";
    idp.device = true;
    now = f;
    fixture_open(f, which, &options);
}

void people_open(fixture *f, size_t which, bool multi)
{
    const char *const settings[] = {
        "OIDC_ISSUER",
        ISSUER,
        "OIDC_CLIENT_ID",
        "client",
        "OIDC_CLIENT_SECRET",
        "secret",
        "OIDC_AUDIENCE",
        "https://api.test",
        "PLATFORM_URL",
        BASE,
        "APP_SECRET_KEY",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "GITHUB_OAUTH_CLIENT_ID",
        "gh-client",
        "GITHUB_OAUTH_CLIENT_SECRET",
        "gh-secret",
        "WEB_ORG",
        "acme",
        "AUTH0_ORGS_ENABLED",
        multi ? "1" : "0",
        NULL};

    people_open_with(f, which, settings);
}

void people_install(fixture *f, const char *org, const char *org_id)
{
    static int64_t number;
    const cn_arg args[] = {cn_int(++number), cn_text(org), cn_text(org_id)};
    int rc = cn_conn_begin(f->conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_db_exec(f->conn->db,
                        "INSERT INTO gh_installations (installation_id,"
                        " org_login, installed_at, oidc_org_id)"
                        " VALUES ($1, $2, 1, $3)",
                        args, 3, NULL, &f->conn->err);
    cr_assert_eq(cn_conn_end(f->conn, rc), 0, "%s",
                 canon_last_error(f->conn)->text);
}

void people_close(fixture *f)
{
    fixture_close(f);
}

static int64_t put_user(fixture *f, const char *sub, const char *org,
                        const char *role)
{
    canon_user user = {.size = sizeof(user),
                       .sub = sub,
                       .email = "o@acme.test",
                       .name = "Olga Owner",
                       .role = role,
                       .active = 1};
    int64_t id = 0;

    cr_assert_eq(canon_user_put(f->conn, &user, &id), 0, "%s",
                 canon_last_error(f->conn)->text);
    cr_assert_eq(canon_member_put(f->conn, org, id, role, "test"), 0, "%s",
                 canon_last_error(f->conn)->text);
    return id;
}

void people_key(fixture *f, const char *org, const char *role, unsigned scopes,
                char *out)
{
    canon_key_order order = CANON_KEY_ORDER_INIT;
    char secret[CANON_KEY_LEN + 1];

    owner_id = put_user(f, "auth0|owner", org, role);
    order.org = org;
    order.user_id = owner_id;
    order.label = "test";
    order.scopes = scopes;
    order.granted_by = CANON_PERM_ALL;
    cr_assert_eq(canon_key_create(f->conn, &order, secret, NULL), 0, "%s",
                 canon_last_error(f->conn)->text);
    memcpy(out, secret, sizeof(secret));
}

void people_role(fixture *f, const char *org, const char *role)
{
    cr_assert_eq(put_user(f, "auth0|owner", org, role), owner_id);
}

/* --- browsers ----------------------------------------------------------- */

const char *browser_cookie(const browser *b, const char *name)
{
    for (size_t i = 0; i < b->count; i++)
        if (strcmp(b->cookies[i].name, name) == 0)
            return b->cookies[i].value;
    return NULL;
}

void browser_forget(browser *b, const char *name)
{
    for (size_t i = 0; i < b->count; i++) {
        if (strcmp(b->cookies[i].name, name) == 0) {
            memmove(&b->cookies[i], &b->cookies[i + 1],
                    (b->count - i - 1) * sizeof(b->cookies[0]));
            b->count--;
            return;
        }
    }
}

void browser_set(browser *b, const char *name, const char *value)
{
    browser_forget(b, name);
    cr_assert_lt(b->count, sizeof(b->cookies) / sizeof(b->cookies[0]));
    snprintf(b->cookies[b->count].name, 64, "%s", name);
    snprintf(b->cookies[b->count].value, 4096, "%s", value);
    snprintf(b->cookies[b->count].path, 16, "/");
    b->count++;
}

const char *browser_session(const browser *b)
{
    static char text[4200];
    const char *value = browser_cookie(b, "__Host-canon_session");

    cr_assert_not_null(value);
    snprintf(text, sizeof(text), "__Host-canon_session=%s", value);
    return text;
}

static const char *next_line(const char *headers, const char **end)
{
    const char *at = headers ? strstr(headers, "Set-Cookie: ") : NULL;

    if (!at)
        return NULL;
    *end = strstr(at, "\r\n");
    return at + strlen("Set-Cookie: ");
}

const char *set_cookie_of(const fixture *f, const char *name)
{
    static char line[8192];
    const char *end = f->answer.headers.data;
    const char *at;

    while ((at = next_line(end, &end)) != NULL) {
        if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=') {
            snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
            return line;
        }
    }
    return NULL;
}

/* Do as a browser does with Set-Cookie. */
static void take_cookies(browser *b, const fixture *f)
{
    const char *end = f->answer.headers.data;
    const char *at;

    while ((at = next_line(end, &end)) != NULL) {
        char name[64];
        char value[4096];
        const char *path;

        cr_assert_eq(sscanf(at, "%63[^=]", name), 1);
        value[0] = '\0';
        sscanf(at + strlen(name) + 1, "%4095[^;\r\n]", value);
        browser_forget(b, name);
        path = strstr(at, "; Path=/auth");
        if (!strstr(at, "Max-Age=0") || strstr(at, "Max-Age=0") > end) {
            browser_set(b, name, value);
            if (path && path < end)
                snprintf(b->cookies[b->count - 1].path, 16, "/auth");
        }
    }
}

void browser_cookies(const browser *b, const char *target, char *out,
                     size_t cap)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < b->count; i++)
        if (begins(target, b->cookies[i].path))
            len += (size_t)snprintf(out + len, cap - len, "%s%s=%s",
                                    len ? "; " : "", b->cookies[i].name,
                                    b->cookies[i].value);
}

int browse(fixture *f, browser *b, const char *method, const char *target,
           const char *body)
{
    static char cookies[32768];
    const char *headers[] = {"Host",
                             "canon.test",
                             "Sec-Fetch-Site",
                             b->site ? b->site : "same-origin",
                             "User-Agent",
                             "Browser/1.0",
                             NULL,
                             NULL,
                             NULL,
                             NULL,
                             NULL};
    size_t n = 6;
    int status;

    browser_cookies(b, target, cookies, sizeof(cookies));
    if (cookies[0]) {
        headers[n++] = "Cookie";
        headers[n++] = cookies;
    }
    if (body) {
        headers[n++] = "Content-Type";
        headers[n++] = "application/json";
    }
    status = ask(f, method, target, headers, body);
    take_cookies(b, f);
    return status;
}

/* --- signing in --------------------------------------------------------- */

const char *people_state(void)
{
    return state;
}

const char *people_challenge(void)
{
    return challenge;
}

const char *people_verifier(void)
{
    return verifier;
}

void people_token(const char *kid, char *out, size_t cap)
{
    char claims[1024];

    make_claims("https://api.test", claims, sizeof(claims));
    make_token(kid, claims, out, cap);
}

void people_begin(fixture *f, browser *b, const char *target)
{
    const char *location;

    cr_assert_eq(browse(f, b, "GET", target, NULL), 302, "%s", body_of(f));
    location = header_of(f, "Location");
    cr_assert_not_null(location);
    copy_parameter(location, "&state=", state);
    copy_parameter(location, "&nonce=", nonce);
    copy_parameter(location, "&code_challenge=", challenge);
}

int people_end(fixture *f, browser *b)
{
    char target[512];

    snprintf(target, sizeof(target), "/auth/callback?code=c-1&state=%s%s%s",
             state, idp.iss ? "&iss=" : "", idp.iss ? idp.iss : "");
    b->site = "cross-site"; /* the provider leads here */
    browse(f, b, "GET", target, NULL);
    b->site = NULL;
    return f->answer.status;
}

void people_sign_in(fixture *f, browser *b, const char *org, const char *role)
{
    put_user(f, idp.sub, org, role);
    people_begin(f, b, "/auth/login?org=acme");
    cr_assert_eq(people_end(f, b), 302, "%s", body_of(f));
    cr_assert_not_null(browser_cookie(b, "__Host-canon_session"), "%s",
                       header_of(f, "Location"));
}
