/*
 * A growing, bounded builder of text with a sticky error: after the first
 * failure it is empty and every further call does nothing, so writers do not
 * check each append.
 */
#ifndef CN_BUF_H
#define CN_BUF_H

#include "canon/buf.h"
#include "slice.h"

#include <stdarg.h>

typedef struct cn_buf {
    char *data; /* NULL or NUL-terminated */
    size_t len;
    size_t cap;
    size_t max; /* of len */
    int rc;     /* CANON_OK, CANON_ENOMEM or CANON_ETOOBIG */
} cn_buf;

/* The limit is part of the declaration. */
#define CN_BUF_INIT(limit)                                                     \
    {                                                                          \
        NULL, 0, 0, (limit), CANON_OK                                          \
    }

void cn_buf_add(cn_buf *b, const void *data, size_t len);
void cn_buf_puts(cn_buf *b, const char *text);
void cn_buf_putc(cn_buf *b, char c);
void cn_buf_slice(cn_buf *b, cn_slice s);
void cn_buf_printf(cn_buf *b, const char *fmt, ...) CANON_PRINTF(2, 3);
void cn_buf_int(cn_buf *b, int64_t n);

/* Room for len more bytes: NULL after a failure, else where they go; call
 * cn_buf_grew with the number really written (not more than len). */
char *cn_buf_room(cn_buf *b, size_t len);
void cn_buf_grew(cn_buf *b, size_t len);

/* Cut back to a length that was reached before. */
void cn_buf_cut(cn_buf *b, size_t len);

/* Empty, memory kept, error forgotten. */
void cn_buf_reset(cn_buf *b);
void cn_buf_free(cn_buf *b);

static inline cn_slice cn_buf_all(const cn_buf *b)
{
    return cn_slice_of(b->data, b->len);
}

/* The text; "" when empty. */
const char *cn_buf_text(const cn_buf *b);

/* The sticky error, with its reason. */
int cn_buf_check(const cn_buf *b, canon_error *err);

/* Move the content to the caller's buffer; b is empty afterwards. On failure
 * out is left empty. */
int cn_buf_export(cn_buf *b, canon_buf *out, canon_error *err);

/* Write into a caller's buffer: takes its memory over, so that a reused
 * canon_buf does not allocate. Finish with cn_buf_export. */
void cn_buf_adopt(cn_buf *b, canon_buf *out, size_t limit);

#endif
