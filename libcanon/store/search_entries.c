/*
 * Writing the rows that are searched, with what the full-text index of each
 * database needs. SQLite's would follow by triggers, but a schema that is not
 * trusted may not use it in triggers.
 */
#include "search_parts.h"

#include "fail.h"
#include "utf8.h"

#define MAX_CHARS 200000 /* of a text that is indexed */
#define MAX_BYTES ((size_t)16 * 1024 * 1024)

#define COLUMNS                                                                \
    "(org_login, id, document_id, section_row, title, heading, ac_text, body"
/* A parameter beside a number would be a small integer to PostgreSQL. */
#define DOCUMENT "CAST($2 AS BIGINT)"
#define KEY_OF                                                                 \
    "CASE WHEN CAST($3 AS BIGINT) = 0 THEN " DOCUMENT " * 1048576 ELSE"        \
    " (SELECT COALESCE(MAX(e.id), " DOCUMENT " * 1048576) + 1"                 \
    " FROM search_entries e WHERE e.org_login = $1"                            \
    " AND e.id >= " DOCUMENT " * 1048576"                                      \
    " AND e.id < (" DOCUMENT " + 1) * 1048576) END"
/* The index of SQLite holds no text of its own: it is told what a row said. */
#define FTS_DELETE                                                             \
    "INSERT INTO search_fts (search_fts, rowid, title, heading, ac_text,"      \
    " body) SELECT 'delete', id, title, heading, ac_text, body"                \
    " FROM search_entries WHERE org_login = $1 AND document_id = $2"
#define ON_CONFLICT                                                            \
    " ON CONFLICT (org_login, document_id, section_row) DO UPDATE SET"         \
    " title = excluded.title, heading = excluded.heading,"                     \
    " ac_text = excluded.ac_text, body = excluded.body"

/* The end of a comment that begins the text, or 0 when Canon has none here. */
static size_t comment_len(cn_slice s)
{
    static const char *const marks[] = {"canon:", "specwright:"};
    cn_slice inside = cn_slice_trim_start(cn_slice_from(s, 4));
    size_t end;

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (!cn_slice_starts_nocase(inside, marks[i]))
            continue;
        end = cn_slice_find_text(s, cn_str("-->"));
        return end < s.len ? end + 3 : s.len;
    }
    return 0;
}

void cn_search_clean(cn_buf *out, cn_slice body)
{
    while (body.len > 0) {
        size_t at = cn_slice_find_text(body, cn_str("<!--"));
        size_t skip;

        cn_buf_add(out, body.ptr, at);
        body = cn_slice_from(body, at);
        if (body.len == 0)
            return;
        skip = comment_len(body);
        if (skip == 0) {
            cn_buf_add(out, body.ptr, 4);
            skip = 4;
        }
        body = cn_slice_from(body, skip);
    }
}

/* The first MAX_CHARS characters. */
static cn_slice cut(cn_slice text)
{
    cn_slice rest = text;

    if (text.len <= MAX_CHARS)
        return text.ptr ? text : cn_str("");
    for (size_t i = 0; i < MAX_CHARS && rest.len > 0; i++)
        (void)cn_utf8_next(&rest);
    return cn_slice_first(text, text.len - rest.len);
}

/* Rows on their way, with the texts that were made for them. */
typedef struct writer {
    cn_db *db;
    const char *org;
    cn_arena arena;
    cn_buf text; /* one after the other */
    cn_tsv tsv;
    int64_t last; /* id that was given */
    canon_error *err;
} writer;

static writer writer_to(cn_db *db, const char *org, canon_error *err)
{
    writer w = {
        .db = db, .org = org, .text = CN_BUF_INIT(MAX_BYTES), .err = err};

    cn_tsv_init(&w.tsv);
    return w;
}

/* A copy of what the buffer holds; the buffer is empty afterwards. */
static int keep_text(writer *w, cn_slice *out)
{
    int rc = cn_buf_check(&w->text, w->err);
    char *copy = rc ? NULL : cn_arena_copy(&w->arena, cn_buf_all(&w->text));

    *out = cn_slice_of(copy, w->text.len);
    cn_buf_reset(&w->text);
    if (!rc && !copy)
        rc = cn_fail_memory(w->err);
    return rc;
}

/* As it is stored. */
static int prepare(writer *w, const cn_search_entry *in, cn_search_entry *out)
{
    int rc = CANON_OK;

    *out = *in;
    out->title = in->section_row == 0 ? cut(in->title) : cn_str("");
    out->heading = cut(in->heading);
    out->ac_text = cut(in->ac_text);
    if (cn_slice_find_text(in->body, cn_str("<!--")) < in->body.len) {
        cn_search_clean(&w->text, in->body);
        rc = keep_text(w, &out->body);
    }
    out->body = cut(out->body);
    return rc;
}

/* The values of PostgreSQL's full-text columns. */
static int make_values(writer *w, const cn_search_entry *e, cn_slice *tsv,
                       cn_slice *ranked)
{
    int rc = cn_search_tsv(&w->tsv, &w->text, e) ? cn_fail_memory(w->err)
                                                 : keep_text(w, tsv);

    if (rc)
        return rc;
    return cn_search_tsv_ranked(&w->tsv, &w->text) ? cn_fail_memory(w->err)
                                                   : keep_text(w, ranked);
}

/* $1 organisation, $2 document, $3 section, $4 to $7 texts, $8 and $9 the
 * full-text columns of PostgreSQL, $10 the id of a new row. */
#define WIDTH 10

static int put_args(writer *w, cn_arg *args, const cn_search_entry *in,
                    int64_t id)
{
    cn_search_entry e;
    cn_slice tsv = {NULL, 0};
    cn_slice ranked = {NULL, 0};
    int rc = prepare(w, in, &e);

    if (!rc && cn_db_dialect(w->db) == CN_POSTGRESQL)
        rc = make_values(w, &e, &tsv, &ranked);
    if (rc)
        return rc;
    args[0] = cn_text(w->org);
    args[1] = cn_int(e.document_id);
    args[2] = cn_int(e.section_row);
    args[3] = cn_text_of(e.title);
    args[4] = cn_text_of(e.heading);
    args[5] = cn_text_of(e.ac_text);
    args[6] = cn_text_of(e.body);
    args[7] = cn_blob(tsv.ptr, tsv.len);
    args[8] = cn_blob(ranked.ptr, ranked.len);
    args[9] = cn_int(id);
    return CANON_OK;
}

/* The id of a row: the documents' own has the first of its range, sections
 * count up from there. */
static int64_t next_id(const cn_search_entry *e, int64_t *last)
{
    int64_t base = e->document_id * CN_ENTRIES_PER_DOCUMENT;

    if (*last / CN_ENTRIES_PER_DOCUMENT != e->document_id)
        *last = base;
    return e->section_row == 0 ? base : ++*last;
}

#define GROUP      200 /* rows whose texts are held at a time */
#define STATEMENTS 3

/* Run each statement for a group of entries; ids receives those of new rows. */
static int write_group(writer *w, const char *const *sql,
                       const cn_search_entry *entries, size_t count,
                       int64_t *ids)
{
    cn_arg *args = cn_arena_array(&w->arena, count * WIDTH, sizeof(*args));
    int rc = args ? CANON_OK : cn_fail_memory(w->err);

    for (size_t i = 0; !rc && i < count; i++) {
        ids[i] = next_id(&entries[i], &w->last);
        rc = put_args(w, args + i * WIDTH, &entries[i], ids[i]);
    }
    for (size_t i = 0; !rc && i < STATEMENTS && sql[i]; i++)
        rc = cn_db_batch_text(w->db, sql[i], args, WIDTH, count, w->err);
    cn_arena_reset(&w->arena);
    return rc;
}

/* Headings follow: those of new documents (is_new), or of all that occur with
 * another heading. */
static int write_headings(writer *w, bool is_new,
                          const cn_search_entry *entries, size_t count,
                          const int64_t *ids)
{
    bool same = true;
    int rc = CANON_OK;

    if (is_new)
        return cn_search_headings_insert(w->db, w->org, entries, ids, count,
                                         w->err);
    for (size_t i = 0; !rc && i < count; i++) {
        same = same && entries[i].same_heading;
        if (i + 1 < count &&
            entries[i].document_id == entries[i + 1].document_id)
            continue;
        if (!same)
            rc = cn_search_headings_update(w->db, w->org,
                                           entries[i].document_id, w->err);
        same = true;
    }
    return rc;
}

static int write_all(writer w, const char *const *sql, bool is_new,
                     const cn_search_entry *entries, size_t count)
{
    int64_t ids[GROUP];
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < count; i += GROUP) {
        size_t n = count - i < GROUP ? count - i : GROUP;

        rc = write_group(&w, sql, entries + i, n, ids);
        if (!rc)
            rc = write_headings(&w, is_new, entries + i, n, ids);
    }
    cn_arena_free(&w.arena);
    cn_buf_free(&w.text);
    cn_tsv_free(&w.tsv);
    return rc;
}

int cn_store_search_insert(cn_db *db, const char *org,
                           const cn_search_entry *entries, size_t count,
                           canon_error *err)
{
    static const char *const sqlite[STATEMENTS] = {
        "INSERT INTO search_entries " COLUMNS
        ") VALUES ($1, $10, $2, $3, $4, $5, $6, $7)",
        "INSERT INTO search_fts (rowid, title, heading, ac_text, body)"
        " VALUES ($10, $4, $5, $6, $7)",
    };
    static const char *const postgresql[STATEMENTS] = {
        "INSERT INTO search_entries " COLUMNS
        ", tsv, ranked) VALUES ($1, $10, $2, $3, $4, $5, $6, $7,"
        " CAST($8 AS tsvector), CAST($9 AS tsvector))",
    };

    return write_all(writer_to(db, org, err),
                     cn_db_dialect(db) == CN_SQLITE ? sqlite : postgresql, true,
                     entries, count);
}

int cn_store_search_put(cn_db *db, const char *org,
                        const cn_search_entry *entries, size_t count,
                        canon_error *err)
{
    static const char *const sqlite[STATEMENTS] = {
        FTS_DELETE " AND section_row = $3",
        "INSERT INTO search_entries " COLUMNS ") SELECT $1, " KEY_OF
        ", $2, $3, $4, $5, $6, $7 WHERE 1 = 1" ON_CONFLICT,
        "INSERT INTO search_fts (rowid, title, heading, ac_text, body)"
        " SELECT id, title, heading, ac_text, body FROM search_entries"
        " WHERE org_login = $1 AND document_id = $2 AND section_row = $3",
    };
    static const char *const postgresql[STATEMENTS] = {
        "INSERT INTO search_entries " COLUMNS
        ", tsv, ranked) SELECT $1, " KEY_OF
        ", $2, $3, $4, $5, $6, $7, CAST($8 AS tsvector),"
        " CAST($9 AS tsvector)" ON_CONFLICT
        ", tsv = excluded.tsv, ranked = excluded.ranked",
    };

    return write_all(writer_to(db, org, err),
                     cn_db_dialect(db) == CN_SQLITE ? sqlite : postgresql,
                     false, entries, count);
}

/* Tell SQLite's full-text index which rows will go. */
static int forget_words(cn_db *db, const char *sql, const cn_arg *args,
                        size_t count, canon_error *err)
{
    return cn_db_dialect(db) == CN_SQLITE
               ? cn_db_exec_text(db, sql, args, count, NULL, err)
               : CANON_OK;
}

int cn_store_search_remove(cn_db *db, const char *org, int64_t document_id,
                           const int64_t *section_rows, size_t count,
                           canon_error *err)
{
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < count; i++) {
        const cn_arg args[] = {cn_text(org), cn_int(document_id),
                               cn_int(section_rows[i])};

        rc = forget_words(db, FTS_DELETE " AND section_row = $3", args, 3, err);
        if (!rc)
            rc = cn_db_exec(db,
                            "DELETE FROM search_entries WHERE org_login = $1"
                            " AND document_id = $2 AND section_row = $3",
                            args, 3, NULL, err);
    }
    if (!rc && count > 0)
        rc = cn_search_headings_update(db, org, document_id, err);
    return rc;
}

int cn_store_search_remove_document(cn_db *db, const char *org,
                                    int64_t document_id, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(document_id)};
    int rc = forget_words(db, FTS_DELETE, args, 2, err);

    if (!rc)
        rc = cn_db_exec(db,
                        "DELETE FROM search_entries"
                        " WHERE org_login = $1 AND document_id = $2",
                        args, 2, NULL, err);
    if (!rc)
        rc = cn_search_headings_update(db, org, document_id, err);
    return rc;
}

int cn_store_search_settle(cn_db *db, canon_error *err)
{
    int rc;

    if (cn_db_dialect(db) == CN_SQLITE)
        return cn_db_exec(db,
                          "INSERT INTO search_fts (search_fts, rank)"
                          " VALUES ('merge', 2000)",
                          NULL, 0, NULL, err);
    rc = cn_db_exec(db, "SELECT gin_clean_pending_list('search_entries_tsv')",
                    NULL, 0, NULL, err);
    return rc ? rc
              : cn_db_script(
                    db, "ANALYZE search_entries, spec_documents, spec_sections",
                    err);
}
