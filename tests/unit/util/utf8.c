#include "utf8.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct {
    const char *text;
    size_t valid; /* length of the valid prefix */
    const char *clean;
} texts[] = {
    {"", 0, ""},
    {"abc", 3, "abc"},
    {"abcdefgh", 8, "abcdefgh"},
    {"abcdefghi\xff", 9, "abcdefghi\xef\xbf\xbd"},
    {"\xc3\xa9t\xc3\xa9", 5, "\xc3\xa9t\xc3\xa9"},
    {"\xe2\x82\xac", 3, "\xe2\x82\xac"},
    {"\xf0\x9f\x98\x80!", 5, "\xf0\x9f\x98\x80!"},
    {"\x80", 0, "\xef\xbf\xbd"},
    /* overlong */
    {"\xc0\xaf", 0, "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xe0\x80\xaf", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    /* surrogate */
    {"\xed\xa0\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\x9f\xbf", 3, "\xed\x9f\xbf"},
    /* beyond U+10FFFF */
    {"\xf4\x90\x80\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xf4\x8f\xbf\xbf", 4, "\xf4\x8f\xbf\xbf"},
    /* cut short: one replacement for what there is */
    {"a\xe2\x82", 1, "a\xef\xbf\xbd"},
    {"\xe2\x82z", 0, "\xef\xbf\xbdz"},
};

ParameterizedTestParameters(utf8, finds_the_valid_prefix)
{
    return cn_test_indexes(sizeof(texts) / sizeof(texts[0]));
}

ParameterizedTest(size_t *i, utf8, finds_the_valid_prefix)
{
    cn_slice s = cn_str(texts[*i].text);
    cn_buf b = CN_BUF_INIT(1000);

    cr_assert(eq(sz, cn_utf8_valid_prefix(s), texts[*i].valid));
    cr_assert(eq(int, cn_utf8_ok(s), texts[*i].valid == s.len));
    cn_utf8_clean(&b, s);
    cr_assert(eq(str, (char *)cn_buf_text(&b), (char *)texts[*i].clean));
    cr_assert(cn_utf8_ok(cn_buf_all(&b)));
    cn_buf_free(&b);
}

Test(utf8, refuses_a_nul_anywhere)
{
    char text[] = "0123456789abcdef0123456789";

    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        char kept = text[i];

        text[i] = '\0';
        cr_assert(eq(
            sz, cn_utf8_valid_prefix(cn_slice_of(text, sizeof(text) - 1)), i));
        text[i] = kept;
    }
}

Test(utf8, encodes_and_decodes_every_code_point)
{
    cn_buf b = CN_BUF_INIT(8);

    for (int32_t c = 1; c < 0x110000; c++) {
        cn_slice s;

        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        cn_buf_reset(&b);
        cn_utf8_put(&b, (uint32_t)c);
        s = cn_buf_all(&b);
        cr_assert_eq(cn_utf8_next(&s), c);
        cr_assert_eq(s.len, 0);
    }
    cn_buf_free(&b);
}

Test(utf8, writes_a_replacement_for_what_is_no_character)
{
    cn_buf b = CN_BUF_INIT(100);

    cn_utf8_put(&b, 0xD800);
    cn_utf8_put(&b, 0x110000);
    cr_assert(eq(str, b.data, "\xef\xbf\xbd\xef\xbf\xbd"));
    cn_buf_free(&b);
}

Test(utf8, counts_characters)
{
    cr_assert(eq(sz, cn_utf8_count(cn_str("")), 0));
    cr_assert(eq(sz, cn_utf8_count(cn_str("a\xc3\xa9\xf0\x9f\x98\x80")), 3));
    cr_assert(eq(sz, cn_utf8_count(cn_str("\xff\xff")), 2));
}

static const struct {
    int32_t c;
    bool word;
    int32_t lower;
} points[] = {
    {-1, false, -1},           {'a', true, 'a'},
    {'Z', true, 'z'},          {'0', true, '0'},
    {'_', false, '_'},         {0x7F, false, 0x7F},
    {0x80, false, 0x80},       {0xC9, true, 0xE9}, /* E acute */
    {0xD7, false, 0xD7},                           /* multiplication sign */
    {0xDF, true, 0xDF},                            /* sharp s */
    {0x100, true, 0x101}, /* every second one is a capital */
    {0x101, true, 0x101},      {0x130, true, 'i'}, /* capital I with a dot */
    {0x301, true, 0x301},                          /* combining acute */
    {0x391, true, 0x3B1},                          /* Alpha */
    {0x410, true, 0x430},                          /* Cyrillic A */
    {0x5D0, true, 0x5D0},                          /* Alef */
    {0x966, true, 0x966},                          /* Devanagari digit zero */
    {0x2014, false, 0x2014},                       /* em dash */
    {0x4E2D, true, 0x4E2D},                        /* Chinese */
    {0x1E9E, true, 0xDF},                          /* capital sharp s */
    {0x1F600, false, 0x1F600}, {0x10FFFF, false, 0x10FFFF},
};

ParameterizedTestParameters(utf8, knows_letters_and_their_lower_case)
{
    return cn_test_indexes(sizeof(points) / sizeof(points[0]));
}

ParameterizedTest(size_t *i, utf8, knows_letters_and_their_lower_case)
{
    cr_assert(eq(int, cn_utf8_is_word(points[*i].c), points[*i].word));
    cr_assert(eq(i32, cn_utf8_lower(points[*i].c), points[*i].lower));
}

Test(utf8, lowers_text_and_keeps_invalid_bytes)
{
    cn_buf b = CN_BUF_INIT(100);

    cn_utf8_lower_text(&b, cn_str("\xc3\x89T\xff\xc3\x89"));
    cr_assert(eq(str, b.data, "\xc3\xa9t\xff\xc3\xa9"));
    cn_buf_free(&b);
}

static int clean_much(void *user)
{
    cn_buf b = CN_BUF_INIT(100000);
    int rc;

    (void)user;
    for (int i = 0; i < 1000; i++) {
        cn_utf8_clean(&b, cn_str("a\xff\xc3\xa9"));
        cn_utf8_lower_text(&b, cn_str("\xc3\x89"));
    }
    rc = cn_buf_check(&b, NULL);
    cn_buf_free(&b);
    return rc;
}

Test(utf8, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, clean_much, NULL), 3));
}
