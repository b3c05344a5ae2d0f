#include "db_test.h"

#include <stdio.h>

static const char insert[] = "INSERT INTO t (name, n) VALUES ($1, $2)";

static char names[1000][16];
static cn_arg args[2000];

static cn_db *open_filled(size_t which)
{
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof(names[i]), "name %d", i);
        args[2 * i] = cn_text(names[i]);
        args[2 * i + 1] = cn_int(i);
    }
    return open_table(which);
}

static int64_t sum_numbers(cn_db *db)
{
    return one_number(db, "SELECT COALESCE(SUM(n), 0) FROM t");
}

BOTH(batch, puts_every_row_once)
{
    cn_db *db = open_filled(*which);

    cr_assert(!cn_db_batch_text(db, insert, args, 2, 863, NULL));
    cr_assert(!cn_db_batch_text(db, insert, args + 2 * 863, 2, 137, NULL));
    cr_assert(!cn_db_batch_text(db, insert, args, 2, 0, NULL));
    cr_assert_eq(count_names(db), 1000);
    cr_assert_eq(sum_numbers(db), 499500);
    close_db(db);
}

BOTH(batch, understands_expressions_in_the_values)
{
    cn_db *db = open_filled(*which);

    cr_assert(!cn_db_batch(db,
                           "INSERT INTO t (n, name) VALUES "
                           "(CAST($2 AS BIGINT) + 1, ')' || $1 || ('('))",
                           args, 2, 40, NULL));
    cr_assert_eq(sum_numbers(db), 820);
    close_db(db);
}

BOTH(batch, runs_other_statements_row_by_row)
{
    cn_db *db = open_filled(*which);

    cr_assert(!cn_db_batch_text(db, insert, args, 2, 100, NULL));
    cr_assert(!cn_db_batch(db,
                           "INSERT INTO t (name, n) VALUES ($1, $2) ON "
                           "CONFLICT (name) DO UPDATE SET n = t.n + 1",
                           args, 2, 100, NULL));
    cr_assert_eq(sum_numbers(db), 5050);
    cr_assert(
        !cn_db_batch(db, "DELETE FROM t WHERE name = $1", args, 2, 100, NULL));
    cr_assert_eq(count_names(db), 0);
    close_db(db);
}

BOTH(batch, leaves_a_working_connection_after_a_failure)
{
    cn_db *db = open_filled(*which);
    int rc;

    cr_assert(!add_name(db, "name 7", 1, NULL));
    rc = cn_db_batch_text(db, insert, args, 2, 500, NULL);
    cr_assert_eq(rc, CANON_ECONFLICT);
    cr_assert_eq(count_names(db), 1);
    cr_assert(!cn_db_exec(db, "DELETE FROM t", NULL, 0, NULL, NULL));
    cr_assert(!cn_db_batch_text(db, insert, args, 2, 500, NULL));
    cr_assert_eq(count_names(db), 500);
    close_db(db);
}

BOTH(batch, takes_more_than_fits_into_one_round)
{
    static char big[64 * 1024];
    static cn_arg rows[2 * 64];
    cn_db *db = open_filled(*which);

    memset(big, 'x', sizeof(big));
    for (int i = 0; i < 64; i++) {
        rows[2 * i] = args[2 * i];
        rows[2 * i + 1] = cn_blob(big, sizeof(big));
    }
    cr_assert(!cn_db_batch(db, "INSERT INTO t (name, data) VALUES ($1, $2)",
                           rows, 2, 64, NULL));
    cr_assert_eq(count_names(db), 64);
    close_db(db);
}
