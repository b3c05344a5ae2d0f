#include "slice.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *text;
    bool ok;
    int64_t value;
} numbers[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"007", true, 7},
    {"9223372036854775807", true, INT64_MAX},
    {"-9223372036854775808", true, INT64_MIN},
    {"9223372036854775808", false, 0},
    {"-9223372036854775809", false, 0},
    {"99999999999999999999999", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {"+1", false, 0},
    {" 1", false, 0},
    {"1x", false, 0},
};

ParameterizedTestParameters(slice, numbers)
{
    return cn_test_indexes(COUNT(numbers));
}

ParameterizedTest(size_t *i, slice, numbers)
{
    int64_t value = 0;

    cr_assert(
        eq(int,
           cn_slice_int(cn_str(numbers[*i].text), INT64_MIN, INT64_MAX, &value),
           numbers[*i].ok));
    cr_assert(eq(i64, value, numbers[*i].value));
}

Test(slice, numbers_stay_in_their_range)
{
    int64_t value;

    cr_assert(cn_slice_int(cn_str("5"), 5, 5, &value));
    cr_assert_not(cn_slice_int(cn_str("4"), 5, 9, &value));
    cr_assert_not(cn_slice_int(cn_str("10"), 5, 9, &value));
}

Test(slice, is_cut_at_a_byte_until_nothing_is_left)
{
    cn_slice rest = cn_str("a,,b");

    cr_assert(cn_slice_is(cn_slice_cut(&rest, ','), "a"));
    cr_assert(cn_slice_is(cn_slice_cut(&rest, ','), ""));
    cr_assert_not_null(rest.ptr);
    cr_assert(cn_slice_is(cn_slice_cut(&rest, ','), "b"));
    cr_assert_null(rest.ptr);
}

Test(slice, finds_bytes_and_text)
{
    cn_slice s = cn_str("abcabd");

    cr_assert(eq(sz, cn_slice_find(s, 'b'), 1));
    cr_assert(eq(sz, cn_slice_rfind(s, 'b'), 4));
    cr_assert(eq(sz, cn_slice_find(s, 'x'), 6));
    cr_assert(eq(sz, cn_slice_rfind(s, 'x'), 6));
    cr_assert(eq(sz, cn_slice_find_text(s, cn_str("abd")), 3));
    cr_assert(eq(sz, cn_slice_find_text(s, cn_str("abx")), 6));
    cr_assert(eq(sz, cn_slice_find_text(s, cn_str("")), 0));
    cr_assert(eq(sz, cn_slice_find_text(cn_str(""), s), 0));
}

Test(slice, compares)
{
    cr_assert(cn_slice_eq_nocase(cn_str("AbC"), cn_str("aBc")));
    cr_assert(lt(int, cn_slice_cmp(cn_str("ab"), cn_str("abc")), 0));
    cr_assert(gt(int, cn_slice_cmp(cn_str("b"), cn_str("abc")), 0));
    cr_assert(lt(int, cn_slice_cmp_nocase(cn_str("A"), cn_str("b")), 0));
    cr_assert(eq(int, cn_slice_cmp(cn_str(NULL), cn_str("")), 0));
    cr_assert(cn_slice_starts(cn_str("abc"), "ab"));
    cr_assert(cn_slice_ends(cn_str("abc"), "bc"));
    cr_assert_not(cn_slice_ends(cn_str("c"), "bc"));
    cr_assert(cn_slice_starts_nocase(cn_str("ABc"), "ab"));
}

Test(slice, is_trimmed)
{
    cr_assert(cn_slice_is(cn_slice_trim(cn_str(" \t\r\n a b \f\v")), "a b"));
    cr_assert(cn_slice_is(cn_slice_trim(cn_str("   ")), ""));
    cr_assert(cn_slice_is(cn_slice_from(cn_str("abc"), 9), ""));
    cr_assert(cn_slice_is(cn_slice_from(cn_str(NULL), 9), ""));
}
