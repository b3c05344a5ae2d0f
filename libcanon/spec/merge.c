/*
 * Three-way merge. Each side's changes are edits of the base: a range of its
 * lines and what stands there now. Edits of the two sides that do not meet are
 * both made. Where they meet, equal ones are one, lines are merged in their
 * parts, what was added to a list is all kept; the rest is a conflict.
 *
 * Edits that only touch (the line above and the line below a boundary) meet
 * when the lower one depends on the upper one: lines of a paragraph do, and so
 * do evidence and its criterion, a heading and its directives.
 */
#include "canon/spec.h"

#include "buf.h"
#include "fail.h"
#include "json.h"
#include "mem.h"
#include "merge_parts.h"
#include "merge_style.h"
#include "utf8.h"

#define VERSION_MAX ((size_t)4 * 1024 * 1024)
#define RESULT_MAX  (32 * VERSION_MAX)
#define LINES_MAX   ((size_t)256 * 1024)
#define MARKER_MIN  7
#define ROUNDS      4 /* of looking for lines that are not where they belong */

struct canon_merge {
    cn_arena arena; /* of all texts */
    cn_array parts; /* of canon_merge_part */
    size_t conflicts;
    const char *line_end; /* of marker lines */
};

typedef struct merger {
    canon_merge *result;
    cn_merging m;
    cn_array refs;    /* of cn_merge_ref: the lines of the result */
    cn_array clashes; /* of clash, in their order */
    cn_array added;   /* of cn_merge_ref: what was put together at one place */
    bool *forced;     /* regions that are conflicts whatever they look like */
    size_t regions;
    canon_error *err;
} merger;

/* A conflict. */
typedef struct clash {
    cn_slice sides[3];
} clash;

static int no_memory(merger *g)
{
    return cn_fail_memory(g->err);
}

/* --- the lines of the result ---------------------------------------------- */

static int add_ref(merger *g, int version, size_t line, cn_slice text)
{
    cn_merge_ref *ref;

    if (text.len == 0)
        return CANON_OK;
    ref = cn_array_push(&g->refs);
    if (!ref)
        return no_memory(g);
    ref->version = version;
    ref->line = (uint32_t)line;
    ref->region = (uint32_t)g->regions;
    ref->text = text;
    return CANON_OK;
}

static int add_lines(merger *g, int version, size_t from, size_t upto)
{
    int rc = CANON_OK;

    for (size_t i = from; !rc && i < upto; i++)
        rc =
            add_ref(g, version, i, cn_merge_text(&g->m.text[version].items[i]));
    return rc;
}

/* Lines that both sides agree about. */
static int add_common(merger *g, int version, size_t from, size_t upto)
{
    size_t regions = g->regions;
    int rc;

    g->regions = 0;
    rc = add_lines(g, version, from, upto);
    g->regions = regions;
    return rc;
}

/* The bytes of lines; they mostly stand one after the other. */
static int join_lines(merger *g, int version, size_t from, size_t upto,
                      cn_slice *out)
{
    const cn_merge_line *lines = g->m.text[version].items;
    size_t len = 0;
    bool is_one = true;
    char *at;

    *out = cn_slice_of(NULL, 0);
    for (size_t i = from; i < upto; i++) {
        is_one = is_one && lines[from].ptr + len == lines[i].ptr;
        len += lines[i].len;
    }
    if (len == 0)
        return CANON_OK;
    *out = cn_slice_of(lines[from].ptr, len);
    if (is_one)
        return CANON_OK;
    at = cn_arena_alloc(&g->result->arena, len);
    if (!at)
        return no_memory(g);
    out->ptr = at;
    for (size_t i = from; i < upto; i++) {
        memcpy(at, lines[i].ptr, lines[i].len);
        at += lines[i].len;
    }
    return CANON_OK;
}

static int add_conflict(merger *g, const cn_slice sides[3])
{
    clash *c = cn_array_push(&g->clashes);
    cn_merge_ref *ref = c ? cn_array_push(&g->refs) : NULL;

    if (!ref)
        return no_memory(g);
    memcpy(c->sides, sides, sizeof(c->sides));
    ref->version = CN_CONFLICT;
    ref->line = (uint32_t)(g->clashes.count - 1);
    ref->region = (uint32_t)g->regions;
    ref->text = sides[CN_BASE];
    return CANON_OK;
}

/* --- places that both sides changed --------------------------------------- */

static int merge_line(merger *g, const cn_merge_line *const lines[3],
                      size_t line)
{
    const cn_slice sides[3] = {cn_merge_text(lines[CN_BASE]),
                               cn_merge_text(lines[CN_OURS]),
                               cn_merge_text(lines[CN_THEIRS])};
    cn_slice text;
    int rc = cn_merge_line_parts(lines, &g->result->arena, &text);

    if (rc == CANON_ECONFLICT)
        return add_conflict(g, sides);
    return rc ? no_memory(g) : add_ref(g, CN_MERGED, line, text);
}

/* Is every line of the base still a line of both sides? */
static bool is_line_by_line(const cn_merging *m, const cn_merge_region *r)
{
    size_t n = r->hi[CN_BASE] - r->lo[CN_BASE];

    for (int s = CN_OURS; s <= CN_THEIRS; s++) {
        if (r->hi[s] - r->lo[s] != n)
            return false;
        for (size_t i = 0; i < n; i++)
            if (m->match[s][r->lo[CN_BASE] + i] != r->lo[s] + i)
                return false;
    }
    return n > 0;
}

static int merge_lines(merger *g, const cn_merge_region *r)
{
    size_t n = r->hi[CN_BASE] - r->lo[CN_BASE];
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < n; i++) {
        const cn_merge_line *lines[3];

        for (int s = 0; s < 3; s++)
            lines[s] = &g->m.text[s].items[r->lo[s] + i];
        rc = merge_line(g, lines, r->lo[CN_BASE] + i);
    }
    return rc;
}

/* What both added is kept; *rc_out is the outcome when it could be. */
static bool unite(merger *g, const cn_merge_region *r, int *rc_out)
{
    size_t regions = g->regions;

    g->added.count = 0;
    *rc_out = cn_merge_unite(&g->m, r, &g->added);
    if (*rc_out == CANON_ECONFLICT)
        return false;
    if (*rc_out)
        *rc_out = no_memory(g);
    cn_array_each (cn_merge_ref, ref, &g->added) {
        if (*rc_out)
            break;
        g->regions = ref->is_both ? 0 : regions;
        *rc_out = add_ref(g, ref->version, ref->line, ref->text);
    }
    g->regions = regions;
    return true;
}

/* The side whose version is the result; 0: both changed it, and differently. */
static int choose_side(const cn_slice sides[3])
{
    cn_slice chosen;

    if (!cn_merge_choose(sides, &chosen))
        return 0;
    return cn_slice_eq(sides[CN_BASE], sides[CN_OURS]) ? CN_THEIRS : CN_OURS;
}

static int settle_region(merger *g, const cn_merge_region *r, bool is_contested)
{
    cn_slice sides[3];
    int side;
    int rc = CANON_OK;

    for (int s = 0; !rc && s < 3; s++)
        rc = join_lines(g, s, r->lo[s], r->hi[s], &sides[s]);
    if (rc)
        return rc;
    if (cn_slice_eq(sides[CN_OURS], sides[CN_THEIRS]))
        return add_common(g, CN_OURS, r->lo[CN_OURS], r->hi[CN_OURS]);
    if (is_contested)
        return add_conflict(g, sides);
    side = choose_side(sides);
    if (side)
        return add_lines(g, side, r->lo[side], r->hi[side]);
    if (r->lo[CN_BASE] == r->hi[CN_BASE] && unite(g, r, &rc))
        return rc;
    return is_line_by_line(&g->m, r) ? merge_lines(g, r)
                                     : add_conflict(g, sides);
}

/* --- where edits meet ----------------------------------------------------- */

/* Two sides' edits, taken in the order of the base. */
typedef struct cursor {
    size_t next[3];   /* edit of the side */
    int64_t shift[3]; /* of the side's lines against the base's */
} cursor;

static const cn_merge_edit *edit_at(const cn_merging *m, const cursor *c,
                                    int side)
{
    return c->next[side] < m->edits[side].count
               ? cn_array_at(&m->edits[side], c->next[side])
               : NULL;
}

/* The side whose edit comes first; insertions before replacements. */
static int first_side(const cn_merging *m, const cursor *c)
{
    const cn_merge_edit *ours = edit_at(m, c, CN_OURS);
    const cn_merge_edit *theirs = edit_at(m, c, CN_THEIRS);

    if (!ours || !theirs)
        return ours ? CN_OURS : CN_THEIRS;
    if (ours->lo != theirs->lo)
        return ours->lo < theirs->lo ? CN_OURS : CN_THEIRS;
    return ours->hi <= theirs->hi ? CN_OURS : CN_THEIRS;
}

/* A region that is being put together. */
typedef struct gathering {
    const cn_merging *m;
    cursor *c;
    cn_merge_region *r;
    const cn_merge_edit *last[3]; /* of each side, in this region */
    const cn_merge_edit *before[3];
    size_t reach[3];
    bool is_contested;
} gathering;

static void take_edit(gathering *g, int side, const cn_merge_edit *e)
{
    if (e->hi > g->r->hi[CN_BASE])
        g->r->hi[CN_BASE] = e->hi;
    if (e->reach > g->reach[side])
        g->reach[side] = e->reach;
    g->c->shift[side] = (int64_t)e->upto - (int64_t)e->hi;
    g->c->next[side]++;
    g->before[side] = g->last[side];
    g->last[side] = e;
    g->is_contested = g->is_contested || e->is_contested;
}

/* Does an edit that begins where the region ends depend on an edit of the other
 * side that ends there? */
static bool depends(const gathering *g, int side, const cn_merge_edit *e,
                    const cn_merge_edit *upper)
{
    if (!upper || upper->hi != e->lo)
        return false;
    if (e->lo == e->hi && upper->lo == upper->hi)
        return true; /* both add at one place */
    return cn_merge_touches(g->m, side == CN_OURS ? CN_THEIRS : CN_OURS, upper,
                            side, e);
}

/* Does a side's next edit belong to the region? The answer does not depend on
 * the order in which edits were taken: a region that has grown meets more. At
 * most two edits of a side end in one place, a change and what is put below. */
static bool meets(const gathering *g, int side, const cn_merge_edit *e)
{
    int other = side == CN_OURS ? CN_THEIRS : CN_OURS;
    size_t end = g->r->hi[CN_BASE];

    if (e->lo < end)
        return true;
    if (g->last[other] && e->lo <= g->reach[other] &&
        cn_merge_is_directed(g->m, side, e))
        return true;
    return e->lo == end && (depends(g, side, e, g->last[other]) ||
                            depends(g, side, e, g->before[other]));
}

/* The next edit and all that meet it become one region. */
static bool take_region(const cn_merging *m, cursor *c, cn_merge_region *r)
{
    gathering g = {.m = m, .c = c, .r = r};
    int side = first_side(m, c);
    const cn_merge_edit *e = edit_at(m, c, side);

    r->lo[CN_BASE] = e->lo;
    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        r->lo[s] = (size_t)((int64_t)e->lo + c->shift[s]);
    while (e) {
        take_edit(&g, side, e);
        e = NULL;
        for (int s = CN_OURS; !e && s <= CN_THEIRS; s++) {
            e = edit_at(m, c, s);
            side = s;
            if (e && !meets(&g, s, e))
                e = NULL;
        }
    }
    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        r->hi[s] = (size_t)((int64_t)r->hi[CN_BASE] + c->shift[s]);
    return g.is_contested;
}

static int merge_all(merger *g)
{
    cursor c = {{0, 0, 0}, {0, 0, 0}};
    size_t done = 0;
    int rc = CANON_OK;

    g->regions = 0;
    g->refs.count = 0;
    g->clashes.count = 0;
    while (!rc &&
           (edit_at(&g->m, &c, CN_OURS) || edit_at(&g->m, &c, CN_THEIRS))) {
        cn_merge_region r = {{0, 0, 0}, {0, 0, 0}};
        bool is_contested = take_region(&g->m, &c, &r);

        rc = add_common(g, CN_BASE, done, r.lo[CN_BASE]);
        g->regions++;
        if (!rc)
            rc = settle_region(g, &r,
                               is_contested ||
                                   (g->forced && g->forced[g->regions - 1]));
        done = r.hi[CN_BASE];
    }
    return rc ? rc : add_common(g, CN_BASE, done, g->m.text[CN_BASE].count);
}

/* What is not where it belongs becomes a conflict, until all is. */
static int merge_and_check(merger *g)
{
    size_t found = 1;
    int rc = merge_all(g);

    if (rc || g->regions == 0)
        return rc;
    g->forced = cn_calloc(g->regions, sizeof(bool));
    if (!g->forced)
        return no_memory(g);
    for (int round = 0; !rc && found > 0 && round < ROUNDS; round++) {
        if (cn_merge_check(&g->m, &g->refs, g->forced, &found))
            rc = no_memory(g);
        else if (found > 0)
            rc = merge_all(g);
    }
    cn_free(g->forced);
    return rc;
}

/* --- the parts ------------------------------------------------------------ */

static int add_text(merger *g, cn_slice text)
{
    cn_array *parts = &g->result->parts;
    canon_merge_part *part =
        parts->count ? cn_array_at(parts, parts->count - 1) : NULL;

    if (part && !part->is_conflict && part->text + part->text_len == text.ptr) {
        part->text_len += text.len;
        return CANON_OK;
    }
    part = cn_array_push(parts);
    if (!part)
        return no_memory(g);
    part->text = text.ptr;
    part->text_len = text.len;
    return CANON_OK;
}

static int add_clash(merger *g, const clash *c)
{
    canon_merge_part *part = cn_array_push(&g->result->parts);

    if (!part)
        return no_memory(g);
    part->is_conflict = 1;
    part->base = c->sides[CN_BASE].ptr;
    part->base_len = c->sides[CN_BASE].len;
    part->ours = c->sides[CN_OURS].ptr;
    part->ours_len = c->sides[CN_OURS].len;
    part->theirs = c->sides[CN_THEIRS].ptr;
    part->theirs_len = c->sides[CN_THEIRS].len;
    g->result->conflicts++;
    return CANON_OK;
}

static int make_parts(merger *g)
{
    int rc = CANON_OK;

    cn_array_each (cn_merge_ref, ref, &g->refs) {
        if (rc)
            break;
        rc = ref->version == CN_CONFLICT
                 ? add_clash(g, cn_array_at(&g->clashes, ref->line))
                 : add_text(g, ref->text);
    }
    return rc;
}

/* --- the call ------------------------------------------------------------- */

static int match_side(merger *g, int side)
{
    cn_merging *m = &g->m;

    m->match[side] = cn_calloc(m->text[CN_BASE].count + 1, sizeof(size_t));
    if (!m->match[side] ||
        cn_merge_match(&m->text[CN_BASE], &m->text[side], m->match[side]))
        return no_memory(g);
    return cn_merge_edits(m, side) ? no_memory(g) : CANON_OK;
}

static int number_lines(merger *g, const cn_slice texts[3])
{
    cn_merge_lines *const all[3] = {&g->m.text[0], &g->m.text[1],
                                    &g->m.text[2]};
    int rc = CANON_OK;

    for (int s = 0; !rc && s < 3; s++)
        rc = cn_merge_split(texts[s], all[s]);
    if (!rc)
        rc = cn_merge_number(all, &g->m.keys);
    if (rc)
        return no_memory(g);
    g->m.of_base = cn_calloc(g->m.keys, sizeof(uint32_t));
    if (!g->m.of_base)
        return no_memory(g);
    for (size_t i = 0; i < g->m.text[CN_BASE].count; i++)
        g->m.of_base[g->m.text[CN_BASE].items[i].key] = (uint32_t)i + 1;
    return CANON_OK;
}

static int merge_texts(merger *g, const cn_slice texts[3])
{
    cn_merging *m = &g->m;
    int rc;

    m->arena = &g->result->arena;
    for (int s = 0; s < 3; s++)
        m->edits[s].size = sizeof(cn_merge_edit);
    rc = number_lines(g, texts);
    for (int s = CN_OURS; !rc && s <= CN_THEIRS; s++)
        rc = match_side(g, s);
    if (!rc && cn_merge_moves(m))
        rc = no_memory(g);
    if (!rc)
        rc = merge_and_check(g);
    if (!rc)
        rc = make_parts(g);
    for (int s = 0; s < 3; s++) {
        cn_free(m->text[s].items);
        cn_free(m->match[s]);
        cn_array_free(&m->edits[s]);
    }
    cn_free(m->of_base);
    cn_array_free(&g->refs);
    cn_array_free(&g->clashes);
    cn_array_free(&g->added);
    return rc;
}

/* Lines cost more than their bytes: both are counted. */
static bool is_too_long(const char *text, size_t len)
{
    size_t lines = 0;

    for (size_t i = 0; i < len && len <= VERSION_MAX; i++)
        lines += text[i] == '\n' || text[i] == '\r';
    return len > VERSION_MAX || lines > LINES_MAX;
}

static int check_input(const canon_merge_input *in, canon_error *err)
{
    if (in->size < sizeof(*in))
        return cn_fail(err, CANON_EINVAL, "canon_merge_input without its size");
    if ((!in->base && in->base_len) || (!in->ours && in->ours_len) ||
        (!in->theirs && in->theirs_len))
        return cn_fail(err, CANON_EINVAL, "a version to merge is missing");
    if (is_too_long(in->base, in->base_len) ||
        is_too_long(in->ours, in->ours_len) ||
        is_too_long(in->theirs, in->theirs_len))
        return cn_fail(err, CANON_ETOOBIG,
                       "a version to merge has more than 4 MiB or 262,144 "
                       "lines");
    return CANON_OK;
}

static int merge_versions(merger *g, const canon_merge_input *in)
{
    const cn_slice texts[3] = {cn_slice_of(in->base, in->base_len),
                               cn_slice_of(in->ours, in->ours_len),
                               cn_slice_of(in->theirs, in->theirs_len)};
    cn_merge_style style;
    cn_slice like[3];
    cn_slice one;
    int rc;

    if (cn_merge_choose(texts, &one)) {
        char *copy = cn_arena_copy(&g->result->arena, one);

        if (!copy)
            return no_memory(g);
        return one.len ? add_text(g, cn_slice_of(copy, one.len)) : CANON_OK;
    }
    if (cn_merge_style_take(texts, &g->result->arena, like, &style))
        return no_memory(g);
    g->result->line_end = style.line_end;
    rc = merge_texts(g, like);
    if (!rc &&
        cn_merge_style_give(&style, &g->result->arena, &g->result->parts))
        rc = no_memory(g);
    return rc;
}

int canon_spec_merge(const canon_merge_input *input, canon_merge **out,
                     canon_error *err)
{
    merger g = {.err = err};
    int rc;

    *out = NULL;
    rc = check_input(input, err);
    if (rc)
        return rc;
    g.result = cn_calloc(1, sizeof(*g.result));
    if (!g.result)
        return cn_fail_memory(err);
    g.result->parts.size = sizeof(canon_merge_part);
    g.result->line_end = "\n";
    g.refs.size = sizeof(cn_merge_ref);
    g.clashes.size = sizeof(clash);
    g.added.size = sizeof(cn_merge_ref);
    rc = merge_versions(&g, input);
    if (rc)
        canon_merge_free(g.result);
    else
        *out = g.result;
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

/* --- writing -------------------------------------------------------------- */

/* How many of the characters of a marker begin a line of a text, at most. */
static size_t longest_marker(const char *text, size_t len)
{
    size_t longest = 0;
    size_t i = 0;

    while (i < len) {
        size_t n = i;

        while (n < len && text[n] == text[i])
            n++;
        if (strchr("<|>", text[i]) && text[i] && n - i > longest)
            longest = n - i;
        while (n < len && text[n] != '\n')
            n++;
        i = n + 1;
    }
    return longest;
}

/* Longer than what looks like one in the text. */
static size_t marker_len(const canon_merge *merge)
{
    size_t len = MARKER_MIN - 1;

    cn_array_each (const canon_merge_part, part, &merge->parts) {
        const cn_slice texts[] = {cn_slice_of(part->text, part->text_len),
                                  cn_slice_of(part->base, part->base_len),
                                  cn_slice_of(part->ours, part->ours_len),
                                  cn_slice_of(part->theirs, part->theirs_len)};

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            size_t found = longest_marker(texts[i].ptr, texts[i].len);

            len = found > len ? found : len;
        }
    }
    return len + 1;
}

static void write_marker(const canon_merge *merge, cn_buf *out, char c,
                         size_t len, const char *name)
{
    while (len-- > 0)
        cn_buf_putc(out, c);
    cn_buf_puts(out, name);
    cn_buf_puts(out, merge->line_end);
}

static void write_conflict(const canon_merge *merge, cn_buf *out,
                           const canon_merge_part *part, size_t len)
{
    write_marker(merge, out, '<', len, " ours");
    cn_buf_add(out, part->ours, part->ours_len);
    write_marker(merge, out, '|', len, " base");
    cn_buf_add(out, part->base, part->base_len);
    write_marker(merge, out, '=', len, "");
    cn_buf_add(out, part->theirs, part->theirs_len);
    write_marker(merge, out, '>', len, " theirs");
}

static void write_merge(const canon_merge *merge, cn_buf *out)
{
    size_t len = merge->conflicts ? marker_len(merge) : 0;

    cn_array_each (const canon_merge_part, part, &merge->parts) {
        if (part->is_conflict)
            write_conflict(merge, out, part, len);
        else
            cn_buf_add(out, part->text, part->text_len);
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
    rc = cn_buf_check(&text, err);
    if (!rc && !cn_utf8_ok(cn_buf_all(&text)))
        rc = cn_fail(err, CANON_EINVAL, "the merged text is not UTF-8");
    if (!rc) {
        cn_json_object(&w, NULL);
        cn_json_slice(&w, "content", cn_buf_all(&text));
        cn_json_int(&w, "conflicts", (int64_t)merge->conflicts);
        cn_json_array(&w, "parts");
        cn_array_each (const canon_merge_part, part, &merge->parts)
            write_part(&w, part);
        cn_json_end_array(&w);
        cn_json_end_object(&w);
        rc = cn_buf_export(&json, out, err);
    }
    cn_buf_free(&text);
    cn_buf_free(&json);
    return rc;
}

void canon_merge_free(canon_merge *merge)
{
    if (!merge)
        return;
    cn_array_free(&merge->parts);
    cn_arena_free(&merge->arena);
    cn_free(merge);
}
