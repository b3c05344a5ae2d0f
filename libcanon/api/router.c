/*
 * Finding the line of the table that a path leads to. Of all templates that fit
 * the most specific wins, compared segment by segment: a literal before a
 * parameter, a parameter before the rest of the path, a longer tail before a
 * shorter one. So the order of the table is free for the reader.
 */
#include "api.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned bit;
} methods[] = {
    {"GET", CN_GET},       {"HEAD", CN_HEAD},       {"POST", CN_POST},
    {"DELETE", CN_DELETE}, {"OPTIONS", CN_OPTIONS},
};

static const char *const reserved[] = {"admin", "setup", "api", "no-org",
                                       "choose-org"};

unsigned cn_method_find(const char *name)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strcmp(methods[i].name, name) == 0)
            return methods[i].bit;
    return 0;
}

void cn_allow_text(unsigned bits, char out[64])
{
    size_t len = 0;

    if (bits & CN_GET)
        bits |= CN_HEAD;
    bits |= CN_OPTIONS;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        size_t n = strlen(methods[i].name);

        if (!(bits & methods[i].bit))
            continue;
        if (len > 0) {
            memcpy(out + len, ", ", 2);
            len += 2;
        }
        memcpy(out + len, methods[i].name, n);
        len += n;
    }
    out[len] = '\0';
}

bool cn_org_reserved(cn_slice name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (cn_slice_is_nocase(name, reserved[i]))
            return true;
    return false;
}

/* A parameter that takes many segments. */
static bool is_long(cn_slice name)
{
    return cn_slice_is(name, "file_path") || cn_slice_is(name, "full_path");
}

/* The catch-all leaves "x/api" and "x/api/..." alone: a mistyped API path is
 * 404 and no page. */
static bool is_api_path(cn_slice rest)
{
    cn_slice first = cn_slice_cut(&rest, '/');
    cn_slice second = cn_slice_cut(&rest, '/');

    return first.len > 0 && cn_slice_is(second, "api");
}

/* The value of a parameter that takes all that is left, but for the tail. */
static bool take_long(cn_slice name, cn_slice rest, const char *tail,
                      cn_slice *value)
{
    size_t len = strlen(tail);

    *value = rest;
    if (len == 0)
        return !cn_slice_is(name, "full_path") || !is_api_path(rest);
    if (rest.len <= len || !cn_slice_ends(rest, tail))
        return false;
    value->len = rest.len - len;
    return true;
}

/* Does the path fit the template? */
static bool fits(const char *template, cn_slice path, cn_match *out)
{
    out->param_count = 0;
    while (*template) {
        cn_param *param = &out->params[out->param_count];
        const char *end;

        if (*template != '{') {
            if (path.len == 0 || *path.ptr != *template)
                return false;
            template ++;
            path = cn_slice_from(path, 1);
            continue;
        }
        end = strchr(template, '}');
        param->name = cn_slice_of(template + 1, (size_t)(end - template) - 1);
        template = end + 1;
        out->param_count++;
        if (is_long(param->name))
            return take_long(param->name, path, template, &param->value);
        param->value = cn_slice_first(path, cn_slice_find(path, '/'));
        if (param->value.len == 0 ||
            (cn_slice_is(param->name, "org") && cn_org_reserved(param->value)))
            return false;
        path = cn_slice_from(path, param->value.len);
    }
    return path.len == 0;
}

/* Kind of the segment at hand: 0 literal, 1 parameter, 2 many segments. */
static int kind_of(cn_slice segment)
{
    if (segment.len == 0 || segment.ptr[0] != '{')
        return 0;
    return is_long(cn_slice_of(segment.ptr + 1, segment.len - 2)) ? 2 : 1;
}

static bool is_more_specific(const char *a, const char *b)
{
    cn_slice rest_a = cn_str(a);
    cn_slice rest_b = cn_str(b);

    while (rest_a.ptr && rest_b.ptr) {
        int kind_a = kind_of(cn_slice_cut(&rest_a, '/'));
        int kind_b = kind_of(cn_slice_cut(&rest_b, '/'));

        if (kind_a != kind_b)
            return kind_a < kind_b;
    }
    return rest_a.ptr && !rest_b.ptr;
}

void cn_route_find(cn_slice path, unsigned method, cn_match *out)
{
    cn_match found;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < cn_route_total; i++) {
        const cn_route *route = &cn_routes[i];
        unsigned bit;

        if (!fits(route->info.path, path, &found))
            continue;
        bit = cn_method_find(route->info.method);
        out->methods |= bit;
        if (bit != method ||
            (out->route &&
             !is_more_specific(route->info.path, out->route->info.path)))
            continue;
        found.route = route;
        found.methods = out->methods;
        *out = found;
    }
}
