/*
 * Local paths and origins.
 */
#include "url.h"

#include "canon/auth.h"

/* Of a URL; all but the port are slices of its text. */
typedef struct origin {
    cn_slice scheme;
    cn_slice host;
    int64_t port;
} origin;

/* Browsers drop some control characters and take a backslash for a slash. */
static bool is_plain(cn_slice text)
{
    if (text.len > CN_URL_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c <= ' ' || c == 0x7f || c == '\\')
            return false;
    }
    return true;
}

/* Where the host of an authority ends: at its port, or at its end. */
static size_t host_len(cn_slice authority)
{
    size_t bracket = cn_slice_find(authority, ']');

    if (authority.len && authority.ptr[0] == '[' && bracket < authority.len)
        return bracket + 1;
    return cn_slice_find(authority, ':');
}

static bool read_authority(cn_slice authority, origin *out)
{
    cn_slice port;

    if (cn_slice_find(authority, '@') < authority.len ||
        cn_slice_find(authority, '%') < authority.len)
        return false;
    out->host = cn_slice_first(authority, host_len(authority));
    if (out->host.len == 0)
        return false;
    port = cn_slice_from(authority, out->host.len);
    if (port.len == 0)
        return true;
    return port.ptr[0] == ':' &&
           cn_slice_int(cn_slice_from(port, 1), 1, 65535, &out->port);
}

static bool read_origin(cn_slice url, origin *out)
{
    cn_slice rest;
    size_t end = 0;

    if (!is_plain(url))
        return false;
    out->scheme = cn_slice_first(url, cn_slice_find(url, ':'));
    if (cn_slice_is_nocase(out->scheme, "https"))
        out->port = 443;
    else if (cn_slice_is_nocase(out->scheme, "http"))
        out->port = 80;
    else
        return false;
    rest = cn_slice_from(url, out->scheme.len);
    if (!cn_slice_starts(rest, "://"))
        return false;
    rest = cn_slice_from(rest, 3);
    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    return read_authority(cn_slice_first(rest, end), out);
}

bool cn_url_next_ok(cn_slice path)
{
    return path.len > 0 && path.ptr[0] == '/' && !cn_slice_starts(path, "//") &&
           is_plain(path);
}

bool cn_url_same_origin(cn_slice base, cn_slice url)
{
    origin wanted = {{NULL, 0}, {NULL, 0}, 0};
    origin given = {{NULL, 0}, {NULL, 0}, 0};

    return read_origin(base, &wanted) && read_origin(url, &given) &&
           cn_slice_eq_nocase(wanted.scheme, given.scheme) &&
           cn_slice_eq_nocase(wanted.host, given.host) &&
           wanted.port == given.port;
}

int canon_next_ok(const char *path)
{
    return cn_url_next_ok(cn_str(path));
}

int canon_same_origin(const char *base, const char *url)
{
    return cn_url_same_origin(cn_str(base), cn_str(url));
}
