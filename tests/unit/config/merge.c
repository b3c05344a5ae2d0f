#include "config_parts.h"

#include "files.h"
#include "yaml.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *base;
    const char *overlay;
    const char *merged;
} maps[] = {
    {"{a: 1, b: {c: 2}}", "{b: {d: 3}}",
     "{\"a\":\"1\",\"b\":{\"c\":\"2\",\"d\":\"3\"}}"},
    {"{a: [1, 2]}", "{a: [3]}", "{\"a\":[\"3\"]}"},
    {"{a: {b: 1}}", "{a: null}", "{}"},
    {"{a: {b: 1}}", "{a: 5}", "{\"a\":\"5\"}"},
    {"{}", "{a: null, b: 1}", "{\"b\":\"1\"}"},
    {"{a: 1}", "{}", "{\"a\":\"1\"}"},
    {"{a: 5}", "{a: {b: 1}}", "{\"a\":{\"b\":\"1\"}}"},
    {"{a: {b: {c: 1, d: 2}}}", "{a: {b: {c: ~, e: 3}}}",
     "{\"a\":{\"b\":{\"d\":\"2\",\"e\":\"3\"}}}"},
};

static cn_arena arena = CN_ARENA_INIT;

static const cn_value *tree(const char *text)
{
    static const cn_yaml_limits limits = {10000, 1000, 32};
    cn_yaml yaml;

    cr_assert(eq(int,
                 cn_yaml_parse(&arena, cn_str(text), 1, &limits, &yaml, NULL),
                 CANON_OK));
    return yaml.root;
}

ParameterizedTestParameters(config_merge, maps)
{
    return cn_test_indexes(COUNT(maps));
}

ParameterizedTest(size_t *i, config_merge, maps)
{
    cn_buf out = CN_BUF_INIT(1000);
    cn_json w = cn_json_to(&out);

    cn_json_value(&w, NULL,
                  cn_config_deep_merge(&arena, tree(maps[*i].base),
                                       tree(maps[*i].overlay)));
    cr_assert(eq(str, out.data, (char *)maps[*i].merged));
    cn_buf_free(&out);
    cn_arena_free(&arena);
}

static canon_config *parse(const char *text)
{
    canon_config *config = NULL;

    cr_assert(eq(int, canon_config_parse(text, strlen(text), &config, NULL),
                 CANON_OK));
    return config;
}

/* Both inputs are gone before the result is used. */
static canon_config *merge(const char *base, const char *repo)
{
    canon_config *b = base ? parse(base) : NULL;
    canon_config *r = repo ? parse(repo) : NULL;
    canon_config *out = NULL;

    cr_assert(eq(int, canon_config_merge(b, r, &out, NULL), CANON_OK));
    canon_config_free(b);
    canon_config_free(r);
    return out;
}

static const char org[] =
    "team: ignored\nunknown: 1\n"
    "auth_profiles:\n"
    "  p: {system: jira, auth_method: api_token, env_prefix: ORG_}\n"
    "ticket_systems:\n"
    "  main: {system: jira, project: ORG, auth_profile: p,\n"
    "         status_map: {forward: {todo: Open, done: Closed}}}\n"
    "  side: {system: linear}\n"
    "routing: [{match: {default: true}, target: main}]\n";

static const canon_route_facts anything = {"a.md", NULL, NULL, NULL, 0};

Test(config_merge, takes_only_the_mapping_of_the_organisation)
{
    canon_config *c = merge(org, "team: mine\nodd: 1\n");

    cr_assert(eq(str, (char *)canon_config_values_of(c)->team, "mine"));
    cr_assert(eq(str, (char *)canon_config_route(c, &anything, NULL), "main"));
    cr_assert(eq(str, (char *)cn_config_system(c, "main")->auth_profile, "p"));
    /* the repository's unknown key, and the gaps of the merged map */
    cr_assert(eq(sz, canon_config_diagnostic_count(c), 2));
    cr_assert(eq(sz, canon_config_diagnostic_at(c, 0)->line, 0));
    cr_assert(eq(str, (char *)canon_config_diagnostic_at(c, 0)->code,
                 "config.incomplete_status_map"));
    cr_assert(eq(sz, canon_config_diagnostic_at(c, 1)->line, 2));
    canon_config_free(c);
}

Test(config_merge, puts_what_the_repository_says_on_top)
{
    canon_config *c =
        merge(org, "ticket_systems:\n"
                   "  main: {project: MINE, status_map: {done: Done},\n"
                   "         dedup: title}\n"
                   "  own: {system: github, repo: o/n}\n"
                   "routing: [{match: {team: x}, target: side}]\n");
    const cn_ticket_system *s = cn_config_system(c, "main");

    cr_assert(eq(str, (char *)s->system, "jira"));
    cr_assert(eq(str, (char *)s->project, "MINE"));
    cr_assert(s->dedup_title);
    cr_assert(eq(sz, s->status_map.forward.count, 2));
    cr_assert(eq(str, (char *)s->status_map.forward.items[0].value, "Open"));
    cr_assert(eq(str, (char *)s->status_map.forward.items[1].value, "Done"));
    cr_assert_not_null(cn_config_system(c, "own"));
    cr_assert_null(canon_config_route(c, &anything, NULL));
    canon_config_free(c);
}

Test(config_merge, checks_references_afterwards)
{
    canon_config *c =
        merge(org, "ticket_systems: {own: {system: jira, auth_profile: p}}\n"
                   "routing: [{match: {default: true}, target: side}]\n");

    cr_assert(eq(str, (char *)canon_config_route(c, &anything, NULL), "side"));
    cr_assert_not_null(cn_config_system(c, "own"));
    canon_config_free(c);
}

Test(config_merge, a_null_takes_something_away)
{
    canon_config *c = merge(org, "ticket_systems:\n  side: ~\n"
                                 "  main: {auth_profile: ~, project: ~}\n");

    cr_assert_null(cn_config_system(c, "side"));
    cr_assert_null(cn_config_system(c, "main")->auth_profile);
    cr_assert_null(cn_config_system(c, "main")->project);
    canon_config_free(c);
}

Test(config_merge, replaces_profiles_entirely)
{
    canon_config *c =
        merge(org, "auth_profiles: {p: {system: linear, auth_method: api_key, "
                   "env_prefix: MINE_}}\n");

    cr_assert(eq(str, (char *)cn_config_profile(c, "p")->env_prefix, "MINE_"));
    /* the profile does not fit any more: no other credentials are tried */
    cr_assert_null(cn_config_system(c, "main"));
    canon_config_free(c);
}

Test(config_merge, turns_simple_keys_into_a_system_first)
{
    canon_config *c = merge(org, "ticket_system: github\nproject_key: o/n\n");

    cr_assert(eq(str, (char *)cn_config_system(c, "primary")->project, "o/n"));
    cr_assert_not_null(cn_config_system(c, "main"));
    canon_config_free(c);
}

Test(config_merge, of_nothing_is_the_default)
{
    canon_config *c = merge(NULL, NULL);
    canon_config *d = merge(NULL, "team: x");
    canon_config *e = merge(org, NULL);

    cr_assert_null(canon_config_values_of(c)->team);
    cr_assert(eq(str, (char *)canon_config_values_of(d)->team, "x"));
    cr_assert(eq(str, (char *)canon_config_route(e, &anything, NULL), "main"));
    canon_config_free(c);
    canon_config_free(d);
    canon_config_free(e);
}
