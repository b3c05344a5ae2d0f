/*
 * The one door to the host's allocator. Words like malloc are forbidden
 * everywhere else, so that a test can make every allocation fail.
 */
#include "mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *default_realloc(void *user, void *ptr, size_t size)
{
    (void)user;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, size);
}

/* Process-wide by design: memory may be freed by another engine's thread. */
static cn_realloc_fn *hook = default_realloc;
static void *hook_user;

void cn_mem_set(cn_realloc_fn *fn, void *user)
{
    hook = fn ? fn : default_realloc;
    hook_user = user;
}

void *cn_realloc(void *ptr, size_t size)
{
    return hook(hook_user, ptr, size);
}

void *cn_calloc(size_t count, size_t size)
{
    void *p;

    if (size && count > SIZE_MAX / size)
        return NULL;
    if (count == 0 || size == 0) {
        count = 1;
        size = 1;
    }
    p = cn_realloc(NULL, count * size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

char *cn_memdup(const void *data, size_t len)
{
    char *p = len < SIZE_MAX ? cn_realloc(NULL, len + 1) : NULL;

    if (!p)
        return NULL;
    if (len)
        memcpy(p, data, len);
    p[len] = '\0';
    return p;
}

char *cn_strdup(const char *text)
{
    return cn_memdup(text, strlen(text));
}

void cn_free(void *ptr)
{
    if (ptr)
        cn_realloc(ptr, 0);
}
