/*
 * An engine with a login provider whose answers the test writes down, and a
 * clock that the test moves.
 */
#ifndef CN_LOGIN_TEST_H
#define CN_LOGIN_TEST_H

#include "canon/auth.h"
#include "canon/settings.h"

#include "auth_parts.h"
#include "engine_start.h"
#include "store.h"
#include "torture.h"

#include <criterion/parameterized.h>

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

/* A setting of an engine that is not in use yet is made by this. */
typedef struct auth_setting {
    const char *name;
    const char *value;
} auth_setting;

/* Add a user; returns its id. */
static inline int64_t add_user(test_engine *t, const char *sub)
{
    const cn_arg args[] = {cn_text(sub), cn_int(t->now_us)};
    cn_rows *rows = NULL;
    int64_t id;

    cr_assert(eq(int, cn_conn_begin(t->conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int,
                 cn_db_query(t->conn->db,
                             "INSERT INTO users"
                             " (oidc_sub, created_at, last_login_at)"
                             " VALUES ($1, $2, $2) RETURNING id",
                             args, 2, &rows, &t->conn->err),
                 CANON_OK));
    cr_assert(eq(int, cn_rows_next(rows, &t->conn->err), 1));
    id = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    cr_assert(eq(int, cn_conn_end(t->conn, CANON_OK), CANON_OK));
    return id;
}

#endif
