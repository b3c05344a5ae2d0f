/*
 * The allocator of the torture tests.
 */
#include "torture.h"

#include "canon/common.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#define MOST_ALLOCATIONS 20000

static struct {
    size_t count;   /* allocations so far */
    size_t fail_at; /* 0: never */
    enum torture_mode mode;
    long live;
    bool failed;
    int paused;
} state;

static bool must_fail(void)
{
    if (state.paused)
        return false;
    state.count++;
    if (state.fail_at == 0 || state.count < state.fail_at)
        return false;
    if (state.mode == TORTURE_ONCE && state.count > state.fail_at)
        return false;
    state.failed = true;
    return true;
}

static void *tortured(void *user, void *ptr, size_t size)
{
    void *p;

    (void)user;
    if (size == 0) {
        state.live -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    if (must_fail())
        return NULL;
    p = realloc(ptr, size);
    state.live += !ptr && p;
    return p;
}

void torture_pause(void)
{
    state.paused++;
}

void torture_resume(void)
{
    state.paused--;
}

size_t torture(enum torture_mode mode, int (*operation)(void *user), void *user)
{
    size_t n = 0;
    int rc;

    state.mode = mode;
    cn_mem_set(tortured, NULL);
    do {
        long live = state.live;

        n++;
        state.count = 0;
        state.failed = false;
        state.fail_at = n;
        rc = operation(user);
        state.fail_at = 0;
        cr_assert(rc == CANON_OK || rc == CANON_ENOMEM,
                  "allocation %zu failed: code %d", n, rc);
        cr_assert(eq(long, state.live, live), "allocation %zu leaks", n);
    } while (state.failed && n < MOST_ALLOCATIONS);
    cr_assert(lt(sz, n, MOST_ALLOCATIONS));
    cr_assert(eq(int, rc, CANON_OK));
    return n - 1;
}
