/*
 * When to try again, and how long to wait before.
 */
#include "http_parts.h"

#include "date.h"

#include <stdio.h>

/* The number of a month's name, or 0. */
static int month_number(cn_slice name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (size_t i = 0; i < 12; i++) {
        if (cn_slice_eq(name, cn_slice_of(&names[3 * i], 3)))
            return (int)i + 1;
    }
    return 0;
}

/* "08:49:37" as seconds of the day. */
static bool read_clock(cn_slice text, int64_t *out)
{
    int64_t hour;
    int64_t minute;
    int64_t second;

    if (text.len != 8 || text.ptr[2] != ':' || text.ptr[5] != ':' ||
        !cn_slice_int(cn_slice_of(text.ptr, 2), 0, 23, &hour) ||
        !cn_slice_int(cn_slice_of(text.ptr + 3, 2), 0, 59, &minute) ||
        !cn_slice_int(cn_slice_of(text.ptr + 6, 2), 0, 60, &second))
        return false;
    *out = hour * 3600 + minute * 60 + second;
    return true;
}

/* The parts of a date: all as texts. */
typedef struct date_parts {
    cn_slice day;
    cn_slice month;
    cn_slice year;
    cn_slice clock;
} date_parts;

static bool read_date(const date_parts *parts, int64_t now_us, int64_t *out)
{
    char text[32];
    int64_t day;
    int64_t year;
    int64_t clock;
    int32_t days;

    if (!cn_slice_int(parts->day, 1, 31, &day) ||
        !cn_slice_int(parts->year, 0, 9999, &year) ||
        !read_clock(parts->clock, &clock))
        return false;
    if (parts->year.len == 2) {
        /* RFC 9110: more than 50 years ahead means the past */
        int64_t this_year = 1970 + now_us / CN_US_DAY / 365;

        year += this_year / 100 * 100 - 100;
        while (year + 100 <= this_year + 50)
            year += 100;
    }
    snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)year,
             month_number(parts->month), (int)day);
    if (!cn_day_parse(cn_str(text), &days))
        return false;
    *out = days * CN_US_DAY + clock * CN_US_SECOND;
    return true;
}

/*
 * "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or
 * "Sun Nov  6 08:49:37 1994".
 */
static bool http_date(cn_slice text, int64_t now_us, int64_t *out)
{
    date_parts parts = {0};
    cn_slice words[6] = {{0}};
    size_t count = 0;

    while (text.ptr && count < 6) {
        words[count] = cn_slice_cut(&text, ' ');
        count += words[count].len > 0;
    }
    if (text.ptr)
        return false;
    if (count == 6 && cn_slice_is(words[5], "GMT")) {
        parts = (date_parts){words[1], words[2], words[3], words[4]};
    } else if (count == 4 && cn_slice_is(words[3], "GMT")) {
        cn_slice rest = words[1];

        parts.day = cn_slice_cut(&rest, '-');
        parts.month = cn_slice_cut(&rest, '-');
        parts.year = rest;
        parts.clock = words[2];
    } else if (count == 5) {
        parts = (date_parts){words[2], words[1], words[4], words[3]};
    } else {
        return false;
    }
    return read_date(&parts, now_us, out);
}

static bool none_remains(const cn_http_answer *answer)
{
    return cn_slice_is(cn_http_header(answer, "x-ratelimit-remaining"), "0");
}

/* A number of seconds, however large. */
static bool read_seconds(cn_slice text, int64_t *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!cn_is_digit(text.ptr[i]))
            return false;
    }
    if (!cn_slice_int(text, 0, CN_HTTP_AFTER_MAX / CN_US_SECOND, out))
        *out = CN_HTTP_AFTER_MAX / CN_US_SECOND;
    return text.len > 0;
}

int64_t cn_http_retry_after(const cn_http_answer *answer, int64_t now_us)
{
    cn_slice after = cn_http_header(answer, "retry-after");
    int64_t us = 0;
    int64_t n;

    if (read_seconds(after, &n)) {
        us = n * CN_US_SECOND;
    } else if (http_date(after, now_us, &n)) {
        us = n - now_us;
    } else if (none_remains(answer) &&
               cn_slice_int(cn_http_header(answer, "x-ratelimit-reset"), 0,
                            INT64_MAX / CN_US_SECOND, &n)) {
        us = n * CN_US_SECOND - now_us;
    }
    if (us < 0)
        return 0;
    return us < CN_HTTP_AFTER_MAX ? us : CN_HTTP_AFTER_MAX;
}

bool cn_http_is_limited(const cn_http_call *call, const cn_http_answer *answer)
{
    bool told = cn_http_header(answer, "retry-after").len > 0;

    switch (answer->status) {
    case 429:
        return true;
    case 503:
        return told;
    case 403:
        return told || none_remains(answer);
    case 400:
        return call->limit_word &&
               cn_slice_find_text(cn_buf_all(&answer->body),
                                  cn_str(call->limit_word)) < answer->body.len;
    default:
        return false;
    }
}

static bool is_repeatable(const cn_http_call *call)
{
    return call->flags & CN_HTTP_REPEATABLE ||
           strcmp(call->method, "GET") == 0 ||
           strcmp(call->method, "HEAD") == 0;
}

bool cn_http_try_again(const cn_http_call *call, const cn_http_answer *answer,
                       int rc)
{
    if (rc == CANON_EBUSY)
        return true;
    if (rc == CANON_EREMOTE)
        return is_repeatable(call);
    if (rc || answer->retry_after_us > CN_HTTP_WAIT_MAX)
        return false;
    if (cn_http_is_limited(call, answer))
        return true;
    switch (answer->status) {
    case 500:
    case 502:
    case 503:
    case 504:
        return is_repeatable(call);
    default:
        return false;
    }
}

int64_t cn_http_pause(const cn_http_answer *answer, uint32_t random)
{
    int shift = answer->tries < 8 ? answer->tries - 1 : 7;
    int64_t us = CN_US_SECOND << shift;

    if (answer->retry_after_us)
        return answer->retry_after_us;
    us += us / 5 * ((int64_t)(random % 2001) - 1000) / 1000;
    return us < CN_HTTP_WAIT_MAX ? us : CN_HTTP_WAIT_MAX;
}
