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
#define CN_HTTP_HEAD_MAX   ((size_t)64 * 1024) /* of all headers of an answer */
#define CN_HTTP_URL_MAX    ((size_t)8 * 1024)

/* --- addresses ------------------------------------------------------------ */

/* The parts of an absolute URL; slices of the text it was read from. */
typedef struct cn_http_url {
    bool https;
    bool loopback;      /* "localhost", 127.x.x.x or [::1] */
    bool is_address;    /* the host is a number, not a name */
    cn_slice host;      /* as written; IPv6 addresses in brackets */
    cn_slice authority; /* with the port, if there is one: what goes into the
                            list of hosts */
    cn_slice target;    /* what follows: "", "/path?query", "?query" */
    int port;           /* 443 or 80 when none is written */
} cn_http_url;

/* https, or http to a loopback address; without user, fragment or anything
 * that RFC 3986 does not allow. */
bool cn_http_url_parse(cn_slice text, cn_http_url *out);

/* May be asked: is the URL's host and port in the list? An entry without a port
 * means the port of the scheme. */
bool cn_http_host_listed(const cn_http_url *url, const char *const *hosts);

/* --- calls ---------------------------------------------------------------- */

/* Flags of a call. */
enum {
    /* Doing it twice does no harm: also tried again after the request was
     * sent. GET and HEAD always are. */
    CN_HTTP_REPEATABLE = 1,
    /* Follow one redirect that stays on the host and port. */
    CN_HTTP_REDIRECT = 2,
    /* The host comes from a tenant: https, the usual port, a name and no
     * number, and it resolves to addresses of public networks only. */
    CN_HTTP_PUBLIC = 4
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
    /* A 400 whose body has this word is a 429: "RATELIMITED"; or NULL. */
    const char *limit_word;
    /* Stream the body of a 2xx answer instead of collecting it: non-zero
     * cancels. Then tries is 1. */
    int (*on_data)(void *user, const void *data, size_t len);
    void *user;
} cn_http_call;

/* An answer, whatever its status. Free it with cn_http_answer_free, also after
 * a failure; that wipes the body. */
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
 * Make the call. What is tried again, while tries remain:
 *
 *     nothing was sent (no connection, no TLS)       every call
 *     lost after it was sent, 500, 502, 503, 504     GET, HEAD, REPEATABLE
 *     429; 503 and 403 with Retry-After; 403 with    every call, after the time
 *     x-ratelimit-remaining: 0; limit_word           told
 *
 * Waits are 1, 2, 4... seconds with a fifth of jitter, or as told; a wait above
 * CN_HTTP_WAIT_MAX is left to the caller (retry_after_us). A certificate that
 * does not verify and any other status are final.
 *
 * CANON_OK for every status below 500 that is final; CANON_EINVAL (URL, host
 * that is not on the list, header with a line break), CANON_EREMOTE (no
 * connection, certificate, time limit, 5xx after all tries; the answer then has
 * what there was), CANON_EDENIED (an address that may not be asked),
 * CANON_ETOOBIG (answer beyond max_bytes or CN_HTTP_HEAD_MAX), CANON_ECANCELED,
 * CANON_ENOMEM. err says which host and why, never a header or a body.
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
