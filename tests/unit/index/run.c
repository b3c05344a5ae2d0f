#include "index_test.h"

#include "canon/search.h"
#include "canon/source.h"

#include "conn.h"
#include "date.h"
#include "index_jobs.h"
#include "repos.h"
#include "snapshots.h"

#include "torture.h"

DATABASE_TEST(run, writes_documents_sections_and_counters)
{
    canon_index_report report;
    canon_index_totals totals;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(folder, "docs/guide.md", "# Guide\n\nText.\n");
    test_write(folder, "src/main.c", "int x;\n");
    report = index_now();
    cr_assert(eq(i64, report.repos, 1));
    cr_assert(eq(i64, report.files, 2));
    cr_assert(eq(i64, report.indexed, 2));
    cr_assert(eq(i64, report.errors, 0), "%s", report.first_error);
    totals = totals_of("ACME");
    cr_assert(eq(i64, totals.repos, 1));
    cr_assert(eq(i64, totals.documents, 2));
    cr_assert(eq(i64, totals.specs, 1));
    cr_assert(eq(i64, totals.sections, 3));
    cr_assert(eq(i64, totals.done_sections, 1));
    cr_assert(eq(i64, totals.criteria, 3));
    cr_assert(eq(i64, totals.done_criteria, 1));
    stop();
}

DATABASE_TEST(run, skips_what_did_not_change)
{
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(folder, "docs/specs/b.md", SPEC_A);
    (void)index_now();
    report = index_now();
    cr_assert(eq(i64, report.unchanged, 2));
    cr_assert(eq(i64, report.indexed, 0));
    cr_assert(eq(i64, report.files, 2));
    stop();
}

/* The id of a row by a statement of the test. */
static int64_t number(const char *sql)
{
    cn_rows *rows = NULL;
    int64_t n = -1;

    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
    assert_ok(&t,
              cn_db_query_text(t.conn->db, sql, NULL, 0, &rows, &t.conn->err));
    if (cn_rows_next(rows, &t.conn->err) == 1)
        n = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    return n;
}

#define ROW_OF(section)                                                        \
    "SELECT id FROM spec_sections WHERE section_id = '" section "'"

DATABASE_TEST(run, keeps_the_rows_of_sections_that_stay)
{
    canon_index_report report;
    int64_t first;
    int64_t inner;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    first = number(ROW_OF("1-first"));
    inner = number(ROW_OF("2.1-inner"));
    cr_assert(gt(i64, first, 0));
    cr_assert(gt(i64, inner, 0));
    /* a section before the others, one less, another criterion */
    test_write(folder, "docs/specs/a.md",
               "---\ntitle: Alpha\n---\n\n## 0. Zero\n\nnew\n\n"
               "## 2. Second\n\nTwo.\n\n### 2.1 Inner\n\n- [ ] Deep\n"
               "- [x] Deeper\n\n## 1. First\n\nOne.\n");
    report = index_now();
    cr_assert(eq(i64, report.indexed, 1));
    cr_assert(eq(i64, number(ROW_OF("1-first")), first));
    cr_assert(eq(i64, number(ROW_OF("2.1-inner")), inner));
    cr_assert(eq(i64, number("SELECT COUNT(*) FROM spec_sections"), 4));
    cr_assert(eq(i64,
                 number("SELECT ord FROM spec_sections WHERE"
                        " section_id = '1-first'"),
                 3));
    cr_assert(
        eq(i64, number("SELECT COUNT(*) FROM spec_acceptance_criteria"), 2));
    cr_assert(eq(i64, number("SELECT COUNT(*) FROM search_entries"), 5));
    cr_assert(eq(i64, totals_of("acme").criteria, 2));
    stop();
}

DATABASE_TEST(run, moves_the_lines_of_criteria_with_their_section)
{
    start(*which);
    test_write(folder, "docs/specs/a.md",
               "## A\n\n- [ ] x\n\n## B\n\n- [ ] y\n");
    (void)index_now();
    cr_assert(eq(i64,
                 number("SELECT line FROM spec_acceptance_criteria"
                        " WHERE norm = 'y'"),
                 7));
    test_write(folder, "docs/specs/a.md",
               "## A\n\nmore\n\n- [ ] x\n\n## B\n\n- [ ] y\n");
    (void)index_now();
    cr_assert(eq(i64,
                 number("SELECT line FROM spec_acceptance_criteria"
                        " WHERE norm = 'y'"),
                 9));
    stop();
}

/* Else its foreign keys are checked by going through all rows. */
DATABASE_TEST(run, lets_postgresql_know_its_tables_from_the_first_group_on)
{
    char path[64];
    int is_sqlite;

    start(*which);
    for (int i = 0; i < 25; i++) {
        snprintf(path, sizeof(path), "docs/specs/%02d.md", i);
        test_write(folder, path, SPEC_A);
    }
    (void)index_now();
    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
    is_sqlite = cn_db_dialect(t.conn->db) == CN_SQLITE;
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    if (!is_sqlite)
        cr_assert(eq(i64,
                     number("SELECT CAST(reltuples AS BIGINT) FROM pg_class"
                            " WHERE oid = CAST('spec_sections' AS regclass)"),
                     75));
    stop();
}

/* More words than positions, more places of a word than are stored. */
DATABASE_TEST(run, stores_long_texts_in_the_full_text_index)
{
    char *text = malloc(100001);

    start(*which);
    for (size_t i = 0; i < 100000; i += 5)
        memcpy(text + i, i % 2 ? "some\n" : "word ", 5);
    text[100000] = '\0';
    test_write(folder, "docs/specs/a.md", text);
    free(text);
    cr_assert(eq(i64, index_now().indexed, 1));
    cr_assert(eq(i64, number("SELECT COUNT(*) FROM search_entries"), 1));
    stop();
}

DATABASE_TEST(run, removes_documents_that_vanished)
{
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(folder, "docs/specs/b.md", SPEC_A);
    (void)index_now();
    remove_file("docs/specs/a.md");
    report = index_now();
    cr_assert(eq(i64, report.removed, 1));
    cr_assert(eq(i64, report.unchanged, 1));
    cr_assert(eq(i64, totals_of("acme").documents, 1));
    cr_assert(eq(i64, number("SELECT COUNT(*) FROM search_entries"), 4));
    cr_assert(eq(i64, number("SELECT COUNT(*) FROM spec_sections"), 3));
    cr_assert_null(text_of("acme", "docs/specs/a.md"));
    stop();
}

DATABASE_TEST(run, takes_a_renamed_file_for_another_one)
{
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    remove_file("docs/specs/a.md");
    test_write(folder, "docs/specs/z.md", SPEC_A);
    report = index_now();
    cr_assert(eq(i64, report.removed, 1));
    cr_assert(eq(i64, report.indexed, 1));
    cr_assert_not_null(text_of("acme", "docs/specs/z.md"));
    stop();
}

DATABASE_TEST(run, looks_again_when_the_patterns_change)
{
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", "no front matter\n");
    test_write(folder, "design/b.md", "---\ntitle: B\n---\n\n## S\n");
    test_write(folder, "design/c.md", "plain\n");
    report = index_now();
    cr_assert(eq(i64, report.files, 1));
    cr_assert(eq(i64, totals_of("acme").specs, 1));
    test_write(folder, "CANON.yaml", "specs:\n  doc_paths: [design/*.md]\n");
    report = index_now();
    cr_assert(eq(i64, report.indexed, 3), "a changes its kind");
    /* b has a title, c has no front matter, a does not match any more */
    cr_assert(eq(i64, totals_of("acme").specs, 1));
    cr_assert(eq(i64, totals_of("acme").documents, 3));
    report = index_now();
    cr_assert(eq(i64, report.indexed, 0));
    remove_file("CANON.yaml");
    report = index_now();
    cr_assert(eq(i64, report.removed, 2));
    cr_assert(eq(i64, report.indexed, 1));
    cr_assert(eq(i64, totals_of("acme").specs, 1));
    stop();
}

static int64_t count_hits(const char *q)
{
    canon_search_query query = CANON_SEARCH_QUERY_INIT;
    canon_search_result *result = NULL;
    int64_t total;

    query.org = "acme";
    query.q = q;
    assert_ok(&t, canon_search(t.conn, &query, &result));
    total = canon_search_total(result);
    canon_search_free(result);
    return total;
}

#define ENTRIES "SELECT COUNT(*) FROM search_entries"

/* A spec has an entry for each section, which all words must occur in. */
DATABASE_TEST(run, searches_the_whole_text_of_what_is_no_spec)
{
    static const char guide[] = "---\ntitle: Guide\n---\n\nBefore.\n\n"
                                "## First\n\nalpha\n\n## Second\n\nbeta\n";

    start(*which);
    test_write(folder, "docs/guide.md", guide);
    (void)index_now();
    cr_assert(eq(i64, number(ENTRIES), 1));
    cr_assert(eq(i64, count_hits("alpha beta before guide"), 1));
    cr_assert(eq(i64, count_hits("title"), 0), "front matter is no text");
    test_write(folder, "CANON.yaml", "specs:\n  doc_paths: [docs/*.md]\n");
    cr_assert(eq(i64, index_now().indexed, 1));
    cr_assert(eq(i64, number(ENTRIES), 3));
    cr_assert(eq(i64, count_hits("alpha beta"), 0));
    cr_assert(eq(i64, count_hits("alpha"), 1));
    cr_assert(eq(i64, count_hits("before"), 1));
    remove_file("CANON.yaml");
    cr_assert(eq(i64, index_now().indexed, 1));
    cr_assert(eq(i64, number(ENTRIES), 1));
    cr_assert(eq(i64, count_hits("alpha beta"), 1));
    test_write(folder, "docs/guide.md", "## First\n\nalpha gamma\n");
    cr_assert(eq(i64, index_now().indexed, 1));
    cr_assert(eq(i64, number(ENTRIES), 1));
    cr_assert(eq(i64, count_hits("gamma"), 1));
    cr_assert(eq(i64, count_hits("beta"), 0));
    stop();
}

DATABASE_TEST(run, stores_the_configuration_and_what_is_wrong_with_it)
{
    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    cr_assert_not_null(
        strstr(repo_json("acme", "acme/api"), "\"config\":null"));
    test_write(folder, "SPECWRIGHT.yaml", "team: old\n");
    (void)index_now();
    cr_assert_not_null(
        strstr(repo_json("acme", "acme/api"), "\"config\":{\"team\":\"old\""));
    test_write(folder, "CANON.yaml", "team: core\nnonsense: 1\n");
    (void)index_now();
    cr_assert_not_null(
        strstr(repo_json("acme", "acme/api"), "\"config\":{\"team\":\"core\""));
    cr_assert_not_null(
        strstr(repo_json("acme", "acme/api"), "\"config_diagnostics\":[{"));
    stop();
}

DATABASE_TEST(run, repairs_bytes_that_are_no_text)
{
    static const char bad[] = "\xEF\xBB\xBF# T\xFF\n\n## A\n\nx\n";
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", bad);
    report = index_now();
    cr_assert(eq(i64, report.indexed, 1));
    cr_assert(eq(i64, report.errors, 0));
    cr_assert(eq(str, (char *)text_of("acme", "docs/specs/a.md"),
                 "# T\xEF\xBF\xBD\n\n## A\n\nx\n"));
    stop();
}

DATABASE_TEST(run, takes_only_title_and_path_of_a_huge_file)
{
    canon_index_report report;
    char *huge = malloc(1024 * 1024 + 2);

    start(*which);
    memset(huge, 'x', 1024 * 1024 + 1);
    huge[1024 * 1024 + 1] = '\0';
    test_write(folder, "docs/specs/huge.md", huge);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    report = index_now();
    cr_assert(eq(i64, report.indexed, 2));
    cr_assert(eq(i64, report.errors, 1));
    cr_assert_not_null(strstr(report.first_error, "docs/specs/huge.md"));
    cr_assert(eq(str, (char *)text_of("acme", "docs/specs/huge.md"), ""));
    cr_assert_not_null(
        strstr(repo_json("acme", "acme/api"), "\"title\":\"huge.md\""));
    report = index_now();
    cr_assert(eq(i64, report.unchanged, 2));
    free(huge);
    stop();
}

DATABASE_TEST(run, goes_on_after_a_file_that_cannot_be_read)
{
    canon_index_report report;
    char path[1024];

    start(*which);
    if (geteuid() == 0) { /* root reads everything */
        stop();
        return;
    }
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(folder, "docs/specs/b.md", SPEC_A);
    snprintf(path, sizeof(path), "%s/docs/specs/a.md", folder);
    cr_assert(eq(int, truncate(path, 0), 0));
    report = index_now();
    cr_assert(eq(i64, report.indexed, 2));
    stop();
}

DATABASE_TEST(run, survives_a_source_that_is_not_there)
{
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    add_repo("acme", "acme/lost", "/nowhere/at/all");
    cr_assert(eq(int,
                 canon_index_repo(t.conn, "acme", "acme/lost", NULL, &report),
                 CANON_EIO));
    cr_assert(eq(i64, report.repos_failed, 1));
    assert_ok(&t, canon_index_all(t.conn, "acme", NULL, &report));
    cr_assert(eq(i64, report.repos, 2));
    cr_assert(eq(i64, report.repos_failed, 1));
    cr_assert(eq(i64, report.indexed, 1));
    cr_assert_not_null(strstr(report.first_error, "nowhere"));
    stop();
}

DATABASE_TEST(run, does_not_know_other_repositories)
{
    canon_index_report report;

    start(*which);
    cr_assert(eq(int,
                 canon_index_repo(t.conn, "acme", "acme/none", NULL, &report),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, canon_index_repo(t.conn, "other", "acme/api", NULL, NULL),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, canon_index_repo(t.conn, "acme", "api", NULL, NULL),
                 CANON_EINVAL));
    stop();
}

/* What a progress callback saw. */
typedef struct seen {
    int calls;
    int64_t done;
    int64_t total;
    int64_t repos_done;
    int stop_after;
} seen;

static int on_progress(const canon_index_progress *progress, void *user)
{
    seen *s = user;

    s->calls++;
    s->done = progress->done;
    s->total = progress->total;
    s->repos_done = progress->repos_done;
    return s->stop_after && s->calls >= s->stop_after;
}

static void write_many(size_t count)
{
    char path[64];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "docs/specs/%03zu.md", i);
        test_write(folder, path, SPEC_A);
    }
}

DATABASE_TEST(run, tells_how_far_it_is)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    seen s = {0};

    start(*which);
    write_many(50);
    o.on_progress = on_progress;
    o.user = &s;
    assert_ok(&t, canon_index_all(t.conn, NULL, &o, NULL));
    cr_assert(ge(int, s.calls, 4));
    cr_assert(eq(i64, s.done, 50));
    cr_assert(eq(i64, s.total, 50));
    stop();
}

DATABASE_TEST(run, ends_when_its_host_wants)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    canon_index_report report;
    seen s = {.stop_after = 2};

    start(*which);
    write_many(50);
    o.on_progress = on_progress;
    o.user = &s;
    cr_assert(eq(int, canon_index_repo(t.conn, "acme", "acme/api", &o, &report),
                 CANON_ECANCELED));
    cr_assert(eq(i64, report.repos_failed, 1));
    /* the next one goes on where it was */
    report = index_now();
    cr_assert(eq(i64, totals_of("acme").documents, 50));
    stop();
}

DATABASE_TEST(run, is_recorded)
{
    cn_index_jobs jobs = {NULL, 0};

    start(*which);
    write_many(3);
    (void)index_now();
    add_repo("acme", "acme/lost", "/nowhere/at/all");
    cr_assert(ne(int, canon_index_repo(t.conn, "acme", "acme/lost", NULL, NULL),
                 CANON_OK));
    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
    assert_ok(&t, cn_store_index_job_list(t.conn->db, &t.conn->arena, "acme",
                                          10, &jobs, &t.conn->err));
    cr_assert(eq(sz, jobs.count, 2));
    cr_assert(eq(str, (char *)jobs.items[0].status, "failed"));
    cr_assert_not_null(strstr(jobs.items[0].error_message, "nowhere"));
    cr_assert(eq(str, (char *)jobs.items[1].status, "completed"));
    cr_assert(eq(i64, jobs.items[1].specs_indexed, 3));
    cr_assert(eq(i64, jobs.items[1].completed_at, TEST_T0));
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    stop();
}

DATABASE_TEST(run, can_be_forced)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    canon_index_report report;

    start(*which);
    write_many(3);
    (void)index_now();
    o.force = 1;
    assert_ok(&t, canon_index_repo(t.conn, "acme", "acme/api", &o, &report));
    cr_assert(eq(i64, report.indexed, 3));
    o.size = 1;
    cr_assert(eq(int, canon_index_repo(t.conn, "acme", "acme/api", &o, NULL),
                 CANON_EINVAL));
    stop();
}

DATABASE_TEST(run, keeps_the_time_of_the_last_change)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    int64_t changed;

    start(*which);
    write_many(1);
    (void)index_now();
    changed = number("SELECT last_doc_change_at FROM spec_documents");
    cr_assert(gt(i64, changed, 0));
    t.now_us += 1000000;
    test_write(folder, "docs/specs/000.md", SPEC_A);
    (void)index_now();
    cr_assert(eq(i64, number("SELECT last_doc_change_at FROM spec_documents"),
                 changed),
              "the content is the same");
    o.force = 1;
    assert_ok(&t, canon_index_repo(t.conn, "acme", "acme/api", &o, NULL));
    cr_assert(eq(i64, number("SELECT last_doc_change_at FROM spec_documents"),
                 changed));
    stop();
}

static int index_once(void *user)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;

    (void)user;
    o.force = 1;
    return canon_index_repo(t.conn, "acme", "acme/api", &o, NULL);
}

Test(run, survives_every_failed_allocation)
{
    start(0);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    test_write(folder, "CANON.yaml", "team: x\n");
    /* twice, so that all statements are prepared */
    cr_assert(eq(int, index_once(NULL), CANON_OK));
    cr_assert(eq(int, index_once(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, index_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, index_once, NULL), 3));
    cr_assert(eq(i64, totals_of("acme").sections, 3));
    stop();
}

static const char *found_heading(const char *words)
{
    static char heading[200];
    canon_search_query q = CANON_SEARCH_QUERY_INIT;
    canon_search_result *r = NULL;

    q.org = "acme";
    q.q = words;
    assert_ok(&t, canon_search(t.conn, &q, &r));
    cr_assert(eq(sz, canon_search_count(r), 1));
    snprintf(heading, sizeof(heading), "%s",
             canon_search_hit_at(r, 0)->heading);
    canon_search_free(r);
    return heading;
}

DATABASE_TEST(run, finds_sections_under_number_and_title)
{
    start(*which);
    test_write(folder, "docs/specs/a.md",
               "---\ntitle: A\n---\n\n## 1. First\n\nalpha\n\n## Other\n\n"
               "omega\n");
    index_now();
    cr_assert_str_eq(found_heading("alpha"), "1. First");
    cr_assert_str_eq(found_heading("omega"), "Other");
    test_write(folder, "docs/specs/a.md",
               "---\ntitle: A\n---\n\n## 2. First\n\nalpha\n\n## Other\n\n"
               "omega\n");
    index_now();
    cr_assert_str_eq(found_heading("alpha"), "2. First");
    stop();
}

/* As if so many rows had been written before. */
static void spend_ids(int64_t count)
{
    int64_t first = 0;

    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_WRITE));
    assert_ok(&t, cn_store_ids(t.conn->db, count, &first, &t.conn->err));
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
}

DATABASE_TEST(run, rewrites_documents_with_large_ids)
{
    canon_index_report report;

    start(*which);
    spend_ids(INT64_C(5000000000));
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    test_write(folder, "docs/specs/a.md", SPEC_A "\n## 3. Third\n\nThree.\n");
    report = index_now();
    cr_assert(eq(i64, report.errors, 0), "%s", report.first_error);
    cr_assert(eq(i64, totals_of("acme").sections, 4));
    stop();
}

/* Counts calls of the database down; fails the one that reaches 0. */
static int fail_once(void *user)
{
    int *left = user;

    return --*left == 0 ? CANON_ESTORE : CANON_OK;
}

static void write_parts(const char *path, int first, int count)
{
    char text[4096] = "---\ntitle: Many\n---\n";
    size_t len = strlen(text);

    for (int i = first; i < first + count; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "\n## Part %d\n\nText.\n", i);
    test_write(folder, path, text);
}

/* Two documents get 30 other sections; returns the calls that it took. */
static int replace_parts(int turn, int fail_at)
{
    int left = fail_at;
    int rc;

    write_parts("docs/specs/a.md", 100 * turn, 30);
    write_parts("docs/specs/b.md", 100 * turn, 30);
    cn_db_set_hook(fail_once, &left);
    rc = canon_index_repo(t.conn, "acme", "acme/api", NULL, NULL);
    cn_db_set_hook(NULL, NULL);
    cr_assert(rc == CANON_OK || rc == CANON_ESTORE);
    return fail_at - left;
}

DATABASE_TEST(run, gives_no_id_twice_after_a_transaction_that_failed)
{
    int calls;

    start(*which);
    (void)replace_parts(1, 10000);
    calls = replace_parts(2, 10000);
    for (int i = 1; i < 20; i++) {
        char path[64];

        (void)replace_parts(2 + i, calls - i);
        snprintf(path, sizeof(path), "docs/specs/c%d.md", i);
        write_parts(path, 1, 90);
        assert_ok(&t, canon_index_file(t.conn, "acme", "acme/api", path));
    }
    stop();
}

/* Whatever call fails, the next run makes the index whole. */
DATABASE_TEST(run, recovers_from_every_failed_database_call)
{
    canon_index_report report;
    int taken = 1;
    int n;

    start(*which);
    for (n = 1; taken >= n - 1; n++) {
        taken = replace_parts(n, n);
        report = index_now();
        cr_assert(eq(i64, report.errors, 0), "%s", report.first_error);
        cr_assert(eq(i64, totals_of("acme").sections, 60), "call %d", n);
        cr_assert(eq(i64, number("SELECT COUNT(*) FROM search_entries"), 62),
                  "call %d", n);
    }
    cr_assert(gt(int, n, 15));
    stop();
}

/* What the source of the tests does. */
static bool out_of_order;
static bool unreadable;

static int odd_list(void *state, const canon_revision *at,
                    int (*on_file)(const canon_file *file, void *user),
                    void *user, canon_error *err)
{
    const canon_file files[] = {
        {out_of_order ? "docs/c.md" : "docs/a.md", unreadable ? "1" : "2", "",
         1, 0},
        {"docs/b.md", unreadable ? "3" : "4", "", 1, 0},
    };

    (void)state;
    (void)at;
    (void)err;
    for (size_t i = 0; i < 2; i++) {
        if (on_file(&files[i], user))
            return CANON_ECANCELED;
    }
    return CANON_OK;
}

static int odd_open(void *user, const char *location, void **state,
                    canon_error *err)
{
    (void)location;
    (void)err;
    *state = user;
    return CANON_OK;
}

static int odd_head(void *state, const char *ref, canon_revision *out,
                    canon_error *err)
{
    (void)state;
    (void)ref;
    (void)err;
    memset(out, 0, sizeof(*out));
    return CANON_OK;
}

static int odd_read(void *state, const canon_revision *at, const char *path,
                    size_t max, canon_buf *out, char blob_out[72],
                    canon_error *err)
{
    static const char text[] = "# A title\n";

    (void)state;
    (void)at;
    (void)max;
    if (!strstr(path, ".md"))
        return CANON_ENOTFOUND;
    if (unreadable && strcmp(path, "docs/a.md") == 0) {
        err->code = CANON_EIO;
        snprintf(err->text, sizeof(err->text), "a bad block");
        return CANON_EIO;
    }
    snprintf(blob_out, 72, "%s", unreadable ? "3" : "4");
    return canon_buf_set(out, text, sizeof(text) - 1);
}

static void odd_close(void *state)
{
    (void)state;
}

/* acme/odd, a repository of that source. */
static void start_odd(canon **engine, canon_conn **conn)
{
    static const canon_source_ops ops = {
        .size = sizeof(ops),
        .open = odd_open,
        .head = odd_head,
        .list = odd_list,
        .read = odd_read,
        .close = odd_close,
    };
    canon_options o = CANON_OPTIONS_INIT;
    const canon_repo repo = {sizeof(repo), "acme", "acme/odd", "odd:x", NULL};
    canon_error err;

    o.database_url = "sqlite::memory:";
    cr_assert(zero(int, canon_open(&o, engine, &err)), "%s", err.text);
    cr_assert(
        zero(int, canon_source_register(*engine, "odd", &ops, NULL, &err)));
    cr_assert(zero(int, canon_migrate(*engine, &err)), "%s", err.text);
    cr_assert(zero(int, canon_connect(*engine, conn, &err)), "%s", err.text);
    cr_assert(zero(int, canon_repo_add(*conn, &repo)));
}

Test(plan, refuses_a_source_that_lists_out_of_order)
{
    canon_conn *conn = NULL;
    canon *engine = NULL;

    out_of_order = true;
    start_odd(&engine, &conn);
    cr_assert(eq(int, canon_index_repo(conn, "acme", "acme/odd", NULL, NULL),
                 CANON_EINVAL));
    cr_assert_not_null(strstr(canon_last_error(conn)->text, "byte order"));
    canon_disconnect(conn);
    canon_close(engine);
}

Test(run, keeps_what_it_knows_of_a_file_that_cannot_be_read)
{
    canon_conn *conn = NULL;
    canon *engine = NULL;
    canon_index_report report;
    canon_index_totals totals;

    start_odd(&engine, &conn);
    cr_assert(
        zero(int, canon_index_repo(conn, "acme", "acme/odd", NULL, &report)));
    cr_assert(eq(i64, report.indexed, 2));
    unreadable = true;
    cr_assert(
        zero(int, canon_index_repo(conn, "acme", "acme/odd", NULL, &report)));
    cr_assert(eq(i64, report.indexed, 1));
    cr_assert(eq(i64, report.errors, 1));
    cr_assert_not_null(strstr(report.first_error, "docs/a.md"));
    cr_assert_not_null(strstr(report.first_error, "a bad block"));
    cr_assert(zero(int, canon_index_totals_get(conn, "acme", &totals)));
    cr_assert(eq(i64, totals.documents, 2));
    canon_disconnect(conn);
    canon_close(engine);
}

/* The figures of the day are those of the morning otherwise. */
DATABASE_TEST(run, takes_a_removed_repository_out_of_the_figures_of_the_day)
{
    int64_t now;
    int32_t day;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_WRITE));
    now = canon_now_us(t.conn->engine);
    day = cn_day_of(now) - 1;
    assert_ok(&t, cn_store_snapshot_write(t.conn->db, "acme", day, now,
                                          &t.conn->err));
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    cr_assert(eq(i64, number("SELECT SUM(total_specs) FROM coverage_days"), 2),
              "of the repository and of all");
    assert_ok(&t, canon_repo_remove(t.conn, "acme", "acme/api"));
    cr_assert(eq(i64, number("SELECT SUM(total_specs) FROM coverage_days"), 2),
              "the past stays");
    cr_assert(eq(i64,
                 number("SELECT COUNT(*) FROM coverage_snapshots"
                        " WHERE deleted = 1"),
                 1));
    cr_assert(eq(i64,
                 number("SELECT COUNT(*) FROM coverage_days d WHERE"
                        " d.snapshot_day = (SELECT MAX(snapshot_day) FROM"
                        " coverage_snapshots)"),
                 0));
    stop();
}
