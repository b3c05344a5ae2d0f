/**
 * @file canon/buf.h
 * Text that the library hands to its caller.
 *
 *     canon_buf text = CANON_BUF_INIT;
 *
 *     if (canon_spec_json(spec, &text, &err) == CANON_OK)
 *         fwrite(text.data, 1, text.len, stdout);
 *     canon_buf_free(&text);
 *
 * Functions with a `canon_buf *out` replace its content; on failure it is left
 * empty. The memory is the caller's until canon_buf_free.
 */
#ifndef CANON_BUF_H
#define CANON_BUF_H

#include "canon/common.h"

CANON_BEGIN_DECLS

/** Start from CANON_BUF_INIT. data is never NULL after a successful call. */
typedef struct canon_buf {
    char *data; /**< len bytes and a NUL that does not count */
    size_t len;
    size_t cap;
} canon_buf;

#define CANON_BUF_INIT                                                         \
    {                                                                          \
        NULL, 0, 0                                                             \
    }

/** Release the content; buf is then empty and usable again. NULL is allowed. */
CANON_API void canon_buf_free(canon_buf *buf);

/**
 * Replace the content by a copy of len bytes.
 * @return CANON_OK or CANON_ENOMEM (buf is then empty).
 */
CANON_API int canon_buf_set(canon_buf *buf, const void *data, size_t len)
    CANON_NODISCARD;

CANON_END_DECLS

#endif
