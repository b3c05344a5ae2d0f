/*
 * The rows that are searched, one per section and one per document, and the
 * candidates of a search. What differs between the full-text index of SQLite
 * and that of PostgreSQL is behind these functions.
 */
#ifndef CN_STORE_SEARCH_H
#define CN_STORE_SEARCH_H

#include "arena.h"
#include "array.h"
#include "db.h"

/* What is searched of a section, or (section_row 0) of the document itself:
 * its title and what no section holds; of a document that is no spec, all of
 * it. A section's entry has no title. Canon's own comments in the body are left
 * out, and of very long texts the end. */
typedef struct cn_search_entry {
    int64_t document_id;
    int64_t section_row;
    cn_slice title;
    cn_slice heading; /* with its number */
    cn_slice ac_text;
    cn_slice body;
    bool same_heading; /* title or heading are the stored ones */
} cn_search_entry;

/* Entries of documents that have none yet; those of a document stand one after
 * the other. */
int cn_store_search_insert(cn_db *db, const char *org,
                           const cn_search_entry *entries, size_t count,
                           canon_error *err);

/* Entries of documents that may have some: one of the same section is
 * replaced. */
int cn_store_search_put(cn_db *db, const char *org,
                        const cn_search_entry *entries, size_t count,
                        canon_error *err);

/* Remove the entries of these sections of a document. */
int cn_store_search_remove(cn_db *db, const char *org, int64_t document_id,
                           const int64_t *section_rows, size_t count,
                           canon_error *err);

/* Remove all entries of a document; before its row is deleted. */
int cn_store_search_remove_document(cn_db *db, const char *org,
                                    int64_t document_id, canon_error *err);

/* One word or phrase of a query. */
typedef struct cn_search_term {
    const char *const *words; /* lower case, at least one */
    size_t count;
    bool prefix; /* the last word may go on */
} cn_search_term;

/* A parsed query: all of `terms`, none of `not_terms`. */
typedef struct cn_search_terms {
    const cn_search_term *terms;
    size_t count; /* 0: no word to find */
    const cn_search_term *not_terms;
    size_t not_count;
} cn_search_terms;

/* Nothing in q is an error. */
int cn_search_parse(cn_arena *a, cn_slice q, cn_search_terms *out,
                    canon_error *err);

/* A document with entries that match. */
typedef struct cn_search_match {
    int64_t document_id;
    int64_t entry_id; /* the best section, or the document's own */
    int64_t sections; /* that match */
    double score;     /* of the best entry */
    double best;      /* of entry_id */
} cn_search_match;

/* Which entries may match; texts NULL: any. */
typedef struct cn_search_scope {
    const char *org;
    const char *section_status; /* sections in this state alone */
} cn_search_scope;

/* The documents with entries that match the terms, ordered by document_id.
 * PostgreSQL ranks few entries by all their words, many by where the words
 * stand. Other organisations' documents may be among them on SQLite: join them
 * with the documents of the organisation. */
int cn_store_search_find(cn_db *db, const cn_search_scope *scope,
                         const cn_search_terms *terms, cn_array *out,
                         canon_error *err);

/* The same for entries whose heading or title contains q; score 0.1. */
int cn_store_search_part(cn_db *db, const cn_search_scope *scope, cn_slice q,
                         cn_array *out, canon_error *err);

/* What filters and facets need of a document. Texts live for the call. */
typedef struct cn_search_document {
    int64_t id;
    cn_slice repo;
    cn_slice status;
    cn_slice team;
    cn_slice review_status; /* or empty */
} cn_search_document;

/* A code other than 0 ends it. */
typedef int cn_search_on_document(void *user,
                                  const cn_search_document *document);
typedef int cn_search_on_tag(void *user, int64_t document_id, cn_slice tag);

/* All documents of an organisation in the order of repository and path. */
int cn_store_search_documents(cn_db *db, const char *org,
                              cn_search_on_document *on_document, void *user,
                              canon_error *err);

/* All their tags, ordered by document_id and tag. */
int cn_store_search_tags(cn_db *db, const char *org, cn_search_on_tag *on_tag,
                         void *user, canon_error *err);

/* Documents with a section in a state: their ids (int64_t), in order. */
int cn_store_search_by_section_status(cn_db *db, const char *org,
                                      const char *status, cn_array *out,
                                      canon_error *err);

/* After a full load: what the full-text index left for later. */
int cn_store_search_settle(cn_db *db, canon_error *err);

/* What a page shows of a document. */
typedef struct cn_search_shown {
    int64_t id; /* 0: not there */
    const char *path;
    const char *title;
    const char *status;
    const char *owner;
    const char *team;
    const char *repo;
    const char *repo_owner;
    const char *repo_name;
    const char *doc_type;
    const char *tags;          /* JSON array */
    const char *review_status; /* or NULL */
} cn_search_shown;

/* Of the documents `ids`, in their order. */
int cn_store_search_shown(cn_db *db, cn_arena *a, const char *org,
                          const int64_t *ids, size_t count,
                          cn_search_shown *out, canon_error *err);

/* What a page shows of an entry. */
typedef struct cn_search_text {
    int64_t id; /* 0: not there */
    const char *heading;
    cn_slice body;
} cn_search_text;

int cn_store_search_texts(cn_db *db, cn_arena *a, const char *org,
                          const int64_t *ids, size_t count, cn_search_text *out,
                          canon_error *err);

/* The body without Canon's own comments. */
void cn_search_clean(cn_buf *out, cn_slice body);

#endif
