/* Memory: everything the library allocates goes through these. */
#ifndef CN_MEM_H
#define CN_MEM_H

#include <stddef.h>

typedef void *cn_realloc_fn(void *user, void *ptr, size_t size);

/* Change the allocator; before anything was allocated. NULL: realloc/free. */
void cn_mem_set(cn_realloc_fn *fn, void *user);

/* As realloc; size 0 frees and returns NULL. */
void *cn_realloc(void *ptr, size_t size);

/* count * size zeroed bytes; NULL on overflow or without memory. */
void *cn_calloc(size_t count, size_t size);

/* A copy with a NUL behind it. */
char *cn_memdup(const void *data, size_t len);
char *cn_strdup(const char *text);

/* NULL is allowed. */
void cn_free(void *ptr);

#endif
