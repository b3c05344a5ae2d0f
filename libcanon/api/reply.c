/*
 * Answers: bodies of errors, headers, entity tags, and sending. Whatever goes
 * wrong, one complete answer leaves; the last one needs no memory.
 */
#include "api.h"

#include "canon/settings.h"

#include "fail.h"
#include "pages.h"

#include <stdio.h>

#define HEADERS_MAX 40
#define JSON_TYPE   "application/json"
#define HTML_TYPE   "text/html; charset=utf-8"
#define SVG_TYPE    "image/svg+xml"

static const char static_body[] = "{\"error\":\"Internal server error\"}";

/* --- preparing ---------------------------------------------------------- */

/* The tag of If-None-Match is ours, by weak comparison. */
static bool names_tag(cn_slice list, const char *tag)
{
    while (list.ptr) {
        cn_slice entry = cn_slice_trim(cn_slice_cut(&list, ','));

        if (cn_slice_starts(entry, "W/"))
            entry = cn_slice_from(entry, 2);
        if (cn_slice_is(entry, "*") || cn_slice_is(entry, tag))
            return true;
    }
    return false;
}

/* Tag the body, or leave it away when the client has it already. */
static void tag_body(cn_call *c, const char *tag)
{
    const char *known = cn_call_header(c, "If-None-Match");

    (void)snprintf(c->tag, sizeof(c->tag), "\"%.32s\"", tag);
    c->tagged = true;
    c->vary = "Authorization, Cookie";
    if (known && names_tag(cn_str(known), c->tag)) {
        c->status = 304;
        c->type = NULL;
        canon_buf_free(&c->body);
    }
}

/* Answers that set cookies are nobody else's, and not kept. */
static bool wants_tag(const cn_call *c)
{
    return (c->match.route->access & CN_TAGGED) && c->cookies.count == 0;
}

int cn_reply_json(cn_call *c, int status)
{
    char tag[65];

    c->status = status;
    c->type = JSON_TYPE;
    if (status == 200 && wants_tag(c)) {
        canon_sha256_hex(c->body.data, c->body.len, tag);
        tag_body(c, tag);
    }
    return CANON_OK;
}

int cn_reply_answer(cn_call *c, canon_answer *answer)
{
    char tag[33];
    int rc = CANON_OK;

    answer->size = sizeof(*answer);
    answer->org = cn_call_param(c, "org");
    if (!c->stamp)
        rc = canon_org_stamp(c->conn, answer->org, &c->stamp);
    if (!rc)
        rc = canon_answer_get(c->conn, answer, c->stamp, &c->body, tag);
    if (rc)
        return rc;
    c->status = 200;
    c->type = JSON_TYPE;
    if (wants_tag(c))
        tag_body(c, tag);
    return CANON_OK;
}

int cn_reply_ok(cn_call *c)
{
    int rc = canon_buf_set(&c->body, "{\"ok\":true}", 11);

    return rc ? rc : cn_reply_json(c, 200);
}

int cn_reply_html(cn_call *c, int status)
{
    c->status = status;
    c->type = HTML_TYPE;
    return CANON_OK;
}

int cn_reply_svg(cn_call *c, canon_answer *answer, const char *cache)
{
    int rc = cn_reply_answer(c, answer);

    c->cache = cache;
    if (!rc && c->type)
        c->type = SVG_TYPE;
    return rc;
}

/* {"key":text}, and retry_after when there is one. */
static int reply_text(cn_call *c, int status, const char *key, const char *text)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, key, text);
    if (c->retry_s > 0)
        cn_json_int(&w, "retry_after", c->retry_s);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    if (rc)
        return rc;
    c->status = status;
    c->type = JSON_TYPE;
    return CN_ANSWERED;
}

int cn_reply_detail(cn_call *c, int status, const char *text)
{
    return reply_text(c, status, "detail", text);
}

int cn_reply_error(cn_call *c, int status, const char *text)
{
    return reply_text(c, status, "error", text);
}

int cn_reply_error_page(cn_call *c, int status, const char *text)
{
    int rc = cn_page_error(status, text, &c->body, &c->err);

    if (rc)
        return rc;
    c->status = status;
    c->type = HTML_TYPE;
    return CN_ANSWERED;
}

int cn_reply_negotiated(cn_call *c, int status, const char *text)
{
    return cn_call_accepts(c, "text/html")
               ? cn_reply_error_page(c, status, text)
               : cn_reply_error(c, status, text);
}

int cn_reply_limited(cn_call *c, int64_t retry_us)
{
    int64_t seconds = (retry_us + 999999) / 1000000;

    if (seconds < 1)
        seconds = 1;
    c->retry_s = (int)seconds;
    return cn_reply_error(c, 429, "Rate limit exceeded");
}

int cn_reply_redirect(cn_call *c, int status, const char *location)
{
    if (!location)
        return cn_fail_memory(&c->err);
    c->status = status;
    c->location = location;
    c->type = NULL;
    return CN_ANSWERED;
}

/* --- failures ----------------------------------------------------------- */

static const struct {
    int code;
    int status;
    const char *text;
} failures[] = {
    {CANON_EINVAL, 400, "Invalid request"},
    {CANON_ENOTFOUND, 404, "Not found"},
    {CANON_ECONFLICT, 409, "Conflict"},
    {CANON_EAMBIGUOUS, 409, "Ambiguous"},
    {CANON_ETOOBIG, 413, "Too large"},
    {CANON_EDENIED, 403, "Permission denied"},
    {CANON_EAUTH, 401, "Authentication required"},
    {CANON_EBUSY, 503, "Service temporarily unavailable"},
    {CANON_ECANCELED, 503, "Service is stopping"},
    {CANON_EREMOTE, 502, "Another service failed"},
    {CANON_EUNSUPPORTED, 501, "Not implemented"},
};

/* What a step had prepared before the call failed. */
static void forget_headers(cn_call *c)
{
    c->tagged = false;
    c->vary = NULL;
    c->cache = NULL;
    c->location = NULL;
    c->challenge = NULL;
    c->allow[0] = '\0';
    c->nonce[0] = '\0';
    c->retry_s = 0;
    cn_array_reset(&c->cookies);
}

int cn_reply_failure(cn_call *c, int code)
{
    int status = 500;
    const char *text = "Internal server error";

    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        if (failures[i].code == code) {
            status = failures[i].status;
            text = failures[i].text;
        }
    }
    if (status == 500 || status == 503) {
        const canon_error *last = canon_last_error(c->conn);

        canon_log(c->conn, status == 500 ? CANON_LOG_ERROR : CANON_LOG_WARN,
                  "api", "%s failed: %s: %s",
                  c->match.route ? c->match.route->info.operation : "request",
                  canon_code_name(code),
                  c->err.code ? c->err.text : last->text);
    }
    forget_headers(c);
    return cn_reply_negotiated(c, status, text);
}

/* --- sending ------------------------------------------------------------ */

typedef struct headers {
    canon_header items[HEADERS_MAX];
    size_t count;
    char policy[320];
    char retry[16];
} headers;

/* A header whose value may be NULL: then there is none. */
static void add(headers *h, const char *name, const char *value)
{
    if (value && h->count < HEADERS_MAX) {
        h->items[h->count].name = name;
        h->items[h->count].value = value;
        h->count++;
    }
}

/* Pages are never framed and run no script but their own. */
static void add_page_headers(headers *h, const cn_call *c)
{
    char nonce[48] = "";

    if (c->nonce[0])
        (void)snprintf(nonce, sizeof(nonce), " 'nonce-%s'", c->nonce);
    (void)snprintf(h->policy, sizeof(h->policy),
                   "default-src 'self'; script-src 'self'%s; style-src 'self'; "
                   "img-src 'self' https: data:; connect-src 'self'; "
                   "object-src 'none'; base-uri 'none'; form-action 'self'; "
                   "frame-ancestors 'none'",
                   nonce);
    add(h, "X-Frame-Options", "DENY");
    add(h, "Content-Security-Policy", h->policy);
}

/* What every answer says. */
static void add_common(headers *h, const cn_call *c)
{
    cn_slice base = cn_str(canon_setting_text(c->engine, "PLATFORM_URL"));

    add(h, "X-Content-Type-Options", "nosniff");
    add(h, "Referrer-Policy", "same-origin");
    add(h, "Cross-Origin-Opener-Policy", "same-origin");
    add(h, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    if (cn_slice_starts_nocase(base, "https://"))
        add(h, "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains");
    if (c->id[0])
        add(h, "X-Request-Id", c->id);
}

/* Caching is forbidden unless the answer has a tag. */
static void collect_headers(headers *h, const cn_call *c)
{
    const char *cache = c->cache ? c->cache : "private, no-cache";

    h->count = 0;
    add(h, "Content-Type", c->type);
    add(h, "ETag", c->tagged ? c->tag : NULL);
    add(h, "Cache-Control", c->tagged ? cache : "no-store");
    add(h, "Vary", c->vary);
    add(h, "Location", c->location);
    add(h, "WWW-Authenticate", c->challenge);
    cn_array_each (const char *, cookie, &c->cookies)
        add(h, "Set-Cookie", *cookie);
    add(h, "Allow", c->allow[0] ? c->allow : NULL);
    if (c->retry_s > 0) {
        (void)snprintf(h->retry, sizeof(h->retry), "%d", c->retry_s);
        add(h, "Retry-After", h->retry);
    }
    add_common(h, c);
    if (c->type && cn_slice_starts(cn_str(c->type), "text/html"))
        add_page_headers(h, c);
    else if (c->type && cn_slice_is(cn_str(c->type), SVG_TYPE))
        add(h, "Content-Security-Policy", "default-src 'none'");
}

/* Head and body to the peer; a body of HEAD stays here. */
static int push(cn_call *c, const void *body, size_t len)
{
    const canon_peer *peer = c->peer;
    headers h;

    collect_headers(&h, c);
    if (peer->begin(peer->user, c->status, h.items, h.count, (int64_t)len))
        return CANON_ECANCELED;
    if (len > 0 && !c->head && peer->write(peer->user, body, len))
        return CANON_ECANCELED;
    return CANON_OK;
}

int cn_reply_send(cn_call *c)
{
    return push(c, c->body.data, c->body.len);
}

int cn_reply_static(cn_call *c)
{
    c->status = 500;
    c->type = JSON_TYPE;
    forget_headers(c);
    return push(c, static_body, sizeof(static_body) - 1);
}
