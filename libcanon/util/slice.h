/* Borrowed bytes, not terminated. The type of parsing. */
#ifndef CN_SLICE_H
#define CN_SLICE_H

#include "canon/common.h"

#include <stdbool.h>
#include <string.h>

typedef struct cn_slice {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;
} cn_slice;

static inline cn_slice cn_slice_of(const char *ptr, size_t len)
{
    cn_slice s = {ptr, len};

    return s;
}

/* Of a terminated text; NULL gives an empty slice. */
static inline cn_slice cn_str(const char *text)
{
    return cn_slice_of(text, text ? strlen(text) : 0);
}

static inline bool cn_slice_eq(cn_slice a, cn_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool cn_slice_is(cn_slice a, const char *text)
{
    return cn_slice_eq(a, cn_str(text));
}

static inline cn_slice cn_slice_from(cn_slice s, size_t at)
{
    return at < s.len ? cn_slice_of(s.ptr + at, s.len - at)
                      : cn_slice_of(s.len ? s.ptr + s.len : s.ptr, 0);
}

static inline cn_slice cn_slice_first(cn_slice s, size_t len)
{
    return cn_slice_of(s.ptr, len < s.len ? len : s.len);
}

/* ASCII only, as everywhere in the formats. */
static inline char cn_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c | 0x20);
    return c;
}

static inline bool cn_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool cn_is_alpha(char c)
{
    return cn_lower(c) >= 'a' && cn_lower(c) <= 'z';
}

/* Space or tab. */
static inline bool cn_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Blank, line end, form feed or vertical tab. */
static inline bool cn_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Compare without regard to ASCII letter case: <0, 0, >0. */
int cn_slice_cmp_nocase(cn_slice a, cn_slice b);
bool cn_slice_eq_nocase(cn_slice a, cn_slice b);
bool cn_slice_is_nocase(cn_slice a, const char *text);

/* Bytewise order: <0, 0, >0. */
int cn_slice_cmp(cn_slice a, cn_slice b);

bool cn_slice_starts(cn_slice s, const char *prefix);
bool cn_slice_ends(cn_slice s, const char *suffix);
bool cn_slice_starts_nocase(cn_slice s, const char *prefix);

/* Position of a byte or text; s.len when it is not there. */
size_t cn_slice_find(cn_slice s, char c);
size_t cn_slice_rfind(cn_slice s, char c);
size_t cn_slice_find_text(cn_slice s, cn_slice text);

/* Without the white space (cn_is_space) at the ends. */
cn_slice cn_slice_trim(cn_slice s);
cn_slice cn_slice_trim_start(cn_slice s);
cn_slice cn_slice_trim_end(cn_slice s);

/* Cut the part before the first c off *rest and return it; without c the whole
 * rest, and *rest is then {NULL, 0}. Ask while rest->ptr. */
cn_slice cn_slice_cut(cn_slice *rest, char c);

/* A decimal number: optional '-', digits, nothing else, within min..max. */
bool cn_slice_int(cn_slice s, int64_t min, int64_t max, int64_t *out);

#endif
