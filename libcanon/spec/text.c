/*
 * Text of a document: cleaning, joining lines, cutting comments out.
 */
#include "reader.h"

#include "utf8.h"

bool cn_line_is_blank(cn_slice line)
{
    size_t i = 0;

    while (i < line.len && cn_is_space(line.ptr[i]))
        i++;
    return i == line.len;
}

uint32_t cn_spec_line_at(const canon_spec *spec, uint32_t at)
{
    uint32_t low = 0;
    uint32_t high = spec->line_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (spec->lines[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

bool cn_spec_same_text(cn_slice a, cn_slice b)
{
    size_t i = 0;
    size_t k = 0;

    a = cn_slice_trim(a);
    b = cn_slice_trim(b);
    while (i < a.len && k < b.len) {
        if (cn_is_space(a.ptr[i]) && cn_is_space(b.ptr[k])) {
            while (cn_is_space(a.ptr[i]))
                i++;
            while (cn_is_space(b.ptr[k]))
                k++;
        } else if (cn_lower(a.ptr[i++]) != cn_lower(b.ptr[k++])) {
            return false;
        }
    }
    return i == a.len && k == b.len;
}

static const char *fail(cn_reader *r)
{
    r->failed = true;
    return NULL;
}

const char *cn_reader_str(cn_reader *r, cn_slice s)
{
    cn_buf clean = CN_BUF_INIT(SIZE_MAX / 4);
    const char *copy;

    if (!r->spec->repair || cn_utf8_ok(s)) {
        copy = cn_arena_copy(&r->spec->arena, s);
        return copy ? copy : fail(r);
    }
    cn_utf8_clean(&clean, s);
    copy = cn_buf_check(&clean, NULL)
               ? NULL
               : cn_arena_copy(&r->spec->arena, cn_buf_all(&clean));
    cn_buf_free(&clean);
    return copy ? copy : fail(r);
}

void *cn_reader_array(cn_reader *r, size_t count, size_t size)
{
    void *array;

    if (count == 0 || r->failed)
        return NULL;
    array = cn_arena_array(&r->spec->arena, count, size);
    if (!array)
        r->failed = true;
    return array;
}

/* Pieces of text that become one line. */
typedef struct joiner {
    char *text;
    size_t len;
    bool gap; /* a blank belongs in front of the next piece */
} joiner;

static void add_piece(joiner *j, cn_slice piece)
{
    if (piece.len == 0)
        return;
    if (j->gap && j->len)
        j->text[j->len++] = ' ';
    memcpy(j->text + j->len, piece.ptr, piece.len);
    j->len += piece.len;
    j->gap = false;
}

/* A line's bytes without the directives in it. */
static void add_line(joiner *j, const cn_reader *r, cn_span line,
                     size_t *directive)
{
    const char *text = r->spec->text;
    uint32_t at = line.start;

    while (at < line.end) {
        const cn_directive *d = NULL;
        uint32_t end = line.end;
        cn_slice piece;
        cn_slice trimmed;

        while (*directive < r->directives.count) {
            d = cn_array_at(&r->directives, *directive);
            if (d->span.end > at)
                break;
            ++*directive;
            d = NULL;
        }
        if (d && d->span.start < end)
            end = d->span.start > at ? d->span.start : at;
        piece = cn_slice_of(text + at, end - at);
        trimmed = cn_slice_trim_start(piece);
        if (trimmed.len < piece.len)
            j->gap = true;
        piece = cn_slice_trim_end(trimmed);
        add_piece(j, piece);
        if (piece.len < trimmed.len)
            j->gap = true;
        at = end < line.end ? d->span.end : line.end;
    }
    if (at <= line.end) /* else a directive reaches over the line's end */
        j->gap = true;
}

const char *cn_reader_join(cn_reader *r, cn_span range, size_t first)
{
    const canon_spec *spec = r->spec;
    joiner j = {NULL, 0, false};
    uint32_t line = cn_spec_line_at(spec, range.start);
    const char *result;

    j.text = cn_arena_alloc(&r->spec->arena, range.end - range.start + 1);
    if (!j.text)
        return fail(r);
    for (; line <= spec->line_count; line++) {
        cn_span part = {spec->lines[line - 1].start, spec->lines[line - 1].end};

        if (part.start >= range.end)
            break;
        if (part.start < range.start)
            part.start = range.start;
        if (part.end > range.end)
            part.end = range.end;
        add_line(&j, r, part, &first);
    }
    j.text[j.len] = '\0';
    result = j.text;
    if (spec->repair)
        result = cn_reader_str(r, cn_slice_of(j.text, j.len));
    return result;
}

const char *cn_reader_lines(cn_reader *r, uint32_t first, uint32_t last)
{
    const canon_spec *spec = r->spec;
    size_t len = 0;
    size_t at = 0;
    char *text;

    while (first <= last && cn_line_is_blank(cn_spec_line(spec, first)))
        first++;
    while (first <= last && cn_line_is_blank(cn_spec_line(spec, last)))
        last--;
    if (first > last)
        return "";
    for (uint32_t i = first; i <= last; i++)
        len += spec->lines[i - 1].end - spec->lines[i - 1].start + 1;
    text = cn_arena_alloc(&r->spec->arena, len);
    if (!text)
        return fail(r);
    for (uint32_t i = first; i <= last; i++) {
        cn_slice line = cn_spec_line(spec, i);

        memcpy(text + at, line.ptr, line.len);
        at += line.len;
        text[at++] = '\n';
    }
    while (at && cn_is_space(text[at - 1]))
        at--;
    text[at] = '\0';
    return spec->repair ? cn_reader_str(r, cn_slice_of(text, at)) : text;
}
