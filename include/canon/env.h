/**
 * @file canon/env.h
 * What the library needs from its host: clock, random bytes, memory, log,
 * events, and HTTP to other services. Every member may be NULL and then has
 * its default. Hooks are called from any thread that uses the library and must
 * not call back into it.
 */
#ifndef CANON_ENV_H
#define CANON_ENV_H

#include "canon/common.h"

CANON_BEGIN_DECLS

/** Levels of canon_log_event. */
enum {
    CANON_LOG_ERROR = 0, /**< someone must act */
    CANON_LOG_WARN = 1,  /**< recovered by itself */
    CANON_LOG_INFO = 2,  /**< one line per request, job, start, stop */
    CANON_LOG_DEBUG = 3
};

/** One line of the log. Pointers are valid during the call only. */
typedef struct canon_log_event {
    int level;           /**< CANON_LOG_... */
    const char *module;  /**< "index" */
    const char *text;    /**< one line, no newline */
    const char *request; /**< id of the request or job, or "" */
    int64_t time_us;     /**< microseconds since 1970, UTC */
} canon_log_event;

/** Something the host may count. No personal data, no query text. */
typedef struct canon_event {
    const char *name;   /**< "search_performed" */
    const char *org;    /**< lower case, or "" */
    const char *detail; /**< a JSON object */
    int64_t time_us;
} canon_event;

/** A header field, as sent or received. */
typedef struct canon_header {
    const char *name;
    const char *value;
} canon_header;

/** A request to another service. All pointers are borrowed for the call. */
typedef struct canon_http_request {
    size_t size;
    const char *method;
    const char *url;
    const canon_header *headers;
    size_t header_count;
    const void *body;
    size_t body_len;
    int64_t connect_us; /**< time limit of the connection */
    int64_t total_us;   /**< time limit of the whole exchange */
    int64_t max_bytes;  /**< limit of the answer's body */
    /** Takes body bytes as they come; non-zero cancels. */
    int (*on_data)(void *data_user, const void *data, size_t len);
    void *data_user;
    int flags; /**< CANON_HTTP_... */
} canon_http_request;

/** Flags of canon_http_request. */
enum {
    /** The host's name comes from a stranger: connect to addresses of public
     * networks only, and refuse with CANON_EDENIED what resolves to others. */
    CANON_HTTP_PUBLIC = 1
};

/** What came back; filled by the transport. */
typedef struct canon_http_response {
    size_t size;
    int status; /**< set before the first byte of the body is handed over */
    /** Called for each header field before the body; may be NULL. */
    void (*on_header)(void *header_user, const char *name, const char *value);
    void *header_user;
    /** Why there is no answer: one line without secrets, or "". */
    char reason[120];
} canon_http_response;

/** The host's side. Set size to sizeof(canon_env); the rest may be zero. */
typedef struct canon_env {
    size_t size;
    void *user; /**< handed to every hook */
    /** Wall clock, microseconds since 1970, UTC. */
    int64_t (*now_us)(void *user);
    /** A clock that never jumps, microseconds. */
    int64_t (*monotonic_us)(void *user);
    /** Fill out with len unpredictable bytes; 0 on success. */
    int (*random)(void *user, void *out, size_t len);
    /**
     * As realloc(); size 0 frees. Process-wide, so it counts only in the first
     * canon_open of the process, and must then be given before anything else.
     */
    void *(*realloc)(void *user, void *ptr, size_t size);
    /**
     * Exchange with another service: one request, no redirects, no repetition.
     * Certificates are to be verified.
     * @return CANON_OK when there is an answer, whatever its status;
     *         CANON_EBUSY when nothing was sent (no connection);
     *         CANON_EREMOTE when the request may have arrived; CANON_EAUTH for
     *         a certificate that does not verify; CANON_EDENIED for an address
     *         that may not be asked; CANON_ETOOBIG, CANON_ECANCELED,
     *         CANON_EINVAL, CANON_ENOMEM.
     */
    int (*http)(void *user, const canon_http_request *request,
                canon_http_response *response);
    /** The log; without it nothing is formatted. */
    void (*log)(void *user, const canon_log_event *event);
    /** Product events; without it nothing is sent anywhere. */
    void (*event)(void *user, const canon_event *event);
} canon_env;

CANON_END_DECLS

#endif
