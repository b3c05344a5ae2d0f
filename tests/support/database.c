/*
 * The databases that tests run on.
 */
#include "database.h"

#include "db.h"
#include "files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char schema[64];

static const char *server(void)
{
    const char *url = getenv("CANON_TEST_POSTGRESQL");

    return url && *url ? url : NULL;
}

bool test_database_has_postgresql(void)
{
    return server() != NULL;
}

struct criterion_test_params test_databases(void)
{
    return cn_test_indexes(server() ? 2 : 1);
}

static void run_script(const char *fmt)
{
    cn_db *db = NULL;
    canon_error err = {0, ""};
    char sql[256];

    snprintf(sql, sizeof(sql), fmt, schema);
    cr_assert(!cn_db_open(server(), NULL, &db, &err), "%s", err.text);
    cr_assert(!cn_db_script(db, sql, &err), "%s", err.text);
    cn_db_close(db);
}

const char *test_database_make(size_t which)
{
    static char url[1024];

    if (which == 0)
        return "sqlite::memory:";
    snprintf(schema, sizeof(schema), "canon_test_%d", (int)getpid());
    run_script("DROP SCHEMA IF EXISTS %1$s CASCADE; CREATE SCHEMA %1$s");
    snprintf(url, sizeof(url), "%s%coptions=-csearch_path%%3D%s", server(),
             strchr(server(), '?') ? '&' : '?', schema);
    return url;
}

void test_database_remove(void)
{
    if (schema[0])
        run_script("DROP SCHEMA %s CASCADE");
    schema[0] = '\0';
}
