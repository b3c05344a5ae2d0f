#include "queue.h"

#include "fail.h"

#define DAY_US INT64_C(86400000000)

int cn_queue_add(cn_db *db, const cn_job *job, int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(job->kind),
        cn_text(job->org_login),
        cn_text(job->dedupe_key),
        cn_text(job->lane),
        cn_text(job->payload),
        cn_int(job->max_attempts ? job->max_attempts : CN_JOB_ATTEMPTS),
        cn_int(job->run_after_us ? job->run_after_us : now_us),
        cn_int(now_us),
    };
    int rc = cn_db_exec(
        db,
        "INSERT INTO jobs (kind, org_login, dedupe_key, lane, payload, state,"
        " max_attempts, run_after, created_at)"
        " VALUES ($1, $2, $3, $4, $5, 'ready', $6, $7, $8)"
        " ON CONFLICT (dedupe_key)"
        " WHERE dedupe_key IS NOT NULL AND state = 'ready'"
        " DO UPDATE SET payload = excluded.payload,"
        " run_after = CASE WHEN excluded.run_after < jobs.run_after"
        " THEN excluded.run_after ELSE jobs.run_after END",
        args, 8, NULL, err);

    return rc ? rc : cn_db_notify(db, "canon_jobs", job->kind, err);
}

static int read_claimed(cn_rows *rows, cn_arena *a, cn_job *out,
                        canon_error *err)
{
    out->id = cn_rows_int(rows, 0);
    out->kind = cn_rows_copy(rows, 1, a);
    out->org_login = cn_rows_copy(rows, 2, a);
    out->lane = cn_rows_copy(rows, 3, a);
    out->payload = cn_rows_copy(rows, 4, a);
    out->attempts = (int)cn_rows_int(rows, 5);
    out->max_attempts = (int)cn_rows_int(rows, 6);
    out->run_after_us = cn_rows_int(rows, 7);
    out->dedupe_key = cn_rows_copy(rows, 8, a);
    if (!out->kind || !out->org_login || !out->lane || !out->payload ||
        (!out->dedupe_key && !cn_rows_is_null(rows, 8)))
        return cn_fail_memory(err);
    return CANON_OK;
}

int cn_queue_claim(cn_db *db, cn_arena *a, const cn_claim *claim, cn_job *out,
                   bool *found_out, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(claim->worker),
        cn_int(claim->until_us),
        cn_int(claim->now_us),
        cn_int(CN_JOBS_PER_ORG),
    };
    cn_rows *rows = NULL;
    /* states and lanes are named once more in the words of the partial indexes,
     * without which SQLite would go through all jobs for each that waits */
    int rc = cn_db_query(
        db,
        "UPDATE jobs SET state = 'running', attempts = attempts + 1,"
        " locked_by = $1, locked_until = $2,"
        " started_at = COALESCE(started_at, $3)"
        " WHERE id = (SELECT j.id FROM jobs j"
        "  WHERE j.state IN ('ready', 'running')"
        "  AND ((j.state = 'ready' AND j.run_after <= $3)"
        "   OR (j.state = 'running' AND j.locked_until < $3))"
        "  AND (j.lane = '' OR NOT EXISTS (SELECT 1 FROM jobs e"
        "   WHERE e.lane = j.lane AND +e.id < j.id"
        "   AND e.state IN ('ready', 'running')))"
        "  AND (j.lane = '' OR NOT EXISTS (SELECT 1 FROM jobs r"
        "   WHERE r.lane = j.lane AND r.id <> j.id"
        "   AND r.state = 'running' AND r.lane <> ''))"
        "  AND (j.org_login = '' OR $4 > (SELECT COUNT(*) FROM jobs o"
        "   WHERE o.org_login = j.org_login"
        "   AND o.state IN ('ready', 'running') AND o.state = 'running'"
        "   AND o.locked_until >= $3))"
        "  ORDER BY j.run_after, j.id LIMIT 1 @LOCK@)"
        " RETURNING id, kind, org_login, lane, payload, attempts,"
        " max_attempts, run_after, dedupe_key",
        args, 4, &rows, err);

    *found_out = false;
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *found_out = true;
        rc = read_claimed(rows, a, out, err);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_queue_renew(cn_db *db, const cn_job *job, const cn_claim *claim,
                   bool *kept_out, canon_error *err)
{
    const cn_arg args[] = {
        cn_int(job->id),
        cn_int(job->attempts),
        cn_text(claim->worker),
        cn_int(claim->until_us),
    };
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "UPDATE jobs SET locked_until = $4"
                        " WHERE id = $1 AND attempts = $2 AND locked_by = $3"
                        " AND state = 'running'",
                        args, 4, &changed, err);

    *kept_out = changed > 0;
    return rc;
}

int cn_queue_release(cn_db *db, int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {cn_int(now_us - 1)};

    if (cn_db_dialect(db) != CN_SQLITE)
        return CANON_OK;
    return cn_db_exec(db,
                      "UPDATE jobs SET locked_until = $1"
                      " WHERE state = 'running'",
                      args, 1, NULL, err);
}

int cn_queue_finish(cn_db *db, const cn_job *job, const char *worker,
                    const char *error, int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {
        cn_int(job->id),
        cn_int(job->attempts),
        cn_text(worker),
        cn_text(error ? "dead" : "done"),
        cn_text(error ? error : ""),
        cn_int(now_us),
    };

    return cn_db_exec(db,
                      "UPDATE jobs SET state = $4, last_error = $5,"
                      " finished_at = $6, locked_until = NULL, locked_by = ''"
                      " WHERE id = $1 AND attempts = $2 AND locked_by = $3"
                      " AND state = 'running'",
                      args, 6, NULL, err);
}

int cn_queue_retry(cn_db *db, const cn_job *job, const cn_retry *retry,
                   canon_error *err)
{
    const cn_arg args[] = {
        cn_int(job->id),
        cn_int(job->attempts),
        cn_text(retry->worker),
        cn_text(retry->error),
        cn_int(retry->run_after_us),
        cn_int(retry->attempts),
        cn_int(retry->now_us),
        cn_text(job->dedupe_key),
    };

    /* two jobs with one key cannot wait: the newer one does the work */
    return cn_db_exec(
        db,
        "UPDATE jobs SET last_error = $4, attempts = $6, run_after = $5,"
        " locked_until = NULL, locked_by = '',"
        " state = CASE WHEN EXISTS (SELECT 1 FROM jobs w"
        "  WHERE w.dedupe_key = $8 AND w.state = 'ready' AND w.id <> $1)"
        "  THEN 'done' ELSE 'ready' END,"
        " finished_at = CASE WHEN EXISTS (SELECT 1 FROM jobs w"
        "  WHERE w.dedupe_key = $8 AND w.state = 'ready' AND w.id <> $1)"
        "  THEN CAST($7 AS BIGINT) ELSE NULL END"
        " WHERE id = $1 AND attempts = $2 AND locked_by = $3"
        " AND state = 'running'",
        args, 8, NULL, err);
}

int cn_queue_count(cn_db *db, const char *state, int64_t *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(state)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db, "SELECT COUNT(*) FROM jobs WHERE state = $1", args,
                         1, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    *out = rc == 1 ? cn_rows_int(rows, 0) : 0;
    cn_rows_free(rows);
    return rc < 0 ? rc : CANON_OK;
}

int cn_queue_retention(cn_db *db, int64_t now_us, canon_error *err)
{
    const cn_arg week[] = {cn_int(now_us - 7 * DAY_US)};
    const cn_arg month[] = {cn_int(now_us - 30 * DAY_US)};
    const cn_arg quarter[] = {cn_int(now_us - 90 * DAY_US)};
    int rc = cn_db_exec(db,
                        "DELETE FROM jobs WHERE state = 'done'"
                        " AND finished_at < $1",
                        week, 1, NULL, err);

    if (!rc)
        rc = cn_db_exec(db,
                        "DELETE FROM jobs WHERE state = 'dead'"
                        " AND finished_at < $1",
                        month, 1, NULL, err);
    if (!rc)
        rc = cn_db_exec(db,
                        "UPDATE webhook_deliveries SET payload = ''"
                        " WHERE payload <> '' AND received_at < $1",
                        week, 1, NULL, err);
    if (!rc)
        rc = cn_db_exec(db,
                        "DELETE FROM webhook_deliveries"
                        " WHERE received_at < $1",
                        month, 1, NULL, err);
    if (!rc)
        rc = cn_db_exec(db, "DELETE FROM own_commits WHERE created_at < $1",
                        month, 1, NULL, err);
    if (!rc)
        rc = cn_db_exec(db, "DELETE FROM index_jobs WHERE started_at < $1",
                        quarter, 1, NULL, err);
    return rc;
}
