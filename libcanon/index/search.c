/*
 * Searching: the candidates of the database are joined with the catalog of the
 * organisation's documents, filtered, ordered and cut to a page here, in the
 * same way for both databases; the texts of a page are read last.
 */
#include "canon/search.h"

#include "catalog.h"
#include "search_result.h"
#include "snippet.h"

#include "array.h"
#include "conn.h"
#include "fail.h"
#include "json.h"
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
    const cn_search_match *match; /* NULL: no words were given */
    uint32_t document;            /* its number in the catalog */
    unsigned failed;
} candidate;

typedef struct search {
    canon_conn *conn;
    canon_search_query query; /* texts are never NULL */
    const char *org;
    cn_slice q;
    const char *status; /* as states are compared; NULL: any */
    cn_search_terms terms;
    cn_catalog catalog;
    unsigned char *passes[CN_FIELD_COUNT]; /* of names; NULL: no filter */
    uint32_t tag;                          /* a name; 0: any */
    bool has_tag;                          /* there is a tag of that name */
    cn_array matches;                      /* cn_search_match */
    cn_array in_state;   /* the same, of sections in the wanted state alone */
    cn_array state_docs; /* int64_t: without q, documents with such sections */
    cn_array candidates; /* candidate */
    cn_array hits;       /* place, best first */
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

static int64_t id_of(const search *s, const candidate *c)
{
    return s->catalog.ids[c->document];
}

/* The document's state passes, or that of a section that matches. */
static bool passes_status(const search *s, candidate *c)
{
    const cn_search_match *m;

    if (!c->match)
        return find_document(&s->state_docs, id_of(s, c)) != NULL;
    m = find_document(&s->in_state, id_of(s, c));
    if (m)
        c->match = m;
    return m != NULL;
}

static bool has_tag(const search *s, const candidate *c)
{
    const uint32_t *first = s->catalog.first_tag + c->document;

    for (uint32_t i = first[0]; i < first[1]; i++) {
        if (s->catalog.tags[i] == s->tag)
            return s->has_tag;
    }
    return false;
}

static bool passes(const search *s, const candidate *c, cn_field field)
{
    uint32_t name = s->catalog.fields[field][c->document];

    return !s->passes[field] || s->passes[field][name];
}

static void filter(const search *s, candidate *c)
{
    if (!passes(s, c, CN_FIELD_STATUS) && !passes_status(s, c))
        c->failed |= FAILED_STATUS;
    if (!passes(s, c, CN_FIELD_REPO))
        c->failed |= FAILED_REPO;
    if (!passes(s, c, CN_FIELD_TEAM))
        c->failed |= FAILED_TEAM;
    if (*s->query.tag && !has_tag(s, c))
        c->failed |= FAILED_TAG;
    if (!passes(s, c, CN_FIELD_REVIEW))
        c->failed |= FAILED_REVIEW;
}

static int add_candidate(search *s, size_t document,
                         const cn_search_match *match)
{
    candidate *c = cn_array_push(&s->candidates);

    if (!c)
        return cn_fail_memory(&s->conn->err);
    c->document = (uint32_t)document;
    c->match = match;
    filter(s, c);
    return CANON_OK;
}

/* What matches and is a document of the organisation. */
static int join_matches(search *s)
{
    size_t at = 0;
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < s->matches.count; i++) {
        const cn_search_match *m = cn_array_at(&s->matches, i);
        size_t found = cn_catalog_find(&s->catalog, m->document_id, at);

        if (found == s->catalog.count)
            continue;
        at = found;
        rc = add_candidate(s, found, m);
    }
    return rc;
}

static int join(search *s)
{
    int rc = CANON_OK;

    cn_array_reset(&s->candidates);
    cn_array_reset(&s->hits);
    if (s->q.len > 0)
        return join_matches(s);
    for (size_t i = 0; !rc && i < s->catalog.count; i++)
        rc = add_candidate(s, s->catalog.order[i], NULL);
    return rc;
}

static double score_of(const candidate *c)
{
    return c->match ? c->match->score : 0;
}

/* A hit with what it is ordered by: the best first, of equal ones the first in
 * the order of documents. */
typedef struct place {
    double score;
    uint32_t rank;
    uint32_t candidate;
} place;

static int by_score(const void *a, const void *b)
{
    const place *x = a;
    const place *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static int collect_hits(search *s)
{
    for (size_t i = 0; i < s->candidates.count; i++) {
        const candidate *c = cn_array_at(&s->candidates, i);
        place *h;

        if (c->failed)
            continue;
        h = cn_array_push(&s->hits);
        if (!h)
            return cn_fail_memory(&s->conn->err);
        h->score = score_of(c);
        h->rank = s->catalog.rank[c->document];
        h->candidate = (uint32_t)i;
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

static void count_fields(const search *s, cn_facet facet, int64_t *counts)
{
    const uint32_t *names =
        s->catalog.fields[facet == CN_FACET_STATUS ? CN_FIELD_STATUS
                          : facet == CN_FACET_REPO ? CN_FIELD_REPO
                                                   : CN_FIELD_TEAM];

    cn_array_each (const candidate, c, &s->candidates) {
        if (is_counted(c, facet))
            counts[names[c->document]]++;
    }
}

static void count_tags(const search *s, int64_t *counts)
{
    cn_array_each (const candidate, c, &s->candidates) {
        const uint32_t *first = s->catalog.first_tag + c->document;

        if (!is_counted(c, CN_FACET_TAG))
            continue;
        for (uint32_t i = first[0]; i < first[1]; i++)
            counts[s->catalog.tags[i]]++;
    }
}

/* The names that occurred; "" is none. */
static int put_facet(search *s, cn_facet facet, const int64_t *counts)
{
    canon_search_result *r = s->result;
    size_t count = 0;
    cn_facet_value *values;

    for (size_t i = 1; i < s->catalog.name_count; i++)
        count += counts[i] > 0;
    r->facet_counts[facet] = 0;
    values = cn_arena_array(&r->arena, count + 1, sizeof(*values));
    if (!values)
        return cn_fail_memory(&s->conn->err);
    for (uint32_t i = 1; i < s->catalog.name_count; i++) {
        cn_facet_value *v = &values[r->facet_counts[facet]];

        if (counts[i] == 0)
            continue;
        v->count = counts[i];
        v->name = cn_arena_str(&r->arena, cn_catalog_name(&s->catalog, i));
        if (!v->name)
            return cn_fail_memory(&s->conn->err);
        r->facet_counts[facet]++;
    }
    if (count > 1)
        qsort(values, count, sizeof(*values), by_count);
    r->facets[facet] = values;
    return CANON_OK;
}

static int count_facet(search *s, cn_facet facet)
{
    int64_t *counts =
        cn_arena_array(&s->conn->arena, s->catalog.name_count, sizeof(*counts));

    if (!counts)
        return cn_fail_memory(&s->conn->err);
    if (facet == CN_FACET_TAG)
        count_tags(s, counts);
    else
        count_fields(s, facet, counts);
    return put_facet(s, facet, counts);
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
    const place *h = cn_array_at(&s->hits, i);

    return cn_array_at(&s->candidates, h->candidate);
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

        p->documents[i] = id_of(s, c);
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

/* Which names of a field pass. */
static int load_field(search *s, cn_field field, const char *wanted,
                      bool (*is_wanted)(const char *name, const char *wanted))
{
    const cn_catalog *c = &s->catalog;
    unsigned char *names;

    if (!*wanted)
        return CANON_OK;
    names = cn_arena_array(&s->conn->arena, c->name_count, 1);
    if (!names)
        return cn_fail_memory(&s->conn->err);
    for (uint32_t i = 0; i < c->name_count; i++)
        names[i] = is_wanted(cn_catalog_name(c, i), wanted);
    s->passes[field] = names;
    return CANON_OK;
}

static bool is_name(const char *name, const char *wanted)
{
    return cn_slice_is_nocase(cn_str(wanted), name);
}

static bool is_text(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0;
}

/* Tags are kept in lower case. */
static int load_tag(search *s)
{
    const cn_catalog *c = &s->catalog;
    char *tag = cn_arena_str(&s->conn->arena, s->query.tag);

    for (char *p = tag; p && *p; p++)
        *p = cn_lower(*p);
    for (uint32_t i = 1; tag && *tag && !s->has_tag && i < c->name_count; i++) {
        s->tag = i;
        s->has_tag = strcmp(cn_catalog_name(c, i), tag) == 0;
    }
    return tag ? CANON_OK : cn_fail_memory(&s->conn->err);
}

static int load_filters(search *s)
{
    const canon_search_query *q = &s->query;
    int rc =
        load_field(s, CN_FIELD_STATUS, s->status ? s->status : "", is_state);

    if (!rc)
        rc = load_field(s, CN_FIELD_REPO, q->repo, is_name);
    if (!rc)
        rc = load_field(s, CN_FIELD_TEAM, q->team, is_name);
    if (!rc)
        rc = load_field(s, CN_FIELD_REVIEW, q->review_status, is_text);
    if (!rc)
        rc = load_tag(s);
    if (!rc && s->status && s->q.len == 0)
        rc = cn_store_search_by_section_status(s->conn->db, s->org, s->status,
                                               &s->state_docs, &s->conn->err);
    return rc;
}

static int run(search *s)
{
    bool facets = !s->query.no_facets;
    int rc = cn_catalog_load(s->conn, s->org, &s->catalog);

    if (!rc)
        rc = load_filters(s);
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

static void free_parts(search *s)
{
    cn_catalog_free(&s->catalog);
    cn_array_free(&s->matches);
    cn_array_free(&s->in_state);
    cn_array_free(&s->state_docs);
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
                .candidates = CN_ARRAY_INIT(candidate),
                .hits = CN_ARRAY_INIT(place),
                .result = result};
    int rc = load(&s, query);

    if (!rc)
        rc = cn_db_begin(conn->db, CN_TX_READ, &conn->err);
    if (!rc)
        rc = cn_db_end(conn->db, run(&s), &conn->err);
    free_parts(&s);
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
