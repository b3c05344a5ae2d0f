/*
 * Words. Nearly all text is ASCII, so one table look-up per byte decides and
 * changes the letter case; the rest goes through the tables of Unicode.
 */
#include "words.h"

#include "utf8.h"

#define MAX_BYTES 4 /* of a character */

/* The lower-case form of a letter or digit; 0 for what is between words, and
 * for bytes beyond ASCII. */
/* clang-format off */
static const char ascii[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
    ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
    ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
    ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
    ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o',
    ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
    ['Z'] = 'z',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',
    ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
    ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
    ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
    ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
    ['z'] = 'z',
};
/* clang-format on */

/* The character at a place beyond ASCII; *next_out is the place behind it. */
static int32_t wide_at(cn_slice text, size_t at, size_t *next_out)
{
    cn_slice rest = cn_slice_of(text.ptr + at, text.len - at);
    int32_t c = cn_utf8_next(&rest);

    *next_out = text.len - rest.len;
    return c;
}

/* The first place from at on where a word begins; text.len: none. */
static size_t skip_gap(cn_slice text, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;

    while (at < text.len) {
        size_t next = at + 1;

        if (ascii[bytes[at]])
            return at;
        if (bytes[at] >= 0x80 && cn_utf8_is_word(wide_at(text, at, &next)))
            return at;
        at = next;
    }
    return at;
}

/* Take ASCII letters and digits; the place behind them. */
static size_t take_ascii(cn_slice text, size_t at, char *out, size_t room,
                         size_t *len)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t end = room < text.len - at ? at + room : text.len;
    size_t start = at;

    for (; at < end && ascii[bytes[at]]; at++)
        out[at - start] = ascii[bytes[at]];
    *len += at - start;
    /* what the word has beyond its room */
    while (at < text.len && ascii[bytes[at]])
        at++;
    return at;
}

/* Add a character in lower case; once one did not fit, none does. */
static size_t add_wide(char out[CN_WORD_MAX], size_t len, size_t *room,
                       int32_t c)
{
    char bytes[MAX_BYTES + 1];
    cn_buf one = {bytes, 0, sizeof(bytes), MAX_BYTES, CANON_OK};

    cn_utf8_put(&one, (uint32_t)cn_utf8_lower(c)); /* fits, never allocates */
    if (len + one.len > *room) {
        *room = len;
        return len;
    }
    memcpy(out + len, bytes, one.len);
    return len + one.len;
}

int cn_words_next(cn_words *w, char out[CN_WORD_MAX], size_t *len_out,
                  size_t *start_out, size_t *end_out)
{
    cn_slice text = w->text;
    size_t at = skip_gap(text, w->at);
    size_t start = at;
    size_t room = CN_WORD_MAX;
    size_t len = 0;

    while (at < text.len) {
        size_t next;
        int32_t c;

        at = take_ascii(text, at, out + len, room - len, &len);
        if (at == text.len || (unsigned char)text.ptr[at] < 0x80)
            break;
        c = wide_at(text, at, &next);
        if (!cn_utf8_is_word(c))
            break;
        len = add_wide(out, len, &room, c);
        at = next;
    }
    w->at = at;
    *len_out = len;
    *start_out = start;
    *end_out = at;
    return at > start;
}
