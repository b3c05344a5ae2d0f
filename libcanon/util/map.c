/*
 * A hash table with open addressing; entries are never removed.
 */
#include "map.h"

#include "mem.h"

#define FIRST_CAP 16

uint64_t cn_hash(cn_slice s)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < s.len; i++) {
        hash ^= (unsigned char)s.ptr[i];
        hash *= UINT64_C(1099511628211);
    }
    /* the low bits choose the place; let the high ones take part */
    return hash ^ hash >> 32;
}

/* The entry of the key, or the free one where it belongs. */
static cn_map_entry *find(cn_map_entry *entries, size_t cap, cn_slice key,
                          uint64_t hash)
{
    size_t i = (size_t)hash & (cap - 1);

    while (entries[i].value &&
           (entries[i].hash != hash || !cn_slice_eq(entries[i].key, key)))
        i = (i + 1) & (cap - 1);
    return &entries[i];
}

void *cn_map_get(const cn_map *map, cn_slice key)
{
    if (map->count == 0)
        return NULL;
    return find(map->entries, map->cap, key, cn_hash(key))->value;
}

static int grow(cn_map *map)
{
    size_t cap = map->cap ? map->cap * 2 : FIRST_CAP;
    cn_map_entry *entries = cn_calloc(cap, sizeof(*entries));

    if (!entries)
        return CANON_ENOMEM;
    for (size_t i = 0; i < map->cap; i++) {
        const cn_map_entry *e = &map->entries[i];

        if (e->value)
            *find(entries, cap, e->key, e->hash) = *e;
    }
    cn_free(map->entries);
    map->entries = entries;
    map->cap = cap;
    return CANON_OK;
}

int cn_map_put(cn_map *map, cn_slice key, void *value)
{
    uint64_t hash = cn_hash(key);
    cn_map_entry *entry;

    if (map->count * 4 >= map->cap * 3 && grow(map))
        return CANON_ENOMEM;
    entry = find(map->entries, map->cap, key, hash);
    map->count += !entry->value;
    entry->key = key;
    entry->value = value;
    entry->hash = hash;
    return CANON_OK;
}

void cn_map_free(cn_map *map)
{
    cn_free(map->entries);
    map->entries = NULL;
    map->count = 0;
    map->cap = 0;
}
