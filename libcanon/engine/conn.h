/*
 * What the services use of the engine: the inside of a connection. Public
 * calls look like
 *
 *     int rc = cn_conn_begin(conn, CN_DB_READ);
 *
 *     if (!rc)
 *         rc = work(conn);          // conn->db, conn->arena, conn->err
 *     return cn_conn_end(conn, rc);
 *
 * begin and end nest; the outermost begin takes a database connection from the
 * pool and the outermost end gives it back and resets the arena. Results that
 * outlive the call have arenas of their own. A call that needs to write inside
 * one that only reads gets the writer for its own duration.
 */
#ifndef CN_CONN_H
#define CN_CONN_H

#include "canon/engine.h"

#include "arena.h"
#include "db.h"
#include "log.h"
#include "lru.h"

#include <stdatomic.h>

struct canon_conn {
    canon *engine;
    canon_error err;
    cn_arena arena; /* scratch of the outermost public call */
    cn_db *db;      /* borrowed between begin and end */
    cn_db_mode mode;
    int depth;
    uint64_t bare;   /* depths at which a call began without db inside others */
    cn_db *outer;    /* the reader, while a nested call has the writer */
    int outer_depth; /* at which the reader comes back */
    cn_log log;
    const atomic_bool *stop; /* of the team of workers it serves, or NULL */
};

int cn_conn_begin(canon_conn *conn, cn_db_mode mode);
int cn_conn_end(canon_conn *conn, int rc);

/* Begin to read what must not be old (who may do what): from the primary where
 * a replica serves reads. */
int cn_conn_begin_fresh(canon_conn *conn);

/* Begin to write what may as well be left out: CANON_EBUSY at once instead of
 * waiting for the writer. */
int cn_conn_begin_idle(canon_conn *conn);

/*
 * Give the database connection back before waiting for something else (a
 * source, a peer), and take one again. Not inside a transaction.
 */
void cn_conn_release(canon_conn *conn);
int cn_conn_acquire(canon_conn *conn, cn_db_mode mode);

/* Another seat for the same work, for a thread that helps with it: it ends when
 * the work is to end. Given back with canon_disconnect. */
int cn_conn_twin(canon_conn *conn, canon_conn **out);

/* Run fn in a transaction; on CANON_EBUSY up to 3 times again, so fn must have
 * no effect outside the database. */
int cn_tx_retry(canon_conn *conn, cn_tx_mode mode,
                int (*fn)(canon_conn *conn, void *arg), void *arg);

/*
 * Ask another service (http.h). Gives the database connections back before and
 * takes them again afterwards, when the call had any; never inside a
 * transaction. The host's canon_env.http carries it, or libcurl. Waits between
 * tries end with CANON_ECANCELED when the engine or the team of workers is to
 * stop. When there is an answer but no connection afterwards, the code is that
 * of cn_conn_acquire and conn->db is NULL. Free out in every case.
 */
struct cn_http_call;
struct cn_http_answer;
int cn_conn_http(canon_conn *conn, const struct cn_http_call *call,
                 struct cn_http_answer *out);

/* The engine's cache of derived data; keys begin with the organisation. */
cn_lru *cn_conn_cache(canon_conn *conn);

/* canon_interrupt was called, or the team of workers is to stop. */
bool cn_conn_interrupted(const canon_conn *conn);

/* Wait until us passed, a job was announced (cn_conn_announce_job) or the
 * engine is interrupted: CANON_OK, or CANON_ECANCELED. */
int cn_conn_wait(canon_conn *conn, int64_t us);
void cn_conn_announce_job(canon_conn *conn);

/* Lower-case copy of an organisation name in the arena; NULL (and err set)
 * when it is no slug or memory is short. */
const char *cn_conn_org(canon_conn *conn, const char *org);

/* A kind of source that canon_source_register added; NULL: unknown. */
struct canon_source_ops;
const struct canon_source_ops *cn_conn_source_ops(canon_conn *conn,
                                                  const char *scheme,
                                                  void **user_out);

/* Something that workers and watchers keep with the engine (one pointer each;
 * stop is called by canon_close when it was not cleared). */
typedef struct cn_engine_slot {
    void *data;
    void (*stop)(void *data);
} cn_engine_slot;
cn_engine_slot *cn_engine_workers(canon *c);

/* What the module auth keeps: keys of its own and of the provider. NULL until
 * something is kept. */
void *cn_engine_auth(canon *c);

/* Keep it, unless another thread was faster: returns what is kept, so that the
 * slower one frees its own. canon_close calls stop. */
void *cn_engine_auth_keep(canon *c, void *data, void (*stop)(void *data));

#endif
