/*
 * Editing one file of a repository. A write names the content it is based on;
 * what was written is in the index before the call returns.
 */
#include "canon/editor.h"

#include "canon/index.h"

#include "conn.h"
#include "fail.h"
#include "store.h"
#include "utf8.h"

#define MOST_TEXT ((size_t)4 * 1024 * 1024)

/* Open the source of a repository; no database connection is held then. */
static int open_source(canon_conn *conn, const char *org, const char *full_name,
                       canon_source **out)
{
    const char *lower = cn_conn_org(conn, org);
    cn_repo_row repo;
    int rc;

    *out = NULL;
    if (!lower)
        return conn->err.code;
    rc = cn_store_repo_get(conn->db, &conn->arena, lower,
                           full_name ? full_name : "", &repo, &conn->err);
    cn_conn_release(conn);
    return rc ? rc : canon_source_open(conn, repo.source, out);
}

static int check_path(canon_conn *conn, const char *path)
{
    if (canon_editor_path_check(path))
        return CANON_OK;
    return cn_fail(&conn->err, CANON_EINVAL,
                   "%.200s cannot be edited: only *.md files, CANON.yaml and "
                   "SPECWRIGHT.yaml",
                   path ? path : "NULL");
}

/* The text on the default branch. */
static int read_head(canon_source *source, const char *path, canon_buf *text,
                     char blob[72])
{
    canon_revision head;
    int rc = canon_source_head(source, NULL, &head);

    return rc ? rc
              : canon_source_read(source, &head, path, MOST_TEXT, text, blob);
}

static int load(canon_conn *conn, canon_source *source, const char *path,
                canon_buf *text, char blob[72])
{
    int rc = read_head(source, path, text, blob);

    if (!rc && !cn_utf8_ok(cn_slice_of(text->data, text->len))) {
        canon_buf_free(text);
        rc =
            cn_fail(&conn->err, CANON_EINVAL, "%.200s is not UTF-8 text", path);
    }
    if (rc)
        blob[0] = '\0';
    return rc;
}

int canon_editor_load(canon_conn *conn, const char *org, const char *full_name,
                      const char *path, canon_buf *text, char blob_out[72])
{
    canon_source *source = NULL;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    canon_buf_free(text);
    blob_out[0] = '\0';
    if (!rc)
        rc = check_path(conn, path);
    if (!rc)
        rc = open_source(conn, org, full_name, &source);
    if (!rc)
        rc = load(conn, source, path, text, blob_out);
    canon_source_close(source);
    return cn_conn_end(conn, rc);
}

/* A change with its defaults filled in. */
static int complete(canon_conn *conn, const canon_edit *edit, canon_change *out)
{
    canon_change change = CANON_CHANGE_INIT;
    int rc;

    if (edit->size < sizeof(*edit)) {
        return cn_fail(&conn->err, CANON_EINVAL,
                       "canon_edit without its size: set size to sizeof");
    }
    memcpy(&change, &edit->change,
           edit->change.size < sizeof(change) ? edit->change.size
                                              : sizeof(change));
    change.size = sizeof(change);
    rc = check_path(conn, change.path);
    if (rc)
        return rc;
    if (!change.text || !cn_utf8_ok(cn_slice_of(change.text, change.text_len)))
        return cn_fail(&conn->err, CANON_EINVAL, "the text is not UTF-8");
    /* a copy: callers may name what an earlier call wrote into its results */
    change.base_blob =
        cn_arena_str(&conn->arena, change.base_blob ? change.base_blob : "");
    if (!change.message || !*change.message) {
        change.message =
            cn_arena_printf(&conn->arena, "docs: update %s", change.path);
    }
    if (!change.base_blob || !change.message)
        return cn_fail_memory(&conn->err);
    *out = change;
    return CANON_OK;
}

static void forget(canon_edit_conflict *conflict)
{
    canon_buf_free(&conflict->text);
    conflict->blob[0] = '\0';
}

/*
 * Somebody was faster: what is there now. Keeps the reason of the conflict;
 * what cannot be read stays empty. When the content is the one that the change
 * is based on, only the branch of a proposal can be in the way.
 */
static void show_conflict(canon_conn *conn, canon_source *source,
                          const canon_change *change,
                          canon_edit_conflict *conflict)
{
    canon_error reason = conn->err;
    int rc;

    if (!conflict)
        return;
    forget(conflict);
    rc = read_head(source, change->path, &conflict->text, conflict->blob);
    if (rc)
        conflict->blob[0] = '\0';
    conflict->branch_exists = (!rc || rc == CANON_ENOTFOUND) &&
                              strcmp(conflict->blob, change->base_blob) == 0;
    if (rc || conflict->branch_exists ||
        !cn_utf8_ok(cn_slice_of(conflict->text.data, conflict->text.len)))
        forget(conflict);
    conn->err = reason;
}

typedef int write_fn(canon_source *source, const canon_change *change,
                     canon_written *out);

static int write_edit(canon_conn *conn, const canon_edit *edit, write_fn *write,
                      canon_written *out, canon_edit_conflict *conflict)
{
    canon_source *source = NULL;
    canon_change change;
    int rc = complete(conn, edit, &change);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = open_source(conn, edit->org, edit->full_name, &source);
    if (!rc)
        rc = write(source, &change, out);
    if (rc == CANON_ECONFLICT)
        show_conflict(conn, source, &change, conflict);
    canon_source_close(source);
    return rc;
}

/* The file is safe already: a failure here is repaired by the next run. */
static void index_saved(canon_conn *conn, const canon_edit *edit)
{
    int rc;

    if (cn_slice_ends(cn_str(edit->change.path), ".md")) {
        rc = canon_index_file(conn, edit->org, edit->full_name,
                              edit->change.path);
    } else {
        rc = canon_index_repo(conn, edit->org, edit->full_name, NULL, NULL);
    }
    if (rc) {
        canon_log(conn, CANON_LOG_WARN, "editor",
                  "%s was saved but not indexed: %s", edit->change.path,
                  conn->err.text);
        cn_fail_clear(&conn->err);
    }
}

int canon_editor_save(canon_conn *conn, const canon_edit *edit,
                      canon_written *out, canon_edit_conflict *conflict)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = write_edit(conn, edit, canon_source_write, out, conflict);
    rc = cn_conn_end(conn, rc);
    if (!rc)
        index_saved(conn, edit);
    return rc;
}

int canon_editor_propose(canon_conn *conn, const canon_edit *edit,
                         canon_written *out, canon_edit_conflict *conflict)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = write_edit(conn, edit, canon_source_propose, out, conflict);
    return cn_conn_end(conn, rc);
}
