#include "buf.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int build(void *user)
{
    cn_buf b = CN_BUF_INIT(64 * 1024);
    canon_buf out = CANON_BUF_INIT;
    int rc;

    (void)user;
    for (int i = 0; i < 100; i++)
        cn_buf_printf(&b, "line %d of many\n", i);
    rc = cn_buf_export(&b, &out, NULL);
    canon_buf_free(&out);
    return rc;
}

Test(buf, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, build, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, build, NULL), 3));
}

Test(buf, stays_empty_after_it_met_its_limit)
{
    cn_buf b = CN_BUF_INIT(4);
    canon_error err;

    cn_buf_puts(&b, "12345");
    cn_buf_puts(&b, "1");
    cr_assert(eq(int, cn_buf_check(&b, &err), CANON_ETOOBIG));
    cr_assert(eq(sz, b.len, 0));
    cn_buf_free(&b);
}

Test(buf, prints_the_smallest_number)
{
    cn_buf b = CN_BUF_INIT(64);

    cn_buf_int(&b, INT64_MIN);
    cr_assert(eq(str, b.data, "-9223372036854775808"));
    cn_buf_free(&b);
}
