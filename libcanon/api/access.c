/*
 * Who may pass: limits, identity, origin, organisation and permission, in this
 * order. What refuses says so in the way its caller understands: programs get
 * JSON, browsers are sent to the login.
 */
#include "api.h"

#include "canon/index.h"
#include "canon/settings.h"

#include "check.h"
#include "escape.h"
#include "fail.h"

#define MINUTE_US   INT64_C(60000000)
#define SEARCHES    60 /* a minute */
#define BAD_BEARERS 60 /* a minute and address */

static const char realm[] = "Bearer realm=\"canon\"";
static const char invalid_token[] =
    "Bearer realm=\"canon\", error=\"invalid_token\"";

/* Who may call the route. */
static unsigned access_of(const cn_call *c)
{
    return c->match.route->access & CN_ACCESS;
}

/* Nobody needs to say who he is. */
static bool is_open(const cn_call *c)
{
    return access_of(c) == CN_PUBLIC || access_of(c) == CN_SIGNED;
}

/* GET and HEAD change nothing. */
static bool is_reading(const cn_call *c)
{
    return c->method == CN_GET;
}

/* Credentials in the headers count only when nobody vouches for the caller. */
static bool checks_bearer(const cn_call *c)
{
    return c->bearer && !c->request.caller && !is_open(c) &&
           !canon_local_mode(c->engine);
}

int cn_call_limit_address(cn_call *c)
{
    int64_t retry_us = 0;
    int rc;

    if (!checks_bearer(c))
        return CANON_OK;
    rc = canon_limit_take(c->engine, "bearer", cn_call_address(c), BAD_BEARERS,
                          MINUTE_US, &retry_us);
    return rc == CANON_ELIMIT ? cn_reply_limited(c, retry_us) : rc;
}

/* The host vouches for this caller. */
static void identify_caller(cn_call *c)
{
    const canon_caller *caller = c->request.caller;

    c->who.known = true;
    c->who.sub = caller->sub;
    c->who.email = caller->email ? caller->email : "";
    c->who.name = caller->name ? caller->name : "";
    c->who.org = caller->org ? caller->org : "";
    c->who.permissions = caller->permissions & CANON_PERM_ALL;
    c->who.method = "session";
}

/* Local mode: whoever reaches the server runs it. */
static void identify_operator(cn_call *c)
{
    c->who.known = true;
    c->who.anonymous = true;
    c->who.sub = "anonymous";
    c->who.name = "Anonymous";
    c->who.permissions = CANON_PERM_ALL;
    c->who.method = "anonymous";
}

/* Tell the host that somebody was turned away; name and value: what else there
 * is to say, or NULL. */
static void announce_denied(cn_call *c, const char *reason, const char *name,
                            const char *value)
{
    cn_buf detail = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&detail);

    cn_json_object(&w, NULL);
    cn_json_str(&w, "reason", reason);
    cn_json_str(&w, "path", c->path);
    if (name)
        cn_json_str(&w, name, value);
    cn_json_end_object(&w);
    if (!detail.rc)
        canon_event_emit(c->conn, "auth_denied", c->who.org,
                         cn_buf_text(&detail));
    cn_buf_free(&detail);
}

/* Browsers that just look are sent to the login, all others get 401. */
static int ask_for_login(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    cn_buf to = CN_BUF_INIT(CN_TARGET_MAX);
    int rc;

    if (!(c->match.route->access & CN_PAGE) || !is_reading(c) ||
        cn_call_prefers_json(c)) {
        c->challenge = realm;
        announce_denied(c, "unauthenticated", NULL, NULL);
        return cn_reply_detail(c, 401, "Authentication required");
    }
    announce_denied(c, "no_session", NULL, NULL);
    cn_buf_puts(&to, "/auth/login");
    if (*org) {
        cn_buf_puts(&to, "?org=");
        cn_url_escape(&to, cn_str(org));
    }
    rc = cn_buf_check(&to, &c->err);
    if (!rc)
        rc = cn_reply_redirect(c, 302,
                               cn_arena_str(&c->arena, cn_buf_text(&to)));
    cn_buf_free(&to);
    return rc;
}

/* Keys and tokens belong to a login, and none of them is valid yet. */
static int refuse_bearer(cn_call *c)
{
    cn_slice token = cn_str(cn_call_header(c, "Authorization"));
    bool is_key;

    token = cn_slice_trim(cn_slice_from(token, sizeof("Bearer")));
    is_key = cn_slice_starts(token, "sw_");
    c->challenge = invalid_token;
    announce_denied(c, is_key ? "invalid_api_key" : "invalid_jwt", NULL, NULL);
    return cn_reply_detail(c, 401,
                           is_key ? "Invalid API key" : "Invalid access token");
}

int cn_call_identify(cn_call *c)
{
    if (c->request.caller) {
        if (!c->request.caller->sub)
            return cn_fail(&c->err, CANON_EINVAL, "a caller without sub");
        identify_caller(c);
        return CANON_OK;
    }
    if (canon_local_mode(c->engine)) {
        identify_operator(c);
        return CANON_OK;
    }
    if (is_open(c))
        return CANON_OK;
    if (!c->bearer)
        return ask_for_login(c);
    return refuse_bearer(c);
}

/* The name in "name:port" or "[name]:port". */
static cn_slice host_name(cn_slice host)
{
    if (host.len > 0 && host.ptr[0] == '[')
        return cn_slice_first(cn_slice_from(host, 1),
                              cn_slice_find(host, ']') - 1);
    return cn_slice_first(host, cn_slice_find(host, ':'));
}

/* 127.0.0.0/8 in four decimal parts. */
static bool is_loopback_v4(cn_slice name)
{
    int64_t part = 0;
    int count = 0;

    while (name.ptr) {
        if (!cn_slice_int(cn_slice_cut(&name, '.'), 0, 255, &part) ||
            (count == 0 && part != 127))
            return false;
        count++;
    }
    return count == 4;
}

/* A name that no foreign page can give to this machine. */
static bool is_local_host(cn_slice host)
{
    cn_slice name = host_name(host);

    return cn_slice_is_nocase(name, "localhost") || cn_slice_is(name, "::1") ||
           is_loopback_v4(name);
}

/* Scheme and authority of a URL. */
static cn_slice origin_of(cn_slice url)
{
    size_t at = cn_slice_find_text(url, cn_str("://"));
    cn_slice rest = cn_slice_from(url, at + 3);

    return at == url.len
               ? url
               : cn_slice_first(url, at + 3 + cn_slice_find(rest, '/'));
}

/* Is the origin ours: that of PLATFORM_URL, or of the host that was asked? */
static bool is_own_origin(const cn_call *c, cn_slice origin)
{
    cn_slice own = cn_str(canon_setting_text(c->engine, "PLATFORM_URL"));
    cn_slice host = cn_str(cn_call_header(c, "Host"));
    size_t at = cn_slice_find_text(origin, cn_str("://"));

    if (own.len > 0 && cn_slice_eq_nocase(origin, origin_of(own)))
        return true;
    return (own.len == 0 || c->who.anonymous) && host.len > 0 &&
           at < origin.len &&
           cn_slice_eq_nocase(cn_slice_from(origin, at + 3), host);
}

/* A browser sends its cookies along whoever asks it to. */
bool cn_call_is_ambient(const cn_call *c)
{
    return c->who.known && !c->who.anonymous && !c->bearer &&
           cn_call_header(c, "Cookie");
}

/* What a browser says about the page that asks; programs say nothing. */
static bool comes_from_us(const cn_call *c)
{
    const char *site = cn_call_header(c, "Sec-Fetch-Site");
    const char *origin = cn_call_header(c, "Origin");

    if (site)
        return cn_slice_is(cn_str(site), "same-origin") ||
               cn_slice_is(cn_str(site), "none");
    if (!origin)
        origin = cn_call_header(c, "Referer");
    if (!origin)
        return !cn_call_is_ambient(c);
    return is_own_origin(c, origin_of(cn_str(origin)));
}

int cn_call_same_origin(cn_call *c)
{
    const char *host = cn_call_header(c, "Host");

    if (c->who.anonymous && host && !is_local_host(cn_str(host)))
        return cn_reply_detail(c, 403, "Host not allowed");
    if (is_reading(c) || access_of(c) == CN_SIGNED || !c->who.known)
        return CANON_OK;
    if (!c->who.anonymous && (c->bearer || is_open(c)))
        return CANON_OK;
    if (!comes_from_us(c))
        return cn_reply_detail(c, 403, "Cross-origin request rejected");
    return CANON_OK;
}

/* The organisation of the path: a parameter, or where the catch-all points. */
static const char *wanted_org(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    cn_slice rest;
    cn_slice first;

    if (*org)
        return org;
    rest = cn_str(cn_call_param(c, "full_path"));
    first = cn_slice_cut(&rest, '/');
    if (first.len == 0 || cn_org_reserved(first))
        return "";
    org = cn_arena_copy(&c->arena, first);
    if (!org)
        (void)cn_fail_memory(&c->err); /* the caller looks at it */
    return org ? org : "";
}

/* May the caller see the organisation at all? */
static bool belongs_to(const cn_call *c, const char *org)
{
    if (c->who.anonymous || *org == '\0')
        return true;
    if (*c->who.org == '\0')
        return !canon_setting_int(c->engine, "AUTH0_ORGS_ENABLED");
    return cn_slice_eq_nocase(cn_str(c->who.org), cn_str(org));
}

/* The same answer whether or not the organisation exists. */
static int refuse_org(cn_call *c, const char *org)
{
    const char *text =
        cn_arena_printf(&c->arena, "Not authorized for org: %s", org);

    if (!text)
        return cn_fail_memory(&c->err);
    announce_denied(c, "org_mismatch", "requested_org", org);
    if ((c->match.route->access & CN_PAGE) && is_reading(c) &&
        !cn_call_prefers_json(c) && !c->bearer)
        return cn_reply_error_page(c, 403, text);
    return cn_reply_detail(c, 403, text);
}

/* Programs and browsers alike learn which permission is missing. */
static int refuse_permission(cn_call *c, const char *permission)
{
    const char *text = cn_arena_printf(
        &c->arena, "Missing required permission: %s", permission);

    c->challenge = cn_arena_printf(
        &c->arena, "%s, error=\"insufficient_scope\", scope=\"%s\"", realm,
        permission);
    if (!text || !c->challenge)
        return cn_fail_memory(&c->err);
    announce_denied(c, "permission_denied", "permission", permission);
    return cn_reply_detail(c, 403, text);
}

/* 404 for an organisation that nobody knows. */
static int check_org(cn_call *c, const char *org)
{
    int exists = 0;
    int rc = CANON_OK;

    if (cn_slice_is_nocase(cn_str(org),
                           canon_setting_text(c->engine, "WEB_ORG")))
        return CANON_OK;
    if (cn_slug_ok(cn_str(org)))
        rc = canon_org_exists(c->conn, org, &exists);
    if (rc == CANON_EBUSY || rc == CANON_ESTORE)
        return cn_reply_error(c, 503, "Registry unavailable");
    if (rc || exists)
        return rc;
    if (c->match.route->access & CN_PAGE)
        return cn_reply_negotiated(c, 404, "Organization not found");
    return cn_reply_error(c, 404, "Organization not found");
}

/* Operators of an installation for many organisations need more. */
static unsigned operator_permission(const cn_call *c)
{
    return access_of(c) == CN_OPERATOR &&
                   canon_setting_int(c->engine, "AUTH0_ORGS_ENABLED")
               ? CANON_PERM_PLATFORM_MANAGE
               : 0;
}

int cn_call_authorize(cn_call *c)
{
    const cn_route *route = c->match.route;
    const char *org;

    if (is_open(c))
        return CANON_OK;
    org = wanted_org(c);
    if (c->err.code)
        return c->err.code;
    if (!belongs_to(c, org))
        return refuse_org(c, org);
    if (route->permission & ~c->who.permissions)
        return refuse_permission(c, route->info.permission);
    if (operator_permission(c) & ~c->who.permissions)
        return refuse_permission(c, "platform:manage");
    if (access_of(c) == CN_ORG && !(route->access & CN_ANY_ORG))
        return check_org(c, org);
    return CANON_OK;
}

int cn_call_limit_search(cn_call *c)
{
    const char *key = cn_arena_printf(&c->arena, "user:%s", c->who.sub);
    int64_t retry_us = 0;
    int rc;

    if (!key)
        return cn_fail_memory(&c->err);
    rc = canon_limit_take(c->engine, "search", key, SEARCHES, MINUTE_US,
                          &retry_us);
    return rc == CANON_ELIMIT ? cn_reply_limited(c, retry_us) : rc;
}

int cn_call_limit_caller(cn_call *c)
{
    return c->match.route->access & CN_SEARCHES ? cn_call_limit_search(c)
                                                : CANON_OK;
}
