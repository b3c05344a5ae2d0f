/*
 * Snippets. All hits are found in the raw text first; only then are its pieces
 * escaped and put between marks, so that neither marks nor escapes can be hit
 * themselves.
 */
#include "snippet.h"

#include "escape.h"
#include "utf8.h"
#include "words.h"

#define BEFORE     40  /* characters */
#define AFTER      120 /* from the beginning of the first hit */
#define MIN_MARKED 2   /* characters of a word that is marked */

/* A hit, in bytes of the text. */
typedef struct span {
    size_t start;
    size_t end;
} span;

static bool is_word(cn_slice word, const char *wanted, bool prefix)
{
    bool hit =
        prefix ? cn_slice_starts(word, wanted) : cn_slice_is(word, wanted);

    return hit && cn_utf8_count(cn_str(wanted)) >= MIN_MARKED;
}

static bool is_hit(cn_slice word, const cn_search_terms *terms)
{
    for (size_t i = 0; i < terms->count; i++) {
        const cn_search_term *t = &terms->terms[i];

        for (size_t k = 0; k < t->count; k++) {
            if (is_word(word, t->words[k], t->prefix && k + 1 == t->count))
                return true;
        }
    }
    return false;
}

/* The next word that is a hit. */
static bool next_hit(cn_words *w, const cn_search_terms *terms, span *out)
{
    char word[CN_WORD_MAX];
    size_t len;

    while (cn_words_next(w, word, &len, &out->start, &out->end)) {
        if (is_hit(cn_slice_of(word, len), terms))
            return true;
    }
    return false;
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* `count` characters back from a place, forward from it. */
static size_t back(cn_slice text, size_t at, size_t count)
{
    while (at > 0 && count > 0) {
        at--;
        count -= !is_inside_character(text.ptr[at]);
    }
    return at;
}

static size_t forward(cn_slice text, size_t at, size_t count)
{
    while (at < text.len && count > 0) {
        at++;
        count -= at == text.len || !is_inside_character(text.ptr[at]);
    }
    return at;
}

static void put(cn_buf *out, cn_slice text, size_t from, size_t to)
{
    if (from < to)
        cn_html_escape(out, cn_slice_of(text.ptr + from, to - from));
}

static void put_window(cn_buf *out, cn_slice text, span window,
                       const cn_search_terms *terms)
{
    cn_words words = cn_words_of(text);
    size_t at = window.start;
    span hit;

    while (next_hit(&words, terms, &hit) && hit.start < window.end) {
        size_t end = hit.end < window.end ? hit.end : window.end;
        size_t start = hit.start > at ? hit.start : at;

        if (end <= at)
            continue;
        put(out, text, at, start);
        cn_buf_puts(out, "<mark>");
        put(out, text, start, end);
        cn_buf_puts(out, "</mark>");
        at = end;
    }
    put(out, text, at, window.end);
}

void cn_snippet_html(cn_buf *out, cn_slice text, const cn_search_terms *terms)
{
    cn_words words;
    span first = {0, 0};
    span window;

    text = cn_slice_trim(text);
    words = cn_words_of(text);
    if (!next_hit(&words, terms, &first))
        first.start = 0;
    window.start = back(text, first.start, BEFORE);
    window.end = forward(text, first.start, AFTER);
    if (window.start > 0)
        cn_buf_puts(out, "...");
    put_window(out, text, window, terms);
    if (window.end < text.len)
        cn_buf_puts(out, "...");
}
