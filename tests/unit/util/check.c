#include "check.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char long_slug[102];
static char long_path[1027];

static cn_slice repeated(char *text, size_t len, char c)
{
    memset(text, c, len);
    return cn_slice_of(text, len);
}

static const struct {
    const char *text;
    bool ok;
} slugs[] = {
    {"acme", true}, {"A.b_c-9", true}, {".github", true},    {"-", true},
    {"...", true},  {"", false},       {".", false},         {"..", false},
    {"a/b", false}, {"a b", false},    {"a\xc3\xa9", false}, {"a%2f", false},
    {"a\n", false},
};

ParameterizedTestParameters(check, slugs)
{
    return cn_test_indexes(COUNT(slugs));
}

ParameterizedTest(size_t *i, check, slugs)
{
    cr_assert(eq(int, cn_slug_ok(cn_str(slugs[*i].text)), slugs[*i].ok));
}

Test(check, slugs_have_at_most_100_bytes)
{
    cr_assert(cn_slug_ok(repeated(long_slug, 100, 'a')));
    cr_assert_not(cn_slug_ok(repeated(long_slug, 101, 'a')));
}

static const struct {
    const char *text;
    bool ok;
} full_names[] = {
    {"acme/web", true}, {"a/.b", true},  {"acme", false},
    {"acme/", false},   {"/web", false}, {"", false},
    {"a/b/c", false},   {"a/..", false}, {"./b", false},
};

ParameterizedTestParameters(check, full_names)
{
    return cn_test_indexes(COUNT(full_names));
}

ParameterizedTest(size_t *i, check, full_names)
{
    cr_assert(eq(int, cn_full_name_ok(cn_str(full_names[*i].text)),
                 full_names[*i].ok));
}

static const struct {
    const char *text;
    bool ok;
} paths[] = {
    {"a.md", true},        {"docs/specs/a b.md", true},
    {".github/x", true},   {"a..b/c", true},
    {"\xc3\xa9.md", true}, {"", false},
    {"/a", false},         {"a/", false},
    {"a//b", false},       {"./a", false},
    {"a/./b", false},      {"../a", false},
    {"a/..", false},       {"a\\b", false},
    {"a\nb", false},       {"a\x7f", false},
    {"a\xff", false},
};

ParameterizedTestParameters(check, paths)
{
    return cn_test_indexes(COUNT(paths));
}

ParameterizedTest(size_t *i, check, paths)
{
    cr_assert(eq(int, cn_path_ok(cn_str(paths[*i].text)), paths[*i].ok));
}

Test(check, paths_have_at_most_1024_bytes_and_no_nul)
{
    cr_assert(cn_path_ok(repeated(long_path, 1024, 'a')));
    cr_assert_not(cn_path_ok(repeated(long_path, 1025, 'a')));
    cr_assert_not(cn_path_ok(cn_slice_of("a\0b", 3)));
}

static const struct {
    const char *text;
    bool ok;
} branches[] = {
    {"main", true},      {"canon/spec-2026.1", true},
    {"f\xc3\xa9", true}, {"@a", true},
    {"", false},         {"@", false},
    {"HEAD", false},     {"-x", false},
    {"a..b", false},     {"a@{1}", false},
    {"a.", false},       {".a", false},
    {"a/.b", false},     {"a.lock", false},
    {"a.lock/b", false}, {"/a", false},
    {"a/", false},       {"a//b", false},
    {"a b", false},      {"a~1", false},
    {"a^", false},       {"a:b", false},
    {"a?", false},       {"a*", false},
    {"a[", false},       {"a\\b", false},
    {"a\tb", false},     {"a\x7f", false},
};

ParameterizedTestParameters(check, branches)
{
    return cn_test_indexes(COUNT(branches));
}

ParameterizedTest(size_t *i, check, branches)
{
    cr_assert(
        eq(int, cn_branch_ok(cn_str(branches[*i].text)), branches[*i].ok));
}
