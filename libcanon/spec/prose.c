/*
 * Taking comments out of a text without leaving traces, and the prose that an
 * editor shows.
 */
#include "spec_parts.h"

#include "utf8.h"

typedef struct cutter {
    const canon_spec *spec;
    const cn_span *removed;
    size_t count;
    size_t next;   /* the first span that is not behind us */
    uint32_t line; /* at hand, from 1 */
    uint32_t end;  /* of the range */
    size_t start;  /* of the line in out */
    cn_buf *out;
} cutter;

static bool ends_blank(const cutter *c)
{
    return c->out->len > c->start && cn_is_blank(c->out->data[c->out->len - 1]);
}

static void trim_blanks(cutter *c)
{
    while (ends_blank(c))
        cn_buf_cut(c->out, c->out->len - 1);
}

static bool is_blank(cn_slice s)
{
    size_t i = 0;

    while (i < s.len && cn_is_blank(s.ptr[i]))
        i++;
    return i == s.len;
}

static bool line_is_blank(const cutter *c)
{
    return c->out->len == c->start ||
           is_blank(
               cn_slice_of(c->out->data + c->start, c->out->len - c->start));
}

/* What stands behind a removed comment. */
static void join(cutter *c, cn_slice piece)
{
    cn_slice text = piece;

    while (text.len && cn_is_blank(text.ptr[0]))
        text = cn_slice_from(text, 1);
    if (!line_is_blank(c)) {
        if (!ends_blank(c)) {
            text = piece;
        } else if (text.len < piece.len) {
            trim_blanks(c);
            cn_buf_putc(c->out, ' ');
        }
    }
    cn_buf_slice(c->out, text);
}

/* The end of the line at hand, line end left out. */
static uint32_t line_end(const cutter *c)
{
    uint32_t end = c->spec->lines[c->line - 1].end;

    return end < c->end ? end : c->end;
}

/* Bytes of the line end behind the line at hand. */
static cn_slice break_of(const cutter *c)
{
    const canon_spec *spec = c->spec;
    uint32_t from = line_end(c);
    uint32_t to = c->line < spec->line_count ? spec->lines[c->line].start
                                             : (uint32_t)spec->len;

    to = to < c->end ? to : c->end;
    return cn_slice_of(spec->text + from, to > from ? to - from : 0);
}

/* A line, or several when a removed comment reaches over them. */
static void cut_line(cutter *c, uint32_t at)
{
    bool cut = false;
    cn_slice rest;

    c->start = c->out->len;
    while (c->next < c->count && c->removed[c->next].start < line_end(c)) {
        cn_span span = c->removed[c->next++];
        cn_slice piece = cn_slice_of(c->spec->text + at, span.start - at);

        if (cut)
            join(c, piece);
        else
            cn_buf_slice(c->out, piece);
        cut = true;
        at = span.end;
        while (c->line < c->spec->line_count &&
               c->spec->lines[c->line].start <= at)
            c->line++;
    }
    rest = cn_slice_of(c->spec->text + at,
                       line_end(c) > at ? line_end(c) - at : 0);
    if (!cut) {
        cn_buf_slice(c->out, rest);
    } else if (line_is_blank(c) && is_blank(rest)) {
        cn_buf_cut(c->out, c->start);
        return;
    } else if (is_blank(rest)) {
        trim_blanks(c);
    } else {
        join(c, rest);
    }
    cn_buf_slice(c->out, break_of(c));
}

void cn_spec_cut(const canon_spec *spec, cn_span range, const cn_span *removed,
                 size_t count, cn_buf *out)
{
    cutter c = {.spec = spec, .removed = removed, .count = count, .out = out};

    c.end = range.end;
    c.line = spec->line_count ? cn_spec_line_at(spec, range.start) : 0;
    while (c.next < count && removed[c.next].start < range.start)
        c.next++;
    while (c.line && c.line <= spec->line_count && !out->rc) {
        uint32_t at = spec->lines[c.line - 1].start;

        if (at < range.start)
            at = range.start;
        if (at >= range.end)
            break;
        cut_line(&c, at);
        c.line++;
    }
}

static bool is_hidden(const cn_directive *d)
{
    return d->valid &&
           (d->kind == CN_DIRECTIVE_SYSTEM || d->kind == CN_DIRECTIVE_TICKET);
}

static cn_span prose_range(const canon_spec *spec, size_t index)
{
    const cn_section_parts *parts = &spec->section_parts[index];
    uint32_t last = (uint32_t)spec->sections[index].end_line;
    cn_span range = {0, 0};

    if (parts->body > last || parts->body > spec->line_count)
        return range;
    range.start = spec->lines[parts->body - 1].start;
    range.end = parts->marker ? spec->lines[parts->marker - 1].start
                              : spec->lines[last - 1].end;
    return range;
}

/* Without the status and ticket comments of the section, as in the text. */
static void cut_hidden(const canon_spec *spec, size_t index, cn_buf *out)
{
    const cn_section_parts *parts = &spec->section_parts[index];
    cn_buf spans = CN_BUF_INIT(SIZE_MAX / 4);
    size_t count = 0;

    for (uint32_t i = 0; i < parts->directive_count; i++) {
        const cn_directive *d = &spec->directives[parts->directive + i];

        if (is_hidden(d)) {
            cn_buf_add(&spans, &d->span, sizeof(d->span));
            count++;
        }
    }
    if (spans.rc)
        out->rc = spans.rc;
    else
        cn_spec_cut(spec, prose_range(spec, index),
                    (const cn_span *)(const void *)spans.data, count, out);
    cn_buf_free(&spans);
}

/* Leading blank lines and trailing white space removed. */
static cn_slice trim(cn_slice s)
{
    size_t start = 0;

    s = cn_slice_trim_end(s);
    for (size_t i = 0; i < s.len && cn_is_space(s.ptr[i]); i++) {
        if (s.ptr[i] == '\n' || s.ptr[i] == '\r')
            start = i + 1;
    }
    return cn_slice_from(s, start);
}

void cn_spec_prose(const canon_spec *spec, size_t index, cn_buf *out)
{
    cn_buf raw = CN_BUF_INIT(SIZE_MAX / 4);
    cn_slice rest;

    cut_hidden(spec, index, &raw);
    rest = trim(cn_buf_all(&raw));
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] != '\r')
            cn_buf_putc(out, rest.ptr[i]);
        else if (i + 1 == rest.len || rest.ptr[i + 1] != '\n')
            cn_buf_putc(out, '\n');
    }
    if (raw.rc) {
        cn_buf_free(out);
        out->rc = raw.rc;
    }
    cn_buf_free(&raw);
}
