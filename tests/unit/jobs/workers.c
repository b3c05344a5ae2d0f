#include "jobs_test.h"
#include "queue.h"

#include <time.h>

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Wait until the index has as many sections; false after 10 s. */
static bool reaches(fixture *f, int64_t sections)
{
    for (int i = 0; i < 200; i++) {
        if (fixture_sections(f) == sections)
            return true;
        pause_ms(50);
    }
    return false;
}

Test(workers, index_what_is_there_and_what_changes, .timeout = 60)
{
    canon_error err;
    fixture f;
    char *db = test_folder();
    char url[512];

    snprintf(url, sizeof(url), "sqlite:%s/canon.db", db);
    fixture_start(&f, url);
    fixture_add_folder(&f);
    cr_assert(eq(int, canon_workers_start(f.engine, 2, &err), CANON_OK), "%s",
              err.text);
    cr_assert(reaches(&f, 1));
    pause_ms(500);
    test_write(f.folder, "docs/specs/b.md",
               "---\ntitle: B\n---\n\n## 1. One\n\n## 2. Two\n");
    cr_assert(reaches(&f, 3));
    canon_workers_stop(f.engine);
    fixture_stop(&f);
    test_folder_remove(db);
}

Test(workers, start_once_and_leave_the_engine_usable, .timeout = 30)
{
    canon_error err;
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    cr_assert(eq(int, canon_workers_start(f.engine, 0, &err), CANON_EINVAL));
    cr_assert(eq(int, canon_workers_start(f.engine, 1, &err), CANON_OK));
    cr_assert(eq(int, canon_workers_start(f.engine, 1, &err), CANON_EBUSY));
    canon_workers_stop(f.engine);
    canon_workers_stop(f.engine);
    cr_assert(eq(int, canon_ready(f.conn), CANON_OK));
    cr_assert(eq(int, canon_workers_start(f.engine, 1, &err), CANON_OK));
    canon_disconnect(f.conn);
    canon_close(f.engine); /* stops them */
    test_folder_remove(f.folder);
}

/* A job that a process took along when it was killed: its lease still runs. */
static void take_and_die(fixture *f)
{
    cn_claim claim = {"gone", NOON, NOON + CN_LEASE_US};
    bool found = false;
    cn_job job;

    cr_assert(eq(int, canon_index_schedule(f->conn, "acme", "acme/web"), 0));
    cr_assert(eq(int, cn_conn_begin(f->conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int,
                 cn_queue_claim(f->conn->db, &f->conn->arena, &claim, &job,
                                &found, &f->conn->err),
                 CANON_OK));
    cr_assert(eq(int, cn_conn_end(f->conn, CANON_OK), CANON_OK));
    cr_assert(found);
}

Test(workers, on_sqlite_do_not_wait_for_one_that_was_killed, .timeout = 60)
{
    canon_error err;
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    fixture_add_folder(&f);
    take_and_die(&f);
    f.now += SECOND;
    cr_assert(eq(int, canon_workers_start(f.engine, 1, &err), CANON_OK));
    cr_assert(reaches(&f, 1));
    canon_workers_stop(f.engine);
    fixture_stop(&f);
}
