/*
 * What holds for every route: methods, slashes, headers, limits, errors.
 */
#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static fixture f;

static void open_empty(void)
{
    static const fixture_options options = {.empty = true};

    fixture_open(&f, 0, &options);
}

static void close_fixture(void)
{
    fixture_close(&f);
}

TestSuite(protocol, .init = open_empty, .fini = close_fixture);

Test(protocol, answers_probes)
{
    cr_assert(eq(int, get(&f, "/healthz"), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"status\":\"ok\"}"));
    cr_assert(
        eq(str, (char *)header_of(&f, "Content-Type"), "application/json"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    cr_assert(eq(int, get(&f, "/readyz"), 200));
}

Test(protocol, answers_head_as_get_without_the_body)
{
    cr_assert(eq(int, ask(&f, "HEAD", "/healthz", NULL, NULL), 200));
    cr_assert(eq(str, (char *)header_of(&f, "Content-Length"), "15"));
    cr_assert(eq(sz, f.answer.body.len, 0));
}

Test(protocol, names_the_methods_of_a_path)
{
    cr_assert(eq(int, ask(&f, "DELETE", "/healthz", NULL, NULL), 405));
    cr_assert(eq(str, (char *)header_of(&f, "Allow"), "GET, HEAD, OPTIONS"));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"detail\":\"Method Not Allowed\"}"));
    cr_assert(eq(int, ask(&f, "BREW", "/healthz", NULL, NULL), 405));
}

Test(protocol, answers_options_without_a_body)
{
    cr_assert(eq(int,
                 ask(&f, "OPTIONS", "/app/acme/settings/api-keys/", NULL, NULL),
                 204));
    cr_assert(
        eq(str, (char *)header_of(&f, "Allow"), "GET, HEAD, POST, OPTIONS"));
    cr_assert(
        eq(ptr, (void *)header_of(&f, "Access-Control-Allow-Origin"), NULL));
    cr_assert(eq(sz, f.answer.body.len, 0));
    cr_assert(eq(int, ask(&f, "OPTIONS", "/nope", NULL, NULL), 404));
}

Test(protocol, redirects_to_the_form_with_or_without_slash)
{
    cr_assert(eq(int, get(&f, "/app"), 307));
    cr_assert(eq(str, (char *)header_of(&f, "Location"), "/app/"));
    cr_assert(eq(int, get(&f, "/healthz/?a=b%20c"), 307));
    cr_assert(eq(str, (char *)header_of(&f, "Location"), "/healthz?a=b%20c"));
    cr_assert(eq(int, get(&f, "/app/?a="), 302));
}

Test(protocol, refuses_a_path_that_is_none)
{
    cr_assert(eq(int, get(&f, "/app/acme/../other"), 400));
    cr_assert(eq(str, (char *)body_of(&f), "{\"detail\":\"Invalid path\"}"));
    cr_assert(eq(int, get(&f, "/healthz?a=\r\nSet-Cookie: x"), 400));
}

Test(protocol, refuses_a_target_that_is_too_long)
{
    char target[20000];

    memset(target, 'a', sizeof(target) - 1);
    target[0] = '/';
    target[sizeof(target) - 1] = '\0';
    cr_assert(eq(int, get(&f, target), 414));
}

Test(protocol, says_not_found_in_the_language_of_the_client)
{
    static const char *const html[] = {"Accept", "text/html,*/*", NULL};

    cr_assert(eq(int, get(&f, "/nope"), 404));
    cr_assert(eq(str, (char *)body_of(&f), "{\"error\":\"Not found\"}"));
    cr_assert(eq(int, ask(&f, "GET", "/nope", html, NULL), 404));
    cr_assert(eq(str, (char *)header_of(&f, "Content-Type"),
                 "text/html; charset=utf-8"));
    cr_assert(body_has(&f, "<h1>Not found</h1>"));
}

Test(protocol, sends_protective_headers_with_every_answer)
{
    static const char *const names[] = {
        "X-Content-Type-Options", "Referrer-Policy",
        "Cross-Origin-Opener-Policy", "Permissions-Policy"};

    get(&f, "/nope");
    for (size_t i = 0; i < 4; i++)
        cr_assert(ne(ptr, (void *)header_of(&f, names[i]), NULL));
    cr_assert(
        eq(ptr, (void *)header_of(&f, "Strict-Transport-Security"), NULL));
}

Test(protocol, keeps_an_id_that_is_fit_for_the_log)
{
    static const char *const good[] = {"x-request-id", "abc-1.2_3", NULL};
    static const char *const bad[] = {"X-Request-Id", "a\"b c", NULL};

    ask(&f, "GET", "/healthz", good, NULL);
    cr_assert(eq(str, (char *)header_of(&f, "X-Request-Id"), "abc-1.2_3"));
    ask(&f, "GET", "/healthz", bad, NULL);
    cr_assert(eq(sz, strlen(header_of(&f, "X-Request-Id")), 16));
}

Test(protocol, logs_a_line_without_the_query)
{
    static const char *const agent[] = {"User-Agent", "test/1", NULL};

    ask(&f, "GET", "/app/acme/api/profile?q=confidential", agent, NULL);
    cr_assert(ne(ptr,
                 strstr(f.log, "method=GET path=/app/acme/api/profile "
                               "status=200 ms="),
                 NULL));
    cr_assert(ne(ptr, strstr(f.log, "agent=\"test/1\""), NULL));
    cr_assert(eq(ptr, strstr(f.log, "confidential"), NULL));
}

Test(protocol, does_not_log_probes)
{
    get(&f, "/healthz");
    get(&f, "/readyz");
    cr_assert(eq(str, f.log, ""));
}

Test(protocol, counts_what_an_older_caller_does_not_know_as_absent)
{
    canon_request request = CANON_REQUEST_INIT;

    request.size = offsetof(canon_request, caller);
    request.method = "GET";
    request.target = "/healthz";
    cr_assert(eq(
        int, canon_dispatch_collect(f.conn, &request, NULL, 0, &f.answer), 0));
    cr_assert(eq(int, f.answer.status, 200));
}

Test(protocol, refuses_a_request_that_was_not_initialised)
{
    canon_request request = {0};

    cr_assert(eq(
        int, canon_dispatch_collect(f.conn, &request, NULL, 0, &f.answer), 0));
    cr_assert(eq(int, f.answer.status, 400));
}

static int gone(void *user, int status, const canon_header *headers,
                size_t header_count, int64_t length)
{
    (void)user;
    (void)status;
    (void)headers;
    (void)header_count;
    (void)length;
    return -1;
}

Test(protocol, tells_its_host_that_the_peer_is_gone)
{
    canon_request request = CANON_REQUEST_INIT;
    canon_peer peer = {NULL, gone, NULL, NULL};

    request.method = "GET";
    request.target = "/healthz";
    cr_assert(
        eq(int, canon_dispatch(f.conn, &request, &peer), CANON_ECANCELED));
}

/* clang-format off */
static const struct {
    const char *target;
    const char *expected;
} bad_queries[] = {
    {"/app/setup/complete?installation_id=abc",
     "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[\"query\",\"installation_id\"],"
     "\"msg\":\"Input should be a valid integer, unable to parse string as an integer\",\"input\":\"abc\"}]}"},
    {"/app/setup/complete?installation_id=9223372036854775808",
     "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[\"query\",\"installation_id\"],"
     "\"msg\":\"Input should be a valid integer, unable to parse string as an integer\",\"input\":\"9223372036854775808\"}]}"},
    {"/app/local/api/coverage?days=0",
     "{\"detail\":[{\"type\":\"greater_than_equal\",\"loc\":[\"query\",\"days\"],"
     "\"msg\":\"Input should be greater than or equal to 1\",\"input\":\"0\",\"ctx\":{\"ge\":1}}]}"},
    {"/app/local/api/coverage?days=731",
     "{\"detail\":[{\"type\":\"less_than_equal\",\"loc\":[\"query\",\"days\"],"
     "\"msg\":\"Input should be less than or equal to 730\",\"input\":\"731\",\"ctx\":{\"le\":730}}]}"},
    {"/app/local/api/search?offset=-1&limit=",
     "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[\"query\",\"limit\"],"
     "\"msg\":\"Input should be a valid integer, unable to parse string as an integer\",\"input\":\"\"},"
     "{\"type\":\"greater_than_equal\",\"loc\":[\"query\",\"offset\"],"
     "\"msg\":\"Input should be greater than or equal to 0\",\"input\":\"-1\",\"ctx\":{\"ge\":0}}]}"},
};
/* clang-format on */

ParameterizedTestParameters(violations, are_named_exactly)
{
    return cn_test_indexes(sizeof(bad_queries) / sizeof(bad_queries[0]));
}

ParameterizedTest(size_t *i, violations, are_named_exactly)
{
    static const char *const settings[] = {"WEB_ORG", "local", NULL};
    static const fixture_options options = {.empty = true,
                                            .settings = settings};

    fixture_open(&f, 0, &options);
    cr_assert(eq(int, get(&f, bad_queries[*i].target), 422));
    cr_assert(eq(str, (char *)body_of(&f), (char *)bad_queries[*i].expected));
    fixture_close(&f);
}

Test(violations, count_characters_of_long_words)
{
    static const char *const settings[] = {"WEB_ORG", "local", NULL};
    static const fixture_options options = {.empty = true,
                                            .settings = settings};
    char target[4096] = "/app/local/api/search?q=";

    fixture_open(&f, 0, &options);
    for (int i = 0; i < 500; i++)
        strcat(target, "%C3%A9");
    cr_assert(eq(int, get(&f, target), 200));
    strcat(target, "x");
    cr_assert(eq(int, get(&f, target), 422));
    cr_assert(body_has(&f, "\"type\":\"string_too_long\""));
    cr_assert(body_has(&f, "\"ctx\":{\"max_length\":500}"));
    fixture_close(&f);
}

Test(https, is_demanded_when_the_platform_has_it)
{
    static const char *const settings[] = {"PLATFORM_URL",
                                           "https://canon.example", NULL};
    static const fixture_options options = {.empty = true,
                                            .settings = settings};

    fixture_open(&f, 0, &options);
    get(&f, "/healthz");
    cr_assert(eq(str, (char *)header_of(&f, "Strict-Transport-Security"),
                 "max-age=31536000; includeSubDomains"));
    fixture_close(&f);
}
