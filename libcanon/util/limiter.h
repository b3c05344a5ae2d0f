/* Sliding-window limits by name and key. Any thread at any time. */
#ifndef CN_LIMITER_H
#define CN_LIMITER_H

#include "slice.h"

/* Buckets that are kept; of more, those that were hit longest ago go. */
#define CN_LIMITER_KEYS 65536

typedef struct cn_limiter cn_limiter;

cn_limiter *cn_limiter_new(void);
void cn_limiter_free(cn_limiter *limiter);

/* CANON_OK, or CANON_ELIMIT and when one is free again; CANON_ENOMEM. Buckets
 * idle for a window are dropped. key: limit name and caller together. */
int cn_limiter_take(cn_limiter *limiter, cn_slice key, int max,
                    int64_t window_us, int64_t now_us, int64_t *retry_us);

/* Would one be refused? As cn_limiter_take, but takes none. */
int cn_limiter_check(cn_limiter *limiter, cn_slice key, int max,
                     int64_t window_us, int64_t now_us, int64_t *retry_us);

/* Take the newest hit back. */
void cn_limiter_return(cn_limiter *limiter, cn_slice key);

#endif
