/*
 * UTF-8, and what is a letter. The tables are ours, so that the answer depends
 * on neither the host's locale nor its C library.
 */
#include "utf8.h"

#define REPLACEMENT 0xFFFD

typedef struct word_range {
    uint32_t first;
    uint32_t last;
} word_range;

typedef struct lower_range {
    uint32_t first;
    uint32_t last;
    uint32_t step;
    int32_t difference;
} lower_range;

#include "unicode_tables.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Bytes behind the first one, and the range of the second (RFC 3629). */
static size_t sequence_of(unsigned char first, unsigned char *low,
                          unsigned char *high)
{
    *low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
}

int32_t cn_utf8_next(cn_slice *s)
{
    unsigned char c = (unsigned char)s->ptr[0];
    unsigned char low;
    unsigned char high;
    size_t more;
    int32_t value;

    if (c < 0x80) {
        *s = cn_slice_of(s->ptr + 1, s->len - 1);
        return c;
    }
    more = sequence_of(c, &low, &high);
    value = c & (0x3F >> more);
    for (size_t i = 1; i <= more; i++) {
        c = i < s->len ? (unsigned char)s->ptr[i] : 0;
        if (c < low || c > high) {
            *s = cn_slice_of(s->ptr + i, s->len - i);
            return -1;
        }
        value = value << 6 | (c & 0x3F);
        low = 0x80;
        high = 0xBF;
    }
    *s = cn_slice_of(s->ptr + 1 + more, s->len - 1 - more);
    return more ? value : -1;
}

/* Number of leading bytes, in steps of eight, that are ASCII and not NUL. */
static size_t ascii_run(cn_slice s)
{
    size_t i = 0;
    uint64_t word;

    while (s.len - i >= sizeof(word)) {
        memcpy(&word, s.ptr + i, sizeof(word));
        /* the difference has a high bit when a byte is zero */
        if ((word | (word - UINT64_C(0x0101010101010101))) &
            UINT64_C(0x8080808080808080))
            break;
        i += sizeof(word);
    }
    return i;
}

size_t cn_utf8_valid_prefix(cn_slice s)
{
    cn_slice rest = s;

    while (rest.len) {
        cn_slice next;

        if ((unsigned char)rest.ptr[0] < 0x80)
            rest = cn_slice_from(rest, ascii_run(rest));
        if (rest.len == 0)
            break;
        next = rest;
        if (cn_utf8_next(&next) <= 0)
            break;
        rest = next;
    }
    return s.len - rest.len;
}

bool cn_utf8_ok(cn_slice s)
{
    return cn_utf8_valid_prefix(s) == s.len;
}

void cn_utf8_clean(cn_buf *out, cn_slice s)
{
    while (s.len) {
        size_t len = cn_utf8_valid_prefix(s);

        cn_buf_add(out, s.ptr, len);
        s = cn_slice_from(s, len);
        if (s.len) {
            (void)cn_utf8_next(&s); /* known to be bad */
            cn_utf8_put(out, REPLACEMENT);
        }
    }
}

size_t cn_utf8_count(cn_slice s)
{
    size_t count = 0;

    while (s.len) {
        cn_slice next = s;

        if (cn_utf8_next(&next) < 0)
            count += s.len - next.len;
        else
            count++;
        s = next;
    }
    return count;
}

void cn_utf8_put(cn_buf *out, uint32_t c)
{
    char bytes[4];

    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = REPLACEMENT;
    if (c < 0x80) {
        cn_buf_putc(out, (char)c);
    } else if (c < 0x800) {
        bytes[0] = (char)(0xC0 | c >> 6);
        bytes[1] = (char)(0x80 | (c & 0x3F));
        cn_buf_add(out, bytes, 2);
    } else if (c < 0x10000) {
        bytes[0] = (char)(0xE0 | c >> 12);
        bytes[1] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (c & 0x3F));
        cn_buf_add(out, bytes, 3);
    } else {
        bytes[0] = (char)(0xF0 | c >> 18);
        bytes[1] = (char)(0x80 | (c >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (c & 0x3F));
        cn_buf_add(out, bytes, 4);
    }
}

bool cn_utf8_is_word(int32_t c)
{
    size_t low = 0;
    size_t high = COUNT(word_ranges);

    if (c < 0x80)
        return c >= 0 && (cn_is_alpha((char)c) || cn_is_digit((char)c));
    while (low < high) {
        size_t middle = (low + high) / 2;

        if ((uint32_t)c > word_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < COUNT(word_ranges) && (uint32_t)c >= word_ranges[low].first;
}

int32_t cn_utf8_lower(int32_t c)
{
    size_t low = 0;
    size_t high = COUNT(lower_ranges);
    const lower_range *range;

    if (c < 0x80)
        return c < 0 ? c : cn_lower((char)c);
    while (low < high) {
        size_t middle = (low + high) / 2;

        if ((uint32_t)c > lower_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    range = &lower_ranges[low];
    if (low == COUNT(lower_ranges) || (uint32_t)c < range->first ||
        ((uint32_t)c - range->first) % range->step != 0)
        return c;
    return c + range->difference;
}

void cn_utf8_lower_text(cn_buf *out, cn_slice s)
{
    while (s.len) {
        cn_slice next = s;
        int32_t c = cn_utf8_next(&next);

        if (c < 0)
            cn_buf_add(out, s.ptr, s.len - next.len);
        else
            cn_utf8_put(out, (uint32_t)cn_utf8_lower(c));
        s = next;
    }
}
