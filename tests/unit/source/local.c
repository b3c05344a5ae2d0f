/* The rules that folders and git repositories have in common. */
#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* clang-format off */
static const struct {
    const char *path;
    bool listed;
} files[] = {
    {"a.md", true}, {"docs/a.md", true}, {"docs/.hidden.md", true},
    {"CANON.yaml", true}, {"SPECWRIGHT.yaml", true},
    {"docs/CANON.yaml", false}, {"canon.yaml", false}, {".md", false},
    {"docs/.md", false}, {"a.MD", false}, {"a.markdown", false},
    {"md", false}, {"a.md.txt", false}, {"a.md/b", false},
};

static const struct {
    const char *path;
    const char *base;
    int rc;
} changes[] = {
    {"docs/a.md", "", CANON_OK},
    {"docs/a.md", "0123456789012345678901234567890123456789", CANON_OK},
    {"docs/a.md", "0123", CANON_ECONFLICT},
    {"docs/a.md", "0123456789012345678901234567890123456 89", CANON_ECONFLICT},
    {"docs/a.md", "012345678901234567890123456789012345678A", CANON_ECONFLICT},
    {"docs/a.md", NULL, CANON_EINVAL},
    {NULL, "", CANON_EINVAL},
    {"", "", CANON_EINVAL},
    {"/etc/passwd", "", CANON_EINVAL},
    {"../a.md", "", CANON_EINVAL},
    {"docs/../../a.md", "", CANON_EINVAL},
    {"docs/./a.md", "", CANON_EINVAL},
    {"docs//a.md", "", CANON_EINVAL},
    {"docs/", "", CANON_EINVAL},
    {"docs\\a.md", "", CANON_EINVAL},
    {"docs/a\n.md", "", CANON_EINVAL},
    {"docs/\xff.md", "", CANON_EINVAL},
    {".git/config", "", CANON_EINVAL},
    {"docs/.GIT/config", "", CANON_EINVAL},
    {"docs/.git", "", CANON_EINVAL},
    {".github/a.md", "", CANON_OK},
    {"docs/a b \xc3\xa9.md", "", CANON_OK},
};
/* clang-format on */

ParameterizedTestParameters(source_local, files_that_are_listed)
{
    return cn_test_indexes(sizeof(files) / sizeof(files[0]));
}

ParameterizedTest(size_t *i, source_local, files_that_are_listed)
{
    cr_assert(
        eq(int, cn_source_lists(cn_str(files[*i].path)), files[*i].listed),
        "%s", files[*i].path);
}

Test(source_local, hidden_and_vendored_folders_are_left_out)
{
    cr_assert(cn_source_skips(".git"));
    cr_assert(cn_source_skips("node_modules"));
    cr_assert(cn_source_skips("vendor"));
    cr_assert(cn_source_skips("third_party"));
    cr_assert(not(cn_source_skips("vendors")));
    cr_assert(not(cn_source_skips("docs")));
}

ParameterizedTestParameters(source_local, changes_are_checked)
{
    return cn_test_indexes(sizeof(changes) / sizeof(changes[0]));
}

ParameterizedTest(size_t *i, source_local, changes_are_checked)
{
    canon_change change = change_of(changes[*i].path, changes[*i].base, "text");

    cr_assert(eq(int, cn_change_check(&change, NULL), changes[*i].rc), "%s %s",
              changes[*i].path, changes[*i].base);
}

Test(source_local, a_path_of_more_than_1024_bytes_is_refused)
{
    char path[1100];
    canon_change change;

    memset(path, 'a', sizeof(path));
    path[1024] = '\0';
    change = change_of(path, "", "");
    cr_assert(eq(int, cn_change_check(&change, NULL), CANON_OK));
    path[1024] = 'a';
    path[1025] = '\0';
    cr_assert(eq(int, cn_change_check(&change, NULL), CANON_EINVAL));
}

Test(source_local, a_change_without_size_or_text_is_refused)
{
    canon_change change = change_of("a.md", "", "x");

    change.text = NULL;
    cr_assert(eq(int, cn_change_check(&change, NULL), CANON_EINVAL));
    change.text_len = 0;
    cr_assert(eq(int, cn_change_check(&change, NULL), CANON_OK));
    change.size = 8;
    cr_assert(eq(int, cn_change_check(&change, NULL), CANON_EINVAL));
}

Test(source_local, waiting_for_a_lock_ends_when_interrupted)
{
    char *folder = test_folder();
    int mine = open(folder, O_RDONLY | O_DIRECTORY);
    int other = open(folder, O_RDONLY | O_DIRECTORY);

    cr_assert(eq(int, flock(other, LOCK_EX), 0));
    host_interrupted = true;
    cr_assert(eq(int, cn_source_lock(mine, &host, NULL), CANON_ECANCELED));
    close(other);
    cr_assert(eq(int, cn_source_lock(mine, &host, NULL), CANON_OK));
    close(mine);
    test_folder_remove(folder);
}
