#include "coverage.h"

#include "conn.h"
#include "date.h"
#include "repos.h"
#include "snapshots.h"
#include "stamps.h"

typedef struct snapshot_job {
    const char *org;
    int32_t day;
} snapshot_job;

static int write_day(canon_conn *conn, void *arg)
{
    const snapshot_job *job = arg;
    int64_t now = canon_now_us(conn->engine);
    int rc =
        cn_store_snapshot_write(conn->db, job->org, job->day, now, &conn->err);

    return rc ? rc : cn_store_stamp_raise(conn->db, job->org, now, &conn->err);
}

int canon_coverage_snapshot(canon_conn *conn, const char *org, int32_t day)
{
    snapshot_job job = {NULL, day};
    const char *const *orgs = &job.org;
    size_t count = 1;
    size_t i;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (day < 0)
        job.day = cn_day_of(canon_now_us(conn->engine));
    if (!rc && !org)
        rc = cn_store_org_list(conn->db, &conn->arena, &orgs, &count,
                               &conn->err);
    if (!rc && org && !(job.org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    for (i = 0; i < count && !rc; i++) {
        job.org = orgs[i];
        rc = cn_tx_retry(conn, CN_TX_WRITE, write_day, &job);
    }
    return cn_conn_end(conn, rc);
}
