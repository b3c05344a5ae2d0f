#include "conn.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct fixture {
    char *folder;
    char url[4200];
    canon *engine;
    canon_conn *conn;
} fixture;

static fixture start(const char *url)
{
    fixture f = {NULL, "", NULL, NULL};
    canon_options o = CANON_OPTIONS_INIT;
    canon_error err;

    if (!url) {
        f.folder = test_folder();
        snprintf(f.url, sizeof(f.url), "sqlite:%s/canon.db", f.folder);
        url = f.url;
    }
    o.database_url = url;
    o.busy_timeout_ms = 300;
    cr_assert(eq(int, canon_open(&o, &f.engine, &err), CANON_OK));
    cr_assert(eq(int, canon_migrate(f.engine, &err), CANON_OK), "%s", err.text);
    cr_assert(eq(int, canon_connect(f.engine, &f.conn, &err), CANON_OK));
    return f;
}

static void stop(fixture *f)
{
    canon_disconnect(f->conn);
    canon_close(f->engine);
    if (f->folder)
        test_folder_remove(f->folder);
}

static int insert_org(canon_conn *conn, const char *name)
{
    const cn_arg args[] = {cn_text(name), cn_int(1)};

    return cn_db_exec(conn->db,
                      "INSERT INTO waitlist_signups (email, created_at) "
                      "VALUES ($1, $2)",
                      args, 2, NULL, &conn->err);
}

static int64_t count_orgs(canon_conn *conn)
{
    cn_rows *rows = NULL;
    int64_t n = -1;

    if (!cn_db_query(conn->db, "SELECT COUNT(*) FROM waitlist_signups", NULL, 0,
                     &rows, &conn->err) &&
        cn_rows_next(rows, &conn->err) == 1)
        n = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    return n;
}

Test(conn, is_ready_after_migration)
{
    fixture f = start(NULL);

    cr_assert(eq(int, canon_ready(f.conn), CANON_OK));
    stop(&f);
}

Test(conn, says_that_migrations_are_pending)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_conn *conn = NULL;
    canon *c = NULL;

    o.database_url = "sqlite::memory:";
    cr_assert(eq(int, canon_open(&o, &c, NULL), CANON_OK));
    cr_assert(eq(int, canon_connect(c, &conn, NULL), CANON_OK));
    cr_assert(eq(int, canon_ready(conn), CANON_EVERSION));
    canon_disconnect(conn);
    canon_close(c);
}

Test(conn, gets_the_writer_inside_a_call_that_reads)
{
    fixture f = start(NULL);
    cn_db *reader;

    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_READ), CANON_OK));
    reader = f.conn->db;
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
    cr_assert(ne(ptr, f.conn->db, reader));
    cr_assert(eq(int, insert_org(f.conn, "a"), CANON_OK));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert(eq(ptr, f.conn->db, reader));
    cr_assert(eq(i64, count_orgs(f.conn), 1));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert_null(f.conn->db);
    stop(&f);
}

Test(conn, gives_back_what_a_call_took_while_its_caller_had_none)
{
    fixture f = start(NULL);

    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_READ), CANON_OK));
    cn_conn_release(f.conn);
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, insert_org(f.conn, "a"), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert(ne(ptr, f.conn->db, NULL));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert_null(f.conn->db, "a source may be read now");
    cr_assert(eq(int, cn_conn_acquire(f.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(i64, count_orgs(f.conn), 1));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    stop(&f);
}

Test(conn, does_not_wait_for_the_writer_when_it_need_not_write)
{
    fixture f = start(NULL);
    canon_conn *other = NULL;

    cr_assert(eq(int, canon_connect(f.engine, &other, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(other, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_READ), CANON_OK));
    cr_assert(
        eq(int, cn_conn_end(f.conn, cn_conn_begin_idle(f.conn)), CANON_EBUSY));
    cr_assert(eq(i64, count_orgs(f.conn), 0), "the reader is back");
    cr_assert(eq(int, cn_conn_end(other, CANON_OK), CANON_OK));
    cr_assert(eq(int, cn_conn_begin_idle(f.conn), CANON_OK));
    cr_assert(eq(int, insert_org(f.conn, "a"), CANON_OK));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    canon_disconnect(other);
    stop(&f);
}

Test(conn, has_one_connection_for_everything_in_memory)
{
    fixture f = start("sqlite::memory:");

    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, insert_org(f.conn, "a"), CANON_OK));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert(eq(i64, count_orgs(f.conn), 1));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    stop(&f);
}

Test(conn, waits_for_the_writer_and_then_gives_up)
{
    fixture f = start(NULL);
    canon_conn *second = NULL;

    cr_assert(eq(int, canon_connect(f.engine, &second, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(second, CN_DB_WRITE), CANON_EBUSY));
    cr_assert(eq(int, cn_conn_end(second, CANON_EBUSY), CANON_EBUSY));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(second, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, cn_conn_end(second, CANON_OK), CANON_OK));
    canon_disconnect(second);
    stop(&f);
}

static int fail_twice(canon_conn *conn, void *arg)
{
    int *tries = arg;

    if (insert_org(conn, "retried"))
        return conn->err.code;
    return ++*tries < 3 ? CANON_EBUSY : CANON_OK;
}

Test(conn, repeats_a_transaction_that_met_a_busy_database)
{
    fixture f = start(NULL);
    int tries = 0;

    cr_assert(eq(int, cn_conn_begin(f.conn, CN_DB_WRITE), CANON_OK));
    cr_assert(eq(int, cn_tx_retry(f.conn, CN_TX_WRITE, fail_twice, &tries),
                 CANON_OK));
    cr_assert(eq(int, tries, 3));
    cr_assert(eq(i64, count_orgs(f.conn), 1));
    cr_assert(eq(int, cn_conn_end(f.conn, CANON_OK), CANON_OK));
    stop(&f);
}

static void *wait_long(void *user)
{
    canon_conn *conn = user;
    int rc = cn_conn_wait(conn, INT64_C(60) * 1000000);

    return rc == CANON_ECANCELED ? conn : NULL;
}

Test(conn, wakes_up_when_the_engine_is_interrupted, .timeout = 10)
{
    fixture f = start(NULL);
    pthread_t thread;
    void *result = NULL;

    pthread_create(&thread, NULL, wait_long, f.conn);
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    canon_interrupt(f.engine);
    pthread_join(thread, &result);
    cr_assert(eq(ptr, result, f.conn));
    stop(&f);
}

Test(conn, lowers_the_name_of_an_organisation)
{
    fixture f = start("sqlite::memory:");

    cr_assert(eq(str, (char *)cn_conn_org(f.conn, "AcMe"), "acme"));
    cr_assert_null(cn_conn_org(f.conn, "a/b"));
    cr_assert_null(cn_conn_org(f.conn, NULL));
    stop(&f);
}
