#include "repos.h"

#include "batch.h"
#include "fail.h"

#define REPO_COLUMNS                                                           \
    "id, org_login, full_name, owner, name, source, description, "             \
    "default_branch, indexed_commit, config, config_sha, "                     \
    "config_diagnostics, synced_at"

int cn_store_repo_put(cn_db *db, const cn_repo_row *row, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->org),  cn_text(row->full_name), cn_text(row->owner),
        cn_text(row->name), cn_text(row->source),    cn_text(row->description),
    };

    return cn_db_exec(
        db,
        "INSERT INTO repositories"
        " (org_login, full_name, owner, name, source, description)"
        " VALUES ($1, $2, $3, $4, $5, COALESCE($6, ''))"
        " ON CONFLICT (org_login, LOWER(full_name)) DO UPDATE"
        " SET source = excluded.source,"
        " description = COALESCE($6, repositories.description)",
        args, 6, NULL, err);
}

static int read_repo(cn_rows *rows, cn_arena *a, cn_repo_row *out,
                     canon_error *err)
{
    const char **const texts[] = {
        &out->org,
        &out->full_name,
        &out->owner,
        &out->name,
        &out->source,
        &out->description,
        &out->default_branch,
        &out->indexed_commit,
        &out->config,
        &out->config_sha,
        &out->config_diagnostics,
    };

    out->id = cn_rows_int(rows, 0);
    out->synced_at = cn_rows_int(rows, 12);
    return cn_store_texts(rows, 1, a, texts, sizeof(texts) / sizeof(texts[0]),
                          err);
}

int cn_store_repo_get(cn_db *db, cn_arena *a, const char *org,
                      const char *full_name, cn_repo_row *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(full_name)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " REPO_COLUMNS " FROM repositories"
                         " WHERE org_login = $1"
                         " AND LOWER(full_name) = LOWER($2)",
                         args, 2, &rows, err);

    if (!rc) {
        rc = cn_rows_next(rows, err);
        if (rc == 0)
            rc = cn_fail(err, CANON_ENOTFOUND, "no repository %.200s",
                         full_name);
        else if (rc == 1)
            rc = read_repo(rows, a, out, err);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_repo_list(cn_db *db, cn_arena *a, const char *org,
                       cn_repo_rows *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org)};
    cn_array found = CN_ARRAY_INIT(cn_repo_row);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " REPO_COLUMNS " FROM repositories"
                         " WHERE org_login = $1"
                         " ORDER BY LOWER(full_name), id",
                         args, 1, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_repo_row *row = cn_array_push(&found);

        rc = row ? read_repo(rows, a, row, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

int cn_store_repo_synced(cn_db *db, const cn_repo_row *row, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->org),
        cn_int(row->id),
        cn_text(row->default_branch),
        cn_text(row->indexed_commit),
        cn_text(row->config),
        cn_text(row->config_sha),
        cn_text(row->config_diagnostics),
        cn_int(row->synced_at),
    };

    return cn_db_exec(
        db,
        "UPDATE repositories SET default_branch = $3, indexed_commit = $4,"
        " config = $5, config_sha = $6, config_diagnostics = $7,"
        " synced_at = $8 WHERE org_login = $1 AND id = $2",
        args, 8, NULL, err);
}

int cn_store_repo_remove(cn_db *db, const char *org, int64_t id,
                         canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(id)};

    return cn_db_exec(db,
                      "DELETE FROM repositories"
                      " WHERE org_login = $1 AND id = $2",
                      args, 2, NULL, err);
}

int cn_store_org_list(cn_db *db, cn_arena *a, const char *const **out,
                      size_t *count_out, canon_error *err)
{
    cn_array found = CN_ARRAY_INIT(const char *);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT DISTINCT org_login FROM repositories"
                         " ORDER BY org_login",
                         NULL, 0, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        const char **name = cn_array_push(&found);

        if (name)
            *name = cn_rows_copy(rows, 0, a);
        rc = name && *name ? CANON_OK : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    *count_out = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    *out = items;
    return rc;
}

int cn_store_ids(cn_db *db, int64_t count, int64_t *first_out, canon_error *err)
{
    const cn_arg args[] = {cn_text("ids"), cn_int(count)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "INSERT INTO locks (name, n) VALUES ($1, $2)"
                         " ON CONFLICT (name) DO UPDATE"
                         " SET n = locks.n + excluded.n RETURNING n",
                         args, 2, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *first_out = cn_rows_int(rows, 0) - count + 1;
        rc = CANON_OK;
    } else if (rc == 0) {
        rc = cn_fail(err, CANON_ESTORE, "no ids were reserved");
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_repo_count(cn_db *db, const char *org, int64_t *out,
                        canon_error *err)
{
    const cn_arg args[] = {cn_text(org)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT COUNT(*) FROM repositories"
                         " WHERE org_login = $1",
                         args, 1, &rows, err);

    *out = 0;
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *out = cn_rows_int(rows, 0);
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_org_exists(cn_db *db, const char *org, bool *out, canon_error *err)
{
    int64_t count = 0;
    int rc = cn_store_repo_count(db, org, &count, err);

    *out = count > 0;
    return rc;
}
