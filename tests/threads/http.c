/*
 * Many threads ask another service through one engine, on kept connections,
 * while some of them are interrupted at the end. ThreadSanitizer must have
 * nothing to say.
 */
#include "http.h"
#include "canon.h"
#include "conn.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ASKERS 8
#define ROUNDS 60

static canon *engine;
static char url[64];
static char authority[48];
static int listener;
static atomic_int failures;
static atomic_int answered;

/* Answers the requests of one connection until it is closed. */
static void *serve_one(void *user)
{
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    int fd = (int)(intptr_t)user;
    char asked[4096];
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, asked + len, sizeof(asked) - 1 - len)) > 0) {
        len += (size_t)n;
        asked[len] = '\0';
        if (!strstr(asked, "\r\n\r\n"))
            continue;
        len = 0;
        if (send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
            break;
    }
    close(fd);
    return NULL;
}

static void *serve(void *user)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;

        if (fd < 0)
            return user;
        if (pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd))
            close(fd);
        else
            pthread_detach(thread);
    }
}

static void listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, len) ||
        listen(listener, 64) ||
        getsockname(listener, (struct sockaddr *)&address, &len)) {
        perror("listen");
        exit(1);
    }
    /* a name, so that the cache of names is used, too */
    snprintf(authority, sizeof(authority), "localhost:%d",
             ntohs(address.sin_port));
    snprintf(url, sizeof(url), "http://%s/x", authority);
}

static void *ask_often(void *user)
{
    const char *const hosts[] = {authority, NULL};
    cn_http_call call = {.method = "GET", .url = url, .hosts = hosts};
    canon_conn *conn = NULL;

    if (canon_connect(engine, &conn, NULL)) {
        atomic_fetch_add(&failures, 1);
        return NULL;
    }
    for (int i = 0; i < ROUNDS; i++) {
        cn_http_answer a;
        int rc;

        call.method = i % 3 ? "GET" : "POST";
        rc = cn_conn_http(conn, &call, &a);
        if (rc == CANON_OK && a.status == 200)
            atomic_fetch_add(&answered, 1);
        else if (rc != CANON_ECANCELED)
            atomic_fetch_add(&failures, 1);
        if (rc && rc != CANON_ECANCELED)
            fprintf(stderr, "%s\n", canon_last_error(conn)->text);
        cn_http_answer_free(&a);
    }
    canon_disconnect(conn);
    return user;
}

static void *interrupt_in_between(void *user)
{
    const struct timespec pause = {0, 1000000};

    while (atomic_load(&answered) < ASKERS * ROUNDS / 2 &&
           !atomic_load(&failures))
        nanosleep(&pause, NULL);
    canon_interrupt(engine);
    return user;
}

int main(void)
{
    canon_options o = CANON_OPTIONS_INIT;
    pthread_t threads[ASKERS + 1];
    pthread_t server;

    o.database_url = "sqlite::memory:";
    listen_somewhere();
    pthread_create(&server, NULL, serve, NULL);
    if (canon_open(&o, &engine, NULL))
        return 1;
    pthread_create(&threads[ASKERS], NULL, interrupt_in_between, NULL);
    for (int i = 0; i < ASKERS; i++)
        pthread_create(&threads[i], NULL, ask_often, NULL);
    for (int i = 0; i <= ASKERS; i++)
        pthread_join(threads[i], NULL);
    canon_close(engine);
    shutdown(listener, SHUT_RDWR);
    pthread_join(server, NULL);
    close(listener);
    printf("%d answers, %d failures\n", atomic_load(&answered),
           atomic_load(&failures));
    return atomic_load(&failures) || !atomic_load(&answered);
}
