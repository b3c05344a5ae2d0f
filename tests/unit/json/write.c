#include "json.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static cn_buf out = CN_BUF_INIT(100000);

Test(json_write, sets_commas_and_quotes)
{
    cn_json w = cn_json_to(&out);

    cn_json_object(&w, NULL);
    cn_json_str(&w, "a", "x");
    cn_json_str(&w, "b", NULL);
    cn_json_array(&w, "c");
    cn_json_int(&w, NULL, -1);
    cn_json_bool(&w, NULL, true);
    cn_json_object(&w, NULL);
    cn_json_end_object(&w);
    cn_json_array(&w, NULL);
    cn_json_end_array(&w);
    cn_json_null(&w, NULL);
    cn_json_end_array(&w);
    cn_json_key(&w, cn_str("d\"e"));
    cn_json_object(&w, NULL);
    cn_json_key(&w, cn_str("f"));
    cn_json_bool(&w, NULL, false);
    cn_json_slice(&w, "g", cn_slice_of("xyz", 2));
    cn_json_end_object(&w);
    cn_json_raw(&w, "h", cn_str("{\"i\":1}"));
    cn_json_raw(&w, "j", cn_str(""));
    cn_json_end_object(&w);
    cr_assert(eq(str, out.data,
                 "{\"a\":\"x\",\"b\":null,\"c\":[-1,true,{},[],null],"
                 "\"d\\\"e\":{\"f\":false,\"g\":\"xy\"},\"h\":{\"i\":1},"
                 "\"j\":null}"));
    cn_buf_free(&out);
}

static const struct {
    const char *text;
    const char *json;
} texts[] = {
    {"", "\"\""},
    {"a/b", "\"a/b\""},
    {"\"\\", "\"\\\"\\\\\""},
    {"\x01\b\t\n\x0b\f\r\x1f\x7f",
     "\"\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\""},
    {"\xc3\xa9</script>", "\"\xc3\xa9</script>\""},
    {"a\xff"
     "b",
     "\"a\xef\xbf\xbd"
     "b\""},
    {"\xe2\x82", "\"\xef\xbf\xbd\""},
};

ParameterizedTestParameters(json_write, quotes)
{
    return cn_test_indexes(COUNT(texts));
}

ParameterizedTest(size_t *i, json_write, quotes)
{
    cn_json_quote(&out, cn_str(texts[*i].text));
    cr_assert(eq(str, out.data, (char *)texts[*i].json));
    cn_buf_free(&out);
}

Test(json_write, replaces_a_nul)
{
    cn_json_quote(&out, cn_slice_of("a\0b", 3));
    cr_assert(eq(str, out.data,
                 "\"a\xef\xbf\xbd"
                 "b\""));
    cn_buf_free(&out);
}

static const struct {
    double number;
    const char *shortest;
    const char *pct;
} numbers[] = {
    {0.0, "0.0", "0.0"},
    {-0.0, "-0.0", "-0.0"},
    {1.0, "1.0", "1.0"},
    {100.0, "100.0", "100.0"},
    {-2.5, "-2.5", "-2.5"},
    {200.0 / 3, "66.66666666666667", "66.7"},
    {0.1, "0.1", "0.1"},
    {0.25, "0.25", "0.2"}, /* a tie, to even */
    {0.35, "0.35", "0.3"}, /* below the tie in binary */
    {0.1 + 0.2, "0.30000000000000004", "0.3"},
    {99.95, "99.95", "100.0"}, /* above the tie in binary */
    {0.0001, "0.0001", "0.0"},
    {0.00001, "1e-05", "0.0"},
    {123456789012345.0, "123456789012345.0", "123456789012345.0"},
    {1e15, "1000000000000000.0", "1000000000000000.0"},
    {1e16, "1e+16", "10000000000000000.0"},
    {1.5e300, "1.5e+300", NULL},
    {5e-324, "5e-324", "0.0"},
    {1.7976931348623157e308, "1.7976931348623157e+308", NULL},
};

ParameterizedTestParameters(json_write, numbers)
{
    return cn_test_indexes(COUNT(numbers));
}

ParameterizedTest(size_t *i, json_write, numbers)
{
    cn_json w = cn_json_to(&out);

    cn_json_double(&w, NULL, numbers[*i].number);
    cr_assert(eq(str, out.data, (char *)numbers[*i].shortest));
    cn_buf_reset(&out);
    w = cn_json_to(&out);
    cn_json_pct(&w, NULL, numbers[*i].number);
    if (numbers[*i].pct)
        cr_assert(eq(str, out.data, (char *)numbers[*i].pct));
    cn_buf_free(&out);
}

Test(json_write, never_writes_what_is_no_number)
{
    cn_json w = cn_json_to(&out);

    cn_json_array(&w, NULL);
    cn_json_double(&w, NULL, NAN);
    cn_json_double(&w, NULL, INFINITY);
    cn_json_pct(&w, NULL, NAN);
    cn_json_end_array(&w);
    cr_assert(eq(str, out.data, "[null,null,0.0]"));
    cn_buf_free(&out);
}

Test(json_write, does_not_depend_on_the_locale_of_the_host)
{
    cn_json w = cn_json_to(&out);

    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        cr_skip_test("no locale with a decimal comma is installed");
    cn_json_array(&w, NULL);
    cn_json_double(&w, NULL, 1.25);
    cn_json_pct(&w, NULL, 66.66);
    cn_json_end_array(&w);
    cr_assert(eq(str, out.data, "[1.25,66.7]"));
    cn_buf_free(&out);
}

Test(json_write, reads_back_what_it_wrote)
{
    uint64_t bits = 88172645463325252ULL;

    for (int i = 0; i < 20000; i++) {
        cn_json w = cn_json_to(&out);
        double number;

        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&number, &bits, sizeof(number));
        if (!isfinite(number))
            continue;
        cn_buf_reset(&out);
        cn_json_double(&w, NULL, number);
        cr_assert_eq(strtod(out.data, NULL), number, "%s", out.data);
    }
    cn_buf_free(&out);
}

Test(json_write, times_are_text_or_null)
{
    cn_json w = cn_json_to(&out);

    cn_json_array(&w, NULL);
    cn_json_time(&w, NULL, INT64_C(1773857220123456));
    cn_json_time(&w, NULL, 0);
    cn_json_time(&w, NULL, -5);
    cn_json_end_array(&w);
    cr_assert(
        eq(str, out.data, "[\"2026-03-18T18:07:00.123456+00:00\",null,null]"));
    cn_buf_free(&out);
}

static int write_much(void *user)
{
    cn_buf b = CN_BUF_INIT(100000);
    cn_json w = cn_json_to(&b);
    int rc;

    (void)user;
    cn_json_array(&w, NULL);
    for (int i = 0; i < 200; i++) {
        cn_json_object(&w, NULL);
        cn_json_str(&w, "key", "value\n");
        cn_json_pct(&w, "pct", 12.5);
        cn_json_double(&w, "double", 12.5);
        cn_json_end_object(&w);
    }
    cn_json_end_array(&w);
    rc = cn_buf_check(&b, NULL);
    cn_buf_free(&b);
    return rc;
}

Test(json_write, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, write_much, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, write_much, NULL), 3));
}
