/*
 * The way of a request: find its route, check everything the route asks for,
 * run the handler, answer, log. Each step either passes the call on or has
 * prepared the answer that ends it; a handler cannot forget a check, because
 * it runs after all of them.
 */
#include "api.h"

#include "escape.h"
#include "fail.h"

#include <stdio.h>
#include <string.h>

#define CALLER_OLDEST offsetof(canon_request, caller)

/* An id that somebody else chose: short and harmless in a log. */
static bool is_request_id(cn_slice id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!cn_is_alpha(id.ptr[i]) && !cn_is_digit(id.ptr[i]) &&
            id.ptr[i] != '-' && id.ptr[i] != '_' && id.ptr[i] != '.')
            return false;
    return id.len > 0 && id.len <= 40;
}

static void name_call(cn_call *c)
{
    cn_slice given = cn_str(cn_call_header(c, "X-Request-Id"));
    unsigned char bytes[8] = {0};

    if (is_request_id(given)) {
        memcpy(c->id, given.ptr, given.len);
        c->id[given.len] = '\0';
    } else if (canon_random(c->engine, bytes, sizeof(bytes)) == CANON_OK) {
        cn_hex(c->id, bytes, sizeof(bytes));
    }
    canon_conn_set_request(c->conn, c->id);
}

static const canon_principal nobody = {.size = sizeof(nobody),
                                       .sub = "",
                                       .email = "",
                                       .name = "",
                                       .picture = "",
                                       .org_id = "",
                                       .org = "",
                                       .github_login = "",
                                       .github_name = ""};

/* "Bearer", and a blank if anything follows. */
static bool is_bearer(cn_slice header)
{
    return cn_slice_starts_nocase(header, "bearer") &&
           (header.len == 6 || cn_is_blank(header.ptr[6]));
}

static int call_begin(cn_call *c, canon_conn *conn,
                      const canon_request *request, const canon_peer *peer)
{
    memset(c, 0, sizeof(*c));
    memcpy(&c->request, request,
           request->size < sizeof(c->request) ? request->size
                                              : sizeof(c->request));
    c->conn = conn;
    c->engine = canon_conn_engine(conn);
    c->peer = peer;
    c->begin_us = canon_monotonic_us(c->engine);
    c->arena = (cn_arena)CN_ARENA_INIT;
    c->violations = (cn_array)CN_ARRAY_INIT(cn_violation);
    c->input = (cn_buf)CN_BUF_INIT(0);
    c->cookies = (cn_array)CN_ARRAY_INIT(const char *);
    c->who = nobody;
    c->path = "";
    name_call(c);
    if (request->size < CALLER_OLDEST || !request->method || !request->target)
        return cn_fail(&c->err, CANON_EINVAL,
                       "canon_request not initialised with CANON_REQUEST_INIT");
    c->bearer = is_bearer(cn_str(cn_call_header(c, "Authorization")));
    c->head = strcmp(request->method, "HEAD") == 0;
    c->method = c->head ? CN_GET : cn_method_find(request->method);
    return CANON_OK;
}

/* The same path with or without a slash at its end. */
static int redirect_slash(cn_call *c)
{
    cn_slice path = cn_str(c->path);
    bool has_slash = cn_slice_ends(path, "/");
    cn_buf other = CN_BUF_INIT(4 * CN_TARGET_MAX);
    cn_buf location = CN_BUF_INIT(8 * CN_TARGET_MAX);
    cn_match match;
    int rc = CANON_OK;

    if (has_slash)
        path.len--;
    cn_buf_slice(&other, path);
    if (!has_slash)
        cn_buf_putc(&other, '/');
    cn_route_find(cn_buf_all(&other), c->method, &match);
    if (match.methods && (!cn_slice_starts(path, "/app/"))) {
        cn_url_escape_path(&location, cn_buf_all(&other));
        if (c->query.ptr) {
            cn_buf_putc(&location, '?');
            cn_buf_slice(&location, c->query);
        }
        rc = cn_buf_check(&location, &c->err);
        if (!rc)
            rc = cn_reply_redirect(
                c, 307, cn_arena_str(&c->arena, cn_buf_text(&location)));
    }
    if (!rc)
        rc = cn_buf_check(&other, &c->err);
    cn_buf_free(&other);
    cn_buf_free(&location);
    return rc;
}

/* RFC 9110 section 9.2.1: HEAD is safe, also where following a link is not. */
static int refuse_head(cn_call *c)
{
    (void)snprintf(c->allow, sizeof(c->allow), "GET, OPTIONS");
    return cn_reply_detail(c, 405, "Method Not Allowed");
}

/* No route for this path, or not with this method. */
static int call_unrouted(cn_call *c)
{
    int rc;

    if (c->match.methods) {
        cn_allow_text(c->match.methods, c->allow);
        if (c->method == CN_OPTIONS) {
            c->status = 204;
            return CN_ANSWERED;
        }
        return cn_reply_detail(c, 405, "Method Not Allowed");
    }
    rc = redirect_slash(c);
    return rc ? rc : cn_reply_negotiated(c, 404, "Not found");
}

static int call_route(cn_call *c)
{
    cn_buf path = CN_BUF_INIT(CN_TARGET_MAX);
    bool ok;
    int rc;

    if (strlen(c->request.target) > CN_TARGET_MAX)
        return cn_reply_detail(c, 414, "Request target too long");
    ok = cn_target_split(c->request.target, &path, &c->query);
    rc = cn_buf_check(&path, &c->err);
    if (!rc && ok) {
        c->path = cn_arena_str(&c->arena, cn_buf_text(&path));
        if (!c->path) {
            c->path = "";
            rc = cn_fail_memory(&c->err);
        }
    }
    cn_buf_free(&path);
    if (rc)
        return rc;
    if (!ok)
        return cn_reply_detail(c, 400, "Invalid path");
    if (!c->request.caller && cn_call_header_count(c, "Authorization") > 1)
        return cn_reply_detail(c, 400, "Authorization stands twice");
    cn_route_find(cn_str(c->path), c->method, &c->match);
    if (!c->match.route)
        return call_unrouted(c);
    if (c->head && (c->match.route->access & CN_NO_HEAD))
        return refuse_head(c);
    return CANON_OK;
}

static int call_handle(cn_call *c)
{
    int rc = CANON_OK;

    if (!c->match.route->handler)
        return cn_reply_error(c, 501, "Not implemented");
    if (c->match.route->max_body > 0)
        rc = cn_call_read_body(c);
    if (!rc)
        rc = c->match.route->handler(c);
    return rc;
}

/* Probes are not worth a line; queries may hold confidential words. */
static void log_call(cn_call *c)
{
    int64_t us = canon_monotonic_us(c->engine) - c->begin_us;
    const char *agent = cn_call_header(c, "User-Agent");

    if (strcmp(c->path, "/healthz") == 0 || strcmp(c->path, "/readyz") == 0)
        return;
    canon_log(c->conn, CANON_LOG_INFO, "api",
              "method=%.16s path=%.200s status=%d ms=%.1f agent=\"%.200s\"",
              c->request.method ? c->request.method : "", c->path, c->status,
              (double)us / 1000.0, agent ? agent : "");
}

static int call_end(cn_call *c, int rc)
{
    int sent;

    if (rc < 0)
        rc = cn_reply_failure(c, rc);
    sent = rc < 0 ? cn_reply_static(c) : cn_reply_send(c);
    log_call(c);
    canon_principal_free(c->own);
    canon_buf_free(&c->body);
    cn_buf_free(&c->input);
    cn_array_free(&c->cookies);
    cn_array_free(&c->violations);
    cn_arena_free(&c->arena);
    canon_conn_set_request(c->conn, "");
    return sent;
}

int canon_dispatch(canon_conn *conn, const canon_request *request,
                   const canon_peer *peer)
{
    cn_call c;
    int rc = call_begin(&c, conn, request, peer);

    if (!rc)
        rc = call_route(&c); /* 400, 404, 405 */
    if (!rc)
        rc = cn_call_limit_address(&c); /* 429 */
    if (!rc)
        rc = cn_call_identify(&c); /* 401, or 302 for pages */
    if (!rc)
        rc = cn_call_same_origin(&c); /* 403 */
    if (!rc)
        rc = cn_call_authorize(&c); /* 403, 404 */
    if (!rc)
        rc = cn_call_check_link(&c); /* 401 */
    if (!rc)
        rc = cn_call_limit_caller(&c); /* 429 */
    if (!rc)
        rc = call_handle(&c); /* 413, 415, and what the operation says */
    return call_end(&c, rc);
}
