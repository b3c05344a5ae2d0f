#include "store_test.h"

#include <stdio.h>
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

/* The lock that a process holds while it prepares this schema. */
#define TAKE_LOCK                                                              \
    "SELECT pg_advisory_xact_lock(727566, CAST(oid AS INTEGER))"               \
    " FROM pg_namespace WHERE nspname = "

static int prepare_beside(const char *schema, canon_error *err)
{
    cn_db_options o = {.mode = CN_DB_WRITE, .busy_timeout_ms = 100};
    const char *url = test_database_make(1);
    cn_db *other = store_test_open(url);
    cn_db *db = NULL;
    char sql[256];
    int rc;

    (void)snprintf(sql, sizeof(sql), TAKE_LOCK "%s", schema);
    cr_assert(zero(int, cn_db_begin(other, CN_TX_WRITE, err)));
    cr_assert(zero(int, cn_db_exec_text(other, sql, NULL, 0, NULL, err)), "%s",
              err->text);
    cr_assert(zero(int, cn_db_open(url, &o, &db, err)));
    rc = cn_store_migrate(db, T0, err);
    cn_db_close(db);
    cr_assert(zero(int, cn_db_end(other, CANON_OK, err)));
    store_test_stop(other);
    return rc;
}

Test(migrate, says_who_keeps_it_waiting)
{
    canon_error err = {0, ""};

    if (!test_database_has_postgresql())
        cr_skip_test("no server");
    cr_assert(eq(int, prepare_beside("current_schema()", &err), CANON_EBUSY));
    cr_assert_not_null(strstr(err.text, "another process"));
}

Test(migrate, does_not_wait_for_other_schemas)
{
    canon_error err = {0, ""};

    if (!test_database_has_postgresql())
        cr_skip_test("no server");
    cr_assert(eq(int, prepare_beside("'pg_catalog'", &err), CANON_OK), "%s",
              err.text);
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
