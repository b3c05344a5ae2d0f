/*
 * Taking jobs from the queue and running them. A job must be safe to run
 * twice: a worker that dies or loses its lease leaves it to another one.
 */
#include "jobs_parts.h"

#include "date.h"
#include "fail.h"

#define FIRST_DELAY_US   (5 * CN_US_SECOND)
#define LONGEST_DELAY_US (INT64_C(3600) * CN_US_SECOND)
#define JITTER_PERCENT   20
#define SETTLE_TRIES     20 /* CN_POLL_US apart: less than a lease */

int cn_job_renew(cn_job_run *run)
{
    canon_conn *conn = run->conn;
    int64_t now = canon_now_us(conn->engine);
    cn_claim claim = {run->worker, now, now + CN_LEASE_US};
    bool kept = true;
    int rc;

    if (cn_conn_interrupted(conn))
        return CANON_ECANCELED;
    if (now - run->renewed_us < CN_RENEW_US)
        return CANON_OK;
    rc = cn_conn_begin(conn, CN_DB_WRITE);
    if (!rc)
        rc = cn_queue_renew(conn->db, run->job, &claim, &kept, &conn->err);
    rc = cn_conn_end(conn, rc);
    run->renewed_us = now;
    run->lost = !rc && !kept;
    /* a renewal that failed is tried again in time; a lost job is not ours */
    return run->lost ? CANON_ECANCELED : CANON_OK;
}

/* Will another try help? */
static bool is_passing(int rc)
{
    return rc != CANON_EINVAL && rc != CANON_EUNSUPPORTED &&
           rc != CANON_EVERSION && rc != CANON_EDENIED;
}

/* 5 s, 10 s, 20 s ... an hour, give or take a fifth, so that jobs that failed
 * together do not come back together. */
static int64_t retry_delay(canon_conn *conn, int attempts)
{
    int64_t delay = FIRST_DELAY_US;
    unsigned char byte = 128;
    int64_t spread;

    for (int i = 1; i < attempts && delay < LONGEST_DELAY_US; i++)
        delay *= 2;
    if (delay > LONGEST_DELAY_US)
        delay = LONGEST_DELAY_US;
    if (canon_random(conn->engine, &byte, 1))
        byte = 128;
    spread = delay * JITTER_PERCENT / 100;
    return delay - spread + 2 * spread * byte / 255;
}

static int put_back(cn_job_run *run, int rc, const canon_error *why)
{
    canon_conn *conn = run->conn;
    const cn_job *job = run->job;
    int64_t now = canon_now_us(conn->engine);
    cn_retry retry = {run->worker, why->text, now, now, job->attempts};

    if (rc == CANON_ECANCELED) {
        retry.error = "";
        retry.attempts = job->attempts - 1; /* it was no attempt */
    } else {
        retry.run_after_us += retry_delay(conn, job->attempts);
    }
    return cn_queue_retry(conn->db, job, &retry, &conn->err);
}

/* Is there to be another try? */
static bool comes_back(const cn_job *job, int rc)
{
    return rc == CANON_ECANCELED ||
           (is_passing(rc) && job->attempts < job->max_attempts);
}

static void log_failure(cn_job_run *run, int rc, const canon_error *why)
{
    const cn_job *job = run->job;

    if (!rc || rc == CANON_ECANCELED)
        return;
    if (comes_back(job, rc))
        canon_log(run->conn, CANON_LOG_WARN, "jobs",
                  "%s %lld failed (%d of %d): %s", job->kind,
                  (long long)job->id, job->attempts, job->max_attempts,
                  why->text);
    else
        canon_log(run->conn, CANON_LOG_ERROR, "jobs",
                  "%s %lld given up after %d: %s", job->kind,
                  (long long)job->id, job->attempts, why->text);
}

/* Write how the job ended. */
static int settle(cn_job_run *run, int rc, const canon_error *why)
{
    canon_conn *conn = run->conn;
    int settled = cn_conn_begin(conn, CN_DB_WRITE);

    if (!settled && rc && comes_back(run->job, rc))
        settled = put_back(run, rc, why);
    else if (!settled)
        settled = cn_queue_finish(conn->db, run->job, run->worker,
                                  rc ? why->text : NULL,
                                  canon_now_us(conn->engine), &conn->err);
    return cn_conn_end(conn, settled);
}

/* A disk may be full or the database away for a while. As long as the lease
 * lasts, trying again is better than leaving the job until it has run out. A
 * host that runs jobs itself does not wait. */
static int settle_patiently(cn_job_run *run, int rc, const canon_error *why)
{
    canon_conn *conn = run->conn;
    int settled = settle(run, rc, why);

    for (int i = 0; settled == CANON_EBUSY && i < SETTLE_TRIES; i++) {
        if (i > 0 && (!conn->stop || cn_conn_wait(conn, CN_POLL_US)))
            break;
        settled = settle(run, rc, why);
    }
    return settled;
}

/* The handler runs outside of any call, so it holds no database connection
 * but in the calls that it makes. */
static int run_claimed(cn_job_run *run)
{
    canon_conn *conn = run->conn;
    const cn_job_kind *kind = cn_job_kind_find(run->job->kind);
    canon_error why;
    int rc;

    if (run->job->attempts > run->job->max_attempts)
        rc = cn_fail(&conn->err, CANON_EINVAL,
                     "each worker that took it ended without a result");
    else if (kind)
        rc = kind->run(run);
    else
        rc = cn_fail(&conn->err, CANON_EINVAL, "unknown kind of job: %.60s",
                     run->job->kind);
    if (run->lost)
        return CANON_OK;
    why = conn->err;
    log_failure(run, rc, &why);
    return settle_patiently(run, rc, &why);
}

static int claim_one(canon_conn *conn, const char *worker, cn_arena *a,
                     cn_job *out, bool *found_out)
{
    int64_t now = canon_now_us(conn->engine);
    cn_claim claim = {worker, now, now + CN_LEASE_US};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_queue_claim(conn->db, a, &claim, out, found_out, &conn->err);
    /* another worker was faster with a job of the same lane */
    if (rc == CANON_ECONFLICT) {
        *found_out = false;
        rc = CANON_OK;
    }
    return cn_conn_end(conn, rc);
}

int cn_job_run_next(canon_conn *conn, const char *worker)
{
    cn_arena a = CN_ARENA_INIT;
    bool found = false;
    cn_job job;
    int rc = claim_one(conn, worker, &a, &job, &found);

    if (!rc && found) {
        cn_job_run run = {conn, &job, worker, &a, canon_now_us(conn->engine),
                          false};

        rc = run_claimed(&run);
    }
    cn_arena_free(&a);
    return rc ? rc : found;
}

int canon_jobs_run(canon_conn *conn, int max, int *done_out)
{
    int done = 0;
    int rc = 1;

    while (done < max && rc == 1) {
        rc = cn_job_run_next(conn, "host");
        done += rc == 1;
    }
    if (done_out)
        *done_out = done;
    return rc < 0 ? rc : CANON_OK;
}

static int add_periodic(canon_conn *conn, const cn_schedule *s)
{
    cn_job job = {0};

    job.kind = s->kind;
    job.org_login = "";
    job.lane = s->name;
    job.dedupe_key = s->name;
    job.payload = "{}";
    return cn_queue_add(conn->db, &job, canon_now_us(conn->engine), &conn->err);
}

static int take_slot(canon_conn *conn, void *arg)
{
    const cn_schedule *s = arg;
    int64_t slot = cn_schedule_slot(s, canon_now_us(conn->engine));
    bool due = false;
    int rc = cn_store_schedule_take(conn->db, s->name, slot, &due, &conn->err);

    return rc || !due ? rc : add_periodic(conn, s);
}

int canon_schedule_tick(canon_conn *conn)
{
    const cn_schedule *s;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    for (size_t i = 0; !rc && (s = cn_schedule_at(i)) != NULL; i++) {
        cn_schedule copy = *s;

        rc = cn_tx_retry(conn, CN_TX_WRITE, take_slot, &copy);
    }
    rc = cn_conn_end(conn, rc);
    if (!rc)
        cn_conn_announce_job(conn);
    return rc;
}

static int insert_now(canon_conn *conn, void *arg)
{
    return add_periodic(conn, arg);
}

int canon_schedule_run(canon_conn *conn, const char *name)
{
    const cn_schedule *s = NULL;
    cn_schedule copy;
    int rc;

    for (size_t i = 0; (s = cn_schedule_at(i)) != NULL; i++) {
        if (strcmp(s->name, name) == 0)
            break;
    }
    if (!s) {
        return cn_fail(&conn->err, CANON_ENOTFOUND,
                       "no periodic job %.40s: reindex, retention, coverage",
                       name);
    }
    copy = *s;
    rc = cn_conn_begin(conn, CN_DB_WRITE);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, insert_now, &copy);
    rc = cn_conn_end(conn, rc);
    if (!rc)
        cn_conn_announce_job(conn);
    return rc;
}
