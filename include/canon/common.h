/**
 * @file canon/common.h
 * What every other header of libcanon needs: error codes, error records and
 * the version.
 *
 * A function that can fail returns an int: CANON_OK or a negative code of
 * canon_code. The reason is text in a canon_error: of the connection
 * (canon_last_error) for functions that take a canon_conn, otherwise in the
 * record given as the last parameter, which may be NULL.
 */
#ifndef CANON_COMMON_H
#define CANON_COMMON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CANON_BEGIN_DECLS extern "C" {
#define CANON_END_DECLS   }
#else
#define CANON_BEGIN_DECLS
#define CANON_END_DECLS
#endif

#if defined(__GNUC__)
#define CANON_API                 __attribute__((visibility("default")))
#define CANON_NODISCARD           __attribute__((warn_unused_result))
#define CANON_PRINTF(fmt, first)  __attribute__((format(printf, fmt, first)))
#else
#define CANON_API
#define CANON_NODISCARD
#define CANON_PRINTF(fmt, first)
#endif

/** The version these headers belong to; canon_version() is the library's. */
#define CANON_VERSION "0.1.0"

CANON_BEGIN_DECLS

/** name, value, text: every table of codes is made of this list. */
/* clang-format off */
#define CANON_ERROR_MAP(X)                                                     \
    X(OK, 0, "success")                                                        \
    X(EINVAL, -1, "invalid argument or malformed input")                       \
    X(ENOMEM, -2, "out of memory")                                             \
    X(ENOTFOUND, -3, "no such object")                                         \
    X(ECONFLICT, -4, "object exists or changed meanwhile")                     \
    X(EAMBIGUOUS, -5, "more than one object fits")                             \
    X(ETOOBIG, -6, "input exceeds a limit")                                    \
    X(EDENIED, -7, "not permitted")                                            \
    X(EAUTH, -8, "not authenticated")                                          \
    X(ELIMIT, -9, "too many requests")                                         \
    X(EBUSY, -10, "busy or not reachable, try again")                          \
    X(ESTORE, -11, "the database failed")                                      \
    X(EIO, -12, "reading or writing a file failed")                            \
    X(EREMOTE, -13, "another service failed")                                  \
    X(ECANCELED, -14, "canceled")                                              \
    X(EUNSUPPORTED, -15, "not supported here")                                 \
    X(EVERSION, -16, "made by a newer version")
/* clang-format on */

/** Result codes; see CANON_ERROR_MAP. Stored as int everywhere. */
typedef enum canon_code {
#define CANON_CODE_ENUM(name, value, text) CANON_##name = (value),
    CANON_ERROR_MAP(CANON_CODE_ENUM)
#undef CANON_CODE_ENUM
        CANON_CODE_LAST = -16
} canon_code;

/** Why something failed. Plain memory: nothing to free, copy it freely. */
typedef struct canon_error {
    int code;       /**< a canon_code */
    char text[240]; /**< one line, no newline; "" when code is CANON_OK */
} canon_error;

/** Version of the library in use, such as "0.1.0". Static text. */
CANON_API const char *canon_version(void);

/** Name of a code, such as "ENOTFOUND"; "?" for an unknown one. Static text. */
CANON_API const char *canon_code_name(int code);

/** What a code means, in English. Static text. */
CANON_API const char *canon_code_text(int code);

/**
 * Size in bytes of a public struct by its name ("canon_options"), for bindings
 * that mirror it; 0 for an unknown name.
 */
CANON_API size_t canon_sizeof(const char *struct_name);

CANON_END_DECLS

#endif
