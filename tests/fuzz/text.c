/*
 * The tools for text: cleaned text is valid, words lie in the text and are in
 * lower case already, escapes decode to what they were made of, and a path
 * without wildcards matches itself.
 */
#include "fuzz.h"

#include "check.h"
#include "escape.h"
#include "pattern.h"
#include "utf8.h"
#include "words.h"

static void check_words(cn_slice text)
{
    cn_words w = cn_words_of(text);
    char word[CN_WORD_MAX];
    size_t last = 0;
    size_t len;
    size_t start;
    size_t end;

    while (cn_words_next(&w, word, &len, &start, &end)) {
        cn_words again = cn_words_of(cn_slice_of(word, len));
        char same[CN_WORD_MAX];
        size_t same_len;

        check(start >= last && end > start && end <= text.len);
        check(len > 0 && len <= CN_WORD_MAX);
        last = end;
        check(cn_words_next(&again, same, &same_len, &start, &end));
        check(cn_slice_eq(cn_slice_of(word, len), cn_slice_of(same, same_len)));
    }
}

static void check_escapes(cn_slice text)
{
    cn_buf escaped = CN_BUF_INIT(SIZE_MAX / 2);
    cn_buf decoded = CN_BUF_INIT(SIZE_MAX / 2);

    cn_url_escape(&escaped, text);
    check(cn_url_decode(&decoded, cn_buf_all(&escaped), true));
    check(cn_slice_eq(cn_buf_all(&decoded), text));
    cn_buf_reset(&escaped);
    cn_utf8_clean(&escaped, text);
    check(cn_utf8_ok(cn_buf_all(&escaped)));
    check(!cn_utf8_ok(text) || cn_slice_eq(cn_buf_all(&escaped), text));
    check(cn_utf8_count(text) <= text.len);
    cn_buf_reset(&escaped);
    cn_html_escape(&escaped, text);
    check(cn_slice_find(cn_buf_all(&escaped), '<') == escaped.len);
    cn_buf_free(&escaped);
    cn_buf_free(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cn_slice text = cn_slice_of((const char *)data, size);
    cn_slice path = text;
    cn_slice pattern = cn_slice_cut(&path, '\n');

    check_words(text);
    check_escapes(text);
    (void)cn_glob_match(pattern, path);
    (void)cn_branch_ok(text);
    if (cn_path_ok(text) && cn_glob_ok(text) &&
        cn_slice_find(text, '*') == text.len &&
        cn_slice_find(text, '?') == text.len)
        check(cn_glob_match(text, text));
    return 0;
}
