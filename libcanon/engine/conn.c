/*
 * Connections: a seat of one thread, which borrows a database connection for
 * the time of a call.
 */
#include "engine_parts.h"

#include "check.h"
#include "fail.h"
#include "mem.h"

#include <assert.h>
#include <stdio.h>

#define MOST_TRIES 3
#define MOST_DEPTH 64

int canon_connect(canon *c, canon_conn **out, canon_error *err)
{
    canon_conn *conn;
    int rc = cn_engine_start(c, err);

    *out = NULL;
    if (rc)
        return rc;
    conn = cn_calloc(1, sizeof(*conn));
    if (!conn)
        return cn_fail_memory(err);
    conn->engine = c;
    conn->log = c->log;
    *out = conn;
    return CANON_OK;
}

int cn_conn_twin(canon_conn *conn, canon_conn **out)
{
    int rc = canon_connect(conn->engine, out, &conn->err);

    if (rc)
        return rc;
    (*out)->log = conn->log;
    (*out)->stop = conn->stop;
    return CANON_OK;
}

void canon_disconnect(canon_conn *conn)
{
    if (!conn)
        return;
    assert(conn->depth == 0);
    cn_arena_free(&conn->arena);
    cn_free(conn);
}

const canon_error *canon_last_error(const canon_conn *conn)
{
    return &conn->err;
}

void canon_conn_set_request(canon_conn *conn, const char *id)
{
    snprintf(conn->log.request, sizeof(conn->log.request), "%.40s",
             id ? id : "");
}

canon *canon_conn_engine(const canon_conn *conn)
{
    return conn->engine;
}

static int acquire(canon_conn *conn, cn_db_mode mode, int64_t wait_us)
{
    canon *c = conn->engine;
    int rc;

    assert(!conn->db);
    rc = cn_db_pool_take(c, cn_engine_pool(c, mode), wait_us, &conn->db,
                         &conn->err);
    conn->mode = mode;
    return rc;
}

static int64_t longest_wait(const canon_conn *conn)
{
    return (int64_t)conn->engine->busy_timeout_ms * 1000;
}

int cn_conn_acquire(canon_conn *conn, cn_db_mode mode)
{
    return acquire(conn, mode, longest_wait(conn));
}

void cn_conn_release(canon_conn *conn)
{
    if (!conn->db)
        return;
    assert(!cn_db_in_tx(conn->db));
    cn_db_pool_give(cn_engine_pool(conn->engine, conn->mode), conn->db);
    conn->db = NULL;
}

/* A reader that must write gets the writer; its own connection waits. */
static int upgrade(canon_conn *conn, int64_t wait_us)
{
    cn_db *reader = conn->db;
    int rc;

    if (conn->mode == CN_DB_WRITE || conn->outer)
        return CANON_OK;
    if (conn->engine->shared_pool) {
        conn->mode = CN_DB_WRITE;
        return CANON_OK;
    }
    conn->db = NULL;
    rc = acquire(conn, CN_DB_WRITE, wait_us);
    if (rc) {
        conn->db = reader;
        conn->mode = CN_DB_READ;
        return rc;
    }
    conn->outer = reader;
    conn->outer_depth = conn->depth;
    return CANON_OK;
}

static void downgrade(canon_conn *conn)
{
    cn_conn_release(conn);
    conn->db = conn->outer;
    conn->mode = CN_DB_READ;
    conn->outer = NULL;
}

static int begin(canon_conn *conn, cn_db_mode mode, int64_t wait_us)
{
    int rc = CANON_OK;

    assert(conn->depth < MOST_DEPTH);
    if (conn->depth == 0) {
        cn_fail_clear(&conn->err);
        rc = acquire(conn, mode, wait_us);
    } else if (!conn->db) {
        rc = acquire(conn, mode, wait_us);
        conn->bare |= UINT64_C(1) << conn->depth;
    } else if (mode == CN_DB_WRITE) {
        rc = upgrade(conn, wait_us);
    }
    conn->depth++;
    return rc;
}

int cn_conn_begin(canon_conn *conn, cn_db_mode mode)
{
    return begin(conn, mode, longest_wait(conn));
}

int cn_conn_begin_fresh(canon_conn *conn)
{
    return cn_conn_begin(conn,
                         conn->engine->has_replica ? CN_DB_WRITE : CN_DB_READ);
}

int cn_conn_begin_idle(canon_conn *conn)
{
    return begin(conn, CN_DB_WRITE, 0);
}

int cn_conn_end(canon_conn *conn, int rc)
{
    assert(conn->depth > 0);
    conn->depth--;
    if (conn->outer && conn->depth == conn->outer_depth)
        downgrade(conn);
    if (conn->bare & UINT64_C(1) << conn->depth) {
        conn->bare &= ~(UINT64_C(1) << conn->depth);
        cn_conn_release(conn);
    }
    if (conn->depth == 0) {
        cn_conn_release(conn);
        cn_arena_reset(&conn->arena);
    }
    /* a code without a reason would leave the caller in the dark */
    if (rc && conn->err.code != rc)
        cn_fail(&conn->err, rc, "%s", canon_code_text(rc));
    return rc;
}

int cn_tx_retry(canon_conn *conn, cn_tx_mode mode,
                int (*fn)(canon_conn *conn, void *arg), void *arg)
{
    bool inside = cn_db_in_tx(conn->db);
    int tries = inside ? MOST_TRIES : 0;
    int rc;

    do {
        rc = cn_db_begin(conn->db, mode, &conn->err);
        if (!rc) {
            rc = fn(conn, arg);
            rc = cn_db_end(conn->db, rc, &conn->err);
        }
        if (rc == CANON_EBUSY && !inside && cn_db_broken(conn->db)) {
            cn_db_mode was = conn->mode;
            int again;

            cn_conn_release(conn);
            again = cn_conn_acquire(conn, was);
            if (again)
                return again;
        }
        tries++;
    } while (rc == CANON_EBUSY && tries < MOST_TRIES &&
             !cn_conn_interrupted(conn));
    return rc;
}

cn_lru *cn_conn_cache(canon_conn *conn)
{
    return conn->engine->cache;
}

bool cn_conn_interrupted(const canon_conn *conn)
{
    return atomic_load(&conn->engine->interrupted) ||
           (conn->stop && atomic_load(conn->stop));
}

int cn_conn_wait(canon_conn *conn, int64_t us)
{
    canon *c = conn->engine;
    int64_t until = cn_cond_now_us() + us;
    uint64_t seen;

    cn_lock_take(&c->job_lock);
    seen = c->job_count;
    while (!cn_conn_interrupted(conn) && seen == c->job_count &&
           cn_cond_wait(&c->job_added, &c->job_lock, until))
        continue;
    cn_lock_give(&c->job_lock);
    return cn_conn_interrupted(conn) ? CANON_ECANCELED : CANON_OK;
}

void cn_conn_announce_job(canon_conn *conn)
{
    canon *c = conn->engine;

    cn_lock_take(&c->job_lock);
    c->job_count++;
    pthread_cond_broadcast(&c->job_added);
    cn_lock_give(&c->job_lock);
}

const char *cn_conn_org(canon_conn *conn, const char *org)
{
    cn_slice name = cn_str(org);
    char *copy;

    if (!cn_slug_ok(name)) {
        cn_fail(&conn->err, CANON_EINVAL, "%.60s is no name of an organisation",
                org ? org : "NULL");
        return NULL;
    }
    copy = cn_arena_copy(&conn->arena, name);
    if (!copy) {
        cn_fail_memory(&conn->err);
        return NULL;
    }
    for (char *p = copy; *p; p++)
        *p = cn_lower(*p);
    return copy;
}

const canon_source_ops *cn_conn_source_ops(canon_conn *conn, const char *scheme,
                                           void **user_out)
{
    for (const cn_scheme *s = conn->engine->schemes; s; s = s->next) {
        if (strcmp(s->name, scheme) == 0) {
            *user_out = s->user;
            return &s->ops;
        }
    }
    return NULL;
}

void canon_log(canon_conn *conn, int level, const char *module, const char *fmt,
               ...)
{
    va_list args;

    va_start(args, fmt);
    cn_log_writev(&conn->log, level, module, fmt, args);
    va_end(args);
}

void canon_event_emit(canon_conn *conn, const char *name, const char *org,
                      const char *detail)
{
    const canon *c = conn->engine;
    canon_event event = {name, org ? org : "", detail ? detail : "{}", 0};

    if (!c->env.event)
        return;
    event.time_us = canon_now_us(c);
    c->env.event(c->env.user, &event);
}
