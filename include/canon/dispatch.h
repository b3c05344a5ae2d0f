/**
 * @file canon/dispatch.h
 * The REST API as a function call, for any HTTP host. Its operations, 74 and
 * three extensions, are described in libcanon/docs/openapi.yaml.
 *
 * The body is pulled through canon_peer.read, the answer pushed through begin
 * (once) and write. An answer of unknown length (an event stream) has length
 * -1.
 */
#ifndef CANON_DISPATCH_H
#define CANON_DISPATCH_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

/** Permissions of a caller, as bits. */
enum {
    CANON_PERM_SPECS_READ = 1,
    CANON_PERM_SPECS_WRITE = 2,
    CANON_PERM_SPECS_ADMIN = 4,
    CANON_PERM_ORG_MANAGE = 8,
    CANON_PERM_PLATFORM_MANAGE = 16,
    CANON_PERM_ALL = 31
};

/** Somebody whom the host has authenticated itself. Strings may be NULL. */
typedef struct canon_caller {
    size_t size;
    const char *sub; /**< required; stable id of the person or program */
    const char *email;
    const char *name;
    const char *org;      /**< the organisation the permissions are for */
    unsigned permissions; /**< CANON_PERM_... */
} canon_caller;

/** The head of a request. All pointers are borrowed for the call. */
typedef struct canon_request {
    size_t size;
    const char *method; /**< "GET", as on the wire */
    const char *target; /**< as on the wire, not decoded: "/a%2Fb?x=1" */
    const canon_header *headers;
    size_t header_count;
    const char *remote_addr;
    int64_t body_len; /**< 0: no body, -1: length not known beforehand */
    /** Set by a host with a login of its own: the request is this caller's and
     * credentials in the headers do not count. NULL: the library decides. */
    const canon_caller *caller;
} canon_request;

#define CANON_REQUEST_INIT                                                     \
    {                                                                          \
        sizeof(canon_request), NULL, NULL, NULL, 0, NULL, 0, NULL              \
    }

/** The other side of the exchange, given by the host. */
typedef struct canon_peer {
    /** Body bytes: how many, 0 at the end, -1 cut short. May be NULL when
     * there is no body. */
    int (*read)(void *user, void *out, size_t cap);
    /** Status and headers, once; length -1: not known. The answer to HEAD has
     * the length of a body that is not written. Non-zero: gone. */
    int (*begin)(void *user, int status, const canon_header *headers,
                 size_t header_count, int64_t length);
    /** Bytes of the body; blocks as long as it must. Non-zero: gone. */
    int (*write)(void *user, const void *data, size_t len);
    void *user;
} canon_peer;

/**
 * Answer a request. Always answers, also when memory is short.
 * @return CANON_OK; CANON_ECANCELED when the peer went away.
 */
CANON_API int canon_dispatch(canon_conn *conn, const canon_request *request,
                             const canon_peer *peer) CANON_NODISCARD;

/** A collected answer. Start from zero; free it with canon_response_free. */
typedef struct canon_response {
    int status;
    canon_buf headers; /**< "Name: value\r\n" lines */
    canon_buf body;
} canon_response;

/** canon_dispatch for tests and bindings: body in, answer out. */
CANON_API int canon_dispatch_collect(canon_conn *conn,
                                     const canon_request *request,
                                     const void *body, size_t body_len,
                                     canon_response *out) CANON_NODISCARD;

/** Release the content; NULL is allowed. */
CANON_API void canon_response_free(canon_response *response);

/** One line of the route table; static memory. */
typedef struct canon_route {
    const char *method;
    const char *path;       /**< "/app/{org}/api/coverage" */
    const char *operation;  /**< operationId of openapi.yaml */
    const char *permission; /**< "specs:read", or "" */
    int implemented;        /**< 0: answers 501 */
    int extension;          /**< 1: x-canon-extension of openapi.yaml */
} canon_route;

/** Number of routes: 77, the last three of which are extensions. */
CANON_API size_t canon_route_count(void);

/** Route i in the order of the documentation; NULL beyond the end. */
CANON_API const canon_route *canon_route_at(size_t i);

CANON_END_DECLS

#endif
