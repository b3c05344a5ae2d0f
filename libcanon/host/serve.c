/*
 * One request and its answer on a connection of the host: the body is read
 * only when somebody asks for it, and the answer is framed.
 */
#include "host_parts.h"
#include "slice.h"

#include <stdio.h>

#define DRAIN_MAX (8 * 1024 * 1024) /* read after an early answer, not more */
#define READ_MAX  65536
#define STREAMED  (-1)

typedef struct exchange {
    canon *c;
    const canon_wire *wire;
    int64_t declared; /* length of the body, -1: in chunks */
    int64_t received;
    int64_t left;   /* of the answer; STREAMED: not known */
    size_t out_len; /* bytes in wire->out */
    bool is_1_1;
    bool is_head;   /* the answer has no body */
    bool unready;   /* "ready" would not be true yet */
    bool ended;     /* the body was read to its end */
    bool cut;       /* or it came to an early one */
    bool late;      /* by being too slow */
    bool expects;   /* the client waits for "100 Continue" */
    bool begun;     /* the answer has */
    bool chunked;   /* it is */
    bool streaming; /* the host was told of a stream */
    bool keep;      /* the connection */
    bool replaced;  /* the answer: the handler need not go on */
    bool gone;      /* the client */
} exchange;

static void push(exchange *x, const void *data, size_t len)
{
    if (!x->gone && len)
        x->gone = x->wire->write(x->wire->user, data, len) != 0;
}

static void flush(exchange *x)
{
    push(x, x->wire->out, x->out_len);
    x->out_len = 0;
}

static void emit(exchange *x, const void *data, size_t len)
{
    if (len > x->wire->out_cap - x->out_len)
        flush(x);
    if (len > x->wire->out_cap) {
        push(x, data, len);
        return;
    }
    memcpy(x->wire->out + x->out_len, data, len);
    x->out_len += len;
}

static void refuse(exchange *x, int status, const char *why);

/* An answer that must give way to another one; true: it was sent. */
static bool give_way(exchange *x, int status, int64_t length)
{
    if (x->late && status != 408) {
        x->replaced = true;
        refuse(x, 408, "The body came too slowly");
    } else if (x->unready && status == 200) {
        x->replaced = true;
        refuse(x, 503, "Starting");
    } else if (length < 0 && !x->is_head && x->wire->stream) {
        x->replaced = x->wire->stream(x->wire->user, 1) != 0;
        x->streaming = !x->replaced;
        if (x->replaced)
            refuse(x, 503, "Too many streams");
    }
    return x->begun;
}

/* Does the connection go on, and what must the client be told of it? */
static const char *settle_connection(exchange *x)
{
    if (!x->ended || (x->left < 0 && !x->chunked))
        x->keep = false;
    if (!x->keep)
        return "close";
    return x->is_1_1 ? NULL : "keep-alive";
}

static bool has_body(const exchange *x, int status)
{
    return !x->is_head && status != 204 && status != 304;
}

static int response_begin(void *user, int status, const canon_header *headers,
                          size_t header_count, int64_t length)
{
    exchange *x = user;
    cn_head head = {.status = status,
                    .headers = headers,
                    .header_count = header_count,
                    .length = length};

    if (x->begun || x->gone || give_way(x, status, length))
        return -1;
    x->begun = true;
    x->chunked = length < 0 && !x->is_head && x->is_1_1;
    x->left = has_body(x, status) ? length : 0;
    head.connection = settle_connection(x);
    head.chunked = x->chunked;
    head.now_us = canon_now_us(x->c);
    x->out_len = cn_host_head(&head, x->wire->out, x->wire->out_cap);
    x->gone = !x->out_len;
    if (x->left < 0)
        flush(x);
    /* An answer that took another's place stays one; and nobody waits for a
     * stream without a body. */
    x->replaced = x->replaced || (x->is_head && length < 0);
    return x->gone || (x->is_head && length < 0) ? -1 : 0;
}

static int response_write(void *user, const void *data, size_t len)
{
    exchange *x = user;
    char size[24];

    if (x->left >= 0) {
        len = (int64_t)len > x->left ? (size_t)x->left : len;
        x->left -= (int64_t)len;
    }
    if (x->gone || !len)
        return x->gone ? -1 : 0;
    snprintf(size, sizeof(size), "%zx\r\n", len);
    emit(x, size, x->chunked ? strlen(size) : 0);
    emit(x, data, len);
    emit(x, "\r\n", x->chunked ? 2 : 0);
    if (x->left < 0)
        flush(x);
    return x->gone ? -1 : 0;
}

/* Half of a body is none: what is shorter than it said is cut. */
static int request_read(void *user, void *out, size_t cap)
{
    exchange *x = user;
    int64_t left = x->declared - x->received;
    int n;

    if (x->ended || x->cut)
        return x->ended ? 0 : -1;
    if (x->expects)
        push(x, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    x->expects = false;
    cap = cap < READ_MAX ? cap : READ_MAX;
    if (x->declared >= 0 && (int64_t)cap > left)
        cap = (size_t)left;
    n = x->wire->read(x->wire->user, out, cap);
    x->late = n == CANON_WIRE_LATE;
    x->cut = x->declared < 0 ? n < 0 : n != (int)cap;
    if (x->cut)
        return -1;
    x->received += n;
    x->ended = x->declared < 0 ? n == 0 : x->received == x->declared;
    return n;
}

static canon_peer peer_of(exchange *x)
{
    canon_peer peer = {request_read, response_begin, response_write, x};

    return peer;
}

static void refuse(exchange *x, int status, const char *why)
{
    canon_peer peer = peer_of(x);

    cn_host_refuse(x->c, &peer, status, x->unready ? "error" : NULL, why);
}

static int check_state(const canon_request *request, int flags,
                       const char **why_out)
{
    cn_slice target = cn_str(request->target);
    bool needs_nothing = cn_slice_is(target, "/healthz") ||
                         cn_slice_is(target, "/readyz") ||
                         cn_slice_is(target, "/openapi.yaml") ||
                         cn_slice_starts(target, "/static/");

    *why_out = "Shutting down";
    if (flags & CANON_WIRE_STOPPING)
        return 503;
    *why_out = "Starting";
    return (flags & CANON_WIRE_STARTING) && !needs_nothing ? 503 : 0;
}

/* Does the client want to send more? */
static bool wants_more(const canon_request *request, bool is_1_1)
{
    const char *connection = cn_host_field(request, "Connection");

    if (connection && cn_host_has_word(connection, "close"))
        return false;
    return is_1_1 || cn_host_has_word(connection, "keep-alive");
}

/* A socket that is closed over unread bytes takes the answer along. */
static void drain(exchange *x)
{
    char waste[2048];

    while (!x->gone && !x->expects && x->received < DRAIN_MAX &&
           request_read(x, waste, sizeof(waste)) > 0)
        continue;
}

/* What can be said without asking the API; else 0. */
static int check_request(exchange *x, const canon_request *request,
                         const char **why_out)
{
    int status = x->wire->status;

    *why_out = x->wire->why ? x->wire->why : "";
    if (!status)
        status = cn_host_check(request, x->is_1_1, &x->declared, why_out);
    if (!status)
        status = check_state(request, x->wire->flags, why_out);
    return status;
}

/* From a file, or from the API. */
static void answer(exchange *x, canon_conn *conn, const canon_request *request)
{
    canon_peer peer = peer_of(x);
    canon_request whole = *request;

    whole.body_len = x->declared;
    if (!cn_host_file(x->c, request, &peer, x->wire->assets) &&
        canon_dispatch(conn, &whole, &peer) && x->begun)
        x->gone = x->gone || !x->replaced;
    if (!x->begun && !x->gone)
        refuse(x, 500, "Internal Server Error");
}

int canon_serve(canon *c, canon_conn *conn, const canon_request *request,
                const canon_wire *wire)
{
    exchange x = {.c = c, .wire = wire};
    const char *why = "";
    int status;

    x.is_1_1 = strcmp(wire->version, "1.1") == 0;
    x.is_head = strcmp(request->method, "HEAD") == 0;
    x.unready = (wire->flags & CANON_WIRE_STARTING) &&
                strcmp(request->target, "/readyz") == 0;
    status = check_request(&x, request, &why);
    x.ended = !x.declared;
    x.expects = x.is_1_1 && cn_host_field(request, "Expect");
    x.keep = !status && !(wire->flags & CANON_WIRE_CLOSE) &&
             wants_more(request, x.is_1_1);
    if (status)
        refuse(&x, status, why);
    else
        answer(&x, conn, request);
    emit(&x, "0\r\n\r\n", x.chunked ? 5 : 0);
    flush(&x);
    if (x.streaming)
        (void)wire->stream(wire->user, 0);
    drain(&x);
    return x.keep && !x.gone && x.left <= 0;
}
