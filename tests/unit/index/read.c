#include "index_test.h"

#include "torture.h"

static const char *call(int (*json)(canon_conn *conn, const char *org,
                                    const char *full_name, const char *path,
                                    canon_buf *out),
                        const char *path)
{
    static canon_buf out;

    assert_ok(&t, json(t.conn, "acme", "Acme/API", path, &out));
    return out.data;
}

#define has(text, part) cr_assert_not_null(strstr(text, part), "%s", text)

DATABASE_TEST(read, dashboard_lists_repositories_with_and_without_specs)
{
    canon_buf out = CANON_BUF_INIT;
    char *other = test_folder();

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(folder, "README.md", "# Read me\n");
    add_repo("acme", "acme/Empty", other);
    assert_ok(&t, canon_index_all(t.conn, "acme", NULL, NULL));
    assert_ok(&t, canon_dashboard_json(t.conn, "AcMe", &out));
    has(out.data, "{\"org\":\"AcMe\",\"repos_with_specs\":[{\"owner\":\"acme\","
                  "\"repo\":\"api\",\"full_name\":\"acme/api\","
                  "\"description\":\"\",\"default_branch\":\"main\","
                  "\"has_specs\":true,\"spec_count\":1,\"specs\":["
                  "{\"file_path\":\"docs/specs/a.md\",\"title\":\"Alpha\","
                  "\"status\":\"todo\",\"owner\":\"ann\",\"team\":\"Core\","
                  "\"tags\":[\"Auth\",\"api\"],\"total_sections\":3,"
                  "\"done_sections\":1,\"total_ac\":3,\"done_ac\":1,"
                  "\"review_status\":\"approved\",\"is_indexed\":true,");
    has(out.data, "\"docs\":[{\"path\":\"README.md\",\"name\":\"README.md\","
                  "\"github_url\":\"https://github.com/acme/api/blob/main/"
                  "README.md\",\"title\":\"Read me\",\"doc_type\":\"readme\","
                  "\"is_indexed\":true}]}]");
    has(out.data, "\"repos_without_specs\":[{\"owner\":\"acme\","
                  "\"repo\":\"Empty\"");
    has(out.data, "\"total_specs\":1,\"total_repos\":2,\"total_docs\":1}");
    canon_buf_free(&out);
    test_folder_remove(other);
    stop();
}

DATABASE_TEST(read, dashboard_of_an_empty_organisation_is_empty)
{
    canon_buf out = CANON_BUF_INIT;

    test_engine_start(&t, *which);
    assert_ok(&t, canon_dashboard_json(t.conn, "acme", &out));
    cr_assert(eq(str, out.data,
                 "{\"org\":\"acme\",\"repos_with_specs\":[],"
                 "\"repos_without_specs\":[],\"total_specs\":0,"
                 "\"total_repos\":0,\"total_docs\":0}"));
    cr_assert(
        eq(int, canon_dashboard_json(t.conn, "no org", &out), CANON_EINVAL));
    canon_buf_free(&out);
    test_engine_stop(&t);
}

DATABASE_TEST(read, repository_tells_the_state_of_its_index)
{
    const char *json;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    has(repo_json("acme", "ACME/api"), "\"indexed_at\":null");
    (void)index_now();
    json = repo_json("acme", "ACME/api");
    has(json, "\"indexed_at\":\"2026-09-21T");
    has(json, "\"indexed_commit\":\"\",\"config_diagnostics\":[]}");
    stop();
}

DATABASE_TEST(read, spec_comes_with_its_document_and_rendered)
{
    const char *json;

    start(*which);
    test_write(folder, "CANON.yaml", "team: core\n");
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    json = call(canon_spec_detail_json, "docs/specs/a.md");
    has(json, "{\"document\":{\"file_path\":\"docs/specs/a.md\"");
    has(json, "\"rendered_html\":\"<div class=\\\"spec-content\\\">");
    has(json, "\"repo_owner\":\"acme\",\"repo_name\":\"api\","
              "\"github_url\":\"https://github.com/acme/api/blob/main/docs/"
              "specs/a.md\",\"config\":{\"team\":\"core\"");
    has(json, "\"on_github\":false}");
    /* the second answer is made of what was kept */
    has(call(canon_spec_detail_json, "docs/specs/a.md"), "\"title\":\"Alpha\"");
    test_write(folder, "docs/specs/a.md", "---\ntitle: Beta\n---\n## S\n");
    (void)index_now();
    has(call(canon_spec_detail_json, "docs/specs/a.md"), "\"title\":\"Beta\"");
    stop();
}

DATABASE_TEST(read, document_comes_rendered)
{
    const char *json;

    start(*which);
    test_write(folder, "docs/guide.md", "# Guide\n\n<b>x</b> *y*\n");
    (void)index_now();
    json = call(canon_doc_detail_json, "docs/guide.md");
    has(json, "{\"rendered_html\":\"<div class=\\\"markdown-content\\\">");
    has(json, "\"path\":\"docs/guide.md\",\"title\":\"Guide\","
              "\"repo_owner\":\"acme\"");
    has(json, "\"on_github\":false,");
    has(json, "\"doc_type\":\"doc\"}");
    stop();
}

DATABASE_TEST(read, does_not_find_what_is_not_there)
{
    canon_buf out = CANON_BUF_INIT;

    start(*which);
    (void)index_now();
    cr_assert(eq(int,
                 canon_spec_detail_json(t.conn, "acme", "acme/api",
                                        "docs/specs/none.md", &out),
                 CANON_ENOTFOUND));
    cr_assert(eq(
        int, canon_doc_detail_json(t.conn, "acme", "acme/none", "a.md", &out),
        CANON_ENOTFOUND));
    cr_assert(eq(int, canon_repo_json(t.conn, "acme", "acme/none", &out),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, canon_repo_json(t.conn, "acme", "nonsense", &out),
                 CANON_EINVAL));
    cr_assert_null(out.data);
    canon_buf_free(&out);
    stop();
}

/* Two organisations whose repositories and files have the same names. */
static char *theirs;

static void start_two(size_t which)
{
    start(which);
    theirs = test_folder();
    add_repo("other", "acme/api", theirs);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(theirs, "docs/specs/a.md",
               "---\ntitle: Secret\n---\n## 9. Hidden\n");
    test_write(theirs, "docs/specs/b.md", "---\ntitle: Secret\n---\n");
    assert_ok(&t, canon_index_all(t.conn, NULL, NULL, NULL));
}

DATABASE_TEST(read, never_shows_another_organisation)
{
    canon_buf out = CANON_BUF_INIT;

    start_two(*which);
    assert_ok(&t, canon_dashboard_json(t.conn, "acme", &out));
    cr_assert_null(strstr(out.data, "Secret"));
    has(out.data, "\"total_specs\":1,\"total_repos\":1,");
    cr_assert_null(strstr(repo_json("acme", "acme/api"), "Secret"));
    has(repo_json("other", "acme/api"), "Secret");
    cr_assert_null(
        strstr(call(canon_spec_detail_json, "docs/specs/a.md"), "Secret"));
    cr_assert_null(
        strstr(call(canon_doc_detail_json, "docs/specs/a.md"), "Hidden"));
    cr_assert_null(text_of("acme", "docs/specs/b.md"));
    has(text_of("other", "docs/specs/a.md"), "Secret");
    cr_assert(eq(i64, totals_of("acme").documents, 1));
    cr_assert(eq(i64, totals_of("other").documents, 2));
    cr_assert(eq(i64, totals_of("third").repos, 0));
    canon_buf_free(&out);
    test_folder_remove(theirs);
    stop();
}

DATABASE_TEST(read, removing_a_repository_leaves_that_of_another_organisation)
{
    start_two(*which);
    assert_ok(&t, canon_repo_remove(t.conn, "acme", "acme/api"));
    cr_assert(eq(i64, totals_of("acme").documents, 0));
    cr_assert(eq(i64, totals_of("acme").repos, 0));
    cr_assert(eq(i64, totals_of("other").documents, 2));
    cr_assert(eq(int, canon_repo_remove(t.conn, "acme", "acme/api"),
                 CANON_ENOTFOUND));
    test_folder_remove(theirs);
    stop();
}

static int read_once(void *user)
{
    canon_buf out = CANON_BUF_INIT;
    int rc = canon_dashboard_json(t.conn, "acme", &out);

    (void)user;
    if (!rc)
        rc = canon_repo_json(t.conn, "acme", "acme/api", &out);
    if (!rc)
        rc = canon_spec_detail_json(t.conn, "acme", "acme/api",
                                    "docs/specs/a.md", &out);
    if (!rc)
        rc = canon_doc_detail_json(t.conn, "acme", "acme/api",
                                   "docs/specs/a.md", &out);
    if (!rc)
        rc = canon_document_text(t.conn, "acme", "acme/api", "docs/specs/a.md",
                                 &out);
    canon_buf_free(&out);
    return rc;
}

Test(read, survives_every_failed_allocation)
{
    start(0);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    cr_assert(eq(int, read_once(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, read_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, read_once, NULL), 3));
    stop();
}
