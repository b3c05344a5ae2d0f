/*
 * What a search needs of documents: for its filters and facets from an index
 * of the organisation's documents, for its page by their ids.
 */
#include "search_parts.h"

#include "batch.h"
#include "fail.h"

#include <stdlib.h>

#define IDS 20 /* ids that one statement takes */

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = ((const cn_search_match *)b)->document_id;

    return x < y ? -1 : x > y;
}

/* matches are ordered by document_id */
static bool is_matched(const cn_array *matches, int64_t id)
{
    return !matches ||
           (matches->count > 0 &&
            bsearch(&id, matches->items, matches->count, matches->size, by_id));
}

static int read_document(cn_rows *rows, cn_arena *a, cn_array *out,
                         canon_error *err)
{
    cn_search_document *d = cn_array_push(out);

    if (!d)
        return cn_fail_memory(err);
    d->id = cn_rows_int(rows, 0);
    if (!a)
        return CANON_OK;
    d->repo = cn_rows_copy(rows, 1, a);
    d->path = cn_rows_copy(rows, 2, a);
    d->status = cn_rows_copy(rows, 3, a);
    d->team = cn_rows_copy(rows, 4, a);
    d->review_status = cn_rows_copy(rows, 5, a);
    if (!d->repo || !d->path || !d->status || !d->team ||
        (!d->review_status && !cn_rows_is_null(rows, 5)))
        return cn_fail_memory(err);
    return CANON_OK;
}

#define DOCUMENT "SELECT id, repo, path, status, team, review_status"

/* All of the organisation, in order; those that do not match are skipped.
 * a: for the texts; NULL: the ids alone. */
static int scan_documents(cn_db *db, cn_arena *a, const char *org,
                          const cn_array *matches, cn_array *out,
                          canon_error *err)
{
    const cn_arg arg = cn_text(org);
    cn_rows *rows = NULL;
    int rc = a ? cn_db_query(db,
                             DOCUMENT " FROM spec_documents"
                                      " WHERE org_login = $1"
                                      " ORDER BY repo, path",
                             &arg, 1, &rows, err)
               : cn_db_query(db,
                             "SELECT id FROM spec_documents"
                             " WHERE org_login = $1 ORDER BY repo, path",
                             &arg, 1, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        rc = CANON_OK;
        if (is_matched(matches, cn_rows_int(rows, 0)))
            rc = read_document(rows, a, out, err);
    }
    cn_rows_free(rows);
    return rc;
}

/* The organisation and up to IDS ids from *at on; 0 is nobody's. */
static void id_args(cn_arg *args, const char *org, const int64_t *ids,
                    size_t count)
{
    args[0] = cn_text(org);
    for (size_t i = 0; i < IDS; i++)
        args[i + 1] = cn_int(i < count ? ids[i] : 0);
}

#define ID_LIST                                                                \
    "($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17," \
    " $18, $19, $20, $21)"

static int get_documents(cn_db *db, cn_arena *a, const char *org,
                         const int64_t *ids, size_t count, cn_array *out,
                         canon_error *err)
{
    cn_arg args[IDS + 1];
    cn_rows *rows = NULL;
    int rc;

    id_args(args, org, ids, count);
    rc = cn_db_query(db,
                     DOCUMENT " FROM spec_documents WHERE org_login = $1"
                              " AND id IN " ID_LIST,
                     args, IDS + 1, &rows, err);
    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = read_document(rows, a, out, err);
    cn_rows_free(rows);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    const cn_search_document *x = a;
    const cn_search_document *y = b;
    int order = strcmp(x->repo, y->repo);

    return order ? order : strcmp(x->path, y->path);
}

int cn_store_search_documents(cn_db *db, cn_arena *a, const char *org,
                              const cn_array *matches, bool texts,
                              cn_array *out, canon_error *err)
{
    /* below this many, looking them up costs less than the whole list */
    size_t few = cn_db_dialect(db) == CN_SQLITE ? 10 * IDS : 3 * IDS;
    int rc = CANON_OK;

    if (!matches || matches->count > few)
        return scan_documents(db, texts ? a : NULL, org, matches, out, err);
    for (size_t i = 0; !rc && i < matches->count; i += IDS) {
        int64_t ids[IDS];
        size_t n = 0;

        for (; n < IDS && i + n < matches->count; n++) {
            const cn_search_match *m = cn_array_at(matches, i + n);

            ids[n] = m->document_id;
        }
        rc = get_documents(db, a, org, ids, n, out, err);
    }
    if (!rc && out->count > 1)
        qsort(out->items, out->count, out->size, by_name);
    return rc;
}

int cn_store_search_by_section_status(cn_db *db, const char *org,
                                      const char *status, cn_array *out,
                                      canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(status)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "SELECT DISTINCT document_id FROM spec_sections WHERE org_login = $1"
        " AND REPLACE(REPLACE(LOWER(status), ' ', '_'), '-', '_') = $2"
        " ORDER BY document_id",
        args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        int64_t *id = cn_array_push(out);

        rc = id ? CANON_OK : cn_fail_memory(err);
        if (id)
            *id = cn_rows_int(rows, 0);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_search_tags(cn_db *db, const char *org, const char *tag,
                         int (*on_tag)(void *user, int64_t document_id,
                                       cn_slice tag),
                         void *user, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(tag)};
    cn_rows *rows = NULL;
    int rc = tag ? cn_db_query(db,
                               "SELECT document_id, tag"
                               " FROM spec_document_tags"
                               " WHERE org_login = $1 AND tag = $2"
                               " ORDER BY document_id",
                               args, 2, &rows, err)
                 : cn_db_query(db,
                               "SELECT document_id, tag"
                               " FROM spec_document_tags"
                               " WHERE org_login = $1"
                               " ORDER BY document_id, tag",
                               args, 1, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = on_tag(user, cn_rows_int(rows, 0), cn_rows_text(rows, 1));
    cn_rows_free(rows);
    return rc;
}

static size_t place_of(const int64_t *ids, size_t count, int64_t id)
{
    size_t i = 0;

    while (i < count && ids[i] != id)
        i++;
    return i;
}

static int read_shown(cn_rows *rows, cn_arena *a, cn_search_shown *s,
                      canon_error *err)
{
    const char **const texts[] = {
        &s->path,       &s->title,     &s->status,        &s->owner,
        &s->team,       &s->repo,      &s->doc_type,      &s->tags,
        &s->repo_owner, &s->repo_name, &s->review_status,
    };

    s->id = cn_rows_int(rows, 0);
    return cn_store_texts(rows, 1, a, texts, sizeof(texts) / sizeof(texts[0]),
                          err);
}

int cn_store_search_shown(cn_db *db, cn_arena *a, const char *org,
                          const int64_t *ids, size_t count,
                          cn_search_shown *out, canon_error *err)
{
    int rc = CANON_OK;

    memset(out, 0, count * sizeof(*out));
    for (size_t i = 0; !rc && i < count; i += IDS) {
        cn_arg args[IDS + 1];
        cn_rows *rows = NULL;

        id_args(args, org, ids + i, count - i);
        rc = cn_db_query(db,
                         "SELECT d.id, d.path, d.title, d.status, d.owner,"
                         " d.team, d.repo, d.doc_type, d.tags, r.owner,"
                         " r.name, d.review_status FROM spec_documents d"
                         " JOIN repositories r ON r.org_login = d.org_login"
                         " AND r.id = d.repo_id"
                         " WHERE d.org_login = $1 AND d.id IN " ID_LIST,
                         args, IDS + 1, &rows, err);
        while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
            size_t k = place_of(ids, count, cn_rows_int(rows, 0));

            rc = k < count ? read_shown(rows, a, &out[k], err) : CANON_OK;
        }
        cn_rows_free(rows);
    }
    return rc;
}

static int read_text(cn_rows *rows, cn_arena *a, cn_search_text *t,
                     canon_error *err)
{
    cn_slice body = cn_rows_text(rows, 2);
    const char *copy = cn_arena_copy(a, body);

    t->id = cn_rows_int(rows, 0);
    t->heading = cn_rows_copy(rows, 1, a);
    t->body = cn_slice_of(copy, body.len);
    return t->heading && copy ? CANON_OK : cn_fail_memory(err);
}

int cn_store_search_texts(cn_db *db, cn_arena *a, const char *org,
                          const int64_t *ids, size_t count, cn_search_text *out,
                          canon_error *err)
{
    int rc = CANON_OK;

    memset(out, 0, count * sizeof(*out));
    for (size_t i = 0; !rc && i < count; i += IDS) {
        cn_arg args[IDS + 1];
        cn_rows *rows = NULL;

        id_args(args, org, ids + i, count - i);
        rc = cn_db_query(db,
                         "SELECT id, heading, body FROM search_entries"
                         " WHERE org_login = $1 AND id IN " ID_LIST,
                         args, IDS + 1, &rows, err);
        while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
            size_t k = place_of(ids, count, cn_rows_int(rows, 0));

            rc = k < count ? read_text(rows, a, &out[k], err) : CANON_OK;
        }
        cn_rows_free(rows);
    }
    return rc;
}
