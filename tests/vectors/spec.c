/*
 * The vectors of the spec parser: what is expected of each document must be
 * part of what the library says, member by member; arrays have exactly the
 * elements that are expected.
 */
#include "canon/spec.h"

#include "files.h"
#include "folder.h"
#include "json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct loaded {
    cn_arena arena;
    char *name;
    canon_spec *spec;
    const cn_value *expected;
    char where[1024];
} loaded;

static const cn_value *read_json(loaded *v, const char *text, size_t len)
{
    const cn_value *value = NULL;
    canon_error err;

    cr_assert(
        eq(int,
           cn_json_parse(&v->arena, cn_slice_of(text, len), &value, NULL, &err),
           0),
        "%s", err.text);
    return value;
}

static loaded load(size_t i)
{
    loaded v = {.arena = CN_ARENA_INIT, .where = ""};
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;
    char path[512];
    size_t len;
    char *text;
    char *json;

    v.name = vector_name("spec", ".md", i);
    text = vector_text("spec", v.name, ".md", &len);
    snprintf(path, sizeof(path), "%s.md", v.name);
    o.file_path = path;
    cr_assert(eq(int, canon_spec_parse(text, len, &o, &v.spec, NULL), 0));
    free(text);
    json = vector_text("spec", v.name, ".json", &len);
    v.expected = read_json(&v, json, len);
    free(json);
    return v;
}

static void unload(loaded *v)
{
    canon_spec_free(v->spec);
    cn_arena_free(&v->arena);
    free(v->name);
}

static void compare(loaded *v, const cn_value *want, const cn_value *got);

static void compare_maps(loaded *v, const cn_value *want, const cn_value *got)
{
    size_t len = strlen(v->where);

    for (size_t i = 0; i < want->count; i++) {
        const cn_member *m = &want->members[i];
        const cn_value *other = cn_value_get(got, m->key.ptr);

        snprintf(v->where + len, sizeof(v->where) - len, ".%s", m->key.ptr);
        cr_assert(other != NULL, "%s: %s is missing", v->name, v->where);
        compare(v, &m->value, other);
    }
    v->where[len] = '\0';
}

static void compare_lists(loaded *v, const cn_value *want, const cn_value *got)
{
    size_t len = strlen(v->where);

    cr_expect(want->count == got->count, "%s: %s has %zu elements, not %zu",
              v->name, v->where, got->count, want->count);
    for (size_t i = 0; i < want->count && i < got->count; i++) {
        snprintf(v->where + len, sizeof(v->where) - len, "[%zu]", i);
        compare(v, &want->items[i], &got->items[i]);
    }
    v->where[len] = '\0';
}

static void compare(loaded *v, const cn_value *want, const cn_value *got)
{
    cr_expect(want->kind == got->kind, "%s: %s is of kind %d, not %d", v->name,
              v->where, got->kind, want->kind);
    if (want->kind != got->kind)
        return;
    switch (want->kind) {
    case CN_KIND_MAP:
        compare_maps(v, want, got);
        break;
    case CN_KIND_LIST:
        compare_lists(v, want, got);
        break;
    case CN_KIND_TEXT:
        cr_expect(cn_slice_eq(want->text, got->text),
                  "%s: %s is '%s', not '%s'", v->name, v->where, got->text.ptr,
                  want->text.ptr);
        break;
    case CN_KIND_INT:
        cr_expect(want->integer == got->integer, "%s: %s is %lld, not %lld",
                  v->name, v->where, (long long)got->integer,
                  (long long)want->integer);
        break;
    case CN_KIND_BOOL:
        cr_expect(want->truth == got->truth, "%s: %s", v->name, v->where);
        break;
    case CN_KIND_NULL:
    case CN_KIND_DOUBLE:
        break;
    }
}

typedef int json_fn(const canon_spec *spec, canon_buf *out, canon_error *err);

static void check_json(loaded *v, const char *path, json_fn *fn)
{
    const cn_value *want = cn_value_get(v->expected, path);
    canon_buf out = CANON_BUF_INIT;

    cr_assert(want != NULL);
    cr_assert(eq(int, fn(v->spec, &out, NULL), 0));
    snprintf(v->where, sizeof(v->where), "%s", path);
    compare(v, want, read_json(v, out.data, out.len));
    canon_buf_free(&out);
}

ParameterizedTestParameters(spec_vectors, documents)
{
    return cn_test_indexes(vector_count("spec", ".md"));
}

ParameterizedTest(size_t *i, spec_vectors, documents)
{
    loaded v = load(*i);

    check_json(&v, "parse.document", canon_spec_json);
    unload(&v);
}

ParameterizedTestParameters(spec_vectors, editors)
{
    return cn_test_indexes(vector_count("spec", ".md"));
}

ParameterizedTest(size_t *i, spec_vectors, editors)
{
    loaded v = load(*i);

    check_json(&v, "editor", canon_spec_editor_json);
    unload(&v);
}

static size_t count_diagnostic(const canon_spec *spec, const char *severity,
                               const char *code, size_t line)
{
    size_t count = 0;

    for (size_t i = 0; i < canon_spec_diagnostic_count(spec); i++) {
        const canon_diagnostic *d = canon_spec_diagnostic(spec, i);

        count += strcmp(canon_severity_name(d->severity), severity) == 0 &&
                 strcmp(d->code, code) == 0 && d->line == line;
    }
    return count;
}

ParameterizedTestParameters(spec_vectors, diagnostics)
{
    return cn_test_indexes(vector_count("spec", ".md"));
}

ParameterizedTest(size_t *i, spec_vectors, diagnostics)
{
    loaded v = load(*i);
    const cn_value *want = cn_value_get(v.expected, "parse.diagnostics");

    for (size_t k = 0; k < canon_spec_diagnostic_count(v.spec); k++) {
        const canon_diagnostic *d = canon_spec_diagnostic(v.spec, k);

        cr_log_info("%s:%zu %s %s", v.name, d->line, d->code, d->message);
    }
    cr_expect(eq(sz, want->count, canon_spec_diagnostic_count(v.spec)), "%s",
              v.name);
    for (size_t k = 0; k < want->count; k++) {
        const cn_value *d = &want->items[k];
        const char *code = cn_value_str(d, "code", "");
        size_t line = (size_t)cn_value_int(d, "line", 0);

        cr_expect(ge(sz,
                     count_diagnostic(v.spec, cn_value_str(d, "severity", ""),
                                      code, line),
                     1),
                  "%s: no %s on line %zu", v.name, code, line);
    }
    unload(&v);
}

static double pct(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole * 100 : 0;
}

static void expect_pct(const loaded *v, const char *key, double value)
{
    char path[64];
    const cn_value *want;
    double expected;

    snprintf(path, sizeof(path), "coverage.%s", key);
    want = cn_value_get(v->expected, path);
    cr_assert(want != NULL);
    expected = want->kind == CN_KIND_INT ? (double)want->integer : want->number;
    cr_expect(fabs(expected - value) < 0.0501, "%s: %s is %f, not %f", v->name,
              key, value, expected);
}

ParameterizedTestParameters(spec_vectors, counts)
{
    return cn_test_indexes(vector_count("spec", ".md"));
}

ParameterizedTest(size_t *i, spec_vectors, counts)
{
    loaded v = load(*i);
    canon_spec_counts n;
    double section;
    double ac;
    double realized;

    canon_spec_count(v.spec, &n);
    section = pct(n.done_sections, n.total_sections);
    ac = pct(n.done_ac, n.total_ac);
    realized = pct(n.realized_ac, n.total_ac);
    expect_pct(&v, "total_sections", (double)n.total_sections);
    expect_pct(&v, "done_sections", (double)n.done_sections);
    expect_pct(&v, "total_ac", (double)n.total_ac);
    expect_pct(&v, "done_ac", (double)n.done_ac);
    expect_pct(&v, "realized_ac", (double)n.realized_ac);
    expect_pct(&v, "section_coverage_pct", section);
    expect_pct(&v, "ac_coverage_pct", ac);
    expect_pct(&v, "realization_rate_pct", realized);
    expect_pct(&v, "health_score", 0.3 * section + 0.3 * ac + 0.4 * realized);
    unload(&v);
}

ParameterizedTestParameters(spec_vectors, texts)
{
    return cn_test_indexes(vector_count("spec", ".md"));
}

ParameterizedTest(size_t *i, spec_vectors, texts)
{
    loaded v = load(*i);
    canon_buf out = CANON_BUF_INIT;
    size_t len;
    char *text = vector_text("spec", v.name, ".md", &len);

    cr_assert(eq(int, canon_spec_write(v.spec, &out, NULL), 0));
    cr_assert(eq(sz, out.len, len));
    cr_assert(len == 0 || memcmp(out.data, text, len) == 0);
    canon_buf_free(&out);
    free(text);
    unload(&v);
}
