/* Memory that is freed all at once. One thread at a time. */
#ifndef CN_ARENA_H
#define CN_ARENA_H

#include "canon/common.h"
#include "slice.h"

typedef struct cn_arena_block cn_arena_block;

typedef struct cn_arena {
    cn_arena_block *head; /* the block in use; older ones behind it */
    size_t used;          /* bytes of head */
    size_t total;         /* bytes of all blocks */
    bool secret;          /* is wiped before it is forgotten */
} cn_arena;

#define CN_ARENA_INIT                                                          \
    {                                                                          \
        NULL, 0, 0, false                                                      \
    }

/* Aligned for anything, not zeroed; NULL without memory. */
void *cn_arena_alloc(cn_arena *a, size_t size);

/* count * size zeroed bytes; NULL on overflow or without memory. */
void *cn_arena_array(cn_arena *a, size_t count, size_t size);

/* A terminated copy. */
char *cn_arena_copy(cn_arena *a, cn_slice s);
char *cn_arena_str(cn_arena *a, const char *text); /* NULL stays NULL */
char *cn_arena_printf(cn_arena *a, const char *fmt, ...) CANON_PRINTF(2, 3);

/* What is in it now and until it is next reset or freed is wiped then: for
 * arenas that hold tokens and the like. */
void cn_arena_guard(cn_arena *a);

/* Forget everything, keep one block. */
void cn_arena_reset(cn_arena *a);
void cn_arena_free(cn_arena *a);

#endif
