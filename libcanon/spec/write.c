/*
 * The common steps of all operations of the writer.
 */
#include "write.h"

#include "fail.h"
#include "utf8.h"

int cn_write_finish(const canon_spec *spec, cn_buf *b, cn_written to)
{
    bool same = !b->rc &&
                cn_slice_eq(cn_buf_all(b), cn_slice_of(spec->text, spec->len));
    int rc = cn_buf_export(b, to.out, to.err);

    if (to.changed_out)
        *to.changed_out = !rc && !same;
    return rc;
}

int cn_write_change(const canon_spec *spec, const cn_change *change,
                    cn_written to)
{
    cn_buf b = CN_BUF_INIT(spec->len + CN_WRITE_ROOM);

    if (change) {
        cn_buf_add(&b, spec->text, change->start);
        cn_buf_slice(&b, change->text);
        cn_buf_add(&b, spec->text + change->end, spec->len - change->end);
    } else {
        cn_buf_add(&b, spec->text, spec->len);
    }
    return cn_write_finish(spec, &b, to);
}

/* Where the line behind line n begins. */
static size_t next_start(const canon_spec *spec, uint32_t n)
{
    return n < spec->line_count ? spec->lines[n].start : spec->len;
}

static cn_slice end_of_line(const canon_spec *spec, uint32_t n)
{
    size_t end = spec->lines[n - 1].end;

    return cn_slice_of(spec->text + end, next_start(spec, n) - end);
}

cn_slice cn_write_line_end(const canon_spec *spec)
{
    cn_slice end = cn_str("");

    if (spec->line_count)
        end = end_of_line(spec, 1);
    return end.len ? end : cn_str("\n");
}

int cn_write_line_after(const canon_spec *spec, uint32_t n, cn_slice line,
                        cn_written to)
{
    cn_slice end = end_of_line(spec, n);
    cn_change change = {next_start(spec, n), next_start(spec, n), {NULL, 0}};
    cn_buf b = CN_BUF_INIT(CN_WRITE_ROOM);
    int rc;

    if (!end.len)
        cn_buf_slice(&b, cn_write_line_end(spec));
    cn_buf_slice(&b, line);
    cn_buf_slice(&b, end);
    rc = cn_buf_check(&b, to.err);
    change.text = cn_buf_all(&b);
    if (!rc)
        rc = cn_write_change(spec, &change, to);
    cn_buf_free(&b);
    return rc;
}

int cn_write_check(const char *what, const char *value, canon_error *err)
{
    cn_slice v = cn_str(value);

    if (!v.len)
        return cn_fail(err, CANON_EINVAL, "%s is empty", what);
    if (v.len > 1024 || !cn_utf8_ok(v))
        return cn_fail(err, CANON_EINVAL, "%s is too long or not UTF-8", what);
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.ptr[i];

        if (c <= ' ' || c == 0x7F || c == '<' || c == '>' ||
            (c == '-' && i + 1 < v.len && v.ptr[i + 1] == '-'))
            return cn_fail(err, CANON_EINVAL,
                           "%s holds white space, < or > or --", what);
    }
    return CANON_OK;
}

bool cn_write_is_pure(const canon_spec *spec, uint32_t n, size_t max_indent,
                      size_t *at)
{
    const cn_line *line = &spec->lines[n - 1];
    size_t pos = line->start;
    bool any = false;

    while (pos < line->end && cn_is_blank(spec->text[pos]))
        pos++;
    if (pos - line->start > max_indent)
        return false;
    while (*at < spec->directive_count &&
           spec->directives[*at].span.start < pos)
        ++*at;
    while (*at < spec->directive_count &&
           spec->directives[*at].span.start == pos &&
           spec->directives[*at].span.end <= line->end) {
        pos = spec->directives[*at].span.end;
        while (pos < line->end && cn_is_blank(spec->text[pos]))
            pos++;
        any = true;
        ++*at;
    }
    return any && pos == line->end;
}

int cn_write_reparse(const canon_spec *spec, cn_slice text, canon_spec **out,
                     canon_error *err)
{
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;

    o.max_len = text.len + 1;
    o.max_section_depth = spec->max_depth;
    o.no_content = 1;
    return canon_spec_parse(text.ptr, text.len, &o, out, err);
}
