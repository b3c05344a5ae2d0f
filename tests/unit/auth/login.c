#include "fake_provider.h"

#include "accounts.h"
#include "sessions.h"

#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A browser between the two halves of a login. */
typedef struct browser {
    char url[4096];
    char state[100];
    char nonce[100];
    char cookie[4096];
    char name[48];
    canon_login_answer answer;
} browser;

static void begin(fake_provider *f, const canon_login_order *order, browser *b)
{
    canon_redirect *r = NULL;

    assert_ok(&f->t, canon_login_begin(f->t.conn, order, &r));
    snprintf(b->url, sizeof(b->url), "%s", r->url);
    snprintf(b->cookie, sizeof(b->cookie), "%s", r->cookie.value);
    snprintf(b->name, sizeof(b->name), "%s", r->cookie.name);
    snprintf(b->state, sizeof(b->state), "%s", fake_param(r->url, "state"));
    snprintf(b->nonce, sizeof(b->nonce), "%s", fake_param(r->url, "nonce"));
    canon_redirect_free(r);
    f->nonce = b->nonce;
    b->answer = (canon_login_answer){.size = sizeof(b->answer),
                                     .state = b->state,
                                     .code = "good-code",
                                     .cookie = b->cookie,
                                     .device = "Firefox\n on something"};
}

static const canon_login_order plain = {sizeof(canon_login_order), NULL, NULL,
                                        NULL};

/* The second half fails with this code and word. */
static void fails(fake_provider *f, const browser *b, int code,
                  const char *word)
{
    const char *reason = NULL;
    canon_login *login = NULL;

    cr_assert(eq(int,
                 canon_login_finish(f->t.conn, &b->answer, &reason, &login),
                 code),
              "%s", canon_last_error(f->t.conn)->text);
    cr_assert(eq(str, (char *)reason, (char *)word), "%s",
              canon_last_error(f->t.conn)->text);
    cr_assert(eq(ptr, login, NULL));
}

static int64_t count(fake_provider *f, const char *sql)
{
    cn_rows *rows = NULL;
    int64_t n;

    cr_assert(eq(int, cn_conn_begin(f->t.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(
        int,
        cn_db_query_text(f->t.conn->db, sql, NULL, 0, &rows, &f->t.conn->err),
        CANON_OK));
    cr_assert(eq(int, cn_rows_next(rows, &f->t.conn->err), 1));
    n = cn_rows_int(rows, 0);
    cn_rows_free(rows);
    cr_assert(eq(int, cn_conn_end(f->t.conn, CANON_OK), CANON_OK));
    return n;
}

DATABASE_TEST(login, sends_the_browser_to_the_provider)
{
    canon_login_order order = {sizeof(order), "acme", "github", "/app/acme/"};
    fake_provider f;
    browser b;

    fake_start(&f, *which, NULL);
    begin(&f, &order, &b);
    cr_assert(
        eq(int, strncmp(b.url, "https://tenant.example/authorize?", 33), 0));
    cr_assert(eq(str, (char *)fake_param(b.url, "response_type"), "code"));
    cr_assert(eq(str, (char *)fake_param(b.url, "client_id"), FAKE_CLIENT));
    cr_assert(eq(str, (char *)fake_param(b.url, "redirect_uri"),
                 "https://canon.example/auth/callback"));
    cr_assert(eq(str, (char *)fake_param(b.url, "scope"),
                 "openid email profile offline_access"));
    cr_assert(eq(str, (char *)fake_param(b.url, "audience"), FAKE_API));
    cr_assert(eq(str, (char *)fake_param(b.url, "connection"), "github"));
    cr_assert(eq(str, (char *)fake_param(b.url, "organization"), ""));
    cr_assert(
        eq(str, (char *)fake_param(b.url, "code_challenge_method"), "S256"));
    cr_assert(eq(sz, strlen(fake_param(b.url, "code_challenge")), 43));
    cr_assert(eq(sz, strlen(b.state), 43));
    cr_assert(eq(int, strncmp(b.name, "__Host-canon_login_", 19), 0));
    cr_assert(eq(int, strncmp(b.name + 19, b.state, 8), 0));
    cr_assert(eq(ptr, strstr(b.cookie, b.state), NULL), "it is sealed");
    fake_stop(&f);
}

DATABASE_TEST(login, opens_a_session_for_who_comes_back)
{
    canon_login_order order = {sizeof(order), NULL, "nonsense", "/app/acme/x"};
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;
    cn_session session;
    unsigned char hash[CN_SHA256_LEN];
    cn_buf challenge = CN_BUF_INIT(43);

    fake_start(&f, *which, NULL);
    begin(&f, &order, &b);
    cr_assert(eq(str, (char *)fake_param(b.url, "connection"), ""));
    b.answer.iss = FAKE_ISSUER;
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    cr_assert(eq(str, (char *)login->sub, "auth0|ada"));
    cr_assert(eq(str, (char *)login->next, "/app/acme/x"));
    cr_assert(eq(int, login->first, 1));
    cr_assert(eq(str, login->session.name, "__Host-canon_session"));
    cr_assert(eq(str, (char *)login->session.path, "/"));
    cr_assert(eq(str, login->refresh.name, CANON_REFRESH_COOKIE));
    cr_assert(eq(str, (char *)login->refresh.value, "rt-1"));
    cr_assert(eq(str, (char *)login->refresh.path, "/auth"));
    cr_assert(eq(i64, login->refresh.max_age_s, 2592000));
    cr_assert(eq(str, login->state.name, b.name));
    cr_assert(eq(i64, login->state.max_age_s, 0));
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_READ), CANON_OK));
    assert_ok(&f.t, cn_session_find(f.t.conn, login->session.value, &session));
    cr_assert(gt(i64, session.user_id, 0));
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    cn_sha256(fake_param(f.body, "code_verifier"), 43, hash);
    cn_base64url(&challenge, hash, sizeof(hash));
    cr_assert(eq(str, (char *)fake_param(b.url, "code_challenge"),
                 (char *)cn_buf_text(&challenge)));
    cn_buf_free(&challenge);
    cr_assert(eq(str, (char *)fake_param(f.body, "client_secret"), "hush"));
    cr_assert(eq(i64, count(&f, "SELECT COUNT(*) FROM sessions"), 1));
    canon_login_free(login);
    fake_stop(&f);
}

DATABASE_TEST(threat, login_csrf_foreign_or_missing_state)
{
    fake_provider f;
    browser mine;
    browser other;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &other);
    begin(&f, &plain, &mine);
    mine.answer.cookie = other.cookie;
    fails(&f, &mine, CANON_EAUTH, "state_mismatch");
    mine.answer.cookie = NULL;
    fails(&f, &mine, CANON_EAUTH, "state_mismatch");
    mine.answer.cookie = "v1.1.AAAA";
    fails(&f, &mine, CANON_EAUTH, "state_mismatch");
    mine.answer.cookie = mine.cookie;
    mine.answer.state = NULL;
    fails(&f, &mine, CANON_EAUTH, "state_mismatch");
    mine.answer.state = "short";
    fails(&f, &mine, CANON_EAUTH, "state_mismatch");
    cr_assert(eq(int, f.token_calls, 0), "the code was not even sent");
    fake_stop(&f);
}

DATABASE_TEST(threat, code_injection_state_is_used_once)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    canon_login_free(login);
    fails(&f, &b, CANON_EAUTH, "state_mismatch");
    begin(&f, &plain, &b);
    f.t.now_us += 600 * SECOND;
    fails(&f, &b, CANON_EAUTH, "state_mismatch");
    fake_stop(&f);
}

DATABASE_TEST(threat, mix_up_of_providers)
{
    fake_provider f;
    browser b;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    b.answer.iss = "https://evil.example/";
    fails(&f, &b, CANON_EAUTH, "state_mismatch");
    cr_assert(eq(int, f.token_calls, 0));
    fake_stop(&f);
}

DATABASE_TEST(threat, nonce_of_another_login)
{
    fake_provider f;
    browser b;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    f.nonce = "another";
    fails(&f, &b, CANON_EAUTH, "server_error");
    cr_assert(eq(i64, count(&f, "SELECT COUNT(*) FROM users"), 0));
    fake_stop(&f);
}

DATABASE_TEST(threat, tokens_of_two_people_or_another_service)
{
    fake_provider f;
    browser b;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    f.access_sub = "auth0|eve";
    fails(&f, &b, CANON_EAUTH, "server_error");
    f.access_sub = NULL;
    f.audience = "https://other.example";
    begin(&f, &plain, &b);
    fails(&f, &b, CANON_EAUTH, "server_error");
    cr_assert(eq(i64, count(&f, "SELECT COUNT(*) FROM web_sessions"), 0));
    fake_stop(&f);
}

DATABASE_TEST(threat, open_redirect_after_login)
{
    static const char *const bad[] = {"https://evil.example/", "//evil.example",
                                      "/\\evil", "app", ""};
    fake_provider f;
    browser b;

    fake_start(&f, *which, NULL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        canon_login_order order = {sizeof(order), NULL, NULL, bad[i]};
        canon_login *login = NULL;
        const char *reason;

        begin(&f, &order, &b);
        assert_ok(&f.t,
                  canon_login_finish(f.t.conn, &b.answer, &reason, &login));
        cr_assert(eq(str, (char *)login->next, ""));
        canon_login_free(login);
    }
    fake_stop(&f);
}

static const struct {
    const char *error;
    const char *word;
} errors[] = {{"access_denied", "access_denied"},
              {"login_required", "login_required"},
              {"server_error", "server_error"},
              {"<script>", "other"}};

Test(login, names_the_providers_error_with_a_fixed_word)
{
    fake_provider f;
    browser b;

    fake_start(&f, 0, NULL);
    begin(&f, &plain, &b);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        b.answer.error = errors[i].error;
        fails(&f, &b, CANON_EAUTH, errors[i].word);
    }
    fake_stop(&f);
}

static const struct {
    int status;
    const char *body;
    int rc;
    int code;
} troubles[] = {
    {403, "{\"error\":\"invalid_grant\"}", 0, CANON_EAUTH},
    {500, "{\"error\":\"server_error\"}", 0, CANON_EREMOTE},
    {200, "<html>login</html>", 0, CANON_EREMOTE},
    {400, "<html>", 0, CANON_EREMOTE},
    {200, "{}", 0, CANON_EAUTH},
    {200, "[]", 0, CANON_EREMOTE},
    {200, "", 0, CANON_EREMOTE},
    {0, "", CANON_EREMOTE, CANON_EREMOTE},
    {0, "", CANON_EBUSY, CANON_EREMOTE},
};

Test(login, survives_trouble_with_the_provider)
{
    fake_provider f;
    browser b;

    fake_start(&f, 0, NULL);
    f.odd_path = "/oauth/token";
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        begin(&f, &plain, &b);
        f.odd_status = troubles[i].status;
        f.odd_body = troubles[i].body;
        f.odd_rc = troubles[i].rc;
        fails(&f, &b, troubles[i].code, "server_error");
    }
    f.odd_path = NULL;
    cr_assert(eq(i64, count(&f, "SELECT COUNT(*) FROM web_sessions"), 0));
    fake_stop(&f);
}

DATABASE_TEST(login, of_a_switched_off_account_is_refused)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    canon_login_free(login);
    assert_ok(&f.t, canon_user_activate(f.t.conn, 1, 0));
    begin(&f, &plain, &b);
    fails(&f, &b, CANON_EDENIED, "access_denied");
    fake_stop(&f);
}

DATABASE_TEST(login, takes_the_github_account_the_provider_names)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;
    cn_session session;

    fake_start(&f, *which, NULL);
    f.extra = ",\"https://canonhq.co/github\":{\"login\":\"octo\","
              "\"name\":\"Octo\",\"avatar_url\":\"u\",\"token\":\"gho_2\"}";
    begin(&f, &plain, &b);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_READ), CANON_OK));
    assert_ok(&f.t, cn_session_find(f.t.conn, login->session.value, &session));
    cr_assert(eq(str, (char *)session.github_login, "octo"));
    cr_assert(eq(str, (char *)session.github_token, "gho_2"));
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    canon_login_free(login);
    fake_stop(&f);
}

DATABASE_TEST(logout, ends_session_and_record_and_names_the_way_out)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;
    canon_buf url = CANON_BUF_INIT;
    cn_session session;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    assert_ok(&f.t, canon_logout(f.t.conn, login->session.value,
                                 login->refresh.value, &url));
    cr_assert(eq(str, url.data,
                 "https://tenant.example/v2/logout?client_id=web&"
                 "returnTo=https%3A%2F%2Fcanon.example"));
    cr_assert(eq(int, cn_session_find(f.t.conn, login->session.value, &session),
                 CANON_ENOTFOUND));
    cr_assert(eq(i64,
                 count(&f, "SELECT COUNT(*) FROM sessions"
                           " WHERE revoked_at IS NULL"),
                 0));
    cr_assert(ne(ptr, strstr(f.body, "rt-1"), NULL), "the provider was told");
    assert_ok(&f.t, canon_logout(f.t.conn, "nonsense", "unknown", &url));
    assert_ok(&f.t, canon_logout(f.t.conn, NULL, NULL, &url));
    canon_buf_free(&url);
    canon_login_free(login);
    fake_stop(&f);
}

/* What went through the hands of a login is not left lying about. */
Test(login, threat_secrets_left_in_memory)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;
    char verifier[100];
    int how;
    canon_tokens *tokens = NULL;
    cn_session session;

    fake_start(&f, 0, NULL);
    begin(&f, &plain, &b);
    cr_assert_not(fake_remembers(&f, b.nonce));
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    snprintf(verifier, sizeof(verifier), "%s",
             fake_param(f.body, "code_verifier"));
    cr_assert(eq(sz, strlen(verifier), 43));
    cr_assert_not(fake_remembers(&f, verifier));
    cr_assert_not(fake_remembers(&f, "rt-1"));
    cr_assert_not(fake_remembers(&f, "eyJ"), "no token");
    assert_ok(&f.t, canon_tokens_refresh(f.t.conn, login->refresh.value, &how,
                                         &tokens));
    cr_assert_not(fake_remembers(&f, tokens->refresh_token));
    cr_assert_not(fake_remembers(&f, "eyJ"));
    canon_tokens_free(tokens);
    assert_ok(&f.t, cn_session_find(f.t.conn, login->session.value, &session));
    cr_assert_not(fake_remembers(&f, "github_login"));
    canon_login_free(login);
    fake_stop(&f);
}

static int fail_database(void *user)
{
    (void)user;
    return CANON_EBUSY;
}

DATABASE_TEST(logout, names_the_way_out_although_nothing_could_be_ended)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;
    canon_buf url = CANON_BUF_INIT;
    cn_session session;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    cn_db_set_hook(fail_database, NULL);
    cr_assert(eq(int,
                 canon_logout(f.t.conn, login->session.value,
                              login->refresh.value, &url),
                 CANON_EBUSY));
    cn_db_set_hook(NULL, NULL);
    cr_assert(eq(int, canon_last_error(f.t.conn)->code, CANON_EBUSY));
    cr_assert(ne(ptr, strstr(url.data, "/v2/logout?"), NULL), "%s", url.data);
    assert_ok(&f.t, cn_session_find(f.t.conn, login->session.value, &session));
    canon_buf_free(&url);
    canon_login_free(login);
    fake_stop(&f);
}

DATABASE_TEST(login, ends_the_session_that_the_browser_had)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *first = NULL;
    canon_login *login = NULL;
    cn_session session;

    fake_start(&f, *which, NULL);
    begin(&f, &plain, &b);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &first));
    begin(&f, &plain, &b);
    b.answer.session = first->session.value;
    b.answer.size = offsetof(canon_login_answer, session);
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    assert_ok(&f.t, cn_session_find(f.t.conn, first->session.value, &session));
    canon_login_free(login);
    begin(&f, &plain, &b);
    b.answer.session = first->session.value;
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    cr_assert(eq(int, cn_session_find(f.t.conn, first->session.value, &session),
                 CANON_ENOTFOUND));
    assert_ok(&f.t, cn_session_find(f.t.conn, login->session.value, &session));
    canon_login_free(login);
    begin(&f, &plain, &b);
    b.answer.session = "nonsense";
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    canon_login_free(login);
    canon_login_free(first);
    fake_stop(&f);
}

static const char *const other_provider[] = {"AUTH_PROVIDER",
                                             "oidc",
                                             "OIDC_ISSUER",
                                             "https://tenant.example",
                                             "OIDC_CLIENT_ID",
                                             FAKE_CLIENT,
                                             "OIDC_AUDIENCE",
                                             FAKE_API,
                                             "OIDC_CLIENT_SECRET",
                                             "hush",
                                             NULL};

DATABASE_TEST(login, finds_any_provider_by_discovery)
{
    fake_provider f;
    browser b;
    const char *reason;
    canon_login *login = NULL;
    canon_buf url = CANON_BUF_INIT;

    fake_start(&f, *which, other_provider);
    begin(&f, &plain, &b);
    cr_assert(eq(int, strncmp(b.url, "https://tenant.example/a?", 25), 0));
    assert_ok(&f.t, canon_login_finish(f.t.conn, &b.answer, &reason, &login));
    cr_assert(eq(str, (char *)fake_param(f.body, "client_secret"), ""),
              "such a provider takes it in a header");
    canon_login_free(login);
    assert_ok(&f.t, canon_logout(f.t.conn, NULL, NULL, &url));
    cr_assert(eq(str, url.data,
                 "https://tenant.example/end?client_id=web&"
                 "post_logout_redirect_uri=https%3A%2F%2Fcanon.example"));
    canon_buf_free(&url);
    fake_stop(&f);
}

Test(login, waits_a_moment_before_it_asks_a_dead_provider_again)
{
    fake_provider f;
    canon_redirect *r = NULL;

    fake_start(&f, 0, other_provider);
    f.odd_path = "openid-configuration";
    f.odd_rc = CANON_EREMOTE;
    cr_assert(eq(int, canon_login_begin(f.t.conn, &plain, &r), CANON_EREMOTE));
    cr_assert(eq(int, canon_login_begin(f.t.conn, &plain, &r), CANON_EREMOTE));
    cr_assert(eq(int, f.calls, 1));
    f.odd_path = NULL;
    f.t.now_us += 5 * SECOND;
    assert_ok(&f.t, canon_login_begin(f.t.conn, &plain, &r));
    canon_redirect_free(r);
    f.odd_path = "openid-configuration";
    f.t.now_us += 3601 * SECOND;
    assert_ok(&f.t, canon_login_begin(f.t.conn, &plain, &r));
    canon_redirect_free(r);
    f.t.now_us += 86400 * SECOND;
    cr_assert(eq(int, canon_login_begin(f.t.conn, &plain, &r), CANON_EREMOTE));
    fake_stop(&f);
}

static const char *const metadata[] = {
    "{}",
    "{\"issuer\":\"https://evil.example\"}",
    "{\"issuer\":\"https://tenant.example\"}",
    "{\"issuer\":\"https://tenant.example\","
    "\"authorization_endpoint\":\"http://x\",\"token_endpoint\":\"https://x\","
    "\"jwks_uri\":\"https://x\"}",
    "<html>",
    "[1]",
};

Test(login, believes_no_metadata_of_another_issuer)
{
    fake_provider f;
    canon_redirect *r = NULL;

    fake_start(&f, 0, other_provider);
    f.odd_path = "openid-configuration";
    f.odd_status = 200;
    for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++) {
        f.odd_body = metadata[i];
        f.t.now_us += 10 * SECOND;
        cr_assert(
            eq(int, canon_login_begin(f.t.conn, &plain, &r), CANON_EREMOTE),
            "%zu", i);
    }
    fake_stop(&f);
}

Test(login, is_not_there_in_local_mode)
{
    test_engine t;
    canon_redirect *r = NULL;
    canon_buf url = CANON_BUF_INIT;

    test_engine_start(&t, 0);
    cr_assert(
        eq(int, canon_login_begin(t.conn, &plain, &r), CANON_EUNSUPPORTED));
    assert_ok(&t, canon_logout(t.conn, NULL, NULL, &url));
    cr_assert(eq(str, url.data, "/"));
    canon_buf_free(&url);
    test_engine_stop(&t);
}

static int sign_in(void *user)
{
    fake_provider *f = user;
    canon_conn *conn = NULL;
    canon_redirect *r = NULL;
    canon_login *login = NULL;
    canon_login_answer answer = {.size = sizeof(answer), .code = "c"};
    const char *reason;
    canon_error err;
    char state[100];
    char nonce[100];
    int rc = canon_connect(f->t.engine, &conn, &err);

    if (!rc)
        rc = canon_login_begin(conn, &plain, &r);
    if (!rc) {
        snprintf(state, sizeof(state), "%s", fake_param(r->url, "state"));
        snprintf(nonce, sizeof(nonce), "%s", fake_param(r->url, "nonce"));
        f->nonce = nonce;
        answer.state = state;
        answer.cookie = r->cookie.value;
        rc = canon_login_finish(conn, &answer, &reason, &login);
    }
    canon_redirect_free(r);
    canon_login_free(login);
    canon_disconnect(conn);
    fake_settle(f);
    return rc;
}

Test(login, survives_every_failed_allocation)
{
    fake_provider f;

    fake_start(&f, 0, NULL);
    cr_assert(eq(int, sign_in(&f), CANON_OK));
    cr_assert(eq(int, sign_in(&f), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, sign_in, &f), 30));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, sign_in, &f), 30));
    fake_stop(&f);
}
