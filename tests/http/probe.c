/*
 * Makes calls to other services as the library does and prints what came of
 * each, one JSON object a line. For test_client.py, which plays the service.
 *
 *     http_probe [OPTION VALUE]... URL
 *
 * Waits between tries are noted, not waited for.
 */
#include "fail.h"
#include "http.h"
#include "lock.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 64

static struct {
    cn_http_options client;
    cn_http_call call;
    canon_header headers[MOST];
    const char *hosts[MOST];
    size_t host_count;
    long count; /* calls of each thread */
    long threads;
    long interrupt_ms; /* 0: never */
    long stream_most;  /* bytes taken of a stream; -1: no stream */
    long pause_ms;     /* between two calls */
} o = {.count = 1, .threads = 1, .stream_most = -1};

static atomic_bool interrupted;
static cn_http_client *client;
static cn_lock print_lock;

/* What one call is about. */
typedef struct attempt {
    cn_buf waits;
    long streamed;
} attempt;

static int note_wait(void *user, int64_t us)
{
    attempt *a = user;

    cn_buf_printf(&a->waits, "%s%lld", a->waits.len ? "," : "", (long long)us);
    return atomic_load(&interrupted) ? CANON_ECANCELED : CANON_OK;
}

static int no_random(void *user, void *out, size_t len)
{
    (void)user;
    memset(out, 0, len);
    return 0;
}

static int64_t clock_now(void *user)
{
    struct timespec now;

    (void)user;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int take_stream(void *user, const void *data, size_t len)
{
    attempt *a = user;

    (void)data;
    a->streamed += (long)len;
    return o.stream_most > 0 && a->streamed > o.stream_most;
}

static void put_text(cn_buf *out, const char *name, cn_slice text)
{
    cn_buf_printf(out, ",\"%s\":\"", name);
    for (size_t i = 0; i < text.len && i < 4000; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < 0x20 || c > 0x7E || c == '"' || c == '\\')
            cn_buf_printf(out, "\\u%04x", c);
        else
            cn_buf_putc(out, (char)c);
    }
    cn_buf_putc(out, '"');
}

static void make_call(void)
{
    attempt a = {.waits = CN_BUF_INIT(4096)};
    cn_http_transport transport = {
        .exchange = cn_http_exchange,
        .user = client,
        .wait = note_wait,
        .wait_user = &a,
        .random = no_random,
        .now_us = clock_now,
    };
    cn_http_call call = o.call;
    cn_http_answer answer;
    canon_error err = {0};
    cn_buf line = CN_BUF_INIT(256 * 1024);
    int64_t began = clock_now(NULL);
    int rc;

    if (o.stream_most >= 0) {
        call.on_data = take_stream;
        call.user = &a;
    }
    rc = cn_http_run(&transport, &call, &answer, &err);
    cn_buf_printf(&line,
                  "{\"code\":\"%s\",\"status\":%d,\"tries\":%d,"
                  "\"body_len\":%zu,\"streamed\":%ld,\"retry_after_us\":%lld,"
                  "\"ms\":%lld,\"waits\":[%s]",
                  canon_code_name(rc), answer.status, answer.tries,
                  answer.body.len, a.streamed, (long long)answer.retry_after_us,
                  (long long)(clock_now(NULL) - began) / 1000,
                  cn_buf_text(&a.waits));
    put_text(&line, "error", cn_str(err.text));
    put_text(&line, "headers", cn_buf_all(&answer.headers));
    put_text(&line, "body", cn_buf_all(&answer.body));
    cn_lock_take(&print_lock);
    printf("%s}\n", cn_buf_text(&line));
    cn_lock_give(&print_lock);
    cn_buf_free(&line);
    cn_buf_free(&a.waits);
    cn_http_answer_free(&answer);
}

static void sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

static void *make_calls(void *user)
{
    for (long i = 0; i < o.count; i++) {
        if (i)
            sleep_ms(o.pause_ms);
        make_call();
    }
    return user;
}

static void *interrupt_later(void *user)
{
    sleep_ms(o.interrupt_ms);
    atomic_store(&interrupted, true);
    return user;
}

static void add_header(char *text)
{
    char *colon = strchr(text, ':');

    if (!colon || o.call.header_count == MOST)
        exit(2);
    *colon = '\0';
    o.headers[o.call.header_count].name = text;
    o.headers[o.call.header_count++].value = colon + 1;
}

/* Numbers: option and where it goes. */
static void set_number(const char *name, long n)
{
    if (strcmp(name, "--connect-ms") == 0)
        o.call.connect_us = n * 1000;
    else if (strcmp(name, "--total-ms") == 0)
        o.call.total_us = n * 1000;
    else if (strcmp(name, "--max") == 0)
        o.call.max_bytes = (size_t)n;
    else if (strcmp(name, "--tries") == 0)
        o.call.tries = (int)n;
    else if (strcmp(name, "--flags") == 0)
        o.call.flags = (unsigned)n;
    else if (strcmp(name, "--count") == 0)
        o.count = n;
    else if (strcmp(name, "--threads") == 0)
        o.threads = n;
    else if (strcmp(name, "--interrupt-ms") == 0)
        o.interrupt_ms = n;
    else if (strcmp(name, "--stream") == 0)
        o.stream_most = n;
    else if (strcmp(name, "--pause-ms") == 0)
        o.pause_ms = n;
    else
        exit(2);
}

static void set_option(const char *name, char *value)
{
    if (strcmp(name, "--ca") == 0)
        o.client.ca_file = value;
    else if (strcmp(name, "--method") == 0)
        o.call.method = value;
    else if (strcmp(name, "--body") == 0)
        o.call.body = cn_str(value);
    else if (strcmp(name, "--body-len") == 0)
        o.call.body =
            cn_slice_of(cn_calloc(1, (size_t)atol(value)), (size_t)atol(value));
    else if (strcmp(name, "--header") == 0)
        add_header(value);
    else if (strcmp(name, "--limit-word") == 0)
        o.call.limit_word = value;
    else if (strcmp(name, "--host") == 0 && o.host_count < MOST - 1)
        o.hosts[o.host_count++] = value;
    else
        set_number(name, atol(value));
}

int main(int argc, char **argv)
{
    pthread_t threads[MOST];
    pthread_t interrupter;
    canon_error err;

    o.call.method = "GET";
    o.call.hosts = o.hosts;
    o.call.headers = o.headers;
    o.client.interrupted = &interrupted;
    for (int i = 1; i + 2 < argc; i += 2)
        set_option(argv[i], argv[i + 1]);
    if (argc % 2 || o.threads < 1 || o.threads > MOST ||
        cn_lock_init(&print_lock))
        return 2;
    o.call.url = argv[argc - 1];
    if (cn_http_client_new(&o.client, &client, &err)) {
        printf("{\"code\":\"%s\",\"error\":\"%s\"}\n",
               canon_code_name(err.code), err.text);
        return 0;
    }
    if (o.interrupt_ms)
        pthread_create(&interrupter, NULL, interrupt_later, NULL);
    for (long i = 0; i < o.threads; i++)
        pthread_create(&threads[i], NULL, make_calls, NULL);
    for (long i = 0; i < o.threads; i++)
        pthread_join(threads[i], NULL);
    if (o.interrupt_ms)
        pthread_join(interrupter, NULL);
    cn_http_client_free(client);
    return 0;
}
