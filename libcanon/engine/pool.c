/*
 * Pools of database connections. On SQLite the writers' pool has exactly one
 * connection, so whoever writes queues here and not in the database.
 */
#include "engine_parts.h"

#include "fail.h"
#include "mem.h"

#include <errno.h>
#include <time.h>

int cn_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    int rc;

    if (pthread_condattr_init(&attr))
        return CANON_ENOMEM;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    rc = pthread_cond_init(cond, &attr) ? CANON_ENOMEM : CANON_OK;
    pthread_condattr_destroy(&attr);
    return rc;
}

int64_t cn_cond_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool cn_cond_wait(pthread_cond_t *cond, cn_lock *lock, int64_t until_us)
{
    struct timespec until;

    until.tv_sec = (time_t)(until_us / 1000000);
    until.tv_nsec = (until_us % 1000000) * 1000;
    return pthread_cond_timedwait(cond, &lock->mutex, &until) != ETIMEDOUT;
}

int cn_db_pool_init(cn_db_pool *pool, const char *url, size_t cap,
                    const cn_db_options *options, canon_error *err)
{
    int rc;

    pool->url = url;
    pool->cap = cap;
    pool->options = *options;
    pool->idle = cn_calloc(cap, sizeof(*pool->idle));
    pool->known = cn_calloc(cap, sizeof(*pool->known));
    rc = pool->idle && pool->known ? cn_lock_init(&pool->lock) : CANON_ENOMEM;
    if (!rc) {
        rc = cn_cond_init(&pool->changed);
        if (rc)
            cn_lock_free(&pool->lock);
    }
    if (rc) {
        cn_free(pool->idle);
        cn_free(pool->known);
        pool->idle = NULL;
        pool->known = NULL;
        return cn_fail_memory(err);
    }
    pool->ready = true;
    return CANON_OK;
}

void cn_db_pool_free(cn_db_pool *pool)
{
    if (!pool->ready)
        return;
    for (size_t i = 0; i < pool->idle_count; i++)
        cn_db_close(pool->idle[i]);
    cn_free(pool->idle);
    cn_free(pool->known);
    pthread_cond_destroy(&pool->changed);
    cn_lock_free(&pool->lock);
    pool->ready = false;
}

/*
 * An idle connection, or NULL with a place reserved for a new one. Waits while
 * there is neither.
 */
static int reserve(canon *c, cn_db_pool *pool, int64_t wait_us, cn_db **out,
                   canon_error *err)
{
    int64_t until = cn_cond_now_us() + wait_us;
    int rc = CANON_OK;

    *out = NULL;
    cn_lock_take(&pool->lock);
    while (!rc && pool->idle_count == 0 && pool->open_count == pool->cap) {
        if (atomic_load(&c->interrupted))
            rc = cn_fail(err, CANON_ECANCELED, "the engine is stopping");
        else if (!cn_cond_wait(&pool->changed, &pool->lock, until) &&
                 pool->idle_count == 0)
            rc = cn_fail(err, CANON_EBUSY, "all database connections are busy");
    }
    if (!rc && pool->idle_count)
        *out = pool->idle[--pool->idle_count];
    else if (!rc)
        pool->open_count++;
    cn_lock_give(&pool->lock);
    return rc;
}

static void forget(cn_db_pool *pool, const cn_db *db)
{
    for (size_t i = 0; i < pool->known_count; i++) {
        if (pool->known[i] == db) {
            pool->known[i] = pool->known[--pool->known_count];
            return;
        }
    }
}

int cn_db_pool_take(canon *c, cn_db_pool *pool, int64_t wait_us, cn_db **out,
                    canon_error *err)
{
    cn_db *left = NULL;
    int rc = reserve(c, pool, wait_us, out, err);

    if (!rc && *out && cn_db_left(*out)) { /* keeps its place */
        left = *out;
        *out = NULL;
        cn_lock_take(&pool->lock);
        forget(pool, left);
        cn_lock_give(&pool->lock);
        cn_db_close(left);
    }
    if (rc || *out)
        return rc;
    rc = cn_db_open(pool->url, &pool->options, out, err);
    cn_lock_take(&pool->lock);
    if (rc) {
        pool->open_count--;
        pthread_cond_signal(&pool->changed);
    } else {
        pool->known[pool->known_count++] = *out;
    }
    cn_lock_give(&pool->lock);
    return rc;
}

void cn_db_pool_give(cn_db_pool *pool, cn_db *db)
{
    bool broken = cn_db_broken(db);

    cn_lock_take(&pool->lock);
    if (broken) {
        forget(pool, db);
        pool->open_count--;
    } else {
        pool->idle[pool->idle_count++] = db;
    }
    pthread_cond_signal(&pool->changed);
    cn_lock_give(&pool->lock);
    if (broken)
        cn_db_close(db);
}

void cn_db_pool_interrupt(cn_db_pool *pool)
{
    if (!pool->ready)
        return;
    cn_lock_take(&pool->lock);
    /* under the lock, so that none of them is closed meanwhile */
    for (size_t i = 0; i < pool->known_count; i++)
        cn_db_interrupt(pool->known[i]);
    pthread_cond_broadcast(&pool->changed);
    cn_lock_give(&pool->lock);
}
