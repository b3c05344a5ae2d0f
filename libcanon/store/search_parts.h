/* What the files of the search share. */
#ifndef CN_STORE_SEARCH_PARTS_H
#define CN_STORE_SEARCH_PARTS_H

#include "search.h"

#define CN_ENTRIES_PER_DOCUMENT INT64_C(1048576)

/* Add what one entry matched to its document, which is the last one of the
 * array or a new one. Entries come in the order of their ids. sections: how
 * many the entry stands for, itself included. */
int cn_search_add_match(cn_array *matches, int64_t entry_id, double score,
                        int64_t sections, canon_error *err);

/* 1 for a section's entry, 0 for the document's own. */
static inline int64_t cn_search_is_section(int64_t entry_id)
{
    return entry_id % CN_ENTRIES_PER_DOCUMENT != 0;
}

int cn_search_find_sqlite(cn_db *db, const cn_search_scope *scope,
                          const cn_search_terms *terms, cn_array *out,
                          canon_error *err);
int cn_search_find_postgresql(cn_db *db, const cn_search_scope *scope,
                              const cn_search_terms *terms, cn_array *out,
                              canon_error *err);

/* The lines of titles and headings of documents: written for new documents,
 * whose entries stand one after the other, and again for one document from its
 * entries. */
int cn_search_headings_insert(cn_db *db, const char *org,
                              const cn_search_entry *entries,
                              const int64_t *ids, size_t count,
                              canon_error *err);
int cn_search_headings_update(cn_db *db, const char *org, int64_t document_id,
                              canon_error *err);

/* Makes values of PostgreSQL's full-text columns, one entry after the other. */
typedef struct cn_tsv {
    cn_array words;
    cn_buf text; /* of the words */
    unsigned position;
    size_t stored;
    int rc;
} cn_tsv;

void cn_tsv_init(cn_tsv *t);
void cn_tsv_free(cn_tsv *t);

/* Add an entry's value of the column tsv to out, in binary form; CANON_ENOMEM.
 */
int cn_search_tsv(cn_tsv *t, cn_buf *out, const cn_search_entry *entry);

/* The same entry's value of the column ranked: without the words of its body.
 */
int cn_search_tsv_ranked(const cn_tsv *t, cn_buf *out);

#endif
