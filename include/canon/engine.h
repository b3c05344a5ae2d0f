/**
 * @file canon/engine.h
 * The two handles: canon, the engine, one per process and shared by all
 * threads; canon_conn, a seat at it, used by one thread at a time.
 *
 *     canon_options o = CANON_OPTIONS_INIT;
 *     canon *c = NULL;
 *     canon_conn *conn = NULL;
 *     canon_error err;
 *
 *     o.database_url = "sqlite:canon.db";
 *     if (canon_open(&o, &c, &err) || canon_migrate(c, &err) ||
 *         canon_connect(c, &conn, &err))
 *         fprintf(stderr, "%s\n", err.text);
 *     ...
 *     canon_disconnect(conn);
 *     canon_close(c);
 *
 * After fork() only exec() is allowed. The library installs no signal
 * handlers, reads no environment variables and changes no process-wide
 * setting.
 */
#ifndef CANON_ENGINE_H
#define CANON_ENGINE_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/env.h"

CANON_BEGIN_DECLS

typedef struct canon canon;
typedef struct canon_conn canon_conn;

/** How to open an engine. Start from CANON_OPTIONS_INIT. */
typedef struct canon_options {
    size_t size;
    /** "sqlite:PATH", "sqlite::memory:", "postgresql://..."; NULL: the setting
     * DATABASE_URL, whose default is "sqlite:canon.db". */
    const char *database_url;
    const canon_env *env;   /**< copied; NULL: all defaults */
    const char *shell_html; /**< index.html of the web application; copied */
    size_t shell_len;
    int busy_timeout_ms; /**< longest wait for a database; 0: 5000 */
    int local_mode_off;  /**< 1: refuse everybody while no login provider is
                              configured, instead of local mode */
} canon_options;

#define CANON_OPTIONS_INIT                                                     \
    {                                                                          \
        sizeof(canon_options), NULL, NULL, NULL, 0, 0, 0                       \
    }

/**
 * Make an engine. Does not touch the database yet.
 * @param out set to NULL on failure; free it with canon_close.
 * @return CANON_OK; CANON_EINVAL, CANON_ENOMEM.
 */
CANON_API int canon_open(const canon_options *options, canon **out,
                         canon_error *err) CANON_NODISCARD;

/**
 * Change a setting by its name; settings.h lists them. Only before the first
 * canon_connect or canon_migrate. An empty value means "not set".
 * @return CANON_OK; CANON_ENOTFOUND for an unknown name; CANON_EINVAL for a
 *         value that does not parse; CANON_EBUSY when it is too late.
 */
CANON_API int canon_set(canon *c, const char *name, const char *value,
                        canon_error *err) CANON_NODISCARD;

/**
 * Bring the database's schema up to date. Blocks; one transaction a step.
 * @return CANON_OK; CANON_EVERSION when the database was made by a newer
 *         library or an applied step was changed; CANON_EBUSY when it cannot
 *         be reached or another process writes; CANON_ESTORE, CANON_ENOMEM.
 */
CANON_API int canon_migrate(canon *c, canon_error *err) CANON_NODISCARD;

/**
 * Take a seat. Cheap; about 16 KiB. No database connection is held between
 * calls.
 * @param out set to NULL on failure; free it with canon_disconnect.
 */
CANON_API int canon_connect(canon *c, canon_conn **out,
                            canon_error *err) CANON_NODISCARD;

/** Give the seat back. NULL is allowed. */
CANON_API void canon_disconnect(canon_conn *conn);

/** Make every wait end soon with CANON_ECANCELED. From any thread. */
CANON_API void canon_interrupt(canon *c);

/** After all connections are gone and workers stopped. NULL is allowed. */
CANON_API void canon_close(canon *c);

/** Why the last call on this connection failed; never NULL. */
CANON_API const canon_error *canon_last_error(const canon_conn *conn);

/** Name the request or job that is being served, for the log. Copied, cut to
 * 40 bytes. */
CANON_API void canon_conn_set_request(canon_conn *conn, const char *id);

/** The engine of a connection. */
CANON_API canon *canon_conn_engine(const canon_conn *conn);

/** Write to the host's log. */
CANON_API void canon_log(canon_conn *conn, int level, const char *module,
                         const char *fmt, ...) CANON_PRINTF(4, 5);

/** Hand an event to the host; detail is a JSON object. */
CANON_API void canon_event_emit(canon_conn *conn, const char *name,
                                const char *org, const char *detail);

/** The engine's wall clock, microseconds since 1970, UTC. */
CANON_API int64_t canon_now_us(const canon *c);

/** The engine's clock that never jumps, microseconds. */
CANON_API int64_t canon_monotonic_us(const canon *c);

/** Fill out with unpredictable bytes from the host's source. */
CANON_API int canon_random(const canon *c, void *out,
                           size_t len) CANON_NODISCARD;

/**
 * Is the database reachable and its schema current? Waits 2 seconds at most.
 * @return CANON_OK; CANON_EVERSION: migrations pending; CANON_EBUSY: not
 *         reachable.
 */
CANON_API int canon_ready(canon_conn *conn) CANON_NODISCARD;

/** The path of an SQLite database that is not there yet: the first
 * canon_migrate makes it. NULL otherwise; valid as long as the engine. */
CANON_API const char *canon_missing_file(const canon *c);

/**
 * Look for damage in the database. Reads all of an SQLite file; PostgreSQL
 * looks after itself.
 * @return CANON_OK; CANON_ESTORE with what was found; CANON_EBUSY.
 */
CANON_API int canon_verify(canon_conn *conn) CANON_NODISCARD;

/**
 * Take one from a limit of `max` per sliding window; state lives in this
 * process.
 * @param limit name of the limit; @param key whom it counts for.
 * @param retry_us_out how long until one is free, when refused; may be NULL.
 * @return CANON_OK or CANON_ELIMIT; CANON_ENOMEM.
 */
CANON_API int canon_limit_take(canon *c, const char *limit, const char *key,
                               int max, int64_t window_us,
                               int64_t *retry_us_out) CANON_NODISCARD;

/** Would canon_limit_take be refused now? Takes none. */
CANON_API int canon_limit_check(canon *c, const char *limit, const char *key,
                                int max, int64_t window_us,
                                int64_t *retry_us_out) CANON_NODISCARD;

/** Give back one that canon_limit_take gave. */
CANON_API void canon_limit_return(canon *c, const char *limit, const char *key);

/**
 * Replace the shell given in canon_options. Only before the first
 * canon_connect or canon_migrate.
 * @param html copied. @return CANON_OK; CANON_EBUSY when it is too late;
 *        CANON_ENOMEM.
 */
CANON_API int canon_set_shell(canon *c, const char *html, size_t len,
                              canon_error *err) CANON_NODISCARD;

/** The shell given in canon_options or with canon_set_shell; len_out may be NULL; "" without one. */
CANON_API const char *canon_shell_html(const canon *c, size_t *len_out);

/** SHA-256 of data as 64 hex digits and a NUL. */
CANON_API void canon_sha256_hex(const void *data, size_t len, char out[65]);

CANON_END_DECLS

#endif
