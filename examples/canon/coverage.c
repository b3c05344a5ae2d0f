/*
 * canon coverage: how much of what was specified is done.
 */
#include "program.h"

static void put_line(const char *name, const canon_coverage_counts *c)
{
    put_column(name, 28);
    printf(" %6lld %9lld/%-5lld %6.1f %9lld/%-5lld %6.1f %7.1f\n",
           (long long)c->total_specs, (long long)c->done_sections,
           (long long)c->total_sections, c->section_pct, (long long)c->done_ac,
           (long long)c->total_ac, c->ac_pct, c->health);
}

static void put_table(const canon_coverage *coverage)
{
    const canon_coverage_counts *counts;
    const char *name;

    printf("%-28s %6s %15s %6s %15s %6s %7s\n", "repository", "specs",
           "sections", "%", "criteria", "%", "health");
    for (size_t i = 0; (counts = canon_coverage_repo(coverage, i, &name)); i++)
        put_line(name, counts);
    if (canon_coverage_team_count(coverage))
        puts("team");
    for (size_t i = 0; (counts = canon_coverage_team(coverage, i, &name)); i++)
        put_line(name, counts);
    put_line("total", canon_coverage_totals(coverage));
}

static int show(const store *s, const invocation *call, int days)
{
    canon_coverage_query query = CANON_COVERAGE_QUERY_INIT;
    canon_coverage *coverage = NULL;
    canon_buf json = CANON_BUF_INIT;
    canon_error err = {0, ""};
    int status;

    query.org = s->org;
    query.repo = call->value[OPTION_REPO];
    query.team = call->value[OPTION_TEAM];
    query.days = days;
    status =
        store_status(s, canon_coverage_compute(s->conn, &query, &coverage));
    if (!status && call->value[OPTION_JSON])
        status =
            put_buf(canon_coverage_json(coverage, &json, &err), &json, &err);
    else if (!status)
        put_table(coverage);
    canon_coverage_free(coverage);
    return status;
}

static int run(const invocation *call)
{
    int days = 0;
    store s = {NULL, NULL, NULL, ""};
    int status = option_number(call, OPTION_DAYS, 1, 730, &days);

    if (!status)
        status = index_open(&s, call, call->value[OPTION_IN]);
    if (!status)
        status = show(&s, call, days);
    store_close(&s);
    return status;
}

const command coverage_command = {
    "coverage",
    "",
    0,
    0,
    STORE_OPTIONS | BIT(IN) | BIT(REPO) | BIT(TEAM) | BIT(DAYS),
    0,
    "how much of what was specified is done",
    "Counts specs, sections and acceptance criteria, by repository and team. "
    "Reads the index that canon index or canond keeps, also while canond runs; "
    "with --in, what lies at PATH.",
    "canon coverage --in .\n"
    "canon coverage --db sqlite:/var/lib/canon/canon.db --team payments\n"
    "canon coverage --org acme --json | jq .summary",
    run,
};
