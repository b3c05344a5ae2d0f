/*
 * The bounded builder, and the public canon_buf.
 */
#include "buf.h"

#include "fail.h"
#include "mem.h"

#include <stdint.h>
#include <stdio.h>

#define FIRST_CAP 256

static void fail(cn_buf *b, int rc)
{
    cn_free(b->data);
    b->data = NULL;
    b->len = 0;
    b->cap = 0;
    b->rc = rc;
}

char *cn_buf_room(cn_buf *b, size_t len)
{
    size_t cap = b->cap ? b->cap : FIRST_CAP;
    char *data;

    if (b->rc)
        return NULL;
    if (len > b->max - b->len || b->len > b->max) {
        fail(b, CANON_ETOOBIG);
        return NULL;
    }
    if (b->cap - b->len > len)
        return b->data + b->len;
    while (cap - b->len <= len)
        cap = cap > SIZE_MAX / 2 ? b->len + len + 1 : cap * 2;
    data = cn_realloc(b->data, cap);
    if (!data) {
        fail(b, CANON_ENOMEM);
        return NULL;
    }
    b->data = data;
    b->cap = cap;
    return b->data + b->len;
}

void cn_buf_grew(cn_buf *b, size_t len)
{
    if (b->rc || !b->data)
        return;
    b->len += len;
    b->data[b->len] = '\0';
}

void cn_buf_add(cn_buf *b, const void *data, size_t len)
{
    char *room = cn_buf_room(b, len);

    if (!room)
        return;
    if (len)
        memcpy(room, data, len);
    cn_buf_grew(b, len);
}

void cn_buf_puts(cn_buf *b, const char *text)
{
    cn_buf_add(b, text, strlen(text));
}

void cn_buf_putc(cn_buf *b, char c)
{
    cn_buf_add(b, &c, 1);
}

void cn_buf_slice(cn_buf *b, cn_slice s)
{
    cn_buf_add(b, s.ptr, s.len);
}

void cn_buf_printf(cn_buf *b, const char *fmt, ...)
{
    va_list args;
    char *room;
    int n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        return;
    room = cn_buf_room(b, (size_t)n);
    if (!room)
        return;
    va_start(args, fmt);
    vsnprintf(room, (size_t)n + 1, fmt, args);
    va_end(args);
    cn_buf_grew(b, (size_t)n);
}

void cn_buf_int(cn_buf *b, int64_t n)
{
    char digits[24];
    char *p = digits + sizeof(digits);
    uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (n < 0)
        *--p = '-';
    cn_buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void cn_buf_cut(cn_buf *b, size_t len)
{
    if (b->data && len <= b->len) {
        b->len = len;
        b->data[len] = '\0';
    }
}

void cn_buf_reset(cn_buf *b)
{
    b->len = 0;
    b->rc = CANON_OK;
    if (b->data)
        b->data[0] = '\0';
}

void cn_buf_free(cn_buf *b)
{
    cn_free(b->data);
    b->data = NULL;
    b->len = 0;
    b->cap = 0;
    b->rc = CANON_OK;
}

const char *cn_buf_text(const cn_buf *b)
{
    return b->data ? b->data : "";
}

int cn_buf_check(const cn_buf *b, canon_error *err)
{
    if (b->rc == CANON_ENOMEM)
        return cn_fail_memory(err);
    if (b->rc)
        return cn_fail(err, b->rc, "result exceeds %zu bytes", b->max);
    return CANON_OK;
}

void cn_buf_adopt(cn_buf *b, canon_buf *out, size_t limit)
{
    b->data = out->data;
    b->cap = out->cap;
    b->len = 0;
    b->max = limit;
    b->rc = CANON_OK;
    if (b->data)
        b->data[0] = '\0';
    out->data = NULL;
    out->len = 0;
    out->cap = 0;
}

int cn_buf_export(cn_buf *b, canon_buf *out, canon_error *err)
{
    int rc;

    /* also an empty text has data */
    cn_buf_add(b, "", 0);
    rc = cn_buf_check(b, err);
    canon_buf_free(out);
    if (!rc) {
        out->data = b->data;
        out->len = b->len;
        out->cap = b->cap;
        b->data = NULL;
    }
    cn_buf_free(b);
    return rc;
}

void canon_buf_free(canon_buf *buf)
{
    if (!buf)
        return;
    cn_free(buf->data);
    buf->data = NULL;
    buf->len = 0;
    buf->cap = 0;
}

int canon_buf_set(canon_buf *buf, const void *data, size_t len)
{
    char *copy = cn_memdup(data, len);

    canon_buf_free(buf);
    if (!copy)
        return CANON_ENOMEM;
    buf->data = copy;
    buf->len = len;
    buf->cap = len + 1;
    return CANON_OK;
}
