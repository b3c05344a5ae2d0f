/*
 * Connections and their prepared statements. A statement is known by the
 * address of its text, so finding it again costs no comparison of texts; at
 * most CN_DB_CACHE are kept, the one not used for longest goes first.
 */
#include "db_parts.h"

#include <assert.h>

#define MAX_STATEMENT 65536 /* bytes, words replaced */
#define MAX_SCRIPT    (1024 * 1024)

static const char *const word_names[CN_DB_WORDS] = {
    "@ID@", "@ROWID@", "@KEY@", "@BLOB@", "@TEXT@", "@LOCK@",
};

static const struct {
    const char *scheme;
    const cn_db_driver *driver;
} schemes[] = {
    {"sqlite:", &cn_db_sqlite},
    {"postgresql:", &cn_db_postgresql},
    {"postgres:", &cn_db_postgresql},
};

/* Tests only; set before threads run. */
static struct {
    int (*hook)(void *user);
    void *user;
} test_hook;

void cn_db_set_hook(int (*hook)(void *user), void *user)
{
    test_hook.hook = hook;
    test_hook.user = user;
}

static const cn_db_driver *find_driver(const char *url, canon_error *err)
{
    for (size_t i = 0; url && i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (cn_slice_starts(cn_str(url), schemes[i].scheme))
            return schemes[i].driver;
    }
    cn_fail(err, CANON_EINVAL,
            "the database must be sqlite:PATH or postgresql://...");
    return NULL;
}

int cn_db_url_dialect(const char *url, cn_dialect *out, canon_error *err)
{
    const cn_db_driver *driver = find_driver(url, err);

    if (!driver)
        return CANON_EINVAL;
    *out = driver->dialect;
    return CANON_OK;
}

bool cn_db_url_is_memory(const char *url)
{
    return cn_slice_is(cn_str(url), "sqlite::memory:");
}

static int ask_hook(canon_error *err)
{
    int rc = test_hook.hook ? test_hook.hook(test_hook.user) : CANON_OK;

    return rc ? cn_fail(err, rc, "%s", canon_code_text(rc)) : CANON_OK;
}

int cn_db_open(const char *url, const cn_db_options *options, cn_db **out,
               canon_error *err)
{
    const cn_db_driver *driver = find_driver(url, err);
    cn_db_options o = {.mode = CN_DB_WRITE};
    cn_db *db = NULL;
    int rc = driver ? ask_hook(err) : CANON_EINVAL;

    *out = NULL;
    if (rc)
        return rc;
    if (options)
        o = *options;
    if (o.busy_timeout_ms <= 0)
        o.busy_timeout_ms = 5000;
    db = cn_calloc(1, sizeof(*db));
    if (!db)
        return cn_fail_memory(err);
    db->driver = driver;
    db->log = o.log;
    rc = driver->open(url, &o, &db->conn, err);
    if (rc) {
        cn_free(db);
        return rc;
    }
    *out = db;
    return CANON_OK;
}

static void finish_statement(cn_rows *rows, bool closing)
{
    rows->db->driver->finish(rows->stmt, closing);
    cn_free(rows);
}

void cn_db_close(cn_db *db)
{
    if (!db)
        return;
    assert(db->depth == 0);
    for (size_t i = 0; i < CN_DB_CACHE; i++) {
        if (db->cache[i])
            finish_statement(db->cache[i], true);
    }
    db->driver->close(db->conn);
    cn_free(db);
}

cn_dialect cn_db_dialect(const cn_db *db)
{
    return db->driver->dialect;
}

void cn_db_interrupt(cn_db *db)
{
    db->driver->interrupt(db->conn);
}

bool cn_db_broken(const cn_db *db)
{
    return db->driver->broken(db->conn);
}

bool cn_db_left(cn_db *db)
{
    return db->driver->left && db->driver->left(db->conn);
}

int cn_db_verify(cn_db *db, canon_error *err)
{
    int rc = cn_db_check(db, err);

    if (!rc && db->driver->verify)
        rc = cn_db_after(db, db->driver->verify(db->conn, err));
    return rc;
}

int cn_db_check(cn_db *db, canon_error *err)
{
    if (db->failed)
        return cn_fail(err, db->failed, "the transaction has failed before");
    return cn_db_after(db, ask_hook(err));
}

int cn_db_after(cn_db *db, int rc)
{
    if (rc < 0 && db->depth > 0 && !db->failed)
        db->failed = rc;
    return rc;
}

/* The text with the words of the dialect. */
static int replace_words(const cn_db *db, const char *sql, cn_buf *out,
                         canon_error *err)
{
    cn_slice rest = cn_str(sql);

    while (rest.len > 0) {
        size_t at = cn_slice_find(rest, '@');
        size_t i = 0;

        cn_buf_add(out, rest.ptr, at);
        rest = cn_slice_from(rest, at);
        if (rest.len == 0)
            break;
        while (i < CN_DB_WORDS && !cn_slice_starts(rest, word_names[i]))
            i++;
        if (i == CN_DB_WORDS) {
            cn_buf_putc(out, '@');
            rest = cn_slice_from(rest, 1);
            continue;
        }
        cn_buf_puts(out, db->driver->words[i]);
        rest = cn_slice_from(rest, strlen(word_names[i]));
    }
    return cn_buf_check(out, err);
}

static int prepare(cn_db *db, const char *sql, cn_rows **out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MAX_STATEMENT);
    cn_rows *rows = cn_calloc(1, sizeof(*rows));
    int rc = rows ? replace_words(db, sql, &text, err) : cn_fail_memory(err);

    if (!rc)
        rc = db->driver->prepare(db->conn, text.data, &rows->stmt, err);
    cn_buf_free(&text);
    if (rc) {
        cn_free(rows);
        return rc;
    }
    rows->db = db;
    *out = rows;
    return CANON_OK;
}

/* Where the probing of a text begins. */
static size_t cache_start(const char *sql)
{
    uint64_t h = (uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(h >> 57); /* the upper 7 bits: below CN_DB_CACHE */
}

_Static_assert(CN_DB_CACHE == 128, "cache_start counts on it");

/* The entry of a text, or the free one where it belongs, or CN_DB_CACHE. */
static size_t cache_find(const cn_db *db, const char *sql)
{
    size_t at = cache_start(sql);

    for (size_t n = 0; n < CN_DB_CACHE; n++) {
        size_t i = (at + n) % CN_DB_CACHE;

        if (!db->cache[i] || db->cache[i]->key == sql)
            return i;
    }
    return CN_DB_CACHE;
}

/* Free entry i and move those up that were pushed behind it. */
static void cache_remove(cn_db *db, size_t i)
{
    size_t next = (i + 1) % CN_DB_CACHE;

    finish_statement(db->cache[i], false);
    db->cache[i] = NULL;
    db->cached--;
    while (db->cache[next]) {
        cn_rows *rows = db->cache[next];

        db->cache[next] = NULL;
        db->cache[cache_find(db, rows->key)] = rows;
        next = (next + 1) % CN_DB_CACHE;
    }
}

/* Make room; the entry that was not used for longest goes. */
static void cache_evict(cn_db *db)
{
    size_t oldest = CN_DB_CACHE;

    for (size_t i = 0; i < CN_DB_CACHE; i++) {
        const cn_rows *rows = db->cache[i];

        if (rows && !rows->busy &&
            (oldest == CN_DB_CACHE || rows->used < db->cache[oldest]->used))
            oldest = i;
    }
    if (oldest < CN_DB_CACHE)
        cache_remove(db, oldest);
}

/* A statement ready to be run. One whose rows are being read is prepared a
 * second time, outside the cache. */
static int take_statement(cn_db *db, const char *sql, cn_rows **out,
                          canon_error *err)
{
    size_t i = cache_find(db, sql);
    cn_rows *rows = i < CN_DB_CACHE ? db->cache[i] : NULL;
    int rc = CANON_OK;

    if (!rows || rows->busy) {
        bool keep = !rows;

        rc = prepare(db, sql, &rows, err);
        if (rc)
            return rc;
        if (keep && db->cached >= CN_DB_CACHE - CN_DB_CACHE / 8)
            cache_evict(db);
        i = keep ? cache_find(db, sql) : CN_DB_CACHE;
        if (i < CN_DB_CACHE && db->cached < CN_DB_CACHE - 1) {
            rows->key = sql;
            db->cache[i] = rows;
            db->cached++;
        }
    }
    rows->used = ++db->turn;
    rows->busy = true;
    *out = rows;
    return CANON_OK;
}

void cn_rows_free(cn_rows *rows)
{
    if (!rows)
        return;
    rows->db->driver->reset(rows->stmt);
    rows->busy = false;
    if (!rows->key)
        finish_statement(rows, false);
}

int cn_db_query_text(cn_db *db, const char *sql, const cn_arg *args,
                     size_t count, cn_rows **out, canon_error *err)
{
    cn_rows *rows = NULL;
    int rc = cn_db_check(db, err);

    *out = NULL;
    if (rc)
        return rc;
    rc = take_statement(db, sql, &rows, err);
    if (!rc)
        rc = db->driver->run(rows->stmt, args, count, err);
    if (rc) {
        cn_rows_free(rows);
        return cn_db_after(db, rc);
    }
    *out = rows;
    return CANON_OK;
}

int cn_db_exec_text(cn_db *db, const char *sql, const cn_arg *args,
                    size_t count, int64_t *changed, canon_error *err)
{
    cn_rows *rows = NULL;
    int rc = cn_db_query_text(db, sql, args, count, &rows, err);

    if (changed)
        *changed = 0;
    if (rc)
        return rc;
    do {
        rc = db->driver->next(rows->stmt, err);
    } while (rc > 0);
    if (!rc && changed)
        *changed = db->driver->changed(rows->stmt);
    cn_rows_free(rows);
    return cn_db_after(db, rc);
}

int cn_db_batch_text(cn_db *db, const char *sql, const cn_arg *args,
                     size_t count, size_t rows, canon_error *err)
{
    cn_rows *statement = NULL;
    bool own = db->depth == 0; /* all or nothing */
    int rc = CANON_OK;

    if (rows == 0)
        return CANON_OK;
    if (own)
        rc = cn_db_begin(db, CN_TX_WRITE, err);
    if (rc)
        return rc;
    rc = cn_db_check(db, err);
    if (!rc)
        rc = take_statement(db, sql, &statement, err);
    if (!rc)
        rc = db->driver->batch(statement->stmt, args, count, rows, err);
    cn_rows_free(statement);
    rc = cn_db_after(db, rc);
    return own ? cn_db_end(db, rc, err) : rc;
}

int cn_db_script(cn_db *db, const char *sql, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MAX_SCRIPT);
    int rc = cn_db_check(db, err);

    if (!rc)
        rc = replace_words(db, sql, &text, err);
    if (!rc && text.len > 0)
        rc = db->driver->control(db->conn, text.data, err);
    cn_buf_free(&text);
    return cn_db_after(db, rc);
}

int cn_rows_next(cn_rows *rows, canon_error *err)
{
    int rc = ask_hook(err);

    if (!rc)
        rc = rows->db->driver->next(rows->stmt, err);
    return cn_db_after(rows->db, rc);
}

int64_t cn_rows_int(cn_rows *rows, int column)
{
    return rows->db->driver->integer(rows->stmt, column);
}

double cn_rows_real(cn_rows *rows, int column)
{
    return rows->db->driver->real(rows->stmt, column);
}

cn_slice cn_rows_text(cn_rows *rows, int column)
{
    return rows->db->driver->text(rows->stmt, column);
}

bool cn_rows_is_null(cn_rows *rows, int column)
{
    return rows->db->driver->is_null(rows->stmt, column);
}

char *cn_rows_copy(cn_rows *rows, int column, cn_arena *a)
{
    cn_slice text = cn_rows_text(rows, column);

    return text.ptr ? cn_arena_copy(a, text) : NULL;
}
