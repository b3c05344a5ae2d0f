/* Rows for tests that read the index without running it. */
#ifndef CN_TEST_SEED_H
#define CN_TEST_SEED_H

#include "engine_start.h"

#include "docs.h"
#include "repos.h"

/* A document with its counters. */
typedef struct seed_doc {
    const char *org;
    const char *repo; /* "owner/name"; made when it is not there */
    const char *path;
    const char *team;
    cn_doc_counts counts;
    bool is_spec;
    const cn_section_row *sections;
    size_t section_count;
} seed_doc;

void seed(test_engine *t, const seed_doc *doc);

/* The document goes, as if it had vanished from its source. */
void seed_remove(test_engine *t, const char *org, const char *repo,
                 const char *path);

#endif
