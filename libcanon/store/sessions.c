#include "sessions.h"

#include "batch.h"
#include "fail.h"

#define SESSION_COLUMNS                                                        \
    "sid_hash, org_login, data, user_id, created_at, last_seen_at, "           \
    "idle_expires_at, abs_expires_at"

#define SESSION_ALIVE                                                          \
    "revoked_at IS NULL AND idle_expires_at > $2 AND abs_expires_at > $2"

int cn_store_session_add(cn_db *db, const cn_session_row *row, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->sid_hash),     cn_int(row->user_id),
        cn_text(row->org),          cn_text(row->data),
        cn_int(row->created_us),    cn_int(row->seen_us),
        cn_int(row->idle_until_us), cn_int(row->until_us),
    };

    return cn_db_exec(db,
                      "INSERT INTO web_sessions"
                      " (sid_hash, user_id, org_login, data, created_at,"
                      " last_seen_at, idle_expires_at, abs_expires_at)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                      args, 8, NULL, err);
}

static int read_session(cn_rows *rows, cn_arena *a, cn_session_row *out,
                        canon_error *err)
{
    const char **const texts[] = {&out->sid_hash, &out->org, &out->data};

    out->user_id = cn_rows_int(rows, 3);
    out->created_us = cn_rows_int(rows, 4);
    out->seen_us = cn_rows_int(rows, 5);
    out->idle_until_us = cn_rows_int(rows, 6);
    out->until_us = cn_rows_int(rows, 7);
    return cn_store_texts(rows, 0, a, texts, 3, err);
}

int cn_store_session_find(cn_db *db, cn_arena *a, const char *sid_hash,
                          int64_t now_us, cn_session_row *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(sid_hash), cn_int(now_us)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " SESSION_COLUMNS " FROM web_sessions"
                         " WHERE sid_hash = $1 AND " SESSION_ALIVE,
                         args, 2, &rows, err);

    if (!rc) {
        rc = cn_rows_next(rows, err);
        if (rc == 0)
            rc = cn_fail(err, CANON_ENOTFOUND, "no such session");
        else if (rc == 1)
            rc = read_session(rows, a, out, err);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_session_touch(cn_db *db, const cn_session_row *row,
                           canon_error *err)
{
    const cn_arg args[] = {cn_text(row->sid_hash), cn_int(row->seen_us),
                           cn_int(row->idle_until_us)};

    return cn_db_exec(db,
                      "UPDATE web_sessions"
                      " SET last_seen_at = $2, idle_expires_at = $3"
                      " WHERE sid_hash = $1 AND revoked_at IS NULL",
                      args, 3, NULL, err);
}

int cn_store_session_lock(cn_db *db, const char *sid_hash, canon_error *err)
{
    const cn_arg args[] = {cn_text(sid_hash)};

    return cn_db_exec(db,
                      "UPDATE web_sessions SET user_id = user_id"
                      " WHERE sid_hash = $1",
                      args, 1, NULL, err);
}

int cn_store_session_set(cn_db *db, const cn_session_row *row, canon_error *err)
{
    const cn_arg args[] = {cn_text(row->sid_hash), cn_text(row->org),
                           cn_text(row->data)};

    return cn_db_exec(db,
                      "UPDATE web_sessions SET org_login = $2, data = $3"
                      " WHERE sid_hash = $1 AND revoked_at IS NULL",
                      args, 3, NULL, err);
}

int cn_store_session_end(cn_db *db, const char *sid_hash, int64_t now_us,
                         bool *ended_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(sid_hash), cn_int(now_us)};
    int64_t changed = 0;
    /* what it knew goes at once, the fact that it was there with the others */
    int rc = cn_db_exec(db,
                        "UPDATE web_sessions SET revoked_at = $2, data = ''"
                        " WHERE sid_hash = $1 AND revoked_at IS NULL",
                        args, 2, &changed, err);

    *ended_out = !rc && changed > 0;
    return rc;
}

int cn_store_refresh_add(cn_db *db, const cn_refresh_row *row, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(row->id),        cn_int(row->user_id), cn_text(row->org),
        cn_text(row->device),    cn_text(row->hash),   cn_int(row->created_us),
        cn_int(row->expires_us),
    };
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "INSERT INTO sessions"
                        " (id, user_id, org_login, device_label, refresh_hash,"
                        " created_at, last_used_at, expires_at)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $6, $7)"
                        " ON CONFLICT (refresh_hash) DO NOTHING",
                        args, 7, &changed, err);

    if (!rc && !changed)
        rc = cn_fail(err, CANON_ECONFLICT, "the refresh token has a record");
    return rc;
}

int cn_store_refresh_find(cn_db *db, cn_arena *a, const char *hash,
                          cn_refresh_row *out, canon_error *err)
{
    const char **const texts[] = {&out->id, &out->org, &out->device, &out->hash,
                                  &out->sub};
    const cn_arg args[] = {cn_text(hash)};
    cn_rows *rows = NULL;
    /* of a token that came back under a new record, the record counts in which
     * it is the present one */
    int rc = cn_db_query(
        db,
        "SELECT s.id, s.org_login, s.device_label, s.refresh_hash, u.oidc_sub,"
        " s.user_id, s.created_at, COALESCE(s.rotated_at, 0),"
        " s.refreshing_until, s.expires_at,"
        " CASE WHEN s.revoked_at IS NULL THEN 0 ELSE 1 END,"
        " CASE WHEN u.status = 'active' THEN 1 ELSE 0 END,"
        " CASE WHEN s.refresh_hash = $1 THEN 0 ELSE 1 END AS previous"
        " FROM sessions s JOIN users u ON u.id = s.user_id"
        " WHERE s.refresh_hash = $1 OR s.prev_refresh_hash = $1"
        " ORDER BY previous, s.created_at DESC, s.id LIMIT 1",
        args, 1, &rows, err);

    if (!rc) {
        rc = cn_rows_next(rows, err);
        if (rc == 0)
            rc = cn_fail(err, CANON_ENOTFOUND, "no such refresh token");
        else if (rc == 1)
            rc = cn_store_texts(rows, 0, a, texts, 5, err);
    }
    if (!rc) {
        out->user_id = cn_rows_int(rows, 5);
        out->created_us = cn_rows_int(rows, 6);
        out->rotated_us = cn_rows_int(rows, 7);
        out->leased_until_us = cn_rows_int(rows, 8);
        out->expires_us = cn_rows_int(rows, 9);
        out->revoked = cn_rows_int(rows, 10) != 0;
        out->active = cn_rows_int(rows, 11) != 0;
        out->previous = cn_rows_int(rows, 12) != 0;
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_refresh_lease(cn_db *db, const cn_refresh_row *row, int64_t now_us,
                           int64_t until_us, bool *got_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(row->id), cn_text(row->hash), cn_int(now_us),
                           cn_int(until_us)};
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "UPDATE sessions SET refreshing_until = $4"
                        " WHERE id = $1 AND refresh_hash = $2"
                        " AND refreshing_until <= $3"
                        " AND revoked_at IS NULL AND expires_at > $3",
                        args, 4, &changed, err);

    *got_out = !rc && changed > 0;
    return rc;
}

int cn_store_refresh_release(cn_db *db, const char *id, int64_t until_us,
                             canon_error *err)
{
    const cn_arg args[] = {cn_text(id), cn_int(until_us)};

    return cn_db_exec(db,
                      "UPDATE sessions SET refreshing_until = 0"
                      " WHERE id = $1 AND refreshing_until = $2",
                      args, 2, NULL, err);
}

int cn_store_refresh_rotate(cn_db *db, const cn_refresh_row *row,
                            const char *new_hash, int64_t now_us,
                            bool *done_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(row->id), cn_text(row->hash),
                           cn_text(new_hash), cn_int(now_us)};
    int64_t changed = 0;
    /* a provider that does not rotate: the token before this one stays known */
    int rc = cn_db_exec(
        db,
        "UPDATE sessions SET refresh_hash = $3,"
        " prev_refresh_hash ="
        " CASE WHEN $3 = $2 THEN prev_refresh_hash ELSE $2 END,"
        " rotated_at = CASE WHEN $3 = $2 THEN rotated_at ELSE $4 END,"
        " last_used_at = $4, refreshing_until = 0"
        " WHERE id = $1 AND refresh_hash = $2"
        " AND revoked_at IS NULL AND expires_at > $4",
        args, 4, &changed, err);

    *done_out = !rc && changed > 0;
    return rc;
}

int cn_store_refresh_revoke(cn_db *db, const char *id, int64_t now_us,
                            bool *revoked_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(id), cn_int(now_us)};
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "UPDATE sessions"
                        " SET revoked_at = $2, refreshing_until = 0"
                        " WHERE id = $1 AND revoked_at IS NULL",
                        args, 2, &changed, err);

    if (revoked_out)
        *revoked_out = !rc && changed > 0;
    return rc;
}

int cn_store_sessions_clean(cn_db *db, int64_t before_us, canon_error *err)
{
    const cn_arg args[] = {cn_int(before_us)};
    int rc = cn_db_exec(db,
                        "DELETE FROM web_sessions WHERE abs_expires_at < $1"
                        " OR idle_expires_at < $1 OR revoked_at < $1",
                        args, 1, NULL, err);

    if (!rc)
        rc = cn_db_exec(db, "DELETE FROM sessions WHERE expires_at < $1", args,
                        1, NULL, err);
    return rc;
}
