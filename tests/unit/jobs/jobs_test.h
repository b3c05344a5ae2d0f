/* An engine with a clock that the test moves, and a folder as repository. */
#ifndef CN_JOBS_TEST_H
#define CN_JOBS_TEST_H

#include "canon/index.h"
#include "jobs_parts.h"

#include "database.h"
#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define NOON   (INT64_C(20700) * DAY + 12 * HOUR)

typedef struct fixture {
    char *folder;
    int64_t now;
    canon *engine;
    canon_conn *conn;
} fixture;

static inline int64_t fixture_now(void *user)
{
    return ((fixture *)user)->now;
}

static inline void fixture_start(fixture *f, const char *url)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_env env = {.size = sizeof(env), .user = f, .now_us = fixture_now};
    canon_error err;

    f->now = NOON;
    f->folder = test_folder();
    test_write(f->folder, "docs/specs/a.md",
               "---\ntitle: A\n---\n\n## 1. One\n\n- [ ] x\n");
    o.database_url = url;
    o.env = &env;
    cr_assert(eq(int, canon_open(&o, &f->engine, &err), CANON_OK));
    cr_assert(eq(int, canon_migrate(f->engine, &err), CANON_OK), "%s",
              err.text);
    cr_assert(eq(int, canon_connect(f->engine, &f->conn, &err), CANON_OK));
}

static inline void fixture_add_repo(fixture *f, const char *name,
                                    const char *source)
{
    canon_repo repo = {.size = sizeof(repo),
                       .org = "acme",
                       .full_name = name,
                       .source = source};

    cr_assert(eq(int, canon_repo_add(f->conn, &repo), CANON_OK), "%s",
              canon_last_error(f->conn)->text);
}

/* Register the folder as acme/web. */
static inline void fixture_add_folder(fixture *f)
{
    char source[512];

    snprintf(source, sizeof(source), "dir:%s", f->folder);
    fixture_add_repo(f, "acme/web", source);
}

static inline int64_t fixture_jobs(fixture *f, const char *state)
{
    int64_t n = -1;

    cr_assert(eq(int, cn_conn_begin(f->conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int, cn_queue_count(f->conn->db, state, &n, &f->conn->err),
                 CANON_OK));
    cr_assert(eq(int, cn_conn_end(f->conn, CANON_OK), CANON_OK));
    return n;
}

static inline int fixture_run(fixture *f)
{
    int done = -1;

    cr_assert(eq(int, canon_jobs_run(f->conn, 100, &done), CANON_OK), "%s",
              canon_last_error(f->conn)->text);
    return done;
}

static inline int64_t fixture_sections(fixture *f)
{
    canon_index_totals totals;

    cr_assert(
        eq(int, canon_index_totals_get(f->conn, "acme", &totals), CANON_OK));
    return totals.sections;
}

static inline void fixture_stop(fixture *f)
{
    canon_disconnect(f->conn);
    canon_close(f->engine);
    test_folder_remove(f->folder);
}

#endif
