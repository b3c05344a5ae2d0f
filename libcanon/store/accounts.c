#include "accounts_parts.h"

#include "batch.h"
#include "fail.h"

int cn_store_user_read(cn_rows *rows, int column, cn_arena *a, cn_user_row *out,
                       canon_error *err)
{
    const char **const texts[] = {&out->sub, &out->email, &out->name,
                                  &out->picture, &out->role};

    out->id = cn_rows_int(rows, column);
    out->created_us = cn_rows_int(rows, column + 6);
    out->last_login_us = cn_rows_int(rows, column + 7);
    out->active = cn_rows_int(rows, column + 8) != 0;
    return cn_store_texts(rows, column + 1, a, texts,
                          sizeof(texts) / sizeof(texts[0]), err);
}

int cn_store_member_read(cn_rows *rows, int column, cn_arena *a,
                         cn_member_row *out, canon_error *err)
{
    out->role = "";
    out->granted = (unsigned)cn_rows_int(rows, column + 1);
    out->granted_us = cn_rows_int(rows, column + 2);
    if (cn_rows_is_null(rows, column))
        return CANON_OK;
    out->role = cn_rows_copy(rows, column, a);
    return out->role ? CANON_OK : cn_fail_memory(err);
}

/* The id of the one row, if there is one. Ends the query. */
static int read_id(cn_rows *rows, int rc, int64_t *id_out, canon_error *err)
{
    *id_out = 0;
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1)
        *id_out = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    return rc < 0 ? rc : CANON_OK;
}

/* The one row, which must be there. Ends the query. */
static int read_one(cn_rows *rows, int rc, cn_arena *a, cn_user_row *out,
                    canon_error *err)
{
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 0)
        rc = cn_fail(err, CANON_ENOTFOUND, "no such user");
    else if (rc == 1)
        rc = cn_store_user_read(rows, 0, a, out, err);
    cn_rows_free(rows);
    return rc;
}

int cn_store_user_add(cn_db *db, const cn_user_row *row, int64_t *id_out,
                      canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->sub),          cn_text(row->email),
        cn_text(row->name),         cn_text(row->picture),
        cn_text(row->role),         cn_int(row->created_us),
        cn_int(row->last_login_us),
    };
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "INSERT INTO users (oidc_sub, email, name, picture,"
                         " role, created_at, last_login_at)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7)"
                         " ON CONFLICT (oidc_sub) DO NOTHING RETURNING id",
                         args, 7, &rows, err);

    return read_id(rows, rc, id_out, err);
}

int cn_store_user_arrive(cn_db *db, cn_arena *a, const cn_user_row *row,
                         cn_user_row *out, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->sub),     cn_text(row->email),        cn_text(row->name),
        cn_text(row->picture), cn_int(row->last_login_us),
    };
    int rc = cn_db_exec(db,
                        "UPDATE users SET"
                        " email = COALESCE(NULLIF($2, ''), email),"
                        " name = COALESCE(NULLIF($3, ''), name),"
                        " picture = COALESCE(NULLIF($4, ''), picture),"
                        " last_login_at = CASE WHEN status = 'active'"
                        "  THEN CAST($5 AS BIGINT) ELSE last_login_at END"
                        " WHERE oidc_sub = $1",
                        args, 5, NULL, err);

    return rc ? rc : cn_store_user_find(db, a, row->sub, out, err);
}

int cn_store_user_promote(cn_db *db, int64_t id, bool *done_out,
                          canon_error *err)
{
    const cn_arg args[] = {cn_int(id)};
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "UPDATE users SET role = 'admin' WHERE id = $1"
                        " AND NOT EXISTS"
                        " (SELECT 1 FROM users a WHERE a.role = 'admin')",
                        args, 1, &changed, err);

    *done_out = changed > 0;
    return rc;
}

int cn_store_user_put(cn_db *db, const cn_user_row *row,
                      const char *role_preset, int64_t *id_out,
                      canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->sub),  cn_text(row->email),  cn_text(row->name),
        cn_text(row->role), cn_text(role_preset), cn_int(row->created_us),
    };
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "INSERT INTO users (oidc_sub, email, name, role, created_at,"
        " last_login_at)"
        " VALUES ($1, $2, $3, COALESCE(NULLIF($4, ''), $5), $6, 0)"
        " ON CONFLICT (oidc_sub) DO UPDATE"
        " SET email = COALESCE(NULLIF(excluded.email, ''), users.email),"
        " name = COALESCE(NULLIF(excluded.name, ''), users.name),"
        " role = COALESCE(NULLIF($4, ''), users.role) RETURNING id",
        args, 6, &rows, err);

    return read_id(rows, rc, id_out, err);
}

int cn_store_user_find(cn_db *db, cn_arena *a, const char *sub,
                       cn_user_row *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(sub)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db, "SELECT " CN_USER_COLUMNS " FROM users u WHERE u.oidc_sub = $1",
        args, 1, &rows, err);

    return read_one(rows, rc, a, out, err);
}

int cn_store_user_get(cn_db *db, cn_arena *a, int64_t id, const char *org,
                      cn_user_row *out, cn_member_row *member_out,
                      canon_error *err)
{
    const cn_arg args[] = {cn_int(id), cn_text(org)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " CN_USER_COLUMNS ", " CN_MEMBER_COLUMNS
                         " FROM users u"
                         " LEFT JOIN org_members m ON m.org_login = $2"
                         " AND m.user_id = u.id WHERE u.id = $1",
                         args, 2, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 0)
        rc = cn_fail(err, CANON_ENOTFOUND, "no such user");
    else if (rc == 1)
        rc = cn_store_user_read(rows, 0, a, out, err);
    if (!rc)
        rc = cn_store_member_read(rows, CN_USER_WIDTH, a, member_out, err);
    cn_rows_free(rows);
    return rc;
}

int cn_store_user_list(cn_db *db, cn_arena *a, const char *text,
                       int64_t after_id, int limit, cn_user_rows *out,
                       canon_error *err)
{
    const cn_arg args[] = {cn_int(after_id), cn_int(limit), cn_text(text)};
    cn_array found = CN_ARRAY_INIT(cn_user_row);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = text ? cn_db_query(db,
                                "SELECT " CN_USER_COLUMNS " FROM users u"
                                " WHERE u.id > $1"
                                " AND (u.oidc_sub = $3 OR u.email = $3)"
                                " ORDER BY u.id LIMIT $2",
                                args, 3, &rows, err)
                  : cn_db_query(db,
                                "SELECT " CN_USER_COLUMNS " FROM users u"
                                " WHERE u.id > $1 ORDER BY u.id LIMIT $2",
                                args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_user_row *row = cn_array_push(&found);

        rc = row ? cn_store_user_read(rows, 0, a, row, err)
                 : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

int cn_store_user_activate(cn_db *db, int64_t id, bool active, bool *found_out,
                           canon_error *err)
{
    const cn_arg args[] = {cn_int(id),
                           cn_text(active ? "active" : "deactivated")};
    int64_t changed = 0;
    int rc = cn_db_exec(db, "UPDATE users SET status = $2 WHERE id = $1", args,
                        2, &changed, err);

    *found_out = changed > 0;
    return rc;
}

int cn_store_user_lock(cn_db *db, int64_t id, bool *found_out, canon_error *err)
{
    const cn_arg args[] = {cn_int(id)};
    int64_t changed = 0;
    int rc = cn_db_exec(db, "UPDATE users SET status = status WHERE id = $1",
                        args, 1, &changed, err);

    *found_out = changed > 0;
    return rc;
}

/* --- roles in organisations ---------------------------------------------- */

int cn_store_member_put(cn_db *db, const char *org, int64_t user_id,
                        const char *role, const char *assigned_by,
                        int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(user_id), cn_text(role),
                           cn_text(assigned_by), cn_int(now_us)};

    return cn_db_exec(
        db,
        "INSERT INTO org_members (org_login, user_id, role, assigned_by,"
        " assigned_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (org_login, user_id) DO UPDATE SET role = excluded.role,"
        " assigned_by = excluded.assigned_by,"
        " assigned_at = excluded.assigned_at",
        args, 5, NULL, err);
}

int cn_store_member_grant(cn_db *db, const char *org, int64_t user_id,
                          unsigned granted, int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(user_id), cn_int(granted),
                           cn_int(now_us)};

    return cn_db_exec(
        db,
        "INSERT INTO org_members (org_login, user_id, role, assigned_by,"
        " assigned_at, granted, granted_at)"
        " VALUES ($1, $2, '', 'provider', $4, $3, $4)"
        " ON CONFLICT (org_login, user_id) DO UPDATE"
        " SET granted = excluded.granted, granted_at = excluded.granted_at",
        args, 4, NULL, err);
}

int cn_store_member_remove(cn_db *db, const char *org, int64_t user_id,
                           canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(user_id)};

    return cn_db_exec(db,
                      "DELETE FROM org_members"
                      " WHERE org_login = $1 AND user_id = $2",
                      args, 2, NULL, err);
}

int cn_store_member_orgs(cn_db *db, cn_arena *a, int64_t user_id,
                         int64_t granted_after_us, const char *const **out,
                         size_t *count_out, canon_error *err)
{
    const cn_arg args[] = {cn_int(user_id), cn_int(granted_after_us)};
    cn_array found = CN_ARRAY_INIT(const char *);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT org_login FROM org_members"
                         " WHERE user_id = $1"
                         " AND (role <> '' OR granted_at > $2)"
                         " ORDER BY org_login",
                         args, 2, &rows, err);

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

/* --- organisations of the provider --------------------------------------- */

/* The text of the first row, "" when there is none. Ends the query. */
static int read_text(cn_rows *rows, int rc, cn_arena *a, const char **out,
                     canon_error *err)
{
    *out = "";
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *out = cn_rows_copy(rows, 0, a);
        rc = *out ? CANON_OK : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_org_of_provider(cn_db *db, cn_arena *a, const char *org_id,
                             const char **out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org_id)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT LOWER(org_login) FROM gh_installations"
                         " WHERE oidc_org_id = $1 AND oidc_org_id <> ''"
                         " AND status = 'active' ORDER BY id LIMIT 1",
                         args, 1, &rows, err);

    return read_text(rows, rc, a, out, err);
}

int cn_store_org_provider_id(cn_db *db, cn_arena *a, const char *org,
                             const char **out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT oidc_org_id FROM gh_installations"
                         " WHERE LOWER(org_login) = $1 AND status = 'active'",
                         args, 1, &rows, err);

    return read_text(rows, rc, a, out, err);
}

int cn_store_org_lone(cn_db *db, cn_arena *a, const char **out,
                      canon_error *err)
{
    cn_rows *rows = NULL;
    /* two ranges, because an index cannot look for what differs */
    int rc = cn_db_query(db,
                         "SELECT LOWER(i.org_login) FROM gh_installations i"
                         " WHERE i.status = 'active'"
                         " AND NOT EXISTS (SELECT 1 FROM gh_installations o"
                         "  WHERE o.status = 'active' AND o.id <> i.id)"
                         " AND NOT EXISTS (SELECT 1 FROM repositories r"
                         "  WHERE r.org_login < LOWER(i.org_login))"
                         " AND NOT EXISTS (SELECT 1 FROM repositories r"
                         "  WHERE r.org_login > LOWER(i.org_login))",
                         NULL, 0, &rows, err);

    return read_text(rows, rc, a, out, err);
}
