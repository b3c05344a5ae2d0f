/*
 * Looking at borrowed bytes.
 */
#include "slice.h"

int cn_slice_cmp_nocase(cn_slice a, cn_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;

    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)cn_lower(a.ptr[i]);
        unsigned char y = (unsigned char)cn_lower(b.ptr[i]);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

bool cn_slice_eq_nocase(cn_slice a, cn_slice b)
{
    return a.len == b.len && cn_slice_cmp_nocase(a, b) == 0;
}

bool cn_slice_is_nocase(cn_slice a, const char *text)
{
    return cn_slice_eq_nocase(a, cn_str(text));
}

int cn_slice_cmp(cn_slice a, cn_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;

    if (order)
        return order;
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

bool cn_slice_starts(cn_slice s, const char *prefix)
{
    size_t n = strlen(prefix);

    return s.len >= n && (n == 0 || memcmp(s.ptr, prefix, n) == 0);
}

bool cn_slice_ends(cn_slice s, const char *suffix)
{
    size_t n = strlen(suffix);

    return s.len >= n && (n == 0 || memcmp(s.ptr + s.len - n, suffix, n) == 0);
}

bool cn_slice_starts_nocase(cn_slice s, const char *prefix)
{
    return cn_slice_is_nocase(cn_slice_first(s, strlen(prefix)), prefix);
}

size_t cn_slice_find(cn_slice s, char c)
{
    const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;

    return p ? (size_t)(p - s.ptr) : s.len;
}

size_t cn_slice_rfind(cn_slice s, char c)
{
    for (size_t i = s.len; i > 0; i--) {
        if (s.ptr[i - 1] == c)
            return i - 1;
    }
    return s.len;
}

size_t cn_slice_find_text(cn_slice s, cn_slice text)
{
    cn_slice rest = s;

    if (text.len == 0)
        return 0;
    while (rest.len >= text.len) {
        size_t at = cn_slice_find(rest, text.ptr[0]);

        rest = cn_slice_from(rest, at);
        if (rest.len < text.len)
            break;
        if (memcmp(rest.ptr, text.ptr, text.len) == 0)
            return (size_t)(rest.ptr - s.ptr);
        rest = cn_slice_from(rest, 1);
    }
    return s.len;
}

cn_slice cn_slice_trim_start(cn_slice s)
{
    while (s.len && cn_is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    return s;
}

cn_slice cn_slice_trim_end(cn_slice s)
{
    while (s.len && cn_is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

cn_slice cn_slice_trim(cn_slice s)
{
    return cn_slice_trim_end(cn_slice_trim_start(s));
}

cn_slice cn_slice_cut(cn_slice *rest, char c)
{
    size_t at = cn_slice_find(*rest, c);
    cn_slice part = cn_slice_first(*rest, at);

    if (at == rest->len)
        *rest = cn_slice_of(NULL, 0);
    else
        *rest = cn_slice_from(*rest, at + 1);
    return part;
}

bool cn_slice_int(cn_slice s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.len && s.ptr[0] == '-';
    int64_t value = 0;

    if (negative)
        s = cn_slice_from(s, 1);
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        int digit = s.ptr[i] - '0';

        if (digit < 0 || digit > 9 || value < (INT64_MIN + digit) / 10)
            return false;
        /* kept negative, so that INT64_MIN can be read */
        value = value * 10 - digit;
    }
    if (!negative && value == INT64_MIN)
        return false;
    value = negative ? value : -value;
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}
