/* Errors: filling a canon_error. Nothing here allocates. */
#ifndef CN_FAIL_H
#define CN_FAIL_H

#include "canon/common.h"

/* Record code and reason; err may be NULL. Returns code. */
int cn_fail(canon_error *err, int code, const char *fmt, ...)
    CANON_PRINTF(3, 4);

/* CANON_ENOMEM. */
int cn_fail_memory(canon_error *err);

/* The code that fits errno, with "what: reason". */
int cn_fail_errno(canon_error *err, const char *what);

/* Forget a recorded failure. */
void cn_fail_clear(canon_error *err);

/* Copy a record; either may be NULL. Returns the code. */
int cn_fail_copy(canon_error *to, const canon_error *from);

#endif
