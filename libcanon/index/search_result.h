/* The inside of a search's result. */
#ifndef CN_INDEX_SEARCH_RESULT_H
#define CN_INDEX_SEARCH_RESULT_H

#include "canon/search.h"

#include "arena.h"
#include "slice.h"

/* A value of a facet and how many documents have it. */
typedef struct cn_facet_value {
    const char *name;
    int64_t count;
} cn_facet_value;

typedef enum cn_facet {
    CN_FACET_STATUS,
    CN_FACET_REPO,
    CN_FACET_TEAM,
    CN_FACET_TAG,
    CN_FACET_COUNT
} cn_facet;

struct canon_search_result {
    cn_arena arena; /* of everything in it */
    int64_t total;
    canon_search_hit *hits;
    size_t count;
    cn_facet_value *facets[CN_FACET_COUNT]; /* most frequent first */
    size_t facet_counts[CN_FACET_COUNT];
};

#endif
