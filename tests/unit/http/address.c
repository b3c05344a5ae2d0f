#include "http_parts.h"

#include "files.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <string.h>

enum { PUBLIC = 1, LOOPBACK = 2 };

static const struct {
    const char *text;
    int kinds;
} addresses[] = {
    {"140.82.121.4", PUBLIC},
    {"9.255.255.255", PUBLIC},
    {"11.0.0.0", PUBLIC},
    {"100.63.255.255", PUBLIC},
    {"100.128.0.0", PUBLIC},
    {"172.15.255.255", PUBLIC},
    {"172.32.0.0", PUBLIC},
    {"192.0.1.0", PUBLIC},
    {"198.17.255.255", PUBLIC},
    {"198.20.0.0", PUBLIC},
    {"223.255.255.255", PUBLIC},
    {"0.0.0.0", 0},
    {"0.1.2.3", 0},
    {"10.0.0.1", 0},
    {"100.64.0.1", 0},
    {"100.127.255.255", 0},
    {"127.0.0.1", LOOPBACK},
    {"127.255.255.255", LOOPBACK},
    {"128.0.0.0", PUBLIC},
    {"169.254.169.254", 0},
    {"172.16.0.1", 0},
    {"172.31.255.255", 0},
    {"192.0.0.1", 0},
    {"192.0.2.1", 0},
    {"192.88.99.1", 0},
    {"192.168.1.1", 0},
    {"198.18.0.1", 0},
    {"198.19.255.255", 0},
    {"198.51.100.1", 0},
    {"203.0.113.1", 0},
    {"224.0.0.1", 0},
    {"240.0.0.1", 0},
    {"255.255.255.255", 0},
    {"2606:50c0:8000::153", PUBLIC},
    {"2a00:1450::1", PUBLIC},
    {"2001:200::1", PUBLIC},
    {"::", 0},
    {"::1", LOOPBACK},
    {"::2", 0},
    {"::127.0.0.1", 0},
    {"::8.8.8.8", 0},
    {"::ffff:127.0.0.1", LOOPBACK},
    {"::ffff:10.0.0.1", 0},
    {"::ffff:140.82.121.4", PUBLIC},
    {"64:ff9b::169.254.169.254", 0},
    {"64:ff9b::140.82.121.4", PUBLIC},
    {"64:ff9b:1::1", 0},
    {"2002:7f00:1::", 0},
    {"2002:a00:1::", 0},
    {"2002:8c52:7904::", PUBLIC},
    {"2001::1", 0},
    {"2001:1ff::1", 0},
    {"2001:db8::1", 0},
    {"3fff::1", 0},
    {"100::1", 0},
    {"4000::1", 0},
    {"fc00::1", 0},
    {"fd12::1", 0},
    {"fe80::1", 0},
    {"fec0::1", 0},
    {"ff02::1", 0},
};

ParameterizedTestParameters(http_address, kinds)
{
    return cn_test_indexes(sizeof(addresses) / sizeof(addresses[0]));
}

ParameterizedTest(size_t *i, http_address, kinds)
{
    const char *text = addresses[*i].text;
    struct sockaddr_storage storage = {0};
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};

    if (strchr(text, ':')) {
        cr_assert(eq(int, inet_pton(AF_INET6, text, &six.sin6_addr), 1));
        memcpy(&storage, &six, sizeof(six));
    } else {
        cr_assert(eq(int, inet_pton(AF_INET, text, &four.sin_addr), 1));
        memcpy(&storage, &four, sizeof(four));
    }
    cr_assert(eq(int, cn_http_is_public((struct sockaddr *)&storage),
                 (addresses[*i].kinds & PUBLIC) != 0),
              "%s", text);
    cr_assert(eq(int, cn_http_is_loopback((struct sockaddr *)&storage),
                 (addresses[*i].kinds & LOOPBACK) != 0),
              "%s", text);
}

Test(http_address, of_another_family_is_neither)
{
    struct sockaddr_storage storage = {.ss_family = AF_UNIX};

    cr_assert(not(cn_http_is_public((struct sockaddr *)&storage)));
    cr_assert(not(cn_http_is_loopback((struct sockaddr *)&storage)));
}
