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

#define MOST_LINES 64 /* of a stretch in which pairs are looked for */
#define MOST_PAIRS (MOST_LINES * MOST_LINES)
#define MOST_ALIKE 32
#define SIGN_WORDS 4

/* The words of a line, a bit each. */
typedef struct sign {
    size_t line;
    uint64_t bits[SIGN_WORDS];
    uint32_t claim; /* of its numbers, names in capitals and negations */
} sign;

typedef struct pairing {
    const cn_merge_lines *a;
    const cn_merge_lines *b;
    size_t *out;
    bool *in_a; /* keys of its lines without a match */
    bool *in_b;
    sign *of_a; /* made when they are first needed */
    sign *of_b;
    uint8_t *table;
} pairing;

/* Cut what people do not read as words off the front of a text: a comment, an
 * address; 0: there is none here. */
static size_t skip_unread(cn_slice text)
{
    size_t end = 0;

    if (cn_slice_starts(text, "<!--")) {
        end = cn_slice_find_text(text, cn_str("-->"));
        return end < text.len ? end + 3 : end;
    }
    if (cn_slice_starts(text, "](")) {
        end = cn_slice_find(text, ')');
        return end;
    }
    if (!cn_slice_starts(text, "http://") && !cn_slice_starts(text, "https://"))
        return 0;
    while (end < text.len && !cn_is_space(text.ptr[end]))
        end++;
    return end;
}

/* The next stretch of a text that people read; empty at the end. */
static cn_slice next_read(cn_slice *rest)
{
    size_t n = 0;
    cn_slice found;

    while (rest->len > 0 && skip_unread(*rest) > 0)
        *rest = cn_slice_from(*rest, skip_unread(*rest));
    while (n < rest->len && !(strchr("<]h", rest->ptr[n]) &&
                              skip_unread(cn_slice_from(*rest, n)) > 0))
        n++;
    found = cn_slice_first(*rest, n);
    *rest = cn_slice_from(*rest, n);
    return found;
}

/* Does a word say how much, how bindingly, or that something is not so? */
static bool is_weighty(cn_slice word)
{
    static const char *const negations[] = {"not",     "no",   "never",
                                            "without", "none", "cannot"};
    bool has_lower = false;

    for (size_t i = 0; i < word.len; i++) {
        if (cn_is_digit(word.ptr[i]))
            return true;
        has_lower = has_lower || cn_lower(word.ptr[i]) == word.ptr[i];
    }
    for (size_t i = 0; i < sizeof(negations) / sizeof(negations[0]); i++)
        if (cn_slice_is_nocase(word, negations[i]))
            return true;
    return word.len > 1 && !has_lower;
}

static void sign_line(const cn_merge_lines *text, size_t line, sign *out)
{
    cn_slice rest = cn_merge_body(&text->items[line]);
    char word[CN_WORD_MAX];
    size_t len;
    size_t start;
    size_t end;

    memset(out, 0, sizeof(*out));
    out->line = line;
    while (rest.len > 0) {
        cn_slice piece = next_read(&rest);
        cn_words words = cn_words_of(piece);

        while (cn_words_next(&words, word, &len, &start, &end)) {
            uint32_t h = cn_merge_hash(cn_slice_of(word, len));

            out->bits[h >> 6 & (SIGN_WORDS - 1)] |= UINT64_C(1) << (h & 63);
            if (is_weighty(cn_slice_of(piece.ptr + start, end - start)))
                out->claim += h;
        }
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

/* One letter more, less or another, in a word of at least five: a slip of the
 * pen that was mended in a text of few words. */
static unsigned is_slip(cn_slice a, cn_slice b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    size_t most = a.len < b.len ? b.len : a.len;
    size_t head = 0;
    size_t tail = 0;
    size_t from;
    size_t upto;

    while (head < least && a.ptr[head] == b.ptr[head])
        head++;
    while (tail < least - head &&
           a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail])
        tail++;
    if (most - head - tail > 1)
        return 0;
    from = head;
    upto = a.len - tail;
    while (from > 0 && cn_is_alpha(a.ptr[from - 1]))
        from--;
    while (upto < a.len && cn_is_alpha(a.ptr[upto]))
        upto++;
    for (size_t i = head; i < a.len - tail; i++)
        if (!cn_is_alpha(a.ptr[i]))
            return 0;
    for (size_t i = head; i < b.len - tail; i++)
        if (!cn_is_alpha(b.ptr[i]))
            return 0;
    return upto - from >= 5 ? 1 : 0;
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
        return MOST_ALIKE;
    if (x->kind == CN_LINE_FIELD ||
        (x->kind == CN_LINE_DIRECTIVE &&
         !cn_slice_is(cn_merge_name(x), CN_EVIDENCE)))
        return cn_slice_eq(cn_merge_name(x), cn_merge_name(y)) ? 16 : 0;
    /* what claims something else is another criterion */
    if (x->kind == CN_LINE_CRITERION && a->claim != b->claim)
        return 0;
    words = share_words(a, b);
    return words ? words : is_slip(cn_merge_body(x), cn_merge_body(y));
}

/* The lines of a stretch that can have pairs; more than most: none. What says
 * the same as a line elsewhere was moved, and is no other line's pair. */
static size_t sign_all(const cn_merge_lines *text, size_t from, size_t upto,
                       const bool *elsewhere, sign *out, size_t most)
{
    size_t count = 0;

    for (size_t i = from; i < upto; i++) {
        int kind = text->items[i].kind;

        if (kind == CN_LINE_TEXT || kind == CN_LINE_BLANK ||
            elsewhere[text->items[i].key])
            continue;
        if (count == most)
            return 0;
        sign_line(text, i, &out[count++]);
    }
    return count;
}

/* Has a line of the stretch been paired, or does this pair cross one? */
static bool is_barred(const pairing *p, size_t rows, size_t i, size_t line)
{
    for (size_t k = 0; k < rows; k++) {
        size_t at = p->out[p->of_a[k].line];

        if (at != CN_NO_LINE &&
            (k == i || at == line || (k < i) != (at < line)))
            return true;
    }
    return false;
}

/* The best pairs first; they do not cross. */
static void pair_all(pairing *p, size_t rows, size_t columns)
{
    uint64_t levels = 0;

    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            unsigned like = likeness(p, &p->of_a[i], &p->of_b[j]);

            p->table[i * columns + j] = (uint8_t)like;
            levels |= UINT64_C(1) << like;
        }
    }
    for (unsigned level = MOST_ALIKE; level > 0; level--) {
        if (!(levels >> level & 1))
            continue;
        for (size_t k = 0; k < rows * columns; k++) {
            size_t line = p->of_b[k % columns].line;

            if (p->table[k] == level && !is_barred(p, rows, k / columns, line))
                p->out[p->of_a[k / columns].line] = line;
        }
    }
}

static int make_room(pairing *p)
{
    if (!p->of_a) {
        p->of_a = cn_calloc(MOST_LINES, sizeof(sign));
        p->of_b = cn_calloc(MOST_LINES, sizeof(sign));
        p->table = cn_calloc(MOST_PAIRS, sizeof(uint8_t));
    }
    return p->of_a && p->of_b && p->table ? CANON_OK : CANON_ENOMEM;
}

static int pair_stretch(pairing *p, size_t lo, size_t hi, size_t from,
                        size_t upto)
{
    size_t rows;
    size_t columns = 0;

    if (lo == hi || from == upto)
        return CANON_OK;
    if (make_room(p))
        return CANON_ENOMEM;
    rows = sign_all(p->a, lo, hi, p->in_b, p->of_a, MOST_LINES);
    if (rows > 0)
        columns = sign_all(p->b, from, upto, p->in_a, p->of_b, MOST_LINES);
    if (columns > 0)
        pair_all(p, rows, columns);
    return CANON_OK;
}

/* Which keys stand in lines without a match. */
static int find_free(pairing *p, size_t keys)
{
    bool *taken = cn_calloc(p->b->count + 1, sizeof(bool));

    p->in_a = cn_calloc(keys, sizeof(bool));
    p->in_b = cn_calloc(keys, sizeof(bool));
    if (!taken || !p->in_a || !p->in_b) {
        cn_free(taken);
        return CANON_ENOMEM;
    }
    for (size_t i = 0; i < p->a->count; i++) {
        if (p->out[i] == CN_NO_LINE)
            p->in_a[p->a->items[i].key] = true;
        else
            taken[p->out[i]] = true;
    }
    for (size_t j = 0; j < p->b->count; j++)
        if (!taken[j])
            p->in_b[p->b->items[j].key] = true;
    cn_free(taken);
    return CANON_OK;
}

int cn_merge_pair(const cn_merge_lines *a, const cn_merge_lines *b, size_t keys,
                  size_t *out)
{
    pairing p = {.a = a, .b = b, .out = out};
    size_t lo = 0;
    size_t from = 0;
    int rc = find_free(&p, keys);

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
    cn_free(p.in_a);
    cn_free(p.in_b);
    cn_free(p.of_a);
    cn_free(p.of_b);
    cn_free(p.table);
    return rc;
}
