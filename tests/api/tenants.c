/*
 * Installations for many organisations: who belongs where, and for how long
 * the word of the provider about it counts.
 */
#include "people.h"

#include "database.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#define SESSION "__Host-canon_session"

/* A test on each database. */
#define DATABASE_TEST(suite, name)                                             \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

static fixture f;
static browser b;

static const char *location(void)
{
    const char *to = header_of(&f, "Location");

    return to ? to : "";
}

static bool has(const char *text, const char *part)
{
    return text && strstr(text, part);
}

DATABASE_TEST(many, lead_members_of_another_organisation_to_its_login)
{
    canon_users *users = NULL;

    people_open(&f, *which, true);
    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/other/", NULL), 403));
    cr_assert_eq(canon_user_list(f.conn, idp.sub, 0, 1, &users), 0);
    cr_assert_eq(canon_member_put(f.conn, "other", canon_users_at(users, 0)->id,
                                  "admin", "test"),
                 0);
    canon_users_free(users);
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/other/", NULL), 302));
    cr_assert(eq(str, (char *)location(), "/auth/login?org=other"));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/other/api/tasks", NULL), 403));
    people_begin(&f, &b, "/auth/login?org=other");
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert(eq(str, (char *)location(), "/app/other/"));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 403));
    people_close(&f);
}

/* Paula of acme, whose rights the provider alone knows; and then the time for
 * which it does. */
static void become_stale(size_t which)
{
    people_open(&f, which, true);
    people_install(&f, "acme", "org_1");
    idp.org_id = "org_1";
    people_begin(&f, &b, "/auth/login");
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 200),
              "%s", body_of(&f));
    f.now_us += INT64_C(15) * 60 * 1000000;
}

DATABASE_TEST(many, renew_the_rights_of_a_session_by_a_refresh)
{
    char session[4096];

    become_stale(*which);
    snprintf(session, sizeof(session), "%s", browser_cookie(&b, SESSION));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 401));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"The session must be renewed: POST "
                 "/auth/refresh or sign in again\"}"));
    cr_assert(eq(str, (char *)header_of(&f, "WWW-Authenticate"),
                 "Bearer realm=\"canon\", error=\"invalid_token\""));
    cr_assert_null(header_of(&f, "Set-Cookie"));
    cr_assert(has(f.events, "\"reason\":\"stale_session\""), "%s", f.events);
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", "{}"), 200), "%s",
              body_of(&f));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 200));
    cr_assert(eq(str, session, (char *)browser_cookie(&b, SESSION)));
    people_close(&f);
}

DATABASE_TEST(many, have_no_rights_while_the_provider_does_not_say_so)
{
    become_stale(*which);
    idp.down = true;
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", "{}"), 502));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 401));
    idp.down = false;
    idp.org_id = NULL; /* he left */
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", "{}"), 200));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 401));
    people_close(&f);
}

DATABASE_TEST(many, renew_the_rights_of_a_session_by_a_login_and_come_back)
{
    become_stale(*which);
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/search?q=x", NULL), 302));
    cr_assert(eq(str, (char *)location(), "/auth/login?org=acme"));
    cr_assert_not_null(browser_cookie(&b, "__Host-canon_next"));
    cr_assert_not_null(browser_cookie(&b, SESSION));
    people_begin(&f, &b, "/auth/login?org=acme");
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert(eq(str, (char *)location(), "/app/acme/search?q=x"));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 200));
    people_close(&f);
}

DATABASE_TEST(many, link_an_account_whatever_their_rights)
{
    char target[256];

    become_stale(*which);
    people_begin(&f, &b, "/auth/github/login");
    cr_assert(has(location(), "https://github.com/"), "%s", location());
    snprintf(target, sizeof(target), "/auth/github/callback?code=g-1&state=%s",
             people_state());
    cr_assert(eq(int, browse(&f, &b, "GET", target, NULL), 302));
    cr_assert(eq(str, (char *)location(), "/app"));
    browse(&f, &b, "GET", "/auth/github/disconnect", NULL);
    cr_assert(eq(int, idp.github_removed, 1));
    cr_assert(eq(int, browse(&f, &b, "GET", "/auth/logout", NULL), 302));
    cr_assert_null(browser_cookie(&b, SESSION));
    people_close(&f);
}
