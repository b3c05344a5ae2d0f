/*
 * A cache of texts by key, least recently used first out, with a byte budget.
 * Any thread at any time; what comes out is a copy.
 */
#ifndef CN_LRU_H
#define CN_LRU_H

#include "buf.h"

typedef struct cn_lru cn_lru;

/* NULL without memory. budget 0: nothing is ever kept. */
cn_lru *cn_lru_new(size_t budget);
void cn_lru_free(cn_lru *lru);

/* true and a copy appended to out when it is there. */
bool cn_lru_get(cn_lru *lru, cn_slice key, cn_buf *out);

/* Keep a copy; a failure to keep is harmless. */
void cn_lru_put(cn_lru *lru, cn_slice key, cn_slice value);

/* Forget every key that starts with prefix; "" forgets all. */
void cn_lru_drop(cn_lru *lru, cn_slice prefix);

#endif
