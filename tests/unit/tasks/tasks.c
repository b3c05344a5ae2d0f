#include "canon/tasks.h"

#include "seed.h"

#include "torture.h"

#include <string.h>

static test_engine t;

static cn_section_row section(const char *id, const char *status)
{
    cn_section_row row = {.parent_ord = -1,
                          .section_id = id,
                          .heading = id,
                          .level = 2,
                          .body = "",
                          .ac_text = "",
                          .status = status,
                          .ticket_system = "",
                          .ticket_ref = "",
                          .start_line = 1,
                          .end_line = 1};

    return row;
}

static void add(const char *org, const char *repo, const char *path)
{
    cn_section_row sections[] = {
        section("1-draft", "draft"),      section("2-todo", "todo"),
        section("3-work", "in_progress"), section("4-done", "done"),
        section("5-stuck", "blocked"),
    };
    const seed_doc doc = {.org = org,
                          .repo = repo,
                          .path = path,
                          .is_spec = true,
                          .sections = sections,
                          .section_count = 5};

    sections[1].number = "2";
    sections[1].ticket_system = "jira";
    sections[1].ticket_ref = "ABC-1";
    sections[4].blocked_by = "legal";
    seed(&t, &doc);
}

static canon_tasks *list(const char *org, const char *status, const char *repo)
{
    canon_task_query q = CANON_TASK_QUERY_INIT;
    canon_tasks *tasks = NULL;

    q.org = org;
    q.status = status;
    q.repo = repo;
    assert_ok(&t, canon_tasks_list(t.conn, &q, &tasks));
    return tasks;
}

DATABASE_TEST(tasks, are_the_open_sections_in_order)
{
    canon_tasks *tasks;

    test_engine_start(&t, *which);
    add("acme", "acme/Web", "docs/specs/a.md");
    add("acme", "acme/api", "docs/specs/b.md");
    add("acme", "acme/api", "docs/specs/a.md");
    tasks = list("Acme", NULL, NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), 9));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->repo_name, "api"));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->spec_file_path,
                 "docs/specs/a.md"));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->status, "todo"));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 1)->status, "in_progress"));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 2)->status, "blocked"));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 3)->spec_file_path,
                 "docs/specs/b.md"));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 6)->repo_name, "Web"));
    cr_assert_null(canon_tasks_at(tasks, 9));
    canon_tasks_free(tasks);
    test_engine_stop(&t);
}

DATABASE_TEST(tasks, of_a_state_may_be_any_state)
{
    canon_tasks *tasks;

    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md");
    tasks = list("acme", "done", NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), 1));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->title, "4-done"));
    canon_tasks_free(tasks);
    tasks = list("acme", "no such state", NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), 0));
    canon_tasks_free(tasks);
    tasks = list("acme", "", NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), 3));
    canon_tasks_free(tasks);
    test_engine_stop(&t);
}

DATABASE_TEST(tasks, are_filtered_by_repository_in_any_letter_case)
{
    canon_tasks *tasks;

    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md");
    add("acme", "acme/web", "docs/specs/a.md");
    tasks = list("acme", NULL, "ACME/web");
    cr_assert(eq(sz, canon_tasks_count(tasks), 3));
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->repo_name, "web"));
    canon_tasks_free(tasks);
    test_engine_stop(&t);
}

DATABASE_TEST(tasks, of_another_organisation_are_not_seen)
{
    canon_tasks *tasks;

    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md");
    add("other", "acme/api", "docs/specs/a.md");
    tasks = list("other", NULL, "acme/api");
    cr_assert(eq(sz, canon_tasks_count(tasks), 3));
    canon_tasks_free(tasks);
    tasks = list("third", NULL, NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), 0));
    canon_tasks_free(tasks);
    test_engine_stop(&t);
}

DATABASE_TEST(tasks, are_written_as_the_rest_api_has_them)
{
    canon_buf out = CANON_BUF_INIT;
    canon_tasks *tasks;

    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md");
    tasks = list("acme", "todo", NULL);
    cr_assert(eq(int, canon_tasks_json(tasks, &out, NULL), CANON_OK));
    cr_assert(eq(str, out.data,
                 "{\"tasks\":[{\"section_id\":\"2-todo\","
                 "\"section_number\":\"2\",\"title\":\"2-todo\","
                 "\"status\":\"todo\",\"blocked_by\":null,\"total_ac\":0,"
                 "\"done_ac\":0,\"ticket_system\":\"jira\","
                 "\"ticket_id\":\"ABC-1\",\"spec_title\":\"T\","
                 "\"spec_file_path\":\"docs/specs/a.md\","
                 "\"repo_owner\":\"acme\",\"repo_name\":\"api\"}],"
                 "\"total\":1}"));
    canon_tasks_free(tasks);
    tasks = list("acme", "blocked", NULL);
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->blocked_by, "legal"));
    cr_assert_null(canon_tasks_at(tasks, 0)->ticket_id);
    canon_tasks_free(tasks);
    canon_buf_free(&out);
    test_engine_stop(&t);
}

DATABASE_TEST(tasks, refuse_a_query_that_was_not_initialised)
{
    canon_task_query q = CANON_TASK_QUERY_INIT;
    canon_tasks *tasks = NULL;

    test_engine_start(&t, *which);
    cr_assert(eq(int, canon_tasks_list(t.conn, &q, &tasks), CANON_EINVAL));
    q.org = "acme";
    q.size = 8;
    cr_assert(eq(int, canon_tasks_list(t.conn, &q, &tasks), CANON_EINVAL));
    cr_assert_null(tasks);
    test_engine_stop(&t);
}

static int list_once(void *user)
{
    canon_task_query q = CANON_TASK_QUERY_INIT;
    canon_tasks *tasks = NULL;
    canon_buf out = CANON_BUF_INIT;
    int rc;

    (void)user;
    q.org = "acme";
    rc = canon_tasks_list(t.conn, &q, &tasks);
    if (!rc)
        rc = canon_tasks_json(tasks, &out, NULL);
    canon_buf_free(&out);
    canon_tasks_free(tasks);
    return rc;
}

DATABASE_TEST(tasks, survive_every_failed_allocation)
{
    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md");
    cr_assert(eq(int, list_once(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, list_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, list_once, NULL), 3));
    test_engine_stop(&t);
}
