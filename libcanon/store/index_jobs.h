/* The record of index runs. */
#ifndef CN_STORE_INDEX_JOBS_H
#define CN_STORE_INDEX_JOBS_H

#include "arena.h"
#include "db.h"

/* A run of one repository. */
typedef struct cn_index_job {
    int64_t id;
    const char *repo;
    const char *status; /* "pending", "running", "completed", "failed" */
    int64_t started_at;
    int64_t completed_at; /* 0: not yet */
    int64_t specs_indexed;
    int64_t errors;
    const char *error_message;
} cn_index_job;

typedef struct cn_index_jobs {
    cn_index_job *items;
    size_t count;
} cn_index_jobs;

/* A run that starts; earlier ones of the repository that never ended are
 * marked as failed. */
int cn_store_index_job_start(cn_db *db, const char *org, const char *repo,
                             int64_t now_us, int64_t *id_out, canon_error *err);

/* Numbers so far, or (completed_at set) the end. */
int cn_store_index_job_update(cn_db *db, const char *org,
                              const cn_index_job *job, canon_error *err);

/* The newest `limit` runs of an organisation, newest first. */
int cn_store_index_job_list(cn_db *db, cn_arena *a, const char *org,
                            int64_t limit, cn_index_jobs *out,
                            canon_error *err);

/* Forget runs of all organisations that started before a time. */
int cn_store_index_job_prune(cn_db *db, int64_t before_us, canon_error *err);

#endif
