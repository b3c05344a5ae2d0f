#include "engine_start.h"

#include <criterion/logging.h>
#include <string.h>

static int64_t clock_of(void *user)
{
    return ((const test_engine *)user)->now_us;
}

/* Shown with --verbose. */
static void show_log(void *user, const canon_log_event *event)
{
    (void)user;
    cr_log_info("%s: %s", event->module, event->text);
}

void test_engine_open(test_engine *t, const char *url)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_env env;
    canon_error err = {0, ""};

    memset(&env, 0, sizeof(env));
    env.size = sizeof(env);
    env.user = t;
    env.now_us = clock_of;
    env.log = show_log;
    if (!t->now_us)
        t->now_us = TEST_T0;
    o.env = &env;
    o.database_url = url;
    cr_assert(eq(int, canon_open(&o, &t->engine, &err), CANON_OK), "%s",
              err.text);
    cr_assert(
        eq(int, canon_set(t->engine, "LOG_LEVEL", "debug", &err), CANON_OK));
    for (const char *const *s = t->settings; s && *s; s += 2)
        cr_assert(eq(int, canon_set(t->engine, s[0], s[1], &err), CANON_OK),
                  "%s: %s", s[0], err.text);
    cr_assert(eq(int, canon_migrate(t->engine, &err), CANON_OK), "%s",
              err.text);
    cr_assert(eq(int, canon_connect(t->engine, &t->conn, &err), CANON_OK), "%s",
              err.text);
}

void test_engine_start(test_engine *t, size_t which)
{
    memset(t, 0, sizeof(*t));
    test_engine_open(t, test_database_make(which));
}

void test_engine_start_with(test_engine *t, size_t which,
                            const char *const *settings)
{
    memset(t, 0, sizeof(*t));
    t->settings = settings;
    test_engine_open(t, test_database_make(which));
}

void test_engine_stop(test_engine *t)
{
    canon_disconnect(t->conn);
    canon_close(t->engine);
    memset(t, 0, sizeof(*t));
    test_database_remove();
}
