/*
 * PostgreSQL behind the driver table. Waiting is our own, so that a server
 * that went silent is noticed. Parameters whose type is text, bytes or an
 * integer go in binary form without being copied; others as text.
 */
#include "postgresql_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

/* Of the catalogue; they never change. */
#define OID_BYTEA    17
#define OID_INT8     20
#define OID_INT4     23
#define OID_TEXT     25
#define OID_VARCHAR  1043
#define OID_TSVECTOR 3614

#define MAX_SCRATCH (1024 * 1024 * 1024)
#define NUMBER_LEN  32 /* of a number as text, terminated */

static const struct {
    const char *state; /* the first characters of SQLSTATE */
    int code;
    bool fatal; /* for the connection */
    const char *text;
} failures[] = {
    {"23505", CANON_ECONFLICT, false, "it exists already"},
    {"40", CANON_EBUSY, false, "another transaction was in the way, try again"},
    {"55P03", CANON_EBUSY, false, "the database is busy, try again"},
    {"57014", CANON_EBUSY, false, "the database took too long"},
    {"57", CANON_EBUSY, true, "the database is shutting down, try again"},
    {"08", CANON_EBUSY, true, "the connection to the database was lost"},
    {"53300", CANON_EBUSY, true, "the database has no connection left"},
    {"53100", CANON_EBUSY, false,
     "the disk of the database is full: free some space and try again"},
    {"53200", CANON_EBUSY, false, "the database is out of memory"},
    {"25006", CANON_ESTORE, false, "the database only allows reading"},
    {"25P02", CANON_EBUSY, false, "the transaction has failed before"},
    {"54", CANON_ETOOBIG, false, "a value is too big for the database"},
    {"42501", CANON_ESTORE, false,
     "the database user lacks a permission: it needs to own the schema"},
};

static void log_text(cn_pg *c, const char *text)
{
    if (c->log && text && *text) {
        cn_log_write(c->log, CANON_LOG_DEBUG, "db", "postgresql: %s", text);
    }
}

static int fail_lost(cn_pg *c, canon_error *err)
{
    c->broken = true;
    log_text(c, PQerrorMessage(c->db));
    return cn_fail(err, CANON_EBUSY, "the connection to the database was lost");
}

int cn_pg_fail(cn_pg *c, const PGresult *result, canon_error *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (PQstatus(c->db) != CONNECTION_OK)
        c->broken = true;
    if (!result)
        return fail_lost(c, err);
    log_text(c, PQresultErrorMessage(result));
    if (!state)
        return fail_lost(c, err);
    if (strcmp(state, "57014") == 0 && atomic_exchange(&c->interrupted, false))
        return cn_fail(err, CANON_ECANCELED, "canceled");
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        if (!cn_slice_starts(cn_str(state), failures[i].state))
            continue;
        c->broken = c->broken || failures[i].fatal;
        return cn_fail(err, failures[i].code, "%s", failures[i].text);
    }
    return cn_fail(err, CANON_ESTORE, "the database refused a statement (%s)",
                   state);
}

/* Wait until there is something to read, sending what is left meanwhile. */
static int wait_for_server(cn_pg *c, canon_error *err)
{
    struct pollfd p = {.fd = PQsocket(c->db), .events = POLLIN};
    int unsent = PQflush(c->db);
    int n;

    if (unsent < 0 || p.fd < 0)
        return fail_lost(c, err);
    if (unsent > 0)
        p.events |= POLLOUT;
    do {
        n = poll(&p, 1, c->wait_ms);
    } while (n < 0 && errno == EINTR);
    if (n == 0) {
        c->broken = true;
        return cn_fail(err, CANON_EBUSY, "the database does not answer");
    }
    if (n < 0 || ((p.revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
                  !PQconsumeInput(c->db)))
        return fail_lost(c, err);
    return CANON_OK;
}

int cn_pg_result(cn_pg *c, PGresult **out, canon_error *err)
{
    int rc = CANON_OK;

    *out = NULL;
    while (!rc && PQisBusy(c->db))
        rc = wait_for_server(c, err);
    if (!rc)
        *out = PQgetResult(c->db);
    return rc;
}

/* All results of a command; the last one that failed, else the last one. */
static int collect(cn_pg *c, PGresult **out, canon_error *err)
{
    PGresult *last = NULL;
    PGresult *result;
    bool failed = false;
    int rc;

    *out = NULL;
    while (!(rc = cn_pg_result(c, &result, err)) && result) {
        ExecStatusType status = PQresultStatus(result);

        if (failed) {
            PQclear(result);
            continue;
        }
        failed = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
                 status != PGRES_EMPTY_QUERY;
        PQclear(last);
        last = result;
    }
    if (!rc && !last)
        rc = fail_lost(c, err);
    if (!rc && failed)
        rc = cn_pg_fail(c, last, err);
    if (rc) {
        PQclear(last);
        return rc;
    }
    *out = last;
    return CANON_OK;
}

static int pg_control(void *conn, const char *sql, canon_error *err)
{
    cn_pg *c = conn;
    PGresult *result = NULL;
    int rc;

    if (!PQsendQuery(c->db, sql))
        return fail_lost(c, err);
    rc = collect(c, &result, err);
    PQclear(result);
    return rc;
}

static void pg_close(void *conn)
{
    cn_pg *c = conn;

    PQfreeCancel(c->cancel);
    PQfinish(c->db);
    cn_buf_free(&c->scratch);
    cn_free(c);
}

/* The reason without the addresses and names that libpq puts around it. */
static int fail_connect(cn_pg *c, canon_error *err)
{
    const char *text = c->db ? PQerrorMessage(c->db) : "";
    static const struct {
        const char *part;
        int code;
        const char *text;
    } reasons[] = {
        {"does not exist", CANON_ESTORE,
         "the PostgreSQL database or role of the URL does not exist: create it"},
        {"authentication failed", CANON_ESTORE,
         "PostgreSQL refused the user or password of the URL"},
        {"no pg_hba.conf entry", CANON_ESTORE,
         "PostgreSQL does not accept this user from here (pg_hba.conf)"},
        {"no password supplied", CANON_ESTORE,
         "PostgreSQL wants a password: add it to the URL"},
        {"invalid", CANON_EINVAL, "the PostgreSQL URL is malformed"},
    };

    log_text(c, text);
    if (!c->db)
        return cn_fail_memory(err);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strstr(text, reasons[i].part) && !strstr(text, "No such file"))
            return cn_fail(err, reasons[i].code, "%s", reasons[i].text);
    }
    return cn_fail(err, CANON_EBUSY,
                   "PostgreSQL is not reachable at the given URL: is it "
                   "running?");
}

static int configure(cn_pg *c, const cn_db_options *o, canon_error *err)
{
    char sql[256];
    int n = snprintf(sql, sizeof(sql),
                     "SET statement_timeout = %d; SET lock_timeout = %d; "
                     "SET client_min_messages = warning; "
                     "SET idle_in_transaction_session_timeout = 120000",
                     o->statement_timeout_ms, o->busy_timeout_ms);

    if (n < 0 || (size_t)n >= sizeof(sql))
        return cn_fail(err, CANON_EINVAL, "a time limit is too long");
    return pg_control(c, sql, err);
}

static void ignore_notice(void *user, const PGresult *result)
{
    (void)user;
    (void)result;
}

static PGconn *connect_server(const char *url, const cn_db_options *o)
{
    const char *names[] = {"dbname",
                           "fallback_application_name",
                           "connect_timeout",
                           "client_encoding",
                           "keepalives_idle",
                           "tcp_user_timeout",
                           NULL};
    char seconds[NUMBER_LEN];
    const char *values[] = {
        url, o->name ? o->name : "canon", seconds, "UTF8", "30", "30000", NULL};

    (void)snprintf(seconds, sizeof(seconds), "%d",
                   o->busy_timeout_ms / 1000 + 1);
    return PQconnectdbParams(names, values, 1);
}

static int pg_open(const char *url, const cn_db_options *options, void **conn,
                   canon_error *err)
{
    cn_pg *c = cn_calloc(1, sizeof(*c));
    int rc = CANON_OK;

    if (!c)
        return cn_fail_memory(err);
    c->log = options->log;
    c->wait_ms = options->statement_timeout_ms > 0
                     ? options->statement_timeout_ms + 5000
                     : -1;
    c->scratch.max = MAX_SCRATCH;
    atomic_init(&c->interrupted, false);
    c->db = connect_server(url, options);
    if (PQstatus(c->db) != CONNECTION_OK)
        rc = fail_connect(c, err);
    if (!rc) {
        PQsetNoticeReceiver(c->db, ignore_notice, NULL);
        c->cancel = PQgetCancel(c->db);
        if (!c->cancel || PQsetnonblocking(c->db, 1) != 0)
            rc = cn_fail_memory(err);
    }
    if (!rc)
        rc = configure(c, options, err);
    if (rc) {
        pg_close(c);
        return rc;
    }
    *conn = c;
    return CANON_OK;
}

static bool pg_broken(const void *conn)
{
    const cn_pg *c = conn;

    return c->broken || PQstatus(c->db) != CONNECTION_OK;
}

/* A server has nothing to say to a connection that rests, unless it ends it or
 * changes a setting; a new one is right after both. */
static bool pg_left(void *conn)
{
    const cn_pg *c = conn;
    struct pollfd p = {.fd = PQsocket(c->db), .events = POLLIN};

    return p.fd < 0 || poll(&p, 1, 0) != 0;
}

static void pg_interrupt(void *conn)
{
    cn_pg *c = conn;
    char text[256];

    atomic_store(&c->interrupted, true);
    if (!PQcancel(c->cancel, text, sizeof(text)))
        atomic_store(&c->interrupted, false);
}

/* In a failed transaction this is refused: the statement then costs the server
 * some memory until the connection ends. */
static void deallocate(cn_pg *c, const char *name)
{
    char sql[CN_PG_NAME + 16];
    canon_error ignored;

    if (pg_broken(c) || PQtransactionStatus(c->db) == PQTRANS_INERROR)
        return;
    (void)snprintf(sql, sizeof(sql), "DEALLOCATE %s", name);
    (void)pg_control(c, sql, &ignored);
}

static void pg_finish(void *stmt, bool closing)
{
    cn_pg_stmt *s = stmt;
    char name[CN_PG_NAME];

    PQclear(s->result);
    if (s->types && !closing)
        deallocate(s->c, s->name);
    for (size_t w = 0; w < CN_PG_WIDTHS; w++) {
        if (s->widened[w] && !closing) {
            cn_pg_wide_name(s, w, name);
            deallocate(s->c, name);
        }
    }
    cn_buf_free(&s->unescaped);
    cn_free(s->types);
    cn_free(s->sql);
    cn_free(s);
}

/* The types of the parameters, as the server made them out. */
static int describe(cn_pg_stmt *s, canon_error *err)
{
    PGresult *result = NULL;
    int rc;
    int n;

    if (!PQsendDescribePrepared(s->c->db, s->name))
        return fail_lost(s->c, err);
    rc = collect(s->c, &result, err);
    if (rc)
        return rc;
    n = PQnparams(result);
    s->params = (size_t)n;
    s->types = cn_calloc((size_t)n + 1, sizeof(*s->types));
    if (!s->types)
        rc = cn_fail_memory(err);
    for (int i = 0; !rc && i < n; i++)
        s->types[i] = PQparamtype(result, i);
    PQclear(result);
    return rc;
}

static int pg_prepare(void *conn, const char *sql, void **stmt,
                      canon_error *err)
{
    cn_pg *c = conn;
    cn_pg_stmt *s = cn_calloc(1, sizeof(*s));
    PGresult *result = NULL;
    int rc = CANON_OK;

    if (!s)
        return cn_fail_memory(err);
    s->c = c;
    s->unescaped.max = MAX_SCRATCH;
    (void)snprintf(s->name, sizeof(s->name), "s%u", ++c->statements);
    s->sql = cn_strdup(sql);
    if (!s->sql)
        rc = cn_fail_memory(err);
    else if (!PQsendPrepare(c->db, s->name, sql, 0, NULL))
        rc = fail_lost(c, err);
    else
        rc = collect(c, &result, err);
    PQclear(result);
    if (!rc)
        rc = describe(s, err);
    if (rc) {
        pg_finish(s, true);
        return rc;
    }
    *stmt = s;
    return CANON_OK;
}

/* Can it go as it is, in binary form? */
static bool is_binary(const cn_arg *arg, Oid type)
{
    if (arg->type == CN_ARG_INT) {
        return type == OID_INT8 ||
               (type == OID_INT4 && arg->integer >= INT32_MIN &&
                arg->integer <= INT32_MAX);
    }
    if (arg->type == CN_ARG_TEXT)
        return type == OID_TEXT || type == OID_VARCHAR;
    return arg->type == CN_ARG_BLOB &&
           (type == OID_BYTEA || type == OID_TSVECTOR);
}

static size_t scratch_size(const cn_arg *arg)
{
    if (arg->type == CN_ARG_INT || arg->type == CN_ARG_REAL)
        return NUMBER_LEN;
    return arg->type == CN_ARG_NULL ? 0 : arg->data.len + 1;
}

static void put_big_endian(char *out, uint64_t n, int size)
{
    for (int i = size - 1; i >= 0; i--) {
        out[i] = (char)(unsigned char)(n & 0xff);
        n >>= 8;
    }
}

/* %.17g has the decimal point of the locale. */
static void put_real(char *out, double number)
{
    char *point;

    (void)snprintf(out, NUMBER_LEN, "%.17g", number);
    point = strpbrk(out, ",");
    if (point)
        *point = '.';
}

/* One argument; returns the scratch it used. */
static size_t encode_arg(const cn_arg *arg, Oid type, char *scratch, size_t i,
                         const cn_pg_args *out)
{
    size_t size = scratch_size(arg);

    out->formats[i] = is_binary(arg, type);
    out->values[i] = scratch;
    out->lengths[i] = 0;
    if (arg->type == CN_ARG_NULL) {
        out->values[i] = NULL;
    } else if (out->formats[i] && arg->type == CN_ARG_INT) {
        out->lengths[i] = type == OID_INT8 ? 8 : 4;
        put_big_endian(scratch, (uint64_t)arg->integer, out->lengths[i]);
    } else if (out->formats[i]) {
        out->values[i] = arg->data.ptr ? arg->data.ptr : "";
        out->lengths[i] = (int)arg->data.len;
        return 0;
    } else if (arg->type == CN_ARG_INT) {
        (void)snprintf(scratch, size, "%lld", (long long)arg->integer);
    } else if (arg->type == CN_ARG_REAL) {
        put_real(scratch, arg->real);
    } else {
        if (arg->data.len > 0)
            memcpy(scratch, arg->data.ptr, arg->data.len);
        scratch[arg->data.len] = '\0';
    }
    return size;
}

int cn_pg_encode(cn_pg_stmt *s, const cn_arg *args, size_t count, size_t rows,
                 cn_pg_args *out, canon_error *err)
{
    cn_buf *scratch = &s->c->scratch;
    size_t n = s->params * rows;
    size_t size = n * (sizeof(char *) + 2 * sizeof(int)) + 1;
    char *p;

    if (s->params > count) {
        return cn_fail(err, CANON_ESTORE,
                       "a statement without its argument %zu", s->params);
    }
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < s->params; i++) {
            const cn_arg *arg = &args[row * count + i];

            if (!is_binary(arg, s->types[i]) || arg->type == CN_ARG_INT)
                size += scratch_size(arg);
        }
    }
    cn_buf_reset(scratch);
    p = cn_buf_room(scratch, size);
    if (!p)
        return cn_buf_check(scratch, err);
    out->values = (const char **)(void *)p;
    out->lengths = (int *)(void *)(p + n * sizeof(char *));
    out->formats = out->lengths + n;
    p = (char *)(out->formats + n);
    for (size_t k = 0; k < n; k++) {
        const cn_arg *arg = &args[k / s->params * count + k % s->params];

        p += encode_arg(arg, s->types[k % s->params], p, k, out);
    }
    return CANON_OK;
}

static int pg_run(void *stmt, const cn_arg *args, size_t count,
                  canon_error *err)
{
    cn_pg_stmt *s = stmt;
    cn_pg *c = s->c;
    cn_pg_args a;
    int rc = cn_pg_encode(s, args, count, 1, &a, err);

    if (rc)
        return rc;
    atomic_store(&c->interrupted, false);
    if (!PQsendQueryPrepared(c->db, s->name, (int)s->params, a.values,
                             a.lengths, a.formats, 0))
        return fail_lost(c, err);
    s->row = -1;
    return collect(c, &s->result, err);
}

static int pg_next(void *stmt, canon_error *err)
{
    cn_pg_stmt *s = stmt;

    (void)err;
    if (s->row + 1 >= PQntuples(s->result))
        return 0;
    s->row++;
    return 1;
}

static int64_t pg_changed(void *stmt)
{
    const cn_pg_stmt *s = stmt;
    int64_t n = 0;

    if (!cn_slice_int(cn_str(PQcmdTuples(s->result)), 0, INT64_MAX, &n))
        return 0;
    return n;
}

static void pg_reset(void *stmt)
{
    cn_pg_stmt *s = stmt;

    PQclear(s->result);
    s->result = NULL;
    s->row = -1;
}

static bool pg_is_null(void *stmt, int column)
{
    const cn_pg_stmt *s = stmt;

    return PQgetisnull(s->result, s->row, column);
}

static int hex_value(char c)
{
    return cn_is_digit(c) ? c - '0' : cn_lower(c) - 'a' + 10;
}

/* "\x48656c" as bytes; they live until the next call. */
static cn_slice unescape(cn_pg_stmt *s, cn_slice hex)
{
    cn_buf_reset(&s->unescaped);
    for (size_t i = 2; i + 1 < hex.len; i += 2)
        cn_buf_putc(&s->unescaped, (char)(hex_value(hex.ptr[i]) * 16 +
                                          hex_value(hex.ptr[i + 1])));
    return cn_slice_of(cn_buf_text(&s->unescaped), s->unescaped.len);
}

static cn_slice pg_text(void *stmt, int column)
{
    cn_pg_stmt *s = stmt;
    cn_slice text;

    if (pg_is_null(stmt, column))
        return cn_slice_of(NULL, 0);
    text = cn_slice_of(PQgetvalue(s->result, s->row, column),
                       (size_t)PQgetlength(s->result, s->row, column));
    if (PQftype(s->result, column) == OID_BYTEA)
        return unescape(s, text);
    return text;
}

/* The whole part of what the server wrote. */
static int64_t pg_integer(void *stmt, int column)
{
    cn_slice text = pg_text(stmt, column);
    int64_t n = 0;

    text = cn_slice_first(text, cn_slice_find(text, '.'));
    return cn_slice_int(text, INT64_MIN, INT64_MAX, &n) ? n : 0;
}

static double scale(double number, int exponent)
{
    for (; exponent > 0; exponent--)
        number *= 10;
    for (; exponent < 0; exponent++)
        number /= 10;
    return number;
}

/* In any locale: [-]digits[.digits][e[+-]digits]. */
static double pg_real(void *stmt, int column)
{
    cn_slice text = pg_text(stmt, column);
    cn_slice exp_text = cn_slice_from(text, cn_slice_find(text, 'e') + 1);
    bool negative = cn_slice_starts(text, "-");
    double number = 0;
    int64_t exponent = 0;
    bool fraction = false;

    if (cn_slice_starts(exp_text, "+"))
        exp_text = cn_slice_from(exp_text, 1);
    if (!cn_slice_int(exp_text, -400, 400, &exponent))
        exponent = 0;
    text = cn_slice_first(text, cn_slice_find(text, 'e'));
    for (size_t i = negative; i < text.len; i++) {
        if (text.ptr[i] == '.') {
            fraction = true;
            continue;
        }
        if (!cn_is_digit(text.ptr[i]))
            return 0; /* "NaN", "Infinity" */
        number = number * 10 + (text.ptr[i] - '0');
        exponent -= fraction;
    }
    number = scale(number, (int)exponent);
    return negative ? -number : number;
}

int cn_db_notify(cn_db *db, const char *channel, const char *text,
                 canon_error *err)
{
    static const char sql[] = "SELECT pg_notify($1, $2)";
    cn_arg args[] = {cn_text(channel), cn_text(text)};

    if (cn_db_dialect(db) != CN_POSTGRESQL)
        return CANON_OK;
    return cn_db_exec_text(db, sql, args, 2, NULL, err);
}

int cn_db_listen(cn_db *db, const char *channel, canon_error *err)
{
    char sql[128];
    int n;

    if (cn_db_dialect(db) != CN_POSTGRESQL)
        return CANON_OK;
    n = snprintf(sql, sizeof(sql), "LISTEN \"%s\"", channel);
    if (n < 0 || (size_t)n >= sizeof(sql) || strchr(channel, '"'))
        return cn_fail(err, CANON_EINVAL, "no channel: %.60s", channel);
    return cn_db_script(db, sql, err);
}

int cn_db_notified(cn_db *db, int wait_ms,
                   void (*on_text)(void *user, const char *channel,
                                   const char *text),
                   void *user, canon_error *err)
{
    cn_pg *c = db->conn;
    struct pollfd p = {.events = POLLIN};
    PGnotify *notify;

    if (cn_db_dialect(db) != CN_POSTGRESQL)
        return CANON_OK;
    p.fd = PQsocket(c->db);
    if (poll(&p, 1, wait_ms) < 0 && errno != EINTR)
        return cn_fail_errno(err, "waiting for the database");
    if (!PQconsumeInput(c->db))
        return fail_lost(c, err);
    while ((notify = PQnotifies(c->db)) != NULL) {
        on_text(user, notify->relname, notify->extra);
        PQfreemem(notify);
    }
    return CANON_OK;
}

static const char *const words[CN_DB_WORDS] = {
    "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    "BIGINT GENERATED BY DEFAULT AS IDENTITY",
    "PRIMARY KEY",
    "BYTEA",
    "TEXT COLLATE \"C\"",
    "FOR UPDATE SKIP LOCKED",
};

const cn_db_driver cn_db_postgresql = {
    .dialect = CN_POSTGRESQL,
    .words = words,
    .begin_write = "BEGIN",
    .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .open = pg_open,
    .close = pg_close,
    .broken = pg_broken,
    .left = pg_left,
    .interrupt = pg_interrupt,
    .control = pg_control,
    .prepare = pg_prepare,
    .run = pg_run,
    .next = pg_next,
    .changed = pg_changed,
    .batch = cn_pg_batch,
    .reset = pg_reset,
    .finish = pg_finish,
    .is_null = pg_is_null,
    .integer = pg_integer,
    .real = pg_real,
    .text = pg_text,
};
