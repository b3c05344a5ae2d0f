/*
 * Error records and the tables made of CANON_ERROR_MAP.
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cn_fail(canon_error *err, int code, const char *fmt, ...)
{
    va_list args;
    char *p;

    if (!err)
        return code;
    err->code = code;
    va_start(args, fmt);
    if (vsnprintf(err->text, sizeof(err->text), fmt, args) < 0)
        err->text[0] = '\0';
    va_end(args);
    /* one line, whatever the input contained */
    for (p = err->text; *p; p++) {
        if ((unsigned char)*p < ' ')
            *p = ' ';
    }
    return code;
}

int cn_fail_memory(canon_error *err)
{
    if (err) {
        err->code = CANON_ENOMEM;
        memcpy(err->text, "out of memory", sizeof("out of memory"));
    }
    return CANON_ENOMEM;
}

static int code_of_errno(int number)
{
    switch (number) {
    case ENOMEM:
        return CANON_ENOMEM;
    case ENOENT:
    case ENOTDIR:
        return CANON_ENOTFOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return CANON_EDENIED;
    case EEXIST:
        return CANON_ECONFLICT;
    case EAGAIN:
    case EINTR:
    case EBUSY:
        return CANON_EBUSY;
    default:
        return CANON_EIO;
    }
}

int cn_fail_errno(canon_error *err, const char *what)
{
    int number = errno;
    char text[96];

    if (strerror_r(number, text, sizeof(text)))
        snprintf(text, sizeof(text), "error %d", number);
    return cn_fail(err, code_of_errno(number), "%s: %s", what, text);
}

void cn_fail_clear(canon_error *err)
{
    if (err) {
        err->code = CANON_OK;
        err->text[0] = '\0';
    }
}

int cn_fail_copy(canon_error *to, const canon_error *from)
{
    if (!from)
        return CANON_OK;
    if (to && to != from)
        *to = *from;
    return from->code;
}

const char *canon_version(void)
{
    return CANON_VERSION;
}

const char *canon_code_name(int code)
{
    switch (code) {
#define CASE_NAME(name, value, text)                                           \
    case value:                                                                \
        return "" #name;
        CANON_ERROR_MAP(CASE_NAME)
#undef CASE_NAME
    default:
        return "?";
    }
}

const char *canon_code_text(int code)
{
    switch (code) {
#define CASE_TEXT(name, value, text)                                           \
    case value:                                                                \
        return text;
        CANON_ERROR_MAP(CASE_TEXT)
#undef CASE_TEXT
    default:
        return "unknown code";
    }
}
