/* A growing array of equal items. */
#ifndef CN_ARRAY_H
#define CN_ARRAY_H

#include "canon/common.h"

typedef struct cn_array {
    void *items;
    size_t count;
    size_t cap;
    size_t size; /* of an item */
} cn_array;

#define CN_ARRAY_INIT(type)                                                    \
    {                                                                          \
        NULL, 0, 0, sizeof(type)                                               \
    }

/* A new zeroed item at the end; NULL without memory. */
void *cn_array_push(cn_array *array);

static inline void *cn_array_at(const cn_array *array, size_t i)
{
    return (char *)array->items + i * array->size;
}

/* The last item goes; the array must not be empty. */
void cn_array_pop(cn_array *array);

/* No items, memory kept. */
void cn_array_reset(cn_array *array);
void cn_array_free(cn_array *array);

/* for (each) over an array: type *item */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a name */
#define cn_array_each(type, item, array)                                       \
    for (type *item = (array)->items;                                          \
         item && item < (type *)(array)->items + (array)->count; item++)
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
