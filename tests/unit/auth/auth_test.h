/* An engine with a login, and users for the tests of identity. */
#ifndef CN_AUTH_TEST_H
#define CN_AUTH_TEST_H

#include "canon/auth.h"

#include "accounts.h"
#include "engine_start.h"
#include "store.h"

#include <string.h>

#define DAY_US INT64_C(86400000000)

static const char *const auth_single[] = {
    "AUTH0_DOMAIN",
    "tenant.example",
    "AUTH0_CLIENT_ID",
    "web",
    "AUTH0_AUDIENCE",
    "https://api",
    "DEFAULT_ROLE",
    "editor",
    "WEB_ADMIN_LOGINS",
    " root , Octocat",
    NULL,
};

static const char *const auth_multi[] = {
    "AUTH0_DOMAIN",
    "tenant.example",
    "AUTH0_CLIENT_ID",
    "web",
    "AUTH0_AUDIENCE",
    "https://api",
    "DEFAULT_ROLE",
    "editor",
    "WEB_ADMIN_LOGINS",
    " root , Octocat",
    "AUTH0_ORGS_ENABLED",
    "1",
    NULL,
};

/* A user who is there before he ever signs in. */
static inline int64_t auth_user(test_engine *t, const char *sub,
                                const char *role)
{
    canon_user user = CANON_USER_INIT;
    int64_t id = 0;

    user.sub = sub;
    user.email = "ada@example.org";
    user.name = "Ada";
    user.role = role;
    assert_ok(t, canon_user_put(t->conn, &user, &id));
    return id;
}

/* An organisation that the provider knows. */
static inline void auth_install(test_engine *t, const char *org,
                                const char *org_id)
{
    static int64_t number;
    const cn_arg args[] = {cn_int(++number), cn_text(org), cn_text(org_id)};

    assert_ok(t, cn_conn_begin(t->conn, CN_DB_WRITE));
    assert_ok(t, cn_db_exec(t->conn->db,
                            "INSERT INTO gh_installations (installation_id,"
                            " org_login, installed_at, oidc_org_id)"
                            " VALUES ($1, $2, 1, $3)",
                            args, 3, NULL, &t->conn->err));
    assert_ok(t, cn_conn_end(t->conn, CANON_OK));
}

/* Somebody as the provider names him. */
static inline cn_person auth_person(const char *sub)
{
    cn_person person = {.sub = sub,
                        .email = "ada@example.org",
                        .name = "Ada",
                        .picture = "",
                        .org_id = ""};

    return person;
}

/* He signs in. The account lives until the next call. */
static inline cn_account auth_arrive(test_engine *t, const cn_person *person,
                                     const char *wanted)
{
    cn_account account;

    assert_ok(t, cn_account_arrive(t->conn, person, wanted, &account));
    return account;
}

/* A key with all rights that can be given, unless scopes says less. */
static inline int64_t auth_key(test_engine *t, const char *org, int64_t user,
                               unsigned scopes, char secret[CANON_KEY_LEN + 1])
{
    canon_key_order order = CANON_KEY_ORDER_INIT;
    int64_t id = 0;

    order.org = org;
    order.user_id = user;
    order.label = "build";
    order.scopes = scopes;
    order.granted_by = CANON_PERM_ALL;
    assert_ok(t, canon_key_create(t->conn, &order, secret, &id));
    return id;
}

#endif
