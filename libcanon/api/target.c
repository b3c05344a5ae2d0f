/*
 * The request target: decoded once and checked, so that two different requests
 * never become the same path.
 */
#include "api.h"

#include "check.h"
#include "escape.h"
#include "utf8.h"

/* Text that may be a path: no backslash, no control character. */
static bool is_plain(cn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    return cn_utf8_ok(text);
}

/* No empty, "." or ".." segment; one trailing slash is allowed. */
static bool has_plain_segments(cn_slice path)
{
    cn_slice rest = cn_slice_from(path, 1);

    while (rest.ptr && rest.len > 0) {
        cn_slice segment = cn_slice_cut(&rest, '/');

        if (segment.len == 0 || cn_slice_is(segment, ".") ||
            cn_slice_is(segment, ".."))
            return false;
    }
    return true;
}

/* "http://host/path" is allowed in a request line, too. */
static cn_slice without_authority(cn_slice target)
{
    size_t at;

    if (!cn_slice_starts_nocase(target, "http://") &&
        !cn_slice_starts_nocase(target, "https://"))
        return target;
    at = cn_slice_find(target, ':') + 3;
    target = cn_slice_from(target, at);
    return cn_slice_from(target, cn_slice_find(target, '/'));
}

/* Blanks and control characters cannot be part of a request line. */
static bool is_printable(cn_slice target)
{
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.ptr[i];

        if (c <= ' ' || c == 0x7f)
            return false;
    }
    return true;
}

bool cn_target_split(const char *target, cn_buf *path, cn_slice *query)
{
    cn_slice rest = without_authority(cn_str(target));
    cn_slice raw = cn_slice_cut(&rest, '?');

    *query = rest;
    if (raw.len == 0 || raw.ptr[0] != '/' || !is_printable(cn_str(target)))
        return false;
    if (!cn_url_decode(path, raw, false))
        return false;
    return path->rc ||
           (is_plain(cn_buf_all(path)) && has_plain_segments(cn_buf_all(path)));
}

static int hex_digit(char c)
{
    if (cn_is_digit(c))
        return c - '0';
    c = cn_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As cn_url_decode, but what is no escape stays as it is: nothing in a query
 * is an error. */
static void decode_value(cn_buf *out, cn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int high = -1;
        int low = -1;

        if (c == '%' && i + 2 < text.len) {
            high = hex_digit(text.ptr[i + 1]);
            low = hex_digit(text.ptr[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            cn_buf_putc(out, (char)(high * 16 + low));
            i += 2;
        } else {
            if (c == '+')
                c = ' ';
            cn_buf_putc(out, c);
        }
    }
}

bool cn_query_find(cn_slice query, cn_slice name, cn_buf *out)
{
    cn_buf text = CN_BUF_INIT(CN_TARGET_MAX);
    cn_slice found = {NULL, 0};
    bool is_there = false;

    while (query.ptr) {
        cn_slice value = cn_slice_cut(&query, '&');
        cn_slice key = cn_slice_cut(&value, '=');

        cn_buf_reset(&text);
        decode_value(&text, key);
        if (text.rc)
            break;
        if (cn_slice_eq(cn_buf_all(&text), name)) {
            is_there = true;
            found = value;
        }
    }
    if (is_there && !text.rc) {
        cn_buf_reset(&text);
        decode_value(&text, found);
        cn_utf8_clean(out, cn_buf_all(&text));
    }
    if (text.rc)
        out->rc = text.rc;
    cn_buf_free(&text);
    return is_there;
}
