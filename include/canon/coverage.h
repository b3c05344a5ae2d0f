/**
 * @file canon/coverage.h
 * How much of what was specified is done, now and over time.
 *
 *     canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
 *     canon_coverage *c = NULL;
 *
 *     q.org = "acme";
 *     if (canon_coverage_compute(conn, &q, &c) == CANON_OK)
 *         printf("%.1f %%\n", canon_coverage_totals(c)->section_pct);
 *     canon_coverage_free(c);
 */
#ifndef CANON_COVERAGE_H
#define CANON_COVERAGE_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

typedef struct canon_coverage canon_coverage;

/** What to count. Start from CANON_COVERAGE_QUERY_INIT. */
typedef struct canon_coverage_query {
    size_t size;
    const char *org;  /**< required */
    const char *repo; /**< "owner/name"; NULL or "": all */
    const char *team; /**< NULL or "": all */
    int days;         /**< reach of the trend, 1 to 730; 0: 30 */
} canon_coverage_query;

#define CANON_COVERAGE_QUERY_INIT                                              \
    {                                                                          \
        sizeof(canon_coverage_query), NULL, NULL, NULL, 0                      \
    }

/** Counts and percentages of a scope. Percentages are not rounded. */
typedef struct canon_coverage_counts {
    int64_t total_specs;
    int64_t total_sections;
    int64_t done_sections;
    int64_t total_ac;
    int64_t done_ac;
    int64_t realized_ac;
    double section_pct;     /**< done of all sections, 0 to 100 */
    double ac_pct;          /**< checked of all criteria */
    double realization_pct; /**< realised of all criteria */
    double health;          /**< 0.3 section + 0.3 ac + 0.4 realization */
} canon_coverage_counts;

/** Fill the percentages of counts from its numbers. Pure. */
CANON_API void canon_coverage_score(canon_coverage_counts *counts);

/**
 * Count sections and criteria of an organisation.
 *
 * Reads the index only; no network. One snapshot: the numbers belong together.
 *
 * @param out receives the result; set to NULL on failure. Free it with
 *        canon_coverage_free. It does not refer to conn and may outlive it.
 * @return CANON_OK; CANON_EINVAL when a member of the query is out of range;
 *         CANON_ESTORE, CANON_EBUSY, CANON_ENOMEM.
 */
CANON_API int canon_coverage_compute(canon_conn *conn,
                                     const canon_coverage_query *query,
                                     canon_coverage **out) CANON_NODISCARD;

/** The totals; never NULL, valid as long as the coverage object. */
CANON_API const canon_coverage_counts *
canon_coverage_totals(const canon_coverage *coverage);

/** Number of repositories in the breakdown. */
CANON_API size_t canon_coverage_repo_count(const canon_coverage *coverage);

/** Counts of repository i, by name; name_out (may be NULL) gets the name;
 * NULL beyond the end. */
CANON_API const canon_coverage_counts *
canon_coverage_repo(const canon_coverage *coverage, size_t i,
                    const char **name_out);

/** Number of teams in the breakdown. */
CANON_API size_t canon_coverage_team_count(const canon_coverage *coverage);

/** Counts of team i, by name; as canon_coverage_repo. */
CANON_API const canon_coverage_counts *
canon_coverage_team(const canon_coverage *coverage, size_t i,
                    const char **name_out);

/** Replace the content of out by the JSON form that the REST API returns. */
CANON_API int canon_coverage_json(const canon_coverage *coverage,
                                  canon_buf *out,
                                  canon_error *err) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_coverage_free(canon_coverage *coverage);

/**
 * Write the day's figures of every document of an organisation (org NULL: of
 * all). Repeating a day overwrites it. day: days since 1970, UTC; -1: today.
 */
CANON_API int canon_coverage_snapshot(canon_conn *conn, const char *org,
                                      int32_t day) CANON_NODISCARD;

CANON_END_DECLS

#endif
