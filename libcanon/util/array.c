/*
 * Growing arrays.
 */
#include "array.h"

#include "mem.h"

#include <string.h>

void *cn_array_push(cn_array *array)
{
    void *item;

    if (array->count == array->cap) {
        size_t cap = array->cap ? array->cap * 2 : 8;
        void *items;

        if (cap > SIZE_MAX / array->size)
            return NULL;
        items = cn_realloc(array->items, cap * array->size);
        if (!items)
            return NULL;
        array->items = items;
        array->cap = cap;
    }
    item = cn_array_at(array, array->count);
    memset(item, 0, array->size);
    array->count++;
    return item;
}

void cn_array_pop(cn_array *array)
{
    array->count--;
}

void cn_array_reset(cn_array *array)
{
    array->count = 0;
}

void cn_array_free(cn_array *array)
{
    cn_free(array->items);
    array->items = NULL;
    array->count = 0;
    array->cap = 0;
}
