#include "arena.h"

#include "array.h"
#include "mem.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

Test(arena, gives_aligned_memory_of_any_size)
{
    cn_arena a = CN_ARENA_INIT;

    for (size_t size = 0; size < 10000; size += 7) {
        char *p = cn_arena_alloc(&a, size);

        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % sizeof(double), 0);
        memset(p, 0xAA, size);
    }
    cn_arena_free(&a);
}

Test(arena, refuses_what_cannot_be)
{
    cn_arena a = CN_ARENA_INIT;

    cr_assert_null(cn_arena_alloc(&a, SIZE_MAX));
    cr_assert_null(cn_arena_array(&a, SIZE_MAX / 2, 3));
    cn_arena_free(&a);
}

Test(arena, copies_and_prints)
{
    cn_arena a = CN_ARENA_INIT;

    cr_assert(eq(str, cn_arena_copy(&a, cn_slice_of("abc", 2)), "ab"));
    cr_assert(eq(str, cn_arena_str(&a, "x"), "x"));
    cr_assert_null(cn_arena_str(&a, NULL));
    cr_assert(eq(str, cn_arena_printf(&a, "%d-%s", 7, "b"), "7-b"));
    cn_arena_reset(&a);
    cr_assert(eq(str, cn_arena_str(&a, "again"), "again"));
    cn_arena_free(&a);
}

/* How often the secret is still in what is given back. */
static void *spy(void *user, void *ptr, size_t size)
{
    static const char secret[] = "rt-secret";
    size_t len = ptr ? malloc_usable_size(ptr) : 0;
    int *seen = user;

    for (size_t i = 0; size == 0 && i + sizeof(secret) <= len; i++)
        *seen += memcmp((char *)ptr + i, secret, sizeof(secret)) == 0;
    if (size)
        return realloc(ptr, size);
    free(ptr);
    return NULL;
}

/* The secret in the first block, in later ones and in the last. */
static void keep_secrets(cn_arena *a)
{
    for (int i = 0; i < 100; i++) {
        cr_assert_not_null(cn_arena_str(a, "rt-secret"));
        memset(cn_arena_array(a, 1, 1000), 'x', 1000);
    }
}

Test(arena, threat_secrets_left_in_memory)
{
    cn_arena a = CN_ARENA_INIT;
    int seen = 0;
    char *first;

    cn_mem_set(spy, &seen);
    keep_secrets(&a);
    cn_arena_free(&a);
    cr_assert(eq(int, seen, 100), "nobody asked for it");
    seen = 0;
    first = cn_arena_str(&a, "rt-secret");
    cn_arena_guard(&a); /* also what is there already */
    cn_arena_reset(&a);
    cr_assert(eq(str, first, ""));
    for (int i = 0; i < 10; i++)
        cr_assert(eq(int, first[i], 0));
    keep_secrets(&a);
    cn_arena_guard(&a);
    cn_arena_reset(&a);
    cr_assert(eq(int, seen, 0));
    cn_arena_guard(&a);
    keep_secrets(&a);
    cn_arena_free(&a);
    cr_assert(eq(int, seen, 0));
    cn_arena_guard(&a);
    cn_arena_reset(&a);
    cn_arena_free(&a);
}

Test(arena, a_guard_counts_until_the_next_reset)
{
    cn_arena a = CN_ARENA_INIT;
    char *text;

    cn_arena_guard(&a);
    cn_arena_str(&a, "x");
    cn_arena_reset(&a);
    text = cn_arena_str(&a, "harmless");
    cn_arena_reset(&a);
    cr_assert(eq(str, text, "harmless"));
    cn_arena_free(&a);
}

static int fill(void *user)
{
    cn_arena a = CN_ARENA_INIT;
    cn_array list = CN_ARRAY_INIT(int64_t);
    int rc = CANON_OK;

    (void)user;
    for (int i = 0; i < 1000 && !rc; i++) {
        if (!cn_arena_printf(&a, "number %d", i) || !cn_array_push(&list))
            rc = CANON_ENOMEM;
    }
    cn_arena_free(&a);
    cn_array_free(&list);
    return rc;
}

Test(arena, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, fill, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, fill, NULL), 3));
}

Test(array, grows_and_is_walked)
{
    cn_array list = CN_ARRAY_INIT(int);
    int sum = 0;

    for (int i = 1; i <= 100; i++)
        *(int *)cn_array_push(&list) = i;
    cn_array_each (int, item, &list)
        sum += *item;
    cr_assert(eq(int, sum, 5050));
    cn_array_pop(&list);
    cr_assert(eq(sz, list.count, 99));
    cn_array_reset(&list);
    cr_assert(eq(sz, list.count, 0));
    cn_array_free(&list);
}
