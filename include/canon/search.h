/**
 * @file canon/search.h
 * Finding sections and documents by words and filters; the same hits and
 * totals on both databases. The query language is described in
 * libcanon/docs/rest-api.md.
 */
#ifndef CANON_SEARCH_H
#define CANON_SEARCH_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

typedef struct canon_search_result canon_search_result;

/** What to find. Start from CANON_SEARCH_QUERY_INIT. NULL means "any". */
typedef struct canon_search_query {
    size_t size;
    const char *org;    /**< required */
    const char *q;      /**< words, "phrases", -excluded; last one a prefix */
    const char *team;   /**< letter case ignored */
    const char *tag;    /**< letter case ignored */
    const char *status; /**< of the document or of a section */
    const char *repo;   /**< "owner/name", letter case ignored */
    const char *review_status;
    int limit;     /**< hits to return, 0 to 100 */
    int offset;    /**< hits to skip */
    int no_facets; /**< 1: leave the facets out */
} canon_search_query;

#define CANON_SEARCH_QUERY_INIT                                                \
    {                                                                          \
        sizeof(canon_search_query), NULL, NULL, NULL, NULL, NULL, NULL, NULL,  \
            20, 0, 0                                                           \
    }

/** One document that was hit. Strings belong to the result. */
typedef struct canon_search_hit {
    const char *file_path;
    const char *title;
    const char *status;
    const char *owner;
    const char *team;
    const char *repo_full_name;
    const char *repo_owner;
    const char *repo_name;
    const char *const *tags;
    size_t tag_count;
    const char *heading;      /**< of the best section, or "" */
    const char *snippet_html; /**< escaped; no tag but <mark> */
    const char *doc_type;
    const char *review_status; /**< or NULL */
    double score;
} canon_search_hit;

/**
 * Search. Reads the index only; one snapshot.
 * @param out set to NULL on failure; free it with canon_search_free. It does
 *        not refer to conn.
 * @return CANON_OK; CANON_EINVAL for limit or offset out of range or a query
 *         above 500 characters.
 */
CANON_API int canon_search(canon_conn *conn, const canon_search_query *query,
                           canon_search_result **out) CANON_NODISCARD;

/** Documents that match, before limit and offset. */
CANON_API int64_t canon_search_total(const canon_search_result *result);

/** Hits in the result. */
CANON_API size_t canon_search_count(const canon_search_result *result);

/** Hit i; NULL beyond the end. */
CANON_API const canon_search_hit *
canon_search_hit_at(const canon_search_result *result, size_t i);

/** The JSON form of the REST API: results, total, facets. */
CANON_API int canon_search_json(const canon_search_result *result,
                                canon_buf *out,
                                canon_error *err) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_search_free(canon_search_result *result);

CANON_END_DECLS

#endif
