/*
 * Who may do what: login, organisation, permission, origin.
 */
#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

static fixture f;

static void open_with_login(void)
{
    static const char *const settings[] = {"WEB_ORG", "acme", NULL};
    static const fixture_options options = {
        .empty = true, .login = true, .settings = settings};

    fixture_open(&f, 0, &options);
}

static void open_local(void)
{
    static const char *const settings[] = {"WEB_ORG", "acme", NULL};
    static const fixture_options options = {.empty = true,
                                            .settings = settings};

    fixture_open(&f, 0, &options);
}

static void close_fixture(void)
{
    fixture_close(&f);
}

/* --- every line of the table -------------------------------------------- */

/* A path of the organisation acme that fits the template. */
static void fill(const char *template, char *out)
{
    while (*template) {
        const char *end = strchr(template, '}');

        if (*template != '{') {
            *out++ = *template ++;
            continue;
        }
        if (strncmp(template, "{org}", 5) == 0 ||
            strncmp(template, "{full_path}", 11) == 0)
            out += sprintf(out, "acme");
        else
            *out++ = '7';
        template = end + 1;
    }
    *out = '\0';
}

ParameterizedTestParameters(routes, check_the_permission)
{
    return cn_test_indexes(canon_route_count());
}

ParameterizedTest(size_t *i, routes, check_the_permission)
{
    const canon_route *route = canon_route_at(*i);
    char expected[128];
    char path[256];
    int status;

    open_with_login();
    fill(route->path, path);
    f.caller = &nobody;
    status = ask(&f, route->method, path, NULL, NULL);
    if (*route->permission) {
        snprintf(expected, sizeof(expected),
                 "{\"detail\":\"Missing required permission: %s\"}",
                 route->permission);
        cr_assert(eq(int, status, 403), "%s", path);
        cr_assert(eq(str, (char *)body_of(&f), expected));
        snprintf(expected, sizeof(expected),
                 "Bearer realm=\"canon\", error=\"insufficient_scope\", "
                 "scope=\"%s\"",
                 route->permission);
        cr_assert(eq(str, (char *)header_of(&f, "WWW-Authenticate"), expected));
    } else {
        cr_assert(ne(int, status, 403), "%s", path);
    }
    close_fixture();
}

ParameterizedTestParameters(routes, refuse_another_organisation)
{
    return cn_test_indexes(canon_route_count());
}

ParameterizedTest(size_t *i, routes, refuse_another_organisation)
{
    const canon_route *route = canon_route_at(*i);
    char path[256];
    int status;

    open_with_login();
    fill(route->path, path);
    f.caller = &stranger;
    status = ask(&f, route->method, path, NULL, NULL);
    if (strncmp(path, "/app/acme", 9) == 0) {
        cr_assert(eq(int, status, 403), "%s", path);
        cr_assert(body_has(&f, "Not authorized for org: acme"));
    } else {
        cr_assert(ne(int, status, 403), "%s", path);
    }
    close_fixture();
}

/* Recorded for validate.py: the document must name the 400. */
ParameterizedTestParameters(routes, refuse_two_credentials)
{
    return cn_test_indexes(canon_route_count());
}

ParameterizedTest(size_t *i, routes, refuse_two_credentials)
{
    static const char *const two[] = {"Authorization", "Bearer a",
                                      "Authorization", "Bearer b", NULL};
    const canon_route *route = canon_route_at(*i);
    char path[256];

    open_local();
    fill(route->path, path);
    cr_assert(eq(int, ask(&f, route->method, path, two, NULL), 400), "%s",
              path);
    cr_assert(body_has(&f, "Authorization stands twice"));
    close_fixture();
}

ParameterizedTestParameters(routes, answer_501_until_they_are_there)
{
    return cn_test_indexes(canon_route_count());
}

ParameterizedTest(size_t *i, routes, answer_501_until_they_are_there)
{
    const canon_route *route = canon_route_at(*i);
    char path[256];
    int status;

    open_local();
    fill(route->path, path);
    status = ask(&f, route->method, path, NULL, NULL);
    cr_assert(eq(int, status == 501, !route->implemented), "%s", path);
    if (!route->implemented)
        cr_assert(
            eq(str, (char *)body_of(&f), "{\"error\":\"Not implemented\"}"));
    close_fixture();
}

/* --- login -------------------------------------------------------------- */

TestSuite(login, .init = open_with_login, .fini = close_fixture);

Test(login, sends_browsers_to_its_page)
{
    cr_assert(eq(int, get(&f, "/app/acme/"), 302));
    cr_assert(
        eq(str, (char *)header_of(&f, "Location"), "/auth/login?org=acme"));
    cr_assert(eq(int, get(&f, "/app/a%26b/"), 302));
    cr_assert(
        eq(str, (char *)header_of(&f, "Location"), "/auth/login?org=a%26b"));
    cr_assert(eq(int, get(&f, "/app/"), 302));
    cr_assert(eq(str, (char *)header_of(&f, "Location"), "/auth/login"));
    cr_assert(eq(int, ask(&f, "HEAD", "/app/acme/", NULL, NULL), 302));
}

Test(login, refuses_credentials_that_it_does_not_know)
{
    static const char *const token[] = {"Authorization", "Bearer nonsense",
                                        NULL};
    static const char *const key[] = {"authorization", "bEARER  sw_abc", NULL};

    cr_assert(eq(int, ask(&f, "GET", "/app/acme/", token, NULL), 401));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"detail\":\"Invalid access token\"}"));
    cr_assert(eq(str, (char *)header_of(&f, "WWW-Authenticate"),
                 "Bearer realm=\"canon\", error=\"invalid_token\""));
    cr_assert(eq(int, ask(&f, "GET", "/app/acme/api/tasks", key, NULL), 401));
    cr_assert(eq(str, (char *)body_of(&f), "{\"detail\":\"Invalid API key\"}"));
}

Test(login, slows_down_who_guesses)
{
    static const char *const token[] = {"Authorization", "Bearer x", NULL};

    for (int i = 0; i < 60; i++)
        cr_assert(eq(int, ask(&f, "GET", "/app/acme/", token, NULL), 401));
    cr_assert(eq(int, ask(&f, "GET", "/app/acme/", token, NULL), 429));
    cr_assert(body_has(&f, "\"error\":\"Rate limit exceeded\""));
    cr_assert(ne(ptr, (void *)header_of(&f, "Retry-After"), NULL));
}

Test(login, tells_the_host_who_was_turned_away)
{
    static const char *const token[] = {"Authorization", "Bearer x", NULL};

    get(&f, "/app/acme/");
    ask(&f, "GET", "/app/acme/", token, NULL);
    f.caller = &reader;
    get(&f, "/app/other/");
    f.caller = &nobody;
    get(&f, "/app/acme/api/tasks");
    cr_assert(eq(str, f.events,
                 "auth_denied  {\"reason\":\"no_session\","
                 "\"path\":\"/app/acme/\"}\n"
                 "auth_denied  {\"reason\":\"invalid_jwt\","
                 "\"path\":\"/app/acme/\"}\n"
                 "auth_denied acme {\"reason\":\"org_mismatch\","
                 "\"path\":\"/app/other/\",\"requested_org\":\"other\"}\n"
                 "auth_denied acme {\"reason\":\"permission_denied\","
                 "\"path\":\"/app/acme/api/tasks\","
                 "\"permission\":\"specs:read\"}\n"));
}

Test(login, compares_organisations_without_letter_case)
{
    f.caller = &reader;
    cr_assert(eq(int, get(&f, "/app/ACME/api/tasks"), 200));
}

Test(login, shows_a_page_to_browsers_of_another_organisation)
{
    static const char *const json[] = {"Accept", "application/json", NULL};

    f.caller = &reader;
    cr_assert(eq(int, get(&f, "/app/other/"), 403));
    cr_assert(eq(str, (char *)header_of(&f, "Content-Type"),
                 "text/html; charset=utf-8"));
    cr_assert(eq(int, ask(&f, "GET", "/app/other/", json, NULL), 403));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Not authorized for org: other\"}"));
    cr_assert(eq(int, get(&f, "/app/other/tasks"), 403));
    cr_assert(eq(int, get(&f, "/app/no-org"), 503)); /* no application */
}

Test(login, tells_an_unknown_organisation_from_a_foreign_one_to_nobody)
{
    f.caller = &reader;
    get(&f, "/app/unknown/api/tasks");
    cr_assert(eq(int, f.answer.status, 403));
}

Test(login, needs_more_than_an_admin_for_all_organisations)
{
    static const char *const settings[] = {"AUTH0_ORGS_ENABLED", "true", NULL};
    static const fixture_options options = {
        .empty = true, .login = true, .settings = settings};

    fixture_close(&f);
    fixture_open(&f, 0, &options);
    f.caller = &stranger;
    cr_assert(eq(int, get(&f, "/app/admin/api/indexing"), 403));
    cr_assert(body_has(&f, "platform:manage"));
}

Test(login, takes_a_cookie_only_from_our_own_pages)
{
    static const char *const bare[] = {"Cookie", "s=1", NULL};
    static const char *const foreign[] = {"Cookie", "s=1", "Origin",
                                          "https://evil.test", NULL};
    static const char *const null[] = {"Origin", "null", NULL};
    static const char *const fetch[] = {"Cookie", "s=1", "Sec-Fetch-Site",
                                        "cross-site", NULL};
    static const char *const own[] = {"Cookie", "s=1", "Sec-Fetch-Site",
                                      "same-origin", NULL};
    static const char *const bearer[] = {"Authorization", "Bearer x", "Origin",
                                         "https://evil.test", NULL};
    const char *path = "/app/acme/api/tickets/create";

    f.caller = &editor;
    cr_assert(eq(int, ask(&f, "POST", path, bare, NULL), 403));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Cross-origin request rejected\"}"));
    cr_assert(eq(int, ask(&f, "POST", path, foreign, NULL), 403));
    cr_assert(eq(int, ask(&f, "POST", path, null, NULL), 403));
    cr_assert(eq(int, ask(&f, "POST", path, fetch, NULL), 403));
    cr_assert(eq(int, ask(&f, "POST", path, own, NULL), 501));
    cr_assert(eq(int, ask(&f, "POST", path, bearer, NULL), 501));
    cr_assert(eq(int, ask(&f, "POST", path, NULL, NULL), 501));
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", foreign, NULL), 200));
}

/* --- local mode --------------------------------------------------------- */

TestSuite(local, .init = open_local, .fini = close_fixture);

Test(local, makes_everybody_the_operator)
{
    cr_assert(eq(int, get(&f, "/app/x/api/profile"), 200));
    cr_assert(body_has(&f, "\"sub\":\"anonymous\""));
    cr_assert(body_has(&f, "\"auth_method\":\"anonymous\""));
    cr_assert(body_has(&f, "\"inferred_role\":\"admin\""));
}

static const struct {
    const char *host;
    int status;
} hosts[] = {
    {"127.0.0.1", 200},      {"127.0.0.1:8080", 200},
    {"localhost:3000", 200}, {"LOCALHOST", 200},
    {"[::1]:80", 200},       {"127.1.2.3", 200},
    {"evil.test", 403},      {"127.0.0.1.evil.test", 403},
    {"localhost.evil", 403}, {"", 403},
    {"128.0.0.1", 403},      {"127.0.0", 403},
    {"[::2]", 403},
};

ParameterizedTestParameters(local_hosts, are_loopback_only)
{
    return cn_test_indexes(sizeof(hosts) / sizeof(hosts[0]));
}

ParameterizedTest(size_t *i, local_hosts, are_loopback_only)
{
    const char *headers[] = {"Host", hosts[*i].host, NULL};

    open_local();
    cr_assert(eq(int, ask(&f, "GET", "/app/x/api/profile", headers, NULL),
                 hosts[*i].status),
              "%s", hosts[*i].host);
    close_fixture();
}

static const struct {
    const char *name;
    const char *value;
    int status;
} origins[] = {
    {"Origin", "http://127.0.0.1:8080", 501},
    {"Origin", "http://evil.test", 403},
    {"Origin", "null", 403},
    {"Origin", "http://127.0.0.1:9999", 403},
    {"Referer", "http://127.0.0.1:8080/app/x/", 501},
    {"Referer", "http://evil.test/127.0.0.1:8080", 403},
    {"Sec-Fetch-Site", "same-origin", 501},
    {"Sec-Fetch-Site", "none", 501},
    {"Sec-Fetch-Site", "same-site", 403},
    {"X-Nothing", "x", 501},
};

ParameterizedTestParameters(local_origins, are_our_own)
{
    return cn_test_indexes(sizeof(origins) / sizeof(origins[0]));
}

ParameterizedTest(size_t *i, local_origins, are_our_own)
{
    const char *headers[] = {"Host", "127.0.0.1:8080", origins[*i].name,
                             origins[*i].value, NULL};

    open_local();
    cr_assert(eq(int,
                 ask(&f, "POST", "/app/acme/api/tickets/create", headers, NULL),
                 origins[*i].status),
              "%s: %s", origins[*i].name, origins[*i].value);
    close_fixture();
}

Test(local, does_not_look_at_credentials)
{
    static const char *const headers[] = {"Authorization", "Bearer x", NULL};

    cr_assert(
        eq(int, ask(&f, "GET", "/app/x/api/profile", headers, NULL), 200));
}

Test(local, knows_no_organisation_that_is_not_indexed)
{
    cr_assert(eq(int, get(&f, "/app/unknown/api/tasks"), 404));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Organization not found\"}"));
    cr_assert(eq(int, get(&f, "/app/acme/api/tasks"), 200)); /* WEB_ORG */
}

/* --- limits ------------------------------------------------------------- */

Test(limits, count_searches_of_a_caller)
{
    static const char *const fragment[] = {"HX-Request", "TRUE", NULL};

    open_with_login();
    f.caller = &reader;
    for (int i = 0; i < 60; i++)
        cr_assert(eq(int, get(&f, "/app/acme/api/search"), 200));
    cr_assert(eq(int, get(&f, "/app/acme/api/search"), 429));
    cr_assert(body_has(&f, "{\"error\":\"Rate limit exceeded\","
                           "\"retry_after\":"));
    cr_assert(eq(int, ask(&f, "GET", "/app/acme/search", fragment, NULL), 429));
    cr_assert(eq(int, get(&f, "/app/acme/search"), 200)); /* not a search */
    f.caller = &editor;
    cr_assert(eq(int, get(&f, "/app/acme/api/search"), 200));
    close_fixture();
}

static int draft(const char *operation)
{
    char path[64];

    snprintf(path, sizeof(path), "/app/acme/editor/%s", operation);
    return post(&f, path, "{\"content\":\"\"}");
}

Test(limits, count_drafts_of_a_caller)
{
    open_with_login();
    f.caller = &reader;
    for (int i = 0; i < 300; i++) {
        cr_assert(eq(int, draft("acme/web/parse"), 404));
        cr_assert(eq(int, draft("acme/web/preview"), 404));
    }
    cr_assert(eq(int, draft("acme/web/parse"), 429));
    cr_assert(eq(int, draft("acme/web/preview"), 429));
    cr_assert(eq(int, draft("apply"), 429));
    cr_assert(eq(int, draft("merge"), 400)); /* has a limit of its own */
    f.now_us += 60 * INT64_C(1000000);
    cr_assert(eq(int, draft("apply"), 400));
    close_fixture();
}

Test(limits, count_merges_of_a_caller)
{
    open_with_login();
    f.caller = &reader;
    for (int i = 0; i < 60; i++)
        cr_assert(eq(int, draft("merge"), 400));
    cr_assert(eq(int, draft("merge"), 429));
    f.caller = &editor;
    cr_assert(eq(int, draft("merge"), 400));
    close_fixture();
}

static const struct {
    const char *chain;
    bool same; /* counts for the same address as no header at all */
} chains[] = {
    {"9.9.9.9", false},           {"8.8.8.8, 9.9.9.9", false},
    {"9.9.9.9, 10.1.2.3", false}, {"10.1.2.3", false},
    {"nonsense", true},
};

ParameterizedTestParameters(limits, believe_trusted_proxies)
{
    return cn_test_indexes(sizeof(chains) / sizeof(chains[0]));
}

ParameterizedTest(size_t *i, limits, believe_trusted_proxies)
{
    static const char *const settings[] = {"TRUSTED_PROXIES",
                                           "127.0.0.1, 10.0.0.0/8", NULL};
    static const fixture_options options = {
        .empty = true, .login = true, .settings = settings};
    static const char *const plain[] = {"Authorization", "Bearer x", NULL};
    const char *proxied[] = {"Authorization", "Bearer x", "X-Forwarded-For",
                             chains[*i].chain, NULL};

    fixture_open(&f, 0, &options);
    for (int n = 0; n < 61; n++)
        ask(&f, "GET", "/app/acme/", plain, NULL);
    cr_assert(eq(int, f.answer.status, 429));
    cr_assert(eq(int, ask(&f, "GET", "/app/acme/", proxied, NULL),
                 chains[*i].same ? 429 : 401));
    fixture_close(&f);
}

static const struct {
    const char *first;
    const char *second;
    bool same; /* count as one */
} networks[] = {
    {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
    {"2001:db8:1:2::1", "[2001:DB8:1:2:0:0:0:1]:443", true},
    {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
    {"::ffff:9.9.9.9", "9.9.9.9", true},
    {"::ffff:9.9.9.9", "::ffff:9.9.9.8", false},
    {"::9.9.9.9", "9.9.9.9", false},
    {"9.9.9.9", "9.9.9.8", false},
};

ParameterizedTestParameters(limits, threat_a_network_of_many_addresses)
{
    return cn_test_indexes(sizeof(networks) / sizeof(networks[0]));
}

ParameterizedTest(size_t *i, limits, threat_a_network_of_many_addresses)
{
    static const char *const settings[] = {"TRUSTED_PROXIES", "127.0.0.1",
                                           NULL};
    static const fixture_options options = {
        .empty = true, .login = true, .settings = settings};
    const char *headers[] = {"Authorization", "Bearer x", "X-Forwarded-For",
                             networks[*i].first, NULL};

    fixture_open(&f, 0, &options);
    for (int n = 0; n < 61; n++)
        ask(&f, "GET", "/app/acme/", headers, NULL);
    cr_assert(eq(int, f.answer.status, 429));
    headers[3] = networks[*i].second;
    cr_assert(eq(int, ask(&f, "GET", "/app/acme/", headers, NULL),
                 networks[*i].same ? 429 : 401));
    fixture_close(&f);
}

/* What a stranger writes before the proxy, in a header of his own or as a port
 * of his choice, makes him nobody else. */
Test(limits, threat_a_forged_address)
{
    static const char *const settings[] = {"TRUSTED_PROXIES", "127.0.0.1",
                                           NULL};
    static const fixture_options options = {
        .empty = true, .login = true, .settings = settings};
    char forged[32];
    char seen[32];
    const char *headers[] = {"Authorization",
                             "Bearer x",
                             "X-Forwarded-For",
                             forged,
                             "X-Forwarded-For",
                             seen,
                             NULL};

    fixture_open(&f, 0, &options);
    for (int n = 0; n < 61; n++) {
        snprintf(forged, sizeof(forged), "8.8.8.%d", n);
        snprintf(seen, sizeof(seen), "9.9.9.9:%d", 1024 + n);
        ask(&f, "GET", "/app/acme/", headers, NULL);
    }
    cr_assert(eq(int, f.answer.status, 429));
    fixture_close(&f);
}
