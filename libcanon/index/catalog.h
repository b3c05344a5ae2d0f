/*
 * The documents of an organisation as a search needs them: numbers that stand
 * for texts, in the order of the documents' ids. Made once for a state of the
 * organisation and kept in memory under its stamp, so that a search reads no
 * row of a document but those that it shows.
 */
#ifndef CN_CATALOG_H
#define CN_CATALOG_H

#include "conn.h"

#include <stdint.h>

typedef enum cn_field {
    CN_FIELD_STATUS,
    CN_FIELD_REPO,
    CN_FIELD_TEAM,
    CN_FIELD_REVIEW,
    CN_FIELD_COUNT
} cn_field;

/* Document number i is that of the i-th lowest id. Everything is read-only. */
typedef struct cn_catalog {
    size_t count;
    const int64_t *ids;
    const uint32_t *order; /* numbers of documents, by repository and path */
    const uint32_t *rank;  /* the place of a document in that order */
    const uint32_t *fields[CN_FIELD_COUNT]; /* names */
    const uint32_t *first_tag; /* place in tags; count + 1 of them */
    const uint32_t *tags;      /* names */
    size_t name_count;
    const uint32_t *name_at; /* place in text */
    const char *text;        /* terminated names; number 0 is "" */
    cn_buf bytes;            /* of all this */
} cn_catalog;

/* In the reading transaction of the caller; the result must be freed. */
int cn_catalog_load(canon_conn *conn, const char *org, cn_catalog *out);
void cn_catalog_free(cn_catalog *catalog);

/* The number of a document, looked for from `from` on; count when it is not
 * there. */
size_t cn_catalog_find(const cn_catalog *catalog, int64_t id, size_t from);

static inline const char *cn_catalog_name(const cn_catalog *c, uint32_t name)
{
    return c->text + c->name_at[name];
}

#endif
