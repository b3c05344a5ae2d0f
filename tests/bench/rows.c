#define _POSIX_C_SOURCE 200809L

#include "rows.h"

#include "canon/common.h"

#include "arena.h"
#include "array.h"
#include "db.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAX_COLUMNS 32

/* A table: how its rows are read with the document they belong to as the
 * first column, and written. */
typedef struct table {
    const char *name;
    const char *select;
    const char *insert;
    size_t columns; /* without the document */
} table;

#define DOCUMENT                                                               \
    "org_login, id, repo_id, repo, path, title, status, owner, team,"          \
    " review_status, ticket_project, doc_type, is_spec, total_sections,"       \
    " done_sections, total_ac, done_ac, realized_ac, last_doc_change_at,"      \
    " indexed_at, parser_version, blob_sha, stamp, content_hash, commit_sha,"  \
    " tags, frontmatter, raw"
#define SECTION                                                                \
    "org_login, id, document_id, ord, parent_ord, section_id,"                 \
    " section_number, heading, level, body, ac_text, status, blocked_by,"      \
    " delta, ticket_system, ticket_ref, start_line, end_line, total_ac,"       \
    " done_ac"
#define CRITERION                                                              \
    "org_login, id, section_row, ord, text, norm, checked, line, strength,"    \
    " realized_inline"
#define ENTRY                                                                  \
    "org_login, id, document_id, section_row, title, heading, ac_text, body"
#define N10 "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10"
#define N20 N10 ", $11, $12, $13, $14, $15, $16, $17, $18, $19, $20"

static const table tables[] = {
    {"spec_documents",
     "SELECT id, " DOCUMENT " FROM spec_documents ORDER BY id",
     "INSERT INTO spec_documents (" DOCUMENT ") VALUES (" N20
     ", $21, $22, $23, $24, $25, $26, $27, $28)",
     28},
    {"spec_document_tags",
     "SELECT document_id, org_login, document_id, tag FROM spec_document_tags"
     " ORDER BY document_id",
     "INSERT INTO spec_document_tags (org_login, document_id, tag)"
     " VALUES ($1, $2, $3)",
     3},
    {"spec_sections",
     "SELECT document_id, " SECTION " FROM spec_sections"
     " ORDER BY document_id, ord",
     "INSERT INTO spec_sections (" SECTION ") VALUES (" N20 ")", 20},
    {"spec_acceptance_criteria",
     "SELECT s.document_id, c.org_login, c.id, c.section_row, c.ord, c.text,"
     " c.norm, c.checked, c.line, c.strength, c.realized_inline"
     " FROM spec_acceptance_criteria c JOIN spec_sections s"
     " ON s.org_login = c.org_login AND s.id = c.section_row"
     " ORDER BY s.document_id, c.id",
     "INSERT INTO spec_acceptance_criteria (" CRITERION ") VALUES (" N10 ")",
     10},
    {"search_entries",
     "SELECT document_id, " ENTRY " FROM search_entries ORDER BY id",
     "INSERT INTO search_entries (" ENTRY ") VALUES ($1, $2, $3, $4, $5, $6,"
     " $7, $8)",
     8},
    {NULL, /* the full-text index is told what the rows before say */
     "SELECT document_id, id, title, heading, ac_text, body"
     " FROM search_entries ORDER BY id",
     "INSERT INTO search_fts (rowid, title, heading, ac_text, body)"
     " VALUES ($1, $2, $3, $4, $5)",
     5},
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* The rows of a table: arguments, and the document of each row. */
typedef struct ready_table {
    cn_array args;      /* cn_arg */
    cn_array documents; /* int64_t */
    char *copy;         /* PostgreSQL: as COPY writes it */
    size_t copy_len;
} ready_table;

struct ready_rows {
    cn_arena arena;
    ready_table tables[TABLES];
    ready_table repos;
};

double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(int rc, const canon_error *err)
{
    if (rc) {
        fprintf(stderr, "bench_index: %s\n", err->text);
        exit(2);
    }
}

static bool is_postgresql(const char *url)
{
    return strncmp(url, "postgres", 8) == 0;
}

static const char repo_select[] =
    "SELECT 0, org_login, id, full_name, owner, name, source FROM repositories";
static const char repo_insert[] =
    "INSERT INTO repositories (org_login, id, full_name, owner, name, source)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

static bool is_number(cn_slice s)
{
    int64_t n;

    return s.len > 0 && cn_slice_int(s, INT64_MIN, INT64_MAX, &n);
}

/* Columns that hold integers arrive as such; the reader knows texts only, so
 * everything that looks like a number is bound as one, which both sides of
 * the comparison would do. */
static cn_arg copy_arg(cn_rows *rows, int column, cn_arena *a)
{
    cn_slice s = cn_rows_text(rows, column);
    int64_t n = 0;

    if (cn_rows_is_null(rows, column))
        return cn_null();
    if (is_number(s) && s.len < 19 &&
        cn_slice_int(s, INT64_MIN, INT64_MAX, &n) &&
        (s.len == 1 || s.ptr[0] != '0'))
        return cn_int(n);
    return cn_text_of(cn_slice_of(cn_arena_copy(a, s), s.len));
}

static void read_table(ready_rows *r, cn_db *db, const char *sql,
                       size_t columns, ready_table *out)
{
    canon_error err = {0, ""};
    cn_rows *rows = NULL;
    int rc = cn_db_query_text(db, sql, NULL, 0, &rows, &err);

    out->args.size = sizeof(cn_arg);
    out->documents.size = sizeof(int64_t);
    while (!rc && (rc = cn_rows_next(rows, &err)) == 1) {
        int64_t *document = cn_array_push(&out->documents);

        *document = cn_rows_int(rows, 0);
        for (size_t i = 0; i < columns; i++) {
            cn_arg *arg = cn_array_push(&out->args);

            *arg = copy_arg(rows, (int)i + 1, &r->arena);
        }
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    check(rc, &err);
}

static void copy_out(PGconn *db, const char *name, ready_table *out)
{
    char sql[128];
    cn_buf text = CN_BUF_INIT((size_t)1 << 31);
    char *line = NULL;
    int n;

    snprintf(sql, sizeof(sql), "COPY %s TO STDOUT", name);
    PQclear(PQexec(db, sql));
    while ((n = PQgetCopyData(db, &line, 0)) > 0) {
        cn_buf_add(&text, line, (size_t)n);
        PQfreemem(line);
    }
    PQclear(PQgetResult(db));
    out->copy = text.data;
    out->copy_len = text.len;
}

static PGconn *connect_to(const char *url)
{
    PGconn *db = PQconnectdb(url);

    if (PQstatus(db) != CONNECTION_OK) {
        fprintf(stderr, "bench_index: %s\n", PQerrorMessage(db));
        exit(2);
    }
    return db;
}

ready_rows *rows_read(const char *url)
{
    const cn_db_options o = {.mode = CN_DB_WRITE, .busy_timeout_ms = 5000};
    ready_rows *r = calloc(1, sizeof(*r));
    canon_error err = {0, ""};
    cn_db *db = NULL;

    if (is_postgresql(url)) {
        PGconn *pg = connect_to(url);

        copy_out(pg, "repositories", &r->repos);
        for (size_t i = 0; i < TABLES; i++) {
            if (tables[i].name)
                copy_out(pg, tables[i].name, &r->tables[i]);
        }
        PQfinish(pg);
        return r;
    }
    check(cn_db_open(url, &o, &db, &err), &err);
    read_table(r, db, repo_select, 6, &r->repos);
    for (size_t i = 0; i < TABLES; i++)
        read_table(r, db, tables[i].select, tables[i].columns, &r->tables[i]);
    cn_db_close(db);
    return r;
}

static double copy_in_all(const ready_rows *r, const char *url)
{
    PGconn *db = connect_to(url);
    double start = seconds();

    PQclear(PQexec(db, "BEGIN"));
    for (size_t i = 0; i <= TABLES; i++) {
        const ready_table *t = i == 0 ? &r->repos : &r->tables[i - 1];
        const char *name = i == 0 ? "repositories" : tables[i - 1].name;
        PGresult *result;
        char sql[128];
        size_t at;

        if (!name)
            continue;
        snprintf(sql, sizeof(sql), "COPY %s FROM STDIN", name);
        PQclear(PQexec(db, sql));
        for (at = 0; at < t->copy_len; at += 1 << 20) {
            size_t n = t->copy_len - at;

            PQputCopyData(db, t->copy + at, n < 1 << 20 ? (int)n : 1 << 20);
        }
        PQputCopyEnd(db, NULL);
        result = PQgetResult(db);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            fprintf(stderr, "bench_index: %s\n", PQerrorMessage(db));
            exit(2);
        }
        PQclear(result);
        PQclear(PQgetResult(db));
    }
    PQclear(PQexec(db, "COMMIT"));
    start = seconds() - start;
    PQfinish(db);
    return start;
}

/* Rows of a table from `at` on that belong to documents up to `last`. */
static size_t count_rows(const ready_table *t, size_t at, int64_t last)
{
    size_t n = 0;

    while (at + n < t->documents.count &&
           *(int64_t *)cn_array_at(&t->documents, at + n) <= last)
        n++;
    return n;
}

static double insert_all(const ready_rows *r, const char *url, int group)
{
    const cn_db_options o = {.mode = CN_DB_WRITE, .busy_timeout_ms = 5000};
    const cn_array *ids = &r->tables[0].documents;
    size_t at[TABLES] = {0};
    canon_error err = {0, ""};
    cn_db *db = NULL;
    double start;

    check(cn_db_open(url, &o, &db, &err), &err);
    check(cn_db_batch_text(db, repo_insert, r->repos.args.items, 6,
                           r->repos.documents.count, &err),
          &err);
    start = seconds();
    for (size_t doc = 0; doc < ids->count; doc += (size_t)group) {
        size_t end =
            doc + (size_t)group < ids->count ? doc + (size_t)group : ids->count;
        int64_t last = *(int64_t *)cn_array_at(ids, end - 1);

        check(cn_db_begin(db, CN_TX_WRITE, &err), &err);
        for (size_t i = 0; i < TABLES; i++) {
            const ready_table *t = &r->tables[i];
            size_t n = count_rows(t, at[i], last);

            if (n > 0)
                check(cn_db_batch_text(
                          db, tables[i].insert,
                          cn_array_at(&t->args, at[i] * tables[i].columns),
                          tables[i].columns, n, &err),
                      &err);
            at[i] += n;
        }
        check(cn_db_end(db, CANON_OK, &err), &err);
    }
    start = seconds() - start;
    cn_db_close(db);
    return start;
}

double rows_store(const ready_rows *rows, const char *url, int group)
{
    return is_postgresql(url) ? copy_in_all(rows, url)
                              : insert_all(rows, url, group);
}

static void free_table(ready_table *t)
{
    cn_array_free(&t->args);
    cn_array_free(&t->documents);
    free(t->copy);
}

void rows_free(ready_rows *rows)
{
    for (size_t i = 0; i < TABLES; i++)
        free_table(&rows->tables[i]);
    free_table(&rows->repos);
    cn_arena_free(&rows->arena);
    free(rows);
}
