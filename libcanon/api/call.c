/*
 * What handlers ask of a request: headers, parameters, the body. Violations of
 * parameters are collected, so that one answer names them all.
 */
#include "api.h"

#include "fail.h"
#include "utf8.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

const char *cn_call_header(const cn_call *c, const char *name)
{
    for (size_t i = 0; i < c->request.header_count; i++) {
        const canon_header *header = &c->request.headers[i];

        if (cn_slice_is_nocase(cn_str(header->name), name))
            return header->value ? header->value : "";
    }
    return NULL;
}

size_t cn_call_header_count(const cn_call *c, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < c->request.header_count; i++)
        count += cn_slice_is_nocase(cn_str(c->request.headers[i].name), name);
    return count;
}

bool cn_call_accepts(const cn_call *c, const char *type)
{
    cn_slice accept = cn_str(cn_call_header(c, "Accept"));

    return cn_slice_find_text(accept, cn_str(type)) < accept.len;
}

bool cn_call_prefers_json(const cn_call *c)
{
    return cn_slice_starts(cn_str(cn_call_header(c, "Accept")),
                           "application/json");
}

/* A copy in the call's arena; "" and a remembered failure without memory. */
static const char *keep(cn_call *c, cn_slice text)
{
    const char *copy = cn_arena_copy(&c->arena, text);

    if (copy)
        return copy;
    (void)cn_fail_memory(&c->err); /* cn_call_checked reports it */
    return "";
}

const char *cn_call_param(cn_call *c, const char *name)
{
    for (size_t i = 0; i < c->match.param_count; i++)
        if (cn_slice_is(c->match.params[i].name, name))
            return keep(c, c->match.params[i].value);
    return "";
}

const char *cn_call_repo(cn_call *c)
{
    const char *owner = cn_call_param(c, "owner");
    const char *name = cn_call_param(c, "repo");

    if (c->err.code)
        return NULL;
    return cn_arena_printf(&c->arena, "%s/%s", owner, name);
}

/* The value of a query parameter; NULL when it is not there. */
static const char *query_value(cn_call *c, const char *name)
{
    cn_buf text = CN_BUF_INIT(3 * CN_TARGET_MAX);
    const char *value = NULL;

    if (cn_query_find(c->query, cn_str(name), &text))
        value = keep(c, cn_buf_all(&text));
    if (cn_buf_check(&text, &c->err))
        value = NULL;
    cn_buf_free(&text);
    return value;
}

const char *cn_call_query(cn_call *c, const char *name, size_t max)
{
    const char *value = query_value(c, name);
    cn_violation v = {.type = "string_too_long",
                      .where = "query",
                      .name = name,
                      .input = value};

    if (!value)
        return "";
    if (max > 0 && cn_utf8_count(cn_str(value)) > max) {
        v.msg = cn_arena_printf(
            &c->arena, "String should have at most %zu characters", max);
        v.ctx = cn_arena_printf(&c->arena, "{\"max_length\":%zu}", max);
        cn_call_violation(c, &v);
    }
    return value;
}

const char *cn_call_query_some(cn_call *c, const char *name)
{
    const char *value = query_value(c, name);

    return value && *value ? value : NULL;
}

/* An optional sign and digits. */
static bool parse_number(const char *text, int64_t *out)
{
    cn_slice s = cn_str(text);

    if (s.len > 1 && s.ptr[0] == '+' && cn_is_digit(s.ptr[1]))
        s = cn_slice_from(s, 1);
    return cn_slice_int(s, INT64_MIN, INT64_MAX, out);
}

/* A number that must be within its range; else what is wrong is recorded. */
static int64_t check_number(cn_call *c, cn_violation *v, const cn_range *range)
{
    int64_t number = 0;

    if (!parse_number(v->input, &number)) {
        v->msg =
            "Input should be a valid integer, unable to parse string as an "
            "integer";
    } else if (number < range->min) {
        v->type = "greater_than_equal";
        v->msg = cn_arena_printf(
            &c->arena, "Input should be greater than or equal to %" PRId64,
            range->min);
        v->ctx = cn_arena_printf(&c->arena, "{\"ge\":%" PRId64 "}", range->min);
    } else if (number > range->max) {
        v->type = "less_than_equal";
        v->msg = cn_arena_printf(
            &c->arena, "Input should be less than or equal to %" PRId64,
            range->max);
        v->ctx = cn_arena_printf(&c->arena, "{\"le\":%" PRId64 "}", range->max);
    } else {
        return number;
    }
    cn_call_violation(c, v);
    return range->preset;
}

int64_t cn_call_query_int(cn_call *c, const char *name, const cn_range *range)
{
    const char *value = query_value(c, name);
    cn_violation v = {
        .type = "int_parsing", .where = "query", .name = name, .input = value};

    return value ? check_number(c, &v, range) : range->preset;
}

int64_t cn_call_param_int(cn_call *c, const char *name)
{
    static const cn_range any = {0, INT64_MIN, INT64_MAX};
    cn_violation v = {.type = "int_parsing",
                      .where = "path",
                      .name = name,
                      .input = cn_call_param(c, name)};

    return check_number(c, &v, &any);
}
void cn_call_violation(cn_call *c, const cn_violation *v)
{
    cn_violation *place = cn_array_push(&c->violations);

    if (place)
        *place = *v;
    else
        (void)cn_fail_memory(&c->err); /* cn_call_checked reports it */
}

/* One item of a 422. */
static void violation_json(cn_json *w, const cn_violation *v)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "type", v->type);
    cn_json_array(w, "loc");
    cn_json_str(w, NULL, v->where);
    if (v->name)
        cn_json_str(w, NULL, v->name);
    if (v->index)
        cn_json_raw(w, NULL, cn_str(v->index));
    cn_json_end_array(w);
    cn_json_str(w, "msg", v->msg);
    if (v->json)
        cn_json_raw(w, "input", cn_str(v->json));
    else
        cn_json_str(w, "input", v->input);
    if (v->ctx)
        cn_json_raw(w, "ctx", cn_str(v->ctx));
    cn_json_end_object(w);
}

int cn_call_checked(cn_call *c)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    if (c->err.code || c->violations.count == 0)
        return c->err.code;
    cn_json_object(&w, NULL);
    cn_json_array(&w, "detail");
    cn_array_each (cn_violation, v, &c->violations)
        violation_json(&w, v);
    cn_json_end_array(&w);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    if (!rc)
        rc = cn_reply_json(c, 422);
    return rc ? rc : CN_ANSWERED;
}
