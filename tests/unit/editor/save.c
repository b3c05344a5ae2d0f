/* Saving on the default branch of folders and git repositories. */
#include "editor_test.h"

/* Every test on both databases and both kinds of sources. */
#define SOURCE_TEST(name)                                                      \
    static void name(size_t which, bool is_git);                               \
    DATABASE_TEST(editor_save, name##_in_a_folder)                             \
    {                                                                          \
        name(*which, false);                                                   \
    }                                                                          \
    DATABASE_TEST(editor_save, name##_in_git)                                  \
    {                                                                          \
        name(*which, true);                                                    \
    }                                                                          \
    static void name(size_t which, bool is_git)

SOURCE_TEST(is_found_before_the_call_returns)
{
    open_repo(which, is_git);
    memset(&written, 'x', sizeof(written));
    cr_assert(eq(i64, hits("albatross"), 0));
    assert_ok(&t, save(SPEC, blob_of(ONE), TWO));
    cr_assert(eq(i64, hits("albatross"), 1));
    cr_assert(eq(i64, hits("sparrow"), 0));
    cr_assert(eq(str, (char *)text_of("acme", SPEC), TWO));
    cr_assert(eq(str, written.blob, (char *)blob_of(TWO)));
    cr_assert(eq(str, written.branch, "main"));
    cr_assert(eq(int, written.commit[0] != '\0', is_git));
    cr_assert(loads(SPEC, TWO));
    cr_assert(shows(NULL));
    close_repo();
}

SOURCE_TEST(with_an_empty_base_creates_the_file)
{
    open_repo(which, is_git);
    assert_ok(&t, save("docs/specs/new/b.md", "", TWO));
    cr_assert(loads("docs/specs/new/b.md", TWO));
    cr_assert(eq(i64, hits("albatross"), 1));
    assert_ok(&t, save("docs/specs/c.md", NULL, ""));
    cr_assert(loads("docs/specs/c.md", ""));
    close_repo();
}

SOURCE_TEST(with_an_empty_base_never_replaces_a_file)
{
    open_repo(which, is_git);
    cr_assert(eq(int, save(SPEC, "", TWO), CANON_ECONFLICT));
    cr_assert(shows(ONE));
    cr_assert(not(conflict.branch_exists));
    cr_assert(tells("exists already"));
    cr_assert(loads(SPEC, ONE));
    close_repo();
}

SOURCE_TEST(on_an_old_base_shows_what_is_there_now)
{
    open_repo(which, is_git);
    assert_ok(&t, save(SPEC, blob_of(ONE), TWO));
    cr_assert(eq(int, save(SPEC, blob_of(ONE), "three"), CANON_ECONFLICT));
    cr_assert(shows(TWO));
    cr_assert(tells("changed meanwhile"));
    cr_assert(eq(int, save(SPEC, "HEAD", "three"), CANON_ECONFLICT));
    cr_assert(shows(TWO));
    cr_assert(loads(SPEC, TWO));
    test_write(folder, SPEC, ONE);
    if (is_git)
        sh(folder, "git commit -qam one");
    cr_assert(eq(int, save(SPEC, conflict.blob, "three"), CANON_ECONFLICT));
    cr_assert(shows(ONE));
    cr_assert(not(conflict.branch_exists));
    /* and what it shows is a base to go on from */
    assert_ok(&t, save(SPEC, conflict.blob, "three"));
    cr_assert(loads(SPEC, "three"));
    close_repo();
}

SOURCE_TEST(of_a_file_that_vanished_shows_nothing)
{
    open_repo(which, is_git);
    cr_assert(
        eq(int, save("docs/specs/b.md", blob_of(ONE), TWO), CANON_ECONFLICT));
    cr_assert(shows(NULL));
    cr_assert(not(conflict.branch_exists));
    cr_assert(tells("not there"));
    close_repo();
}

SOURCE_TEST(over_a_file_that_is_not_utf8_shows_nothing)
{
    open_repo(which, is_git);
    test_write(folder, SPEC, "caf\xe9\n");
    if (is_git)
        sh(folder, "git commit -qam bytes");
    cr_assert(eq(int, save(SPEC, blob_of(ONE), TWO), CANON_ECONFLICT));
    cr_assert(shows(NULL));
    cr_assert(not(conflict.branch_exists));
    close_repo();
}

SOURCE_TEST(of_the_configuration_reads_it_again)
{
    static const char yaml[] = "specs:\n  doc_paths: [design/*.md]\n";

    open_repo(which, is_git);
    test_write(folder, "design/b.md", TWO);
    if (is_git)
        sh(folder, "git add . && git commit -q -m design");
    (void)index_now();
    cr_assert(eq(i64, hits("albatross"), 0));
    assert_ok(&t, save("CANON.yaml", "", yaml));
    cr_assert(eq(i64, hits("albatross"), 1));
    assert_ok(&t, save("CANON.yaml", blob_of(yaml), ""));
    cr_assert(eq(i64, hits("albatross"), 0));
    cr_assert(eq(i64, hits("sparrow"), 1));
    close_repo();
}

SOURCE_TEST(of_what_is_no_document_stays_out_of_the_index)
{
    open_repo(which, is_git);
    assert_ok(&t, save("src/notes.md", "", TWO));
    cr_assert(loads("src/notes.md", TWO));
    cr_assert(eq(i64, hits("albatross"), 0));
    close_repo();
}

SOURCE_TEST(of_bad_texts_changes_nothing)
{
    canon_edit edit = edit_of(SPEC, blob_of(ONE), "caf\xe9");

    open_repo(which, is_git);
    cr_assert(eq(int, canon_editor_save(t.conn, &edit, &written, &conflict),
                 CANON_EINVAL));
    cr_assert(tells("not UTF-8"));
    edit.change.text = "a\0b";
    edit.change.text_len = 3;
    cr_assert(eq(int, canon_editor_save(t.conn, &edit, &written, &conflict),
                 CANON_EINVAL));
    edit.change.text = NULL;
    cr_assert(eq(int, canon_editor_save(t.conn, &edit, &written, &conflict),
                 CANON_EINVAL));
    cr_assert(loads(SPEC, ONE));
    close_repo();
}

DATABASE_TEST(editor_save, needs_sizes_a_path_and_a_repository)
{
    canon_edit edit = edit_of(SPEC, blob_of(ONE), TWO);
    canon_edit bad = edit;

    open_repo(*which, false);
    bad.size = 0;
    cr_assert(
        eq(int, canon_editor_save(t.conn, &bad, &written, NULL), CANON_EINVAL));
    cr_assert(tells("size"));
    bad = edit;
    bad.change.size = 0;
    cr_assert(
        eq(int, canon_editor_save(t.conn, &bad, &written, NULL), CANON_EINVAL));
    cr_assert(eq(int, save("../a.md", "", TWO), CANON_EINVAL));
    cr_assert(eq(int, save("docs/.git/a.md", "", TWO), CANON_EINVAL));
    cr_assert(eq(int, save("a.sh", "", TWO), CANON_EINVAL));
    bad = edit;
    bad.full_name = "acme/web";
    cr_assert(eq(int, canon_editor_save(t.conn, &bad, &written, NULL),
                 CANON_ENOTFOUND));
    bad.full_name = NULL;
    cr_assert(eq(int, canon_editor_save(t.conn, &bad, &written, NULL),
                 CANON_ENOTFOUND));
    bad = edit;
    bad.org = "other";
    cr_assert(eq(int, canon_editor_save(t.conn, &bad, &written, NULL),
                 CANON_ENOTFOUND),
              "of another organisation");
    cr_assert(eq(int, canon_editor_propose(t.conn, &bad, &written, NULL),
                 CANON_ENOTFOUND));
    cr_assert(loads(SPEC, ONE));
    close_repo();
}

DATABASE_TEST(editor_save, without_room_for_a_conflict_still_tells_it)
{
    canon_edit edit = edit_of(SPEC, "", TWO);

    open_repo(*which, false);
    cr_assert(eq(int, canon_editor_save(t.conn, &edit, &written, NULL),
                 CANON_ECONFLICT));
    close_repo();
}

DATABASE_TEST(editor_save, through_a_link_is_refused)
{
    open_repo(*which, false);
    sh(folder, "mkdir out && ln -s ../out docs/link && touch out/a.md && "
               "ln -s ../out/a.md docs/b.md");
    cr_assert(ne(int, save("docs/link/new.md", "", TWO), CANON_OK));
    cr_assert(ne(int, save("docs/b.md", "", TWO), CANON_OK));
    cr_assert(ne(int, save("docs/b.md", blob_of(""), TWO), CANON_OK));
    cr_assert(sh_says(folder, "ls out; wc -c <out/a.md", "a.md\n0"));
    close_repo();
}

DATABASE_TEST(editor_save, in_git_is_a_commit_with_a_message)
{
    canon_edit edit = edit_of(SPEC, blob_of(ONE), TWO);

    open_repo(*which, true);
    edit.change.author_name = "Bea";
    edit.change.author_email = "bea@example.com";
    assert_ok(&t, canon_editor_save(t.conn, &edit, &written, &conflict));
    cr_assert(sh_says(folder, "git log -1 --format='%an %ae %s'",
                      "Bea bea@example.com docs: update docs/specs/a.md"));
    cr_assert(sh_says(folder, "git rev-parse main", written.commit));
    edit = edit_of(SPEC, written.blob, ONE);
    edit.change.message = "docs: back to one";
    assert_ok(&t, canon_editor_save(t.conn, &edit, &written, &conflict));
    cr_assert(sh_says(folder, "git log -1 --format=%s", "docs: back to one"));
    cr_assert(sh_says(folder, "git status --porcelain", ""));
    close_repo();
}
