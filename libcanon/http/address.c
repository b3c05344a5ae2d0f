/*
 * Kinds of network addresses: where a connection may go.
 */
#include "http_parts.h"

#include <netinet/in.h>

typedef struct network {
    uint8_t bytes[16];
    int bits;
} network;

/* What is not public, from the registries of special-purpose addresses
 * (RFC 6890). */
/* clang-format off */
static const network special4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* shared, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local; the metadata of clouds */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 3},           /* multicast, reserved, broadcast */
};

/* Of the addresses that are in use, 2000::/3. */
static const network special6[] = {
    {{0x20, 0x01, 0x00}, 23},             /* protocols, Teredo */
    {{0x20, 0x01, 0x0D, 0xB8}, 32},       /* documentation */
    {{0x3F, 0xFF}, 20},                   /* documentation */
};
static const network global6 = {{0x20}, 3};

/* IPv4 inside IPv6: the prefix, and where the address begins. */
static const struct {
    network prefix;
    size_t at;
} wrapped[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96}, 12}, /* mapped */
    {{{0x00, 0x64, 0xFF, 0x9B}, 96}, 12},                   /* NAT64 */
    {{{0x20, 0x02}, 16}, 2},                                /* 6to4 */
};
/* clang-format on */

static bool is_in(const uint8_t *address, const network *n)
{
    int bytes = n->bits / 8;
    int rest = n->bits % 8;

    return memcmp(address, n->bytes, (size_t)bytes) == 0 &&
           (!rest || (address[bytes] ^ n->bytes[bytes]) >> (8 - rest) == 0);
}

static bool is_public4(const uint8_t *address)
{
    for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++) {
        if (is_in(address, &special4[i]))
            return false;
    }
    return true;
}

static bool is_public6(const uint8_t *address)
{
    for (size_t i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++) {
        if (is_in(address, &wrapped[i].prefix))
            return is_public4(address + wrapped[i].at);
    }
    for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++) {
        if (is_in(address, &special6[i]))
            return false;
    }
    return is_in(address, &global6);
}

/* The bytes of an address and how many there are; 0 for other families. */
static size_t bytes_of(const struct sockaddr *address, uint8_t out[16])
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof(four));
        memcpy(out, &four.sin_addr, 4);
        return 4;
    }
    if (address->sa_family != AF_INET6)
        return 0;
    memcpy(&six, address, sizeof(six));
    memcpy(out, &six.sin6_addr, 16);
    return 16;
}

bool cn_http_is_loopback(const struct sockaddr *address)
{
    static const uint8_t one[16] = {[15] = 1};
    uint8_t bytes[16];
    size_t len = bytes_of(address, bytes);

    if (len == 16 && is_in(bytes, &wrapped[0].prefix))
        return bytes[12] == 127;
    return len == 4 ? bytes[0] == 127
                    : len == 16 && memcmp(bytes, one, sizeof(one)) == 0;
}

bool cn_http_is_public(const struct sockaddr *address)
{
    uint8_t bytes[16];
    size_t len = bytes_of(address, bytes);

    return len == 4 ? is_public4(bytes) : len == 16 && is_public6(bytes);
}
