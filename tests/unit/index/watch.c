#include "index_test.h"

#include "conn.h"
#include "queue.h"

#include <pthread.h>
#include <time.h>

static int64_t waiting_jobs(void)
{
    int64_t count = -1;

    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_READ));
    assert_ok(&t, cn_queue_count(t.conn->db, "ready", &count, &t.conn->err));
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    return count;
}

DATABASE_TEST(schedule, merges_jobs_of_a_repository_that_wait)
{
    start(*which);
    add_repo("acme", "acme/web", folder);
    assert_ok(&t, canon_index_schedule(t.conn, "acme", "acme/api"));
    assert_ok(&t, canon_index_schedule(t.conn, "ACME", "Acme/Api"));
    cr_assert(eq(i64, waiting_jobs(), 1));
    assert_ok(&t, canon_index_schedule(t.conn, "acme", "acme/web"));
    cr_assert(eq(i64, waiting_jobs(), 2));
    cr_assert(eq(int, canon_index_schedule(t.conn, "acme", "acme/none"),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, canon_index_schedule(t.conn, "other", "acme/api"),
                 CANON_ENOTFOUND));
    stop();
}

static void pause_ms(long ms)
{
    const struct timespec t_ms = {0, ms * 1000000};

    nanosleep(&t_ms, NULL);
}

static void *watch(void *user)
{
    canon_conn *conn = NULL;
    int *rc = user;

    *rc = canon_connect(t.engine, &conn, NULL);
    if (!*rc)
        *rc = canon_index_watch(conn);
    canon_disconnect(conn);
    return NULL;
}

DATABASE_TEST(watch, schedules_a_run_within_a_second_of_a_change)
{
    pthread_t thread;
    int rc = 0;
    int tries;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    cr_assert(eq(int, pthread_create(&thread, NULL, watch, &rc), 0));
    pause_ms(500); /* it looks for repositories first */
    test_write(folder, "docs/specs/a.md", SPEC_A "more\n");
    for (tries = 0; tries < 40 && waiting_jobs() == 0; tries++)
        pause_ms(50);
    cr_assert(eq(i64, waiting_jobs(), 1));
    canon_interrupt(t.engine);
    pthread_join(thread, NULL);
    cr_assert(eq(int, rc, CANON_ECANCELED));
    stop();
}
