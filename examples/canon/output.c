/*
 * What is printed: texts, columns, JSON, times, errors.
 */
#include "program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void complain(const char *fmt, ...)
{
    va_list args;

    fputs("canon: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}

void note(const invocation *call, const char *fmt, ...)
{
    va_list args;

    if (call->value[OPTION_QUIET])
        return;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}

int failed(const canon_error *error)
{
    complain("%s", error->text);
    switch (error->code) {
    case CANON_OK:
        return STATUS_OK;
    case CANON_ENOTFOUND:
        return STATUS_NO;
    case CANON_EINVAL:
        return STATUS_USAGE;
    case CANON_EBUSY:
        return STATUS_LATER;
    default:
        return STATUS_FAILED;
    }
}

void put_text(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        /* C1 controls are 0xC2 0x80 to 0xC2 0x9F in UTF-8 */
        int c1 = c == 0xC2 && (unsigned char)text[1] >= 0x80 &&
                 (unsigned char)text[1] < 0xA0;

        putchar(c < ' ' || c == 0x7F || c1 ? ' ' : c);
        text += c1;
    }
}

int text_width(const char *text)
{
    int width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

void put_column(const char *text, int width)
{
    int blanks = width - text_width(text);

    put_text(text);
    printf("%*s", blanks > 0 ? blanks : 0, "");
}

void put_json_part(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < ' ' || c == 0x7F)
            printf("\\u%04x", c);
        else if (c == '"' || c == '\\')
            printf("\\%c", c);
        else
            putchar(c);
    }
}

void put_json(const char *text)
{
    if (!text) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    put_json_part(text);
    putchar('"');
}

void put_json_time(int64_t time_us)
{
    time_t seconds = (time_t)(time_us / 1000000);
    char text[40];
    struct tm utc;

    if (!time_us || !gmtime_r(&seconds, &utc) ||
        !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc)) {
        fputs("null", stdout);
        return;
    }
    printf("\"%s", text);
    if (time_us % 1000000)
        printf(".%06" PRId64, time_us % 1000000);
    fputs("+00:00\"", stdout);
}

void put_day(int64_t time_us)
{
    time_t seconds = (time_t)(time_us / 1000000);
    char text[40];
    struct tm utc;
    int is_known = time_us && gmtime_r(&seconds, &utc) &&
                   strftime(text, sizeof(text), "%Y-%m-%d", &utc);

    put_column(is_known ? text : "-", 12);
}

int put_buf(int rc, canon_buf *text, const canon_error *error)
{
    if (!rc)
        printf("%s\n", text->data);
    canon_buf_free(text);
    return rc ? failed(error) : STATUS_OK;
}

static int read_all(FILE *f, canon_buf *out)
{
    char chunk[2048];
    char *text = NULL;
    size_t len = 0;
    size_t n;
    int rc;

    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        char *more = realloc(text, len + n);

        if (!more)
            break;
        text = more;
        memcpy(text + len, chunk, n);
        len += n;
    }
    rc = n > 0 ? CANON_ENOMEM : canon_buf_set(out, text ? text : "", len);
    free(text);
    return rc;
}

int read_file(const char *path, canon_buf *out)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    int rc;

    if (!f) {
        complain("%s: %s", path, strerror(errno));
        return STATUS_FAILED;
    }
    rc = read_all(f, out);
    if (!rc && ferror(f)) {
        complain("%s: %s", path, strerror(errno));
        rc = CANON_EIO;
    } else if (rc) {
        complain("%s: not enough memory", path);
    }
    if (f != stdin)
        fclose(f);
    return rc ? STATUS_FAILED : STATUS_OK;
}
