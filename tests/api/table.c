/*
 * The table of routes says the same as libcanon/docs/openapi.yaml, in the same
 * order.
 */
#include "api.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

typedef struct operation {
    char method[8];
    char path[128];
    char id[64];
    char permission[32];
    bool is_page;
    bool is_open;
    bool is_extension;
    bool has_415;
    bool has_429;
} operation;

static operation operations[128];
static size_t count;

static void copy(char *out, size_t cap, cn_slice text)
{
    cr_assert(lt(sz, text.len, cap));
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

/* The value of "key: value" at this depth; false for other lines. */
static bool value_of(cn_slice line, const char *key, cn_slice *out)
{
    if (!cn_slice_starts(line, key))
        return false;
    *out = cn_slice_trim(cn_slice_from(line, strlen(key)));
    return true;
}

static void read_line(cn_slice line, cn_slice *path)
{
    operation *o = count > 0 ? &operations[count - 1] : NULL;
    cn_slice value;

    if (cn_slice_starts(line, "  /")) {
        *path = cn_slice_trim(line);
        path->len--; /* the colon */
    } else if (cn_slice_is(line, "    get:") ||
               cn_slice_is(line, "    post:") ||
               cn_slice_is(line, "    delete:")) {
        o = &operations[count++];
        copy(o->path, sizeof(o->path), *path);
        copy(o->method, sizeof(o->method),
             cn_slice_first(cn_slice_trim(line), line.len - 5));
    } else if (value_of(line, "      operationId:", &value)) {
        copy(o->id, sizeof(o->id), value);
    } else if (value_of(line, "      x-canon-permission:", &value)) {
        copy(o->permission, sizeof(o->permission), value);
    } else if (value_of(line, "      x-canon-kind:", &value)) {
        o->is_page = cn_slice_is(value, "page");
    } else if (cn_slice_is(line, "      security: []")) {
        o->is_open = true;
    } else if (cn_slice_is(line, "      x-canon-extension: true")) {
        o->is_extension = true;
    } else if (cn_slice_is(line, "        '415':")) {
        o->has_415 = true;
    } else if (cn_slice_is(line, "        '429':")) {
        o->has_429 = true;
    }
}

static char *read_document(void)
{
    char *text = test_file(CN_TESTS_DIR "/../libcanon/docs/openapi.yaml", NULL);
    cn_slice rest = cn_str(text);
    cn_slice path = {NULL, 0};
    size_t at = cn_slice_find_text(rest, cn_str("\npaths:\n"));
    size_t end = cn_slice_find_text(rest, cn_str("\ncomponents:\n"));

    rest = cn_slice_from(cn_slice_first(rest, end), at + 8);
    while (rest.ptr)
        read_line(cn_slice_cut(&rest, '\n'), &path);
    return text;
}

Test(table, equals_the_document)
{
    char *text = read_document();

    cr_assert(eq(sz, count, cn_route_total));
    for (size_t i = 0; i < count; i++) {
        const operation *o = &operations[i];
        const cn_route *route = &cn_routes[i];
        unsigned access = route->access & CN_ACCESS;
        cn_slice method = cn_str(route->info.method);

        cr_assert(eq(str, (char *)route->info.operation, (char *)o->id));
        cr_assert(eq(str, (char *)route->info.path, (char *)o->path));
        cr_assert(cn_slice_is_nocase(method, o->method), "%s", o->id);
        cr_assert(
            eq(str, (char *)route->info.permission, (char *)o->permission),
            "%s", o->id);
        cr_assert(eq(int, (route->access & CN_PAGE) != 0, o->is_page), "%s",
                  o->id);
        cr_assert(
            eq(int, access == CN_PUBLIC || access == CN_SIGNED, o->is_open),
            "%s", o->id);
        cr_assert(eq(int, route->info.extension, o->is_extension), "%s", o->id);
    }
    free(text);
}

/* Bodies of callers known by a cookie must be JSON; limits are shared. */
Test(table, names_the_answers_that_are_given_before_a_handler_runs)
{
    static const unsigned limits =
        CN_SEARCHES | CN_REFRESHES | CN_DEVICE_BEGINS | CN_DEVICE_POLLS |
        CN_SIGN_INS | CN_KEY_ORDERS | CN_DRAFTS | CN_MERGES;
    char *text = read_document();

    for (size_t i = 0; i < count && i < cn_route_total; i++) {
        const operation *o = &operations[i];
        const cn_route *route = &cn_routes[i];
        unsigned access = route->access & CN_ACCESS;

        if (route->handler && route->max_body > 0 && access == CN_ORG)
            cr_assert(o->has_415, "%s", o->id);
        if (route->access & limits)
            cr_assert(o->has_429, "%s", o->id);
    }
    free(text);
}
