/*
 * Jobs that index a repository, and watching local sources for changes that
 * need one.
 */
#include "index_parts.h"

#include "fail.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "source.h"

#include <stdio.h>

#define LOOK_AGAIN_US (INT64_C(5) * 1000000) /* for other repositories */
#define WAIT_MS       250 /* also how soon an interrupt is noticed */

/* A job to be inserted; the payload is {"org":..., "repo":...}. */
typedef struct scheduling {
    const char *org;
    const char *full_name;
} scheduling;

/* Lower-case "word:org/owner/name". */
static char *make_name(canon_conn *conn, const char *word, const char *org,
                       const char *full_name)
{
    char *name =
        cn_arena_printf(&conn->arena, "%s:%s/%s", word, org, full_name);

    for (char *p = name; p && *p; p++)
        *p = cn_lower(*p);
    return name;
}

static int insert_job(canon_conn *conn, void *arg)
{
    const scheduling *s = arg;
    cn_buf payload = CN_BUF_INIT(4096);
    cn_json w = cn_json_to(&payload);
    int64_t now = canon_now_us(conn->engine);
    cn_job job = {0};
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, "org", s->org);
    cn_json_str(&w, "repo", s->full_name);
    cn_json_end_object(&w);
    job.kind = "index_repo";
    job.org_login = s->org;
    job.dedupe_key = make_name(conn, "index", s->org, s->full_name);
    job.lane = make_name(conn, "repo", s->org, s->full_name);
    job.payload = cn_buf_text(&payload);
    job.run_after_us = now;
    rc = cn_buf_check(&payload, &conn->err);
    if (!rc && (!job.dedupe_key || !job.lane))
        rc = cn_fail_memory(&conn->err);
    if (!rc)
        rc = cn_queue_add(conn->db, &job, now, &conn->err);
    cn_buf_free(&payload);
    return rc;
}

int canon_index_schedule(canon_conn *conn, const char *org,
                         const char *full_name)
{
    scheduling s = {NULL, full_name};
    cn_repo_row repo;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_index_names(conn, org, full_name, &s.org);
    if (!rc)
        rc = cn_store_repo_get(conn->db, &conn->arena, s.org, full_name, &repo,
                               &conn->err);
    if (!rc) {
        s.full_name = repo.full_name;
        rc = cn_tx_retry(conn, CN_TX_WRITE, insert_job, &s);
    }
    if (!rc)
        cn_conn_announce_job(conn);
    return cn_conn_end(conn, rc);
}

/* A repository that is watched. */
typedef struct watched {
    char org[104];
    char full_name[208];
    char *source;
    bool listed;  /* it was in the last list of repositories */
    bool changed; /* and wants a job */
} watched;

typedef struct watching {
    canon_conn *conn;
    cn_watch *watch;
    cn_array repos; /* of watched; the index is the watch's number */
    int rc;
    bool failing; /* to note changes: said once */
} watching;

static watched *find_repo(watching *w, const canon_repo *repo)
{
    cn_array_each (watched, item, &w->repos) {
        if (strcmp(item->org, repo->org) == 0 &&
            strcmp(item->full_name, repo->full_name) == 0)
            return item;
    }
    return NULL;
}

static int watch_repo(watching *w, watched *item, const char *source)
{
    int64_t id = item - (watched *)w->repos.items;
    char *copy = cn_strdup(source);
    int rc;

    if (!copy)
        return cn_fail_memory(&w->conn->err);
    cn_free(item->source);
    item->source = copy;
    cn_watch_remove(w->watch, id);
    rc = cn_watch_add(w->watch, id, source, &w->conn->err);
    if (rc == CANON_EUNSUPPORTED) { /* not a local one */
        cn_fail_clear(&w->conn->err);
        rc = CANON_OK;
    }
    return rc;
}

static int on_repo(const canon_repo *repo, void *user)
{
    watching *w = user;
    watched *item = find_repo(w, repo);

    if (!item) {
        item = cn_array_push(&w->repos);
        if (!item) {
            w->rc = cn_fail_memory(&w->conn->err);
            return 1;
        }
        snprintf(item->org, sizeof(item->org), "%s", repo->org);
        snprintf(item->full_name, sizeof(item->full_name), "%s",
                 repo->full_name);
    }
    item->listed = true;
    if (!item->source || strcmp(item->source, repo->source) != 0)
        w->rc = watch_repo(w, item, repo->source);
    return w->rc != CANON_OK;
}

/* Watch what is in the index now, and nothing else. */
static int refresh(watching *w)
{
    int rc;

    cn_array_each (watched, item, &w->repos)
        item->listed = false;
    rc = canon_repo_list(w->conn, NULL, on_repo, w);
    if (rc || w->rc)
        return w->rc ? w->rc : rc;
    cn_array_each (watched, gone, &w->repos) {
        if (gone->listed || !gone->source)
            continue;
        cn_watch_remove(w->watch, gone - (watched *)w->repos.items);
        cn_free(gone->source);
        gone->source = NULL;
    }
    return CANON_OK;
}

static int on_change(int64_t id, const char *path, void *user)
{
    watching *w = user;
    watched *item = cn_array_at(&w->repos, (size_t)id);

    (void)path; /* jobs index repositories */
    item->changed = true;
    return 0;
}

/* The database may be away or full for a while: what changed stays marked. */
static int schedule_changed(watching *w)
{
    bool failing = false;
    int rc;

    cn_array_each (watched, item, &w->repos) {
        if (!item->changed)
            continue;
        rc = canon_index_schedule(w->conn, item->org, item->full_name);
        item->changed = rc && rc != CANON_ENOTFOUND;
        if (rc == CANON_ENOMEM || rc == CANON_ECANCELED)
            return rc;
        failing = failing || item->changed;
    }
    if (failing && !w->failing) {
        canon_log(w->conn, CANON_LOG_WARN, "index",
                  "a change waits until it can be noted: %s",
                  canon_last_error(w->conn)->text);
    }
    w->failing = failing;
    return CANON_OK;
}

static int watch_all(watching *w)
{
    canon_conn *conn = w->conn;
    int64_t look_again = 0;
    int rc = CANON_OK;

    while (!rc && !cn_conn_interrupted(conn)) {
        int64_t now = canon_monotonic_us(conn->engine);

        if (now >= look_again) {
            rc = refresh(w);
            if (rc == CANON_EBUSY || rc == CANON_ESTORE)
                rc = CANON_OK; /* it is tried again */
            look_again = now + LOOK_AGAIN_US;
        }
        if (!rc)
            rc = cn_watch_wait(w->watch, WAIT_MS, on_change, w, &conn->err);
        if (!rc)
            rc = schedule_changed(w);
    }
    return rc;
}

int canon_index_watch(canon_conn *conn)
{
    watching w = {conn, NULL, CN_ARRAY_INIT(watched), CANON_OK, false};
    int rc = cn_watch_open(&conn->log, &w.watch, &conn->err);

    if (!rc)
        rc = watch_all(&w);
    cn_watch_close(w.watch);
    cn_array_each (watched, item, &w.repos)
        cn_free(item->source);
    cn_array_free(&w.repos);
    return rc ? rc : cn_fail(&conn->err, CANON_ECANCELED, "canceled");
}
