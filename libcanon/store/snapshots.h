/* Figures of coverage: live from the counters of documents, and by day. */
#ifndef CN_STORE_SNAPSHOTS_H
#define CN_STORE_SNAPSHOTS_H

#include "db.h"

/* Whose figures; texts "" mean all. */
typedef struct cn_coverage_scope {
    const char *org;
    const char *repo;
    const char *team;
} cn_coverage_scope;

/* Columns of the figures. */
enum {
    CN_FIGURE_REPO,
    CN_FIGURE_TEAM,
    CN_FIGURE_SPECS,
    CN_FIGURE_SECTIONS,
    CN_FIGURE_DONE_SECTIONS,
    CN_FIGURE_AC,
    CN_FIGURE_DONE_AC,
    CN_FIGURE_REALIZED
};

/* Sums by repository and team, in that order. */
int cn_store_figures_live(cn_db *db, const cn_coverage_scope *scope,
                          cn_rows **out, canon_error *err);

/* The same from the newest snapshot of each document in the 30 days that end
 * at `day`; documents that vanished are left out. */
int cn_store_figures_stored(cn_db *db, const cn_coverage_scope *scope,
                            int32_t day, cn_rows **out, canon_error *err);

/*
 * Sums of each day after `before` up to `last` that has a snapshot: day and
 * the five counters. A document that was missed on a day counts with its
 * newest figures of the 30 days before.
 */
int cn_store_trend(cn_db *db, const cn_coverage_scope *scope, int32_t before,
                   int32_t last, cn_rows **out, canon_error *err);

/* Write the figures of every spec for a day; a document that had some in the
 * 30 days before and vanished gets a row that says so. */
int cn_store_snapshot_write(cn_db *db, const char *org, int32_t day,
                            int64_t now_us, canon_error *err);

/* Write the figures of a day again if a summary of it would use stored ones:
 * what was removed does not count in them any longer. */
int cn_store_snapshot_again(cn_db *db, const char *org, int32_t day,
                            int64_t now_us, canon_error *err);

/* Forget what no trend shows: days up to `last`, of all organisations. */
int cn_store_snapshot_prune(cn_db *db, int32_t last, canon_error *err);

#endif
