/*
 * Looking into a document.
 */
#include "spec_parts.h"

#include "buf.h"
#include "fail.h"

const canon_spec_meta *canon_spec_meta_of(const canon_spec *spec)
{
    return &spec->meta;
}

size_t canon_spec_section_count(const canon_spec *spec)
{
    return spec->section_count;
}

const canon_section *canon_spec_section(const canon_spec *spec, size_t i)
{
    return i < spec->section_count ? &spec->sections[i] : NULL;
}

size_t canon_spec_diagnostic_count(const canon_spec *spec)
{
    return spec->diagnostic_count;
}

const canon_diagnostic *canon_spec_diagnostic(const canon_spec *spec, size_t i)
{
    return i < spec->diagnostic_count ? &spec->diagnostics[i] : NULL;
}

const char *canon_spec_preamble(const canon_spec *spec)
{
    return spec->preamble;
}

cn_slice cn_spec_body(const canon_spec *spec)
{
    cn_slice text = cn_slice_of(spec->text, spec->len);

    return spec->body_line > spec->line_count
               ? cn_slice_from(text, text.len)
               : cn_slice_from(text, spec->lines[spec->body_line - 1].start);
}

const char *canon_spec_heading(const canon_spec *spec)
{
    return spec->heading;
}

const char *canon_spec_file_path(const canon_spec *spec)
{
    return spec->file_path;
}

const char *canon_spec_text(const canon_spec *spec, size_t *len_out)
{
    if (len_out)
        *len_out = spec->len;
    return spec->text;
}

int canon_spec_write(const canon_spec *spec, canon_buf *out, canon_error *err)
{
    cn_buf b;

    cn_buf_adopt(&b, out, spec->len + 1);
    cn_buf_add(&b, spec->text, spec->len);
    return cn_buf_export(&b, out, err);
}

void canon_spec_count(const canon_spec *spec, canon_spec_counts *out)
{
    memset(out, 0, sizeof(*out));
    out->total_sections = (int64_t)spec->section_count;
    out->total_ac = (int64_t)spec->criterion_count;
    for (size_t i = 0; i < spec->section_count; i++)
        out->done_sections += spec->sections[i].state == CANON_STATE_DONE;
    for (size_t i = 0; i < spec->criterion_count; i++) {
        out->done_ac += spec->criteria[i].checked;
        out->realized_ac += spec->criteria[i].evidence_count > 0;
    }
}

/* Does id contain the text in lower case? Ids are short: naive is enough, as
 * text is not longer than id. */
static bool contains(cn_slice id, cn_slice text)
{
    for (size_t i = 0; i + text.len <= id.len; i++) {
        if (cn_slice_eq_nocase(cn_slice_of(id.ptr + i, text.len), text))
            return true;
    }
    return false;
}

const canon_section *canon_spec_find(const canon_spec *spec, const char *text)
{
    cn_slice s = cn_str(text);

    for (size_t i = 0; i < spec->section_count; i++) {
        if (cn_slice_is_nocase(s, spec->sections[i].id))
            return &spec->sections[i];
    }
    for (size_t i = 0; i < spec->section_count; i++) {
        if (spec->sections[i].number &&
            cn_slice_is(s, spec->sections[i].number))
            return &spec->sections[i];
    }
    for (size_t i = 0; s.len && i < spec->section_count; i++) {
        if (contains(cn_str(spec->sections[i].id), s))
            return &spec->sections[i];
    }
    return NULL;
}

int cn_spec_locate(const canon_spec *spec, const char *section,
                   size_t *index_out, canon_error *err)
{
    size_t found = 0;

    for (size_t i = 0; i < spec->section_count; i++) {
        if (strcmp(spec->sections[i].id, section) == 0) {
            *index_out = i;
            return CANON_OK;
        }
    }
    for (size_t i = 0; i < spec->section_count; i++) {
        const char *number = spec->sections[i].number;

        if (number && strcmp(number, section) == 0) {
            *index_out = i;
            found++;
        }
    }
    if (found > 1)
        return cn_fail(err, CANON_EAMBIGUOUS, "%zu sections have the number %s",
                       found, section);
    return found ? CANON_OK
                 : cn_fail(err, CANON_ENOTFOUND, "no section %s", section);
}
