#include "stamps.h"

int cn_store_stamp_raise(cn_db *db, const char *org, int64_t now_us,
                         canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(now_us)};

    return cn_db_exec(db,
                      "INSERT INTO org_stamps (org_login, n) VALUES ($1, $2)"
                      " ON CONFLICT (org_login) DO UPDATE SET n ="
                      " CASE WHEN excluded.n > org_stamps.n THEN excluded.n"
                      " ELSE org_stamps.n + 1 END",
                      args, 2, NULL, err);
}

int cn_store_stamp_get(cn_db *db, const char *org, int64_t *out,
                       canon_error *err)
{
    const cn_arg args[] = {cn_text(org)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT COALESCE((SELECT n FROM org_stamps"
                         " WHERE org_login = $1), 1) FROM repositories"
                         " WHERE org_login = $1 LIMIT 1",
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
