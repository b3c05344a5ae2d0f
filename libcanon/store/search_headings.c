/*
 * Parts of words in titles and headings. Each document has one row with all of
 * them, so that looking through an organisation reads little; a line says
 * which entry it stands for.
 */
#include "search_parts.h"

#include "batch.h"
#include "fail.h"
#include "utf8.h"

#include <stdlib.h>

#define MAX_LINES  ((size_t)16 * 1024 * 1024)
#define PART_SCORE 0.1

/* In lower case, without the characters that structure the lines. */
static void put_plain(cn_buf *out, cn_slice text)
{
    size_t from = out->len;

    cn_utf8_lower_text(out, text);
    for (size_t i = from; i < out->len; i++) {
        if (out->data[i] == '\n' || out->data[i] == '\t')
            out->data[i] = ' ';
    }
}

static void put_line(cn_buf *out, int64_t id, cn_slice text)
{
    cn_buf_int(out, id % CN_ENTRIES_PER_DOCUMENT);
    cn_buf_putc(out, '\t');
    put_plain(out, text);
    cn_buf_putc(out, '\n');
}

/* The row of one document on its way. */
static int put_row(cn_batch *batch, cn_arena *a, const char *org,
                   int64_t document_id, cn_buf *lines)
{
    cn_arg *args = cn_batch_row(batch);
    int rc = cn_buf_check(lines, batch->err);
    const char *copy = NULL;

    if (!args)
        return batch->rc;
    if (!rc) {
        copy = cn_arena_copy(a, cn_buf_all(lines));
        rc = copy ? CANON_OK : cn_fail_memory(batch->err);
    }
    args[0] = cn_text(org);
    args[1] = cn_int(document_id);
    args[2] = cn_text_of(cn_slice_of(copy, lines->len));
    cn_buf_reset(lines);
    if (rc)
        batch->rc = rc;
    return rc;
}

int cn_search_headings_insert(cn_db *db, const char *org,
                              const cn_search_entry *entries,
                              const int64_t *ids, size_t count,
                              canon_error *err)
{
    /* a document may go on in the next group of entries */
    cn_batch batch = CN_BATCH_OF(
        db,
        "INSERT INTO search_headings (org_login, document_id, lines)"
        " VALUES ($1, $2, $3) ON CONFLICT (org_login, document_id)"
        " DO UPDATE SET lines = search_headings.lines || excluded.lines",
        3, err);
    cn_arena arena = CN_ARENA_INIT;
    cn_buf lines = CN_BUF_INIT(MAX_LINES);
    int rc = CANON_OK;
    int end;

    for (size_t i = 0; !rc && i < count; i++) {
        const cn_search_entry *e = &entries[i];

        put_line(&lines, ids[i], e->section_row ? e->heading : e->title);
        if (i + 1 == count || entries[i + 1].document_id != e->document_id)
            rc = put_row(&batch, &arena, org, e->document_id, &lines);
    }
    end = cn_batch_end(&batch);
    cn_arena_free(&arena);
    cn_buf_free(&lines);
    return rc ? rc : end;
}

static int write_row(cn_db *db, const char *org, int64_t document_id,
                     const cn_buf *lines, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(document_id),
                           cn_text_of(cn_buf_all(lines))};

    if (lines->len == 0) {
        return cn_db_exec(db,
                          "DELETE FROM search_headings"
                          " WHERE org_login = $1 AND document_id = $2",
                          args, 2, NULL, err);
    }
    return cn_db_exec(db,
                      "INSERT INTO search_headings"
                      " (org_login, document_id, lines) VALUES ($1, $2, $3)"
                      " ON CONFLICT (org_login, document_id)"
                      " DO UPDATE SET lines = excluded.lines",
                      args, 3, NULL, err);
}

int cn_search_headings_update(cn_db *db, const char *org, int64_t document_id,
                              canon_error *err)
{
    /* by their ids: by document SQLite would go through the organisation's
     * entries for the sake of the order */
    const cn_arg range[] = {
        cn_text(org), cn_int(document_id * CN_ENTRIES_PER_DOCUMENT),
        cn_int((document_id + 1) * CN_ENTRIES_PER_DOCUMENT)};
    cn_buf lines = CN_BUF_INIT(MAX_LINES);
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT id, title, heading FROM search_entries"
                         " WHERE org_login = $1 AND id >= $2"
                         " AND id < $3 ORDER BY id",
                         range, 3, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_slice title = cn_rows_text(rows, 1);

        put_line(&lines, cn_rows_int(rows, 0),
                 title.len > 0 ? title : cn_rows_text(rows, 2));
        rc = cn_buf_check(&lines, err);
    }
    cn_rows_free(rows);
    if (!rc)
        rc = write_row(db, org, document_id, &lines, err);
    cn_buf_free(&lines);
    return rc;
}

/* A search for a part. */
typedef struct search {
    cn_slice part;
    const cn_array *allowed; /* int64_t, ids of entries in order; NULL: all */
    cn_array *out;
} search;

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static bool is_allowed(const search *s, int64_t id)
{
    return !s->allowed || (s->allowed->count > 0 &&
                           bsearch(&id, s->allowed->items, s->allowed->count,
                                   s->allowed->size, by_id));
}

/* The entries of a document whose line contains the part. */
static int match_lines(const search *s, int64_t document_id, cn_slice lines,
                       canon_error *err)
{
    int64_t base = document_id * CN_ENTRIES_PER_DOCUMENT;
    int rc = CANON_OK;

    while (!rc && lines.len > 0) {
        cn_slice line = cn_slice_cut(&lines, '\n');
        cn_slice number = cn_slice_cut(&line, '\t');
        int64_t n = 0;

        if (cn_slice_find_text(line, s->part) == line.len)
            continue;
        if (cn_slice_int(number, 0, CN_ENTRIES_PER_DOCUMENT - 1, &n) &&
            is_allowed(s, base + n))
            rc = cn_search_add_match(s->out, base + n, PART_SCORE,
                                     cn_search_is_section(n), err);
    }
    return rc;
}

/* Documents with the part somewhere in their lines. */
static int match_documents(cn_db *db, const char *org, const search *s,
                           canon_error *err)
{
    static const char sqlite[] =
        "SELECT document_id, lines FROM search_headings"
        " WHERE org_login = $1 AND INSTR(lines, $2) > 0 ORDER BY document_id";
    static const char postgresql[] =
        "SELECT document_id, lines FROM search_headings"
        " WHERE org_login = $1 AND STRPOS(lines, $2) > 0 ORDER BY document_id";
    const cn_arg args[] = {cn_text(org), cn_text_of(s->part)};
    const char *sql = cn_db_dialect(db) == CN_SQLITE ? sqlite : postgresql;
    cn_rows *rows = NULL;
    int rc = cn_db_query_text(db, sql, args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1)
        rc = match_lines(s, cn_rows_int(rows, 0), cn_rows_text(rows, 1), err);
    cn_rows_free(rows);
    return rc;
}

/* Entries of sections in a state, in order. */
static int entries_in_state(cn_db *db, const cn_search_scope *scope,
                            cn_array *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(scope->org), cn_text(scope->section_status)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "SELECT e.id FROM spec_sections s JOIN search_entries e"
        " ON e.org_login = s.org_login AND e.document_id = s.document_id"
        " AND e.section_row = s.id WHERE s.org_login = $1"
        " AND REPLACE(REPLACE(LOWER(s.status), ' ', '_'), '-', '_') = $2"
        " ORDER BY e.id",
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

int cn_store_search_part(cn_db *db, const cn_search_scope *scope, cn_slice q,
                         cn_array *out, canon_error *err)
{
    cn_buf part = CN_BUF_INIT(MAX_LINES);
    cn_array allowed = CN_ARRAY_INIT(int64_t);
    search s = {.out = out};
    int rc;

    put_plain(&part, q);
    rc = cn_buf_check(&part, err);
    s.part = cn_buf_all(&part);
    if (!rc && scope->section_status) {
        s.allowed = &allowed;
        rc = entries_in_state(db, scope, &allowed, err);
    }
    if (!rc && s.part.len > 0)
        rc = match_documents(db, scope->org, &s, err);
    cn_array_free(&allowed);
    cn_buf_free(&part);
    return rc;
}
