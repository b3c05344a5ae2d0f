/*
 * The body of a request: read only after everything else has passed, and only
 * up to the limit of its route.
 */
#include "api.h"

#include "fail.h"

#define CHUNK ((size_t)16 * 1024)

/* "application/json" or "application/x+json", parameters left out. */
static bool is_json_type(const char *type)
{
    cn_slice rest = cn_str(type);
    cn_slice name = cn_slice_trim(cn_slice_cut(&rest, ';'));

    return cn_slice_is_nocase(name, "application/json") ||
           (cn_slice_starts_nocase(name, "application/") && name.len > 5 &&
            cn_slice_is_nocase(cn_slice_from(name, name.len - 5), "+json"));
}

/* What comes with a cookie must be declared as JSON, which a form of a foreign
 * page cannot do. */
static bool is_declared(const cn_call *c)
{
    const char *type = cn_call_header(c, "Content-Type");

    return !cn_call_is_ambient(c) || c->input.len == 0 ||
           (type && is_json_type(type));
}

static int refuse_size(cn_call *c)
{
    return cn_reply_detail(c, 413, "Request body too large");
}

int cn_call_read_body(cn_call *c)
{
    size_t max = c->match.route->max_body;
    int n = 1;

    if (max == 0)
        return CANON_OK;
    if (c->request.body_len > (int64_t)max)
        return refuse_size(c);
    c->input.max = max + CHUNK;
    while (n > 0 && c->input.len <= max && c->peer->read) {
        char *room = cn_buf_room(&c->input, CHUNK);

        if (!room)
            return cn_buf_check(&c->input, &c->err);
        n = c->peer->read(c->peer->user, room, CHUNK);
        if (n > 0)
            cn_buf_grew(&c->input, (size_t)n);
    }
    if (n < 0)
        return cn_reply_detail(c, 400, "Request body cut short");
    if (c->input.len > max)
        return refuse_size(c);
    if (!is_declared(c))
        return cn_reply_detail(c, 415, "Content-Type must be application/json");
    return CANON_OK;
}

bool cn_call_has_json(const cn_call *c)
{
    const char *type = cn_call_header(c, "Content-Type");

    return !type || is_json_type(type);
}

int cn_call_object(cn_call *c, const cn_value **out)
{
    canon_error err = {0, ""};
    int rc = CANON_EINVAL;

    *out = NULL;
    if (cn_call_has_json(c))
        rc = cn_json_parse(&c->arena, cn_buf_all(&c->input), out, NULL, &err);
    if (rc == CANON_ENOMEM)
        return rc;
    if (rc || (*out)->kind != CN_KIND_MAP)
        return cn_reply_error(c, 400, "Invalid request body");
    return CANON_OK;
}
