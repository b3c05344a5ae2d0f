#include "state.h"

#include "date.h"
#include "fail.h"

#include <stdio.h>

#define LIFE_S        INT64_C(600)
#define NAME_PART     8 /* characters of the state in the cookie's name */
#define PURPOSE       "oauth-state"
#define LONGEST_STATE ((size_t)8 * 1024)

const char *canon_login_cookie_prefix(const canon *c)
{
    return cn_auth_is_secure(c) ? "__Host-canon_login_" : "canon_login_";
}

static void cookie_name(const canon *c, const char *state, char out[48])
{
    snprintf(out, 48, "%s%.*s", canon_login_cookie_prefix(c), NAME_PART, state);
}

static int random_text(canon_conn *conn, const char **out)
{
    char token[CN_TOKEN_LEN + 1];
    int rc = cn_auth_token(conn, token);

    cn_arena_guard(&conn->arena);
    if (!rc) {
        *out = cn_arena_str(&conn->arena, token);
        rc = *out ? CANON_OK : cn_fail_memory(&conn->err);
    }
    cn_wipe(token, sizeof(token));
    return rc;
}

/* code_challenge_method S256. */
static int make_challenge(canon_conn *conn, cn_state *state)
{
    unsigned char hash[CN_SHA256_LEN];
    cn_buf text = CN_BUF_INIT(CN_TOKEN_LEN);
    int rc;

    cn_sha256(state->verifier, strlen(state->verifier), hash);
    cn_base64url(&text, hash, sizeof(hash));
    rc = cn_buf_check(&text, &conn->err);
    if (!rc) {
        state->challenge = cn_arena_copy(&conn->arena, cn_buf_all(&text));
        rc = state->challenge ? CANON_OK : cn_fail_memory(&conn->err);
    }
    cn_buf_free(&text);
    return rc;
}

int cn_state_new(canon_conn *conn, cn_state *out)
{
    int rc = random_text(conn, &out->state);

    if (!rc)
        rc = random_text(conn, &out->nonce);
    if (!rc)
        rc = random_text(conn, &out->verifier);
    return rc ? rc : make_challenge(conn, out);
}

int cn_state_cookie(canon_conn *conn, const cn_state *state, canon_cookie *out)
{
    cn_seal_place place = {PURPOSE, out->name};
    cn_buf plain = CN_BUF_INIT(LONGEST_STATE);
    cn_buf sealed = CN_BUF_INIT(2 * LONGEST_STATE);
    cn_json w = cn_json_to(&plain);
    int rc;

    cookie_name(conn->engine, state->state, out->name);
    out->path = "/";
    out->max_age_s = LIFE_S;
    cn_json_object(&w, NULL);
    cn_json_str(&w, "with", state->with);
    cn_json_str(&w, "state", state->state);
    cn_json_str(&w, "nonce", state->nonce);
    cn_json_str(&w, "verifier", state->verifier);
    cn_json_str(&w, "next", state->next);
    cn_json_str(&w, "org", state->org);
    cn_json_int(&w, "user", state->user_id);
    cn_json_int(&w, "exp", canon_now_us(conn->engine) / CN_US_SECOND + LIFE_S);
    cn_json_end_object(&w);
    rc = cn_auth_seal(conn, &place, &plain, &sealed);
    if (!rc)
        rc = cn_buf_check(&sealed, &conn->err);
    if (!rc) {
        out->value = cn_arena_copy(&conn->arena, cn_buf_all(&sealed));
        rc = out->value ? CANON_OK : cn_fail_memory(&conn->err);
    }
    cn_buf_free(&sealed);
    return rc;
}

void cn_state_delete(const canon *c, const char *state, canon_cookie *out)
{
    cookie_name(c, state, out->name);
    out->value = "";
    out->path = "/";
    out->max_age_s = 0;
}

bool cn_state_ok(const char *state)
{
    size_t len = 0;

    if (!state)
        return false;
    while (cn_is_alpha(state[len]) || cn_is_digit(state[len]) ||
           state[len] == '_' || state[len] == '-')
        len++;
    return state[len] == '\0' && len == CN_TOKEN_LEN;
}

static int foreign(canon_conn *conn)
{
    return cn_fail(&conn->err, CANON_EAUTH,
                   "the state does not belong to a login of this browser");
}

/* A second answer to the same state. The memory of this process helps against
 * copied cookies; the code itself is good for one exchange anyway. */
static int take_once(canon_conn *conn, const char *state)
{
    char hash[65];
    int rc;

    cn_auth_hash(cn_str(state), hash);
    rc = canon_limit_take(conn->engine, "login-state", hash, 1,
                          LIFE_S * CN_US_SECOND, NULL);
    if (rc == CANON_ELIMIT)
        return foreign(conn);
    return rc ? cn_fail_memory(&conn->err) : CANON_OK;
}

int cn_state_open(canon_conn *conn, const char *with, const char *state,
                  const char *cookie, cn_state *out)
{
    char name[48];
    cn_seal_place place = {PURPOSE, name};
    const cn_value *value = NULL;
    int64_t now_s = canon_now_us(conn->engine) / CN_US_SECOND;
    int rc;

    memset(out, 0, sizeof(*out));
    if (!cn_state_ok(state) || !cookie)
        return foreign(conn);
    cookie_name(conn->engine, state, name);
    rc = cn_auth_open(conn, &place, cn_str(cookie), &value);
    if (rc)
        return rc == CANON_ENOTFOUND ? foreign(conn) : rc;
    out->with = cn_value_str(value, "with", "");
    out->state = cn_value_str(value, "state", "");
    out->nonce = cn_value_str(value, "nonce", "");
    out->verifier = cn_value_str(value, "verifier", "");
    out->challenge = "";
    out->next = cn_value_str(value, "next", "");
    out->org = cn_value_str(value, "org", "");
    out->user_id = cn_value_int(value, "user", 0);
    if (!cn_secret_eq(cn_str(out->state), cn_str(state)) ||
        strcmp(out->with, with) != 0 || now_s >= cn_value_int(value, "exp", 0))
        return foreign(conn);
    return take_once(conn, state);
}
