/*
 * The cache and the limits, used by many threads at once.
 */
#include "limiter.h"
#include "lru.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 4
#define ROUNDS  20000
#define MAX     1000

static cn_lru *lru;
static cn_limiter *limiter;

static void must(bool truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "failed: %s\n", what);
        exit(1);
    }
}

/* A value is its key, so that a mixture would be seen. */
static void *use_cache(void *user)
{
    cn_buf out = CN_BUF_INIT(100);

    (void)user;
    for (int i = 0; i < ROUNDS; i++) {
        char key[16];

        snprintf(key, sizeof(key), "%d/%d", i % 3, i % 50);
        cn_buf_reset(&out);
        if (cn_lru_get(lru, cn_str(key), &out))
            must(cn_slice_is(cn_buf_all(&out), key), "value of the key");
        else
            cn_lru_put(lru, cn_str(key), cn_str(key));
        if (i % 100 == 0)
            cn_lru_drop(lru, cn_str("1/"));
    }
    cn_buf_free(&out);
    return NULL;
}

static void *use_limit(void *user)
{
    int *taken = user;

    for (int i = 0; i < MAX; i++)
        *taken += cn_limiter_take(limiter, cn_str("k"), MAX, 1000000, 0,
                                  NULL) == CANON_OK;
    return NULL;
}

int main(void)
{
    pthread_t threads[2 * THREADS];
    int taken[THREADS] = {0};
    int sum = 0;

    lru = cn_lru_new(4000);
    limiter = cn_limiter_new();
    must(lru && limiter, "memory");
    for (int i = 0; i < THREADS; i++) {
        must(!pthread_create(&threads[i], NULL, use_cache, NULL), "thread");
        must(!pthread_create(&threads[THREADS + i], NULL, use_limit, &taken[i]),
             "thread");
    }
    for (int i = 0; i < 2 * THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        sum += taken[i];
    must(sum == MAX, "exactly as many as the limit says");
    cn_lru_free(lru);
    cn_limiter_free(limiter);
    return 0;
}
