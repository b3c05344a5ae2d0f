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
                          .team = "core",
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
                 "\"repo_owner\":\"acme\",\"repo_name\":\"api\","
                 "\"owner\":\"\",\"team\":\"core\",\"updated\":null,"
                 "\"sub_total_ac\":0,\"sub_done_ac\":0,\"ticket_url\":null}],"
                 "\"total\":1}"));
    canon_tasks_free(tasks);
    tasks = list("acme", "blocked", NULL);
    cr_assert(eq(str, (char *)canon_tasks_at(tasks, 0)->blocked_by, "legal"));
    cr_assert_null(canon_tasks_at(tasks, 0)->ticket_id);
    canon_tasks_free(tasks);
    canon_buf_free(&out);
    test_engine_stop(&t);
}

/* 0 todo: [1 done, 2 todo], 3 done, 4 todo: [], 5 draft: [6 todo] */
static void add_nested(void)
{
    static const struct {
        const char *id, *status;
        int64_t parent, total, done;
    } of[] = {
        {"1", "todo", -1, 3, 1}, {"1.1", "done", 0, 2, 2},
        {"1.2", "todo", 0, 4, 1}, {"2", "done", -1, 5, 5},
        {"3", "todo", -1, 1, 0}, {"4", "draft", -1, 9, 9},
        {"4.1", "todo", 5, 8, 0},
    };
    cn_criterion_row criteria[9];
    cn_section_row sections[7];
    const seed_doc doc = {.org = "acme",
                          .repo = "acme/api",
                          .path = "docs/specs/n.md",
                          .is_spec = true,
                          .sections = sections,
                          .section_count = 7};

    for (size_t i = 0; i < 9; i++)
        criteria[i] = (cn_criterion_row){.text = "", .norm = ""};
    for (size_t i = 0; i < 7; i++) {
        sections[i] = section(of[i].id, of[i].status);
        sections[i].parent_ord = of[i].parent;
        sections[i].level = of[i].parent < 0 ? 2 : 3;
        sections[i].total_ac = of[i].total;
        sections[i].done_ac = of[i].done;
        sections[i].criteria = criteria;
    }
    seed(&t, &doc);
}

DATABASE_TEST(tasks, count_the_criteria_of_the_sections_below)
{
    static const int64_t total[] = {6, 0, 0, 0};
    static const int64_t done[] = {3, 0, 0, 0};
    canon_tasks *tasks;

    test_engine_start(&t, *which);
    add_nested();
    tasks = list("acme", NULL, NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), 4));
    for (size_t i = 0; i < 4; i++) {
        cr_assert(eq(i64, canon_tasks_at(tasks, i)->sub_total_ac, total[i]));
        cr_assert(eq(i64, canon_tasks_at(tasks, i)->sub_done_ac, done[i]));
    }
    cr_assert(eq(i64, canon_tasks_at(tasks, 0)->total_ac, 3));
    canon_tasks_free(tasks);
    test_engine_stop(&t);
}

static const struct {
    const char *system, *id, *url;
} tickets[] = {
    {"github", "acme/web#7", "https://github.com/acme/web/issues/7"},
    {"github", "#7", "https://github.com/acme/api/issues/7"},
    {"github", "7", NULL},
    {"linear", "ENG-1", "https://linear.app/issue/ENG-1"},
    {"asana", "77", "https://app.asana.com/0/0/77"},
    {"jira", "ABC-1", "https://acme.atlassian.net/browse/ABC-1"},
};

DATABASE_TEST(tasks, say_where_their_tickets_are)
{
    static const char *const settings[] = {"JIRA_HOST", "acme.atlassian.net",
                                           NULL};
    const size_t count = sizeof(tickets) / sizeof(tickets[0]);
    cn_section_row sections[sizeof(tickets) / sizeof(tickets[0])];
    const seed_doc doc = {.org = "acme",
                          .repo = "acme/api",
                          .path = "docs/specs/t.md",
                          .is_spec = true,
                          .sections = sections,
                          .section_count = count};
    canon_tasks *tasks;

    test_engine_start_with(&t, *which, settings);
    for (size_t i = 0; i < count; i++) {
        sections[i] = section(tickets[i].id, "todo");
        sections[i].ticket_system = tickets[i].system;
        sections[i].ticket_ref = tickets[i].id;
    }
    sections[2].section_id = "7-alone";
    seed(&t, &doc);
    tasks = list("acme", NULL, NULL);
    cr_assert(eq(sz, canon_tasks_count(tasks), count));
    for (size_t i = 0; i < count; i++) {
        const char *url = canon_tasks_at(tasks, i)->ticket_url;

        if (tickets[i].url)
            cr_assert(eq(str, (char *)url, (char *)tickets[i].url));
        else
            cr_assert_null(url);
    }
    canon_tasks_free(tasks);
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
