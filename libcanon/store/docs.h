/*
 * Documents of a repository with their sections, criteria and tags. org is in
 * lower case; texts are valid UTF-8 without U+0000. Ids of new rows are the
 * caller's, from cn_store_ids.
 */
#ifndef CN_STORE_DOCS_H
#define CN_STORE_DOCS_H

#include "arena.h"
#include "db.h"

/* Counters of a document. */
typedef struct cn_doc_counts {
    int64_t total_sections;
    int64_t done_sections;
    int64_t total_ac;
    int64_t done_ac;
    int64_t realized_ac;
} cn_doc_counts;

/* A document. Texts are never NULL unless it says so. */
typedef struct cn_doc_row {
    int64_t id;
    int64_t repo_id;
    const char *repo;
    const char *path;
    const char *title;
    const char *status;
    const char *owner;
    const char *team;
    const char *review_status;  /* or NULL */
    const char *ticket_project; /* or NULL */
    const char *doc_type;
    bool is_spec;
    const char *frontmatter;     /* JSON */
    const char *tags;            /* JSON array */
    const char *const *tag_list; /* of tag_count, only when writing */
    size_t tag_count;
    cn_slice raw;
    const char *blob_sha;
    const char *stamp;
    const char *content_hash;
    const char *commit_sha;
    int64_t parser_version;
    cn_doc_counts counts;
    int64_t last_doc_change_at;  /* 0: unknown */
    int64_t last_code_change_at; /* 0: unknown */
    int64_t stale_since;         /* 0: not stale */
    int64_t indexed_at;
} cn_doc_row;

typedef struct cn_doc_rows {
    cn_doc_row *items;
    size_t count;
} cn_doc_rows;

typedef struct cn_criterion_row {
    const char *text;
    const char *norm; /* as it is compared */
    bool checked;
    int64_t line;
    const char *strength; /* or NULL */
    bool realized_inline;
} cn_criterion_row;

/* A section. Texts are never NULL unless it says so. */
typedef struct cn_section_row {
    int64_t id;
    int64_t ord;
    int64_t parent_ord; /* -1: none */
    const char *section_id;
    const char *number; /* or NULL */
    const char *heading;
    const char *label; /* "2.1. Heading" of the search, only when writing */
    int64_t level;
    const char *body;
    const char *ac_text; /* criteria joined by line breaks */
    const char *status;
    const char *blocked_by;    /* or NULL */
    const char *delta;         /* or NULL */
    const char *ticket_system; /* "" without a ticket */
    const char *ticket_ref;
    int64_t start_line;
    int64_t end_line;
    int64_t total_ac;
    int64_t done_ac;
    const cn_criterion_row *criteria; /* of total_ac, only when writing */
} cn_section_row;

typedef struct cn_section_rows {
    cn_section_row *items;
    size_t count;
} cn_section_rows;

/* What a run must know of a stored document, ordered by path. */
typedef struct cn_known_doc {
    int64_t id;
    const char *path;
    const char *blob_sha;
    const char *stamp;
    int64_t parser_version;
    bool is_spec;
} cn_known_doc;

typedef struct cn_known_docs {
    cn_known_doc *items;
    size_t count;
} cn_known_docs;

int cn_store_docs_known(cn_db *db, cn_arena *a, const char *org,
                        int64_t repo_id, cn_known_docs *out, canon_error *err);

/* New documents with their tags; CANON_ECONFLICT when one exists. */
int cn_store_docs_insert(cn_db *db, const char *org,
                         const cn_doc_row *const *docs, size_t count,
                         canon_error *err);

/* Overwrite the document at (repo_id, path) but its last_code_change_at; a
 * change clears stale_since. row->id becomes its id. CANON_ENOTFOUND. */
int cn_store_doc_update(cn_db *db, const char *org, cn_doc_row *row,
                        canon_error *err);

/* Replace the tags of a document. */
int cn_store_doc_tags(cn_db *db, const char *org, const cn_doc_row *row,
                      canon_error *err);

/* Only the place in the source changed: blob, stamp, commit, time. */
int cn_store_docs_touch(cn_db *db, const char *org,
                        const cn_doc_row *const *docs, size_t count,
                        canon_error *err);

/* Remove documents and all that belongs to them but search entries. */
int cn_store_docs_delete(cn_db *db, const char *org, const int64_t *ids,
                         size_t count, canon_error *err);

/* Set realized_ac of a document. */
int cn_store_doc_realized(cn_db *db, const char *org, int64_t id,
                          int64_t realized, canon_error *err);

/* The documents of an organisation (repo_id 0) or of one repository, ordered
 * by repo_id and path; without raw, frontmatter and hashes. */
int cn_store_docs_list(cn_db *db, cn_arena *a, const char *org, int64_t repo_id,
                       cn_doc_rows *out, canon_error *err);

/* One document with its text. CANON_ENOTFOUND. */
int cn_store_doc_get(cn_db *db, cn_arena *a, const char *org, int64_t repo_id,
                     const char *path, cn_doc_row *out, canon_error *err);

/* What is searched of a document. */
typedef struct cn_doc_entry {
    const char *title; /* of its own entry; NULL without one */
    const char *body;
    bool has_sections; /* with entries */
} cn_doc_entry;

int cn_store_doc_entry(cn_db *db, cn_arena *a, const char *org, int64_t id,
                       cn_doc_entry *out, canon_error *err);

/* Id of a document; 0 when it is not there. */
int cn_store_doc_find(cn_db *db, const char *org, int64_t repo_id,
                      const char *path, int64_t *id_out, canon_error *err);

/* Totals from the counters: numbers of documents, of specs, and the counters
 * of the specs. */
int cn_store_docs_total(cn_db *db, const char *org, int64_t *docs_out,
                        int64_t *specs_out, cn_doc_counts *out,
                        canon_error *err);

/* Have PostgreSQL look at tables that have begun to grow: without figures it
 * goes through an organisation's rows for each foreign key. Cheap when nothing
 * is to be done. Not inside a transaction. */
int cn_store_docs_analyze(cn_db *db, canon_error *err);

/* Is there a spec? */
int cn_store_docs_any_spec(cn_db *db, const char *org, bool *out,
                           canon_error *err);

/* The sections of a document in order, without criteria. */
int cn_store_sections_get(cn_db *db, cn_arena *a, const char *org,
                          int64_t document_id, cn_section_rows *out,
                          canon_error *err);

/* New sections with their criteria, of any number of documents. */
typedef struct cn_section_write {
    int64_t document_id;
    const cn_section_row *section;
} cn_section_write;
int cn_store_sections_write(cn_db *db, const char *org,
                            const cn_section_write *items, size_t count,
                            canon_error *err);

/* Overwrite the sections by id; criteria are not touched. */
int cn_store_sections_update(cn_db *db, const char *org,
                             const cn_section_row *const *sections,
                             size_t count, canon_error *err);

/* Make room for another order: every ord of a document becomes negative. */
int cn_store_sections_unorder(cn_db *db, const char *org, int64_t document_id,
                              canon_error *err);

/* Remove sections with their criteria. */
int cn_store_sections_delete(cn_db *db, const char *org, const int64_t *ids,
                             size_t count, canon_error *err);

/* Criteria of a stored section. */
int cn_store_criteria_replace(cn_db *db, const char *org,
                              const cn_section_row *const *sections,
                              size_t count, canon_error *err);

/* A criterion with what counting the realised ones needs. */
typedef struct cn_criterion_key {
    const char *section_id;
    const char *norm;
    bool realized_inline;
} cn_criterion_key;

typedef struct cn_criterion_keys {
    cn_criterion_key *items;
    size_t count;
} cn_criterion_keys;

/* All criteria of a document. */
int cn_store_criteria_keys(cn_db *db, cn_arena *a, const char *org,
                           int64_t document_id, cn_criterion_keys *out,
                           canon_error *err);

#endif
