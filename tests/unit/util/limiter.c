#include "limiter.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define WINDOW INT64_C(60000000)

Test(limiter, allows_as_many_as_it_says)
{
    cn_limiter *limiter = cn_limiter_new();
    int64_t retry = -1;

    for (int i = 0; i < 3; i++)
        cr_assert_eq(
            cn_limiter_take(limiter, cn_str("a"), 3, WINDOW, i * 10, &retry),
            CANON_OK);
    cr_assert(eq(i64, retry, 0));
    cr_assert(eq(int,
                 cn_limiter_take(limiter, cn_str("a"), 3, WINDOW, 30, &retry),
                 CANON_ELIMIT));
    cr_assert(eq(i64, retry, WINDOW - 30));
    cr_assert(eq(int,
                 cn_limiter_take(limiter, cn_str("b"), 3, WINDOW, 30, &retry),
                 CANON_OK));
    cn_limiter_free(limiter);
}

Test(limiter, slides)
{
    cn_limiter *limiter = cn_limiter_new();
    cn_slice key = cn_str("a");

    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 2, WINDOW, 0, NULL), CANON_OK));
    cr_assert(eq(int, cn_limiter_take(limiter, key, 2, WINDOW, 1000, NULL),
                 CANON_OK));
    cr_assert(eq(int,
                 cn_limiter_take(limiter, key, 2, WINDOW, WINDOW - 1, NULL),
                 CANON_ELIMIT));
    cr_assert(eq(int, cn_limiter_take(limiter, key, 2, WINDOW, WINDOW, NULL),
                 CANON_OK));
    cr_assert(eq(int, cn_limiter_take(limiter, key, 2, WINDOW, WINDOW, NULL),
                 CANON_ELIMIT));
    cn_limiter_free(limiter);
}

Test(limiter, takes_a_hit_back)
{
    cn_limiter *limiter = cn_limiter_new();
    cn_slice key = cn_str("a");

    cn_limiter_return(limiter, key);
    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 1, WINDOW, 0, NULL), CANON_OK));
    cn_limiter_return(limiter, key);
    cn_limiter_return(limiter, key);
    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 1, WINDOW, 0, NULL), CANON_OK));
    cn_limiter_free(limiter);
}

Test(limiter, looks_without_taking)
{
    cn_limiter *limiter = cn_limiter_new();
    cn_slice key = cn_str("a");
    int64_t retry = -1;

    for (int i = 0; i < 3; i++)
        cr_assert(eq(int, cn_limiter_check(limiter, key, 1, WINDOW, 0, &retry),
                     CANON_OK));
    cr_assert(eq(i64, retry, 0));
    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 1, WINDOW, 0, NULL), CANON_OK));
    cr_assert(eq(int, cn_limiter_check(limiter, key, 1, WINDOW, 10, &retry),
                 CANON_ELIMIT));
    cr_assert(eq(i64, retry, WINDOW - 10));
    cr_assert(
        eq(int, cn_limiter_check(limiter, key, 2, WINDOW, 10, NULL), CANON_OK));
    cr_assert(eq(int, cn_limiter_check(limiter, key, 1, WINDOW, WINDOW, NULL),
                 CANON_OK));
    cn_limiter_free(limiter);
}

Test(limiter, forgets_the_stalest_of_too_many_callers)
{
    cn_limiter *limiter = cn_limiter_new();
    cn_slice busy = cn_str("busy");
    char key[32];

    for (int i = 0; i < 3 * CN_LIMITER_KEYS; i++) {
        snprintf(key, sizeof(key), "ip:%d", i);
        cr_assert_eq(
            cn_limiter_take(limiter, cn_str(key), 2, WINDOW, i / 8, NULL),
            CANON_OK);
        if (i % 1000 == 0) /* keeps knocking */
            (void)cn_limiter_take(limiter, busy, 300, WINDOW, i / 8, NULL);
    }
    cr_assert(eq(int,
                 cn_limiter_check(limiter, busy, 300, WINDOW,
                                  3 * CN_LIMITER_KEYS / 8, NULL),
                 CANON_OK));
    for (int i = 0; i < 103; i++)
        (void)cn_limiter_take(limiter, busy, 300, WINDOW,
                              3 * CN_LIMITER_KEYS / 8, NULL);
    cr_assert(eq(int,
                 cn_limiter_check(limiter, busy, 300, WINDOW,
                                  3 * CN_LIMITER_KEYS / 8, NULL),
                 CANON_ELIMIT));
    cn_limiter_free(limiter);
}

Test(limiter, never_asks_to_wait_longer_than_a_window)
{
    cn_limiter *limiter = cn_limiter_new();
    cn_slice key = cn_str("a");
    int64_t retry = 0;

    cr_assert(eq(int,
                 cn_limiter_take(limiter, key, 1, WINDOW, 9 * WINDOW, &retry),
                 CANON_OK));
    cr_assert(eq(int, cn_limiter_take(limiter, key, 1, WINDOW, 0, &retry),
                 CANON_ELIMIT));
    cr_assert(eq(i64, retry, WINDOW));
    cn_limiter_free(limiter);
}

Test(limiter, of_nothing_refuses_everything)
{
    cn_limiter *limiter = cn_limiter_new();
    int64_t retry = 0;

    cr_assert(eq(int,
                 cn_limiter_take(limiter, cn_str("a"), 0, WINDOW, 0, &retry),
                 CANON_ELIMIT));
    cr_assert(eq(i64, retry, WINDOW));
    cn_limiter_free(limiter);
}

Test(limiter, follows_a_changed_maximum)
{
    cn_limiter *limiter = cn_limiter_new();
    cn_slice key = cn_str("a");

    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 1, WINDOW, 0, NULL), CANON_OK));
    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 5, WINDOW, 0, NULL), CANON_OK));
    cr_assert(
        eq(int, cn_limiter_take(limiter, key, 5, WINDOW, 0, NULL), CANON_OK));
    cn_limiter_free(limiter);
}

/* each caller comes once; the idle ones must go, or this would need 100 MB */
static int many_callers(void *user)
{
    cn_limiter *limiter = cn_limiter_new();
    char key[32];
    int count = *(int *)user;
    int rc = limiter ? CANON_OK : CANON_ENOMEM;

    for (int i = 0; i < count && !rc; i++) {
        snprintf(key, sizeof(key), "ip:%d", i);
        rc = cn_limiter_take(limiter, cn_str(key), 60, WINDOW,
                             i * (WINDOW / 100), NULL);
    }
    cn_limiter_free(limiter);
    return rc;
}

Test(limiter, drops_idle_callers)
{
    int count = 200000;

    cr_assert(eq(int, many_callers(&count), CANON_OK));
}

Test(limiter, survives_every_failed_allocation)
{
    int count = 300;

    cr_assert(gt(sz, torture(TORTURE_ONCE, many_callers, &count), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, many_callers, &count), 3));
}
