/*
 * What the editor has made of a text that is not saved yet: edits by the
 * writer, which leaves all other bytes alone, and the merge of three versions.
 */
#include "api.h"

#include "fail.h"

#define EDITS_MAX 100
#define WORK_MAX  ((size_t)10 * 1000 * 1000) /* bytes times edits */

/* One edit of the list; number counts from 1. */
typedef struct edit {
    cn_call *c;
    const cn_value *json;
    size_t number;
} edit;

static int refuse_edit(const edit *e, int status, const char *why)
{
    const char *text =
        cn_arena_printf(&e->c->arena, "Edit %zu: %s", e->number, why);

    return text ? cn_reply_error(e->c, status, text)
                : cn_fail_memory(&e->c->err);
}

/* A text of the edit; NULL when it is no text or not there. */
static const char *edit_text(const edit *e, const char *name)
{
    const cn_value *value = cn_value_get(e->json, name);

    return value && value->kind == CN_KIND_TEXT ? value->text.ptr : NULL;
}

/* The items of a list, which must be texts; *out stays NULL when one is not. */
static int read_items(cn_call *c, const cn_value *list, const char *const **out)
{
    const char **items = cn_arena_array(&c->arena, list->count, sizeof(*items));

    if (!items)
        return cn_fail_memory(&c->err);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != CN_KIND_TEXT)
            return CANON_OK;
        items[i] = list->items[i].text.ptr;
    }
    *out = items;
    return CANON_OK;
}

/* A value without content removes the field. */
static int read_value(const edit *e, canon_meta_value *out)
{
    const cn_value *value = cn_value_get(e->json, "value");
    int rc = CANON_OK;

    if (value && value->kind == CN_KIND_TEXT) {
        if (cn_slice_trim(value->text).len > 0)
            out->text = value->text.ptr;
        return CANON_OK;
    }
    if (!value || value->kind != CN_KIND_LIST)
        return refuse_edit(e, 400, "value must be a text or a list of texts");
    if (value->count == 0)
        return CANON_OK;
    rc = read_items(e->c, value, &out->items);
    if (rc)
        return rc;
    if (!out->items)
        return refuse_edit(e, 400, "value must be a text or a list of texts");
    out->item_count = value->count;
    out->is_list = 1;
    return CANON_OK;
}

/* What the writer says no to is said to the caller. */
static int check_written(const edit *e, int rc, const canon_error *err)
{
    switch (rc) {
    case CANON_ENOTFOUND:
        return refuse_edit(e, 404, err->text);
    case CANON_EINVAL:
    case CANON_EAMBIGUOUS:
        return refuse_edit(e, 400, err->text);
    default:
        return rc ? cn_fail_copy(&e->c->err, err) : CANON_OK;
    }
}

static int set_meta(const edit *e, const canon_spec *spec, canon_buf *out)
{
    const char *field = edit_text(e, "field");
    canon_meta_value value = {0};
    canon_error err = {0, ""};
    int rc;

    if (!field)
        return refuse_edit(e, 400, "field must be a text");
    rc = read_value(e, &value);
    if (rc)
        return rc;
    rc = canon_spec_set_meta(spec, field, &value, out, NULL, &err);
    return check_written(e, rc, &err);
}

static int set_status(const edit *e, const canon_spec *spec, canon_buf *out)
{
    const char *section = edit_text(e, "section");
    const char *state = edit_text(e, "state");
    const char *blocked_by = edit_text(e, "blocked_by");
    canon_error err = {0, ""};
    int rc;

    if (!section)
        return refuse_edit(e, 400, "section must be a text");
    if (!state || canon_state_find(state) < 0)
        return refuse_edit(e, 400, "state must be the name of a state");
    if (!blocked_by && cn_value_get(e->json, "blocked_by"))
        return refuse_edit(e, 400, "blocked_by must be a text");
    if (blocked_by && !*blocked_by)
        blocked_by = NULL;
    rc = canon_spec_set_status(spec, section, canon_state_find(state),
                               blocked_by, out, NULL, &err);
    return check_written(e, rc, &err);
}

/* text becomes what the edit makes of it. */
static int apply_edit(const edit *e, canon_buf *text)
{
    const char *op = edit_text(e, "op");
    canon_spec *spec = NULL;
    int rc;

    if (!op)
        return refuse_edit(e, 400, "op must be meta or status");
    rc = cn_editor_parse(e->c, cn_slice_of(text->data, text->len), &spec);
    if (rc)
        return rc;
    if (cn_slice_is(cn_str(op), "meta"))
        rc = set_meta(e, spec, text);
    else if (cn_slice_is(cn_str(op), "status"))
        rc = set_status(e, spec, text);
    else
        rc = refuse_edit(e, 400, "op must be meta or status");
    canon_spec_free(spec);
    return rc;
}

static int read_edits(cn_call *c, const cn_value **edits, cn_slice *content)
{
    const cn_value *body = NULL;
    int rc = cn_call_object(c, &body);

    if (!rc)
        rc = cn_editor_text(c, body, "content", NULL, content);
    if (rc)
        return rc;
    *edits = cn_value_get(body, "edits");
    if (!*edits || (*edits)->kind != CN_KIND_LIST || (*edits)->count == 0 ||
        (*edits)->count > EDITS_MAX)
        return cn_editor_refuse(c);
    /* every edit reads the whole text */
    if (content->len * (*edits)->count > WORK_MAX)
        return cn_reply_detail(c, 413, "Too many edits of a long text");
    return CANON_OK;
}

int cn_apply_post(cn_call *c)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    canon_buf text = CANON_BUF_INIT;
    const cn_value *edits = NULL;
    cn_slice content;
    int rc = read_edits(c, &edits, &content);

    if (!rc &&
        canon_buf_set(&text, content.ptr ? content.ptr : "", content.len))
        rc = cn_fail_memory(&c->err);
    for (size_t i = 0; !rc && i < edits->count; i++) {
        edit e = {c, &edits->items[i], i + 1};

        rc = apply_edit(&e, &text);
    }
    if (!rc) {
        cn_json_object(&w, NULL);
        cn_json_slice(&w, "content", cn_slice_of(text.data, text.len));
        cn_json_end_object(&w);
        rc = cn_buf_export(&out, &c->body, &c->err);
    }
    canon_buf_free(&text);
    return rc ? rc : cn_reply_json(c, 200);
}

int cn_merge_post(cn_call *c)
{
    canon_merge_input input = CANON_MERGE_INPUT_INIT;
    canon_merge *merge = NULL;
    const cn_value *body = NULL;
    cn_slice base = {NULL, 0};
    cn_slice ours = {NULL, 0};
    cn_slice theirs = {NULL, 0};
    int rc = cn_call_object(c, &body);

    if (!rc)
        rc = cn_editor_text(c, body, "base", NULL, &base);
    if (!rc)
        rc = cn_editor_text(c, body, "ours", NULL, &ours);
    if (!rc)
        rc = cn_editor_text(c, body, "theirs", NULL, &theirs);
    input.base = base.ptr;
    input.base_len = base.len;
    input.ours = ours.ptr;
    input.ours_len = ours.len;
    input.theirs = theirs.ptr;
    input.theirs_len = theirs.len;
    if (!rc)
        rc = canon_spec_merge(&input, &merge, &c->err);
    if (!rc)
        rc = canon_merge_json(merge, &c->body, &c->err);
    canon_merge_free(merge);
    return rc ? rc : cn_reply_json(c, 200);
}
