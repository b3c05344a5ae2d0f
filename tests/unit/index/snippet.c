#include "snippet.h"

#include <criterion/criterion.h>

/* The snippet of a text for a query. */
static const char *snippet(const char *text, const char *q)
{
    static char out[2048];
    cn_arena a = CN_ARENA_INIT;
    cn_buf html = CN_BUF_INIT(sizeof(out) - 1);
    cn_search_terms terms;

    cr_assert(!cn_search_parse(&a, cn_str(q), &terms, NULL));
    cn_snippet_html(&html, cn_str(text), &terms);
    strcpy(out, cn_buf_text(&html));
    cn_buf_free(&html);
    cn_arena_free(&a);
    return out;
}

Test(snippet, escapes_the_text_and_marks_the_words)
{
    cr_assert_str_eq(
        snippet("<b onclick='x'>Go</b>", "go"),
        "&lt;b onclick=&#x27;x&#x27;&gt;<mark>Go</mark>&lt;/b&gt;");
}

Test(snippet, does_not_mark_inside_escapes)
{
    cr_assert_str_eq(snippet("a & b mark", "amp mark"),
                     "a &amp; b <mark>mark</mark>");
}

Test(snippet, does_not_mark_single_letters)
{
    cr_assert_str_eq(snippet("a b c", "b"), "a b c");
    cr_assert_str_eq(snippet("a word b", "a word"), "a <mark>word</mark> b");
}

Test(snippet, marks_beginnings_for_the_last_word_only)
{
    cr_assert_str_eq(snippet("session sessions", "session"),
                     "<mark>session</mark> <mark>sessions</mark>");
    cr_assert_str_eq(snippet("session sessions token", "session tok"),
                     "<mark>session</mark> sessions <mark>token</mark>");
}

Test(snippet, marks_the_words_of_phrases_and_no_excluded_ones)
{
    cr_assert_str_eq(snippet("log in now", "\"log in\" -now"),
                     "<mark>log</mark> <mark>in</mark> now");
}

Test(snippet, ignores_letter_case_in_all_scripts)
{
    cr_assert_str_eq(snippet("\xc3\x9c"
                             "BER uns",
                             "\xc3\xbc"
                             "ber"),
                     "<mark>\xc3\x9c"
                     "BER</mark> uns");
}

Test(snippet, cuts_a_window_around_the_first_hit)
{
    const char *out =
        snippet("0123456789 0123456789 0123456789 0123456789 0123456789 here "
                "0123456789 0123456789 0123456789 0123456789 0123456789 "
                "0123456789 0123456789 0123456789 0123456789 0123456789 "
                "0123456789",
                "here");

    cr_assert_eq(strncmp(out, "...456789 0123456789", 20), 0, "%s", out);
    cr_assert_str_eq(out + strlen(out) - 3, "...");
    cr_assert_not_null(strstr(out, "<mark>here</mark>"));
    cr_assert_eq(strlen(out), 40 + 120 + 6 + strlen("<mark></mark>"));
}

Test(snippet, cuts_between_characters)
{
    char text[2048] = "";
    const char *out;

    for (int i = 0; i < 200; i++)
        strcat(text, "\xe2\x82\xac");
    strcat(text, " here ");
    for (int i = 0; i < 200; i++)
        strcat(text, "\xf0\x9f\x98\x80");
    out = snippet(text, "here");
    cr_assert_eq(strncmp(out, "...\xe2\x82\xac", 6), 0);
    cr_assert_str_eq(out + strlen(out) - 7, "\xf0\x9f\x98\x80...");
}

Test(snippet, shows_the_beginning_without_a_hit)
{
    cr_assert_str_eq(snippet("  Some text\n", "other"), "Some text");
    cr_assert_str_eq(snippet("", "other"), "");
}

Test(snippet, survives_broken_characters)
{
    cr_assert_str_eq(snippet("\xff\xc3 go \xe2\x82", "go")[0] ? "ok" : "",
                     "ok");
}
