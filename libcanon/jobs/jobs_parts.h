/*
 * What the files of the job runner share.
 */
#ifndef CN_JOBS_PARTS_H
#define CN_JOBS_PARTS_H

#include "canon/jobs.h"

#include "conn.h"
#include "store.h"

#define CN_LEASE_US (INT64_C(60) * 1000000)
#define CN_RENEW_US (INT64_C(20) * 1000000)
#define CN_POLL_US  (INT64_C(2) * 1000000)

/* A job that is being run. */
typedef struct cn_job_run {
    canon_conn *conn;
    const cn_job *job;
    const char *worker;
    cn_arena *arena; /* lives as long as the run */
    int64_t renewed_us;
    bool lost; /* the lease: somebody else has the job now */
} cn_job_run;

/* A kind of job. The handler returns a code; the runner does the rest. */
typedef struct cn_job_kind {
    const char *name;
    int (*run)(cn_job_run *run);
} cn_job_kind;

/* NULL: unknown. */
const cn_job_kind *cn_job_kind_find(const char *name);

/* Keep the lease when it is time to: CANON_OK, or CANON_ECANCELED when it was
 * lost. Handlers call it now and then. */
int cn_job_renew(cn_job_run *run);

/* Insert a job for each repository there is. */
int cn_job_index_all(canon_conn *conn);

/* Run one job that is due: 1 when there was one, 0, or < 0. */
int cn_job_run_next(canon_conn *conn, const char *worker);

/* A periodic job: what is inserted, and when (UTC). */
typedef struct cn_schedule {
    const char *name;
    const char *kind;
    int hour;
    int minute;
} cn_schedule;

const cn_schedule *cn_schedule_at(size_t i); /* NULL beyond the end */

/* The newest slot of a daily schedule that is not after now. */
int64_t cn_schedule_slot(const cn_schedule *schedule, int64_t now_us);

#endif
