/*
 * Candidates of a search, on either database, grouped by document as they
 * come.
 */
#include "search_parts.h"

#include "fail.h"
#include "utf8.h"

#define PART_SCORE 0.1

int cn_search_add_match(cn_array *matches, int64_t entry_id, double score,
                        canon_error *err)
{
    int64_t document_id = entry_id / CN_ENTRIES_PER_DOCUMENT;
    bool section = entry_id % CN_ENTRIES_PER_DOCUMENT != 0;
    cn_search_match *m = NULL;

    if (matches->count > 0)
        m = cn_array_at(matches, matches->count - 1);
    if (!m || m->document_id != document_id) {
        m = cn_array_push(matches);
        if (!m)
            return cn_fail_memory(err);
        m->document_id = document_id;
        m->entry_id = entry_id;
        m->best = score;
        m->score = score;
    } else if (section && (m->sections == 0 || score > m->best)) {
        m->entry_id = entry_id;
        m->best = score;
    }
    m->sections += section;
    if (score > m->score)
        m->score = score;
    return CANON_OK;
}

int cn_store_search_find(cn_db *db, const cn_search_scope *scope,
                         const cn_search_terms *terms, cn_array *out,
                         canon_error *err)
{
    if (terms->count == 0)
        return CANON_OK;
    if (cn_db_dialect(db) == CN_SQLITE)
        return cn_search_find_sqlite(db, scope, terms, out, err);
    return cn_search_find_postgresql(db, scope, terms, out, err);
}

/* A LIKE pattern: what is no ASCII letter or digit of one letter case may be
 * anything there and is compared afterwards. */
static void put_pattern(cn_buf *out, cn_slice q)
{
    cn_buf_putc(out, '%');
    while (q.len > 0) {
        const char *at = q.ptr;
        int32_t c = cn_utf8_next(&q);

        if (c < 0 || c >= 0x80) {
            cn_buf_putc(out, '%');
            continue;
        }
        if (*at == '%' || *at == '_' || *at == '\\')
            cn_buf_putc(out, '\\');
        cn_buf_putc(out, cn_lower(*at));
    }
    cn_buf_putc(out, '%');
}

/* Does the text contain the lower-case part, letter case ignored? */
static bool contains(cn_buf *scratch, cn_slice text, cn_slice part)
{
    cn_buf_reset(scratch);
    cn_utf8_lower_text(scratch, text);
    return cn_slice_find_text(cn_buf_all(scratch), part) < scratch->len;
}

static int read_part(cn_rows *rows, cn_slice part, cn_buf *scratch,
                     cn_array *out, canon_error *err)
{
    int rc = CANON_OK;

    if (contains(scratch, cn_rows_text(rows, 1), part) ||
        contains(scratch, cn_rows_text(rows, 2), part))
        rc = cn_search_add_match(out, cn_rows_int(rows, 0), PART_SCORE, err);
    return rc ? rc : cn_buf_check(scratch, err);
}

int cn_store_search_part(cn_db *db, const cn_search_scope *scope, cn_slice q,
                         cn_array *out, canon_error *err)
{
    cn_buf part = CN_BUF_INIT(8192);
    cn_buf pattern = CN_BUF_INIT(8192);
    cn_buf scratch = CN_BUF_INIT((size_t)4 * 1024 * 1024);
    cn_rows *rows = NULL;
    cn_arg args[3];
    int rc;

    cn_utf8_lower_text(&part, q);
    put_pattern(&pattern, q);
    rc = cn_buf_check(&part, err);
    if (!rc)
        rc = cn_buf_check(&pattern, err);
    args[0] = cn_text(scope->org);
    args[1] = cn_text_of(cn_buf_all(&pattern));
    args[2] = cn_text(scope->section_status ? scope->section_status : "");
    if (!rc) {
        rc = cn_db_query(
            db,
            "SELECT e.id, e.heading, e.title FROM search_entries e"
            " LEFT JOIN spec_sections s"
            " ON s.org_login = e.org_login AND s.id = e.section_row"
            " WHERE e.org_login = $1"
            " AND (LOWER(e.heading) LIKE $2 ESCAPE '\\'"
            " OR LOWER(e.title) LIKE $2 ESCAPE '\\')"
            " AND ($3 = ''"
            " OR REPLACE(REPLACE(LOWER(s.status), ' ', '_'), '-', '_') = $3)"
            " ORDER BY e.id",
            args, 3, &rows, err);
    }
    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = read_part(rows, cn_buf_all(&part), &scratch, out, err);
    cn_rows_free(rows);
    cn_buf_free(&part);
    cn_buf_free(&pattern);
    cn_buf_free(&scratch);
    return rc;
}
