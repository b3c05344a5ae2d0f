#include "pattern.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <time.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *pattern;
    const char *path;
    bool match;
} cases[] = {
    {"docs/specs/*.md", "docs/specs/a.md", true},
    {"docs/specs/*.md", "docs/specs/x/a.md", false},
    {"docs/specs/*.md", "README.md", false},
    {"docs/specs/*.md", "docs/a.md", false},
    {"docs/**/*.md", "docs/specs/a.md", true},
    {"docs/**/*.md", "docs/specs/x/a.md", true},
    {"docs/**/*.md", "README.md", false},
    {"docs/**/*.md", "docs/a.md", true},
    {"README.md", "README.md", true},
    {"README.md", "docs/README.md", false},
    {"README.md", "readme.md", false},
    {"*.md", "README.md", true},
    {"*.md", "docs/a.md", false},
    {"**/*.md", "README.md", true},
    {"**/*.md", "docs/specs/x/a.md", true},
    {"docs/*/a.md", "docs/specs/a.md", true},
    {"docs/*/a.md", "docs/specs/x/a.md", false},
    {"docs/*/a.md", "docs/a.md", false},
    {"docs/specs/?.md", "docs/specs/a.md", true},
    {"docs/specs/?.md", "docs/specs/ab.md", false},
    {"docs/specs/?.md", "docs/specs/\xc3\xa9.md", true},
    {"**/specs/*.md", "specs/a.md", true},
    {"**/specs/*.md", "x/specs/a.md", true},
    {"**/specs/*.md", "x/y/specs/a.md", true},
    {"**/specs/*.md", "myspecs/a.md", false},
    {"docs/**", "docs/a.md", true},
    {"docs/**", "docs/x/a.md", true},
    {"docs/**", "docs", false},
    {"docs/**", "docs2/a.md", false},
    {"**", "a", true},
    {"**", "a/b/c", true},
    {"**/**", "a", true},
    {"**/a/**/b", "x/a/y/a/b", true},
    {"a/**/**/b", "a/b", true},
    {"a/**b", "a/xb", true},
    {"a/**b", "a/x/b", false},
    {"a**", "abc", true},
    {"a**", "a/b", false},
    {"a*b*c", "aXbYc", true},
    {"a*b*c", "aXbYcZ", false},
    {"a*", "a", true},
    {"*", "", false},
    {"", "a", false},
    {"??", "\xc3\xa9", false},
    {"*??", "\xc3\xa9", false},
    {"*?", "\xc3\xa9", true},
    {"[ab].md", "a.md", false},
    {"[ab].md", "[ab].md", true},
    {"{a,b}", "a", false},
    {"!a", "b", false},
    {"a\n", "a", false},
    {"a", "a\n", false},
    {"docs/*.md", "docs//a.md", false},
};

ParameterizedTestParameters(pattern, matches)
{
    return cn_test_indexes(COUNT(cases));
}

ParameterizedTest(size_t *i, pattern, matches)
{
    bool match =
        cn_glob_match(cn_str(cases[*i].pattern), cn_str(cases[*i].path));

    cr_assert(eq(int, match, cases[*i].match), "%s on %s", cases[*i].pattern,
              cases[*i].path);
}

static const struct {
    const char *text;
    bool ok;
} patterns[] = {
    {"docs/*.md", true}, {"a//b", true},  {"**", true},    {"", false},
    {"/a", false},       {"../a", false}, {"a/..", false}, {"./a", false},
    {"a/./b", false},    {"a\\b", false}, {"a\tb", false}, {"a\xff", false},
    {"a..b", true},      {"...", true},
};

ParameterizedTestParameters(pattern, fit_for_a_configuration)
{
    return cn_test_indexes(COUNT(patterns));
}

ParameterizedTest(size_t *i, pattern, fit_for_a_configuration)
{
    cr_assert(eq(int, cn_glob_ok(cn_str(patterns[*i].text)), patterns[*i].ok));
}

Test(pattern, has_at_most_200_bytes)
{
    char text[CN_PATTERN_MAX + 1];

    memset(text, '/', sizeof(text));
    cr_assert_not(cn_glob_ok(cn_slice_of(text, sizeof(text))));
    cr_assert_not(cn_glob_match(cn_slice_of(text, sizeof(text)), cn_str("a")));
    cr_assert_not(
        cn_glob_match(cn_slice_of(text, CN_PATTERN_MAX), cn_str("a")));
}

Test(pattern, hostile_ones_take_no_time, .timeout = 5)
{
    char stars[CN_PATTERN_MAX];
    char folders[CN_PATTERN_MAX];
    char path[1024];

    for (size_t i = 0; i < sizeof(stars); i++) {
        stars[i] = i % 2 ? 'a' : '*';
        folders[i] = "**/*a*/"[i % 7];
    }
    stars[sizeof(stars) - 1] = 'b';
    memset(path, 'a', sizeof(path));
    for (int i = 0; i < 100; i++)
        cr_assert_not(cn_glob_match(cn_slice_of(stars, sizeof(stars)),
                                    cn_slice_of(path, sizeof(path))));
    for (size_t i = 1; i < sizeof(path); i += 2)
        path[i] = '/';
    for (int i = 0; i < 100; i++)
        (void)cn_glob_match(cn_slice_of(folders, sizeof(folders)),
                            cn_slice_of(path, sizeof(path) - 1));
}
