#include "canon/coverage.h"

#include "seed.h"

#include "torture.h"

#include <string.h>

static test_engine t;

static void add(const char *org, const char *repo, const char *path,
                const char *team, int64_t done, int64_t total)
{
    const seed_doc doc = {
        .org = org,
        .repo = repo,
        .path = path,
        .team = team,
        .counts = {.total_sections = total, .done_sections = done},
        .is_spec = true};

    seed(&t, &doc);
}

static canon_coverage *compute(const char *org, const char *repo,
                               const char *team, int days)
{
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    canon_coverage *c = NULL;

    q.org = org;
    q.repo = repo;
    q.team = team;
    q.days = days;
    assert_ok(&t, canon_coverage_compute(t.conn, &q, &c));
    return c;
}

static char *json_of(const canon_coverage *c)
{
    static canon_buf out;

    cr_assert(eq(int, canon_coverage_json(c, &out, NULL), CANON_OK));
    return out.data;
}

static void snapshot(int32_t day)
{
    assert_ok(&t, canon_coverage_snapshot(t.conn, NULL, day));
}

DATABASE_TEST(coverage, of_an_empty_organisation_is_all_zeros)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    c = compute("acme", NULL, NULL, 0);
    cr_assert(eq(str, json_of(c),
                 "{\"summary\":{\"total_specs\":0,\"total_sections\":0,"
                 "\"done_sections\":0,\"total_ac\":0,\"done_ac\":0,"
                 "\"realized_ac\":0,\"section_coverage_pct\":0.0,"
                 "\"ac_coverage_pct\":0.0,\"realization_rate_pct\":0.0,"
                 "\"health_score\":0.0},\"trend\":[],"
                 "\"breakdown_by_repo\":{},\"breakdown_by_team\":{}}"));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, without_snapshots_shows_live_figures)
{
    const canon_coverage_counts *counts;
    const char *name = NULL;
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/web", "docs/specs/a.md", "ui", 1, 4);
    add("acme", "acme/api", "docs/specs/a.md", "core", 2, 4);
    add("acme", "acme/api", "docs/specs/b.md", "", 0, 2);
    c = compute("ACME", NULL, NULL, 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_specs, 3));
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 10));
    cr_assert(eq(i64, canon_coverage_totals(c)->done_sections, 3));
    cr_assert(eq(dbl, canon_coverage_totals(c)->section_pct, 30.0));
    cr_assert(eq(sz, canon_coverage_repo_count(c), 2));
    counts = canon_coverage_repo(c, 0, &name);
    cr_assert(eq(str, (char *)name, "acme/api"));
    cr_assert(eq(i64, counts->total_specs, 2));
    cr_assert(eq(i64, counts->total_sections, 6));
    cr_assert(eq(sz, canon_coverage_team_count(c), 2));
    counts = canon_coverage_team(c, 1, &name);
    cr_assert(eq(str, (char *)name, "ui"));
    cr_assert(eq(i64, counts->done_sections, 1));
    cr_assert_null(canon_coverage_team(c, 2, &name));
    cr_assert_null(name);
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, filters_without_regard_to_letter_case)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/web", "docs/specs/a.md", "UI", 1, 4);
    add("acme", "acme/api", "docs/specs/a.md", "core", 2, 5);
    add("acme", "acme/api", "docs/specs/b.md", "ui", 3, 6);
    c = compute("acme", "Acme/API", NULL, 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 11));
    canon_coverage_free(c);
    c = compute("acme", "", "Ui", 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 10));
    canon_coverage_free(c);
    c = compute("acme", "acme/api", "ui", 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 6));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, counts_specs_only)
{
    const seed_doc doc = {.org = "acme",
                          .repo = "acme/api",
                          .path = "README.md",
                          .counts = {.total_sections = 9}};
    canon_coverage *c;

    test_engine_start(&t, *which);
    seed(&t, &doc);
    snapshot(-1);
    c = compute("acme", NULL, NULL, 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_specs, 0));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, refuses_days_out_of_range)
{
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    canon_coverage *c = NULL;

    test_engine_start(&t, *which);
    q.org = "acme";
    q.days = 731;
    cr_assert(eq(int, canon_coverage_compute(t.conn, &q, &c), CANON_EINVAL));
    q.days = -1;
    cr_assert(eq(int, canon_coverage_compute(t.conn, &q, &c), CANON_EINVAL));
    q.days = 730;
    q.org = "not a name";
    cr_assert(eq(int, canon_coverage_compute(t.conn, &q, &c), CANON_EINVAL));
    q.size = 0;
    cr_assert(eq(int, canon_coverage_compute(t.conn, &q, &c), CANON_EINVAL));
    cr_assert_null(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, repeating_a_snapshot_overwrites_it)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md", "core", 2, 4);
    snapshot(-1);
    seed_remove(&t, "acme", "acme/api", "docs/specs/a.md");
    add("acme", "acme/api", "docs/specs/a.md", "other", 3, 4);
    snapshot(-1);
    c = compute("acme", NULL, NULL, 0);
    cr_assert_not_null(strstr(json_of(c), "\"trend\":[{\"date\":\"2026-09-21\","
                                          "\"total_sections\":4,"
                                          "\"done_sections\":3,"));
    cr_assert(eq(i64, canon_coverage_totals(c)->done_sections, 3));
    cr_assert_not_null(strstr(json_of(c), "\"breakdown_by_team\":{\"other\""));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, trend_carries_a_document_forward_for_thirty_days)
{
    canon_coverage *c;
    char *json;

    test_engine_start(&t, *which);
    /* one repository was counted 29 and 40 days ago, the other one today */
    add("acme", "acme/old", "docs/specs/a.md", "", 1, 10);
    snapshot(TEST_DAY - 40);
    snapshot(TEST_DAY - 29);
    seed_remove(&t, "acme", "acme/old", "docs/specs/a.md");
    add("acme", "acme/new", "docs/specs/b.md", "", 1, 100);
    /* as if the old repository had failed that day */
    seed_remove(&t, "acme", "acme/new", "docs/specs/b.md");
    add("acme", "acme/old", "docs/specs/a.md", "", 1, 10);
    add("acme", "acme/new", "docs/specs/b.md", "", 1, 100);
    snapshot(TEST_DAY);
    c = compute("acme", NULL, NULL, 35);
    json = json_of(c);
    cr_assert_not_null(strstr(json, "\"trend\":[{\"date\":\"2026-08-23\","
                                    "\"total_sections\":10,"),
                       "%s", json);
    cr_assert_not_null(strstr(json, "{\"date\":\"2026-09-21\","
                                    "\"total_sections\":110,"));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

/* A day on which only some documents were counted: the engine's clock says
 * another day, the snapshot of the other organisation's table is not theirs. */
DATABASE_TEST(coverage, a_document_missed_on_a_day_counts_with_older_figures)
{
    const canon_coverage_counts *totals;
    canon_coverage *c;
    char *json;

    test_engine_start(&t, *which);
    add("acme", "acme/a", "docs/specs/a.md", "", 1, 10);
    snapshot(TEST_DAY - 2);
    /* the next day a is still there, but its snapshot is lost */
    add("acme", "acme/b", "docs/specs/b.md", "", 1, 100);
    snapshot(TEST_DAY - 1);
    t.now_us += INT64_C(86400000000);
    c = compute("acme", NULL, NULL, 4);
    json = json_of(c);
    cr_assert_not_null(strstr(json, "\"date\":\"2026-09-19\","
                                    "\"total_sections\":10,"),
                       "%s", json);
    cr_assert_not_null(strstr(json, "\"date\":\"2026-09-20\","
                                    "\"total_sections\":110,"),
                       "%s", json);
    totals = canon_coverage_totals(c);
    cr_assert(eq(i64, totals->total_specs, 2));
    cr_assert(eq(i64, totals->total_sections, 110));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, vanished_documents_leave_summary_and_trend)
{
    canon_coverage *c;
    char *json;

    test_engine_start(&t, *which);
    add("acme", "acme/a", "docs/specs/a.md", "ui", 1, 10);
    add("acme", "acme/a", "docs/specs/b.md", "ui", 1, 1);
    snapshot(TEST_DAY - 1);
    seed_remove(&t, "acme", "acme/a", "docs/specs/a.md");
    snapshot(TEST_DAY);
    c = compute("acme", NULL, "ui", 30);
    json = json_of(c);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_specs, 1));
    cr_assert_not_null(strstr(json, "\"date\":\"2026-09-20\","
                                    "\"total_sections\":11,"),
                       "%s", json);
    cr_assert_not_null(strstr(json, "\"date\":\"2026-09-21\","
                                    "\"total_sections\":1,"),
                       "%s", json);
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, of_an_organisation_whose_documents_all_vanished_is_zero)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/a", "docs/specs/a.md", "ui", 1, 10);
    snapshot(TEST_DAY - 1);
    seed_remove(&t, "acme", "acme/a", "docs/specs/a.md");
    snapshot(TEST_DAY);
    c = compute("acme", NULL, NULL, 30);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_specs, 0));
    cr_assert(eq(sz, canon_coverage_repo_count(c), 0));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, trend_is_filtered_like_the_summary)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/a", "docs/specs/a.md", "ui", 1, 10);
    add("acme", "acme/b", "docs/specs/a.md", "core", 1, 20);
    snapshot(TEST_DAY);
    c = compute("acme", "ACME/b", NULL, 0);
    cr_assert_not_null(strstr(json_of(c), "\"total_sections\":20,"));
    cr_assert_null(strstr(json_of(c), "\"total_sections\":30,"));
    canon_coverage_free(c);
    c = compute("acme", NULL, "UI", 0);
    cr_assert_null(strstr(json_of(c), "\"total_sections\":20,"));
    canon_coverage_free(c);
    c = compute("acme", NULL, NULL, 0);
    cr_assert_not_null(strstr(json_of(c), "\"date\":\"2026-09-21\","
                                          "\"total_sections\":30,"));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

/* An older day is written after a newer one, which then counts what it
 * missed. */
DATABASE_TEST(coverage, a_day_that_is_filled_in_later_counts_for_those_after_it)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/a", "docs/specs/a.md", "", 1, 10);
    snapshot(TEST_DAY);
    add("acme", "acme/b", "docs/specs/b.md", "", 1, 100);
    snapshot(TEST_DAY - 3);
    c = compute("acme", NULL, NULL, 30);
    cr_assert_not_null(strstr(json_of(c), "\"date\":\"2026-09-18\","
                                          "\"total_sections\":110,"));
    cr_assert_not_null(strstr(json_of(c), "\"date\":\"2026-09-21\","
                                          "\"total_sections\":110,"));
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 110));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, window_has_exactly_the_days_that_were_asked_for)
{
    canon_coverage *c;
    char *json;

    test_engine_start(&t, *which);
    add("acme", "acme/a", "docs/specs/a.md", "", 1, 10);
    snapshot(TEST_DAY - 1);
    snapshot(TEST_DAY);
    c = compute("acme", NULL, NULL, 1);
    json = json_of(c);
    cr_assert_null(strstr(json, "2026-09-20"));
    cr_assert_not_null(strstr(json, "2026-09-21"));
    canon_coverage_free(c);
    c = compute("acme", NULL, NULL, 2);
    cr_assert_not_null(strstr(json_of(c), "2026-09-20"));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

DATABASE_TEST(coverage, of_two_organisations_with_equal_names_stays_apart)
{
    canon_coverage *c;

    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md", "core", 2, 4);
    add("other", "acme/api", "docs/specs/a.md", "core", 1, 100);
    c = compute("acme", "acme/api", "core", 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 4));
    canon_coverage_free(c);
    assert_ok(&t, canon_coverage_snapshot(t.conn, "Other", TEST_DAY));
    c = compute("acme", NULL, NULL, 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 4));
    cr_assert_not_null(strstr(json_of(c), "\"trend\":[]"));
    canon_coverage_free(c);
    c = compute("other", NULL, NULL, 0);
    cr_assert(eq(i64, canon_coverage_totals(c)->total_sections, 100));
    cr_assert_null(strstr(json_of(c), "\"trend\":[]"));
    canon_coverage_free(c);
    test_engine_stop(&t);
}

static int compute_once(void *user)
{
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    canon_coverage *c = NULL;
    canon_buf out = CANON_BUF_INIT;
    int rc;

    (void)user;
    q.org = "acme";
    rc = canon_coverage_compute(t.conn, &q, &c);
    if (!rc)
        rc = canon_coverage_json(c, &out, NULL);
    canon_buf_free(&out);
    canon_coverage_free(c);
    return rc;
}

DATABASE_TEST(coverage, survives_every_failed_allocation)
{
    test_engine_start(&t, *which);
    add("acme", "acme/api", "docs/specs/a.md", "core", 2, 4);
    snapshot(TEST_DAY);
    cr_assert(eq(int, compute_once(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, compute_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, compute_once, NULL), 3));
    test_engine_stop(&t);
}
