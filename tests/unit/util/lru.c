#include "lru.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static cn_buf out = CN_BUF_INIT(100000);

static bool has(cn_lru *lru, const char *key)
{
    cn_buf_reset(&out);
    return cn_lru_get(lru, cn_str(key), &out);
}

static void put(cn_lru *lru, const char *key, const char *value)
{
    cn_lru_put(lru, cn_str(key), cn_str(value));
}

Test(lru, gives_a_copy_of_what_was_put)
{
    cn_lru *lru = cn_lru_new(10000);

    put(lru, "a", "one");
    put(lru, "b", "two");
    cr_assert(has(lru, "a"));
    cr_assert(eq(str, out.data, "one"));
    cr_assert_not(has(lru, "c"));
    cn_lru_free(lru);
    cn_buf_free(&out);
}

Test(lru, replaces_a_value)
{
    cn_lru *lru = cn_lru_new(10000);

    put(lru, "a", "one");
    put(lru, "a", "two");
    cr_assert(has(lru, "a"));
    cr_assert(eq(str, out.data, "two"));
    cn_lru_free(lru);
    cn_buf_free(&out);
}

Test(lru, forgets_what_was_not_used_for_longest)
{
    cn_lru *lru = cn_lru_new(900);
    char value[201];

    memset(value, 'x', 200);
    value[200] = '\0';
    put(lru, "a", value);
    put(lru, "b", value);
    put(lru, "c", value);
    cr_assert(has(lru, "a"));
    put(lru, "d", value);
    cr_assert(has(lru, "a"));
    cr_assert_not(has(lru, "b"));
    cr_assert(has(lru, "c"));
    cr_assert(has(lru, "d"));
    cn_lru_free(lru);
    cn_buf_free(&out);
}

Test(lru, keeps_nothing_bigger_than_its_budget_and_no_old_value)
{
    cn_lru *lru = cn_lru_new(1000);
    char value[2001];

    memset(value, 'x', 2000);
    value[2000] = '\0';
    put(lru, "a", "small");
    put(lru, "a", value);
    cr_assert_not(has(lru, "a"));
    cn_lru_free(lru);
}

Test(lru, keeps_nothing_without_a_budget)
{
    cn_lru *lru = cn_lru_new(0);

    put(lru, "", "");
    cr_assert_not(has(lru, ""));
    cn_lru_free(lru);
}

Test(lru, drops_by_prefix)
{
    cn_lru *lru = cn_lru_new(10000);

    put(lru, "acme/1", "x");
    put(lru, "acme/2", "x");
    put(lru, "bolt/1", "x");
    cn_lru_drop(lru, cn_str("acme/"));
    cr_assert_not(has(lru, "acme/1"));
    cr_assert_not(has(lru, "acme/2"));
    cr_assert(has(lru, "bolt/1"));
    cn_lru_drop(lru, cn_str(""));
    cr_assert_not(has(lru, "bolt/1"));
    cn_lru_free(lru);
    cn_buf_free(&out);
}

static int use(void *user)
{
    cn_lru *lru = cn_lru_new(5000);
    char key[16];

    (void)user;
    if (!lru)
        return CANON_ENOMEM;
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        put(lru, key, "some text");
        (void)has(lru, "key 50");
    }
    cn_buf_free(&out);
    cn_lru_free(lru);
    return CANON_OK;
}

Test(lru, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, use, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, use, NULL), 1));
}
