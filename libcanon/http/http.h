/*
 * HTTP to other services. A transport (libcurl, or the host's canon_env.http)
 * carries one exchange; what surrounds it is here: which hosts may be asked,
 * limits, and when to try again. Services go through cn_conn_http of the
 * engine, which also sees to it that no database connection is held.
 */
#ifndef CN_HTTP_H
#define CN_HTTP_H

#include "canon/env.h"

#include "buf.h"
#include "slice.h"

#include <stdatomic.h>

/* Defaults of a call, in microseconds and bytes. */
#define CN_HTTP_CONNECT_US INT64_C(10000000)
#define CN_HTTP_TOTAL_US   INT64_C(30000000)
#define CN_HTTP_MAX_BYTES  ((size_t)8 * 1024 * 1024)
#define CN_HTTP_WAIT_MAX   INT64_C(10000000)   /* between two tries */
#define CN_HTTP_AFTER_MAX  INT64_C(3600000000) /* cap of Retry-After */

/* Flags of a call. */
enum {
    /* Doing it twice does no harm: also tried again after the request was
     * sent. GET and HEAD always are. */
    CN_HTTP_REPEATABLE = 1,
    /* Follow one redirect that stays on the host. */
    CN_HTTP_REDIRECT = 2
};

/* A call. Borrowed for its duration; zero means the default. */
typedef struct cn_http_call {
    const char *method;
    const char *url;
    const char *const *hosts;    /* "api.github.com", "127.0.0.1:3000": all that
                                 may be asked; ends with NULL. Required. */
    const canon_header *headers; /* User-Agent is added */
    size_t header_count;
    cn_slice body;
    int64_t connect_us;
    int64_t total_us; /* of each try */
    size_t max_bytes;
    int tries; /* 0: 1 */
    unsigned flags;
    /* Stream instead of collecting: non-zero cancels. Then tries is 1. */
    int (*on_data)(void *user, const void *data, size_t len);
    void *user;
} cn_http_call;

/* An answer, whatever its status. Free it with cn_http_answer_free. */
typedef struct cn_http_answer {
    int status;
    cn_buf body;
    cn_buf headers;         /* "name: value\n" lines, names in lower case */
    int64_t retry_after_us; /* from now; 0: not said */
    int tries;              /* that were needed */
} cn_http_answer;

/* A header's value, or an empty slice; name in lower case. */
cn_slice cn_http_header(const cn_http_answer *answer, const char *name);

void cn_http_answer_free(cn_http_answer *answer);

/* Carries one exchange: canon_env.http and its user. */
typedef struct cn_http_transport {
    int (*exchange)(void *user, const canon_http_request *request,
                    canon_http_response *response);
    void *user;
    /* Waiting between tries: CANON_OK, or CANON_ECANCELED. */
    int (*wait)(void *wait_user, int64_t us);
    void *wait_user;
    int (*random)(void *env_user, void *out, size_t len); /* jitter */
    void *env_user;
    int64_t (*now_us)(void *env_user); /* for Retry-After as a date */
} cn_http_transport;

/*
 * Make the call. CANON_OK for every status below 500 that is final;
 * CANON_EINVAL (URL, host that is not on the list, header with a line break),
 * CANON_EREMOTE (no connection, certificate, time limit, 5xx after all tries;
 * the answer then has what there was), CANON_ETOOBIG (answer beyond max_bytes),
 * CANON_ECANCELED, CANON_ENOMEM. err says which host and why, never a header
 * or a body.
 */
int cn_http_run(const cn_http_transport *transport, const cn_http_call *call,
                cn_http_answer *out, canon_error *err);

/* --- the transport on libcurl --------------------------------------------- */

typedef struct cn_http_client cn_http_client;

typedef struct cn_http_options {
    const char *ca_file; /* authorities besides the system's; NULL: none */
    const atomic_bool *interrupted; /* ends every exchange soon */
} cn_http_options;

/* Shared by all threads: TLS sessions and names. Makes no connection. */
int cn_http_client_new(const cn_http_options *options, cn_http_client **out,
                       canon_error *err);
void cn_http_client_free(cn_http_client *client);

/* canon_env.http with the client as user. https only, and http to loopback
 * addresses; certificates and host names are verified; no redirects, proxies,
 * cookies or .netrc. */
int cn_http_exchange(void *client, const canon_http_request *request,
                     canon_http_response *response);

#endif
