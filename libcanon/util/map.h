/* From text to pointer. Keys are borrowed, values too. */
#ifndef CN_MAP_H
#define CN_MAP_H

#include "slice.h"

typedef struct cn_map_entry {
    cn_slice key;
    void *value; /* NULL: free entry */
    uint64_t hash;
} cn_map_entry;

typedef struct cn_map {
    cn_map_entry *entries;
    size_t count;
    size_t cap; /* power of two */
} cn_map;

#define CN_MAP_INIT                                                            \
    {                                                                          \
        NULL, 0, 0                                                             \
    }

/* FNV-1a, for tables whose keys nobody hostile chooses at length. */
uint64_t cn_hash(cn_slice s);

/* NULL when it is not there. */
void *cn_map_get(const cn_map *map, cn_slice key);

/* Replace or add; value not NULL. CANON_OK or CANON_ENOMEM. */
int cn_map_put(cn_map *map, cn_slice key, void *value);

/* Entry i of 0 to cap - 1; value NULL means free. */
static inline const cn_map_entry *cn_map_at(const cn_map *map, size_t i)
{
    return &map->entries[i];
}

void cn_map_free(cn_map *map);

#endif
