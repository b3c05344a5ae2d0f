#include "auth_test.h"

#include "torture.h"

static test_engine t;

static canon_key_order order_of(int64_t user)
{
    canon_key_order order = CANON_KEY_ORDER_INIT;

    order.org = "acme";
    order.user_id = user;
    order.granted_by = CANON_PERM_ALL;
    return order;
}

static int create(const canon_key_order *order)
{
    char secret[CANON_KEY_LEN + 1];

    return canon_key_create(t.conn, order, secret, NULL);
}

DATABASE_TEST(keys, are_shown_once_and_listed_without_secret)
{
    char secret[CANON_KEY_LEN + 1];
    canon_buf json = CANON_BUF_INIT;
    canon_keys *keys = NULL;
    const canon_key *key;
    int64_t user;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    id = auth_key(&t, "Acme", user, CANON_PERM_SPECS_WRITE, secret);
    cr_assert(eq(sz, strlen(secret), CANON_KEY_LEN));
    assert_ok(&t, canon_key_list(t.conn, "ACME", user, &keys));
    cr_assert(eq(sz, canon_keys_count(keys), 1));
    key = canon_keys_at(keys, 0);
    cr_assert(eq(i64, key->id, id));
    cr_assert(eq(str, (char *)key->label, "build"));
    cr_assert(eq(str, (char *)key->org, "acme"));
    cr_assert(eq(str, (char *)key->owner, "one"));
    cr_assert(eq(uint, key->scopes, CANON_PERM_SPECS_WRITE));
    cr_assert(eq(sz, strlen(key->prefix), 7));
    cr_assert(eq(int, strncmp(key->prefix, secret, 7), 0));
    cr_assert(eq(i64, key->created_us, TEST_T0));
    cr_assert(eq(i64, key->expires_us, 0));
    cr_assert_null(canon_keys_at(keys, 1));
    cr_assert(eq(int, canon_keys_json(keys, &json, NULL), CANON_OK));
    cr_assert_null(strstr(json.data, secret));
    cr_assert_not_null(
        strstr(json.data, "\"label\":\"build\",\"prefix\":\"sw_"));
    cr_assert_not_null(strstr(json.data, "\"scopes\":[\"specs:write\"]"));
    cr_assert_not_null(strstr(json.data,
                              "\"expires_at\":null,\"revoked_at\":null,"
                              "\"last_used_at\":null}]}"));
    canon_buf_free(&json);
    canon_keys_free(keys);
    test_engine_stop(&t);
}

DATABASE_TEST(keys, differ)
{
    char one[CANON_KEY_LEN + 1];
    char two[CANON_KEY_LEN + 1];
    int64_t user;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    auth_key(&t, "acme", user, 0, one);
    auth_key(&t, "acme", user, 0, two);
    cr_assert(ne(str, one, two));
    test_engine_stop(&t);
}

DATABASE_TEST(keys, are_not_in_the_database)
{
    char secret[CANON_KEY_LEN + 1];
    char hash[65];
    cn_rows *rows = NULL;

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    canon_sha256_hex(secret, CANON_KEY_LEN, hash);
    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
    assert_ok(&t, cn_db_query(t.conn->db,
                              "SELECT key_hash, key_prefix, label, scopes"
                              " FROM api_keys",
                              NULL, 0, &rows, &t.conn->err));
    cr_assert(eq(int, cn_rows_next(rows, &t.conn->err), 1));
    cr_assert(eq(str, (char *)cn_rows_text(rows, 0).ptr, hash));
    for (int i = 0; i < 4; i++)
        cr_assert_null(strstr(cn_rows_text(rows, i).ptr, secret + 7));
    cn_rows_free(rows);
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    test_engine_stop(&t);
}

DATABASE_TEST(keys, are_checked_before_they_are_made)
{
    canon_key_order order;
    char longest[102];
    int64_t user;

    memset(longest, 'x', sizeof(longest));
    longest[101] = '\0';
    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    order = order_of(user);
    order.label = longest;
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order.label = longest + 1;
    cr_assert(eq(int, create(&order), CANON_OK));
    order.label = "a\tb";
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order.label = "\xc3";
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order = order_of(user);
    order.scopes = 32;
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order.scopes = CANON_PERM_ALL;
    order.granted_by = CANON_PERM_ALL & ~(unsigned)CANON_PERM_SPECS_ADMIN;
    cr_assert(eq(int, create(&order), CANON_EDENIED));
    cr_assert_not_null(strstr(canon_last_error(t.conn)->text, "specs:admin"));
    order = order_of(user);
    order.granted_by = 0;
    cr_assert(eq(int, create(&order), CANON_EDENIED), "not even reading");
    order = order_of(user);
    order.expires_days = 366;
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order.expires_days = -1;
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order = order_of(user + 1);
    cr_assert(eq(int, create(&order), CANON_ENOTFOUND));
    order = order_of(user);
    order.org = "a/b";
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    order = order_of(user);
    order.size = 8;
    cr_assert(eq(int, create(&order), CANON_EINVAL));
    test_engine_stop(&t);
}

DATABASE_TEST(keys, leave_no_secret_behind_when_they_are_refused)
{
    char secret[CANON_KEY_LEN + 1] = "x";
    canon_key_order order;
    int64_t id = 7;

    test_engine_start_with(&t, *which, auth_single);
    order = order_of(99);
    cr_assert(eq(int, canon_key_create(t.conn, &order, secret, &id),
                 CANON_ENOTFOUND));
    cr_assert(eq(str, secret, ""));
    cr_assert(eq(i64, id, 0));
    test_engine_stop(&t);
}

DATABASE_TEST(keys, are_limited_to_fifty_valid_ones)
{
    canon_keys *keys = NULL;
    canon_key_order order;
    int64_t user;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    order = order_of(user);
    order.expires_days = 1;
    for (int i = 0; i < CANON_KEYS_MAX; i++)
        assert_ok(&t, create(&order));
    cr_assert(eq(int, create(&order), CANON_ELIMIT));
    order.org = "other";
    assert_ok(&t, create(&order));
    order.org = "acme";
    assert_ok(&t, canon_key_list(t.conn, "acme", user, &keys));
    assert_ok(
        &t, canon_key_revoke(t.conn, "acme", user, canon_keys_at(keys, 0)->id));
    canon_keys_free(keys);
    assert_ok(&t, create(&order));
    cr_assert(eq(int, create(&order), CANON_ELIMIT));
    t.now_us += DAY_US;
    assert_ok(&t, create(&order));
    test_engine_stop(&t);
}

DATABASE_TEST(keys, are_revoked_by_whom_they_belong_to)
{
    char secret[CANON_KEY_LEN + 1];
    int64_t user;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    id = auth_key(&t, "acme", user, 0, secret);
    cr_assert(eq(int, canon_key_revoke(t.conn, "acme", user + 1, id),
                 CANON_ENOTFOUND));
    cr_assert(
        eq(int, canon_key_revoke(t.conn, "other", user, id), CANON_ENOTFOUND));
    cr_assert(eq(int, canon_key_revoke(t.conn, "?", user, id), CANON_EINVAL));
    assert_ok(&t, canon_key_revoke(t.conn, "ACME", user, id));
    cr_assert(
        eq(int, canon_key_revoke(t.conn, "acme", user, id), CANON_ENOTFOUND));
    id = auth_key(&t, "acme", user, 0, secret);
    assert_ok(&t, canon_key_revoke(t.conn, "acme", 0, id));
    test_engine_stop(&t);
}

Test(keys, of_an_unknown_organisation_are_none)
{
    canon_keys *keys = NULL;

    test_engine_start_with(&t, 0, auth_single);
    assert_ok(&t, canon_key_list(t.conn, "nobody", 0, &keys));
    cr_assert(eq(sz, canon_keys_count(keys), 0));
    cr_assert_null(canon_keys_at(keys, 0));
    canon_keys_free(keys);
    cr_assert(eq(int, canon_key_list(t.conn, "a b", 0, &keys), CANON_EINVAL));
    cr_assert_null(keys);
    canon_keys_free(NULL);
    test_engine_stop(&t);
}

static int create_once(void *user)
{
    canon_key_order order = order_of(*(int64_t *)user);

    order.expires_days = 1;
    t.now_us += DAY_US; /* so that there are never too many */
    return create(&order);
}

static int list_once(void *user)
{
    canon_keys *keys = NULL;
    canon_buf json = CANON_BUF_INIT;
    int rc = canon_key_list(t.conn, "acme", *(int64_t *)user, &keys);

    if (!rc)
        rc = canon_keys_json(keys, &json, NULL);
    canon_buf_free(&json);
    canon_keys_free(keys);
    return rc;
}

static int revoke_once(void *user)
{
    int rc = canon_key_revoke(t.conn, "acme", *(int64_t *)user, 1);

    return rc == CANON_ENOTFOUND ? CANON_OK : rc;
}

DATABASE_TEST(keys, survive_every_failed_allocation)
{
    int64_t user;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    assert_ok(&t, create_once(&user));
    assert_ok(&t, list_once(&user));
    revoke_once(&user);
    cr_assert(gt(sz, torture(TORTURE_ONCE, create_once, &user), 1));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, create_once, &user), 1));
    cr_assert(gt(sz, torture(TORTURE_ONCE, list_once, &user), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, list_once, &user), 3));
    torture(TORTURE_ONCE, revoke_once, &user);
    torture(TORTURE_PERSISTENT, revoke_once, &user);
    test_engine_stop(&t);
}
