/*
 * Kinds of documents.
 */
#include "canon/spec.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char *const design[] = {"design/*.md"};

static const struct {
    const char *path;
    bool patterns;
    int kind;
} paths[] = {
    {"docs/specs/infra/deploy.md", false, CANON_KIND_SPEC},
    {"DOCS/SPECS/Auth.md", false, CANON_KIND_SPEC},
    {"docs/specs/auth.md", true, CANON_KIND_DOC},
    {"design/auth.md", true, CANON_KIND_SPEC},
    {"DESIGN/auth.md", true, CANON_KIND_DOC},
    {"design/_template.md", true, CANON_KIND_DOC},
    {"design/auth.txt", true, CANON_KIND_DOC},
    {"docs/adrs/0001.md", false, CANON_KIND_ADR},
    {"architecture/adr-decisions/5.md", true, CANON_KIND_ADR},
    {"docs/decisions/2026-01-db.md", false, CANON_KIND_ADR},
    {"docs/ADR_7.md", false, CANON_KIND_ADR},
    {"docs/adr7.md", false, CANON_KIND_ADR},
    {"docs/adrenaline.md", false, CANON_KIND_DOC},
    {"plugin/skills/x/SKILL.md", false, CANON_KIND_SKILL},
    {"plugin/README.md", false, CANON_KIND_PLUGIN},
    {"plugin/x.md", false, CANON_KIND_DOC},
    {"src/ui/README.md", false, CANON_KIND_README},
    {"docs/readme-driven/plan.md", false, CANON_KIND_DOC},
    {"CHANGELOG.md", false, CANON_KIND_CHANGELOG},
    {"docs/Contributing-guide.md", false, CANON_KIND_CONTRIBUTING},
    {"ops/playbook-incident.md", false, CANON_KIND_RUNBOOK},
    {"docs/Runbooks/x.md", false, CANON_KIND_RUNBOOK},
    {"", false, CANON_KIND_DOC},
};

ParameterizedTestParameters(spec_classify, tells_kinds_by_path)
{
    return cn_test_indexes(sizeof(paths) / sizeof(paths[0]));
}

ParameterizedTest(size_t *i, spec_classify, tells_kinds_by_path)
{
    cr_assert(
        eq(int, canon_spec_classify(paths[*i].path, design, paths[*i].patterns),
           paths[*i].kind),
        "%s", paths[*i].path);
}

Test(spec_classify, names_every_kind)
{
    cr_assert(eq(str, (char *)canon_kind_name(CANON_KIND_DOC), (char *)"doc"));
    cr_assert(
        eq(str, (char *)canon_kind_name(CANON_KIND_SKILL), (char *)"skill"));
    cr_assert(eq(str, (char *)canon_kind_name(-1), (char *)"doc"));
    cr_assert(eq(str, (char *)canon_kind_name(99), (char *)"doc"));
}

static int counts(const char *text, const char *path)
{
    canon_spec *spec = NULL;
    int result;

    cr_assert(
        eq(int, 0, canon_spec_parse(text, strlen(text), NULL, &spec, NULL)));
    result = canon_spec_counts_as_spec(spec, path);
    canon_spec_free(spec);
    return result;
}

Test(spec_classify, counts_what_says_that_it_is_a_spec)
{
    cr_assert(eq(int, 1, counts("---\ntitle: A\n---\n", "design/a.md")));
    cr_assert(eq(int, 1, counts("---\ntype: adr\n---\n", "design/a.md")));
    cr_assert(eq(int, 0, counts("---\nowner: A\n---\n", "design/a.md")));
    cr_assert(eq(int, 0, counts("# A\n", "README.md")));
    cr_assert(eq(int, 1, counts("# A\n", "docs/specs/a.md")));
}

Test(spec_classify, matches_globs)
{
    cr_assert(eq(int, 1, canon_glob_match("docs/**/*.md", "docs/a/b/c.md")));
    cr_assert(eq(int, 0, canon_glob_match("docs/*.md", "docs/a/b.md")));
}
