/* Assessments of criteria against merged work. */
#ifndef CN_STORE_EVIDENCE_H
#define CN_STORE_EVIDENCE_H

#include "arena.h"
#include "db.h"

/* An assessment. Texts are never NULL. */
typedef struct cn_evidence_row {
    const char *repo;
    const char *spec_path;
    const char *section_id;
    const char *ac_text;
    const char *ac_norm;
    const char *ac_hash; /* SHA-256 of ac_norm, hex */
    const char *status;  /* "realized", "partially_realized", ... */
    int64_t pr_number;   /* 0: an audit */
    const char *pr_url;
    const char *evidence_files; /* JSON array */
    const char *head_sha;
    int64_t merged_at; /* 0: not merged */
    int64_t assessed_at;
} cn_evidence_row;

/* Add, or overwrite that of the same criterion and pull request. */
int cn_store_evidence_put(cn_db *db, const char *org,
                          const cn_evidence_row *row, canon_error *err);

/* What counts of a criterion: the newest of its merged or audit rows. */
typedef struct cn_verdict {
    const char *spec_path;
    const char *section_id;
    const char *ac_norm;
    bool realized;
} cn_verdict;

typedef struct cn_verdicts {
    cn_verdict *items;
    size_t count;
} cn_verdicts;

/* Verdicts of a repository's documents from path first to path last,
 * ordered by path, section and criterion. */
int cn_store_verdicts(cn_db *db, cn_arena *a, const char *org, const char *repo,
                      const char *first, const char *last, cn_verdicts *out,
                      canon_error *err);

/* All evidence of a repository goes. */
int cn_store_evidence_remove(cn_db *db, const char *org, const char *repo,
                             canon_error *err);

#endif
