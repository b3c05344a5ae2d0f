/*
 * Sessions of browsers. The cookie holds a random id; the row is found by its
 * hash, and what the session knows is sealed for this row alone.
 */
#include "sessions.h"

#include "auth_parts.h"
#include "date.h"
#include "fail.h"
#include "store.h"

#define TOUCH_US     (INT64_C(300) * CN_US_SECOND)
#define LONGEST_DATA ((size_t)16 * 1024)

const char *canon_session_cookie(const canon *c)
{
    return cn_auth_is_secure(c) ? "__Host-canon_session" : "canon_session";
}

/* The hash of the id in a cookie. */
static int read_cookie(canon_conn *conn, const char *cookie, char hash[65])
{
    const cn_seal_place place = {"session", canon_session_cookie(conn->engine)};
    const cn_value *value = NULL;
    const char *sid;
    int64_t now_s = canon_now_us(conn->engine) / CN_US_SECOND;
    int rc = cn_auth_open(conn, &place, cn_str(cookie), &value);

    if (rc)
        return rc;
    sid = cn_value_str(value, "sid", "");
    if (strlen(sid) != CN_TOKEN_LEN || now_s >= cn_value_int(value, "exp", 0))
        return cn_fail(&conn->err, CANON_ENOTFOUND, "no valid session");
    cn_auth_hash(cn_str(sid), hash);
    return CANON_OK;
}

static int write_cookie(canon_conn *conn, const char *sid,
                        const cn_session_row *row, cn_buf *out)
{
    const cn_seal_place place = {"session", canon_session_cookie(conn->engine)};
    cn_buf plain = CN_BUF_INIT(256);
    cn_json w = cn_json_to(&plain);

    cn_json_object(&w, NULL);
    cn_json_str(&w, "sid", sid);
    cn_json_int(&w, "iat", row->seen_us / CN_US_SECOND);
    cn_json_int(&w, "exp", row->until_us / CN_US_SECOND);
    cn_json_end_object(&w);
    return cn_auth_seal(conn, &place, &plain, out);
}

/* What a session knows, sealed for its row; in the arena. */
static int write_data(canon_conn *conn, const char *hash,
                      const cn_session *session, const char **out)
{
    const cn_seal_place place = {"session", hash};
    cn_buf plain = CN_BUF_INIT(LONGEST_DATA);
    cn_buf sealed = CN_BUF_INIT(2 * LONGEST_DATA);
    cn_json w = cn_json_to(&plain);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_int(&w, "given", session->given);
    cn_json_bool(&w, "has_given", session->has_given);
    cn_json_str(&w, "org_id", session->org_id);
    cn_json_str(&w, "github_login", session->github_login);
    cn_json_str(&w, "github_name", session->github_name);
    cn_json_str(&w, "github_email", session->github_email);
    cn_json_str(&w, "github_picture", session->github_picture);
    cn_json_str(&w, "github_token", session->github_token);
    cn_json_end_object(&w);
    rc = cn_auth_seal(conn, &place, &plain, &sealed);
    if (!rc)
        rc = cn_buf_check(&sealed, &conn->err);
    if (!rc) {
        *out = cn_arena_copy(&conn->arena, cn_buf_all(&sealed));
        rc = *out ? CANON_OK : cn_fail_memory(&conn->err);
    }
    cn_buf_free(&sealed);
    return rc;
}

static int read_data(canon_conn *conn, const cn_session_row *row,
                     cn_session *out)
{
    const cn_seal_place place = {"session", row->sid_hash};
    const cn_value *value = NULL;
    int rc = cn_auth_open(conn, &place, cn_str(row->data), &value);

    if (rc)
        return rc;
    out->user_id = row->user_id;
    out->org = row->org;
    out->given = (unsigned)cn_value_int(value, "given", 0);
    out->has_given = cn_value_bool(value, "has_given", false);
    out->org_id = cn_value_str(value, "org_id", "");
    out->github_login = cn_value_str(value, "github_login", "");
    out->github_name = cn_value_str(value, "github_name", "");
    out->github_email = cn_value_str(value, "github_email", "");
    out->github_picture = cn_value_str(value, "github_picture", "");
    out->github_token = cn_value_str(value, "github_token", "");
    return CANON_OK;
}

/* A request that reads must not fail because this cannot be written. */
static void touch(canon_conn *conn, cn_session_row *row, int64_t now_us)
{
    canon_error before = conn->err;
    int rc;

    if (now_us - row->seen_us < TOUCH_US)
        return;
    row->seen_us = now_us;
    row->idle_until_us = now_us + CN_SESSION_IDLE_US;
    rc = cn_conn_begin_idle(conn);
    if (!rc)
        rc = cn_store_session_touch(conn->db, row, &conn->err);
    rc = cn_conn_end(conn, rc);
    if (rc) {
        cn_log_write(&conn->log, CANON_LOG_DEBUG, "auth",
                     "a session was not kept alive: %s", conn->err.text);
        conn->err = before;
    }
}

/* The row of a cookie that has not ended. */
static int find_row(canon_conn *conn, const char *cookie, cn_session_row *out)
{
    char hash[65];
    int rc = read_cookie(conn, cookie, hash);

    if (!rc)
        rc = cn_store_session_find(conn->db, &conn->arena, hash,
                                   canon_now_us(conn->engine), out, &conn->err);
    return rc;
}

int cn_session_find(canon_conn *conn, const char *cookie, cn_session *out)
{
    cn_session_row row;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = find_row(conn, cookie, &row);
    if (!rc)
        rc = read_data(conn, &row, out);
    if (!rc)
        touch(conn, &row, canon_now_us(conn->engine));
    return cn_conn_end(conn, rc);
}

/* Add a row with a new id; its times are given. */
static int add_row(canon_conn *conn, const cn_session *session,
                   cn_session_row *row, cn_buf *out)
{
    char sid[CN_TOKEN_LEN + 1];
    char hash[65];
    int rc = cn_auth_token(conn, sid);

    if (rc)
        return rc;
    cn_auth_hash(cn_str(sid), hash);
    row->sid_hash = hash;
    row->org = session->org;
    row->user_id = session->user_id;
    rc = write_data(conn, hash, session, &row->data);
    if (!rc)
        rc = cn_store_session_add(conn->db, row, &conn->err);
    if (!rc)
        rc = write_cookie(conn, sid, row, out);
    cn_wipe(sid, sizeof(sid));
    row->sid_hash = NULL;
    return rc;
}

int cn_session_open(canon_conn *conn, const cn_session *session, cn_buf *out)
{
    int64_t now_us = canon_now_us(conn->engine);
    cn_session_row row = {.created_us = now_us,
                          .seen_us = now_us,
                          .idle_until_us = now_us + CN_SESSION_IDLE_US,
                          .until_us = now_us + CN_SESSION_LIFE_US};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = add_row(conn, session, &row, out);
    return cn_conn_end(conn, rc);
}

typedef struct change {
    const char *cookie;
    const cn_session *session;
    cn_buf *out;
    size_t len; /* of out, before */
} change;

static int run_change(canon_conn *conn, void *arg)
{
    change *ch = arg;
    int64_t now_us = canon_now_us(conn->engine);
    cn_session_row row;
    bool ended = false;
    int rc = find_row(conn, ch->cookie, &row);

    cn_buf_cut(ch->out, ch->len);
    if (!rc)
        rc = cn_store_session_end(conn->db, row.sid_hash, now_us, &ended,
                                  &conn->err);
    if (!rc && !ended)
        rc = cn_fail(&conn->err, CANON_ENOTFOUND, "no such session");
    row.seen_us = now_us;
    row.idle_until_us = now_us + CN_SESSION_IDLE_US;
    return rc ? rc : add_row(conn, ch->session, &row, ch->out);
}

int cn_session_change(canon_conn *conn, const char *cookie,
                      const cn_session *session, cn_buf *out)
{
    change ch = {cookie, session, out, out->len};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, run_change, &ch);
    return cn_conn_end(conn, rc);
}

typedef struct unlinking {
    const char *cookie;
    const char *token; /* that was linked */
} unlinking;

/* Read and written under a lock: a link that is made meanwhile either comes
 * after this or is forgotten with its token. */
static int run_unlink(canon_conn *conn, void *arg)
{
    unlinking *u = arg;
    cn_session_row row;
    cn_session session;
    int rc = find_row(conn, u->cookie, &row);

    u->token = "";
    if (!rc)
        rc = cn_store_session_lock(conn->db, row.sid_hash, &conn->err);
    if (!rc)
        rc = find_row(conn, u->cookie, &row); /* as it is under the lock */
    if (!rc)
        rc = read_data(conn, &row, &session);
    if (rc || !*session.github_token)
        return rc;
    u->token = session.github_token;
    session.github_login = session.github_name = "";
    session.github_email = session.github_picture = "";
    session.github_token = "";
    rc = write_data(conn, row.sid_hash, &session, &row.data);
    return rc ? rc : cn_store_session_set(conn->db, &row, &conn->err);
}

int cn_session_unlink(canon_conn *conn, const char *cookie,
                      const char **token_out)
{
    unlinking u = {cookie, ""};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, run_unlink, &u);
    *token_out = rc ? "" : u.token;
    return cn_conn_end(conn, rc);
}

int cn_session_close(canon_conn *conn, const char *cookie)
{
    char hash[65];
    bool ended;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = read_cookie(conn, cookie, hash);
    if (!rc)
        rc = cn_store_session_end(conn->db, hash, canon_now_us(conn->engine),
                                  &ended, &conn->err);
    return cn_conn_end(conn, rc == CANON_ENOTFOUND ? CANON_OK : rc);
}
