/*
 * Spec documents: writing what was read gives the same bytes; all that is said
 * of places is inside the text; reading never fails on content.
 */
#include "canon/spec.h"

#include "fuzz.h"
#include "utf8.h"

#include <string.h>

static void check_text(const char *text)
{
    check(cn_utf8_ok(cn_str(text)));
}

static size_t count_lines(const char *text, size_t size)
{
    size_t n = 1;

    for (size_t i = 0; i < size; i++)
        n += text[i] == '\n' || text[i] == '\r';
    return n;
}

static void check_section(const canon_spec *spec, size_t i, size_t lines)
{
    const canon_section *s = canon_spec_section(spec, i);

    check_text(s->id);
    check_text(s->title);
    check_text(s->content);
    check(s->id[0] && s->title[0]);
    check(canon_spec_find(spec, s->id) == s);
    check(s->start_line >= 1 && s->start_line <= s->end_line);
    check(s->end_line <= lines);
    check(s->parent == CANON_NO_SECTION || s->parent < i);
    check(i + s->subtree <= canon_spec_section_count(spec));
    for (size_t k = 0; k < s->criterion_count; k++) {
        check_text(s->criteria[k].text);
        check(s->criteria[k].line > s->start_line);
        check(s->criteria[k].line <= s->end_line);
    }
    for (size_t k = 0; k < s->scenario_count; k++) {
        check(s->scenarios[k].step_count > 0);
        check(s->scenarios[k].end_line <= s->end_line);
    }
}

static void check_json(const canon_spec *spec)
{
    canon_buf out = CANON_BUF_INIT;

    check(!canon_spec_json(spec, &out, NULL));
    check(cn_utf8_ok(cn_slice_of(out.data, out.len)));
    check(!canon_spec_editor_json(spec, &out, NULL));
    check(cn_utf8_ok(cn_slice_of(out.data, out.len)));
    canon_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    canon_buf out = CANON_BUF_INIT;
    const char *text = size ? (const char *)data : "";
    size_t lines = count_lines(text, size);
    canon_spec *spec;

    if (size > 1024 * 1024)
        return 0;
    check(!canon_spec_parse(text, size, NULL, &spec, NULL));
    check(!canon_spec_write(spec, &out, NULL));
    check(out.len == size && (!size || !memcmp(out.data, text, size)));
    for (size_t i = 0; i < canon_spec_section_count(spec); i++)
        check_section(spec, i, lines);
    for (size_t i = 0; i < canon_spec_diagnostic_count(spec); i++) {
        check_text(canon_spec_diagnostic(spec, i)->message);
        check(canon_spec_diagnostic(spec, i)->line <= lines);
    }
    check_json(spec);
    canon_buf_free(&out);
    canon_spec_free(spec);
    return 0;
}
