#include "words.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* words joined by '|' */
static void cut(const char *text, cn_buf *out)
{
    cn_words w = cn_words_of(cn_str(text));
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    while (cn_words_next(&w, word, &len, &start, &end)) {
        if (out->len)
            cn_buf_putc(out, '|');
        cn_buf_add(out, word, len);
    }
}

static const struct {
    const char *text;
    const char *words;
} cases[] = {
    {"", ""},
    {"  -- ", ""},
    {"Hello, World", "hello|world"},
    {"snake_case kebab-case", "snake|case|kebab|case"},
    {"https://a.example/x?y=1", "https|a|example|x|y|1"},
    {"OAuth2", "oauth2"},
    {"\xc3\x89t\xc3\xa9 \xe2\x80\x94 caf\xc3\xa9!",
     "\xc3\xa9t\xc3\xa9|caf\xc3\xa9"},
    {"e\xcc\x81t", "e\xcc\x81t"},
    {"\xd0\x9c\xd0\xb8\xd1\x80", "\xd0\xbc\xd0\xb8\xd1\x80"},
    {"\xe4\xb8\xad\xe6\x96\x87\xe3\x80\x82x", "\xe4\xb8\xad\xe6\x96\x87|x"},
    {"a\xf0\x9f\x98\x80"
     "b",
     "a|b"},
    {"a\xff"
     "b\xc3",
     "a|b"},
    {"x", "x"},
    {"\xe2\x80\x94", ""},
};

ParameterizedTestParameters(words, cuts)
{
    return cn_test_indexes(COUNT(cases));
}

ParameterizedTest(size_t *i, words, cuts)
{
    cn_buf b = CN_BUF_INIT(1000);

    cut(cases[*i].text, &b);
    cr_assert(eq(str, (char *)cn_buf_text(&b), (char *)cases[*i].words));
    cn_buf_free(&b);
}

Test(words, know_their_place)
{
    cn_words w = cn_words_of(cn_str("- \xc3\x89t\xc3\xa9 Z"));
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    cr_assert(eq(int, cn_words_next(&w, word, &len, &start, &end), 1));
    cr_assert(eq(sz, start, 2));
    cr_assert(eq(sz, end, 7));
    cr_assert(eq(sz, len, 5));
    cr_assert(eq(int, cn_words_next(&w, word, &len, &start, &end), 1));
    cr_assert(eq(sz, start, 8));
    cr_assert(eq(sz, end, 9));
    cr_assert(eq(int, cn_words_next(&w, word, &len, &start, &end), 0));
    cr_assert(eq(int, cn_words_next(&w, word, &len, &start, &end), 0));
}

Test(words, are_cut_at_64_bytes_between_characters)
{
    char text[200];
    cn_words w;
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    memset(text, 'A', sizeof(text));
    memcpy(text + 63, "\xc3\x89", 2);
    w = cn_words_of(cn_slice_of(text, sizeof(text)));
    cr_assert(eq(int, cn_words_next(&w, word, &len, &start, &end), 1));
    cr_assert(eq(sz, len, 63));
    cr_assert(eq(sz, end, 200));
    memset(text, 'A', sizeof(text));
    w = cn_words_of(cn_slice_of(text, sizeof(text)));
    cr_assert(eq(int, cn_words_next(&w, word, &len, &start, &end), 1));
    cr_assert(eq(sz, len, 64));
}
