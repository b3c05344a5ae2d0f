#include "http.h"

#include "files.h"
#include "torture.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A service on a thread: says the same to every request, one after the other,
 * and closes. */
typedef struct service {
    int listener;
    int port;
    const char *answer;
    char url[64];
    char asked[4096]; /* the last request */
    pthread_t thread;
} service;

static void *serve(void *user)
{
    service *s = user;

    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        size_t len = 0;
        ssize_t n;

        if (fd < 0)
            return NULL;
        do {
            n = read(fd, s->asked + len, sizeof(s->asked) - 1 - len);
            len += n > 0 ? (size_t)n : 0;
            s->asked[len] = '\0';
        } while (n > 0 && !strstr(s->asked, "\r\n\r\n"));
        n = send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        while (n > 0)
            n = read(fd, s->asked + sizeof(s->asked) - 1, 1);
        close(fd);
    }
}

static void start(service *s, const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);

    memset(s, 0, sizeof(*s));
    s->answer = answer;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(eq(int, bind(s->listener, (struct sockaddr *)&address, len), 0));
    cr_assert(eq(int, listen(s->listener, 16), 0));
    getsockname(s->listener, (struct sockaddr *)&address, &len);
    s->port = ntohs(address.sin_port);
    snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/x", s->port);
    pthread_create(&s->thread, NULL, serve, s);
}

static void stop(service *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}

/* What an exchange gives. */
typedef struct taken {
    cn_buf headers;
    cn_buf body;
    int status_at_body;
    canon_http_response *response;
} taken;

static void take_header(void *user, const char *name, const char *value)
{
    cn_buf_printf(&((taken *)user)->headers, "%s=%s|", name, value);
}

static int take_body(void *user, const void *data, size_t len)
{
    taken *t = user;

    t->status_at_body = t->response->status;
    cn_buf_add(&t->body, data, len);
    return 0;
}

static cn_http_client *new_client(const atomic_bool *interrupted)
{
    cn_http_options options = {.interrupted = interrupted};
    cn_http_client *client = NULL;

    cr_assert(eq(int, cn_http_client_new(&options, &client, NULL), CANON_OK));
    return client;
}

static canon_http_request request_of(const char *url)
{
    canon_http_request request = {.size = sizeof(request),
                                  .method = "GET",
                                  .url = url,
                                  .connect_us = 5000000,
                                  .total_us = 5000000,
                                  .max_bytes = 1000};

    return request;
}

static int ask(cn_http_client *client, canon_http_request *request,
               canon_http_response *response, taken *t)
{
    cn_buf headers = CN_BUF_INIT(100000);
    cn_buf body = CN_BUF_INIT(100000);

    memset(t, 0, sizeof(*t));
    t->headers = headers;
    t->body = body;
    t->response = response;
    memset(response, 0, sizeof(*response));
    response->size = sizeof(*response);
    response->on_header = take_header;
    response->header_user = t;
    request->on_data = take_body;
    request->data_user = t;
    return cn_http_exchange(client, request, response);
}

static void drop(taken *t)
{
    cn_buf_free(&t->headers);
    cn_buf_free(&t->body);
}

static const struct {
    const char *answer;
    int rc;
    int status;
    const char *headers;
    const char *body;
} answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello", CANON_OK,
     200, "Content-Length=5|X-A=b|", "hello"},
    {"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", CANON_OK, 404,
     "Content-Length=0|", ""},
    {"HTTP/1.1 200 OK\r\n\r\nuntil the end", CANON_OK, 200, "",
     "until the end"},
    {"HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 201 Created\r\n"
     "Content-Length: 1\r\n\r\nx",
     CANON_OK, 201, "Content-Length=1|", "x"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\n0\r\nTrailer: t\r\n\r\n",
     CANON_OK, 200, "Transfer-Encoding=chunked|", "hello"},
    {"HTTP/1.1 301 Moved\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n",
     CANON_OK, 301, "Location=/y|Content-Length=0|", ""},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nEmpty:\r\n\r\n", CANON_OK, 200,
     "Content-Length=0|Empty=|", ""},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nnonsense\r\n\r\n", CANON_EREMOTE,
     200, "", ""},
    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", CANON_EREMOTE, 200,
     "Content-Length=9|", "hello"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nhello", CANON_ETOOBIG, 200,
     "Content-Length=1001|", ""},
    {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello", CANON_EREMOTE, 200,
     "", ""},
    {"HTTP/1.1 20 OK\r\n\r\n", CANON_EREMOTE, 0, "", ""},
    {"HTTP/9.9 200 OK\r\n\r\n", CANON_EREMOTE, 0, "", ""},
    {"SSH-2.0-OpenSSH\r\n", CANON_EREMOTE, 0, "", ""},
    {"just text, as HTTP/0.9 had it", CANON_EREMOTE, 0, "", ""},
    {"", CANON_EREMOTE, 0, "", ""},
};

ParameterizedTestParameters(http_exchange, understands)
{
    return cn_test_indexes(sizeof(answers) / sizeof(answers[0]));
}

ParameterizedTest(size_t *i, http_exchange, understands)
{
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    canon_http_request request;
    service s;
    taken t;

    start(&s, answers[*i].answer);
    request = request_of(s.url);
    cr_assert(eq(int, ask(client, &request, &response, &t), answers[*i].rc),
              "%s", response.reason);
    if (!answers[*i].rc)
        cr_assert(eq(int, response.status, answers[*i].status));
    else if (answers[*i].rc == CANON_EREMOTE)
        cr_assert(ne(chr, response.reason[0], '\0'));
    if (*answers[*i].headers)
        cr_assert(eq(str, (char *)cn_buf_text(&t.headers),
                     (char *)answers[*i].headers));
    cr_assert(eq(str, (char *)cn_buf_text(&t.body), (char *)answers[*i].body));
    if (t.body.len)
        cr_assert(eq(int, t.status_at_body, answers[*i].status));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
}

#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

Test(http_exchange, sends_what_it_is_given_and_no_more)
{
    canon_header headers[] = {{"X-A", "b"}, {"X-Empty", ""}};
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    canon_http_request request;
    char expected[256];
    service s;
    taken t;

    start(&s, OK_EMPTY);
    request = request_of(s.url);
    request.headers = headers;
    request.header_count = 2;
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_OK));
    snprintf(expected, sizeof(expected),
             "GET /x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-A: b\r\nX-Empty:\r\n"
             "\r\n",
             s.port);
    cr_assert(eq(str, s.asked, expected));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
}

Test(http_exchange, sends_an_empty_body_with_its_length)
{
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    canon_http_request request;
    service s;
    taken t;

    start(&s, OK_EMPTY);
    request = request_of(s.url);
    request.method = "POST";
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_OK));
    cr_assert_not_null(strstr(s.asked, "POST /x HTTP/1.1\r\n"));
    cr_assert_not_null(strstr(s.asked, "Content-Length: 0\r\n"));
    cr_assert_null(strstr(s.asked, "Content-Type"));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
}

Test(http_exchange, does_not_tidy_a_path)
{
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    canon_http_request request;
    char url[64];
    service s;
    taken t;

    start(&s, OK_EMPTY);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/a/../b", s.port);
    request = request_of(url);
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_OK));
    cr_assert_not_null(strstr(s.asked, "GET /a/../b HTTP/1.1\r\n"));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
}

static const struct {
    const char *url;
    int flags;
    int rc;
} places[] = {
    {"http://127.0.0.1:1/", 0, CANON_EBUSY}, /* nobody listens */
    {"http://[::1]:1/", 0, CANON_EBUSY},
    {"http://localhost:1/", 0, CANON_EBUSY},
    {"http://example.com/", 0, CANON_EINVAL},
    {"ftp://127.0.0.1/", 0, CANON_EINVAL},
    {"https://127.0.0.1:1/", CANON_HTTP_PUBLIC, CANON_EDENIED},
    {"https://localhost:1/", CANON_HTTP_PUBLIC, CANON_EDENIED},
    {"https://10.0.0.1/", CANON_HTTP_PUBLIC, CANON_EDENIED},
    {"https://169.254.169.254/", CANON_HTTP_PUBLIC, CANON_EDENIED},
    {"https://[::1]:1/", CANON_HTTP_PUBLIC, CANON_EDENIED},
    {"https://[::ffff:10.0.0.1]/", CANON_HTTP_PUBLIC, CANON_EDENIED},
    {"https://no-such-host.invalid/", 0, CANON_EBUSY},
};

ParameterizedTestParameters(http_exchange, connects_to)
{
    return cn_test_indexes(sizeof(places) / sizeof(places[0]));
}

ParameterizedTest(size_t *i, http_exchange, connects_to)
{
    canon_http_request request = request_of(places[*i].url);
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    taken t;

    request.flags = places[*i].flags;
    cr_assert(eq(int, ask(client, &request, &response, &t), places[*i].rc),
              "%s", response.reason);
    drop(&t);
    cn_http_client_free(client);
}

Test(http_exchange, ends_when_it_is_interrupted)
{
    atomic_bool interrupted = true;
    cn_http_client *client = new_client(&interrupted);
    canon_http_response response;
    canon_http_request request;
    service s;
    taken t;

    start(&s, OK_EMPTY);
    request = request_of(s.url);
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_ECANCELED));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
}

Test(http_exchange, asks_no_proxy_and_reads_no_netrc)
{
    char *home = test_folder();
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    canon_http_request request;
    service s;
    taken t;

    test_write(home, ".netrc", "default login somebody password secret\n");
    setenv("HOME", home, 1);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    start(&s, OK_EMPTY);
    request = request_of(s.url);
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_OK));
    cr_assert_null(strstr(s.asked, "Authorization"));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
    test_folder_remove(home);
}

Test(http_exchange, keeps_no_cookies)
{
    cn_http_client *client = new_client(NULL);
    canon_http_response response;
    canon_http_request request;
    service s;
    taken t;

    start(&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
              "Set-Cookie: a=b; Path=/\r\n\r\n");
    request = request_of(s.url);
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_OK));
    drop(&t);
    cr_assert(eq(int, ask(client, &request, &response, &t), CANON_OK));
    cr_assert_null(strstr(s.asked, "ookie"));
    drop(&t);
    cn_http_client_free(client);
    stop(&s);
}

static char authorities[64];

/* A file with so many lines of comment before the text. */
static void write_authorities(const char *text, int lines)
{
    FILE *file;

    snprintf(authorities, sizeof(authorities), "/tmp/canon-authorities-%ld",
             (long)getpid());
    file = fopen(authorities, "w");
    cr_assert_not_null(file);
    while (lines-- > 0)
        fputs("# a comment about an authority\n", file);
    fputs(text, file);
    fclose(file);
}

static int exchange_once(void *user)
{
    cn_http_options options = {.ca_file = authorities};
    cn_http_client *client;
    canon_http_response response;
    canon_http_request request = request_of(((service *)user)->url);
    canon_header headers[] = {{"X-A", "b"}};
    taken t;
    int rc = cn_http_client_new(&options, &client, NULL);

    if (rc)
        return rc;
    request.headers = headers;
    request.header_count = 1;
    rc = ask(client, &request, &response, &t);
    if (!rc)
        rc = t.headers.rc ? t.headers.rc : t.body.rc;
    drop(&t);
    cn_http_client_free(client);
    return rc;
}

Test(http_exchange, survives_every_failed_allocation)
{
    service s;

    write_authorities("-----BEGIN CERTIFICATE-----\n", 0);
    start(&s, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello");
    cr_assert(gt(sz, torture(TORTURE_ONCE, exchange_once, &s), 4));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, exchange_once, &s), 4));
    stop(&s);
    unlink(authorities);
}

Test(http_client, tells_of_a_file_of_authorities_that_is_not_there)
{
    cn_http_options options = {.ca_file = "/no/such/file.pem"};
    cn_http_client *client;
    canon_error err;

    cr_assert(
        eq(int, cn_http_client_new(&options, &client, &err), CANON_ENOTFOUND));
    cr_assert_null(client);
    cr_assert_not_null(strstr(err.text, "/no/such/file.pem"));
}

Test(http_client, tells_of_a_file_without_authorities)
{
    static const char *const useless[] = {"", "-----BEGIN CERTIFICATE----",
                                          "-----BEGIN PRIVATE KEY-----\n"};
    cn_http_options options = {.ca_file = authorities};
    cn_http_client *client;
    canon_error err;

    for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
        write_authorities(useless[i], i == 1 ? 200 : 0);
        cr_assert(
            eq(int, cn_http_client_new(&options, &client, &err), CANON_EINVAL));
        cr_assert_null(client);
        cr_assert_not_null(strstr(err.text, "no certificate"));
    }
    for (int lines = 0; lines < 200; lines += 7) {
        write_authorities("-----BEGIN CERTIFICATE-----\n", lines);
        cr_assert(
            eq(int, cn_http_client_new(&options, &client, &err), CANON_OK));
        cn_http_client_free(client);
    }
    options.ca_file = "/tmp";
    cr_assert(ne(int, cn_http_client_new(&options, &client, &err), CANON_OK));
    unlink(authorities);
}
