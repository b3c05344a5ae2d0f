/*
 * The cache: a hash table of fixed size with chains, and one ring through all
 * entries, the most recently used one first.
 */
#include "lru.h"

#include "lock.h"
#include "map.h"
#include "mem.h"

#define BYTES_PER_CHAIN 4096
#define LEAST_CHAINS    64
#define MOST_CHAINS     65536

typedef struct entry {
    struct entry *newer;
    struct entry *older;
    struct entry *chain;
    uint64_t hash;
    size_t key_len;
    size_t value_len;
    char data[]; /* key, value */
} entry;

struct cn_lru {
    cn_lock lock;
    entry **chains;
    size_t chain_count; /* power of two */
    entry *newest;
    entry *oldest;
    size_t used;
    size_t budget;
};

cn_lru *cn_lru_new(size_t budget)
{
    cn_lru *lru = cn_calloc(1, sizeof(*lru));
    size_t chains = LEAST_CHAINS;

    if (!lru)
        return NULL;
    while (chains < MOST_CHAINS && chains < budget / BYTES_PER_CHAIN)
        chains *= 2;
    lru->budget = budget;
    lru->chain_count = chains;
    lru->chains = cn_calloc(chains, sizeof(entry *));
    if (!lru->chains || cn_lock_init(&lru->lock)) {
        cn_free(lru->chains);
        cn_free(lru);
        return NULL;
    }
    return lru;
}

static size_t cost(const entry *e)
{
    return sizeof(*e) + e->key_len + e->value_len;
}

static cn_slice key_of(const entry *e)
{
    return cn_slice_of(e->data, e->key_len);
}

/* The link that points to the entry, or to NULL where it would be. */
static entry **find(cn_lru *lru, cn_slice key, uint64_t hash)
{
    entry **link = &lru->chains[hash & (lru->chain_count - 1)];

    while (*link && ((*link)->hash != hash || !cn_slice_eq(key_of(*link), key)))
        link = &(*link)->chain;
    return link;
}

static void unlist(cn_lru *lru, entry *e)
{
    *(e->newer ? &e->newer->older : &lru->newest) = e->older;
    *(e->older ? &e->older->newer : &lru->oldest) = e->newer;
}

static void list_first(cn_lru *lru, entry *e)
{
    e->newer = NULL;
    e->older = lru->newest;
    *(lru->newest ? &lru->newest->newer : &lru->oldest) = e;
    lru->newest = e;
}

static void drop(cn_lru *lru, entry **link)
{
    entry *e = *link;

    if (!e)
        return;
    *link = e->chain;
    unlist(lru, e);
    lru->used -= cost(e);
    cn_free(e);
}

static void drop_entry(cn_lru *lru, const entry *e)
{
    drop(lru, find(lru, key_of(e), e->hash));
}

void cn_lru_free(cn_lru *lru)
{
    if (!lru)
        return;
    cn_lru_drop(lru, cn_str(""));
    cn_lock_free(&lru->lock);
    cn_free(lru->chains);
    cn_free(lru);
}

bool cn_lru_get(cn_lru *lru, cn_slice key, cn_buf *out)
{
    uint64_t hash = cn_hash(key);
    entry *e;

    cn_lock_take(&lru->lock);
    e = *find(lru, key, hash);
    if (e) {
        unlist(lru, e);
        list_first(lru, e);
        cn_buf_add(out, e->data + e->key_len, e->value_len);
    }
    cn_lock_give(&lru->lock);
    return e;
}

static entry *new_entry(cn_slice key, uint64_t hash, cn_slice value)
{
    entry *e = cn_realloc(NULL, sizeof(*e) + key.len + value.len);

    if (!e)
        return NULL;
    memset(e, 0, sizeof(*e));
    e->hash = hash;
    e->key_len = key.len;
    e->value_len = value.len;
    if (key.len)
        memcpy(e->data, key.ptr, key.len);
    if (value.len)
        memcpy(e->data + key.len, value.ptr, value.len);
    return e;
}

void cn_lru_put(cn_lru *lru, cn_slice key, cn_slice value)
{
    uint64_t hash = cn_hash(key);
    bool fits = key.len <= lru->budget && value.len <= lru->budget &&
                sizeof(entry) + key.len + value.len <= lru->budget;
    entry *e = fits ? new_entry(key, hash, value) : NULL;
    entry **link;

    cn_lock_take(&lru->lock);
    link = find(lru, key, hash);
    if (*link)
        drop(lru, link); /* out of date, also when the new one does not fit */
    if (e) {
        while (lru->oldest && lru->used + cost(e) > lru->budget)
            drop_entry(lru, lru->oldest);
        link = find(lru, key, hash);
        e->chain = *link;
        *link = e;
        list_first(lru, e);
        lru->used += cost(e);
    }
    cn_lock_give(&lru->lock);
}

void cn_lru_drop(cn_lru *lru, cn_slice prefix)
{
    entry *e;

    cn_lock_take(&lru->lock);
    e = lru->newest;
    while (e) {
        entry *older = e->older;

        if (e->key_len >= prefix.len &&
            cn_slice_eq(cn_slice_first(key_of(e), prefix.len), prefix))
            drop_entry(lru, e);
        e = older;
    }
    cn_lock_give(&lru->lock);
}
