/*
 * Sliding windows: for each key the times of its hits that still count.
 */
#include "limiter.h"

#include "lock.h"
#include "map.h"
#include "mem.h"

#define FIRST_CHAINS   64
#define SWEEP_PER_TAKE 2  /* chains looked through for idle buckets */
#define EVICT_AMONG    16 /* chains whose stalest bucket makes room */

typedef struct bucket {
    struct bucket *chain;
    char *key;
    size_t key_len;
    uint64_t hash;
    int64_t window_us;
    int max;
    int count;
    int64_t hits[]; /* oldest first */
} bucket;

struct cn_limiter {
    cn_lock lock;
    bucket **chains;
    size_t chain_count; /* power of two */
    size_t count;
    size_t sweep; /* the chain that is swept next */
};

cn_limiter *cn_limiter_new(void)
{
    cn_limiter *limiter = cn_calloc(1, sizeof(*limiter));

    if (!limiter)
        return NULL;
    limiter->chain_count = FIRST_CHAINS;
    limiter->chains = cn_calloc(FIRST_CHAINS, sizeof(bucket *));
    if (!limiter->chains || cn_lock_init(&limiter->lock)) {
        cn_free(limiter->chains);
        cn_free(limiter);
        return NULL;
    }
    return limiter;
}

static void free_bucket(cn_limiter *limiter, bucket **link)
{
    bucket *b = *link;

    *link = b->chain;
    limiter->count--;
    cn_free(b->key);
    cn_free(b);
}

void cn_limiter_free(cn_limiter *limiter)
{
    if (!limiter)
        return;
    for (size_t i = 0; i < limiter->chain_count; i++) {
        while (limiter->chains[i])
            free_bucket(limiter, &limiter->chains[i]);
    }
    cn_lock_free(&limiter->lock);
    cn_free(limiter->chains);
    cn_free(limiter);
}

static bucket **find(cn_limiter *limiter, cn_slice key, uint64_t hash)
{
    bucket **link = &limiter->chains[hash & (limiter->chain_count - 1)];

    while (*link &&
           ((*link)->hash != hash ||
            !cn_slice_eq(cn_slice_of((*link)->key, (*link)->key_len), key)))
        link = &(*link)->chain;
    return link;
}

static void forget_old(bucket *b, int64_t now_us)
{
    int old = 0;

    while (old < b->count && now_us - b->hits[old] >= b->window_us)
        old++;
    b->count -= old;
    memmove(b->hits, b->hits + old, (size_t)b->count * sizeof(b->hits[0]));
}

static void sweep(cn_limiter *limiter, int64_t now_us)
{
    for (int i = 0; i < SWEEP_PER_TAKE; i++) {
        bucket **link = &limiter->chains[limiter->sweep];

        limiter->sweep = (limiter->sweep + 1) & (limiter->chain_count - 1);
        while (*link) {
            forget_old(*link, now_us);
            if ((*link)->count == 0)
                free_bucket(limiter, link);
            else
                link = &(*link)->chain;
        }
    }
}

/* More chains; without memory the old ones serve on. */
static void grow(cn_limiter *limiter)
{
    size_t count = limiter->chain_count * 2;
    bucket **chains = cn_calloc(count, sizeof(bucket *));

    if (!chains)
        return;
    for (size_t i = 0; i < limiter->chain_count; i++) {
        bucket *b = limiter->chains[i];

        while (b) {
            bucket *next = b->chain;

            b->chain = chains[b->hash & (count - 1)];
            chains[b->hash & (count - 1)] = b;
            b = next;
        }
    }
    cn_free(limiter->chains);
    limiter->chains = chains;
    limiter->chain_count = count;
    limiter->sweep = 0;
}

static int64_t newest_hit(const bucket *b)
{
    return b->count > 0 ? b->hits[b->count - 1] : INT64_MIN;
}

/* Somebody comes under ever new names: forget the stalest of some buckets. */
static void evict(cn_limiter *limiter)
{
    bucket **stalest = NULL;

    for (size_t i = 0; i < EVICT_AMONG || !stalest; i++) {
        bucket **link = &limiter->chains[limiter->sweep];

        limiter->sweep = (limiter->sweep + 1) & (limiter->chain_count - 1);
        for (; *link; link = &(*link)->chain)
            if (!stalest || newest_hit(*link) < newest_hit(*stalest))
                stalest = link;
    }
    free_bucket(limiter, stalest);
}

static bucket *add(cn_limiter *limiter, cn_slice key, int max)
{
    bucket *b = cn_calloc(1, sizeof(*b) + (size_t)max * sizeof(b->hits[0]));
    bucket **chain;

    if (!b)
        return NULL;
    b->key = cn_memdup(key.ptr, key.len);
    if (!b->key) {
        cn_free(b);
        return NULL;
    }
    b->key_len = key.len;
    b->hash = cn_hash(key);
    b->max = max;
    if (limiter->count >= CN_LIMITER_KEYS)
        evict(limiter);
    if (limiter->count >= limiter->chain_count)
        grow(limiter);
    chain = &limiter->chains[b->hash & (limiter->chain_count - 1)];
    b->chain = *chain;
    *chain = b;
    limiter->count++;
    return b;
}

/* How long until a full bucket has room. */
static int64_t wait_of(const bucket *b, int64_t window_us, int64_t now_us)
{
    int64_t wait = b->hits[0] + window_us - now_us;

    /* longer only when the clock was set back */
    return wait < window_us ? wait : window_us;
}

static int take(cn_limiter *limiter, cn_slice key, int max, int64_t window_us,
                int64_t now_us, int64_t *retry_us)
{
    bucket **link = find(limiter, key, cn_hash(key));
    bucket *b = *link;

    if (b && b->max != max) {
        free_bucket(limiter, link);
        b = NULL;
    }
    if (!b)
        b = add(limiter, key, max);
    if (!b)
        return CANON_ENOMEM;
    b->window_us = window_us;
    forget_old(b, now_us);
    if (b->count >= max) {
        *retry_us = wait_of(b, window_us, now_us);
        return CANON_ELIMIT;
    }
    b->hits[b->count++] = now_us;
    return CANON_OK;
}

int cn_limiter_take(cn_limiter *limiter, cn_slice key, int max,
                    int64_t window_us, int64_t now_us, int64_t *retry_us)
{
    int64_t retry = max > 0 ? 0 : window_us;
    int rc = CANON_ELIMIT;

    if (max > 0) {
        cn_lock_take(&limiter->lock);
        sweep(limiter, now_us);
        rc = take(limiter, key, max, window_us, now_us, &retry);
        cn_lock_give(&limiter->lock);
    }
    if (retry_us)
        *retry_us = retry;
    return rc;
}

int cn_limiter_check(cn_limiter *limiter, cn_slice key, int max,
                     int64_t window_us, int64_t now_us, int64_t *retry_us)
{
    int64_t retry = 0;
    bucket *b;

    cn_lock_take(&limiter->lock);
    b = *find(limiter, key, cn_hash(key));
    if (b && b->max == max) {
        forget_old(b, now_us);
        if (b->count >= max)
            retry = wait_of(b, window_us, now_us);
    }
    cn_lock_give(&limiter->lock);
    if (retry_us)
        *retry_us = retry;
    return retry > 0 ? CANON_ELIMIT : CANON_OK;
}

void cn_limiter_return(cn_limiter *limiter, cn_slice key)
{
    bucket *b;

    cn_lock_take(&limiter->lock);
    b = *find(limiter, key, cn_hash(key));
    if (b && b->count > 0)
        b->count--;
    cn_lock_give(&limiter->lock);
}
