/* Walking a folder without leaving it. */
#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen {
    int folders;
    int files;
    int stop_after;
};

static int on_folder(const char *path, void *user)
{
    struct seen *s = user;

    (void)path;
    s->folders++;
    return 0;
}

static int on_file(const char *path, const struct stat *st, void *user)
{
    struct seen *s = user;

    (void)path;
    cr_assert(eq(uint, st->st_mode & S_IFMT, S_IFREG));
    return ++s->files == s->stop_after ? 7 : 0;
}

static int walk(const char *folder, struct seen *seen, bool all)
{
    cn_walk w = {all, on_folder, on_file, seen};
    int root = open(folder, O_RDONLY | O_DIRECTORY);
    int rc = cn_walk_run(root, cn_str(""), &w, NULL);

    close(root);
    return rc;
}

Test(source_walk, counts_regular_documents_below_folders_that_matter)
{
    char *folder = test_folder();
    struct seen seen = {0};

    test_write(folder, "a.md", "");
    test_write(folder, "b/c/d.md", "");
    test_write(folder, "b/code.c", "");
    test_write(folder, ".hidden/e.md", "");
    test_write(folder, "node_modules/f.md", "");
    sh(folder, "ln -s a.md link.md && ln -s b folder && mkfifo pipe.md");
    cr_assert(eq(int, walk(folder, &seen, false), CANON_OK));
    cr_assert(eq(int, seen.files, 2));
    cr_assert(eq(int, seen.folders, 3));
    test_folder_remove(folder);
}

Test(source_walk, looks_at_all_folders_when_told_to)
{
    char *folder = test_folder();
    struct seen seen = {0};

    test_write(folder, ".hidden/e.md", "");
    test_write(folder, "vendor/f.md", "");
    cr_assert(eq(int, walk(folder, &seen, true), CANON_OK));
    cr_assert(eq(int, seen.files, 2));
    test_folder_remove(folder);
}

Test(source_walk, ends_with_the_code_of_the_callback)
{
    char *folder = test_folder();
    struct seen seen = {.stop_after = 1};

    test_write(folder, "a.md", "");
    test_write(folder, "b.md", "");
    cr_assert(eq(int, walk(folder, &seen, false), 7));
    cr_assert(eq(int, seen.files, 1));
    test_folder_remove(folder);
}

Test(source_walk, goes_down_as_far_as_paths_are_long)
{
    char *folder = test_folder();
    struct seen seen = {0};

    sh(folder, "p=.; for i in $(seq 700); do p=$p/d; done; mkdir -p $p && "
               "touch $p/deep.md");
    cr_assert(eq(int, walk(folder, &seen, false), CANON_OK));
    cr_assert(eq(int, seen.files, 0));
    cr_assert(eq(int, seen.folders, 513));
    test_folder_remove(folder);
}

Test(source_walk, a_name_that_is_no_valid_path_is_passed_over)
{
    char *folder = test_folder();
    struct seen seen = {0};

    sh(folder, "touch \"$(printf 'a\\nb.md')\" \"$(printf 'c\\\\d.md')\" "
               "\"$(printf 'e\\377.md')\" f.md");
    cr_assert(eq(int, walk(folder, &seen, false), CANON_OK));
    cr_assert(eq(int, seen.files, 1));
    test_folder_remove(folder);
}

Test(source_walk, opening_below_does_not_follow_links)
{
    char *folder = test_folder();
    int root = open(folder, O_RDONLY | O_DIRECTORY);
    int fd;

    test_write(folder, "b/c/d.md", "");
    sh(folder, "ln -s b link && ln -s / b/up");
    fd = cn_open_below(root, cn_str("b/c"));
    cr_assert(ge(int, fd, 0));
    close(fd);
    cr_assert(eq(int, cn_open_below(root, cn_str("link")), -1));
    cr_assert(eq(int, errno, ENOTDIR));
    cr_assert(eq(int, cn_open_below(root, cn_str("b/up/etc")), -1));
    cr_assert(eq(int, cn_open_below(root, cn_str("b/c/d.md")), -1));
    cr_assert(eq(int, cn_open_below(root, cn_str("x")), -1));
    close(root);
    test_folder_remove(folder);
}
