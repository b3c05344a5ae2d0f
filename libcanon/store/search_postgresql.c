/*
 * The candidates of PostgreSQL's full-text index. Words are cut by us and
 * handed over as ready-made tsquery values, so that they are those of SQLite.
 */
#include "search_parts.h"

#define MAX_QUERY    32768

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

/*
 * $1 organisation, $2 query, $3 the query as a whole, $4 state of sections or
 * ''. Ranking reads the column of each entry, so only the newest are ranked;
 * of the others a document has one row that counts them.
 */
static const char find_sql[] =
    "WITH m AS MATERIALIZED (SELECT e.id FROM search_entries e"
    "  WHERE e.org_login = $1 AND e.tsv @@ CAST($2 AS tsquery)"
    "  AND ($4 = '' OR EXISTS (SELECT 1 FROM spec_sections s"
    "   WHERE s.org_login = e.org_login AND s.id = e.section_row"
    "   AND REPLACE(REPLACE(LOWER(s.status), ' ', '_'), '-', '_') = $4))),"
    " newest AS MATERIALIZED (SELECT id FROM m ORDER BY id DESC LIMIT 2000),"
    " ranked AS (SELECT e.id,"
    "  CAST(ts_rank_cd('{0.1,0.2,0.4,1.0}', e.tsv, CAST($2 AS tsquery))"
    "   AS DOUBLE PRECISION)"
    "  + CASE WHEN $3 <> '' AND e.tsv @@ CAST($3 AS tsquery) THEN 1 ELSE 0 END"
    "  AS score FROM newest JOIN search_entries e"
    "  ON e.org_login = $1 AND e.id = newest.id)"
    " SELECT id, score, CASE WHEN id % 1048576 = 0 THEN 0 ELSE 1 END"
    " FROM ranked UNION ALL"
    " SELECT COALESCE(MIN(id) FILTER (WHERE id % 1048576 <> 0), MIN(id)), 0,"
    " COUNT(*) FILTER (WHERE id % 1048576 <> 0) FROM m"
    " WHERE id < (SELECT MIN(id) FROM newest) GROUP BY id / 1048576"
    " ORDER BY 1";

int cn_search_find_postgresql(cn_db *db, const cn_search_scope *scope,
                              const cn_search_terms *terms, cn_array *out,
                              canon_error *err)
{
    cn_buf all = CN_BUF_INIT(MAX_QUERY);
    cn_buf whole = CN_BUF_INIT(MAX_QUERY);
    cn_rows *rows = NULL;
    cn_arg args[4];
    int rc;

    put_query(&all, terms);
    put_whole(&whole, terms);
    rc = cn_buf_check(&all, err);
    if (!rc)
        rc = cn_buf_check(&whole, err);
    args[0] = cn_text(scope->org);
    args[1] = cn_text_of(cn_buf_all(&all));
    args[2] = cn_text(cn_buf_text(&whole));
    args[3] = cn_text(scope->section_status ? scope->section_status : "");
    if (!rc)
        rc = cn_db_query_text(db, find_sql, args, 4, &rows, err);
    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = cn_search_add_match(out, cn_rows_int(rows, 0),
                                 cn_rows_real(rows, 1), cn_rows_int(rows, 2),
                                 err);
    cn_rows_free(rows);
    cn_buf_free(&all);
    cn_buf_free(&whole);
    return rc;
}
