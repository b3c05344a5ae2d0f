/* A migrated database for the tests of the store. */
#ifndef CN_STORE_TEST_H
#define CN_STORE_TEST_H

#include "store.h"

#include "database.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define T0 INT64_C(1790000000000000) /* some moment of 2026 */

static inline cn_db *store_test_open(const char *url)
{
    cn_db_options o = {.mode = CN_DB_WRITE, .busy_timeout_ms = 1000};
    canon_error err;
    cn_db *db = NULL;
    int rc = cn_db_open(url, &o, &db, &err);

    cr_assert(eq(int, rc, CANON_OK), "%s", err.text);
    return db;
}

static inline cn_db *store_test_start(size_t which)
{
    cn_db *db = store_test_open(test_database_make(which));
    canon_error err;

    cr_assert(eq(int, cn_store_migrate(db, T0, &err), CANON_OK), "%s",
              err.text);
    return db;
}

static inline void store_test_stop(cn_db *db)
{
    cn_db_close(db);
    test_database_remove();
}

#endif
