#include "canon/engine.h"
#include "canon/settings.h"
#include "canon/source.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static int64_t frozen_clock(void *user)
{
    return *(int64_t *)user;
}

static int count_up(void *user, void *out, size_t len)
{
    (void)user;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)out)[i] = (unsigned char)i;
    return 0;
}

Test(engine, takes_clock_and_random_bytes_from_its_host)
{
    canon_options o = CANON_OPTIONS_INIT;
    int64_t now = 1234567;
    canon_env env = {.size = sizeof(env),
                     .user = &now,
                     .now_us = frozen_clock,
                     .random = count_up};
    unsigned char bytes[4] = {9, 9, 9, 9};
    canon *c = NULL;

    o.env = &env;
    cr_assert(eq(int, canon_open(&o, &c, NULL), CANON_OK));
    cr_assert(eq(i64, canon_now_us(c), 1234567));
    cr_assert(eq(int, canon_random(c, bytes, 4), CANON_OK));
    cr_assert(eq(int, bytes[3], 3));
    canon_close(c);
}

Test(engine, refuses_options_that_were_not_initialised)
{
    canon_options o;
    canon *c = (canon *)&o;
    canon_error err;

    memset(&o, 0, sizeof(o));
    cr_assert(eq(int, canon_open(&o, &c, &err), CANON_EINVAL));
    cr_assert_null(c);
    cr_assert_not_null(strstr(err.text, "CANON_OPTIONS_INIT"));
}

Test(engine, serves_callers_built_against_older_and_newer_headers)
{
    struct {
        canon_options o;
        char more[64];
    } newer = {.o = CANON_OPTIONS_INIT};
    canon_options older = CANON_OPTIONS_INIT;
    canon *c = NULL;

    older.size = offsetof(canon_options, local_mode_off);
    older.local_mode_off = 1;
    cr_assert(eq(int, canon_open(&older, &c, NULL), CANON_OK));
    cr_assert(eq(int, canon_local_mode(c), 1), "a member beyond size counted");
    canon_close(c);
    newer.o.size = sizeof(newer);
    cr_assert(eq(int, canon_open(&newer.o, &c, NULL), CANON_OK));
    canon_close(c);
}

Test(engine, keeps_a_copy_of_the_shell)
{
    canon_options o = CANON_OPTIONS_INIT;
    char html[] = "<html></html>";
    canon *c = NULL;
    size_t len;

    o.shell_html = html;
    o.shell_len = strlen(html);
    cr_assert(eq(int, canon_open(&o, &c, NULL), CANON_OK));
    html[0] = 'x';
    cr_assert(eq(str, (char *)canon_shell_html(c, &len), "<html></html>"));
    cr_assert(eq(sz, len, 13));
    canon_close(c);
}

Test(engine, names_what_a_database_url_must_look_like)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_conn *conn = NULL;
    canon *c = NULL;
    canon_error err;

    o.database_url = "mysql://x";
    cr_assert(eq(int, canon_open(&o, &c, NULL), CANON_OK));
    cr_assert(eq(int, canon_connect(c, &conn, &err), CANON_EINVAL));
    cr_assert_null(conn);
    cr_assert_not_null(strstr(err.text, "sqlite:"));
    canon_close(c);
}

Test(engine, counts_limits_by_name_and_key)
{
    canon *c = NULL;
    int64_t retry = 0;

    cr_assert(eq(int, canon_open(NULL, &c, NULL), CANON_OK));
    cr_assert(eq(int, canon_limit_take(c, "a", "x", 1, 1000000, NULL), 0));
    cr_assert(eq(int, canon_limit_take(c, "a", "x", 1, 1000000, &retry),
                 CANON_ELIMIT));
    cr_assert(gt(i64, retry, 0));
    cr_assert(eq(int, canon_limit_take(c, "b", "x", 1, 1000000, NULL), 0));
    cr_assert(eq(int, canon_limit_check(c, "a", "x", 1, 1000000, &retry),
                 CANON_ELIMIT));
    canon_limit_return(c, "a", "x");
    cr_assert(eq(int, canon_limit_check(c, "a", "x", 1, 1000000, &retry), 0));
    cr_assert(eq(int, canon_limit_take(c, "a", "x", 1, 1000000, NULL), 0));
    canon_close(c);
}

Test(engine, hashes_as_fips_180_has_it)
{
    char hex[65];

    canon_sha256_hex("abc", 3, hex);
    cr_assert(eq(str, hex,
                 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
                 "0015ad"));
}

static int no_open(void *user, const char *location, void **state,
                   canon_error *err)
{
    (void)user;
    (void)location;
    (void)state;
    (void)err;
    return CANON_ENOTFOUND;
}

Test(engine, refuses_half_a_source)
{
    canon_source_ops ops = {.size = sizeof(ops), .open = no_open};
    canon *c = NULL;

    cr_assert(eq(int, canon_open(NULL, &c, NULL), CANON_OK));
    cr_assert(eq(int, canon_source_register(c, "mine", &ops, NULL, NULL),
                 CANON_EINVAL));
    cr_assert(eq(int, canon_source_register(c, "a:b", &ops, NULL, NULL),
                 CANON_EINVAL));
    canon_close(c);
}

static int open_and_set(void *user)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon *c = NULL;
    int rc;

    (void)user;
    o.shell_html = "x";
    o.shell_len = 1;
    o.database_url = "sqlite::memory:";
    rc = canon_open(&o, &c, NULL);
    if (!rc)
        rc = canon_set(c, "CANON_AUTH_PREFIXES", "P_", NULL);
    if (!rc)
        rc = canon_set(c, "P_HOST", "host", NULL);
    canon_close(c);
    return rc;
}

Test(engine, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, open_and_set, NULL), 5));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, open_and_set, NULL), 5));
}
