/*
 * The vectors of the writer: each file of tests/vectors/writer is a document,
 * an operation, and the bytes that must come out.
 */
#include "canon/spec.h"

#include "files.h"
#include "json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER CN_TESTS_DIR "/vectors/writer"

static int is_vector(const struct dirent *entry)
{
    return cn_slice_ends(cn_str(entry->d_name), ".json");
}

typedef struct vector {
    cn_arena arena;
    const cn_value *root;
    const cn_value *args;
    char name[512];
} vector;

static void load(vector *v, size_t index)
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, is_vector, alphasort);
    char *text;
    size_t len;

    memset(v, 0, sizeof(*v));
    cr_assert(gt(int, count, (int)index));
    snprintf(v->name, sizeof(v->name), "%s/%s", FOLDER, entries[index]->d_name);
    while (count > 0)
        free(entries[--count]);
    free(entries);
    text = test_file(v->name, &len);
    cr_assert(eq(int, 0,
                 cn_json_parse(&v->arena, cn_slice_of(text, len), &v->root,
                               NULL, NULL)));
    free(text);
    v->args = cn_value_get(v->root, "args");
}

static const char *arg(const vector *v, const char *name)
{
    return cn_value_str(v->args, name, NULL);
}

static int find_delta(const char *name)
{
    for (int delta = CANON_DELTA_ADDED; delta <= CANON_DELTA_REMOVED; delta++) {
        if (strcmp(canon_delta_name(delta), name) == 0)
            return delta;
    }
    return -1;
}

static int set_meta(const vector *v, const canon_spec *spec, canon_buf *out,
                    int *changed, canon_error *err)
{
    const cn_value *value = cn_value_get(v->args, "value");
    const char *items[16];
    canon_meta_value m = {0};

    m.text = arg(v, "value");
    m.is_list = value->kind == CN_KIND_LIST;
    m.items = items;
    for (; m.is_list && m.item_count < value->count; m.item_count++)
        items[m.item_count] = value->items[m.item_count].text.ptr;
    return canon_spec_set_meta(spec, arg(v, "field"), &m, out, changed, err);
}

static int run(const vector *v, const canon_spec *spec, canon_buf *out,
               int *changed, canon_error *err)
{
    const char *op = cn_value_str(v->root, "op", "");
    const char *section = arg(v, "section");
    canon_criterion_ref ref = {arg(v, "ac"), section};
    canon_evidence e = {(int32_t)cn_value_int(v->args, "pr_number", 0),
                        arg(v, "file_path"), arg(v, "lines")};

    if (strcmp(op, "set_section_status") == 0)
        return canon_spec_set_status(spec, section,
                                     canon_state_find(arg(v, "state")),
                                     arg(v, "blocked_by"), out, changed, err);
    if (strcmp(op, "set_ticket_link") == 0)
        return canon_spec_set_ticket(spec, section, arg(v, "system"),
                                     arg(v, "ticket_id"), out, changed, err);
    if (strcmp(op, "remove_ticket_link") == 0)
        return canon_spec_remove_ticket(spec, section, out, changed, err);
    if (strcmp(op, "set_delta") == 0)
        return canon_spec_set_delta(spec, section, find_delta(arg(v, "delta")),
                                    out, changed, err);
    if (strcmp(op, "clear_delta") == 0)
        return canon_spec_clear_delta(spec, section, out, changed, err);
    if (strcmp(op, "set_ac_checked") == 0)
        return canon_spec_set_criterion(
            spec, &ref, cn_value_bool(v->args, "checked", false), out, changed,
            err);
    if (strcmp(op, "add_realization") == 0)
        return canon_spec_add_evidence(spec, &ref, &e, out, changed, err);
    cr_assert(eq(str, (char *)op, (char *)"set_frontmatter"));
    return set_meta(v, spec, out, changed, err);
}

static int wanted_code(const vector *v)
{
    const char *error = cn_value_str(v->root, "error", "");

    if (strcmp(error, "not_found") == 0)
        return CANON_ENOTFOUND;
    if (strcmp(error, "ambiguous") == 0)
        return CANON_EAMBIGUOUS;
    return error[0] ? CANON_EINVAL : CANON_OK;
}

static void check_text(const vector *v, const canon_buf *out, int changed)
{
    const cn_value *expected = cn_value_get(v->root, "expected");

    cr_assert(eq(int, changed,
                 strcmp(cn_value_str(v->root, "status", ""), "changed") == 0),
              "%s", v->name);
    cr_assert(eq(sz, out->len, expected->text.len), "%s:\n%s", v->name,
              out->data);
    cr_assert(cn_slice_eq(cn_slice_of(out->data, out->len), expected->text),
              "%s:\n%s", v->name, out->data);
}

ParameterizedTestParameters(writer_vectors, every_file)
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, is_vector, alphasort);

    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return cn_test_indexes((size_t)count);
}

ParameterizedTest(size_t *index, writer_vectors, every_file)
{
    vector v;
    canon_spec *spec;
    canon_buf out = CANON_BUF_INIT;
    canon_error err;
    const cn_value *input;
    int changed = -1;
    int rc;

    load(&v, *index);
    input = cn_value_get(v.root, "input");
    cr_assert(eq(
        int, 0,
        canon_spec_parse(input->text.ptr, input->text.len, NULL, &spec, &err)));
    rc = run(&v, spec, &out, &changed, &err);
    cr_assert(eq(int, rc, wanted_code(&v)), "%s", v.name);
    if (!rc)
        check_text(&v, &out, changed);
    canon_buf_free(&out);
    canon_spec_free(spec);
    cn_arena_free(&v.arena);
}
