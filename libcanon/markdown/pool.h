/*
 * The memory of one tree. cmark cannot live with an allocator that returns
 * NULL, so the pool holds address space for the worst case from the start;
 * pages are committed as they are touched.
 */
#ifndef CN_MARKDOWN_POOL_H
#define CN_MARKDOWN_POOL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cn_pool_region cn_pool_region;

typedef struct cn_pool {
    char *at;                /* where the next block goes */
    char *end;               /* of the region in use */
    cn_pool_region *regions; /* the region in use, older ones behind it */
    char *spare;             /* the next region, as yet untouched; or NULL */
    size_t spare_size;
} cn_pool;

/* Memory of first bytes at once, and worst bytes behind it. False: refused. */
bool cn_pool_init(cn_pool *pool, size_t first, size_t worst);

/* Make sure that allocations of size bytes in total cannot fail. */
bool cn_pool_ensure(cn_pool *pool, size_t size);

void cn_pool_free(cn_pool *pool);

/* As calloc and realloc, but never NULL within what was ensured. */
void *cn_pool_calloc(cn_pool *pool, size_t count, size_t size);
void *cn_pool_realloc(cn_pool *pool, void *ptr, size_t size);
void cn_pool_release(cn_pool *pool, void *ptr);

#endif
