/*
 * Addresses of other services: taken apart and checked before anything is
 * sent, so that what is compared with a list is what libcurl will connect to.
 */
#include "http.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define MOST_HOST 253

/* An IPv4 or IPv6 address as text; family or 0. */
static int read_address(cn_slice text, struct in6_addr *out)
{
    char copy[INET6_ADDRSTRLEN];
    int family = AF_INET;

    if (cn_slice_starts(text, "[") && cn_slice_ends(text, "]")) {
        text = cn_slice_of(text.ptr + 1, text.len - 2);
        family = AF_INET6;
    }
    if (text.len == 0 || text.len >= sizeof(copy))
        return 0;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, out) == 1 ? family : 0;
}

static bool is_loopback(cn_slice host)
{
    struct in6_addr address;
    int family = read_address(host, &address);

    if (family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address);
    return family == AF_INET ? address.s6_addr[0] == 127
                             : cn_slice_is_nocase(host, "localhost");
}

/* "127.1", "0x7f.0.0.1" and "2130706433" are addresses for those who connect,
 * but not for those who look. */
static bool ends_in_number(cn_slice host)
{
    cn_slice label = cn_slice_from(host, cn_slice_rfind(host, '.') + 1);

    if (cn_slice_rfind(host, '.') == host.len)
        label = host;
    if (cn_slice_starts_nocase(label, "0x"))
        return true;
    for (size_t i = 0; i < label.len; i++) {
        if (!cn_is_digit(label.ptr[i]))
            return false;
    }
    return true;
}

static bool is_host(cn_slice host)
{
    struct in6_addr address;

    if (host.len == 0 || host.len > MOST_HOST)
        return false;
    if (host.ptr[0] == '[')
        return read_address(host, &address) == AF_INET6;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];

        if (!cn_is_alpha(c) && !cn_is_digit(c) && c != '-' && c != '_' &&
            c != '.')
            return false;
    }
    return host.ptr[0] != '.' &&
           (!ends_in_number(host) || read_address(host, &address) == AF_INET);
}

/* "host", "host:port", "[address]:port"; port 0 when none is written. */
static bool split_authority(cn_slice text, cn_slice *host, int *port)
{
    size_t colon = cn_slice_rfind(text, ':');
    int64_t number = 0;

    *host = text;
    *port = 0;
    if (colon < text.len && !cn_slice_ends(text, "]")) {
        *host = cn_slice_first(text, colon);
        if (!cn_slice_int(cn_slice_from(text, colon + 1), 1, 65535, &number))
            return false;
        *port = (int)number;
    }
    return is_host(*host);
}

static bool is_hex(char c)
{
    return cn_is_digit(c) || (cn_lower(c) >= 'a' && cn_lower(c) <= 'f');
}

/* Path and query of RFC 3986; no fragment. */
static bool is_target(cn_slice text)
{
    static const char others[] = "-._~!$&'()*+,;=:@/?";

    if (text.len && text.ptr[0] != '/' && text.ptr[0] != '?')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (cn_is_alpha(c) || cn_is_digit(c))
            continue;
        if (c == '%' && i + 2 < text.len && is_hex(text.ptr[i + 1]) &&
            is_hex(text.ptr[i + 2]))
            continue;
        if (c == '\0' || !strchr(others, c))
            return false;
    }
    return true;
}

bool cn_http_url_parse(cn_slice text, cn_http_url *out)
{
    struct in6_addr address;
    size_t end;
    cn_slice rest;

    memset(out, 0, sizeof(*out));
    if (text.len > CN_HTTP_URL_MAX)
        return false;
    out->https = cn_slice_starts_nocase(text, "https://");
    if (!out->https && !cn_slice_starts_nocase(text, "http://"))
        return false;
    rest = cn_slice_from(text, out->https ? 8 : 7);
    for (end = 0; end < rest.len; end++) {
        if (rest.ptr[end] == '/' || rest.ptr[end] == '?')
            break;
    }
    out->authority = cn_slice_first(rest, end);
    out->target = cn_slice_from(rest, end);
    if (!split_authority(out->authority, &out->host, &out->port) ||
        !is_target(out->target))
        return false;
    if (!out->port)
        out->port = out->https ? 443 : 80;
    out->is_address = read_address(out->host, &address) != 0;
    out->loopback = is_loopback(out->host);
    return out->https || out->loopback;
}

bool cn_http_host_listed(const cn_http_url *url, const char *const *hosts)
{
    for (; hosts && *hosts; hosts++) {
        cn_slice host;
        int port;

        if (!split_authority(cn_str(*hosts), &host, &port))
            continue;
        if (!port)
            port = url->https ? 443 : 80;
        if (port == url->port && cn_slice_eq_nocase(host, url->host))
            return true;
    }
    return false;
}
