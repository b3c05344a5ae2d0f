/*
 * Addresses of other services and what they say about waiting. The first line
 * of the input is a URL, the rest is the headers of an answer. A URL that we
 * accept means the same to libcurl, which connects: the same host, the same
 * port, no user; so nobody is asked who is not on the list.
 */
#include "fuzz.h"

#include "http_parts.h"
#include "mem.h"

#include <curl/curl.h>
#include <string.h>

static char *part(CURLU *u, CURLUPart which)
{
    char *text = NULL;

    return curl_url_get(u, which, &text, CURLU_DEFAULT_PORT) ? NULL : text;
}

/* libcurl writes IPv6 addresses in its own way. */
static void check_host(CURLU *u, const cn_http_url *url)
{
    char *host = part(u, CURLUPART_HOST);
    char text[128];
    cn_http_url again;

    check(host);
    if (host[0] == '[') {
        check(url->is_address && strlen(host) < 100);
        memcpy(text, "https://", 8);
        memcpy(text + 8, host, strlen(host) + 1);
        check(cn_http_url_parse(cn_str(text), &again));
        check(again.loopback == url->loopback);
    } else {
        check(cn_slice_is_nocase(url->host, host));
    }
    curl_free(host);
}

static void check_url(const char *text)
{
    cn_http_url url;
    const char *list[2] = {NULL, NULL};
    CURLU *u;
    char *port;

    if (!cn_http_url_parse(cn_str(text), &url))
        return;
    check(url.https || url.loopback);
    check(url.authority.ptr + url.authority.len == url.target.ptr ||
          url.target.len == 0);
    u = curl_url();
    check(u && !curl_url_set(u, CURLUPART_URL, text, 0));
    check(!part(u, CURLUPART_USER) && !part(u, CURLUPART_PASSWORD) &&
          !part(u, CURLUPART_FRAGMENT) && !part(u, CURLUPART_ZONEID));
    check_host(u, &url);
    port = part(u, CURLUPART_PORT);
    check(port && strtol(port, NULL, 10) == url.port);
    curl_free(port);
    curl_url_cleanup(u);
    list[0] = cn_memdup(url.authority.ptr, url.authority.len);
    check(!list[0] || cn_http_host_listed(&url, list));
    cn_free((void *)(uintptr_t)list[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = cn_memdup(data, size);
    cn_http_answer answer = {.status = 429};
    cn_buf headers = CN_BUF_INIT(CN_HTTP_HEAD_MAX);
    char *rest;
    int64_t us;

    if (!text)
        return 0;
    rest = strchr(text, '\n');
    if (rest) {
        *rest = '\0';
        cn_buf_puts(&headers, rest + 1);
    }
    check_url(text);
    answer.headers = headers;
    us = cn_http_retry_after(&answer, INT64_C(1790000000000000));
    check(us >= 0 && us <= CN_HTTP_AFTER_MAX);
    cn_http_answer_free(&answer);
    cn_free(text);
    return 0;
}
