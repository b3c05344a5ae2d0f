#include "jobs_test.h"

#include "canon/coverage.h"

ParameterizedTestParameters(jobs, index_a_repository)
{
    return test_databases();
}

ParameterizedTest(size_t *which, jobs, index_a_repository)
{
    fixture f;

    fixture_start(&f, test_database_make(*which));
    fixture_add_folder(&f);
    cr_assert(
        eq(int, canon_index_schedule(f.conn, "acme", "acme/web"), CANON_OK));
    cr_assert(
        eq(int, canon_index_schedule(f.conn, "acme", "acme/web"), CANON_OK));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 1), "one job is enough");
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, fixture_jobs(&f, "done"), 1));
    cr_assert(eq(i64, fixture_sections(&f), 1));
    fixture_stop(&f);
    test_database_remove();
}

Test(jobs, of_a_broken_source_are_tried_again_later_and_then_given_up)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    fixture_add_repo(&f, "acme/gone", "dir:/no/such/folder");
    cr_assert(
        eq(int, canon_index_schedule(f.conn, "acme", "acme/gone"), CANON_OK));
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 1));
    cr_assert(eq(int, fixture_run(&f), 0), "not before its time");
    for (int i = 1; i < CN_JOB_ATTEMPTS; i++) {
        f.now += 2 * HOUR;
        cr_assert(eq(int, fixture_run(&f), 1));
    }
    cr_assert(eq(i64, fixture_jobs(&f, "dead"), 1));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 0));
    fixture_stop(&f);
}

Test(jobs, of_a_repository_that_was_removed_are_done)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    fixture_add_folder(&f);
    cr_assert(
        eq(int, canon_index_schedule(f.conn, "acme", "acme/web"), CANON_OK));
    cr_assert(eq(int, canon_repo_remove(f.conn, "acme", "acme/web"), CANON_OK));
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, fixture_jobs(&f, "done"), 1));
    fixture_stop(&f);
}

static void add_job(fixture *f, const char *kind, const char *payload)
{
    cn_job job = {
        .kind = kind, .org_login = "acme", .lane = "", .payload = payload};

    cr_assert(eq(int, cn_conn_begin(f->conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, cn_queue_add(f->conn->db, &job, f->now, &f->conn->err),
                 CANON_OK));
    cr_assert(eq(int, cn_conn_end(f->conn, CANON_OK), CANON_OK));
}

Test(jobs, that_nobody_can_run_are_given_up_at_once)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    add_job(&f, "no_such_kind", "{}");
    add_job(&f, "index_repo", "{}");
    add_job(&f, "index_repo", "{not json");
    cr_assert(eq(int, fixture_run(&f), 3));
    cr_assert(eq(i64, fixture_jobs(&f, "dead"), 3));
    fixture_stop(&f);
}

Test(jobs, lose_to_the_worker_that_took_their_lease)
{
    cn_arena a = CN_ARENA_INIT;
    cn_job job;
    bool found;
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    add_job(&f, "retention", "{}");
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
    {
        cn_claim claim = {"first", f.now, f.now + CN_LEASE_US};

        cr_assert(eq(
            int,
            cn_queue_claim(f.conn->db, &a, &claim, &job, &found, &f.conn->err),
            CANON_OK));
    }
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert(found);
    f.now += 2 * CN_LEASE_US;
    cr_assert(eq(int, fixture_run(&f), 1), "another one takes it over");
    {
        cn_job_run run = {f.conn, &job, "first", &a, 0, false};

        cr_assert(eq(int, cn_job_renew(&run), CANON_ECANCELED));
        cr_assert(run.lost);
    }
    cn_arena_free(&a);
    fixture_stop(&f);
}

Test(jobs, that_end_every_worker_are_given_up)
{
    cn_arena a = CN_ARENA_INIT;
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    add_job(&f, "retention", "{}");
    for (int i = 0; i < CN_JOB_ATTEMPTS; i++) {
        cn_claim claim = {"lost", f.now, f.now + CN_LEASE_US};
        cn_job job;
        bool found;

        cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
        cr_assert(eq(
            int,
            cn_queue_claim(f.conn->db, &a, &claim, &job, &found, &f.conn->err),
            CANON_OK));
        cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
        cr_assert(found);
        f.now += 2 * CN_LEASE_US;
    }
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, fixture_jobs(&f, "dead"), 1));
    cn_arena_free(&a);
    fixture_stop(&f);
}

static int64_t count_days(fixture *f)
{
    cn_rows *rows = NULL;
    int64_t n = -1;

    cr_assert(zero(int, cn_conn_begin(f->conn, CN_DB_READ)));
    cr_assert(zero(int, cn_db_query(f->conn->db,
                                    "SELECT COUNT(DISTINCT snapshot_day)"
                                    " FROM coverage_snapshots",
                                    NULL, 0, &rows, &f->conn->err)));
    if (cn_rows_next(rows, &f->conn->err) == 1)
        n = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    cr_assert(zero(int, cn_conn_end(f->conn, CANON_OK)));
    return n;
}

Test(jobs, forget_figures_that_no_trend_shows)
{
    fixture f;
    int32_t today;

    fixture_start(&f, "sqlite::memory:");
    fixture_add_folder(&f);
    cr_assert(zero(int, canon_index_all(f.conn, NULL, NULL, NULL)));
    today = (int32_t)(f.now / (24 * HOUR));
    cr_assert(zero(int, canon_coverage_snapshot(f.conn, NULL, today - 760)));
    cr_assert(zero(int, canon_coverage_snapshot(f.conn, NULL, today - 759)));
    cr_assert(eq(i64, count_days(&f), 2));
    cr_assert(zero(int, canon_schedule_run(f.conn, "retention")));
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, count_days(&f), 1));
    fixture_stop(&f);
}

static int64_t count_rows(fixture *f, const char *statement)
{
    cn_rows *rows = NULL;
    int64_t count;

    cr_assert(zero(int, cn_conn_begin(f->conn, CN_DB_READ)));
    cr_assert(zero(int, cn_db_query_text(f->conn->db, statement, NULL, 0, &rows,
                                         &f->conn->err)));
    cr_assert(eq(int, cn_rows_next(rows, &f->conn->err), 1));
    count = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    cr_assert(zero(int, cn_conn_end(f->conn, CANON_OK)));
    return count;
}

/* Each table has a row that ended 29 days ago, one that ended 31 days ago, and
 * one that has not ended. */
static void add_credentials(fixture *f)
{
    static const char *const statements[] = {
        "INSERT INTO users (id, oidc_sub, created_at, last_login_at)"
        " VALUES (1, 'auth0|alice', 1, 1)",
        "INSERT INTO web_sessions (sid_hash, user_id, org_login, data,"
        " created_at, last_seen_at, idle_expires_at, abs_expires_at)"
        " VALUES ('a', 1, '', '', 1, 1, $1, $3), ('b', 1, '', '', 1, 1, $2, $3),"
        " ('c', 1, '', '', 1, 1, $3, $3)",
        "INSERT INTO sessions (id, user_id, org_login, device_label,"
        " refresh_hash, created_at, last_used_at, expires_at)"
        " VALUES ('a', 1, '', '', 'a', 1, 1, $1),"
        " ('b', 1, '', '', 'b', 1, 1, $2), ('c', 1, '', '', 'c', 1, 1, $3)",
        "INSERT INTO api_keys (key_hash, key_prefix, label, user_id, org_login,"
        " scopes, created_at, expires_at)"
        " VALUES ('a', '', '', 1, 'acme', '[]', 1, $1),"
        " ('b', '', '', 1, 'acme', '[]', 1, $2),"
        " ('c', '', '', 1, 'acme', '[]', 1, $3),"
        " ('d', '', '', 1, 'acme', '[]', 1, NULL)"};
    const cn_arg args[] = {cn_int(f->now - 29 * DAY), cn_int(f->now - 31 * DAY),
                           cn_int(f->now + DAY)};

    cr_assert(zero(int, cn_conn_begin(f->conn, CN_DB_WRITE)));
    for (size_t i = 0; i < 4; i++)
        cr_assert(
            zero(int, cn_db_exec_text(f->conn->db, statements[i], args,
                                      i == 0 ? 0 : 3, NULL, &f->conn->err)),
            "%s", f->conn->err.text);
    cr_assert(zero(int, cn_conn_end(f->conn, CANON_OK)));
}

Test(jobs, forget_credentials_that_ended_a_month_ago)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    add_credentials(&f);
    cr_assert(zero(int, canon_schedule_run(f.conn, "retention")));
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, count_rows(&f, "SELECT COUNT(*) FROM web_sessions"), 2));
    cr_assert(eq(i64, count_rows(&f, "SELECT COUNT(*) FROM sessions"), 2));
    cr_assert(eq(i64, count_rows(&f, "SELECT COUNT(*) FROM api_keys"), 3));
    cr_assert(eq(i64,
                 count_rows(&f, "SELECT COUNT(*) FROM api_keys"
                                " WHERE key_hash = 'b'"),
                 0));
    fixture_stop(&f);
}

/* Counts calls of the database; the one that is asked for finds it busy. */
typedef struct busy_call {
    int count;
    int at;
} busy_call;

static int find_busy(void *user)
{
    busy_call *b = user;

    return ++b->count == b->at ? CANON_EBUSY : CANON_OK;
}

/* Run a job with one busy call; returns how many calls there were. */
static int run_busy(fixture *f, int at)
{
    busy_call b = {0, at};

    add_job(f, "no_such_kind", "{}");
    cn_db_set_hook(find_busy, &b);
    (void)cn_job_run_next(f->conn, "w");
    cn_db_set_hook(NULL, NULL);
    return b.count;
}

Test(jobs, are_settled_when_the_database_was_busy_for_a_moment)
{
    fixture f;
    int calls;

    fixture_start(&f, "sqlite::memory:");
    calls = run_busy(&f, 0);
    cr_assert(eq(i64, fixture_jobs(&f, "dead"), 1));
    (void)run_busy(&f, calls);
    cr_assert(eq(i64, fixture_jobs(&f, "dead"), 2));
    cr_assert(eq(i64, fixture_jobs(&f, "running"), 0));
    fixture_stop(&f);
}
