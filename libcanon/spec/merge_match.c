/*
 * Which lines of two texts correspond: lines that occur once in both are
 * anchors, the longest rising run of them stands, and the stretches between
 * are looked at in the same way (patience diff). What is short and without
 * anchors is compared by the longest common subsequence. Time is bounded for
 * any input: levels are limited, and so are the stretches compared. What is not
 * equal but alike is paired afterwards (merge_alike.c).
 */
#include "merge_parts.h"

#include "mem.h"

#include <stdlib.h>

#define LEVELS  48
#define SQUARES 65536 /* of lines compared with lines */

/* Any total order in which lines are equal that say the same. Directives speak
 * of their section: the same words below another heading are another line. */
static int by_content(const void *a, const void *b)
{
    const cn_merge_line *x = *(const cn_merge_line *const *)a;
    const cn_merge_line *y = *(const cn_merge_line *const *)b;
    int order;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    order = cn_slice_cmp(cn_merge_body(x), cn_merge_body(y));
    return order ? order
                 : cn_slice_cmp(cn_slice_of(x->ptr - x->about, x->about_len),
                                cn_slice_of(y->ptr - y->about, y->about_len));
}

int cn_merge_number(cn_merge_lines *const texts[3], size_t *keys_out)
{
    size_t total = texts[0]->count + texts[1]->count + texts[2]->count;
    cn_merge_line **all = cn_calloc(total + 1, sizeof(cn_merge_line *));
    uint32_t key = 0;
    size_t n = 0;

    if (!all)
        return CANON_ENOMEM;
    for (int t = 0; t < 3; t++)
        for (size_t i = 0; i < texts[t]->count; i++)
            all[n++] = &texts[t]->items[i];
    qsort(all, total, sizeof(cn_merge_line *), by_content);
    for (size_t i = 0; i < total; i++) {
        if (i > 0 && by_content(&all[i - 1], &all[i]) != 0)
            key++;
        all[i]->key = key;
    }
    *keys_out = (size_t)key + 1;
    cn_free(all);
    return CANON_OK;
}

/* A stretch of both texts whose lines are still to be matched. */
typedef struct stretch {
    size_t a, a_end, b, b_end;
    int level;
} stretch;

/* A line that occurs once in both stretches. */
typedef struct anchor {
    size_t a, b;
    size_t before; /* index of the anchor before it in its run, or CN_NO_LINE */
} anchor;

/* How often a key occurs in a stretch, and where. */
typedef struct tally {
    size_t a, b;
    uint32_t a_count, b_count;
} tally;

typedef struct matcher {
    const cn_merge_line *a;
    const cn_merge_line *b;
    size_t *out;
    tally *tallies; /* by key; zero between uses */
    cn_array work;  /* of stretch */
    cn_array anchors;
    cn_array tails;  /* of size_t: the last anchor of the best run by length */
    uint16_t *table; /* made when it is first needed */
} matcher;

static bool same_key(const matcher *m, size_t a, size_t b)
{
    return m->a[a].key == m->b[b].key;
}

/* Equal lines at both ends match. */
static void trim(matcher *m, stretch *s)
{
    while (s->a < s->a_end && s->b < s->b_end && same_key(m, s->a, s->b))
        m->out[s->a++] = s->b++;
    while (s->a < s->a_end && s->b < s->b_end &&
           same_key(m, s->a_end - 1, s->b_end - 1))
        m->out[--s->a_end] = --s->b_end;
}

static int count_keys(matcher *m, const stretch *s)
{
    m->anchors.count = 0;
    for (size_t i = s->a; i < s->a_end; i++) {
        m->tallies[m->a[i].key].a = i;
        m->tallies[m->a[i].key].a_count++;
    }
    for (size_t i = s->b; i < s->b_end; i++) {
        m->tallies[m->b[i].key].b = i;
        m->tallies[m->b[i].key].b_count++;
    }
    for (size_t i = s->a; i < s->a_end; i++) {
        const tally *t = &m->tallies[m->a[i].key];
        anchor *found;

        if (t->a_count != 1 || t->b_count != 1)
            continue;
        found = cn_array_push(&m->anchors);
        if (!found)
            return CANON_ENOMEM;
        found->a = i;
        found->b = t->b;
    }
    for (size_t i = s->a; i < s->a_end; i++)
        memset(&m->tallies[m->a[i].key], 0, sizeof(tally));
    for (size_t i = s->b; i < s->b_end; i++)
        memset(&m->tallies[m->b[i].key], 0, sizeof(tally));
    return CANON_OK;
}

static anchor *anchor_at(const matcher *m, size_t i)
{
    return cn_array_at(&m->anchors, i);
}

static size_t *tail_at(const matcher *m, size_t i)
{
    return cn_array_at(&m->tails, i);
}

/* The longest run of anchors that rise in both texts; anchors are in the order
 * of a. The index of its last one. */
static int longest_run(matcher *m, size_t *last_out)
{
    m->tails.count = 0;
    for (size_t i = 0; i < m->anchors.count; i++) {
        anchor *at = anchor_at(m, i);
        size_t low = 0;
        size_t high = m->tails.count;

        while (low < high) {
            size_t middle = (low + high) / 2;

            if (anchor_at(m, *tail_at(m, middle))->b < at->b)
                low = middle + 1;
            else
                high = middle;
        }
        at->before = low > 0 ? *tail_at(m, low - 1) : CN_NO_LINE;
        if (low == m->tails.count && !cn_array_push(&m->tails))
            return CANON_ENOMEM;
        *tail_at(m, low) = i;
    }
    *last_out = m->tails.count ? *tail_at(m, m->tails.count - 1) : CN_NO_LINE;
    return CANON_OK;
}

static int push(matcher *m, const stretch *s)
{
    stretch *place;

    if (s->a == s->a_end || s->b == s->b_end)
        return CANON_OK;
    place = cn_array_push(&m->work);
    if (!place)
        return CANON_ENOMEM;
    *place = *s;
    return CANON_OK;
}

/* Match the anchors of the run; what lies between them is work. */
static int follow_run(matcher *m, const stretch *s, size_t last)
{
    stretch rest = *s;
    int rc = CANON_OK;

    rest.level++;
    while (!rc && last != CN_NO_LINE) {
        const anchor *at = anchor_at(m, last);
        stretch behind = rest;

        m->out[at->a] = at->b;
        behind.a = at->a + 1;
        behind.b = at->b + 1;
        rc = push(m, &behind);
        rest.a_end = at->a;
        rest.b_end = at->b;
        last = at->before;
    }
    return rc ? rc : push(m, &rest);
}

/* The longest common subsequence, by its table. */
static int compare_all(matcher *m, const stretch *s)
{
    size_t rows = s->a_end - s->a;
    size_t width = s->b_end - s->b + 1;
    size_t i = 0;
    size_t j = 0;

    if (!m->table)
        m->table = cn_calloc(SQUARES, sizeof(uint16_t));
    if (!m->table)
        return CANON_ENOMEM;
    memset(m->table, 0, (rows + 1) * width * sizeof(uint16_t));
    for (i = rows; i-- > 0;) {
        for (j = width - 1; j-- > 0;) {
            uint16_t down = m->table[(i + 1) * width + j];
            uint16_t right = m->table[i * width + j + 1];

            if (same_key(m, s->a + i, s->b + j))
                down = (uint16_t)(m->table[(i + 1) * width + j + 1] + 1);
            m->table[i * width + j] = down > right ? down : right;
        }
    }
    i = 0;
    j = 0;
    while (i < rows && j < width - 1) {
        if (same_key(m, s->a + i, s->b + j))
            m->out[s->a + i++] = s->b + j++;
        else if (m->table[(i + 1) * width + j] >= m->table[i * width + j + 1])
            i++;
        else
            j++;
    }
    return CANON_OK;
}

static int match_stretch(matcher *m, stretch s)
{
    size_t last = CN_NO_LINE;
    int rc;

    trim(m, &s);
    if (s.a == s.a_end || s.b == s.b_end)
        return CANON_OK;
    rc = s.level < LEVELS ? count_keys(m, &s) : CANON_OK;
    if (!rc && s.level < LEVELS)
        rc = longest_run(m, &last);
    if (rc)
        return rc;
    if (last != CN_NO_LINE)
        return follow_run(m, &s, last);
    if (s.a_end - s.a + 1 < SQUARES / (s.b_end - s.b + 1))
        return compare_all(m, &s);
    return CANON_OK;
}

/* The first blank line before the first heading; CN_NO_LINE: there is none. */
static size_t blank_before(const cn_merge_lines *text, size_t from, size_t upto,
                           bool *has_heading)
{
    size_t found = CN_NO_LINE;

    *has_heading = false;
    for (size_t i = from; i < upto && !*has_heading; i++) {
        *has_heading = text->items[i].kind == CN_LINE_HEADING;
        if (text->items[i].kind == CN_LINE_BLANK && found == CN_NO_LINE)
            found = i;
    }
    return *has_heading ? found : CN_NO_LINE;
}

/* A section that comes or goes has one blank line before it and one behind it:
 * the first one is that of the text above, or else what the other side puts
 * below that text would get into the section. */
static void slide(const cn_merge_lines *a, const cn_merge_lines *b, size_t *out)
{
    size_t lo = 0;
    size_t from = 0;

    for (size_t i = 0; i < a->count; i++) {
        size_t j = out[i];
        bool in_a;
        bool in_b;
        size_t of_a;
        size_t of_b;

        if (j == CN_NO_LINE)
            continue;
        of_a = of_b = CN_NO_LINE;
        if (a->items[i].kind == CN_LINE_BLANK && (i > lo || j > from)) {
            of_a = blank_before(a, lo, i, &in_a);
            of_b = blank_before(b, from, j, &in_b);
            of_a = in_b ? CN_NO_LINE : of_a;
            of_b = in_a ? CN_NO_LINE : of_b;
        }
        if (of_b != CN_NO_LINE) {
            out[i] = of_b;
        } else if (of_a != CN_NO_LINE) {
            out[i] = CN_NO_LINE;
            out[of_a] = j;
        }
        lo = (of_a != CN_NO_LINE ? of_a : i) + 1;
        from = (of_b != CN_NO_LINE ? of_b : j) + 1;
    }
}

int cn_merge_match(const cn_merge_lines *a, const cn_merge_lines *b,
                   size_t *out)
{
    matcher m = {.a = a->items, .b = b->items, .out = out};
    stretch s = {0, a->count, 0, b->count, 0};
    uint32_t keys = 0;
    int rc;

    m.work.size = sizeof(stretch);
    m.anchors.size = sizeof(anchor);
    m.tails.size = sizeof(size_t);
    for (size_t i = 0; i < a->count; i++) {
        out[i] = CN_NO_LINE;
        keys = a->items[i].key >= keys ? a->items[i].key + 1 : keys;
    }
    for (size_t i = 0; i < b->count; i++)
        keys = b->items[i].key >= keys ? b->items[i].key + 1 : keys;
    m.tallies = cn_calloc((size_t)keys + 1, sizeof(tally));
    rc = m.tallies ? push(&m, &s) : CANON_ENOMEM;
    while (!rc && m.work.count > 0) {
        s = *(stretch *)cn_array_at(&m.work, m.work.count - 1);
        cn_array_pop(&m.work);
        rc = match_stretch(&m, s);
    }
    cn_array_free(&m.work);
    cn_array_free(&m.anchors);
    cn_array_free(&m.tails);
    cn_free(m.tallies);
    cn_free(m.table);
    if (!rc)
        slide(a, b, out);
    return rc ? rc : cn_merge_pair(a, b, (size_t)keys + 1, out);
}
