/*
 * The streaming writer.
 */
#include "date.h"
#include "json.h"
#include "utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_DIGITS 17 /* that tell any two doubles apart */

static bool is_special(unsigned char c)
{
    return c < ' ' || c == '"' || c == '\\';
}

static void put_escape(cn_buf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[] = "btn\0fr"; /* of U+0008 to U+000D */
    char text[6] = {'\\', (char)c, '0', '0', 0, 0};

    if (c >= ' ') {
        cn_buf_add(out, text, 2);
    } else if (c >= 8 && c <= 13 && c != 11) {
        text[1] = names[c - 8];
        cn_buf_add(out, text, 2);
    } else {
        text[1] = 'u';
        text[4] = hex[c >> 4];
        text[5] = hex[c & 15];
        cn_buf_add(out, text, 6);
    }
}

/* Valid text without U+0000. */
static void put_valid(cn_buf *out, cn_slice text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (!is_special(c))
            continue;
        cn_buf_add(out, text.ptr + start, i - start);
        put_escape(out, c);
        start = i + 1;
    }
    cn_buf_slice(out, cn_slice_from(text, start));
}

void cn_json_quote(cn_buf *out, cn_slice text)
{
    cn_buf_putc(out, '"');
    while (text.len) {
        size_t valid = cn_utf8_valid_prefix(text);

        put_valid(out, cn_slice_first(text, valid));
        text = cn_slice_from(text, valid);
        if (text.len) {
            (void)cn_utf8_next(&text); /* known to be bad */
            cn_utf8_put(out, 0xFFFD);
        }
    }
    cn_buf_putc(out, '"');
}

static void begin(cn_json *w, const char *key)
{
    if (w->comma)
        cn_buf_putc(w->out, ',');
    w->comma = true;
    if (key) {
        cn_json_quote(w->out, cn_str(key));
        cn_buf_putc(w->out, ':');
    }
}

static void open(cn_json *w, const char *key, char bracket)
{
    begin(w, key);
    cn_buf_putc(w->out, bracket);
    w->comma = false;
}

static void close(cn_json *w, char bracket)
{
    cn_buf_putc(w->out, bracket);
    w->comma = true;
}

void cn_json_object(cn_json *w, const char *key)
{
    open(w, key, '{');
}

void cn_json_end_object(cn_json *w)
{
    close(w, '}');
}

void cn_json_array(cn_json *w, const char *key)
{
    open(w, key, '[');
}

void cn_json_end_array(cn_json *w)
{
    close(w, ']');
}

void cn_json_key(cn_json *w, cn_slice key)
{
    begin(w, NULL);
    cn_json_quote(w->out, key);
    cn_buf_putc(w->out, ':');
    w->comma = false; /* the value follows at once */
}

static void put_word(cn_json *w, const char *key, const char *word)
{
    begin(w, key);
    cn_buf_puts(w->out, word);
}

void cn_json_str(cn_json *w, const char *key, const char *text)
{
    if (text)
        cn_json_slice(w, key, cn_str(text));
    else
        cn_json_null(w, key);
}

void cn_json_slice(cn_json *w, const char *key, cn_slice text)
{
    begin(w, key);
    cn_json_quote(w->out, text);
}

void cn_json_int(cn_json *w, const char *key, int64_t n)
{
    begin(w, key);
    cn_buf_int(w->out, n);
}

void cn_json_bool(cn_json *w, const char *key, bool truth)
{
    put_word(w, key, truth ? "true" : "false");
}

void cn_json_null(cn_json *w, const char *key)
{
    put_word(w, key, "null");
}

void cn_json_pct(cn_json *w, const char *key, double pct)
{
    char text[400]; /* the greatest double has 309 digits */
    int len;
    int whole = 0;

    begin(w, key);
    len = snprintf(text, sizeof(text), "%.1f", isfinite(pct) ? pct : 0.0);
    /* what is between the digits is the decimal point of the host's locale */
    while (text[whole] == '-' || cn_is_digit(text[whole]))
        whole++;
    cn_buf_add(w->out, text, (size_t)whole);
    cn_buf_putc(w->out, '.');
    cn_buf_putc(w->out, text[len - 1]);
}

/* The fewest digits that read back the same: value = d.ddd * 10^exponent. */
static int shortest(double value, char digits[MOST_DIGITS + 1])
{
    char text[64];
    size_t count = 0;

    for (int n = 0; n < MOST_DIGITS; n++) {
        /* both ways use the same decimal point, whatever it is */
        snprintf(text, sizeof(text), "%.*e", n, value);
        if (strtod(text, NULL) == value)
            break;
    }
    for (const char *p = text; *p != 'e'; p++) {
        if (cn_is_digit(*p))
            digits[count++] = *p;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

static void put_zeros(cn_buf *out, int count)
{
    for (; count > 0; count--)
        cn_buf_putc(out, '0');
}

/* 0.00001 to 9999999999999999 without an exponent, the rest with one. */
static void put_double(cn_buf *out, double value)
{
    char digits[MOST_DIGITS + 1];
    int exponent = shortest(value, digits);
    int count = (int)strlen(digits);
    int before = exponent + 1; /* digits before the point */
    bool plain = exponent >= -4 && exponent < 16;

    if (!plain)
        before = 1;
    if (before <= 0) {
        cn_buf_puts(out, "0.");
        put_zeros(out, -before);
        cn_buf_puts(out, digits);
        return;
    }
    cn_buf_add(out, digits, (size_t)(before < count ? before : count));
    put_zeros(out, before - count);
    if (before < count || plain)
        cn_buf_putc(out, '.');
    cn_buf_puts(out, before < count ? digits + before : plain ? "0" : "");
    if (!plain)
        cn_buf_printf(out, "e%+03d", exponent);
}

void cn_json_double(cn_json *w, const char *key, double number)
{
    if (!isfinite(number)) {
        cn_json_null(w, key);
        return;
    }
    begin(w, key);
    if (signbit(number))
        cn_buf_putc(w->out, '-');
    put_double(w->out, fabs(number));
}

void cn_json_time(cn_json *w, const char *key, int64_t us)
{
    char text[40];

    if (us <= 0) {
        cn_json_null(w, key);
        return;
    }
    cn_time_format(us, text);
    cn_json_str(w, key, text);
}

void cn_json_raw(cn_json *w, const char *key, cn_slice json)
{
    begin(w, key);
    cn_buf_slice(w->out, json.len ? json : cn_str("null"));
}

/* Recursion is bounded by the depth that trees can have. */
void cn_json_value(cn_json *w, const char *key, const cn_value *value)
{
    switch (value->kind) {
    case CN_KIND_NULL:
        cn_json_null(w, key);
        break;
    case CN_KIND_BOOL:
        cn_json_bool(w, key, value->truth);
        break;
    case CN_KIND_INT:
        cn_json_int(w, key, value->integer);
        break;
    case CN_KIND_DOUBLE:
        cn_json_double(w, key, value->number);
        break;
    case CN_KIND_TEXT:
        cn_json_slice(w, key, value->text);
        break;
    case CN_KIND_LIST:
        cn_json_array(w, key);
        for (size_t i = 0; i < value->count; i++)
            cn_json_value(w, NULL, &value->items[i]);
        cn_json_end_array(w);
        break;
    case CN_KIND_MAP:
        cn_json_object(w, key);
        for (size_t i = 0; i < value->count; i++) {
            cn_json_key(w, value->members[i].key);
            cn_json_value(w, NULL, &value->members[i].value);
        }
        cn_json_end_object(w);
        break;
    }
}
