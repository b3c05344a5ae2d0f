#include "index_parts.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char *const designs[] = {"design/*.md", "**/notes.md"};

static const struct {
    const char *path;
    bool plain;   /* wanted without patterns */
    bool pattern; /* wanted with the patterns above */
} files[] = {
    {"docs/specs/a.md", true, true},
    {"docs/deep/below/b.md", true, true},
    {"README.md", true, true},
    {"src/ui/README.md", true, true},
    {"adr/0001.md", true, true},
    {"notes.md", false, true},
    {"design/auth.md", false, true},
    {"design/_auth.md", false, false},
    {"docs/_draft.md", false, false},
    {"docs/specs/_template.md", false, false},
    {"plan.md", false, false},
    {"docs/a.txt", false, false},
    {"docs/.hidden/a.md", false, false},
    {".github/README.md", false, false},
    {"node_modules/x/README.md", false, false},
    {"vendor/x/docs/a.md", false, false},
    {"third_party/notes.md", false, false},
};

ParameterizedTestParameters(select, takes_specs_and_documents_only)
{
    return cn_test_indexes(sizeof(files) / sizeof(files[0]));
}

ParameterizedTest(size_t *i, select, takes_specs_and_documents_only)
{
    const cn_patterns none = {NULL, 0};
    const cn_patterns some = {designs, 2};

    cr_assert(eq(int, cn_index_wanted(files[*i].path, &none), files[*i].plain),
              "%s", files[*i].path);
    cr_assert(
        eq(int, cn_index_wanted(files[*i].path, &some), files[*i].pattern),
        "%s", files[*i].path);
}

Test(select, reads_the_patterns_of_a_stored_configuration)
{
    cn_arena a = CN_ARENA_INIT;
    cn_patterns patterns;

    cr_assert(eq(int, cn_patterns_of_json(&a, NULL, &patterns, NULL), 0));
    cr_assert(eq(sz, patterns.count, 0));
    cr_assert(eq(int,
                 cn_patterns_of_json(&a,
                                     "{\"specs\":{\"doc_paths\":"
                                     "[\"a/*.md\",\"b.md\"]}}",
                                     &patterns, NULL),
                 0));
    cr_assert(eq(sz, patterns.count, 2));
    cr_assert(eq(str, (char *)patterns.items[1], "b.md"));
    cn_arena_free(&a);
}

Test(select, takes_the_default_pattern_for_none)
{
    cn_arena a = CN_ARENA_INIT;
    cn_patterns patterns;

    cr_assert(eq(int,
                 cn_patterns_of_json(&a,
                                     "{\"specs\":{\"doc_paths\":"
                                     "[\"docs/specs/*.md\"]}}",
                                     &patterns, NULL),
                 0));
    cr_assert(eq(sz, patterns.count, 0));
    cn_arena_free(&a);
}
