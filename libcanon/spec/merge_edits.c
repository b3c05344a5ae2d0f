/*
 * The edits that each side made of the base, which of them depend on one
 * another although they only touch, and what was moved.
 */
#include "merge_parts.h"

#include "mem.h"

#include <stdlib.h>

/* --- listing -------------------------------------------------------------- */

/* What comes or goes with an edit that is no pair. */
static void look_at(cn_merge_edit *e, const cn_merge_lines *text, size_t from,
                    size_t upto, bool goes)
{
    for (size_t i = from; i < upto; i++) {
        const cn_merge_line *line = &text->items[i];

        if (line->kind == CN_LINE_HEADING)
            e->has_heading = true;
        if (!cn_merge_is_item(line))
            continue;
        e->has_item = true;
        if (goes && line->indent < e->least)
            e->least = line->indent;
    }
}

/* Behind an edit that takes a heading away: how far its directives go; 0. */
static size_t find_reach(const cn_merge_lines *base, const cn_merge_edit *e)
{
    size_t reach = e->hi;
    bool has_lost = false;

    for (size_t i = e->lo; i < e->hi; i++)
        has_lost = has_lost || base->items[i].kind == CN_LINE_HEADING;
    if (!has_lost)
        return 0;
    while (reach < base->count &&
           (base->items[reach].kind == CN_LINE_BLANK ||
            base->items[reach].kind == CN_LINE_DIRECTIVE))
        reach++;
    return reach;
}

static int add_edit(cn_merging *m, int side, size_t lo, size_t from, size_t hi,
                    size_t upto, bool is_pair)
{
    const cn_merge_lines *base = &m->text[CN_BASE];
    const cn_merge_lines *text = &m->text[side];
    cn_merge_edit *e;

    if (lo == hi && from == upto)
        return CANON_OK;
    e = cn_array_push(&m->edits[side]);
    if (!e)
        return CANON_ENOMEM;
    e->lo = lo;
    e->hi = hi;
    e->from = from;
    e->upto = upto;
    e->least = UINT16_MAX;
    e->is_pair = is_pair;
    if (is_pair) {
        e->is_slight = base->items[lo].key == text->items[from].key;
        return CANON_OK;
    }
    look_at(e, base, lo, hi, true);
    look_at(e, text, from, upto, false);
    e->reach = find_reach(base, e);
    return CANON_OK;
}

int cn_merge_edits(cn_merging *m, int side)
{
    const cn_merge_lines *base = &m->text[CN_BASE];
    const cn_merge_lines *text = &m->text[side];
    size_t lo = 0;
    size_t from = 0;
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < base->count; i++) {
        size_t j = m->match[side][i];

        if (j == CN_NO_LINE)
            continue;
        rc = add_edit(m, side, lo, from, i, j, false);
        if (!rc && !cn_slice_eq(cn_merge_text(&base->items[i]),
                                cn_merge_text(&text->items[j])))
            rc = add_edit(m, side, i, j, i + 1, j + 1, true);
        lo = i + 1;
        from = j + 1;
    }
    return rc ? rc
              : add_edit(m, side, lo, from, base->count, text->count, false);
}

/* --- touching ------------------------------------------------------------- */

/* A stretch of lines at the border of two edits. */
typedef struct stretch {
    const cn_merge_lines *text;
    size_t from;
    size_t upto;
} stretch;

/* Version 0 is the base's, 1 the side's. */
static stretch version_of(const cn_merging *m, int side, const cn_merge_edit *e,
                          int version)
{
    stretch s = {&m->text[version ? side : CN_BASE], version ? e->from : e->lo,
                 version ? e->upto : e->hi};

    return s;
}

/* Does a text go on with the line below it? is_gone: there is nothing now. */
static bool is_open(stretch upper, bool is_gone)
{
    int kind;

    if (upper.from == upper.upto)
        return false;
    kind = upper.text->items[upper.upto - 1].kind;
    if (is_gone && kind == CN_LINE_BLANK)
        return true; /* it kept two paragraphs apart */
    return kind == CN_LINE_TEXT || kind == CN_LINE_ITEM ||
           kind == CN_LINE_CRITERION || kind == CN_LINE_FIELD;
}

/* Is the first line with something on it a heading, or is there none? */
static bool begins_section(stretch lower)
{
    while (lower.from < lower.upto &&
           lower.text->items[lower.from].kind == CN_LINE_BLANK)
        lower.from++;
    return lower.from == lower.upto ||
           lower.text->items[lower.from].kind == CN_LINE_HEADING;
}

/* Does a stretch depend on what an edit above it does? is_new: it is put there,
 * and not what was there. */
static bool hangs_on(const cn_merging *m, int side, const cn_merge_edit *upper,
                     stretch lower, bool is_new)
{
    const cn_merge_line *first;

    if (lower.from == lower.upto)
        return false;
    first = &lower.text->items[lower.from];
    if (first->kind == CN_LINE_TEXT)
        return upper->has_heading ||
               is_open(version_of(m, side, upper, 0),
                       upper->from == upper->upto) ||
               is_open(version_of(m, side, upper, 1), false);
    if (upper->is_pair)
        return false;
    if (first->kind == CN_LINE_DIRECTIVE)
        return upper->has_heading || upper->has_item;
    if (cn_merge_is_item(first) && first->indent > upper->least)
        return true;
    return is_new && upper->has_heading && !begins_section(lower);
}

bool cn_merge_touches(const cn_merging *m, int upper_side,
                      const cn_merge_edit *upper, int lower_side,
                      const cn_merge_edit *lower)
{
    if (upper->is_slight || lower->is_slight)
        return false;
    return hangs_on(m, upper_side, upper, version_of(m, lower_side, lower, 0),
                    false) ||
           hangs_on(m, upper_side, upper, version_of(m, lower_side, lower, 1),
                    !lower->is_pair);
}

bool cn_merge_is_directed(const cn_merging *m, int side, const cn_merge_edit *e)
{
    for (int version = 0; version < 2; version++) {
        stretch s = version_of(m, side, e, version);

        if (s.from < s.upto && s.text->items[s.from].kind == CN_LINE_DIRECTIVE)
            return true;
    }
    return false;
}

/* --- what was moved ------------------------------------------------------- */

#define MANY UINT32_MAX

/* By key, the line + 1 that a side took away or brought; 0: none, MANY: it did
 * so with several that say the same. */
typedef struct places {
    uint32_t *gone[3]; /* lines of the base */
    uint32_t *come[3]; /* lines of the side */
} places;

static void free_places(places *p)
{
    for (int s = 0; s < 3; s++) {
        cn_free(p->gone[s]);
        cn_free(p->come[s]);
    }
}

static void note(uint32_t *at, size_t line)
{
    *at = *at ? MANY : (uint32_t)line + 1;
}

static int find_places(const cn_merging *m, places *p)
{
    for (int s = CN_OURS; s <= CN_THEIRS; s++) {
        const cn_merge_lines *base = &m->text[CN_BASE];
        const cn_merge_lines *text = &m->text[s];

        p->gone[s] = cn_calloc(m->keys, sizeof(uint32_t));
        p->come[s] = cn_calloc(m->keys, sizeof(uint32_t));
        if (!p->gone[s] || !p->come[s])
            return CANON_ENOMEM;
        for (size_t i = 0; i < base->count; i++)
            if (m->match[s][i] == CN_NO_LINE)
                note(&p->gone[s][base->items[i].key], i);
        cn_array_each (cn_merge_edit, e, &m->edits[s])
            for (size_t i = e->from; !e->is_pair && i < e->upto; i++)
                note(&p->come[s][text->items[i].key], i);
    }
    return CANON_OK;
}

/* The edit of a side that brings a line, or changes it. */
static cn_merge_edit *edit_with(cn_merging *m, int side, size_t line)
{
    size_t low = 0;
    size_t high = m->edits[side].count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        cn_merge_edit *e = cn_array_at(&m->edits[side], middle);

        if (e->upto <= line)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == m->edits[side].count)
        return NULL;
    return cn_array_at(&m->edits[side], low);
}

/* Where a side put a criterion of the base that it took away; CN_NO_LINE. */
static size_t find_moved(const cn_merging *m, const places *p, int side,
                         size_t line)
{
    uint32_t key = m->text[CN_BASE].items[line].key;
    uint32_t at = p->come[side][key];

    if (p->gone[side][key] != line + 1 || at == 0 || at == MANY)
        return CN_NO_LINE;
    return at - 1;
}

/* One side moved a criterion, the other one changed it where it was: the change
 * is made where it is now. */
static int follow(cn_merging *m, int side, size_t line, size_t moved)
{
    int other = side == CN_OURS ? CN_THEIRS : CN_OURS;
    size_t at = m->match[other][line];
    cn_merge_edit *e = edit_with(m, other, at);
    cn_merge_line *target = &m->text[side].items[moved];
    const cn_merge_line *lines[3];
    cn_slice text;
    int rc;

    if (!e || !e->is_pair || e->from != at)
        return CANON_OK;
    lines[CN_BASE] = &m->text[CN_BASE].items[line];
    lines[side] = target;
    lines[other] = &m->text[other].items[at];
    rc = cn_merge_line_parts(lines, m->arena, &text);
    if (rc)
        return rc == CANON_ECONFLICT ? CANON_OK : rc;
    cn_merge_set(target, text);
    /* and where it was, nothing is changed */
    m->text[other].items[at] = m->text[CN_BASE].items[line];
    e->is_slight = true;
    return CANON_OK;
}

static int settle_move(cn_merging *m, const places *p, size_t line)
{
    size_t to[3] = {0, find_moved(m, p, CN_OURS, line),
                    find_moved(m, p, CN_THEIRS, line)};

    for (int s = CN_OURS; s <= CN_THEIRS; s++) {
        int other = s == CN_OURS ? CN_THEIRS : CN_OURS;
        cn_merge_edit *mine;
        cn_merge_edit *its;

        if (to[s] == CN_NO_LINE)
            continue;
        if (to[other] == CN_NO_LINE && m->match[other][line] != CN_NO_LINE)
            return follow(m, s, line, to[s]);
        mine = edit_with(m, s, to[s]);
        its = to[other] == CN_NO_LINE ? NULL : edit_with(m, other, to[other]);
        if (mine && (!its || mine->lo != its->lo || mine->hi != its->hi))
            mine->is_contested = true;
    }
    return CANON_OK;
}

static int settle_criteria(cn_merging *m)
{
    const cn_merge_lines *base = &m->text[CN_BASE];
    places p = {{NULL, NULL, NULL}, {NULL, NULL, NULL}};
    int rc = find_places(m, &p);

    for (size_t i = 0; !rc && i < base->count; i++)
        if (base->items[i].kind == CN_LINE_CRITERION)
            rc = settle_move(m, &p, i);
    free_places(&p);
    return rc;
}

/* A field that a side added. */
typedef struct added {
    cn_slice name;
    cn_merge_line *line;
    cn_merge_edit *edit;
    int side;
} added;

static int by_name(const void *a, const void *b)
{
    const added *x = a;
    const added *y = b;
    int order = cn_slice_cmp(x->name, y->name);

    return order ? order : x->side - y->side;
}

static int list_fields(cn_merging *m, int side, cn_array *fields)
{
    cn_array_each (cn_merge_edit, e, &m->edits[side]) {
        for (size_t i = e->from; !e->is_pair && i < e->upto; i++) {
            cn_merge_line *line = &m->text[side].items[i];
            added *field;

            if (line->kind != CN_LINE_FIELD)
                continue;
            field = cn_array_push(fields);
            if (!field)
                return CANON_ENOMEM;
            field->name = cn_merge_name(line);
            field->line = line;
            field->edit = e;
            field->side = side;
        }
    }
    return CANON_OK;
}

static bool is_alone(const cn_merge_edit *e)
{
    return e->lo == e->hi && e->from + 1 == e->upto;
}

/* Both added one field, in different places: once is enough when it says the
 * same. */
static void settle_field(added *ours, added *theirs)
{
    bool is_same = ours->line->key == theirs->line->key;

    if (ours->edit->lo == theirs->edit->lo &&
        ours->edit->hi == theirs->edit->hi)
        return;
    if (is_same && is_alone(theirs->edit)) {
        cn_merge_set(theirs->line, cn_slice_of(theirs->line->ptr, 0));
    } else if (is_same && is_alone(ours->edit)) {
        cn_merge_set(ours->line, cn_slice_of(ours->line->ptr, 0));
    } else {
        ours->edit->is_contested = true;
        theirs->edit->is_contested = true;
    }
}

static int settle_fields(cn_merging *m)
{
    cn_array fields = CN_ARRAY_INIT(added);
    int rc = list_fields(m, CN_OURS, &fields);

    if (!rc)
        rc = list_fields(m, CN_THEIRS, &fields);
    if (!rc && fields.count > 1)
        qsort(fields.items, fields.count, sizeof(added), by_name);
    for (size_t i = 1; !rc && i < fields.count; i++) {
        added *before = cn_array_at(&fields, i - 1);
        added *here = cn_array_at(&fields, i);

        if (before->side != here->side && cn_slice_eq(before->name, here->name))
            settle_field(before, here);
    }
    cn_array_free(&fields);
    return rc;
}

int cn_merge_moves(cn_merging *m)
{
    int rc = settle_criteria(m);

    return rc ? rc : settle_fields(m);
}
