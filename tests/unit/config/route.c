#include "config_parts.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char three[] = "ticket_systems:\n"
                            "  oss: {system: github, repo: o/n}\n"
                            "  sec: {system: jira}\n"
                            "  eng: {system: linear}\n";

static const char rules[] =
    "routing:\n"
    "  - {match: {tags: [open-source, public]}, target: oss}\n"
    "  - {match: {team: security, path: 'docs/specs/sec/*.md'}, target: sec}\n"
    "  - {match: {owner: ann, default: false}, target: sec}\n"
    "  - {match: {owner: bob}, target: gone}\n"
    "  - {match: {colour: red}, target: eng}\n"
    "  - {match: {team: last}, target: eng}\n";

static const char rest[] = "  - {match: {default: true}, target: eng}\n";

static const struct {
    canon_route_facts facts;
    const char *target; /* with rules only */
    const char *with_rest;
    int blocked;
} cases[] = {
    {{"a.md", NULL, NULL, (const char *const[]){"x", "public"}, 2},
     "oss",
     "oss",
     0},
    {{"a.md", "security", NULL, NULL, 0}, NULL, "eng", 0},
    {{"docs/specs/sec/a.md", "security", NULL, NULL, 0}, "sec", "sec", 0},
    {{"docs/specs/sec/x/a.md", "security", NULL, NULL, 0}, NULL, "eng", 0},
    {{"docs/specs/sec/a.md", "Security", NULL, NULL, 0}, NULL, "eng", 0},
    {{"a.md", NULL, "ann", NULL, 0}, NULL, "eng", 0},
    {{"a.md", "last", "bob", NULL, 0}, NULL, NULL, 1},
    {{"a.md", "last", "", NULL, 0}, "eng", "eng", 0},
};

static void check_route(const canon_route_facts *facts, const char *text,
                        const char *target, int blocked)
{
    canon_config *config;
    int was_blocked = -1;
    const char *got;

    cr_assert(eq(int, canon_config_parse(text, strlen(text), &config, NULL),
                 CANON_OK));
    got = canon_config_route(config, facts, &was_blocked);
    cr_assert(
        eq(str, (char *)(got ? got : "-"), (char *)(target ? target : "-")));
    cr_assert(eq(int, was_blocked, blocked));
    canon_config_free(config);
}

ParameterizedTestParameters(config_route, first_rule_wins)
{
    return cn_test_indexes(COUNT(cases));
}

ParameterizedTest(size_t *i, config_route, first_rule_wins)
{
    char text[2000];

    snprintf(text, sizeof(text), "%s%s", three, rules);
    check_route(&cases[*i].facts, text, cases[*i].target, cases[*i].blocked);
    snprintf(text, sizeof(text), "%s%s%s", three, rules, rest);
    check_route(&cases[*i].facts, text, cases[*i].with_rest, cases[*i].blocked);
}

static const canon_route_facts anything = {"a.md", NULL, NULL, NULL, 0};

Test(config_route, a_sole_system_gets_everything)
{
    check_route(&anything, "ticket_system: jira", "primary", 0);
    check_route(&anything, "ticket_systems: {a: {system: jira}}", "a", 0);
    check_route(&anything,
                "ticket_systems: {a: {system: jira}}\n"
                "routing: [{match: {team: x}, target: a}]\n",
                "a", 0);
}

Test(config_route, without_systems_there_is_no_target)
{
    check_route(&anything, "team: x", NULL, 0);
    check_route(&anything, "ticket_systems: {a: {system: none}}", NULL, 0);
}

Test(config_route, several_systems_need_rules)
{
    check_route(&anything, three, NULL, 0);
}

Test(config_route, a_dangling_rule_keeps_its_documents_back)
{
    check_route(&anything,
                "ticket_systems: {a: {system: jira}}\n"
                "routing: [{match: {default: true}, target: b}]\n",
                NULL, 1);
}

Test(config_route, the_rest_of_several_refused_systems_is_no_sole_one)
{
    check_route(&anything,
                "ticket_systems:\n"
                "  a: {system: jira}\n"
                "  b: {system: jira, auth_profile: unknown}\n",
                NULL, 0);
}
