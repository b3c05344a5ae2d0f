#include "fake_provider.h"

#include <criterion/new/assert.h>
#include <string.h>

static canon_device_poll *ask(fake_provider *f, const char *code)
{
    canon_device_poll *poll = NULL;

    assert_ok(&f->t, canon_device_ask(f->t.conn, code, &poll));
    return poll;
}

static int state(fake_provider *f, const char *code)
{
    canon_device_poll *poll = ask(f, code);
    int found = poll->state;

    canon_device_poll_free(poll);
    return found;
}

Test(device, begins_at_the_provider)
{
    fake_provider f;
    canon_device *d = NULL;

    fake_start(&f, 0, NULL);
    assert_ok(&f.t, canon_device_begin(f.t.conn, "acme", &d));
    cr_assert(eq(str, (char *)d->device_code, "dc"));
    cr_assert(eq(str, (char *)d->user_code, "ABCD-EFGH"));
    cr_assert(eq(str, (char *)d->verification_uri_complete, ""));
    cr_assert(eq(i64, d->interval_s, 5));
    cr_assert(eq(i64, d->expires_s, 900));
    cr_assert(eq(str, (char *)fake_param(f.body, "audience"), FAKE_API));
    cr_assert(eq(str, (char *)fake_param(f.body, "scope"),
                 "openid email profile offline_access"));
    canon_device_free(d);
    cr_assert_not(fake_remembers(&f, "device_code"), "it is wiped");
    fake_stop(&f);
}

static const struct {
    int status;
    const char *body;
    int code;
} begins[] = {
    {404, "{}", CANON_ENOTFOUND},
    {403, "{\"error\":\"unauthorized_client\"}", CANON_ENOTFOUND},
    {400, "{\"error\":\"invalid_scope\"}", CANON_EREMOTE},
    {404, "<html>", CANON_EREMOTE},
    {500, "", CANON_EREMOTE},
    {200, "{}", CANON_EREMOTE},
};

Test(device, may_not_begin)
{
    fake_provider f;
    canon_device *d = NULL;

    fake_start(&f, 0, NULL);
    f.odd_path = "/device/code";
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        f.odd_status = begins[i].status;
        f.odd_body = begins[i].body;
        cr_assert(
            eq(int, canon_device_begin(f.t.conn, NULL, &d), begins[i].code),
            "%zu", i);
        cr_assert(eq(ptr, d, NULL));
    }
    fake_stop(&f);
}

static const struct {
    int status;
    const char *body;
    int state;
} polls[] = {
    {400, "{\"error\":\"authorization_pending\"}", CANON_DEVICE_PENDING},
    {403, "{\"error\":\"authorization_pending\"}", CANON_DEVICE_PENDING},
    {400, "{\"error\":\"slow_down\"}", CANON_DEVICE_SLOW},
    {429, "{\"error\":\"slow_down\"}", CANON_DEVICE_SLOW},
    {400, "{\"error\":\"expired_token\"}", CANON_DEVICE_EXPIRED},
    {403, "{\"error\":\"access_denied\"}", CANON_DEVICE_DENIED},
    {403, "{\"error\":\"invalid_grant\"}", CANON_DEVICE_FAILED},
    {418, "{}", CANON_DEVICE_FAILED},
};

Test(device, reads_the_word_and_not_the_status)
{
    fake_provider f;

    fake_start(&f, 0, NULL);
    f.odd_path = "/oauth/token";
    for (size_t i = 0; i < sizeof(polls) / sizeof(polls[0]); i++) {
        f.odd_status = polls[i].status;
        f.odd_body = polls[i].body;
        f.t.now_us += 5 * SECOND;
        cr_assert(eq(int, state(&f, "dc"), polls[i].state), "%zu", i);
    }
    fake_stop(&f);
}

Test(device, that_polls_too_fast_does_not_reach_the_provider)
{
    fake_provider f;
    int calls;

    fake_start(&f, 0, NULL);
    f.odd_path = "/oauth/token";
    f.odd_status = 403;
    f.odd_body = "{\"error\":\"authorization_pending\"}";
    cr_assert(eq(int, state(&f, "dc"), CANON_DEVICE_PENDING));
    calls = f.calls;
    f.t.now_us += 4 * SECOND;
    cr_assert(eq(int, state(&f, "dc"), CANON_DEVICE_SLOW));
    cr_assert(eq(int, f.calls, calls));
    cr_assert(eq(int, state(&f, "another"), CANON_DEVICE_PENDING));
    f.t.now_us += 1 * SECOND;
    cr_assert(eq(int, state(&f, "dc"), CANON_DEVICE_PENDING));
    fake_stop(&f);
}

DATABASE_TEST(device, gets_tokens_that_can_be_refreshed)
{
    fake_provider f;
    canon_device_poll *poll;
    canon_tokens *tokens = NULL;
    int how;

    fake_start(&f, *which, NULL);
    poll = ask(&f, "dc");
    cr_assert(eq(int, poll->state, CANON_DEVICE_APPROVED));
    cr_assert(eq(int, poll->refreshable, 1));
    cr_assert(eq(str, (char *)poll->email, "ada@example.org"));
    cr_assert(eq(i64, poll->tokens.expires_s, 3600));
    assert_ok(&f.t, canon_tokens_refresh(f.t.conn, poll->tokens.refresh_token,
                                         &how, &tokens));
    canon_tokens_free(tokens);
    canon_device_poll_free(poll);
    fake_stop(&f);
}

DATABASE_TEST(device, of_a_switched_off_account_is_denied)
{
    fake_provider f;

    fake_start(&f, *which, NULL);
    cr_assert(eq(int, state(&f, "dc"), CANON_DEVICE_APPROVED));
    assert_ok(&f.t, canon_user_activate(f.t.conn, 1, 0));
    cr_assert(eq(int, state(&f, "dc2"), CANON_DEVICE_DENIED));
    fake_stop(&f);
}

Test(threat, device_login_with_a_token_of_another_service)
{
    fake_provider f;
    canon_device_poll *poll = NULL;

    fake_start(&f, 0, NULL);
    f.audience = "https://other.example";
    cr_assert(eq(int, canon_device_ask(f.t.conn, "dc", &poll), CANON_EAUTH));
    cr_assert(eq(ptr, poll, NULL));
    f.audience = FAKE_API;
    f.access_sub = "auth0|eve";
    cr_assert(eq(int, canon_device_ask(f.t.conn, "dc2", &poll), CANON_EAUTH));
    f.access_sub = NULL;
    f.extra = ",\"azp\":\"another-client\"";
    cr_assert(eq(int, canon_device_ask(f.t.conn, "dc4", &poll), CANON_EAUTH));
    f.extra = NULL;
    f.email = "";
    cr_assert(eq(int, canon_device_ask(f.t.conn, "dc3", &poll), CANON_EAUTH));
    fake_stop(&f);
}

Test(device, survives_trouble_with_the_provider)
{
    fake_provider f;
    canon_device_poll *poll = NULL;

    fake_start(&f, 0, NULL);
    f.odd_path = "/oauth/token";
    f.odd_status = 500;
    cr_assert(eq(int, canon_device_ask(f.t.conn, "a", &poll), CANON_EREMOTE));
    f.odd_status = 200;
    f.odd_body = "<html>";
    cr_assert(eq(int, canon_device_ask(f.t.conn, "b", &poll), CANON_EREMOTE));
    f.odd_rc = CANON_EREMOTE;
    cr_assert(eq(int, canon_device_ask(f.t.conn, "c", &poll), CANON_EREMOTE));
    cr_assert(eq(int, state(&f, ""), CANON_DEVICE_FAILED));
    cr_assert(eq(int, state(&f, NULL), CANON_DEVICE_FAILED));
    fake_stop(&f);
}

static const char *const no_audience[] = {"AUTH0_AUDIENCE", "", NULL};

Test(device, needs_an_audience)
{
    fake_provider f;
    canon_device *d = NULL;

    fake_start(&f, 0, no_audience);
    cr_assert(
        eq(int, canon_device_begin(f.t.conn, NULL, &d), CANON_EUNSUPPORTED));
    fake_stop(&f);
}

static int round_trip(void *user)
{
    fake_provider *f = user;
    canon_conn *conn = NULL;
    canon_device *d = NULL;
    canon_device_poll *poll = NULL;
    canon_error err;
    int rc = canon_connect(f->t.engine, &conn, &err);

    if (!rc)
        rc = canon_device_begin(conn, NULL, &d);
    if (!rc)
        rc = canon_device_ask(conn, d->device_code, &poll);
    canon_device_free(d);
    canon_device_poll_free(poll);
    canon_disconnect(conn);
    fake_settle(f);
    return rc;
}

Test(device, survives_every_failed_allocation)
{
    fake_provider f;

    fake_start(&f, 0, NULL);
    cr_assert(eq(int, round_trip(&f), CANON_OK));
    cr_assert(eq(int, round_trip(&f), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, round_trip, &f), 10));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, round_trip, &f), 10));
    fake_stop(&f);
}
