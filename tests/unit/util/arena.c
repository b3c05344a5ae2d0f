#include "arena.h"

#include "array.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

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
