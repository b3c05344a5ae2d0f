/* Reading git repositories. */
#include "git_parts.h"

#include "fixture.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static canon_revision head_of(void *state, const char *ref)
{
    canon_revision head;
    canon_error err = {0};
    int rc = cn_git_ops.head(state, ref, &head, &err);

    cr_assert(rc == CANON_OK, "%s", err.text);
    return head;
}

/* The default branch of a repository after a command in it. */
static void branch_after(const char *command, const char *branch)
{
    char *repo = repo_new();
    void *state;

    sh(repo, "%s", command);
    state = open_with(&cn_git_ops, repo);
    cr_assert(eq(str, head_of(state, NULL).branch, (char *)branch), "%s",
              command);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, opens_nothing_but_this_very_folder)
{
    char *repo = repo_new();
    char path[4096];
    canon_error err = {0};
    void *state = repo;

    snprintf(path, sizeof(path), "%s/docs", repo);
    cr_assert(
        eq(int, cn_git_ops.open(&host, path, &state, &err), CANON_ENOTFOUND));
    cr_assert(zero(ptr, state));
    cr_assert(strstr(err.text, "no git repository") != NULL);
    test_folder_remove(repo);
}

Test(source_git, head_is_the_newest_commit_of_the_default_branch)
{
    char *repo = repo_new();
    void *state;
    canon_revision head;

    sh(repo, "GIT_COMMITTER_DATE='1700000000 +0000' git commit -q "
             "--allow-empty -m second");
    state = open_with(&cn_git_ops, repo);
    head = head_of(state, NULL);
    cr_assert(sh_says(repo, "git rev-parse HEAD", head.id));
    cr_assert(eq(str, head.branch, "main"));
    cr_assert(eq(i64, head.time_us, INT64_C(1700000000000000)));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, a_bare_repository_is_read_as_any_other)
{
    char *repo = repo_bare();
    void *state = open_with(&cn_git_ops, repo);
    char *paths = paths_of(&cn_git_ops, state, NULL);

    cr_assert(eq(str, head_of(state, NULL).branch, "main"));
    cr_assert(eq(str, paths, "README.md\ndocs/a.md\n"));
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "one\n"), CANON_OK));
    free(paths);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, a_linked_work_tree_is_a_repository)
{
    char *repo = repo_new();
    char *other = test_folder();
    void *state;

    sh(repo, "git worktree add -q '%s/tree' -b side", other);
    sh(other, "mv tree/* . 2>/dev/null; mv tree/.git . && rmdir tree");
    state = open_with(&cn_git_ops, other);
    cr_assert(eq(str, head_of(state, NULL).branch, "side"));
    cn_git_ops.close(state);
    test_folder_remove(other);
    test_folder_remove(repo);
}

Test(source_git, a_repository_without_commits_says_so)
{
    char *repo = test_folder();
    void *state;
    canon_revision head;
    canon_error err = {0};

    sh(repo, "git init -q .");
    state = open_with(&cn_git_ops, repo);
    cr_assert(
        eq(int, cn_git_ops.head(state, NULL, &head, &err), CANON_ENOTFOUND));
    cr_assert(strstr(err.text, "no commits yet") != NULL);
    cr_assert(eq(int, reads(&cn_git_ops, state, "a.md", ""), CANON_ENOTFOUND));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, the_default_branch_is_what_head_names)
{
    branch_after("git switch -q -c dev", "dev");
    branch_after("git switch -q -c feature/x", "feature/x");
}

Test(source_git, the_default_branch_of_a_detached_head_is_the_usual_one)
{
    branch_after("git checkout -q --detach", "main");
    branch_after("git branch -m main master && git checkout -q --detach",
                 "master");
    branch_after("git branch dev && git branch -m main trunk && "
                 "git update-ref refs/remotes/origin/dev dev && "
                 "git symbolic-ref refs/remotes/origin/HEAD "
                 "refs/remotes/origin/dev && git checkout -q --detach",
                 "dev");
    branch_after("git branch -m main trunk && git checkout -q --detach", "");
}

Test(source_git, a_head_that_names_no_branch_does_not_hide_the_others)
{
    branch_after("git symbolic-ref HEAD refs/heads/none", "main");
    branch_after("git branch -m main trunk && "
                 "git symbolic-ref HEAD refs/heads/none",
                 "trunk");
}

Test(source_git, finds_branches_tags_and_commits)
{
    char *repo = repo_new();
    void *state;
    canon_revision first;
    canon_revision head;

    sh(repo, "git tag -a -m t v1 && git tag light && git branch old && "
             "git commit -q --allow-empty -m second");
    state = open_with(&cn_git_ops, repo);
    first = head_of(state, "old");
    cr_assert(sh_says(repo, "git rev-parse HEAD^", first.id));
    cr_assert(eq(str, head_of(state, "v1").id, first.id));
    cr_assert(eq(str, head_of(state, "light").id, first.id));
    cr_assert(eq(str, head_of(state, first.id).id, first.id));
    cr_assert(ne(str, head_of(state, "").id, first.id));
    cr_assert(
        eq(int, cn_git_ops.head(state, "none", &head, NULL), CANON_ENOTFOUND));
    cr_assert(eq(int, cn_git_ops.head(state, "a b..c", &head, NULL),
                 CANON_ENOTFOUND));
    cr_assert(
        ne(int,
           cn_git_ops.head(state, "0123456789012345678901234567890123456789",
                           &head, NULL),
           CANON_OK));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, lists_regular_documents_in_byte_order)
{
    char *repo = repo_new();
    void *state;
    char *paths;

    test_write(repo, "docs/a/b.md", "b");
    test_write(repo, "docs/a-b.md", "b");
    test_write(repo, "docs/run.md", "b");
    test_write(repo, "CANON.yaml", "");
    test_write(repo, ".hidden/c.md", "");
    test_write(repo, "vendor/d.md", "");
    test_write(repo, "src/code.c", "");
    sh(repo, "chmod +x docs/run.md && ln -s a.md docs/link.md && "
             "ln -s docs folder.md && git init -q docs/sub.md && "
             "cd docs/sub.md && git commit -q --allow-empty -m s && cd ../.. "
             "&& git add . 2>/dev/null && git commit -q -m more && "
             "git ls-tree -r HEAD | grep -q ^160000");
    state = open_with(&cn_git_ops, repo);
    paths = paths_of(&cn_git_ops, state, NULL);
    cr_assert(eq(str, paths,
                 "CANON.yaml\nREADME.md\ndocs/a-b.md\ndocs/a.md\ndocs/a/b.md\n"
                 "docs/run.md\n"));
    free(paths);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, lists_and_reads_at_a_commit)
{
    char *repo = repo_new();
    void *state;
    canon_revision first;
    canon_buf text = CANON_BUF_INIT;
    char *paths;

    test_write(repo, "docs/a.md", "two\n");
    sh(repo, "git rm -q --cached README.md && git commit -q -am second");
    state = open_with(&cn_git_ops, repo);
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "two\n"), CANON_OK));
    sh(repo, "git tag first HEAD^");
    first = head_of(state, "first");
    paths = paths_of(&cn_git_ops, state, &first);
    cr_assert(eq(str, paths, "README.md\ndocs/a.md\n"));
    cr_assert(eq(
        int, cn_git_ops.read(state, &first, "docs/a.md", 9, &text, NULL, NULL),
        CANON_OK));
    cr_assert(eq(str, text.data, "one\n"));
    canon_buf_free(&text);
    free(paths);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, does_not_look_at_the_work_tree)
{
    char *repo = repo_new();
    void *state = open_with(&cn_git_ops, repo);

    test_write(repo, "docs/a.md", "changed\n");
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "one\n"), CANON_OK));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

/* clang-format off */
static const char *const unreadable[] = {
    "none.md", "docs", "docs/a.md/b.md", "none/a.md", "link.md", "sub.md",
    "folder/a.md", "sub.md/x.md",
};
/* clang-format on */

ParameterizedTestParameters(source_git, reads_regular_files_only)
{
    return cn_test_indexes(sizeof(unreadable) / sizeof(unreadable[0]));
}

ParameterizedTest(size_t *i, source_git, reads_regular_files_only)
{
    char *repo = repo_new();
    void *state;

    sh(repo, "ln -s docs/a.md link.md && ln -s docs folder && "
             "git init -q sub.md && cd sub.md && "
             "git commit -q --allow-empty -m s && cd .. && "
             "git add . 2>/dev/null && git commit -q -m odd");
    state = open_with(&cn_git_ops, repo);
    cr_assert(
        eq(int, reads(&cn_git_ops, state, unreadable[*i], ""), CANON_ENOTFOUND),
        "%s", unreadable[*i]);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, reads_bytes_as_they_are)
{
    static const char bytes[] = "\xef\xbb\xbf a\r\nb\rc\0d\xff\n";
    char *repo = repo_new();
    void *state;
    canon_revision now = {"", "", 0};
    canon_buf text = CANON_BUF_INIT;

    sh(repo, "printf '\\357\\273\\277 a\\r\\nb\\rc\\000d\\377\\n' >b.md && "
             "git add . && git commit -q -m bytes");
    state = open_with(&cn_git_ops, repo);
    cr_assert(eq(int,
                 cn_git_ops.read(state, &now, "b.md", 100, &text, NULL, NULL),
                 CANON_OK));
    cr_assert(eq(sz, text.len, sizeof(bytes) - 1));
    cr_assert(memcmp(text.data, bytes, sizeof(bytes) - 1) == 0);
    canon_buf_free(&text);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, an_empty_file_is_a_text)
{
    char *repo = repo_new();
    void *state;

    sh(repo, ": >e.md && git add . && git commit -q -m e");
    state = open_with(&cn_git_ops, repo);
    cr_assert(eq(int, reads(&cn_git_ops, state, "e.md", ""), CANON_OK));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, a_file_above_the_limit_is_too_big)
{
    char *repo = repo_new();
    void *state;
    canon_revision now = {"", "", 0};
    canon_buf text = CANON_BUF_INIT;

    sh(repo, "head -c 1048577 /dev/zero >big.md && git add . && "
             "git commit -q -m big");
    state = open_with(&cn_git_ops, repo);
    cr_assert(eq(int, reads(&cn_git_ops, state, "big.md", ""), CANON_ETOOBIG));
    cr_assert(
        eq(int, cn_git_ops.read(state, &now, "docs/a.md", 4, &text, NULL, NULL),
           CANON_OK));
    cr_assert(
        eq(int, cn_git_ops.read(state, &now, "docs/a.md", 3, &text, NULL, NULL),
           CANON_ETOOBIG));
    cr_assert(zero(ptr, text.data));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, a_damaged_repository_is_an_error_of_its_own)
{
    char *repo = repo_new();
    void *state;

    sh(repo, "f=$(git rev-parse HEAD:docs/a.md | sed 's,..,&/,'); "
             "rm -f .git/objects/$f");
    state = open_with(&cn_git_ops, repo);
    cr_assert(eq(int, reads(&cn_git_ops, state, "docs/a.md", ""), CANON_EIO));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, a_repository_of_somebody_else_is_refused_with_advice)
{
    char *repo = repo_new();
    canon_error err = {0};
    void *state = NULL;

    if (geteuid() == 0) {
        sh(repo, "chown -R 12345 .");
        cr_assert(
            eq(int, cn_git_ops.open(&host, repo, &state, &err), CANON_EDENIED));
        cr_assert(strstr(err.text, "safe.directory") != NULL);
    }
    test_folder_remove(repo);
}

Test(source_git, reads_packed_repositories)
{
    char *repo = repo_new();
    void *state;

    sh(repo, "git gc -q && git pack-refs --all");
    state = open_with(&cn_git_ops, repo);
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "one\n"), CANON_OK));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, sees_what_git_does_while_it_is_open)
{
    char *repo = repo_new();
    void *state = open_with(&cn_git_ops, repo);

    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "one\n"), CANON_OK));
    test_write(repo, "docs/a.md", "two\n");
    sh(repo, "git commit -q -am second && git gc -q");
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "two\n"), CANON_OK));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

Test(source_git, a_tree_as_deep_as_paths_go_is_walked)
{
    char *repo = repo_new();
    void *state;
    char *paths;

    sh(repo, "p=d; for i in $(seq 600); do p=$p/d; done; "
             "echo \"100644 $(git rev-parse HEAD:README.md) 0\t$p/x.md\" | "
             "git update-index --index-info && git commit -q -m deep");
    state = open_with(&cn_git_ops, repo);
    paths = paths_of(&cn_git_ops, state, NULL);
    cr_assert(eq(str, paths, "README.md\ndocs/a.md\n"));
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "d/d/d/d", ""), CANON_ENOTFOUND));
    free(paths);
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

static int refuse(const canon_file *file, void *user)
{
    (void)file;
    (void)user;
    return 1;
}

Test(source_git, a_listing_can_be_stopped)
{
    char *repo = repo_new();
    void *state = open_with(&cn_git_ops, repo);
    canon_revision now = {"", "", 0};

    cr_assert(eq(int, cn_git_ops.list(state, &now, refuse, NULL, NULL),
                 CANON_ECANCELED));
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

static int accept(const canon_file *file, void *user)
{
    (void)file;
    (void)user;
    return 0;
}

static int once(void *user)
{
    canon_change change = change_of("docs/a.md", blob_of("one\n"), "two\n");
    canon_revision head;
    canon_written written;
    canon_buf text = CANON_BUF_INIT;
    canon_error err = {0};
    void *s = NULL;
    int rc = cn_git_ops.open(&host, user, &s, &err);

    if (!rc)
        rc = cn_git_ops.head(s, NULL, &head, &err);
    if (!rc)
        rc = cn_git_ops.list(s, &head, accept, NULL, &err);
    if (!rc)
        rc = cn_git_ops.read(s, &head, "docs/a.md", 99, &text, NULL, &err);
    change.text = text.data;
    change.base_blob = head.time_us ? blob_of("one\n") : "";
    if (!rc)
        rc = cn_git_ops.write(s, &change, &written, &err);
    if (!rc)
        rc = cn_git_ops.propose(s, &change, &written, &err);
    canon_buf_free(&text);
    cn_git_ops.close(s);
    return rc;
}

Test(source_git, survives_every_failed_allocation)
{
    char *repo = repo_new();

    cr_assert(gt(sz, torture(TORTURE_ONCE, once, repo), 5));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, once, repo), 5));
    test_folder_remove(repo);
}
