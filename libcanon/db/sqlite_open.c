/*
 * Opening a SQLite file. The packaged 3.40.1 can lose commits when two
 * connections write or checkpoint in the same instant, so one connection of
 * one process does all writing, which a lock on a file beside the database
 * ensures; readers are opened read-only, because those never checkpoint.
 */
#include "sqlite_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Checkpoints are rarer than by default: a full load then writes less. */
static const char writer_settings[] = "PRAGMA journal_mode = WAL;"
                                      "PRAGMA synchronous = FULL;"
                                      "PRAGMA wal_autocheckpoint = 4000;"
                                      "PRAGMA journal_size_limit = 67108864;"
                                      "PRAGMA foreign_keys = ON;"
                                      "PRAGMA secure_delete = OFF;"
                                      "PRAGMA cache_size = -32768;";
static const char reader_settings[] = "PRAGMA query_only = ON;"
                                      "PRAGMA cache_size = -8192;";
static const char memory_settings[] = "PRAGMA foreign_keys = ON;"
                                      "PRAGMA secure_delete = OFF;";
static const char common_settings[] = "PRAGMA trusted_schema = OFF;"
                                      "PRAGMA cell_size_check = ON;"
                                      "PRAGMA temp_store = MEMORY;";

/* Make an empty file that only its owner may read; an existing one keeps the
 * mode that its owner chose. Failures show when SQLite opens it. */
static void create_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0)
        (void)close(fd); /* nothing was written */
}

/* Become the process that writes; false: another one is. */
static bool take_lock(cn_sqlite *c)
{
    char path[sizeof(c->path) + 8];
    int n = snprintf(path, sizeof(path), "%s.lock", c->path);

    if (n < 0 || (size_t)n >= sizeof(path))
        return true; /* c->path is shorter */
    c->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (c->lock_fd < 0)
        return true; /* a folder that is not ours: nobody can write */
    if (flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    (void)close(c->lock_fd);
    c->lock_fd = -1;
    return false;
}

static int check_folder(const char *path, canon_error *err)
{
    const char *slash = strrchr(path, '/');
    char folder[1024];
    struct stat st;

    if (!slash || slash == path)
        return CANON_OK;
    if ((size_t)(slash - path) >= sizeof(folder))
        return cn_fail(err, CANON_EINVAL,
                       "the path of the database is too long");
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = '\0';
    if (stat(folder, &st) != 0) {
        return cn_fail(err, CANON_EIO,
                       "the folder of the database, %.150s, is not there: "
                       "create it first",
                       folder);
    }
    return CANON_OK;
}

static int check_file(const char *path, bool write, canon_error *err)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        if (errno == ENOENT && write) {
            return cn_fail(err, CANON_EIO,
                           "cannot create the database %.150s: no permission "
                           "to write to its folder",
                           path);
        }
        if (errno == ENOENT)
            return cn_fail(err, CANON_EIO, "no database at %.150s", path);
        return cn_fail_errno(err, path);
    }
    if (S_ISDIR(st.st_mode))
        return cn_fail(err, CANON_EIO, "%.150s is a folder, not a database",
                       path);
    if (access(path, R_OK) != 0) {
        return cn_fail(err, CANON_EIO,
                       "no permission to read the database %.150s", path);
    }
    return CANON_OK;
}

static int run_settings(cn_sqlite *c, const char *sql, canon_error *err)
{
    int result = sqlite3_exec(c->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? CANON_OK : cn_sqlite_fail(c, result, err);
}

static int configure(cn_sqlite *c, const char *settings, int busy_timeout_ms,
                     canon_error *err)
{
    int rc;

    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, busy_timeout_ms);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    rc = run_settings(c, common_settings, err);
    if (!rc)
        rc = run_settings(c, settings, err);
    if (!rc) {
        int result = cn_sqlite_fts_register(c->db);

        rc = result == SQLITE_OK ? CANON_OK : cn_sqlite_fail(c, result, err);
    }
    return rc;
}

static int open_handle(cn_sqlite *c, int flags, canon_error *err)
{
    int result = sqlite3_open_v2(
        c->path, &c->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
        NULL);

    return result == SQLITE_OK ? CANON_OK : cn_sqlite_fail(c, result, err);
}

static int open_memory(cn_sqlite *c, const cn_db_options *o, canon_error *err)
{
    int rc = open_handle(c, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);

    return rc ? rc : configure(c, memory_settings, o->busy_timeout_ms, err);
}

/* A reader, or a second process. */
static int open_reader(cn_sqlite *c, const cn_db_options *o, canon_error *err)
{
    int rc = check_file(c->path, false, err);

    if (!rc)
        rc = open_handle(c, SQLITE_OPEN_READONLY, err);
    if (!rc)
        rc = configure(c, reader_settings, o->busy_timeout_ms, err);
    return rc;
}

static int open_writer(cn_sqlite *c, const cn_db_options *o, canon_error *err)
{
    int rc;

    if (!take_lock(c)) {
        c->elsewhere = true;
        return open_reader(c, o, err);
    }
    create_file(c->path);
    rc = check_file(c->path, true, err);
    if (rc)
        return rc;
    if (c->lock_fd < 0 || access(c->path, W_OK) != 0)
        return open_reader(c, o, err);
    rc = open_handle(c, SQLITE_OPEN_READWRITE, err);
    if (!rc)
        rc = configure(c, writer_settings, o->busy_timeout_ms, err);
    return rc;
}

static int open_path(cn_sqlite *c, const char *path, const cn_db_options *o,
                     canon_error *err)
{
    int n = snprintf(c->path, sizeof(c->path), "%s", path);
    int rc;

    if (n <= 0)
        return cn_fail(err, CANON_EINVAL,
                       "the database has no path: sqlite:PATH");
    if ((size_t)n >= sizeof(c->path))
        return cn_fail(err, CANON_EINVAL,
                       "the path of the database is too long");
    if (strcmp(path, ":memory:") == 0)
        return open_memory(c, o, err);
    rc = check_folder(c->path, err);
    if (rc)
        return rc;
    return o->mode == CN_DB_READ ? open_reader(c, o, err)
                                 : open_writer(c, o, err);
}

int cn_sqlite_open(const char *url, const cn_db_options *options, void **conn,
                   canon_error *err)
{
    cn_sqlite *c = cn_calloc(1, sizeof(*c));
    int rc;

    if (!c)
        return cn_fail_memory(err);
    c->lock_fd = -1;
    c->log = options->log;
    rc = open_path(c, url + strlen("sqlite:"), options, err);
    if (rc) {
        cn_sqlite_close(c);
        return rc;
    }
    *conn = c;
    return CANON_OK;
}

void cn_sqlite_close(void *conn)
{
    cn_sqlite *c = conn;

    /* Every statement was finished, so closing cannot be refused. */
    (void)sqlite3_close(c->db);
    if (c->lock_fd >= 0)
        (void)close(c->lock_fd); /* gives the lock up; nothing was written */
    cn_free(c);
}
