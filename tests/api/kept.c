/*
 * Answers that are kept in memory: whatever changes what is read of an
 * organisation, the next answer is the one that would be made anew, also in
 * another process on the same database.
 */
#include "fixture.h"

#include "database.h"
#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TODAY (int32_t)(f.now_us / INT64_C(86400000000))

static fixture f;
static fixture other; /* an engine of its own; on PostgreSQL only */

#define BOTH(suite, name)                                                      \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

static const char *const targets[] = {
    "/app/acme/api/dashboard",
    "/app/acme/api/repos/acme/notes",
    "/app/acme/api/specs/acme/notes/docs/specs/plan.md",
    "/app/acme/api/docs/acme/notes/docs/specs/plan.md",
    "/app/acme/api/coverage",
    "/app/acme/api/tasks?repo=acme/notes",
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

/* What the service says, which keeps nothing; NULL: it is not there. */
static char *ask_service(size_t i)
{
    static canon_buf out = CANON_BUF_INIT;
    canon_coverage_query coverage_query = CANON_COVERAGE_QUERY_INIT;
    canon_task_query task_query = CANON_TASK_QUERY_INIT;
    canon_coverage *coverage = NULL;
    canon_tasks *tasks = NULL;
    int rc = CANON_OK;

    coverage_query.org = task_query.org = "acme";
    task_query.repo = "acme/notes";
    if (i == 0)
        rc = canon_dashboard_json(f.conn, "acme", &out);
    if (i == 1)
        rc = canon_repo_json(f.conn, "acme", "acme/notes", &out);
    if (i == 2)
        rc = canon_spec_detail_json(f.conn, "acme", "acme/notes",
                                    "docs/specs/plan.md", &out);
    if (i == 3)
        rc = canon_doc_detail_json(f.conn, "acme", "acme/notes",
                                   "docs/specs/plan.md", &out);
    if (i == 4) {
        rc = canon_coverage_compute(f.conn, &coverage_query, &coverage);
        rc = rc ? rc : canon_coverage_json(coverage, &out, NULL);
    }
    if (i == 5) {
        rc = canon_tasks_list(f.conn, &task_query, &tasks);
        rc = rc ? rc : canon_tasks_json(tasks, &out, NULL);
    }
    canon_coverage_free(coverage);
    canon_tasks_free(tasks);
    return rc ? NULL : out.data;
}

static void compare(fixture *who, size_t i, const char *when)
{
    const char *expected = ask_service(i);

    cr_assert(eq(int, get(who, targets[i]), expected ? 200 : 404), "%s %s",
              targets[i], when);
    if (expected)
        cr_assert_str_eq(body_of(who), expected, "%s %s", targets[i], when);
}

/* Every answer, twice: the second one is kept already. */
static void compare_all(size_t which, const char *when)
{
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < TARGETS; i++) {
            compare(&f, i, when);
            if (which == 1)
                compare(&other, i, when);
        }
    }
}

static void open_both(size_t which)
{
    canon_error err = {0, ""};

    fixture_open(&f, which, NULL);
    if (which == 0)
        return;
    other = f;
    memset(&other.answer, 0, sizeof(other.answer));
    other.options.env = NULL;
    cr_assert_eq(canon_open(&other.options, &other.engine, &err), 0, "%s",
                 err.text);
    cr_assert_eq(canon_connect(other.engine, &other.conn, &err), 0, "%s",
                 err.text);
}

static void close_both(size_t which)
{
    if (which == 1) {
        canon_response_free(&other.answer);
        canon_disconnect(other.conn);
        canon_close(other.engine);
    }
    fixture_close(&f);
}

/* The clock of the engines differs, and with it the trend. */
static void add_snapshot(void)
{
    cr_assert_eq(canon_coverage_snapshot(f.conn, "acme", TODAY), 0);
}

static void remove_plan(void)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/acme/notes/docs/specs/plan.md", f.folder);
    cr_assert_eq(unlink(path), 0);
}

BOTH(kept, shows_every_change_at_once)
{
    static const char plan[] = "---\ntitle: Other plan\nteam: blue\n---\n\n"
                               "## 1. First\n\n- [x] Step\n\n## 2. Second\n";
    canon_repo repo = {sizeof(repo), "acme", "acme/notes", NULL, "About"};
    char source[4096];

    open_both(*which);
    compare_all(*which, "at first");
    test_write(f.folder, "acme/notes/docs/specs/plan.md", plan);
    cr_assert_eq(
        canon_index_file(f.conn, "acme", "acme/notes", "docs/specs/plan.md"),
        0);
    compare_all(*which, "after a file was indexed");
    cr_assert(eq(int, get(&f, targets[0]), 200));
    cr_assert(body_has(&f, "Other plan"));
    test_write(f.folder, "acme/notes/docs/more.md", "# More\n");
    test_write(f.folder, "acme/notes/CANON.yaml", "team: green\n");
    cr_assert_eq(canon_index_repo(f.conn, "acme", "acme/notes", NULL, NULL), 0);
    compare_all(*which, "after a run");
    snprintf(source, sizeof(source), "dir:%s/acme/notes", f.folder);
    repo.source = source;
    cr_assert_eq(canon_repo_add(f.conn, &repo), 0);
    compare_all(*which, "after a change of the repository");
    remove_plan();
    cr_assert_eq(
        canon_index_file(f.conn, "acme", "acme/notes", "docs/specs/plan.md"),
        0);
    compare_all(*which, "after a file vanished");
    test_write(f.folder, "acme/notes/docs/specs/plan.md", plan);
    cr_assert_eq(canon_index_all(f.conn, "acme", NULL, NULL), 0);
    compare_all(*which, "after it came back");
    remove_plan();
    cr_assert_eq(canon_index_all(f.conn, "acme", NULL, NULL), 0);
    compare_all(*which, "after a run without it");
    cr_assert_eq(canon_repo_remove(f.conn, "acme", "acme/notes"), 0);
    compare_all(*which, "after the repository was removed");
    close_both(*which);
}

BOTH(kept, shows_new_snapshots)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, targets[4]), 200));
    cr_assert(body_has(&f, "\"trend\":[]"));
    add_snapshot();
    compare(&f, 4, "after a snapshot");
    cr_assert(body_lacks(&f, "\"trend\":[]"));
    fixture_close(&f);
}

BOTH(kept, lets_the_trend_end_today)
{
    fixture_open(&f, *which, NULL);
    add_snapshot();
    cr_assert(eq(int, get(&f, "/app/acme/api/coverage?days=1"), 200));
    cr_assert(body_has(&f, "\"date\":\"2026-03-01\""));
    f.now_us += INT64_C(2) * 86400 * 1000000;
    cr_assert(eq(int, get(&f, "/app/acme/api/coverage?days=1"), 200));
    cr_assert(body_has(&f, "\"trend\":[]"));
    fixture_close(&f);
}

BOTH(kept, tags_an_answer_with_its_hash)
{
    char hash[65];
    char tag[40];

    fixture_open(&f, *which, NULL);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < TARGETS; i++) {
            const char *known[] = {"If-None-Match", tag, NULL};

            cr_assert(eq(int, get(&f, targets[i]), 200));
            canon_sha256_hex(body_of(&f), f.answer.body.len, hash);
            snprintf(tag, sizeof(tag), "\"%.32s\"", hash);
            cr_assert(eq(str, (char *)header_of(&f, "ETag"), tag));
            cr_assert(eq(int, ask(&f, "GET", targets[i], known, NULL), 304));
            cr_assert(eq(sz, f.answer.body.len, 0));
        }
    }
    fixture_close(&f);
}

BOTH(kept, keeps_what_depends_on_parameters_apart)
{
    fixture_open(&f, *which, NULL);
    for (int turn = 0; turn < 2; turn++) {
        cr_assert(eq(int, get(&f, "/app/acme/api/tasks?status=done"), 200));
        cr_assert(body_has(&f, "\"total\":1"));
        cr_assert(eq(int, get(&f, "/app/acme/api/tasks?repo=done"), 200));
        cr_assert(body_has(&f, "\"total\":0"));
        cr_assert(
            eq(int, get(&f, "/app/acme/api/coverage?team=platform"), 200));
        cr_assert(body_has(&f, "\"total_specs\":1"));
        cr_assert(
            eq(int, get(&f, "/app/acme/api/coverage?repo=platform"), 200));
        cr_assert(body_has(&f, "\"total_specs\":0"));
        cr_assert(eq(int, get(&f, "/app/ACME/api/dashboard"), 200));
        cr_assert(body_has(&f, "\"org\":\"ACME\""));
        cr_assert(eq(int, get(&f, "/app/acme/api/dashboard"), 200));
        cr_assert(body_has(&f, "\"org\":\"acme\""));
        cr_assert(eq(int, get(&f, "/app/other/api/dashboard"), 200));
        cr_assert(body_has(&f, "\"org\":\"other\""));
    }
    fixture_close(&f);
}

BOTH(kept, asks_who_it_is_each_time)
{
    fixture_open(&f, *which, NULL);
    f.caller = &reader;
    cr_assert(eq(int, get(&f, targets[2]), 200));
    f.caller = &stranger;
    cr_assert(eq(int, get(&f, targets[2]), 403));
    f.caller = &nobody;
    cr_assert(eq(int, get(&f, targets[2]), 403));
    fixture_close(&f);
}

static int refuse(canon_conn *conn, void *user, canon_buf *out)
{
    (void)conn;
    (void)out;
    ++*(int *)user;
    return CANON_ENOTFOUND;
}

static int make(canon_conn *conn, void *user, canon_buf *out)
{
    (void)conn;
    ++*(int *)user;
    return canon_buf_set(out, "made", 4);
}

BOTH(kept, makes_an_answer_once_for_a_state)
{
    int calls = 0;
    const char *const key[] = {"test", "1:a"};
    canon_answer answer = {sizeof(answer), "acme", key, 2, refuse, &calls};
    canon_buf out = CANON_BUF_INIT;
    int64_t stamp = 0;
    char tag[33];

    fixture_open(&f, *which, NULL);
    cr_assert_eq(canon_org_stamp(f.conn, "ACME", &stamp), 0);
    cr_assert(gt(i64, stamp, 0));
    cr_assert_eq(canon_answer_get(f.conn, &answer, stamp, &out, tag),
                 CANON_ENOTFOUND);
    answer.make = make;
    for (int turn = 0; turn < 3; turn++) {
        cr_assert_eq(canon_answer_get(f.conn, &answer, stamp, &out, tag), 0);
        cr_assert(eq(str, out.data, "made"));
        cr_assert(eq(sz, strlen(tag), 32));
    }
    cr_assert(eq(int, calls, 2), "a failure is not kept");
    cr_assert_eq(canon_answer_get(f.conn, &answer, stamp + 1, &out, tag), 0);
    cr_assert(eq(int, calls, 3), "of another state");
    answer.org = "nope";
    cr_assert_eq(canon_org_stamp(f.conn, "nope", &stamp), 0);
    cr_assert(eq(i64, stamp, 0));
    cr_assert_eq(canon_answer_get(f.conn, &answer, 0, &out, tag), 0);
    cr_assert_eq(canon_answer_get(f.conn, &answer, 0, &out, tag), 0);
    cr_assert(eq(int, calls, 5), "nothing is kept of nobody");
    answer.org = "";
    cr_assert_eq(canon_answer_get(f.conn, &answer, 0, &out, tag), 0);
    cr_assert_eq(canon_answer_get(f.conn, &answer, 7, &out, tag), 0);
    cr_assert_eq(canon_answer_get(f.conn, &answer, 7, &out, tag), 0);
    cr_assert(eq(int, calls, 7), "its caller says of which state it is");
    answer.size = 1;
    cr_assert_eq(canon_answer_get(f.conn, &answer, 0, &out, tag), CANON_EINVAL);
    canon_buf_free(&out);
    fixture_close(&f);
}
