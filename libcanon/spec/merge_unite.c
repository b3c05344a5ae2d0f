/*
 * What both sides put at one place: items of a list, fields of the front
 * matter, evidence. All of it is kept, and what both say once.
 */
#include "merge_parts.h"

#include "mem.h"

#define MOST_LINES 128 /* of a side: every line is compared with every one */

/* An item of a list without those below it: its line and what belongs to it */
typedef struct item {
    size_t line;
    size_t end;
} item;

typedef struct uniting {
    const cn_merging *m;
    cn_merge_region spot; /* what is left of it */
    cn_array *out;        /* of cn_slice */
} uniting;

static const cn_merge_line *line_at(const uniting *u, int side, size_t i)
{
    return &u->m->text[side].items[i];
}

static int put(uniting *u, int side, size_t from, size_t upto)
{
    for (size_t i = from; i < upto; i++) {
        cn_merge_ref *ref = cn_array_push(u->out);

        if (!ref)
            return CANON_ENOMEM;
        ref->version = side;
        ref->line = (uint32_t)i;
        ref->text = cn_merge_text(line_at(u, side, i));
    }
    return CANON_OK;
}

static int put_side(uniting *u, int side)
{
    return put(u, side, u->spot.lo[side], u->spot.hi[side]);
}

/* Are all lines of a side of one kind? */
static bool are_all(const uniting *u, int side, int kind)
{
    for (size_t i = u->spot.lo[side]; i < u->spot.hi[side]; i++)
        if (line_at(u, side, i)->kind != kind)
            return false;
    return true;
}

/* A list: an item, and behind it items that are not indented less, what is
 * indented, blank lines and evidence. */
static bool is_list(const uniting *u, int side)
{
    size_t from = u->spot.lo[side];
    const cn_merge_line *first = line_at(u, side, from);

    if (!cn_merge_is_item(first))
        return false;
    for (size_t i = from; i < u->spot.hi[side]; i++) {
        const cn_merge_line *line = line_at(u, side, i);

        if (cn_merge_is_item(line) ? line->indent < first->indent
                                   : line->kind != CN_LINE_BLANK &&
                                         line->kind != CN_LINE_DIRECTIVE &&
                                         line->indent <= first->indent)
            return false;
    }
    return true;
}

static bool is_flat(const uniting *u, int side)
{
    size_t from = u->spot.lo[side];
    const cn_merge_line *first = line_at(u, side, from);

    for (size_t i = from; i < u->spot.hi[side]; i++)
        if (cn_merge_is_item(line_at(u, side, i)) &&
            line_at(u, side, i)->indent != first->indent)
            return false;
    return true;
}

/* The item that begins at or behind a line of a side. */
static item next_item(const uniting *u, int side, size_t from)
{
    size_t upto = u->spot.hi[side];
    item found = {from, from + 1};

    while (found.end < upto && !cn_merge_is_item(line_at(u, side, found.end)))
        found.end++;
    return found;
}

/* Where theirs has what an item of ours says; CN_NO_LINE. */
static size_t find_twin(const uniting *u, uint32_t key)
{
    for (size_t i = u->spot.lo[CN_THEIRS]; i < u->spot.hi[CN_THEIRS]; i++)
        if (cn_merge_is_item(line_at(u, CN_THEIRS, i)) &&
            line_at(u, CN_THEIRS, i)->key == key)
            return i;
    return CN_NO_LINE;
}

static bool is_ticked(const cn_merge_line *line)
{
    cn_slice parts[CN_LINE_PARTS];

    if (line->kind != CN_LINE_CRITERION)
        return false;
    cn_merge_cut(line, parts);
    return parts[1].ptr[0] != ' ';
}

/* Whose line of an item that both have is taken: who changed the state that it
 * had in the base; if it was not there, who ticked it. */
static int choose_twin(const uniting *u, size_t ours)
{
    const cn_merge_line *mine = line_at(u, CN_OURS, ours);
    uint32_t base = u->m->of_base[mine->key];
    bool was = base && is_ticked(&u->m->text[CN_BASE].items[base - 1]);

    return is_ticked(mine) != was ? CN_OURS : CN_THEIRS;
}

static bool is_same_text(const uniting *u, item ours, item theirs)
{
    size_t count = ours.end - ours.line;

    if (theirs.end - theirs.line != count)
        return false;
    for (size_t i = 1; i < count; i++)
        if (!cn_slice_eq(cn_merge_text(line_at(u, CN_OURS, ours.line + i)),
                         cn_merge_text(line_at(u, CN_THEIRS, theirs.line + i))))
            return false;
    return true;
}

/* One item that both added, with what one of them wrote below it. */
static int put_twins(uniting *u, item ours, item theirs)
{
    int side = choose_twin(u, ours.line);
    size_t line = side == CN_OURS ? ours.line : theirs.line;
    cn_merge_ref *both;
    int rc = put(u, side, line, line + 1);

    if (rc)
        return rc;
    both = cn_array_at(u->out, u->out->count - 1);
    both->is_both = true;
    if (ours.end == ours.line + 1)
        return put(u, CN_THEIRS, theirs.line + 1, theirs.end);
    if (theirs.end != theirs.line + 1 && !is_same_text(u, ours, theirs))
        return CANON_ECONFLICT;
    return put(u, CN_OURS, ours.line + 1, ours.end);
}

/* Ours, then what theirs has besides. used: their items that are ours, too. */
static int put_items(uniting *u, bool *used, bool *has_twins)
{
    size_t base = u->spot.lo[CN_THEIRS];
    int rc = CANON_OK;
    item it;

    for (size_t at = u->spot.lo[CN_OURS]; !rc && at < u->spot.hi[CN_OURS];
         at = it.end) {
        size_t twin;

        it = next_item(u, CN_OURS, at);
        twin = find_twin(u, line_at(u, CN_OURS, at)->key);
        if (twin == CN_NO_LINE || used[twin - base]) {
            rc = put(u, CN_OURS, it.line, it.end);
            continue;
        }
        used[twin - base] = true;
        *has_twins = true;
        rc = put_twins(u, it, next_item(u, CN_THEIRS, twin));
    }
    for (size_t at = base; !rc && at < u->spot.hi[CN_THEIRS]; at = it.end) {
        it = next_item(u, CN_THEIRS, at);
        if (!used[at - base])
            rc = put(u, CN_THEIRS, it.line, it.end);
    }
    return rc;
}

static int unite_lists(uniting *u)
{
    size_t count = u->spot.hi[CN_THEIRS] - u->spot.lo[CN_THEIRS];
    bool has_twins = false;
    bool *used;
    int rc;

    if (line_at(u, CN_OURS, u->spot.lo[CN_OURS])->indent !=
        line_at(u, CN_THEIRS, u->spot.lo[CN_THEIRS])->indent)
        return CANON_ECONFLICT;
    used = cn_calloc(count + 1, sizeof(bool));
    if (!used)
        return CANON_ENOMEM;
    rc = put_items(u, used, &has_twins);
    /* below which of two items do the nested ones belong? */
    if (!rc && has_twins && !(is_flat(u, CN_OURS) && is_flat(u, CN_THEIRS)))
        rc = CANON_ECONFLICT;
    cn_free(used);
    return rc;
}

/* Fields or directives: ours, then those of theirs that are not among them. Two
 * that say different things of one matter are a conflict. */
static int unite_names(uniting *u)
{
    size_t first = u->out->count;
    int rc = put_side(u, CN_OURS);

    for (size_t i = u->spot.lo[CN_THEIRS]; !rc && i < u->spot.hi[CN_THEIRS];
         i++) {
        const cn_merge_line *its = line_at(u, CN_THEIRS, i);
        cn_slice name = cn_merge_name(its);
        cn_merge_ref *twin = NULL;

        for (size_t k = u->spot.lo[CN_OURS]; k < u->spot.hi[CN_OURS]; k++) {
            const cn_merge_line *mine = line_at(u, CN_OURS, k);

            if (cn_slice_eq(cn_merge_text(mine), cn_merge_text(its)))
                twin = cn_array_at(u->out, first + k - u->spot.lo[CN_OURS]);
            else if (cn_slice_eq(cn_merge_name(mine), name) &&
                     !cn_slice_is(name, CN_EVIDENCE))
                return CANON_ECONFLICT;
        }
        if (twin)
            twin->is_both = true;
        else
            rc = put(u, CN_THEIRS, i, i + 1);
    }
    return rc;
}

/* The evidence in front of a list: it belongs to what stands above. */
static cn_merge_region cut_evidence(const uniting *u)
{
    cn_merge_region all = u->spot;
    cn_merge_region first = all;

    for (int s = CN_OURS; s <= CN_THEIRS; s++) {
        size_t end = all.lo[s];

        while (end < all.hi[s] &&
               line_at(u, s, end)->kind == CN_LINE_DIRECTIVE &&
               cn_slice_is(cn_merge_name(line_at(u, s, end)), CN_EVIDENCE))
            end++;
        first.hi[s] = end;
    }
    return first;
}

static bool is_empty(const uniting *u, int side)
{
    return u->spot.lo[side] == u->spot.hi[side];
}

static int put_both(uniting *u, int first, int second)
{
    int rc = put_side(u, first);

    return rc ? rc : put_side(u, second);
}

/* Are all items of a side indented more than the first one of the other side?
 * Then they are below the item that both sides have above them. */
static bool is_below(const uniting *u, int side, int other)
{
    uint16_t indent = line_at(u, other, u->spot.lo[other])->indent;

    for (size_t i = u->spot.lo[side]; i < u->spot.hi[side]; i++)
        if (line_at(u, side, i)->kind != CN_LINE_BLANK &&
            line_at(u, side, i)->indent <= indent)
            return false;
    return true;
}

static int unite_rest(uniting *u)
{
    if (is_empty(u, CN_OURS) && is_empty(u, CN_THEIRS))
        return CANON_OK;
    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        if (!is_empty(u, s) && !is_list(u, s))
            return CANON_ECONFLICT;
    if (is_empty(u, CN_OURS) || is_empty(u, CN_THEIRS))
        return put_both(u, CN_OURS, CN_THEIRS);
    if (is_below(u, CN_OURS, CN_THEIRS))
        return put_both(u, CN_OURS, CN_THEIRS);
    if (is_below(u, CN_THEIRS, CN_OURS))
        return put_both(u, CN_THEIRS, CN_OURS);
    return unite_lists(u);
}

/* Evidence and items. */
static int unite_items(uniting *u)
{
    cn_merge_region rest = u->spot;
    int rc;

    u->spot = cut_evidence(u);
    rc = unite_names(u);
    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        rest.lo[s] = u->spot.hi[s];
    u->spot = rest;
    return rc ? rc : unite_rest(u);
}

/* Both put a blank line first, as in a list with blank lines between its items
 * at the end of a text. */
static int unite_loose(uniting *u)
{
    cn_merge_region all = u->spot;

    for (int s = CN_OURS; s <= CN_THEIRS; s++) {
        if (line_at(u, s, all.lo[s])->kind != CN_LINE_BLANK ||
            all.lo[s] + 1 == all.hi[s])
            return CANON_ECONFLICT;
        u->spot.lo[s]++;
    }
    if (!is_list(u, CN_OURS) || !is_list(u, CN_THEIRS) ||
        line_at(u, CN_OURS, u->spot.lo[CN_OURS])->indent !=
            line_at(u, CN_THEIRS, u->spot.lo[CN_THEIRS])->indent)
        return CANON_ECONFLICT;
    for (size_t i = u->spot.lo[CN_OURS]; i < u->spot.hi[CN_OURS]; i++)
        if (find_twin(u, line_at(u, CN_OURS, i)->key) != CN_NO_LINE)
            return CANON_ECONFLICT;
    u->spot = all;
    return put_both(u, CN_OURS, CN_THEIRS);
}

/* The kind of the first line of a side with something on it. */
static int first_kind(const uniting *u, int side)
{
    for (size_t i = u->spot.lo[side]; i < u->spot.hi[side]; i++)
        if (line_at(u, side, i)->kind != CN_LINE_BLANK)
            return line_at(u, side, i)->kind;
    return CN_LINE_BLANK;
}

static bool has_heading(const uniting *u, int side)
{
    for (size_t i = u->spot.lo[side]; i < u->spot.hi[side]; i++)
        if (line_at(u, side, i)->kind == CN_LINE_HEADING)
            return true;
    return false;
}

/* A new section, and something for the section above it: that comes first. */
static int unite_section(uniting *u)
{
    for (int s = CN_OURS; s <= CN_THEIRS; s++) {
        int other = s == CN_OURS ? CN_THEIRS : CN_OURS;

        if (first_kind(u, s) == CN_LINE_HEADING && !has_heading(u, other) &&
            first_kind(u, other) != CN_LINE_BLANK)
            return put_both(u, other, s);
    }
    return CANON_ECONFLICT;
}

/* Rows of a table: ours, then those of theirs that are not among them. */
static int unite_rows(uniting *u)
{
    int rc = put_side(u, CN_OURS);

    for (size_t i = u->spot.lo[CN_THEIRS]; !rc && i < u->spot.hi[CN_THEIRS];
         i++) {
        bool is_new = true;

        for (size_t k = u->spot.lo[CN_OURS]; k < u->spot.hi[CN_OURS]; k++)
            is_new = is_new && line_at(u, CN_OURS, k)->key !=
                                   line_at(u, CN_THEIRS, i)->key;
        if (is_new)
            rc = put(u, CN_THEIRS, i, i + 1);
    }
    return rc;
}

int cn_merge_unite(const cn_merging *m, const cn_merge_region *spot,
                   cn_array *out)
{
    static int (*const ways[])(uniting *) = {unite_items, unite_loose,
                                             unite_section};
    uniting u = {m, *spot, out};
    int rc = CANON_ECONFLICT;

    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        if (is_empty(&u, s) || spot->hi[s] - spot->lo[s] > MOST_LINES)
            return CANON_ECONFLICT;
    if ((are_all(&u, CN_OURS, CN_LINE_FIELD) &&
         are_all(&u, CN_THEIRS, CN_LINE_FIELD)) ||
        (are_all(&u, CN_OURS, CN_LINE_DIRECTIVE) &&
         are_all(&u, CN_THEIRS, CN_LINE_DIRECTIVE)))
        return unite_names(&u);
    if (are_all(&u, CN_OURS, CN_LINE_ROW) &&
        are_all(&u, CN_THEIRS, CN_LINE_ROW))
        return unite_rows(&u);
    for (size_t i = 0;
         rc == CANON_ECONFLICT && i < sizeof(ways) / sizeof(ways[0]); i++) {
        u.spot = *spot;
        out->count = 0;
        rc = ways[i](&u);
    }
    return rc;
}
