/* Handing lines to the host's log. */
#ifndef CN_LOG_H
#define CN_LOG_H

#include "canon/env.h"

#include <stdarg.h>

typedef struct cn_log {
    void (*hook)(void *user, const canon_log_event *event);
    int64_t (*now_us)(void *user);
    void *user;
    int max_level; /* lines above it are not formatted */
    char request[44];
} cn_log;

/* One line, cut to 1,000 bytes, control characters replaced. */
void cn_log_write(const cn_log *log, int level, const char *module,
                  const char *fmt, ...) CANON_PRINTF(4, 5);
void cn_log_writev(const cn_log *log, int level, const char *module,
                   const char *fmt, va_list args) CANON_PRINTF(4, 0);

#endif
