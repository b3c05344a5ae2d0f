/*
 * The kinds of jobs: one table, and a handler each.
 */
#include "jobs_parts.h"

#include "canon/coverage.h"
#include "canon/index.h"

#include "date.h"
#include "fail.h"
#include "json.h"
#include "snapshots.h"

static int renew_on_progress(const canon_index_progress *progress, void *user)
{
    (void)progress;
    return cn_job_renew(user);
}

/* The "repo" of the payload; NULL (and a failure) when there is none. */
static const char *payload_repo(cn_job_run *run)
{
    const cn_value *payload = NULL;
    const char *repo;
    canon_error *err = &run->conn->err;

    if (cn_json_parse(run->arena, cn_str(run->job->payload), &payload, NULL,
                      err))
        return NULL;
    repo = cn_value_str(payload, "repo", NULL);
    if (!repo)
        cn_fail(err, CANON_EINVAL, "the job names no repository");
    return repo;
}

static int run_index_repo(cn_job_run *run)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    const char *repo = payload_repo(run);
    int rc;

    if (!repo)
        return run->conn->err.code;
    o.on_progress = renew_on_progress;
    o.user = run;
    rc = canon_index_repo(run->conn, run->job->org_login, repo, &o, NULL);
    /* it was removed meanwhile: nothing is left to do */
    return rc == CANON_ENOTFOUND ? CANON_OK : rc;
}

static int schedule_repo(const canon_repo *repo, void *user)
{
    return canon_index_schedule(user, repo->org, repo->full_name);
}

int cn_job_index_all(canon_conn *conn)
{
    return canon_repo_list(conn, NULL, schedule_repo, conn);
}

static int run_reindex(cn_job_run *run)
{
    return cn_job_index_all(run->conn);
}

static int run_coverage(cn_job_run *run)
{
    return canon_coverage_snapshot(run->conn, NULL, -1);
}

/* Two years of a trend, and the 30 days that its first one looks back on. */
#define SNAPSHOT_DAYS (730 + 30)

/* Sessions and keys that ended are kept for questions about them. */
#define GONE_US (30 * CN_US_DAY)

static int run_retention(cn_job_run *run)
{
    canon_conn *conn = run->conn;
    int64_t now = canon_now_us(conn->engine);
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_queue_retention(conn->db, now, &conn->err);
    if (!rc)
        rc = cn_store_snapshot_prune(conn->db, cn_day_of(now) - SNAPSHOT_DAYS,
                                     &conn->err);
    if (!rc)
        rc = cn_store_sessions_clean(conn->db, now - GONE_US, &conn->err);
    if (!rc)
        rc = cn_store_key_retention(conn->db, now - GONE_US, &conn->err);
    return cn_conn_end(conn, rc);
}

static const cn_job_kind kinds[] = {
    {"index_repo", run_index_repo},
    {"reindex", run_reindex},
    {"coverage", run_coverage},
    {"retention", run_retention},
};

const cn_job_kind *cn_job_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}
