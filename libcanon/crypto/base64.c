/*
 * Base64 in both alphabets, strictly: no white space, no missing or superfluous
 * padding, no bits that say nothing.
 *
 * The alphabet of URLs is read here, by a table, because every token goes
 * through it: libsodium takes as long as a third of a signature check. Text
 * with padding, which are configured keys, is left to libsodium; bytes beyond
 * ASCII it takes, as signed characters, for the last digit.
 */
#include "crypto.h"

#include <sodium.h>

void cn_base64url(cn_buf *out, const void *data, size_t len)
{
    /* beyond that no length is right, and no buffer allows so much */
    bool fits = len < SIZE_MAX / 4;
    size_t text_len = len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0);
    char *room = cn_buf_room(out, fits ? text_len : SIZE_MAX);

    if (!room)
        return;
    /* the buffer has room for a NUL, always */
    sodium_bin2base64(room, text_len + 1, data, len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    cn_buf_grew(out, text_len);
}

#define NONE 64 /* not a digit */

/* clang-format off */
static const unsigned char digits[128] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
};
/* clang-format on */

/* 24 bits of four digits, or of fewer with zeros behind; *wrong gathers what is
 * no digit. */
static uint32_t read_digits(const char *text, size_t count, unsigned *wrong)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < 4; i++) {
        unsigned char c = i < count ? (unsigned char)text[i] : 'A';
        unsigned char digit = c < sizeof(digits) ? digits[c] : NONE;

        *wrong |= digit & NONE;
        bits = bits << 6 | digit;
    }
    return bits;
}

bool cn_base64url_read(cn_slice text, void *out, size_t cap, size_t *len_out)
{
    unsigned char *to = out;
    size_t rest = text.len % 4;
    size_t whole = text.len - rest;
    size_t len = whole / 4 * 3 + (rest ? rest - 1 : 0);
    unsigned wrong = 0;
    uint32_t bits;

    *len_out = 0;
    if (rest == 1 || len > cap)
        return false;
    for (size_t i = 0; i < whole; i += 4) {
        bits = read_digits(text.ptr + i, 4, &wrong);
        *to++ = (unsigned char)(bits >> 16);
        *to++ = (unsigned char)(bits >> 8);
        *to++ = (unsigned char)bits;
    }
    if (rest) {
        bits = read_digits(text.ptr + whole, rest, &wrong);
        *to++ = (unsigned char)(bits >> 16);
        if (rest == 3)
            *to = (unsigned char)(bits >> 8);
        wrong |= bits & (rest == 3 ? 0xffU : 0xffffU);
    }
    if (wrong)
        return false;
    *len_out = len;
    return true;
}

static bool is_ascii(cn_slice text)
{
    unsigned char all = 0;

    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.ptr[i];
    return all < 0x80;
}

bool cn_base64_read(cn_slice text, void *out, size_t cap, size_t *len_out)
{
    *len_out = 0;
    return text.len == 0 ||
           (is_ascii(text) &&
            sodium_base642bin(out, cap, text.ptr, text.len, NULL, len_out, NULL,
                              sodium_base64_VARIANT_ORIGINAL) == 0);
}
