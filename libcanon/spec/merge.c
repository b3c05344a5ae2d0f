/*
 * Three-way merge. Each side's changes are edits of the base: a range of its
 * lines and what stands there now. Edits of the two sides that do not meet are
 * both made. Where they meet, equal ones are one, criteria are merged in their
 * parts, lines added to a list are all kept; the rest is a conflict.
 *
 * Edits that only touch (the line above and the line below a boundary) do not
 * meet when their lines stand for themselves, as criteria and headings do.
 * Lines of a paragraph do not.
 */
#include "canon/spec.h"

#include "array.h"
#include "buf.h"
#include "fail.h"
#include "json.h"
#include "mem.h"
#include "merge_parts.h"

#define VERSION_MAX ((size_t)4 * 1024 * 1024)
#define RESULT_MAX  (8 * VERSION_MAX)

enum { BASE, OURS, THEIRS };

struct canon_merge {
    char *copy;     /* of the three texts, one after the other */
    cn_array parts; /* of canon_merge_part */
    cn_buf words;   /* lines that neither side wrote as they are */
    size_t conflicts;
};

/* Lines of the base and the lines of a side that take their place. */
typedef struct edit {
    size_t lo, hi;     /* of the base */
    size_t from, upto; /* of the side */
} edit;

typedef struct merging {
    canon_merge *result;
    cn_merge_lines text[3];
    size_t *match[3]; /* of OURS and THEIRS */
    cn_array edits[3];
    canon_error *err;
} merging;

static int no_memory(merging *m)
{
    return cn_fail_memory(m->err);
}

/* The bytes of lines that stand one after the other. */
static cn_slice lines_text(const cn_merge_lines *text, size_t from, size_t upto)
{
    const char *start;

    if (from >= upto)
        return cn_slice_of(NULL, 0);
    start = text->items[from].text.ptr;
    return cn_slice_of(start, (size_t)(text->items[upto - 1].text.ptr +
                                       text->items[upto - 1].text.len - start));
}

/* --- edits --------------------------------------------------------------- */

static int add_edit(merging *m, int side, size_t lo, size_t from, size_t hi,
                    size_t upto)
{
    edit *e;

    if (lo == hi && from == upto)
        return CANON_OK;
    e = cn_array_push(&m->edits[side]);
    if (!e)
        return no_memory(m);
    e->lo = lo;
    e->hi = hi;
    e->from = from;
    e->upto = upto;
    return CANON_OK;
}

/* What a side made of the base. A box that was ticked is an edit of its own. */
static int list_edits(merging *m, int side)
{
    const cn_merge_lines *base = &m->text[BASE];
    const cn_merge_lines *text = &m->text[side];
    size_t lo = 0;
    size_t from = 0;
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < base->count; i++) {
        size_t j = m->match[side][i];

        if (j == CN_NO_LINE)
            continue;
        rc = add_edit(m, side, lo, from, i, j);
        if (!rc && !cn_slice_eq(base->items[i].text, text->items[j].text))
            rc = add_edit(m, side, i, j, i + 1, j + 1);
        lo = i + 1;
        from = j + 1;
    }
    return rc ? rc : add_edit(m, side, lo, from, base->count, text->count);
}

/* --- the result ----------------------------------------------------------- */

static canon_merge_part *last_part(merging *m)
{
    cn_array *parts = &m->result->parts;

    return parts->count ? cn_array_at(parts, parts->count - 1) : NULL;
}

static int add_text(merging *m, cn_slice text)
{
    canon_merge_part *part = last_part(m);

    if (text.len == 0)
        return CANON_OK;
    if (part && !part->is_conflict && part->text + part->text_len == text.ptr) {
        part->text_len += text.len;
        return CANON_OK;
    }
    part = cn_array_push(&m->result->parts);
    if (!part)
        return no_memory(m);
    part->text = text.ptr;
    part->text_len = text.len;
    return CANON_OK;
}

static int add_conflict(merging *m, const cn_slice sides[3])
{
    canon_merge_part *part = cn_array_push(&m->result->parts);

    if (!part)
        return no_memory(m);
    part->is_conflict = 1;
    part->base = sides[BASE].ptr;
    part->base_len = sides[BASE].len;
    part->ours = sides[OURS].ptr;
    part->ours_len = sides[OURS].len;
    part->theirs = sides[THEIRS].ptr;
    part->theirs_len = sides[THEIRS].len;
    m->result->conflicts++;
    return CANON_OK;
}

/* One of three versions; false: both sides changed it, and differently. */
static bool choose(const cn_slice sides[3], cn_slice *out)
{
    bool ours = !cn_slice_eq(sides[BASE], sides[OURS]);
    bool theirs = !cn_slice_eq(sides[BASE], sides[THEIRS]);

    *out = sides[ours ? OURS : THEIRS];
    return !ours || !theirs || cn_slice_eq(sides[OURS], sides[THEIRS]);
}

/* A criterion's line, put together of what stands before the box's state, that
 * state and the words. The room is reserved: pointers into it stay. */
static bool merge_criterion(merging *m, const cn_merge_line *lines[3],
                            cn_slice *out)
{
    cn_buf *words = &m->result->words;
    size_t begin = words->len;

    for (int part = 0; part < 3; part++) {
        cn_slice sides[3];
        cn_slice chosen;

        for (int s = 0; s < 3; s++) {
            cn_slice text = lines[s]->text;
            size_t box = lines[s]->box;

            if (box == 0)
                return false;
            sides[s] = part == 0   ? cn_slice_first(text, box)
                       : part == 1 ? cn_slice_of(text.ptr + box, 1)
                                   : cn_slice_from(text, box + 1);
        }
        if (!choose(sides, &chosen)) {
            cn_buf_cut(words, begin);
            return false;
        }
        cn_buf_slice(words, chosen);
    }
    *out = cn_slice_from(cn_buf_all(words), begin);
    return !words->rc;
}

static int merge_line(merging *m, const cn_merge_line *lines[3])
{
    cn_slice sides[3] = {lines[BASE]->text, lines[OURS]->text,
                         lines[THEIRS]->text};
    cn_slice chosen;

    if (choose(sides, &chosen) || merge_criterion(m, lines, &chosen))
        return add_text(m, chosen);
    return m->result->words.rc ? no_memory(m) : add_conflict(m, sides);
}

/* --- where edits meet ------------------------------------------------------ */

/* Lines of a list: items, what is indented below them, blank lines. */
static bool is_list(const cn_merge_lines *text, size_t from, size_t upto)
{
    bool has_item = false;

    for (size_t i = from; i < upto; i++) {
        cn_slice line = text->items[i].text;
        cn_slice rest = cn_slice_trim(line);
        bool item = rest.len > 1 && strchr("-*+", rest.ptr[0]) &&
                    cn_is_blank(rest.ptr[1]);

        if (rest.len > 0 && !item && !cn_is_blank(line.ptr[0]))
            return false;
        has_item = has_item || item;
    }
    return has_item;
}

/* Does every line stand for itself: blank, heading, item, comment, field? */
static bool stands_alone(const cn_merge_lines *text, size_t from, size_t upto)
{
    for (size_t i = from; i < upto; i++) {
        cn_slice line = cn_slice_trim(text->items[i].text);
        size_t colon = cn_slice_find(line, ':');
        bool is_field =
            colon < line.len && colon > 0 &&
            cn_slice_find(cn_slice_first(line, colon), ' ') == colon;

        if (line.len > 0 && !text->items[i].box && line.ptr[0] != '#' &&
            line.ptr[0] != '|' && !cn_slice_starts(line, "<!--") &&
            !(line.len > 1 && strchr("-*+", line.ptr[0]) &&
              cn_is_blank(line.ptr[1])) &&
            !is_field)
            return false;
    }
    return true;
}

static bool edit_stands_alone(const merging *m, int side, const edit *e)
{
    return stands_alone(&m->text[BASE], e->lo, e->hi) &&
           stands_alone(&m->text[side], e->from, e->upto);
}

/* The place of both sides' edits, and the lines each side has there. */
typedef struct region {
    size_t lo[3];
    size_t hi[3];
} region;

static size_t region_len(const region *r, int side)
{
    return r->hi[side] - r->lo[side];
}

/* Can the versions be merged a line at a time? */
static bool is_line_by_line(const merging *m, const region *r)
{
    size_t n = region_len(r, BASE);

    for (int s = 0; s < 3; s++)
        if (region_len(r, s) != n ||
            !stands_alone(&m->text[s], r->lo[s], r->hi[s]))
            return false;
    return n > 0;
}

static int settle_region(merging *m, const region *r)
{
    size_t n = region_len(r, BASE);
    cn_slice sides[3];
    cn_slice chosen;
    int rc = CANON_OK;

    for (int s = 0; s < 3; s++)
        sides[s] = lines_text(&m->text[s], r->lo[s], r->hi[s]);
    if (choose(sides, &chosen))
        return add_text(m, chosen);
    if (n == 0 && is_list(&m->text[OURS], r->lo[OURS], r->hi[OURS]) &&
        is_list(&m->text[THEIRS], r->lo[THEIRS], r->hi[THEIRS])) {
        rc = add_text(m, sides[OURS]);
        return rc ? rc : add_text(m, sides[THEIRS]);
    }
    if (!is_line_by_line(m, r))
        return add_conflict(m, sides);
    for (size_t i = 0; !rc && i < n; i++) {
        const cn_merge_line *lines[3] = {
            &m->text[BASE].items[r->lo[BASE] + i],
            &m->text[OURS].items[r->lo[OURS] + i],
            &m->text[THEIRS].items[r->lo[THEIRS] + i]};

        rc = merge_line(m, lines);
    }
    return rc;
}

/* Two sides' edits, taken in the order of the base. */
typedef struct cursor {
    size_t next[3];   /* edit of the side */
    int64_t shift[3]; /* of the side's lines against the base's */
} cursor;

static const edit *edit_at(const merging *m, const cursor *c, int side)
{
    return c->next[side] < m->edits[side].count
               ? cn_array_at(&m->edits[side], c->next[side])
               : NULL;
}

/* The side whose edit comes first; insertions before replacements. */
static int first_side(const merging *m, const cursor *c)
{
    const edit *ours = edit_at(m, c, OURS);
    const edit *theirs = edit_at(m, c, THEIRS);

    if (!ours || !theirs)
        return ours ? OURS : THEIRS;
    if (ours->lo != theirs->lo)
        return ours->lo < theirs->lo ? OURS : THEIRS;
    return ours->hi <= theirs->hi ? OURS : THEIRS;
}

/* A region that is being put together. */
typedef struct gathering {
    const merging *m;
    cursor *c;
    region *r;
    const edit *last[3]; /* of each side, in this region */
} gathering;

static void take_edit(gathering *g, int side, const edit *e)
{
    if (e->hi > g->r->hi[BASE])
        g->r->hi[BASE] = e->hi;
    g->c->shift[side] = (int64_t)e->upto - (int64_t)e->hi;
    g->c->next[side]++;
    g->last[side] = e;
}

/* Does a side's next edit belong to the region? The answer does not depend on
 * the order in which edits were taken: a region that has grown meets more. */
static bool meets(const gathering *g, int side, const edit *e)
{
    int other = side == OURS ? THEIRS : OURS;
    const edit *o = g->last[other];
    size_t end = g->r->hi[BASE];

    if (e->lo != end || !o || o->hi != end)
        return e->lo < end;
    if (e->lo == e->hi && o->lo == o->hi)
        return true; /* both add at one place */
    return !edit_stands_alone(g->m, side, e) ||
           !edit_stands_alone(g->m, other, o);
}

/* The next edit and all that meet it become one region. */
static void take_region(const merging *m, cursor *c, region *r)
{
    gathering g = {m, c, r, {NULL, NULL, NULL}};
    int side = first_side(m, c);
    const edit *e = edit_at(m, c, side);

    r->lo[BASE] = e->lo;
    for (int s = OURS; s <= THEIRS; s++)
        r->lo[s] = (size_t)((int64_t)e->lo + c->shift[s]);
    while (e) {
        take_edit(&g, side, e);
        e = NULL;
        for (int s = OURS; !e && s <= THEIRS; s++) {
            e = edit_at(m, c, s);
            side = s;
            if (e && !meets(&g, s, e))
                e = NULL;
        }
    }
    for (int s = OURS; s <= THEIRS; s++)
        r->hi[s] = (size_t)((int64_t)r->hi[BASE] + c->shift[s]);
}

static int merge_all(merging *m)
{
    cursor c = {{0, 0, 0}, {0, 0, 0}};
    size_t done = 0;
    int rc = CANON_OK;

    while (!rc && (edit_at(m, &c, OURS) || edit_at(m, &c, THEIRS))) {
        region r = {{0, 0, 0}, {0, 0, 0}};

        take_region(m, &c, &r);
        rc = add_text(m, lines_text(&m->text[BASE], done, r.lo[BASE]));
        if (!rc)
            rc = settle_region(m, &r);
        done = r.hi[BASE];
    }
    return rc ? rc
              : add_text(m,
                         lines_text(&m->text[BASE], done, m->text[BASE].count));
}

/* --- the call ---------------------------------------------------------------- */

/* Copies the versions and cuts them into lines. */
static int take_input(merging *m, const canon_merge_input *in)
{
    const cn_slice texts[3] = {cn_slice_of(in->base, in->base_len),
                               cn_slice_of(in->ours, in->ours_len),
                               cn_slice_of(in->theirs, in->theirs_len)};
    cn_merge_lines *const all[3] = {&m->text[0], &m->text[1], &m->text[2]};
    size_t total = 0;
    char *at;
    int rc = CANON_OK;

    for (int s = 0; s < 3; s++) {
        if (texts[s].len > VERSION_MAX)
            return cn_fail(m->err, CANON_ETOOBIG,
                           "a version to merge is longer than 4 MiB");
        total += texts[s].len;
    }
    m->result->copy = cn_realloc(NULL, total + 1);
    at = m->result->copy;
    if (!at || !cn_buf_room(&m->result->words, total + 1))
        return no_memory(m);
    for (int s = 0; !rc && s < 3; s++) {
        if (texts[s].len > 0)
            memcpy(at, texts[s].ptr, texts[s].len);
        rc = cn_merge_split(cn_slice_of(at, texts[s].len), all[s]);
        at += texts[s].len;
    }
    if (!rc)
        rc = cn_merge_number(all);
    return rc ? no_memory(m) : CANON_OK;
}

static int match_side(merging *m, int side)
{
    m->match[side] = cn_calloc(m->text[BASE].count + 1, sizeof(size_t));
    if (!m->match[side] ||
        cn_merge_match(&m->text[BASE], &m->text[side], m->match[side]))
        return no_memory(m);
    return list_edits(m, side);
}

int canon_spec_merge(const canon_merge_input *input, canon_merge **out,
                     canon_error *err)
{
    merging m = {.err = err};
    int rc;

    *out = NULL;
    m.result = cn_calloc(1, sizeof(*m.result));
    if (!m.result)
        return cn_fail_memory(err);
    m.result->parts.size = sizeof(canon_merge_part);
    m.result->words.max = RESULT_MAX;
    for (int s = 0; s < 3; s++)
        m.edits[s].size = sizeof(edit);
    rc = take_input(&m, input);
    for (int s = OURS; !rc && s <= THEIRS; s++)
        rc = match_side(&m, s);
    if (!rc)
        rc = merge_all(&m);
    for (int s = 0; s < 3; s++) {
        cn_free(m.text[s].items);
        cn_free(m.match[s]);
        cn_array_free(&m.edits[s]);
    }
    if (rc)
        canon_merge_free(m.result);
    else
        *out = m.result;
    return rc;
}

size_t canon_merge_conflicts(const canon_merge *merge)
{
    return merge->conflicts;
}

size_t canon_merge_count(const canon_merge *merge)
{
    return merge->parts.count;
}

const canon_merge_part *canon_merge_at(const canon_merge *merge, size_t i)
{
    return i < merge->parts.count ? cn_array_at(&merge->parts, i) : NULL;
}

/* A version of a conflict; one without a line end gets one, so that the marker
 * behind it stands alone. */
static void write_side(cn_buf *out, const char *text, size_t len)
{
    cn_buf_add(out, text, len);
    if (len > 0 && text[len - 1] != '\n' && text[len - 1] != '\r')
        cn_buf_putc(out, '\n');
}

static void write_merge(const canon_merge *merge, cn_buf *out)
{
    for (size_t i = 0; i < merge->parts.count; i++) {
        const canon_merge_part *part = canon_merge_at(merge, i);

        if (!part->is_conflict) {
            cn_buf_add(out, part->text, part->text_len);
            continue;
        }
        cn_buf_puts(out, "<<<<<<< ours\n");
        write_side(out, part->ours, part->ours_len);
        cn_buf_puts(out, "||||||| base\n");
        write_side(out, part->base, part->base_len);
        cn_buf_puts(out, "=======\n");
        write_side(out, part->theirs, part->theirs_len);
        cn_buf_puts(out, ">>>>>>> theirs\n");
    }
}

int canon_merge_write(const canon_merge *merge, canon_buf *out,
                      canon_error *err)
{
    cn_buf text = CN_BUF_INIT(RESULT_MAX);

    write_merge(merge, &text);
    return cn_buf_export(&text, out, err);
}

static void write_part(cn_json *w, const canon_merge_part *part)
{
    cn_json_object(w, NULL);
    if (part->is_conflict) {
        cn_json_slice(w, "base", cn_slice_of(part->base, part->base_len));
        cn_json_slice(w, "ours", cn_slice_of(part->ours, part->ours_len));
        cn_json_slice(w, "theirs", cn_slice_of(part->theirs, part->theirs_len));
    } else {
        cn_json_slice(w, "text", cn_slice_of(part->text, part->text_len));
    }
    cn_json_end_object(w);
}

int canon_merge_json(const canon_merge *merge, canon_buf *out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(RESULT_MAX);
    cn_buf json = CN_BUF_INIT(8 * RESULT_MAX);
    cn_json w = cn_json_to(&json);
    int rc;

    write_merge(merge, &text);
    cn_json_object(&w, NULL);
    cn_json_slice(&w, "content", cn_buf_all(&text));
    cn_json_int(&w, "conflicts", (int64_t)merge->conflicts);
    cn_json_array(&w, "parts");
    for (size_t i = 0; i < merge->parts.count; i++)
        write_part(&w, canon_merge_at(merge, i));
    cn_json_end_array(&w);
    cn_json_end_object(&w);
    rc = cn_buf_check(&text, err);
    if (!rc)
        rc = cn_buf_export(&json, out, err);
    cn_buf_free(&text);
    cn_buf_free(&json);
    return rc;
}

void canon_merge_free(canon_merge *merge)
{
    if (!merge)
        return;
    cn_array_free(&merge->parts);
    cn_buf_free(&merge->words);
    cn_free(merge->copy);
    cn_free(merge);
}
