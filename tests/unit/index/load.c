/* Runs of several groups, which are read and written at the same time. */
#include "index_test.h"

#include "conn.h"
#include "index_jobs.h"

#include <pthread.h>

#define DOCS 450 /* three groups */

static void write_docs(size_t count)
{
    char path[64];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "docs/specs/%03zu.md", i);
        test_write(folder, path, SPEC_A);
    }
}

static int64_t indexed_of_the_newest_job(void)
{
    cn_index_jobs jobs = {NULL, 0};
    int64_t indexed;

    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
    assert_ok(&t, cn_store_index_job_list(t.conn->db, &t.conn->arena, "acme", 1,
                                          &jobs, &t.conn->err));
    cr_assert(eq(sz, jobs.count, 1));
    indexed = jobs.items[0].specs_indexed;
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    return indexed;
}

DATABASE_TEST(load, writes_every_group)
{
    canon_index_report report;

    start(*which);
    write_docs(DOCS);
    report = index_now();
    cr_assert(eq(i64, report.indexed, DOCS));
    cr_assert(eq(i64, report.errors, 0), "%s", report.first_error);
    cr_assert(eq(i64, totals_of("acme").documents, DOCS));
    cr_assert(eq(i64, totals_of("acme").criteria, 3 * DOCS));
    cr_assert(eq(i64, indexed_of_the_newest_job(), DOCS));
    report = index_now();
    cr_assert(eq(i64, report.unchanged, DOCS));
    stop();
}

DATABASE_TEST(load, reports_a_bad_file_of_any_group)
{
    static const size_t places[] = {0, 250, DOCS - 1};
    canon_index_report report;
    char *big;

    start(*which);
    write_docs(DOCS);
    big = calloc(1, 1100000);
    cr_assert_not_null(big);
    memset(big, 'x', 1099999);
    for (size_t i = 0; i < 3; i++) {
        char path[64];

        snprintf(path, sizeof(path), "docs/specs/%03zu.md", places[i]);
        test_write(folder, path, big);
    }
    free(big);
    report = index_now();
    cr_assert(eq(i64, report.errors, 3));
    cr_assert_not_null(strstr(report.first_error, "docs/specs/000.md"));
    cr_assert(eq(i64, report.indexed, DOCS));
    stop();
}

/* What a progress callback saw. */
typedef struct seen {
    pthread_t thread;
    bool elsewhere;
    int64_t stop_at;
} seen;

static int on_progress(const canon_index_progress *progress, void *user)
{
    seen *s = user;

    s->elsewhere |= !pthread_equal(s->thread, pthread_self());
    return s->stop_at && progress->done >= s->stop_at;
}

DATABASE_TEST(load, tells_progress_on_the_thread_of_its_caller)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    seen s = {.thread = pthread_self()};

    start(*which);
    write_docs(DOCS);
    o.on_progress = on_progress;
    o.user = &s;
    assert_ok(&t, canon_index_repo(t.conn, "acme", "acme/api", &o, NULL));
    cr_assert(not(s.elsewhere));
    stop();
}

DATABASE_TEST(load, ends_between_groups_and_goes_on)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    canon_index_report report;
    seen s = {.thread = pthread_self(), .stop_at = 420};

    start(*which);
    write_docs(DOCS);
    o.on_progress = on_progress;
    o.user = &s;
    cr_assert(eq(int, canon_index_repo(t.conn, "acme", "acme/api", &o, &report),
                 CANON_ECANCELED));
    cr_assert(eq(i64, report.indexed, 400)); /* what was away came home */
    report = index_now();
    cr_assert(eq(i64, report.indexed, DOCS - 400));
    cr_assert(eq(i64, totals_of("acme").documents, DOCS));
    stop();
}

/* Lets so many calls of the database pass, and fails all others. */
static int fail_after(void *user)
{
    int *left = user;

    return *left > 0 && --*left > 0 ? CANON_OK : CANON_EIO;
}

DATABASE_TEST(load, says_why_a_group_that_was_away_failed)
{
    canon_index_report report;
    int left;

    start(*which);
    write_docs(DOCS);
    for (left = 8; left < 200; left += 23) {
        int calls = left;
        int rc;

        cn_db_set_hook(fail_after, &calls);
        rc = canon_index_repo(t.conn, "acme", "acme/api", NULL, NULL);
        cn_db_set_hook(NULL, NULL);
        if (rc == CANON_OK)
            break;
        cr_assert(eq(int, rc, CANON_EIO));
        cr_assert(eq(int, canon_last_error(t.conn)->code, CANON_EIO));
        cr_assert(ne(chr, *canon_last_error(t.conn)->text, '\0'));
    }
    cr_assert(gt(int, left, 8));
    report = index_now();
    cr_assert(eq(i64, report.errors, 0), "%s", report.first_error);
    cr_assert(eq(i64, totals_of("acme").documents, DOCS));
    stop();
}
