/*
 * Which directive decides: the status, the ticket and the delta of a section.
 */
#include "reader.h"

/* Ids and slugs of all sections, made when it is first asked for. */
typedef struct names {
    cn_map map;
    bool loaded;
} names;

static void load_names(cn_reader *r, names *n)
{
    const canon_spec *spec = r->spec;

    n->loaded = true;
    for (size_t i = 0; i < spec->section_count; i++) {
        canon_section *section = &spec->sections[i];
        cn_slice slug = spec->section_parts[i].slug;

        if (cn_map_put(&n->map, cn_str(section->id), section) ||
            (slug.len && cn_map_put(&n->map, slug, section)))
            r->failed = true;
    }
}

/* [0-9]+(\.[0-9]+)* */
static bool is_number(cn_slice id)
{
    while (id.ptr) {
        cn_slice part = cn_slice_cut(&id, '.');

        if (part.len == 0)
            return false;
        for (size_t i = 0; i < part.len; i++) {
            if (!cn_is_digit(part.ptr[i]))
                return false;
        }
    }
    return true;
}

/* How much the name in a status directive says that it means section i. */
static int weight(cn_reader *r, names *n, size_t i, cn_slice id)
{
    const canon_section *section = &r->spec->sections[i];
    cn_slice slug = r->spec->section_parts[i].slug;

    if (!section->number || cn_slice_is(id, section->number) ||
        cn_slice_is(id, section->id) || (slug.len && cn_slice_eq(id, slug)))
        return 2;
    if (is_number(id))
        return 0;
    if (!n->loaded)
        load_names(r, n);
    return cn_map_get(&n->map, id) ? 0 : 1;
}

static void set_status(cn_reader *r, size_t i, cn_directive *d)
{
    canon_section *section = &r->spec->sections[i];

    if (!d)
        return;
    d->effective = true;
    section->state = d->value;
    if (d->reason.len)
        section->blocked_by = cn_reader_str(r, d->reason);
}

static void resolve_status(cn_reader *r, names *n, size_t i)
{
    const cn_section_parts *parts = &r->spec->section_parts[i];
    cn_directive *best = NULL;
    int most = 1;

    for (uint32_t k = 0; k < parts->directive_count; k++) {
        cn_directive *d = &r->spec->directives[parts->directive + k];
        int w;

        if (!d->valid || d->kind != CN_DIRECTIVE_SYSTEM)
            continue;
        w = weight(r, n, i, d->id);
        if (w == 0)
            cn_reader_report_about(r, "status.section_mismatch", d->line,
                                   "a status of another section", d->id);
        if (w >= most) {
            most = w;
            best = d;
        }
    }
    set_status(r, i, best);
}

static bool same_ticket(const cn_directive *a, const cn_directive *b)
{
    return a->value == b->value && cn_slice_eq(a->id, b->id);
}

static void resolve_ticket(cn_reader *r, size_t i)
{
    const cn_section_parts *parts = &r->spec->section_parts[i];
    canon_section *section = &r->spec->sections[i];
    cn_directive *last = NULL;
    bool differ = false;

    for (uint32_t k = 0; k < parts->directive_count; k++) {
        cn_directive *d = &r->spec->directives[parts->directive + k];

        if (!d->valid || d->kind != CN_DIRECTIVE_TICKET)
            continue;
        differ = differ || (last && !same_ticket(last, d));
        last = d;
    }
    if (!last)
        return;
    last->effective = true;
    section->ticket_system = cn_ticket_system_name(last->value);
    section->ticket_id = cn_reader_str(r, last->id);
    if (differ)
        cn_reader_report(r, CANON_SEVERITY_WARNING, "ticket.multiple_links",
                         last->line,
                         "several tickets for one section: the last counts");
}

static void resolve_delta(cn_reader *r, size_t i)
{
    const cn_section_parts *parts = &r->spec->section_parts[i];

    for (uint32_t k = 0; k < parts->directive_count; k++) {
        cn_directive *d = &r->spec->directives[parts->directive + k];

        if (d->valid && d->kind == CN_DIRECTIVE_DELTA) {
            d->effective = true;
            r->spec->sections[i].delta = d->value;
            return;
        }
    }
}

/* The directives of each section: they are in the order of the text. */
static void hand_out(canon_spec *spec)
{
    for (size_t k = 0; k < spec->directive_count; k++) {
        uint32_t section = spec->directives[k].section;
        cn_section_parts *parts;

        if (section == CN_SPEC_NONE)
            continue;
        parts = &spec->section_parts[section];
        if (parts->directive_count++ == 0)
            parts->directive = (uint32_t)k;
    }
}

void cn_reader_resolve(cn_reader *r)
{
    canon_spec *spec = r->spec;
    names n = {CN_MAP_INIT, false};
    size_t count = r->directives.count;

    spec->directives = cn_reader_array(r, count, sizeof(*spec->directives));
    if (spec->directives) {
        memcpy(spec->directives, r->directives.items,
               count * sizeof(*spec->directives));
        spec->directive_count = count;
    }
    hand_out(spec);
    for (size_t i = 0; i < spec->section_count && !r->failed; i++) {
        resolve_status(r, &n, i);
        resolve_ticket(r, i);
        resolve_delta(r, i);
    }
    cn_map_free(&n.map);
}
