/* What the files of canond share: the server and its workers. */
#ifndef CANOND_H
#define CANOND_H

#include <canon.h>
#include <civetweb.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define WORKERS     128   /* threads of CivetWeb: one connection each */
#define OUT_SIZE    32768 /* an answer up to this is one write */
#define TARGET_SIZE 32768 /* CivetWeb takes no larger header */
#define TICK_MS     100
#define HEAD_US     INT64_C(6000000)
#define BODY_US     INT64_C(10000000)

typedef struct worker {
    pthread_mutex_t lock; /* of the next five: the watchdog has a look */
    const struct mg_connection *peer;
    int64_t since_us;
    int64_t limit_us; /* of a wait for the client; 0: it does not wait */
    int how;          /* to end the wait, for shutdown() */
    bool late;        /* a wait of this request was ended */
    canon_conn *conn;
    char out[OUT_SIZE];
    char target[TARGET_SIZE];
} worker;

typedef struct server {
    canon *engine;
    struct mg_context *web;
    pthread_t watchdog;
    worker workers[WORKERS];
    atomic_int worker_count;
    atomic_int busy;     /* connections */
    atomic_int requests; /* that are being answered */
    atomic_int streams;
    atomic_bool ready; /* the schema is current */
    atomic_bool stopping;
} server;

extern const canon_asset assets[]; /* made by the build */

int fail(const char *text);
int server_start(server *s, const char *addresses);
void server_stop(server *s);
bool server_is_crowded(server *s);
bool worker_wait(worker *w, int how, int64_t since_us, int64_t limit_us);
int exchange_serve(struct mg_connection *peer);
int exchange_error(struct mg_connection *peer, int status, const char *text);

#endif
