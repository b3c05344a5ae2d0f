/* What the tests of the database share. */
#ifndef CN_DB_TEST_H
#define CN_DB_TEST_H

#include "database.h"
#include "db.h"

#include <criterion/criterion.h>

static inline cn_db *open_db(const char *url)
{
    cn_db_options o = {.mode = CN_DB_WRITE, .statement_timeout_ms = 30000};
    cn_db *db = NULL;
    canon_error err = {0, ""};

    cr_assert(!cn_db_open(url, &o, &db, &err), "%s", err.text);
    return db;
}

/* A table of numbered names. */
static inline cn_db *open_table(size_t which)
{
    cn_db *db = open_db(test_database_make(which));
    canon_error err = {0, ""};
    int rc = cn_db_script(db,
                          "CREATE TABLE t (id @ID@, name @TEXT@ NOT NULL "
                          "UNIQUE, n BIGINT, data @BLOB@)",
                          &err);

    cr_assert(!rc, "%s", err.text);
    return db;
}

static inline void close_db(cn_db *db)
{
    cn_db_close(db);
    test_database_remove();
}

static inline int add_name(cn_db *db, const char *name, int64_t n,
                           canon_error *err)
{
    cn_arg args[] = {cn_text(name), cn_int(n)};

    return cn_db_exec(db, "INSERT INTO t (name, n) VALUES ($1, $2)", args, 2,
                      NULL, err);
}

static inline int64_t one_number(cn_db *db, const char *sql)
{
    cn_rows *rows = NULL;
    int64_t n;

    cr_assert(!cn_db_query_text(db, sql, NULL, 0, &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    n = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    return n;
}

static inline int64_t count_names(cn_db *db)
{
    return one_number(db, "SELECT COUNT(*) FROM t");
}

#define BOTH(suite, name)                                                      \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

#endif
