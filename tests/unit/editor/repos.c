/* The list of repositories that can be edited. */
#include "editor_test.h"

#include "json.h"

static const char *list(const char *org)
{
    static canon_buf out;

    assert_ok(&t, canon_editor_repos_json(t.conn, org, &out));
    return out.data;
}

DATABASE_TEST(editor_repos, are_those_of_the_organisation_in_its_order)
{
    open_repo(*which, false);
    add_repo("acme", "acme/Aaa", folder);
    add_repo("other", "other/secret", folder);
    cr_assert(not(zero(ptr, (void *)strstr(list("acme"), "acme/api"))));
    cr_assert(zero(ptr, (void *)strstr(list("acme"), "secret")));
    cr_assert(strstr(list("acme"), "acme/Aaa") <
              strstr(list("acme"), "acme/api"));
    cr_assert(not(zero(ptr, (void *)strstr(list("OTHER"), "other/secret"))));
    cr_assert(eq(str, (char *)list("nobody"), "[]"));
    close_repo();
}

DATABASE_TEST(editor_repos, have_the_members_of_the_answer)
{
    test_engine_start(&t, *which);
    folder = test_folder();
    add_repo("acme", "acme/api", folder);
    cr_assert(eq(str, (char *)list("acme"),
                 "[{\"name\":\"api\",\"full_name\":\"acme/api\","
                 "\"owner\":{\"login\":\"acme\"},\"private\":true,"
                 "\"default_branch\":\"main\",\"description\":\"\","
                 "\"permissions\":{\"pull\":true,\"push\":true},"
                 "\"proposals\":false}]"));
    (void)index_now();
    cr_assert(
        not(zero(ptr, (void *)strstr(list("acme"), "\"updated_at\":\""))));
    stop();
}

DATABASE_TEST(editor_repos, that_are_not_local_are_left_out)
{
    canon_repo repo = {sizeof(repo), "acme", "acme/far", "github:acme/far",
                       NULL};

    open_repo(*which, false);
    assert_ok(&t, canon_repo_add(t.conn, &repo));
    cr_assert(zero(ptr, (void *)strstr(list("acme"), "far")));
    close_repo();
}

DATABASE_TEST(editor_repos, need_a_name_of_an_organisation)
{
    canon_buf out = CANON_BUF_INIT;

    open_repo(*which, false);
    cr_assert(
        eq(int, canon_editor_repos_json(t.conn, "a b", &out), CANON_EINVAL));
    cr_assert(
        eq(int, canon_editor_repos_json(t.conn, NULL, &out), CANON_EINVAL));
    cr_assert(eq(sz, out.len, 0));
    close_repo();
}
