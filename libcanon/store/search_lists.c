/*
 * What a search needs of documents: of all of an organisation for its filters
 * and facets, of few by their ids for a page.
 */
#include "search_parts.h"

#include "batch.h"
#include "fail.h"

#define IDS 20 /* ids that one statement takes */

int cn_store_search_documents(cn_db *db, const char *org,
                              cn_search_on_document *on_document, void *user,
                              canon_error *err)
{
    const cn_arg arg = cn_text(org);
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT id, repo, status, team, review_status"
                         " FROM spec_documents WHERE org_login = $1"
                         " ORDER BY repo, path",
                         &arg, 1, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        const cn_search_document document = {
            .id = cn_rows_int(rows, 0),
            .repo = cn_rows_text(rows, 1),
            .status = cn_rows_text(rows, 2),
            .team = cn_rows_text(rows, 3),
            .review_status = cn_rows_text(rows, 4),
        };

        rc = on_document(user, &document);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_search_tags(cn_db *db, const char *org, cn_search_on_tag *on_tag,
                         void *user, canon_error *err)
{
    const cn_arg arg = cn_text(org);
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT document_id, tag FROM spec_document_tags"
                         " WHERE org_login = $1 ORDER BY document_id, tag",
                         &arg, 1, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = on_tag(user, cn_rows_int(rows, 0), cn_rows_text(rows, 1));
    cn_rows_free(rows);
    return rc;
}

/* The organisation and up to IDS ids; 0 is nobody's. */
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
