/*
 * Refresh tokens (RFC 6749 section 6). The provider makes them; here is a
 * record of each with its hash, which says whose it is, sees that it is used
 * once, and notices when it is used again (RFC 9700 section 4.14).
 */
#include "refresh.h"

#include "auth_parts.h"
#include "date.h"
#include "fail.h"
#include "mem.h"
#include "store.h"
#include "utf8.h"

#define LEASE_US   (10 * CN_US_SECOND) /* longer than the provider may take */
#define DOUBLE_US  (10 * CN_US_SECOND) /* a second click is no theft */
#define LONGEST    4096
#define FORM_LIMIT ((size_t)16 * 1024)
#define LABEL_LEN  80
#define DEFAULT_S  INT64_C(86400)

/* --- shared ---------------------------------------------------------------- */

int64_t cn_refresh_expires(const cn_oauth_answer *answer)
{
    int64_t seconds = cn_value_int(answer->json, "expires_in", 0);

    return seconds > 0 ? seconds : DEFAULT_S;
}

void cn_refresh_person(const cn_claims *claims, cn_person *out)
{
    out->sub = claims->sub;
    out->email = claims->email;
    out->name = claims->name;
    out->picture = claims->picture;
    out->org_id = claims->org_id;
    out->has_permissions = claims->has_permissions;
    out->permissions = 0;
    for (size_t i = 0; claims->has_permissions && claims->permissions[i]; i++)
        out->permissions |= canon_permission_find(claims->permissions[i]);
}

static void free_secret(char *text)
{
    if (text)
        cn_wipe(text, strlen(text));
    cn_free(text);
}

void cn_token_pair_free(cn_token_pair *pair)
{
    free_secret(pair->access);
    free_secret(pair->refresh);
    pair->access = NULL;
    pair->refresh = NULL;
}

int cn_token_pair_fill(cn_token_pair *pair, const cn_oauth_answer *answer,
                       const char *refresh_token, canon_tokens *out)
{
    pair->access = cn_strdup(cn_value_str(answer->json, "access_token", ""));
    pair->refresh = cn_strdup(refresh_token);
    if (!pair->access || !pair->refresh) {
        cn_token_pair_free(pair);
        return CANON_ENOMEM;
    }
    out->access_token = pair->access;
    out->refresh_token = pair->refresh;
    out->expires_s = cn_refresh_expires(answer);
    return CANON_OK;
}

/* The beginning of a User-Agent, whole characters without control ones. */
static void write_label(const char *device, char out[LABEL_LEN + 1])
{
    cn_slice text = cn_slice_first(cn_str(device), LABEL_LEN);
    size_t len = cn_utf8_valid_prefix(text);

    if (text.ptr && len)
        memcpy(out, text.ptr, len);
    out[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)out[i];

        if (c < ' ' || c == 0x7f)
            out[i] = ' ';
    }
}

int cn_refresh_keep(canon_conn *conn, const cn_account *account,
                    const char *device, const char *token)
{
    char id[CN_TOKEN_LEN + 1];
    char hash[65];
    char label[LABEL_LEN + 1];
    int64_t now_us = canon_now_us(conn->engine);
    cn_refresh_row row = {.id = id,
                          .org = account->org,
                          .device = label,
                          .hash = hash,
                          .user_id = account->user_id,
                          .created_us = now_us,
                          .expires_us =
                              now_us + CN_REFRESH_LIFE_S * CN_US_SECOND};
    int rc = cn_auth_token(conn, id);

    if (rc)
        return rc;
    cn_auth_hash(cn_str(token), hash);
    write_label(device, label);
    rc = cn_conn_begin(conn, CN_DB_WRITE);
    if (!rc)
        rc = cn_store_refresh_add(conn->db, &row, &conn->err);
    return cn_conn_end(conn, rc);
}

/* The client to which the provider gave the tokens of a record: no other one
 * may exchange or revoke them (RFC 6749 section 6). */
static const cn_client *client_of(const cn_provider *provider,
                                  const char *device)
{
    return strcmp(device, CN_REFRESH_DEVICE) == 0 ? &provider->device
                                                  : &provider->client;
}

void cn_refresh_tell(canon_conn *conn, const cn_provider *provider,
                     const char *device, const char *token)
{
    cn_buf form = CN_BUF_INIT(FORM_LIMIT);
    canon_error before = conn->err;
    cn_oauth_answer answer;
    int rc;

    if (!*provider->at.revoke)
        return;
    cn_form_add(&form, "token", token);
    cn_form_add(&form, "token_type_hint", "refresh_token");
    rc = cn_oauth_post(conn, provider->at.revoke, client_of(provider, device),
                       &form, &answer);
    /* the answer to a revocation has no body */
    if (rc && rc != CANON_EREMOTE) {
        cn_log_write(&conn->log, CANON_LOG_INFO, "auth",
                     "the provider was not told of a revoked token: %s",
                     conn->err.text);
    }
    conn->err = before;
}

/* --- exchange -------------------------------------------------------------- */

/* One refresh under way. */
typedef struct exchange {
    const char *token;
    char hash[65];
    int how;
    int64_t lease_us;
    cn_refresh_row row;
    cn_provider provider;
    cn_oauth_answer answer;
    const char *new_token;
} exchange;

/* How it ended, as a code. */
static int ended(canon_conn *conn, exchange *ex, int how)
{
    static const struct {
        int code;
        const char *text;
    } table[] = {
        [CANON_REFRESH_OK] = {CANON_OK, ""},
        [CANON_REFRESH_UNKNOWN] = {CANON_EAUTH,
                                   "the refresh token is not valid"},
        [CANON_REFRESH_REFUSED] = {CANON_EAUTH,
                                   "the provider refused the refresh token"},
        [CANON_REFRESH_LOST] = {CANON_EAUTH,
                                "somebody else refreshed at the same time"},
        [CANON_REFRESH_RUNNING] = {CANON_ECONFLICT,
                                   "a refresh of this token is under way"},
        [CANON_REFRESH_PROVIDER] = {CANON_EREMOTE, "the login provider fails"},
        [CANON_REFRESH_STORE] = {CANON_EBUSY, "the database fails"},
    };

    ex->how = how;
    return how == CANON_REFRESH_OK
               ? CANON_OK
               : cn_fail(&conn->err, table[how].code, "%s", table[how].text);
}

/* A failure of the database; memory is another matter. */
static int store_failed(canon_conn *conn, exchange *ex, int rc)
{
    if (rc == CANON_ENOMEM || rc == CANON_ECANCELED)
        return rc;
    cn_log_write(&conn->log, CANON_LOG_ERROR, "auth", "refresh: %s",
                 conn->err.text);
    return ended(conn, ex, CANON_REFRESH_STORE);
}

static int revoke(canon_conn *conn, exchange *ex, int how)
{
    int rc = cn_store_refresh_revoke(
        conn->db, ex->row.id, canon_now_us(conn->engine), NULL, &conn->err);

    return rc ? store_failed(conn, ex, rc) : ended(conn, ex, how);
}

/* A token that was exchanged already: by a second click, or by a thief. */
static int used_again(canon_conn *conn, exchange *ex)
{
    int64_t now_us = canon_now_us(conn->engine);
    int rc;

    if (ex->row.revoked || now_us >= ex->row.expires_us)
        return ended(conn, ex, CANON_REFRESH_UNKNOWN);
    if (now_us - ex->row.rotated_us <= DOUBLE_US)
        return ended(conn, ex, CANON_REFRESH_RUNNING);
    rc = revoke(conn, ex, CANON_REFRESH_UNKNOWN);
    if (ex->how != CANON_REFRESH_UNKNOWN)
        return rc;
    cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                 "a used refresh token came again: record %.8s of user %lld "
                 "is revoked",
                 ex->row.id, (long long)ex->row.user_id);
    canon_event_emit(conn, "auth.refresh_reuse_detected", ex->row.org, "{}");
    cn_refresh_tell(conn, &ex->provider, ex->row.device, ex->token);
    return ended(conn, ex, CANON_REFRESH_UNKNOWN);
}

/* Find the record and take it. */
static int take(canon_conn *conn, exchange *ex)
{
    int64_t now_us = canon_now_us(conn->engine);
    bool got = false;
    int rc = cn_store_refresh_find(conn->db, &conn->arena, ex->hash, &ex->row,
                                   &conn->err);

    if (rc == CANON_ENOTFOUND)
        return ended(conn, ex, CANON_REFRESH_UNKNOWN);
    if (rc)
        return store_failed(conn, ex, rc);
    if (ex->row.previous)
        return used_again(conn, ex);
    if (ex->row.revoked || !ex->row.active || now_us >= ex->row.expires_us)
        return ended(conn, ex, CANON_REFRESH_UNKNOWN);
    /* a token that could not be checked afterwards would be lost; and the
     * lease is for the exchange alone */
    rc = cn_keyring_ready(conn, ex->provider.at.keys);
    if (rc == CANON_EREMOTE)
        return ended(conn, ex, CANON_REFRESH_PROVIDER);
    if (rc)
        return rc;
    now_us = canon_now_us(conn->engine);
    ex->lease_us = now_us + LEASE_US;
    rc = cn_store_refresh_lease(conn->db, &ex->row, now_us, ex->lease_us, &got,
                                &conn->err);
    if (rc)
        return store_failed(conn, ex, rc);
    return got ? CANON_OK : ended(conn, ex, CANON_REFRESH_RUNNING);
}

/* The provider fails: as if nothing had been asked. */
static int give_back(canon_conn *conn, exchange *ex, int rc)
{
    canon_error before = conn->err;
    int given = CANON_EBUSY;

    if (conn->db)
        given = cn_store_refresh_release(conn->db, ex->row.id, ex->lease_us,
                                         &conn->err);
    if (given) {
        cn_log_write(&conn->log, CANON_LOG_DEBUG, "auth",
                     "the lease of a refresh runs out by itself");
    }
    conn->err = before;
    if (rc == CANON_ENOMEM || rc == CANON_ECANCELED)
        return rc;
    return ended(conn, ex, CANON_REFRESH_PROVIDER);
}

static int ask(canon_conn *conn, exchange *ex)
{
    cn_buf form = CN_BUF_INIT(FORM_LIMIT);

    cn_form_add(&form, "grant_type", "refresh_token");
    cn_form_add(&form, "refresh_token", ex->token);
    return cn_oauth_post(conn, ex->provider.at.token,
                         client_of(&ex->provider, ex->row.device), &form,
                         &ex->answer);
}

/* The new access token must be one, and of the same person. */
static int check_answer(canon_conn *conn, exchange *ex, cn_person *out)
{
    cn_claims claims;
    const char *access = cn_value_str(ex->answer.json, "access_token", "");
    int rc = cn_provider_check(conn, &ex->provider, access, &claims);

    if (rc == CANON_EAUTH || (!rc && strcmp(claims.sub, ex->row.sub) != 0)) {
        rc = revoke(conn, ex, CANON_REFRESH_REFUSED);
        if (ex->how == CANON_REFRESH_REFUSED)
            cn_refresh_tell(conn, &ex->provider, ex->row.device, ex->new_token);
        return rc;
    }
    if (rc)
        return give_back(conn, ex, rc);
    cn_refresh_person(&claims, out);
    return CANON_OK;
}

/* Rights that cannot be written down now are with the next refresh. */
static void renew(canon_conn *conn, const exchange *ex, const cn_person *person)
{
    if (cn_account_renew(conn, ex->row.user_id, person)) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "rights were not renewed: %s", conn->err.text);
    }
}

static int rotate(canon_conn *conn, exchange *ex)
{
    char hash[65];
    bool done = false;
    int rc;

    cn_auth_hash(cn_str(ex->new_token), hash);
    rc = cn_store_refresh_rotate(conn->db, &ex->row, hash,
                                 canon_now_us(conn->engine), &done, &conn->err);
    if (rc)
        return store_failed(conn, ex, rc);
    if (done)
        return CANON_OK;
    /* it was revoked meanwhile: nobody gets the new token */
    rc = revoke(conn, ex, CANON_REFRESH_LOST);
    if (ex->how == CANON_REFRESH_LOST) {
        cn_refresh_tell(conn, &ex->provider, ex->row.device, ex->new_token);
        rc = ended(conn, ex, CANON_REFRESH_LOST);
    }
    return rc;
}

/* With the record taken: the provider, then the record. */
static int run(canon_conn *conn, exchange *ex)
{
    cn_person person;
    char word[41];
    int rc = ask(conn, ex);

    if (rc)
        return give_back(conn, ex, rc);
    cn_auth_word(ex->answer.error, word);
    if (strcmp(word, "invalid_grant") == 0)
        return revoke(conn, ex, CANON_REFRESH_REFUSED);
    if (*ex->answer.error) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "the provider refuses to refresh: %s", word);
        return give_back(conn, ex, CANON_EREMOTE);
    }
    ex->new_token = cn_value_str(ex->answer.json, "refresh_token", ex->token);
    rc = check_answer(conn, ex, &person);
    if (!rc)
        rc = rotate(conn, ex);
    if (!rc)
        renew(conn, ex, &person);
    return rc;
}

typedef struct tokens_result {
    canon_tokens tokens; /* first: what the caller holds */
    cn_token_pair pair;
} tokens_result;

static int refresh(canon_conn *conn, exchange *ex, tokens_result **out)
{
    tokens_result *result;
    int rc = take(conn, ex);

    if (rc)
        return rc;
    /* memory first: what the provider gives must not be lost for want of it */
    result = cn_calloc(1, sizeof(*result));
    rc = result ? run(conn, ex) : give_back(conn, ex, CANON_ENOMEM);
    if (!rc)
        rc = cn_token_pair_fill(&result->pair, &ex->answer, ex->new_token,
                                &result->tokens);
    if (rc) {
        cn_free(result);
        return rc == CANON_ENOMEM ? cn_fail_memory(&conn->err) : rc;
    }
    *out = result;
    return ended(conn, ex, CANON_REFRESH_OK);
}

static bool is_token(const char *token)
{
    size_t len = token ? strlen(token) : 0;

    return len > 0 && len <= LONGEST;
}

int canon_tokens_refresh(canon_conn *conn, const char *refresh_token,
                         int *how_out, canon_tokens **out)
{
    exchange ex = {.token = refresh_token, .how = CANON_REFRESH_STORE};
    tokens_result *result = NULL;
    int rc;

    *out = NULL;
    rc = cn_conn_begin(conn, CN_DB_WRITE);
    if (!rc) {
        rc = cn_provider_get(conn, &ex.provider);
        if (rc == CANON_EREMOTE)
            rc = ended(conn, &ex, CANON_REFRESH_PROVIDER);
        else if (!rc && !is_token(refresh_token))
            rc = ended(conn, &ex, CANON_REFRESH_UNKNOWN);
    }
    if (!rc) {
        cn_auth_hash(cn_str(refresh_token), ex.hash);
        rc = refresh(conn, &ex, &result);
    }
    if (result)
        *out = &result->tokens;
    *how_out = ex.how;
    return cn_conn_end(conn, rc);
}

void canon_tokens_free(canon_tokens *tokens)
{
    tokens_result *result = (tokens_result *)tokens;

    if (!result)
        return;
    cn_token_pair_free(&result->pair);
    cn_free(result);
}

int canon_tokens_revoke(canon_conn *conn, const char *refresh_token)
{
    cn_refresh_row row;
    cn_provider provider;
    canon_error before;
    bool revoked = false;
    char hash[65];
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (rc || !is_token(refresh_token))
        return cn_conn_end(conn, rc);
    cn_auth_hash(cn_str(refresh_token), hash);
    rc = cn_store_refresh_find(conn->db, &conn->arena, hash, &row, &conn->err);
    if (!rc)
        rc = cn_store_refresh_revoke(
            conn->db, row.id, canon_now_us(conn->engine), &revoked, &conn->err);
    if (rc == CANON_ENOTFOUND)
        rc = CANON_OK;
    before = conn->err;
    if (!rc && revoked && !cn_provider_get(conn, &provider))
        cn_refresh_tell(conn, &provider, row.device, refresh_token);
    conn->err = before;
    return cn_conn_end(conn, rc);
}
