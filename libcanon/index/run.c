/*
 * Index runs. A database connection is held only while a group is written;
 * reading a source never waits for the database, nor the database for a
 * source. Killed at any point, the next run goes on: each group is whole, and
 * what a run found out about the repository is stored at its end.
 */
#include "index_parts.h"

#include "fail.h"
#include "search.h"

#include <stdio.h>

#define GONE_DOCS 200 /* removed in one transaction */

int cn_run_tell(cn_run *r, const char *path)
{
    r->progress.path = path;
    if (cn_conn_interrupted(r->conn) ||
        (r->options.on_progress &&
         r->options.on_progress(&r->progress, r->options.user)))
        return cn_fail(&r->conn->err, CANON_ECANCELED, "canceled");
    return CANON_OK;
}

int cn_run_job_start(canon_conn *conn, void *run)
{
    cn_run *r = run;

    return cn_store_index_job_start(conn->db, r->repo.org, r->repo.full_name,
                                    canon_now_us(conn->engine), &r->job.id,
                                    &conn->err);
}

int cn_run_job_update(canon_conn *conn, cn_run *r, const char *status,
                      int64_t completed_at)
{
    r->job.status = status;
    r->job.completed_at = completed_at;
    r->job.specs_indexed = r->own.indexed;
    r->job.errors = r->own.errors;
    r->job.error_message = r->own.first_error;
    return cn_store_index_job_update(conn->db, r->repo.org, &r->job,
                                     &conn->err);
}

/* The repository's row and its documents. */
static int load(cn_run *r, const char *org, const char *full_name)
{
    canon_conn *conn = r->conn;
    const char *lower = NULL;
    int rc = cn_index_names(conn, org, full_name, &lower);

    if (!rc)
        rc = cn_store_repo_get(conn->db, &r->arena, lower, full_name, &r->repo,
                               &conn->err);
    if (!rc)
        rc = cn_store_docs_known(conn->db, &r->arena, lower, r->repo.id,
                                 &r->known, &conn->err);
    if (rc)
        return rc;
    r->progress.org = r->repo.org;
    r->progress.repo = r->repo.full_name;
    r->now_us = canon_now_us(conn->engine);
    cn_conn_release(conn);
    return CANON_OK;
}

/* Everything that is read before the first file. */
static int prepare(cn_run *r)
{
    canon_error *err = &r->conn->err;
    cn_plan_input input = {0};
    int rc = cn_opened_make(&r->from, r->conn, &r->repo);

    if (!rc)
        rc = cn_config_fetch(r->conn, &r->from, &r->arena, &r->config);
    if (!rc)
        rc = cn_patterns_of_json(&r->arena, r->config.json, &r->patterns, err);
    if (rc)
        return rc;
    input.source = r->from.source;
    input.at = &r->from.at;
    input.patterns = &r->patterns;
    input.known = &r->known;
    input.force = r->options.force != 0;
    input.reclassify = strcmp(r->config.sha, r->repo.config_sha) != 0;
    rc = cn_plan_make(&r->plan, &input, err);
    if (rc)
        return rc;
    r->own.unchanged = r->plan.unchanged;
    r->own.files = r->plan.unchanged + (int64_t)r->plan.files.count;
    r->progress.done = r->plan.unchanged;
    r->progress.total = r->own.files;
    if (r->plan.bad_paths > 0)
        cn_report_error(&r->own, r->repo.full_name,
                        "file names that cannot be stored were left out");
    if (r->plan.left_out > 0)
        cn_report_error(&r->own, r->repo.full_name,
                        "more than 5,000 documents: the rest was left out");
    return cn_run_tell(r, "");
}

/* Some of the documents that vanished. */
typedef struct removal {
    const char *org;
    const int64_t *ids;
    size_t count;
} removal;

static int remove_some(canon_conn *conn, void *arg)
{
    const removal *some = arg;

    int rc = cn_documents_remove(conn, some->org, some->ids, some->count);

    return rc ? rc : cn_index_changed(conn, some->org);
}

static int remove_gone(cn_run *r)
{
    const cn_array *gone = &r->plan.gone;
    int rc = CANON_OK;

    for (size_t at = 0; at < gone->count && !rc; at += GONE_DOCS) {
        removal some = {r->repo.org, cn_array_at(gone, at), gone->count - at};

        if (some.count > GONE_DOCS)
            some.count = GONE_DOCS;
        rc = cn_tx_retry(r->conn, CN_TX_WRITE, remove_some, &some);
        if (!rc)
            r->own.removed += (int64_t)some.count;
    }
    return rc;
}

static int store_end(canon_conn *conn, void *arg)
{
    cn_run *r = arg;
    bool recorded = r->plan.files.count > 0;
    int rc;

    r->repo.default_branch = r->from.at.branch;
    r->repo.indexed_commit = r->from.at.id;
    r->repo.config = r->config.json;
    r->repo.config_sha = r->config.sha;
    r->repo.config_diagnostics = r->config.diagnostics;
    r->repo.synced_at = canon_now_us(conn->engine);
    rc = cn_store_repo_synced(conn->db, &r->repo, &conn->err);
    if (!rc && !recorded)
        rc = cn_run_job_start(conn, r);
    if (!rc)
        rc = cn_run_job_update(conn, r, "completed", r->repo.synced_at);
    return rc ? rc : cn_index_changed(conn, r->repo.org);
}

/* Vanished documents go, and the run ends. */
static int finish(cn_run *r)
{
    canon_conn *conn = r->conn;
    int rc = cn_conn_acquire(conn, CN_DB_WRITE);

    if (!rc)
        rc = remove_gone(r);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, store_end, r);
    cn_conn_release(conn);
    return rc ? rc : cn_run_tell(r, "");
}

/* The row of a run that failed; what failed stays in conn->err. */
static void note_failure(cn_run *r)
{
    canon_conn *conn = r->conn;
    canon_error why = conn->err;

    cn_conn_release(conn);
    snprintf(r->own.first_error, sizeof(r->own.first_error), "%s", why.text);
    /* the failure that matters is the first one */
    if (r->repo.id && !cn_conn_acquire(conn, CN_DB_WRITE)) {
        if (r->job.id || !cn_run_job_start(conn, r))
            (void)cn_run_job_update(conn, r, "failed",
                                    canon_now_us(conn->engine));
        cn_conn_release(conn);
    }
    conn->err = why;
    canon_log(conn, CANON_LOG_WARN, "index", "%s: %s",
              r->repo.full_name ? r->repo.full_name : "?", why.text);
}

static void add_report(canon_index_report *to, const canon_index_report *own,
                       bool failed)
{
    to->repos++;
    to->repos_failed += failed;
    to->files += own->files;
    to->indexed += own->indexed;
    to->unchanged += own->unchanged;
    to->removed += own->removed;
    to->errors += own->errors;
    if (!*to->first_error)
        snprintf(to->first_error, sizeof(to->first_error), "%s",
                 own->first_error);
}

static int run_repo(cn_run *r, const char *org, const char *full_name)
{
    canon_conn *conn = r->conn;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = load(r, org, full_name);
    if (!rc)
        rc = prepare(r);
    if (!rc)
        rc = cn_run_load(r);
    if (!rc)
        rc = finish(r);
    if (rc)
        note_failure(r);
    add_report(r->report, &r->own, rc != CANON_OK);
    canon_source_close(r->from.source);
    cn_plan_free(&r->plan);
    cn_arena_free(&r->arena);
    return cn_conn_end(conn, rc);
}

static int load_options(canon_conn *conn, const canon_index_options *in,
                        canon_index_options *out)
{
    const canon_index_options preset = CANON_INDEX_OPTIONS_INIT;

    *out = preset;
    if (in && in->size < sizeof(*in))
        return cn_fail(&conn->err, CANON_EINVAL,
                       "canon_index_options not initialised with "
                       "CANON_INDEX_OPTIONS_INIT");
    if (in)
        *out = *in;
    return CANON_OK;
}

int canon_index_repo(canon_conn *conn, const char *org, const char *full_name,
                     const canon_index_options *options,
                     canon_index_report *report)
{
    canon_index_report all;
    cn_run r;
    int rc;

    memset(&all, 0, sizeof(all));
    memset(&r, 0, sizeof(r));
    r.conn = conn;
    r.report = &all;
    r.progress.repos_total = 1;
    rc = load_options(conn, options, &r.options);
    if (!rc)
        rc = run_repo(&r, org, full_name);
    if (report)
        *report = all;
    return rc;
}

/* All repositories of one organisation, or of all. */
static int collect(canon_conn *conn, const char *org, cn_arena *a,
                   cn_array *repos)
{
    const char *const *orgs = &org;
    size_t count = 1;
    int rc = CANON_OK;

    if (org)
        org = cn_conn_org(conn, org);
    else
        rc = cn_store_org_list(conn->db, a, &orgs, &count, &conn->err);
    if (count == 1 && !rc && !orgs[0])
        rc = conn->err.code;
    for (size_t i = 0; i < count && !rc; i++) {
        cn_repo_rows rows;

        rc = cn_store_repo_list(conn->db, a, orgs[i], &rows, &conn->err);
        for (size_t k = 0; !rc && k < rows.count; k++) {
            cn_repo_row *row = cn_array_push(repos);

            if (row)
                *row = rows.items[k];
            rc = row ? CANON_OK : cn_fail_memory(&conn->err);
        }
    }
    return rc;
}

/* One that fails does not stop the others. */
static bool goes_on_after(int rc)
{
    return rc != CANON_ECANCELED && rc != CANON_ENOMEM;
}

#define FULL_LOAD 500 /* documents */

/* The search is slower, not wrong, when this fails. */
static void settle_search(canon_conn *conn, const canon_index_report *report)
{
    int rc;

    if (report->indexed < FULL_LOAD)
        return;
    rc = cn_conn_acquire(conn, CN_DB_WRITE);
    if (!rc)
        rc = cn_store_search_settle(conn->db, &conn->err);
    if (rc)
        cn_fail_clear(&conn->err);
    cn_conn_release(conn);
}

int canon_index_all(canon_conn *conn, const char *org,
                    const canon_index_options *options,
                    canon_index_report *report)
{
    canon_index_report all;
    canon_index_options o;
    cn_arena arena = CN_ARENA_INIT;
    cn_array repos = CN_ARRAY_INIT(cn_repo_row);
    int rc = cn_conn_begin(conn, CN_DB_READ);

    memset(&all, 0, sizeof(all));
    if (!rc)
        rc = load_options(conn, options, &o);
    if (!rc)
        rc = collect(conn, org, &arena, &repos);
    cn_conn_release(conn);
    for (size_t i = 0; i < repos.count && !rc; i++) {
        const cn_repo_row *row = cn_array_at(&repos, i);
        cn_run r;

        memset(&r, 0, sizeof(r));
        r.conn = conn;
        r.report = &all;
        r.options = o;
        r.progress.repos_done = (int64_t)i;
        r.progress.repos_total = (int64_t)repos.count;
        rc = run_repo(&r, row->org, row->full_name);
        cn_conn_release(conn);
        if (rc && goes_on_after(rc)) {
            cn_fail_clear(&conn->err);
            rc = CANON_OK;
        }
    }
    if (!rc)
        settle_search(conn, &all);
    cn_array_free(&repos);
    cn_arena_free(&arena);
    if (report)
        *report = all;
    return cn_conn_end(conn, rc);
}
