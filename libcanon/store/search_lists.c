/*
 * What a search needs of documents: for its filters and facets from an index
 * of the organisation's documents, for its page by their ids.
 */
#include "search_parts.h"

#include "batch.h"
#include "fail.h"

#include <stdlib.h>

#define IDS     20         /* ids that one statement takes */
#define FEW     (10 * IDS) /* looking up more costs more than the whole list */
#define MANY    1000       /* the same of PostgreSQL */
#define MAX_IDS ((size_t)64 * 1024 * 1024)

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = ((const cn_search_match *)b)->document_id;

    return x < y ? -1 : x > y;
}

/* matches are ordered by document_id */
static const cn_search_match *find_match(const cn_array *matches, int64_t id)
{
    if (!matches || matches->count == 0)
        return NULL;
    return bsearch(&id, matches->items, matches->count, matches->size, by_id);
}

#define KNOWN 16 /* texts of a column that are shared */

/* Documents being read. Repositories, states and teams are few and repeat, so
 * their texts are shared. */
typedef struct reading {
    cn_arena *arena; /* NULL: the ids alone */
    const cn_array *matches;
    cn_array *out;
    cn_slice known[3][KNOWN];
    size_t next[3]; /* place for the next text of a column */
    canon_error *err;
} reading;

/* The text of column 1 to 3. */
static const char *shared_text(reading *r, cn_rows *rows, int column)
{
    cn_slice text = cn_rows_text(rows, column);
    cn_slice *known = r->known[column - 1];
    size_t *next = &r->next[column - 1];
    char *copy;

    for (size_t i = 0; i < KNOWN && known[i].ptr; i++) {
        if (cn_slice_eq(known[i], text))
            return known[i].ptr;
    }
    copy = cn_arena_copy(r->arena, text);
    known[*next] = cn_slice_of(copy, copy ? text.len : 0);
    *next = (*next + 1) % KNOWN;
    return copy;
}

static int read_document(reading *r, cn_rows *rows)
{
    int64_t id = cn_rows_int(rows, 0);
    const cn_search_match *match = find_match(r->matches, id);
    cn_search_document *d;

    if (r->matches && !match)
        return CANON_OK;
    d = cn_array_push(r->out);
    if (!d)
        return cn_fail_memory(r->err);
    d->id = id;
    d->match = match;
    if (!r->arena)
        return CANON_OK;
    d->repo = shared_text(r, rows, 1);
    d->status = shared_text(r, rows, 2);
    d->team = shared_text(r, rows, 3);
    d->review_status = cn_rows_copy(rows, 4, r->arena);
    if (!d->repo || !d->status || !d->team ||
        (!d->review_status && !cn_rows_is_null(rows, 4)))
        return cn_fail_memory(r->err);
    return CANON_OK;
}

/* All of the organisation, in order. */
static int scan_documents(cn_db *db, reading *r, const char *org)
{
    const cn_arg arg = cn_text(org);
    cn_rows *rows = NULL;
    int rc = r->arena
                 ? cn_db_query(db,
                               "SELECT id, repo, status, team, review_status"
                               " FROM spec_documents WHERE org_login = $1"
                               " ORDER BY repo, path",
                               &arg, 1, &rows, r->err)
                 : cn_db_query(db,
                               "SELECT id FROM spec_documents"
                               " WHERE org_login = $1 ORDER BY repo, path",
                               &arg, 1, &rows, r->err);

    while (!rc && (rc = cn_rows_next(rows, r->err)) == 1)
        rc = read_document(r, rows);
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

/* The ids of matches from i on. */
static size_t take_ids(const cn_array *matches, size_t i, int64_t ids[IDS])
{
    size_t n = 0;

    for (; n < IDS && i + n < matches->count; n++) {
        const cn_search_match *m = cn_array_at(matches, i + n);

        ids[n] = m->document_id;
    }
    return n;
}

static int get_documents(cn_db *db, reading *r, const char *org, size_t i)
{
    int64_t ids[IDS];
    cn_arg args[IDS + 1];
    cn_rows *rows = NULL;
    int rc;

    id_args(args, org, ids, take_ids(r->matches, i, ids));
    rc = cn_db_query(db,
                     "SELECT id, repo, status, team, review_status, path"
                     " FROM spec_documents WHERE org_login = $1"
                     " AND id IN " ID_LIST,
                     args, IDS + 1, &rows, r->err);
    while (!rc && (rc = cn_rows_next(rows, r->err)) == 1) {
        cn_search_document *d;

        rc = read_document(r, rows);
        if (rc)
            break;
        d = cn_array_at(r->out, r->out->count - 1);
        d->path = cn_rows_copy(rows, 5, r->arena);
        if (!d->path)
            rc = cn_fail_memory(r->err);
    }
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

/* "{1,2,3}", as PostgreSQL writes arrays. */
static void put_ids(cn_buf *out, const cn_array *ids)
{
    cn_buf_putc(out, '{');
    for (size_t i = 0; i < ids->count; i++) {
        /* items begin with an id */
        const int64_t *id = cn_array_at(ids, i);

        if (i > 0)
            cn_buf_putc(out, ',');
        cn_buf_int(out, *id);
    }
    cn_buf_putc(out, '}');
}

_Static_assert(offsetof(cn_search_match, document_id) == 0, "put_ids");

/* PostgreSQL, few documents: exactly those that match, in order. */
static int pick_documents(cn_db *db, reading *r, const char *org)
{
    static const char sql[] =
        "SELECT id, repo, status, team, review_status FROM spec_documents"
        " WHERE org_login = $1 AND id = ANY(CAST($2 AS BIGINT[]))"
        " ORDER BY repo, path";
    cn_buf ids = CN_BUF_INIT(MAX_IDS);
    cn_rows *rows = NULL;
    cn_arg args[2];
    int rc;

    put_ids(&ids, r->matches);
    rc = cn_buf_check(&ids, r->err);
    args[0] = cn_text(org);
    args[1] = cn_text_of(cn_buf_all(&ids));
    if (!rc)
        rc = cn_db_query_text(db, sql, args, 2, &rows, r->err);
    while (!rc && (rc = cn_rows_next(rows, r->err)) == 1)
        rc = read_document(r, rows);
    cn_rows_free(rows);
    cn_buf_free(&ids);
    return rc;
}

int cn_store_search_documents(cn_db *db, cn_arena *a, const char *org,
                              const cn_array *matches, bool texts,
                              cn_array *out, canon_error *err)
{
    reading r = {.arena = a, .matches = matches, .out = out, .err = err};
    int rc = CANON_OK;

    if (matches && matches->count == 0)
        return CANON_OK;
    if (matches && cn_db_dialect(db) == CN_POSTGRESQL && matches->count <= MANY)
        return pick_documents(db, &r, org);
    if (!matches || matches->count > FEW) {
        r.arena = texts ? a : NULL;
        return scan_documents(db, &r, org);
    }
    for (size_t i = 0; !rc && i < matches->count; i += IDS)
        rc = get_documents(db, &r, org, i);
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

int cn_store_search_tagged(cn_db *db, const char *org, const char *tag,
                           cn_array *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(tag)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT document_id FROM spec_document_tags"
                         " WHERE org_login = $1 AND tag = $2"
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

/* SQLite, or many documents: all tags, walked along with them. */
static int walk_tags(cn_db *db, const char *org, const cn_array *documents,
                     cn_search_on_tag *on_tag, void *user, canon_error *err)
{
    const cn_arg arg = cn_text(org);
    const int64_t *ids = documents->items;
    size_t at = 0;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT document_id, tag FROM spec_document_tags"
                         " WHERE org_login = $1 ORDER BY document_id, tag",
                         &arg, 1, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        int64_t id = cn_rows_int(rows, 0);

        while (at < documents->count && ids[at] < id)
            at++;
        rc = CANON_OK;
        if (at < documents->count && ids[at] == id)
            rc = on_tag(user, cn_rows_text(rows, 1), 1);
    }
    cn_rows_free(rows);
    return rc;
}

/* PostgreSQL, few documents: counted by the server. */
static int sum_tags(cn_db *db, const char *org, const cn_array *documents,
                    cn_search_on_tag *on_tag, void *user, canon_error *err)
{
    static const char sql[] =
        "SELECT tag, COUNT(*) FROM spec_document_tags WHERE org_login = $1"
        " AND document_id = ANY(CAST($2 AS BIGINT[])) GROUP BY tag";
    cn_buf ids = CN_BUF_INIT(MAX_IDS);
    cn_rows *rows = NULL;
    cn_arg args[2];
    int rc;

    put_ids(&ids, documents);
    rc = cn_buf_check(&ids, err);
    args[0] = cn_text(org);
    args[1] = cn_text_of(cn_buf_all(&ids));
    if (!rc)
        rc = cn_db_query_text(db, sql, args, 2, &rows, err);
    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = on_tag(user, cn_rows_text(rows, 0), cn_rows_int(rows, 1));
    cn_rows_free(rows);
    cn_buf_free(&ids);
    return rc;
}

int cn_store_search_tags(cn_db *db, const char *org, const cn_array *documents,
                         cn_search_on_tag *on_tag, void *user, canon_error *err)
{
    if (cn_db_dialect(db) == CN_SQLITE || documents->count > MANY)
        return walk_tags(db, org, documents, on_tag, user, err);
    return sum_tags(db, org, documents, on_tag, user, err);
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
