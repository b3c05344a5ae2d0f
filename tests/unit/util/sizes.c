#include "canon.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(sizes, are_known_by_name)
{
    cr_assert(eq(sz, canon_sizeof("canon_options"), sizeof(canon_options)));
    cr_assert(eq(sz, canon_sizeof("canon_error"), sizeof(canon_error)));
    cr_assert(eq(sz, canon_sizeof("canon_buf"), sizeof(canon_buf)));
}

Test(sizes, of_what_is_unknown_are_zero)
{
    cr_assert(eq(sz, canon_sizeof("canon"), 0));
    cr_assert(eq(sz, canon_sizeof(""), 0));
}
