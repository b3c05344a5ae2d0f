/*
 * Every finished route when memory or the database gives out, and on a stack
 * as small as that of an HTTP server.
 */
#include "people.h"

#include "database.h"
#include "db.h"
#include "files.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <pthread.h>
#include <stdio.h>
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
    {"GET", "/app/acme/badge.svg?label=a%20b", NULL},
    {"POST", "/app/acme/editor/apply", "{\"content\":\"## 1. A\\n\",\"edits\":[{\"op\":\"meta\",\"field\":\"tags\",\"value\":[\"a\"]},{\"op\":\"status\",\"section\":\"1-a\",\"state\":\"done\"}]}"},
    {"POST", "/app/acme/editor/apply", "{\"content\":\"\",\"edits\":[{\"op\":\"status\",\"section\":\"9\",\"state\":\"done\"}]}"},
    {"POST", "/app/acme/editor/merge", "{\"base\":\"a\\nb\\n\",\"ours\":\"c\\nb\\n\",\"theirs\":\"d\\nb\\n\"}"},
    {"GET", "/healthz", NULL},
    {"GET", "/readyz", NULL},
    {"GET", "/app/acme/api/coverage?days=0", NULL},
    {"GET", "/nope", NULL},
};
/* clang-format on */

#define FINISHED (sizeof(finished) / sizeof(finished[0]))

#define CHANGELOG CN_TESTS_DIR "/../LICENSE"

static const char *const settings[] = {"CHANGELOG_FILE", CHANGELOG, NULL};
static const char *const keep_nothing[] = {"CANON_CACHE_BYTES", "0",
                                           "CHANGELOG_FILE", CHANGELOG, NULL};

static const fixture_options with_shell = {
    .shell = "<html><head></head><body></body></html>", .settings = settings};

/* What is asked for again is made again. */
static const fixture_options without_cache = {
    .shell = "<html><head></head><body></body></html>",
    .settings = keep_nothing};

/* Something of which one call fails, or all from one on. */
typedef struct failing {
    long wanted; /* which call of a request; 0: none */
    long count;
    bool armed;
    bool persistent;
    bool failed;
    int refusal; /* a status that is right, too */
} failing;

static failing memory;
static failing database;

static void arm(failing *what)
{
    what->count = 0;
    what->failed = false;
    what->armed = what->wanted > 0;
}

static bool fails(failing *what)
{
    if (!what->armed)
        return false;
    what->count++;
    if (what->persistent ? what->count < what->wanted
                         : what->count != what->wanted)
        return false;
    what->failed = true;
    return true;
}

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
static int run_request(canon_request *request, const char *body)
{
    sink s = {body ? body : "", 0, 0, 0, 0, 0};
    const canon_peer peer = {give, take_head, take_body, &s};
    int rc;

    s.left = strlen(s.body);
    request->body_len = (int64_t)s.left;
    arm(&memory);
    arm(&database);
    rc = canon_dispatch(f.conn, request, &peer);
    memory.armed = false;
    database.armed = false;
    cr_assert(eq(int, rc, 0), "%s", request->target);
    cr_assert(eq(int, s.begun, 1), "%s", request->target);
    cr_assert(s.length == s.received, "%s: %d of %d bytes", request->target,
              (int)s.received, (int)s.length);
    return s.status;
}

static int run(size_t i)
{
    canon_request request = CANON_REQUEST_INIT;

    f.now_us += 2000000; /* so that no limit is met */
    request.method = finished[i].method;
    request.target = finished[i].target;
    return run_request(&request, finished[i].body);
}

/* --- with a login ------------------------------------------------------- */

/* Who asks. */
enum { NOBODY, BROWSER, PROGRAM, HOST, BACK };

/* clang-format off */
static const struct {
    int who;
    const char *method;
    const char *target;
    const char *body;
} guarded[] = {
    {NOBODY, "GET", "/app/acme/", NULL},
    {NOBODY, "GET", "/auth/login?org=acme&next=/app/acme/tasks", NULL},
    {NOBODY, "POST", "/auth/device/code", "{\"org\":\"acme\"}"},
    {NOBODY, "POST", "/auth/device/token", "{\"device_code\":\"dev-1\"}"},
    {NOBODY, "POST", "/auth/refresh", "{\"refresh_token\":\"refresh-1\"}"},
    {NOBODY, "POST", "/auth/refresh", "{\"refresh_token\":7}"},
    {NOBODY, "POST", "/auth/revoke", "{\"refresh_token\":\"unknown\"}"},
    {NOBODY, "GET", "/auth/logout", NULL},
    {BACK, "GET", "/auth/callback?code=c-1&state=", NULL},
    {BROWSER, "GET", "/app/acme/api/profile", NULL},
    {BROWSER, "GET", "/app/acme/api/session", NULL},
    {BROWSER, "GET", "/auth/github/login", NULL},
    {BROWSER, "GET", "/auth/github/disconnect", NULL},
    {BROWSER, "POST", "/auth/refresh", NULL},
    {PROGRAM, "GET", "/app/acme/api/tasks", NULL},
    {PROGRAM, "GET", "/app/acme/settings/api-keys/", NULL},
    {PROGRAM, "DELETE", "/app/acme/settings/api-keys/77", NULL},
    {HOST, "GET", "/app/acme/settings/api-keys/", NULL},
    {HOST, "POST", "/app/acme/settings/api-keys/", "{\"label\":\"x\",\"expires_in_days\":1}"},
    {HOST, "POST", "/app/acme/settings/api-keys/", "{\"label\":7,\"scopes\":[1]}"},
};
/* clang-format on */

#define GUARDED (sizeof(guarded) / sizeof(guarded[0]))

static browser visitor;
static char key[64];

static void open_guarded(size_t which)
{
    people_open(&f, which, false);
    snprintf(key, sizeof(key), "Bearer ");
    people_key(&f, "acme", "admin",
               CANON_PERM_ALL & ~CANON_PERM_PLATFORM_MANAGE, key + strlen(key));
    people_sign_in(&f, &visitor, "acme", "admin");
}

static int run_guarded(size_t i)
{
    static const canon_caller owner = {sizeof(canon_caller),
                                       "auth0|owner",
                                       NULL,
                                       NULL,
                                       "acme",
                                       CANON_PERM_ALL &
                                           ~CANON_PERM_PLATFORM_MANAGE};
    static char cookies[32768];
    static char target[512];
    const canon_header headers[] = {
        {"Sec-Fetch-Site", "same-origin"},
        {"Content-Type", "application/json"},
        {guarded[i].who == PROGRAM ? "Authorization" : "Cookie",
         guarded[i].who == PROGRAM ? key : cookies}};
    canon_request request = CANON_REQUEST_INIT;

    f.now_us += INT64_C(7200000000); /* so that no limit is met */
    if (guarded[i].who == BROWSER || guarded[i].who == BACK) {
        browser fresh = {0};

        people_sign_in(&f, &fresh, "acme", "admin");
        visitor = fresh;
    }
    if (guarded[i].who == BACK)
        people_begin(&f, &visitor, "/auth/login");
    browser_cookies(&visitor, guarded[i].target, cookies, sizeof(cookies));
    snprintf(target, sizeof(target), "%s%s", guarded[i].target,
             guarded[i].who == BACK ? people_state() : "");
    request.method = guarded[i].method;
    request.target = target;
    request.headers = headers;
    request.header_count =
        guarded[i].who == NOBODY || guarded[i].who == HOST ? 2 : 3;
    request.caller = guarded[i].who == HOST ? &owner : NULL;
    return run_request(&request, guarded[i].body);
}

/* --- what fails -------------------------------------------------------- */

static void *tortured(void *user, void *ptr, size_t size)
{
    (void)user;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return fails(&memory) ? NULL : realloc(ptr, size);
}

static int fail_call(void *user)
{
    (void)user;
    return fails(&database) ? CANON_ESTORE : CANON_OK;
}

static bool is_failure(int status)
{
    return status == 500 || status == 502 || status == 503;
}

/* Let every single call of something fail, one after the other. */
static void torture(int (*runner)(size_t i), size_t i, failing *what,
                    const char *target)
{
    int good = runner(i);
    long n = 0;
    int status;

    do {
        n++;
        what->wanted = n;
        status = runner(i);
        what->wanted = 0;
        cr_assert(status == good || is_failure(status) ||
                      (what->refusal && status == what->refusal),
                  "%s: %d instead of %d after call %ld", target, status, good,
                  n);
    } while (what->failed && n < 20000);
    cr_assert(eq(int, runner(i), good), "%s works afterwards", target);
}

static void torture_memory(int (*runner)(size_t i), size_t i,
                           const char *target)
{
    memory.persistent = false;
    torture(runner, i, &memory, target);
    memory.persistent = true;
    torture(runner, i, &memory, target);
}

/* Each route without and with answers that are kept, and on PostgreSQL. */
enum { MADE, KEPT, ELSEWHERE };

static void open_way(size_t way)
{
    fixture_open(&f, way == ELSEWHERE,
                 way == KEPT ? &with_shell : &without_cache);
}

ParameterizedTestParameters(torture, answers_without_memory)
{
    return cn_test_indexes(2 * FINISHED);
}

ParameterizedTest(size_t *at, torture, answers_without_memory)
{
    size_t i = *at % FINISHED;

    cn_mem_set(tortured, NULL);
    open_way(*at / FINISHED);
    torture_memory(run, i, finished[i].target);
    fixture_close(&f);
}

ParameterizedTestParameters(torture, answers_without_a_database)
{
    return cn_test_indexes((test_database_has_postgresql() ? 3 : 2) * FINISHED);
}

ParameterizedTest(size_t *at, torture, answers_without_a_database)
{
    size_t i = *at % FINISHED;

    open_way(*at / FINISHED);
    cn_db_set_hook(fail_call, NULL);
    torture(run, i, &database, finished[i].target);
    cn_db_set_hook(NULL, NULL);
    fixture_close(&f);
}

ParameterizedTestParameters(torture, answers_callers_without_memory)
{
    return cn_test_indexes(GUARDED);
}

ParameterizedTest(size_t *i, torture, answers_callers_without_memory)
{
    cn_mem_set(tortured, NULL);
    open_guarded(0);
    torture_memory(run_guarded, *i, guarded[*i].target);
    people_close(&f);
}

ParameterizedTestParameters(torture, answers_callers_without_a_database)
{
    return cn_test_indexes((test_database_has_postgresql() ? 2 : 1) * GUARDED);
}

ParameterizedTest(size_t *at, torture, answers_callers_without_a_database)
{
    size_t i = *at % GUARDED;

    open_guarded(*at / GUARDED);
    database.refusal = 401; /* a key cannot be looked up */
    cn_db_set_hook(fail_call, NULL);
    torture(run_guarded, i, &database, guarded[i].target);
    cn_db_set_hook(NULL, NULL);
    people_close(&f);
}

/* --- the stack ---------------------------------------------------------- */

static int statuses[FINISHED];
static int guarded_statuses[GUARDED];

static void *run_all(void *user)
{
    (void)user;
    for (size_t i = 0; i < FINISHED; i++)
        statuses[i] = run(i);
    return NULL;
}

static void *run_all_guarded(void *user)
{
    (void)user;
    for (size_t i = 0; i < GUARDED; i++)
        guarded_statuses[i] = run_guarded(i);
    return NULL;
}

static void run_small(void *(*all)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    cr_assert(eq(int, pthread_attr_setstacksize(&attributes, STACK), 0));
    cr_assert(eq(int, pthread_create(&thread, &attributes, all, NULL), 0));
    pthread_join(thread, NULL);
}

ParameterizedTestParameters(stack, is_enough_for_every_route)
{
    return test_databases();
}

ParameterizedTest(size_t *which, stack, is_enough_for_every_route)
{
    fixture_open(&f, *which, &with_shell);
    run_small(run_all);
    for (size_t i = 0; i < FINISHED; i++)
        cr_assert(lt(int, statuses[i], 500 + 4 * (i < 3)), "%s",
                  finished[i].target);
    fixture_close(&f);
}

ParameterizedTestParameters(stack, is_enough_for_every_caller)
{
    return test_databases();
}

ParameterizedTest(size_t *which, stack, is_enough_for_every_caller)
{
    open_guarded(*which);
    run_small(run_all_guarded);
    for (size_t i = 0; i < GUARDED; i++)
        cr_assert(lt(int, guarded_statuses[i], 500), "%s: %d",
                  guarded[i].target, guarded_statuses[i]);
    people_close(&f);
}
