/*
 * SQLite behind the driver table. Parameters are names to SQLite ("$1"), so a
 * statement may use them in any order and repeatedly.
 */
#include "sqlite_parts.h"

#include <stdlib.h>

typedef struct statement {
    cn_sqlite *c;
    sqlite3_stmt *stmt;
    int params;               /* of SQLite */
    unsigned short numbers[]; /* of each: which argument it is, from 1 */
} statement;

static const struct {
    int result; /* extended or primary */
    int code;
    const char *text;
} failures[] = {
    {SQLITE_CONSTRAINT_UNIQUE, CANON_ECONFLICT, "it exists already"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, CANON_ECONFLICT, "it exists already"},
    {SQLITE_CONSTRAINT_ROWID, CANON_ECONFLICT, "it exists already"},
    {SQLITE_BUSY, CANON_EBUSY, "the database is busy, try again"},
    {SQLITE_LOCKED, CANON_EBUSY, "the database is busy, try again"},
    {SQLITE_INTERRUPT, CANON_ECANCELED, "canceled"},
    {SQLITE_NOMEM, CANON_ENOMEM, "out of memory"},
    {SQLITE_TOOBIG, CANON_ETOOBIG, "a value is too big for the database"},
    {SQLITE_FULL, CANON_EBUSY,
     "the disk of the database is full: free some space and try again"},
    {SQLITE_NOTADB, CANON_ESTORE,
     "the file is not a SQLite database: name another one"},
    {SQLITE_CORRUPT, CANON_ESTORE,
     "the database file is damaged: restore a copy, or remove it and index "
     "again"},
    {SQLITE_READONLY, CANON_ESTORE,
     "the database is read-only: the user who runs this needs permission to "
     "write to the file and its folder"},
    {SQLITE_CANTOPEN, CANON_ESTORE,
     "the database or a file beside it cannot be opened: check the "
     "permissions of its folder"},
    {SQLITE_PERM, CANON_ESTORE, "no permission to use the database file"},
    {SQLITE_IOERR, CANON_ESTORE,
     "the database file cannot be read or written: check the disk"},
};

int cn_sqlite_fail(cn_sqlite *c, int result, canon_error *err)
{
    if (c->log) {
        cn_log_write(c->log, CANON_LOG_DEBUG, "db", "sqlite: %s (%d)",
                     c->db ? sqlite3_errmsg(c->db) : "no memory", result);
    }
    if ((result & 0xff) == SQLITE_READONLY && c->elsewhere) {
        return cn_fail(err, CANON_EBUSY,
                       "another process writes to %.120s: stop it, or use its "
                       "server",
                       c->path);
    }
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        int f = failures[i].result;

        if (f == result || f == (result & 0xff))
            return cn_fail(err, failures[i].code, "%s", failures[i].text);
    }
    return cn_fail(err, CANON_ESTORE, "the database refused a statement (%d)",
                   result);
}

static int fail_statement(const statement *s, int result, canon_error *err)
{
    return cn_sqlite_fail(s->c, result, err);
}

static bool sqlite_broken(const void *conn)
{
    (void)conn;
    return false; /* there is no peer that could go away */
}

static int sqlite_verify(void *conn, canon_error *err)
{
    cn_sqlite *c = conn;
    sqlite3_stmt *check = NULL;
    const char *text = "";
    int result =
        sqlite3_prepare_v2(c->db, "PRAGMA quick_check(1)", -1, &check, NULL);
    int rc = CANON_OK;

    if (result == SQLITE_OK)
        result = sqlite3_step(check);
    if (result == SQLITE_ROW)
        text = (const char *)sqlite3_column_text(check, 0);
    else
        rc = cn_sqlite_fail(c, result, err);
    if (!rc && (!text || strcmp(text, "ok") != 0))
        rc = cn_fail(err, CANON_ESTORE,
                     "the database is damaged, take it from a backup: %.150s",
                     text ? text : "");
    (void)sqlite3_finalize(check);
    return rc;
}

static void sqlite_interrupt(void *conn)
{
    cn_sqlite *c = conn;

    sqlite3_interrupt(c->db);
}

static int sqlite_control(void *conn, const char *sql, canon_error *err)
{
    cn_sqlite *c = conn;
    int result = sqlite3_exec(c->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? CANON_OK : cn_sqlite_fail(c, result, err);
}

/* "$12" is argument 12. */
static unsigned short argument_number(const char *name)
{
    int64_t n = 0;

    if (!name || name[0] != '$' ||
        !cn_slice_int(cn_str(name + 1), 1, UINT16_MAX, &n))
        return 0;
    return (unsigned short)n;
}

static int sqlite_prepare(void *conn, const char *sql, void **stmt,
                          canon_error *err)
{
    cn_sqlite *c = conn;
    sqlite3_stmt *prepared = NULL;
    statement *s;
    int count;
    int result = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                    &prepared, NULL);

    if (result != SQLITE_OK)
        return cn_sqlite_fail(c, result, err);
    count = sqlite3_bind_parameter_count(prepared);
    s = cn_calloc(1, sizeof(*s) + (size_t)count * sizeof(s->numbers[0]));
    if (!s) {
        sqlite3_finalize(prepared);
        return cn_fail_memory(err);
    }
    s->c = c;
    s->stmt = prepared;
    s->params = count;
    for (int i = 0; i < count; i++)
        s->numbers[i] =
            argument_number(sqlite3_bind_parameter_name(prepared, i + 1));
    *stmt = s;
    return CANON_OK;
}

static int bind(sqlite3_stmt *stmt, int i, const cn_arg *arg)
{
    const char *data = arg->data.ptr ? arg->data.ptr : "";

    switch (arg->type) {
    case CN_ARG_NULL:
        break;
    case CN_ARG_INT:
        return sqlite3_bind_int64(stmt, i, arg->integer);
    case CN_ARG_REAL:
        return sqlite3_bind_double(stmt, i, arg->real);
    case CN_ARG_TEXT:
        return sqlite3_bind_text64(stmt, i, data, arg->data.len, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case CN_ARG_BLOB:
        return sqlite3_bind_blob64(stmt, i, data, arg->data.len, SQLITE_STATIC);
    }
    return sqlite3_bind_null(stmt, i);
}

/* SQLite is lazy: the statement runs as its rows are asked for. */
static int sqlite_run(void *stmt, const cn_arg *args, size_t count,
                      canon_error *err)
{
    statement *s = stmt;

    for (int i = 0; i < s->params; i++) {
        size_t n = s->numbers[i];
        int result;

        if (n == 0 || n > count) {
            return cn_fail(err, CANON_ESTORE,
                           "a statement without its argument %zu", n);
        }
        result = bind(s->stmt, i + 1, &args[n - 1]);
        if (result != SQLITE_OK)
            return fail_statement(s, result, err);
    }
    return CANON_OK;
}

static int sqlite_next(void *stmt, canon_error *err)
{
    statement *s = stmt;
    int result = sqlite3_step(s->stmt);

    if (result == SQLITE_ROW)
        return 1;
    return result == SQLITE_DONE ? 0 : fail_statement(s, result, err);
}

static int64_t sqlite_changed(void *stmt)
{
    const statement *s = stmt;

    return sqlite3_changes64(s->c->db);
}

static int sqlite_batch(void *stmt, const cn_arg *args, size_t count,
                        size_t rows, canon_error *err)
{
    statement *s = stmt;
    int rc = CANON_OK;

    for (size_t row = 0; !rc && row < rows; row++) {
        rc = sqlite_run(s, args + row * count, count, err);
        while (!rc) {
            int more = sqlite_next(s, err);

            if (more <= 0) {
                rc = more;
                break;
            }
        }
        sqlite3_reset(s->stmt);
    }
    return rc;
}

static void sqlite_reset(void *stmt)
{
    statement *s = stmt;

    sqlite3_reset(s->stmt);
    sqlite3_clear_bindings(s->stmt); /* they are borrowed */
}

static void sqlite_finish(void *stmt, bool closing)
{
    statement *s = stmt;

    (void)closing;
    sqlite3_finalize(s->stmt);
    cn_free(s);
}

static bool sqlite_is_null(void *stmt, int column)
{
    const statement *s = stmt;

    return sqlite3_column_type(s->stmt, column) == SQLITE_NULL;
}

static int64_t sqlite_integer(void *stmt, int column)
{
    const statement *s = stmt;

    return sqlite3_column_int64(s->stmt, column);
}

static double sqlite_real(void *stmt, int column)
{
    const statement *s = stmt;

    return sqlite3_column_double(s->stmt, column);
}

static cn_slice sqlite_text(void *stmt, int column)
{
    const statement *s = stmt;
    int type = sqlite3_column_type(s->stmt, column);
    const char *data;

    if (type == SQLITE_NULL)
        return cn_slice_of(NULL, 0);
    if (type == SQLITE_BLOB)
        data = sqlite3_column_blob(s->stmt, column);
    else
        data = (const char *)sqlite3_column_text(s->stmt, column);
    return cn_slice_of(data ? data : "",
                       (size_t)sqlite3_column_bytes(s->stmt, column));
}

static const char *const words[CN_DB_WORDS] = {
    "INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY", "UNIQUE", "BLOB", "TEXT", "",
};

const cn_db_driver cn_db_sqlite = {
    .dialect = CN_SQLITE,
    .words = words,
    .begin_write = "BEGIN IMMEDIATE",
    .begin_read = "BEGIN",
    .open = cn_sqlite_open,
    .close = cn_sqlite_close,
    .broken = sqlite_broken,
    .verify = sqlite_verify,
    .interrupt = sqlite_interrupt,
    .control = sqlite_control,
    .prepare = sqlite_prepare,
    .run = sqlite_run,
    .next = sqlite_next,
    .changed = sqlite_changed,
    .batch = sqlite_batch,
    .reset = sqlite_reset,
    .finish = sqlite_finish,
    .is_null = sqlite_is_null,
    .integer = sqlite_integer,
    .real = sqlite_real,
    .text = sqlite_text,
};
