/* Which files may be edited. */
#include "canon/editor.h"

#include "files.h"

#include <criterion/new/assert.h>
#include <string.h>

static const char *const good[] = {
    "a.md",
    "docs/specs/a.md",
    "CANON.yaml",
    "SPECWRIGHT.yaml",
    "d\xc3\xa9j\xc3\xa0 vu/b c.md",
    ".gitbook/a.md",
    ".github.md",
    "docs/.github/a.md",
    "a/..b.md",
    "a..md",
};

static const char *const bad[] = {
    "",
    ".md",
    "a.txt",
    "a.md ",
    "a.md/",
    "a.MD.exe",
    "CANON.yml",
    "canon.yaml",
    "docs/CANON.yaml",
    "/a.md",
    "/etc/passwd",
    "../a.md",
    "docs/../a.md",
    "docs/../../a.md",
    "./a.md",
    "docs/./a.md",
    "docs//a.md",
    "docs\\a.md",
    "..\\a.md",
    "a\nb.md",
    "a\x7f.md",
    "\xff.md",
    "\xc0\xaf.md",
    ".git/a.md",
    ".GIT/a.md",
    "vendor/.git/a.md",
    "a/b/.Git/hooks/c.md",
    ".github/a.md",
    ".GitHub/workflows/a.md",
    ".git",
    "src/main.c",
};

ParameterizedTestParameters(editor_path, may_be_edited)
{
    return cn_test_indexes(sizeof(good) / sizeof(good[0]));
}

ParameterizedTest(size_t *i, editor_path, may_be_edited)
{
    cr_assert(eq(int, canon_editor_path_check(good[*i]), 1), "%s", good[*i]);
}

ParameterizedTestParameters(editor_path, may_not_be_edited)
{
    return cn_test_indexes(sizeof(bad) / sizeof(bad[0]));
}

ParameterizedTest(size_t *i, editor_path, may_not_be_edited)
{
    cr_assert(eq(int, canon_editor_path_check(bad[*i]), 0), "%s", bad[*i]);
}

Test(editor_path, has_a_limit_and_must_be_there)
{
    char path[1040];

    memset(path, 'a', sizeof(path));
    memcpy(path + 1021, ".md", 4);
    cr_assert(eq(int, canon_editor_path_check(path), 1));
    memset(path, 'a', sizeof(path));
    memcpy(path + 1022, ".md", 4);
    cr_assert(eq(int, canon_editor_path_check(path), 0));
    cr_assert(eq(int, canon_editor_path_check(NULL), 0));
}
