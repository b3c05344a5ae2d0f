/*
 * CivetWeb: its options and threads, and the watchdog that ends the waits for
 * slow and idle clients. A worker belongs to its connection until that closes,
 * so nobody may hold one for nothing ("Connections" in operation.md).
 */
#include "canond.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define CROWDED    (WORKERS * 3 / 4)
#define STOP_TICKS 100  /* how long requests may take to finish */
#define FILES      4096 /* descriptors are below: workers, queue, database */

bool server_is_crowded(server *s)
{
    return atomic_load(&s->busy) >= CROWDED || atomic_load(&s->stopping);
}

/* Note how long the worker may wait for its client from now on; limit 0: it
 * works. True: an earlier wait of the request has been ended. */
bool worker_wait(worker *w, int how, int64_t since_us, int64_t limit_us)
{
    bool late;

    pthread_mutex_lock(&w->lock);
    w->late = w->late && limit_us != HEAD_US;
    w->since_us = since_us;
    w->limit_us = limit_us;
    w->how = how;
    late = w->late;
    pthread_mutex_unlock(&w->lock);
    return late;
}

static void *thread_init(const struct mg_context *web, int type)
{
    server *s = mg_get_user_data(web);
    int i = type == 1 ? atomic_fetch_add(&s->worker_count, 1) : WORKERS;

    return i < WORKERS ? &s->workers[i] : NULL;
}

static void thread_exit(const struct mg_context *web, int type, void *user)
{
    worker *w = user;

    (void)web;
    (void)type;
    if (w)
        canon_disconnect(w->conn);
}

static int connection_open(const struct mg_connection *peer, void **data)
{
    server *s = mg_get_user_context_data(peer);
    worker *w = mg_get_thread_pointer(peer);

    (void)data;
    atomic_fetch_add(&s->busy, 1);
    w->peer = peer;
    worker_wait(w, SHUT_RD, canon_monotonic_us(s->engine), HEAD_US);
    return 0;
}

/* Called while the socket is still open; from here on it is not ours to end. */
static void connection_close(const struct mg_connection *peer)
{
    server *s = mg_get_user_context_data(peer);

    worker_wait(mg_get_thread_pointer(peer), SHUT_RD, 0, 0);
    atomic_fetch_sub(&s->busy, 1);
}

static int on_message(const struct mg_connection *peer, const char *text)
{
    server *s = mg_get_user_context_data(peer);

    return s && !s->web ? fail(text) : 1; /* only the start is of interest */
}

/* CivetWeb shows nobody its sockets, so they are found by their other side.
 * The lock and the wait guarantee that this one is open and the worker's. */
static void end_wait(worker *w, int fd, const struct sockaddr_in *address)
{
    const struct mg_request_info *info;
    char text[INET_ADDRSTRLEN] = "";

    inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
    pthread_mutex_lock(&w->lock);
    info = w->late && w->limit_us ? mg_get_request_info(w->peer) : NULL;
    if (info && info->remote_port == ntohs(address->sin_port) &&
        !strcmp(info->remote_addr, text))
        shutdown(fd, w->how);
    pthread_mutex_unlock(&w->lock);
}

/* When there are hardly any workers left, patience is a tenth. */
static void end_waits(server *s, int64_t now)
{
    int share = server_is_crowded(s) ? 10 : 1;
    worker *late[WORKERS];
    int count = 0;

    for (int i = 0; i < WORKERS && i < atomic_load(&s->worker_count); i++) {
        worker *w = &s->workers[i];

        pthread_mutex_lock(&w->lock);
        if (w->limit_us && now - w->since_us > w->limit_us / share) {
            w->late = true;
            late[count++] = w;
        }
        pthread_mutex_unlock(&w->lock);
    }
    for (int fd = 3; count && fd < FILES; fd++) {
        struct sockaddr_in address;
        socklen_t size = sizeof(address);

        if (getpeername(fd, (struct sockaddr *)&address, &size) ||
            address.sin_family != AF_INET)
            continue;
        for (int i = 0; i < count; i++)
            end_wait(late[i], fd, &address);
    }
}

static void *watch(void *user)
{
    server *s = user;

    while (atomic_load(&s->worker_count) <= WORKERS) {
        poll(NULL, 0, TICK_MS);
        end_waits(s, canon_monotonic_us(s->engine));
    }
    return NULL;
}

/* Listen and serve; the status of the program if that cannot be. */
int server_start(server *s, const char *addresses)
{
    /* clang-format off */
    const char *options[] = {
        "listening_ports", addresses, "num_threads", "128",
        "connection_queue", "1024", "listen_backlog", "4096",
        "enable_keep_alive", "yes", "keep_alive_timeout_ms", "5000",
        "request_timeout_ms", "5000", "tcp_nodelay", "1",
        "max_request_size", "32768", "decode_url", "no",
        "access_control_allow_methods", "", "access_control_allow_origin", "",
        "enable_directory_listing", "no", "cgi_pattern", "", "ssi_pattern", "",
        NULL};
    const struct mg_callbacks callbacks = {
        .begin_request = exchange_serve, .http_error = exchange_error,
        .init_thread = thread_init, .exit_thread = thread_exit,
        .init_connection = connection_open,
        .connection_close = connection_close, .log_message = on_message};
    /* clang-format on */

    for (int i = 0; i < WORKERS; i++)
        pthread_mutex_init(&s->workers[i].lock, NULL);
    s->web = mg_start(&callbacks, s, options);
    if (s->web && !pthread_create(&s->watchdog, NULL, watch, s))
        return 0;
    mg_stop(s->web);
    return fail(s->web ? "cannot start a thread"
                       : "cannot listen, is the port in use? See LISTEN, PORT");
}

/* Refuse new requests, let the others finish, then close everything. */
void server_stop(server *s)
{
    socklen_t size = sizeof(int);

    atomic_store(&s->stopping, true);
    canon_interrupt(s->engine);
    for (int i = 0; i < STOP_TICKS && atomic_load(&s->requests); i++)
        poll(NULL, 0, TICK_MS);
    /* CivetWeb would wait on its listening sockets for two seconds more */
    for (int fd = 3, on; fd < FILES; fd++)
        if (!getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) && on)
            shutdown(fd, SHUT_RDWR);
    mg_stop(s->web);
    atomic_store(&s->worker_count, WORKERS + 1); /* ends the watchdog */
    pthread_join(s->watchdog, NULL);
}
