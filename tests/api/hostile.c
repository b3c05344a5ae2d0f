/*
 * Every finished route when memory or the database gives out, and on a stack
 * as small as that of an HTTP server.
 */
#include "fixture.h"

#include "database.h"
#include "db.h"
#include "files.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define STACK ((size_t)96 * 1024)

static fixture f;

/* clang-format off */
static const struct {
    const char *method;
    const char *target;
    const char *body;
} finished[] = {
    {"GET", "/", NULL},
    {"GET", "/changelog", NULL},
    {"GET", "/pricing", NULL},
    {"GET", "/app/acme/api/coverage", NULL},
    {"GET", "/app/acme/api/dashboard", NULL},
    {"GET", "/app/acme/api/docs/acme/web/docs/guide.md", NULL},
    {"GET", "/app/acme/api/repos/acme/web", NULL},
    {"GET", "/app/acme/api/search?q=session&limit=5", NULL},
    {"GET", "/app/acme/api/session", NULL},
    {"GET", "/app/acme/api/specs/acme/web/docs/specs/login.md", NULL},
    {"GET", "/app/acme/api/tasks?status=todo", NULL},
    {"GET", "/app/acme/api/welcome", NULL},
    {"GET", "/app/", NULL},
    {"GET", "/app/setup/complete?installation_id=5", NULL},
    {"GET", "/app/acme/tasks", NULL},
    {"GET", "/app/acme/", NULL},
    {"GET", "/app/acme/docs/acme/web/docs/guide.md", NULL},
    {"GET", "/app/acme/repos/acme/web", NULL},
    {"GET", "/app/acme/search?q=session", NULL},
    {"GET", "/app/acme/specs/acme/web/docs/specs/login.md", NULL},
    {"GET", "/app/acme/welcome", NULL},
    {"GET", "/app/acme/api/profile", NULL},
    {"GET", "/app/acme/editor/", NULL},
    {"GET", "/app/acme/editor/repos", NULL},
    {"GET", "/app/acme/editor/acme/web/new", NULL},
    {"GET", "/app/acme/editor/acme/web/new/template", NULL},
    {"POST", "/app/acme/editor/acme/web/parse", "{\"content\":\"## 1. A\\n\\n- [ ] b\\n\"}"},
    {"POST", "/app/acme/editor/acme/web/preview", "{\"content\":\"## 1. A\\n\\n| a |\\n|---|\\n\"}"},
    {"GET", "/app/acme/editor/acme/web/docs/specs/login.md", NULL},
    {"GET", "/app/acme/editor/acme/web/docs/specs/login.md/json", NULL},
    {"POST", "/app/acme/editor/acme/notes/docs/specs/plan.md/save", "{\"content\":\"x\",\"sha\":\"0\"}"},
    {"POST", "/app/acme/editor/acme/web/docs/specs/login.md/save", "{\"content\":\"x\",\"sha\":\"0\"}"},
    {"POST", "/app/acme/editor/acme/web/docs/specs/login.md/save-pr", "{\"content\":\"x\",\"sha\":\"0\"}"},
    {"GET", "/healthz", NULL},
    {"GET", "/readyz", NULL},
    {"GET", "/app/acme/api/coverage?days=0", NULL},
    {"GET", "/nope", NULL},
};
/* clang-format on */

#define FINISHED (sizeof(finished) / sizeof(finished[0]))

static const fixture_options with_shell = {
    .shell = "<html><head></head><body></body></html>"};

/* --- a peer that needs no memory ---------------------------------------- */

typedef struct sink {
    const char *body;
    size_t left;
    int begun;
    int status;
    int64_t length;
    int64_t received;
} sink;

static int give(void *user, void *out, size_t cap)
{
    sink *s = user;
    size_t n = s->left < cap ? s->left : cap;

    memcpy(out, s->body, n);
    s->body += n;
    s->left -= n;
    return (int)n;
}

static int take_head(void *user, int status, const canon_header *headers,
                     size_t header_count, int64_t length)
{
    sink *s = user;

    (void)headers;
    (void)header_count;
    s->begun++;
    s->status = status;
    s->length = length;
    return 0;
}

static int take_body(void *user, const void *data, size_t len)
{
    sink *s = user;

    (void)data;
    s->received += (int64_t)len;
    return 0;
}

/* The status of a complete answer; fails the test when it is not complete. */
static int run(size_t i)
{
    sink s = {finished[i].body ? finished[i].body : "", 0, 0, 0, 0, 0};
    const canon_peer peer = {give, take_head, take_body, &s};
    canon_request request = CANON_REQUEST_INIT;
    int rc;

    f.now_us += 2000000; /* so that no limit is met */
    s.left = strlen(s.body);
    request.method = finished[i].method;
    request.target = finished[i].target;
    request.body_len = (int64_t)s.left;
    rc = canon_dispatch(f.conn, &request, &peer);
    cr_assert(eq(int, rc, 0), "%s", finished[i].target);
    cr_assert(eq(int, s.begun, 1), "%s", finished[i].target);
    cr_assert(s.length == s.received, "%s: %d of %d bytes", finished[i].target,
              (int)s.received, (int)s.length);
    return s.status;
}

/* --- memory ------------------------------------------------------------- */

static struct {
    long count;
    long fail_at; /* 0: never */
    bool persistent;
    bool failed;
} memory;

static void *tortured(void *user, void *ptr, size_t size)
{
    (void)user;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    memory.count++;
    if (memory.fail_at > 0 &&
        (memory.persistent ? memory.count >= memory.fail_at
                           : memory.count == memory.fail_at)) {
        memory.failed = true;
        return NULL;
    }
    return realloc(ptr, size);
}

static bool is_failure(int status)
{
    return status == 500 || status == 503;
}

static void torture_route(size_t i, bool persistent)
{
    int good = run(i);
    long n = 0;
    int status;

    memory.persistent = persistent;
    do {
        n++;
        memory.count = 0;
        memory.failed = false;
        memory.fail_at = n;
        status = run(i);
        memory.fail_at = 0;
        cr_assert(status == good || is_failure(status),
                  "%s: %d after allocation %ld", finished[i].target, status, n);
    } while (memory.failed && n < 20000);
    cr_assert(eq(int, run(i), good), "%s works afterwards", finished[i].target);
}

ParameterizedTestParameters(torture, answers_without_memory)
{
    return cn_test_indexes(FINISHED);
}

ParameterizedTest(size_t *i, torture, answers_without_memory)
{
    cn_mem_set(tortured, NULL);
    fixture_open(&f, 0, &with_shell);
    torture_route(*i, false);
    torture_route(*i, true);
    fixture_close(&f);
}

/* --- the database ------------------------------------------------------- */

static struct {
    long count;
    long fail_at;
    bool failed;
} database;

static int fail_call(void *user)
{
    (void)user;
    database.count++;
    if (database.fail_at == 0 || database.count != database.fail_at)
        return CANON_OK;
    database.failed = true;
    return CANON_ESTORE;
}

ParameterizedTestParameters(torture, answers_without_a_database)
{
    return cn_test_indexes(FINISHED);
}

ParameterizedTest(size_t *i, torture, answers_without_a_database)
{
    int good;
    int status;
    long n = 0;

    fixture_open(&f, 0, &with_shell);
    good = run(*i);
    cn_db_set_hook(fail_call, NULL);
    do {
        n++;
        database.count = 0;
        database.failed = false;
        database.fail_at = n;
        status = run(*i);
        database.fail_at = 0;
        cr_assert(status == good || is_failure(status), "%s: %d after call %ld",
                  finished[*i].target, status, n);
    } while (database.failed && n < 5000);
    cr_assert(eq(int, run(*i), good), "%s works afterwards",
              finished[*i].target);
    cn_db_set_hook(NULL, NULL);
    fixture_close(&f);
}

/* --- the stack ---------------------------------------------------------- */

static int statuses[FINISHED];

static void *run_all(void *user)
{
    (void)user;
    for (size_t i = 0; i < FINISHED; i++)
        statuses[i] = run(i);
    return NULL;
}

ParameterizedTestParameters(stack, is_enough_for_every_route)
{
    return test_databases();
}

ParameterizedTest(size_t *which, stack, is_enough_for_every_route)
{
    pthread_attr_t attributes;
    pthread_t thread;

    fixture_open(&f, *which, &with_shell);
    pthread_attr_init(&attributes);
    cr_assert(eq(int, pthread_attr_setstacksize(&attributes, STACK), 0));
    cr_assert(eq(int, pthread_create(&thread, &attributes, run_all, NULL), 0));
    pthread_join(thread, NULL);
    for (size_t i = 0; i < FINISHED; i++)
        cr_assert(lt(int, statuses[i], 500 + 4 * (i < 3)), "%s",
                  finished[i].target);
    fixture_close(&f);
}
