#include "keys.h"

#include "accounts_parts.h"
#include "batch.h"
#include "fail.h"

#define KEY_COLUMNS                                                            \
    "k.id, k.key_prefix, k.label, k.org_login, k.scopes, k.user_id,"           \
    " k.created_at, k.expires_at, k.revoked_at, k.last_used_at"
#define KEY_WIDTH 10

/* All but the owner. */
static int read_key(cn_rows *rows, cn_arena *a, cn_key_row *out,
                    canon_error *err)
{
    const char **const texts[] = {&out->prefix, &out->label, &out->org,
                                  &out->scopes};

    out->id = cn_rows_int(rows, 0);
    out->user_id = cn_rows_int(rows, 5);
    out->created_us = cn_rows_int(rows, 6);
    out->expires_us = cn_rows_int(rows, 7);
    out->revoked_us = cn_rows_int(rows, 8);
    out->last_used_us = cn_rows_int(rows, 9);
    out->owner = "";
    return cn_store_texts(rows, 1, a, texts, sizeof(texts) / sizeof(texts[0]),
                          err);
}

int cn_store_key_add(cn_db *db, const cn_key_row *row, const char *hash,
                     int64_t *id_out, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(hash),
        cn_text(row->prefix),
        cn_text(row->label),
        cn_int(row->user_id),
        cn_text(row->org),
        cn_text(row->scopes),
        cn_int(row->created_us),
        row->expires_us ? cn_int(row->expires_us) : cn_null(),
    };
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "INSERT INTO api_keys (key_hash, key_prefix, label, user_id,"
        " org_login, scopes, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        args, 8, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *id_out = cn_rows_int(rows, 0);
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_key_count(cn_db *db, const char *org, int64_t user_id,
                       int64_t now_us, int64_t *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(user_id), cn_int(now_us)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT COUNT(*) FROM api_keys"
                         " WHERE org_login = $1 AND user_id = $2"
                         " AND revoked_at IS NULL"
                         " AND (expires_at IS NULL OR expires_at > $3)",
                         args, 3, &rows, err);

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

/* A key and, behind it, the sub of its owner. */
static int read_listed(cn_rows *rows, cn_arena *a, cn_key_row *out,
                       canon_error *err)
{
    int rc = read_key(rows, a, out, err);

    if (!rc)
        out->owner = cn_rows_copy(rows, KEY_WIDTH, a);
    return rc || out->owner ? rc : cn_fail_memory(err);
}

int cn_store_key_list(cn_db *db, cn_arena *a, const char *org, int64_t user_id,
                      cn_key_rows *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(user_id)};
    cn_array found = CN_ARRAY_INIT(cn_key_row);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " KEY_COLUMNS ", u.oidc_sub FROM api_keys k"
                         " JOIN users u ON u.id = k.user_id"
                         " WHERE k.org_login = $1"
                         " AND (k.user_id = $2 OR CAST($2 AS BIGINT) = 0)"
                         " ORDER BY k.created_at DESC, k.id DESC",
                         args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_key_row *row = cn_array_push(&found);

        rc = row ? read_listed(rows, a, row, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

int cn_store_key_revoke(cn_db *db, const char *org, int64_t user_id, int64_t id,
                        int64_t now_us, bool *done_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(user_id), cn_int(id),
                           cn_int(now_us)};
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "UPDATE api_keys SET revoked_at = $4"
                        " WHERE id = $3 AND org_login = $1"
                        " AND (user_id = $2 OR CAST($2 AS BIGINT) = 0)"
                        " AND revoked_at IS NULL",
                        args, 4, &changed, err);

    *done_out = changed > 0;
    return rc;
}

int cn_store_key_find(cn_db *db, cn_arena *a, const char *hash, cn_key_row *out,
                      cn_user_row *user_out, cn_member_row *member_out,
                      bool *found_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(hash)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " KEY_COLUMNS ", " CN_USER_COLUMNS
                         ", " CN_MEMBER_COLUMNS
                         " FROM api_keys k JOIN users u ON u.id = k.user_id"
                         " LEFT JOIN org_members m ON m.org_login = k.org_login"
                         " AND m.user_id = k.user_id WHERE k.key_hash = $1",
                         args, 1, &rows, err);

    *found_out = false;
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *found_out = true;
        rc = read_key(rows, a, out, err);
        if (!rc)
            rc = cn_store_user_read(rows, KEY_WIDTH, a, user_out, err);
        if (!rc)
            rc = cn_store_member_read(rows, KEY_WIDTH + CN_USER_WIDTH, a,
                                      member_out, err);
        if (!rc)
            out->owner = user_out->sub;
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_key_used(cn_db *db, int64_t id, int64_t now_us, int64_t before_us,
                      canon_error *err)
{
    const cn_arg args[] = {cn_int(id), cn_int(now_us), cn_int(before_us)};

    return cn_db_exec(
        db,
        "UPDATE api_keys SET last_used_at = $2 WHERE id ="
        " (SELECT k.id FROM api_keys k WHERE k.id = $1"
        "  AND (k.last_used_at IS NULL OR k.last_used_at <= $3) @LOCK@)",
        args, 3, NULL, err);
}

int cn_store_key_retention(cn_db *db, int64_t before_us, canon_error *err)
{
    const cn_arg args[] = {cn_int(before_us)};

    return cn_db_exec(db, "DELETE FROM api_keys WHERE expires_at < $1", args, 1,
                      NULL, err);
}
