/*
 * Helpers of the store. Many rows of one statement, handed to the database in groups, so that
 * neither round trips nor memory grow with the number of rows.
 */
#ifndef CN_STORE_BATCH_H
#define CN_STORE_BATCH_H

#include "array.h"
#include "db.h"

typedef struct cn_batch {
    cn_db *db;
    const char *sql; /* a literal */
    size_t width;    /* parameters of a row */
    cn_arg *args;
    size_t rows;
    int rc; /* the first failure; later calls do nothing */
    canon_error *err;
} cn_batch;

#define CN_BATCH_OF(db, sql, width, err)                                       \
    {                                                                          \
        (db), "" sql, (width), NULL, 0, CANON_OK, (err)                        \
    }

/* The parameters of the next row, all NULL; NULL after a failure. */
cn_arg *cn_batch_row(cn_batch *batch);

/* Run what is left and give the memory back. Returns the first failure. */
int cn_batch_end(cn_batch *batch);

/* The end of reading a list: move the rows read so far into the arena, unless
 * rc says that reading failed. Frees the array; returns rc. */
int cn_store_settle(int rc, cn_array *array, cn_arena *a, void **items_out,
                    canon_error *err);

/* Copy the columns from `column` on; SQL's NULL becomes NULL. */
int cn_store_texts(cn_rows *rows, int column, cn_arena *a,
                   const char **const *outs, size_t count, canon_error *err);

#endif
