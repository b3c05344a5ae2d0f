/* Loading a file. */
#include "editor_test.h"

static int load(const char *org, const char *repo, const char *path)
{
    canon_buf out = CANON_BUF_INIT;
    char blob[72] = "old";
    int rc = canon_editor_load(t.conn, org, repo, path, &out, blob);

    if (rc) {
        cr_assert(eq(sz, out.len, 0));
        cr_assert(eq(str, blob, ""));
        cr_assert(eq(int, canon_last_error(t.conn)->code, rc));
    }
    canon_buf_free(&out);
    return rc;
}

DATABASE_TEST(editor_load, gives_the_text_and_its_id)
{
    open_repo(*which, false);
    cr_assert(loads(SPEC, ONE));
    test_write(folder, "docs/specs/empty.md", "");
    cr_assert(loads("docs/specs/empty.md", ""));
    test_write(folder, "CANON.yaml", "specs: {}\n");
    cr_assert(loads("CANON.yaml", "specs: {}\n"));
    cr_assert(eq(int, load("ACME", "Acme/API", SPEC), CANON_OK));
    close_repo();
}

DATABASE_TEST(editor_load, reads_the_source_not_the_index)
{
    open_repo(*which, false);
    test_write(folder, SPEC, TWO);
    cr_assert(loads(SPEC, TWO));
    cr_assert(eq(str, (char *)text_of("acme", SPEC), ONE));
    close_repo();
}

DATABASE_TEST(editor_load, tells_what_is_not_there)
{
    open_repo(*which, false);
    cr_assert(eq(int, load("acme", "acme/api", "docs/b.md"), CANON_ENOTFOUND));
    cr_assert(eq(int, load("acme", "acme/web", SPEC), CANON_ENOTFOUND));
    cr_assert(eq(int, load("acme", "", SPEC), CANON_ENOTFOUND));
    cr_assert(eq(int, load("acme", NULL, SPEC), CANON_ENOTFOUND));
    cr_assert(eq(int, load("a b", "acme/api", SPEC), CANON_EINVAL));
    cr_assert(eq(int, load("acme", "acme/api", "../x.md"), CANON_EINVAL));
    cr_assert(eq(int, load("acme", "acme/api", NULL), CANON_EINVAL));
    cr_assert(eq(int, load("acme", "acme/api", "src/a.c"), CANON_EINVAL));
    cr_assert(tells("src/a.c cannot be edited"));
    close_repo();
}

DATABASE_TEST(editor_load, sees_no_repository_of_another_organisation)
{
    open_repo(*which, false);
    add_repo("other", "other/web", folder);
    cr_assert(eq(int, load("other", "acme/api", SPEC), CANON_ENOTFOUND));
    cr_assert(eq(int, load("acme", "other/web", SPEC), CANON_ENOTFOUND));
    cr_assert(eq(int, load("other", "other/web", SPEC), CANON_OK));
    close_repo();
}

DATABASE_TEST(editor_load, refuses_what_is_not_utf8)
{
    open_repo(*which, false);
    test_write(folder, "docs/bad.md", "caf\xe9\n");
    cr_assert(eq(int, load("acme", "acme/api", "docs/bad.md"), CANON_EINVAL));
    cr_assert(tells("docs/bad.md is not UTF-8"));
    close_repo();
}

DATABASE_TEST(editor_load, follows_no_link_out_of_the_repository)
{
    open_repo(*which, false);
    sh(folder, "ln -s /etc/hostname docs/host.md; ln -s /etc etc; "
               "mkdir docs/folder.md");
    cr_assert(
        eq(int, load("acme", "acme/api", "docs/host.md"), CANON_ENOTFOUND));
    cr_assert(eq(int, load("acme", "acme/api", "etc/x.md"), CANON_ENOTFOUND));
    cr_assert(
        eq(int, load("acme", "acme/api", "docs/folder.md"), CANON_ENOTFOUND));
    close_repo();
}

DATABASE_TEST(editor_load, needs_a_source_that_is_supported_and_there)
{
    canon_repo repo = {sizeof(repo), "acme", "acme/far", "github:acme/far",
                       NULL};

    open_repo(*which, false);
    assert_ok(&t, canon_repo_add(t.conn, &repo));
    cr_assert(eq(int, load("acme", "acme/far", SPEC), CANON_EUNSUPPORTED));
    add_repo("acme", "acme/gone", "/nowhere/at/all");
    cr_assert(ne(int, load("acme", "acme/gone", SPEC), CANON_OK));
    close_repo();
}

DATABASE_TEST(editor_load, of_a_file_above_four_mebibytes_is_refused)
{
    char *big = malloc(((size_t)4 << 20) + 2);

    memset(big, 'a', ((size_t)4 << 20) + 1);
    big[((size_t)4 << 20) + 1] = '\0';
    open_repo(*which, false);
    test_write(folder, "docs/big.md", big);
    cr_assert(eq(int, load("acme", "acme/api", "docs/big.md"), CANON_ETOOBIG));
    big[(size_t)4 << 20] = '\0';
    test_write(folder, "docs/big.md", big);
    cr_assert(loads("docs/big.md", big));
    close_repo();
    free(big);
}
