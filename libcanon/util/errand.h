/*
 * A function that runs on a thread of its own while its caller does something
 * else. The thread takes no signals, which are the host's.
 */
#ifndef CN_ERRAND_H
#define CN_ERRAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct cn_errand {
    int (*run)(void *user);
    void *user;
    int rc; /* what run returned */
    pthread_t thread;
    bool away;
} cn_errand;

/* Send it; false: no thread can be had, and nothing happened. stack in bytes;
 * user must live until cn_errand_wait returns. */
bool cn_errand_start(cn_errand *e, size_t stack);

/* Wait for its end; the result of run. At once for one that was not sent. */
int cn_errand_wait(cn_errand *e);

#endif
