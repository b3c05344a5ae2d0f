#include "json.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What cannot be read, and where that is noticed. */
static const struct {
    const char *text;
    size_t offset;
    const char *message;
} refused[] = {
    {"", 0, "value expected at byte 0"},
    {"  ", 2, "value expected at byte 2"},
    {"{", 1, "string expected at byte 1"},
    {"[", 1, "value expected at byte 1"},
    {"[1,]", 3, "value expected at byte 3"},
    {"[1 2]", 3, "comma or closing bracket expected at byte 3"},
    {"{\"a\" 1}", 5, "colon expected at byte 5"},
    {"{\"a\":1,}", 7, "string expected at byte 7"},
    {"{a:1}", 1, "string expected at byte 1"},
    {"{'a':1}", 1, "string expected at byte 1"},
    {"[1}", 2, "comma or closing bracket expected at byte 2"},
    {"1 2", 2, "text behind the value at byte 2"},
    {"{}x", 2, "text behind the value at byte 2"},
    {"[]]", 2, "text behind the value at byte 2"},
    {"nul", 0, "value expected at byte 0"},
    {"NaN", 0, "value expected at byte 0"},
    {"Infinity", 0, "value expected at byte 0"},
    {"-Infinity", 1, "digit expected at byte 1"},
    {"True", 0, "value expected at byte 0"},
    {"truex", 4, "text behind the value at byte 4"},
    {"/* c */ 1", 0, "value expected at byte 0"},
    {"01", 1, "text behind the value at byte 1"},
    {"-", 1, "digit expected at byte 1"},
    {"+1", 0, "value expected at byte 0"},
    {".5", 0, "value expected at byte 0"},
    {"1.", 2, "digit expected at byte 2"},
    {"1e", 2, "digit expected at byte 2"},
    {"1e+", 3, "digit expected at byte 3"},
    {"0x10", 1, "text behind the value at byte 1"},
    {"18446744073709551616", 0, "number out of range at byte 0"},
    {"-9223372036854775809", 0, "number out of range at byte 0"},
    {"[1e999]", 0, "number out of range"},
    {"\"a", 2, "unterminated string at byte 2"},
    {"\"a\\", 3, "unterminated string at byte 3"},
    {"\"\\x\"", 2, "unknown escape at byte 2"},
    {"\"\\u12g4\"", 2, "escape without four hexadecimal digits at byte 2"},
    {"\"\\u12", 2, "escape without four hexadecimal digits at byte 2"},
    {"\"\\u0000\"", 2, "U+0000 is not allowed at byte 2"},
    {"\"a\nb\"", 2, "control character in a string at byte 2"},
    {"\"a\tb\"", 2, "control character in a string at byte 2"},
    {"\"\xff\"", 1, "invalid UTF-8 at byte 1"},
    {"\"\xed\xa0\x80\"", 1, "invalid UTF-8 at byte 1"},
    {"\xef\xbb\xbf{}", 0, "value expected at byte 0"},
    {"{\"a\":1,\"a\":2}", 0, "duplicate member in the object at byte 0"},
    {"{\"a\":1,\"\\u0061\":2}", 0, "duplicate member in the object at byte 0"},
    {"{\"a\":{\"x\":1},\"a\":{}}", 0,
     "duplicate member in the object at byte 0"},
    {"[{},{\"b\":[{\"a\":1,\"a\":1}]}]", 10,
     "duplicate member in the object at byte 10"},
};

ParameterizedTestParameters(json_read, refuses)
{
    return cn_test_indexes(COUNT(refused));
}

ParameterizedTest(size_t *i, json_read, refuses)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *value = NULL;
    canon_error err;
    size_t offset = 999;
    int rc = cn_json_parse(&a, cn_str(refused[*i].text), &value, &offset, &err);

    cr_assert(eq(int, rc, CANON_EINVAL), "%s", refused[*i].text);
    cr_assert(eq(str, err.text, (char *)refused[*i].message));
    cr_assert(eq(sz, offset, refused[*i].offset));
    cr_assert_null(value);
    cn_arena_free(&a);
}

/* What can be read, and how it is written again. */
static const struct {
    const char *text;
    const char *again;
} accepted[] = {
    {"null", "null"},
    {" true ", "true"},
    {"false", "false"},
    {"0", "0"},
    {"-0", "0"},
    {"12", "12"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "9.223372036854776e+18"},
    {"1.5", "1.5"},
    {"2.0", "2.0"},
    {"1e2", "100.0"},
    {"-1.5E-3", "-0.0015"},
    {"\"\"", "\"\""},
    {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\"",
     "\"a\\\"\\\\/\\b\\f\\n\\r\\tA\xc3\xa9\""},
    {"\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""},
    {"\"\\u0001\x7f\"", "\"\\u0001\x7f\""},
    {"\"\\ud800\"", "\"\xef\xbf\xbd\""},
    {"[]", "[]"},
    {"{}", "{}"},
    {"[ 1 , [ ] , { } ]", "[1,[],{}]"},
    {"{\"b\":1,\"a\":[{\"c\":null}]}", "{\"b\":1,\"a\":[{\"c\":null}]}"},
    {"{\"\":1,\"a.b\":2}", "{\"\":1,\"a.b\":2}"},
    {"\t\r\n[1]\n", "[1]"},
};

ParameterizedTestParameters(json_read, accepts)
{
    return cn_test_indexes(COUNT(accepted));
}

ParameterizedTest(size_t *i, json_read, accepts)
{
    cn_arena a = CN_ARENA_INIT;
    cn_buf out = CN_BUF_INIT(1000);
    cn_json w = cn_json_to(&out);
    const cn_value *value = NULL;
    canon_error err = {0};

    cr_assert(
        eq(int,
           cn_json_parse(&a, cn_str(accepted[*i].text), &value, NULL, &err),
           CANON_OK),
        "%s: %s", accepted[*i].text, err.text);
    cn_json_value(&w, NULL, value);
    cr_assert(eq(str, out.data, (char *)accepted[*i].again));
    cn_buf_free(&out);
    cn_arena_free(&a);
}

/* So many lists in each other, of which so many are allowed; 0: all. */
static int parse_nested(size_t depth, size_t most)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *value;
    cn_slice list;
    char text[200];
    int rc;

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    list = cn_slice_of(text, 2 * depth);
    rc = most ? cn_json_parse_flat(&a, list, most, &value, NULL)
              : cn_json_parse(&a, list, &value, NULL, NULL);
    cr_assert(eq(int, value != NULL, rc == CANON_OK));
    cn_arena_free(&a);
    return rc;
}

Test(json_read, stops_at_depth_32)
{
    cr_assert(eq(int, parse_nested(32, 0), CANON_OK));
    cr_assert(eq(int, parse_nested(33, 0), CANON_EINVAL));
    cr_assert(eq(int, parse_nested(16, 16), CANON_OK));
    cr_assert(eq(int, parse_nested(17, 16), CANON_EINVAL));
    cr_assert(eq(int, parse_nested(2, 1), CANON_EINVAL));
}

Test(json_read, takes_bytes_that_are_not_terminated)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *value;
    char *text = malloc(2);

    memcpy(text, "12", 2);
    cr_assert(eq(int,
                 cn_json_parse(&a, cn_slice_of(text, 2), &value, NULL, NULL),
                 CANON_OK));
    cr_assert(eq(i64, value->integer, 12));
    free(text);
    cn_arena_free(&a);
}

Test(json_read, keeps_the_order_of_members)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *value;

    cr_assert(eq(int,
                 cn_json_parse(&a, cn_str("{\"z\":1,\"a\":2,\"m\":3}"), &value,
                               NULL, NULL),
                 CANON_OK));
    cr_assert(eq(str, (char *)value->members[0].key.ptr, "z"));
    cr_assert(eq(str, (char *)value->members[1].key.ptr, "a"));
    cr_assert(eq(str, (char *)value->members[2].key.ptr, "m"));
    cn_arena_free(&a);
}

static int read_and_free(void *user)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *value;
    int rc = cn_json_parse(&a, *(cn_slice *)user, &value, NULL, NULL);

    cn_arena_free(&a);
    return rc;
}

Test(json_read, survives_every_failed_allocation)
{
    cn_buf text = CN_BUF_INIT(100000);
    cn_slice s;

    cn_buf_putc(&text, '[');
    for (int i = 0; i < 200; i++)
        cn_buf_puts(&text, "{\"name\":\"some text\",\"list\":[1,2.5,true]},");
    cn_buf_puts(&text, "null]");
    s = cn_buf_all(&text);
    cr_assert(gt(sz, torture(TORTURE_ONCE, read_and_free, &s), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, read_and_free, &s), 3));
    cn_buf_free(&text);
}
