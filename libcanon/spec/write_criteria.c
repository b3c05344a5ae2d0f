/*
 * Criteria: ticking their boxes and noting evidence below them.
 */
#include "write.h"

#include "fail.h"

#define TAB_STOP 4
#define MAX_PR   999999999

static int find_criterion(const canon_spec *spec,
                          const canon_criterion_ref *ref, size_t *index_out,
                          canon_error *err)
{
    cn_slice wanted = cn_str(ref->text);
    size_t section = CN_WRITE_ALL;
    size_t hits = 0;
    int rc = CANON_OK;

    if (ref->section)
        rc = cn_spec_locate(spec, ref->section, &section, err);
    for (size_t i = 0; !rc && i < spec->criterion_count && hits < 2; i++) {
        if (section != CN_WRITE_ALL &&
            spec->criterion_parts[i].section != section)
            continue;
        if (!cn_spec_same_text(cn_str(spec->criteria[i].text), wanted))
            continue;
        *index_out = i;
        hits++;
    }
    if (!rc && hits == 0)
        rc = cn_fail(err, CANON_ENOTFOUND, "no criterion \"%.100s\"",
                     ref->text ? ref->text : "");
    if (!rc && hits > 1)
        rc = cn_fail(err, CANON_EAMBIGUOUS,
                     "more than one criterion \"%.100s\": name its section",
                     ref->text ? ref->text : "");
    return rc;
}

int canon_spec_set_criterion(const canon_spec *spec,
                             const canon_criterion_ref *criterion, int checked,
                             canon_buf *out, int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};
    cn_change change = {0, 0, cn_str(checked ? "x" : " ")};
    size_t index = 0;
    int rc;

    canon_buf_free(out);
    rc = find_criterion(spec, criterion, &index, err);
    if (rc)
        return rc;
    if (!spec->criteria[index].checked == !checked)
        return cn_write_change(spec, NULL, to);
    change.start = spec->criterion_parts[index].box;
    change.end = change.start + 1;
    return cn_write_change(spec, &change, to);
}

/* The evidence must be read back as what was given: a path that ends in
 * ":10" would be taken for a path with lines. */
static int check_evidence(const canon_evidence *e, const cn_buf *token,
                          canon_error *err)
{
    cn_slice file;
    cn_slice lines;
    int rc = cn_write_check("file_path", e->file_path, err);

    if (!rc && (e->pr_number < 0 || e->pr_number > MAX_PR))
        rc = cn_fail(err, CANON_EINVAL, "%d is no pull request",
                     (int)e->pr_number);
    if (!rc && e->lines && e->lines[0] &&
        !cn_evidence_lines_ok(cn_str(e->lines)))
        rc = cn_fail(err, CANON_EINVAL, "lines must look like 10 or 10-20");
    if (!rc)
        rc = cn_buf_check(token, err);
    if (rc)
        return rc;
    cn_evidence_split(cn_buf_all(token), &file, &lines);
    if (!cn_slice_is(file, e->file_path) ||
        !cn_slice_eq(lines, cn_str(e->lines)))
        return cn_fail(err, CANON_EINVAL,
                       "file_path would be read as a path with lines");
    return CANON_OK;
}

static bool is_noted(const canon_criterion *c, const canon_evidence *e)
{
    for (size_t i = 0; i < c->evidence_count; i++) {
        const canon_evidence *old = &c->evidence[i];

        if (old->pr_number == e->pr_number &&
            strcmp(old->file_path, e->file_path) == 0 &&
            cn_slice_is(cn_str(e->lines), old->lines))
            return true;
    }
    return false;
}

/* White space as far as the text of the item, so that what follows lies in it:
 * what stands before it, every other byte made a blank, tabs filled up. */
static void put_item_indent(const canon_spec *spec,
                            const cn_criterion_parts *parts, cn_buf *out)
{
    size_t start = spec->lines[parts->line - 1].start;
    bool leading = true;
    size_t column = 0;

    if (parts->line == 1)
        start += spec->bom;
    for (size_t i = start; i < parts->start; i++) {
        bool tab = spec->text[i] == '\t';
        size_t width = tab ? TAB_STOP - column % TAB_STOP : 1;

        leading = leading && cn_is_blank(spec->text[i]);
        if (leading)
            cn_buf_putc(out, spec->text[i]);
        for (size_t k = 0; !leading && k < width; k++)
            cn_buf_putc(out, ' ');
        column += width;
    }
}

static void put_line_indent(const canon_spec *spec, uint32_t n, cn_buf *out)
{
    cn_slice line = cn_spec_line(spec, n);

    for (size_t i = 0; i < line.len && cn_is_blank(line.ptr[i]); i++)
        cn_buf_putc(out, line.ptr[i]);
}

/* Behind the criterion's paragraph and the directive lines that follow. */
static int put_evidence(const canon_spec *spec, const cn_criterion_parts *parts,
                        const canon_evidence *e, cn_slice token, cn_written to)
{
    cn_buf b = CN_BUF_INIT(CN_WRITE_ROOM + spec->len);
    uint32_t n = parts->end_line;
    size_t at = spec->section_parts[parts->section].directive;
    int rc;

    while (n < spec->line_count && cn_write_is_pure(spec, n + 1, SIZE_MAX, &at))
        n++;
    if (n > parts->end_line)
        put_line_indent(spec, n, &b);
    else
        put_item_indent(spec, parts, &b);
    if (e->pr_number)
        cn_buf_printf(&b,
                      "<!-- canon:realized-in:PR#%d file:", (int)e->pr_number);
    else
        cn_buf_puts(&b, "<!-- canon:realized-in:audit file:");
    cn_buf_slice(&b, token);
    cn_buf_puts(&b, " -->");
    rc = cn_buf_check(&b, to.err);
    if (!rc)
        rc = cn_write_line_after(spec, n, cn_buf_all(&b), to);
    cn_buf_free(&b);
    return rc;
}

int canon_spec_add_evidence(const canon_spec *spec,
                            const canon_criterion_ref *criterion,
                            const canon_evidence *evidence, canon_buf *out,
                            int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};
    cn_buf token = CN_BUF_INIT(CN_WRITE_ROOM);
    size_t index = 0;
    int rc;

    canon_buf_free(out);
    cn_buf_slice(&token, cn_str(evidence->file_path));
    if (evidence->lines && evidence->lines[0]) {
        cn_buf_putc(&token, ':');
        cn_buf_puts(&token, evidence->lines);
    }
    rc = check_evidence(evidence, &token, err);
    if (!rc)
        rc = find_criterion(spec, criterion, &index, err);
    if (!rc && is_noted(&spec->criteria[index], evidence))
        rc = cn_write_change(spec, NULL, to);
    else if (!rc)
        rc = put_evidence(spec, &spec->criterion_parts[index], evidence,
                          cn_buf_all(&token), to);
    cn_buf_free(&token);
    return rc;
}
