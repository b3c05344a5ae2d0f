#include "store_test.h"

#include "engine_start.h"

#include <string.h>

#define MINUTE INT64_C(60000000)

static cn_arena arena = CN_ARENA_INIT;
static canon_error err;

#define ok(call) cr_assert(eq(int, (call), CANON_OK), "%s: %s", #call, err.text)

static int64_t add_user(cn_db *db, const char *sub)
{
    cn_user_row row = {0,  sub, "a@example.org", "A", "", "editor", T0,
                       T0, true};
    int64_t id = 0;

    ok(cn_store_user_add(db, &row, &id, &err));
    return id;
}

static int64_t add_key(cn_db *db, const char *org, int64_t user_id,
                       const char *hash, int64_t expires_us)
{
    cn_key_row row = {.prefix = "sw_abcd",
                      .label = "build",
                      .user_id = user_id,
                      .org = org,
                      .scopes = "[\"specs:read\"]",
                      .created_us = T0,
                      .expires_us = expires_us};
    int64_t id = 0;

    ok(cn_store_key_add(db, &row, hash, &id, &err));
    cr_assert(gt(i64, id, 0));
    return id;
}

static void stop(cn_db *db)
{
    cn_arena_free(&arena);
    store_test_stop(db);
}

typedef struct found {
    cn_key_row key;
    cn_user_row user;
    cn_member_row member;
    bool is;
} found;

static found find(cn_db *db, const char *hash)
{
    found f;

    memset(&f, 0, sizeof(f));
    ok(cn_store_key_find(db, &arena, hash, &f.key, &f.user, &f.member, &f.is,
                         &err));
    return f;
}

DATABASE_TEST(store_keys, finds_a_key_its_owner_and_his_role)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");
    int64_t id = add_key(db, "acme", user, "h1", T0 + 7);
    found f;

    ok(cn_store_member_put(db, "acme", user, "admin", "root", T0, &err));
    ok(cn_store_member_grant(db, "acme", user, 3, T0 + 1, &err));
    f = find(db, "h1");
    cr_assert(f.is);
    cr_assert(eq(i64, f.key.id, id));
    cr_assert(eq(i64, f.key.expires_us, T0 + 7));
    cr_assert(eq(i64, f.key.revoked_us, 0));
    cr_assert(eq(str, (char *)f.key.scopes, "[\"specs:read\"]"));
    cr_assert(eq(str, (char *)f.key.owner, "one"));
    cr_assert(eq(i64, f.user.id, user));
    cr_assert(eq(str, (char *)f.user.role, "editor"));
    cr_assert(f.user.active);
    cr_assert(eq(str, (char *)f.member.role, "admin"));
    cr_assert(eq(int, (int)f.member.granted, 3));
    cr_assert(eq(i64, f.member.granted_us, T0 + 1));
    cr_assert(not(find(db, "h2").is));
    stop(db);
}

DATABASE_TEST(store_keys, a_role_elsewhere_is_not_the_keys)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");
    int64_t other = add_user(db, "two");

    add_key(db, "acme", user, "h1", 0);
    ok(cn_store_member_put(db, "other", user, "admin", "root", T0, &err));
    ok(cn_store_member_put(db, "acme", other, "admin", "root", T0, &err));
    cr_assert(eq(str, (char *)find(db, "h1").member.role, ""));
    stop(db);
}

DATABASE_TEST(store_keys, a_hash_is_there_once)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");
    cn_key_row row = {.prefix = "p",
                      .label = "",
                      .user_id = user,
                      .org = "acme",
                      .scopes = "[]"};
    int64_t id = 0;

    add_key(db, "acme", user, "h1", 0);
    cr_assert(
        eq(int, cn_store_key_add(db, &row, "h1", &id, &err), CANON_ECONFLICT));
    stop(db);
}

DATABASE_TEST(store_keys, counts_the_valid_keys_of_a_user_and_organisation)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");
    int64_t other = add_user(db, "two");
    int64_t count = 0;
    int64_t id = add_key(db, "acme", user, "h1", 0);
    bool done = false;

    add_key(db, "acme", user, "h2", T0 + 1);
    add_key(db, "acme", user, "h3", T0);
    add_key(db, "other", user, "h4", 0);
    add_key(db, "acme", other, "h5", 0);
    ok(cn_store_key_count(db, "acme", user, T0, &count, &err));
    cr_assert(eq(i64, count, 2));
    ok(cn_store_key_revoke(db, "acme", user, id, T0, &done, &err));
    ok(cn_store_key_count(db, "acme", user, T0, &count, &err));
    cr_assert(eq(i64, count, 1));
    stop(db);
}

DATABASE_TEST(store_keys, lists_the_newest_first)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");
    int64_t other = add_user(db, "two");
    cn_key_rows rows;

    add_key(db, "acme", user, "h1", 0);
    add_key(db, "acme", user, "h2", T0 + 1);
    add_key(db, "acme", other, "h3", 0);
    add_key(db, "other", user, "h4", 0);
    ok(cn_store_key_list(db, &arena, "acme", user, &rows, &err));
    cr_assert(eq(sz, rows.count, 2));
    cr_assert(gt(i64, rows.items[0].id, rows.items[1].id));
    cr_assert(eq(str, (char *)rows.items[0].owner, "one"));
    cr_assert(eq(str, (char *)rows.items[0].prefix, "sw_abcd"));
    ok(cn_store_key_list(db, &arena, "acme", 0, &rows, &err));
    cr_assert(eq(sz, rows.count, 3));
    ok(cn_store_key_list(db, &arena, "nobody", 0, &rows, &err));
    cr_assert(eq(sz, rows.count, 0));
    stop(db);
}

DATABASE_TEST(store_keys, revokes_once_and_only_what_is_meant)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");
    int64_t id = add_key(db, "acme", user, "h1", 0);
    int64_t second = add_key(db, "acme", user, "h2", 0);
    bool done = true;

    ok(cn_store_key_revoke(db, "other", user, id, T0, &done, &err));
    cr_assert(not(done));
    ok(cn_store_key_revoke(db, "acme", user + 1, id, T0, &done, &err));
    cr_assert(not(done));
    ok(cn_store_key_revoke(db, "acme", user, id, T0 + 3, &done, &err));
    cr_assert(done);
    cr_assert(eq(i64, find(db, "h1").key.revoked_us, T0 + 3));
    ok(cn_store_key_revoke(db, "acme", user, id, T0 + 4, &done, &err));
    cr_assert(not(done));
    ok(cn_store_key_revoke(db, "acme", 0, second, T0, &done, &err));
    cr_assert(done);
    stop(db);
}

DATABASE_TEST(store_keys, writes_a_use_down_once_a_minute)
{
    cn_db *db = store_test_start(*which);
    int64_t id = add_key(db, "acme", add_user(db, "one"), "h1", 0);

    cr_assert(eq(i64, find(db, "h1").key.last_used_us, 0));
    ok(cn_store_key_used(db, id, T0, T0 - MINUTE, &err));
    cr_assert(eq(i64, find(db, "h1").key.last_used_us, T0));
    ok(cn_store_key_used(db, id, T0 + 5, T0 + 5 - MINUTE, &err));
    cr_assert(eq(i64, find(db, "h1").key.last_used_us, T0));
    ok(cn_store_key_used(db, id, T0 + MINUTE, T0, &err));
    cr_assert(eq(i64, find(db, "h1").key.last_used_us, T0 + MINUTE));
    stop(db);
}

DATABASE_TEST(store_keys, forgets_what_expired_long_ago)
{
    cn_db *db = store_test_start(*which);
    int64_t user = add_user(db, "one");

    add_key(db, "acme", user, "h1", 0);
    add_key(db, "acme", user, "h2", T0 - 1);
    add_key(db, "acme", user, "h3", T0);
    ok(cn_store_key_retention(db, T0, &err));
    cr_assert(find(db, "h1").is);
    cr_assert(not(find(db, "h2").is));
    cr_assert(find(db, "h3").is);
    stop(db);
}
