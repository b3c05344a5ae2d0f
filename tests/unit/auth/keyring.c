#include "fake_provider.h"

#include "provider.h"

#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The code of verifying a token, on a connection. */
static int check(canon_conn *conn, const char *token)
{
    cn_claims claims;
    int failure;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = cn_provider_verify(conn, token, &failure, &claims);
    return cn_conn_end(conn, rc);
}

/* The failure of a token that is refused. */
static int failure_of(fake_provider *f, const char *token)
{
    cn_claims claims;
    int failure = -1;

    cr_assert(eq(int, cn_conn_begin(f->t.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int, cn_provider_verify(f->t.conn, token, &failure, &claims),
                 CANON_EAUTH));
    (void)!cn_conn_end(f->t.conn, CANON_OK);
    return failure;
}

Test(keyring, keys_are_fetched_once_while_they_are_fresh)
{
    fake_provider f;
    char *token;

    fake_start(&f, 0, NULL);
    f.expires_s = 1000000;
    token = fake_access_token(&f);
    for (int i = 0; i < 10; i++)
        assert_ok(&f.t, check(f.t.conn, token));
    cr_assert(eq(int, f.key_fetches, 1));
    f.t.now_us += 300 * SECOND;
    assert_ok(&f.t, check(f.t.conn, token));
    cr_assert(eq(int, f.key_fetches, 2));
    free(token);
    fake_stop(&f);
}

Test(keyring, a_new_key_is_found_at_once_and_an_old_one_goes)
{
    fake_provider f;
    char *before;
    char *after;

    fake_start(&f, 0, NULL);
    before = fake_access_token(&f);
    assert_ok(&f.t, check(f.t.conn, before));
    f.key_number = 1;
    after = fake_access_token(&f);
    assert_ok(&f.t, check(f.t.conn, after));
    assert_ok(&f.t, check(f.t.conn, before));
    cr_assert(eq(int, f.key_fetches, 2));
    f.old_keys_gone = true;
    f.t.now_us += 300 * SECOND;
    cr_assert(eq(int, failure_of(&f, before), CN_JWT_UNKNOWN_KID));
    assert_ok(&f.t, check(f.t.conn, after));
    free(before);
    free(after);
    fake_stop(&f);
}

Test(threat, key_set_denial_of_service)
{
    fake_provider f;
    char *good;
    char *unknown;

    fake_start(&f, 0, NULL);
    good = fake_access_token(&f);
    assert_ok(&f.t, check(f.t.conn, good));
    f.key_number = 1;
    unknown = fake_access_token(&f);
    f.key_number = 0;
    for (int i = 0; i < 1000; i++) {
        f.t.now_us += SECOND / 1000;
        cr_assert(eq(int, check(f.t.conn, unknown), CANON_EAUTH));
    }
    cr_assert(eq(int, f.key_fetches, 2), "one more than without them");
    f.t.now_us += 60 * SECOND;
    cr_assert(eq(int, check(f.t.conn, unknown), CANON_EAUTH));
    cr_assert(eq(int, f.key_fetches, 3));
    free(good);
    free(unknown);
    fake_stop(&f);
}

Test(keyring, a_dead_provider_is_outlived_for_a_day)
{
    fake_provider f;
    char *token;

    fake_start(&f, 0, NULL);
    f.expires_s = 1000000;
    token = fake_access_token(&f);
    assert_ok(&f.t, check(f.t.conn, token));
    f.odd_path = "/jwks";
    f.odd_rc = CANON_EREMOTE;
    for (int hour = 1; hour < 24; hour++) {
        f.t.now_us += 3600 * SECOND;
        assert_ok(&f.t, check(f.t.conn, token));
    }
    f.t.now_us += 3600 * SECOND;
    cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE));
    f.odd_path = NULL;
    cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE),
              "not asked again at once");
    f.t.now_us += 5 * SECOND;
    assert_ok(&f.t, check(f.t.conn, token));
    free(token);
    fake_stop(&f);
}

Test(keyring, a_provider_that_fails_slowly_is_left_alone_as_long)
{
    fake_provider f;
    char *token;

    fake_start(&f, 0, NULL);
    f.expires_s = 1000000;
    token = fake_access_token(&f);
    f.odd_path = "/jwks";
    f.odd_rc = CANON_EREMOTE;
    f.odd_us = 5 * SECOND;
    cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE));
    cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE));
    cr_assert(eq(int, f.key_fetches, 1), "not asked again at once");
    f.t.now_us += 5 * SECOND;
    cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE));
    cr_assert(eq(int, f.key_fetches, 2));
    free(token);
    fake_stop(&f);
}

static const struct {
    int status;
    const char *body;
    int rc;
} troubles[] = {
    {500, "", 0},           {200, "<html>", 0},   {200, "{}", 0},
    {200, "", 0},           {404, "{}", 0},       {302, "", 0},
    {0, "", CANON_EREMOTE}, {0, "", CANON_EAUTH}, {0, "", CANON_ETOOBIG},
};

Test(keyring, what_is_no_key_set_is_a_provider_that_fails)
{
    fake_provider f;
    char *token;

    fake_start(&f, 0, NULL);
    f.expires_s = 1000000;
    token = fake_access_token(&f);
    f.odd_path = "/jwks";
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        f.odd_status = troubles[i].status;
        f.odd_body = troubles[i].body;
        f.odd_rc = troubles[i].rc;
        f.t.now_us += 5 * SECOND;
        cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE), "%zu: %s", i,
                  canon_last_error(f.t.conn)->text);
    }
    free(token);
    fake_stop(&f);
}

Test(keyring, a_key_set_of_five_megabytes_is_refused)
{
    static char big[900 * 1024];
    fake_provider f;
    char *token;

    fake_start(&f, 0, NULL);
    token = fake_access_token(&f);
    memset(big, ' ', sizeof(big) - 1);
    f.odd_path = "/jwks";
    f.odd_status = 200;
    f.odd_body = big;
    cr_assert(eq(int, check(f.t.conn, token), CANON_EREMOTE));
    free(token);
    fake_stop(&f);
}

Test(keyring, a_clock_that_is_an_hour_off_is_told)
{
    fake_provider f;
    char *token;

    fake_start(&f, 0, NULL);
    token = fake_access_token(&f);
    f.t.now_us -= 3600 * SECOND;
    cr_assert(eq(int, failure_of(&f, token), CN_JWT_NOT_YET));
    f.t.now_us += 2 * 3600 * SECOND + 31 * SECOND;
    cr_assert(eq(int, failure_of(&f, token), CN_JWT_EXPIRED));
    free(token);
    fake_stop(&f);
}

static struct {
    fake_provider f;
    char *token;
    int rc[20];
} crowd;

static void *verify_one(void *arg)
{
    canon_conn *conn = NULL;
    canon_error err;
    int *rc = arg;

    *rc = canon_connect(crowd.f.t.engine, &conn, &err);
    if (!*rc)
        *rc = check(conn, crowd.token);
    canon_disconnect(conn);
    return NULL;
}

Test(keyring, one_fetches_and_the_others_wait)
{
    pthread_t threads[20];

    fake_start(&crowd.f, 0, NULL);
    crowd.token = fake_access_token(&crowd.f);
    crowd.f.slow = true;
    for (int i = 0; i < 20; i++)
        cr_assert(
            eq(int, pthread_create(&threads[i], NULL, verify_one, &crowd.rc[i]),
               0));
    for (int i = 0; i < 20; i++) {
        pthread_join(threads[i], NULL);
        cr_assert(eq(int, crowd.rc[i], CANON_OK));
    }
    cr_assert(eq(int, crowd.f.key_fetches, 1));
    free(crowd.token);
    fake_stop(&crowd.f);
}
