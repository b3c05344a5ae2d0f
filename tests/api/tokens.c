/*
 * Refresh tokens and the device login, over HTTP.
 */
#include "people.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

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

TestSuite(tokens, .init = begin, .fini = end);

static bool has(const char *text, const char *part)
{
    return text && strstr(text, part);
}

static bool detail_is(const char *text)
{
    char expected[256];

    snprintf(expected, sizeof(expected), "{\"detail\":\"%s\"}", text);
    return strcmp(body_of(&f), expected) == 0;
}

/* --- refreshing --------------------------------------------------------- */

Test(tokens, of_a_browser_stay_in_its_cookie)
{
    people_sign_in(&f, &b, "acme", "viewer");
    idp.refresh = "refresh-2";
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 200), "%s",
              body_of(&f));
    cr_assert(body_has(&f, "\"access_token\":\"eyJ"));
    cr_assert(body_has(&f, "\"expires_in\":3600"));
    cr_assert(body_lacks(&f, "refresh_token"));
    cr_assert(has(set_cookie_of(&f, CANON_REFRESH_COOKIE),
                  "sw_refresh=refresh-2; Path=/auth; Max-Age=2592000; "
                  "HttpOnly; SameSite=Lax; Secure"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
}

Test(tokens, of_a_program_are_in_the_answer)
{
    people_sign_in(&f, &b, "acme", "viewer");
    idp.refresh = "refresh-2";
    cr_assert(eq(int,
                 post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}"),
                 200),
              "%s", body_of(&f));
    cr_assert(body_has(&f, "\"refresh_token\":\"refresh-2\""));
    cr_assert_null(set_cookie_of(&f, CANON_REFRESH_COOKIE));
}

Test(tokens, threat_refresh_token_theft)
{
    people_sign_in(&f, &b, "acme", "viewer");
    idp.refresh = "refresh-2";
    post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}");
    cr_assert(eq(int,
                 post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}"),
                 409)); /* a double click */
    cr_assert(detail_is("Refresh already in progress"));
    f.now_us += 20000000;
    cr_assert(eq(int,
                 post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}"),
                 401));
    cr_assert(detail_is("Invalid or expired refresh token"));
    cr_assert(has(header_of(&f, "WWW-Authenticate"), "invalid_token"));
    cr_assert(eq(int,
                 post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-2\"}"),
                 401)); /* the whole family */
}

Test(tokens, say_why_there_are_none)
{
    cr_assert(eq(int, post(&f, "/auth/refresh", NULL), 401));
    cr_assert(detail_is("No refresh token provided"));
    cr_assert(eq(str, (char *)header_of(&f, "WWW-Authenticate"),
                 "Bearer realm=\"canon\""));
    cr_assert(
        eq(int, post(&f, "/auth/refresh", "{\"refresh_token\":\"no\"}"), 401));
    cr_assert(detail_is("Invalid or expired refresh token"));
    browser_set(&b, CANON_REFRESH_COOKIE, "unknown");
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 401));
    cr_assert_null(browser_cookie(&b, CANON_REFRESH_COOKIE));
}

Test(tokens, are_not_guessed_between_cookie_and_body)
{
    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(eq(int,
                 browse(&f, &b, "POST", "/auth/refresh",
                        "{\"refresh_token\":\"other\"}"),
                 400));
    cr_assert(detail_is("Conflicting refresh tokens"));
    cr_assert(eq(int,
                 browse(&f, &b, "POST", "/auth/refresh",
                        "{\"refresh_token\":\"refresh-1\"}"),
                 200));
}

Test(tokens, survive_a_provider_that_is_down)
{
    people_sign_in(&f, &b, "acme", "viewer");
    idp.down = true;
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 502));
    cr_assert(detail_is("Auth provider unavailable"));
    cr_assert_not_null(browser_cookie(&b, CANON_REFRESH_COOKIE));
    idp.down = false;
    f.now_us += 30000000;
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 200));
    idp.token_error = "invalid_grant";
    f.now_us += 30000000;
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 401));
    cr_assert(detail_is("Refresh token rejected by provider"));
    cr_assert_null(browser_cookie(&b, CANON_REFRESH_COOKIE));
}

Test(tokens, threat_csrf_on_refresh)
{
    people_sign_in(&f, &b, "acme", "viewer");
    b.site = "cross-site";
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 403));
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/revoke", NULL), 403));
    b.site = NULL;
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 200));
}

/* The token is the provider's business; a cookie holds no blank by itself. */
Test(tokens, survive_the_way_through_a_cookie)
{
    idp.refresh = "a b;c,d%25\\\\e";
    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(has(browser_cookie(&b, CANON_REFRESH_COOKIE), "a%20b%3Bc%2Cd"),
              "%s", browser_cookie(&b, CANON_REFRESH_COOKIE));
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/refresh", NULL), 200), "%s",
              body_of(&f));
}

/* --- revoking ----------------------------------------------------------- */

Test(tokens, threat_revocation_oracle)
{
    people_sign_in(&f, &b, "acme", "viewer");
    cr_assert(eq(int, browse(&f, &b, "POST", "/auth/revoke", NULL), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"ok\":true}"));
    cr_assert_null(browser_cookie(&b, CANON_REFRESH_COOKIE));
    cr_assert(eq(int,
                 post(&f, "/auth/revoke", "{\"refresh_token\":\"refresh-1\"}"),
                 200));
    cr_assert(
        eq(int, post(&f, "/auth/revoke", "{\"refresh_token\":\"no\"}"), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"ok\":true}"));
    cr_assert(eq(int, post(&f, "/auth/revoke", "{}"), 400));
    cr_assert(detail_is("No refresh token provided"));
    cr_assert(eq(int,
                 post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}"),
                 401));
}

/* --- the device login --------------------------------------------------- */

Test(tokens, come_by_device_login)
{
    cr_assert(eq(int, post(&f, "/auth/device/code", "{\"org\":\"acme\"}"), 200),
              "%s", body_of(&f));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"device_code\":\"dev-1\",\"user_code\":\"ABCD-EFGH\","
                 "\"verification_uri\":\"https://id.test/activate\","
                 "\"verification_uri_complete\":\"\",\"interval\":5,"
                 "\"expires_in\":900}"));
    idp.token_error = "authorization_pending";
    cr_assert(eq(int,
                 post(&f, "/auth/device/token", "{\"device_code\":\"dev-1\"}"),
                 200));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"status\":\"pending\",\"slow_down\":false}"));
    cr_assert(eq(int,
                 post(&f, "/auth/device/token", "{\"device_code\":\"dev-1\"}"),
                 200));
    cr_assert(body_has(&f, "\"slow_down\":true")); /* too fast */
    f.now_us += 11000000;
    idp.token_error = NULL;
    cr_assert(eq(int,
                 post(&f, "/auth/device/token", "{\"device_code\":\"dev-1\"}"),
                 200));
    cr_assert(body_has(&f, "\"status\":\"approved\""), "%s", body_of(&f));
    cr_assert(body_has(&f, "\"refresh_token\":\"refresh-1\""));
    cr_assert(body_has(&f, "\"email\":\"paula@acme.test\""));
    cr_assert(body_has(&f, "\"session_created\":true"));
    cr_assert(eq(int,
                 post(&f, "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}"),
                 200));
}

static const struct {
    const char *error;
    int status;
    const char *body;
} polls[] = {
    {"slow_down", 200, "{\"status\":\"pending\",\"slow_down\":true}"},
    {"expired_token", 200, "{\"status\":\"expired\"}"},
    {"access_denied", 200, "{\"status\":\"denied\"}"},
    {"unauthorized_client", 200,
     "{\"status\":\"error\",\"detail\":\"Token exchange failed\"}"},
};

ParameterizedTestParameters(device, says_how_it_is_going)
{
    return cn_test_indexes(sizeof(polls) / sizeof(polls[0]));
}

ParameterizedTest(size_t *i, device, says_how_it_is_going)
{
    people_open(&f, 0, false);
    idp.token_error = polls[*i].error;
    cr_assert(eq(int,
                 post(&f, "/auth/device/token", "{\"device_code\":\"dev-1\"}"),
                 polls[*i].status));
    cr_assert(eq(str, (char *)body_of(&f), (char *)polls[*i].body));
    people_close(&f);
}

Test(tokens, tell_when_the_provider_cannot)
{
    idp.device = false;
    cr_assert(eq(int, post(&f, "/auth/device/code", "{}"), 501));
    cr_assert(detail_is("Device auth not supported by provider"));
    idp.down = true;
    cr_assert(eq(int, post(&f, "/auth/device/token", "{\"device_code\":\"x\"}"),
                 502));
    cr_assert(
        eq(str, (char *)body_of(&f),
           "{\"status\":\"error\",\"detail\":\"Token exchange failed\"}"));
}

/* --- bodies that are no good -------------------------------------------- */

static const struct {
    const char *path;
    const char *body;
    const char *type;
    const char *loc;
} bodies[] = {
    {"/auth/refresh", "{", "json_invalid", "[\"body\",1]"},
    {"/auth/refresh", "[]", "model_attributes_type", "[\"body\"]"},
    {"/auth/refresh", "{\"refresh_token\":7}", "string_type",
     "[\"body\",\"refresh_token\"]"},
    {"/auth/refresh", "{\"refresh_token\":\"\"}", "string_too_short",
     "[\"body\",\"refresh_token\"]"},
    {"/auth/refresh", "{\"refresh_token\":\"\xff\"}", "json_invalid",
     "[\"body\","},
    {"/auth/refresh", "{\"refresh_token\":\"a\",\"refresh_token\":\"b\"}",
     "json_invalid", "[\"body\","},
    {"/auth/revoke", "null", "model_attributes_type", "[\"body\"]"},
    {"/auth/device/code", NULL, "missing", "[\"body\"]"},
    {"/auth/device/code", "{\"org\":\"a/b\"}", "value_error",
     "[\"body\",\"org\"]"},
    {"/auth/device/code", "{\"org\":null}", "string_type",
     "[\"body\",\"org\"]"},
    {"/auth/device/token", "{}", "missing", "[\"body\",\"device_code\"]"},
    {"/auth/device/token", "{\"device_code\":[1]}", "string_type",
     "[\"body\",\"device_code\"]"},
};

ParameterizedTestParameters(bodies, are_refused_with_what_is_wrong)
{
    return cn_test_indexes(sizeof(bodies) / sizeof(bodies[0]));
}

ParameterizedTest(size_t *i, bodies, are_refused_with_what_is_wrong)
{
    char type[64];
    char loc[128];

    people_open(&f, 0, false);
    snprintf(type, sizeof(type), "\"type\":\"%s\"", bodies[*i].type);
    snprintf(loc, sizeof(loc), "\"loc\":%s", bodies[*i].loc);
    cr_assert(eq(int, post(&f, bodies[*i].path, bodies[*i].body), 422), "%s %s",
              bodies[*i].path, body_of(&f));
    cr_assert(body_has(&f, type), "%s", body_of(&f));
    cr_assert(body_has(&f, loc), "%s", body_of(&f));
    cr_assert(eq(int, idp.asked_tokens, 0));
    people_close(&f);
}

Test(tokens, that_are_oversized_are_refused)
{
    static char body[20000] = "{\"refresh_token\":\"";
    size_t len = strlen(body);

    memset(body + len, 'a', 9000);
    memcpy(body + len + 9000, "\"}", 3);
    cr_assert(eq(int, post(&f, "/auth/refresh", body), 422));
    cr_assert(body_has(&f, "string_too_long"));
    memset(body + len, 'a', 17000);
    memcpy(body + len + 17000, "\"}", 3);
    cr_assert(eq(int, post(&f, "/auth/refresh", body), 413));
    cr_assert(detail_is("Request body too large"));
}

Test(tokens, in_a_form_are_refused)
{
    static const char *const form[] = {
        "Content-Type", "application/x-www-form-urlencoded", NULL};

    cr_assert(eq(int, ask(&f, "POST", "/auth/refresh", form, "refresh_token=a"),
                 422));
    cr_assert(body_has(&f, "model_attributes_type"));
}

/* --- bearer credentials that are no good -------------------------------- */

static const char *const bearers[] = {
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer a.b.c",
    "Bearer a.b",
    "Bearer ..",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Bearer \xff\xfe.\xff.\xff",
    "Bearer sw_",
    "Bearer sw_\xff\xfe",
    "Bearer sw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
    "Bearer a b",
    "bearer\tx",
};

Test(tokens, threat_malformed_bearer)
{
    for (size_t i = 0; i < sizeof(bearers) / sizeof(bearers[0]); i++) {
        const char *headers[] = {"Authorization", bearers[i], NULL};

        cr_assert(
            eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401),
            "%s: %s", bearers[i], body_of(&f));
        cr_assert(eq(str, (char *)header_of(&f, "WWW-Authenticate"),
                     "Bearer realm=\"canon\", error=\"invalid_token\""));
    }
}

Test(tokens, threat_oversized_bearer)
{
    static char text[16000] = "Bearer ";
    const char *headers[] = {"Authorization", text, NULL};

    memset(text + strlen(text), 'A', 15000);
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
    memcpy(text, "Bearer sw_", 10);
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 401));
}

Test(tokens, threat_two_authorization_headers)
{
    static const char *const headers[] = {"Authorization", "Bearer x",
                                          "authorization", "Bearer y", NULL};

    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 400));
    cr_assert(detail_is("Authorization stands twice"));
}

Test(tokens, threat_bearer_leakage)
{
    static const char *const secret[] = {"Authorization",
                                         "Bearer sw_SECRETSECRETSECRET", NULL};

    ask(&f, "GET", "/app/acme/api/tasks?access_token=QUERYSECRET", secret,
        NULL);
    cr_assert(eq(int, f.answer.status, 401));
    cr_assert(
        eq(int, get(&f, "/app/acme/api/tasks?access_token=QUERYSECRET"), 401));
    cr_assert_not(has(f.log, "SECRET"), "%s", f.log);
    cr_assert_not(has(f.events, "SECRET"), "%s", f.events);
    cr_assert(body_lacks(&f, "SECRET"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
}

Test(tokens, of_the_provider_open_the_api)
{
    char header[4200];
    const char *headers[] = {"Authorization", header, NULL};
    const char *at;

    people_sign_in(&f, &b, "acme", "editor");
    browse(&f, &b, "POST", "/auth/refresh", NULL);
    at = strstr(body_of(&f), "eyJ");
    cr_assert_not_null(at);
    snprintf(header, sizeof(header), "Bearer %.*s", (int)strcspn(at, "\""), at);
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/profile", headers, NULL), 200),
        "%s", body_of(&f));
    cr_assert(body_has(&f, "\"auth_method\":\"jwt\""));
    cr_assert(body_has(&f, "\"sub\":\"auth0|paula\""));
    f.now_us += INT64_C(2) * 3600 * 1000000; /* an hour too late */
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/profile", headers, NULL), 401));
    cr_assert(detail_is("Invalid access token"));
}

Test(tokens, threat_key_set_flood)
{
    char token[4096];
    char header[4200];
    char kid[32];
    const char *headers[] = {"Authorization", header, NULL};
    const char *json = "{\"refresh_token\":\"refresh-1\"}";
    int before;

    people_sign_in(&f, &b, "acme", "viewer");
    post(&f, "/auth/refresh", json);
    before = idp.asked_keys;
    for (int i = 0; i < 1000; i++) {
        snprintf(kid, sizeof(kid), "k%d", i + 2);
        people_token(kid, token, sizeof(token));
        snprintf(header, sizeof(header), "Bearer %s", token);
        ask(&f, "GET", "/app/acme/api/tasks", headers, NULL);
        cr_assert(eq(int, f.answer.status, i < 60 ? 401 : 429), "%d", i);
    }
    cr_assert(le(int, idp.asked_keys - before, 1));
}

Test(tokens, threat_device_code_brute_force)
{
    char body[64];
    int pending = 0;

    idp.token_error = "authorization_pending";
    for (int i = 0; i < 60; i++) {
        post(&f, "/auth/device/token", "{\"device_code\":\"SECRET-7\"}");
        pending += body_has(&f, "\"slow_down\":false");
    }
    cr_assert(eq(int, pending, 1));
    cr_assert(eq(int, idp.asked_tokens, 1));
    for (int i = 0; i < 100; i++) { /* one code after the other */
        snprintf(body, sizeof(body), "{\"device_code\":\"SECRET-%d\"}", i);
        post(&f, "/auth/device/token", body);
        cr_assert(eq(int, f.answer.status, 429));
    }
    cr_assert_not(has(f.log, "SECRET"));
    cr_assert_not(has(f.events, "SECRET"));
}

/* --- limits ------------------------------------------------------------- */

static const struct {
    const char *path;
    const char *body;
    int max;
} limits[] = {
    {"/auth/refresh", "{\"refresh_token\":\"no\"}", 30},
    {"/auth/revoke", "{\"refresh_token\":\"no\"}", 30},
    {"/auth/device/code", "{}", 10},
    {"/auth/device/token", "{\"device_code\":\"x\"}", 60},
};

ParameterizedTestParameters(device, slows_down_an_address)
{
    return cn_test_indexes(sizeof(limits) / sizeof(limits[0]));
}

ParameterizedTest(size_t *i, device, slows_down_an_address)
{
    people_open(&f, 0, false);
    for (int n = 0; n < limits[*i].max; n++)
        cr_assert(ne(int, post(&f, limits[*i].path, limits[*i].body), 429),
                  "%d", n);
    cr_assert(eq(int, post(&f, limits[*i].path, limits[*i].body), 429));
    cr_assert(body_has(&f, "\"error\":\"Rate limit exceeded\""));
    cr_assert_not_null(header_of(&f, "Retry-After"));
    f.now_us += 60000000;
    cr_assert(ne(int, post(&f, limits[*i].path, limits[*i].body), 429));
    people_close(&f);
}

Test(tokens, that_are_good_do_not_count_as_guesses)
{
    char header[64] = "Bearer ";
    const char *headers[] = {"Authorization", header, NULL};
    static const char *const wrong[] = {"Authorization", "Bearer sw_x", NULL};

    people_key(&f, "acme", "viewer", CANON_PERM_SPECS_READ,
               header + strlen(header));
    for (int i = 0; i < 100; i++)
        cr_assert(
            eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 200));
    for (int i = 0; i < 60; i++)
        cr_assert(
            eq(int, ask(&f, "GET", "/app/acme/api/tasks", wrong, NULL), 401));
    cr_assert(
        eq(int, ask(&f, "GET", "/app/acme/api/tasks", headers, NULL), 429));
}
