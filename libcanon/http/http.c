/*
 * One call to another service: what may be asked, how often, and what comes
 * back.
 */
#include "http.h"
#include "http_parts.h"

#include "fail.h"
#include "mem.h"

#include <stdint.h>

#define USER_AGENT   "canon/" CANON_VERSION
#define MOST_HEADERS 64

/* Names that the transport writes itself: given twice, two readers of one
 * request could disagree about where it ends or whom it is for. */
static const char *const reserved[] = {
    "host",       "content-length",   "transfer-encoding",
    "connection", "keep-alive",       "upgrade",
    "te",         "trailer",          "expect",
    "user-agent", "proxy-connection",
};

/* A call on its way. */
typedef struct run {
    const cn_http_transport *transport;
    const cn_http_call *call;
    cn_http_answer *out;
    canon_error *err;
    cn_http_url url;
    cn_buf moved; /* the URL after a redirect */
    canon_header *headers;
    char reason[sizeof(((canon_http_response *)NULL)->reason)];
    canon_http_response *response; /* of the exchange that runs */
    bool stopped;                  /* call->on_data wants no more */
} run;

/* --- what is sent --------------------------------------------------------- */

static bool is_token(cn_slice text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!cn_is_alpha(c) && !cn_is_digit(c) && (!c || !strchr(others, c)))
            return false;
    }
    return text.len > 0;
}

/* No line break and no other control character, RFC 9110 section 5.5. */
static bool is_value(cn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static int check_header(const canon_header *h, canon_error *err)
{
    cn_slice name = cn_str(h->name);

    if (!is_token(name)) {
        return cn_fail(err, CANON_EINVAL,
                       "a header whose name is none cannot be sent");
    }
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (cn_slice_is_nocase(name, reserved[i])) {
            return cn_fail(err, CANON_EINVAL,
                           "the header %s is not for callers to send",
                           reserved[i]);
        }
    }
    if (!h->value || !is_value(cn_str(h->value))) {
        return cn_fail(err, CANON_EINVAL,
                       "the header %.40s has a control character in it",
                       h->name);
    }
    return CANON_OK;
}

static int check_url(run *r, const char *text)
{
    if (!cn_http_url_parse(cn_str(text), &r->url)) {
        return cn_fail(r->err, CANON_EINVAL,
                       "an address must begin with https:// and be well "
                       "formed; http:// is for loopback only");
    }
    if (r->call->flags & CN_HTTP_PUBLIC &&
        (!r->url.https || r->url.port != 443 || r->url.is_address)) {
        return cn_fail(r->err, CANON_EINVAL,
                       "%.*s is no name of a host to be asked by https",
                       (int)r->url.authority.len, r->url.authority.ptr);
    }
    if (!cn_http_host_listed(&r->url, r->call->hosts)) {
        return cn_fail(r->err, CANON_EINVAL,
                       "%.*s is not among the hosts that may be asked",
                       (int)r->url.authority.len, r->url.authority.ptr);
    }
    return CANON_OK;
}

static int check_call(run *r)
{
    const cn_http_call *call = r->call;
    int rc = CANON_OK;

    if (!is_token(cn_str(call->method)))
        return cn_fail(r->err, CANON_EINVAL, "not a method of HTTP");
    if (call->header_count > MOST_HEADERS) {
        return cn_fail(r->err, CANON_EINVAL, "more than %d headers to send",
                       MOST_HEADERS);
    }
    for (size_t i = 0; i < call->header_count && !rc; i++)
        rc = check_header(&call->headers[i], r->err);
    return rc ? rc : check_url(r, call->url);
}

/* The caller's headers and ours. */
static int make_headers(run *r)
{
    size_t count = r->call->header_count;

    r->headers = cn_calloc(count + 1, sizeof(*r->headers));
    if (!r->headers)
        return cn_fail_memory(r->err);
    if (count)
        memcpy(r->headers, r->call->headers, count * sizeof(*r->headers));
    r->headers[count].name = "User-Agent";
    r->headers[count].value = USER_AGENT;
    return CANON_OK;
}

/* --- what comes back ------------------------------------------------------ */

/* What the transport hands over may come from a host's own code, too. */
static void take_header(void *user, const char *name, const char *value)
{
    cn_buf *out = &((run *)user)->out->headers;

    if (!is_token(cn_str(name)) || !is_value(cn_str(value)))
        return;
    for (const char *p = name; *p; p++)
        cn_buf_putc(out, cn_lower(*p));
    cn_buf_puts(out, ": ");
    cn_buf_slice(out, cn_slice_trim(cn_str(value)));
    cn_buf_putc(out, '\n');
}

static int take_data(void *user, const void *data, size_t len)
{
    run *r = user;
    const cn_http_call *call = r->call;

    if (call->on_data && r->response->status / 100 == 2) {
        r->stopped = call->on_data(call->user, data, len) != 0;
        return r->stopped;
    }
    cn_buf_add(&r->out->body, data, len);
    return r->out->body.rc != CANON_OK;
}

cn_slice cn_http_header(const cn_http_answer *answer, const char *name)
{
    cn_slice rest = cn_buf_all(&answer->headers);
    size_t len = strlen(name);

    while (rest.ptr) {
        cn_slice line = cn_slice_cut(&rest, '\n');

        if (cn_slice_starts(line, name) && line.len > len + 1 &&
            line.ptr[len] == ':')
            return cn_slice_from(line, len + 2);
    }
    return cn_slice_of(NULL, 0);
}

/* Bodies hold tokens. */
static void wipe(cn_buf *b)
{
    volatile char *p = b->data;

    for (size_t i = 0; p && i < b->len; i++)
        p[i] = 0;
}

void cn_http_answer_free(cn_http_answer *answer)
{
    wipe(&answer->body);
    cn_buf_free(&answer->body);
    cn_buf_free(&answer->headers);
}

static void empty_answer(run *r)
{
    size_t max = r->call->max_bytes ? r->call->max_bytes : CN_HTTP_MAX_BYTES;
    cn_buf head = CN_BUF_INIT(CN_HTTP_HEAD_MAX);
    cn_buf body = CN_BUF_INIT(max);

    cn_http_answer_free(r->out);
    r->out->status = 0;
    r->out->retry_after_us = 0;
    r->out->headers = head;
    r->out->body = body;
}

/* --- one exchange --------------------------------------------------------- */

/* What went wrong while the answer was taken is worth more than that the
 * transport was told to stop. */
static int outcome(const run *r, int rc)
{
    if (r->out->headers.rc)
        return r->out->headers.rc;
    if (r->out->body.rc)
        return r->out->body.rc;
    if (r->stopped)
        return CANON_ECANCELED;
    if (rc == CANON_OK && (r->out->status < 200 || r->out->status > 999))
        return CANON_EREMOTE;
    return rc;
}

static int exchange(run *r)
{
    const cn_http_call *call = r->call;
    canon_http_response response = {
        .size = sizeof(response), .on_header = take_header, .header_user = r};
    canon_http_request request = {
        .size = sizeof(request),
        .method = call->method,
        .url = r->moved.len ? cn_buf_text(&r->moved) : call->url,
        .headers = r->headers,
        .header_count = call->header_count + 1,
        .body = call->body.len ? call->body.ptr : NULL,
        .body_len = call->body.len,
        .connect_us = call->connect_us ? call->connect_us : CN_HTTP_CONNECT_US,
        .total_us = call->total_us ? call->total_us : CN_HTTP_TOTAL_US,
        .max_bytes =
            (int64_t)(call->max_bytes ? call->max_bytes : CN_HTTP_MAX_BYTES),
        .on_data = take_data,
        .data_user = r,
        .flags = call->flags & CN_HTTP_PUBLIC ? CANON_HTTP_PUBLIC : 0,
    };
    int rc;

    empty_answer(r);
    r->response = &response;
    r->out->tries++;
    rc = r->transport->exchange(r->transport->user, &request, &response);
    r->out->status = response.status;
    memcpy(r->reason, response.reason, sizeof(r->reason));
    r->reason[sizeof(r->reason) - 1] = '\0';
    rc = outcome(r, rc);
    if (rc == CANON_OK) {
        r->out->retry_after_us = cn_http_retry_after(
            r->out, r->transport->now_us(r->transport->env_user));
    }
    return rc;
}

/* --- several -------------------------------------------------------------- */

static int pause_before_next(run *r)
{
    uint32_t random = 0;

    /* without random bytes the wait is the same for all: no harm is done */
    (void)r->transport->random(r->transport->env_user, &random, sizeof(random));
    return r->transport->wait(r->transport->wait_user,
                              cn_http_pause(r->out, random));
}

static int exchange_until_final(run *r)
{
    int most = r->call->tries > 1 && !r->call->on_data ? r->call->tries : 1;
    int rc;

    r->out->tries = 0;
    do {
        rc = exchange(r);
        if (r->out->tries >= most || !cn_http_try_again(r->call, r->out, rc))
            return rc;
        rc = pause_before_next(r);
    } while (!rc);
    return rc;
}

static bool is_redirect(const run *r)
{
    bool safe = strcmp(r->call->method, "GET") == 0 ||
                strcmp(r->call->method, "HEAD") == 0;

    switch (r->out->status) {
    case 301:
    case 302:
        return safe; /* others would become a GET */
    case 307:
    case 308:
        return true;
    default:
        return false;
    }
}

/* The place an answer points to, in r->moved, when it is on the same host and
 * port; CANON_OK also when it is not, and then r->moved stays empty. */
static int find_redirect(run *r)
{
    cn_slice place = cn_http_header(r->out, "location");
    cn_buf moved = CN_BUF_INIT(CN_HTTP_URL_MAX);
    cn_http_url url;

    if (cn_slice_starts(place, "/") && !cn_slice_starts(place, "//")) {
        cn_buf_puts(&moved, r->url.https ? "https://" : "http://");
        cn_buf_slice(&moved, r->url.authority);
    }
    cn_buf_slice(&moved, place);
    if (moved.rc == CANON_ENOMEM)
        return cn_fail_memory(r->err);
    if (!cn_http_url_parse(cn_buf_all(&moved), &url) ||
        url.https != r->url.https || url.port != r->url.port ||
        !cn_slice_eq_nocase(url.host, r->url.host)) {
        cn_buf_free(&moved);
        return CANON_OK;
    }
    r->moved = moved;
    return CANON_OK;
}

static int exchange_and_follow(run *r)
{
    int rc = exchange_until_final(r);

    if (rc || !(r->call->flags & CN_HTTP_REDIRECT) || !is_redirect(r))
        return rc;
    rc = find_redirect(r);
    if (rc || !r->moved.len)
        return rc;
    return exchange_until_final(r);
}

/* Say it in the caller's record; what may come from a transport is mapped. */
static int report(run *r, int rc)
{
    cn_slice host = r->url.authority;
    int len = (int)(host.len < 80 ? host.len : 80);

    switch (rc) {
    case CANON_OK:
        if (r->out->status < 500)
            return CANON_OK;
        return cn_fail(r->err, CANON_EREMOTE, "%.*s answers %d", len, host.ptr,
                       r->out->status);
    case CANON_ENOMEM:
        return cn_fail_memory(r->err);
    case CANON_ECANCELED:
        return cn_fail(r->err, rc, "asking %.*s was canceled", len, host.ptr);
    case CANON_ETOOBIG:
        return cn_fail(r->err, rc, "the answer of %.*s is too large", len,
                       host.ptr);
    case CANON_EINVAL:
    case CANON_EDENIED:
        break;
    default:
        rc = CANON_EREMOTE;
    }
    return cn_fail(r->err, rc, "%.*s: %s", len, host.ptr,
                   *r->reason ? r->reason : "no answer");
}

int cn_http_run(const cn_http_transport *transport, const cn_http_call *call,
                cn_http_answer *out, canon_error *err)
{
    run r = {.transport = transport, .call = call, .out = out, .err = err};
    int rc;

    memset(out, 0, sizeof(*out));
    r.moved = (cn_buf)CN_BUF_INIT(CN_HTTP_URL_MAX);
    rc = check_call(&r);
    if (!rc)
        rc = make_headers(&r);
    if (!rc)
        rc = report(&r, exchange_and_follow(&r));
    cn_free(r.headers);
    cn_buf_free(&r.moved);
    return rc;
}
