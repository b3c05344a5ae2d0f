/*
 * A browser signs in and out. What it must not be able to do has a test named
 * after the threat.
 */
#include "people.h"

#include "database.h"
#include "db.h"
#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#define SESSION "__Host-canon_session"
#define NEXT    "__Host-canon_next"

static fixture f;
static browser b;

static void begin(void)
{
    people_open(&f, 0, false);
}

static void end(void)
{
    people_close(&f);
}

TestSuite(sign_in, .init = begin, .fini = end);

static const char *location(void)
{
    const char *to = header_of(&f, "Location");

    return to ? to : "";
}

static bool has(const char *text, const char *part)
{
    return text && strstr(text, part);
}

/* No session came of it. */
static void assert_refused(const char *reason)
{
    char expected[128];

    snprintf(expected, sizeof(expected), "/?auth_error=%s", reason);
    cr_assert(eq(int, f.answer.status, 302), "%s", body_of(&f));
    cr_assert(eq(str, (char *)location(), expected));
    cr_assert_null(set_cookie_of(&f, SESSION));
    cr_assert_null(set_cookie_of(&f, CANON_REFRESH_COOKIE));
    cr_assert(has(header_of(&f, "Cache-Control"), "no-store"));
}

/* --- the way there ------------------------------------------------------ */

Test(sign_in, leads_to_the_provider_and_back)
{
    const char *cookie;
    char name[64];

    people_begin(&f, &b, "/auth/login");
    cr_assert(has(location(), "https://id.test/authorize?"), "%s", location());
    cr_assert(has(location(), "response_type=code"));
    cr_assert(has(location(), "code_challenge_method=S256"));
    cr_assert(has(location(), "redirect_uri=https%3A%2F%2Fcanon.test%2Fauth"
                              "%2Fcallback"));
    snprintf(name, sizeof(name), "__Host-canon_login_%.8s", people_state());
    cookie = set_cookie_of(&f, name);
    cr_assert(has(cookie, "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; "
                          "Secure"),
              "%s", cookie);
    cr_assert(eq(int, people_end(&f, &b), 302));
    cookie = set_cookie_of(&f, SESSION);
    cr_assert(has(cookie, "; Path=/; "), "%s", cookie);
    cr_assert(has(cookie, "; HttpOnly; SameSite=Lax; Secure"));
    cookie = set_cookie_of(&f, CANON_REFRESH_COOKIE);
    cr_assert(has(cookie, "sw_refresh=refresh-1; Path=/auth; "
                          "Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"),
              "%s", cookie);
    cr_assert(has(set_cookie_of(&f, name), "Max-Age=0"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    cr_assert(eq(str, (char *)location(), "/app/acme/welcome"));
}

Test(sign_in, goes_where_the_browser_wanted_to)
{
    char wanted[] = "/app/acme/specs/acme/web/docs/a%20b.md?x=1";

    people_sign_in(&f, &b, "acme", "viewer");
    browser_forget(&b, SESSION);
    cr_assert(eq(int, browse(&f, &b, "GET", wanted, NULL), 302));
    cr_assert(eq(str, (char *)location(), "/auth/login?org=acme"));
    cr_assert_not_null(browser_cookie(&b, NEXT));
    people_begin(&f, &b, "/auth/login?org=acme");
    cr_assert_null(browser_cookie(&b, NEXT));
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert(eq(str, (char *)location(), wanted));
    people_begin(&f, &b, "/auth/login?next=/app/acme/tasks");
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert(eq(str, (char *)location(), "/app/acme/tasks"));
}

/* What another browser, another place or another time made opens nothing. */
Test(sign_in, goes_nowhere_else_by_a_cookie_that_is_not_ours)
{
    browser other = {0};
    char kept[4096];

    people_sign_in(&f, &b, "acme", "viewer");
    browser_forget(&b, SESSION);
    browse(&f, &b, "GET", "/app/acme/search", NULL);
    snprintf(kept, sizeof(kept), "%s", browser_cookie(&b, NEXT));
    cr_assert(has(kept, "v1.1."), "%s", kept);
    cr_assert(has(set_cookie_of(&f, NEXT), "; Path=/; Max-Age=600; HttpOnly; "
                                           "SameSite=Lax; Secure"));
    browser_set(&other, NEXT, "/app/acme/search");
    people_begin(&f, &other, "/auth/login");
    cr_assert(eq(int, people_end(&f, &other), 302));
    cr_assert(eq(str, (char *)location(), "/app/acme/"), "not sealed");
    browser_set(&other, NEXT, browser_cookie(&other, SESSION));
    people_begin(&f, &other, "/auth/login");
    cr_assert(eq(int, people_end(&f, &other), 302));
    cr_assert(eq(str, (char *)location(), "/app/acme/"), "of another place");
    f.now_us += 600000000 - 1;
    browser_set(&other, NEXT, kept);
    people_begin(&f, &other, "/auth/login");
    cr_assert(eq(int, people_end(&f, &other), 302));
    cr_assert(eq(str, (char *)location(), "/app/acme/search"));
    f.now_us += 1;
    browser_set(&other, NEXT, kept);
    people_begin(&f, &other, "/auth/login");
    cr_assert(eq(int, people_end(&f, &other), 302));
    cr_assert(eq(str, (char *)location(), "/app/acme/"), "too old");
    cr_assert_null(browser_cookie(&other, NEXT));
}

static const char *const bad_next[] = {"https://evil.test/",
                                       "//evil.test/",
                                       "/%5Cevil.test",
                                       "javascript:alert(1)",
                                       "/a%0d%0aSet-Cookie:x=1",
                                       "evil",
                                       ""};

Test(sign_in, threat_open_redirect)
{
    for (size_t i = 0; i < sizeof(bad_next) / sizeof(bad_next[0]); i++) {
        browser other = {0};
        char target[256];

        snprintf(target, sizeof(target), "/auth/login?next=%s", bad_next[i]);
        f.now_us += 61000000;
        people_sign_in(&f, &other, "acme", "viewer");
        people_begin(&f, &other, target);
        people_end(&f, &other);
        cr_assert(eq(str, (char *)location(), "/app/acme/"), "%s", bad_next[i]);
        browser_set(&other, NEXT, "//evil.test/");
        people_begin(&f, &other, "/auth/login");
        people_end(&f, &other);
        cr_assert(eq(str, (char *)location(), "/app/acme/"));
    }
}

Test(sign_in, names_what_is_wrong_with_an_organisation)
{
    char target[256] = "/auth/login?org=";

    cr_assert(eq(int, get(&f, "/auth/login?org=a%2Fb"), 422));
    cr_assert(body_has(&f, "\"loc\":[\"query\",\"org\"]"));
    memset(target + strlen(target), 'a', 101);
    cr_assert(eq(int, get(&f, target), 422));
    cr_assert(body_has(&f, "string_too_long"));
}

Test(sign_in, says_that_the_provider_is_down)
{
    idp.down = true;
    cr_assert(eq(int, get(&f, "/auth/login"), 503));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Auth provider unavailable\"}"));
}

Test(sign_in, keeps_five_logins_of_a_browser_under_way)
{
    size_t count = 0;

    for (int i = 0; i < 8; i++)
        people_begin(&f, &b, "/auth/login");
    for (size_t i = 0; i < b.count; i++)
        count += strstr(b.cookies[i].name, "__Host-canon_login_") != NULL;
    cr_assert(eq(sz, count, 5));
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert_not_null(browser_cookie(&b, SESSION));
}

/* --- the way back ------------------------------------------------------- */

Test(sign_in, threat_callback_without_state)
{
    people_begin(&f, &b, "/auth/login");
    browse(&f, &b, "GET", "/auth/callback?code=c-1", NULL);
    assert_refused("state_mismatch");
    browse(&f, &b, "GET", "/auth/callback?code=c-1&state=", NULL);
    assert_refused("state_mismatch");
    browse(&f, &b, "GET", "/auth/callback", NULL);
    assert_refused("state_mismatch");
    cr_assert(eq(int, idp.asked_tokens, 0));
    cr_assert(eq(int, people_end(&f, &b), 302)); /* the login goes on */
    cr_assert_not_null(browser_cookie(&b, SESSION));
}

Test(sign_in, threat_login_csrf_with_a_foreign_state)
{
    browser attacker = {0};
    char target[512];

    people_begin(&f, &attacker, "/auth/login");
    snprintf(target, sizeof(target), "/auth/callback?code=c-1&state=%s",
             people_state());
    people_begin(&f, &b, "/auth/login");
    browse(&f, &b, "GET", target, NULL);
    assert_refused("state_mismatch");
    cr_assert(eq(int, idp.asked_tokens, 0));
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert_not_null(browser_cookie(&b, SESSION));
}

Test(sign_in, threat_callback_twice)
{
    browser before;
    char target[512];

    people_begin(&f, &b, "/auth/login");
    before = b;
    cr_assert(eq(int, people_end(&f, &b), 302));
    snprintf(target, sizeof(target), "/auth/callback?code=c-1&state=%s",
             people_state());
    browse(&f, &b, "GET", target, NULL);
    assert_refused("state_mismatch");
    browse(&f, &before, "GET", target, NULL); /* with the old cookie, too */
    assert_refused("state_mismatch");
    cr_assert(eq(int, idp.asked_tokens, 1));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/api/profile", NULL), 200));
}

/* The name of a cookie begins with what a browser brings as state. */
Test(sign_in, threat_header_injection_by_a_state)
{
    people_sign_in(&f, &b, "acme", "viewer");
    browse(&f, &b, "GET",
           "/auth/github/callback?code=c&state=%0d%0aX-E:b"
           "0123456789012345678901234567890123456789",
           NULL);
    browse(&f, &b, "GET",
           "/auth/github/callback?code=c&state=%0d%0aA:b%0d"
           "012345678901234567890123456789012345",
           NULL);
    cr_assert(eq(int, f.answer.status, 302));
    cr_assert(eq(str, (char *)location(), "/app?auth_error=state_mismatch"));
    cr_assert_null(header_of(&f, "Set-Cookie"));
    cr_assert_null(header_of(&f, "A"));
    browse(&f, &b, "GET",
           "/auth/callback?code=c&state=%0d%0aA:b%0d"
           "012345678901234567890123456789012345",
           NULL);
    assert_refused("state_mismatch");
    cr_assert_null(header_of(&f, "Set-Cookie"));
}

Test(sign_in, has_no_effect_by_head)
{
    static const char *const paths[] = {"/auth/logout",
                                        "/auth/github/callback?state=s&code=c",
                                        "/auth/github/disconnect"};
    char target[512];

    people_begin(&f, &b, "/auth/login");
    snprintf(target, sizeof(target), "/auth/callback?code=c-1&state=%s",
             people_state());
    cr_assert(eq(int, browse(&f, &b, "HEAD", target, NULL), 405));
    cr_assert(eq(str, (char *)header_of(&f, "Allow"), "GET, OPTIONS"));
    cr_assert(eq(int, people_end(&f, &b), 302)); /* the code is still good */
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        cr_assert(eq(int, browse(&f, &b, "HEAD", paths[i], NULL), 405));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/api/profile", NULL), 200));
}

static const struct {
    const char *query;
    const char *reason;
} refusals[] = {
    {"error=access_denied", "access_denied"},
    {"error=login_required", "login_required"},
    {"error=server_error", "server_error"},
    {"error=%3Cscript%3E", "other"},
    {"error=access_denied&error_description=%0d%0aX-Evil:1", "access_denied"},
};

Test(sign_in, repeats_nothing_that_the_provider_says)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        char target[512];

        people_begin(&f, &b, "/auth/login");
        snprintf(target, sizeof(target), "/auth/callback?%s&state=%s",
                 refusals[i].query, people_state());
        browse(&f, &b, "GET", target, NULL);
        assert_refused(refusals[i].reason);
    }
}

static void spoil_down(void)
{
    idp.down = true;
}

static void spoil_html(void)
{
    idp.html = "<html>maintenance</html>";
}

static void spoil_nonce(void)
{
    idp.nonce = "somebody-else's";
}

static void spoil_code(void)
{
    idp.token_error = "invalid_grant";
}

static void spoil_status(void)
{
    idp.token_error = "temporarily_unavailable";
    idp.token_status = 503;
}

static void (*const spoilers[])(void) = {spoil_down, spoil_html, spoil_nonce,
                                         spoil_code, spoil_status};

Test(sign_in, leaves_nothing_behind_when_the_exchange_fails)
{
    for (size_t i = 0; i < sizeof(spoilers) / sizeof(spoilers[0]); i++) {
        char name[64];

        people_begin(&f, &b, "/auth/login");
        spoilers[i]();
        people_end(&f, &b);
        assert_refused("server_error");
        snprintf(name, sizeof(name), "__Host-canon_login_%.8s", people_state());
        cr_assert_null(browser_cookie(&b, name)); /* used up */
        idp.down = false;
        idp.html = idp.nonce = idp.token_error = NULL;
        idp.token_status = 0;
    }
    cr_assert(has(f.events, "auth.login_failed  {\"reason\":\"server_error\"}"),
              "%s", f.events);
}

/* --- the session -------------------------------------------------------- */

ParameterizedTestParameters(session, tells_who_has_signed_in)
{
    return test_databases();
}

ParameterizedTest(size_t *which, session, tells_who_has_signed_in)
{
    people_open(&f, *which, false);
    people_sign_in(&f, &b, "acme", "editor");
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/api/profile", NULL), 200));
    cr_assert(body_has(&f, "\"sub\":\"auth0|paula\""));
    cr_assert(body_has(&f, "\"auth_method\":\"session\""));
    cr_assert(body_has(&f, "\"permissions\":[\"specs:read\",\"specs:write\"]"),
              "%s", body_of(&f));
    cr_assert(body_has(&f, "\"inferred_role\":\"editor\""));
    cr_assert(body_has(&f, "\"last_login_at\":\"2026-"), "%s", body_of(&f));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/api/session", NULL), 200));
    cr_assert(body_has(&f, "\"auth_enabled\":true,\"auth_mode\":\"oidc\""),
              "%s", body_of(&f));
    cr_assert(body_has(&f, "\"org_memberships\":["));
    cr_assert(body_has(&f, "\"github_user\":null"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    people_close(&f);
}

Test(sign_in, threat_session_fixation)
{
    char first[4096];

    people_sign_in(&f, &b, "acme", "viewer");
    snprintf(first, sizeof(first), "%s", browser_cookie(&b, SESSION));
    people_begin(&f, &b, "/auth/login");
    cr_assert(eq(int, people_end(&f, &b), 302));
    cr_assert(ne(str, first, (char *)browser_cookie(&b, SESSION)));
}

static const char *const broken[] = {
    "x",     "v1.1.AAAA", "v1.1.",         "v1",   "%",   "%00", "%zz",
    "a%20b", "\xff\xfe",  "v1.1.\xc3\x28", "\x01", "a\tb"};

Test(sign_in, forgets_cookies_that_are_no_good)
{
    char cookie[6000];
    const char *headers[] = {"Cookie", cookie, "Accept", "application/json",
                             NULL};

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        snprintf(cookie, sizeof(cookie), SESSION "=%s", broken[i]);
        cr_assert(
            eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401),
            "%s", broken[i]);
        cr_assert(eq(str, (char *)body_of(&f),
                     "{\"detail\":\"Authentication required\"}"));
        cr_assert(has(set_cookie_of(&f, SESSION), "=; Path=/; Max-Age=0"));
    }
    snprintf(cookie, sizeof(cookie), SESSION "=%05000d", 7); /* oversized */
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
    cr_assert_not_null(set_cookie_of(&f, SESSION));
}

Test(sign_in, does_not_choose_between_two_sessions)
{
    char cookie[9000];
    const char *headers[] = {"Cookie", cookie, "Accept", "application/json",
                             NULL};
    const char *twice[] = {
        "Cookie",           cookie, "Cookie", SESSION "=other", "Accept",
        "application/json", NULL};

    people_sign_in(&f, &b, "acme", "viewer");
    snprintf(cookie, sizeof(cookie), "%s", browser_session(&b));
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 200));
    cr_assert(eq(int, ask(&f, "GET", "/app/acme/api/tasks", twice, NULL), 401));
    snprintf(cookie, sizeof(cookie), "%s; " SESSION "=other",
             browser_session(&b));
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
}

Test(sign_in, threat_cookie_forgery)
{
    char good[4096];
    char cookie[4200];
    const char *headers[] = {"Cookie", cookie, "Accept", "application/json",
                             NULL};
    size_t len;

    people_sign_in(&f, &b, "acme", "viewer");
    snprintf(good, sizeof(good), "%s", browser_session(&b));
    len = strlen(good);
    for (size_t cut = strlen(SESSION) + 1; cut < len; cut += 7) {
        snprintf(cookie, sizeof(cookie), "%.*s", (int)cut, good);
        cr_assert(
            eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
        snprintf(cookie, sizeof(cookie), "%s", good);
        cookie[cut] = cookie[cut] == 'A' ? 'B' : 'A';
        cr_assert(
            eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
    }
}

Test(sign_in, threat_confused_deputy_between_credentials)
{
    char cookie[4200];
    char key[64] = "Bearer ";
    const char *headers[] = {"Cookie", cookie,   "Authorization",
                             key,      "Accept", "application/json",
                             NULL};

    people_sign_in(&f, &b, "acme", "admin");
    people_key(&f, "other", "admin",
               CANON_PERM_ALL & ~CANON_PERM_PLATFORM_MANAGE, key + strlen(key));
    snprintf(cookie, sizeof(cookie), "%s", browser_session(&b));
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 403));
    cr_assert(body_has(&f, "Not authorized for org: acme"));
    snprintf(key, sizeof(key), "Bearer nonsense");
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
    snprintf(key, sizeof(key), "Bearer");
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
    cr_assert_null(set_cookie_of(&f, SESSION));
}

Test(sign_in, threat_session_of_a_deactivated_account)
{
    canon_users *users = NULL;

    people_sign_in(&f, &b, "acme", "admin");
    cr_assert_eq(canon_user_list(f.conn, idp.sub, 0, 1, &users), 0);
    cr_assert_eq(canon_user_activate(f.conn, canon_users_at(users, 0)->id, 0),
                 0);
    canon_users_free(users);
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 403));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Account has been deactivated\"}"));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/", NULL), 403));
    cr_assert(has(header_of(&f, "Content-Type"), "text/html"));
}

/* --- cross-site requests ------------------------------------------------ */

static const struct {
    const char *name;
    const char *value;
    int status;
} sites[] = {
    {"Sec-Fetch-Site", "same-origin", 501},
    {"Sec-Fetch-Site", "none", 501},
    {"Sec-Fetch-Site", "same-site", 403},
    {"Sec-Fetch-Site", "cross-site", 403},
    {"Origin", "https://canon.test", 501},
    {"Origin", "https://evil.test", 403},
    {"Origin", "http://canon.test", 403},
    {"Origin", "null", 403},
    {"Referer", "https://canon.test/app/acme/", 501},
    {"Referer", "https://evil.test/https://canon.test/", 403},
    {"X-Nothing", "x", 403},
};

Test(sign_in, threat_csrf)
{
    char cookie[4200];

    people_sign_in(&f, &b, "acme", "admin");
    snprintf(cookie, sizeof(cookie), "%s", browser_session(&b));
    for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        const char *headers[] = {
            "Cookie",      cookie,         "Host",         "canon.test",
            sites[i].name, sites[i].value, "Content-Type", "application/json",
            NULL};

        cr_assert(eq(int,
                     ask(&f, "POST", "/app/admin/api/reindex/1", headers, NULL),
                     sites[i].status),
                  "%s: %s", sites[i].name, sites[i].value);
    }
}

Test(sign_in, threat_csrf_with_a_form)
{
    char cookie[4200];
    const char *headers[] = {"Cookie",      cookie,         "Sec-Fetch-Site",
                             "same-origin", "Content-Type", "text/plain",
                             NULL};

    people_sign_in(&f, &b, "acme", "admin");
    snprintf(cookie, sizeof(cookie), "%s", browser_session(&b));
    cr_assert(eq(int,
                 ask(&f, "POST", "/app/acme/settings/api-keys/", headers,
                     "{\"label\":\"x\"}"),
                 415));
    headers[5] = "application/x-www-form-urlencoded";
    cr_assert(
        eq(int,
           ask(&f, "POST", "/app/acme/settings/api-keys/", headers, "label=x"),
           415));
}

Test(sign_in, threat_forced_logout)
{
    people_sign_in(&f, &b, "acme", "admin");
    b.site = "cross-site";
    cr_assert(eq(int, browse(&f, &b, "GET", "/auth/logout", NULL), 403));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/auth/github/disconnect", NULL), 403));
    b.site = "same-origin";
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 200));
}

Test(sign_in, threat_cookie_theft)
{
    static const char *const flags[] = {"; HttpOnly", "; SameSite=Lax",
                                        "; Secure"};
    const char *line;

    people_sign_in(&f, &b, "acme", "viewer");
    for (size_t i = 0; i < 3; i++) {
        cr_assert(has(set_cookie_of(&f, SESSION), flags[i]));
        cr_assert(has(set_cookie_of(&f, CANON_REFRESH_COOKIE), flags[i]));
    }
    line = set_cookie_of(&f, SESSION);
    cr_assert(has(line, "; Path=/;")); /* as "__Host-" demands */
    cr_assert_not(has(line, "Domain"));
}

/* The code alone is no use: RFC 7636 appendix B. */
Test(sign_in, threat_code_injection)
{
    char first[128];
    char hash[65];
    char text[65] = "";
    unsigned digits = 0;
    size_t n = 0;

    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(eq(sz, strlen(people_challenge()), 43));
    cr_assert(ge(sz, strlen(people_verifier()), 43));
    canon_sha256_hex(people_verifier(), strlen(people_verifier()), hash);
    for (const char *p = people_challenge(); *p; p++) { /* as hex digits */
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
                                       "nopqrstuvwxyz0123456789-_";

        digits = digits << 6 |
                 (unsigned)(strchr(alphabet, *p) - (const char *)alphabet);
        if (n % 2) {
            snprintf(text + n / 2 * 3, 4, "%03x", digits & 0xfff);
            digits = 0;
        }
        n++;
    }
    cr_assert(eq(int, strncmp(text, hash, 63), 0), "%s %s", text, hash);
    snprintf(first, sizeof(first), "%s", people_verifier());
    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(ne(str, first, (char *)people_verifier()));
}

/* --- other threats ------------------------------------------------------- */

Test(sign_in, threat_host_header_poisoning)
{
    static const char *const headers[] = {
        "Host",      "evil.test", "X-Forwarded-Host",
        "evil.test", "Forwarded", "host=evil.test",
        NULL};

    ask(&f, "GET", "/auth/login", headers, NULL);
    cr_assert(eq(int, f.answer.status, 302));
    cr_assert(has(location(), "redirect_uri=https%3A%2F%2Fcanon.test%2F"));
    cr_assert_not(has(location(), "evil"));
    ask(&f, "GET", "/auth/logout", headers, NULL);
    cr_assert_not(has(location(), "evil"));
}

static const char *const injections[] = {
    "/auth/login?org=a%0d%0aX-Evil:%201",
    "/auth/login?connection=a%0d%0aX-Evil:%201",
    "/auth/login?next=/a%0d%0aX-Evil:%201",
    "/auth/callback?state=%0d%0aX-Evil:%201&code=1",
    "/auth/callback?error=%0d%0aX-Evil:%201",
    "/auth/github/callback?state=%0d%0aX-Evil:%201",
    "/app/?auth_error=%0d%0aX-Evil:%201",
    "/app/a%0d%0aX-Evil:%201/",
    "/app/acme/?x=%0d%0aX-Evil:%201",
};

Test(sign_in, threat_header_injection)
{
    for (size_t i = 0; i < sizeof(injections) / sizeof(injections[0]); i++) {
        get(&f, injections[i]);
        cr_assert_null(strstr(f.answer.headers.data, "\nX-Evil"), "%s",
                       injections[i]);
    }
}

Test(sign_in, threat_clickjacking)
{
    people_sign_in(&f, &b, "acme", "viewer");
    browse(&f, &b, "GET", "/app/acme/", NULL);
    cr_assert(has(header_of(&f, "Content-Security-Policy"),
                  "frame-ancestors 'none'"));
    cr_assert(eq(str, (char *)header_of(&f, "X-Frame-Options"), "DENY"));
}

Test(sign_in, threat_enumeration_of_organisations)
{
    char key[64] = "Bearer ";
    const char *headers[] = {"Authorization", key, NULL};

    people_key(&f, "acme", "viewer", CANON_PERM_SPECS_READ, key + strlen(key));
    ask(&f, "GET", "/app/other/api/tasks", headers, NULL);
    cr_assert(eq(int, f.answer.status, 403));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Not authorized for org: other\"}"));
    ask(&f, "GET", "/app/nowhere/api/tasks", headers, NULL);
    cr_assert(eq(int, f.answer.status, 403));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Not authorized for org: nowhere\"}"));
}

/* A cookie that is good elsewhere is not good here. */
Test(sign_in, threat_sealed_value_in_another_place)
{
    char name[64];
    char value[4096];

    people_begin(&f, &b, "/auth/login");
    snprintf(name, sizeof(name), "__Host-canon_login_%.8s", people_state());
    snprintf(value, sizeof(value), "%s", browser_cookie(&b, name));
    browser_set(&b, SESSION, value);
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 401));
    cr_assert_null(browser_cookie(&b, SESSION));
}

Test(sign_in, threat_mix_up_of_two_providers)
{
    char target[512];

    people_begin(&f, &b, "/auth/login");
    snprintf(target, sizeof(target),
             "/auth/callback?code=c-1&state=%s&iss=https://evil.test/",
             people_state());
    browse(&f, &b, "GET", target, NULL);
    cr_assert(has(location(), "/?auth_error="));
    cr_assert_null(set_cookie_of(&f, SESSION));
    cr_assert(eq(int, idp.asked_tokens, 0));
    people_sign_in(&f, &b, "acme", "viewer"); /* GitHub's answer is another */
    people_begin(&f, &b, "/auth/github/login");
    snprintf(target, sizeof(target), "/auth/callback?code=c-1&state=%s",
             people_state());
    browse(&f, &b, "GET", target, NULL);
    cr_assert(eq(str, (char *)location(), "/?auth_error=state_mismatch"));
}

static const struct {
    const char *iss;
    bool announced;
    bool good;
} issuers[] = {
    {NULL, false, true},
    {NULL, true, false},
    {"", true, false},
    {"https://id.test/", false, true},
    {"https://id.test/", true, true},
    {"https://id.test", true, false},
    {"https://evil.test/", false, false},
    {"https://evil.test/", true, false},
};

ParameterizedTestParameters(answers, threat_of_a_provider_without_its_name)
{
    return cn_test_indexes(sizeof(issuers) / sizeof(issuers[0]));
}

ParameterizedTest(size_t *i, answers, threat_of_a_provider_without_its_name)
{
    people_open(&f, 0, false);
    idp.names_iss = issuers[*i].announced;
    idp.iss = issuers[*i].iss;
    people_begin(&f, &b, "/auth/login");
    people_end(&f, &b);
    if (!issuers[*i].good)
        assert_refused("state_mismatch");
    else
        cr_assert_not_null(set_cookie_of(&f, SESSION), "%s", location());
    cr_assert(eq(int, idp.asked_tokens, issuers[*i].good));
    people_close(&f);
}

/* --- out ---------------------------------------------------------------- */

Test(sign_in, threat_copied_cookie_after_logout)
{
    browser copy;

    people_sign_in(&f, &b, "acme", "viewer");
    copy = b;
    cr_assert(eq(int, browse(&f, &b, "GET", "/auth/logout", NULL), 302));
    cr_assert(has(location(), "https://id.test/logout?"), "%s", location());
    cr_assert(has(set_cookie_of(&f, SESSION), "Max-Age=0"));
    cr_assert(
        has(set_cookie_of(&f, CANON_REFRESH_COOKIE), "Path=/auth; Max-Age=0"));
    cr_assert(
        eq(int, browse(&f, &copy, "GET", "/app/acme/api/tasks", NULL), 401));
    cr_assert(eq(int, browse(&f, &copy, "POST", "/auth/refresh", NULL), 401));
    cr_assert(eq(int, browse(&f, &b, "GET", "/auth/logout", NULL), 302));
}

static int fail_database(void *user)
{
    (void)user;
    return CANON_EBUSY;
}

/* Who wants to leave a shared computer must not be told to come back later. */
Test(sign_in, signs_out_of_the_browser_while_the_database_fails)
{
    browser copy;

    people_sign_in(&f, &b, "acme", "viewer");
    copy = b;
    cn_db_set_hook(fail_database, NULL);
    cr_assert(eq(int, browse(&f, &b, "GET", "/auth/logout", NULL), 302), "%s",
              body_of(&f));
    cn_db_set_hook(NULL, NULL);
    cr_assert(has(location(), "https://id.test/logout?"), "%s", location());
    cr_assert_null(browser_cookie(&b, SESSION));
    cr_assert_null(browser_cookie(&b, CANON_REFRESH_COOKIE));
    cr_assert(has(f.log, "stays good after a logout"), "%s", f.log);
    cr_assert(
        eq(int, browse(&f, &copy, "GET", "/app/acme/api/tasks", NULL), 200));
}

Test(sign_in, threat_a_session_left_behind_by_a_login)
{
    browser before;

    people_sign_in(&f, &b, "acme", "viewer");
    before = b;
    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(
        eq(int, browse(&f, &before, "GET", "/app/acme/api/tasks", NULL), 401));
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/api/tasks", NULL), 200));
    before = b;
    people_begin(&f, &b, "/auth/login");
    idp.token_error = "invalid_grant";
    people_end(&f, &b);
    assert_refused("server_error");
    cr_assert(
        eq(int, browse(&f, &before, "GET", "/app/acme/api/tasks", NULL), 200),
        "a login that fails ends nothing");
}

/* --- GitHub ------------------------------------------------------------- */

Test(sign_in, links_a_github_account_and_forgets_it)
{
    char before[4096];

    people_sign_in(&f, &b, "acme", "editor");
    snprintf(before, sizeof(before), "%s", browser_cookie(&b, SESSION));
    people_begin(&f, &b, "/auth/github/login");
    cr_assert(has(location(), "https://github.com/login/oauth/authorize?"),
              "%s", location());
    {
        char target[256];

        snprintf(target, sizeof(target),
                 "/auth/github/callback?code=g-1&state=%s", people_state());
        b.site = "cross-site";
        cr_assert(eq(int, browse(&f, &b, "GET", target, NULL), 302));
        b.site = NULL;
        cr_assert(eq(str, (char *)location(), "/app"));
        cr_assert(ne(str, before, (char *)browser_cookie(&b, SESSION)));
        browse(&f, &b, "GET", target, NULL); /* twice */
        cr_assert(
            eq(str, (char *)location(), "/app?auth_error=state_mismatch"));
    }
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/api/session", NULL), 200));
    cr_assert(
        body_has(&f, "\"github_user\":{\"login\":\"octo\",\"name\":\"\"}"),
        "%s", body_of(&f));
    cr_assert(body_lacks(&f, "gho_secret"));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/auth/github/disconnect", NULL), 302));
    cr_assert(eq(str, (char *)location(), "/app"));
    cr_assert(eq(int, idp.github_removed, 1));
    browse(&f, &b, "GET", "/app/acme/api/session", NULL);
    cr_assert(body_has(&f, "\"github_user\":null"));
    cr_assert(has(f.events, "auth.github_connected"));
    cr_assert(has(f.events, "auth.github_disconnected"));
}

/* A repository on GitHub, and one of somebody else. */
static void add_remote(const char *full_name)
{
    canon_repo repo = {sizeof(repo), "acme", full_name, "github:x", NULL};

    cr_assert_eq(canon_repo_add(f.conn, &repo), 0, "%s",
                 canon_last_error(f.conn)->text);
}

static const struct {
    const char *method;
    const char *path;
    int status; /* without an account */
} editing[] = {
    {"GET", "/app/acme/editor/", 302},
    {"GET", "/app/acme/editor/repos", 401},
    {"GET", "/app/acme/editor/acme/hub/new", 302},
    {"GET", "/app/acme/editor/acme/hub/new/template", 200},
    {"POST", "/app/acme/editor/acme/hub/parse", 200},
    {"GET", "/app/acme/editor/acme/hub/a.md", 302},
    {"GET", "/app/acme/editor/acme/hub/a.md/json", 401},
    {"POST", "/app/acme/editor/acme/hub/a.md/save", 401},
    {"POST", "/app/acme/editor/acme/hub/a.md/save-pr", 401},
    {"POST", "/app/acme/editor/acme/hub/generate", 401},
};

Test(sign_in, needs_an_account_for_repositories_on_github_only)
{
    const char *body = "{\"content\":\"x\",\"sha\":\"\"}";

    people_sign_in(&f, &b, "acme", "editor");
    cr_assert(eq(int, browse(&f, &b, "GET", "/app/acme/editor/", NULL), 200));
    add_remote("acme/hub");
    for (size_t i = 0; i < sizeof(editing) / sizeof(editing[0]); i++) {
        bool posts = strcmp(editing[i].method, "POST") == 0;
        int status = browse(&f, &b, editing[i].method, editing[i].path,
                            posts ? body : NULL);

        cr_assert(eq(int, status, editing[i].status), "%s: %s", editing[i].path,
                  body_of(&f));
        if (status == 401) {
            cr_assert(eq(str, (char *)body_of(&f),
                         "{\"error\":\"Not authenticated with GitHub\"}"));
            cr_assert(eq(str, (char *)header_of(&f, "WWW-Authenticate"),
                         "GitHub-OAuth realm=\"canon\""));
        }
        if (status == 302)
            cr_assert(eq(str, (char *)location(), "/auth/github/login"));
    }
}

Test(sign_in, shows_no_repository_of_another_owner_on_github)
{
    people_sign_in(&f, &b, "acme", "editor");
    add_remote("acme/hub");
    add_remote("evil/hub");
    cr_assert(eq(
        int, browse(&f, &b, "GET", "/app/acme/api/repos/acme/hub", NULL), 200));
    cr_assert(eq(
        int, browse(&f, &b, "GET", "/app/acme/api/repos/evil/hub", NULL), 404));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Repository not found\"}"));
    cr_assert(
        eq(int, browse(&f, &b, "GET", "/app/acme/repos/evil/hub", NULL), 404));
    cr_assert(eq(
        int, browse(&f, &b, "GET", "/app/acme/api/specs/evil/hub/a.md", NULL),
        404));
    cr_assert(eq(str, (char *)body_of(&f), "{\"error\":\"Spec not found\"}"));
}

Test(sign_in, links_no_account_for_nobody)
{
    static const char *const json[] = {"Accept", "application/json", NULL};
    static const char *const bearer[] = {"Authorization", "Bearer x", NULL};

    cr_assert(eq(int, get(&f, "/auth/github/login"), 302));
    cr_assert(eq(str, (char *)location(), "/auth/login"));
    cr_assert(eq(int, ask(&f, "GET", "/auth/github/login", json, NULL), 401));
    cr_assert(eq(int, ask(&f, "GET", "/auth/github/login", bearer, NULL), 401));
    cr_assert(eq(int, get(&f, "/auth/github/callback?code=1&state=2"), 302));
    cr_assert(eq(str, (char *)location(), "/auth/login"));
    cr_assert(eq(int, get(&f, "/auth/github/disconnect"), 302));
}

/* --- what is told ------------------------------------------------------- */

Test(sign_in, tells_the_host_but_no_secrets)
{
    char session[4096];

    people_sign_in(&f, &b, "acme", "admin");
    snprintf(session, sizeof(session), "%.60s", browser_cookie(&b, SESSION));
    browse(&f, &b, "POST", "/auth/refresh", NULL);
    browse(&f, &b, "GET", "/auth/logout", NULL);
    cr_assert(has(f.events, "auth.login  {}"), "%s", f.events);
    cr_assert(has(f.events, "auth.token_refreshed"), "%s", f.events);
    cr_assert(has(f.events, "auth.logout  {}"), "%s", f.events);
    cr_assert(has(f.log, "auth.login {\"actor_sub\":\"auth0|paula\","
                         "\"org\":\"\",\"ip\":\"127.0.0.1\""),
              "%s", f.log);
    cr_assert_not(has(f.events, "paula"), "%s", f.events);
    cr_assert_not(has(f.log, session));
    cr_assert_not(has(f.log, "refresh-1"));
    cr_assert_not(has(f.log, people_state()));
    cr_assert_not(has(f.log, "eyJ"), "%s", f.log);
}

/* --- limits ------------------------------------------------------------- */

Test(sign_in, slows_down_an_address)
{
    for (int i = 0; i < 30; i++)
        cr_assert(eq(int, get(&f, "/auth/callback"), 302));
    cr_assert(eq(int, get(&f, "/auth/callback"), 429));
    cr_assert(eq(int, get(&f, "/auth/login"), 429));
    cr_assert(eq(int, get(&f, "/auth/github/login"), 429));
    cr_assert_not_null(header_of(&f, "Retry-After"));
    cr_assert(eq(int, get(&f, "/auth/logout"), 302));
    f.now_us += 60000000;
    cr_assert(eq(int, get(&f, "/auth/callback"), 302));
}

/* --- local mode --------------------------------------------------------- */

Test(local_mode, has_nobody_to_sign_in)
{
    static const fixture_options options = {.empty = true};

    fixture_open(&f, 0, &options);
    cr_assert(eq(int, get(&f, "/auth/login"), 302));
    cr_assert(eq(str, (char *)location(), "/"));
    cr_assert(eq(int, get(&f, "/auth/callback?code=1&state=2"), 302));
    cr_assert(eq(str, (char *)location(), "/"));
    cr_assert(eq(int, get(&f, "/auth/logout"), 302));
    cr_assert(eq(str, (char *)location(), "/"));
    cr_assert(eq(int, get(&f, "/auth/github/login"), 302));
    cr_assert(eq(str, (char *)location(), "/app"));
    cr_assert(eq(int, post(&f, "/auth/refresh", "{}"), 503));
    cr_assert(eq(int, post(&f, "/auth/device/code", "{}"), 503));
    cr_assert(eq(int, post(&f, "/auth/device/token", "{\"device_code\":\"x\"}"),
                 503));
    fixture_close(&f);
}
