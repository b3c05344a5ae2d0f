#include "http.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define SECOND INT64_C(1000000)
#define MOST   8

/* An answer that the script gives. */
typedef struct scripted {
    int rc;
    int status;
    const char *header; /* "name=value" or NULL */
    const char *body;
    const char *reason;
} scripted;

/* A transport that plays a script and notes what it was asked. */
typedef struct script {
    const scripted *answers;
    size_t count;
    size_t asked;
    char urls[MOST][128];
    char head[1024]; /* of the last request: "name: value\n" */
    canon_http_request last;
    int64_t waits[MOST];
    size_t wait_count;
    int wait_rc;
} script;

static void hand_header(canon_http_response *response, const char *pair)
{
    char name[64];
    const char *equals = strchr(pair, '=');

    snprintf(name, sizeof(name), "%.*s", (int)(equals - pair), pair);
    response->on_header(response->header_user, name, equals + 1);
}

static int play(void *user, const canon_http_request *request,
                canon_http_response *response)
{
    script *s = user;
    const scripted *a = &s->answers[s->asked];

    cr_assert(lt(sz, s->asked, s->count), "one request too many");
    snprintf(s->urls[s->asked], sizeof(s->urls[0]), "%s", request->url);
    s->asked++;
    s->last = *request;
    s->head[0] = '\0';
    for (size_t i = 0; i < request->header_count; i++) {
        size_t len = strlen(s->head);

        snprintf(s->head + len, sizeof(s->head) - len, "%s: %s\n",
                 request->headers[i].name, request->headers[i].value);
    }
    response->status = a->status;
    if (a->reason)
        snprintf(response->reason, sizeof(response->reason), "%s", a->reason);
    if (a->header)
        hand_header(response, a->header);
    if (a->body &&
        request->on_data(request->data_user, a->body, strlen(a->body)))
        return CANON_ECANCELED;
    return a->rc;
}

static int note_wait(void *user, int64_t us)
{
    script *s = user;

    s->waits[s->wait_count++] = us;
    return s->wait_rc;
}

static int middle(void *user, void *out, size_t len)
{
    uint32_t value = 1000;

    (void)user;
    memcpy(out, &value, len);
    return 0;
}

static int64_t still(void *user)
{
    (void)user;
    return 0;
}

static const char *const hosts[] = {"api.example", "127.0.0.1:3000", NULL};

static cn_http_call call_of(const char *method)
{
    cn_http_call call = {
        .method = method, .url = "https://api.example/a", .hosts = hosts};

    return call;
}

static int run(script *s, const cn_http_call *call, cn_http_answer *out,
               canon_error *err)
{
    cn_http_transport transport = {.exchange = play,
                                   .user = s,
                                   .wait = note_wait,
                                   .wait_user = s,
                                   .random = middle,
                                   .now_us = still};

    return cn_http_run(&transport, call, out, err);
}

#define SCRIPT(...)                                                            \
    {                                                                          \
        .answers = (const scripted[]){__VA_ARGS__},                            \
        .count = sizeof((const scripted[]){__VA_ARGS__}) / sizeof(scripted)    \
    }

Test(http_run, gives_status_headers_and_body)
{
    script s =
        SCRIPT({.status = 200, .header = "X-Some=thing", .body = "hello"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;
    canon_error err;

    cr_assert(eq(int, run(&s, &call, &a, &err), CANON_OK));
    cr_assert(eq(int, a.status, 200));
    cr_assert(eq(int, a.tries, 1));
    cr_assert(eq(str, (char *)cn_buf_text(&a.body), "hello"));
    cr_assert(cn_slice_is(cn_http_header(&a, "x-some"), "thing"));
    cr_assert(eq(sz, cn_http_header(&a, "x-som").len, 0));
    cr_assert(eq(sz, cn_http_header(&a, "x-some-more").len, 0));
    cn_http_answer_free(&a);
}

Test(http_run, says_who_is_asking_and_has_limits)
{
    canon_header headers[] = {{"Accept", "application/json"}};
    script s = SCRIPT({.status = 200});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.headers = headers;
    call.header_count = 1;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(str, s.head,
                 "Accept: application/json\n"
                 "User-Agent: canon/" CANON_VERSION "\n"));
    cr_assert(eq(i64, s.last.connect_us, 10 * SECOND));
    cr_assert(eq(i64, s.last.total_us, 30 * SECOND));
    cr_assert(eq(i64, s.last.max_bytes, 8 * 1024 * 1024));
    cr_assert(eq(int, s.last.flags, 0));
    cn_http_answer_free(&a);
}

/* --- what is refused before anything is sent ------------------------------ */

static const struct {
    const char *method;
    const char *url;
    const char *name;
    const char *value;
} refused[] = {
    {"GET", "http://api.example/", NULL, NULL},
    {"GET", "https://other.example/", NULL, NULL},
    {"GET", "https://api.example:444/", NULL, NULL},
    {"GET", "http://127.0.0.1:3001/", NULL, NULL},
    {"GET", "file:///etc/passwd", NULL, NULL},
    {"", "https://api.example/", NULL, NULL},
    {"GET /x", "https://api.example/", NULL, NULL},
    {"GET\r\nX: y", "https://api.example/", NULL, NULL},
    {"GET", "https://api.example/", "X", "a\r\nInjected: b"},
    {"GET", "https://api.example/", "X", "a\nInjected: b"},
    {"GET", "https://api.example/", "X", "a\rb"},
    {"GET", "https://api.example/", "X", "a\x01"},
    {"GET", "https://api.example/", "X", "a\x7F"},
    {"GET", "https://api.example/", "X", NULL},
    {"GET", "https://api.example/", "X\r\nY", "a"},
    {"GET", "https://api.example/", "X:", "a"},
    {"GET", "https://api.example/", "X Y", "a"},
    {"GET", "https://api.example/", "", "a"},
    {"GET", "https://api.example/", NULL, "a"},
    {"GET", "https://api.example/", "Host", "other.example"},
    {"GET", "https://api.example/", "content-length", "1"},
    {"GET", "https://api.example/", "Transfer-Encoding", "chunked"},
    {"GET", "https://api.example/", "Connection", "upgrade"},
    {"GET", "https://api.example/", "User-Agent", "other"},
};

ParameterizedTestParameters(http_run, refuses)
{
    return cn_test_indexes(sizeof(refused) / sizeof(refused[0]));
}

ParameterizedTest(size_t *i, http_run, refuses)
{
    canon_header header = {refused[*i].name, refused[*i].value};
    script s = {0};
    cn_http_call call = call_of(refused[*i].method);
    cn_http_answer a;
    canon_error err;

    call.url = refused[*i].url;
    call.headers = &header;
    call.header_count = header.name != NULL || header.value != NULL;
    cr_assert(eq(int, run(&s, &call, &a, &err), CANON_EINVAL));
    cr_assert_null(strstr(err.text, "Injected"));
    cr_assert(eq(sz, s.asked, 0));
    cn_http_answer_free(&a);
}

static const struct {
    const char *url;
    bool ok;
} strangers[] = {
    {"https://api.example/", true},       {"https://api.example:443/", true},
    {"https://api.example:8443/", false}, {"https://140.82.121.4/", false},
    {"https://[2606:50c0::1]/", false},   {"http://localhost/", false},
};

ParameterizedTestParameters(http_run, asks_hosts_of_tenants)
{
    return cn_test_indexes(sizeof(strangers) / sizeof(strangers[0]));
}

ParameterizedTest(size_t *i, http_run, asks_hosts_of_tenants)
{
    static const char *const all[] = {"api.example",  "api.example:8443",
                                      "140.82.121.4", "[2606:50c0::1]",
                                      "localhost",    NULL};
    script s = SCRIPT({.status = 200});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.url = strangers[*i].url;
    call.hosts = all;
    call.flags = CN_HTTP_PUBLIC;
    cr_assert(eq(int, run(&s, &call, &a, NULL),
                 strangers[*i].ok ? CANON_OK : CANON_EINVAL));
    cr_assert(eq(int, s.last.flags, strangers[*i].ok ? CANON_HTTP_PUBLIC : 0));
    cn_http_answer_free(&a);
}

Test(http_run, refuses_too_many_headers)
{
    canon_header headers[65];
    script s = {0};
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    for (size_t i = 0; i < 65; i++)
        headers[i] = (canon_header){"X", "y"};
    call.headers = headers;
    call.header_count = 65;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_EINVAL));
    cn_http_answer_free(&a);
}

/* --- what comes back ------------------------------------------------------ */

static const struct {
    scripted answer;
    int rc;
    const char *text;
} results[] = {
    {{.status = 404}, CANON_OK, ""},
    {{.status = 301}, CANON_OK, ""},
    {{.status = 429}, CANON_OK, ""},
    {{.status = 500}, CANON_EREMOTE, "api.example answers 500"},
    {{.status = 0}, CANON_EREMOTE, "api.example: no answer"},
    {{.status = 100}, CANON_EREMOTE, "api.example: no answer"},
    {{.rc = CANON_EBUSY, .reason = "refused"},
     CANON_EREMOTE,
     "api.example: refused"},
    {{.rc = CANON_EREMOTE, .reason = "lost"},
     CANON_EREMOTE,
     "api.example: lost"},
    {{.rc = CANON_EAUTH, .reason = "expired"},
     CANON_EREMOTE,
     "api.example: expired"},
    {{.rc = CANON_EDENIED, .reason = "private"},
     CANON_EDENIED,
     "api.example: private"},
    {{.rc = CANON_ETOOBIG},
     CANON_ETOOBIG,
     "the answer of api.example is too large"},
    {{.rc = CANON_ECANCELED},
     CANON_ECANCELED,
     "asking api.example was canceled"},
    {{.rc = CANON_ENOMEM}, CANON_ENOMEM, "out of memory"},
    {{.rc = -77, .reason = "odd"}, CANON_EREMOTE, "api.example: odd"},
    {{.rc = 5}, CANON_EREMOTE, "api.example: no answer"},
};

ParameterizedTestParameters(http_run, reports)
{
    return cn_test_indexes(sizeof(results) / sizeof(results[0]));
}

ParameterizedTest(size_t *i, http_run, reports)
{
    script s = {.answers = &results[*i].answer, .count = 1};
    cn_http_call call = call_of("POST");
    cn_http_answer a;
    canon_error err = {0};

    cr_assert(eq(int, run(&s, &call, &a, &err), results[*i].rc));
    cr_assert(eq(str, err.text, (char *)results[*i].text));
    cr_assert(eq(int, a.status, results[*i].answer.status));
    cn_http_answer_free(&a);
}

Test(http_run, keeps_what_a_failing_service_said)
{
    script s = SCRIPT({.status = 503, .body = "in repair"});
    cn_http_call call = call_of("POST");
    cn_http_answer a;

    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_EREMOTE));
    cr_assert(eq(int, a.status, 503));
    cr_assert(eq(str, (char *)cn_buf_text(&a.body), "in repair"));
    cn_http_answer_free(&a);
}

Test(http_run, stops_at_the_limit_of_a_body)
{
    script s = SCRIPT({.status = 200, .body = "0123456789"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.max_bytes = 9;
    call.tries = 3;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_ETOOBIG));
    cr_assert(eq(i64, s.last.max_bytes, 9));
    cr_assert(eq(sz, s.asked, 1));
    cn_http_answer_free(&a);
}

Test(http_run, takes_a_body_as_large_as_the_limit)
{
    script s = SCRIPT({.status = 200, .body = "0123456789"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.max_bytes = 10;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(sz, a.body.len, 10));
    cn_http_answer_free(&a);
}

static int endless_headers(void *user, const canon_http_request *request,
                           canon_http_response *response)
{
    static char value[1001];

    (void)user;
    (void)request;
    memset(value, 'x', 1000);
    for (int i = 0; i < 100; i++)
        response->on_header(response->header_user, "x", value);
    response->status = 200;
    return CANON_OK;
}

Test(http_run, stops_at_the_limit_of_headers)
{
    cn_http_transport transport = {.exchange = endless_headers,
                                   .random = middle,
                                   .wait = note_wait,
                                   .now_us = still};
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    cr_assert(eq(int, cn_http_run(&transport, &call, &a, NULL), CANON_ETOOBIG));
    cn_http_answer_free(&a);
}

static const char *const odd_headers[] = {
    "a b=c",
    "=c",
    "x=a\nset-cookie: b",
    "x=\x01",
};

ParameterizedTestParameters(http_run, leaves_out_headers_that_are_none)
{
    return cn_test_indexes(sizeof(odd_headers) / sizeof(odd_headers[0]));
}

ParameterizedTest(size_t *i, http_run, leaves_out_headers_that_are_none)
{
    scripted answer = {.status = 200, .header = odd_headers[*i]};
    script s = {.answers = &answer, .count = 1};
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(sz, a.headers.len, 0));
    cn_http_answer_free(&a);
}

/* --- streams -------------------------------------------------------------- */

static int take(void *user, const void *data, size_t len)
{
    cn_buf_add(user, data, len);
    return ((cn_buf *)user)->len > 8;
}

Test(http_run, hands_a_stream_over)
{
    script s = SCRIPT({.status = 200, .body = "event"});
    cn_http_call call = call_of("POST");
    cn_buf got = CN_BUF_INIT(100);
    cn_http_answer a;

    call.on_data = take;
    call.user = &got;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(str, (char *)cn_buf_text(&got), "event"));
    cr_assert(eq(sz, a.body.len, 0));
    cn_buf_free(&got);
    cn_http_answer_free(&a);
}

Test(http_run, ends_a_stream_that_is_no_longer_wanted)
{
    script s = SCRIPT({.status = 200, .body = "more than enough"});
    cn_http_call call = call_of("POST");
    cn_buf got = CN_BUF_INIT(100);
    cn_http_answer a;

    call.on_data = take;
    call.user = &got;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_ECANCELED));
    cn_buf_free(&got);
    cn_http_answer_free(&a);
}

Test(http_run, collects_the_error_of_a_stream_and_does_not_repeat_it)
{
    script s = SCRIPT({.status = 529, .body = "overloaded"});
    cn_http_call call = call_of("GET");
    cn_buf got = CN_BUF_INIT(100);
    cn_http_answer a;

    call.on_data = take;
    call.user = &got;
    call.tries = 3;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_EREMOTE));
    cr_assert(eq(sz, got.len, 0));
    cr_assert(eq(str, (char *)cn_buf_text(&a.body), "overloaded"));
    cn_http_answer_free(&a);
}

/* --- again ---------------------------------------------------------------- */

Test(http_run, tries_again_and_takes_the_last_answer)
{
    script s = SCRIPT({.rc = CANON_EBUSY},
                      {.status = 502, .header = "X-Old=1", .body = "old"},
                      {.status = 200, .body = "new"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.tries = 4;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(int, a.tries, 3));
    cr_assert(eq(str, (char *)cn_buf_text(&a.body), "new"));
    cr_assert(eq(sz, a.headers.len, 0));
    cr_assert(eq(sz, s.wait_count, 2));
    cr_assert(eq(i64, s.waits[0], SECOND));
    cr_assert(eq(i64, s.waits[1], 2 * SECOND));
    cn_http_answer_free(&a);
}

Test(http_run, gives_up_after_its_tries)
{
    script s = SCRIPT({.status = 503}, {.status = 503}, {.status = 503});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.tries = 3;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_EREMOTE));
    cr_assert(eq(int, a.tries, 3));
    cr_assert(eq(sz, s.wait_count, 2));
    cn_http_answer_free(&a);
}

Test(http_run, does_not_repeat_what_may_have_arrived)
{
    script s = SCRIPT({.rc = CANON_EREMOTE, .reason = "lost"});
    cn_http_call call = call_of("POST");
    cn_http_answer a;

    call.tries = 3;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_EREMOTE));
    cr_assert(eq(sz, s.asked, 1));
    cn_http_answer_free(&a);
}

Test(http_run, waits_as_long_as_it_is_told)
{
    script s =
        SCRIPT({.status = 429, .header = "Retry-After=3"}, {.status = 200});
    cn_http_call call = call_of("POST");
    cn_http_answer a;

    call.tries = 2;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(i64, s.waits[0], 3 * SECOND));
    cr_assert(eq(i64, a.retry_after_us, 0));
    cn_http_answer_free(&a);
}

Test(http_run, leaves_a_long_wait_to_the_caller)
{
    script s = SCRIPT({.status = 429, .header = "Retry-After=7200"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.tries = 4;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(int, a.status, 429));
    cr_assert(eq(i64, a.retry_after_us, 3600 * SECOND));
    cr_assert(eq(sz, s.wait_count, 0));
    cn_http_answer_free(&a);
}

Test(http_run, ends_when_a_wait_is_interrupted)
{
    script s = SCRIPT({.status = 500});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    s.wait_rc = CANON_ECANCELED;
    call.tries = 4;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_ECANCELED));
    cr_assert(eq(sz, s.asked, 1));
    cn_http_answer_free(&a);
}

/* --- redirects ------------------------------------------------------------ */

static const struct {
    const char *method;
    int status;
    const char *location;
    const char *url; /* that is asked then; NULL: it is not followed */
} moves[] = {
    {"GET", 301, "Location=https://api.example/b", "https://api.example/b"},
    {"GET", 302, "Location=/b?c=d", "https://api.example/b?c=d"},
    {"HEAD", 307, "location=https://API.example:443/b",
     "https://API.example:443/b"},
    {"GET", 308, "Location=/b", "https://api.example/b"},
    {"PUT", 307, "Location=/b", "https://api.example/b"},
    {"POST", 308, "Location=/b", "https://api.example/b"},
    {"POST", 301, "Location=/b", NULL},
    {"POST", 302, "Location=/b", NULL},
    {"GET", 303, "Location=/b", NULL},
    {"GET", 300, "Location=/b", NULL},
    {"GET", 304, "Location=/b", NULL},
    {"GET", 301, NULL, NULL},
    {"GET", 301, "Location=", NULL},
    {"GET", 301, "Location=b", NULL},
    {"GET", 301, "Location=//other.example/b", NULL},
    {"GET", 301, "Location=//api.example/b", NULL},
    {"GET", 301, "Location=https://other.example/b", NULL},
    {"GET", 301, "Location=http://api.example/b", NULL},
    {"GET", 301, "Location=https://api.example:444/b", NULL},
    {"GET", 301, "Location=http://127.0.0.1:3000/b", NULL},
    {"GET", 301, "Location=https://user@api.example/b", NULL},
    {"GET", 301, "Location=https://api.example@other.example/", NULL},
    {"GET", 301, "Location=file:///etc/passwd", NULL},
    {"GET", 301, "Location=/a b", NULL},
};

ParameterizedTestParameters(http_run, follows_one_redirect_on_the_host)
{
    return cn_test_indexes(sizeof(moves) / sizeof(moves[0]));
}

ParameterizedTest(size_t *i, http_run, follows_one_redirect_on_the_host)
{
    scripted answers[] = {
        {.status = moves[*i].status, .header = moves[*i].location},
        {.status = 200},
    };
    script s = {.answers = answers, .count = 2};
    cn_http_call call = call_of(moves[*i].method);
    cn_http_answer a;

    call.flags = CN_HTTP_REDIRECT;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(int, a.status, moves[*i].url ? 200 : moves[*i].status));
    cr_assert(eq(sz, s.asked, moves[*i].url ? 2 : 1));
    cr_assert(eq(str, s.urls[1], (char *)(moves[*i].url ? moves[*i].url : "")));
    cr_assert(eq(str, (char *)s.last.method, (char *)moves[*i].method));
    cn_http_answer_free(&a);
}

Test(http_run, follows_no_second_redirect)
{
    script s = SCRIPT({.status = 301, .header = "Location=/b"},
                      {.status = 301, .header = "Location=/c"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    call.flags = CN_HTTP_REDIRECT;
    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(int, a.status, 301));
    cn_http_answer_free(&a);
}

Test(http_run, follows_no_redirect_unless_told)
{
    script s = SCRIPT({.status = 301, .header = "Location=/b"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;

    cr_assert(eq(int, run(&s, &call, &a, NULL), CANON_OK));
    cr_assert(eq(int, a.status, 301));
    cn_http_answer_free(&a);
}

/* --- memory --------------------------------------------------------------- */

static int run_once(void *user)
{
    script s = SCRIPT({.status = 301, .header = "Location=/b", .body = "moved"},
                      {.status = 503, .header = "Retry-After=1"},
                      {.status = 200, .header = "X=y", .body = "hello"});
    cn_http_call call = call_of("GET");
    cn_http_answer a;
    int rc;

    call.flags = CN_HTTP_REDIRECT;
    call.tries = 2;
    rc = run(&s, &call, &a, user);
    cr_assert(rc || a.status == 200);
    cn_http_answer_free(&a);
    return rc;
}

Test(http_run, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, run_once, NULL), 5));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, run_once, NULL), 5));
}

Test(http_answer, may_be_freed_twice)
{
    cn_http_answer a = {0};

    cn_http_answer_free(&a);
    cn_http_answer_free(&a);
    cr_assert(eq(sz, cn_http_header(&a, "x").len, 0));
}
