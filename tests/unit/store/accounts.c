#include "store_test.h"

#include "engine_start.h"

#include <string.h>

static cn_arena arena = CN_ARENA_INIT;
static canon_error err;

#define ok(call) cr_assert(eq(int, (call), CANON_OK), "%s: %s", #call, err.text)

static cn_user_row person(const char *sub)
{
    cn_user_row row = {0,  sub, "ada@example.org", "Ada", "", "viewer", T0,
                       T0, true};

    return row;
}

static int64_t add(cn_db *db, const char *sub)
{
    cn_user_row row = person(sub);
    int64_t id = 0;

    ok(cn_store_user_add(db, &row, &id, &err));
    cr_assert(gt(i64, id, 0));
    return id;
}

static void stop(cn_db *db)
{
    cn_arena_free(&arena);
    store_test_stop(db);
}

DATABASE_TEST(store_accounts, adds_a_user_once)
{
    cn_db *db = store_test_start(*which);
    cn_user_row row = person("auth0|1");
    int64_t id = add(db, "auth0|1");
    int64_t again = 7;

    ok(cn_store_user_add(db, &row, &again, &err));
    cr_assert(eq(i64, again, 0));
    ok(cn_store_user_find(db, &arena, "auth0|1", &row, &err));
    cr_assert(eq(i64, row.id, id));
    cr_assert(eq(str, (char *)row.email, "ada@example.org"));
    cr_assert(eq(str, (char *)row.role, "viewer"));
    cr_assert(eq(i64, row.created_us, T0));
    cr_assert(row.active);
    cr_assert(eq(int, cn_store_user_find(db, &arena, "AUTH0|1", &row, &err),
                 CANON_ENOTFOUND));
    stop(db);
}

DATABASE_TEST(store_accounts, an_arrival_keeps_what_the_provider_leaves_out)
{
    cn_db *db = store_test_start(*which);
    cn_user_row row = person("auth0|1");
    cn_user_row now;

    add(db, "auth0|1");
    row.email = "";
    row.name = "Countess Ada";
    row.picture = "https://example.org/a.png";
    row.last_login_us = T0 + 5;
    ok(cn_store_user_arrive(db, &arena, &row, &now, &err));
    cr_assert(eq(str, (char *)now.email, "ada@example.org"));
    cr_assert(eq(str, (char *)now.name, "Countess Ada"));
    cr_assert(eq(str, (char *)now.picture, "https://example.org/a.png"));
    cr_assert(eq(i64, now.last_login_us, T0 + 5));
    cr_assert(eq(i64, now.created_us, T0));
    row.sub = "nobody";
    cr_assert(eq(int, cn_store_user_arrive(db, &arena, &row, &now, &err),
                 CANON_ENOTFOUND));
    stop(db);
}

DATABASE_TEST(store_accounts, who_is_switched_off_does_not_sign_in)
{
    cn_db *db = store_test_start(*which);
    cn_user_row row = person("auth0|1");
    cn_user_row now;
    int64_t id = add(db, "auth0|1");
    bool found = false;

    ok(cn_store_user_activate(db, id, false, &found, &err));
    cr_assert(found);
    row.last_login_us = T0 + 5;
    ok(cn_store_user_arrive(db, &arena, &row, &now, &err));
    cr_assert(not(now.active));
    cr_assert(eq(i64, now.last_login_us, T0));
    ok(cn_store_user_activate(db, id, true, &found, &err));
    ok(cn_store_user_arrive(db, &arena, &row, &now, &err));
    cr_assert(now.active);
    ok(cn_store_user_activate(db, id + 1, true, &found, &err));
    cr_assert(not(found));
    stop(db);
}

DATABASE_TEST(store_accounts, there_is_one_first_administrator)
{
    cn_db *db = store_test_start(*which);
    int64_t one = add(db, "one");
    int64_t two = add(db, "two");
    bool done = false;

    ok(cn_store_user_promote(db, one, &done, &err));
    cr_assert(done);
    ok(cn_store_user_promote(db, two, &done, &err));
    cr_assert(not(done));
    stop(db);
}

DATABASE_TEST(store_accounts, an_operator_adds_and_changes_users)
{
    cn_db *db = store_test_start(*which);
    cn_user_row row = person("auth0|1");
    int64_t id = 0;
    int64_t again = 0;

    row.role = "";
    ok(cn_store_user_put(db, &row, "editor", &id, &err));
    row.name = "";
    row.email = "new@example.org";
    ok(cn_store_user_put(db, &row, "viewer", &again, &err));
    cr_assert(eq(i64, again, id));
    ok(cn_store_user_find(db, &arena, "auth0|1", &row, &err));
    cr_assert(eq(str, (char *)row.name, "Ada"));
    cr_assert(eq(str, (char *)row.email, "new@example.org"));
    cr_assert(eq(str, (char *)row.role, "editor"));
    cr_assert(eq(i64, row.last_login_us, 0));
    row.role = "admin";
    ok(cn_store_user_put(db, &row, "viewer", &again, &err));
    ok(cn_store_user_find(db, &arena, "auth0|1", &row, &err));
    cr_assert(eq(str, (char *)row.role, "admin"));
    stop(db);
}

DATABASE_TEST(store_accounts, lists_users_in_pages)
{
    cn_db *db = store_test_start(*which);
    cn_user_rows rows;
    int64_t first = add(db, "one");

    add(db, "two");
    add(db, "three");
    ok(cn_store_user_list(db, &arena, NULL, 0, 2, &rows, &err));
    cr_assert(eq(sz, rows.count, 2));
    cr_assert(eq(str, (char *)rows.items[0].sub, "one"));
    ok(cn_store_user_list(db, &arena, NULL, first, 10, &rows, &err));
    cr_assert(eq(sz, rows.count, 2));
    cr_assert(eq(str, (char *)rows.items[1].sub, "three"));
    ok(cn_store_user_list(db, &arena, "two", 0, 10, &rows, &err));
    cr_assert(eq(sz, rows.count, 1));
    ok(cn_store_user_list(db, &arena, "ada@example.org", 0, 10, &rows, &err));
    cr_assert(eq(sz, rows.count, 3));
    ok(cn_store_user_list(db, &arena, "%", 0, 10, &rows, &err));
    cr_assert(eq(sz, rows.count, 0));
    stop(db);
}

DATABASE_TEST(store_accounts, roles_belong_to_an_organisation)
{
    cn_db *db = store_test_start(*which);
    int64_t id = add(db, "one");
    cn_user_row row;
    cn_member_row member;

    ok(cn_store_member_put(db, "acme", id, "editor", "root", T0, &err));
    ok(cn_store_member_put(db, "acme", id, "admin", "root", T0 + 1, &err));
    ok(cn_store_user_get(db, &arena, id, "acme", &row, &member, &err));
    cr_assert(eq(str, (char *)row.sub, "one"));
    cr_assert(eq(str, (char *)member.role, "admin"));
    cr_assert(eq(i64, member.granted_us, 0));
    ok(cn_store_user_get(db, &arena, id, "other", &row, &member, &err));
    cr_assert(eq(str, (char *)member.role, ""));
    ok(cn_store_member_remove(db, "other", id, &err));
    ok(cn_store_user_get(db, &arena, id, "acme", &row, &member, &err));
    cr_assert(eq(str, (char *)member.role, "admin"));
    ok(cn_store_member_remove(db, "acme", id, &err));
    ok(cn_store_user_get(db, &arena, id, "acme", &row, &member, &err));
    cr_assert(eq(str, (char *)member.role, ""));
    cr_assert(eq(
        int, cn_store_user_get(db, &arena, id + 1, "acme", &row, &member, &err),
        CANON_ENOTFOUND));
    stop(db);
}

DATABASE_TEST(store_accounts, what_the_provider_says_leaves_the_role_alone)
{
    cn_db *db = store_test_start(*which);
    int64_t id = add(db, "one");
    cn_user_row row;
    cn_member_row member;

    ok(cn_store_member_put(db, "acme", id, "editor", "root", T0, &err));
    ok(cn_store_member_grant(db, "acme", id, 5, T0 + 9, &err));
    ok(cn_store_user_get(db, &arena, id, "acme", &row, &member, &err));
    cr_assert(eq(str, (char *)member.role, "editor"));
    cr_assert(eq(int, (int)member.granted, 5));
    cr_assert(eq(i64, member.granted_us, T0 + 9));
    ok(cn_store_member_grant(db, "beta", id, 1, T0, &err));
    ok(cn_store_user_get(db, &arena, id, "beta", &row, &member, &err));
    cr_assert(eq(str, (char *)member.role, ""));
    cr_assert(eq(int, (int)member.granted, 1));
    stop(db);
}

DATABASE_TEST(store_accounts, names_the_organisations_of_a_user)
{
    cn_db *db = store_test_start(*which);
    int64_t id = add(db, "one");
    const char *const *orgs = NULL;
    size_t count = 0;

    ok(cn_store_member_put(db, "zeta", id, "editor", "root", T0, &err));
    ok(cn_store_member_grant(db, "beta", id, 1, T0 + 10, &err));
    ok(cn_store_member_grant(db, "alpha", id, 1, T0, &err));
    ok(cn_store_member_put(db, "other", id + 1, "admin", "root", T0, &err));
    ok(cn_store_member_orgs(db, &arena, id, T0, &orgs, &count, &err));
    cr_assert(eq(sz, count, 2));
    cr_assert(eq(str, (char *)orgs[0], "beta"));
    cr_assert(eq(str, (char *)orgs[1], "zeta"));
    cr_assert_null(orgs[2]);
    stop(db);
}

static void install(cn_db *db, int64_t number, const char *org,
                    const char *status, const char *org_id)
{
    const cn_arg args[] = {cn_int(number), cn_text(org), cn_text(status),
                           cn_text(org_id)};

    ok(cn_db_exec(db,
                  "INSERT INTO gh_installations (installation_id, org_login,"
                  " status, installed_at, oidc_org_id)"
                  " VALUES ($1, $2, $3, 1, $4)",
                  args, 4, NULL, &err));
}

DATABASE_TEST(store_accounts, finds_the_organisation_of_the_provider)
{
    cn_db *db = store_test_start(*which);
    const char *org = NULL;

    install(db, 1, "Acme", "active", "org_1");
    install(db, 2, "Gone", "removed", "org_2");
    install(db, 3, "Plain", "active", "");
    ok(cn_store_org_of_provider(db, &arena, "org_1", &org, &err));
    cr_assert(eq(str, (char *)org, "acme"));
    ok(cn_store_org_of_provider(db, &arena, "org_2", &org, &err));
    cr_assert(eq(str, (char *)org, ""));
    ok(cn_store_org_of_provider(db, &arena, "", &org, &err));
    cr_assert(eq(str, (char *)org, ""));
    ok(cn_store_org_provider_id(db, &arena, "acme", &org, &err));
    cr_assert(eq(str, (char *)org, "org_1"));
    ok(cn_store_org_provider_id(db, &arena, "gone", &org, &err));
    cr_assert(eq(str, (char *)org, ""));
    stop(db);
}

DATABASE_TEST(store_accounts, a_lone_organisation_has_no_other_beside_it)
{
    cn_db *db = store_test_start(*which);
    const char *org = NULL;
    cn_repo_row repo = {.org = "acme",
                        .full_name = "acme/api",
                        .owner = "acme",
                        .name = "api",
                        .source = "dir:/srv"};

    ok(cn_store_org_lone(db, &arena, &org, &err));
    cr_assert(eq(str, (char *)org, ""));
    install(db, 1, "Acme", "active", "");
    install(db, 2, "Gone", "removed", "");
    ok(cn_store_repo_put(db, &repo, &err));
    ok(cn_store_org_lone(db, &arena, &org, &err));
    cr_assert(eq(str, (char *)org, "acme"));
    repo.org = "zeta";
    ok(cn_store_repo_put(db, &repo, &err));
    ok(cn_store_org_lone(db, &arena, &org, &err));
    cr_assert(eq(str, (char *)org, ""));
    stop(db);
}

DATABASE_TEST(store_accounts, several_installations_are_not_lone)
{
    cn_db *db = store_test_start(*which);
    const char *org = NULL;

    install(db, 1, "Acme", "active", "");
    install(db, 2, "Beta", "active", "");
    ok(cn_store_org_lone(db, &arena, &org, &err));
    cr_assert(eq(str, (char *)org, ""));
    stop(db);
}
