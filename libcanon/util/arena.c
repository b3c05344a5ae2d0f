/*
 * Arenas: a list of blocks that double up to a limit. The point is that
 * clean-up needs no code.
 */
#include "arena.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_BLOCK (4 * 1024 - 32)
#define LAST_BLOCK  (1024 * 1024)
#define ALIGNMENT   sizeof(union strictest)

union strictest {
    void *p;
    int64_t i;
    double d;
    void (*f)(void);
};

struct cn_arena_block {
    cn_arena_block *next;
    size_t size;
    union strictest data[];
};

static void *add_block(cn_arena *a, size_t size)
{
    size_t want = a->head ? a->head->size * 2 : FIRST_BLOCK;
    cn_arena_block *block;

    if (want > LAST_BLOCK)
        want = LAST_BLOCK;
    if (want < size)
        want = size;
    if (want > SIZE_MAX - sizeof(*block))
        return NULL;
    block = cn_realloc(NULL, sizeof(*block) + want);
    if (!block)
        return NULL;
    block->next = a->head;
    block->size = want;
    a->head = block;
    a->used = size;
    a->total += want;
    return block->data;
}

void *cn_arena_alloc(cn_arena *a, size_t size)
{
    void *p;

    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    if (!a->head || size > a->head->size - a->used)
        return add_block(a, size);
    p = (char *)a->head->data + a->used;
    a->used += size;
    return p;
}

void *cn_arena_array(cn_arena *a, size_t count, size_t size)
{
    void *p;

    if (size && count > SIZE_MAX / size)
        return NULL;
    p = cn_arena_alloc(a, count * size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

char *cn_arena_copy(cn_arena *a, cn_slice s)
{
    char *p = s.len < SIZE_MAX ? cn_arena_alloc(a, s.len + 1) : NULL;

    if (!p)
        return NULL;
    if (s.len)
        memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    return p;
}

char *cn_arena_str(cn_arena *a, const char *text)
{
    return text ? cn_arena_copy(a, cn_str(text)) : NULL;
}

char *cn_arena_printf(cn_arena *a, const char *fmt, ...)
{
    va_list args;
    char *p;
    int n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    p = n < 0 ? NULL : cn_arena_alloc(a, (size_t)n + 1);
    if (!p)
        return NULL;
    va_start(args, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return p;
}

/* Through a pointer that may change, so that no compiler leaves it out because
 * the memory is not read afterwards. */
static void *(*const volatile overwrite)(void *, int, size_t) = memset;

void cn_arena_guard(cn_arena *a)
{
    a->secret = true;
}

static void wipe(cn_arena *a)
{
    size_t used = a->used;

    if (!a->secret)
        return;
    for (cn_arena_block *block = a->head; block; block = block->next) {
        overwrite(block->data, 0, used);
        used = block->next ? block->next->size : 0;
    }
    a->secret = false;
}

static void free_blocks(cn_arena_block *block)
{
    while (block) {
        cn_arena_block *next = block->next;

        cn_free(block);
        block = next;
    }
}

void cn_arena_reset(cn_arena *a)
{
    wipe(a);
    if (!a->head)
        return;
    free_blocks(a->head->next);
    a->head->next = NULL;
    a->used = 0;
    a->total = a->head->size;
}

void cn_arena_free(cn_arena *a)
{
    wipe(a);
    free_blocks(a->head);
    a->head = NULL;
    a->used = 0;
    a->total = 0;
}
