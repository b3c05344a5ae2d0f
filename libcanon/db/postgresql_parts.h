/* What the files of the PostgreSQL driver share. */
#ifndef CN_POSTGRESQL_PARTS_H
#define CN_POSTGRESQL_PARTS_H

#include "db_parts.h"

#include <libpq-fe.h>
#include <stdatomic.h>

typedef struct cn_pg {
    PGconn *db;
    PGcancel *cancel;
    const cn_log *log;
    int wait_ms; /* longest silence of the server; -1: any */
    bool broken;
    atomic_bool interrupted;
    unsigned statements; /* made so far: their names */
    cn_buf scratch;      /* arguments in their wire form */
} cn_pg;

/* How many rows one statement of a batch takes, biggest first. */
#define CN_PG_WIDTHS 4
#define CN_PG_NAME   40 /* bytes of a statement's name, terminated */

typedef struct cn_pg_stmt {
    cn_pg *c;
    char name[16];
    Oid *types; /* of its parameters */
    size_t params;
    PGresult *result;
    int row;
    cn_buf unescaped; /* a BYTEA that was asked for */
    char *sql;        /* for wider forms in batches */
    bool widened[CN_PG_WIDTHS];
    unsigned attempt; /* at making the wider forms */
} cn_pg_stmt;

/* Arguments as libpq takes them; one allocation. */
typedef struct cn_pg_args {
    const char **values;
    int *lengths;
    int *formats;
} cn_pg_args;

/* The code and text that fit a failed result; may mark the connection. */
int cn_pg_fail(cn_pg *c, const PGresult *result, canon_error *err);

/* Wait for the next result; NULL (and rc 0) when there is none. */
int cn_pg_result(cn_pg *c, PGresult **out, canon_error *err);

/* Put `rows` groups of s->params arguments into wire form, in the scratch of
 * the connection. */
int cn_pg_encode(cn_pg_stmt *s, const cn_arg *args, size_t count, size_t rows,
                 cn_pg_args *out, canon_error *err);

/* Name of the wider form w. */
void cn_pg_wide_name(const cn_pg_stmt *s, size_t w, char out[CN_PG_NAME]);

int cn_pg_batch(void *stmt, const cn_arg *args, size_t count, size_t rows,
                canon_error *err);

#endif
