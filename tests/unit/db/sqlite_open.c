#include "db_test.h"

#include "files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char url[512];

static const char *url_in(const char *folder, const char *name)
{
    snprintf(url, sizeof(url), "sqlite:%s/%s", folder, name);
    return url;
}

/* The path of the last url_in. */
static const char *path(void)
{
    return url + strlen("sqlite:");
}

static int open_mode(const char *where, cn_db_mode mode, cn_db **out,
                     canon_error *err)
{
    cn_db_options o = {.mode = mode, .busy_timeout_ms = 100};

    return cn_db_open(where, &o, out, err);
}

static cn_db *open_ok(const char *where, cn_db_mode mode)
{
    cn_db *db = NULL;
    canon_error err = {0, ""};

    cr_assert(!open_mode(where, mode, &db, &err), "%s", err.text);
    return db;
}

static void make_table(cn_db *db)
{
    cr_assert(!cn_db_script(
        db, "CREATE TABLE t (id @ID@, name @TEXT@, n BIGINT)", NULL));
}

Test(sqlite_open, makes_a_file_that_only_its_owner_reads)
{
    char *folder = test_folder();
    cn_db *db = open_ok(url_in(folder, "a.db"), CN_DB_WRITE);
    struct stat st;

    make_table(db);
    cr_assert_eq(stat(path(), &st), 0);
    cr_assert_eq((int)(st.st_mode & 0777), 0600);
    cn_db_close(db);
    test_folder_remove(folder);
}

Test(sqlite_open, lets_readers_in_beside_the_writer)
{
    char *folder = test_folder();
    cn_db *writer = open_ok(url_in(folder, "a.db"), CN_DB_WRITE);
    cn_db *reader;
    canon_error err;

    make_table(writer);
    cr_assert(!add_name(writer, "a", 1, NULL));
    reader = open_ok(url, CN_DB_READ);
    cr_assert(!cn_db_begin(writer, CN_TX_WRITE, NULL));
    cr_assert(!add_name(writer, "b", 1, NULL));
    cr_assert_eq(count_names(reader), 1);
    cr_assert(!cn_db_end(writer, CANON_OK, NULL));
    cr_assert_eq(count_names(reader), 2);
    cr_assert_eq(add_name(reader, "c", 1, &err), CANON_ESTORE);
    cn_db_close(reader);
    cn_db_close(writer);
    test_folder_remove(folder);
}

Test(sqlite_open, only_reads_where_another_process_writes)
{
    char *folder = test_folder();
    cn_db *first = open_ok(url_in(folder, "a.db"), CN_DB_WRITE);
    cn_db *second;
    canon_error err;

    make_table(first);
    second = open_ok(url, CN_DB_WRITE);
    cr_assert_eq(count_names(second), 0);
    cr_assert_eq(add_name(second, "a", 1, &err), CANON_EBUSY);
    cr_assert_not_null(strstr(err.text, "another process writes to"));
    cr_assert_eq(cn_db_begin(second, CN_TX_WRITE, &err), CANON_EBUSY);
    cr_assert(!add_name(first, "a", 1, NULL));
    cn_db_close(second);
    cn_db_close(first);
    second = open_ok(url, CN_DB_WRITE);
    cr_assert(!add_name(second, "b", 1, NULL));
    cn_db_close(second);
    test_folder_remove(folder);
}

Test(sqlite_open, names_a_missing_folder)
{
    cn_db *db = NULL;
    canon_error err;
    int rc = open_mode("sqlite:/nowhere/at/all.db", CN_DB_WRITE, &db, &err);

    cr_assert_eq(rc, CANON_EIO);
    cr_assert_not_null(strstr(err.text, "/nowhere/at"));
    cr_assert_not_null(strstr(err.text, "create it first"));
    cr_assert_null(db);
}

Test(sqlite_open, names_a_missing_file_to_a_reader)
{
    char *folder = test_folder();
    cn_db *db = NULL;
    canon_error err;
    int rc = open_mode(url_in(folder, "a.db"), CN_DB_READ, &db, &err);

    cr_assert_eq(rc, CANON_EIO);
    cr_assert_not_null(strstr(err.text, "no database at"));
    rc = open_mode("sqlite:", CN_DB_WRITE, &db, &err);
    cr_assert_eq(rc, CANON_EINVAL);
    test_folder_remove(folder);
}

Test(sqlite_open, refuses_a_folder_and_a_foreign_file)
{
    char *folder = test_folder();
    cn_db *db = NULL;
    canon_error err;
    int rc;

    test_write(folder, "sub/x.db",
               "this is a text, and quite a long one, so that SQLite looks at "
               "it: 0123456789012345678901234567890123456789");
    rc = open_mode(url_in(folder, "sub"), CN_DB_WRITE, &db, &err);
    cr_assert_eq(rc, CANON_EIO);
    cr_assert_not_null(strstr(err.text, "is a folder"));
    rc = open_mode(url_in(folder, "sub/x.db"), CN_DB_WRITE, &db, &err);
    cr_assert_eq(rc, CANON_ESTORE);
    cr_assert_not_null(strstr(err.text, "not a SQLite database"));
    test_folder_remove(folder);
}

/* Overwrite pages 2 to 4. */
static void spoil(const char *file)
{
    char junk[3 * 4096];
    int fd = open(file, O_WRONLY);

    memset(junk, 'x', sizeof(junk));
    cr_assert_geq(fd, 0);
    cr_assert_eq((int)pwrite(fd, junk, sizeof(junk), 4096), 3 * 4096);
    close(fd);
}

Test(sqlite_open, calls_a_damaged_file_damaged)
{
    char *folder = test_folder();
    cn_db *db = open_ok(url_in(folder, "a.db"), CN_DB_WRITE);
    canon_error err = {0, ""};
    cn_rows *rows = NULL;
    int rc;

    make_table(db);
    for (int i = 0; i < 500; i++)
        cr_assert(!add_name(db, "a long enough name to fill a page", i, NULL));
    cn_db_close(db);
    spoil(path());
    db = open_ok(url, CN_DB_WRITE);
    rc = cn_db_query(db, "SELECT COUNT(name) FROM t", NULL, 0, &rows, &err);
    if (!rc)
        rc = cn_rows_next(rows, &err);
    cn_rows_free(rows);
    cr_assert_eq(rc, CANON_ESTORE);
    cr_assert_not_null(strstr(err.text, "damaged"));
    cn_db_close(db);
    test_folder_remove(folder);
}

/* Permissions do not bind root: ask as somebody else. */
static int as_nobody(int (*what)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(99);
        _exit(what());
    }
    cr_assert_eq((int)waitpid(pid, &status, 0), (int)pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int write_read_only(void)
{
    cn_db *db = NULL;
    canon_error err = {0, ""};
    int rc = open_mode(url, CN_DB_WRITE, &db, &err);

    if (!rc)
        rc = add_name(db, "a", 1, &err);
    cn_db_close(db);
    return rc == CANON_ESTORE && strstr(err.text, "read-only") ? 0 : 1;
}

static int create_in_read_only(void)
{
    cn_db *db = NULL;
    canon_error err = {0, ""};
    int rc = open_mode(url, CN_DB_WRITE, &db, &err);

    return rc == CANON_EIO && strstr(err.text, "no permission") ? 0 : 1;
}

Test(sqlite_open, says_that_a_file_is_read_only)
{
    char *folder = test_folder();
    cn_db *db = open_ok(url_in(folder, "a.db"), CN_DB_WRITE);
    char lock[600];

    make_table(db);
    cn_db_close(db);
    snprintf(lock, sizeof(lock), "%s.lock", path());
    unlink(lock);
    chmod(path(), 0444);
    chmod(folder, 0777);
    cr_assert_eq(as_nobody(write_read_only), 0);
    chmod(folder, 0555);
    url_in(folder, "b.db");
    cr_assert_eq(as_nobody(create_in_read_only), 0);
    chmod(folder, 0755);
    test_folder_remove(folder);
}

Test(sqlite_open, says_that_the_disk_is_full)
{
    cn_db *db = open_db("sqlite::memory:");
    canon_error err = {0, ""};
    int rc = CANON_OK;

    make_table(db);
    cr_assert(!cn_db_script(db, "PRAGMA max_page_count = 4", NULL));
    for (int i = 0; !rc && i < 2000; i++)
        rc = add_name(db, "a long enough name to fill a page", i, &err);
    cr_assert_eq(rc, CANON_EBUSY);
    cr_assert_not_null(strstr(err.text, "full"));
    cn_db_close(db);
}

Test(sqlite_open, ends_a_statement_that_is_interrupted)
{
    static const char sql[] =
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
        "WHERE n < 100000) SELECT n FROM c";
    cn_db *db = open_db("sqlite::memory:");
    cn_rows *rows = NULL;

    cr_assert(!cn_db_query_text(db, sql, NULL, 0, &rows, NULL));
    cr_assert_eq(cn_rows_next(rows, NULL), 1);
    cn_db_interrupt(db);
    cr_assert_eq(cn_rows_next(rows, NULL), CANON_ECANCELED);
    cn_rows_free(rows);
    cr_assert(!cn_db_broken(db));
    cr_assert_eq(one_number(db, sql), 1);
    cn_db_close(db);
}
