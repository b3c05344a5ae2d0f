/* Saving as a proposal on a branch. */
#include "editor_test.h"

DATABASE_TEST(editor_propose, makes_a_branch_and_leaves_the_default_alone)
{
    open_repo(*which, true);
    assert_ok(&t, propose(SPEC, blob_of(ONE), TWO, "docs/two"));
    cr_assert(eq(str, written.branch, "docs/two"));
    cr_assert(eq(str, written.blob, (char *)blob_of(TWO)));
    cr_assert(eq(i64, written.number, 0));
    cr_assert(eq(str, written.url, ""));
    cr_assert(sh_says(folder, "git rev-parse docs/two", written.commit));
    cr_assert(sh_says(folder, "git log -1 --format=%s docs/two",
                      "docs: update docs/specs/a.md"));
    cr_assert(loads(SPEC, ONE));
    cr_assert(eq(i64, hits("albatross"), 0));
    close_repo();
}

DATABASE_TEST(editor_propose, gives_a_branch_without_a_name_a_fresh_one)
{
    char first[256];

    open_repo(*which, true);
    assert_ok(&t, propose(SPEC, blob_of(ONE), TWO, NULL));
    memcpy(first, written.branch, sizeof(first));
    cr_assert(eq(int, strncmp(first, "canon/edit-", 11), 0));
    assert_ok(&t, propose(SPEC, blob_of(ONE), TWO, ""));
    cr_assert(ne(str, written.branch, first));
    close_repo();
}

DATABASE_TEST(editor_propose, can_add_a_file)
{
    open_repo(*which, true);
    assert_ok(&t, propose("docs/b.md", "", TWO, "add"));
    cr_assert(sh_says(folder, "git show add:docs/b.md | head -1", "# Two"));
    close_repo();
}

DATABASE_TEST(editor_propose, tells_a_branch_that_exists)
{
    open_repo(*which, true);
    sh(folder, "git branch taken");
    cr_assert(
        eq(int, propose(SPEC, blob_of(ONE), TWO, "taken"), CANON_ECONFLICT));
    cr_assert(eq(int, conflict.branch_exists, 1));
    cr_assert(shows(NULL));
    cr_assert(tells("branch taken exists already"));
    cr_assert(
        eq(int, propose("docs/b.md", "", TWO, "taken/below"), CANON_ECONFLICT));
    cr_assert(eq(int, conflict.branch_exists, 1), "of a new file, too");
    close_repo();
}

DATABASE_TEST(editor_propose, tells_a_conflict_apart_from_a_branch)
{
    open_repo(*which, true);
    sh(folder, "git branch taken");
    conflict.branch_exists = 1; /* left by an earlier call */
    cr_assert(
        eq(int, propose(SPEC, blob_of(TWO), TWO, "taken"), CANON_ECONFLICT));
    cr_assert(eq(int, conflict.branch_exists, 0));
    cr_assert(shows(ONE));
    cr_assert(eq(int, propose("docs/gone.md", blob_of(ONE), TWO, "fresh"),
                 CANON_ECONFLICT));
    cr_assert(eq(int, conflict.branch_exists, 0), "the file is gone");
    cr_assert(shows(NULL));
    test_write(folder, SPEC, "caf\xe9\n");
    sh(folder, "git commit -qam bytes");
    cr_assert(
        eq(int, propose(SPEC, blob_of(ONE), TWO, "fresh"), CANON_ECONFLICT));
    cr_assert(eq(int, conflict.branch_exists, 0), "it cannot be shown");
    cr_assert(shows(NULL));
    cr_assert(eq(int, propose(SPEC, blob_of("caf\xe9\n"), TWO, "taken"),
                 CANON_ECONFLICT));
    cr_assert(eq(int, conflict.branch_exists, 1));
    cr_assert(sh_says(folder, "git branch --list fresh", ""));
    close_repo();
}

static const char *const bad_branches[] = {
    "main", "HEAD", "a..b", "-a",   "a b",  "a~1", "a^", "a:b", "a.lock", "/a",
    "a/",   "a//b", ".a",   "@{u}", "a\\b", "a?",  "a*", "a[",  "@",
};

ParameterizedTestParameters(editor_propose, refuses_bad_names_of_branches)
{
    return cn_test_indexes(sizeof(bad_branches) / sizeof(bad_branches[0]));
}

ParameterizedTest(size_t *i, editor_propose, refuses_bad_names_of_branches)
{
    open_repo(0, true);
    cr_assert(eq(int, propose(SPEC, blob_of(ONE), TWO, bad_branches[*i]),
                 CANON_EINVAL),
              "%s", bad_branches[*i]);
    cr_assert(
        sh_says(folder, "git branch --format='%(refname)'", "refs/heads/main"));
    close_repo();
}

DATABASE_TEST(editor_propose, needs_a_repository_with_branches)
{
    open_repo(*which, false);
    cr_assert(
        eq(int, propose(SPEC, blob_of(ONE), TWO, NULL), CANON_EUNSUPPORTED));
    cr_assert(eq(int, propose("../a.md", "", TWO, NULL), CANON_EINVAL));
    cr_assert(eq(int, propose(SPEC, blob_of(ONE), "\xff", NULL), CANON_EINVAL));
    cr_assert(loads(SPEC, ONE));
    close_repo();
}
