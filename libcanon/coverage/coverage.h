/* The inside of a coverage result. */
#ifndef CN_COVERAGE_H
#define CN_COVERAGE_H

#include "canon/coverage.h"

#include "arena.h"

/* Counts of one repository or team. */
typedef struct cn_named_counts {
    const char *name;
    canon_coverage_counts counts;
} cn_named_counts;

/* One day of the trend. */
typedef struct cn_trend_point {
    int32_t day;
    canon_coverage_counts counts;
} cn_trend_point;

struct canon_coverage {
    cn_arena arena; /* all below */
    canon_coverage_counts totals;
    cn_named_counts *repos;
    size_t repo_count;
    cn_named_counts *teams;
    size_t team_count;
    cn_trend_point *trend;
    size_t trend_count;
};

#endif
