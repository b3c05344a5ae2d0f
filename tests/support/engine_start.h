/*
 * An engine with one connection on a test database, migrated, with a clock
 * that stands still until the test moves it.
 */
#ifndef CN_TEST_ENGINE_START_H
#define CN_TEST_ENGINE_START_H

#include "canon/engine.h"

#include "database.h"

#include <criterion/new/assert.h>

/* A test that runs on every database; *which is its number. */
#define DATABASE_TEST(suite, name)                                             \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

#define TEST_T0  INT64_C(1790000000000000) /* in September 2026 */
#define TEST_DAY ((int32_t)(TEST_T0 / INT64_C(86400000000)))

typedef struct test_engine {
    canon *engine;
    canon_conn *conn;
    int64_t now_us;              /* what its clock says */
    const char *const *settings; /* names and values in turn, or NULL */
} test_engine;

/* The clock is t->now_us: t must stay where it is. */
void test_engine_start(test_engine *t, size_t which);
/* The same with settings: names and values in turn, then NULL. */
void test_engine_start_with(test_engine *t, size_t which,
                            const char *const *settings);
/* The same on a URL that the test chose. */
void test_engine_open(test_engine *t, const char *url);
void test_engine_stop(test_engine *t);

/* cr_assert that a call on the connection succeeded. */
#define assert_ok(t, call)                                                     \
    do {                                                                       \
        int assert_rc = (call);                                                \
        cr_assert(assert_rc == CANON_OK, "%s: %s", #call,                      \
                  canon_last_error((t)->conn)->text);                          \
    } while (0)

#endif
