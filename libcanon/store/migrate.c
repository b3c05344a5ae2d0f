/*
 * The schema's steps: embedded texts, applied in order, one transaction each,
 * and recorded with their hash.
 */
#include "store.h"

#include "fail.h"

#define MOST_SCRIPT ((size_t)256 * 1024)

extern const unsigned char cn_migration_1[];
extern const size_t cn_migration_1_len;
extern const char cn_migration_1_sha256[];
extern const unsigned char cn_migration_2[];
extern const size_t cn_migration_2_len;
extern const char cn_migration_2_sha256[];
extern const unsigned char cn_migration_3[];
extern const size_t cn_migration_3_len;
extern const char cn_migration_3_sha256[];

typedef struct step {
    int64_t version;
    const unsigned char *text;
    const size_t *len;
    const char *sha256;
} step;

static const step steps[] = {
    {1, cn_migration_1, &cn_migration_1_len, cn_migration_1_sha256},
    {2, cn_migration_2, &cn_migration_2_len, cn_migration_2_sha256},
    {3, cn_migration_3, &cn_migration_3_len, cn_migration_3_sha256},
};

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))
#define NEWEST     (steps[STEP_COUNT - 1].version)

/* The lines of a step that belong to a dialect: "-- @sqlite", "-- @postgresql"
 * and "-- @all" stand above theirs. */
static void pick_lines(cn_slice text, cn_dialect dialect, cn_buf *out)
{
    bool wanted = true;

    while (text.ptr) {
        cn_slice line = cn_slice_cut(&text, '\n');

        if (cn_slice_is(line, "-- @all"))
            wanted = true;
        else if (cn_slice_is(line, "-- @sqlite"))
            wanted = dialect == CN_SQLITE;
        else if (cn_slice_is(line, "-- @postgresql"))
            wanted = dialect == CN_POSTGRESQL;
        else if (wanted && !cn_slice_starts(line, "--")) {
            cn_buf_slice(out, line);
            cn_buf_putc(out, '\n');
        }
    }
}

static int run_script(cn_db *db, const step *s, canon_error *err)
{
    cn_buf script = CN_BUF_INIT(MOST_SCRIPT);
    int rc;

    pick_lines(cn_slice_of((const char *)s->text, *s->len), cn_db_dialect(db),
               &script);
    rc = cn_buf_check(&script, err);
    if (!rc)
        rc = cn_db_script(db, cn_buf_text(&script), err);
    cn_buf_free(&script);
    return rc;
}

/* One number; preset when there is no row or it is NULL. */
static int read_number(cn_rows *rows, int64_t preset, int64_t *out,
                       canon_error *err)
{
    int rc = cn_rows_next(rows, err);

    *out = rc == 1 && !cn_rows_is_null(rows, 0) ? cn_rows_int(rows, 0) : preset;
    cn_rows_free(rows);
    return rc < 0 ? rc : CANON_OK;
}

static int has_record(cn_db *db, bool *out, canon_error *err)
{
    cn_rows *rows = NULL;
    int64_t count = 0;
    int rc;

    if (cn_db_dialect(db) == CN_SQLITE) {
        rc = cn_db_query(db,
                         "SELECT COUNT(*) FROM sqlite_master"
                         " WHERE type = 'table'"
                         " AND name = 'schema_migrations'",
                         NULL, 0, &rows, err);
    } else {
        rc = cn_db_query(db,
                         "SELECT COUNT(*) FROM information_schema.tables"
                         " WHERE table_schema = current_schema()"
                         " AND table_name = 'schema_migrations'",
                         NULL, 0, &rows, err);
    }
    if (!rc)
        rc = read_number(rows, 0, &count, err);
    *out = count > 0;
    return rc;
}

static int newest_applied(cn_db *db, int64_t *out, canon_error *err)
{
    cn_rows *rows = NULL;
    bool there = false;
    int rc = has_record(db, &there, err);

    *out = 0;
    if (rc || !there)
        return rc;
    rc = cn_db_query(db, "SELECT MAX(version) FROM schema_migrations", NULL, 0,
                     &rows, err);
    return rc ? rc : read_number(rows, 0, out, err);
}

/* Is what was applied under this number the step we know? */
static bool is_ours(int64_t version, cn_slice sha256)
{
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (steps[i].version == version)
            return cn_slice_is(sha256, steps[i].sha256);
    }
    return true; /* of a newer version */
}

int cn_store_schema_state(cn_db *db, cn_schema_state *out, canon_error *err)
{
    cn_rows *rows = NULL;
    int64_t applied = 0;
    bool there = false;
    bool changed = false;
    int rc = has_record(db, &there, err);

    if (!rc && there)
        rc = cn_db_query(db,
                         "SELECT version, sha256 FROM schema_migrations"
                         " ORDER BY version",
                         NULL, 0, &rows, err);
    while (!rc && rows && (rc = cn_rows_next(rows, err)) == 1) {
        applied = cn_rows_int(rows, 0);
        changed |= !is_ours(applied, cn_rows_text(rows, 1));
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    *out = changed             ? CN_SCHEMA_CHANGED
           : applied == NEWEST ? CN_SCHEMA_CURRENT
           : applied < NEWEST  ? CN_SCHEMA_PENDING
                               : CN_SCHEMA_NEWER;
    return rc;
}

/* Only one process at a time for a schema, the others wait for as long as for
 * any lock; SQLite has only one that writes. */
static int exclude_others(cn_db *db, canon_error *err)
{
    int rc;

    if (cn_db_dialect(db) == CN_SQLITE)
        return CANON_OK;
    rc = cn_db_exec(db,
                    "SELECT pg_advisory_xact_lock(727566,"
                    " CAST(oid AS INTEGER)) FROM pg_namespace"
                    " WHERE nspname = current_schema()",
                    NULL, 0, NULL, err);
    if (rc == CANON_EBUSY && !cn_db_broken(db)) {
        return cn_fail(err, CANON_EBUSY,
                       "another process is still preparing the database: try "
                       "again when it is done");
    }
    return rc;
}

static int check_hash(cn_db *db, const step *s, bool *applied_out,
                      canon_error *err)
{
    const cn_arg args[] = {cn_int(s->version)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT sha256 FROM schema_migrations"
                         " WHERE version = $1",
                         args, 1, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    *applied_out = rc == 1;
    if (rc == 1 && !cn_slice_is(cn_rows_text(rows, 0), s->sha256)) {
        rc = cn_fail(err, CANON_EVERSION,
                     "step %lld of the schema was changed after it was "
                     "applied: install the version that made this database",
                     (long long)s->version);
    }
    cn_rows_free(rows);
    return rc < 0 ? rc : CANON_OK;
}

static int record(cn_db *db, const step *s, int64_t now_us, canon_error *err)
{
    const cn_arg args[] = {cn_int(s->version), cn_text(s->sha256),
                           cn_int(now_us)};

    return cn_db_exec(db,
                      "INSERT INTO schema_migrations"
                      " (version, sha256, applied_at) VALUES ($1, $2, $3)",
                      args, 3, NULL, err);
}

static int apply(cn_db *db, const step *s, int64_t now_us, canon_error *err)
{
    bool applied = false;
    int rc = exclude_others(db, err);

    if (!rc) {
        rc = cn_db_script(db,
                          "CREATE TABLE IF NOT EXISTS schema_migrations ("
                          "version INTEGER PRIMARY KEY,"
                          " sha256 @TEXT@ NOT NULL,"
                          " applied_at BIGINT NOT NULL)",
                          err);
    }
    if (!rc)
        rc = check_hash(db, s, &applied, err);
    if (!rc && !applied)
        rc = run_script(db, s, err);
    if (!rc && !applied)
        rc = record(db, s, now_us, err);
    return rc;
}

/* The hashes of what is applied, without writing anything. */
static int check_all(cn_db *db, canon_error *err)
{
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < STEP_COUNT; i++) {
        bool applied;

        rc = check_hash(db, &steps[i], &applied, err);
    }
    return rc;
}

int cn_store_migrate(cn_db *db, int64_t now_us, canon_error *err)
{
    int64_t applied = 0;
    int rc = newest_applied(db, &applied, err);

    if (!rc && applied > NEWEST) {
        return cn_fail(err, CANON_EVERSION,
                       "the database was made by a newer version of Canon "
                       "(schema %lld, this one knows %lld): install that "
                       "version or another database",
                       (long long)applied, (long long)NEWEST);
    }
    /* a second process that may only read starts on a current schema, too */
    if (!rc && applied == NEWEST)
        return check_all(db, err);
    for (size_t i = 0; !rc && i < STEP_COUNT; i++) {
        rc = cn_db_begin(db, CN_TX_WRITE, err);
        if (!rc)
            rc = cn_db_end(db, apply(db, &steps[i], now_us, err), err);
    }
    return rc;
}
