/*
 * The endpoints of the editor, on a git repository and on a folder.
 */
#include "fixture.h"

#include "database.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEB       "/app/acme/editor/acme/web"
#define FILE_PATH WEB "/docs/specs/login.md"

static fixture f;

static void open_fixture(void)
{
    fixture_open(&f, 0, NULL);
}

static void close_fixture(void)
{
    fixture_close(&f);
}

/* The value of a text member of the last answer. */
static const char *member(const char *name)
{
    static char value[256];
    char start[64];
    const char *at;

    snprintf(start, sizeof(start), "\"%s\":\"", name);
    at = strstr(body_of(&f), start);
    cr_assert_not_null(at, "no %s in %s", name, body_of(&f));
    snprintf(value, sizeof(value), "%.*s",
             (int)strcspn(at + strlen(start), "\""), at + strlen(start));
    return value;
}

TestSuite(editor, .init = open_fixture, .fini = close_fixture);

Test(editor, lists_repositories)
{
    cr_assert(eq(int, get(&f, "/app/acme/editor/repos"), 200));
    cr_assert(eq(chr, body_of(&f)[0], '['));
    cr_assert(body_has(&f, "\"full_name\":\"acme/web\""));
    cr_assert(body_lacks(&f, "other/web"));
}

Test(editor, fills_a_template)
{
    cr_assert(eq(int, get(&f, WEB "/new/template"), 200));
    cr_assert(body_has(&f, "{\"content\":\"---\\n"));
    cr_assert(body_has(&f, "2026-03-01"));
    f.caller = &editor;
    cr_assert(eq(int, get(&f, WEB "/new/template"), 200));
    cr_assert(body_has(&f, "Ed Editor"));
    cr_assert(eq(int, get(&f, "/app/acme/editor/acme/nope/new/template"), 404));
}

Test(editor, parses)
{
    cr_assert(eq(
        int,
        post(&f, WEB "/parse", "{\"content\":\"## 1. A\\n\\n- [x] done\\n\"}"),
        200));
    cr_assert(body_has(&f, "{\"ok\":true,\"sections\":[{\"id\":\"1-a\""));
    cr_assert(eq(int, post(&f, WEB "/parse", "{\"content\":\"\"}"), 200));
}

Test(editor, tells_where_in_the_file_things_are)
{
    cr_assert(eq(int,
                 post(&f, WEB "/parse",
                      "{\"content\":\"---\\ntitle: A\\n---\\n\\n## 1. A\\n\\n"
                      "- [x] done\\n\\n### 1.1 B\\n\\ntext\\n\"}"),
                 200));
    cr_assert(body_has(&f, "{\"text\":\"done\",\"checked\":true,\"line\":7,"),
              "%s", body_of(&f));
    cr_assert(body_has(&f, "\"start_line\":5,\"end_line\":8,\"children\":[{"
                           "\"id\":\"1.1-b\""),
              "%s", body_of(&f));
    cr_assert(body_has(&f, "\"start_line\":9,\"end_line\":11,"), "%s",
              body_of(&f));
}

static const char *const bad_bodies[] = {
    "",
    "x",
    "[]",
    "{\"wrong_field\":\"x\"}",
    "{\"content\":5}",
    "{\"content\"",
    "{\"content\":\"a\",\"content\":\"b\"}",
};

Test(editor, refuses_bodies_that_are_none)
{
    for (size_t i = 0; i < sizeof(bad_bodies) / sizeof(bad_bodies[0]); i++) {
        cr_assert(eq(int, post(&f, WEB "/parse", bad_bodies[i]), 400), "%s",
                  bad_bodies[i]);
        cr_assert(eq(str, (char *)body_of(&f),
                     "{\"error\":\"Invalid request body\"}"));
    }
}

Test(editor, reads_json_only)
{
    static const char *const form[] = {
        "Content-Type", "application/x-www-form-urlencoded", NULL};
    static const char *const merge[] = {
        "Content-Type", "application/merge-patch+json; charset=utf-8", NULL};

    cr_assert(eq(int, ask(&f, "POST", WEB "/parse", form, "{\"content\":\"\"}"),
                 400));
    cr_assert(eq(
        int, ask(&f, "POST", WEB "/parse", merge, "{\"content\":\"\"}"), 200));
    cr_assert(eq(int, ask(&f, "POST", WEB "/parse", NULL, "{\"content\":\"\"}"),
                 200));
}

Test(editor, wants_json_declared_when_a_cookie_comes_along)
{
    static const char *const form[] = {
        "Content-Type",   "text/plain",  "Cookie", "s=1",
        "Sec-Fetch-Site", "same-origin", NULL};

    f.caller = &editor;
    cr_assert(eq(int, ask(&f, "POST", WEB "/parse", form, "{\"content\":\"\"}"),
                 415));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Content-Type must be application/json\"}"));
}

Test(editor, limits_the_size_of_what_it_reads)
{
    size_t len = (size_t)4 * 1024 * 1024 + 100;
    char *body = malloc(len + 1);

    memset(body, ' ', len);
    body[len] = '\0';
    cr_assert(eq(int, post(&f, WEB "/parse", body), 413));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Request body too large\"}"));
    memset(body, 'x', len);
    memcpy(body, "{\"content\":\"", 12);
    memcpy(body + 12 + 500000, "\"}", 3);
    cr_assert(eq(int, post(&f, WEB "/parse", body), 200));
    memcpy(body + 12 + 500000, "x\"}", 4);
    cr_assert(eq(int, post(&f, WEB "/parse", body), 400));
    free(body);
}

Test(editor, refuses_json_that_is_too_deep)
{
    char body[256] = "{\"content\":\"\",\"x\":";

    for (int i = 0; i < 40; i++)
        strcat(body, "[");
    for (int i = 0; i < 40; i++)
        strcat(body, "]");
    strcat(body, "}");
    cr_assert(eq(int, post(&f, WEB "/parse", body), 400));
}

Test(editor, previews_as_html_or_json)
{
    static const char *const json[] = {"Accept", "application/json", NULL};
    const char *text = "{\"content\":\"## 1. A\\n\\n<script>x</script>\\n\"}";

    cr_assert(eq(int, post(&f, WEB "/preview", text), 200));
    cr_assert(eq(str, (char *)header_of(&f, "Content-Type"),
                 "text/html; charset=utf-8"));
    cr_assert(body_has(&f, "<div class=\"spec-content\">"));
    cr_assert(body_lacks(&f, "<script"));
    cr_assert(eq(int, ask(&f, "POST", WEB "/preview", json, text), 200));
    cr_assert(body_has(&f, "{\"html\":\"<div class"));
    cr_assert(eq(int, post(&f, WEB "/preview", "{}"), 200));
    cr_assert(eq(int, post(&f, WEB "/preview", "{\"content\":null}"), 400));
}

Test(editor, loads_a_file)
{
    cr_assert(eq(int, get(&f, FILE_PATH "/json"), 200));
    cr_assert(eq(sz, strlen(member("sha")), 40));
    cr_assert(body_has(&f, "title: Login"));
    cr_assert(eq(int, get(&f, WEB "/docs/nope.md/json"), 404));
    cr_assert(eq(str, (char *)body_of(&f), "{\"error\":\"File not found\"}"));
    cr_assert(eq(int, get(&f, WEB "/new/json"), 400));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Invalid file path\"}"));
    cr_assert(eq(int, get(&f, WEB "/CANON.yaml/json"), 200));
}

/* --- saving, on both databases ------------------------------------------ */

static int save(const char *path, const char *sha, const char *text)
{
    char body[1024];

    snprintf(body, sizeof(body), "{\"content\":\"%s\",\"sha\":\"%s\"}", text,
             sha);
    return post(&f, path, body);
}

ParameterizedTestParameters(saving, is_searchable_at_once)
{
    return test_databases();
}

ParameterizedTest(size_t *which, saving, is_searchable_at_once)
{
    char sha[256];

    fixture_open(&f, *which, NULL);
    f.caller = &editor;
    get(&f, FILE_PATH "/json");
    snprintf(sha, sizeof(sha), "%s", member("sha"));
    cr_assert(eq(int,
                 save(FILE_PATH "/save", sha,
                      "---\\ntitle: Login\\n---\\n\\n## 1. Zanzibar\\n"),
                 200));
    cr_assert(body_has(&f, "{\"ok\":true,\"sha\":\""));
    cr_assert(ne(str, (char *)member("sha"), sha));
    cr_assert(ne(ptr,
                 strstr(f.events, "spec_saved acme {\"method\":"
                                  "\"direct\""),
                 NULL));
    get(&f, "/app/acme/api/search?q=zanzibar");
    cr_assert(body_has(&f, "\"total\":1"));

    cr_assert(eq(int, save(FILE_PATH "/save", sha, "x"), 409));
    cr_assert(body_has(&f, "{\"error\":\"conflict\",\"server_content\":\"---"));
    cr_assert(eq(sz, strlen(member("server_sha")), 40));
    cr_assert(
        eq(int, save(WEB "/docs/specs/new.md/save", "", "## 1. New\\n"), 200));
    cr_assert(eq(int, save(WEB "/docs/specs/new.md/save", "", "x"), 409));
    fixture_close(&f);
}

ParameterizedTestParameters(saving, proposes_a_change_on_a_branch)
{
    return test_databases();
}

ParameterizedTest(size_t *which, saving, proposes_a_change_on_a_branch)
{
    char sha[256];
    char body[1024];

    needs_git();
    fixture_open(&f, *which, NULL);
    get(&f, FILE_PATH "/json");
    snprintf(sha, sizeof(sha), "%s", member("sha"));
    cr_assert(eq(int, save(FILE_PATH "/save-pr", sha, "## 1. X\\n"), 200));
    cr_assert(body_has(&f, "{\"ok\":true,\"pr_number\":0,\"pr_url\":\"\""));
    cr_assert(eq(int, strncmp(member("branch"), "canon/edit-", 11), 0));

    snprintf(body, sizeof(body),
             "{\"content\":\"x\",\"sha\":\"%s\",\"branch_name\":\"topic\"}",
             sha);
    cr_assert(eq(int, post(&f, FILE_PATH "/save-pr", body), 200));
    cr_assert(eq(int, post(&f, FILE_PATH "/save-pr", body), 409));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Branch already exists\"}"));
    snprintf(body, sizeof(body),
             "{\"content\":\"x\",\"sha\":\"%s\",\"branch_name\":\"main\"}",
             sha);
    cr_assert(eq(int, post(&f, FILE_PATH "/save-pr", body), 400));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Invalid branch name\"}"));
    cr_assert(eq(int,
                 post(&f, FILE_PATH "/save-pr",
                      "{\"content\":\"x\",\"sha\":\"\","
                      "\"branch_name\":\"a..b\"}"),
                 400));
    fixture_close(&f);
}

TestSuite(saving_more, .init = open_fixture, .fini = close_fixture);

Test(saving_more, needs_more_than_reading)
{
    f.caller = &reader;
    cr_assert(eq(int, save(FILE_PATH "/save", "", "x"), 403));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Missing required permission: specs:write\"}"));
}

Test(saving_more, refuses_what_is_incomplete)
{
    cr_assert(eq(int, post(&f, FILE_PATH "/save", "{\"content\":\"x\"}"), 400));
    cr_assert(eq(int, post(&f, FILE_PATH "/save", "{\"sha\":\"\"}"), 400));
    cr_assert(eq(int,
                 post(&f, FILE_PATH "/save",
                      "{\"content\":\"x\",\"sha\":\"\",\"message\":1}"),
                 400));
    cr_assert(eq(int, save(WEB "/save/save", "", "x"), 400));
    cr_assert(eq(int, save(WEB "/.github/a.md/save", "", "x"), 400));
    cr_assert(
        eq(int, save("/app/acme/editor/acme/nope/a.md/save", "", "x"), 404));
}

Test(saving_more, writes_to_a_folder)
{
    const char *path = "/app/acme/editor/acme/notes/docs/specs/plan.md";
    char url[256];

    snprintf(url, sizeof(url), "%s/json", path);
    cr_assert(eq(int, get(&f, url), 200));
    snprintf(url, sizeof(url), "%s/save", path);
    cr_assert(eq(int, save(url, member("sha"), "## 1. Changed\\n"), 200));
    snprintf(url, sizeof(url), "%s/save-pr", path);
    cr_assert(eq(int, save(url, member("sha"), "x"), 400));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"error\":\"This repository has no branches\"}"));
}
