/*
 * Locks. Thin, so that the rules about them can be asserted in one place.
 */
#include "lock.h"

#include "canon/common.h"

int cn_lock_init(cn_lock *lock)
{
    return pthread_mutex_init(&lock->mutex, NULL) ? CANON_ENOMEM : CANON_OK;
}

void cn_lock_free(cn_lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

void cn_lock_take(cn_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

void cn_lock_give(cn_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}
