/*
 * The threads of a process that works jobs off: job threads, one scheduler and
 * one watcher of local sources, each with a connection of its own.
 */
#include "jobs_parts.h"

#include "canon/index.h"

#include "fail.h"
#include "mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define STACK_SIZE ((size_t)1024 * 1024)
#define MOST_COUNT 64
#define TICK_US    (INT64_C(30) * 1000000)
#define RETRY_US   (INT64_C(2) * 1000000)

typedef struct team team;

typedef struct member {
    team *team;
    canon_conn *conn;
    pthread_t thread;
    char name[48]; /* who holds a lease */
    bool started;
} member;

struct team {
    canon *engine;
    atomic_bool stopping;
    size_t count;
    member members[MOST_COUNT + 2];
};

static bool must_stop(const member *m)
{
    return cn_conn_interrupted(m->conn);
}

/* Wait for work; whether to stop is asked afterwards. */
static void idle(const member *m, int64_t us)
{
    (void)cn_conn_wait(m->conn, us);
}

static void *work(void *user)
{
    member *m = user;

    while (!must_stop(m)) {
        int rc = cn_job_run_next(m->conn, m->name);

        if (rc < 0 && rc != CANON_ECANCELED && rc != CANON_EBUSY) {
            canon_log(m->conn, CANON_LOG_ERROR, "jobs", "no job taken: %s",
                      canon_last_error(m->conn)->text);
        }
        if (rc <= 0)
            idle(m, CN_POLL_US);
    }
    return NULL;
}

static void *schedule(void *user)
{
    member *m = user;
    bool begun = false;

    while (!must_stop(m)) {
        int rc = CANON_OK;

        if (!begun) {
            /* what changed while nobody was watching */
            rc = cn_job_index_all(m->conn);
            begun = !rc;
        }
        if (!rc)
            rc = canon_schedule_tick(m->conn);
        if (rc && rc != CANON_ECANCELED) {
            canon_log(m->conn, CANON_LOG_WARN, "jobs", "schedule: %s",
                      canon_last_error(m->conn)->text);
        }
        idle(m, rc ? RETRY_US : TICK_US);
    }
    return NULL;
}

static void *watch(void *user)
{
    member *m = user;

    while (!must_stop(m)) {
        int rc = canon_index_watch(m->conn);

        if (rc && rc != CANON_ECANCELED) {
            canon_log(m->conn, CANON_LOG_WARN, "jobs", "watching: %s",
                      canon_last_error(m->conn)->text);
        }
        idle(m, RETRY_US);
    }
    return NULL;
}

/* Nobody needs to wait for the end of a lease whose process was killed. A
 * failure only means that. */
static void take_over(canon *engine)
{
    canon_error error;
    canon_conn *conn;
    int rc = canon_connect(engine, &conn, &error);

    if (rc)
        return;
    rc = cn_conn_begin(conn, CN_DB_WRITE);
    if (!rc)
        rc = cn_queue_release(conn->db, canon_now_us(engine), &conn->err);
    rc = cn_conn_end(conn, rc);
    if (rc) {
        canon_log(conn, CANON_LOG_WARN, "jobs", "old leases: %s",
                  canon_last_error(conn)->text);
    }
    canon_disconnect(conn);
}

static int start_member(team *t, pthread_attr_t *attr, void *(*run)(void *),
                        canon_error *err)
{
    member *m = &t->members[t->count];
    unsigned char id[6];
    int rc;

    m->team = t;
    rc = canon_connect(t->engine, &m->conn, err);
    if (rc)
        return rc;
    m->conn->stop = &t->stopping;
    rc = canon_random(t->engine, id, sizeof(id));
    if (rc)
        return cn_fail(err, rc, "no random bytes");
    snprintf(m->name, sizeof(m->name), "%02x%02x%02x%02x%02x%02x-%zu", id[0],
             id[1], id[2], id[3], id[4], id[5], t->count);
    canon_conn_set_request(m->conn, m->name);
    if (pthread_create(&m->thread, attr, run, m))
        return cn_fail(err, CANON_EBUSY, "cannot start a thread");
    m->started = true;
    return CANON_OK;
}

static void stop_team(void *data)
{
    team *t = data;

    atomic_store(&t->stopping, true);
    if (t->count && t->members[0].conn)
        cn_conn_announce_job(t->members[0].conn); /* wakes whoever waits */
    for (size_t i = 0; i < t->count; i++) {
        if (t->members[i].started)
            pthread_join(t->members[i].thread, NULL);
        canon_disconnect(t->members[i].conn);
    }
    cn_free(t);
}

static int start_all(team *t, int count, canon_error *err)
{
    pthread_attr_t attr;
    int rc = CANON_OK;

    if (pthread_attr_init(&attr))
        return cn_fail_memory(err);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    for (int i = 0; !rc && i < count + 2; i++) {
        rc = start_member(t, &attr,
                          i < count    ? work
                          : i == count ? schedule
                                       : watch,
                          err);
        t->count++;
    }
    pthread_attr_destroy(&attr);
    return rc;
}

int canon_workers_start(canon *c, int count, canon_error *err)
{
    cn_engine_slot *slot = cn_engine_workers(c);
    team *t;
    int rc;

    if (slot->data)
        return cn_fail(err, CANON_EBUSY, "the workers run already");
    if (count < 1 || count > MOST_COUNT) {
        return cn_fail(err, CANON_EINVAL, "1 to %d workers, not %d", MOST_COUNT,
                       count);
    }
    t = cn_calloc(1, sizeof(*t));
    if (!t)
        return cn_fail_memory(err);
    t->engine = c;
    take_over(c);
    rc = start_all(t, count, err);
    if (rc) {
        stop_team(t);
        return rc;
    }
    slot->data = t;
    slot->stop = stop_team;
    return CANON_OK;
}

void canon_workers_stop(canon *c)
{
    cn_engine_slot *slot = cn_engine_workers(c);
    void *data = slot->data;

    slot->data = NULL;
    slot->stop = NULL;
    if (data)
        stop_team(data);
}
