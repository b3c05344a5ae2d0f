#include "index_jobs.h"

#include "batch.h"
#include "fail.h"

int cn_store_index_job_start(cn_db *db, const char *org, const char *repo,
                             int64_t now_us, int64_t *id_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(repo), cn_int(now_us)};
    cn_rows *rows = NULL;
    int rc = cn_db_exec(db,
                        "UPDATE index_jobs SET status = 'failed',"
                        " completed_at = $3, error_message = 'interrupted'"
                        " WHERE org_login = $1 AND LOWER(repo) = LOWER($2)"
                        " AND status = 'running'",
                        args, 3, NULL, err);

    if (!rc)
        rc = cn_db_query(db,
                         "INSERT INTO index_jobs"
                         " (org_login, repo, status, started_at)"
                         " VALUES ($1, $2, 'running', $3) RETURNING id",
                         args, 3, &rows, err);
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *id_out = cn_rows_int(rows, 0);
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_index_job_update(cn_db *db, const char *org,
                              const cn_index_job *job, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(org),
        cn_int(job->id),
        cn_text(job->status),
        job->completed_at > 0 ? cn_int(job->completed_at) : cn_null(),
        cn_int(job->specs_indexed),
        cn_int(job->errors),
        cn_text(job->error_message ? job->error_message : ""),
    };

    return cn_db_exec(db,
                      "UPDATE index_jobs SET status = $3, completed_at = $4,"
                      " specs_indexed = $5, errors = $6, error_message = $7"
                      " WHERE org_login = $1 AND id = $2",
                      args, 7, NULL, err);
}

static int read_job(cn_rows *rows, cn_arena *a, cn_index_job *out,
                    canon_error *err)
{
    const char **const texts[] = {&out->repo, &out->status,
                                  &out->error_message};

    out->id = cn_rows_int(rows, 3);
    out->started_at = cn_rows_int(rows, 4);
    out->completed_at = cn_rows_int(rows, 5);
    out->specs_indexed = cn_rows_int(rows, 6);
    out->errors = cn_rows_int(rows, 7);
    return cn_store_texts(rows, 0, a, texts, 3, err);
}

int cn_store_index_job_list(cn_db *db, cn_arena *a, const char *org,
                            int64_t limit, cn_index_jobs *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(limit)};
    cn_array found = CN_ARRAY_INIT(cn_index_job);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT repo, status, error_message, id, started_at,"
                         " completed_at, specs_indexed, errors"
                         " FROM index_jobs WHERE org_login = $1"
                         " ORDER BY id DESC LIMIT $2",
                         args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_index_job *job = cn_array_push(&found);

        rc = job ? read_job(rows, a, job, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

int cn_store_index_job_prune(cn_db *db, int64_t before_us, canon_error *err)
{
    const cn_arg args[] = {cn_int(before_us)};

    return cn_db_exec(db, "DELETE FROM index_jobs WHERE started_at < $1", args,
                      1, NULL, err);
}
