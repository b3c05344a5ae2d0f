/**
 * @file canon/settings.h
 * The one table of settings: names, types, ranges, defaults and help.
 * canon_set changes one before the engine is used.
 */
#ifndef CANON_SETTINGS_H
#define CANON_SETTINGS_H

#include "canon/engine.h"

CANON_BEGIN_DECLS

/** Kinds of canon_setting.type. */
enum {
    CANON_SETTING_TEXT = 0,
    CANON_SETTING_INT = 1,   /**< decimal, min to max */
    CANON_SETTING_BOOL = 2,  /**< 1 0 true false yes no on off */
    CANON_SETTING_WORD = 3,  /**< one of words */
    CANON_SETTING_BYTES = 4, /**< integer, optionally KiB, MiB or GiB */
    CANON_SETTING_SECRET = 5 /**< text that is never shown */
};

/** One line of the table; static memory. */
typedef struct canon_setting {
    const char *name;   /**< "DATABASE_URL" */
    const char *group;  /**< "Core" */
    const char *preset; /**< default as text; "" when there is none */
    const char *words;  /**< of CANON_SETTING_WORD, separated by blanks */
    const char *help;   /**< one sentence */
    int64_t min;
    int64_t max;
    int type; /**< CANON_SETTING_... */
} canon_setting;

/** How many settings there are. */
CANON_API size_t canon_setting_count(void);

/** Setting number i in the order of the documentation; NULL beyond the end. */
CANON_API const canon_setting *canon_setting_at(size_t i);

/** Text of a setting in force; "" when not set or unknown. Secrets too: do not
 * print it. Valid as long as the engine. */
CANON_API const char *canon_setting_text(const canon *c, const char *name);

/** Number, bytes or truth (0, 1) of a setting in force. */
CANON_API int64_t canon_setting_int(const canon *c, const char *name);

/** 1 when no login provider is configured, so that every caller is the
 * operator (local mode). */
CANON_API int canon_local_mode(const canon *c);

CANON_END_DECLS

#endif
