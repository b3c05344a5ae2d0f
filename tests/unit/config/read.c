#include "config_parts.h"

#include "canon/spec.h"
#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static canon_config *config;
static canon_error err;

static void parse(const char *text)
{
    cr_assert(eq(int, canon_config_parse(text, strlen(text), &config, &err),
                 CANON_OK));
}

/* "E code line, ..." */
static char *diagnostics(void)
{
    static char text[4000];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < canon_config_diagnostic_count(config); i++) {
        const canon_config_diagnostic *d =
            canon_config_diagnostic_at(config, i);

        cr_assert(ne(sz, strlen(d->message), 0));
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%c %s %zu",
                                i ? ", " : "", "EWI"[d->severity],
                                d -> code + strlen("config."), d -> line);
    }
    return text;
}

static const char defaults[] =
    "{\"team\":null,\"ticket_system\":null,\"project_key\":null,"
    "\"slack_channel\":null,"
    "\"specs\":{\"auto_tickets\":true,\"require_review\":true,"
    "\"doc_paths\":[\"docs/specs/*.md\"]},"
    "\"agents\":{\"doc_updates\":true,\"pr_analysis\":true,"
    "\"realization_check\":true,\"stale_detection\":\"30d\"},"
    "\"ticket_mapping\":null}";

#define DEFAULT_SYSTEM_END                                                     \
    "\"status_map\":{\"forward\":{},\"reverse\":{},\"fallback\":\"draft\"},"   \
    "\"field_map\":{\"standard\":{},\"custom\":{}},"                           \
    "\"hierarchy\":{\"depth_to_type\":{},\"auto_parent\":false,"               \
    "\"default_type\":\"Task\"},"                                              \
    "\"templates\":{\"summary\":null,\"description\":null},"                   \
    "\"dedup_enabled\":true}"
#define SYSTEM_A                                                               \
    "\"ticket_systems\":{\"a\":{\"system\":\"jira\",\"project\":null,"         \
    "\"auth_profile\":null,\"host_override\":null," DEFAULT_SYSTEM_END "}"
#define NO_ROUTES "\"routing\":[],\"org_defaults_source\":null}"
#define NOTHING                                                                \
    "\"ticket_mapping\":{\"auth_profiles\":{},\"ticket_systems\":{}," NO_ROUTES

/* part: must be in the JSON form; NULL: it is all defaults. */
static const struct {
    const char *text;
    const char *part;
    const char *diagnostics;
} cases[] = {
    {"", NULL, "W empty 0"},
    {"# only this\n", NULL, "W empty 0"},
    {"---\n", NULL, "W empty 0"},
    {"- a", NULL, "E not_a_mapping 1"},
    {"\n\nscalar", NULL, "E not_a_mapping 3"},
    {"team: a: b", NULL, "E invalid_yaml 1"},
    {"team: a\nx: *y\n", NULL, "E invalid_yaml 2"},
    {"version: \"1\"\nteam: payments\n", "\"team\":\"payments\"", ""},
    {"version: 1", NULL, ""},
    {"version: 2\nteam: x", "\"team\":\"x\"", "E unsupported_version 1"},
    {"teams: x", NULL, "W unknown_key 1"},
    {"ide: {a: 1}\nsre: 1\nslack: 2\nextensions: 3\ntriage: 4\n", NULL, ""},
    {"team: a\nteam: b\n", "\"team\":\"b\"", "W duplicate_key 2"},
    {"ticket_system: asana", NULL, "E invalid_value 1"},
    {"ticket_system: [jira]", NULL, "E invalid_value 1"},
    {"ticket_system: jira", "\"ticket_system\":\"jira\"", ""},
    {"ticket_system:", NULL, ""},
    {"team: 007", "\"team\":\"007\"", ""},
    {"team: no", "\"team\":\"no\"", ""},
    {"team: [a]", NULL, "E wrong_type 1"},
    {"slack_channel: {a: b}", NULL, "E wrong_type 1"},
    {"slack_channel: \"#x\"", "\"slack_channel\":\"#x\"", ""},
    {"team: ~", NULL, ""},
    {"team: ''", NULL, ""},
    {"specs: {auto_tickets: no}", "\"auto_tickets\":false", ""},
    {"specs: {auto_tickets: OFF}", "\"auto_tickets\":false", ""},
    {"specs: {auto_tickets: oFF}", NULL, "E wrong_type 1"},
    {"specs: {auto_tickets: \"no\"}", NULL, "E wrong_type 1"},
    {"specs: {auto_tickets: 0}", NULL, "E wrong_type 1"},
    {"specs: {require_review: [a]}", NULL, "E wrong_type 1"},
    {"specs: {doc_paths: []}", NULL, "E invalid_value 1"},
    {"specs: {doc_paths: docs/*.md}", NULL, "E wrong_type 1"},
    {"specs: {doc_paths: [a, [b]]}", NULL, "E wrong_type 1"},
    {"specs: {doc_paths: [a, ~]}", NULL, "E wrong_type 1"},
    {"specs: {doc_paths: [\"../x.md\", \"a.md\"]}", "\"doc_paths\":[\"a.md\"]",
     "E invalid_pattern 1"},
    {"specs: {doc_paths: [/a]}", NULL, "E invalid_pattern 1"},
    {"specs: {paths: [a.md]}", NULL, "W unknown_key 1"},
    {"specs:", NULL, ""},
    {"specs: [a]", NULL, "E wrong_type 1"},
    {"agents: x", NULL, "E wrong_type 1"},
    {"specs: {lifecycle_sync: sometimes}", NULL, "E invalid_value 1"},
    {"specs: {lifecycle_sync: \"true\"}", NULL, "E invalid_value 1"},
    {"specs: {lifecycle_sync: close_only, conflict: spec}", NULL, ""},
    {"specs: {conflict: both}", NULL, "E invalid_value 1"},
    {"agents: {pr_analysis: false}", "\"pr_analysis\":false", ""},
    {"agents: {stale_detection: false}", "\"stale_detection\":false", ""},
    {"agents: {stale_detection: 14d}", "\"stale_detection\":\"14d\"", ""},
    {"agents: {stale_detection: 14}", NULL, "E wrong_type 1"},
    {"agents: {stale_detection: true}", NULL, "E wrong_type 1"},
    {"agents: {stale_detection: [1]}", NULL, "E wrong_type 1"},
    {"agents: {stale_detection: 2w}", NULL, "E invalid_value 1"},
    {"agents: {stale_detection: 12345d}", NULL, "E invalid_value 1"},
    {"agents: {stale_detection: -1d}", NULL, "E invalid_value 1"},
    {"agents: {stale_detection: d}", NULL, "E invalid_value 1"},
    {"sync: {system: linear, project_key: ENG, create_tickets: false}",
     "\"ticket_system\":\"linear\",\"project_key\":\"ENG\"", ""},
    {"sync: {create_tickets: false}", "\"auto_tickets\":false", ""},
    {"ticket_system: jira\nsync:\n  system: linear\n",
     "\"ticket_system\":\"jira\"", "W conflicting_keys 3"},
    {"ticket_system: jira\nsync:\n  system: jira\n",
     "\"ticket_system\":\"jira\"", ""},
    {"sync: {nothing: 1}", NULL, "W unknown_key 1"},
    {"sync: x", NULL, "E wrong_type 1"},
    {"ticket_systems: {a: {system: jira, project: A, status_map: {todo: Open, "
     "done: Closed}}}",
     "\"forward\":{\"todo\":\"Open\",\"done\":\"Closed\"}",
     "W incomplete_status_map 1"},
    {"ticket_systems: {a: {system: jira, hierarchy: {2: Epic}, auto_parent: "
     "yes}}",
     "\"depth_to_type\":{\"2\":\"Epic\"},\"auto_parent\":true", ""},
    {"ticket_systems: {a: {system: jira, auto_parent: yes}}",
     "\"depth_to_type\":{},\"auto_parent\":true", ""},
    {"ticket_systems: {a: {system: servicenow}}", NOTHING, "E invalid_value 1"},
    {"ticket_systems: {a: {project: X}}", NOTHING, "E invalid_value 1"},
    {"ticket_systems: {a: {system: jira, auth_profile: x}}", NOTHING,
     "E invalid_value 1"},
    {"ticket_systems: {a: {system: jira}}\n"
     "routing: [{match: {default: true}, target: b}]\n",
     SYSTEM_A "," NO_ROUTES, "E invalid_value 2"},
    {"ticket_systems: {a: {system: jira}}\n"
     "routing: [{match: {default: true, team: x}, target: a}]\n",
     SYSTEM_A "," NO_ROUTES, "E invalid_value 2"},
    {"auth_profiles: {p: {system: jira, auth_method: oauth2, env_prefix: P_}}",
     NOTHING, "E invalid_value 1"},
    {"auth_profiles: {p: {system: jira, auth_method: api_token, env_prefix: "
     "p}}",
     NOTHING, "E invalid_value 1"},
    {"auth_profiles: {p: {system: jira, auth_method: api_token, env_prefix: "
     "P_1_}}",
     "\"auth_profiles\":{\"p\":{\"system\":\"jira\",\"auth_method\":"
     "\"api_token\",\"env_prefix\":\"P_1_\"}}",
     ""},
    {"auth_profiles: {p: x}", NOTHING, "E wrong_type 1"},
    {"auth_profiles: [x]", NOTHING, "E wrong_type 1"},
    {"ticket_systems: [x]", NOTHING, "E wrong_type 1"},
    {"ticket_systems: {a: x}", NOTHING, "E wrong_type 1"},
    {"ticket_systems:", NOTHING, ""},
    {"routing: {a: b}", NOTHING, "E wrong_type 1"},
    {"routing: [a]", NOTHING, "E wrong_type 1"},
    /* short forms */
    {"ticket_systems: {a: {system: github, repo: o/n}}", "\"project\":\"o/n\"",
     ""},
    {"ticket_systems: {a: {system: github, project: p/q, repo: o/n}}",
     "\"project\":\"p/q\"", "W conflicting_keys 1"},
    {"ticket_systems: {a: {system: jira, repo: o/n}}", "\"project\":null",
     "W unknown_key 1"},
    {"ticket_systems: {a: {system: jira, status_map: {forward: {draft: B, "
     "todo: T, in_progress: I, done: D, blocked: X, deprecated: W}, todo: "
     "Z}}}",
     "\"todo\":\"T\"", "W conflicting_keys 1"},
    {"ticket_systems: {a: {system: jira, status_map: {fallback: todo}}}",
     "\"fallback\":\"todo\"", ""},
    {"ticket_systems: {a: {system: jira, status_map: {fallback: later}}}",
     "\"fallback\":\"draft\"", "E invalid_value 1"},
    {"ticket_systems: {a: {system: jira, hierarchy: {depth_to_type: {2: E}, "
     "3: S}}}",
     "\"depth_to_type\":{\"2\":\"E\"}", "W conflicting_keys 1"},
    {"ticket_systems: {a: {system: jira, hierarchy: {auto_parent: no}, "
     "auto_parent: yes}}",
     "\"auto_parent\":false", "W conflicting_keys 1"},
    {"ticket_systems: {a: {system: jira, hierarchy: {7: E, 2: ' '}}}",
     "\"depth_to_type\":{}", "E invalid_value 1, E invalid_value 1"},
    {"ticket_systems: {a: {system: jira, colour: red, templates: {x: y}}}",
     SYSTEM_A, "W unknown_key 1, W unknown_key 1"},
    /* fields */
    {"ticket_systems: {a: {system: jira, status_map: {reverse: {QA: "
     "in_progress, X: later}}}}",
     "\"reverse\":{\"QA\":\"in_progress\"}", "E invalid_value 1"},
    {"ticket_systems: {a: {system: github, status_map: {forward: {draft: "
     "'open|d', todo: todo, in_progress: 'open|', done: 'closed|x', blocked: "
     "'shut|x', deprecated: 'closed|y'}}}}",
     "\"forward\":{\"draft\":\"open|d\",\"done\":\"closed|x\","
     "\"deprecated\":\"closed|y\"}",
     "E invalid_value 1, E invalid_value 1, E invalid_value 1, W "
     "incomplete_status_map 1"},
    {"ticket_systems: {a: {system: asana, status_map: {done: 'complete|D', "
     "todo: 'closed|x'}}}",
     "\"forward\":{\"done\":\"complete|D\"}",
     "E invalid_value 1, W incomplete_status_map 1"},
    {"ticket_systems: {a: {system: jira, field_map: {standard: "
     "{frontmatter.owner: assignee, x: y}, custom: {c1: "
     "'frontmatter.tags[0]', c2: 'literal:a[b', c3: section.none}}}}",
     "\"standard\":{\"frontmatter.owner\":\"assignee\"},\"custom\":{\"c1\":"
     "\"frontmatter.tags[0]\",\"c2\":\"literal:a[b\"}",
     "E invalid_value 1, E invalid_value 1"},
    {"ticket_systems: {a: {system: jira, templates: {summary: '{{title}}', "
     "description: [x]}}}",
     "\"templates\":{\"summary\":\"{{title}}\",\"description\":null}",
     "E invalid_value 1"},
    {"ticket_systems: {a: {system: jira, dedup_enabled: no, dedup: title}}",
     "\"dedup_enabled\":false", ""},
    {"ticket_systems: {a: {system: jira, dedup: hash, dedup_enabled: 1}}",
     SYSTEM_A, "E invalid_value 1, E invalid_value 1"},
    {"ticket_systems: {a: {system: jira, status_map: x, hierarchy: [y]}}",
     SYSTEM_A, "E invalid_value 1, E invalid_value 1"},
    /* where tickets go and with whose credentials */
    {"auth_profiles: {p: {system: jira, auth_method: api_token, env_prefix: "
     "P_}}\nticket_systems: {a: {system: linear, auth_profile: p}}\n",
     "\"ticket_systems\":{}", "E invalid_value 2"},
    {"auth_profiles: {p: {system: jira, auth_method: api_token, env_prefix: "
     "P_}}\nticket_systems: {a: {system: jira, auth_profile: p}}\n",
     "\"auth_profile\":\"p\"", ""},
    {"auth_profiles: {p: {system: jira}}\n"
     "ticket_systems: {a: {system: jira, auth_profile: p}}\n",
     NOTHING, "E invalid_value 1, E invalid_value 1, E invalid_value 2"},
    {"ticket_systems: {a: {system: jira, host_override: [x]}}", NOTHING,
     "E not_allowed 1"},
    /* the simple keys, and both */
    {"ticket_system: jira\nticket_systems: {a: {system: jira}}\n", SYSTEM_A,
     "W deprecated_keys 1"},
    {"ticket_system: jira\nticket_systems: {}\n",
     "\"ticket_systems\":{\"primary\":{\"system\":\"jira\",\"project\":null",
     ""},
    {"ticket_systems: {a: {system: jira}, b: {system: linear}}", "\"b\":{",
     "W no_route 1"},
    /* rules */
    {"ticket_systems: {a: {system: jira}}\nrouting:\n"
     "  - {match: {tags: x, team: t, owner: o, path: 'docs/**'}, target: a}\n"
     "  - {match: {tags: [x, y], default: false}, target: a}\n",
     "\"routing\":[{\"match\":{\"tags\":[\"x\"],\"team\":\"t\",\"owner\":\"o\","
     "\"path\":\"docs/**\"},\"target\":\"a\"},{\"match\":{\"tags\":[\"x\","
     "\"y\"],\"default\":false},\"target\":\"a\"}]",
     ""},
    {"ticket_systems: {a: {system: jira}}\nrouting:\n"
     "  - {match: {}, target: a}\n"
     "  - {target: a}\n"
     "  - {match: {colour: red}, target: a}\n"
     "  - {match: {path: /x}, target: a}\n"
     "  - {match: {tags: [[x]]}, target: a}\n"
     "  - {match: {default: maybe}, target: a}\n"
     "  - {match: {team: x}}\n"
     "  - {match: {team: x}, target: a, shadow_targets: [a, b]}\n"
     "  - {match: {team: x}, target: a, why: not}\n",
     "\"routing\":[{\"match\":{\"team\":\"x\"},\"target\":\"a\"},{\"match\":{"
     "\"team\":\"x\"},\"target\":\"a\"}]",
     "E invalid_value 3, E invalid_value 4, E invalid_value 5, E "
     "invalid_value 6, E invalid_value 7, E invalid_value 8, E invalid_value "
     "9, E invalid_value 10, W unknown_key 11"},
};

ParameterizedTestParameters(config_read, examples)
{
    return cn_test_indexes(COUNT(cases));
}

ParameterizedTest(size_t *i, config_read, examples)
{
    canon_buf json = CANON_BUF_INIT;

    parse(cases[*i].text);
    cr_assert(eq(int, canon_config_json(config, &json, &err), CANON_OK));
    cr_assert(eq(str, diagnostics(), (char *)cases[*i].diagnostics), "%s",
              cases[*i].text);
    if (cases[*i].part)
        cr_assert_not_null(strstr(json.data, cases[*i].part), "%s\n%s",
                           cases[*i].part, json.data);
    else
        cr_assert(eq(str, json.data, (char *)defaults));
    canon_buf_free(&json);
    canon_config_free(config);
}

static const struct {
    const char *host;
    bool ok;
} hosts[] = {
    {"jira.example.test", true},
    {"jira.example.test:8443", true},
    {"localhost", true},
    {"a-b.c", true},
    {"https://x.test", false},
    {"x.test/path", false},
    {"u@x.test", false},
    {"10.0.0.1", false},
    {"'::1'", false},
    {"'[::1]'", false},
    {"x.test:0", false},
    {"x.test:99999", false},
    {"'x.test:'", false},
    {"x..test", false},
    {"-x.test", false},
    {"2130706433", false},
    {"1.0x7f", false},
    {"x.test.", false},
    {"x test", false},
};

ParameterizedTestParameters(config_read, host_is_a_bare_name)
{
    return cn_test_indexes(COUNT(hosts));
}

ParameterizedTest(size_t *i, config_read, host_is_a_bare_name)
{
    char text[200];

    snprintf(text, sizeof(text),
             "ticket_systems: {a: {system: jira, host_override: %s}}",
             hosts[*i].host);
    parse(text);
    cr_assert(eq(int, cn_config_system(config, "a") != NULL, hosts[*i].ok));
    cr_assert(eq(str, diagnostics(),
                 (char *)(hosts[*i].ok ? "" : "E not_allowed 1")));
    canon_config_free(config);
}

Test(config_read, no_file_means_defaults_without_a_word)
{
    canon_buf json = CANON_BUF_INIT;

    cr_assert(eq(int, canon_config_parse(NULL, 0, &config, &err), CANON_OK));
    cr_assert(eq(sz, canon_config_diagnostic_count(config), 0));
    cr_assert_null(canon_config_diagnostic_at(config, 0));
    cr_assert(eq(int, canon_config_json(config, &json, &err), CANON_OK));
    cr_assert(eq(str, json.data, (char *)defaults));
    canon_buf_free(&json);
    canon_config_free(config);
}

Test(config_read, fills_in_the_plain_values)
{
    const canon_config_values *v;

    parse("specs: {lifecycle_sync: off, sync_content: on, conflict: spec,\n"
          "  doc_paths: [a.md, b/*.md]}\n"
          "agents: {stale_detection: 0d, skip_drafts: yes, check_partial: yes,"
          " block_on_conflict: yes}\n"
          "sync: {reverse_sync: false}\n");
    v = canon_config_values_of(config);
    cr_assert(eq(str, diagnostics(), ""));
    cr_assert(eq(str, (char *)v->lifecycle_sync, "false"));
    cr_assert(eq(str, (char *)v->conflict, "spec"));
    cr_assert(eq(int, v->sync_content, 1));
    cr_assert(eq(int, v->stale_days, 0));
    cr_assert(eq(int, v->skip_drafts, 1));
    cr_assert(eq(int, v->check_partial, 1));
    cr_assert(eq(int, v->block_on_conflict, 1));
    cr_assert(eq(int, v->reverse_sync, 0));
    cr_assert(eq(int, v->auto_tickets, 1));
    cr_assert(eq(sz, v->doc_path_count, 2));
    cr_assert(eq(str, (char *)v->doc_paths[1], "b/*.md"));
    canon_config_free(config);
}

Test(config_read, has_defaults_for_all_plain_values)
{
    const canon_config_values *v;

    parse("team: x");
    v = canon_config_values_of(config);
    cr_assert(eq(str, (char *)v->lifecycle_sync, "true"));
    cr_assert(eq(str, (char *)v->conflict, "ticket"));
    cr_assert(eq(int, v->stale_days, 30));
    cr_assert(eq(int, v->reverse_sync, 1));
    cr_assert(eq(int, v->sync_content, 0));
    cr_assert(eq(int, v->skip_drafts, 0));
    canon_config_free(config);
}

Test(config_read, names_the_key_in_messages)
{
    canon_buf json = CANON_BUF_INIT;

    parse("specs:\n  colour: red\n");
    cr_assert(
        eq(int, canon_config_diagnostics_json(config, &json, &err), CANON_OK));
    cr_assert(eq(str, json.data,
                 "[{\"severity\":\"warning\",\"code\":\"config.unknown_key\","
                 "\"message\":\"specs.colour: unknown key, ignored\","
                 "\"line\":2}]"));
    canon_buf_free(&json);
    canon_config_free(config);
}

Test(config_read, lists_missing_states_in_alphabetical_order)
{
    parse(
        "ticket_systems: {a: {system: jira, status_map: {todo: T, done: D}}}");
    cr_assert_not_null(strstr(canon_config_diagnostic_at(config, 0)->message,
                              "blocked, deprecated, draft, in_progress"));
    canon_config_free(config);
}

Test(config_read, takes_at_most_50_patterns)
{
    cn_buf text = CN_BUF_INIT(10000);

    cn_buf_puts(&text, "specs:\n  doc_paths:\n");
    for (int i = 0; i < 52; i++)
        cn_buf_printf(&text, "    - a%d.md\n", i);
    parse(text.data);
    cr_assert(eq(sz, canon_config_values_of(config)->doc_path_count, 50));
    cr_assert(
        eq(str, diagnostics(), "E invalid_pattern 53, E invalid_pattern 54"));
    canon_config_free(config);
    cn_buf_free(&text);
}

Test(config_read, keeps_at_most_200_diagnostics)
{
    cn_buf text = CN_BUF_INIT(100000);

    for (int i = 0; i < 300; i++)
        cn_buf_printf(&text, "key%d: x\n", i);
    parse(text.data);
    cr_assert(eq(sz, canon_config_diagnostic_count(config), 200));
    canon_config_free(config);
    cn_buf_free(&text);
}

Test(config_read, refuses_more_than_256_kib)
{
    char *text = malloc(256 * 1024 + 1);

    memset(text, '#', 256 * 1024 + 1);
    cr_assert(eq(int, canon_config_parse(text, 256 * 1024 + 1, &config, &err),
                 CANON_ETOOBIG));
    cr_assert_null(config);
    cr_assert(
        eq(int, canon_config_parse(text, 256 * 1024, &config, &err), CANON_OK));
    cr_assert(eq(str, diagnostics(), "W empty 0"));
    canon_config_free(config);
    free(text);
}

static const char rich[] =
    "version: 1\nteam: t\nunknown: 1\n"
    "specs: {doc_paths: [a.md, ../b], auto_tickets: maybe}\n"
    "auth_profiles: {p: {system: jira, auth_method: api_token, env_prefix: "
    "P_}}\n"
    "ticket_systems:\n"
    "  a: {system: jira, auth_profile: p, status_map: {todo: T},\n"
    "      hierarchy: {2: E}, auto_parent: yes, field_map: {standard: {x: y}}}\n"
    "  b: {system: github, repo: o/n}\n"
    "routing:\n"
    "  - {match: {tags: [x]}, target: a, shadow_targets: [b]}\n"
    "  - {match: {default: true}, target: c}\n";

static int read_rich(void *user)
{
    canon_config *c = NULL;
    canon_config *merged = NULL;
    canon_buf json = CANON_BUF_INIT;
    int rc = canon_config_parse(rich, sizeof(rich) - 1, &c, NULL);

    (void)user;
    if (!rc)
        rc = canon_config_merge(c, c, &merged, NULL);
    if (!rc)
        rc = canon_config_json(merged, &json, NULL);
    if (!rc)
        rc = canon_config_diagnostics_json(merged, &json, NULL);
    canon_buf_free(&json);
    canon_config_free(merged);
    canon_config_free(c);
    return rc;
}

Test(config_read, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, read_rich, NULL), 10));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, read_rich, NULL), 10));
}
