/*
 * The pass over the blocks of the body: comments, headings, criteria,
 * evidence and scenarios in the order of the text.
 */
#include "reader.h"

static cn_outline_block *block_at(const cn_reader *r, size_t i)
{
    return &r->outline.blocks[i];
}

/* A comment in a live place, from start to behind its end. */
static void add_comment(cn_reader *r, cn_span span)
{
    static const char *const faults[][2] = {
        {"directive.malformed", "a directive that cannot be read"},
        {"directive.unknown", "a directive of an unknown kind"},
        {"directive.unknown_status", "an unknown state"},
        {"directive.unknown_ticket_system", "an unknown ticket system"},
    };
    cn_slice inside = cn_slice_of(r->spec->text + span.start + 4,
                                  span.end - 3 - (span.start + 4));
    cn_directive d = {.section = CN_SPEC_NONE, .criterion = CN_SPEC_NONE};
    const char *fault;
    cn_directive *kept;

    if (!cn_directive_parse(inside, &d, &fault))
        return;
    d.span = span;
    d.line = cn_spec_line_at(r->spec, span.start);
    kept = cn_array_push(&r->directives);
    if (!kept) {
        r->failed = true;
        return;
    }
    *kept = d;
    for (size_t i = 0; fault && i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (strcmp(fault, faults[i][0]) == 0)
            cn_reader_report_about(r, faults[i][0], d.line, faults[i][1],
                                   cn_slice_trim(inside));
    }
}

/* Behind the "-->" of the comment that starts at start; 0: not before end. */
static uint32_t comment_end(const cn_reader *r, uint32_t start, uint32_t end)
{
    cn_slice rest;
    size_t at;

    if (start + 7 > end)
        return 0;
    rest = cn_slice_of(r->spec->text + start + 4, end - start - 4);
    at = cn_slice_find_text(rest, cn_str("-->"));
    return at < rest.len ? start + 4 + (uint32_t)at + 3 : 0;
}

/* Bytes of a block, as far as its last line is known. */
static cn_span bytes_of(const cn_reader *r, const cn_outline_block *block)
{
    const canon_spec *spec = r->spec;
    cn_span span;

    span.start = spec->lines[block->line - 1].start + block->column;
    span.end = block->last ? spec->lines[block->last - 1].end
                           : spec->lines[spec->line_count - 1].end;
    return span;
}

void cn_reader_inlines(cn_reader *r, const cn_outline_block *block)
{
    uint32_t end = bytes_of(r, block).end;

    for (uint32_t i = 0; i < block->comment_count; i++) {
        cn_span span = {r->outline.comments[block->comments + i], 0};

        span.end = comment_end(r, span.start, end);
        if (span.end)
            add_comment(r, span);
    }
}

static bool is_opaque(cn_slice html)
{
    static const char *const tags[] = {"<script", "<style", "<pre",
                                       "<textarea"};

    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        cn_slice rest = cn_slice_from(html, strlen(tags[i]));

        if (cn_slice_starts_nocase(html, tags[i]) &&
            (rest.len == 0 || cn_is_space(rest.ptr[0]) || rest.ptr[0] == '>'))
            return true;
    }
    return false;
}

static void report_open_comment(cn_reader *r, uint32_t at)
{
    cn_reader_report(r, CANON_SEVERITY_WARNING, "comment.unterminated",
                     cn_spec_line_at(r->spec, at),
                     "a comment without \"-->\" hides what follows");
}

/* Where the next "<!--" is, and whether there is only white space before. */
static uint32_t next_comment(const cn_reader *r, cn_span rest, bool *only)
{
    cn_slice s = cn_slice_of(r->spec->text + rest.start, rest.end - rest.start);
    size_t at = cn_slice_find_text(s, cn_str("<!--"));

    if (cn_slice_trim(cn_slice_first(s, at)).len)
        *only = false;
    return rest.start + (uint32_t)at;
}

cn_html_content cn_reader_html(cn_reader *r, const cn_outline_block *block)
{
    cn_span rest = bytes_of(r, block);
    bool only = true;

    if (is_opaque(
            cn_slice_of(r->spec->text + rest.start, rest.end - rest.start)))
        return CN_HTML_OPAQUE;
    while (rest.start < rest.end) {
        cn_span comment = {next_comment(r, rest, &only), 0};

        if (comment.start == rest.end)
            break;
        comment.end = comment_end(r, comment.start, rest.end);
        if (!comment.end) {
            report_open_comment(r, comment.start);
            break;
        }
        add_comment(r, comment);
        rest.start = comment.end;
    }
    return only ? CN_HTML_COMMENTS : CN_HTML_OTHER;
}

/* A block that is no evidence ends the reach of a criterion, unless it stands
 * in the criterion's list item. */
static void leave_criterion(cn_reader *r, size_t i)
{
    if (i >= r->criterion_end)
        r->criterion = CN_SPEC_NONE;
}

static void report_outside(cn_reader *r, const cn_directive *d)
{
    cn_reader_report(r, CANON_SEVERITY_WARNING, "directive.outside_section",
                     d->line, "a directive before the first section");
}

/* The directives from index first on belong where the reader stands. */
static void attach(cn_reader *r, size_t first)
{
    for (size_t i = first; i < r->directives.count; i++) {
        cn_directive *d = cn_array_at(&r->directives, i);

        d->section = cn_reader_open(r);
        if (d->valid && d->section == CN_SPEC_NONE) {
            d->valid = false;
            report_outside(r, d);
        }
        if (d->valid && d->kind == CN_DIRECTIVE_EVIDENCE)
            d->criterion = r->criterion;
    }
}

static bool is_in_item(const cn_reader *r, size_t i)
{
    uint32_t parent = block_at(r, i)->parent;

    return parent != CN_OUTLINE_TOP &&
           block_at(r, parent)->kind == CN_OUTLINE_ITEM && parent + 1 == i;
}

/* A heading that begins no section is a block like any other. */
static void plain_heading(cn_reader *r, size_t i, const char *text)
{
    canon_spec *spec = r->spec;

    if (block_at(r, i)->level == 1 && !spec->heading && text && *text)
        spec->heading = text;
    leave_criterion(r, i);
}

static void note_marker(cn_reader *r, const cn_outline_block *block)
{
    cn_section_parts *open;

    if (r->sections.count == 0)
        return;
    open = cn_array_at(&r->section_parts, r->sections.count - 1);
    if (!open->marker)
        open->marker = block->line;
}

static void top_heading(cn_reader *r, size_t i, size_t first)
{
    const cn_outline_block *block = block_at(r, i);
    uint32_t body;
    cn_span span = cn_reader_heading(r, block, &body);
    const char *text = cn_reader_join(r, span, first);
    cn_slice s = cn_str(text);

    if (block->level < 2 || s.len == 0) {
        plain_heading(r, i, text);
    } else if (cn_is_marker(s)) {
        note_marker(r, block);
        leave_criterion(r, i);
    } else if (block->level == 4 && cn_is_scenario(s)) {
        leave_criterion(r, i);
        cn_reader_scenario(r, block, text);
    } else if (block->level <= r->spec->max_depth) {
        cn_reader_section(r, block, body, text);
        r->criterion = CN_SPEC_NONE;
    } else {
        leave_criterion(r, i);
    }
}

static void read_heading(cn_reader *r, size_t i)
{
    const cn_outline_block *block = block_at(r, i);
    size_t first = r->directives.count;

    cn_reader_inlines(r, block);
    if (block->parent == CN_OUTLINE_TOP) {
        cn_reader_scenario_end(r);
        top_heading(r, i, first);
    } else {
        leave_criterion(r, i);
    }
    attach(r, first);
}

static void read_paragraph(cn_reader *r, size_t i)
{
    const cn_outline_block *block = block_at(r, i);
    size_t first = r->directives.count;

    cn_reader_inlines(r, block);
    if (is_in_item(r, i) && cn_reader_criterion(r, block, first)) {
        r->criterion_end = block_at(r, block->parent)->end;
    } else {
        if (block->parent == CN_OUTLINE_TOP)
            cn_reader_check_glued(r, block);
        leave_criterion(r, i);
    }
    cn_reader_scenario_block(r, i, CN_HTML_OTHER, first);
    attach(r, first);
}

static void read_html(cn_reader *r, size_t i)
{
    size_t first = r->directives.count;
    cn_html_content content = cn_reader_html(r, block_at(r, i));

    if (content != CN_HTML_COMMENTS)
        leave_criterion(r, i);
    cn_reader_scenario_block(r, i, content, first);
    attach(r, first);
}

static void read_other(cn_reader *r, size_t i)
{
    if (block_at(r, i)->kind != CN_OUTLINE_LIST)
        leave_criterion(r, i);
    cn_reader_scenario_block(r, i, CN_HTML_OTHER, r->directives.count);
}

void cn_reader_blocks(cn_reader *r)
{
    for (size_t i = 0; i < r->outline.count && !r->failed; i++) {
        switch (block_at(r, i)->kind) {
        case CN_OUTLINE_HEADING:
            read_heading(r, i);
            break;
        case CN_OUTLINE_PARAGRAPH:
            read_paragraph(r, i);
            break;
        case CN_OUTLINE_HTML:
            read_html(r, i);
            break;
        case CN_OUTLINE_LIST:
        case CN_OUTLINE_ITEM:
        case CN_OUTLINE_CODE:
        case CN_OUTLINE_QUOTE:
        case CN_OUTLINE_RULE:
            read_other(r, i);
            break;
        }
    }
    cn_reader_scenario_end(r);
}
