/*
 * From where a request comes: browsers send cookies along whoever asks them to,
 * so what changes something must come from our own pages.
 */
#include "api.h"

#include "canon/settings.h"

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
    return (own.len == 0 || cn_call_is_operator(c)) && host.len > 0 &&
           at < origin.len &&
           cn_slice_eq_nocase(cn_slice_from(origin, at + 3), host);
}

bool cn_call_is_ambient(const cn_call *c)
{
    if (c->who.by == CANON_BY_SESSION)
        return true;
    if (cn_call_access(c) == CN_REFRESH)
        return cn_call_has_cookie(c, CANON_REFRESH_COOKIE);
    return c->who.by == CANON_BY_HOST && !c->bearer &&
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

/* A link that ends something may be followed from our pages and bookmarks. */
static bool is_followed_by_us(const cn_call *c)
{
    const char *site = cn_call_header(c, "Sec-Fetch-Site");

    return !site || cn_slice_is(cn_str(site), "same-origin") ||
           cn_slice_is(cn_str(site), "same-site") ||
           cn_slice_is(cn_str(site), "none");
}

/* Is where it comes from of any interest? */
static bool matters(const cn_call *c)
{
    if (cn_call_is_reading(c))
        return false;
    if (cn_call_is_operator(c))
        return cn_call_access(c) != CN_SIGNED;
    if (c->who.by == CANON_BY_HOST)
        return !c->bearer && cn_call_access(c) != CN_SIGNED &&
               cn_call_access(c) != CN_PUBLIC;
    return cn_call_is_ambient(c);
}

int cn_call_same_origin(cn_call *c)
{
    const char *host = cn_call_header(c, "Host");
    bool ok = true;

    if (cn_call_is_operator(c) && host && !is_local_host(cn_str(host)))
        return cn_reply_detail(c, 403, "Host not allowed");
    if (c->match.route->access & CN_CHANGES)
        ok = is_followed_by_us(c);
    else if (matters(c))
        ok = comes_from_us(c);
    return ok ? CANON_OK
              : cn_reply_detail(c, 403, "Cross-origin request rejected");
}
