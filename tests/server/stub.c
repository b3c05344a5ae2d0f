/*
 * canond with another canon_dispatch: answers of known shape, so that the
 * tests can look at the framing alone. It also watches how canond ends.
 */
#include <canon.h>

#include "conn.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ECHO_MAX (4 * 1024 * 1024)
#define BIG      (20 * 1024 * 1024)

static int reply(const canon_peer *peer, int status, const char *body,
                 size_t len)
{
    const canon_header headers[] = {{"Content-Type", "text/plain"},
                                    {"X-Split", "a\r\nInjected: 1"}};

    if (peer->begin(peer->user, status, headers, 2, (int64_t)len))
        return CANON_ECANCELED;
    return peer->write(peer->user, body, len) ? CANON_ECANCELED : CANON_OK;
}

static int echo(const canon_request *request, const canon_peer *peer)
{
    char *body;
    size_t len = 0;
    int n = 1;
    int rc;

    if (request->body_len > ECHO_MAX)
        return reply(peer, 413, "large", 5);
    body = malloc(ECHO_MAX + 1);
    while (body && n > 0 && len <= ECHO_MAX) {
        n = peer->read(peer->user, body + len, ECHO_MAX + 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (!body || n < 0)
        rc = reply(peer, 400, "cut", 3);
    else if (len > ECHO_MAX)
        rc = reply(peer, 413, "large", 5);
    else
        rc = reply(peer, 200, body, len);
    free(body);
    return rc;
}

static int stream(canon_conn *conn, const canon_peer *peer)
{
    const canon_header type = {"Content-Type", "text/event-stream"};
    canon *engine = canon_conn_engine(conn);
    int64_t end = canon_monotonic_us(engine) + 30 * 1000000;
    int rc = peer->begin(peer->user, 200, &type, 1, -1);

    while (!rc && canon_monotonic_us(engine) < end &&
           !cn_conn_interrupted(conn)) {
        rc = peer->write(peer->user, "data: x\n\n", 9);
        poll(NULL, 0, 20);
    }
    if (!rc)
        rc = peer->write(peer->user, "data: end\n\n", 11);
    return rc ? CANON_ECANCELED : CANON_OK;
}

static int big(const canon_peer *peer)
{
    char *body = calloc(1, BIG);
    int rc = body ? reply(peer, 200, body, BIG) : reply(peer, 500, "", 0);

    free(body);
    return rc;
}

/* The whole stack of a worker must be usable by a handler. */
static int deep(const canon_peer *peer)
{
    volatile char frame[60 * 1024];

    for (size_t i = 0; i < sizeof(frame); i += 512)
        frame[i] = 'x';
    return reply(peer, frame[512] == 'x' ? 200 : 500, "deep", 4);
}

CANON_API int canon_dispatch(canon_conn *conn, const canon_request *request,
                             const canon_peer *peer)
{
    static const struct {
        const char *path;
        int status;
    } plain[] = {{"/healthz", 200}, {"/none", 204}, {"/same", 304}};

    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
        if (!strcmp(request->target, plain[i].path))
            return reply(peer, plain[i].status, "ok", 2);
    }
    if (!strncmp(request->target, "/target/", 8))
        return reply(peer, 200, request->target, strlen(request->target));
    if (!strcmp(request->target, "/echo"))
        return echo(request, peer);
    if (!strcmp(request->target, "/stream"))
        return stream(conn, peer);
    if (!strcmp(request->target, "/big"))
        return big(peer);
    if (!strcmp(request->target, "/deep"))
        return deep(peer);
    if (!strcmp(request->target, "/silent"))
        return CANON_EIO;
    if (!strcmp(request->target, "/slow"))
        poll(NULL, 0, 1000);
    return reply(peer, 200, request->method, strlen(request->method));
}

/* --- how canond begins and ends ------------------------------------------ */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*run)(void *), void *user);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*run)(void *), void *user);
void __real_canon_close(canon *c);
void __wrap_canon_close(canon *c);

/* STUB_THREADS: how many threads there may be; canond's own have no
 * attributes. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*run)(void *), void *user)
{
    static int count;
    const char *most = getenv("STUB_THREADS");

    if (!attr && most && count++ >= strtol(most, NULL, 10))
        return 11; /* EAGAIN */
    return __real_pthread_create(thread, attr, run, user);
}

/* Threads of this process; one that was joined may still be leaving. */
static int count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;

    while (tasks && readdir(tasks))
        count++;
    if (tasks)
        closedir(tasks);
    return count - 2; /* "." and ".." */
}

/* Nobody may use the engine any more. */
void __wrap_canon_close(canon *c)
{
    for (int i = 0; i < 50 && count_threads() > 1; i++)
        poll(NULL, 0, 10);
    if (count_threads() > 1)
        fprintf(stderr, "%d threads at the end\n", count_threads());
    __real_canon_close(c);
}
