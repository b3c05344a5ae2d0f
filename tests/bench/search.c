/*
 * F7 and F8: searching an index of 100,000 sections with the 330 queries of
 * the corpus. On SQLite the 99th percentile is compared with that of count(*)
 * over the same matches, which is the walk through the index that nobody can
 * save; the two are measured query by query in turn.
 */
#define _XOPEN_SOURCE 700
#include "canon.h"

#include "corpus.h"
#include "db.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORG        "bench"
#define MOST       1000 /* queries */
#define PERCENTILE 0.99

static struct {
    char *text[MOST];
    char *expression[MOST];
    size_t count;
} queries;

static char folder[512];
static int missed;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_search: %s: %s\n", what, why);
    exit(2);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double percentile(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[(size_t)((double)(count - 1) * PERCENTILE)];
}

/* "one" AND "two" *: what the words of a query are to SQLite's index. */
static char *make_expression(const char *q)
{
    char out[1024] = "\"";
    size_t n = 1;

    for (; *q && n < sizeof(out) - 16; q++) {
        if (*q == ' ') {
            memcpy(out + n, "\" AND \"", 7);
            n += 7;
        } else {
            out[n++] = *q;
        }
    }
    memcpy(out + n, "\" *", 4);
    return strdup(out);
}

static void read_queries(const char *from)
{
    char path[1024];
    char line[1024];
    FILE *f;

    snprintf(path, sizeof(path), "%s/queries.tsv", from);
    f = fopen(path, "r");
    if (!f)
        fail(path, "cannot be read");
    while (fgets(line, sizeof(line), f) && queries.count < MOST) {
        char *q = strchr(line, '\t');

        line[strcspn(line, "\r\n")] = '\0';
        if (!q)
            continue;
        queries.text[queries.count] = strdup(q + 1);
        queries.expression[queries.count++] = make_expression(q + 1);
    }
    fclose(f);
}

/* Each folder of the corpus is a repository. */
static void add_repositories(canon_conn *conn, const char *from)
{
    static char top[PATH_MAX];
    char name[300];
    static char source[PATH_MAX + 300];
    DIR *dir;
    struct dirent *entry;

    if (!realpath(from, top))
        fail(from, "is no folder");
    dir = opendir(top);
    while (dir && (entry = readdir(dir)) != NULL) {
        canon_repo repo = {.size = sizeof(repo), .org = ORG};

        if (strncmp(entry->d_name, "repo-", 5) != 0)
            continue;
        snprintf(name, sizeof(name), ORG "/%s", entry->d_name);
        snprintf(source, sizeof(source), "dir:%s/%s", top, entry->d_name);
        repo.full_name = name;
        repo.source = source;
        if (canon_repo_add(conn, &repo))
            fail(name, canon_last_error(conn)->text);
    }
    if (dir)
        closedir(dir);
}

static void load(canon_conn *conn, const char *from)
{
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;
    canon_index_report report;
    canon_index_totals totals;

    add_repositories(conn, from);
    if (canon_index_all(conn, ORG, &o, &report))
        fail("indexing", canon_last_error(conn)->text);
    if (canon_index_totals_get(conn, ORG, &totals))
        fail("totals", canon_last_error(conn)->text);
    fprintf(stderr, "%lld documents, %lld sections\n",
            (long long)totals.documents, (long long)totals.sections);
}

static double time_count(cn_db *db, const char *expression)
{
    static const char sql[] =
        "SELECT COUNT(*) FROM search_fts WHERE search_fts MATCH $1";
    cn_arg arg = cn_text(expression);
    cn_rows *rows = NULL;
    canon_error err;
    double start = bench_now();

    if (cn_db_query_text(db, sql, &arg, 1, &rows, &err) ||
        cn_rows_next(rows, &err) < 0)
        fail(expression, err.text);
    cn_rows_free(rows);
    return (bench_now() - start) * 1e3;
}

static double time_search(canon_conn *conn, const char *q, int no_facets)
{
    canon_search_query query = CANON_SEARCH_QUERY_INIT;
    canon_search_result *result = NULL;
    double start = bench_now();

    query.org = ORG;
    query.q = q;
    query.no_facets = no_facets;
    if (canon_search(conn, &query, &result))
        fail(q, canon_last_error(conn)->text);
    canon_search_free(result);
    return (bench_now() - start) * 1e3;
}

/* What a round found out: 99th percentiles in milliseconds. */
typedef struct round_times {
    double count;
    double search;
    double plain; /* without facets */
} round_times;

static round_times run_round(canon_conn *conn, cn_db *db)
{
    static double count[MOST];
    static double searches[MOST];
    static double plain[MOST];
    round_times r;

    for (size_t i = 0; i < queries.count; i++) {
        count[i] = db ? time_count(db, queries.expression[i]) : 0;
        searches[i] = time_search(conn, queries.text[i], 0);
        plain[i] = time_search(conn, queries.text[i], 1);
    }
    r.count = percentile(count, queries.count);
    r.search = percentile(searches, queries.count);
    r.plain = percentile(plain, queries.count);
    fprintf(stderr,
            "p99: count(*) %.2f ms, search %.2f ms, without facets %.2f ms; "
            "p50: %.2f, %.2f, %.2f ms\n",
            r.count, r.search, r.plain, count[queries.count / 2],
            searches[queries.count / 2], plain[queries.count / 2]);
    return r;
}

static void report(const char *figure, const char *what, double value,
                   const char *form, double bar)
{
    char text[32];

    snprintf(text, sizeof(text), *form == 'x' ? "%.1fx" : "%.1fms", value);
    printf("%s %s %s %s %s\n", figure, what, text,
           *form == 'x' ? "<=5x <=3x" : "<=50ms <=20ms",
           value <= bar ? "ok" : "MISSED");
    missed |= value > bar;
}

static void measure(const char *url, const char *from, cn_db *(*open)(void))
{
    canon_options o = CANON_OPTIONS_INIT;
    canon *engine = NULL;
    canon_conn *conn = NULL;
    canon_error err;
    cn_db *db;
    double search[BENCH_MOST_RUNS];
    double plain[BENCH_MOST_RUNS];

    o.database_url = url;
    if (canon_open(&o, &engine, &err) || canon_migrate(engine, &err) ||
        canon_connect(engine, &conn, &err))
        fail(url, err.text);
    load(conn, from);
    db = open();
    (void)run_round(conn, db); /* warms up */
    for (int i = 0; i < bench_runs(); i++) {
        round_times r = run_round(conn, db);

        search[i] = db ? r.search / r.count : r.search;
        plain[i] = db ? r.plain / r.count : r.plain;
    }
    report(db ? "F7" : "F8", db ? "search-p99-sqlite" : "search-p99-postgresql",
           bench_median(search, (size_t)bench_runs()), db ? "x" : "ms",
           db ? 5 : 50);
    report(db ? "F7" : "F8",
           db ? "without-facets-p99-sqlite" : "without-facets-p99-postgresql",
           bench_median(plain, (size_t)bench_runs()), db ? "x" : "ms",
           db ? 5 : 50);
    cn_db_close(db);
    canon_disconnect(conn);
    canon_close(engine);
}

static cn_db *open_sqlite(void)
{
    cn_db_options o = {.mode = CN_DB_READ};
    char url[600];
    canon_error err;
    cn_db *db = NULL;

    snprintf(url, sizeof(url), "sqlite:%s/search.db", folder);
    if (cn_db_open(url, &o, &db, &err))
        fail(url, err.text);
    return db;
}

static cn_db *open_nothing(void)
{
    return NULL;
}

static void sqlite(const char *from)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    char url[600];
    char path[600];

    snprintf(url, sizeof(url), "sqlite:%s/search.db", folder);
    measure(url, from, open_sqlite);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        snprintf(path, sizeof(path), "%s/search.db%s", folder, endings[i]);
        unlink(path);
    }
}

static void run_script(const char *url, const char *sql)
{
    cn_db *db = NULL;
    canon_error err;

    if (cn_db_open(url, NULL, &db, &err) || cn_db_script(db, sql, &err))
        fail("PostgreSQL", err.text);
    cn_db_close(db);
}

/* A schema of its own on the server. */
static void postgresql(const char *server, const char *from)
{
    char url[1200];
    char sql[128];

    snprintf(sql, sizeof(sql), "CREATE SCHEMA bench_search_%d", (int)getpid());
    run_script(server, sql);
    snprintf(url, sizeof(url), "%s%coptions=-csearch_path%%3Dbench_search_%d",
             server, strchr(server, '?') ? '&' : '?', (int)getpid());
    measure(url, from, open_nothing);
    snprintf(sql, sizeof(sql), "DROP SCHEMA bench_search_%d CASCADE",
             (int)getpid());
    run_script(server, sql);
}

int main(int argc, char **argv)
{
    const char *tmp = getenv("TMPDIR");
    const char *server = getenv("CANON_TEST_POSTGRESQL");

    if (argc < 2)
        fail("usage", "bench_search CORPUS");
    snprintf(folder, sizeof(folder), "%s/bench-search-XXXXXX",
             tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        fail(folder, "cannot be made");
    read_queries(argv[1]);
    sqlite(argv[1]);
    rmdir(folder);
    if (server && *server)
        postgresql(server, argv[1]);
    else
        printf("F8 search-p99-postgresql no-server <=50ms <=20ms SKIPPED\n");
    return missed;
}
