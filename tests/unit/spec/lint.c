/*
 * Findings.
 */
#include "canon/spec.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#define HEAD "---\ntitle: T\nowner: o\nteam: t\n---\n"

/* "severity rule line;" for each finding. */
static int collect(const canon_finding *f, void *user)
{
    char *list = user;
    size_t len = strlen(list);

    snprintf(list + len, 1000 - len, "%s %s %zu;",
             canon_severity_name(f->severity), f->rule, f->line);
    cr_assert(gt(sz, strlen(f->message), 5));
    return 0;
}

static void expect(const char *text, const char *findings)
{
    static const char *const known[] = {"docs/specs/auth.md", "x/pay.ments.md"};
    canon_lint_options o = {sizeof(o), known, 2, 1};
    canon_spec *spec = NULL;
    char list[1000] = "";

    cr_assert(
        eq(int, 0, canon_spec_parse(text, strlen(text), NULL, &spec, NULL)));
    cr_assert(eq(int, 0, canon_spec_lint(spec, &o, collect, list, NULL)));
    cr_assert(eq(str, list, (char *)findings), "%s", text);
    canon_spec_free(spec);
}

static const struct {
    const char *text;
    const char *findings;
} cases[] = {
    {HEAD, ""},
    {"", "warning parser 0;error frontmatter.title 0;warning "
         "frontmatter.owner 0;warning frontmatter.team 0;"},
    {"---\ntitle: ''\nowner: o\nteam: t\n---\n",
     "warning parser 2;error frontmatter.title 2;"},
    {"---\ntitle: a: b\n---\n", "error parser 2;"},
    {"---\ntitle: T\nowner: o\nteam: t\ncreated: 2026-02-30\nupdated: "
     "2026-2-3\n---\n",
     "warning frontmatter.created 0;warning frontmatter.updated 0;"},
    {HEAD "## 2. A\n## 1. B\n## 3. C\n## 3. D\n## E\n",
     "warning section.numbering 7;warning section.numbering 9;"},
    {HEAD "## 1. A\n## 01. B\n## 99999999999999999999. C\n"
          "## 100000000000000000000. D\n",
     "warning section.numbering 7;"},
    {HEAD "## 1. A\n### 1.1 B\n### 2.1 C\n### 11 D\n### E\n",
     "warning section.child_number 8;warning section.child_number 9;"},
    {HEAD "## 1. A\n<!-- canon:system:1 status:todo -->\n",
     "warning ac.missing 6;"},
    {HEAD "## 1. A\n<!-- canon:system:1 status:todo -->\n### 1.1 B\n", ""},
    {HEAD "## 1. A\n<!-- canon:system:1 status:done -->\n- [ ] x\n- [x] y\n",
     "warning status.stale 6;"},
    {HEAD "## 1. A\n<!-- canon:system:1 status:todo -->\n- [x] y\n",
     "warning status.stale 6;"},
    {"---\ntitle: T\nowner: o\nteam: t\ndepends_on: [auth, ../auth.md, "
     "pay.ments.md, nothing]\nsupersedes: old.md\n---\n",
     "warning depends_on.unresolved 0;warning supersedes.unresolved 0;"},
    {HEAD "## 1. A\n<!-- canon:systm:1 -->\n", "warning parser 7;"},
};

ParameterizedTestParameters(spec_lint, finds)
{
    return cn_test_indexes(sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(size_t *i, spec_lint, finds)
{
    expect(cases[*i].text, cases[*i].findings);
}

static int stop(const canon_finding *f, void *user)
{
    int *count = user;

    (void)f;
    ++*count;
    return 1;
}

Test(spec_lint, stops_when_it_is_told_to)
{
    canon_spec *spec = NULL;
    int count = 0;

    cr_assert(eq(int, 0, canon_spec_parse("", 0, NULL, &spec, NULL)));
    cr_assert(eq(int, CANON_ECANCELED,
                 canon_spec_lint(spec, NULL, stop, &count, NULL)));
    cr_assert(eq(int, count, 1));
    canon_spec_free(spec);
}

static int keep_message(const canon_finding *f, void *user)
{
    strcpy(user, f->message);
    return 1;
}

Test(spec_lint, cuts_long_messages_between_characters)
{
    char text[2000] = HEAD "## 1. ";
    char message[1000] = "";
    canon_spec *spec = NULL;
    size_t len;

    while (strlen(text) < 1500)
        strcat(text, "\xC3\xA9");
    strcat(text, "\n<!-- canon:system:1 status:todo -->\n");
    cr_assert(
        eq(int, 0, canon_spec_parse(text, strlen(text), NULL, &spec, NULL)));
    cr_assert(eq(int, CANON_ECANCELED,
                 canon_spec_lint(spec, NULL, keep_message, message, NULL)));
    len = strlen(message);
    cr_assert(gt(sz, len, 300));
    cr_assert(eq(int, message[len - 1] & 0xC0, 0x80));
    canon_spec_free(spec);
}
