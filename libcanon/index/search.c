/*
 * Searching: the candidates of the database are joined with the documents of
 * the organisation, filtered, ordered and cut to a page here, in the same way
 * for both databases; the texts of a page are read last.
 */
#include "canon/search.h"

#include "search_result.h"
#include "snippet.h"

#include "array.h"
#include "conn.h"
#include "fail.h"
#include "json.h"
#include "map.h"
#include "mem.h"
#include "search.h"
#include "utf8.h"

#include <stdlib.h>

#define MAX_LIMIT 100
#define MAX_CHARS 500 /* of a query */
#define MAX_TEXT  ((size_t)64 * 1024)

/* Filters; the first ones have facets of the same number. */
enum {
    FAILED_STATUS = 1 << CN_FACET_STATUS,
    FAILED_REPO = 1 << CN_FACET_REPO,
    FAILED_TEAM = 1 << CN_FACET_TEAM,
    FAILED_TAG = 1 << CN_FACET_TAG,
    FAILED_REVIEW = 1 << CN_FACET_COUNT
};

/* A document that matches the words, and the filters that it fails. */
typedef struct candidate {
    const cn_search_document *document;
    const cn_search_match *match; /* NULL: no words were given */
    unsigned failed;
} candidate;

typedef struct search {
    canon_conn *conn;
    canon_search_query query; /* texts are never NULL */
    const char *org;
    cn_slice q;
    const char *status; /* as states are compared; NULL: any */
    cn_search_terms terms;
    bool needs_texts;    /* for facets and filters */
    cn_array matches;    /* cn_search_match */
    cn_array in_state;   /* the same, of sections in the wanted state alone */
    cn_array state_docs; /* int64_t: without q, documents with such sections */
    cn_array tagged;     /* int64_t: documents with the wanted tag */
    cn_array documents;  /* cn_search_document */
    cn_array candidates; /* candidate, in the order of documents */
    cn_array hits;       /* const candidate *, best first */
    canon_search_result *result;
} search;

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* "In Progress" and "in-progress" are "in_progress". */
static char *normal_state(cn_arena *a, const char *text)
{
    char *copy = cn_arena_str(a, text);

    for (char *p = copy; p && *p; p++)
        *p = *p == ' ' || *p == '-' ? '_' : cn_lower(*p);
    return copy;
}

static bool is_state(const char *text, const char *state)
{
    for (; *text && *state; text++, state++) {
        char c = *text == ' ' || *text == '-' ? '_' : cn_lower(*text);

        if (c != *state)
            return false;
    }
    return *text == *state;
}

static int check_query(const canon_search_query *q, canon_error *err)
{
    if (q->limit < 0 || q->limit > MAX_LIMIT)
        return cn_fail(err, CANON_EINVAL, "limit %d is not 0 to 100", q->limit);
    if (q->offset < 0)
        return cn_fail(err, CANON_EINVAL, "offset %d is below 0", q->offset);
    if (cn_utf8_count(cn_str(q->q)) > MAX_CHARS)
        return cn_fail(err, CANON_EINVAL, "the query is above 500 characters");
    return CANON_OK;
}

/* Valid UTF-8, without white space at the ends. */
static int load_words(search *s, canon_error *err)
{
    cn_buf clean = CN_BUF_INIT(MAX_TEXT);
    cn_slice q = cn_slice_trim(cn_str(s->query.q));
    int rc;

    cn_utf8_clean(&clean, q);
    rc = cn_buf_check(&clean, err);
    if (!rc) {
        s->q = cn_slice_of(cn_arena_copy(&s->conn->arena, cn_buf_all(&clean)),
                           clean.len);
        if (!s->q.ptr)
            rc = cn_fail_memory(err);
    }
    cn_buf_free(&clean);
    return rc ? rc : cn_search_parse(&s->conn->arena, s->q, &s->terms, err);
}

static int load(search *s, const canon_search_query *query)
{
    canon_error *err = &s->conn->err;
    cn_arena *a = &s->conn->arena;
    canon_search_query q = CANON_SEARCH_QUERY_INIT;
    int rc;

    memcpy(&q, query, query->size < sizeof(q) ? query->size : sizeof(q));
    q.q = or_empty(q.q);
    q.team = or_empty(q.team);
    q.tag = or_empty(q.tag);
    q.status = or_empty(q.status);
    q.repo = or_empty(q.repo);
    q.review_status = or_empty(q.review_status);
    s->query = q;
    s->needs_texts = !q.no_facets || *q.team || *q.tag || *q.status ||
                     *q.repo || *q.review_status;
    rc = check_query(&q, err);
    if (rc)
        return rc;
    s->org = cn_conn_org(s->conn, q.org);
    if (!s->org)
        return err->code;
    if (*q.status) {
        s->status = normal_state(a, q.status);
        if (!s->status)
            return cn_fail_memory(err);
    }
    return load_words(s, err);
}

/* What matches, by words or (part) as a piece of headings and titles. */
static int find_matches(search *s, bool part)
{
    const cn_search_scope all = {s->org, NULL};
    const cn_search_scope in_state = {s->org, s->status};
    cn_db *db = s->conn->db;
    canon_error *err = &s->conn->err;
    int rc;

    cn_array_reset(&s->matches);
    cn_array_reset(&s->in_state);
    rc = part ? cn_store_search_part(db, &all, s->q, &s->matches, err)
              : cn_store_search_find(db, &all, &s->terms, &s->matches, err);
    if (rc || !s->status)
        return rc;
    return part ? cn_store_search_part(db, &in_state, s->q, &s->in_state, err)
                : cn_store_search_find(db, &in_state, &s->terms, &s->in_state,
                                       err);
}

static int by_document(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* An item of an array whose items begin with a document's id, in order. */
static const void *find_document(const cn_array *array, int64_t id)
{
    if (array->count == 0)
        return NULL;
    return bsearch(&id, array->items, array->count, array->size, by_document);
}

_Static_assert(offsetof(cn_search_match, document_id) == 0, "find_document");

/* The document's state, or that of a section that matches. */
static bool passes_status(const search *s, candidate *c)
{
    const cn_search_match *m;

    if (!s->status || is_state(c->document->status, s->status))
        return true;
    if (!c->match)
        return find_document(&s->state_docs, c->document->id) != NULL;
    m = find_document(&s->in_state, c->document->id);
    if (m)
        c->match = m;
    return m != NULL;
}

static bool is_named(const char *wanted, const char *text)
{
    return !*wanted || cn_slice_is_nocase(cn_str(wanted), text);
}

static void filter(const search *s, candidate *c)
{
    const canon_search_query *q = &s->query;
    const cn_search_document *d = c->document;

    if (!s->needs_texts)
        return;
    if (!passes_status(s, c))
        c->failed |= FAILED_STATUS;
    if (!is_named(q->repo, d->repo))
        c->failed |= FAILED_REPO;
    if (!is_named(q->team, d->team))
        c->failed |= FAILED_TEAM;
    if (*q->tag && !find_document(&s->tagged, d->id))
        c->failed |= FAILED_TAG;
    if (*q->review_status &&
        strcmp(q->review_status, or_empty(d->review_status)) != 0)
        c->failed |= FAILED_REVIEW;
}

/* Join what matches with the documents of the organisation. */
static int join(search *s)
{
    canon_error *err = &s->conn->err;
    const cn_array *matches = s->q.len > 0 ? &s->matches : NULL;
    int rc;

    cn_array_reset(&s->documents);
    cn_array_reset(&s->candidates);
    cn_array_reset(&s->hits);
    rc = cn_store_search_documents(s->conn->db, &s->conn->arena, s->org,
                                   matches, s->needs_texts, &s->documents, err);
    for (size_t i = 0; !rc && i < s->documents.count; i++) {
        candidate *c = cn_array_push(&s->candidates);

        if (!c)
            return cn_fail_memory(err);
        c->document = cn_array_at(&s->documents, i);
        c->match = c->document->match;
        filter(s, c);
    }
    return rc;
}

static double score_of(const candidate *c)
{
    return c->match ? c->match->score : 0;
}

/* The order of documents decides between equal scores. */
static int by_score(const void *a, const void *b)
{
    const candidate *x = *(const candidate *const *)a;
    const candidate *y = *(const candidate *const *)b;
    double dx = score_of(x);
    double dy = score_of(y);

    if (dx != dy)
        return dx > dy ? -1 : 1;
    return x->document < y->document ? -1 : x->document > y->document;
}

static int collect_hits(search *s)
{
    cn_array_each (candidate, c, &s->candidates) {
        const candidate **hit;

        if (c->failed)
            continue;
        hit = cn_array_push(&s->hits);
        if (!hit)
            return cn_fail_memory(&s->conn->err);
        *hit = c;
    }
    if (s->q.len > 0 && s->hits.count > 1)
        qsort(s->hits.items, s->hits.count, s->hits.size, by_score);
    return CANON_OK;
}

static int find(search *s, bool part)
{
    int rc = s->q.len > 0 ? find_matches(s, part) : CANON_OK;

    if (!rc)
        rc = join(s);
    return rc ? rc : collect_hits(s);
}

/* A list of values that are being counted. */
typedef struct counter {
    cn_map places; /* of names: index + 1 */
    cn_array values;
    cn_arena *arena;
} counter;

static int count_value(counter *c, cn_slice name, int64_t count,
                       canon_error *err)
{
    uintptr_t place = (uintptr_t)cn_map_get(&c->places, name);
    cn_facet_value *value;

    if (place > 0) {
        value = cn_array_at(&c->values, place - 1);
        value->count += count;
        return CANON_OK;
    }
    value = cn_array_push(&c->values);
    if (!value)
        return cn_fail_memory(err);
    value->count = count;
    value->name = cn_arena_copy(c->arena, name);
    if (!value->name || cn_map_put(&c->places, cn_str(value->name),
                                   (void *)(uintptr_t)c->values.count))
        return cn_fail_memory(err);
    return CANON_OK;
}

static int by_count(const void *a, const void *b)
{
    const cn_facet_value *x = a;
    const cn_facet_value *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Is it counted for a facet: does it pass all filters but the facet's own? */
static bool is_counted(const candidate *c, cn_facet facet)
{
    return (c->failed & ~(1U << facet)) == 0;
}

static int count_texts(search *s, cn_facet facet, counter *counts)
{
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < s->candidates.count; i++) {
        const candidate *c = cn_array_at(&s->candidates, i);
        const char *name = facet == CN_FACET_STATUS ? c->document->status
                           : facet == CN_FACET_REPO ? c->document->repo
                                                    : c->document->team;

        if (*name && is_counted(c, facet))
            rc = count_value(counts, cn_str(name), 1, &s->conn->err);
    }
    return rc;
}

/* Where tags are counted as they come. */
typedef struct tag_count {
    counter *counts;
    cn_array ids; /* of the documents that count, in order */
    canon_error *err;
} tag_count;

static int on_counted_tag(void *user, cn_slice tag, int64_t count)
{
    tag_count *t = user;

    return count_value(t->counts, tag, count, t->err);
}

static int add_id(cn_array *ids, int64_t id, canon_error *err)
{
    int64_t *place = cn_array_push(ids);

    if (!place)
        return cn_fail_memory(err);
    *place = id;
    return CANON_OK;
}

static int count_tags(search *s, counter *counts)
{
    tag_count t = {
        .counts = counts, .ids = CN_ARRAY_INIT(int64_t), .err = &s->conn->err};
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < s->candidates.count; i++) {
        const candidate *c = cn_array_at(&s->candidates, i);

        if (is_counted(c, CN_FACET_TAG))
            rc = add_id(&t.ids, c->document->id, t.err);
    }
    if (t.ids.count > 1)
        qsort(t.ids.items, t.ids.count, t.ids.size, by_document);
    if (!rc && t.ids.count > 0)
        rc = cn_store_search_tags(s->conn->db, s->org, &t.ids, on_counted_tag,
                                  &t, t.err);
    cn_array_free(&t.ids);
    return rc;
}

static int count_facet(search *s, cn_facet facet)
{
    canon_search_result *r = s->result;
    counter counts = {.values = CN_ARRAY_INIT(cn_facet_value),
                      .arena = &r->arena};
    int rc = facet == CN_FACET_TAG ? count_tags(s, &counts)
                                   : count_texts(s, facet, &counts);

    if (!rc && counts.values.count > 0) {
        qsort(counts.values.items, counts.values.count, counts.values.size,
              by_count);
        r->facets[facet] = cn_arena_array(&r->arena, counts.values.count,
                                          sizeof(cn_facet_value));
        if (!r->facets[facet])
            rc = cn_fail_memory(&s->conn->err);
    }
    r->facet_counts[facet] = rc ? 0 : counts.values.count;
    if (r->facet_counts[facet] > 0)
        memcpy(r->facets[facet], counts.values.items,
               counts.values.count * sizeof(cn_facet_value));
    cn_array_free(&counts.values);
    cn_map_free(&counts.places);
    return rc;
}

static int count_facets(search *s)
{
    int rc = CANON_OK;

    for (int f = 0; !rc && f < CN_FACET_COUNT; f++)
        rc = count_facet(s, (cn_facet)f);
    return rc;
}

/* The page: what is shown of the documents and of their best entries. */
typedef struct page {
    size_t first;
    size_t count;
    int64_t documents[MAX_LIMIT];
    int64_t entries[MAX_LIMIT];
    cn_search_shown shown[MAX_LIMIT];
    cn_search_text texts[MAX_LIMIT];
} page;

static const candidate *hit_at(const search *s, size_t i)
{
    return *(const candidate *const *)cn_array_at(&s->hits, i);
}

static int read_page(search *s, page *p)
{
    cn_arena *a = &s->conn->arena;
    canon_error *err = &s->conn->err;
    size_t limit = (size_t)s->query.limit;
    int rc;

    p->first = (size_t)s->query.offset;
    p->count = 0;
    if (p->first < s->hits.count)
        p->count = s->hits.count - p->first;
    if (p->count > limit)
        p->count = limit;
    for (size_t i = 0; i < p->count; i++) {
        const candidate *c = hit_at(s, p->first + i);

        p->documents[i] = c->document->id;
        p->entries[i] = c->match ? c->match->entry_id : 0;
    }
    rc = cn_store_search_shown(s->conn->db, a, s->org, p->documents, p->count,
                               p->shown, err);
    if (rc || s->q.len == 0)
        return rc;
    return cn_store_search_texts(s->conn->db, a, s->org, p->entries, p->count,
                                 p->texts, err);
}

static int put_tags(search *s, canon_search_hit *hit, const char *json)
{
    cn_arena *a = &s->result->arena;
    const cn_value *list = NULL;
    const char **tags;

    if (cn_json_parse(a, cn_str(json), &list, NULL, NULL) ||
        list->kind != CN_KIND_LIST || list->count == 0)
        return CANON_OK; /* nothing that could be shown */
    tags = cn_arena_array(a, list->count, sizeof(*tags));
    if (!tags)
        return cn_fail_memory(&s->conn->err);
    for (size_t i = 0; i < list->count; i++)
        tags[i] = or_empty(list->items[i].text.ptr);
    hit->tags = tags;
    hit->tag_count = list->count;
    return CANON_OK;
}

static const char *heading_of(cn_arena *a, const candidate *c,
                              const cn_search_text *text)
{
    int64_t more = c->match ? c->match->sections - 1 : -1;

    if (more < 0 || text->id == 0)
        return "";
    if (more == 0)
        return cn_arena_str(a, text->heading);
    return cn_arena_printf(a, "%s (+%lld more match%s)", text->heading,
                           (long long)more, more == 1 ? "" : "es");
}

static int snippet_of(search *s, const cn_search_text *text,
                      const char **snippet_out)
{
    cn_buf clean = CN_BUF_INIT((size_t)16 * 1024 * 1024);
    cn_buf html = CN_BUF_INIT(MAX_TEXT);
    canon_error *err = &s->conn->err;
    int rc;

    cn_search_clean(&clean, text->body);
    cn_snippet_html(&html, cn_buf_all(&clean), &s->terms);
    rc = cn_buf_check(&clean, err);
    if (!rc)
        rc = cn_buf_check(&html, err);
    if (!rc) {
        *snippet_out = cn_arena_copy(&s->result->arena, cn_buf_all(&html));
        if (!*snippet_out)
            rc = cn_fail_memory(err);
    }
    cn_buf_free(&clean);
    cn_buf_free(&html);
    return rc;
}

static int copy_texts(cn_arena *a, const cn_search_shown *d,
                      canon_search_hit *hit)
{
    hit->file_path = cn_arena_str(a, d->path);
    hit->title = cn_arena_str(a, d->title);
    hit->status = cn_arena_str(a, d->status);
    hit->owner = cn_arena_str(a, d->owner);
    hit->team = cn_arena_str(a, d->team);
    hit->repo_full_name = cn_arena_str(a, d->repo);
    hit->repo_owner = cn_arena_str(a, d->repo_owner);
    hit->repo_name = cn_arena_str(a, d->repo_name);
    hit->doc_type = cn_arena_str(a, d->doc_type);
    hit->review_status = cn_arena_str(a, d->review_status);
    if (!hit->file_path || !hit->title || !hit->status || !hit->owner ||
        !hit->team || !hit->repo_full_name || !hit->repo_owner ||
        !hit->repo_name || !hit->doc_type)
        return CANON_ENOMEM;
    return d->review_status && !hit->review_status ? CANON_ENOMEM : CANON_OK;
}

static int put_hit(search *s, const candidate *c, const cn_search_shown *shown,
                   const cn_search_text *text, canon_search_hit *hit)
{
    cn_arena *a = &s->result->arena;
    int rc = copy_texts(a, shown, hit);

    hit->heading = heading_of(a, c, text);
    hit->snippet_html = "";
    hit->score = score_of(c);
    if (rc || !hit->heading)
        return cn_fail_memory(&s->conn->err);
    if (c->match && text->id != 0)
        rc = snippet_of(s, text, &hit->snippet_html);
    return rc ? rc : put_tags(s, hit, shown->tags);
}

static int put_page(search *s)
{
    canon_search_result *r = s->result;
    page *p = cn_arena_array(&s->conn->arena, 1, sizeof(*p));
    int rc = p ? read_page(s, p) : cn_fail_memory(&s->conn->err);

    if (rc)
        return rc;
    r->hits = cn_arena_array(&r->arena, p->count + 1, sizeof(*r->hits));
    if (!r->hits)
        return cn_fail_memory(&s->conn->err);
    for (size_t i = 0; !rc && i < p->count; i++) {
        if (p->shown[i].id == 0)
            return cn_fail(&s->conn->err, CANON_ESTORE,
                           "a document of the index lost its repository");
        rc = put_hit(s, hit_at(s, p->first + i), &p->shown[i], &p->texts[i],
                     &r->hits[i]);
    }
    r->count = p->count;
    r->total = (int64_t)s->hits.count;
    return rc;
}

/* The filters that are lists of documents. */
static int load_filters(search *s)
{
    cn_arena *a = &s->conn->arena;
    canon_error *err = &s->conn->err;
    char *tag = cn_arena_str(a, s->query.tag);
    int rc = tag ? CANON_OK : cn_fail_memory(err);

    for (char *p = tag; p && *p; p++)
        *p = cn_lower(*p);
    if (!rc && *tag)
        rc = cn_store_search_tagged(s->conn->db, s->org, tag, &s->tagged, err);
    if (!rc && s->status && s->q.len == 0)
        rc = cn_store_search_by_section_status(s->conn->db, s->org, s->status,
                                               &s->state_docs, err);
    return rc;
}

static int run(search *s)
{
    bool facets = !s->query.no_facets;
    int rc = load_filters(s);

    if (!rc)
        rc = find(s, false);
    if (!rc && facets)
        rc = count_facets(s);
    if (!rc && s->q.len > 0 && s->hits.count == 0) {
        rc = find(s, true);
        if (!rc && facets && s->hits.count > 0)
            rc = count_facets(s);
    }
    return rc ? rc : put_page(s);
}

static void free_arrays(search *s)
{
    cn_array_free(&s->matches);
    cn_array_free(&s->in_state);
    cn_array_free(&s->state_docs);
    cn_array_free(&s->tagged);
    cn_array_free(&s->documents);
    cn_array_free(&s->candidates);
    cn_array_free(&s->hits);
}

static int search_in(canon_conn *conn, const canon_search_query *query,
                     canon_search_result *result)
{
    search s = {.conn = conn,
                .matches = CN_ARRAY_INIT(cn_search_match),
                .in_state = CN_ARRAY_INIT(cn_search_match),
                .state_docs = CN_ARRAY_INIT(int64_t),
                .tagged = CN_ARRAY_INIT(int64_t),
                .documents = CN_ARRAY_INIT(cn_search_document),
                .candidates = CN_ARRAY_INIT(candidate),
                .hits = CN_ARRAY_INIT(const candidate *),
                .result = result};
    int rc = load(&s, query);

    if (!rc)
        rc = cn_db_begin(conn->db, CN_TX_READ, &conn->err);
    if (!rc)
        rc = cn_db_end(conn->db, run(&s), &conn->err);
    free_arrays(&s);
    return rc;
}

int canon_search(canon_conn *conn, const canon_search_query *query,
                 canon_search_result **out)
{
    canon_search_result *result = cn_calloc(1, sizeof(*result));
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc && !result)
        rc = cn_fail_memory(&conn->err);
    if (!rc)
        rc = search_in(conn, query, result);
    if (rc) {
        canon_search_free(result);
        result = NULL;
    }
    *out = result;
    return cn_conn_end(conn, rc);
}
