/*
 * Calls to other services, seen from a connection: who carries them, and that
 * no database connection waits for an answer.
 */
#include "engine_parts.h"

#include "fail.h"

#include <assert.h>

/* The settings that hold an address. */
static const char *const addresses[] = {
    "CANON_GITHUB_URL",
    "CANON_GITHUB_API_URL",
};

/* The client on libcurl, made when it is first needed. */
static int find_client(canon *c, cn_http_client **out, canon_error *err)
{
    cn_http_options options = {
        .ca_file = canon_setting_text(c, "CANON_CA_FILE"),
        .interrupted = &c->interrupted,
    };
    int rc = CANON_OK;

    cn_lock_take(&c->http_lock);
    if (!c->http)
        rc = cn_http_client_new(&options, &c->http, err);
    *out = c->http;
    cn_lock_give(&c->http_lock);
    return rc;
}

int cn_engine_check_http(canon *c, canon_error *err)
{
    cn_http_client *client;
    canon_error why;
    cn_http_url url;
    int rc;

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        const char *text = canon_setting_text(c, addresses[i]);

        if (!cn_http_url_parse(cn_str(text), &url)) {
            return cn_fail(err, CANON_EINVAL,
                           "%s must begin with https:// (http:// only to "
                           "loopback), not \"%.60s\"",
                           addresses[i], text);
        }
    }
    if (c->env.http || !*canon_setting_text(c, "CANON_CA_FILE"))
        return CANON_OK;
    rc = find_client(c, &client, &why);
    return rc ? cn_fail(err, rc, "CANON_CA_FILE: %.200s", why.text) : CANON_OK;
}

static int wait_between(void *user, int64_t us)
{
    int64_t until = cn_cond_now_us() + us;
    int rc = CANON_OK;

    /* also wakes when a job is announced */
    while (!rc && us > 0) {
        rc = cn_conn_wait(user, us);
        us = until - cn_cond_now_us();
    }
    return rc;
}

static int find_transport(canon_conn *conn, cn_http_transport *out)
{
    canon *c = conn->engine;
    cn_http_client *client;
    int rc = CANON_OK;

    *out = (cn_http_transport){.exchange = c->env.http,
                               .user = c->env.user,
                               .wait = wait_between,
                               .wait_user = conn,
                               .random = c->env.random,
                               .env_user = c->env.user,
                               .now_us = c->env.now_us};
    if (!out->exchange) {
        rc = find_client(c, &client, &conn->err);
        out->exchange = cn_http_exchange;
        out->user = client;
    }
    return rc;
}

/* The database connections that a call has. */
typedef struct held {
    bool inner;
    bool outer;
    cn_db_mode mode;
} held;

static held let_go(canon_conn *conn)
{
    held h = {conn->db != NULL, conn->outer != NULL, conn->mode};

    cn_conn_release(conn);
    if (h.outer) {
        conn->db = conn->outer;
        conn->mode = CN_DB_READ;
        conn->outer = NULL;
        cn_conn_release(conn);
    }
    return h;
}

/* In the order in which they were taken first. */
static int take_again(canon_conn *conn, held h)
{
    int rc = CANON_OK;

    if (h.outer) {
        rc = cn_conn_acquire(conn, CN_DB_READ);
        if (rc)
            return rc;
        conn->outer = conn->db;
        conn->db = NULL;
    }
    if (h.inner)
        rc = cn_conn_acquire(conn, h.mode);
    return rc;
}

int cn_conn_http(canon_conn *conn, const cn_http_call *call,
                 cn_http_answer *out)
{
    cn_http_transport transport;
    held h;
    int rc;
    int again;

    memset(out, 0, sizeof(*out));
    rc = find_transport(conn, &transport);
    if (rc)
        return rc;
    h = let_go(conn);
    rc = cn_conn_interrupted(conn)
             ? cn_fail(&conn->err, CANON_ECANCELED, "canceled")
             : cn_http_run(&transport, call, out, &conn->err);
    again = take_again(conn, h);
    if (out->tries > 1) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "http",
                     "%d tries to ask another service, then %s", out->tries,
                     rc ? conn->err.text : "an answer");
    }
    return again ? again : rc;
}
