/*
 * One SQL text for SQLite and PostgreSQL: statements with $1, $2, prepared
 * once per connection and kept by the address of their text, values never
 * pasted. The subset of SQL that means the same on both, and the words that
 * are replaced, are described in libcanon/README.md. sqlite3 and libpq are
 * visible in this module only.
 */
#ifndef CN_DB_H
#define CN_DB_H

#include "arena.h"
#include "buf.h"
#include "log.h"
#include "slice.h"

typedef struct cn_db cn_db;     /* one connection, one thread at a time */
typedef struct cn_rows cn_rows; /* rows of one query */

typedef enum cn_dialect { CN_SQLITE, CN_POSTGRESQL } cn_dialect;

typedef enum cn_arg_type {
    CN_ARG_NULL,
    CN_ARG_INT,
    CN_ARG_TEXT,
    CN_ARG_BLOB,
    CN_ARG_REAL
} cn_arg_type;

/* A parameter. Text and blobs are borrowed for the call. */
typedef struct cn_arg {
    cn_arg_type type;
    int64_t integer;
    double real;
    cn_slice data;
} cn_arg;

static inline cn_arg cn_int(int64_t n)
{
    cn_arg a = {CN_ARG_INT, n, 0, {NULL, 0}};

    return a;
}

static inline cn_arg cn_text_of(cn_slice s)
{
    cn_arg a = {CN_ARG_TEXT, 0, 0, s};

    return a;
}

static inline cn_arg cn_blob(const void *data, size_t len)
{
    cn_arg a = {CN_ARG_BLOB, 0, 0, {data, len}};

    return a;
}

static inline cn_arg cn_real(double number)
{
    cn_arg a = {CN_ARG_REAL, 0, number, {NULL, 0}};

    return a;
}

/* NULL becomes SQL's NULL. */
static inline cn_arg cn_text(const char *text)
{
    cn_arg a = {text ? CN_ARG_TEXT : CN_ARG_NULL, 0, 0, cn_str(text)};

    return a;
}

static inline cn_arg cn_null(void)
{
    cn_arg a = {CN_ARG_NULL, 0, 0, {NULL, 0}};

    return a;
}

typedef enum cn_db_mode {
    CN_DB_WRITE, /* the one writer of SQLite */
    CN_DB_READ
} cn_db_mode;

typedef struct cn_db_options {
    cn_db_mode mode;
    int busy_timeout_ms;
    int statement_timeout_ms; /* PostgreSQL; 0: none */
    const char *name;         /* PostgreSQL's application_name */
    const cn_log *log;        /* gets the database's own texts; NULL: nobody.
                                 Must outlive the connection */
} cn_db_options;

/*
 * "sqlite:PATH", "sqlite::memory:", "postgresql://...", "postgres://...".
 * One process writes to a SQLite file: while another one has it open for
 * writing, CN_DB_WRITE gives a connection that only reads, and every write
 * fails with CANON_EBUSY.
 */
int cn_db_open(const char *url, const cn_db_options *options, cn_db **out,
               canon_error *err);
void cn_db_close(cn_db *db);
cn_dialect cn_db_dialect(const cn_db *db);

/* Which database a URL means; CANON_EINVAL for something else. */
int cn_db_url_dialect(const char *url, cn_dialect *out, canon_error *err);

/* A database that lives in its only connection: "sqlite::memory:". */
bool cn_db_url_is_memory(const char *url);

/* End the statement that another thread is running on it, with
 * CANON_ECANCELED. */
void cn_db_interrupt(cn_db *db);

/* true when the connection is beyond repair and must be closed. */
bool cn_db_broken(const cn_db *db);

/* Of a connection that rests: did its server go away? Costs no round trip. */
bool cn_db_left(cn_db *db);

/* Only literals compile. args: an array of cn_arg or NULL. */
#define cn_db_query(db, sql, args, count, out, err)                            \
    cn_db_query_text(db, "" sql, args, count, out, err)
#define cn_db_exec(db, sql, args, count, changed, err)                         \
    cn_db_exec_text(db, "" sql, args, count, changed, err)

/* For texts that live as long as the process and are made of literals. */
int cn_db_query_text(cn_db *db, const char *sql, const cn_arg *args,
                     size_t count, cn_rows **out, canon_error *err);
int cn_db_exec_text(cn_db *db, const char *sql, const cn_arg *args,
                    size_t count, int64_t *changed, canon_error *err);

/* Many rows at once: the statement is run for each of `rows` groups of `count`
 * args, in order, with as few round trips as the database allows. */
#define cn_db_batch(db, sql, args, count, rows, err)                           \
    cn_db_batch_text(db, "" sql, args, count, rows, err)
int cn_db_batch_text(cn_db *db, const char *sql, const cn_arg *args,
                     size_t count, size_t rows, canon_error *err);

/* Several statements without parameters, words replaced: for migrations. */
int cn_db_script(cn_db *db, const char *sql, canon_error *err);

/* 1 with a row, 0 at the end, < 0. Values live until the next call. */
int cn_rows_next(cn_rows *rows, canon_error *err);
int64_t cn_rows_int(cn_rows *rows, int column); /* NULL: 0 */
double cn_rows_real(cn_rows *rows, int column);
cn_slice cn_rows_text(cn_rows *rows, int column); /* NULL: {NULL, 0}; a text
                                                     is terminated */
bool cn_rows_is_null(cn_rows *rows, int column);
/* Copies in the arena; NULL for SQL's NULL or (check a->...) without memory. */
char *cn_rows_copy(cn_rows *rows, int column, cn_arena *a);
/* Ends the query; NULL is allowed. */
void cn_rows_free(cn_rows *rows);

/* Look for damage; reads the whole database. CANON_ESTORE names it. */
int cn_db_verify(cn_db *db, canon_error *err);

typedef enum cn_tx_mode { CN_TX_WRITE, CN_TX_READ } cn_tx_mode;

/*
 * Nested calls make savepoints. A statement that fails spoils its transaction
 * or savepoint, on both databases: everything up to its cn_db_end fails too,
 * and cn_db_end rolls back. Who wants to go on after a conflict puts a
 * cn_db_begin and cn_db_end of its own around the statement.
 */
int cn_db_begin(cn_db *db, cn_tx_mode mode, canon_error *err);
/* Commit when rc is 0, else roll back; returns rc, or why the commit failed. */
int cn_db_end(cn_db *db, int rc, canon_error *err);
bool cn_db_in_tx(const cn_db *db);

/* PostgreSQL only, no-ops elsewhere: tell other processes (at commit), ask to
 * be told, and look whether something was said, waiting at most wait_ms. */
int cn_db_notify(cn_db *db, const char *channel, const char *text,
                 canon_error *err);
int cn_db_listen(cn_db *db, const char *channel, canon_error *err);
int cn_db_notified(cn_db *db, int wait_ms,
                   void (*on_text)(void *user, const char *channel,
                                   const char *text),
                   void *user, canon_error *err);

/* For tests: asked before each call of any connection; a code that it returns
 * is the result of the call. NULL: nobody. */
void cn_db_set_hook(int (*hook)(void *user), void *user);

#endif
