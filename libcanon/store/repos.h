/*
 * Repositories of an organisation. org is in lower case everywhere; full names
 * are compared without regard to letter case. Functions of the store never
 * begin or end transactions.
 */
#ifndef CN_STORE_REPOS_H
#define CN_STORE_REPOS_H

#include "arena.h"
#include "db.h"

/* A repository. Texts are never NULL but config. */
typedef struct cn_repo_row {
    int64_t id;
    const char *org;
    const char *full_name;
    const char *owner;
    const char *name;
    const char *source;
    const char *description;
    const char *default_branch;
    const char *indexed_commit;
    const char *config; /* JSON; NULL: no configuration file */
    const char *config_sha;
    const char *config_diagnostics; /* JSON array */
    int64_t synced_at;              /* 0: never */
} cn_repo_row;

typedef struct cn_repo_rows {
    cn_repo_row *items;
    size_t count;
} cn_repo_rows;

/* Add, or change source (and description, unless it is NULL). */
int cn_store_repo_put(cn_db *db, const cn_repo_row *row, canon_error *err);

/* CANON_ENOTFOUND when it is not there. */
int cn_store_repo_get(cn_db *db, cn_arena *a, const char *org,
                      const char *full_name, cn_repo_row *out,
                      canon_error *err);

/* Ordered by the lower-cased name. */
int cn_store_repo_list(cn_db *db, cn_arena *a, const char *org,
                       cn_repo_rows *out, canon_error *err);

/* What a finished run found out: branch, commit, configuration, time. */
int cn_store_repo_synced(cn_db *db, const cn_repo_row *row, canon_error *err);

/* The row alone; its documents must be gone. */
int cn_store_repo_remove(cn_db *db, const char *org, int64_t id,
                         canon_error *err);

/* Names of the organisations with repositories, in order. */
int cn_store_org_list(cn_db *db, cn_arena *a, const char *const **out,
                      size_t *count_out, canon_error *err);

int cn_store_repo_count(cn_db *db, const char *org, int64_t *out,
                        canon_error *err);

/* Has the organisation a repository? */
int cn_store_org_exists(cn_db *db, const char *org, bool *out,
                        canon_error *err);

/* Reserve count ids for rows of any table: first_out, first_out + 1, ... */
int cn_store_ids(cn_db *db, int64_t count, int64_t *first_out,
                 canon_error *err);

#endif
