#include "auth_test.h"

#include "torture.h"

#define ADMIN                                                                  \
    (CANON_PERM_SPECS_READ | CANON_PERM_SPECS_WRITE | CANON_PERM_SPECS_ADMIN | \
     CANON_PERM_ORG_MANAGE)
#define EDITOR (CANON_PERM_SPECS_READ | CANON_PERM_SPECS_WRITE)

static test_engine t;

/* Inside one call, so that texts live long enough to be looked at. */
static void start(size_t which, const char *const *settings)
{
    test_engine_start_with(&t, which, settings);
    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
}

static void stop(void)
{
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    test_engine_stop(&t);
}

DATABASE_TEST(accounts, the_first_to_sign_in_is_the_administrator)
{
    cn_person one = auth_person("one");
    cn_person two = auth_person("two");
    cn_account a;

    start(*which, auth_single);
    a = auth_arrive(&t, &one, "");
    cr_assert(a.first);
    cr_assert(a.active);
    cr_assert(eq(uint, a.permissions, ADMIN));
    cr_assert(eq(str, (char *)a.org, ""));
    cr_assert_null(a.orgs[0]);
    a = auth_arrive(&t, &two, "");
    cr_assert(a.first);
    cr_assert(eq(uint, a.permissions, EDITOR), "DEFAULT_ROLE");
    a = auth_arrive(&t, &one, "");
    cr_assert(not(a.first));
    cr_assert(eq(uint, a.permissions, ADMIN));
    stop();
}

DATABASE_TEST(accounts, who_was_added_before_is_first_once_and_no_administrator)
{
    cn_person one = auth_person("one");
    cn_person two = auth_person("two");
    cn_account a;

    start(*which, auth_single);
    auth_user(&t, "one", "viewer");
    auth_user(&t, "boss", "admin");
    a = auth_arrive(&t, &one, "");
    cr_assert(a.first);
    cr_assert(eq(uint, a.permissions, CANON_PERM_SPECS_READ));
    cr_assert(not(auth_arrive(&t, &one, "").first));
    cr_assert(eq(uint, auth_arrive(&t, &two, "").permissions, EDITOR),
              "there is an administrator already");
    stop();
}

DATABASE_TEST(accounts, nobody_becomes_administrator_in_multi_tenant_mode)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    a = auth_arrive(&t, &one, "");
    cr_assert(eq(uint, a.permissions, 0));
    cr_assert(eq(str, (char *)a.org, ""));
    cr_assert_null(a.orgs[0]);
    stop();
}

DATABASE_TEST(accounts, the_provider_names_organisation_and_rights)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    auth_install(&t, "Acme", "org_1");
    one.org_id = "org_1";
    a = auth_arrive(&t, &one, "");
    cr_assert(eq(str, (char *)a.org, "acme"));
    cr_assert(eq(uint, a.permissions, CANON_PERM_SPECS_READ), "no claim");
    one.has_permissions = true;
    one.permissions = CANON_PERM_ALL;
    a = auth_arrive(&t, &one, "");
    cr_assert(eq(uint, a.permissions, ADMIN), "the platform is not his");
    cr_assert(eq(str, (char *)a.orgs[0], "acme"));
    cr_assert_null(a.orgs[1]);
    one.org_id = "org_2";
    a = auth_arrive(&t, &one, "");
    cr_assert(eq(str, (char *)a.org, ""), "not ours");
    cr_assert(eq(uint, a.permissions, 0));
    stop();
}

DATABASE_TEST(accounts, a_role_stands_above_what_the_provider_says)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    one.has_permissions = true;
    one.permissions = ADMIN;
    a = auth_arrive(&t, &one, "");
    assert_ok(&t, canon_member_put(t.conn, "ACME", a.user_id, "viewer", "me"));
    cr_assert(
        eq(uint, auth_arrive(&t, &one, "").permissions, CANON_PERM_SPECS_READ));
    assert_ok(&t, canon_member_put(t.conn, "acme", a.user_id, "", "me"));
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(eq(uint, a.permissions, 0), "removed until he signs in again");
    cr_assert(eq(str, (char *)a.org, ""));
    cr_assert(eq(uint, auth_arrive(&t, &one, "").permissions, ADMIN));
    stop();
}

DATABASE_TEST(accounts, a_wish_is_granted_to_members_only)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    auth_install(&t, "acme", "org_1");
    auth_install(&t, "beta", "org_2");
    one.org_id = "org_1";
    a = auth_arrive(&t, &one, "beta");
    cr_assert(eq(str, (char *)a.org, "acme"));
    assert_ok(&t, canon_member_put(t.conn, "beta", a.user_id, "editor", "me"));
    a = auth_arrive(&t, &one, "Beta");
    cr_assert(eq(str, (char *)a.org, "beta"));
    cr_assert(eq(uint, a.permissions, EDITOR));
    cr_assert(eq(str, (char *)a.orgs[0], "acme"));
    cr_assert(eq(str, (char *)a.orgs[1], "beta"));
    a = auth_arrive(&t, &one, "../x");
    cr_assert(eq(str, (char *)a.org, "acme"));
    stop();
}

DATABASE_TEST(accounts, an_old_word_of_the_provider_opens_no_other_organisation)
{
    cn_person one = auth_person("one");

    start(*which, auth_multi);
    auth_install(&t, "acme", "org_1");
    auth_install(&t, "beta", "org_2");
    one.org_id = "org_2";
    auth_arrive(&t, &one, "");
    one.org_id = "org_1";
    cr_assert(eq(str, (char *)auth_arrive(&t, &one, "beta").org, "acme"));
    one.org_id = "";
    cr_assert(eq(str, (char *)auth_arrive(&t, &one, "beta").org, ""));
    stop();
}

DATABASE_TEST(accounts, the_only_role_is_the_organisation)
{
    cn_person one = auth_person("one");
    int64_t id;

    start(*which, auth_multi);
    id = auth_arrive(&t, &one, "").user_id;
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "editor", "me"));
    cr_assert(eq(str, (char *)auth_arrive(&t, &one, "").org, "acme"));
    assert_ok(&t, canon_member_put(t.conn, "beta", id, "editor", "me"));
    cr_assert(eq(str, (char *)auth_arrive(&t, &one, "").org, ""), "which?");
    cr_assert(eq(str, (char *)auth_arrive(&t, &one, "beta").org, "beta"));
    stop();
}

DATABASE_TEST(accounts, the_word_of_the_provider_ends_after_ninety_days)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    a = auth_arrive(&t, &one, "");
    t.now_us += CN_GRANT_US - 1;
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(eq(str, (char *)a.org, "acme"));
    cr_assert(eq(str, (char *)a.orgs[0], "acme"));
    t.now_us += 1;
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(eq(str, (char *)a.org, ""));
    cr_assert_null(a.orgs[0]);
    cr_assert(eq(uint, a.permissions, 0));
    assert_ok(&t, cn_account_renew(t.conn, a.user_id, &one));
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(eq(str, (char *)a.org, "acme"));
    stop();
}

DATABASE_TEST(accounts, a_lone_organisation_needs_no_id)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_single);
    auth_install(&t, "Acme", "");
    a = auth_arrive(&t, &one, "other");
    cr_assert(eq(str, (char *)a.org, "acme"));
    cr_assert(eq(str, (char *)a.orgs[0], "acme"));
    auth_install(&t, "beta", "org_2");
    a = auth_arrive(&t, &one, "other");
    cr_assert(eq(str, (char *)a.org, ""), "all of them");
    one.org_id = "org_2";
    cr_assert(eq(str, (char *)auth_arrive(&t, &one, "").org, "beta"));
    stop();
}

DATABASE_TEST(accounts, a_role_in_an_organisation_is_for_multi_tenant_mode)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_single);
    auth_user(&t, "boss", "admin");
    a = auth_arrive(&t, &one, "");
    assert_ok(&t, canon_member_put(t.conn, "acme", a.user_id, "admin", "me"));
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(eq(uint, a.permissions, EDITOR));
    stop();
}

DATABASE_TEST(accounts, who_is_switched_off_has_no_rights)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_single);
    a = auth_arrive(&t, &one, "");
    assert_ok(&t, canon_user_activate(t.conn, a.user_id, 0));
    a = auth_arrive(&t, &one, "");
    cr_assert(not(a.active));
    cr_assert(eq(uint, a.permissions, 0));
    cr_assert_null(a.orgs[0]);
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(not(a.active));
    cr_assert(eq(uint, a.permissions, 0));
    assert_ok(&t, cn_account_of_person(t.conn, &one, &a));
    cr_assert(not(a.active));
    cr_assert(eq(uint, a.permissions, 0));
    stop();
}

DATABASE_TEST(accounts, empty_texts_of_the_provider_change_nothing)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_single);
    auth_arrive(&t, &one, "");
    one.email = "";
    one.name = "Countess";
    a = auth_arrive(&t, &one, "");
    cr_assert(eq(str, (char *)a.email, "ada@example.org"));
    cr_assert(eq(str, (char *)a.name, "Countess"));
    cr_assert(eq(i64, a.last_login_us, TEST_T0));
    stop();
}

DATABASE_TEST(accounts, a_bearer_need_not_have_signed_in)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    one.has_permissions = true;
    one.permissions = EDITOR;
    assert_ok(&t, cn_account_of_person(t.conn, &one, &a));
    cr_assert(eq(i64, a.user_id, 0));
    cr_assert(eq(str, (char *)a.org, "acme"));
    cr_assert(eq(str, (char *)a.orgs[0], "acme"));
    cr_assert(eq(uint, a.permissions, EDITOR));
    one.org_id = "";
    assert_ok(&t, cn_account_of_person(t.conn, &one, &a));
    cr_assert(eq(str, (char *)a.org, ""));
    cr_assert(eq(uint, a.permissions, 0));
    stop();
}

DATABASE_TEST(accounts, a_bearers_token_speaks_for_its_own_organisation)
{
    cn_person one = auth_person("one");
    cn_account a;

    start(*which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    one.has_permissions = true;
    one.permissions = ADMIN;
    auth_arrive(&t, &one, "");
    one.permissions = CANON_PERM_SPECS_READ;
    assert_ok(&t, cn_account_of_person(t.conn, &one, &a));
    cr_assert(gt(i64, a.user_id, 0));
    cr_assert(eq(uint, a.permissions, CANON_PERM_SPECS_READ));
    assert_ok(&t, cn_account_get(t.conn, a.user_id, "acme", &a));
    cr_assert(eq(uint, a.permissions, ADMIN), "nothing was changed");
    one.org_id = "";
    assert_ok(&t, cn_account_of_person(t.conn, &one, &a));
    cr_assert(eq(str, (char *)a.org, ""), "an old word is not enough");
    stop();
}

DATABASE_TEST(accounts, a_bearer_has_the_rights_of_his_role)
{
    cn_person one = auth_person("one");
    cn_person two = auth_person("two");
    cn_account a;

    start(*which, auth_single);
    auth_arrive(&t, &one, "");
    one.has_permissions = true;
    one.permissions = 0;
    one.name = "By token";
    assert_ok(&t, cn_account_of_person(t.conn, &one, &a));
    cr_assert(eq(uint, a.permissions, ADMIN));
    cr_assert(eq(str, (char *)a.name, "By token"));
    assert_ok(&t, cn_account_of_person(t.conn, &two, &a));
    cr_assert(eq(uint, a.permissions, EDITOR));
    stop();
}

DATABASE_TEST(accounts, the_id_of_an_organisation_is_found_by_its_name)
{
    const char *id = NULL;

    start(*which, auth_multi);
    auth_install(&t, "Acme", "org_1");
    assert_ok(&t, cn_account_org_id(t.conn, "aCME", &id));
    cr_assert(eq(str, (char *)id, "org_1"));
    assert_ok(&t, cn_account_org_id(t.conn, "beta", &id));
    cr_assert(eq(str, (char *)id, ""));
    assert_ok(&t, cn_account_org_id(t.conn, "no/slug", &id));
    cr_assert(eq(str, (char *)id, ""));
    stop();
}

DATABASE_TEST(accounts, operators_are_named_in_the_settings)
{
    cn_person root = auth_person("ROOT");

    start(*which, auth_multi);
    cr_assert(cn_account_is_operator(t.engine, "root", ""));
    cr_assert(cn_account_is_operator(t.engine, "x", "octocat"));
    cr_assert(not(cn_account_is_operator(t.engine, "roo", "")));
    cr_assert(not(cn_account_is_operator(t.engine, "", "")));
    cr_assert(eq(uint, auth_arrive(&t, &root, "").permissions,
                 CANON_PERM_PLATFORM_MANAGE));
    stop();
}

static int arrive_once(void *user)
{
    cn_person person = auth_person(user);
    cn_account account;

    person.org_id = "org_1";
    return cn_account_arrive(t.conn, &person, "beta", &account);
}

static int look_once(void *user)
{
    cn_person person = auth_person(user);
    cn_account account;

    person.org_id = "org_1";
    return cn_account_of_person(t.conn, &person, &account);
}

DATABASE_TEST(accounts, survive_every_failed_allocation)
{
    test_engine_start_with(&t, *which, auth_multi);
    auth_install(&t, "acme", "org_1");
    assert_ok(&t, arrive_once("one"));
    assert_ok(&t, look_once("one"));
    cr_assert(gt(sz, torture(TORTURE_ONCE, arrive_once, "one"), 0));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, arrive_once, "one"), 0));
    cr_assert(gt(sz, torture(TORTURE_ONCE, look_once, "one"), 0));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, look_once, "one"), 0));
    test_engine_stop(&t);
}
