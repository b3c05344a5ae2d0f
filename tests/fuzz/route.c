/*
 * Request lines, queries and headers. The first line of the input is the
 * target; the lines that follow are headers, "Name: value". Whatever comes,
 * one complete answer leaves, and no header can be broken into two.
 */
#include "fuzz.h"

#include "canon.h"

#include "api.h"
#include "escape.h"
#include "mem.h"

#include <string.h>

#define HEADERS_MAX 16

static canon_conn *conn;       /* of local mode */
static canon_conn *with_login; /* of an installation with a login */

typedef struct sink {
    int begun;
    int64_t length;
    int64_t received;
} sink;

static void check_header(const char *text)
{
    for (; *text; text++)
        check((unsigned char)*text >= ' ' && *text != 0x7f);
}

static int take_head(void *user, int status, const canon_header *headers,
                     size_t header_count, int64_t length)
{
    sink *s = user;

    check(status >= 200 && status < 600);
    for (size_t i = 0; i < header_count; i++) {
        check_header(headers[i].name);
        check_header(headers[i].value);
    }
    s->begun++;
    s->length = length;
    return 0;
}

static int take_body(void *user, const void *data, size_t len)
{
    sink *s = user;

    (void)data;
    s->received += (int64_t)len;
    return 0;
}

/* A clock that runs fast enough for no limit to be met. */
static int64_t now_us(void *user)
{
    static int64_t now = INT64_C(1772323200000000);

    (void)user;
    now += 5000000;
    return now;
}

/* Nobody is asked, least of all over a network. */
static int exchange(void *user, const canon_http_request *request,
                    canon_http_response *response)
{
    (void)user;
    (void)request;
    (void)response;
    return CANON_EREMOTE;
}

static canon_conn *start(const char *const *settings)
{
    const canon_env env = {.size = sizeof(env),
                           .now_us = now_us,
                           .monotonic_us = now_us,
                           .http = exchange};
    canon_options options = CANON_OPTIONS_INIT;
    canon *engine = NULL;
    canon_conn *out = NULL;

    options.database_url = "sqlite::memory:";
    options.env = &env;
    options.shell_html = "<html><head></head></html>";
    options.shell_len = strlen(options.shell_html);
    check(!canon_open(&options, &engine, NULL));
    for (; *settings; settings += 2)
        check(!canon_set(engine, settings[0], settings[1], NULL));
    check(!canon_migrate(engine, NULL));
    check(!canon_connect(engine, &out, NULL));
    return out;
}

static void start_all(void)
{
    static const char *const plain[] = {"WEB_ORG", "acme", NULL};
    static const char *const login[] = {
        "WEB_ORG",
        "acme",
        "OIDC_ISSUER",
        "https://id.test/",
        "OIDC_CLIENT_ID",
        "client",
        "OIDC_CLIENT_SECRET",
        "secret",
        "OIDC_AUDIENCE",
        "https://api.test",
        "PLATFORM_URL",
        "https://canon.test",
        "APP_SECRET_KEY",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        NULL};

    conn = start(plain);
    with_login = start(login);
}

/* What is found of a cookie lies inside its header. */
static void check_cookies(cn_slice header)
{
    cn_slice value = {NULL, 0};
    size_t count =
        cn_cookie_find(header, cn_str("__Host-canon_session"), &value);

    check((count == 0) == (value.ptr == NULL));
    check(value.len == 0 || (value.ptr >= header.ptr &&
                             value.ptr + value.len <= header.ptr + header.len));
}

/* An accepted path, written again, is the same path. */
static void check_target(const char *target)
{
    cn_buf path = CN_BUF_INIT(CN_TARGET_MAX);
    cn_buf written = CN_BUF_INIT(4 * CN_TARGET_MAX);
    cn_buf again = CN_BUF_INIT(CN_TARGET_MAX);
    cn_slice query;

    if (strlen(target) < CN_TARGET_MAX &&
        cn_target_split(target, &path, &query)) {
        cn_url_escape_path(&written, cn_buf_all(&path));
        check(cn_target_split(cn_buf_text(&written), &again, &query));
        check(cn_slice_eq(cn_buf_all(&path), cn_buf_all(&again)));
    }
    cn_buf_free(&path);
    cn_buf_free(&written);
    cn_buf_free(&again);
}

static void run(canon_conn *to, const char *target, const canon_header *headers,
                size_t count)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "POST"};
    canon_request request = CANON_REQUEST_INIT;
    sink s;
    const canon_peer peer = {NULL, take_head, take_body, &s};

    request.target = target;
    request.headers = headers;
    request.header_count = count;
    request.remote_addr = "127.0.0.1";
    for (size_t i = 0; i < 4; i++) {
        memset(&s, 0, sizeof(s));
        request.method = methods[i];
        check(!canon_dispatch(to, &request, &peer));
        check(s.begun == 1);
        check(s.length == s.received || (i == 1 && s.received == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = cn_memdup(data, size);
    canon_header headers[HEADERS_MAX];
    size_t count = 0;
    char *line = text;
    char *next;

    if (!conn)
        start_all();
    if (!text)
        return 0;
    next = strchr(line, '\n');
    while (next && count < HEADERS_MAX) {
        char *header = next + 1;
        char *colon;

        *next = '\0';
        next = strchr(header, '\n');
        colon = strstr(header, ": ");
        if (!colon || (next && colon > next))
            continue;
        *colon = '\0';
        headers[count].name = header;
        headers[count++].value = colon + 2;
    }
    if (next)
        *next = '\0';
    check_target(text);
    for (size_t i = 0; i < count; i++)
        check_cookies(cn_str(headers[i].value));
    run(conn, text, headers, count);
    run(with_login, text, headers, count);
    cn_free(text);
    return 0;
}
