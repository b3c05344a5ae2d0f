/*
 * The candidates of PostgreSQL's full-text index. Words are cut by us and
 * handed over as ready-made tsquery values, so that they are those of SQLite.
 */
#include "search_parts.h"

#include "fail.h"

#include <stdlib.h>

#define MAX_QUERY 32768
#define FEW       250 /* entries whose texts are read for their rank */

/* weight: "" or "A", for the last word behind its star. */
static void put_term(cn_buf *out, const cn_search_term *term,
                     const char *weight)
{
    for (size_t i = 0; i < term->count; i++) {
        bool prefix = term->prefix && i + 1 == term->count;

        cn_buf_puts(out, i > 0 ? "<->'" : "'");
        cn_buf_puts(out, term->words[i]); /* letters and digits only */
        cn_buf_puts(out, "'");
        if (prefix || *weight)
            cn_buf_putc(out, ':');
        if (prefix)
            cn_buf_putc(out, '*');
        cn_buf_puts(out, weight);
    }
}

static void put_terms(cn_buf *out, const cn_search_term *terms, size_t count,
                      const char *between, const char *weight)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            cn_buf_puts(out, between);
        cn_buf_putc(out, '(');
        put_term(out, &terms[i], weight);
        cn_buf_putc(out, ')');
    }
}

static void put_query(cn_buf *out, const cn_search_terms *terms)
{
    put_terms(out, terms->terms, terms->count, "&", "");
    if (terms->not_count > 0) {
        cn_buf_puts(out, "&!(");
        put_terms(out, terms->not_terms, terms->not_count, "|", "");
        cn_buf_putc(out, ')');
    }
}

/* All words in a row in a title or heading; nothing when some are excluded. */
static void put_whole(cn_buf *out, const cn_search_terms *terms)
{
    if (terms->not_count == 0)
        put_terms(out, terms->terms, terms->count, "<->", "A");
}

/* Every word for itself: where it stands is what ranks an entry. */
static void put_words(cn_buf *out, const cn_search_terms *terms)
{
    for (size_t i = 0; i < terms->count; i++) {
        const cn_search_term *term = &terms->terms[i];

        for (size_t k = 0; k < term->count; k++) {
            cn_search_term word = {&term->words[k], 1,
                                   term->prefix && k + 1 == term->count};

            if (i + k > 0)
                cn_buf_putc(out, '|');
            put_term(out, &word, "");
        }
    }
}

#define SECTION "(id & 1048575 <> 0)"
#define WEIGHTS "'{0.1,0.2,0.4,1.0}'"

/*
 * $1 organisation, $2 query, $3 its words, $4 the query as a whole, $5 state
 * of sections or ''. A row for each document: its id, its best entry, its best
 * score and how many sections match. An entry is a number that orders them:
 * the score in millionths, then how far it is from the document's end. A
 * subquery without OFFSET would be worked out again for every use of a column.
 */
#define FIND(rank)                                                             \
    "SELECT id >> 20,"                                                         \
    " COALESCE(MAX(place) FILTER (WHERE " SECTION "), MAX(place)),"            \
    " MAX(place) >> 20, COUNT(*) FILTER (WHERE " SECTION ")"                   \
    " FROM (SELECT id, 1048575 - (id & 1048575) + 1048576 *"                   \
    "   CAST(1000000 * (0.1 + " rank " + CASE WHEN $4 <> ''"                   \
    "   AND weight > 0.6 AND ranked @@ CAST($4 AS tsquery) THEN 1 ELSE 0 END)" \
    "   AS BIGINT) AS place"                                                   \
    "  FROM (SELECT e.id, e.ranked, e.tsv, ts_rank(" WEIGHTS ", e.ranked,"     \
    "    CAST($3 AS tsquery)) AS weight"                                       \
    "   FROM search_entries e WHERE e.org_login = $1"                          \
    "   AND e.tsv @@ CAST($2 AS tsquery)"                                      \
    "   AND ($5 = '' OR EXISTS (SELECT 1 FROM spec_sections s"                 \
    "    WHERE s.org_login = e.org_login AND s.id = e.section_row"             \
    "    AND REPLACE(REPLACE(LOWER(s.status), ' ', '_'), '-', '_') = $5))"     \
    "   OFFSET 0) m OFFSET 0) p GROUP BY 1"

/* Where words stand; a heading that has them all is above 0.6. */
static const char find_many[] = FIND("weight");
/* How often and how close, too; reads the columns that were moved out. */
static const char find_few[] =
    FIND("ts_rank_cd(" WEIGHTS ", tsv, CAST($2 AS tsquery))");

/* The texts of the three queries. */
typedef struct queries {
    cn_buf all;
    cn_buf words;
    cn_buf whole;
} queries;

static int make_queries(queries *q, const cn_search_terms *terms,
                        canon_error *err)
{
    int rc;

    put_query(&q->all, terms);
    put_words(&q->words, terms);
    put_whole(&q->whole, terms);
    rc = cn_buf_check(&q->all, err);
    if (!rc)
        rc = cn_buf_check(&q->words, err);
    return rc ? rc : cn_buf_check(&q->whole, err);
}

static int read_match(cn_rows *rows, cn_array *out, canon_error *err)
{
    cn_search_match *m = cn_array_push(out);
    int64_t place = cn_rows_int(rows, 1);

    if (!m)
        return cn_fail_memory(err);
    m->document_id = cn_rows_int(rows, 0);
    m->entry_id = m->document_id * CN_ENTRIES_PER_DOCUMENT +
                  CN_ENTRIES_PER_DOCUMENT - 1 - place % CN_ENTRIES_PER_DOCUMENT;
    m->best = (double)(place / CN_ENTRIES_PER_DOCUMENT) / 1e6;
    m->score = (double)cn_rows_int(rows, 2) / 1e6;
    m->sections = cn_rows_int(rows, 3);
    return CANON_OK;
}

static int find(cn_db *db, const char *sql, const cn_search_scope *scope,
                const queries *q, cn_array *out, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(scope->org), cn_text_of(cn_buf_all(&q->all)),
        cn_text_of(cn_buf_all(&q->words)), cn_text(cn_buf_text(&q->whole)),
        cn_text(scope->section_status ? scope->section_status : "")};
    cn_rows *rows = NULL;
    int rc = cn_db_query_text(db, sql, args, 5, &rows, err);

    cn_array_reset(out);
    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = read_match(rows, out, err);
    cn_rows_free(rows);
    return rc;
}

static bool are_few(const cn_array *matches)
{
    int64_t entries = 0;

    cn_array_each (const cn_search_match, m, matches)
        entries += m->sections + 1;
    return entries <= FEW;
}

/* The planner does not know that a walk through all rows reads what was moved
 * out of them. */
static int keep_to_index(cn_db *db, canon_error *err)
{
    return cn_db_in_tx(db) ? cn_db_exec(db, "SET LOCAL enable_seqscan = off",
                                        NULL, 0, NULL, err)
                           : CANON_OK;
}

static int by_document(const void *a, const void *b)
{
    int64_t x = ((const cn_search_match *)a)->document_id;
    int64_t y = ((const cn_search_match *)b)->document_id;

    return x < y ? -1 : x > y;
}

int cn_search_find_postgresql(cn_db *db, const cn_search_scope *scope,
                              const cn_search_terms *terms, cn_array *out,
                              canon_error *err)
{
    queries q = {CN_BUF_INIT(MAX_QUERY), CN_BUF_INIT(MAX_QUERY),
                 CN_BUF_INIT(MAX_QUERY)};
    int rc = make_queries(&q, terms, err);

    if (!rc)
        rc = keep_to_index(db, err);
    if (!rc)
        rc = find(db, find_many, scope, &q, out, err);
    if (!rc && out->count > 0 && are_few(out))
        rc = find(db, find_few, scope, &q, out, err);
    /* there the order would cost as much as the groups */
    if (!rc && out->count > 1)
        qsort(out->items, out->count, out->size, by_document);
    cn_buf_free(&q.all);
    cn_buf_free(&q.words);
    cn_buf_free(&q.whole);
    return rc;
}
