/*
 * Base64 in both alphabets. libsodium's decoder is strict: no white space, no
 * missing or superfluous padding, no bits that say nothing. Only bytes beyond
 * ASCII, as signed characters, it takes for the last digit of the alphabet.
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

static bool is_ascii(cn_slice text)
{
    unsigned char all = 0;

    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.ptr[i];
    return all < 0x80;
}

static bool decode(cn_slice text, int variant, void *out, size_t cap,
                   size_t *len_out)
{
    *len_out = 0;
    return text.len == 0 ||
           (is_ascii(text) &&
            sodium_base642bin(out, cap, text.ptr, text.len, NULL, len_out, NULL,
                              variant) == 0);
}

bool cn_base64url_read(cn_slice text, void *out, size_t cap, size_t *len_out)
{
    return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out, cap,
                  len_out);
}

bool cn_base64_read(cn_slice text, void *out, size_t cap, size_t *len_out)
{
    return decode(text, sodium_base64_VARIANT_ORIGINAL, out, cap, len_out);
}
