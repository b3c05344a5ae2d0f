/*
 * Failing allocations: an operation is run again and again with the first,
 * second, third... allocation failing until it succeeds. Each time the result
 * must be CANON_ENOMEM or success and nothing may leak.
 */
#ifndef CN_TORTURE_H
#define CN_TORTURE_H

#include <stddef.h>

enum torture_mode {
    TORTURE_ONCE,      /* one allocation fails */
    TORTURE_PERSISTENT /* it and all after it fail */
};

/* Number of allocations that were made to fail; asserts on the way. */
size_t torture(enum torture_mode mode, int (*operation)(void *user),
               void *user);

/* Let the test's own code allocate meanwhile. */
void torture_pause(void);
void torture_resume(void);

#endif
