/*
 * From text to a tree in an arena, with json-c in between.
 */
#include "json_parts.h"

#include "fail.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>

typedef struct reader {
    cn_arena *arena;
    const cn_array *objects; /* of cn_json_scan */
    size_t next_object;
    size_t offset;
    canon_error *err;
} reader;

static int read_value(reader *r, json_object *from, cn_value *to);

static int copy(reader *r, const char *text, size_t len, cn_slice *out)
{
    const char *ptr = cn_arena_copy(r->arena, cn_slice_of(text, len));

    if (!ptr)
        return cn_fail_memory(r->err);
    *out = cn_slice_of(ptr, len);
    return CANON_OK;
}

static int read_list(reader *r, json_object *from, cn_value *to)
{
    size_t count = json_object_array_length(from);
    cn_value *items = cn_arena_array(r->arena, count, sizeof(*items));
    int rc = CANON_OK;

    if (!items)
        return cn_fail_memory(r->err);
    to->kind = CN_KIND_LIST;
    to->count = count;
    to->items = items;
    for (size_t i = 0; i < count && !rc; i++)
        rc = read_value(r, json_object_array_get_idx(from, i), &items[i]);
    return rc;
}

static int read_map(reader *r, json_object *from, cn_value *to)
{
    const cn_json_braces *braces = cn_array_at(r->objects, r->next_object++);
    size_t count = (size_t)json_object_object_length(from);
    cn_member *members = cn_arena_array(r->arena, count, sizeof(*members));
    const struct lh_entry *entry = json_object_get_object(from)->head;
    int rc = CANON_OK;

    /* what is missing was there twice; its other half was replaced */
    if (braces->members != count) {
        r->offset = braces->offset;
        return cn_fail(r->err, CANON_EINVAL,
                       "duplicate member in the object at byte %zu",
                       braces->offset);
    }
    if (!members)
        return cn_fail_memory(r->err);
    to->kind = CN_KIND_MAP;
    to->count = count;
    to->members = members;
    for (; entry && !rc; entry = entry->next, members++) {
        const char *key = lh_entry_k(entry);

        rc = copy(r, key, strlen(key), &members->key);
        if (!rc)
            rc = read_value(r, (json_object *)lh_entry_v(entry),
                            &members->value);
    }
    return rc;
}

static int read_number(reader *r, json_object *from, cn_value *to)
{
    uint64_t big = json_object_get_uint64(from);

    to->number = json_object_get_double(from);
    if (json_object_get_type(from) == json_type_double) {
        to->kind = CN_KIND_DOUBLE;
        if (isfinite(to->number))
            return CANON_OK;
        r->offset = 0;
        return cn_fail(r->err, CANON_EINVAL, "number out of range");
    }
    to->integer = json_object_get_int64(from);
    to->kind = big > (uint64_t)INT64_MAX ? CN_KIND_DOUBLE : CN_KIND_INT;
    return CANON_OK;
}

/* Recursion is bounded: cn_json_scan has checked the depth. */
static int read_value(reader *r, json_object *from, cn_value *to)
{
    switch (json_object_get_type(from)) {
    case json_type_null:
        to->kind = CN_KIND_NULL;
        return CANON_OK;
    case json_type_boolean:
        to->kind = CN_KIND_BOOL;
        to->truth = json_object_get_boolean(from);
        return CANON_OK;
    case json_type_int:
    case json_type_double:
        return read_number(r, from, to);
    case json_type_string:
        to->kind = CN_KIND_TEXT;
        return copy(r, json_object_get_string(from),
                    (size_t)json_object_get_string_len(from), &to->text);
    case json_type_array:
        return read_list(r, from, to);
    case json_type_object:
        return read_map(r, from, to);
    }
    return CANON_OK;
}

static int tokenize(cn_slice text, json_object **out, canon_error *err)
{
    json_tokener *tokener = json_tokener_new_ex(CN_JSON_DEPTH + 2);
    enum json_tokener_error problem;

    if (!tokener)
        return cn_fail_memory(err);
    *out = json_tokener_parse_ex(tokener, text.ptr, (int)text.len);
    problem = json_tokener_get_error(tokener);
    /* a number or word at the very end may go on, it thinks */
    if (problem == json_tokener_continue) {
        *out = json_tokener_parse_ex(tokener, "", -1);
        problem = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (problem == json_tokener_success)
        return CANON_OK;
    /* the text was checked, so nothing else is left to go wrong */
    return cn_fail_memory(err);
}

static int parse(cn_arena *a, const cn_json_source *from, const cn_value **out,
                 size_t *offset_out, canon_error *err)
{
    cn_slice text = from->text;
    cn_array objects = CN_ARRAY_INIT(cn_json_braces);
    reader r = {a, &objects, 0, 0, err};
    cn_value *root = cn_arena_array(a, 1, sizeof(*root));
    json_object *tree = NULL;
    int rc = CANON_OK;

    *out = NULL;
    if (!root)
        return cn_fail_memory(err);
    if (text.len > INT_MAX)
        rc = cn_fail(err, CANON_ETOOBIG, "%zu bytes of JSON", text.len);
    if (!rc)
        rc = cn_json_scan(from, &objects, &r.offset, err);
    if (!rc)
        rc = tokenize(text, &tree, err);
    if (!rc)
        rc = read_value(&r, tree, root);
    if (!rc)
        *out = root;
    json_object_put(tree);
    cn_array_free(&objects);
    if (offset_out)
        *offset_out = r.offset;
    return rc;
}

int cn_json_parse(cn_arena *a, cn_slice text, const cn_value **out,
                  size_t *offset_out, canon_error *err)
{
    const cn_json_source from = {text, CN_JSON_DEPTH};

    return parse(a, &from, out, offset_out, err);
}

int cn_json_parse_flat(cn_arena *a, cn_slice text, size_t depth,
                       const cn_value **out, canon_error *err)
{
    const cn_json_source from = {text, depth};

    return parse(a, &from, out, NULL, err);
}
