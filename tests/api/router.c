/*
 * Which route a request target leads to.
 */
#include "api.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>

/* "operation name=value name=value"; "400", "405 GET, POST", "404" */
static const char *lookup(const char *method, const char *target)
{
    static char out[4096];
    cn_buf path = CN_BUF_INIT(CN_TARGET_MAX);
    cn_slice query;
    cn_match match;
    int len = 0;

    if (!cn_target_split(target, &path, &query)) {
        cn_buf_free(&path);
        return "400";
    }
    cn_route_find(cn_buf_all(&path), cn_method_find(method), &match);
    if (!match.route && !match.methods)
        snprintf(out, sizeof(out), "404");
    else if (!match.route)
        cn_allow_text(match.methods, out);
    else
        len = snprintf(out, sizeof(out), "%s", match.route->info.operation);
    for (size_t i = 0; match.route && i < match.param_count; i++)
        len +=
            snprintf(out + len, sizeof(out) - (size_t)len, " %.*s=%.*s",
                     (int)match.params[i].name.len, match.params[i].name.ptr,
                     (int)match.params[i].value.len, match.params[i].value.ptr);
    cn_buf_free(&path);
    return out;
}

/* clang-format off */
static const struct {
    const char *method;
    const char *target;
    const char *expected;
} cases[] = {
    {"GET", "/", "landing"},
    {"GET", "/app/", "dashboard_redirect"},
    {"GET", "/app/acme/", "org_dashboard org=acme"},
    {"GET", "/app/acme", "spa_catchall full_path=acme"},
    {"GET", "/app/acme/editor", "spa_catchall full_path=acme/editor"},
    {"GET", "/app/acme/editor/", "editor_index org=acme"},
    {"GET", "/app/acme/editor/repos", "api_editor_repos org=acme"},
    {"GET", "/app/acme/editor/acme/web", "spa_catchall full_path=acme/editor/acme/web"},
    {"GET", "/app/acme/editor/acme/web/", "editor_load org=acme owner=acme repo=web file_path="},
    {"GET", "/app/acme/editor/acme/web/docs/specs/a.md", "editor_load org=acme owner=acme repo=web file_path=docs/specs/a.md"},
    {"GET", "/app/acme/editor/acme/web/docs/specs/a.md/json", "api_editor_file org=acme owner=acme repo=web file_path=docs/specs/a.md"},
    {"GET", "/app/acme/editor/acme/web/new", "editor_new org=acme owner=acme repo=web"},
    {"GET", "/app/acme/editor/acme/web/new/template", "api_new_spec_template org=acme owner=acme repo=web"},
    {"GET", "/app/acme/editor/acme/web/new/json", "api_editor_file org=acme owner=acme repo=web file_path=new"},
    {"GET", "/app/acme/editor/acme/web/json", "editor_load org=acme owner=acme repo=web file_path=json"},
    {"GET", "/app/acme/editor/acme/web/a.md/json/json", "api_editor_file org=acme owner=acme repo=web file_path=a.md/json"},
    {"POST", "/app/acme/editor/acme/web/a.md/save", "editor_save org=acme owner=acme repo=web file_path=a.md"},
    {"POST", "/app/acme/editor/acme/web/a.md/save-pr", "editor_save_pr org=acme owner=acme repo=web file_path=a.md"},
    {"POST", "/app/acme/editor/acme/web/save/save", "editor_save org=acme owner=acme repo=web file_path=save"},
    {"POST", "/app/acme/editor/acme/web/save", "GET, HEAD, OPTIONS"},
    {"POST", "/app/acme/editor/acme/web/parse", "editor_parse org=acme owner=acme repo=web"},
    {"GET", "/app/acme/editor/acme/web/parse", "editor_load org=acme owner=acme repo=web file_path=parse"},
    {"GET", "/app/acme/api/specs/acme/web/docs/specs/sub/a.md", "api_spec_detail org=acme owner=acme repo=web file_path=docs/specs/sub/a.md"},
    {"GET", "/app/acme/api/specs/acme/web/docs%2Fspecs%2Fa.md", "api_spec_detail org=acme owner=acme repo=web file_path=docs/specs/a.md"},
    {"GET", "/app/acme/api/specs/acme/web/", "api_spec_detail org=acme owner=acme repo=web file_path="},
    {"GET", "/app/acme/api/specs/acme/web/docs/%2e%2e/a.md", "400"},
    {"GET", "/app/acme/api/repos/acme/web", "api_repo_detail org=acme owner=acme repo=web"},
    {"GET", "/app/acme/api/spces/x", "404"},
    {"GET", "/app/acme/api", "404"},
    {"GET", "/app/acme/api/", "404"},
    {"POST", "/app/acme/api/nothing", "404"},
    {"GET", "/app/admin/indexing", "admin_indexing"},
    {"GET", "/app/admin/api/indexing", "api_admin_indexing"},
    {"POST", "/app/admin/api/reindex/7", "api_admin_reindex installation_id=7"},
    {"POST", "/app/admin/reindex/7", "admin_reindex installation_id=7"},
    {"GET", "/app/admin/api/dashboard", "404"},
    {"GET", "/app/ADMIN/api/dashboard", "404"},
    {"GET", "/app/admin/", "spa_catchall full_path=admin/"},
    {"GET", "/app/Setup/", "spa_catchall full_path=Setup/"},
    {"GET", "/app/setup/complete?installation_id=abc", "setup_complete"},
    {"GET", "/app", "404"},
    {"GET", "/app/acme/settings/api-keys/", "list_api_keys org=acme"},
    {"POST", "/app/acme/settings/api-keys", "GET, HEAD, OPTIONS"},
    {"DELETE", "/app/acme/settings/api-keys/5", "revoke_api_key org=acme key_id=5"},
    {"GET", "/app/acme/badge.svg?label=x", "coverage_badge org=acme"},
    {"GET", "/app/acme/badge.svg/", "spa_catchall full_path=acme/badge.svg/"},
    {"GET", "/app/admin/badge.svg", "spa_catchall full_path=admin/badge.svg"},
    {"POST", "/app/acme/editor/apply", "editor_apply org=acme"},
    {"POST", "/app/acme/editor/merge", "editor_merge org=acme"},
    {"GET", "/app/acme/editor/apply", "spa_catchall full_path=acme/editor/apply"},
    {"POST", "/app/acme/editor/apply/parse/parse", "editor_parse org=acme owner=apply repo=parse"},
    {"GET", "/app/acme/tasks", "spa_catchall full_path=acme/tasks"},
    {"POST", "/app/acme/tasks", "GET, HEAD, OPTIONS"},
    {"GET", "/app/acme/api/tickets/create", "POST, OPTIONS"},
    {"PUT", "/app/acme/api/settings/anthropic-key", "GET, HEAD, POST, DELETE, OPTIONS"},
    {"DELETE", "/healthz", "GET, HEAD, OPTIONS"},
    {"get", "/healthz", "GET, HEAD, OPTIONS"},
    {"GET", "/Healthz", "404"},
    {"GET", "/healthz/", "404"},
    {"GET", "/application", "404"},
    {"GET", "/app/a+b/", "org_dashboard org=a+b"},
    {"GET", "/app/a%20b/", "org_dashboard org=a b"},
    {"GET", "/app/%C3%A9/", "org_dashboard org=\xc3\xa9"},
    {"GET", "http://127.0.0.1:8080/healthz?x=1", "healthz"},
    {"GET", "http://127.0.0.1:8080", "400"},
    {"GET", "", "400"},
    {"GET", "*", "400"},
    {"GET", "healthz", "400"},
    {"GET", "//", "400"},
    {"GET", "//healthz", "400"},
    {"GET", "/app//acme/", "400"},
    {"GET", "/app/acme//", "400"},
    {"GET", "/app/./acme", "400"},
    {"GET", "/app/..", "400"},
    {"GET", "/app/acme%5cx", "400"},
    {"GET", "/app/acme%00", "400"},
    {"GET", "/app/acme%0a", "400"},
    {"GET", "/app/acme%7f", "400"},
    {"GET", "/app/acme%", "400"},
    {"GET", "/app/acme%4", "400"},
    {"GET", "/app/acme%zz", "400"},
    {"GET", "/app/%ff", "400"},
    {"GET", "/app/%c0%af", "400"},
    {"GET", "/app/%252e", "spa_catchall full_path=%2e"},
    {"GET", "/app/...", "spa_catchall full_path=..."},
};
/* clang-format on */

ParameterizedTestParameters(router, finds_the_route_of_a_target)
{
    return cn_test_indexes(sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(size_t *i, router, finds_the_route_of_a_target)
{
    cr_assert(eq(str, (char *)lookup(cases[*i].method, cases[*i].target),
                 (char *)cases[*i].expected),
              "%s %s", cases[*i].method, cases[*i].target);
}

/* A path that fits a template. */
static void fill(const char *template, char *out)
{
    while (*template) {
        if (*template != '{') {
            *out++ = *template ++;
            continue;
        }
        *out++ = 'x';
        template = strchr(template, '}') + 1;
    }
    *out = '\0';
}

ParameterizedTestParameters(router, finds_every_line_by_its_own_path)
{
    return cn_test_indexes(canon_route_count());
}

ParameterizedTest(size_t *i, router, finds_every_line_by_its_own_path)
{
    const canon_route *route = canon_route_at(*i);
    unsigned method = cn_method_find(route->method);
    char path[256];
    cn_match match;

    fill(route->path, path);
    cn_route_find(cn_str(path), method, &match);

    cr_assert(match.route && &match.route->info == route, "%s %s", path,
              match.route ? match.route->info.path : "nothing");
    cr_assert(eq(uint, match.methods & method, method));
}

Test(router, has_74_lines_and_3_extensions_and_no_two_alike)
{
    cr_assert(eq(sz, canon_route_count(), 77));
    cr_assert(eq(ptr, (void *)canon_route_at(77), NULL));
    for (size_t i = 0; i < 77; i++) {
        cr_assert(eq(int, canon_route_at(i)->extension, i >= 74));
        for (size_t k = i + 1; k < 77; k++) {
            const canon_route *a = canon_route_at(i);
            const canon_route *b = canon_route_at(k);

            cr_assert(strcmp(a->operation, b->operation) != 0);
            cr_assert(strcmp(a->path, b->path) != 0 ||
                      strcmp(a->method, b->method) != 0);
        }
    }
}

Test(router, says_for_each_line_whether_it_is_finished)
{
    for (size_t i = 0; i < cn_route_total; i++)
        cr_assert(eq(int, cn_routes[i].info.implemented,
                     cn_routes[i].handler != NULL));
}

/* clang-format off */
static const struct {
    const char *query;
    const char *expected; /* NULL: not there */
} queries[] = {
    {"q=a", "a"},
    {"x=1&q=a+b", "a b"},
    {"q=a%20b&", "a b"},
    {"q=first&q=last", "last"},
    {"q", ""},
    {"q=", ""},
    {"q=a=b", "a=b"},
    {"%71=a", "a"},
    {"qq=a", NULL},
    {"", NULL},
    {"&&&", NULL},
    {"q=100%", "100%"},
    {"q=%zz%4", "%zz%4"},
    {"q=%2", "%2"},
    {"q=%ff", "\xef\xbf\xbd"},
    {"q=a%00b", "a\xef\xbf\xbd" "b"},
    {"q=%C3%A9", "\xc3\xa9"},
};
/* clang-format on */

ParameterizedTestParameters(query, finds_the_last_value)
{
    return cn_test_indexes(sizeof(queries) / sizeof(queries[0]));
}

ParameterizedTest(size_t *i, query, finds_the_last_value)
{
    cn_buf out = CN_BUF_INIT(1024);
    bool found = cn_query_find(cn_str(queries[*i].query), cn_str("q"), &out);

    cr_assert(eq(int, found, queries[*i].expected != NULL));
    if (found)
        cr_assert(
            eq(str, (char *)cn_buf_text(&out), (char *)queries[*i].expected));
    cn_buf_free(&out);
}

Test(query, is_not_there_without_a_question_mark)
{
    cn_buf path = CN_BUF_INIT(1024);
    cn_slice query;

    cr_assert(cn_target_split("/healthz", &path, &query));
    cr_assert(eq(ptr, (void *)query.ptr, NULL));
    cn_buf_free(&path);
}
