#include "fake_provider.h"

#include "buf.h"
#include "escape.h"

#include <malloc.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static EVP_PKEY *keys[2];

static EVP_PKEY *key_at(int i)
{
    if (!keys[i])
        keys[i] = EVP_RSA_gen(2048);
    return keys[i];
}

/* --- tokens ------------------------------------------------------------------ */

char *fake_sign(fake_provider *f, const char *claims)
{
    cn_buf b = CN_BUF_INIT(65536);
    char head[100];
    unsigned char signature[512];
    size_t len = sizeof(signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    char *token;

    snprintf(head, sizeof(head),
             "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k%d\"}",
             f->key_number);
    cn_base64url(&b, head, strlen(head));
    cn_buf_putc(&b, '.');
    cn_base64url(&b, claims, strlen(claims));
    cr_assert(eq(int,
                 EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
                                    key_at(f->key_number)),
                 1));
    cr_assert(eq(int,
                 EVP_DigestSign(ctx, signature, &len,
                                (const unsigned char *)b.data, b.len),
                 1));
    EVP_MD_CTX_free(ctx);
    cn_buf_putc(&b, '.');
    cn_base64url(&b, signature, len);
    token = strdup(cn_buf_text(&b));
    cn_buf_free(&b);
    return token;
}

char *fake_access_token(fake_provider *f)
{
    char claims[2048];
    int64_t now_s = f->t.now_us / SECOND;

    snprintf(claims, sizeof(claims),
             "{\"iss\":\"%s\",\"aud\":[\"%s\"],\"sub\":\"%s\",\"iat\":%lld,"
             "\"exp\":%lld,\"email\":\"%s\"%s%s%s%s%s}",
             FAKE_ISSUER, f->audience, f->access_sub ? f->access_sub : f->sub,
             (long long)now_s, (long long)(now_s + f->expires_s), f->email,
             f->org_id ? ",\"org_id\":\"" : "", f->org_id ? f->org_id : "",
             f->org_id ? "\"" : "", f->permissions ? ",\"permissions\":" : "",
             f->permissions ? f->permissions : "");
    return fake_sign(f, claims);
}

static char *id_token(fake_provider *f)
{
    char claims[2048];
    int64_t now_s = f->t.now_us / SECOND;

    snprintf(claims, sizeof(claims),
             "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"%s\",\"iat\":%lld,"
             "\"exp\":%lld,\"email\":\"%s\",\"name\":\"Ada\",\"nonce\":\"%s\""
             "%s}",
             FAKE_ISSUER, FAKE_CLIENT, f->sub, (long long)now_s,
             (long long)(now_s + f->expires_s), f->email,
             f->nonce ? f->nonce : "", f->extra ? f->extra : "");
    return fake_sign(f, claims);
}

static void put_number(cn_buf *b, int key, const char *name)
{
    unsigned char bytes[512];
    BIGNUM *n = NULL;
    int len;

    cr_assert(eq(int, EVP_PKEY_get_bn_param(key_at(key), name, &n), 1));
    len = BN_bn2bin(n, bytes);
    cn_base64url(b, bytes, (size_t)len);
    BN_free(n);
}

static void key_set(fake_provider *f, cn_buf *b)
{
    cn_buf_puts(b, "{\"keys\":[");
    for (int i = f->old_keys_gone ? f->key_number : 0; i <= f->key_number;
         i++) {
        if (b->data[b->len - 1] == '}')
            cn_buf_putc(b, ',');
        cn_buf_printf(b, "{\"kty\":\"RSA\",\"kid\":\"k%d\",\"use\":\"sig\",",
                      i);
        cn_buf_puts(b, "\"n\":\"");
        put_number(b, i, OSSL_PKEY_PARAM_RSA_N);
        cn_buf_puts(b, "\",\"e\":\"");
        put_number(b, i, OSSL_PKEY_PARAM_RSA_E);
        cn_buf_puts(b, "\"}");
    }
    cn_buf_puts(b, "]}");
}

/* --- what is asked ------------------------------------------------------------- */

const char *fake_param(const char *text, const char *name)
{
    static char value[4096];
    cn_buf out = CN_BUF_INIT(4095);
    cn_slice rest = cn_str(strchr(text, '?') ? strchr(text, '?') + 1 : text);

    value[0] = '\0';
    torture_pause();
    while (rest.ptr) {
        cn_slice pair = cn_slice_cut(&rest, '&');
        size_t at = cn_slice_find(pair, '=');

        if (!cn_slice_is(cn_slice_first(pair, at), name))
            continue;
        cn_url_decode(&out, cn_slice_from(pair, at + 1), true);
        snprintf(value, sizeof(value), "%s", cn_buf_text(&out));
        break;
    }
    cn_buf_free(&out);
    torture_resume();
    return value;
}

static int token(fake_provider *f, cn_buf *b, int *status)
{
    const char *kind = fake_param(f->body, "grant_type");
    char *access;
    char *id;
    bool good = true;

    if (strcmp(kind, "refresh_token") == 0) {
        char wanted[20];

        snprintf(wanted, sizeof(wanted), "rt-%d", f->refreshes);
        good = strcmp(fake_param(f->body, "refresh_token"), wanted) == 0;
    }
    if (!good) {
        *status = 403;
        cn_buf_puts(b, "{\"error\":\"invalid_grant\"}");
        return CANON_OK;
    }
    access = fake_access_token(f);
    id = id_token(f);
    f->refreshes++;
    cn_buf_printf(b,
                  "{\"access_token\":\"%s\",\"id_token\":\"%s\","
                  "\"refresh_token\":\"rt-%d\",\"expires_in\":3600}",
                  access, id, f->refreshes);
    free(access);
    free(id);
    return CANON_OK;
}

static void route(fake_provider *f, cn_buf *b, int *status)
{
    if (strstr(f->path, "/jwks")) {
        f->key_fetches++;
        key_set(f, b);
    } else if (strstr(f->path, "/openid-configuration")) {
        cn_buf_puts(b, "{\"issuer\":\"" FAKE_ISSUER "\",");
        cn_buf_puts(
            b, "\"authorization_endpoint\":\"https://tenant.example/a\","
               "\"token_endpoint\":\"https://tenant.example/oauth/token\",");
        cn_buf_puts(b,
                    "\"jwks_uri\":\"https://keys.example/jwks\","
                    "\"end_session_endpoint\":\"https://tenant.example/end\"}");
    } else if (strstr(f->path, "github") && strstr(f->path, "access_token")) {
        cn_buf_puts(b,
                    "{\"access_token\":\"gho_1\",\"token_type\":\"bearer\"}");
    } else if (strstr(f->path, "/oauth/token")) {
        f->token_calls++;
        token(f, b, status);
    } else if (strstr(f->path, "/device/code")) {
        cn_buf_puts(b, "{\"device_code\":\"dc\",\"user_code\":\"ABCD-EFGH\","
                       "\"verification_uri\":\"https://tenant.example/go\"}");
    } else if (strstr(f->path, "/user")) {
        cn_buf_puts(b, "{\"login\":\"octocat\",\"name\":null,\"email\":null,"
                       "\"avatar_url\":\"https://x/y.png\"}");
    } else if (strstr(f->path, "/oauth/revoke")) {
        *status = 200;
    } else if (strstr(f->path, "/applications/")) {
        *status = 204;
    } else {
        *status = 404;
    }
}

static int exchange(void *user, const canon_http_request *request,
                    canon_http_response *response)
{
    fake_provider *f = user;
    cn_buf b = CN_BUF_INIT(1 << 20);
    bool slow;
    int rc = CANON_OK;

    torture_pause();
    pthread_mutex_lock(&f->lock);
    f->calls++;
    snprintf(f->path, sizeof(f->path), "%s", request->url);
    if (request->body_len)
        snprintf(f->body, sizeof(f->body), "%.*s", (int)request->body_len,
                 (const char *)request->body);
    response->status = 200;
    if (f->odd_path && strstr(f->path, f->odd_path)) {
        rc = f->odd_rc;
        f->t.now_us += f->odd_us;
        response->status = f->odd_status;
        cn_buf_puts(&b, f->odd_body ? f->odd_body : "");
        if (strstr(f->path, "/jwks"))
            f->key_fetches++;
    } else {
        route(f, &b, &response->status);
    }
    slow = f->slow;
    pthread_mutex_unlock(&f->lock);
    torture_resume();
    if (slow)
        nanosleep(&(struct timespec){0, 300000000}, NULL);
    if (!rc && b.len && (int64_t)b.len > request->max_bytes)
        rc = CANON_ETOOBIG;
    if (!rc && b.len && request->on_data(request->data_user, b.data, b.len))
        rc = CANON_ECANCELED;
    cn_buf_free(&b);
    return rc;
}

/* --- the engine ------------------------------------------------------------------ */

static int64_t clock_of(void *user)
{
    return ((const fake_provider *)user)->t.now_us;
}

/* Limits are counted on this clock. */
static int64_t steady_clock_of(void *user)
{
    return ((const fake_provider *)user)->t.now_us;
}

static void set(fake_provider *f, const char *name, const char *value)
{
    canon_error err;

    cr_assert(eq(int, canon_set(f->t.engine, name, value, &err), CANON_OK),
              "%s", err.text);
}

void fake_start(fake_provider *f, size_t which, const char *const *more)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_env env = {.size = sizeof(env),
                     .user = f,
                     .now_us = clock_of,
                     .monotonic_us = steady_clock_of,
                     .http = exchange};
    canon_error err = {0, ""};

    memset(f, 0, sizeof(*f));
    pthread_mutex_init(&f->lock, NULL);
    f->sub = "auth0|ada";
    f->email = "ada@example.org";
    f->audience = FAKE_API;
    f->expires_s = 3600;
    f->t.now_us = TEST_T0;
    o.env = &env;
    o.database_url = test_database_make(which);
    cr_assert(eq(int, canon_open(&o, &f->t.engine, &err), CANON_OK));
    set(f, "AUTH0_DOMAIN", FAKE_DOMAIN);
    set(f, "AUTH0_CLIENT_ID", FAKE_CLIENT);
    set(f, "AUTH0_CLIENT_SECRET", "hush");
    set(f, "AUTH0_AUDIENCE", FAKE_API);
    set(f, "PLATFORM_URL", "https://canon.example/");
    set(f, "GITHUB_OAUTH_CLIENT_ID", "gh");
    set(f, "GITHUB_OAUTH_CLIENT_SECRET", "ghs");
    set(f, "WEB_ORG", "acme");
    for (; more && *more; more += 2)
        set(f, more[0], more[1]);
    cr_assert(eq(int, canon_migrate(f->t.engine, &err), CANON_OK), "%s",
              err.text);
    cr_assert(eq(int, canon_connect(f->t.engine, &f->t.conn, &err), CANON_OK),
              "%s", err.text);
}

void fake_settle(fake_provider *f)
{
    torture_pause();
    f->t.now_us += 3600 * SECOND;
    for (int i = 0; i < 1000; i++) {
        int rc = canon_limit_take(f->t.engine, "sweep", "", 1, SECOND, NULL);

        cr_assert(eq(int, rc, CANON_OK));
        canon_limit_return(f->t.engine, "sweep", "");
    }
    torture_resume();
}

void fake_stop(fake_provider *f)
{
    pthread_mutex_destroy(&f->lock);
    test_engine_stop(&f->t);
}

bool fake_remembers(const fake_provider *f, const char *secret)
{
    const char *memory = (const char *)f->t.conn->arena.head;
    size_t size = memory ? malloc_usable_size((void *)memory) : 0;
    size_t len = strlen(secret);

    for (size_t i = 0; i + len <= size; i++)
        if (memcmp(memory + i, secret, len) == 0)
            return true;
    return false;
}
