#include "search_parts.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

static cn_search_entry entry_of(const char *title, const char *ac_text,
                                const char *body)
{
    cn_search_entry e = {0};

    e.title = cn_str(title);
    e.heading = cn_str("");
    e.ac_text = cn_str(ac_text);
    e.body = cn_str(body);
    return e;
}

static cn_buf value_of(const char *title, const char *ac_text, const char *body)
{
    cn_search_entry e = entry_of(title, ac_text, body);
    cn_buf out = CN_BUF_INIT(1024 * 1024);
    cn_tsv t;

    cn_tsv_init(&t);
    cr_assert(zero(int, cn_search_tsv(&t, &out, &e)));
    cn_tsv_free(&t);
    return out;
}

static bool is_value(const cn_buf *value, const char *bytes, size_t len)
{
    return value->len == len && memcmp(value->data, bytes, len) == 0;
}

Test(search_tsv, of_nothing_holds_no_word)
{
    cn_buf value = value_of("", "", "");

    cr_assert(is_value(&value, "\0\0\0\0", 4));
    cn_buf_free(&value);
}

/* A title's weight is 3, that of criteria 2, of the body 1; texts are a
 * position apart. */
Test(search_tsv, sorts_words_and_names_each_once)
{
    static const char expected[] = "\0\0\0\4"
                                   "a\0\0\1\xC0\2"
                                   "ab\0\0\1\xC0\1"
                                   "b\0\0\2\x80\5\x40\7"
                                   "c\0\0\1\x40\x8";
    cn_buf value = value_of("ab a", "b", "B c");

    cr_assert(is_value(&value, expected, sizeof(expected) - 1));
    cn_buf_free(&value);
}

/* Words of the body alone, and their places there, are left out. */
Test(search_tsv, ranks_by_titles_and_criteria)
{
    static const char expected[] = "\0\0\0\3"
                                   "a\0\0\1\xC0\2"
                                   "ab\0\0\1\xC0\1"
                                   "b\0\0\1\x80\5";
    cn_search_entry e = entry_of("ab a", "b", "B c a");
    cn_buf out = CN_BUF_INIT(1024 * 1024);
    cn_tsv t;

    cn_tsv_init(&t);
    cr_assert(zero(int, cn_search_tsv(&t, &out, &e)));
    cn_buf_reset(&out);
    cr_assert(zero(int, cn_search_tsv_ranked(&t, &out)));
    cr_assert(is_value(&out, expected, sizeof(expected) - 1));
    cn_tsv_free(&t);
    cn_buf_free(&out);
}

/* A text of the same word, `count` times. */
static char *repeated(size_t count)
{
    char *text = malloc(2 * count + 1);

    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, "x ", 2);
    text[2 * count] = '\0';
    return text;
}

Test(search_tsv, holds_at_most_255_positions_of_a_word)
{
    char *text = repeated(1000);
    cn_buf value = value_of("", "", text);

    cr_assert(eq(sz, value.len, 4 + 2 + 2 + 2 * 255));
    cr_assert(zero(int, memcmp(value.data + 4, "x\0\0\xFF", 4)));
    cn_buf_free(&value);
    free(text);
}

Test(search_tsv, gives_the_last_position_to_all_later_words)
{
    char *text = repeated(20000);
    cn_buf value;

    memcpy(text + 39000, "late late", 9);
    value = value_of("", "", text);
    cr_assert(zero(int, memcmp(value.data, "\0\0\0\2late\0\0\1\x7F\xFF", 13)));
    cn_buf_free(&value);
    free(text);
}

static int make(void *user)
{
    cn_search_entry e = entry_of("one two", "three", "four five four");
    cn_buf out = CN_BUF_INIT(1024);
    cn_tsv t;
    int rc;

    (void)user;
    cn_tsv_init(&t);
    rc = cn_search_tsv(&t, &out, &e);
    if (!rc)
        rc = cn_search_tsv_ranked(&t, &out);
    cn_tsv_free(&t);
    cn_buf_free(&out);
    return rc;
}

Test(search_tsv, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, make, NULL), 2));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, make, NULL), 2));
}
