/*
 * The keys that seal cookies and stored tokens, and what is made with them.
 */
#include "auth_parts.h"

#include "escape.h"
#include "fail.h"
#include "mem.h"

#define LONGEST_PLAIN  ((size_t)16 * 1024)
#define LONGEST_SEALED ((size_t)32 * 1024)

/* One "id:base64" of the setting, or base64 alone, which has the id 1. */
static bool read_key(cn_slice text, uint32_t *id_out,
                     unsigned char key[CN_KEY_BYTES])
{
    size_t colon = cn_slice_find(text, ':');
    int64_t id = 1;
    size_t len = 0;

    if (colon < text.len) {
        if (!cn_slice_int(cn_slice_first(text, colon), 1, UINT32_MAX, &id))
            return false;
        text = cn_slice_from(text, colon + 1);
    }
    *id_out = (uint32_t)id;
    return cn_base64_read(text, key, CN_KEY_BYTES, &len) && len == CN_KEY_BYTES;
}

/* Every key of the setting; vault may be NULL: only look. */
static int read_keys(const char *setting, cn_vault *vault, canon_error *err)
{
    cn_slice rest = cn_str(setting);
    unsigned char key[CN_KEY_BYTES];
    int rc = CANON_OK;

    while (!rc && rest.ptr) {
        cn_slice text = cn_slice_trim(cn_slice_cut(&rest, ','));
        uint32_t id;

        if (!read_key(text, &id, key)) {
            rc = cn_fail(err, CANON_EINVAL,
                         "APP_SECRET_KEY must be 32 bytes as base64, or "
                         "several of them as id:base64 separated by commas");
        } else if (vault) {
            rc = cn_vault_add_master(vault, id, key, err);
        }
    }
    cn_wipe(key, sizeof(key));
    return rc;
}

int cn_auth_check_secret(const canon *c, canon_error *err)
{
    const char *setting = canon_setting_text(c, "APP_SECRET_KEY");

    if (*setting)
        return read_keys(setting, NULL, err);
    if (canon_local_mode(c) ||
        strcmp(canon_setting_text(c, "ENVIRONMENT"), "development") == 0)
        return CANON_OK;
    return cn_fail(err, CANON_EINVAL,
                   "APP_SECRET_KEY is not set: give 32 bytes as base64, such "
                   "as openssl rand -base64 32 prints");
}

static int fill_vault(canon *c, cn_vault *vault, canon_error *err)
{
    const char *setting = canon_setting_text(c, "APP_SECRET_KEY");
    unsigned char key[CN_KEY_BYTES];
    int rc = cn_auth_check_secret(c, err);

    if (rc)
        return rc;
    if (*setting)
        return read_keys(setting, vault, err);
    if (canon_random(c, key, sizeof(key)))
        return cn_fail(err, CANON_ESTORE, "no source of random bytes");
    rc = cn_vault_add_master(vault, 1, key, err);
    cn_wipe(key, sizeof(key));
    return rc;
}

static void drop_auth(void *data)
{
    cn_auth *auth = data;

    if (!auth)
        return;
    cn_keyring_free(&auth->keyring);
    cn_vault_free(auth->vault);
    cn_free(auth);
}

int cn_auth_of(canon_conn *conn, cn_auth **out)
{
    canon *c = conn->engine;
    cn_auth *auth = cn_engine_auth(c);
    int rc;

    *out = auth;
    if (auth)
        return CANON_OK;
    auth = cn_calloc(1, sizeof(*auth));
    if (!auth)
        return cn_fail_memory(&conn->err);
    rc = cn_keyring_init(&auth->keyring, &conn->err);
    if (rc) {
        cn_free(auth);
        return rc;
    }
    rc = cn_vault_new(&auth->vault, &conn->err);
    if (!rc)
        rc = fill_vault(c, auth->vault, &conn->err);
    if (rc) {
        drop_auth(auth);
        return rc;
    }
    *out = cn_engine_auth_keep(c, auth, drop_auth);
    if (*out != auth)
        drop_auth(auth);
    return CANON_OK;
}

bool cn_auth_is_secure(const canon *c)
{
    return cn_slice_starts_nocase(cn_str(canon_setting_text(c, "PLATFORM_URL")),
                                  "https://");
}

int cn_auth_token(canon_conn *conn, char out[CN_TOKEN_LEN + 1])
{
    unsigned char bytes[CN_TOKEN_BYTES];
    cn_buf text = CN_BUF_INIT(CN_TOKEN_LEN);
    int rc;

    if (canon_random(conn->engine, bytes, sizeof(bytes)))
        return cn_fail(&conn->err, CANON_ESTORE, "no source of random bytes");
    cn_base64url(&text, bytes, sizeof(bytes));
    rc = cn_buf_check(&text, &conn->err);
    if (!rc)
        memcpy(out, cn_buf_text(&text), CN_TOKEN_LEN + 1);
    cn_wipe(bytes, sizeof(bytes));
    if (text.data)
        cn_wipe(text.data, text.len);
    cn_buf_free(&text);
    return rc;
}

void cn_auth_hash(cn_slice secret, char out[65])
{
    unsigned char hash[CN_SHA256_LEN];

    cn_sha256(secret.ptr, secret.len, hash);
    cn_hex(out, hash, sizeof(hash));
}

int cn_auth_seal(canon_conn *conn, const cn_seal_place *place, cn_buf *plain,
                 cn_buf *out)
{
    cn_auth *auth;
    int rc = cn_buf_check(plain, &conn->err);

    if (!rc)
        rc = cn_auth_of(conn, &auth);
    if (!rc)
        rc = cn_seal(auth->vault, place, cn_buf_all(plain), out, &conn->err);
    if (plain->data)
        cn_wipe(plain->data, plain->len);
    cn_buf_free(plain);
    return rc;
}

int cn_auth_open(canon_conn *conn, const cn_seal_place *place, cn_slice sealed,
                 const cn_value **out)
{
    cn_buf plain = CN_BUF_INIT(LONGEST_PLAIN);
    cn_auth *auth;
    int rc = cn_auth_of(conn, &auth);

    *out = NULL;
    if (rc)
        return rc;
    if (sealed.len > LONGEST_SEALED ||
        cn_unseal(auth->vault, place, sealed, &plain) != CN_UNSEAL_OK) {
        rc = plain.rc == CANON_ENOMEM ? cn_fail_memory(&conn->err)
                                      : cn_fail(&conn->err, CANON_ENOTFOUND,
                                                "no valid %s", place->purpose);
    }
    cn_arena_guard(&conn->arena); /* it may be a verifier or a token */
    if (!rc)
        rc = cn_json_parse(&conn->arena, cn_buf_all(&plain), out, NULL,
                           &conn->err);
    if (plain.data)
        cn_wipe(plain.data, plain.len);
    cn_buf_free(&plain);
    return rc;
}
