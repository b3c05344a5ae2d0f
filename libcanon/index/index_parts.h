/*
 * The inside of the index. A run goes: list the source (plan.c), read and
 * parse what changed (build.c), write it in groups (write.c, load.c); run.c
 * drives.
 */
#ifndef CN_INDEX_PARTS_H
#define CN_INDEX_PARTS_H

#include "index.h"

#include "canon/source.h"
#include "canon/spec.h"

#include "arena.h"
#include "array.h"
#include "conn.h"
#include "docs.h"
#include "evidence.h"
#include "index_jobs.h"
#include "repos.h"

/* Raised when what is stored of a document changes its meaning: everything is
 * then read again. */
#define CN_PARSER_VERSION 1

#define CN_DOCUMENT_MAX ((size_t)1024 * 1024) /* longer: title and path only */
#define CN_CONFIG_MAX   ((size_t)256 * 1024)
#define CN_REPO_DOCS    5000 /* documents of a repository */

/* A repository's patterns of specs; count 0: what lies below docs/specs/. */
typedef struct cn_patterns {
    const char *const *items;
    size_t count;
} cn_patterns;

/* Does the file belong into the index? */
bool cn_index_wanted(const char *path, const cn_patterns *patterns);

/* The patterns of a stored configuration (the JSON form, or NULL). */
int cn_patterns_of_json(cn_arena *a, const char *config, cn_patterns *out,
                        canon_error *err);

/* A document read from its source, ready to be written. */
typedef struct cn_built {
    cn_doc_row doc;
    cn_section_row *sections;
    size_t section_count;
    canon_spec *spec;  /* owns most texts above */
    bool is_new;       /* not in the table when the run began */
    char problem[160]; /* why only title and path are there; "" */
} cn_built;

/* A file at hand; borrowed. */
typedef struct cn_source_text {
    const char *path;
    cn_slice text; /* as read; ptr NULL: too long to be read */
    int64_t len;   /* of the file */
} cn_source_text;

/*
 * Parse a text into rows. Fills the parts of doc that come from the text and
 * the path; a holds what spec does not. spec must be freed with cn_built_free
 * also on failure.
 */
int cn_built_make(cn_built *out, cn_arena *a, const cn_source_text *source,
                  const cn_patterns *patterns, canon_error *err);
void cn_built_free(cn_built *built);

/* How many criteria are realised: by their verdict, else by their comments.
 * verdicts are ordered as cn_store_verdicts gives them. */
int64_t cn_count_realized(const cn_verdicts *verdicts, const char *path,
                          const cn_section_row *sections, size_t count);

/* Ids for rows, reserved in blocks. */
typedef struct cn_id_range {
    int64_t next;
    int64_t left;
    bool unsure; /* reserved by a transaction that has not ended */
} cn_id_range;

/* What is written in one transaction. */
typedef struct cn_group {
    const char *org;
    const cn_repo_row *repo;
    cn_arena arena;   /* texts of the items */
    cn_array items;   /* cn_built, ordered by path */
    cn_array touched; /* cn_doc_row: only the place in the source changed */
    size_t bytes;     /* of text */
    cn_id_range ids;
    canon_index_report *report; /* of the run; errors and written are added */
    int64_t now_us;
} cn_group;

void cn_group_init(cn_group *group, const char *org, const cn_repo_row *repo,
                   canon_index_report *report);
void cn_group_reset(cn_group *group);
void cn_group_free(cn_group *group);

/* Write a group; documents that the database refuses are counted as errors. */
int cn_group_write(canon_conn *conn, cn_group *group);

/* Remove documents and their search entries. */
int cn_documents_remove(canon_conn *conn, const char *org, const int64_t *ids,
                        size_t count);

/* A file of the source that is to be indexed. */
typedef struct cn_planned {
    const char *path;
    const char *blob;
    const char *stamp;
    int64_t len;
    int64_t time_us;
    const cn_known_doc *known; /* or NULL */
    bool again;                /* also with the same content */
} cn_planned;

/* What a run has to do. */
typedef struct cn_plan {
    cn_arena arena;
    cn_array files;    /* cn_planned: new, or perhaps changed */
    cn_array gone;     /* int64_t: ids of documents that vanished */
    int64_t unchanged; /* documents that need nothing */
    int64_t left_out;  /* files above CN_REPO_DOCS */
    int64_t bad_paths; /* files whose names cannot be stored */
} cn_plan;

/* Compare the listing of a source with what is stored. */
typedef struct cn_plan_input {
    canon_source *source;
    const canon_revision *at;
    const cn_patterns *patterns;
    const cn_known_docs *known;
    bool force;      /* read everything */
    bool reclassify; /* the patterns changed */
} cn_plan_input;

int cn_plan_make(cn_plan *out, const cn_plan_input *input, canon_error *err);
void cn_plan_free(cn_plan *plan);

/* Remember an error of a file in a report. */
void cn_report_error(canon_index_report *report, const char *path,
                     const char *why);

/* A repository's source, opened at its newest state. */
typedef struct cn_opened {
    canon_source *source;
    canon_revision at;
} cn_opened;

/* CANON_EIO when the source is not there. The database connection must have
 * been given back. */
int cn_opened_make(cn_opened *out, canon_conn *conn, const cn_repo_row *repo);

/* How reading a planned file ended. */
typedef enum cn_fetched {
    CN_FETCHED_BUILT, /* added to the group's items */
    CN_FETCHED_SAME,  /* added to the touched ones */
    CN_FETCHED_GONE,  /* it vanished meanwhile */
    CN_FETCHED_BAD    /* cannot be read; noted in the report */
} cn_fetched;

/* Read a file and add it to the group; fails only when the run must end. */
int cn_fetch(canon_conn *conn, const cn_opened *from, const cn_planned *file,
             const cn_patterns *patterns, cn_group *group, cn_fetched *out);

/* The configuration of a repository as it is stored. */
typedef struct cn_config_read {
    const char *json; /* NULL: no file */
    const char *sha;
    const char *diagnostics;
} cn_config_read;

int cn_config_fetch(canon_conn *conn, const cn_opened *from, cn_arena *a,
                    cn_config_read *out);

/* The run of one repository. */
typedef struct cn_run {
    canon_conn *conn;
    canon_index_options options;
    canon_index_report *report; /* of all repositories */
    canon_index_report own;     /* of this one */
    canon_index_progress progress;
    cn_arena arena;
    cn_repo_row repo;
    cn_opened from;
    cn_config_read config;
    cn_patterns patterns;
    cn_known_docs known;
    cn_plan plan;
    cn_index_job job;
    int64_t now_us; /* when it began */
} cn_run;

/* Report progress; CANON_ECANCELED when somebody wants it to end. */
int cn_run_tell(cn_run *r, const char *path);

/* The row of the run (run: a cn_run): its beginning, in a transaction, and how
 * far it is. */
int cn_run_job_start(canon_conn *conn, void *run);
int cn_run_job_update(canon_conn *conn, cn_run *r, const char *status,
                      int64_t completed_at);

/* Read the planned files and write them. */
int cn_run_load(cn_run *r);

/* What is read of the organisation changed: the last statement of a
 * transaction. */
int cn_index_changed(canon_conn *conn, const char *org);

/* Check names and split "owner/name" (copies in conn->arena). */
int cn_index_names(canon_conn *conn, const char *org, const char *full_name,
                   const char **org_out);

#endif
