#include "fake_provider.h"

#include "sessions.h"

#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

typedef struct visit {
    fake_provider f;
    char session[4096];
    char cookie[4096];
    char state[100];
    char url[4096];
    canon_login_answer answer;
    canon_cookie cookies[2];
    size_t count;
    const char *reason;
} visit;

static void open_session(visit *v, const char *sub, char out[4096])
{
    cn_session session = {.user_id = add_user(&v->f.t, sub),
                          .org = "acme",
                          .org_id = "",
                          .github_login = "",
                          .github_name = "",
                          .github_email = "",
                          .github_picture = "",
                          .github_token = ""};
    cn_buf cookie = CN_BUF_INIT(4095);

    assert_ok(&v->f.t, cn_session_open(v->f.t.conn, &session, &cookie));
    snprintf(out, 4096, "%s", cn_buf_text(&cookie));
    cn_buf_free(&cookie);
}

static void begin(visit *v)
{
    canon_redirect *r = NULL;

    assert_ok(&v->f.t, canon_github_begin(v->f.t.conn, v->session, &r));
    snprintf(v->url, sizeof(v->url), "%s", r->url);
    snprintf(v->cookie, sizeof(v->cookie), "%s", r->cookie.value);
    snprintf(v->state, sizeof(v->state), "%s", fake_param(r->url, "state"));
    canon_redirect_free(r);
    v->answer = (canon_login_answer){.size = sizeof(v->answer),
                                     .state = v->state,
                                     .code = "c",
                                     .cookie = v->cookie};
}

static void start(visit *v, size_t which)
{
    fake_start(&v->f, which, NULL);
    open_session(v, "auth0|ada", v->session);
    begin(v);
}

static int finish(visit *v)
{
    return canon_github_finish(v->f.t.conn, v->session, &v->answer, &v->reason,
                               v->cookies, &v->count);
}

static void has_link(visit *v, const char *cookie, const char *login)
{
    cn_session found;

    cr_assert(eq(int, cn_conn_begin(v->f.t.conn, CN_DB_READ), CANON_OK));
    assert_ok(&v->f.t, cn_session_find(v->f.t.conn, cookie, &found));
    cr_assert(eq(str, (char *)found.github_login, (char *)login));
    cr_assert(eq(int, *found.github_token != '\0', *login != '\0'));
    cr_assert(eq(int, cn_conn_end(v->f.t.conn, CANON_OK), CANON_OK));
}

DATABASE_TEST(github, is_linked_to_the_session)
{
    visit v;

    start(&v, *which);
    cr_assert(
        eq(int, strncmp(v.url, "https://github.com/login/oauth/authorize?", 41),
           0));
    cr_assert(eq(str, (char *)fake_param(v.url, "scope"), "repo"));
    cr_assert(eq(str, (char *)fake_param(v.url, "redirect_uri"),
                 "https://canon.example/auth/github/callback"));
    cr_assert(eq(sz, strlen(fake_param(v.url, "code_challenge")), 43));
    assert_ok(&v.f.t, finish(&v));
    cr_assert(eq(sz, v.count, 2));
    cr_assert(eq(i64, v.cookies[0].max_age_s, 0));
    cr_assert(eq(str, v.cookies[1].name, "__Host-canon_session"));
    {
        char fresh[4096];
        cn_session found;

        snprintf(fresh, sizeof(fresh), "%s", v.cookies[1].value);
        has_link(&v, fresh, "octocat");
        cr_assert(eq(int, cn_session_find(v.f.t.conn, v.session, &found),
                     CANON_ENOTFOUND),
                  "the session has a new id");
        assert_ok(&v.f.t, canon_github_remove(v.f.t.conn, fresh));
        cr_assert(ne(ptr, strstr(v.f.path, "/applications/gh/token"), NULL));
        cr_assert(ne(ptr, strstr(v.f.body, "gho_1"), NULL));
        has_link(&v, fresh, "");
        assert_ok(&v.f.t, canon_github_remove(v.f.t.conn, fresh));
    }
    fake_stop(&v.f);
}

DATABASE_TEST(threat, github_link_of_somebody_else)
{
    visit v;
    char other[4096];
    canon_redirect *r = NULL;

    start(&v, *which);
    cr_assert(
        eq(int, canon_github_begin(v.f.t.conn, "nonsense", &r), CANON_EAUTH));
    cr_assert(eq(int, canon_github_begin(v.f.t.conn, NULL, &r), CANON_EAUTH));
    open_session(&v, "auth0|eve", other);
    memcpy(v.session, other, sizeof(other));
    cr_assert(eq(int, finish(&v), CANON_EAUTH));
    cr_assert(eq(str, (char *)v.reason, "state_mismatch"));
    fake_stop(&v.f);
}

DATABASE_TEST(threat, github_state_of_another_tab_or_of_the_login)
{
    visit v;
    char first[4096];
    canon_login_order order = {.size = sizeof(order)};
    canon_redirect *r = NULL;

    start(&v, *which);
    memcpy(first, v.cookie, sizeof(first));
    begin(&v);
    v.answer.cookie = first;
    cr_assert(eq(int, finish(&v), CANON_EAUTH));
    cr_assert(eq(str, (char *)v.reason, "state_mismatch"));
    assert_ok(&v.f.t, canon_login_begin(v.f.t.conn, &order, &r));
    snprintf(v.state, sizeof(v.state), "%s", fake_param(r->url, "state"));
    v.answer.cookie = r->cookie.value;
    cr_assert(eq(int, finish(&v), CANON_EAUTH));
    cr_assert(eq(str, (char *)v.reason, "state_mismatch"));
    canon_redirect_free(r);
    begin(&v);
    assert_ok(&v.f.t, finish(&v));
    fake_stop(&v.f);
}

static const struct {
    const char *path;
    int status;
    const char *body;
    int rc;
    const char *reason;
    int code;
} troubles[] = {
    {"access_token", 200, "{\"error\":\"bad_verification_code\"}", 0,
     "no_token", CANON_EAUTH},
    {"access_token", 200, "{}", 0, "no_token", CANON_EAUTH},
    {"access_token", 500, "", 0, "github", CANON_EREMOTE},
    {"access_token", 200, "error=1", 0, "github", CANON_EREMOTE},
    {"access_token", 0, "", CANON_EREMOTE, "github", CANON_EREMOTE},
    {"/user", 401, "{}", 0, "github", CANON_EREMOTE},
    {"/user", 200, "{}", 0, "github", CANON_EREMOTE},
};

Test(github, names_what_went_wrong)
{
    visit v;

    start(&v, 0);
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        v.f.odd_path = troubles[i].path;
        v.f.odd_status = troubles[i].status;
        v.f.odd_body = troubles[i].body;
        v.f.odd_rc = troubles[i].rc;
        begin(&v);
        cr_assert(eq(int, finish(&v), troubles[i].code), "%zu", i);
        cr_assert(eq(str, (char *)v.reason, (char *)troubles[i].reason), "%zu",
                  i);
        cr_assert(eq(sz, v.count, 1));
    }
    has_link(&v, v.session, "");
    fake_stop(&v.f);
}

Test(github, does_not_mind_that_forgetting_fails_there)
{
    visit v;
    char fresh[4096];

    start(&v, 0);
    assert_ok(&v.f.t, finish(&v));
    snprintf(fresh, sizeof(fresh), "%s", v.cookies[1].value);
    v.f.odd_path = "/applications/";
    v.f.odd_status = 500;
    v.f.odd_rc = CANON_EREMOTE;
    assert_ok(&v.f.t, canon_github_remove(v.f.t.conn, fresh));
    has_link(&v, fresh, "");
    fake_stop(&v.f);
}

static int round_trip(void *user)
{
    visit *v = user;
    canon_conn *conn = NULL;
    canon_redirect *r = NULL;
    canon_error err;
    cn_session session = {.user_id = 1,
                          .org = "acme",
                          .org_id = "",
                          .github_login = "",
                          .github_name = "",
                          .github_email = "",
                          .github_picture = "",
                          .github_token = ""};
    cn_buf cookie = CN_BUF_INIT(4095);
    int rc = canon_connect(v->f.t.engine, &conn, &err);

    if (!rc)
        rc = cn_session_open(conn, &session, &cookie);
    if (!rc)
        rc = cn_buf_check(&cookie, &err);
    if (!rc)
        rc = canon_github_begin(conn, cn_buf_text(&cookie), &r);
    if (!rc) {
        snprintf(v->state, sizeof(v->state), "%s", fake_param(r->url, "state"));
        v->answer.cookie = r->cookie.value;
        rc = canon_github_finish(conn, cn_buf_text(&cookie), &v->answer,
                                 &v->reason, v->cookies, &v->count);
    }
    if (!rc)
        rc = canon_github_remove(conn, v->cookies[1].value);
    canon_redirect_free(r);
    cn_buf_free(&cookie);
    canon_disconnect(conn);
    fake_settle(&v->f);
    return rc;
}

Test(github, survives_every_failed_allocation)
{
    visit v;

    start(&v, 0);
    cr_assert(eq(int, round_trip(&v), CANON_OK));
    cr_assert(eq(int, round_trip(&v), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, round_trip, &v), 10));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, round_trip, &v), 10));
    fake_stop(&v.f);
}
