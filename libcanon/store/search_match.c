/*
 * Candidates of a search, on either database, grouped by document as they
 * come.
 */
#include "search_parts.h"

#include "fail.h"

int cn_search_add_match(cn_array *matches, int64_t entry_id, double score,
                        int64_t sections, canon_error *err)
{
    int64_t document_id = entry_id / CN_ENTRIES_PER_DOCUMENT;
    cn_search_match *m = NULL;

    if (matches->count > 0)
        m = cn_array_at(matches, matches->count - 1);
    if (!m || m->document_id != document_id) {
        m = cn_array_push(matches);
        if (!m)
            return cn_fail_memory(err);
        m->document_id = document_id;
        m->entry_id = entry_id;
        m->best = score;
        m->score = score;
    } else if (sections > 0 && (m->sections == 0 || score > m->best)) {
        m->entry_id = entry_id;
        m->best = score;
    }
    m->sections += sections;
    if (score > m->score)
        m->score = score;
    return CANON_OK;
}

int cn_store_search_find(cn_db *db, const cn_search_scope *scope,
                         const cn_search_terms *terms, cn_array *out,
                         canon_error *err)
{
    if (terms->count == 0)
        return CANON_OK;
    if (cn_db_dialect(db) == CN_SQLITE)
        return cn_search_find_sqlite(db, scope, terms, out, err);
    return cn_search_find_postgresql(db, scope, terms, out, err);
}
