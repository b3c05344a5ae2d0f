/*
 * Bodies whose members have rules: what violates them is collected, so that one
 * answer names it all.
 */
#include "api.h"

#include "fail.h"
#include "utf8.h"

#include <inttypes.h>

/* What was sent, for the answer. */
static const char *as_json(cn_call *c, const cn_value *value)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    const char *copy = NULL;

    cn_json_value(&w, NULL, value);
    if (cn_buf_check(&out, &c->err) == CANON_OK)
        copy = cn_arena_str(&c->arena, cn_buf_text(&out));
    cn_buf_free(&out);
    return copy;
}

void cn_call_blame(cn_call *c, cn_violation *v, const cn_value *value)
{
    v->where = "body";
    if (value) {
        v->json = as_json(c, value);
        if (!v->json)
            (void)cn_fail_memory(&c->err); /* cn_call_checked reports it */
    }
    cn_call_violation(c, v);
}

/* A body that is no object is the only violation there is. */
static int refuse_model(cn_call *c, cn_violation *v, const cn_value *value)
{
    cn_call_blame(c, v, value);
    return cn_call_checked(c);
}

static int refuse_syntax(cn_call *c, size_t offset, const char *why)
{
    cn_violation v = {.type = "json_invalid",
                      .msg = "JSON decode error",
                      .where = "body",
                      .json = "{}"};
    cn_buf ctx = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&ctx);

    cn_json_object(&w, NULL);
    cn_json_str(&w, "error", why);
    cn_json_end_object(&w);
    v.index = cn_arena_printf(&c->arena, "%zu", offset);
    v.ctx = cn_arena_copy(&c->arena, cn_buf_all(&ctx));
    cn_buf_free(&ctx);
    if (!v.index || !v.ctx)
        return cn_fail_memory(&c->err);
    cn_call_violation(c, &v);
    return cn_call_checked(c);
}

int cn_call_model(cn_call *c, bool required, const cn_value **out)
{
    cn_violation missing = {.type = "missing", .msg = "Field required"};
    cn_violation shape = {.type = "model_attributes_type",
                          .msg = "Input should be a valid dictionary or object "
                                 "to extract fields from"};
    canon_error err = {0, ""};
    size_t offset = 0;
    int rc;

    *out = NULL;
    if (c->input.len == 0)
        return required ? refuse_model(c, &missing, NULL) : CANON_OK;
    if (!cn_call_has_json(c))
        return refuse_model(c, &shape, NULL);
    rc = cn_json_parse(&c->arena, cn_buf_all(&c->input), out, &offset, &err);
    if (rc == CANON_ENOMEM)
        return cn_fail_memory(&c->err);
    if (rc)
        return refuse_syntax(c, offset, err.text);
    return (*out)->kind == CN_KIND_MAP ? CANON_OK
                                       : refuse_model(c, &shape, *out);
}

/* Too few or too many characters. */
static bool check_length(cn_call *c, const cn_text_rule *rule, cn_slice text,
                         cn_violation *v)
{
    size_t count = cn_utf8_count(text);

    if (count < rule->min) {
        v->type = "string_too_short";
        v->msg = cn_arena_printf(&c->arena,
                                 "String should have at least %zu character%s",
                                 rule->min, rule->min == 1 ? "" : "s");
        v->ctx = cn_arena_printf(&c->arena, "{\"min_length\":%zu}", rule->min);
    } else if (count > rule->max) {
        v->type = "string_too_long";
        v->msg = cn_arena_printf(
            &c->arena, "String should have at most %zu characters", rule->max);
        v->ctx = cn_arena_printf(&c->arena, "{\"max_length\":%zu}", rule->max);
    } else {
        return true;
    }
    if (!v->msg || !v->ctx)
        (void)cn_fail_memory(&c->err); /* cn_call_checked reports it */
    return false;
}

const char *cn_call_text(cn_call *c, const cn_value *body,
                         const cn_text_rule *rule)
{
    const cn_value *value = cn_value_get(body, rule->name);
    cn_violation v = {.type = "string_type",
                      .msg = "Input should be a valid string",
                      .name = rule->name};

    if (!value && !rule->required)
        return NULL;
    if (!value) {
        v.type = "missing";
        v.msg = "Field required";
        value = body;
    } else if (value->kind == CN_KIND_TEXT &&
               check_length(c, rule, value->text, &v)) {
        return value->text.ptr;
    }
    cn_call_blame(c, &v, value);
    return NULL;
}
