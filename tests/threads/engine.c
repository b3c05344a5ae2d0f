/*
 * Many threads at one engine: some index, some read, one asks for limits,
 * workers run besides. What they read must be whole at every moment, and
 * ThreadSanitizer must have nothing to say.
 */
#include "canon.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEXERS 2
#define READERS  4
#define ROUNDS   40

static canon *engine;
static atomic_int failures;

static void fail(const char *what, const char *why)
{
    atomic_fetch_add(&failures, 1);
    fprintf(stderr, "%s: %s\n", what, why);
}

static void check(canon_conn *conn, int rc, const char *what)
{
    if (rc)
        fail(what, canon_last_error(conn)->text);
}

static canon_conn *seat(void)
{
    canon_conn *conn = NULL;
    canon_error err;

    if (canon_connect(engine, &conn, &err)) {
        fprintf(stderr, "connect: %s\n", err.text);
        exit(1);
    }
    return conn;
}

static void *index_often(void *user)
{
    canon_conn *conn = seat();
    canon_index_options o = CANON_INDEX_OPTIONS_INIT;

    o.force = 1;
    for (int i = 0; i < ROUNDS / 8; i++) {
        int rc = canon_index_repo(conn, "acme", user, &o, NULL);

        if (rc != CANON_EBUSY) /* the other one has the writer for long */
            check(conn, rc, "index");
    }
    canon_disconnect(conn);
    return NULL;
}

/* The counters of one answer belong together, whoever writes meanwhile. */
static void read_coverage(canon_conn *conn)
{
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    canon_coverage *c = NULL;
    int64_t sections = 0;
    int rc;

    q.org = "acme";
    rc = canon_coverage_compute(conn, &q, &c);
    check(conn, rc, "coverage");
    if (rc)
        return;
    for (size_t i = 0; i < canon_coverage_repo_count(c); i++)
        sections += canon_coverage_repo(c, i, NULL)->total_sections;
    if (sections != canon_coverage_totals(c)->total_sections)
        fail("coverage", "the parts do not add up to the whole");
    canon_coverage_free(c);
}

static void read_search(canon_conn *conn)
{
    canon_search_query q = CANON_SEARCH_QUERY_INIT;
    canon_search_result *r = NULL;
    int rc;

    q.org = "acme";
    q.q = "payment";
    rc = canon_search(conn, &q, &r);
    check(conn, rc, "search");
    canon_search_free(r);
}

static void *read_often(void *user)
{
    canon_conn *conn = seat();
    canon_buf json = CANON_BUF_INIT;

    (void)user;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t retry;

        read_coverage(conn);
        read_search(conn);
        check(conn, canon_dashboard_json(conn, "acme", &json), "dashboard");
        check(conn,
              canon_spec_detail_json(conn, "acme", "acme/payments",
                                     "docs/specs/refunds.md", &json),
              "spec");
        if (canon_limit_take(engine, "test", i % 2 ? "a" : "b", 5, 1000,
                             &retry) == CANON_ENOMEM)
            fail("limit", "no memory");
    }
    canon_buf_free(&json);
    canon_disconnect(conn);
    return NULL;
}

static void run_threads(void)
{
    static char repos[INDEXERS][16] = {"acme/payments", "acme/platform"};
    pthread_t threads[INDEXERS + READERS];

    for (int i = 0; i < INDEXERS; i++)
        pthread_create(&threads[i], NULL, index_often, repos[i]);
    for (int i = INDEXERS; i < INDEXERS + READERS; i++)
        pthread_create(&threads[i], NULL, read_often, NULL);
    for (int i = 0; i < INDEXERS + READERS; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    char folder[] = "/tmp/canon-threads-XXXXXX";
    canon_options o = CANON_OPTIONS_INIT;
    char url[128];
    char sources[512];
    canon_conn *conn;
    canon_error err;

    if (!mkdtemp(folder))
        return 1;
    snprintf(url, sizeof(url), "sqlite:%s/canon.db", folder);
    snprintf(sources, sizeof(sources), "acme=%s/../examples/specs",
             CN_TESTS_DIR);
    o.database_url = url;
    o.busy_timeout_ms = 60000;
    if (canon_open(&o, &engine, &err) || canon_migrate(engine, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    conn = seat();
    check(conn, canon_repo_add_sources(conn, sources), "sources");
    check(conn, canon_index_all(conn, NULL, NULL, NULL), "index");
    if (canon_workers_start(engine, 2, &err))
        fail("workers", err.text);
    run_threads();
    canon_workers_stop(engine);
    check(conn, canon_index_all(conn, NULL, NULL, NULL), "after the workers");
    canon_disconnect(conn);
    canon_close(engine);
    printf("threads: %d failures\n", atomic_load(&failures));
    snprintf(url, sizeof(url), "rm -rf %s", folder);
    return system(url) || atomic_load(&failures) ? 1 : 0;
}
