/*
 * A bump allocator in regions. The first one comes from the host's allocator,
 * because small documents then cost no page faults; what follows is mapped
 * beforehand and stays untouched unless a document is strange.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "pool.h"

#include "mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 8
#define EMERGENCY (1024 * 1024)

struct cn_pool_region {
    cn_pool_region *next;
    size_t size;
    bool mapped;
};

/* In front of each block. */
typedef struct head {
    size_t size;
} head;

static void *map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void use_region(cn_pool *pool, void *memory, size_t size, bool mapped)
{
    cn_pool_region *region = memory;

    region->next = pool->regions;
    region->size = size;
    region->mapped = mapped;
    pool->regions = region;
    pool->at = (char *)memory + sizeof(*region);
    pool->end = (char *)memory + size;
}

bool cn_pool_init(cn_pool *pool, size_t first, size_t worst)
{
    void *memory;

    memset(pool, 0, sizeof(*pool));
    first += sizeof(cn_pool_region);
    memory = cn_realloc(NULL, first);
    if (!memory)
        return false;
    use_region(pool, memory, first, false);
    pool->spare = map(worst);
    pool->spare_size = worst;
    return pool->spare != NULL;
}

void cn_pool_free(cn_pool *pool)
{
    cn_pool_region *region = pool->regions;

    while (region) {
        cn_pool_region *next = region->next;

        if (region->mapped)
            munmap(region, region->size);
        else
            cn_free(region);
        region = next;
    }
    if (pool->spare)
        munmap(pool->spare, pool->spare_size);
    memset(pool, 0, sizeof(*pool));
}

static size_t room(const cn_pool *pool)
{
    return (size_t)(pool->end - pool->at);
}

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + sizeof(head);
}

bool cn_pool_ensure(cn_pool *pool, size_t size)
{
    void *memory;

    size += sizeof(cn_pool_region) + rounded(0);
    if (size <= room(pool))
        return true;
    if (pool->spare && size <= pool->spare_size)
        return true;
    memory = map(size);
    if (!memory)
        return false;
    if (pool->spare) {
        use_region(pool, memory, size, true);
    } else {
        pool->spare = memory;
        pool->spare_size = size;
    }
    return true;
}

/* A block of size bytes, header included. */
static void *take(cn_pool *pool, size_t size)
{
    head *block;

    if (size > room(pool)) {
        /* The second half is not reached: parsing and drawing ensure their
         * worst case. There is no way to report a failure through cmark. */
        if (!pool->spare && !cn_pool_ensure(pool, size + EMERGENCY))
            abort();
        use_region(pool, pool->spare, pool->spare_size, true);
        pool->spare = NULL;
        if (size > room(pool))
            abort();
    }
    block = (void *)pool->at;
    block->size = size;
    pool->at += size;
    return block + 1;
}

void *cn_pool_calloc(cn_pool *pool, size_t count, size_t size)
{
    void *p;

    if (size && count > (SIZE_MAX - 64) / size)
        abort();
    p = take(pool, rounded(count * size));
    memset(p, 0, count * size);
    return p;
}

static bool is_last(const cn_pool *pool, const head *block)
{
    return (const char *)block + block->size == pool->at;
}

void *cn_pool_realloc(cn_pool *pool, void *ptr, size_t size)
{
    size_t want = rounded(size);
    head *block = ptr ? (head *)ptr - 1 : NULL;
    void *p;

    if (size > SIZE_MAX - 64)
        abort();
    if (!block)
        return take(pool, want);
    if (want <= block->size)
        return ptr;
    if (is_last(pool, block) && want - block->size <= room(pool)) {
        pool->at += want - block->size;
        block->size = want;
        return ptr;
    }
    p = take(pool, want);
    memcpy(p, ptr, block->size - sizeof(head));
    return p;
}

void cn_pool_release(cn_pool *pool, void *ptr)
{
    head *block = ptr ? (head *)ptr - 1 : NULL;

    if (block && is_last(pool, block))
        pool->at -= block->size;
}
