#include "snapshots.h"

#define SUMS                                                                   \
    "COUNT(*), SUM(total_sections), SUM(done_sections), SUM(total_ac),"        \
    " SUM(done_ac), SUM(realized_ac)"

int cn_store_figures_live(cn_db *db, const cn_coverage_scope *scope,
                          cn_rows **out, canon_error *err)
{
    const cn_arg args[] = {cn_text(scope->org), cn_text(scope->repo),
                           cn_text(scope->team)};

    return cn_db_query(db,
                       "SELECT repo, team, " SUMS " FROM spec_documents"
                       " WHERE org_login = $1 AND is_spec = 1"
                       " AND ($2 = '' OR LOWER(repo) = LOWER($2))"
                       " AND ($3 = '' OR LOWER(team) = LOWER($3))"
                       " GROUP BY repo, team ORDER BY repo, team",
                       args, 3, out, err);
}

int cn_store_figures_stored(cn_db *db, const cn_coverage_scope *scope,
                            int32_t day, cn_rows **out, canon_error *err)
{
    const cn_arg args[] = {cn_text(scope->org), cn_text(scope->repo),
                           cn_text(scope->team), cn_int(day)};

    return cn_db_query(
        db,
        "SELECT repo, team, total_specs, total_sections, done_sections,"
        " total_ac, done_ac, realized_ac FROM coverage_days"
        " WHERE org_login = $1 AND repo <> ''"
        " AND snapshot_day = (SELECT MAX(snapshot_day) FROM coverage_snapshots"
        " WHERE org_login = $1 AND snapshot_day > $4 - 30"
        " AND snapshot_day <= $4)"
        " AND ($2 = '' OR LOWER(repo) = LOWER($2))"
        " AND ($3 = '' OR LOWER(team) = LOWER($3))"
        " ORDER BY repo, team",
        args, 4, out, err);
}

#define DAY_SUMS                                                               \
    "SELECT snapshot_day, SUM(total_sections), SUM(done_sections),"            \
    " SUM(total_ac), SUM(done_ac), SUM(realized_ac) FROM coverage_days"        \
    " WHERE org_login = $1 AND snapshot_day > $2 AND snapshot_day <= $3"
#define BY_DAY " GROUP BY snapshot_day ORDER BY snapshot_day"

int cn_store_trend(cn_db *db, const cn_coverage_scope *scope, int32_t before,
                   int32_t last, cn_rows **out, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(scope->org),  cn_int(before),       cn_int(last),
        cn_text(scope->repo), cn_text(scope->team),
    };

    /* the rows of the whole organisation are there ready-made */
    if (!*scope->repo && !*scope->team)
        return cn_db_query(db, DAY_SUMS " AND repo = '' AND team = ''" BY_DAY,
                           args, 3, out, err);
    return cn_db_query(db,
                       DAY_SUMS
                       " AND repo <> ''"
                       " AND ($4 = '' OR LOWER(repo) = LOWER($4))"
                       " AND ($5 = '' OR LOWER(team) = LOWER($5))" BY_DAY,
                       args, 5, out, err);
}

/*
 * Add the snapshots up: of this day, and of the 30 days after it that have
 * some, because a document that was missed then counts with its figures of
 * this day.
 */
static int add_up(cn_db *db, const char *org, int32_t day, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(day), cn_int(day + 29)};
    int rc = cn_db_exec(db,
                        "DELETE FROM coverage_days WHERE org_login = $1"
                        " AND snapshot_day >= $2 AND snapshot_day <= $3",
                        args, 3, NULL, err);

    if (!rc)
        rc = cn_db_exec(
            db,
            "INSERT INTO coverage_days (org_login, repo, team, snapshot_day,"
            " total_specs, total_sections, done_sections, total_ac, done_ac,"
            " realized_ac)"
            " WITH c AS (SELECT * FROM coverage_snapshots"
            " WHERE org_login = $1 AND snapshot_day > $2 - 30"
            " AND snapshot_day <= $3),"
            " days AS (SELECT DISTINCT snapshot_day FROM c"
            " WHERE snapshot_day >= $2),"
            " pick AS (SELECT c.org_login, days.snapshot_day AS d, c.repo,"
            " c.team, c.total_sections, c.done_sections, c.total_ac,"
            " c.done_ac, c.realized_ac, c.deleted,"
            " ROW_NUMBER() OVER (PARTITION BY days.snapshot_day, c.repo,"
            " c.spec_path ORDER BY c.snapshot_day DESC) AS n"
            " FROM days JOIN c ON c.snapshot_day <= days.snapshot_day"
            " AND c.snapshot_day > days.snapshot_day - 30)"
            " SELECT org_login, repo, team, d, " SUMS " FROM pick"
            " WHERE n = 1 AND deleted = 0"
            " GROUP BY org_login, repo, team, d",
            args, 3, NULL, err);
    return rc ? rc
              : cn_db_exec(db,
                           "INSERT INTO coverage_days (org_login, repo, team,"
                           " snapshot_day, total_specs, total_sections,"
                           " done_sections, total_ac, done_ac, realized_ac)"
                           " SELECT org_login, '', '', snapshot_day,"
                           " SUM(total_specs), SUM(total_sections),"
                           " SUM(done_sections), SUM(total_ac), SUM(done_ac),"
                           " SUM(realized_ac) FROM coverage_days"
                           " WHERE org_login = $1 AND snapshot_day >= $2"
                           " AND snapshot_day <= $3"
                           " GROUP BY org_login, snapshot_day",
                           args, 3, NULL, err);
}

/* The figures of every spec. */
static int write_specs(cn_db *db, const char *org, int32_t day, int64_t now_us,
                       canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(day), cn_int(now_us)};

    return cn_db_exec(
        db,
        "INSERT INTO coverage_snapshots (org_login, snapshot_day, repo,"
        " spec_path, team, total_sections, done_sections, total_ac, done_ac,"
        " realized_ac, deleted, created_at)"
        " SELECT org_login, CAST($2 AS INTEGER), repo, path, team,"
        " total_sections, done_sections, total_ac, done_ac, realized_ac, 0,"
        " CAST($3 AS BIGINT) FROM spec_documents"
        " WHERE org_login = $1 AND is_spec = 1"
        " ON CONFLICT (org_login, snapshot_day, repo, spec_path) DO UPDATE"
        " SET team = excluded.team, total_sections = excluded.total_sections,"
        " done_sections = excluded.done_sections,"
        " total_ac = excluded.total_ac, done_ac = excluded.done_ac,"
        " realized_ac = excluded.realized_ac, deleted = 0,"
        " created_at = excluded.created_at",
        args, 3, NULL, err);
}

/* A row for what had figures in the 30 days before and is not there any more. */
static int write_vanished(cn_db *db, const char *org, int32_t day,
                          int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(day), cn_int(now_us)};

    return cn_db_exec(
        db,
        "INSERT INTO coverage_snapshots (org_login, snapshot_day, repo,"
        " spec_path, deleted, created_at)"
        " SELECT org_login, CAST($2 AS INTEGER), repo, spec_path, 1,"
        " CAST($3 AS BIGINT)"
        " FROM (SELECT org_login, repo, spec_path, deleted,"
        " ROW_NUMBER() OVER (PARTITION BY repo, spec_path"
        " ORDER BY snapshot_day DESC) AS n"
        " FROM coverage_snapshots WHERE org_login = $1"
        " AND snapshot_day > $2 - 30 AND snapshot_day <= $2) AS c"
        " WHERE n = 1 AND deleted = 0 AND NOT EXISTS (SELECT 1"
        " FROM spec_documents d WHERE d.org_login = c.org_login"
        " AND d.repo = c.repo AND d.path = c.spec_path AND d.is_spec = 1)"
        " ON CONFLICT (org_login, snapshot_day, repo, spec_path) DO UPDATE"
        " SET total_sections = 0, done_sections = 0, total_ac = 0,"
        " done_ac = 0, realized_ac = 0, deleted = 1,"
        " created_at = excluded.created_at",
        args, 3, NULL, err);
}

int cn_store_snapshot_write(cn_db *db, const char *org, int32_t day,
                            int64_t now_us, canon_error *err)
{
    int rc = write_specs(db, org, day, now_us, err);

    if (!rc)
        rc = write_vanished(db, org, day, now_us, err);
    return rc ? rc : add_up(db, org, day, err);
}

int cn_store_snapshot_again(cn_db *db, const char *org, int32_t day,
                            int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(day)};
    cn_rows *rows = NULL;
    bool stored;
    int rc = cn_db_query(db,
                         "SELECT 1 FROM coverage_days WHERE org_login = $1"
                         " AND snapshot_day > $2 - 30 AND snapshot_day <= $2"
                         " LIMIT 1",
                         args, 2, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    stored = rc == 1;
    cn_rows_free(rows);
    if (stored)
        return cn_store_snapshot_write(db, org, day, now_us, err);
    return rc;
}

int cn_store_snapshot_prune(cn_db *db, int32_t last, canon_error *err)
{
    const cn_arg args[] = {cn_int(last)};
    int rc = cn_db_exec(db,
                        "DELETE FROM coverage_snapshots"
                        " WHERE snapshot_day <= $1",
                        args, 1, NULL, err);

    return rc ? rc
              : cn_db_exec(db,
                           "DELETE FROM coverage_days WHERE snapshot_day <= $1",
                           args, 1, NULL, err);
}
