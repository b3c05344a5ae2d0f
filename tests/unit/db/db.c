#include "db_test.h"

#include "torture.h"

#include <stdio.h>

static const char *text_at(cn_rows *rows, int column)
{
    return cn_rows_text(rows, column).ptr;
}

BOTH(db, gives_back_what_was_put_in)
{
    cn_db *db = open_table(*which);
    cn_arg args[] = {cn_text("Zo\xc3\xab 'x' $1"), cn_int(INT64_MAX),
                     cn_blob("\0\x01\xff", 3)};
    cn_rows *rows = NULL;
    cn_slice blob;

    cr_assert(!cn_db_exec(db,
                          "INSERT INTO t (name, n, data) VALUES ($1, $2, $3)",
                          args, 3, NULL, NULL));
    cr_assert(!cn_db_query(db, "SELECT name, n, data, n FROM t", NULL, 0, &rows,
                           NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert_str_eq(text_at(rows, 0), "Zo\xc3\xab 'x' $1");
    cr_assert_eq(cn_rows_int(rows, 1), INT64_MAX);
    blob = cn_rows_text(rows, 2);
    cr_assert_eq(blob.len, 3);
    cr_assert_eq(memcmp(blob.ptr, "\0\x01\xff", 3), 0);
    cr_assert_str_eq(text_at(rows, 3), "9223372036854775807");
    cr_assert_eq(cn_rows_next(rows, NULL), 0);
    cn_rows_free(rows);
    close_db(db);
}

BOTH(db, knows_null)
{
    cn_db *db = open_table(*which);
    cn_arg args[] = {cn_text("a"), cn_null(), cn_text(NULL)};
    cn_arena a = CN_ARENA_INIT;
    cn_rows *rows = NULL;

    cr_assert(!cn_db_exec(db,
                          "INSERT INTO t (name, n, data) VALUES ($1, $2, $3)",
                          args, 3, NULL, NULL));
    cr_assert(
        !cn_db_query(db, "SELECT n, data, name FROM t", NULL, 0, &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert(cn_rows_is_null(rows, 0));
    cr_assert_eq(cn_rows_int(rows, 0), 0);
    cr_assert_null(text_at(rows, 1));
    cr_assert_null(cn_rows_copy(rows, 1, &a));
    cr_assert_str_eq(cn_rows_copy(rows, 2, &a), "a");
    cn_rows_free(rows);
    cn_arena_free(&a);
    close_db(db);
}

BOTH(db, reads_real_numbers)
{
    static const char sql[] =
        "SELECT CAST($1 AS DOUBLE PRECISION), CAST('-0.25' AS DOUBLE "
        "PRECISION), CAST('1e-7' AS DOUBLE PRECISION), CAST(3 AS DOUBLE "
        "PRECISION)";
    cn_db *db = open_table(*which);
    cn_arg arg = cn_real(1234.5);
    cn_rows *rows = NULL;

    cr_assert(!cn_db_query_text(db, sql, &arg, 1, &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert_eq(cn_rows_real(rows, 0), 1234.5);
    cr_assert_eq(cn_rows_real(rows, 1), -0.25);
    cr_assert_float_eq(cn_rows_real(rows, 2), 1e-7, 1e-15);
    cr_assert_eq(cn_rows_real(rows, 3), 3.0);
    cr_assert_eq(cn_rows_int(rows, 0), 1234);
    cn_rows_free(rows);
    close_db(db);
}

BOTH(db, repeats_and_reorders_parameters)
{
    cn_db *db = open_table(*which);
    cn_arg args[] = {cn_text("one"), cn_text("two")};
    cn_rows *rows = NULL;

    cr_assert(!cn_db_query(db,
                           "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), "
                           "CAST($2 AS TEXT)",
                           args, 2, &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert_str_eq(text_at(rows, 0), "two");
    cr_assert_str_eq(text_at(rows, 1), "one");
    cr_assert_str_eq(text_at(rows, 2), "two");
    cn_rows_free(rows);
    close_db(db);
}

BOTH(db, says_how_many_rows_changed)
{
    cn_db *db = open_table(*which);
    int64_t changed = -1;

    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert(!add_name(db, "b", 2, NULL));
    cr_assert(
        !cn_db_exec(db, "UPDATE t SET n = n + 1", NULL, 0, &changed, NULL));
    cr_assert_eq(changed, 2);
    cr_assert(
        !cn_db_exec(db, "DELETE FROM t WHERE n > 99", NULL, 0, &changed, NULL));
    cr_assert_eq(changed, 0);
    close_db(db);
}

BOTH(db, calls_a_repeated_key_a_conflict)
{
    cn_db *db = open_table(*which);
    canon_error err;

    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert_eq(add_name(db, "a", 2, &err), CANON_ECONFLICT);
    cr_assert_str_eq(err.text, "it exists already");
    cr_assert(!add_name(db, "b", 2, &err));
    close_db(db);
}

BOTH(db, keeps_the_databases_words_to_itself)
{
    cn_db *db = open_table(*which);
    cn_rows *rows = NULL;
    canon_error err;
    int rc =
        cn_db_query(db, "SELECT secret FROM nowhere", NULL, 0, &rows, &err);

    cr_assert_eq(rc, CANON_ESTORE);
    cr_assert_null(strstr(err.text, "nowhere"));
    cr_assert_null(rows);
    cr_assert_eq(count_names(db), 0);
    close_db(db);
}

BOTH(db, refuses_a_statement_without_its_arguments)
{
    cn_db *db = open_table(*which);
    canon_error err;
    int rc =
        cn_db_exec(db, "DELETE FROM t WHERE name = $1", NULL, 0, NULL, &err);

    cr_assert_eq(rc, CANON_ESTORE);
    close_db(db);
}

BOTH(db, keeps_more_statements_than_its_cache_holds)
{
    static char texts[300][32];
    cn_db *db = open_table(*which);
    int64_t sum = 0;

    for (int i = 0; i < 300; i++)
        snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
    for (int i = 0; i < 900; i++)
        sum += one_number(db, texts[i % 300]);
    cr_assert_eq(sum, 3 * 299 * 150);
    close_db(db);
}

static int count_rows(cn_db *db, const char *sql)
{
    cn_rows *rows = NULL;
    int n = 0;

    cr_assert(!cn_db_query_text(db, sql, NULL, 0, &rows, NULL));
    while (cn_rows_next(rows, NULL) == 1)
        n++;
    cn_rows_free(rows);
    return n;
}

BOTH(db, runs_a_statement_while_its_rows_are_read)
{
    static const char sql[] = "SELECT name FROM t ORDER BY name";
    cn_db *db = open_table(*which);
    cn_rows *outer = NULL;
    int seen = 0;

    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert(!add_name(db, "b", 1, NULL));
    cr_assert(!cn_db_query_text(db, sql, NULL, 0, &outer, NULL));
    while (cn_rows_next(outer, NULL) == 1)
        seen += count_rows(db, sql);
    cn_rows_free(outer);
    cr_assert_eq(seen, 4);
    close_db(db);
}

BOTH(db, sorts_text_by_bytes)
{
    cn_db *db = open_table(*which);
    cn_rows *rows = NULL;

    cr_assert(!add_name(db, "b", 1, NULL));
    cr_assert(!add_name(db, "B", 1, NULL));
    cr_assert(!add_name(db, "_", 1, NULL));
    cr_assert(!add_name(db, "\xc3\xa4", 1, NULL));
    cr_assert(!cn_db_query(db, "SELECT name FROM t ORDER BY name", NULL, 0,
                           &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert_str_eq(text_at(rows, 0), "B");
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert_str_eq(text_at(rows, 0), "_");
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cr_assert_str_eq(text_at(rows, 0), "b");
    cn_rows_free(rows);
    close_db(db);
}

Test(db, knows_the_urls_of_databases)
{
    cn_dialect dialect;
    canon_error err;

    cr_assert(!cn_db_url_dialect("sqlite:x.db", &dialect, &err));
    cr_assert_eq((int)dialect, CN_SQLITE);
    cr_assert(!cn_db_url_dialect("postgres://h/d", &dialect, &err));
    cr_assert_eq((int)dialect, CN_POSTGRESQL);
    cr_assert_eq(cn_db_url_dialect("mysql://h", &dialect, &err), CANON_EINVAL);
    cr_assert_eq(cn_db_url_dialect(NULL, &dialect, &err), CANON_EINVAL);
    cr_assert(cn_db_url_is_memory("sqlite::memory:"));
    cr_assert(!cn_db_url_is_memory("sqlite:memory"));
}

/* The n-th call of the database fails. */
static struct {
    int left;
    int code;
} hook_state;

static int failing_hook(void *user)
{
    (void)user;
    return hook_state.left > 0 && --hook_state.left == 0 ? hook_state.code
                                                         : CANON_OK;
}

static int add_two(cn_db *db, canon_error *err)
{
    int rc = cn_db_begin(db, CN_TX_WRITE, err);

    if (rc)
        return rc;
    rc = add_name(db, "a", 1, err);
    if (!rc)
        rc = add_name(db, "b", 1, err);
    return cn_db_end(db, rc, err);
}

BOTH(db, can_be_made_to_fail_at_every_call)
{
    cn_db *db = open_table(*which);
    canon_error err;
    int n = 0;
    int rc;

    cn_db_set_hook(failing_hook, NULL);
    hook_state.code = CANON_EBUSY;
    do {
        hook_state.left = ++n;
        rc = add_two(db, &err);
        hook_state.left = 0;
        cr_assert(rc == CANON_OK || rc == CANON_EBUSY);
        cr_assert_eq(count_names(db), rc ? 0 : 2);
        cr_assert(!cn_db_in_tx(db));
    } while (rc);
    cn_db_set_hook(NULL, NULL);
    cr_assert_eq(n, 5);
    close_db(db);
}

static int use_database(void *url)
{
    cn_db_options o = {.mode = CN_DB_WRITE};
    cn_db *db = NULL;
    cn_rows *rows = NULL;
    cn_arg args[40];
    int rc = cn_db_open(url, &o, &db, NULL);

    for (int i = 0; i < 40; i++)
        args[i] = cn_text("x");
    if (!rc)
        rc = cn_db_script(db, "CREATE TEMPORARY TABLE u (name @TEXT@)", NULL);
    if (!rc)
        rc = cn_db_batch(db, "INSERT INTO u (name) VALUES ($1)", args, 1, 40,
                         NULL);
    if (!rc)
        rc = cn_db_query(db, "SELECT name FROM u", NULL, 0, &rows, NULL);
    if (!rc)
        rc = cn_rows_next(rows, NULL);
    cn_rows_free(rows);
    cn_db_close(db);
    return rc == 1 ? CANON_OK : rc;
}

BOTH(db, survives_every_failed_allocation)
{
    char url[1024];

    snprintf(url, sizeof(url), "%s", test_database_make(*which));
    cr_assert_gt(torture(TORTURE_ONCE, use_database, url), 5);
    cr_assert_gt(torture(TORTURE_PERSISTENT, use_database, url), 5);
    test_database_remove();
}
