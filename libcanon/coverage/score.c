#include "coverage.h"

/* The weights of the health score. */
#define WEIGHT_SECTIONS    0.3
#define WEIGHT_AC          0.3
#define WEIGHT_REALIZATION 0.4

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole * 100 : 0;
}

void canon_coverage_score(canon_coverage_counts *c)
{
    c->section_pct = percent(c->done_sections, c->total_sections);
    c->ac_pct = percent(c->done_ac, c->total_ac);
    c->realization_pct = percent(c->realized_ac, c->total_ac);
    c->health = WEIGHT_SECTIONS * c->section_pct + WEIGHT_AC * c->ac_pct +
                WEIGHT_REALIZATION * c->realization_pct;
}
