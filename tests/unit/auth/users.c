#include "auth_test.h"

#include "torture.h"

static test_engine t;

DATABASE_TEST(users, are_added_and_changed)
{
    canon_user user = CANON_USER_INIT;
    canon_users *users = NULL;
    const canon_user *first;
    int64_t id = 0;
    int64_t again = 0;

    test_engine_start_with(&t, *which, auth_single);
    user.sub = "auth0|1";
    user.email = "ada@example.org";
    assert_ok(&t, canon_user_put(t.conn, &user, &id));
    user.email = "";
    user.name = "Ada Lovelace";
    user.role = "admin";
    assert_ok(&t, canon_user_put(t.conn, &user, &again));
    cr_assert(eq(i64, again, id));
    assert_ok(&t, canon_user_list(t.conn, NULL, 0, 10, &users));
    cr_assert(eq(sz, canon_users_count(users), 1));
    first = canon_users_at(users, 0);
    cr_assert(eq(sz, first->size, sizeof(*first)));
    cr_assert(eq(i64, first->id, id));
    cr_assert(eq(str, (char *)first->sub, "auth0|1"));
    cr_assert(eq(str, (char *)first->email, "ada@example.org"));
    cr_assert(eq(str, (char *)first->name, "Ada Lovelace"));
    cr_assert(eq(str, (char *)first->role, "admin"));
    cr_assert(eq(i64, first->created_us, TEST_T0));
    cr_assert(eq(i64, first->last_login_us, 0));
    cr_assert(eq(int, first->active, 1));
    cr_assert_null(canon_users_at(users, 1));
    canon_users_free(users);
    test_engine_stop(&t);
}

DATABASE_TEST(users, have_the_default_role_when_none_is_named)
{
    canon_users *users = NULL;

    test_engine_start_with(&t, *which, auth_single);
    auth_user(&t, "one", "");
    assert_ok(&t, canon_user_list(t.conn, "one", 0, 1, &users));
    cr_assert(eq(str, (char *)canon_users_at(users, 0)->role, "editor"));
    canon_users_free(users);
    test_engine_stop(&t);
}

static int put(const char *sub, const char *name, const char *role)
{
    canon_user user = CANON_USER_INIT;

    user.sub = sub;
    user.name = name;
    user.role = role;
    return canon_user_put(t.conn, &user, NULL);
}

Test(users, are_checked)
{
    char longest[400];
    canon_user user = CANON_USER_INIT;
    canon_users *users = NULL;

    memset(longest, 'x', sizeof(longest));
    longest[256] = '\0';
    test_engine_start_with(&t, 0, auth_single);
    cr_assert(eq(int, put(NULL, "", ""), CANON_EINVAL));
    cr_assert(eq(int, put("", "", ""), CANON_EINVAL));
    cr_assert(eq(int, put(longest, "", ""), CANON_EINVAL));
    cr_assert(eq(int, put(longest + 1, NULL, NULL), CANON_OK));
    cr_assert(eq(int, put("a\nb", "", ""), CANON_EINVAL));
    cr_assert(eq(int, put("a", "\xff", ""), CANON_EINVAL));
    cr_assert(eq(int, put("a", "\xc2\x85", ""), CANON_EINVAL));
    cr_assert(eq(int, put("a", "", "root"), CANON_EINVAL));
    cr_assert_not_null(strstr(canon_last_error(t.conn)->text, "root"));
    user.size = 8;
    cr_assert(eq(int, canon_user_put(t.conn, &user, NULL), CANON_EINVAL));
    cr_assert(
        eq(int, canon_user_list(t.conn, NULL, 0, 0, &users), CANON_EINVAL));
    cr_assert(
        eq(int, canon_user_list(t.conn, NULL, 0, 1001, &users), CANON_EINVAL));
    cr_assert_null(users);
    canon_users_free(NULL);
    test_engine_stop(&t);
}

DATABASE_TEST(users, are_switched_off_and_on)
{
    canon_users *users = NULL;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    id = auth_user(&t, "one", "");
    assert_ok(&t, canon_user_activate(t.conn, id, 0));
    assert_ok(&t, canon_user_list(t.conn, NULL, 0, 1, &users));
    cr_assert(eq(int, canon_users_at(users, 0)->active, 0));
    canon_users_free(users);
    assert_ok(&t, canon_user_activate(t.conn, id, 1));
    assert_ok(&t, canon_user_list(t.conn, NULL, 0, 1, &users));
    cr_assert(eq(int, canon_users_at(users, 0)->active, 1));
    canon_users_free(users);
    cr_assert(eq(int, canon_user_activate(t.conn, id + 1, 1), CANON_ENOTFOUND));
    test_engine_stop(&t);
}

DATABASE_TEST(users, are_members_of_organisations)
{
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    id = auth_user(&t, "one", "");
    assert_ok(&t, canon_member_put(t.conn, "Acme", id, "admin", NULL));
    cr_assert(eq(int, canon_member_put(t.conn, "acme", id, "root", "me"),
                 CANON_EINVAL));
    cr_assert(eq(int, canon_member_put(t.conn, "a b", id, "admin", "me"),
                 CANON_EINVAL));
    cr_assert(eq(int, canon_member_put(t.conn, NULL, id, "admin", "me"),
                 CANON_EINVAL));
    cr_assert(eq(int, canon_member_put(t.conn, "acme", id + 1, "admin", "me"),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, canon_member_put(t.conn, "acme", id, "admin", "\x01"),
                 CANON_EINVAL));
    assert_ok(&t, canon_member_put(t.conn, "acme", id, NULL, "me"));
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "", "me"));
    test_engine_stop(&t);
}

static int put_once(void *user)
{
    (void)user;
    return put("one", "Ada", "admin");
}

static int list_once(void *user)
{
    canon_users *users = NULL;
    int rc = canon_user_list(t.conn, user, 0, 10, &users);

    cr_assert(eq(int, rc == CANON_OK, users != NULL));
    canon_users_free(users);
    return rc;
}

static int join_once(void *user)
{
    return canon_member_put(t.conn, "acme", *(int64_t *)user, "editor", "me");
}

DATABASE_TEST(users, survive_every_failed_allocation)
{
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    id = auth_user(&t, "one", "");
    assert_ok(&t, list_once(NULL));
    assert_ok(&t, join_once(&id));
    torture(TORTURE_ONCE, put_once, NULL);
    torture(TORTURE_PERSISTENT, put_once, NULL);
    cr_assert(gt(sz, torture(TORTURE_ONCE, list_once, NULL), 2));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, list_once, NULL), 2));
    torture(TORTURE_ONCE, join_once, &id);
    torture(TORTURE_PERSISTENT, join_once, &id);
    test_engine_stop(&t);
}
