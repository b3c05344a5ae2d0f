#include "map.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define MANY 1000

static char keys[MANY][8];
static int values[MANY];

static int fill(cn_map *map)
{
    int rc = CANON_OK;

    for (int i = 0; i < MANY && !rc; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%d", i);
        values[i] = i;
        rc = cn_map_put(map, cn_str(keys[i]), &values[i]);
    }
    return rc;
}

Test(map, finds_what_was_put)
{
    cn_map map = CN_MAP_INIT;

    cr_assert(eq(int, fill(&map), CANON_OK));
    cr_assert(eq(sz, map.count, MANY));
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(*(int *)cn_map_get(&map, cn_str(keys[i])), i);
    cr_assert_null(cn_map_get(&map, cn_str("k")));
    cn_map_free(&map);
    cr_assert_null(cn_map_get(&map, cn_str("k1")));
}

Test(map, replaces_a_value)
{
    cn_map map = CN_MAP_INIT;
    int one = 1;
    int two = 2;

    cr_assert(eq(int, cn_map_put(&map, cn_str(""), &one), CANON_OK));
    cr_assert(eq(int, cn_map_put(&map, cn_str(""), &two), CANON_OK));
    cr_assert(eq(sz, map.count, 1));
    cr_assert(eq(ptr, cn_map_get(&map, cn_str("")), &two));
    cn_map_free(&map);
}

Test(map, can_be_walked)
{
    cn_map map = CN_MAP_INIT;
    size_t seen = 0;

    cr_assert(eq(int, fill(&map), CANON_OK));
    for (size_t i = 0; i < map.cap; i++)
        seen += cn_map_at(&map, i)->value != NULL;
    cr_assert(eq(sz, seen, MANY));
    cn_map_free(&map);
}

static int fill_and_free(void *user)
{
    cn_map map = CN_MAP_INIT;
    int rc = fill(&map);

    (void)user;
    cn_map_free(&map);
    return rc;
}

Test(map, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, fill_and_free, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, fill_and_free, NULL), 3));
}
