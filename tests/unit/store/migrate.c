#include "store_test.h"

#include <string.h>

ParameterizedTestParameters(migrate, brings_an_empty_database_up_to_date)
{
    return test_databases();
}

ParameterizedTest(size_t *which, migrate, brings_an_empty_database_up_to_date)
{
    cn_db *db = store_test_open(test_database_make(*which));
    cn_schema_state state;
    canon_error err;

    cr_assert(eq(int, cn_store_schema_state(db, &state, &err), CANON_OK));
    cr_assert(eq(int, (int)state, CN_SCHEMA_PENDING));
    cr_assert(eq(int, cn_store_migrate(db, T0, &err), CANON_OK), "%s",
              err.text);
    cr_assert(eq(int, cn_store_schema_state(db, &state, &err), CANON_OK));
    cr_assert(eq(int, (int)state, CN_SCHEMA_CURRENT));
    cr_assert(eq(int, cn_store_migrate(db, T0, &err), CANON_OK), "again");
    store_test_stop(db);
}

ParameterizedTestParameters(migrate, refuses_a_database_of_a_newer_version)
{
    return test_databases();
}

ParameterizedTest(size_t *which, migrate, refuses_a_database_of_a_newer_version)
{
    cn_db *db = store_test_start(*which);
    cn_schema_state state;
    canon_error err;

    cr_assert(eq(int,
                 cn_db_exec(db,
                            "INSERT INTO schema_migrations VALUES"
                            " (999, 'x', 1)",
                            NULL, 0, NULL, &err),
                 CANON_OK));
    cr_assert(eq(int, cn_store_migrate(db, T0, &err), CANON_EVERSION));
    cr_assert_not_null(strstr(err.text, "newer"));
    cr_assert(eq(int, cn_store_schema_state(db, &state, &err), CANON_OK));
    cr_assert(eq(int, (int)state, CN_SCHEMA_NEWER));
    store_test_stop(db);
}

ParameterizedTestParameters(migrate, refuses_a_step_that_was_changed)
{
    return test_databases();
}

ParameterizedTest(size_t *which, migrate, refuses_a_step_that_was_changed)
{
    cn_db *db = store_test_start(*which);
    cn_schema_state state;
    canon_error err;

    cr_assert(eq(int,
                 cn_db_exec(db, "UPDATE schema_migrations SET sha256 = 'other'",
                            NULL, 0, NULL, &err),
                 CANON_OK));
    cr_assert(eq(int, cn_store_migrate(db, T0, &err), CANON_EVERSION));
    cr_assert(eq(int, cn_store_schema_state(db, &state, &err), CANON_OK));
    cr_assert(eq(int, (int)state, CN_SCHEMA_CHANGED));
    store_test_stop(db);
}

ParameterizedTestParameters(migrate, keeps_organisations_in_lower_case)
{
    return test_databases();
}

ParameterizedTest(size_t *which, migrate, keeps_organisations_in_lower_case)
{
    cn_db *db = store_test_start(*which);
    canon_error err;

    cr_assert(ne(int,
                 cn_db_exec(db,
                            "INSERT INTO repositories (org_login, full_name,"
                            " owner, name, source)"
                            " VALUES ('Acme', 'a/b', 'a', 'b', '')",
                            NULL, 0, NULL, &err),
                 CANON_OK));
    store_test_stop(db);
}
