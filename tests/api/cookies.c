/*
 * Cookies as browsers send them, and as others do.
 */
#include "api.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

static const struct {
    const char *header;
    size_t count;
    const char *value;
} headers[] = {
    {"a=1", 1, "1"},
    {"b=2; a=1", 1, "1"},
    {"b=2;a=1;c=3", 1, "1"},
    {" a = 1 ", 1, "1"},
    {"a=\"1\"", 1, "1"},
    {"a=\"", 1, "\""},
    {"a=1; a=1", 1, "1"},
    {"a=1; a=2", 2, "1"},
    {"a=1; a=2; a=3", 3, "1"},
    {"a=", 1, ""},
    {"a=b=c", 1, "b=c"},
    {"a", 0, NULL},
    {"", 0, NULL},
    {";;;;", 0, NULL},
    {"A=1", 0, NULL}, /* names have letter case */
    {"aa=1; ba=1", 0, NULL},
    {"=a", 0, NULL},
    {"x=a=1", 0, NULL},
    {"a\xff=1", 0, NULL},
};

ParameterizedTestParameters(cookies, are_found_by_name)
{
    return cn_test_indexes(sizeof(headers) / sizeof(headers[0]));
}

ParameterizedTest(size_t *i, cookies, are_found_by_name)
{
    cn_slice value = {NULL, 0};
    size_t count =
        cn_cookie_find(cn_str(headers[*i].header), cn_str("a"), &value);

    cr_assert(eq(sz, count, headers[*i].count), "%s", headers[*i].header);
    if (headers[*i].value)
        cr_assert(cn_slice_is(value, headers[*i].value), "%s",
                  headers[*i].header);
}

Test(cookies, count_on_over_several_headers)
{
    cn_slice value = {NULL, 0};

    cr_assert(eq(sz, cn_cookie_find(cn_str("a=1"), cn_str("a"), &value), 1));
    cr_assert(eq(sz, cn_cookie_find(cn_str("b=1"), cn_str("a"), &value), 1));
    cr_assert(eq(sz, cn_cookie_find(cn_str("a=1"), cn_str("a"), &value), 1));
    cr_assert(eq(sz, cn_cookie_find(cn_str("a=2"), cn_str("a"), &value), 2));
}
