/*
 * Lines that were changed: between the lines that two texts have in common,
 * lines of the same kind that say almost the same are pairs. A field is known
 * by its name, a directive by what it is about, all others by their words: at
 * least three of five, or all of the shorter one, must be there on both sides.
 * Paragraphs have no pairs.
 */
#include "merge_parts.h"

#include "mem.h"
#include "words.h"

#define MOST_PAIRS                                                             \
    4096 /* of lines compared in one stretch: so there are at
                           most 64 pairs of at most 32 in a table's field */
#define SIGN_WORDS 4

/* The words of a line, a bit each. */
typedef struct sign {
    size_t line;
    uint64_t bits[SIGN_WORDS];
} sign;

typedef struct pairing {
    const cn_merge_lines *a;
    const cn_merge_lines *b;
    size_t *out;
    sign *of_a; /* MOST_PAIRS each, made when they are first needed */
    sign *of_b;
    uint16_t *table;
} pairing;

static uint32_t hash(const char *text, size_t len)
{
    uint32_t h = 2166136261U;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619U;
    return h ^ (h >> 15);
}

static void sign_line(const cn_merge_lines *text, size_t line, sign *out)
{
    cn_words words = cn_words_of(cn_merge_body(&text->items[line]));
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    memset(out, 0, sizeof(*out));
    out->line = line;
    while (cn_words_next(&words, word, &len, &start, &end)) {
        uint32_t h = hash(word, len);

        out->bits[h >> 6 & (SIGN_WORDS - 1)] |= UINT64_C(1) << (h & 63);
    }
}

static unsigned count_bits(uint64_t bits)
{
    unsigned count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* How much of their words two lines share, in sixteenths; 0: not enough. */
static unsigned share_words(const sign *a, const sign *b)
{
    unsigned both = 0;
    unsigned of_a = 0;
    unsigned of_b = 0;
    unsigned most;
    unsigned least;

    for (int i = 0; i < SIGN_WORDS; i++) {
        both += count_bits(a->bits[i] & b->bits[i]);
        of_a += count_bits(a->bits[i]);
        of_b += count_bits(b->bits[i]);
    }
    most = of_a > of_b ? of_a : of_b;
    least = of_a > of_b ? of_b : of_a;
    if (both == 0 || (5 * both < 3 * most && both < least))
        return 0;
    return 1 + 15 * both / most;
}

/* The same for their beginnings and ends: a slip of the pen that was mended in
 * a text of few words. */
static unsigned share_ends(cn_slice a, cn_slice b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    size_t most = a.len < b.len ? b.len : a.len;
    size_t head = 0;
    size_t tail = 0;

    while (head < least && a.ptr[head] == b.ptr[head])
        head++;
    while (tail < least - head &&
           a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail])
        tail++;
    return 3 * (head + tail) > 2 * most ? 1 : 0;
}

/* How good a pair two lines are; 0: they are none. */
static unsigned likeness(const pairing *p, const sign *a, const sign *b)
{
    const cn_merge_line *x = &p->a->items[a->line];
    const cn_merge_line *y = &p->b->items[b->line];
    unsigned words;

    if (x->kind != y->kind)
        return 0;
    if (x->key == y->key)
        return 32;
    if (x->kind == CN_LINE_FIELD ||
        (x->kind == CN_LINE_DIRECTIVE &&
         !cn_slice_is(cn_merge_name(x), "realized-in")))
        return cn_slice_eq(cn_merge_name(x), cn_merge_name(y)) ? 16 : 0;
    words = share_words(a, b);
    return words ? words : share_ends(cn_merge_body(x), cn_merge_body(y));
}

/* The lines of a stretch that can have pairs; more than most: none. */
static size_t sign_all(const cn_merge_lines *text, size_t from, size_t upto,
                       sign *out, size_t most)
{
    size_t count = 0;

    for (size_t i = from; i < upto; i++) {
        int kind = text->items[i].kind;

        if (kind == CN_LINE_TEXT || kind == CN_LINE_BLANK)
            continue;
        if (count == most)
            return 0;
        sign_line(text, i, &out[count++]);
    }
    return count;
}

/* The best pairs in order, by the table of the longest common subsequence. */
static void pair_all(pairing *p, size_t rows, size_t columns)
{
    size_t width = columns + 1;
    uint16_t *at;
    size_t i;
    size_t j;

    memset(p->table, 0, (rows + 1) * width * sizeof(uint16_t));
    for (i = rows; i-- > 0;) {
        for (j = columns; j-- > 0;) {
            unsigned like = likeness(p, &p->of_a[i], &p->of_b[j]);

            at = &p->table[i * width + j];
            *at = at[width] > at[1] ? at[width] : at[1];
            if (like && at[width + 1] + like > *at)
                *at = (uint16_t)(at[width + 1] + like);
        }
    }
    i = 0;
    j = 0;
    while (i < rows && j < columns) {
        at = &p->table[i * width + j];
        if (*at == at[width]) {
            i++;
        } else if (*at == at[1]) {
            j++;
        } else {
            p->out[p->of_a[i++].line] = p->of_b[j++].line;
        }
    }
}

static int make_room(pairing *p)
{
    if (!p->of_a) {
        p->of_a = cn_calloc(MOST_PAIRS, sizeof(sign));
        p->of_b = cn_calloc(MOST_PAIRS, sizeof(sign));
        p->table = cn_calloc(3 * MOST_PAIRS + 1, sizeof(uint16_t));
    }
    return p->of_a && p->of_b && p->table ? CANON_OK : CANON_ENOMEM;
}

static int pair_stretch(pairing *p, size_t lo, size_t hi, size_t from,
                        size_t upto)
{
    size_t rows;
    size_t columns;

    if (lo == hi || from == upto)
        return CANON_OK;
    if (make_room(p))
        return CANON_ENOMEM;
    rows = sign_all(p->a, lo, hi, p->of_a, MOST_PAIRS);
    columns = rows ? sign_all(p->b, from, upto, p->of_b, MOST_PAIRS / rows) : 0;
    if (columns > 0)
        pair_all(p, rows, columns);
    return CANON_OK;
}

int cn_merge_pair(const cn_merge_lines *a, const cn_merge_lines *b, size_t *out)
{
    pairing p = {.a = a, .b = b, .out = out};
    size_t lo = 0;
    size_t from = 0;
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < a->count; i++) {
        size_t at = out[i];

        if (at == CN_NO_LINE)
            continue;
        rc = pair_stretch(&p, lo, i, from, at);
        lo = i + 1;
        from = at + 1;
    }
    if (!rc)
        rc = pair_stretch(&p, lo, a->count, from, b->count);
    cn_free(p.of_a);
    cn_free(p.of_b);
    cn_free(p.table);
    return rc;
}
