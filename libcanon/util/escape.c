/*
 * Escaping, one function per context. Runs of harmless bytes are copied whole.
 */
#include "escape.h"

static const char lower_hex[] = "0123456789abcdef";
static const char upper_hex[] = "0123456789ABCDEF";

static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#x27;";
    default:
        return NULL;
    }
}

void cn_html_escape(cn_buf *out, cn_slice text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char *entity = html_entity(text.ptr[i]);

        if (!entity)
            continue;
        cn_buf_add(out, text.ptr + start, i - start);
        cn_buf_puts(out, entity);
        start = i + 1;
    }
    cn_buf_slice(out, cn_slice_from(text, start));
}

static bool is_unreserved(char c)
{
    return cn_is_alpha(c) || cn_is_digit(c) || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

/* also: one more byte that stays; '.' for none */
static void url_escape(cn_buf *out, cn_slice text, char also)
{
    size_t start = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        char escaped[3] = {'%', 0, 0};

        if (is_unreserved((char)c) || (char)c == also)
            continue;
        escaped[1] = upper_hex[c >> 4];
        escaped[2] = upper_hex[c & 15];
        cn_buf_add(out, text.ptr + start, i - start);
        cn_buf_add(out, escaped, sizeof(escaped));
        start = i + 1;
    }
    cn_buf_slice(out, cn_slice_from(text, start));
}

void cn_url_escape(cn_buf *out, cn_slice text)
{
    url_escape(out, text, '.');
}

void cn_url_escape_path(cn_buf *out, cn_slice path)
{
    url_escape(out, path, '/');
}

/* -1 when it is none */
static int hex_value(char c)
{
    if (cn_is_digit(c))
        return c - '0';
    c = cn_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool cn_url_decode(cn_buf *out, cn_slice text, bool form)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && form) {
            c = ' ';
        }
        cn_buf_putc(out, c);
    }
    return true;
}

void cn_hex(char *out, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = lower_hex[bytes[i] >> 4];
        out[2 * i + 1] = lower_hex[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}
