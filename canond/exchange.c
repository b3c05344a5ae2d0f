/*
 * A request on a connection of CivetWeb, for canon_serve: its bytes, and what
 * CivetWeb reads too leniently.
 */
#include "canond.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define STREAMS (WORKERS / 2) /* each keeps a worker for its life */
#define RATE    32768         /* bytes a second that a client must manage */
#define WAIT_US 4900000       /* CivetWeb's limit of a wait, nearly */

typedef struct exchange {
    server *s;
    worker *w;
    struct mg_connection *peer;
    const struct mg_request_info *info;
    int64_t body_us;     /* when the body was first asked for */
    int64_t patience_us; /* earned by what has come of it */
} exchange;

static int64_t now_us(const exchange *x)
{
    return canon_monotonic_us(x->s->engine);
}

static int64_t patience(size_t bytes)
{
    return (int64_t)bytes * 1000000 / RATE;
}

/* CivetWeb waits for all of cap bytes; it tells of a time-out as of an end. */
static int wire_read(void *user, void *out, size_t cap)
{
    exchange *x = user;
    int64_t began = now_us(x);
    bool late;
    int n;

    x->body_us = x->body_us ? x->body_us : began;
    worker_wait(x->w, SHUT_RD, x->body_us, BODY_US + x->patience_us);
    n = mg_read(x->peer, out, cap);
    late = worker_wait(x->w, SHUT_RD, 0, 0) || now_us(x) - began > WAIT_US;
    if (late && (n < 0 || (x->info->content_length >= 0 && n < (int)cap)))
        return CANON_WIRE_LATE;
    x->patience_us += n > 0 ? patience((size_t)n) : 0;
    return n < 0 ? CANON_WIRE_CUT : n;
}

static int wire_write(void *user, const void *data, size_t len)
{
    exchange *x = user;
    int n;

    worker_wait(x->w, SHUT_RDWR, now_us(x), BODY_US + patience(len));
    n = mg_write(x->peer, data, len);
    worker_wait(x->w, SHUT_RD, 0, 0);
    return n == (int)len ? 0 : -1;
}

static int wire_stream(void *user, int begins)
{
    exchange *x = user;

    if (begins && atomic_fetch_add(&x->s->streams, 1) < STREAMS)
        return 0;
    atomic_fetch_sub(&x->s->streams, 1);
    return -1;
}

/* CivetWeb reads over bare line feeds, folded lines and blanks before a colon,
 * and so may see another request than the proxy in front of it. Names and
 * values are cut out of the bytes that came: what stands between them tells. */
static bool is_strict(const struct mg_request_info *info)
{
    const char *next = info->num_headers ? info->http_headers[0].name : "\r";

    for (int i = 0; i < info->num_headers; i++) {
        const struct mg_header *h = &info->http_headers[i];
        const char *colon = h->name + strlen(h->name);

        if (h->name != next || (!colon[1] && h->value != colon + 1))
            return false;
        next = h->value + strlen(h->value) + 2;
        if (next[-1])
            return false;
    }
    return !strcmp(next, "\r"); /* the last line feed is gone, too */
}

/* status: refuse the request with it. */
static void serve(exchange *x, canon_request *request, int status,
                  const char *why)
{
    server *s = x->s;
    const char *version = status ? "1.1" : x->info->http_version;
    canon_wire wire = {sizeof(wire), wire_read, wire_write, wire_stream, x,
                       x->w->out,    OUT_SIZE,  version,    assets,      0,
                       status,       why};

    if (server_is_crowded(s))
        wire.flags |= CANON_WIRE_CLOSE;
    if (!atomic_load(&s->ready))
        wire.flags |= CANON_WIRE_STARTING;
    if (atomic_load(&s->stopping))
        wire.flags |= CANON_WIRE_STOPPING;
    if (!x->w->conn && canon_connect(s->engine, &x->w->conn, NULL))
        wire.status = 503;
    atomic_fetch_add(&s->requests, 1);
    if (!canon_serve(s->engine, x->w->conn, request, &wire))
        mg_disable_connection_keep_alive(x->peer);
    atomic_fetch_sub(&s->requests, 1);
}

/* Called for every request that CivetWeb could read. */
int exchange_serve(struct mg_connection *peer)
{
    exchange x = {.peer = peer, .info = mg_get_request_info(peer)};
    canon_request request = CANON_REQUEST_INIT;
    canon_header headers[MG_MAX_HEADERS];
    const char *query = x.info->query_string;
    bool whole = x.info->num_headers < MG_MAX_HEADERS; /* or some are lost */
    int status = !whole ? 431 : is_strict(x.info) ? 0 : 400;

    x.s = mg_get_user_context_data(peer);
    x.w = mg_get_thread_pointer(peer);
    worker_wait(x.w, SHUT_RD, 0, 0);
    for (int i = 0; i < x.info->num_headers; i++)
        headers[i] = (canon_header){x.info->http_headers[i].name,
                                    x.info->http_headers[i].value};
    snprintf(x.w->target, TARGET_SIZE, "%s%s%s", x.info->request_uri,
             query ? "?" : "", query ? query : "");
    request.method = x.info->request_method;
    request.target = x.w->target;
    request.headers = headers;
    request.header_count = (size_t)x.info->num_headers;
    request.remote_addr = x.info->remote_addr;
    serve(&x, &request, status,
          whole ? "Malformed header" : "Too many headers");
    worker_wait(x.w, SHUT_RD, now_us(&x), HEAD_US);
    return 1;
}

/* Called for what it could not; it closes the connection. */
int exchange_error(struct mg_connection *peer, int status, const char *text)
{
    worker *w = mg_get_thread_pointer(peer);
    exchange x = {.peer = peer, .s = mg_get_user_context_data(peer), .w = w};
    canon_request request = CANON_REQUEST_INIT;
    int64_t since = w->since_us;

    (void)text;
    request.method = "GET";
    request.target = "/";
    if (worker_wait(x.w, SHUT_RD, 0, 0) || now_us(&x) - since > WAIT_US)
        serve(&x, &request, 408, "The request came too slowly");
    else
        serve(&x, &request, status == 411 ? 400 : status, "Malformed request");
    return 0;
}
