#include "http.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct {
    const char *text;
    bool ok;
} urls[] = {
    {"https://api.github.com", true},
    {"https://api.github.com/", true},
    {"HTTPS://API.github.com/a?b=c", true},
    {"https://host?query", true},
    {"https://h_o-st.example:8443/%41%zz", false},
    {"https://h_o-st.example:8443/%41%7e", true},
    {"https://127.0.0.1/x", true},
    {"https://[::1]:3000/x", true},
    {"https://[2001:db8::1]/x", true},
    {"http://127.0.0.1:3000/x", true},
    {"http://127.8.9.1/x", true},
    {"http://localhost:3000/x", true},
    {"http://LocalHost/x", true},
    {"http://[::1]/x", true},
    /* http to others */
    {"http://api.github.com/", false},
    {"http://10.0.0.1/", false},
    {"http://localhost.example.com/", false},
    {"http://127.0.0.1.example.com/", false},
    {"http://[::2]/", false},
    {"http://[::ffff:127.0.0.1]/", false},
    /* numbers in other spellings are no loopback */
    {"http://2130706433/", false},
    {"http://0x7f.1/", false},
    {"http://127.1/", false},
    {"http://0177.0.0.1/", false},
    {"https://2130706433/", false},
    {"https://0x7f.1/", false},
    {"https://0X7F000001/", false},
    {"https://127.1/", false},
    {"https://10.0.0.010/", false},
    {"https://1.2.3.4.5/", false},
    {"https://host.1/", false},
    {"https://127.0.0.1./", false},
    {"https://host./", false},
    {"https://1.2.3.4/", true},
    {"https://1.2.3.example/", true},
    {"https://0x.example/", true},
    /* other schemes */
    {"", false},
    {"//host/", false},
    {"host/", false},
    {"ftp://127.0.0.1/", false},
    {"file:///etc/passwd", false},
    {"gopher://127.0.0.1/", false},
    {"https:/host", false},
    {" https://host/", false},
    /* users, fragments */
    {"https://user@host/", false},
    {"https://user:word@host/", false},
    {"https://api.github.com@evil.example/", false},
    {"https://evil.example#@api.github.com/", false},
    {"https://host/#part", false},
    /* hosts and ports */
    {"https://", false},
    {"https:///path", false},
    {"https://:443/", false},
    {"https://.host/", false},
    {"https://host:/", false},
    {"https://host:0/", false},
    {"https://host:65535/", true},
    {"https://host:65536/", false},
    {"https://host:-1/", false},
    {"https://host:80a/", false},
    {"https://ho st/", false},
    {"https://host\\evil/", false},
    {"https://h\xC3\xB6st/", false},
    {"https://[::1/", false},
    {"https://::1/", false},
    {"https://[::1]x/", false},
    {"https://[fe80::1%25eth0]/", false},
    {"https://[127.0.0.1]/", false},
    {"https://[]/", false},
    /* what could end the request line */
    {"https://host/a b", false},
    {"https://host/a\r\nX: y", false},
    {"https://host/a\tb", false},
    {"https://host/\xC3\xB6", false},
    {"https://host/<>", false},
    {"https://host/%4", false},
    {"https://host/..%2f..", true},
};

ParameterizedTestParameters(http_url, is_checked)
{
    return cn_test_indexes(sizeof(urls) / sizeof(urls[0]));
}

ParameterizedTest(size_t *i, http_url, is_checked)
{
    cn_http_url url;

    cr_assert(
        eq(int, cn_http_url_parse(cn_str(urls[*i].text), &url), urls[*i].ok),
        "%s", urls[*i].text);
}

Test(http_url, is_taken_apart)
{
    cn_http_url url;

    cr_assert(
        cn_http_url_parse(cn_str("https://a.example:8443/p/q?r=s"), &url));
    cr_assert(url.https);
    cr_assert(not(url.loopback));
    cr_assert(not(url.is_address));
    cr_assert(cn_slice_is(url.host, "a.example"));
    cr_assert(cn_slice_is(url.authority, "a.example:8443"));
    cr_assert(cn_slice_is(url.target, "/p/q?r=s"));
    cr_assert(eq(int, url.port, 8443));
}

Test(http_url, has_the_port_of_its_scheme)
{
    cn_http_url url;

    cr_assert(cn_http_url_parse(cn_str("https://a.example"), &url));
    cr_assert(eq(int, url.port, 443));
    cr_assert(eq(sz, url.target.len, 0));
    cr_assert(cn_http_url_parse(cn_str("http://[::1]"), &url));
    cr_assert(eq(int, url.port, 80));
    cr_assert(url.loopback);
    cr_assert(url.is_address);
    cr_assert(cn_slice_is(url.host, "[::1]"));
}

Test(http_url, with_a_nul_or_too_long_is_refused)
{
    static char text[CN_HTTP_URL_MAX + 2] = "https://host/";
    cn_http_url url;

    cr_assert(not(cn_http_url_parse(cn_slice_of(text, 14), &url)));
    memset(text + 13, 'a', sizeof(text) - 14);
    cr_assert(cn_http_url_parse(cn_slice_of(text, CN_HTTP_URL_MAX), &url));
    cr_assert(
        not(cn_http_url_parse(cn_slice_of(text, CN_HTTP_URL_MAX + 1), &url)));
}

static const struct {
    const char *entry;
    const char *url;
    bool ok;
} lists[] = {
    {"api.github.com", "https://api.github.com/x", true},
    {"API.GitHub.com", "https://api.github.COM/x", true},
    {"api.github.com:443", "https://api.github.com/x", true},
    {"api.github.com", "https://api.github.com:443/x", true},
    {"api.github.com", "https://api.github.com:8443/x", false},
    {"api.github.com", "https://api.github.com.evil.example/x", false},
    {"api.github.com", "https://evil-api.github.com/x", false},
    {"api.github.com", "https://github.com/x", false},
    {"127.0.0.1:3000", "http://127.0.0.1:3000/x", true},
    {"127.0.0.1:3000", "https://127.0.0.1:3000/x", true},
    {"127.0.0.1", "http://127.0.0.1/x", true},
    {"127.0.0.1", "http://127.0.0.1:443/x", false},
    {"127.0.0.1:3000", "http://127.0.0.1:3001/x", false},
    {"[::1]:3000", "http://[::1]:3000/x", true},
    {"[::1]", "http://[::1]:3000/x", false},
    {"localhost:80", "http://127.0.0.1/x", false},
    {"", "https://host/", false},
    {"host:x", "https://host/", false},
};

ParameterizedTestParameters(http_host_listed, compares_host_and_port)
{
    return cn_test_indexes(sizeof(lists) / sizeof(lists[0]));
}

ParameterizedTest(size_t *i, http_host_listed, compares_host_and_port)
{
    const char *hosts[] = {"other.example", lists[*i].entry, NULL};
    cn_http_url url;

    cr_assert(cn_http_url_parse(cn_str(lists[*i].url), &url));
    cr_assert(eq(int, cn_http_host_listed(&url, hosts), lists[*i].ok), "%s %s",
              lists[*i].entry, lists[*i].url);
}

Test(http_host_listed, allows_nothing_without_a_list)
{
    const char *none[] = {NULL};
    cn_http_url url;

    cr_assert(cn_http_url_parse(cn_str("https://host/"), &url));
    cr_assert(not(cn_http_host_listed(&url, none)));
    cr_assert(not(cn_http_host_listed(&url, NULL)));
}
