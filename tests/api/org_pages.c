/*
 * The pages: shell, statuses, redirects, fragments.
 */
#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char shell[] =
    "<!doctype html><html><head><title>App</title></head><body></body></html>";

static fixture f;

static void open_with_shell(void)
{
    static const fixture_options options = {.shell = shell};

    fixture_open(&f, 0, &options);
}

static void open_without_shell(void)
{
    fixture_open(&f, 0, NULL);
}

static void close_fixture(void)
{
    fixture_close(&f);
}

/* clang-format off */
static const struct {
    const char *path;
    int with;    /* status with the application */
    int without; /* and in a build without it */
} statuses[] = {
    {"/", 200, 200},
    {"/pricing", 503, 503},
    {"/changelog", 503, 503},
    {"/app/acme/", 200, 200},
    {"/app/acme", 200, 503},
    {"/app/acme/welcome", 200, 200},
    {"/app/nope/welcome", 200, 200},
    {"/app/nope/", 404, 404},
    {"/app/acme/search", 200, 200},
    {"/app/acme/search?offset=x", 422, 422},
    {"/app/acme/repos/acme/web", 200, 200},
    {"/app/acme/repos/acme/nope", 404, 404},
    {"/app/acme/specs/acme/web/docs/specs/login.md", 200, 200},
    {"/app/acme/specs/acme/web/docs/specs/nope.md", 404, 404},
    {"/app/acme/docs/acme/web/docs/guide.md", 200, 200},
    {"/app/acme/docs/acme/web/docs/nope.md", 404, 404},
    {"/app/acme/editor/", 200, 200},
    {"/app/acme/editor/acme/web/new", 200, 200},
    {"/app/acme/editor/acme/nope/new", 404, 404},
    {"/app/acme/editor/acme/web/docs/new.md", 200, 200},
    {"/app/acme/editor/acme/nope/docs/new.md", 404, 404},
    {"/app/acme/editor/acme/web/main.c", 400, 400},
    {"/app/acme/editor/acme/web/json", 400, 400},
    {"/app/acme/tasks", 200, 503},
    {"/app/acme/coverage", 200, 503},
    {"/app/acme/profile", 200, 503},
    {"/app/acme/profile/x", 404, 503},
    {"/app/acme/settings/api-keys", 200, 503},
    {"/app/acme/editor", 200, 503},
    {"/app/acme/nope", 404, 503},
    {"/app/no-org", 200, 503},
    {"/app/choose-org", 200, 503},
    {"/app/admin/", 404, 503},
    {"/app/api", 404, 503},
    {"/app/setup", 404, 503},
};
/* clang-format on */

ParameterizedTestParameters(pages, tell_the_truth_in_their_status)
{
    return cn_test_indexes(2);
}

ParameterizedTest(size_t *with, pages, tell_the_truth_in_their_status)
{
    static const char *const html[] = {"Accept", "text/html", NULL};

    if (*with)
        open_with_shell();
    else
        open_without_shell();
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        cr_assert(eq(int, ask(&f, "GET", statuses[i].path, html, NULL),
                     *with ? statuses[i].with : statuses[i].without),
                  "%s", statuses[i].path);
    close_fixture();
}

TestSuite(pages_with_shell, .init = open_with_shell, .fini = close_fixture);

Test(pages_with_shell, carry_the_session_and_a_nonce)
{
    char nonce[64];
    const char *at;

    cr_assert(eq(int, get(&f, "/app/acme/"), 200));
    at = strstr(body_of(&f), "<script nonce=\"");
    cr_assert(ne(ptr, (void *)at, NULL));
    cr_assert(eq(int, sscanf(at, "<script nonce=\"%40[0-9a-f]", nonce), 1));
    cr_assert(eq(sz, strlen(nonce), 32)); /* 128 bits */
    cr_assert(body_has(&f, "window.__CANON__ = {\"user\":null,"
                           "\"org\":\"acme\""));
    at = strstr(header_of(&f, "Content-Security-Policy"), nonce);
    cr_assert(ne(ptr, (void *)at, NULL));
    cr_assert(eq(str, (char *)header_of(&f, "X-Frame-Options"), "DENY"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    get(&f, "/app/acme/");
    cr_assert(body_lacks(&f, nonce), "a nonce is used once");
}

/* The start tags of a page: is one of them an inline script but for that of
 * the nonce, or does one carry a style or a handler? */
static void check_tags(const char *page, const char *nonce)
{
    for (const char *at = strchr(page, '<'); at; at = strchr(at + 1, '<')) {
        char tag[512];

        snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(at, ">"), at);
        cr_assert(strncmp(tag, "<style", 6) != 0, "%s", tag);
        cr_assert(eq(ptr, strstr(tag, " style="), NULL), "%s", tag);
        cr_assert(eq(ptr, strstr(tag, " on"), NULL), "%s", tag);
        cr_assert(eq(ptr, strstr(tag, "=\"http"), NULL), "%s", tag);
        if (strncmp(tag, "<script", 7) == 0 && !strstr(tag, nonce))
            cr_assert(ne(ptr, strstr(tag, " src=\"/"), NULL), "%s", tag);
    }
}

Test(application, runs_under_the_policy_of_its_page)
{
    char *index = test_file(CN_TESTS_DIR "/../canond/web/index.html", NULL);
    fixture_options options = {.shell = index, .empty = true};
    char policy[512];
    char nonce[64];

    fixture_open(&f, 0, &options);
    cr_assert(eq(int, get(&f, "/"), 200));
    cr_assert(eq(int,
                 sscanf(strstr(body_of(&f), "<script nonce=\""),
                        "<script nonce=\"%40[0-9a-f]", nonce),
                 1));
    check_tags(body_of(&f), nonce);
    snprintf(policy, sizeof(policy),
             "default-src 'self'; script-src 'self' 'nonce-%s'; "
             "style-src 'self'; img-src 'self' https: data:; "
             "connect-src 'self'; object-src 'none'; base-uri 'none'; "
             "form-action 'self'; frame-ancestors 'none'",
             nonce);
    cr_assert(
        eq(str, (char *)header_of(&f, "Content-Security-Policy"), policy));
    fixture_close(&f);
    free(index);
}

Test(pages_with_shell, show_strangers_nothing_in_public)
{
    cr_assert(eq(int, get(&f, "/"), 200));
    cr_assert(body_has(&f, "\"user\":null,\"org\":\"\",\"orgs\":[],"
                           "\"permissions\":[]"));
    cr_assert(body_has(&f, "<title>Canon</title>"));
    cr_assert(body_lacks(&f, "<title>App"));
    cr_assert(body_lacks(&f, "og:url"));
}

Test(pages_with_shell, vary_with_the_fragment_header)
{
    get(&f, "/app/acme/search");
    cr_assert(eq(str, (char *)header_of(&f, "Vary"), "HX-Request"));
}

Test(pages_with_shell, are_described_below_the_platform_address)
{
    static const char *const settings[] = {"PLATFORM_URL",
                                           "https://canon.example", NULL};
    static const fixture_options options = {
        .shell = shell, .settings = settings, .empty = true};

    fixture_close(&f);
    fixture_open(&f, 0, &options);
    get(&f, "/");
    cr_assert(body_has(&f, "content=\"https://canon.example/\""));
}

static char *changelog; /* its folder */

/* A file of the text, made at that second of 1970. */
static void write_changelog(const char *text, int64_t second)
{
    const struct timespec times[] = {{second, 0}, {second, 0}};
    char path[4096];

    snprintf(path, sizeof(path), "%s/CHANGELOG.md", changelog);
    test_write(changelog, "CHANGELOG.md", text);
    cr_assert(eq(int, utimensat(AT_FDCWD, path, times, 0), 0));
}

static void open_with_changelog(void)
{
    char path[4096];
    const char *settings[] = {"CHANGELOG_FILE", path, NULL};
    fixture_options options = {
        .shell = shell, .settings = settings, .empty = true};

    changelog = test_folder();
    snprintf(path, sizeof(path), "%s/CHANGELOG.md", changelog);
    fixture_open(&f, 0, &options);
}

static void close_with_changelog(void)
{
    fixture_close(&f);
    test_folder_remove(changelog);
}

TestSuite(changelog, .init = open_with_changelog, .fini = close_with_changelog);

Test(changelog, is_rendered)
{
    write_changelog("# 0.1\n\n* </script>first\n", 1);
    cr_assert(eq(int, get(&f, "/changelog"), 200));
    cr_assert(body_has(&f, "\"page\":{\"html\":\""));
    cr_assert(body_has(&f, "\\u003cli\\u003e"));
}

Test(changelog, is_made_anew_when_time_or_size_of_the_file_change)
{
    write_changelog("one\n", 1);
    get(&f, "/changelog");
    write_changelog("two\n", 1);
    cr_assert(eq(int, get(&f, "/changelog"), 200));
    cr_assert(body_has(&f, "one"), "it was kept");
    write_changelog("two\n", 2);
    get(&f, "/changelog");
    cr_assert(body_has(&f, "two"));
    write_changelog("three\n", 2);
    get(&f, "/changelog");
    cr_assert(body_has(&f, "three"));
}

Test(changelog, that_cannot_be_shown_is_the_operators_business)
{
    char *large = calloc(1, 1024 * 1024 + 2);

    memset(large, 'a', 1024 * 1024);
    write_changelog(large, 1);
    cr_assert(eq(int, get(&f, "/changelog"), 200));
    large[1024 * 1024] = 'a';
    write_changelog(large, 1);
    cr_assert(eq(int, get(&f, "/changelog"), 503));
    cr_assert(body_has(&f, "There is no changelog here."));
    cr_assert_not_null(strstr(f.log, "CHANGELOG_FILE is larger than 1 MiB"));
    test_folder_remove(changelog);
    changelog = test_folder();
    cr_assert(eq(int, get(&f, "/changelog"), 503));
    cr_assert_not_null(strstr(f.log, "CHANGELOG_FILE cannot be read"));
    free(large);
}

TestSuite(pages_without_shell, .init = open_without_shell,
          .fini = close_fixture);

Test(pages_without_shell, say_how_to_build_the_application)
{
    cr_assert(eq(int, get(&f, "/app/acme/"), 200));
    cr_assert(body_has(&f, "cmake --build"));
    cr_assert(body_has(&f, "/app/acme/api/dashboard"));
}

Test(pages_without_shell, redirect_to_the_organisation)
{
    cr_assert(eq(int, get(&f, "/app/?auth_error=a+b%26"), 302));
    cr_assert(eq(str, (char *)header_of(&f, "Location"),
                 "/app/acme/?auth_error=a%20b%26"));
    cr_assert(eq(int, get(&f, "/app/setup/complete?installation_id=5"), 302));
    cr_assert(eq(str, (char *)header_of(&f, "Location"), "/app/acme/welcome"));
    f.caller = &stranger;
    cr_assert(eq(int, get(&f, "/app/"), 302));
    cr_assert(eq(str, (char *)header_of(&f, "Location"), "/app/other/"));
}

Test(pages_without_shell, redirect_to_nowhere_without_organisations)
{
    static const fixture_options options = {.empty = true};

    fixture_close(&f);
    fixture_open(&f, 0, &options);
    cr_assert(eq(int, get(&f, "/app/"), 302));
    cr_assert(eq(str, (char *)header_of(&f, "Location"), "/app/no-org"));
}

Test(pages_without_shell, show_search_results_as_a_fragment)
{
    static const char *const fragment[] = {"HX-Request", "true", NULL};

    cr_assert(eq(int,
                 ask(&f, "GET", "/app/acme/search?q=session", fragment, NULL),
                 200));
    cr_assert(body_has(&f, "1 result<"));
    cr_assert(body_has(&f, "href=\"/app/acme/specs/acme/web/docs/specs/"
                           "login.md\""));
    cr_assert(body_has(&f, "<mark>session</mark>"));
    cr_assert(body_has(&f, "status-badge status-in_progress\">In Progress"));
    cr_assert(eq(str, (char *)header_of(&f, "Vary"), "HX-Request"));
    ask(&f, "GET", "/app/acme/search?q=%3Cscript%3E", fragment, NULL);
    cr_assert(body_has(&f, "Nothing found for <strong>&lt;script&gt;"));
    ask(&f, "GET", "/app/acme/search?team=nobody", fragment, NULL);
    cr_assert(eq(str, (char *)body_of(&f), ""));
}
