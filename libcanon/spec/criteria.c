/*
 * Acceptance criteria, the strength of requirements, and evidence.
 */
#include "reader.h"

static bool is_word(char c)
{
    return cn_is_alpha(c) || cn_is_digit(c) || c == '_';
}

/* The longer of two that begin alike stands first. */
static const struct {
    const char *words;
    int strength;
} strengths[] = {
    {"MUST NOT", CANON_STRENGTH_MUST_NOT},
    {"MUST", CANON_STRENGTH_MUST},
    {"SHOULD NOT", CANON_STRENGTH_SHOULD_NOT},
    {"SHOULD", CANON_STRENGTH_SHOULD},
    {"MAY", CANON_STRENGTH_MAY},
};

static int strength_at(cn_slice s)
{
    for (size_t i = 0; i < sizeof(strengths) / sizeof(strengths[0]); i++) {
        size_t len = strlen(strengths[i].words);

        if (cn_slice_starts(s, strengths[i].words) &&
            (s.len == len || !is_word(s.ptr[len])))
            return strengths[i].strength;
    }
    return CANON_STRENGTH_NONE;
}

int cn_strength_of(cn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int strength;

        if ((c != 'M' && c != 'S') || (i > 0 && is_word(text.ptr[i - 1])))
            continue;
        strength = strength_at(cn_slice_from(text, i));
        if (strength)
            return strength;
    }
    return CANON_STRENGTH_NONE;
}

/* "[ ] text" with at least one byte of text on the line. */
static bool is_box(cn_slice s)
{
    return s.len > 4 && s.ptr[0] == '[' && s.ptr[2] == ']' &&
           (s.ptr[1] == ' ' || s.ptr[1] == 'x' || s.ptr[1] == 'X') &&
           cn_is_blank(s.ptr[3]) && cn_slice_trim(cn_slice_from(s, 3)).len;
}

static cn_slice first_line(const cn_reader *r, const cn_outline_block *block)
{
    return cn_slice_from(cn_spec_line(r->spec, block->line), block->column);
}

static void add_criterion(cn_reader *r, const cn_outline_block *block,
                          cn_slice line, const char *text)
{
    canon_criterion *criterion = cn_array_push(&r->criteria);
    cn_criterion_parts *parts = cn_array_push(&r->criterion_parts);

    if (!criterion || !parts) {
        r->failed = true;
        return;
    }
    criterion->text = text;
    criterion->checked = line.ptr[1] != ' ';
    criterion->line = block->line;
    criterion->strength = cn_strength_of(cn_str(text));
    parts->section = cn_reader_open(r);
    parts->line = block->line;
    parts->end_line = block->last;
    parts->start = (uint32_t)(line.ptr - r->spec->text);
    parts->box = parts->start + 1;
    r->criterion = (uint32_t)r->criteria.count - 1;
    ((canon_section *)cn_array_at(&r->sections, parts->section))
        ->criterion_count++;
}

bool cn_reader_criterion(cn_reader *r, const cn_outline_block *block,
                         size_t first)
{
    cn_slice line = first_line(r, block);
    cn_span span;
    const char *text;

    if (!is_box(line))
        return false;
    span.start = (uint32_t)(line.ptr - r->spec->text) + 3;
    span.end = r->spec->lines[block->last - 1].end;
    text = cn_reader_join(r, span, first);
    if (!text || !*text)
        return false;
    if (r->sections.count == 0) {
        cn_reader_report(r, CANON_SEVERITY_WARNING, "ac.outside_section",
                         block->line, "a criterion before the first section");
        return false;
    }
    add_criterion(r, block, line, text);
    return true;
}

/* "-[ ] text" was meant to be a criterion. */
void cn_reader_check_glued(cn_reader *r, const cn_outline_block *block)
{
    cn_slice line = first_line(r, block);

    if (line.len && strchr("-*+", line.ptr[0]) &&
        is_box(cn_slice_from(line, 1)))
        cn_reader_report(r, CANON_SEVERITY_WARNING, "ac.malformed_checkbox",
                         block->line,
                         "a box needs a blank between bullet and bracket");
}

static void move_criteria(cn_reader *r)
{
    canon_spec *spec = r->spec;
    size_t count = r->criteria.count;

    spec->criteria = cn_reader_array(r, count, sizeof(*spec->criteria));
    spec->criterion_parts =
        cn_reader_array(r, count, sizeof(*spec->criterion_parts));
    if (!spec->criteria || !spec->criterion_parts)
        return;
    memcpy(spec->criteria, r->criteria.items, count * sizeof(*spec->criteria));
    memcpy(spec->criterion_parts, r->criterion_parts.items,
           count * sizeof(*spec->criterion_parts));
    spec->criterion_count = count;
}

static bool is_evidence(const cn_directive *d)
{
    return d->valid && d->kind == CN_DIRECTIVE_EVIDENCE;
}

static void fill_evidence(cn_reader *r, canon_evidence *e,
                          const cn_directive *d)
{
    e->pr_number = d->value;
    e->file_path = cn_reader_str(r, d->file);
    e->lines = cn_reader_str(r, d->lines);
}

/* Evidence of a criterion is contiguous, evidence of a section as well, when
 * they are laid out in two runs. */
static void hand_out(cn_reader *r, canon_evidence *all)
{
    canon_spec *spec = r->spec;
    size_t n = 0;

    for (size_t i = 0; i < spec->directive_count; i++) {
        const cn_directive *d = &spec->directives[i];
        canon_criterion *c;

        if (!is_evidence(d) || d->criterion == CN_SPEC_NONE)
            continue;
        c = &spec->criteria[d->criterion];
        if (c->evidence_count++ == 0)
            c->evidence = &all[n];
        fill_evidence(r, &all[n++], d);
    }
    for (size_t i = 0; i < spec->directive_count; i++) {
        const cn_directive *d = &spec->directives[i];
        canon_section *s;

        if (!is_evidence(d) || d->criterion != CN_SPEC_NONE)
            continue;
        s = &spec->sections[d->section];
        if (s->evidence_count++ == 0)
            s->evidence = &all[n];
        fill_evidence(r, &all[n++], d);
    }
}

void cn_reader_finish_criteria(cn_reader *r)
{
    canon_spec *spec = r->spec;
    canon_evidence *all;
    size_t count = 0;

    move_criteria(r);
    for (size_t i = 0; i < spec->section_count && spec->criteria; i++)
        spec->sections[i].criteria =
            &spec->criteria[spec->section_parts[i].criterion];
    for (size_t i = 0; i < spec->directive_count; i++)
        count += is_evidence(&spec->directives[i]);
    all = cn_reader_array(r, count, sizeof(*all));
    if (all)
        hand_out(r, all);
}
