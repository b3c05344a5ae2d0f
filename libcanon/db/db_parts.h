/* What db.c and the drivers share. */
#ifndef CN_DB_PARTS_H
#define CN_DB_PARTS_H

#include "db.h"

#include "fail.h"
#include "mem.h"

/* The words of cn_db_driver.words, in this order. */
#define CN_DB_WORDS 6 /* @ID@ @ROWID@ @KEY@ @BLOB@ @TEXT@ @LOCK@ */

/*
 * One database. Functions get what open and prepare made; those that fail fill
 * err with a text that may be shown to anybody and hand the database's own
 * text to the log.
 */
typedef struct cn_db_driver {
    cn_dialect dialect;
    const char *const *words;
    const char *begin_write;
    const char *begin_read;

    int (*open)(const char *url, const cn_db_options *options, void **conn,
                canon_error *err);
    void (*close)(void *conn);
    bool (*broken)(const void *conn);
    bool (*left)(void *conn); /* the other side did while nobody asked */
    int (*verify)(void *conn, canon_error *err); /* NULL: nothing to do */
    void (*interrupt)(void *conn);               /* from any thread */

    /* Statements without parameters and rows; not kept. */
    int (*control)(void *conn, const char *sql, canon_error *err);

    int (*prepare)(void *conn, const char *sql, void **stmt, canon_error *err);
    int (*run)(void *stmt, const cn_arg *args, size_t count, canon_error *err);
    int (*next)(void *stmt, canon_error *err); /* 1 row, 0 end, < 0 */
    int64_t (*changed)(void *stmt);
    int (*batch)(void *stmt, const cn_arg *args, size_t count, size_t rows,
                 canon_error *err);
    void (*reset)(void *stmt);
    void (*finish)(void *stmt, bool closing); /* of the whole connection */

    bool (*is_null)(void *stmt, int column);
    int64_t (*integer)(void *stmt, int column);
    double (*real)(void *stmt, int column);
    cn_slice (*text)(void *stmt, int column);
} cn_db_driver;

extern const cn_db_driver cn_db_sqlite;
extern const cn_db_driver cn_db_postgresql;

/* A prepared statement in the cache; rows are what its caller holds. */
struct cn_rows {
    cn_db *db;
    void *stmt;
    const char *key; /* the text's address; NULL: not in the cache */
    uint64_t used;   /* turn of the last use */
    bool busy;       /* somebody reads its rows */
};

#define CN_DB_CACHE 128

struct cn_db {
    const cn_db_driver *driver;
    void *conn;
    const cn_log *log;
    cn_rows *cache[CN_DB_CACHE]; /* open addressing by address */
    size_t cached;
    uint64_t turn;
    int depth;     /* of transactions */
    bool readonly; /* the outermost one only reads */
    int failed;    /* why the current one is spoilt; 0: it is not */
};

/* Before a call: CANON_OK, or why it must not happen. */
int cn_db_check(cn_db *db, canon_error *err);
/* After a call that returned rc: a failure spoils the transaction. */
int cn_db_after(cn_db *db, int rc);

#endif
