#include "canon/coverage.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static const struct {
    int64_t done_sections, sections, done_ac, ac, realized;
    const char *section_pct, *ac_pct, *realization_pct, *health;
} scores[] = {
    {0, 0, 0, 0, 0, "0.0", "0.0", "0.0", "0.0"},
    {1, 3, 2, 3, 1, "33.3", "66.7", "33.3", "43.3"},
    {4, 4, 0, 0, 0, "100.0", "0.0", "0.0", "30.0"},
    {5, 5, 8, 8, 8, "100.0", "100.0", "100.0", "100.0"},
    {0, 3, 7, 16, 5, "0.0", "43.8", "31.2", "25.6"},
};

ParameterizedTestParameters(score, weighs_sections_criteria_and_realization)
{
    return cn_test_indexes(sizeof(scores) / sizeof(scores[0]));
}

static void check_pct(double pct, const char *expected)
{
    char text[16];

    snprintf(text, sizeof(text), "%.1f", pct);
    cr_assert(eq(str, text, (char *)expected));
}

ParameterizedTest(size_t *i, score, weighs_sections_criteria_and_realization)
{
    canon_coverage_counts c = {.total_sections = scores[*i].sections,
                               .done_sections = scores[*i].done_sections,
                               .total_ac = scores[*i].ac,
                               .done_ac = scores[*i].done_ac,
                               .realized_ac = scores[*i].realized};

    canon_coverage_score(&c);
    check_pct(c.section_pct, scores[*i].section_pct);
    check_pct(c.ac_pct, scores[*i].ac_pct);
    check_pct(c.realization_pct, scores[*i].realization_pct);
    check_pct(c.health, scores[*i].health);
}
