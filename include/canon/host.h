/**
 * @file canon/host.h
 * For programs that carry HTTP to canon_dispatch: settings from an
 * environment, lines of the log, and those answers that do not come from the
 * API. canond is such a program.
 */
#ifndef CANON_HOST_H
#define CANON_HOST_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/dispatch.h"
#include "canon/engine.h"
#include "canon/env.h"

CANON_BEGIN_DECLS

/**
 * Take settings from texts "NAME=value", such as environ; the list ends with
 * NULL. NAME_FILE names a file that holds the value. Variables that begin with
 * a prefix of CANON_AUTH_PREFIXES are settings, too; others are ignored,
 * except that an unknown name beginning with CANON_ is refused.
 * @return CANON_OK; CANON_EINVAL, CANON_EIO with a message that names the
 *         variable.
 */
CANON_API int canon_set_environment(canon *c, const char *const *environment,
                                    canon_error *err) CANON_NODISCARD;

/**
 * The addresses to listen on, "127.0.0.1:3000,10.0.0.1:3000", from LISTEN and
 * PORT. Whoever listens must be able to let people in, so the settings of the
 * login are looked at first (canon_login_check).
 * @return CANON_OK; CANON_EINVAL for what is no address, and for a setting of
 *         the login that is missing or wrong; CANON_EDENIED for a public
 *         address without a login provider or without CANON_INSECURE.
 */
CANON_API int canon_listen_addresses(const canon *c, canon_buf *out,
                                     canon_error *err) CANON_NODISCARD;

/**
 * Bring the schema up to date and register what the setting CANON_SOURCES
 * names.
 * @return CANON_OK; CANON_EBUSY when it may work later (the database cannot be
 *         reached, or another process writes to it).
 */
CANON_API int canon_prepare(canon *c, canon_error *err) CANON_NODISCARD;

/**
 * Is the schema of the database current? Then requests can be answered before
 * canon_prepare has looked at the sources.
 * @return 1 or 0; 0 also when the database does not answer.
 */
CANON_API int canon_is_current(canon *c);

/**
 * Look at settings and database without changing anything.
 * @param out a few lines for a person.
 * @return CANON_OK, also when migrations are pending; CANON_EBUSY and others
 *         when the database is not usable.
 */
CANON_API int canon_check(canon *c, canon_buf *out,
                          canon_error *err) CANON_NODISCARD;

/** The table of settings as text for a terminal, or as Markdown. */
CANON_API int canon_settings_help(int markdown, canon_buf *out,
                                  canon_error *err) CANON_NODISCARD;

/** The least room that canon_log_json needs. */
#define CANON_LOG_JSON_MIN 768

/**
 * A line of the log as a JSON object and a newline, its text cut to fit.
 * @return the length without the NUL; 0 when cap is below CANON_LOG_JSON_MIN.
 */
CANON_API size_t canon_log_json(const canon_log_event *event, char *out,
                                size_t cap);

/** A file that is part of the host program. Next to "/static/x.js" there may
 * be "/static/x.js.gz", which is sent to clients that accept gzip. */
typedef struct canon_asset {
    const char *path; /**< "/static/assets/index.js"; NULL ends a list */
    const unsigned char *data;
    size_t len;
} canon_asset;

/** The file of this path; NULL: there is none. */
CANON_API const canon_asset *canon_asset_find(const canon_asset *assets,
                                              const char *path);

/** What canon_wire.read returns besides a number of bytes. */
enum {
    CANON_WIRE_CUT = -1, /**< the connection ended before the body did */
    CANON_WIRE_LATE = -2 /**< the body came too slowly */
};

/** Flags of canon_wire. */
enum {
    CANON_WIRE_CLOSE = 1,    /**< do not keep the connection */
    CANON_WIRE_STARTING = 2, /**< refuse all but /healthz and /readyz: 503 */
    CANON_WIRE_STOPPING = 4  /**< refuse everything: 503 */
};

/** A connection with a request on it, given by the host. */
typedef struct canon_wire {
    size_t size;
    /** Bytes of the body, chunks already taken apart. Blocks until cap bytes
     * are there or the body has ended: then fewer, at last 0. */
    int (*read)(void *user, void *out, size_t cap);
    /** Send all of it; non-zero: the other side is gone. */
    int (*write)(void *user, const void *data, size_t len);
    /** An event stream begins (1) or has ended (0). Non-zero refuses it with
     * 503. May be NULL. */
    int (*stream)(void *user, int begins);
    void *user;
    char *out; /**< where answers are put together, so that a small one is sent
                    by a single write; 16 KiB or more */
    size_t out_cap;
    const char *version;       /**< "1.1" or "1.0" */
    const canon_asset *assets; /**< or NULL */
    int flags;                 /**< CANON_WIRE_... */
    int status;                /**< not 0: refuse the request with it */
    const char *why;           /**< the reason: letters, digits, blanks */
} canon_wire;

/**
 * Serve one HTTP/1.x request: refuse what two programs could read differently
 * (repeated or malformed Content-Length, Transfer-Encoding, Host,
 * Authorization) and what is too large, answer "/static/..." and
 * "/openapi.yaml" from the assets (or the folder of the setting STATIC_DIR),
 * give everything else to canon_dispatch, and frame the answer.
 * @param conn may be NULL when wire->status is set.
 * @param request body_len is not used: the headers tell.
 * @return 1 when the connection may be kept for another request, else 0.
 */
CANON_API int canon_serve(canon *c, canon_conn *conn,
                          const canon_request *request,
                          const canon_wire *wire) CANON_NODISCARD;

CANON_END_DECLS

#endif
