/*
 * canon_dispatch for callers that have the whole body and want the whole
 * answer: tests, bindings, small hosts.
 */
#include "canon/dispatch.h"

#include "buf.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define ANSWER_MAX ((size_t)1024 * 1024 * 1024)

typedef struct exchange {
    const char *body;
    size_t left;
    int status;
    cn_buf headers;
    cn_buf answer;
} exchange;

/* The body as it is asked for. */
static int give(void *user, void *out, size_t cap)
{
    exchange *x = user;
    size_t n = x->left < cap ? x->left : cap;

    if (n > INT_MAX)
        n = INT_MAX;
    if (n > 0)
        memcpy(out, x->body, n);
    x->body += n;
    x->left -= n;
    return (int)n;
}

/* Status and headers, with the length as an HTTP server would send it. */
static int take_head(void *user, int status, const canon_header *headers,
                     size_t header_count, int64_t length)
{
    exchange *x = user;

    x->status = status;
    for (size_t i = 0; i < header_count; i++)
        cn_buf_printf(&x->headers, "%s: %s\r\n", headers[i].name,
                      headers[i].value);
    if (length >= 0 && status != 204 && status != 304)
        cn_buf_printf(&x->headers, "Content-Length: %" PRId64 "\r\n", length);
    return x->headers.rc;
}

static int take_body(void *user, const void *data, size_t len)
{
    exchange *x = user;

    cn_buf_add(&x->answer, data, len);
    return x->answer.rc;
}

int canon_dispatch_collect(canon_conn *conn, const canon_request *request,
                           const void *body, size_t body_len,
                           canon_response *out)
{
    exchange x = {body_len > 0 ? body : "", body_len, 0,
                  CN_BUF_INIT(ANSWER_MAX), CN_BUF_INIT(ANSWER_MAX)};
    const canon_peer peer = {give, take_head, take_body, &x};
    int rc = canon_dispatch(conn, request, &peer);

    if (x.headers.rc || x.answer.rc)
        rc = x.headers.rc ? x.headers.rc : x.answer.rc;
    if (!rc)
        rc = cn_buf_export(&x.headers, &out->headers, NULL);
    if (!rc)
        rc = cn_buf_export(&x.answer, &out->body, NULL);
    out->status = rc ? 0 : x.status;
    if (rc)
        canon_response_free(out);
    cn_buf_free(&x.headers);
    cn_buf_free(&x.answer);
    return rc;
}

void canon_response_free(canon_response *response)
{
    if (!response)
        return;
    canon_buf_free(&response->headers);
    canon_buf_free(&response->body);
}
