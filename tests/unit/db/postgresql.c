#include "db_test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

Test(postgresql, says_what_is_wrong_with_the_url)
{
    cn_db *db = NULL;
    canon_error err;
    int rc = cn_db_open("postgresql://127.0.0.1:1/x", NULL, &db, &err);

    cr_assert_eq(rc, CANON_EBUSY);
    cr_assert_not_null(strstr(err.text, "not reachable"));
    rc = cn_db_open("postgresql://h/x?nonsense=1", NULL, &db, &err);
    cr_assert_eq(rc, CANON_EINVAL);
    cr_assert_null(db);
}

static void *interrupt_soon(void *db)
{
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    cn_db_interrupt(db);
    return NULL;
}

Test(postgresql, ends_a_statement_that_is_interrupted)
{
    cn_db *db;
    pthread_t thread;
    int rc;

    if (!test_database_has_postgresql())
        return;
    db = open_db(test_database_make(1));
    pthread_create(&thread, NULL, interrupt_soon, db);
    rc = cn_db_exec(db, "SELECT pg_sleep(20)", NULL, 0, NULL, NULL);
    pthread_join(thread, NULL);
    cr_assert_eq(rc, CANON_ECANCELED);
    cr_assert(!cn_db_broken(db));
    cr_assert(!cn_db_exec(db, "SELECT 1", NULL, 0, NULL, NULL));
    close_db(db);
}

Test(postgresql, gives_up_a_statement_that_takes_too_long)
{
    cn_db_options o = {.statement_timeout_ms = 50};
    cn_db *db = NULL;
    int rc;

    if (!test_database_has_postgresql())
        return;
    cr_assert(!cn_db_open(test_database_make(1), &o, &db, NULL));
    rc = cn_db_exec(db, "SELECT pg_sleep(20)", NULL, 0, NULL, NULL);
    cr_assert_eq(rc, CANON_EBUSY);
    cr_assert(!cn_db_broken(db));
    close_db(db);
}

Test(postgresql, notices_a_lost_connection)
{
    cn_db *db;
    int rc;

    if (!test_database_has_postgresql())
        return;
    db = open_db(test_database_make(1));
    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    rc = cn_db_exec(db, "SELECT pg_terminate_backend(pg_backend_pid())", NULL,
                    0, NULL, NULL);
    cr_assert_eq(rc, CANON_EBUSY);
    cr_assert(cn_db_broken(db));
    cr_assert_eq(cn_db_end(db, CANON_OK, NULL), CANON_EBUSY);
    rc = cn_db_exec(db, "SELECT 1", NULL, 0, NULL, NULL);
    cr_assert_eq(rc, CANON_EBUSY);
    close_db(db);
}

static void remember(void *user, const char *channel, const char *text)
{
    snprintf(user, 64, "%s:%s", channel, text);
}

Test(postgresql, carries_notices_between_connections)
{
    cn_db *a;
    cn_db *b;
    char heard[64] = "";

    if (!test_database_has_postgresql())
        return;
    a = open_db(test_database_make(1));
    b = open_db(getenv("CANON_TEST_POSTGRESQL"));
    cr_assert(!cn_db_listen(a, "canon_test", NULL));
    cr_assert(!cn_db_begin(b, CN_TX_WRITE, NULL));
    cr_assert(!cn_db_notify(b, "canon_test", "hello", NULL));
    cr_assert(!cn_db_notified(a, 20, remember, heard, NULL));
    cr_assert_str_eq(heard, "");
    cr_assert(!cn_db_end(b, CANON_OK, NULL));
    cr_assert(!cn_db_notified(a, 2000, remember, heard, NULL));
    cr_assert_str_eq(heard, "canon_test:hello");
    cn_db_close(b);
    close_db(a);
}
