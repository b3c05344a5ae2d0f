/*
 * Many rows with few round trips. An INSERT ... VALUES (...) is widened to
 * many rows in one statement, which costs a tenth more than COPY; the pieces
 * of a batch, and any other statement row by row, are sent without waiting for
 * the answers in between.
 */
#include "postgresql_parts.h"

#include <stdio.h>

#define MAX_WIDE  (256 * 1024)  /* bytes of a widened statement */
#define MAX_ROUND (1024 * 1024) /* bytes sent before the answers are read */

static const size_t widths[CN_PG_WIDTHS] = {128, 32, 8, 2};

/* A batch on its way. */
typedef struct batch {
    cn_pg_stmt *s;
    const cn_arg *args;
    size_t count;   /* of a row */
    size_t rows;    /* left */
    size_t sent;    /* commands without an answer yet */
    size_t bytes;   /* of them */
    cn_slice tuple; /* "($1, $2)" in the statement's text; empty: none */
} batch;

static bool is_repeatable(cn_slice tail)
{
    /* A row that comes twice in one statement cannot be updated. */
    return cn_slice_find_text(tail, cn_str("DO UPDATE")) == tail.len &&
           cn_slice_find(tail, '$') == tail.len &&
           cn_slice_find_text(tail, cn_str("RETURNING")) == tail.len;
}

/* The parenthesised list behind VALUES, when there is exactly one and nothing
 * behind it speaks against more. */
static cn_slice find_tuple(cn_slice sql)
{
    static const cn_slice none = {NULL, 0};
    size_t at = cn_slice_find_text(sql, cn_str("VALUES ("));
    cn_slice rest = cn_slice_from(sql, at + strlen("VALUES "));
    bool quoted = false;
    int depth = 0;

    if (!cn_slice_starts(sql, "INSERT") || at == sql.len)
        return none;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        if (rest.ptr[i] == '(')
            depth++;
        else if (rest.ptr[i] == ')' && --depth == 0)
            return is_repeatable(cn_slice_from(rest, i + 1))
                       ? cn_slice_first(rest, i + 1)
                       : none;
    }
    return none;
}

/* The tuple with its parameters moved up by `shift`. */
static void put_tuple(cn_buf *out, cn_slice tuple, size_t shift)
{
    while (tuple.len > 0) {
        size_t at = cn_slice_find(tuple, '$');
        int64_t n = 0;
        size_t digits = 0;

        cn_buf_add(out, tuple.ptr, at);
        tuple = cn_slice_from(tuple, at);
        if (tuple.len == 0)
            return;
        tuple = cn_slice_from(tuple, 1);
        while (digits < tuple.len && cn_is_digit(tuple.ptr[digits]))
            digits++;
        if (cn_slice_int(cn_slice_first(tuple, digits), 1, INT32_MAX, &n)) {
            cn_buf_putc(out, '$');
            cn_buf_int(out, n + (int64_t)shift);
        }
        tuple = cn_slice_from(tuple, digits);
    }
}

static void put_wide(cn_buf *out, const batch *b, size_t width)
{
    cn_slice sql = cn_str(b->s->sql);
    size_t start = (size_t)(b->tuple.ptr - sql.ptr);

    cn_buf_add(out, sql.ptr, start);
    for (size_t i = 0; i < width; i++) {
        if (i > 0)
            cn_buf_putc(out, ',');
        put_tuple(out, b->tuple, i * b->s->params);
    }
    cn_buf_slice(out, cn_slice_from(sql, start + b->tuple.len));
}

void cn_pg_wide_name(const cn_pg_stmt *s, size_t w, char out[CN_PG_NAME])
{
    (void)snprintf(out, CN_PG_NAME, "%s_%u_%zu", s->name, s->attempt,
                   widths[w]);
}

/* Have the server prepare the wide form; the answer comes with the others. */
static int send_prepare(batch *b, size_t w, canon_error *err)
{
    size_t width = widths[w];
    size_t n = b->s->params * width;
    cn_buf sql = CN_BUF_INIT(MAX_WIDE);
    Oid *types = cn_calloc(n, sizeof(*types));
    char name[CN_PG_NAME];
    int rc;

    put_wide(&sql, b, width);
    rc = types ? cn_buf_check(&sql, err) : cn_fail_memory(err);
    for (size_t i = 0; !rc && i < n; i++)
        types[i] = b->s->types[i % b->s->params];
    cn_pg_wide_name(b->s, w, name);
    if (!rc && !PQsendPrepare(b->s->c->db, name, sql.data, (int)n, types))
        rc = cn_pg_fail(b->s->c, NULL, err);
    if (!rc) {
        b->s->widened[w] = true;
        b->sent++;
    }
    cn_buf_free(&sql);
    cn_free(types);
    return rc;
}

/* Which width the rest of the batch is sent with; CN_PG_WIDTHS: one row. */
static size_t choose_width(const batch *b)
{
    size_t w = 0;

    if (b->tuple.len == 0 || b->s->params == 0)
        return CN_PG_WIDTHS;
    while (w < CN_PG_WIDTHS &&
           (widths[w] > b->rows || widths[w] * b->s->params > 30000))
        w++;
    return w;
}

static int send_piece(batch *b, canon_error *err)
{
    size_t w = choose_width(b);
    size_t width = w < CN_PG_WIDTHS ? widths[w] : 1;
    size_t n = b->s->params * width;
    cn_pg_args a;
    char name[CN_PG_NAME];
    int rc = CANON_OK;

    if (w < CN_PG_WIDTHS && !b->s->widened[w])
        rc = send_prepare(b, w, err);
    if (!rc)
        rc = cn_pg_encode(b->s, b->args, b->count, width, &a, err);
    if (rc)
        return rc;
    if (w < CN_PG_WIDTHS)
        cn_pg_wide_name(b->s, w, name);
    else
        (void)snprintf(name, sizeof(name), "%s", b->s->name);
    if (!PQsendQueryPrepared(b->s->c->db, name, (int)n, a.values, a.lengths,
                             a.formats, 0))
        return cn_pg_fail(b->s->c, NULL, err);
    b->bytes += 16 * n;
    for (size_t i = 0; i < n; i++)
        b->bytes += (size_t)a.lengths[i];
    b->sent++;
    b->rows -= width;
    b->args += width * b->count;
    return CANON_OK;
}

/* One answer of the pipeline; the NULL that ends it is read, too. */
static int read_answer(batch *b, int rc, canon_error *err)
{
    PGresult *result = NULL;
    PGresult *end = NULL;
    ExecStatusType status;
    int lost = cn_pg_result(b->s->c, &result, err);

    if (!lost && !result)
        lost = cn_pg_fail(b->s->c, NULL, err);
    status = PQresultStatus(result);
    if (!lost && !rc && status != PGRES_COMMAND_OK &&
        status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC)
        rc = cn_pg_fail(b->s->c, result, err);
    if (!lost && status != PGRES_PIPELINE_SYNC)
        lost = cn_pg_result(b->s->c, &end, err);
    PQclear(result);
    PQclear(end);
    if (lost)
        b->s->c->broken = true;
    return lost ? lost : rc;
}

/* Read the answers of what was sent; rc is what happened before. */
static int finish_round(batch *b, int rc, canon_error *err)
{
    if (!PQpipelineSync(b->s->c->db))
        return cn_pg_fail(b->s->c, NULL, err);
    for (size_t i = 0; i <= b->sent && !b->s->c->broken; i++)
        rc = read_answer(b, rc, err);
    b->sent = 0;
    b->bytes = 0;
    return rc;
}

int cn_pg_batch(void *stmt, const cn_arg *args, size_t count, size_t rows,
                canon_error *err)
{
    cn_pg_stmt *s = stmt;
    batch b = {.s = s, .args = args, .count = count, .rows = rows};
    int rc = CANON_OK;

    b.tuple = find_tuple(cn_str(s->sql));
    atomic_store(&s->c->interrupted, false);
    if (!PQenterPipelineMode(s->c->db))
        return cn_pg_fail(s->c, NULL, err);
    while (!rc && b.rows > 0) {
        rc = send_piece(&b, err);
        if (rc || b.rows == 0 || b.bytes >= MAX_ROUND)
            rc = finish_round(&b, rc, err);
    }
    if (!s->c->broken && !PQexitPipelineMode(s->c->db))
        rc = rc ? rc : cn_pg_fail(s->c, NULL, err);
    if (rc) { /* wide forms may or may not be there: names are used up */
        memset(s->widened, 0, sizeof(s->widened));
        s->attempt++;
    }
    return rc;
}
