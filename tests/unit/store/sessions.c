#include "store_test.h"

#include <criterion/parameterized.h>

#define DAY INT64_C(86400000000)

static void add_user(cn_db *db, const char *sub, const char *status)
{
    const cn_arg args[] = {cn_text(sub), cn_text(status), cn_int(T0)};
    canon_error err;
    int rc = cn_db_exec(db,
                        "INSERT INTO users"
                        " (oidc_sub, status, created_at, last_login_at)"
                        " VALUES ($1, $2, $3, $3)",
                        args, 3, NULL, &err);

    cr_assert(rc == CANON_OK, "%s", err.text);
}

static cn_session_row session_row(const char *hash)
{
    cn_session_row row = {hash, "acme", "v1.1.x",      1,
                          T0,   T0,     T0 + 14 * DAY, T0 + 30 * DAY};

    return row;
}

ParameterizedTestParameters(store_session, is_found_until_it_ends)
{
    return test_databases();
}

ParameterizedTest(size_t *which, store_session, is_found_until_it_ends)
{
    cn_db *db = store_test_start(*which);
    cn_session_row row = session_row("aa");
    cn_session_row found;
    cn_arena a = CN_ARENA_INIT;
    canon_error err;
    bool ended;

    add_user(db, "auth0|alice", "active");
    cr_assert(eq(int, cn_store_session_add(db, &row, &err), 0), "%s", err.text);
    cr_assert(
        eq(int, cn_store_session_find(db, &a, "aa", T0, &found, &err), 0));
    cr_assert(eq(str, (char *)found.org, "acme"));
    cr_assert(eq(str, (char *)found.data, "v1.1.x"));
    cr_assert(eq(i64, found.until_us, T0 + 30 * DAY));
    cr_assert(eq(int, cn_store_session_find(db, &a, "ab", T0, &found, &err),
                 CANON_ENOTFOUND));
    cr_assert(eq(
        int, cn_store_session_find(db, &a, "aa", T0 + 14 * DAY, &found, &err),
        CANON_ENOTFOUND));
    row.seen_us = T0 + DAY;
    row.idle_until_us = T0 + 60 * DAY;
    cr_assert(eq(int, cn_store_session_touch(db, &row, &err), 0));
    cr_assert(eq(
        int, cn_store_session_find(db, &a, "aa", T0 + 29 * DAY, &found, &err),
        0));
    cr_assert(eq(
        int, cn_store_session_find(db, &a, "aa", T0 + 30 * DAY, &found, &err),
        CANON_ENOTFOUND));
    row.org = "other";
    row.data = "v1.1.y";
    cr_assert(eq(int, cn_store_session_set(db, &row, &err), 0));
    cr_assert(
        eq(int, cn_store_session_find(db, &a, "aa", T0, &found, &err), 0));
    cr_assert(eq(str, (char *)found.org, "other"));
    cr_assert(eq(int, cn_store_session_end(db, "aa", T0, &ended, &err), 0));
    cr_assert(ended);
    cr_assert(eq(int, cn_store_session_end(db, "aa", T0, &ended, &err), 0));
    cr_assert(not(ended));
    cr_assert(eq(int, cn_store_session_find(db, &a, "aa", T0, &found, &err),
                 CANON_ENOTFOUND));
    cn_arena_free(&a);
    store_test_stop(db);
}

static cn_refresh_row refresh_row(const char *id, const char *hash)
{
    cn_refresh_row row = {.id = id,
                          .org = "acme",
                          .device = "cli",
                          .hash = hash,
                          .user_id = 1,
                          .created_us = T0,
                          .expires_us = T0 + 30 * DAY};

    return row;
}

static void find_refresh(cn_db *db, cn_arena *a, const char *hash,
                         cn_refresh_row *out)
{
    canon_error err;

    cr_assert(eq(int, cn_store_refresh_find(db, a, hash, out, &err), 0), "%s",
              err.text);
}

ParameterizedTestParameters(store_refresh, is_found_by_its_last_two_hashes)
{
    return test_databases();
}

ParameterizedTest(size_t *which, store_refresh, is_found_by_its_last_two_hashes)
{
    cn_db *db = store_test_start(*which);
    cn_refresh_row row = refresh_row("r1", "h1");
    cn_refresh_row found;
    cn_arena a = CN_ARENA_INIT;
    canon_error err;
    bool done;

    add_user(db, "auth0|alice", "active");
    cr_assert(eq(int, cn_store_refresh_add(db, &row, &err), 0), "%s", err.text);
    cr_assert(eq(int, cn_store_refresh_add(db, &row, &err), CANON_ECONFLICT));
    find_refresh(db, &a, "h1", &found);
    cr_assert(eq(str, (char *)found.sub, "auth0|alice"));
    cr_assert(found.active && !found.revoked && !found.previous);
    cr_assert(eq(
        int, cn_store_refresh_rotate(db, &row, "h2", T0 + 5, &done, &err), 0));
    cr_assert(done);
    cr_assert(eq(
        int, cn_store_refresh_rotate(db, &row, "h3", T0 + 6, &done, &err), 0));
    cr_assert(not(done), "the hash is another one by now");
    find_refresh(db, &a, "h1", &found);
    cr_assert(found.previous);
    cr_assert(eq(i64, found.rotated_us, T0 + 5));
    find_refresh(db, &a, "h2", &found);
    cr_assert(not(found.previous));
    row.hash = "h2";
    cr_assert(eq(
        int, cn_store_refresh_rotate(db, &row, "h2", T0 + 9, &done, &err), 0));
    cr_assert(done, "a provider that does not rotate");
    find_refresh(db, &a, "h1", &found);
    cr_assert(found.previous);
    cr_assert(eq(i64, found.rotated_us, T0 + 5));
    cr_assert(
        eq(int,
           cn_store_refresh_rotate(db, &row, "h4", T0 + 30 * DAY, &done, &err),
           0));
    cr_assert(not(done), "it has expired");
    cr_assert(eq(int, cn_store_refresh_find(db, &a, "h9", &found, &err),
                 CANON_ENOTFOUND));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(store_refresh, is_leased_to_one)
{
    return test_databases();
}

ParameterizedTest(size_t *which, store_refresh, is_leased_to_one)
{
    cn_db *db = store_test_start(*which);
    cn_refresh_row row = refresh_row("r1", "h1");
    canon_error err;
    bool got;

    add_user(db, "auth0|alice", "active");
    cr_assert(eq(int, cn_store_refresh_add(db, &row, &err), 0));
    cr_assert(
        eq(int, cn_store_refresh_lease(db, &row, T0, T0 + 10, &got, &err), 0));
    cr_assert(got);
    cr_assert(eq(
        int, cn_store_refresh_lease(db, &row, T0 + 9, T0 + 19, &got, &err), 0));
    cr_assert(not(got));
    cr_assert(eq(int, cn_store_refresh_release(db, "r1", T0 + 11, &err), 0));
    cr_assert(eq(
        int, cn_store_refresh_lease(db, &row, T0 + 9, T0 + 19, &got, &err), 0));
    cr_assert(not(got), "only who has the lease gives it back");
    cr_assert(eq(int, cn_store_refresh_release(db, "r1", T0 + 10, &err), 0));
    cr_assert(eq(
        int, cn_store_refresh_lease(db, &row, T0 + 9, T0 + 19, &got, &err), 0));
    cr_assert(got);
    cr_assert(eq(int,
                 cn_store_refresh_lease(db, &row, T0 + 19, T0 + 29, &got, &err),
                 0));
    cr_assert(got, "the lease has run out");
    cr_assert(
        eq(int, cn_store_refresh_revoke(db, "r1", T0 + 30, &got, &err), 0));
    cr_assert(got);
    cr_assert(
        eq(int, cn_store_refresh_revoke(db, "r1", T0 + 30, &got, &err), 0));
    cr_assert(not(got));
    cr_assert(eq(int,
                 cn_store_refresh_lease(db, &row, T0 + 40, T0 + 50, &got, &err),
                 0));
    cr_assert(not(got));
    store_test_stop(db);
}

ParameterizedTestParameters(store_refresh, knows_that_the_account_is_off)
{
    return test_databases();
}

ParameterizedTest(size_t *which, store_refresh, knows_that_the_account_is_off)
{
    cn_db *db = store_test_start(*which);
    cn_refresh_row row = refresh_row("r1", "h1");
    cn_refresh_row found;
    cn_arena a = CN_ARENA_INIT;
    canon_error err;

    add_user(db, "auth0|alice", "deactivated");
    cr_assert(eq(int, cn_store_refresh_add(db, &row, &err), 0));
    find_refresh(db, &a, "h1", &found);
    cr_assert(not(found.active));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(store_sessions, are_forgotten_when_they_are_old)
{
    return test_databases();
}

ParameterizedTest(size_t *which, store_sessions,
                  are_forgotten_when_they_are_old)
{
    cn_db *db = store_test_start(*which);
    cn_session_row session = session_row("aa");
    cn_refresh_row refresh = refresh_row("r1", "h1");
    cn_refresh_row found;
    cn_session_row found_session;
    cn_arena a = CN_ARENA_INIT;
    canon_error err;

    add_user(db, "auth0|alice", "active");
    cr_assert(eq(int, cn_store_session_add(db, &session, &err), 0));
    cr_assert(eq(int, cn_store_refresh_add(db, &refresh, &err), 0));
    cr_assert(eq(int, cn_store_sessions_clean(db, T0 + 14 * DAY, &err), 0));
    cr_assert(eq(
        int, cn_store_session_find(db, &a, "aa", T0, &found_session, &err), 0));
    find_refresh(db, &a, "h1", &found);
    cr_assert(eq(int, cn_store_sessions_clean(db, T0 + 30 * DAY + 1, &err), 0));
    cr_assert(eq(int,
                 cn_store_session_find(db, &a, "aa", T0, &found_session, &err),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, cn_store_refresh_find(db, &a, "h1", &found, &err),
                 CANON_ENOTFOUND));
    cn_arena_free(&a);
    store_test_stop(db);
}
