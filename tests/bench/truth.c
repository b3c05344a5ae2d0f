/*
 * F2: every total that reading a corpus gives, against the truth of its
 * generator.
 */
#include "parse.h"

#include "canon/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct totals {
    int64_t sections;
    int64_t criteria;
    int64_t checked;
    int64_t realized;
    int64_t tickets;
    int64_t scenarios;
    int64_t states[CANON_STATE_COUNT];
} totals;

static void add_section(totals *t, const canon_section *s)
{
    t->sections++;
    t->criteria += (int64_t)s->criterion_count;
    t->scenarios += (int64_t)s->scenario_count;
    t->tickets += s->ticket_id != NULL;
    t->states[s->state]++;
    for (size_t i = 0; i < s->criterion_count; i++) {
        t->checked += s->criteria[i].checked;
        t->realized += (int64_t)s->criteria[i].evidence_count;
    }
}

/* Documents whose team or tag is the one asked for. */
static int64_t tagged(canon_spec *const *specs, size_t count, const char *tag)
{
    int64_t n = 0;

    for (size_t i = 0; i < count; i++) {
        const canon_spec_meta *meta = canon_spec_meta_of(specs[i]);

        for (size_t k = 0; k < meta->tag_count; k++)
            n += strcmp(meta->tags[k], tag) == 0;
    }
    return n;
}

static int64_t of_team(canon_spec *const *specs, size_t count, const char *team)
{
    int64_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += strcmp(canon_spec_meta_of(specs[i])->team, team) == 0;
    return n;
}

static int expect(const corpus *c, const char *in, const char *key,
                  int64_t value)
{
    int64_t truth = corpus_truth(c, in, key);

    if (truth == value)
        return 0;
    fprintf(stderr, "%s%s%s: %lld, but the truth is %lld\n", in ? in : "",
            in ? "." : "", key, (long long)value, (long long)truth);
    return 1;
}

static int compare_totals(const corpus *c, const totals *t)
{
    int wrong = 0;

    wrong += expect(c, NULL, "sections", t->sections);
    wrong += expect(c, NULL, "criteria", t->criteria);
    wrong += expect(c, NULL, "checked", t->checked);
    wrong += expect(c, NULL, "realized", t->realized);
    wrong += expect(c, NULL, "tickets", t->tickets);
    wrong += expect(c, NULL, "scenarios", t->scenarios);
    for (int i = 0; i < CANON_STATE_COUNT; i++)
        wrong += expect(c, "states", canon_state_name(i), t->states[i]);
    return wrong;
}

static int compare_meta(const corpus *c, canon_spec *const *specs)
{
    static const char *const teams[] = {
        "platform", "payments", "identity", "growth",  "search",   "mobile",
        "data",     "infra",    "support",  "billing", "security", "web"};
    static const char *const tags[] = {
        "api",     "auth",     "billing",      "cli",
        "dx",      "infra",    "integrations", "migration",
        "privacy", "quality",  "performance",  "observability",
        "search",  "sync",     "testing",      "tickets",
        "ui",      "webhooks", "security"};
    int wrong = 0;

    for (size_t i = 0; i < sizeof(teams) / sizeof(teams[0]); i++)
        wrong +=
            expect(c, "teams", teams[i], of_team(specs, c->count, teams[i]));
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        wrong += expect(c, "tags", tags[i], tagged(specs, c->count, tags[i]));
    return wrong;
}

int truth_differences(const corpus *c)
{
    canon_spec **specs = calloc(c->count + 1, sizeof(*specs));
    totals t = {0};
    int wrong = 0;

    for (size_t i = 0; specs && i < c->count; i++) {
        if (canon_spec_parse(c->docs[i].text, c->docs[i].len, NULL, &specs[i],
                             NULL))
            exit(2);
        for (size_t k = 0; k < canon_spec_section_count(specs[i]); k++)
            add_section(&t, canon_spec_section(specs[i], k));
    }
    wrong = compare_totals(c, &t) + compare_meta(c, specs);
    fprintf(stderr, "%zu documents, %lld sections, %lld criteria\n", c->count,
            (long long)t.sections, (long long)t.criteria);
    for (size_t i = 0; i < c->count; i++)
        canon_spec_free(specs[i]);
    free(specs);
    return wrong;
}
