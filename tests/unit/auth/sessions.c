#include "sessions.h"

#include "login_test.h"

#include <string.h>

typedef struct fixture {
    test_engine t;
    cn_session session;
    cn_buf cookie;
} fixture;

static void start(fixture *f, size_t which)
{
    memset(f, 0, sizeof(*f));
    test_engine_start(&f->t, which);
    f->session.user_id = add_user(&f->t, "auth0|alice");
    f->session.org = "acme";
    f->session.given = 3;
    f->session.has_given = true;
    f->session.org_id = "org_acme";
    f->session.github_login = f->session.github_name = "";
    f->session.github_email = f->session.github_picture = "";
    f->session.github_token = "";
    f->cookie = (cn_buf)CN_BUF_INIT(4096);
    assert_ok(&f->t, cn_session_open(f->t.conn, &f->session, &f->cookie));
}

static void stop(fixture *f)
{
    cn_buf_free(&f->cookie);
    test_engine_stop(&f->t);
}

/* The code of looking for a cookie. */
static int find(fixture *f, const char *cookie)
{
    cn_session found;

    return cn_session_find(f->t.conn, cookie, &found);
}

DATABASE_TEST(sessions, know_what_they_were_opened_with)
{
    fixture f;
    cn_session found;

    start(&f, *which);
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_READ), CANON_OK));
    assert_ok(&f.t, cn_session_find(f.t.conn, cn_buf_text(&f.cookie), &found));
    cr_assert(eq(i64, found.user_id, f.session.user_id));
    cr_assert(eq(str, (char *)found.org, "acme"));
    cr_assert(eq(uint, found.given, 3));
    cr_assert(found.has_given);
    cr_assert(eq(str, (char *)found.org_id, "org_acme"));
    cr_assert(eq(str, (char *)found.github_token, ""));
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    stop(&f);
}

DATABASE_TEST(sessions, are_not_found_by_what_is_no_cookie)
{
    static const char *const bad[] = {
        "",
        "v1",
        "v1.1.",
        "v1.1.AAAA",
        "v1.2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "\xff\xfe",
        "v1.1.____________________________________________________"};
    fixture f;
    cn_buf longer = CN_BUF_INIT(100000);

    start(&f, *which);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert(eq(int, find(&f, bad[i]), CANON_ENOTFOUND), "%zu", i);
    for (int i = 0; i < 90000; i++)
        cn_buf_putc(&longer, 'A');
    cr_assert(eq(int, find(&f, cn_buf_text(&longer)), CANON_ENOTFOUND));
    cn_buf_free(&longer);
    stop(&f);
}

DATABASE_TEST(sessions, a_changed_cookie_is_none)
{
    fixture f;
    size_t i = 8;

    start(&f, *which);
    f.cookie.data[i] = f.cookie.data[i] == 'A' ? 'B' : 'A';
    cr_assert(eq(int, find(&f, cn_buf_text(&f.cookie)), CANON_ENOTFOUND));
    stop(&f);
}

DATABASE_TEST(sessions, end_after_fourteen_idle_days)
{
    fixture f;

    start(&f, *which);
    f.t.now_us += CN_SESSION_IDLE_US - 1;
    assert_ok(&f.t, find(&f, cn_buf_text(&f.cookie)));
    f.t.now_us += CN_SESSION_IDLE_US - 1;
    assert_ok(&f.t, find(&f, cn_buf_text(&f.cookie)));
    f.t.now_us += CN_SESSION_IDLE_US;
    cr_assert(eq(int, find(&f, cn_buf_text(&f.cookie)), CANON_ENOTFOUND));
    stop(&f);
}

DATABASE_TEST(sessions, end_after_thirty_days_whatever_happens)
{
    fixture f;

    start(&f, *which);
    for (int day = 0; day < 29; day++) {
        f.t.now_us += DAY;
        assert_ok(&f.t, find(&f, cn_buf_text(&f.cookie)));
    }
    f.t.now_us += DAY;
    cr_assert(eq(int, find(&f, cn_buf_text(&f.cookie)), CANON_ENOTFOUND));
    stop(&f);
}

DATABASE_TEST(threat, session_fixation_and_old_ids_after_a_change)
{
    fixture f;
    cn_buf fresh = CN_BUF_INIT(4096);
    cn_session found;

    start(&f, *which);
    f.session.github_login = "alice";
    f.session.github_token = "gho_1";
    f.t.now_us += 20 * DAY / 2;
    assert_ok(&f.t, cn_session_change(f.t.conn, cn_buf_text(&f.cookie),
                                      &f.session, &fresh));
    cr_assert(
        ne(str, (char *)cn_buf_text(&fresh), (char *)cn_buf_text(&f.cookie)));
    cr_assert(eq(int, find(&f, cn_buf_text(&f.cookie)), CANON_ENOTFOUND));
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_READ), CANON_OK));
    assert_ok(&f.t, cn_session_find(f.t.conn, cn_buf_text(&fresh), &found));
    cr_assert(eq(str, (char *)found.github_token, "gho_1"));
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    f.t.now_us += 13 * DAY;
    assert_ok(&f.t, find(&f, cn_buf_text(&fresh)));
    f.t.now_us += 7 * DAY;
    cr_assert(eq(int, find(&f, cn_buf_text(&fresh)), CANON_ENOTFOUND),
              "a change does not make it longer");
    cn_buf_reset(&fresh);
    cr_assert(eq(
        int,
        cn_session_change(f.t.conn, cn_buf_text(&f.cookie), &f.session, &fresh),
        CANON_ENOTFOUND));
    cn_buf_free(&fresh);
    stop(&f);
}

/* Give the session a linked account. */
static void link_account(fixture *f, const char *token)
{
    cn_buf fresh = CN_BUF_INIT(4096);

    f->session.github_login = "alice";
    f->session.github_token = token;
    assert_ok(&f->t, cn_session_change(f->t.conn, cn_buf_text(&f->cookie),
                                       &f->session, &fresh));
    cn_buf_free(&f->cookie);
    f->cookie = fresh;
}

DATABASE_TEST(sessions, forget_the_linked_account_once)
{
    fixture f;
    cn_session found;
    const char *token;

    start(&f, *which);
    link_account(&f, "gho_1");
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_WRITE), CANON_OK));
    assert_ok(&f.t,
              cn_session_unlink(f.t.conn, cn_buf_text(&f.cookie), &token));
    cr_assert(eq(str, (char *)token, "gho_1"));
    assert_ok(&f.t, cn_session_find(f.t.conn, cn_buf_text(&f.cookie), &found));
    cr_assert(eq(str, (char *)found.github_login, ""));
    cr_assert(eq(str, (char *)found.github_token, ""));
    cr_assert(eq(str, (char *)found.org_id, "org_acme"));
    assert_ok(&f.t,
              cn_session_unlink(f.t.conn, cn_buf_text(&f.cookie), &token));
    cr_assert(eq(str, (char *)token, ""));
    cr_assert(eq(int, cn_session_unlink(f.t.conn, "nonsense", &token),
                 CANON_ENOTFOUND));
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    stop(&f);
}

DATABASE_TEST(sessions, are_closed_for_good)
{
    fixture f;

    start(&f, *which);
    assert_ok(&f.t, cn_session_close(f.t.conn, cn_buf_text(&f.cookie)));
    cr_assert(eq(int, find(&f, cn_buf_text(&f.cookie)), CANON_ENOTFOUND));
    assert_ok(&f.t, cn_session_close(f.t.conn, cn_buf_text(&f.cookie)));
    assert_ok(&f.t, cn_session_close(f.t.conn, "nonsense"));
    stop(&f);
}

DATABASE_TEST(threat, stored_secrets_are_sealed)
{
    fixture f;
    cn_rows *rows = NULL;

    start(&f, *which);
    link_account(&f, "gho_secret_token");
    cr_assert(eq(int, cn_conn_begin(f.t.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int,
                 cn_db_query(f.t.conn->db,
                             "SELECT data FROM web_sessions"
                             " WHERE revoked_at IS NULL",
                             NULL, 0, &rows, &f.t.conn->err),
                 CANON_OK));
    cr_assert(eq(int, cn_rows_next(rows, &f.t.conn->err), 1));
    cr_assert(eq(ptr, strstr(cn_rows_text(rows, 0).ptr, "gho_"), NULL));
    cr_assert(cn_slice_starts(cn_rows_text(rows, 0), "v1.1."));
    cn_rows_free(rows);
    cr_assert(eq(int, cn_conn_end(f.t.conn, CANON_OK), CANON_OK));
    stop(&f);
}

/* On a connection of its own, which keeps no memory between calls. */
static int round_trip(void *user)
{
    fixture *f = user;
    canon_conn *conn = NULL;
    canon_error err;
    cn_buf cookie = CN_BUF_INIT(4096);
    cn_buf fresh = CN_BUF_INIT(4096);
    cn_session found;
    int rc = canon_connect(f->t.engine, &conn, &err);

    if (!rc)
        rc = cn_session_open(conn, &f->session, &cookie);
    if (!rc)
        rc = cn_buf_check(&cookie, &err);
    if (!rc)
        rc = cn_session_find(conn, cn_buf_text(&cookie), &found);
    if (!rc)
        rc = cn_session_change(conn, cn_buf_text(&cookie), &f->session, &fresh);
    if (!rc)
        rc = cn_buf_check(&fresh, &err);
    if (!rc)
        rc = cn_session_close(conn, cn_buf_text(&fresh));
    cn_buf_free(&cookie);
    cn_buf_free(&fresh);
    canon_disconnect(conn);
    return rc;
}

Test(sessions, survive_every_failed_allocation)
{
    fixture f;

    start(&f, 0);
    cr_assert(eq(int, round_trip(&f), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, round_trip, &f), 10));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, round_trip, &f), 10));
    stop(&f);
}
