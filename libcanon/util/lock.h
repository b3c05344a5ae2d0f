/* A leaf lock: no callback, no I/O and no second lock while holding it. */
#ifndef CN_LOCK_H
#define CN_LOCK_H

#include <pthread.h>

typedef struct cn_lock {
    pthread_mutex_t mutex;
} cn_lock;

/* 0 or CANON_ENOMEM. */
int cn_lock_init(cn_lock *lock);
void cn_lock_free(cn_lock *lock);
void cn_lock_take(cn_lock *lock);
void cn_lock_give(cn_lock *lock);

#endif
