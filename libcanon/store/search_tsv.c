/*
 * The full-text columns of PostgreSQL. Words are cut by us, so that they are
 * those of SQLite, and sent in the binary form of a tsvector: sorted and each
 * word once, which the server would otherwise spend most of an insert on.
 */
#include "search_parts.h"

#include "words.h"

#include <stdlib.h>

#define MAX_POSITION  16383            /* of tsvector; later words have this */
#define MAX_POSITIONS 255              /* of a word */
#define MAX_STORED    ((size_t)900000) /* bytes; a tsvector ends at 1 MiB */

/* A weight as the two highest bits of a position. */
enum { WEIGHT_C = 1, WEIGHT_B = 2, WEIGHT_A = 3 };

/* A word of the text; its bytes are in cn_tsv.text. */
typedef struct found_word {
    uint32_t start;
    uint16_t len;
    uint16_t position; /* with its weight */
    const char *text;  /* set when all are there */
} found_word;

static void put_words(cn_tsv *t, cn_slice text, unsigned weight)
{
    cn_words w = cn_words_of(text);
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    while (t->stored < MAX_STORED &&
           cn_words_next(&w, word, &len, &start, &end)) {
        found_word *found = cn_array_push(&t->words);

        if (!found) {
            t->rc = CANON_ENOMEM;
            return;
        }
        if (t->position < MAX_POSITION)
            t->position++;
        found->start = (uint32_t)t->text.len;
        found->len = (uint16_t)len;
        found->position = (uint16_t)(weight << 14 | t->position);
        cn_buf_add(&t->text, word, len);
        t->stored += len + 6; /* not more than it will need */
    }
    if (t->position < MAX_POSITION)
        t->position++; /* a phrase does not reach into the next text */
}

/* The order of PostgreSQL; the same words by their positions. */
static int compare(const void *a, const void *b)
{
    const found_word *x = a;
    const found_word *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->text, y->text, len);

    if (order == 0)
        order = (x->len > y->len) - (x->len < y->len);
    return order ? order : (x->start > y->start) - (x->start < y->start);
}

static bool same_word(const found_word *a, const found_word *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void put_16(cn_buf *out, unsigned n)
{
    cn_buf_putc(out, (char)(unsigned char)(n >> 8));
    cn_buf_putc(out, (char)(unsigned char)(n & 0xff));
}

static unsigned place(const found_word *word)
{
    return word->position & MAX_POSITION;
}

static unsigned weight_of(const found_word *word)
{
    return word->position >> 14;
}

/* How many positions of a run of the same word are stored. Those of a higher
 * weight come first. */
static size_t count_positions(const found_word *words, size_t count,
                              unsigned least)
{
    size_t n = weight_of(&words[0]) >= least ? 1 : 0;

    while (n > 0 && n < count && n < MAX_POSITIONS &&
           weight_of(&words[n]) >= least &&
           place(&words[n]) > place(&words[n - 1]))
        n++;
    return n;
}

/* Words of this weight or a higher one. Returns how many there are. */
static size_t put_sorted(cn_buf *out, const cn_array *array, unsigned least)
{
    const found_word *words = array->items;
    size_t count = array->count;
    size_t different = 0;
    size_t end;

    for (size_t i = 0; i < count; i = end) {
        size_t positions;

        end = i + 1;
        while (end < count && same_word(&words[i], &words[end]))
            end++;
        positions = count_positions(words + i, end - i, least);
        if (positions == 0)
            continue;
        cn_buf_add(out, words[i].text, words[i].len);
        cn_buf_putc(out, '\0');
        put_16(out, (unsigned)positions);
        for (size_t k = 0; k < positions; k++)
            put_16(out, words[i + k].position);
        different++;
    }
    return different;
}

/* The words of the last entry as a tsvector: their number, then they. */
static int put_value(cn_buf *out, const cn_tsv *t, unsigned least)
{
    size_t from = out->len;
    size_t n;

    cn_buf_add(out, "\0\0\0\0", 4);
    n = put_sorted(out, &t->words, least);
    if (out->rc)
        return CANON_ENOMEM;
    for (size_t i = 0; i < 4; i++)
        out->data[from + i] = (char)(unsigned char)(n >> (24 - 8 * i) & 0xff);
    return CANON_OK;
}

int cn_search_tsv(cn_tsv *t, cn_buf *out, const cn_search_entry *entry)
{
    found_word *words;

    cn_array_reset(&t->words);
    cn_buf_reset(&t->text);
    t->position = 0;
    t->stored = 0;
    t->rc = CANON_OK;
    put_words(t, entry->title, WEIGHT_A);
    put_words(t, entry->heading, WEIGHT_A);
    put_words(t, entry->ac_text, WEIGHT_B);
    put_words(t, entry->body, WEIGHT_C);
    if (t->rc || t->text.rc)
        return CANON_ENOMEM;
    words = t->words.items;
    for (size_t i = 0; i < t->words.count; i++)
        words[i].text = t->text.data + words[i].start;
    if (t->words.count > 1)
        qsort(words, t->words.count, sizeof(*words), compare);
    return put_value(out, t, WEIGHT_C);
}

int cn_search_tsv_ranked(const cn_tsv *t, cn_buf *out)
{
    return put_value(out, t, WEIGHT_B);
}

void cn_tsv_init(cn_tsv *t)
{
    memset(t, 0, sizeof(*t));
    t->words.size = sizeof(found_word);
    t->text.max = 2 * MAX_STORED;
}

void cn_tsv_free(cn_tsv *t)
{
    cn_array_free(&t->words);
    cn_buf_free(&t->text);
}
