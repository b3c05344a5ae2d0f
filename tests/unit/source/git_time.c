/* When a file was last changed. */
#include "git_parts.h"

#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *repo;

static void set_up(void)
{
    repo = test_folder();
    sh(repo, "git init -q -b main .");
}

static void tear_down(void)
{
    test_folder_remove(repo);
}

TestSuite(source_git_time, .init = set_up, .fini = tear_down);

/* Commit everything at a second. */
static void commit(int second)
{
    sh(repo,
       "git add -A && GIT_COMMITTER_DATE='%d +0000' git commit -q "
       "--allow-empty -m c",
       1700000000 + second);
}

struct wanted {
    const char *path;
    int64_t time_us;
};

static int find(const canon_file *file, void *user)
{
    struct wanted *w = user;

    if (strcmp(file->path, w->path) == 0)
        w->time_us = file->time_us;
    return 0;
}

/* The second of the last change, as the listing has it. */
static int second_of(const char *path)
{
    struct wanted w = {path, 0};
    canon_revision now = {"", "", 0};
    void *state = open_with(&cn_git_ops, repo);

    cr_assert(eq(int, cn_git_ops.list(state, &now, find, &w, NULL), CANON_OK));
    cn_git_ops.close(state);
    return (int)(w.time_us / 1000000 - 1700000000);
}

Test(source_git_time, is_that_of_the_commit_that_changed_the_file)
{
    test_write(repo, "a.md", "1");
    test_write(repo, "docs/b.md", "1");
    test_write(repo, "docs/deep/c.md", "1");
    commit(1);
    test_write(repo, "docs/b.md", "2");
    commit(2);
    test_write(repo, "docs/deep/c.md", "2");
    test_write(repo, "docs/deep/d.md", "1");
    commit(3);
    commit(4);
    cr_assert(eq(int, second_of("a.md"), 1));
    cr_assert(eq(int, second_of("docs/b.md"), 2));
    cr_assert(eq(int, second_of("docs/deep/c.md"), 3));
    cr_assert(eq(int, second_of("docs/deep/d.md"), 3));
}

Test(source_git_time, a_folder_that_comes_brings_its_files)
{
    test_write(repo, "a.md", "1");
    commit(1);
    test_write(repo, "x/y/z.md", "1");
    commit(2);
    sh(repo, "git mv x w");
    commit(3);
    cr_assert(eq(int, second_of("w/y/z.md"), 3));
    cr_assert(eq(int, second_of("a.md"), 1));
}

Test(source_git_time, a_file_in_the_place_of_a_folder_is_new)
{
    test_write(repo, "x.md/y.md", "1");
    commit(1);
    sh(repo, "rm -r x.md");
    test_write(repo, "x.md", "1");
    commit(2);
    cr_assert(eq(int, second_of("x.md"), 2));
}

Test(source_git_time, a_merge_counts_when_it_reaches_the_branch)
{
    test_write(repo, "a.md", "1");
    test_write(repo, "b.md", "1");
    commit(1);
    sh(repo, "git switch -q -c side");
    test_write(repo, "a.md", "2");
    commit(2);
    sh(repo, "git switch -q main");
    test_write(repo, "b.md", "2");
    commit(3);
    sh(repo, "GIT_COMMITTER_DATE='1700000005 +0000' git merge -q -m m side");
    cr_assert(eq(int, second_of("a.md"), 5));
    cr_assert(eq(int, second_of("b.md"), 3));
}

Test(source_git_time, a_shallow_clone_has_the_oldest_it_knows)
{
    char *clone = test_folder();
    char *full = repo;

    test_write(repo, "a.md", "1");
    commit(1);
    commit(2);
    test_write(repo, "b.md", "1");
    commit(3);
    sh(clone, "git clone -q --depth 2 'file://%s' .", repo);
    repo = clone;
    cr_assert(eq(int, second_of("a.md"), 2));
    cr_assert(eq(int, second_of("b.md"), 3));
    repo = full;
    test_folder_remove(clone);
}

Test(source_git_time, a_long_history_is_searched_up_to_a_limit, .timeout = 60)
{
    test_write(repo, "a.md", "1");
    commit(1);
    sh(repo, "t=$(git rev-parse HEAD^{tree}); c=$(git rev-parse HEAD); "
             "for i in $(seq 2 1101); do c=$(GIT_COMMITTER_DATE=\"$((1700000000"
             "+i)) +0000\" git commit-tree -p $c -m c $t); done; "
             "git update-ref refs/heads/main $c");
    cr_assert(eq(int, second_of("a.md"), 101));
}
