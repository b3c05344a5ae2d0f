#include "fake_provider.h"

#include "refresh.h"

#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ada with the refresh token rt-0. */
static void start(fake_provider *f, size_t which)
{
    cn_account account = {.org = "acme"};

    fake_start(f, which, NULL);
    account.user_id = add_user(&f->t, "auth0|ada");
    assert_ok(&f->t, cn_refresh_keep(f->t.conn, &account, "cli", "rt-0"));
}

/* How a refresh ends; its token, if any, in next. */
static int refresh(fake_provider *f, const char *token, char next[20])
{
    canon_tokens *tokens = NULL;
    int how = -1;
    int rc = canon_tokens_refresh(f->t.conn, token, &how, &tokens);

    cr_assert(eq(int, rc == CANON_OK, how == CANON_REFRESH_OK), "%s",
              canon_last_error(f->t.conn)->text);
    cr_assert(eq(int, tokens != NULL, rc == CANON_OK));
    if (tokens && next)
        strcpy(next, tokens->refresh_token);
    canon_tokens_free(tokens);
    return how;
}

DATABASE_TEST(refresh, gives_fresh_tokens)
{
    fake_provider f;
    canon_tokens *tokens = NULL;
    int how;

    start(&f, *which);
    assert_ok(&f.t, canon_tokens_refresh(f.t.conn, "rt-0", &how, &tokens));
    cr_assert(eq(int, how, CANON_REFRESH_OK));
    cr_assert(eq(str, (char *)tokens->refresh_token, "rt-1"));
    cr_assert(eq(i64, tokens->expires_s, 3600));
    cr_assert(gt(sz, strlen(tokens->access_token), 100));
    canon_tokens_free(tokens);
    cr_assert(eq(int, refresh(&f, "rt-1", NULL), CANON_REFRESH_OK));
    fake_stop(&f);
}

DATABASE_TEST(refresh, knows_nothing_of_strangers)
{
    fake_provider f;
    cn_buf longer = CN_BUF_INIT(10000);

    start(&f, *which);
    for (int i = 0; i < 5000; i++)
        cn_buf_putc(&longer, 'x');
    cr_assert(eq(int, refresh(&f, "unknown", NULL), CANON_REFRESH_UNKNOWN));
    cr_assert(eq(int, refresh(&f, "", NULL), CANON_REFRESH_UNKNOWN));
    cr_assert(eq(int, refresh(&f, NULL, NULL), CANON_REFRESH_UNKNOWN));
    cr_assert(eq(int, refresh(&f, cn_buf_text(&longer), NULL),
                 CANON_REFRESH_UNKNOWN));
    cr_assert(eq(int, f.token_calls, 0));
    cn_buf_free(&longer);
    fake_stop(&f);
}

DATABASE_TEST(refresh, a_second_click_is_no_theft)
{
    fake_provider f;

    start(&f, *which);
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_OK));
    f.t.now_us += 10 * SECOND;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_RUNNING));
    cr_assert(eq(int, refresh(&f, "rt-1", NULL), CANON_REFRESH_OK));
    fake_stop(&f);
}

DATABASE_TEST(threat, refresh_token_theft_revokes_the_family)
{
    fake_provider f;

    start(&f, *which);
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_OK));
    f.t.now_us += 10 * SECOND + 1;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_UNKNOWN));
    cr_assert(ne(ptr, strstr(f.path, "/oauth/revoke"), NULL));
    cr_assert(eq(int, refresh(&f, "rt-1", NULL), CANON_REFRESH_UNKNOWN));
    cr_assert(eq(int, f.token_calls, 1));
    fake_stop(&f);
}

DATABASE_TEST(refresh, ends_with_the_record)
{
    fake_provider f;

    start(&f, *which);
    f.t.now_us += 15 * DAY;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_OK));
    f.t.now_us += 15 * DAY;
    cr_assert(eq(int, refresh(&f, "rt-1", NULL), CANON_REFRESH_UNKNOWN));
    fake_stop(&f);
}

DATABASE_TEST(refresh, ends_with_the_account)
{
    fake_provider f;

    start(&f, *which);
    assert_ok(&f.t, canon_user_activate(f.t.conn, 1, 0));
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_UNKNOWN));
    cr_assert(eq(int, f.token_calls, 0));
    fake_stop(&f);
}

DATABASE_TEST(refresh, the_provider_may_refuse)
{
    fake_provider f;

    start(&f, *which);
    f.refreshes = 7;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_REFUSED));
    f.refreshes = 0;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_UNKNOWN),
              "the record is revoked");
    fake_stop(&f);
}

static const struct {
    const char *path;
    int status;
    const char *body;
    int rc;
} troubles[] = {
    {"/oauth/token", 500, "{\"error\":\"x\"}", 0},
    {"/oauth/token", 503, "", 0},
    {"/oauth/token", 200, "<html>", 0},
    {"/oauth/token", 401, "{\"error\":\"invalid_client\"}", 0},
    {"/oauth/token", 429, "{\"error\":\"too_many_requests\"}", 0},
    {"/oauth/token", 0, "", CANON_EREMOTE},
    {"/oauth/token", 0, "", CANON_EBUSY},
    {"/jwks", 500, "", 0},
    {"/jwks", 200, "<html>", 0},
};

DATABASE_TEST(refresh, survives_trouble_with_the_provider)
{
    fake_provider f;

    start(&f, *which);
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        f.odd_path = troubles[i].path;
        f.odd_status = troubles[i].status;
        f.odd_body = troubles[i].body;
        f.odd_rc = troubles[i].rc;
        f.t.now_us += 100000 * SECOND;
        cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_PROVIDER),
                  "%zu", i);
    }
    f.odd_path = NULL;
    f.t.now_us += 60 * SECOND;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_OK));
    fake_stop(&f);
}

DATABASE_TEST(threat, refresh_that_brings_somebody_else)
{
    fake_provider f;

    start(&f, *which);
    f.access_sub = "auth0|eve";
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_REFUSED));
    cr_assert(ne(ptr, strstr(f.body, "rt-1"), NULL),
              "the new one is given back");
    f.access_sub = NULL;
    cr_assert(eq(int, refresh(&f, "rt-1", NULL), CANON_REFRESH_UNKNOWN));
    fake_stop(&f);
}

DATABASE_TEST(threat, refresh_that_brings_a_token_of_another_service)
{
    fake_provider f;

    start(&f, *which);
    f.audience = "https://other.example";
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_REFUSED));
    fake_stop(&f);
}

DATABASE_TEST(refresh, lets_a_provider_keep_its_token)
{
    fake_provider f;
    char body[4096];
    char *access;

    start(&f, *which);
    access = fake_access_token(&f);
    snprintf(body, sizeof(body), "{\"access_token\":\"%s\"}", access);
    f.odd_path = "/oauth/token";
    f.odd_status = 200;
    f.odd_body = body;
    for (int i = 0; i < 3; i++) {
        canon_tokens *tokens = NULL;
        int how;

        f.t.now_us += 60 * SECOND;
        assert_ok(&f.t, canon_tokens_refresh(f.t.conn, "rt-0", &how, &tokens));
        cr_assert(eq(str, (char *)tokens->refresh_token, "rt-0"));
        cr_assert(eq(i64, tokens->expires_s, 86400));
        canon_tokens_free(tokens);
    }
    free(access);
    fake_stop(&f);
}

DATABASE_TEST(refresh, a_lease_keeps_others_away_until_it_runs_out)
{
    fake_provider f;
    int rc;

    start(&f, *which);
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_WRITE), CANON_OK));
    {
        const cn_arg args[] = {cn_int(f.t.now_us + 10 * SECOND)};

        rc = cn_db_exec(f.t.conn->db,
                        "UPDATE sessions SET refreshing_until = $1", args, 1,
                        NULL, &f.t.conn->err);
    }
    cr_assert(eq(int, cn_conn_end(f.t.conn, rc), CANON_OK));
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_RUNNING));
    cr_assert(eq(int, f.token_calls, 0));
    f.t.now_us += 10 * SECOND;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_OK));
    fake_stop(&f);
}

/* The provider fails in words that are none: that says nothing about the
 * token. */
DATABASE_TEST(refresh, is_not_refused_by_an_error_without_a_word)
{
    fake_provider f;

    start(&f, *which);
    f.odd_path = "/oauth/token";
    f.odd_status = 500;
    f.odd_body = "{\"error\":\"!\"}";
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_PROVIDER));
    f.odd_path = NULL;
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_OK));
    fake_stop(&f);
}

/* What has to be fetched before the exchange does not eat up its lease. */
DATABASE_TEST(refresh, has_a_lease_for_the_exchange_alone)
{
    fake_provider f;

    start(&f, *which);
    f.odd_path = "/.well-known/jwks.json";
    f.odd_status = 500;
    f.odd_body = "";
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_PROVIDER));
    cr_assert(eq(int, f.token_calls, 0));
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_READ), CANON_OK));
    {
        cn_rows *rows = NULL;

        cr_assert(eq(int,
                     cn_db_query(f.t.conn->db,
                                 "SELECT COUNT(*) FROM sessions"
                                 " WHERE refreshing_until > 0",
                                 NULL, 0, &rows, &f.t.conn->err),
                     CANON_OK));
        cr_assert(eq(int, cn_rows_next(rows, &f.t.conn->err), 1));
        cr_assert(eq(i64, cn_rows_int(rows, 0), 0));
        cn_rows_free(rows);
    }
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    fake_stop(&f);
}

DATABASE_TEST(revoke, ends_the_record_and_tells_the_provider)
{
    fake_provider f;

    start(&f, *which);
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, "rt-0"));
    cr_assert(eq(str, (char *)fake_param(f.body, "token"), "rt-0"));
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_UNKNOWN));
    fake_stop(&f);
}

DATABASE_TEST(threat, revocation_is_no_oracle)
{
    fake_provider f;
    int calls;

    start(&f, *which);
    calls = f.calls;
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, "unknown"));
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, ""));
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, NULL));
    cr_assert(eq(int, f.calls, calls));
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, "rt-0"));
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, "rt-0"));
    fake_stop(&f);
}

DATABASE_TEST(revoke, does_not_mind_a_provider_that_fails)
{
    fake_provider f;

    start(&f, *which);
    f.odd_path = "/oauth/revoke";
    f.odd_status = 500;
    assert_ok(&f.t, canon_tokens_revoke(f.t.conn, "rt-0"));
    cr_assert(eq(int, refresh(&f, "rt-0", NULL), CANON_REFRESH_UNKNOWN));
    fake_stop(&f);
}

/* --- many at once ------------------------------------------------------------ */

#define RUNNERS 100

static struct {
    fake_provider f;
    atomic_int how[CANON_REFRESH_STORE + 1];
    pthread_barrier_t gate;
} race;

static void *run(void *arg)
{
    canon_conn *conn = NULL;
    canon_tokens *tokens = NULL;
    canon_error err;
    int how = CANON_REFRESH_STORE;

    (void)arg;
    if (canon_connect(race.f.t.engine, &conn, &err))
        return NULL;
    pthread_barrier_wait(&race.gate);
    (void)!canon_tokens_refresh(conn, "rt-0", &how, &tokens);
    atomic_fetch_add(&race.how[how], 1);
    canon_tokens_free(tokens);
    canon_disconnect(conn);
    return NULL;
}

DATABASE_TEST(refresh, of_a_hundred_at_once_exactly_one_succeeds)
{
    static pthread_t threads[RUNNERS];

    start(&race.f, *which);
    race.f.slow = true;
    pthread_barrier_init(&race.gate, NULL, RUNNERS);
    for (int i = 0; i < RUNNERS; i++)
        cr_assert(eq(int, pthread_create(&threads[i], NULL, run, NULL), 0));
    for (int i = 0; i < RUNNERS; i++)
        pthread_join(threads[i], NULL);
    cr_assert(eq(int, race.how[CANON_REFRESH_OK], 1));
    cr_assert(eq(int, race.how[CANON_REFRESH_RUNNING], RUNNERS - 1));
    cr_assert(eq(int, race.f.token_calls, 1));
    race.f.slow = false;
    cr_assert(eq(int, refresh(&race.f, "rt-1", NULL), CANON_REFRESH_OK),
              "the family survives");
    fake_stop(&race.f);
}

static int round_trip(void *user)
{
    fake_provider *f = user;
    cn_account account = {.org = "acme", .user_id = 1};
    canon_conn *conn = NULL;
    canon_tokens *tokens = NULL;
    canon_error err;
    char token[20];
    int how;
    int rc = canon_connect(f->t.engine, &conn, &err);

    f->refreshes += 10;
    snprintf(token, sizeof(token), "rt-%d", f->refreshes);
    if (!rc)
        rc = cn_refresh_keep(conn, &account, "cli", token);
    if (!rc)
        rc = canon_tokens_refresh(conn, token, &how, &tokens);
    canon_tokens_free(tokens);
    canon_disconnect(conn);
    fake_settle(f);
    return rc;
}

Test(refresh, survives_every_failed_allocation)
{
    fake_provider f;

    start(&f, 0);
    /* every statement is prepared once, also those after a failure */
    f.odd_path = "/oauth/token";
    f.odd_rc = CANON_EREMOTE;
    cr_assert(eq(int, round_trip(&f), CANON_EREMOTE));
    f.odd_path = NULL;
    cr_assert(eq(int, round_trip(&f), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, round_trip, &f), 10));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, round_trip, &f), 10));
    fake_stop(&f);
}
