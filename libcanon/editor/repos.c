/*
 * The repositories that can be edited here, for the editor's list.
 */
#include "canon/editor.h"

#include "conn.h"
#include "fail.h"
#include "json.h"
#include "store.h"

#define MOST_JSON ((size_t)16 * 1024 * 1024)

static bool is_local(const cn_repo_row *repo)
{
    return !cn_slice_starts(cn_str(repo->source), "github:");
}

/* A folder has no branches to propose on. */
static bool takes_proposals(const cn_repo_row *repo)
{
    return !cn_slice_starts(cn_str(repo->source), "dir:");
}

static void write_repo(cn_json *w, const cn_repo_row *repo)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "name", repo->name);
    cn_json_str(w, "full_name", repo->full_name);
    cn_json_object(w, "owner");
    cn_json_str(w, "login", repo->owner);
    cn_json_end_object(w);
    cn_json_bool(w, "private", true);
    cn_json_str(w, "default_branch", repo->default_branch);
    cn_json_str(w, "description", repo->description);
    if (repo->synced_at > 0)
        cn_json_time(w, "updated_at", repo->synced_at);
    cn_json_object(w, "permissions");
    cn_json_bool(w, "pull", true);
    cn_json_bool(w, "push", true);
    cn_json_end_object(w);
    cn_json_bool(w, "proposals", takes_proposals(repo));
    cn_json_end_object(w);
}

static int list_repos(canon_conn *conn, const char *org, cn_buf *json)
{
    const char *lower = cn_conn_org(conn, org);
    cn_json w = cn_json_to(json);
    cn_repo_rows repos;
    int rc;

    if (!lower)
        return conn->err.code;
    rc = cn_store_repo_list(conn->db, &conn->arena, lower, &repos, &conn->err);
    if (rc)
        return rc;
    cn_json_array(&w, NULL);
    for (size_t i = 0; i < repos.count; i++) {
        if (is_local(&repos.items[i]))
            write_repo(&w, &repos.items[i]);
    }
    cn_json_end_array(&w);
    return CANON_OK;
}

int canon_editor_repos_json(canon_conn *conn, const char *org, canon_buf *out)
{
    cn_buf json = CN_BUF_INIT(MOST_JSON);
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = list_repos(conn, org, &json);
    if (!rc)
        rc = cn_buf_export(&json, out, &conn->err);
    else
        canon_buf_free(out);
    cn_buf_free(&json);
    return cn_conn_end(conn, rc);
}
