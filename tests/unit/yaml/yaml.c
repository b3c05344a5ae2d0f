#include "yaml.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const cn_yaml_limits limits = {64 * 1024, 10000, 32};
static cn_arena arena = CN_ARENA_INIT;
static cn_yaml result;
static canon_error err;

static int parse(const char *text)
{
    return cn_yaml_parse(&arena, cn_str(text), 1, &limits, &result, &err);
}

/* What can be read, as JSON. */
static const struct {
    const char *text;
    const char *json;
} accepted[] = {
    {"a: b", "{\"a\":\"b\"}"},
    {"'a': \"b\"\n\"c\": 'd'\n", "{\"a\":\"b\",\"c\":\"d\"}"},
    {"a:\n  b:\n    c: d\n", "{\"a\":{\"b\":{\"c\":\"d\"}}}"},
    {"a:\n- x\n- y\n", "{\"a\":[\"x\",\"y\"]}"},
    {"a:\n  - x\n  -\n", "{\"a\":[\"x\",null]}"},
    {"- a: 1\n  b: 2\n- c: 3\n", "[{\"a\":\"1\",\"b\":\"2\"},{\"c\":\"3\"}]"},
    {"a: [x, [y], {z: 1},]", "{\"a\":[\"x\",[\"y\"],{\"z\":\"1\"}]}"},
    {"a: {b: 1,\n  c: 2,}", "{\"a\":{\"b\":\"1\",\"c\":\"2\"}}"},
    {"a: {b, c: 1}", "{\"a\":{\"b\":null,\"c\":\"1\"}}"},
    {"a: one\n  two\n  three\n", "{\"a\":\"one two three\"}"},
    {"a: 'it''s'", "{\"a\":\"it's\"}"},
    {"a: \"\\x41\\u00e9\\U0001F600\\n\\\n  x\"",
     "{\"a\":\"A\xc3\xa9\xf0\x9f\x98\x80\\nx\"}"},
    {"a: |\n  x\n   y\nb: >-\n  x\n  y\nc: |2+\n    z\n\n",
     "{\"a\":\"x\\n y\",\"b\":\"x y\",\"c\":\"z\"}"},
    {"# c\na: b # d\nc: d#e\n", "{\"a\":\"b\",\"c\":\"d#e\"}"},
    {"a:\tb\t\n", "{\"a\":\"b\"}"},
    {"<<: b", "{\"<<\":\"b\"}"},
    /* text stays as it was written */
    {"a: no\nb: 1.10\nc: 007\nd: 2026-01-05\ne: 12:30\nf: true\ng: 0x1F\n",
     "{\"a\":\"no\",\"b\":\"1.10\",\"c\":\"007\",\"d\":\"2026-01-05\","
     "\"e\":\"12:30\",\"f\":\"true\",\"g\":\"0x1F\"}"},
    {"a:\nb: ~\nc: null\nd: Null\ne: NULL\nf: nULL\ng: ''\nh: '~'\n",
     "{\"a\":null,\"b\":null,\"c\":null,\"d\":null,\"e\":null,"
     "\"f\":\"nULL\",\"g\":\"\",\"h\":\"~\"}"},
    {"a: '  x  '", "{\"a\":\"x\"}"},
    {"a: https://x.example/y?z=1#f", "{\"a\":\"https://x.example/y?z=1#f\"}"},
    {"a: x ?\nb: what?\nc: y\n", "{\"a\":\"x ?\",\"b\":\"what?\",\"c\":\"y\"}"},
    {"a : b", "{\"a\":\"b\"}"},
    {"{\"a\" : 1, b: 2}", "{\"a\":\"1\",\"b\":\"2\"}"},
    {"2: Epic", "{\"2\":\"Epic\"}"},
    {"a: 1\nb: 2\na: 3\n", "{\"a\":\"3\",\"b\":\"2\"}"},
    {"---\na: b\n", "{\"a\":\"b\"}"},
    {"--- \na: b\n...\n", "{\"a\":\"b\"}"},
    {"\xef\xbb\xbf"
     "a: b\r\nc: d\r\n",
     "{\"a\":\"b\",\"c\":\"d\"}"},
    {"scalar", "\"scalar\""},
    {"[]", "[]"},
    {"---\n", "null"},
    {"a: \xc3\xa9!", "{\"a\":\"\xc3\xa9!\"}"},
};

ParameterizedTestParameters(yaml, accepts)
{
    return cn_test_indexes(COUNT(accepted));
}

ParameterizedTest(size_t *i, yaml, accepts)
{
    cn_buf out = CN_BUF_INIT(10000);
    cn_json w = cn_json_to(&out);

    cr_assert(eq(int, parse(accepted[*i].text), CANON_OK), "%s: %s",
              accepted[*i].text, err.text);
    cn_json_value(&w, NULL, result.root);
    cr_assert(eq(str, out.data, (char *)accepted[*i].json));
    cn_buf_free(&out);
    cn_arena_free(&arena);
}

/* What cannot, and where. */
static const struct {
    const char *text;
    size_t line;
    const char *part; /* of the message */
} refused[] = {
    {"title: Payments: phase two", 1, "mapping values are not allowed"},
    {"a: b\nowner: @team\n", 2, "cannot start"},
    {"a: b\n\n\nc: `x`\n", 4, "cannot start"},
    {"a:\n\tb: c\n", 2, "cannot start"},
    {"a: [1, 2\nb: c\n", 2, ""},
    {"a: 'x\n", 2, "end of stream"},
    {"a: b\n c: d\n", 2, ""},
    {"a: &x 1\n", 1, "anchors"},
    {"a: 1\nb: *x\n", 2, "aliases"},
    {"a: !!str 1\n", 1, "tags"},
    {"a: ! 1\n", 1, "tags"},
    {"a: ! '1'\n", 1, "tags"},
    {"\xc3\xa9: ! 1\n", 1, "tags"},
    {"a: !\n  - x\n", 1, "tags"},
    {"!x a: 1\n", 1, "tags"},
    {"%YAML 1.2\n---\na: b\n", 1, "directives"},
    {"a: b\n---\nc: d\n", 2, "several documents"},
    {"? a\n: b\n", 1, "marked with ?"},
    {"x: 1\n?\n  a\n: b\n", 3, "marked with ?"},
    {"x: {? a : b}\n", 1, "marked with ?"},
    {"? [a]\n: b\n", 1, "as a key"},
    {"[a]: b\n", 1, "as a key"},
    {"{a: 1}: b\n", 1, "as a key"},
    {"a: \"\\0\"\n", 1, "U+0000"},
    {"a: \"\\q\"\n", 1, "escape"},
    {"a: 1\nb: \x01\n", 2, "control characters"},
    {"a: 1\nb: \xff\n", 2, "UTF-8"},
    {"a: x\xe2\x80\xa8y\nb: @\n", 2, ""},
};

ParameterizedTestParameters(yaml, refuses)
{
    return cn_test_indexes(COUNT(refused));
}

ParameterizedTest(size_t *i, yaml, refuses)
{
    cr_assert(eq(int, parse(refused[*i].text), CANON_EINVAL), "%s",
              refused[*i].text);
    cr_assert(eq(sz, result.error_line, refused[*i].line), "%s: %s",
              refused[*i].text, err.text);
    cr_assert_not_null(strstr(err.text, refused[*i].part), "%s", err.text);
    cr_assert_null(result.root);
    cn_arena_free(&arena);
}

static const char *const empties[] = {"", "\n\n", "# only\n# this\n", "  \n"};

ParameterizedTestParameters(yaml, has_no_root_when_there_is_nothing)
{
    return cn_test_indexes(COUNT(empties));
}

ParameterizedTest(size_t *i, yaml, has_no_root_when_there_is_nothing)
{
    cr_assert(eq(int, parse(empties[*i]), CANON_OK));
    cr_assert_null(result.root);
    cn_arena_free(&arena);
}

Test(yaml, knows_the_lines_of_keys_and_values)
{
    const cn_value *v;

    cr_assert(eq(int,
                 cn_yaml_parse(&arena,
                               cn_str("a: \xc3\xa9\r\n# c\r\nb:\r\n  - x\r\n"
                                      "  - y: z\r\n"),
                               11, &limits, &result, &err),
                 CANON_OK));
    v = result.root;
    cr_assert(eq(sz, v->members[0].line, 11));
    cr_assert(eq(sz, v->members[1].line, 13));
    cr_assert(eq(sz, v->members[1].value.line, 14));
    cr_assert(eq(sz, v->members[1].value.items[1].line, 15));
    cn_arena_free(&arena);
}

Test(yaml, tells_plain_words_from_quoted_ones)
{
    cr_assert(eq(int, parse("a: no\nb: 'no'\n"), CANON_OK));
    cr_assert(result.root->members[0].value.plain);
    cr_assert_not(result.root->members[1].value.plain);
    cn_arena_free(&arena);
}

Test(yaml, reports_each_later_one_of_equal_keys)
{
    cr_assert(
        eq(int, parse("a: 1\nb:\n  c: 1\n  c: 2\na: 2\na: 3\n"), CANON_OK));
    cr_assert(eq(sz, result.duplicate_count, 3));
    cr_assert(eq(str, (char *)result.duplicates[0].key.ptr, "c"));
    cr_assert(eq(sz, result.duplicates[0].line, 4));
    cr_assert(eq(sz, result.duplicates[1].line, 5));
    cr_assert(eq(sz, result.duplicates[2].line, 6));
    cn_arena_free(&arena);
}

static int parse_with(size_t len, char c, const cn_yaml_limits *some)
{
    char *text = malloc(len + 1);
    int rc;

    memset(text, c, len);
    text[len] = '\0';
    rc = cn_yaml_parse(&arena, cn_str(text), 1, some, &result, &err);
    free(text);
    cn_arena_free(&arena);
    return rc;
}

Test(yaml, has_limits)
{
    const cn_yaml_limits small = {10, 3, 2};

    cr_assert(eq(int, parse_with(10, 'a', &small), CANON_OK));
    cr_assert(eq(int, parse_with(11, 'a', &small), CANON_EINVAL));
    cr_assert(eq(sz, result.error_line, 1));
    cr_assert(eq(
        int, cn_yaml_parse(&arena, cn_str("[1,2]"), 1, &small, &result, &err),
        CANON_OK));
    cr_assert(eq(
        int, cn_yaml_parse(&arena, cn_str("[1,2,3]"), 1, &small, &result, &err),
        CANON_EINVAL));
    cr_assert(eq(
        int, cn_yaml_parse(&arena, cn_str("[[[]]]"), 1, &small, &result, &err),
        CANON_EINVAL));
    cn_arena_free(&arena);
}

Test(yaml, stops_at_deep_nesting_at_once, .timeout = 5)
{
    cr_assert(eq(int, parse_with(60000, '[', &limits), CANON_EINVAL));
    cr_assert(eq(int, parse_with(60000, '{', &limits), CANON_EINVAL));
    cr_assert(eq(int, parse_with(60000, '-', &limits), CANON_OK));
    cr_assert(eq(int, parse_with(60000, '\'', &limits), CANON_OK));
    cr_assert(eq(int, parse_with(60000, '\n', &limits), CANON_OK));
}

static int parse_and_free(void *user)
{
    int rc =
        cn_yaml_parse(&arena, *(cn_slice *)user, 1, &limits, &result, &err);

    cn_arena_free(&arena);
    return rc;
}

Test(yaml, survives_every_failed_allocation)
{
    cn_buf text = CN_BUF_INIT(100000);
    cn_slice s;

    for (int i = 0; i < 100; i++)
        cn_buf_printf(&text, "key%d:\n  - a: 'b'\n    a: [1, {x: y}]\n", i);
    s = cn_buf_all(&text);
    cr_assert(gt(sz, torture(TORTURE_ONCE, parse_and_free, &s), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, parse_and_free, &s), 3));
    cn_buf_free(&text);
}
