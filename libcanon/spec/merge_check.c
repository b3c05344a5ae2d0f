/*
 * A merge by lines puts lines where they stood; this looks whether they still
 * belong to what they belonged to. A criterion that one side added to a section
 * must not stand in one that the other side put in between, a tick must not be
 * on the twin of its criterion, evidence must be below what it proves.
 */
#include "merge_parts.h"

#include "mem.h"

#include <stdlib.h>

#define MOST_NESTED   8
#define SECTION_LEVEL 3 /* deeper headings are part of a section */

/* What is known of a text up to a line. */
typedef struct walk {
    uint32_t sections[SECTION_LEVEL + 1]; /* by level */
    uint32_t heading;                     /* line + 1 of the section's */
    uint32_t criterion;
    uint32_t table;
    uint32_t items[MOST_NESTED];
    uint16_t indents[MOST_NESTED];
    int nested;
    int last; /* kind of the line before */
} walk;

static int level_of(const cn_merge_line *line)
{
    int level = 0;

    while (line->ptr[line->indent + level] == '#')
        level++;
    if (cn_slice_eq_nocase(cn_merge_body(line), cn_str("Acceptance Criteria")))
        return SECTION_LEVEL + 1;
    return level;
}

/* The section above a level. */
static uint32_t section_above(const walk *w, int level)
{
    for (int i = (level > SECTION_LEVEL ? SECTION_LEVEL + 1 : level) - 1; i > 0;
         i--)
        if (w->sections[i])
            return w->sections[i];
    return 0;
}

static void forget_items(walk *w)
{
    w->nested = 0;
    w->criterion = 0;
}

static cn_merge_owner walk_heading(walk *w, const cn_merge_line *line,
                                   uint32_t name, uint32_t at)
{
    int level = level_of(line);
    cn_merge_owner owner = {section_above(w, level), 0, w->heading};

    forget_items(w);
    if (level > SECTION_LEVEL)
        return owner;
    for (int i = level + 1; i <= SECTION_LEVEL; i++)
        w->sections[i] = 0;
    w->sections[level] = name;
    w->heading = at;
    return owner;
}

/* The item that a line with this indent is below. */
static uint32_t item_above(walk *w, uint16_t indent)
{
    while (w->nested > 0 && w->indents[w->nested - 1] >= indent)
        w->nested--;
    return w->nested > 0 ? w->items[w->nested - 1] : 0;
}

static uint32_t walk_item(walk *w, const cn_merge_line *line, uint32_t name)
{
    uint32_t owner = item_above(w, line->indent);

    if (w->nested < MOST_NESTED) {
        w->items[w->nested] = name;
        w->indents[w->nested++] = line->indent;
    }
    w->criterion = line->kind == CN_LINE_CRITERION ? name : 0;
    return owner;
}

static uint32_t walk_text(walk *w, const cn_merge_line *line)
{
    if (line->indent > 0)
        return item_above(w, line->indent);
    if (w->last == CN_LINE_BLANK)
        forget_items(w);
    return 0;
}

/* One line further: where it belongs. name: what its section or item is known
 * by in all versions. */
static cn_merge_owner step(walk *w, const cn_merge_line *line, cn_slice text,
                           uint32_t name, uint32_t at)
{
    cn_merge_owner owner = {section_above(w, SECTION_LEVEL + 1), 0, w->heading};

    if (line->kind == CN_LINE_HEADING)
        owner = walk_heading(w, line, name, at);
    else if (cn_merge_is_item(line))
        owner.item = walk_item(w, line, name);
    else if (line->kind == CN_LINE_DIRECTIVE &&
             cn_slice_is(cn_merge_name(line), CN_EVIDENCE))
        owner.item = w->criterion;
    else if (line->kind == CN_LINE_TEXT)
        owner.item = walk_text(w, line);
    if (line->kind == CN_LINE_ROW && w->last != CN_LINE_ROW)
        w->table =
            cn_merge_hash(cn_slice_first(text, text.len - line->end_len)) | 1;
    else if (line->kind == CN_LINE_ROW)
        owner.item = w->table;
    w->last = line->kind;
    return owner;
}

/* --- the versions --------------------------------------------------------- */

typedef struct checker {
    cn_merging *m;
    cn_array *refs;
    bool *bad;
    size_t *count;
    uint32_t *origin[3];      /* of a side's line: line of the base + 1, or 0 */
    cn_merge_owner *owner[3]; /* of a side's lines */
} checker;

static uint32_t name_of(const checker *c, int side, size_t line)
{
    const cn_merging *m = c->m;
    uint32_t base = side == CN_BASE ? 0 : c->origin[side][line];

    return (base ? m->text[CN_BASE].items[base - 1].key
                 : m->text[side].items[line].key) +
           1;
}

static int find_owners(checker *c, int side)
{
    const cn_merge_lines *text = &c->m->text[side];
    walk w = {{0, 0, 0, 0}, 0, 0, 0, {0}, {0}, 0, CN_LINE_BLANK};

    c->origin[side] = cn_calloc(text->count + 1, sizeof(uint32_t));
    c->owner[side] = cn_calloc(text->count + 1, sizeof(cn_merge_owner));
    if (!c->origin[side] || !c->owner[side])
        return CANON_ENOMEM;
    for (size_t i = 0; side != CN_BASE && i < c->m->text[CN_BASE].count; i++)
        if (c->m->match[side][i] != CN_NO_LINE)
            c->origin[side][c->m->match[side][i]] = (uint32_t)i + 1;
    for (size_t i = 0; i < text->count; i++)
        c->owner[side][i] =
            step(&w, &text->items[i], cn_merge_text(&text->items[i]),
                 name_of(c, side, i), (uint32_t)i + 1);
    return CANON_OK;
}

/* --- the result ----------------------------------------------------------- */

static void blame(checker *c, const cn_merge_ref *ref)
{
    if (!ref->region || c->bad[ref->region - 1])
        return;
    c->bad[ref->region - 1] = true;
    ++*c->count;
}

static const cn_merge_line *line_of(const checker *c, const cn_merge_ref *ref)
{
    int version = ref->version == CN_MERGED ? CN_BASE : ref->version;

    return &c->m->text[version].items[ref->line];
}

static bool is_owner(cn_merge_owner a, cn_merge_owner b)
{
    return a.section == b.section && a.item == b.item;
}

static bool belongs(const checker *c, const cn_merge_ref *ref,
                    cn_merge_owner owner)
{
    if (ref->version == CN_BASE)
        return true;
    if (ref->version != CN_MERGED)
        return is_owner(c->owner[ref->version][ref->line], owner);
    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        if (!is_owner(c->owner[s][c->m->match[s][ref->line]], owner))
            return false;
    return true;
}

/* The number of a section, without its last dot. */
static cn_slice number_of(const cn_merge_line *line, cn_slice text)
{
    cn_merge_line copy = *line;
    cn_slice parts[CN_LINE_PARTS];
    cn_slice number;

    if (text.ptr != line->ptr)
        cn_merge_set(&copy, text);
    if (copy.kind != CN_LINE_HEADING)
        return cn_slice_of(NULL, 0);
    cn_merge_cut(&copy, parts);
    number = cn_slice_trim_end(parts[1]);
    while (number.len > 0 && number.ptr[number.len - 1] == '.')
        number.len--;
    return number;
}

/* "system:ID status:..." with another ID. */
static int renumber(checker *c, cn_merge_ref *ref, cn_slice id, cn_slice number)
{
    size_t before = (size_t)(id.ptr - ref->text.ptr);
    size_t behind = ref->text.len - before - id.len;
    char *text = cn_arena_alloc(c->m->arena, ref->text.len + number.len);

    if (!text)
        return CANON_ENOMEM;
    memcpy(text, ref->text.ptr, before);
    memcpy(text + before, number.ptr, number.len);
    memcpy(text + before + number.len, id.ptr + id.len, behind);
    ref->text = cn_slice_of(text, before + number.len + behind);
    return CANON_OK;
}

/* A directive that names its section by number gets the number that the section
 * has in the result. */
static int follow_number(checker *c, cn_merge_ref *ref, const walk *w)
{
    const cn_merge_line *line = line_of(c, ref);
    size_t at = cn_slice_find_text(ref->text, cn_str("system:"));
    cn_slice id = cn_slice_from(ref->text, at + sizeof("system:") - 1);
    const cn_merge_ref *heading;
    const cn_merge_line *mine;
    cn_slice number;
    size_t n = 0;

    if (ref->version != CN_OURS && ref->version != CN_THEIRS)
        return CANON_OK;
    if (line->kind != CN_LINE_DIRECTIVE || at == ref->text.len ||
        !cn_slice_is(cn_merge_name(line), "system") || !w->heading ||
        !c->owner[ref->version][ref->line].heading)
        return CANON_OK;
    while (n < id.len && (cn_is_digit(id.ptr[n]) || id.ptr[n] == '.'))
        n++;
    id = cn_slice_first(id, n);
    mine = &c->m->text[ref->version]
                .items[c->owner[ref->version][ref->line].heading - 1];
    heading = cn_array_at(c->refs, w->heading - 1);
    number = number_of(line_of(c, heading), heading->text);
    if (n == 0 || number.len == 0 || cn_slice_eq(id, number) ||
        !cn_slice_eq(id, number_of(mine, cn_merge_text(mine))))
        return CANON_OK;
    return renumber(c, ref, id, number);
}

static int check_owners(checker *c)
{
    walk w = {{0, 0, 0, 0}, 0, 0, 0, {0}, {0}, 0, CN_LINE_BLANK};
    bool is_known = true; /* a conflict may hold headings */
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < c->refs->count; i++) {
        cn_merge_ref *ref = cn_array_at(c->refs, i);
        const cn_merge_line *line;
        cn_merge_owner owner;

        if (ref->version == CN_CONFLICT) {
            is_known = false;
            continue;
        }
        line = line_of(c, ref);
        if (line->kind == CN_LINE_HEADING && level_of(line) <= SECTION_LEVEL)
            is_known = true;
        owner = step(&w, line, ref->text,
                     ref->version == CN_MERGED
                         ? name_of(c, CN_BASE, ref->line)
                         : name_of(c, ref->version, ref->line),
                     (uint32_t)i + 1);
        if (is_known && line->kind != CN_LINE_BLANK &&
            line->kind != CN_LINE_HEADING && ref->region &&
            !belongs(c, ref, owner))
            blame(c, ref);
        rc = follow_number(c, ref, &w);
    }
    return rc;
}

/* The text of the result, conflicts as the base has them. */
static char *join(checker *c, size_t *len_out)
{
    size_t len = 0;
    char *text;
    char *at;

    cn_array_each (cn_merge_ref, ref, c->refs)
        len += ref->text.len;
    text = cn_realloc(NULL, len + 1);
    at = text;
    cn_array_each (cn_merge_ref, ref, c->refs) {
        if (text && ref->text.len > 0) {
            memcpy(at, ref->text.ptr, ref->text.len);
            at += ref->text.len;
        }
    }
    *len_out = len;
    return text;
}

/* Is every line what it was, and not, say, inside a comment that the other side
 * began above it? */
static int check_kinds(checker *c)
{
    size_t len;
    char *text = join(c, &len);
    cn_merge_lines lines = {NULL, 0};
    size_t at = 0;
    int rc =
        text ? cn_merge_split(cn_slice_of(text, len), &lines) : CANON_ENOMEM;

    for (size_t i = 0; !rc && i < c->refs->count; i++) {
        const cn_merge_ref *ref = cn_array_at(c->refs, i);
        size_t end = 0;

        if (ref->version != CN_CONFLICT) {
            if (at < lines.count && ref->text.len > 0 &&
                lines.items[at].kind != line_of(c, ref)->kind)
                blame(c, ref);
            at += ref->text.len > 0;
            continue;
        }
        while (at < lines.count && end < ref->text.len)
            end += lines.items[at++].len;
    }
    cn_free(lines.items);
    cn_free(text);
    return rc;
}

/* --- what both sides added ------------------------------------------------ */

/* Something that may be there only once. */
typedef struct single {
    uint32_t section;
    uint32_t item;
    uint32_t what;
    const cn_merge_ref *ref;
} single;

static int compare(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

static int by_place(const void *a, const void *b)
{
    const single *x = a;
    const single *y = b;
    int order = compare(x->section, y->section);

    if (!order)
        order = compare(x->item, y->item);
    return order ? order : compare(x->what, y->what);
}

/* Several of a kind in one place: whose are they? */
static void settle_group(checker *c, const cn_array *singles, size_t from,
                         size_t upto)
{
    const cn_merge_ref *first = ((single *)cn_array_at(singles, from))->ref;
    bool has_sides = false;
    bool has_regions = false;

    for (size_t i = from + 1; i < upto; i++) {
        const cn_merge_ref *ref = ((single *)cn_array_at(singles, i))->ref;

        has_sides = has_sides || ref->version != first->version;
        has_regions = has_regions || ref->region != first->region;
    }
    for (size_t i = from; has_sides && has_regions && i < upto; i++)
        blame(c, ((single *)cn_array_at(singles, i))->ref);
}

/* A line that its side added, by what it must not share with another one. */
static bool is_single(const checker *c, const cn_merge_ref *ref, single *out)
{
    const cn_merge_line *line;

    if ((ref->version != CN_OURS && ref->version != CN_THEIRS) ||
        !ref->region || c->origin[ref->version][ref->line])
        return false;
    line = line_of(c, ref);
    out->ref = ref;
    out->section = c->owner[ref->version][ref->line].section;
    out->item = c->owner[ref->version][ref->line].item;
    out->what = line->key + 1;
    if (line->kind == CN_LINE_HEADING)
        return level_of(line) <= SECTION_LEVEL;
    if (line->kind == CN_LINE_DIRECTIVE &&
        !cn_slice_is(cn_merge_name(line), CN_EVIDENCE))
        out->what = cn_merge_hash(cn_merge_name(line)) | UINT32_C(1) << 31;
    return line->kind == CN_LINE_DIRECTIVE || line->kind == CN_LINE_CRITERION;
}

static int check_singles(checker *c)
{
    cn_array singles = CN_ARRAY_INIT(single);
    int rc = CANON_OK;

    cn_array_each (cn_merge_ref, ref, c->refs) {
        single found;
        single *place;

        if (rc || !is_single(c, ref, &found))
            continue;
        place = cn_array_push(&singles);
        if (place)
            *place = found;
        else
            rc = CANON_ENOMEM;
    }
    if (!rc && singles.count > 1)
        qsort(singles.items, singles.count, sizeof(single), by_place);
    for (size_t i = 0, end; !rc && i < singles.count; i = end) {
        end = i + 1;
        while (end < singles.count && by_place(cn_array_at(&singles, i),
                                               cn_array_at(&singles, end)) == 0)
            end++;
        settle_group(c, &singles, i, end);
    }
    cn_array_free(&singles);
    return rc;
}

int cn_merge_check(cn_merging *m, cn_array *refs, bool *bad, size_t *count_out)
{
    checker c = {.m = m, .refs = refs, .bad = bad, .count = count_out};
    int rc = CANON_OK;

    *count_out = 0;
    for (int s = 0; !rc && s < 3; s++)
        rc = find_owners(&c, s);
    if (!rc)
        rc = check_owners(&c);
    if (!rc)
        rc = check_kinds(&c);
    if (!rc)
        rc = check_singles(&c);
    for (int s = 0; s < 3; s++) {
        cn_free(c.origin[s]);
        cn_free(c.owner[s]);
    }
    return rc;
}
