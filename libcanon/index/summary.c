/*
 * Dashboard and repositories as JSON: two statements, whatever their size.
 */
#include "index_parts.h"

#include "json_parts.h"

#include "fail.h"

#define MAX_JSON ((size_t)512 * 1024 * 1024)

static void write_spec(cn_json *w, const cn_doc_row *d)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "file_path", d->path);
    cn_json_str(w, "title", d->title);
    cn_json_str(w, "status", d->status);
    cn_json_str(w, "owner", d->owner);
    cn_json_str(w, "team", d->team);
    cn_json_raw(w, "tags", cn_str(d->tags));
    cn_json_int(w, "total_sections", d->counts.total_sections);
    cn_json_int(w, "done_sections", d->counts.done_sections);
    cn_json_int(w, "total_ac", d->counts.total_ac);
    cn_json_int(w, "done_ac", d->counts.done_ac);
    cn_json_str(w, "review_status", d->review_status);
    cn_json_bool(w, "is_indexed", true);
    cn_json_time(w, "last_doc_change_at", d->last_doc_change_at);
    cn_json_time(w, "last_code_change_at", d->last_code_change_at);
    cn_json_time(w, "stale_since", d->stale_since);
    cn_json_bool(w, "is_stale", d->stale_since > 0);
    cn_json_int(w, "realized_ac", d->counts.realized_ac);
    cn_json_end_object(w);
}

static void write_doc(cn_json *w, const cn_repo_row *repo, const cn_doc_row *d)
{
    const char *slash = strrchr(d->path, '/');

    cn_json_object(w, NULL);
    cn_json_str(w, "path", d->path);
    cn_json_str(w, "name", slash ? slash + 1 : d->path);
    cn_write_github_url(w, repo, d->path);
    cn_json_str(w, "title", d->title);
    cn_json_str(w, "doc_type", d->doc_type);
    cn_json_bool(w, "is_indexed", true);
    cn_json_end_object(w);
}

/* Documents of one repository, in order of their paths. */
typedef struct doc_range {
    const cn_doc_row *items;
    size_t count;
} doc_range;

static size_t count_specs(const doc_range *docs)
{
    size_t specs = 0;

    for (size_t i = 0; i < docs->count; i++)
        specs += docs->items[i].is_spec;
    return specs;
}

static void write_repo(cn_json *w, const cn_repo_row *repo,
                       const doc_range *docs, bool with_state)
{
    size_t specs = count_specs(docs);

    cn_json_object(w, NULL);
    cn_json_str(w, "owner", repo->owner);
    cn_json_str(w, "repo", repo->name);
    cn_json_str(w, "full_name", repo->full_name);
    cn_json_str(w, "description", repo->description);
    cn_json_str(w, "default_branch", repo->default_branch);
    cn_json_bool(w, "has_specs", specs > 0);
    cn_json_int(w, "spec_count", (int64_t)specs);
    cn_json_array(w, "specs");
    for (size_t i = 0; i < docs->count; i++) {
        if (docs->items[i].is_spec)
            write_spec(w, &docs->items[i]);
    }
    cn_json_end_array(w);
    cn_json_raw(w, "config", cn_str(repo->config));
    cn_json_array(w, "docs");
    for (size_t i = 0; i < docs->count; i++) {
        if (!docs->items[i].is_spec)
            write_doc(w, repo, &docs->items[i]);
    }
    cn_json_end_array(w);
    if (with_state) {
        cn_json_time(w, "indexed_at", repo->synced_at);
        cn_json_str(w, "indexed_commit", repo->indexed_commit);
        cn_json_raw(w, "config_diagnostics", cn_str(repo->config_diagnostics));
    }
    cn_json_end_object(w);
}

/* All of an organisation; ranges[i] are the documents of repos.items[i]. */
typedef struct overview {
    const char *org;
    cn_repo_rows repos;
    cn_doc_rows docs;
    doc_range *ranges;
} overview;

static int read_overview(canon_conn *conn, void *arg)
{
    overview *o = arg;
    int rc = cn_store_repo_list(conn->db, &conn->arena, o->org, &o->repos,
                                &conn->err);

    return rc ? rc
              : cn_store_docs_list(conn->db, &conn->arena, o->org, 0, &o->docs,
                                   &conn->err);
}

/* The documents of a repository: they are ordered by its id. */
static doc_range find_range(const cn_doc_rows *docs, int64_t repo_id)
{
    doc_range range = {NULL, 0};
    size_t low = 0;
    size_t high = docs->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (docs->items[middle].repo_id < repo_id)
            low = middle + 1;
        else
            high = middle;
    }
    range.items = docs->items + low;
    while (low + range.count < docs->count &&
           docs->items[low + range.count].repo_id == repo_id)
        range.count++;
    return range;
}

static void write_repos(cn_json *w, const char *key, const overview *o,
                        bool with_specs)
{
    cn_json_array(w, key);
    for (size_t i = 0; i < o->repos.count; i++) {
        if ((count_specs(&o->ranges[i]) > 0) == with_specs)
            write_repo(w, &o->repos.items[i], &o->ranges[i], false);
    }
    cn_json_end_array(w);
}

static int write_overview(const overview *o, const char *org, canon_buf *out,
                          canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MAX_JSON);
    cn_json w = cn_json_to(&text);
    doc_range all = {o->docs.items, o->docs.count};
    size_t specs = count_specs(&all);

    cn_buf_adopt(&text, out, MAX_JSON);
    cn_json_object(&w, NULL);
    cn_json_str(&w, "org", org);
    write_repos(&w, "repos_with_specs", o, true);
    write_repos(&w, "repos_without_specs", o, false);
    cn_json_int(&w, "total_specs", (int64_t)specs);
    cn_json_int(&w, "total_repos", (int64_t)o->repos.count);
    cn_json_int(&w, "total_docs", (int64_t)(o->docs.count - specs));
    cn_json_end_object(&w);
    return cn_buf_export(&text, out, err);
}

int canon_dashboard_json(canon_conn *conn, const char *org, canon_buf *out)
{
    overview o;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    memset(&o, 0, sizeof(o));
    if (!rc && !(o.org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_READ, read_overview, &o);
    cn_conn_release(conn);
    if (!rc) {
        o.ranges =
            cn_arena_array(&conn->arena, o.repos.count, sizeof(*o.ranges));
        rc = o.ranges ? CANON_OK : cn_fail_memory(&conn->err);
    }
    if (!rc) {
        for (size_t i = 0; i < o.repos.count; i++)
            o.ranges[i] = find_range(&o.docs, o.repos.items[i].id);
        rc = write_overview(&o, org, out, &conn->err);
    }
    return cn_conn_end(conn, rc);
}

/* One repository. */
typedef struct repo_view {
    const char *org;
    const char *full_name;
    cn_repo_row repo;
    cn_doc_rows docs;
} repo_view;

static int read_repo(canon_conn *conn, void *arg)
{
    repo_view *v = arg;
    int rc = cn_store_repo_get(conn->db, &conn->arena, v->org, v->full_name,
                               &v->repo, &conn->err);

    return rc ? rc
              : cn_store_docs_list(conn->db, &conn->arena, v->org, v->repo.id,
                                   &v->docs, &conn->err);
}

int canon_repo_json(canon_conn *conn, const char *org, const char *full_name,
                    canon_buf *out)
{
    repo_view v;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    memset(&v, 0, sizeof(v));
    v.full_name = full_name;
    if (!rc)
        rc = cn_index_names(conn, org, full_name, &v.org);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_READ, read_repo, &v);
    if (!rc) {
        cn_buf text = CN_BUF_INIT(MAX_JSON);
        cn_json w = cn_json_to(&text);
        doc_range docs = {v.docs.items, v.docs.count};

        cn_buf_adopt(&text, out, MAX_JSON);
        write_repo(&w, &v.repo, &docs, true);
        rc = cn_buf_export(&text, out, &conn->err);
    }
    return cn_conn_end(conn, rc);
}
