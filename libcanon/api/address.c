/*
 * Who is at the other end: the address of the connection, or what a trusted
 * proxy says about it.
 */
#include "api.h"

#include "canon/settings.h"

#include <arpa/inet.h>
#include <string.h>

#define ADDRESS_MAX 64

typedef struct address {
    unsigned char bytes[16];
    int len; /* 4 or 16; 0: none */
} address;

/* "10.0.0.1", "::1", "::ffff:10.0.0.1", "[::1]:80", "10.0.0.1:80" */
static address parse_address(cn_slice text)
{
    address a = {{0}, 0};
    char copy[ADDRESS_MAX];

    text = cn_slice_trim(text);
    if (text.len > 0 && text.ptr[0] == '[')
        text = cn_slice_first(cn_slice_from(text, 1),
                              cn_slice_find(text, ']') - 1);
    else if (cn_slice_find(text, ':') == cn_slice_rfind(text, ':'))
        text = cn_slice_first(text, cn_slice_find(text, ':'));
    if (text.len == 0 || text.len >= sizeof(copy))
        return a;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, a.bytes) == 1)
        a.len = 4;
    else if (inet_pton(AF_INET6, copy, a.bytes) == 1)
        a.len = 16;
    return a;
}

/* Do the first bits of both agree? */
static bool same_network(const address *a, const address *b, int64_t bits)
{
    int whole = (int)(bits / 8);
    unsigned mask = 0xff00u >> (bits % 8) & 0xffu;

    if (a->len != b->len || bits > a->len * 8)
        return false;
    if (memcmp(a->bytes, b->bytes, (size_t)whole) != 0)
        return false;
    return mask == 0 || (a->bytes[whole] & mask) == (b->bytes[whole] & mask);
}

/* Is the address in the list of addresses and networks ("10.0.0.0/8")? */
static bool is_trusted(cn_slice text, cn_slice list)
{
    address a = parse_address(text);

    while (a.len > 0 && list.ptr) {
        cn_slice width = cn_slice_trim(cn_slice_cut(&list, ','));
        address network = parse_address(cn_slice_cut(&width, '/'));
        int64_t bits = (int64_t)network.len * 8;

        if (width.ptr && !cn_slice_int(width, 0, bits, &bits))
            continue;
        if (network.len > 0 && same_network(&a, &network, bits))
            return true;
    }
    return false;
}

/* An address in its one spelling, without a port; NULL: it is none. */
static const char *spell(cn_call *c, cn_slice text)
{
    address a = parse_address(text);
    char out[INET6_ADDRSTRLEN];

    if (a.len == 0 ||
        !inet_ntop(a.len == 4 ? AF_INET : AF_INET6, a.bytes, out, sizeof(out)))
        return NULL;
    return cn_arena_str(&c->arena, out);
}

/* The last entry of a header that is no trusted proxy, else its first; true:
 * it is not trusted. */
static bool look_through(cn_slice chain, cn_slice proxies, cn_slice *out)
{
    for (;;) {
        size_t comma = cn_slice_rfind(chain, ',');
        bool is_first = comma == chain.len;

        *out = is_first ? chain : cn_slice_from(chain, comma + 1);
        if (!is_trusted(*out, proxies))
            return true;
        if (is_first)
            return false;
        chain = cn_slice_first(chain, comma);
    }
}

/* The headers together are one list: some proxies add a header of their own
 * behind the one that a stranger has sent. */
static cn_slice find_client(const cn_call *c, cn_slice proxies)
{
    cn_slice found = {NULL, 0};

    for (size_t i = c->request.header_count; i-- > 0;) {
        const canon_header *header = &c->request.headers[i];

        if (cn_slice_is_nocase(cn_str(header->name), "X-Forwarded-For") &&
            look_through(cn_str(header->value), proxies, &found))
            break;
    }
    return found;
}

static const unsigned char v4_mapped[12] = {[10] = 0xff, [11] = 0xff};

const char *cn_call_network(cn_call *c)
{
    const char *text = cn_call_address(c);
    address a = parse_address(cn_str(text));
    char out[INET6_ADDRSTRLEN];

    if (a.len == 16 && memcmp(a.bytes, v4_mapped, sizeof(v4_mapped)) == 0) {
        memmove(a.bytes, a.bytes + sizeof(v4_mapped), 4);
        a.len = 4;
    } else if (a.len == 16) {
        memset(a.bytes + 8, 0, 8);
    }
    if (a.len == 0 ||
        !inet_ntop(a.len == 4 ? AF_INET : AF_INET6, a.bytes, out, sizeof(out)))
        return text;
    return cn_arena_printf(&c->arena, "%s%s", out, a.len == 4 ? "" : "/64");
}

const char *cn_call_address(cn_call *c)
{
    const char *peer = c->request.remote_addr ? c->request.remote_addr : "";
    cn_slice proxies = cn_str(canon_setting_text(c->engine, "TRUSTED_PROXIES"));
    const char *client = NULL;

    if (proxies.len > 0 && is_trusted(cn_str(peer), proxies))
        client = spell(c, find_client(c, proxies));
    return client ? client : peer;
}
