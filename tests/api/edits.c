/*
 * Edits and merges of a text that is not saved, and the badge.
 */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLY "/app/acme/editor/apply"
#define MERGE "/app/acme/editor/merge"
#define BADGE "/app/acme/badge.svg"

static fixture f;

static void open_fixture(void)
{
    fixture_open(&f, 0, NULL);
}

static void open_empty(void)
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

static int apply(const char *content, const char *edits)
{
    char body[2048];

    snprintf(body, sizeof(body), "{\"content\":\"%s\",\"edits\":[%s]}", content,
             edits);
    return post(&f, APPLY, body);
}

#define DOCUMENT                                                               \
    "---\\ntitle: A\\nowner:   Jo  # lead\\ntags: [x, y]\\n---\\n\\n"          \
    "## 1. One\\n\\nText  \\r\\n"

/* clang-format off */
static const struct {
    const char *content;
    const char *edits;
    const char *expected; /* the text, as JSON has it */
} edits[] = {
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"owner\",\"value\":\"Ann\"}",
     "---\\ntitle: A\\nowner:   Ann  # lead\\ntags: [x, y]\\n---\\n\\n## 1. One\\n\\nText  \\r\\n"},
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"owner\",\"value\":\"Jo\"}", DOCUMENT},
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"owner\",\"value\":\"\"}",
     "---\\ntitle: A\\ntags: [x, y]\\n---\\n\\n## 1. One\\n\\nText  \\r\\n"},
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"owner\",\"value\":\" \\t\"}",
     "---\\ntitle: A\\ntags: [x, y]\\n---\\n\\n## 1. One\\n\\nText  \\r\\n"},
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"tags\",\"value\":[]}",
     "---\\ntitle: A\\nowner:   Jo  # lead\\n---\\n\\n## 1. One\\n\\nText  \\r\\n"},
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"tags\",\"value\":[\"x\",\"b: c\"]}",
     "---\\ntitle: A\\nowner:   Jo  # lead\\ntags: [x, \\\"b: c\\\"]\\n---\\n\\n## 1. One\\n\\nText  \\r\\n"},
    {DOCUMENT, "{\"op\":\"meta\",\"field\":\"team\",\"value\":\"\"}", DOCUMENT},
    {"## 1. One\\n", "{\"op\":\"meta\",\"field\":\"team\",\"value\":\"\"}", "## 1. One\\n"},
    {"", "{\"op\":\"meta\",\"field\":\"title\",\"value\":\"T\"}", "---\\ntitle: T\\n---\\n"},
    {"## 1. One\\n", "{\"op\":\"status\",\"section\":\"1-one\",\"state\":\"done\"}",
     "## 1. One\\n<!-- canon:system:1 status:done -->\\n"},
    {"## 1. One\\n", "{\"op\":\"status\",\"section\":\"1\",\"state\":\"blocked\",\"blocked_by\":\"PAY-1\"}",
     "## 1. One\\n<!-- canon:system:1 status:blocked:PAY-1 -->\\n"},
    {"## 1. One\\n", "{\"op\":\"status\",\"section\":\"1\",\"state\":\"blocked\",\"blocked_by\":\"\"}",
     "## 1. One\\n<!-- canon:system:1 status:blocked -->\\n"},
    {"## 1. One\\n", "{\"op\":\"status\",\"section\":\"1\",\"state\":\"done\"},{\"op\":\"meta\",\"field\":\"team\",\"value\":\"web\"},{\"op\":\"status\",\"section\":\"1\",\"state\":\"todo\"}",
     "---\\nteam: web\\n---\\n\\n## 1. One\\n<!-- canon:system:1 status:todo -->\\n"},
};
/* clang-format on */

TestSuite(apply, .init = open_empty, .fini = close_fixture);

Test(apply, changes_what_is_named_and_nothing_else)
{
    char expected[1024];

    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        cr_assert(eq(int, apply(edits[i].content, edits[i].edits), 200), "%s",
                  body_of(&f));
        snprintf(expected, sizeof(expected), "{\"content\":\"%s\"}",
                 edits[i].expected);
        cr_assert(eq(str, (char *)body_of(&f), expected), "%s", edits[i].edits);
    }
}

#define VALUE "\"Edit 1: value must be a text or a list of texts\""

/* clang-format off */
static const struct {
    const char *edits;
    int status;
    const char *text; /* of the answer */
} refusals[] = {
    {"", 400, "Invalid request body"},
    {"5", 400, "Edit 1: op must be meta or status"},
    {"[]", 400, "Edit 1: op must be meta or status"},
    {"{}", 400, "Edit 1: op must be meta or status"},
    {"{\"op\":\"tick\"}", 400, "Edit 1: op must be meta or status"},
    {"{\"op\":5}", 400, "Edit 1: op must be meta or status"},
    {"{\"op\":\"meta\"}", 400, "Edit 1: field must be a text"},
    {"{\"op\":\"meta\",\"field\":\"a\"}", 400, VALUE},
    {"{\"op\":\"meta\",\"field\":\"a\",\"value\":null}", 400, VALUE},
    {"{\"op\":\"meta\",\"field\":\"a\",\"value\":{}}", 400, VALUE},
    {"{\"op\":\"meta\",\"field\":\"a\",\"value\":[\"a\",5]}", 400, VALUE},
    {"{\"op\":\"meta\",\"field\":\"a b\",\"value\":\"x\"}", 400, "Edit 1: field is no name"},
    {"{\"op\":\"meta\",\"field\":\"\",\"value\":\"x\"}", 400, "Edit 1: field is no name"},
    {"{\"op\":\"status\",\"state\":\"done\"}", 400, "Edit 1: section must be a text"},
    {"{\"op\":\"status\",\"section\":\"1\"}", 400, "Edit 1: state must be the name of a state"},
    {"{\"op\":\"status\",\"section\":\"1\",\"state\":\"ready\"}", 400, "Edit 1: state must be the name of a state"},
    {"{\"op\":\"status\",\"section\":\"1\",\"state\":\"blocked\",\"blocked_by\":1}", 400, "Edit 1: blocked_by must be a text"},
    {"{\"op\":\"status\",\"section\":\"1\",\"state\":\"done\",\"blocked_by\":\"x\"}", 400, "Edit 1: only a blocked section"},
    {"{\"op\":\"status\",\"section\":\"1\",\"state\":\"blocked\",\"blocked_by\":\"a -->\"}", 400, "Edit 1: blocked_by"},
    {"{\"op\":\"status\",\"section\":\"9\",\"state\":\"done\"}", 404, "\"Edit 1: no section 9\""},
    {"{\"op\":\"status\",\"section\":\"2\",\"state\":\"done\"}", 400, "Edit 1: 2 sections have the number 2"},
    {"{\"op\":\"meta\",\"field\":\"team\",\"value\":\"a\"},{\"op\":\"status\",\"section\":\"\",\"state\":\"done\"}", 404, "Edit 2: no section"},
};
/* clang-format on */

Test(apply, says_which_edit_cannot_be_made_and_why)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        cr_assert(eq(int,
                     apply("## 1. One\\n\\n## 2. A\\n\\n## 2. B\\n",
                           refusals[i].edits),
                     refusals[i].status),
                  "%s: %s", refusals[i].edits, body_of(&f));
        cr_assert(body_has(&f, "{\"error\":\""));
        cr_assert(body_has(&f, refusals[i].text), "%s: %s", refusals[i].edits,
                  body_of(&f));
    }
}

Test(apply, leaves_a_front_matter_that_it_cannot_read)
{
    cr_assert(eq(int,
                 apply("---\\ntitle: [\\n---\\n",
                       "{\"op\":\"meta\",\"field\":\"team\",\"value\":\"a\"}"),
                 400));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"error\":\"Edit 1: the front matter cannot be read\"}"));
}

static const char *const bad_bodies[] = {
    "",
    "x",
    "[]",
    "{\"content\":\"\"}",
    "{\"edits\":[{\"op\":\"meta\",\"field\":\"a\",\"value\":\"b\"}]}",
    "{\"content\":5,\"edits\":[{\"op\":\"meta\"}]}",
    "{\"content\":\"\",\"edits\":{}}",
    "{\"content\":\"\",\"edits\":[]}",
    "{\"content\":\"\",\"edits\":null}",
};

Test(apply, refuses_bodies_that_are_none)
{
    for (size_t i = 0; i < sizeof(bad_bodies) / sizeof(bad_bodies[0]); i++) {
        cr_assert(eq(int, post(&f, APPLY, bad_bodies[i]), 400), "%s",
                  bad_bodies[i]);
        cr_assert(eq(str, (char *)body_of(&f),
                     "{\"error\":\"Invalid request body\"}"));
    }
}

Test(apply, makes_a_hundred_edits_at_a_time)
{
    static const char one[] =
        "{\"op\":\"meta\",\"field\":\"a\",\"value\":\"b\"},";
    char *body = calloc(1, 102 * sizeof(one) + 64);
    size_t len;

    strcpy(body, "{\"content\":\"\",\"edits\":[");
    for (int i = 0; i < 100; i++)
        strcat(body, one);
    len = strlen(body);
    strcpy(body + len - 1, "]}");
    cr_assert(eq(int, post(&f, APPLY, body), 200));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"content\":\"---\\na: b\\n---\\n\"}"));
    strcpy(body + len, one);
    strcpy(body + strlen(body) - 1, "]}");
    cr_assert(eq(int, post(&f, APPLY, body), 400));
    free(body);
}

Test(apply, makes_fewer_edits_in_a_long_text)
{
    static const char one[] =
        "{\"op\":\"meta\",\"field\":\"a\",\"value\":\"b\"}";
    char *body = calloc(1, 501000);

    strcpy(body, "{\"content\":\"");
    memset(body + strlen(body), 'x', 499900);
    sprintf(body + strlen(body), "\",\"edits\":[%s", one);
    for (int i = 1; i < 21; i++)
        sprintf(body + strlen(body), ",%s", one);
    strcat(body, "]}");
    cr_assert(eq(int, post(&f, APPLY, body), 413));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"detail\":\"Too many edits of a long text\"}"));
    strcpy(body + strlen(body) - sizeof(one) - 2, "]}");
    cr_assert(eq(int, post(&f, APPLY, body), 200));
    free(body);
}

/* --- merging ------------------------------------------------------------- */

TestSuite(merge, .init = open_empty, .fini = close_fixture);

Test(merge, puts_two_versions_together)
{
    cr_assert(eq(int,
                 post(&f, MERGE,
                      "{\"base\":\"- [ ] a\\nb\\nc\\n\","
                      "\"ours\":\"- [x] a\\nb\\nc\\n\","
                      "\"theirs\":\"- [ ] a new\\nb\\nc\\n\"}"),
                 200));
    cr_assert(eq(
        str, (char *)body_of(&f),
        "{\"content\":\"- [x] a new\\nb\\nc\\n\",\"conflicts\":0,"
        "\"parts\":[{\"text\":\"- [x] a new\\n\"},{\"text\":\"b\\nc\\n\"}]}"));
}

Test(merge, shows_conflicts)
{
    cr_assert(eq(int,
                 post(&f, MERGE,
                      "{\"base\":\"a\\nb\\n\",\"ours\":\"<o>\\nb\\n\","
                      "\"theirs\":\"t\\nb\\n\"}"),
                 200));
    cr_assert(body_has(&f, "\"conflicts\":1"));
    cr_assert(body_has(&f, "{\"base\":\"a\\n\",\"ours\":\"<o>\\n\","
                           "\"theirs\":\"t\\n\"},{\"text\":\"b\\n\"}"),
              "%s", body_of(&f));
    cr_assert(body_has(&f, "<<<<<<<"));
}

Test(merge, takes_empty_texts)
{
    cr_assert(eq(
        int, post(&f, MERGE, "{\"base\":\"\",\"ours\":\"\",\"theirs\":\"\"}"),
        200));
    cr_assert(body_has(&f, "{\"content\":\"\",\"conflicts\":0,\"parts\":["));
}

static const char *const bad_versions[] = {
    "",
    "[]",
    "{}",
    "{\"base\":\"\",\"ours\":\"\"}",
    "{\"base\":\"\",\"theirs\":\"\"}",
    "{\"ours\":\"\",\"theirs\":\"\"}",
    "{\"base\":null,\"ours\":\"\",\"theirs\":\"\"}",
    "{\"base\":\"\",\"ours\":5,\"theirs\":\"\"}",
    "{\"base\":\"\",\"ours\":\"\",\"theirs\":[]}",
};

Test(merge, refuses_bodies_that_are_none)
{
    for (size_t i = 0; i < sizeof(bad_versions) / sizeof(*bad_versions); i++) {
        cr_assert(eq(int, post(&f, MERGE, bad_versions[i]), 400), "%s",
                  bad_versions[i]);
        cr_assert(eq(str, (char *)body_of(&f),
                     "{\"error\":\"Invalid request body\"}"));
    }
}

/* A merge of three texts of this many characters of three bytes each. */
static int merge_long(size_t count)
{
    static const char *const names[] = {"{\"base\":\"", "\",\"ours\":\"",
                                        "\",\"theirs\":\""};
    char *body = malloc(9 * count + 100);
    char *at = body;
    int status;

    for (size_t i = 0; i < 3; i++) {
        at = stpcpy(at, names[i]);
        for (size_t k = 0; k < count; k++)
            at = stpcpy(at, "\xE6\x96\x87");
    }
    strcpy(at, "\"}");
    status = post(&f, MERGE, body);
    free(body);
    return status;
}

Test(merge, takes_three_texts_of_full_length)
{
    cr_assert(eq(int, merge_long(500000), 200));
    cr_assert(eq(int, merge_long(500001), 400));
    cr_assert(eq(int, merge_long(1400000), 413));
}

/* --- the badge ----------------------------------------------------------- */

TestSuite(badge, .init = open_fixture, .fini = close_fixture);

Test(badge, shows_how_many_criteria_are_done)
{
    cr_assert(eq(int, get(&f, BADGE), 200));
    cr_assert(eq(str, (char *)header_of(&f, "Content-Type"), "image/svg+xml"));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"),
                 "private, max-age=300"));
    cr_assert(eq(str, (char *)header_of(&f, "Content-Security-Policy"),
                 "default-src 'none'"));
    cr_assert(
        eq(str, (char *)header_of(&f, "X-Content-Type-Options"), "nosniff"));
    cr_assert(body_has(&f, "<svg xmlns=\"http://www.w3.org/2000/svg\""));
    cr_assert(body_has(&f, "<title>specs: "), "%s", body_of(&f));
    cr_assert(body_has(&f, "%</title>"));
}

Test(badge, is_of_a_repository_or_team)
{
    cr_assert(eq(int, get(&f, BADGE "?repo=acme/web&label=web%20app"), 200));
    cr_assert(body_has(&f, "<title>web app: "));
    cr_assert(body_has(&f, "%</title>"));
    cr_assert(eq(int, get(&f, BADGE "?repo=other/web"), 200));
    cr_assert(body_has(&f, "<title>specs: no criteria</title>"));
    cr_assert(eq(int, get(&f, BADGE "?team=nobody"), 200));
    cr_assert(body_has(&f, "<title>specs: no criteria</title>"));
}

Test(badge, is_sent_once)
{
    const char *headers[] = {"If-None-Match", NULL, NULL};
    char tag[64];

    get(&f, BADGE);
    snprintf(tag, sizeof(tag), "%s", header_of(&f, "ETag"));
    headers[1] = tag;
    cr_assert(eq(int, ask(&f, "GET", BADGE, headers, NULL), 304));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"),
                 "private, max-age=300"));
    cr_assert(eq(str, (char *)body_of(&f), ""));
    cr_assert(eq(int, ask(&f, "GET", BADGE "?label=b", headers, NULL), 200));
    cr_assert(eq(int, ask(&f, "HEAD", BADGE, NULL, NULL), 200));
    cr_assert(eq(str, (char *)header_of(&f, "ETag"), tag));
}

Test(badge, is_no_place_for_markup)
{
    cr_assert(eq(int, get(&f, BADGE "?label=%3C/title%3E%3Cscript%3E%22%27%26"),
                 200));
    cr_assert(body_lacks(&f, "<script"));
    cr_assert(body_has(&f, "&lt;/title&gt;&lt;script&gt;&quot;&#x27;&amp;"));
    cr_assert(eq(int, get(&f, BADGE "?label=a%01%0Ab%EF%BF%BF%7F"), 200));
    cr_assert(body_has(&f, "<title>a  b  : "), "%s", body_of(&f));
}

Test(badge, refuses_a_label_that_is_too_long)
{
    cr_assert(eq(int,
                 get(&f, BADGE "?label=%C3%A9234567890123456789012345678901234"
                               "567890"),
                 200));
    cr_assert(eq(int,
                 get(&f, BADGE "?label=12345678901234567890123456789012345678"
                               "901"),
                 422));
    cr_assert(body_has(&f, "\"loc\":[\"query\",\"label\"]"));
}

Test(badge, is_only_for_readers)
{
    f.caller = &reader;
    cr_assert(eq(int, get(&f, BADGE), 200));
    f.caller = &nobody;
    cr_assert(eq(int, get(&f, BADGE), 403));
    f.caller = &stranger;
    cr_assert(eq(int, get(&f, BADGE), 403));
}
