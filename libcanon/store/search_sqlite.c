/*
 * Candidates from SQLite's full-text index. They come in the order of their
 * ids and say by them which document they belong to, so no other row is read
 * unless the state of sections is asked for.
 */
#include "search_parts.h"

#define MAX_QUERY 16384 /* bytes of an expression; q has a limit of its own */

static void put_term(cn_buf *out, const cn_search_term *term)
{
    cn_buf_putc(out, '"');
    for (size_t i = 0; i < term->count; i++) {
        if (i > 0)
            cn_buf_putc(out, ' ');
        cn_buf_puts(out, term->words[i]); /* letters and digits only */
    }
    cn_buf_puts(out, term->prefix ? "\" *" : "\"");
}

static void put_terms(cn_buf *out, const cn_search_term *terms, size_t count,
                      const char *between)
{
    cn_buf_putc(out, '(');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            cn_buf_puts(out, between);
        put_term(out, &terms[i]);
    }
    cn_buf_putc(out, ')');
}

static void put_expression(cn_buf *out, const cn_search_terms *terms)
{
    put_terms(out, terms->terms, terms->count, " AND ");
    if (terms->not_count > 0) {
        cn_buf_puts(out, " NOT ");
        put_terms(out, terms->not_terms, terms->not_count, " OR ");
    }
}

/* Weights of title, heading, criteria, body; the number of terms that count;
 * what a title or heading with all of them in a row is worth. */
static void put_rank(cn_buf *out, const cn_search_terms *terms)
{
    cn_buf_printf(out, "canon_rank(4.0, 4.0, 2.0, 1.0, %zu, %s)", terms->count,
                  terms->not_count == 0 ? "1.0" : "0.0");
}

static int query(cn_db *db, const cn_search_scope *scope, const cn_arg *args,
                 cn_rows **out, canon_error *err)
{
    if (!scope->section_status) {
        return cn_db_query(db,
                           "SELECT rowid, rank FROM search_fts"
                           " WHERE search_fts MATCH $1 AND rank MATCH $2",
                           args, 2, out, err);
    }
    return cn_db_query(
        db,
        "SELECT f.rowid, f.rank FROM search_fts f"
        " JOIN search_entries e ON e.id = f.rowid"
        " JOIN spec_sections s ON s.id = e.section_row"
        " WHERE f.search_fts MATCH $1 AND f.rank MATCH $2"
        " AND e.org_login = $3 AND s.org_login = $3"
        " AND REPLACE(REPLACE(LOWER(s.status), ' ', '_'), '-', '_') = $4"
        " ORDER BY f.rowid",
        args, 4, out, err);
}

int cn_search_find_sqlite(cn_db *db, const cn_search_scope *scope,
                          const cn_search_terms *terms, cn_array *out,
                          canon_error *err)
{
    cn_buf expression = CN_BUF_INIT(MAX_QUERY);
    cn_buf rank = CN_BUF_INIT(256);
    cn_rows *rows = NULL;
    cn_arg args[4];
    int rc;

    put_expression(&expression, terms);
    put_rank(&rank, terms);
    rc = cn_buf_check(&expression, err);
    if (!rc)
        rc = cn_buf_check(&rank, err);
    args[0] = cn_text_of(cn_buf_all(&expression));
    args[1] = cn_text_of(cn_buf_all(&rank));
    args[2] = cn_text(scope->org);
    args[3] = cn_text(scope->section_status);
    if (!rc)
        rc = query(db, scope, args, &rows, err);
    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        int64_t id = cn_rows_int(rows, 0);

        rc = cn_search_add_match(out, id, cn_rows_real(rows, 1),
                                 cn_search_is_section(id), err);
    }
    cn_rows_free(rows);
    cn_buf_free(&expression);
    cn_buf_free(&rank);
    return rc;
}
