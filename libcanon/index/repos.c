/*
 * The repositories and organisations of the index.
 */
#include "index_parts.h"

#include "check.h"
#include "date.h"
#include "fail.h"
#include "snapshots.h"

/* Names that paths of the REST API use for something else. */
static bool is_reserved(const char *org)
{
    static const char *const names[] = {"admin", "setup", "api", "no-org",
                                        "choose-org"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(org, names[i]) == 0)
            return true;
    }
    return false;
}

int cn_index_names(canon_conn *conn, const char *org, const char *full_name,
                   const char **org_out)
{
    *org_out = cn_conn_org(conn, org);
    if (!*org_out)
        return conn->err.code;
    if (!cn_full_name_ok(cn_str(full_name)))
        return cn_fail(&conn->err, CANON_EINVAL,
                       "%.100s is no name of a repository (owner/name)",
                       full_name ? full_name : "NULL");
    return CANON_OK;
}

/* The URL "scheme:location" has a scheme? */
static bool has_scheme(cn_slice url)
{
    size_t colon = cn_slice_find(url, ':');

    if (colon == 0 || colon + 1 >= url.len)
        return false;
    for (size_t i = 0; i < colon; i++) {
        if (!cn_is_alpha(url.ptr[i]))
            return false;
    }
    return true;
}

static int put_repo(canon_conn *conn, void *arg)
{
    const cn_repo_row *row = arg;
    int rc = cn_store_repo_put(conn->db, row, &conn->err);

    return rc ? rc : cn_index_changed(conn, row->org);
}

static int add_repo(canon_conn *conn, const canon_repo *repo)
{
    cn_repo_row row = {0};
    cn_slice name = cn_str(repo->full_name);
    size_t slash = cn_slice_find(name, '/');
    int rc = cn_index_names(conn, repo->org, repo->full_name, &row.org);

    if (!rc && is_reserved(row.org))
        rc = cn_fail(&conn->err, CANON_EINVAL,
                     "%s is a reserved name, not an organisation", row.org);
    if (!rc && !has_scheme(cn_str(repo->source)))
        rc = cn_fail(&conn->err, CANON_EINVAL,
                     "%.100s is no source (dir:PATH, git:PATH)",
                     repo->source ? repo->source : "NULL");
    if (rc)
        return rc;
    row.full_name = repo->full_name;
    row.owner = cn_arena_copy(&conn->arena, cn_slice_first(name, slash));
    row.name = repo->full_name + slash + 1;
    row.source = repo->source;
    row.description = repo->description;
    if (!row.owner)
        return cn_fail_memory(&conn->err);
    return cn_tx_retry(conn, CN_TX_WRITE, put_repo, &row);
}

int canon_repo_add(canon_conn *conn, const canon_repo *repo)
{
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc && repo->size < sizeof(*repo))
        rc = cn_fail(&conn->err, CANON_EINVAL, "canon_repo: size is not set");
    if (!rc)
        rc = add_repo(conn, repo);
    return cn_conn_end(conn, rc);
}

/* A repository with all that is stored of it. */
typedef struct removal {
    const char *org;
    const char *full_name;
} removal;

static int remove_repo(canon_conn *conn, void *arg)
{
    const removal *r = arg;
    int64_t now = canon_now_us(conn->engine);
    cn_repo_row row;
    cn_known_docs docs;
    int64_t *ids = NULL;
    int rc = cn_store_repo_get(conn->db, &conn->arena, r->org, r->full_name,
                               &row, &conn->err);

    if (!rc)
        rc = cn_store_docs_known(conn->db, &conn->arena, r->org, row.id, &docs,
                                 &conn->err);
    if (!rc) {
        ids = cn_arena_array(&conn->arena, docs.count, sizeof(*ids));
        rc = ids ? CANON_OK : cn_fail_memory(&conn->err);
    }
    if (!rc) {
        for (size_t i = 0; i < docs.count; i++)
            ids[i] = docs.items[i].id;
        rc = cn_documents_remove(conn, r->org, ids, docs.count);
    }
    if (!rc)
        rc = cn_store_evidence_remove(conn->db, r->org, r->full_name,
                                      &conn->err);
    if (!rc)
        rc = cn_store_repo_remove(conn->db, r->org, row.id, &conn->err);
    if (!rc)
        rc = cn_store_snapshot_again(conn->db, r->org, cn_day_of(now), now,
                                     &conn->err);
    return rc ? rc : cn_index_changed(conn, r->org);
}

int canon_repo_remove(canon_conn *conn, const char *org, const char *full_name)
{
    removal r = {NULL, full_name};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_index_names(conn, org, full_name, &r.org);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, remove_repo, &r);
    return cn_conn_end(conn, rc);
}

/* An entry of a list of sources that is being worked off. */
typedef struct listed_source {
    canon_conn *conn;
    const char *org;
    const char *full_name; /* NULL: owner and the name that is found */
    size_t found;
    canon_error *err;
    int rc;
} listed_source;

static int on_found(const canon_found_source *found, void *user)
{
    listed_source *l = user;
    canon_repo repo = {sizeof(repo), l->org, l->full_name, found->url, NULL};

    if (l->full_name && l->found > 0)
        l->rc = cn_fail(&l->conn->err, CANON_EINVAL,
                        "%.100s is to be one repository but holds several",
                        l->full_name);
    l->found++;
    if (!repo.full_name)
        repo.full_name =
            cn_arena_printf(&l->conn->arena, "%s/%s", l->org, found->name);
    if (!l->rc && !repo.full_name)
        l->rc = cn_fail_memory(&l->conn->err);
    if (!l->rc)
        l->rc = add_repo(l->conn, &repo);
    return l->rc;
}

/* "owner/name=URL" or "owner=PATH" */
static int add_entry(canon_conn *conn, cn_slice entry)
{
    cn_slice value = entry;
    cn_slice name = cn_slice_trim(cn_slice_cut(&value, '='));
    size_t slash = cn_slice_find(name, '/');
    listed_source l = {conn, NULL, NULL, 0, &conn->err, CANON_OK};
    char *where = cn_arena_copy(&conn->arena, cn_slice_trim(value));
    int rc;

    l.org = cn_arena_copy(&conn->arena, cn_slice_first(name, slash));
    if (slash < name.len)
        l.full_name = cn_arena_copy(&conn->arena, name);
    if (!where || !l.org || (slash < name.len && !l.full_name))
        return cn_fail_memory(&conn->err);
    if (!*where)
        return cn_fail(&conn->err, CANON_EINVAL,
                       "%.*s: write owner=PATH or owner/name=URL",
                       (int)(entry.len < 100 ? entry.len : 100), entry.ptr);
    if (l.full_name && has_scheme(cn_str(where))) {
        canon_repo repo = {sizeof(repo), l.org, l.full_name, where, NULL};

        return add_repo(conn, &repo);
    }
    rc = canon_source_discover(where, on_found, &l, &conn->err);
    return l.rc ? l.rc : rc;
}

int canon_repo_add_sources(canon_conn *conn, const char *list)
{
    cn_slice rest = cn_str(list);
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    while (!rc && rest.ptr) {
        cn_slice entry = cn_slice_trim(cn_slice_cut(&rest, ','));

        if (entry.len > 0)
            rc = add_entry(conn, entry);
    }
    return cn_conn_end(conn, rc);
}

static int tell_repos(canon_conn *conn, const char *org,
                      int (*on_repo)(const canon_repo *repo, void *user),
                      void *user)
{
    cn_repo_rows rows;
    int rc = cn_store_repo_list(conn->db, &conn->arena, org, &rows, &conn->err);

    for (size_t i = 0; !rc && i < rows.count; i++) {
        const cn_repo_row *row = &rows.items[i];
        canon_repo repo = {sizeof(repo), row->org, row->full_name, row->source,
                           row->description};

        if (on_repo(&repo, user))
            rc = cn_fail(&conn->err, CANON_ECANCELED, "canceled");
    }
    return rc;
}

int canon_repo_list(canon_conn *conn, const char *org,
                    int (*on_repo)(const canon_repo *repo, void *user),
                    void *user)
{
    const char *const *orgs = &org;
    size_t count = 1;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc && org && !(org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    if (!rc && !org)
        rc = cn_store_org_list(conn->db, &conn->arena, &orgs, &count,
                               &conn->err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = tell_repos(conn, orgs[i], on_repo, user);
    return cn_conn_end(conn, rc);
}

int canon_org_exists(canon_conn *conn, const char *org, int *out)
{
    bool found = false;
    int rc = CANON_OK;

    *out = 0;
    if (!cn_slug_ok(cn_str(org)))
        return CANON_OK;
    rc = cn_conn_begin(conn, CN_DB_READ);
    if (!rc && !(org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    if (!rc)
        rc = cn_store_org_exists(conn->db, org, &found, &conn->err);
    *out = found;
    return cn_conn_end(conn, rc);
}

int canon_org_has_specs(canon_conn *conn, const char *org, int *out)
{
    bool found = false;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc && !(org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    if (!rc)
        rc = cn_store_docs_any_spec(conn->db, org, &found, &conn->err);
    *out = found;
    return cn_conn_end(conn, rc);
}

int canon_org_list(canon_conn *conn, int (*on_org)(const char *org, void *user),
                   void *user)
{
    const char *const *orgs = NULL;
    size_t count = 0;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = cn_store_org_list(conn->db, &conn->arena, &orgs, &count,
                               &conn->err);
    for (size_t i = 0; i < count && !rc; i++) {
        if (on_org(orgs[i], user))
            rc = cn_fail(&conn->err, CANON_ECANCELED, "canceled");
    }
    return cn_conn_end(conn, rc);
}

int canon_index_totals_get(canon_conn *conn, const char *org,
                           canon_index_totals *out)
{
    cn_doc_counts counts = {0};
    int rc = cn_conn_begin(conn, CN_DB_READ);

    memset(out, 0, sizeof(*out));
    if (!rc && !(org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    if (!rc)
        rc = cn_store_repo_count(conn->db, org, &out->repos, &conn->err);
    if (!rc)
        rc = cn_store_docs_total(conn->db, org, &out->documents, &out->specs,
                                 &counts, &conn->err);
    out->sections = counts.total_sections;
    out->done_sections = counts.done_sections;
    out->criteria = counts.total_ac;
    out->done_criteria = counts.done_ac;
    out->realized_criteria = counts.realized_ac;
    return cn_conn_end(conn, rc);
}
