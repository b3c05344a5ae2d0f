/*
 * Indexing: F3 (SQLite) and F4 (PostgreSQL) against storing ready-made rows,
 * F5 nothing changed against hashing the files, F6 one changed file, F11
 * coverage of the organisation, F13 memory, and the totals (F2).
 *
 *     bench_index CORPUS
 *
 * BENCH_RUNS changes the number of repetitions (9), BENCH_ONLY names one
 * figure.
 */
#define _POSIX_C_SOURCE 200809L

#include "canon/index.h"
#include "canon/coverage.h"
#include "canon/engine.h"

#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_RUNS 99
#define GROUP     200 /* documents in a transaction, as the index has it */
#define ORG       "bench"

static const char *corpus;
static char folder[512];
static int runs = 9;
static int missed;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_index: %s: %s\n", what, why);
    exit(2);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), compare);
    return values[count / 2];
}

static int wanted(const char *figure)
{
    const char *only = getenv("BENCH_ONLY");

    return !only || strcmp(only, figure) == 0;
}

/* A line of the table; ok when value is on the right side of bar. */
static void report(const char *figure, const char *what, const char *value,
                   const char *limits, int ok)
{
    printf("%s %s %s %s %s\n", figure, what, value, limits,
           ok ? "ok" : "MISSED");
    fflush(stdout);
    missed |= !ok;
}

/* An engine on a database with the corpus as its repositories. */
typedef struct engine {
    canon *engine;
    canon_conn *conn;
} engine;

static engine start(const char *url, int add)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_error err = {0, ""};
    char list[600];
    engine e = {NULL, NULL};

    o.database_url = url;
    if (canon_open(&o, &e.engine, &err) || canon_migrate(e.engine, &err) ||
        canon_connect(e.engine, &e.conn, &err))
        fail(url, err.text);
    snprintf(list, sizeof(list), ORG "=%s", corpus);
    if (add && canon_repo_add_sources(e.conn, list))
        fail(corpus, canon_last_error(e.conn)->text);
    return e;
}

static void stop(engine *e)
{
    canon_disconnect(e->conn);
    canon_close(e->engine);
}

static double index_all(engine *e, canon_index_report *r)
{
    double from = seconds();

    if (canon_index_all(e->conn, ORG, NULL, r))
        fail("index", canon_last_error(e->conn)->text);
    return seconds() - from;
}

static void remove_database(const char *url)
{
    char command[700];

    if (strncmp(url, "sqlite:", 7) == 0)
        snprintf(command, sizeof(command), "rm -f '%s' '%s'-wal '%s'-shm",
                 url + 7, url + 7, url + 7);
    else
        snprintf(command, sizeof(command),
                 "psql -q '%s' -c 'DROP SCHEMA IF EXISTS bench_index CASCADE'"
                 " -c 'CREATE SCHEMA bench_index' >/dev/null 2>&1",
                 getenv("CANON_TEST_POSTGRESQL"));
    if (system(command) != 0)
        fail(url, "cannot be made empty");
}

/* A fresh database; its URL is static. */
static const char *fresh(int postgresql)
{
    static char url[1024];
    const char *server = getenv("CANON_TEST_POSTGRESQL");

    if (postgresql)
        snprintf(url, sizeof(url), "%s%coptions=-csearch_path%%3Dbench_index",
                 server, strchr(server, '?') ? '&' : '?');
    else
        snprintf(url, sizeof(url), "sqlite:%s/index.db", folder);
    remove_database(url);
    return url;
}

static double index_fresh(const char *url)
{
    canon_index_report r;
    engine e = start(url, 1);
    double took = index_all(&e, &r);

    if (r.errors || r.repos_failed)
        fail("index", r.first_error);
    stop(&e);
    return took;
}

static double store_fresh(const char *url, const ready_rows *rows)
{
    engine e = start(url, 0);

    stop(&e);
    return rows_store(rows, url, GROUP);
}

static void full_index(int postgresql)
{
    const char *url = fresh(postgresql);
    double ours[MOST_RUNS];
    double theirs[MOST_RUNS];
    double bar = postgresql ? 80 : 65;
    ready_rows *rows;
    char value[32];
    double pct;

    (void)index_fresh(url);
    rows = rows_read(url);
    for (int i = 0; i < runs; i++) {
        ours[i] = index_fresh(fresh(postgresql));
        theirs[i] = store_fresh(fresh(postgresql), rows);
        fprintf(stderr, "index %.2f s, rows %.2f s\n", ours[i], theirs[i]);
    }
    rows_free(rows);
    remove_database(url);
    pct = median(theirs, runs) / median(ours, runs) * 100;
    snprintf(value, sizeof(value), "%.0f%%", pct);
    if (postgresql)
        report("F4", "index-postgresql", value, ">=80% >=95%", pct >= bar);
    else
        report("F3", "index-sqlite", value, ">=65% >=80%", pct >= bar);
}

static double hash_files(void)
{
    char command[700];
    double from = seconds();

    snprintf(command, sizeof(command),
             "find '%s' -name '*.md' -print0 | xargs -0 sha256sum >/dev/null",
             corpus);
    if (system(command) != 0)
        fail("sha256sum", "failed");
    return seconds() - from;
}

static void nothing_changed(engine *e)
{
    double ours[MOST_RUNS];
    double theirs[MOST_RUNS];
    canon_index_report r;
    char value[32];
    double ratio;

    for (int i = 0; i < runs; i++) {
        ours[i] = index_all(e, &r);
        theirs[i] = hash_files();
        fprintf(stderr, "unchanged %.4f s, sha256sum %.3f s\n", ours[i],
                theirs[i]);
    }
    if (r.indexed || r.errors)
        fail("nothing changed", "but something was indexed");
    ratio = median(ours, runs) / median(theirs, runs);
    snprintf(value, sizeof(value), "%.2fx", ratio);
    report("F5", "unchanged", value, "<=1.5x <=0.3x", ratio <= 1.5);
}

/* Append a line to a file of the corpus and take it away again. */
static void edit(const char *path, int add)
{
    static char command[2000];

    if (add)
        snprintf(command, sizeof(command),
                 "printf '\\nBenchmarks change this line.\\n' >> '%s'", path);
    else
        snprintf(command, sizeof(command),
                 "sed -i -e '$d' '%s'"
                 " && sed -i -e '$d' '%s'",
                 path, path);
    if (system(command) != 0)
        fail(path, "cannot be changed");
}

static void one_file(engine *e, const char *figure)
{
    static char list[700];
    static char path[600];
    static double took[MOST_RUNS];
    char value[32];
    int count = 0;
    FILE *files;

    snprintf(list, sizeof(list),
             "find '%s' -path '*/docs/specs/*.md' | sort | awk 'NR %% 60 == 7'",
             corpus);
    files = popen(list, "r");
    while (files && count < MOST_RUNS && fgets(path, sizeof(path), files)) {
        const char *repo = path + strlen(corpus) + 1;
        char name[200];
        double from;

        path[strcspn(path, "\n")] = '\0';
        snprintf(name, sizeof(name), ORG "/%.*s", (int)strcspn(repo, "/"),
                 repo);
        edit(path, 1);
        from = seconds();
        if (canon_index_file(e->conn, ORG, name, strchr(repo, '/') + 1))
            fail(path, canon_last_error(e->conn)->text);
        took[count++] = seconds() - from;
        edit(path, 0);
    }
    if (files)
        pclose(files);
    if (count == 0)
        fail(corpus, "no documents");
    snprintf(value, sizeof(value), "%.2fms", median(took, count) * 1e3);
    report("F6", figure, value, "<=10ms <=3ms", median(took, count) <= 0.01);
}

static void coverage(engine *e, const char *figure)
{
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    double took[MOST_RUNS];
    char value[32];

    q.org = ORG;
    for (int i = 0; i < runs; i++) {
        canon_coverage *c = NULL;
        canon_buf json = CANON_BUF_INIT;
        double from = seconds();

        if (canon_coverage_compute(e->conn, &q, &c) ||
            canon_coverage_json(c, &json, NULL))
            fail("coverage", canon_last_error(e->conn)->text);
        took[i] = seconds() - from;
        canon_buf_free(&json);
        canon_coverage_free(c);
    }
    snprintf(value, sizeof(value), "%.2fms", median(took, runs) * 1e3);
    report("F11", figure, value, "<=10ms <=4ms", median(took, runs) <= 0.01);
}

/* Snapshots of the last 30 days. */
static void take_snapshots(engine *e)
{
    int32_t today = (int32_t)(canon_now_us(e->engine) / INT64_C(86400000000));

    for (int32_t day = today - 29; day <= today; day++) {
        if (canon_coverage_snapshot(e->conn, ORG, day))
            fail("snapshot", canon_last_error(e->conn)->text);
    }
}

static long long truth(const char *text, const char *name)
{
    char key[64];
    const char *at;

    snprintf(key, sizeof(key), "\"%s\": ", name);
    at = strstr(text, key);
    return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

static void totals(engine *e)
{
    static char text[65536];
    canon_index_totals t;
    char path[600];
    FILE *f;
    int ok;

    snprintf(path, sizeof(path), "%s/truth.json", corpus);
    f = fopen(path, "r");
    if (!f || fread(text, 1, sizeof(text) - 1, f) == 0)
        fail(path, "cannot be read");
    fclose(f);
    if (canon_index_totals_get(e->conn, ORG, &t))
        fail("totals", canon_last_error(e->conn)->text);
    ok = t.documents == truth(text, "docs") &&
         t.sections == truth(text, "sections") &&
         t.done_sections == truth(text, "done") &&
         t.criteria == truth(text, "criteria") &&
         t.done_criteria == truth(text, "checked");
    fprintf(stderr,
            "documents %lld, sections %lld (%lld done), criteria %lld "
            "(%lld checked, %lld realized)\n",
            (long long)t.documents, (long long)t.sections,
            (long long)t.done_sections, (long long)t.criteria,
            (long long)t.done_criteria, (long long)t.realized_criteria);
    report("F2", "totals-of-the-index", ok ? "exact" : "different",
           "exact exact", ok);
}

/* The peak memory of a process that indexes, in MiB. */
static void memory(void)
{
    const char *url = fresh(0);
    struct rusage usage;
    char value[32];
    double mib;
    pid_t child = fork();

    if (child == 0) {
        (void)index_fresh(url);
        _exit(0);
    }
    if (child < 0 || waitpid(child, NULL, 0) < 0 ||
        getrusage(RUSAGE_CHILDREN, &usage) != 0)
        fail("memory", "cannot be measured");
    mib = (double)usage.ru_maxrss / 1024;
    snprintf(value, sizeof(value), "%.0fMiB", mib);
    report("F13", "memory-while-indexing", value, "<=250MiB <=250MiB",
           mib <= 250);
}

static void on_indexed(int postgresql)
{
    const char *url = fresh(postgresql);
    engine e = start(url, 1);
    canon_index_report r;
    const char *suffix = postgresql ? "postgresql" : "sqlite";
    char what[64];

    (void)index_all(&e, &r);
    if (!postgresql)
        totals(&e);
    if (wanted("F5") && !postgresql)
        nothing_changed(&e);
    snprintf(what, sizeof(what), "one-file-%s", suffix);
    if (wanted("F6"))
        one_file(&e, what);
    snprintf(what, sizeof(what), "coverage-live-%s", suffix);
    if (wanted("F11"))
        coverage(&e, what);
    snprintf(what, sizeof(what), "coverage-30-days-%s", suffix);
    if (wanted("F11")) {
        take_snapshots(&e);
        coverage(&e, what);
    }
    stop(&e);
    remove_database(url);
}

int main(int argc, char **argv)
{
    const char *count = getenv("BENCH_RUNS");
    const char *tmp = getenv("TMPDIR");
    const char *server = getenv("CANON_TEST_POSTGRESQL");
    int postgresql = server && *server;

    if (argc != 2) {
        fprintf(stderr, "usage: bench_index CORPUS\n");
        return 2;
    }
    corpus = argv[1];
    if (count && atoi(count) > 0 && atoi(count) < MOST_RUNS)
        runs = atoi(count);
    snprintf(folder, sizeof(folder), "%s/bench-index-XXXXXX",
             tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        fail(folder, "cannot be made");
    if (wanted("F13"))
        memory();
    if (wanted("F3"))
        full_index(0);
    if (wanted("F2") || wanted("F5") || wanted("F6") || wanted("F11"))
        on_indexed(0);
    if (!postgresql)
        printf("F4 index-postgresql no-server >=80%% >=95%% SKIPPED\n");
    if (postgresql && wanted("F4"))
        full_index(1);
    if (postgresql && (wanted("F6") || wanted("F11")))
        on_indexed(1);
    rmdir(folder);
    return missed ? 1 : 0;
}
