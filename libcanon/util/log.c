/*
 * Lines for the host's log.
 */
#include "log.h"

#include "utf8.h"

#include <stdio.h>

#define MAX_LINE 1000

void cn_log_write(const cn_log *log, int level, const char *module,
                  const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    cn_log_writev(log, level, module, fmt, args);
    va_end(args);
}

/* One line of valid text, whatever went into it. */
static void tidy(char *text, size_t len)
{
    size_t valid;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < ' ' || c == 0x7F)
            text[i] = ' ';
    }
    for (;;) {
        valid = cn_utf8_valid_prefix(cn_slice_of(text, len));
        if (valid == len)
            return;
        if (len - valid < 4 && len == MAX_LINE) {
            text[valid] = '\0'; /* a character cut in two */
            return;
        }
        text[valid] = '?';
    }
}

void cn_log_writev(const cn_log *log, int level, const char *module,
                   const char *fmt, va_list args)
{
    canon_log_event event = {0};
    char text[MAX_LINE + 1];
    int n;

    if (!log->hook || level > log->max_level)
        return;
    n = vsnprintf(text, sizeof(text), fmt, args);
    if (n < 0)
        return;
    tidy(text, n < MAX_LINE ? (size_t)n : MAX_LINE);
    event.level = level;
    event.module = module;
    event.text = text;
    event.request = log->request;
    event.time_us = log->now_us ? log->now_us(log->user) : 0;
    log->hook(log->user, &event);
}
