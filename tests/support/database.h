/*
 * The databases that a test runs on: an SQLite database in memory and, when
 * CANON_TEST_POSTGRESQL names a server, a schema of its own there.
 *
 *     ParameterizedTestParameters(queue, claims_in_order)
 *     {
 *         return test_databases();
 *     }
 *
 *     ParameterizedTest(size_t *which, queue, claims_in_order)
 *     {
 *         const char *url = test_database_make(*which);
 *         ...
 *         test_database_remove();
 *     }
 */
#ifndef CN_TEST_DATABASE_H
#define CN_TEST_DATABASE_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdbool.h>

/* 0: SQLite, 1: PostgreSQL, as far as there is one. */
struct criterion_test_params test_databases(void);

/* Is there a PostgreSQL to test with? */
bool test_database_has_postgresql(void);

/* URL of an empty database; one at a time per test. */
const char *test_database_make(size_t which);
void test_database_remove(void);

#endif
