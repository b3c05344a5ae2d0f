/*
 * The durable job queue. A job inserted in a transaction exists when that
 * commits; it is run at least once. Jobs of a lane run one after the other, in
 * the order of their ids.
 */
#ifndef CN_STORE_QUEUE_H
#define CN_STORE_QUEUE_H

#include "arena.h"
#include "db.h"

#define CN_JOB_ATTEMPTS 12
#define CN_JOBS_PER_ORG 4 /* that run at the same time */

/* Texts are never NULL but dedupe_key. */
typedef struct cn_job {
    int64_t id;
    const char *kind;
    const char *org_login;  /* "": of no organisation */
    const char *dedupe_key; /* a waiting job with it takes this one's place */
    const char *lane;       /* "": none */
    const char *payload;    /* JSON */
    int attempts;           /* this one included */
    int max_attempts;       /* 0: CN_JOB_ATTEMPTS */
    int64_t run_after_us;
} cn_job;

/* Insert, or change the payload of the waiting job with the same key. */
int cn_queue_add(cn_db *db, const cn_job *job, int64_t now_us,
                 canon_error *err);

/* Who takes a job, and for how long. */
typedef struct cn_claim {
    const char *worker;
    int64_t now_us;
    int64_t until_us;
} cn_claim;

/* Take the next job that is due: *found_out says whether there was one. */
int cn_queue_claim(cn_db *db, cn_arena *a, const cn_claim *claim, cn_job *out,
                   bool *found_out, canon_error *err);

/* Keep a job; *kept_out is false when the lease was lost. */
int cn_queue_renew(cn_db *db, const cn_job *job, const cn_claim *claim,
                   bool *kept_out, canon_error *err);

/* At the start of a process: an SQLite file has one that writes, so the leases
 * of all running jobs are of one that is gone, and run out. Nothing happens on
 * PostgreSQL. */
int cn_queue_release(cn_db *db, int64_t now_us, canon_error *err);

/* It is done, or (error not NULL) will never be. Nothing happens when the
 * lease was lost. */
int cn_queue_finish(cn_db *db, const cn_job *job, const char *worker,
                    const char *error, int64_t now_us, canon_error *err);

/* Try again at a time; when a newer job with the same key waits, this one is
 * done. attempts: what counts as made so far. */
typedef struct cn_retry {
    const char *worker;
    const char *error;
    int64_t now_us;
    int64_t run_after_us;
    int attempts;
} cn_retry;
int cn_queue_retry(cn_db *db, const cn_job *job, const cn_retry *retry,
                   canon_error *err);

/* Jobs in a state: "ready", "running", "done", "dead". */
int cn_queue_count(cn_db *db, const char *state, int64_t *out,
                   canon_error *err);

/* Forget finished jobs, deliveries and records that are old enough. */
int cn_queue_retention(cn_db *db, int64_t now_us, canon_error *err);

#endif
