/*
 * Writing values of the front matter: plain where every reader of YAML takes
 * them for the same text, double-quoted everywhere else.
 */
#include "write.h"

#include "utf8.h"

/* Words that other readers take for a boolean or nothing at all. */
static const char *const other_words[] = {
    "null", "true", "false", "yes", "no", "on", "off", "y", "n",
};

static bool is_plain_first(char c)
{
    return cn_is_alpha(c) || cn_is_digit(c) || c == '_' || c == '.' || c == '/';
}

static bool is_plain_char(char c)
{
    return is_plain_first(c) || c == '@' || c == '+' || c == ' ' || c == '-';
}

static size_t count_digits(cn_slice s, size_t at)
{
    size_t n = at;

    while (n < s.len && (cn_is_digit(s.ptr[n]) || s.ptr[n] == '_'))
        n++;
    return n - at;
}

static bool is_radix(cn_slice s)
{
    bool hex = cn_slice_starts_nocase(s, "0x");
    size_t i = 2;

    if (!hex && !cn_slice_starts_nocase(s, "0o") &&
        !cn_slice_starts_nocase(s, "0b"))
        return false;
    while (i < s.len &&
           (cn_is_digit(s.ptr[i]) || s.ptr[i] == '_' ||
            (hex && cn_lower(s.ptr[i]) >= 'a' && cn_lower(s.ptr[i]) <= 'f')))
        i++;
    return i == s.len && i > 2;
}

/* 12, 1_000, 1.5, .5, 5., 1e3: with an optional sign where YAML has one. */
static bool is_decimal(cn_slice s)
{
    size_t whole;
    size_t part = 0;
    size_t at;

    if (s.len && s.ptr[0] == '+')
        s = cn_slice_from(s, 1);
    whole = count_digits(s, 0);
    at = whole;
    if (at < s.len && s.ptr[at] == '.') {
        part = count_digits(s, at + 1);
        at += part + 1;
    }
    if (whole + part == 0)
        return false;
    if (at < s.len && cn_lower(s.ptr[at]) == 'e') {
        at++;
        if (at < s.len && (s.ptr[at] == '+' || s.ptr[at] == '-'))
            at++;
        part = count_digits(s, at);
        at += part;
        if (part == 0)
            return false;
    }
    return at == s.len;
}

static bool is_other_word(cn_slice s)
{
    for (size_t i = 0; i < sizeof(other_words) / sizeof(other_words[0]); i++) {
        if (cn_slice_is_nocase(s, other_words[i]))
            return true;
    }
    return is_decimal(s) || is_radix(s) || cn_slice_is_nocase(s, ".inf") ||
           cn_slice_is_nocase(s, ".nan");
}

static bool is_plain(cn_slice s)
{
    if (s.len == 0 || !is_plain_first(s.ptr[0]) || s.ptr[s.len - 1] == ' ')
        return false;
    for (size_t i = 1; i < s.len; i++) {
        if (!is_plain_char(s.ptr[i]))
            return false;
    }
    return !is_other_word(s);
}

/* Characters that a YAML reader refuses or takes for a line break. */
static bool is_escaped(int32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

static void put_quoted_char(cn_buf *out, int32_t c)
{
    if (c == '"' || c == '\\')
        cn_buf_printf(out, "\\%c", (char)c);
    else if (c == '\n')
        cn_buf_puts(out, "\\n");
    else if (c == '\r')
        cn_buf_puts(out, "\\r");
    else if (c == '\t')
        cn_buf_puts(out, "\\t");
    else if (!is_escaped(c))
        cn_utf8_put(out, (uint32_t)c);
    else
        cn_buf_printf(out, c < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)c);
}

void cn_write_quoted(cn_buf *out, cn_slice text)
{
    cn_buf_putc(out, '"');
    while (text.len)
        put_quoted_char(out, cn_utf8_next(&text));
    cn_buf_putc(out, '"');
}

void cn_write_scalar(cn_buf *out, cn_slice text)
{
    if (is_plain(text))
        cn_buf_slice(out, text);
    else
        cn_write_quoted(out, text);
}
