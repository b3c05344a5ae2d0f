#include "index_test.h"

static int add(const char *org, const char *name, const char *source)
{
    canon_repo repo = {sizeof(repo), org, name, source, "words"};

    return canon_repo_add(t.conn, &repo);
}

/* What a callback saw, in one line. */
static char line[512];

static int on_repo(const canon_repo *repo, void *user)
{
    size_t len = strlen(line);

    (void)user;
    snprintf(line + len, sizeof(line) - len, "%s %s %s|", repo->org,
             repo->full_name, repo->source);
    return 0;
}

static int on_org(const char *org, void *user)
{
    size_t len = strlen(line);

    snprintf(line + len, sizeof(line) - len, "%s|", org);
    return *(int *)user;
}

DATABASE_TEST(repos, are_added_changed_and_listed)
{
    test_engine_start(&t, *which);
    line[0] = '\0';
    assert_ok(&t, add("Acme", "acme/web", "dir:/a"));
    assert_ok(&t, add("acme", "Acme/Api", "git:/b"));
    assert_ok(&t, add("acme", "acme/WEB", "dir:/c"));
    assert_ok(&t, add("other", "acme/web", "dir:/d"));
    assert_ok(&t, canon_repo_list(t.conn, "ACME", on_repo, NULL));
    cr_assert(eq(str, line, "acme Acme/Api git:/b|acme acme/web dir:/c|"));
    line[0] = '\0';
    assert_ok(&t, canon_repo_list(t.conn, NULL, on_repo, NULL));
    cr_assert(eq(str, line,
                 "acme Acme/Api git:/b|acme acme/web dir:/c|"
                 "other acme/web dir:/d|"));
    test_engine_stop(&t);
}

static const struct {
    const char *org;
    const char *name;
    const char *source;
} bad[] = {
    {"", "acme/web", "dir:/a"},      {"a b", "acme/web", "dir:/a"},
    {"admin", "acme/web", "dir:/a"}, {"API", "acme/web", "dir:/a"},
    {"acme", "web", "dir:/a"},       {"acme", "a/b/c", "dir:/a"},
    {"acme", "acme/..", "dir:/a"},   {"acme", "acme/web", "/a"},
    {"acme", "acme/web", "dir:"},    {"acme", "acme/web", NULL},
};

ParameterizedTestParameters(repos, with_bad_names_are_refused)
{
    return cn_test_indexes(sizeof(bad) / sizeof(bad[0]));
}

ParameterizedTest(size_t *i, repos, with_bad_names_are_refused)
{
    test_engine_start(&t, 0);
    cr_assert(
        eq(int, add(bad[*i].org, bad[*i].name, bad[*i].source), CANON_EINVAL));
    test_engine_stop(&t);
}

DATABASE_TEST(repos, come_from_a_list_of_sources)
{
    char list[1024];
    char expected[1024];

    start(*which);
    line[0] = '\0';
    test_write(folder, "one/docs/specs/a.md", SPEC_A);
    test_write(folder, "two/docs/specs/a.md", SPEC_A);
    snprintf(list, sizeof(list), " acme/x=dir:/x , shop=%s,", folder);
    assert_ok(&t, canon_repo_add_sources(t.conn, list));
    snprintf(expected, sizeof(expected),
             "shop shop/one dir:%s/one|shop shop/two dir:%s/two|", folder,
             folder);
    assert_ok(&t, canon_repo_list(t.conn, "shop", on_repo, NULL));
    cr_assert(eq(str, line, expected));
    cr_assert(eq(int, canon_repo_add_sources(t.conn, "acme"), CANON_EINVAL));
    cr_assert(ne(int, canon_repo_add_sources(t.conn, "acme=/nowhere/at/all"),
                 CANON_OK));
    stop();
}

DATABASE_TEST(repos, make_organisations)
{
    int there = -1;
    int specs = -1;
    int go_on = 0;

    start(*which);
    line[0] = '\0';
    assert_ok(&t, canon_org_exists(t.conn, "ACME", &there));
    cr_assert(eq(int, there, 1));
    assert_ok(&t, canon_org_exists(t.conn, "other", &there));
    cr_assert(eq(int, there, 0));
    assert_ok(&t, canon_org_exists(t.conn, "no name!", &there));
    cr_assert(eq(int, there, 0));
    assert_ok(&t, canon_org_has_specs(t.conn, "acme", &specs));
    cr_assert(eq(int, specs, 0));
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    assert_ok(&t, canon_org_has_specs(t.conn, "acme", &specs));
    cr_assert(eq(int, specs, 1));
    add_repo("Base", "base/x", folder);
    assert_ok(&t, canon_org_list(t.conn, on_org, &go_on));
    cr_assert(eq(str, line, "acme|base|"));
    go_on = 1;
    cr_assert(eq(int, canon_org_list(t.conn, on_org, &go_on), CANON_ECANCELED));
    stop();
}
