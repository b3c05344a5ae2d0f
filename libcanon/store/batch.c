#include "batch.h"

#include "fail.h"
#include "mem.h"

#define GROUP 500 /* rows handed over at once */

static void flush(cn_batch *b)
{
    if (!b->rc && b->rows > 0)
        b->rc =
            cn_db_batch_text(b->db, b->sql, b->args, b->width, b->rows, b->err);
    b->rows = 0;
}

cn_arg *cn_batch_row(cn_batch *b)
{
    cn_arg *row;
    size_t i;

    if (!b->rc && !b->args) {
        b->args = cn_calloc(GROUP * b->width, sizeof(*b->args));
        if (!b->args)
            b->rc = cn_fail_memory(b->err);
    }
    if (b->rows == GROUP)
        flush(b);
    if (b->rc)
        return NULL;
    row = b->args + b->rows++ * b->width;
    for (i = 0; i < b->width; i++)
        row[i] = cn_null();
    return row;
}

int cn_batch_end(cn_batch *b)
{
    flush(b);
    cn_free(b->args);
    b->args = NULL;
    return b->rc;
}

int cn_store_settle(int rc, cn_array *array, cn_arena *a, void **items_out,
                    canon_error *err)
{
    void *items = NULL;

    if (!rc) {
        items = cn_arena_array(a, array->count + 1, array->size);
        if (!items)
            rc = cn_fail_memory(err);
        else if (array->count > 0)
            memcpy(items, array->items, array->count * array->size);
    }
    cn_array_free(array);
    *items_out = items;
    return rc;
}

int cn_store_texts(cn_rows *rows, int column, cn_arena *a,
                   const char **const *outs, size_t count, canon_error *err)
{
    size_t i;

    for (i = 0; i < count; i++) {
        int at = column + (int)i;

        *outs[i] = cn_rows_copy(rows, at, a);
        if (!*outs[i] && !cn_rows_is_null(rows, at))
            return cn_fail_memory(err);
    }
    return CANON_OK;
}
