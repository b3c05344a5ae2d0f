/*
 * The reading endpoints on both databases: what they give, what they refuse,
 * and that organisations do not see each other.
 */
#include "fixture.h"

#include "database.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

static fixture f;

#define BOTH(suite, name)                                                      \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

BOTH(reading, shows_the_dashboard)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/Acme/api/dashboard"), 200));
    cr_assert(body_has(&f, "\"org\":\"Acme\""));
    cr_assert(body_has(&f, "\"total_specs\":2"));
    cr_assert(body_has(&f, "\"total_repos\":2"));
    cr_assert(body_has(&f, "\"total_sections\":3,\"done_sections\":1,"
                           "\"total_ac\":2,\"done_ac\":1"));
    cr_assert(body_has(&f, "\"realized_ac\":0"));
    fixture_close(&f);
}

BOTH(reading, shows_a_repository)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/acme/api/repos/acme/web"), 200));
    cr_assert(body_has(&f, "\"full_name\":\"acme/web\""));
    cr_assert(body_has(&f, "\"team\":\"platform\""));
    cr_assert(eq(int, get(&f, "/app/acme/api/repos/acme/nope"), 404));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Repository not found\"}"));
    cr_assert(eq(int, get(&f, "/app/acme/api/repos/%20/%20"), 404));
    cr_assert(eq(int, get(&f, "/app/nope/api/repos/acme/web"), 404));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Organization not found\"}"));
    fixture_close(&f);
}

BOTH(reading, shows_a_spec)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(
        int, get(&f, "/app/acme/api/specs/acme/web/docs/specs/login.md"), 200));
    cr_assert(body_has(&f, "\"title\":\"Login\""));
    cr_assert(body_has(&f, "spec-content"));
    cr_assert(
        eq(int, get(&f, "/app/acme/api/specs/acme/web/docs%2Fspecs%2Flogin.md"),
           200));
    cr_assert(
        eq(int, get(&f, "/app/acme/api/specs/acme/web/docs/nope.md"), 404));
    cr_assert(eq(str, (char *)body_of(&f), "{\"error\":\"Spec not found\"}"));
    cr_assert(eq(int, get(&f, "/app/acme/api/specs/acme/web/CANON.yaml"), 404));
    cr_assert(eq(int, get(&f, "/app/acme/api/specs/acme/web/"), 404));
    fixture_close(&f);
}

BOTH(reading, shows_a_document)
{
    fixture_open(&f, *which, NULL);
    cr_assert(
        eq(int, get(&f, "/app/acme/api/docs/acme/web/docs/guide.md"), 200));
    cr_assert(body_has(&f, "\"title\":\"Guide\""));
    cr_assert(body_has(&f, "<em>begin</em>"));
    cr_assert(eq(int, get(&f, "/app/acme/api/docs/acme/web/nope.md"), 404));
    cr_assert(
        eq(str, (char *)body_of(&f), "{\"error\":\"Document not found\"}"));
    fixture_close(&f);
}

BOTH(reading, searches)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/acme/api/search?q=session&limit=5"), 200));
    cr_assert(body_has(&f, "\"total\":1"));
    cr_assert(body_has(&f, "<mark>session</mark>"));
    cr_assert(body_has(&f, "(+2 more matches)"));
    cr_assert(body_has(&f, "\"facets\":{\"status\":"));
    cr_assert(ne(ptr,
                 strstr(f.events, "search_performed acme "
                                  "{\"results_count\":1,"),
                 NULL));
    cr_assert(eq(ptr, strstr(f.events, "session\""), NULL));
    cr_assert(eq(int, get(&f, "/app/acme/api/search?q=%22%25_*%3A%26"), 200));
    cr_assert(eq(int, get(&f, "/app/acme/api/search?limit=101"), 422));
    fixture_close(&f);
}

BOTH(reading, counts_coverage)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/acme/api/coverage?repo=acme/web"), 200));
    cr_assert(body_has(&f, "\"section_coverage_pct\":33.3,"
                           "\"ac_coverage_pct\":50.0,"
                           "\"realization_rate_pct\":0.0"));
    cr_assert(body_has(&f, "\"health_score\":25.0"));
    cr_assert(eq(int, get(&f, "/app/acme/api/coverage?days=x"), 422));
    cr_assert(eq(int, get(&f, "/app/acme/api/coverage?repo=acme/nope"), 200));
    cr_assert(body_has(&f, "\"section_coverage_pct\":0.0"));
    fixture_close(&f);
}

BOTH(reading, lists_tasks)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/acme/api/tasks"), 200));
    cr_assert(body_has(&f, "\"total\":2"));
    cr_assert(body_has(&f, "\"owner\":\"alice\",\"team\":\"platform\","
                           "\"updated\":\"2"));
    cr_assert(eq(int, get(&f, "/app/acme/api/tasks?status=done&repo="), 200));
    cr_assert(body_has(&f, "\"total\":1"));
    cr_assert(eq(int, get(&f, "/app/acme/api/tasks?status=strange"), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"tasks\":[],\"total\":0}"));
    cr_assert(eq(int, get(&f, "/app/acme/api/tasks?repo=ACME/WEB"), 200));
    cr_assert(body_has(&f, "\"total\":2"));
    fixture_close(&f);
}

BOTH(reading, shows_the_checklist)
{
    static const canon_repo hub = {sizeof(hub), "acme", "acme/hub", "github:x",
                                   NULL};

    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/acme/api/welcome"), 200));
    cr_assert(eq(str, (char *)body_of(&f),
                 "{\"user_name\":\"\",\"app_installed\":true,"
                 "\"has_specs\":true,\"install_url\":\"https://github.com/"
                 "apps/canon-hq/installations/new\","
                 "\"has_github_repos\":false}"));
    cr_assert(eq(int, get(&f, "/app/nope/api/welcome"), 200));
    cr_assert(body_has(&f, "\"app_installed\":false"));
    cr_assert(eq(int, canon_repo_add(f.conn, &hub), CANON_OK));
    cr_assert(eq(int, get(&f, "/app/acme/api/welcome"), 200));
    cr_assert(body_has(&f, "\"has_github_repos\":true"));
    fixture_close(&f);
}

BOTH(reading, knows_the_session)
{
    fixture_open(&f, *which, NULL);
    cr_assert(eq(int, get(&f, "/app/OTHER/api/session"), 200));
    cr_assert(body_has(&f, "{\"user\":null,\"org\":\"other\","
                           "\"orgs\":[\"other\",\"acme\"],\"permissions\":["
                           "\"org:manage\",\"platform:manage\","
                           "\"specs:admin\",\"specs:read\",\"specs:write\"]"));
    cr_assert(body_has(&f, "\"auth_enabled\":false,\"auth_mode\":\"auth0\","
                           "\"environment\":\"development\""));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    cr_assert(eq(ptr, (void *)header_of(&f, "ETag"), NULL));
    fixture_close(&f);
}

Test(reading, shows_a_caller_what_he_may)
{
    static const fixture_options options = {.login = true};

    fixture_open(&f, 0, &options);
    f.caller = &editor;
    cr_assert(eq(int, get(&f, "/app/acme/api/session"), 200));
    cr_assert(body_has(&f, "\"user\":{\"sub\":\"github|2\""));
    cr_assert(body_has(&f, "\"orgs\":[\"acme\"]"));
    cr_assert(body_has(&f, "\"permissions\":[\"specs:read\","
                           "\"specs:write\"],\"github_user\":null"));
    cr_assert(eq(int, get(&f, "/app/acme/api/profile"), 200));
    cr_assert(body_has(&f, "\"name\":\"Ed Editor\""));
    cr_assert(body_has(&f, "\"inferred_role\":\"editor\""));
    cr_assert(eq(int, get(&f, "/app/acme/api/welcome"), 200));
    cr_assert(body_has(&f, "\"user_name\":\"Ed\""));
    fixture_close(&f);
}

/* --- caching ------------------------------------------------------------ */

static const char *const tagged[] = {
    "/app/acme/api/dashboard",
    "/app/acme/api/repos/acme/web",
    "/app/acme/api/specs/acme/web/docs/specs/login.md",
    "/app/acme/api/docs/acme/web/docs/guide.md",
    "/app/acme/api/search?q=session",
    "/app/acme/api/coverage",
    "/app/acme/api/tasks",
};

static void check_tag(const char *path)
{
    char tag[64];
    char list[128];
    const char *headers[] = {"If-None-Match", list, NULL};

    cr_assert(eq(int, get(&f, path), 200));
    cr_assert(
        eq(str, (char *)header_of(&f, "Cache-Control"), "private, no-cache"));
    cr_assert(eq(str, (char *)header_of(&f, "Vary"), "Authorization, Cookie"));
    snprintf(tag, sizeof(tag), "%s", header_of(&f, "ETag"));
    cr_assert(eq(sz, strlen(tag), 34));
    snprintf(list, sizeof(list), "\"x\" , W/%s", tag);
    cr_assert(eq(int, ask(&f, "GET", path, headers, NULL), 304), "%s", path);
    cr_assert(eq(sz, f.answer.body.len, 0));
    cr_assert(eq(str, (char *)header_of(&f, "ETag"), tag));
    snprintf(list, sizeof(list), "*");
    cr_assert(eq(int, ask(&f, "HEAD", path, headers, NULL), 304));
    snprintf(list, sizeof(list), "\"x\"");
    cr_assert(eq(int, ask(&f, "GET", path, headers, NULL), 200));
}

Test(caching, answers_304_for_a_copy_that_is_current)
{
    fixture_open(&f, 0, NULL);
    for (size_t i = 0; i < sizeof(tagged) / sizeof(tagged[0]); i++)
        check_tag(tagged[i]);
    fixture_close(&f);
}

Test(caching, keeps_nothing_else)
{
    fixture_open(&f, 0, NULL);
    get(&f, "/app/acme/api/coverage?days=0");
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    get(&f, "/app/acme/api/repos/acme/nope");
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    get(&f, "/app/acme/editor/acme/web/docs/specs/login.md/json");
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    fixture_close(&f);
}

/* --- tenancy ------------------------------------------------------------ */

/* What belongs to the other organisation and shows up nowhere. */
static const char *const secrets[] = {"mallory", "shadow", "Confidential",
                                      "Secret"};

static const char *const looks[] = {
    "/app/acme/api/dashboard",
    "/app/acme/api/repos/acme/web",
    "/app/acme/api/repos/other/web",
    "/app/acme/api/specs/acme/web/docs/specs/login.md",
    "/app/acme/api/specs/other/web/docs/specs/login.md",
    "/app/acme/api/docs/other/web/docs/secret.md",
    "/app/acme/api/search?q=session",
    "/app/acme/api/search?q=mallor",
    "/app/acme/api/search?repo=other/web",
    "/app/acme/api/search",
    "/app/acme/api/coverage",
    "/app/acme/api/coverage?repo=other/web",
    "/app/acme/api/tasks",
    "/app/acme/api/tasks?repo=other/web",
    "/app/acme/api/session",
    "/app/acme/api/welcome",
    "/app/acme/editor/repos",
    "/app/acme/editor/other/web/docs/specs/login.md/json",
    "/app/acme/specs/other/web/docs/specs/login.md",
    "/app/acme/repos/other/web",
};

BOTH(tenancy, keeps_organisations_apart)
{
    static const fixture_options options = {.login = true};
    static const char *const fragment[] = {"HX-Request", "true", NULL};

    fixture_open(&f, *which, &options);
    f.caller = &reader;
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        get(&f, looks[i]);
        for (size_t k = 0; k < 4; k++)
            cr_assert(body_lacks(&f, secrets[k]), "%s has %s", looks[i],
                      secrets[k]);
    }
    ask(&f, "GET", "/app/acme/search?q=session", fragment, NULL);
    cr_assert(body_has(&f, "login.md"));
    cr_assert(body_lacks(&f, "mallory"));
    fixture_close(&f);
}

BOTH(tenancy, answers_a_foreign_repository_like_a_missing_one)
{
    static const fixture_options options = {.login = true};

    fixture_open(&f, *which, &options);
    f.caller = &reader;
    cr_assert(eq(int, get(&f, "/app/acme/api/repos/other/web"), 404));
    cr_assert(eq(int,
                 get(&f, "/app/acme/api/specs/other/web/docs/specs/"
                         "login.md"),
                 404));
    cr_assert(eq(int,
                 get(&f, "/app/acme/editor/other/web/docs/specs/login.md/"
                         "json"),
                 404));
    f.caller = &editor;
    cr_assert(eq(int,
                 post(&f, "/app/acme/editor/other/web/a.md/save",
                      "{\"content\":\"x\",\"sha\":\"\"}"),
                 404));
    cr_assert(
        eq(int,
           post(&f, "/app/acme/editor/other/web/parse", "{\"content\":\"x\"}"),
           404));
    fixture_close(&f);
}
