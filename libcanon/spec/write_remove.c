/*
 * Taking directives out of a document.
 */
#include "write.h"

#include "fail.h"

/* Stands for a comment whose place must not become empty. */
#define EMPTY_COMMENT "<!-- -->"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_evidence(const canon_evidence *a, size_t a_count,
                          const canon_evidence *b, size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (a[i].pr_number != b[i].pr_number ||
            !same_text(a[i].file_path, b[i].file_path) ||
            !same_text(a[i].lines, b[i].lines))
            return false;
    }
    return true;
}

static bool same_criteria(const canon_section *a, const canon_section *b)
{
    if (a->criterion_count != b->criterion_count)
        return false;
    for (size_t i = 0; i < a->criterion_count; i++) {
        const canon_criterion *x = &a->criteria[i];
        const canon_criterion *y = &b->criteria[i];

        if (!same_text(x->text, y->text) || x->checked != y->checked ||
            !same_evidence(x->evidence, x->evidence_count, y->evidence,
                           y->evidence_count))
            return false;
    }
    return true;
}

static bool same_scenarios(const canon_section *a, const canon_section *b)
{
    if (a->scenario_count != b->scenario_count)
        return false;
    for (size_t i = 0; i < a->scenario_count; i++) {
        const canon_scenario *x = &a->scenarios[i];
        const canon_scenario *y = &b->scenarios[i];

        if (x->step_count != y->step_count || !same_text(x->name, y->name))
            return false;
        for (size_t k = 0; k < x->step_count; k++) {
            if (!same_text(x->steps[k].text, y->steps[k].text))
                return false;
        }
    }
    return true;
}

static bool same_heading(const canon_section *a, const canon_section *b)
{
    return same_text(a->id, b->id) && same_text(a->number, b->number) &&
           same_text(a->title, b->title) && a->depth == b->depth &&
           a->parent == b->parent;
}

/* What is taken away. */
typedef struct removal {
    cn_directive_kind kind;
    size_t section;           /* or CN_WRITE_ALL */
    const cn_directive *keep; /* or NULL */
    const cn_span *spans;
    size_t count;
} removal;

static bool same_ticket(const canon_section *a, const canon_section *b,
                        bool removed)
{
    if (removed)
        return !b->ticket_system;
    return same_text(a->ticket_system, b->ticket_system) &&
           same_text(a->ticket_id, b->ticket_id);
}

static bool same_delta(const canon_section *a, const canon_section *b,
                       bool removed)
{
    return b->delta == (removed ? CANON_DELTA_NONE : a->delta);
}

static bool same_section(const canon_section *a, const canon_section *b,
                         const removal *r, bool target)
{
    bool removed = target && !r->keep;

    return same_heading(a, b) && a->state == b->state &&
           same_text(a->blocked_by, b->blocked_by) &&
           same_ticket(a, b, removed && r->kind == CN_DIRECTIVE_TICKET) &&
           same_delta(a, b, removed && r->kind == CN_DIRECTIVE_DELTA) &&
           same_criteria(a, b) && same_scenarios(a, b) &&
           same_evidence(a->evidence, a->evidence_count, b->evidence,
                         b->evidence_count);
}

static bool same_spec(const canon_spec *a, const canon_spec *b,
                      const removal *r)
{
    if (a->section_count != b->section_count ||
        a->criterion_count != b->criterion_count)
        return false;
    for (size_t i = 0; i < a->section_count; i++) {
        bool target = r->section == CN_WRITE_ALL || r->section == i;

        if (!same_section(&a->sections[i], &b->sections[i], r, target))
            return false;
    }
    return true;
}

/* Does the shorter text say the same otherwise? */
static int check(const canon_spec *spec, const removal *r, cn_slice text,
                 bool *same_out, canon_error *err)
{
    canon_spec *shorter = NULL;
    int rc = cn_write_reparse(spec, text, &shorter, err);

    if (!rc)
        *same_out = same_spec(spec, shorter, r);
    canon_spec_free(shorter);
    return rc;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* A document without a final line end gets none when its last line goes. */
static void keep_open_end(const canon_spec *spec, cn_buf *out)
{
    size_t len = out->len;

    if (!len || is_line_end(spec->text[spec->len - 1]) ||
        !is_line_end(out->data[len - 1]))
        return;
    len -= len > 1 && out->data[len - 1] == '\n' && out->data[len - 2] == '\r'
               ? 2
               : 1;
    cn_buf_cut(out, len);
}

/* Are there nothing but blanks between the start of the line, or byte from on
 * it, and byte at? */
static bool starts_line(const canon_spec *spec, size_t from, size_t at)
{
    while (at > from && cn_is_blank(spec->text[at - 1]))
        at--;
    return at == from || is_line_end(spec->text[at - 1]);
}

/*
 * Comments that start their line, where they are a block, become empty ones;
 * those in the middle of a text are taken out of it.
 */
static void empty_blocks(const canon_spec *spec, const removal *r, cn_buf *out)
{
    const cn_span *spans = r->spans;
    cn_span piece = {spec->bom, spec->bom};
    size_t inner = 0; /* first of the spans in the piece */

    cn_buf_reset(out);
    cn_buf_add(out, spec->text, spec->bom);
    for (size_t i = 0; i < r->count; i++) {
        if (!starts_line(spec, piece.start, spans[i].start))
            continue;
        piece.end = spans[i].start;
        cn_spec_cut(spec, piece, spans + inner, i - inner, out);
        cn_buf_puts(out, EMPTY_COMMENT);
        piece.start = spans[i].end;
        inner = i + 1;
    }
    piece.end = (uint32_t)spec->len;
    cn_spec_cut(spec, piece, spans + inner, r->count - inner, out);
}

static int remove_spans(const canon_spec *spec, const removal *r, cn_buf *out,
                        canon_error *err)
{
    cn_span body = {spec->bom, (uint32_t)spec->len};
    bool same = true;
    int rc;

    cn_buf_add(out, spec->text, spec->bom);
    cn_spec_cut(spec, body, r->spans, r->count, out);
    keep_open_end(spec, out);
    rc = cn_buf_check(out, err);
    if (!rc && r->count)
        rc = check(spec, r, cn_buf_all(out), &same, err);
    if (rc || same)
        return rc;
    empty_blocks(spec, r, out);
    rc = cn_buf_check(out, err);
    if (!rc)
        rc = check(spec, r, cn_buf_all(out), &same, err);
    if (!rc && !same)
        rc = cn_fail(err, CANON_EINVAL,
                     "without the comment the text around it would change");
    return rc;
}

int cn_write_without(const canon_spec *spec, cn_directive_kind kind,
                     size_t section, const cn_directive *keep, cn_buf *out,
                     canon_error *err)
{
    cn_arena a = CN_ARENA_INIT;
    cn_span *spans = cn_arena_array(&a, spec->directive_count, sizeof(*spans));
    removal r = {kind, section, keep, spans, 0};
    int rc;

    if (!spans)
        return cn_fail_memory(err);
    for (size_t i = 0; i < spec->directive_count; i++) {
        const cn_directive *d = &spec->directives[i];

        if (d->kind == kind && d->valid && d != keep &&
            (section == CN_WRITE_ALL || d->section == section))
            spans[r.count++] = d->span;
    }
    rc = remove_spans(spec, &r, out, err);
    cn_arena_free(&a);
    return rc;
}

static int remove_kind(const canon_spec *spec, cn_directive_kind kind,
                       const char *section, cn_written to)
{
    cn_buf b = CN_BUF_INIT(spec->len + CN_WRITE_ROOM);
    size_t index = CN_WRITE_ALL;
    int rc = CANON_OK;

    canon_buf_free(to.out);
    if (section)
        rc = cn_spec_locate(spec, section, &index, to.err);
    if (!rc)
        rc = cn_write_without(spec, kind, index, NULL, &b, to.err);
    if (!rc)
        rc = cn_write_finish(spec, &b, to);
    cn_buf_free(&b);
    return rc;
}

int canon_spec_remove_ticket(const canon_spec *spec, const char *section,
                             canon_buf *out, int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};

    if (!section) {
        canon_buf_free(out);
        return cn_fail(err, CANON_EINVAL, "no section named");
    }
    return remove_kind(spec, CN_DIRECTIVE_TICKET, section, to);
}

int canon_spec_clear_delta(const canon_spec *spec, const char *section,
                           canon_buf *out, int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};

    return remove_kind(spec, CN_DIRECTIVE_DELTA, section, to);
}
