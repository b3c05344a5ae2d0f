/*
 * The query language: words that must all occur, "phrases", -exclusions; the
 * last word is also a beginning. It is parsed here and handed to the databases
 * word by word, so nothing that somebody types is an error or a wildcard.
 */
#include "search.h"

#include "fail.h"
#include "utf8.h"
#include "words.h"

#define MIN_PREFIX 2 /* characters */

typedef struct parser {
    cn_arena *arena;
    cn_array terms;
    cn_array not_terms;
    bool quoted; /* the last term that has words */
} parser;

static size_t count_words(cn_slice text)
{
    cn_words w = cn_words_of(text);
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;
    size_t n = 0;

    while (cn_words_next(&w, word, &len, &start, &end))
        n++;
    return n;
}

/* The words of a term; false without memory. */
static bool copy_words(cn_arena *a, cn_slice text, cn_search_term *term)
{
    cn_words w = cn_words_of(text);
    const char **words = cn_arena_array(a, term->count, sizeof(*words));
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    for (size_t i = 0; words && i < term->count; i++) {
        (void)cn_words_next(&w, word, &len, &start, &end); /* was counted */
        words[i] = cn_arena_copy(a, cn_slice_of(word, len));
        if (!words[i])
            return false;
    }
    term->words = words;
    return words != NULL;
}

static int add_term(parser *p, cn_slice text, bool excluded, bool quoted,
                    canon_error *err)
{
    size_t count = count_words(text);
    cn_search_term *term;

    if (count == 0)
        return CANON_OK;
    term = cn_array_push(excluded ? &p->not_terms : &p->terms);
    if (!term)
        return cn_fail_memory(err);
    term->count = count;
    p->quoted = quoted || excluded;
    return copy_words(p->arena, text, term) ? CANON_OK : cn_fail_memory(err);
}

/* Length of the word that begins the text: to a blank or a quote. */
static size_t bare_len(cn_slice s)
{
    size_t n = 0;

    while (n < s.len && s.ptr[n] != '"' && !cn_is_space(s.ptr[n]))
        n++;
    return n;
}

/* Cut one term off the front. */
static int parse_term(parser *p, cn_slice *rest, canon_error *err)
{
    bool excluded = cn_slice_starts(*rest, "-");
    bool quoted;
    size_t len;
    cn_slice text;

    if (excluded)
        *rest = cn_slice_from(*rest, 1);
    quoted = cn_slice_starts(*rest, "\"");
    if (quoted)
        *rest = cn_slice_from(*rest, 1);
    len = quoted ? cn_slice_find(*rest, '"') : bare_len(*rest);
    text = cn_slice_first(*rest, len);
    *rest = cn_slice_from(*rest, quoted ? len + 1 : len);
    return add_term(p, text, excluded, quoted, err);
}

/* The last word is also a beginning, unless it is one letter or quoted. */
static void mark_prefix(const parser *p)
{
    cn_search_term *last;
    const char *word;

    if (p->quoted || p->terms.count == 0)
        return;
    last = cn_array_at(&p->terms, p->terms.count - 1);
    word = last->words[last->count - 1];
    last->prefix = cn_utf8_count(cn_str(word)) >= MIN_PREFIX;
}

static int settle(cn_arena *a, const cn_array *from, const cn_search_term **out,
                  canon_error *err)
{
    cn_search_term *items = cn_arena_array(a, from->count + 1, from->size);

    if (!items)
        return cn_fail_memory(err);
    if (from->count > 0)
        memcpy(items, from->items, from->count * from->size);
    *out = items;
    return CANON_OK;
}

int cn_search_parse(cn_arena *a, cn_slice q, cn_search_terms *out,
                    canon_error *err)
{
    parser p = {.arena = a,
                .terms = CN_ARRAY_INIT(cn_search_term),
                .not_terms = CN_ARRAY_INIT(cn_search_term)};
    int rc = CANON_OK;

    q = cn_slice_trim(q);
    while (!rc && q.len > 0) {
        rc = parse_term(&p, &q, err);
        q = cn_slice_trim_start(q);
    }
    if (!rc)
        mark_prefix(&p);
    if (!rc)
        rc = settle(a, &p.terms, &out->terms, err);
    if (!rc)
        rc = settle(a, &p.not_terms, &out->not_terms, err);
    out->count = p.terms.count;
    out->not_count = p.not_terms.count;
    cn_array_free(&p.terms);
    cn_array_free(&p.not_terms);
    return rc;
}
