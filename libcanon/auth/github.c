/*
 * The GitHub account of a signed-in user (OAuth of GitHub, with PKCE). Its
 * token is kept sealed with the session and never leaves the server.
 */
#include "auth_parts.h"
#include "date.h"
#include "fail.h"
#include "login.h"
#include "outside.h"
#include "sessions.h"
#include "state.h"

#define URL_LIMIT    ((size_t)8 * 1024)
#define FORM_LIMIT   ((size_t)16 * 1024)
#define COOKIE_LIMIT ((size_t)4 * 1024)
#define LARGEST      ((size_t)256 * 1024)
#define TOTAL_US     (10 * CN_US_SECOND)
#define LONGEST_CODE 4096
#define CALLBACK     "/auth/github/callback"
#define SCOPE        "repo"

int canon_github_enabled(const canon *c)
{
    return *canon_setting_text(c, "GITHUB_OAUTH_CLIENT_ID") &&
           *canon_setting_text(c, "GITHUB_OAUTH_CLIENT_SECRET");
}

static cn_client client_of(const canon *c)
{
    cn_client client = {canon_setting_text(c, "GITHUB_OAUTH_CLIENT_ID"),
                        canon_setting_text(c, "GITHUB_OAUTH_CLIENT_SECRET"),
                        false};

    return client;
}

static int check_enabled(canon_conn *conn)
{
    return canon_github_enabled(conn->engine)
               ? CANON_OK
               : cn_fail(&conn->err, CANON_EUNSUPPORTED,
                         "no GitHub client is configured");
}

/* An address of GitHub; NULL without memory. */
static const char *address(canon_conn *conn, const char *setting,
                           const char *path)
{
    cn_slice base = cn_str(canon_setting_text(conn->engine, setting));

    if (cn_slice_ends(base, "/"))
        base.len--;
    return cn_arena_printf(&conn->arena, "%.*s%s", (int)base.len, base.ptr,
                           path);
}

static int find_session(canon_conn *conn, const char *cookie, cn_session *out)
{
    int rc = cn_session_find(conn, cookie ? cookie : "", out);

    return rc == CANON_ENOTFOUND
               ? cn_fail(&conn->err, CANON_EAUTH, "nobody is signed in")
               : rc;
}

/* --- beginning --------------------------------------------------------------- */

static int begin(canon_conn *conn, const char *session, canon_redirect **out)
{
    cn_buf url = CN_BUF_INIT(URL_LIMIT);
    const cn_client client = client_of(conn->engine);
    const char *page =
        address(conn, "CANON_GITHUB_URL", "/login/oauth/authorize?");
    const char *back = cn_login_own_url(conn, CALLBACK);
    cn_session found;
    canon_cookie cookie;
    cn_state state = {.next = "", .org = ""};
    int rc = page && back ? check_enabled(conn) : cn_fail_memory(&conn->err);

    if (!rc)
        rc = find_session(conn, session, &found);
    if (!rc)
        rc = cn_state_new(conn, &state);
    if (!rc) {
        state.with = canon_setting_text(conn->engine, "CANON_GITHUB_URL");
        state.user_id = found.user_id;
        cn_buf_puts(&url, page);
        cn_form_add(&url, "client_id", client.id);
        cn_form_add(&url, "redirect_uri", back);
        cn_form_add(&url, "scope", SCOPE);
        cn_form_add(&url, "state", state.state);
        cn_form_add(&url, "code_challenge", state.challenge);
        cn_form_add(&url, "code_challenge_method", "S256");
        rc = cn_buf_check(&url, &conn->err);
    }
    if (!rc)
        rc = cn_state_cookie(conn, &state, &cookie);
    if (!rc)
        rc = cn_redirect_make(conn, cn_buf_text(&url), &cookie, out);
    cn_buf_free(&url);
    return rc;
}

int canon_github_begin(canon_conn *conn, const char *session,
                       canon_redirect **out)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    if (!rc)
        rc = begin(conn, session, out);
    return cn_conn_end(conn, rc);
}

/* --- ending ------------------------------------------------------------------ */

/* A link on its way. */
typedef struct link {
    const char *session; /* content of the cookie */
    const canon_login_answer *answer;
    const char *reason;
    cn_state state;
    cn_session found;
    const char *token;
    cn_buf cookie; /* of the session from now on */
} link;

/* The session that began it is the one that ends it. */
static int check_state(canon_conn *conn, link *l)
{
    int rc;

    l->reason = "github";
    rc = check_enabled(conn);
    if (!rc)
        rc = find_session(conn, l->session, &l->found);
    if (rc)
        return rc;
    rc = cn_state_open(conn,
                       canon_setting_text(conn->engine, "CANON_GITHUB_URL"),
                       l->answer->state, l->answer->cookie, &l->state);
    if (!rc && l->state.user_id != l->found.user_id)
        rc = cn_fail(&conn->err, CANON_EAUTH, "somebody else began it");
    if (rc == CANON_EAUTH)
        l->reason = "state_mismatch";
    return rc;
}

static int exchange(canon_conn *conn, link *l)
{
    const cn_client client = client_of(conn->engine);
    const char *url =
        address(conn, "CANON_GITHUB_URL", "/login/oauth/access_token");
    const char *back = cn_login_own_url(conn, CALLBACK);
    const char *code = l->answer->code ? l->answer->code : "";
    cn_buf form = CN_BUF_INIT(FORM_LIMIT);
    cn_oauth_answer answer;
    char word[41];
    int rc;

    if (!url || !back)
        return cn_fail_memory(&conn->err);
    l->reason = "no_token";
    if (!*code || strlen(code) > LONGEST_CODE)
        return cn_fail(&conn->err, CANON_EAUTH, "GitHub gave no code");
    cn_form_add(&form, "code", code);
    cn_form_add(&form, "redirect_uri", back);
    cn_form_add(&form, "code_verifier", l->state.verifier);
    rc = cn_oauth_post(conn, url, &client, &form, &answer);
    if (rc) {
        l->reason = "github";
        return rc;
    }
    l->token = cn_value_str(answer.json, "access_token", "");
    cn_auth_word(answer.error, word);
    /* GitHub says 200 and what went wrong */
    if (*word || !*l->token)
        return cn_fail(&conn->err, CANON_EAUTH, "GitHub gave no token: %s",
                       word);
    return CANON_OK;
}

/* Whose token it is. */
static int find_user(canon_conn *conn, link *l)
{
    const char *url = address(conn, "CANON_GITHUB_API_URL", "/user");
    const char *bearer = cn_arena_printf(&conn->arena, "token %s", l->token);
    const canon_header headers[] = {{"Accept", "application/vnd.github+json"},
                                    {"Authorization", bearer}};
    cn_http_call call = {.method = "GET",
                         .headers = headers,
                         .header_count = 2,
                         .total_us = TOTAL_US,
                         .max_bytes = LARGEST,
                         .tries = 2};
    const cn_value *user = NULL;
    cn_http_answer answer;
    int rc;

    if (!url || !bearer)
        return cn_fail_memory(&conn->err);
    l->reason = "github";
    rc = cn_auth_ask(conn, url, &call, &answer);
    if (!rc && answer.status != 200)
        rc = cn_fail(&conn->err, CANON_EREMOTE, "GitHub answered %d",
                     answer.status);
    if (!rc)
        rc = cn_json_parse(&conn->arena, cn_buf_all(&answer.body), &user, NULL,
                           &conn->err);
    cn_http_answer_free(&answer);
    if (rc)
        return rc;
    l->found.github_login = cn_value_str(user, "login", "");
    l->found.github_name = cn_value_str(user, "name", "");
    l->found.github_email = cn_value_str(user, "email", "");
    l->found.github_picture = cn_value_str(user, "avatar_url", "");
    l->found.github_token = l->token;
    return *l->found.github_login
               ? CANON_OK
               : cn_fail(&conn->err, CANON_EREMOTE, "GitHub named no user");
}

static int finish(canon_conn *conn, link *l)
{
    int rc = check_state(conn, l);

    if (!rc)
        rc = exchange(conn, l);
    if (!rc)
        rc = find_user(conn, l);
    if (!rc)
        rc = cn_session_change(conn, l->session, &l->found, &l->cookie);
    if (!rc)
        rc = cn_buf_check(&l->cookie, &conn->err);
    return rc;
}

int canon_github_finish(canon_conn *conn, const char *session,
                        const canon_login_answer *answer,
                        const char **reason_out, canon_cookie cookies_out[2],
                        size_t *count_out)
{
    link l = {.session = session,
              .answer = answer,
              .reason = "github",
              .cookie = CN_BUF_INIT(COOKIE_LIMIT)};
    bool named = cn_state_ok(answer->state);
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = finish(conn, &l);
    if (rc)
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "GitHub was not linked: %s", conn->err.text);
    *reason_out = l.reason;
    rc = cn_conn_end(conn, rc);
    /* what is allocated now stays until the next call has ended */
    memset(cookies_out, 0, 2 * sizeof(*cookies_out));
    if (named)
        cn_state_delete(conn->engine, answer->state, &cookies_out[0]);
    *count_out = named ? 1 : 0;
    if (!rc) {
        canon_cookie *own = &cookies_out[1];
        const char *name = canon_session_cookie(conn->engine);

        memcpy(own->name, name, strlen(name) + 1);
        own->path = "/";
        own->max_age_s = CN_SESSION_LIFE_US / CN_US_SECOND;
        own->value = cn_arena_copy(&conn->arena, cn_buf_all(&l.cookie));
        *count_out = 2;
        if (!own->value)
            rc = cn_fail_memory(&conn->err);
    }
    cn_auth_free(&l.cookie);
    return rc;
}

/* --- forgetting -------------------------------------------------------------- */

/* RFC 7009 in GitHub's words; best effort. */
static int tell_github(canon_conn *conn, const char *token)
{
    cn_client client = client_of(conn->engine);
    const char *path =
        cn_arena_printf(&conn->arena, "/applications/%s/token", client.id);
    const char *url = path ? address(conn, "CANON_GITHUB_API_URL", path) : NULL;
    cn_buf basic = CN_BUF_INIT(COOKIE_LIMIT);
    cn_buf body = CN_BUF_INIT(COOKIE_LIMIT);
    cn_json w = cn_json_to(&body);
    cn_http_answer answer;
    int rc = cn_client_basic(conn, &client, &basic);

    memset(&answer, 0, sizeof(answer));
    cn_json_object(&w, NULL);
    cn_json_str(&w, "access_token", token);
    cn_json_end_object(&w);
    if (!rc)
        rc = url ? cn_buf_check(&body, &conn->err) : CANON_ENOMEM;
    if (!rc) {
        const canon_header headers[] = {
            {"Accept", "application/vnd.github+json"},
            {"Content-Type", "application/json"},
            {"Authorization", cn_buf_text(&basic)}};
        cn_http_call call = {.method = "DELETE",
                             .headers = headers,
                             .header_count = 3,
                             .total_us = TOTAL_US,
                             .max_bytes = LARGEST,
                             .body = cn_buf_all(&body)};

        rc = cn_auth_ask(conn, url, &call, &answer);
    }
    if (!rc && answer.status >= 300)
        rc = cn_fail(&conn->err, CANON_EREMOTE, "GitHub answered %d",
                     answer.status);
    cn_http_answer_free(&answer);
    cn_auth_free(&basic);
    cn_auth_free(&body);
    return rc;
}

static int remove_link(canon_conn *conn, const char *session)
{
    const char *token = "";
    int rc = cn_session_unlink(conn, session ? session : "", &token);

    if (rc == CANON_ENOTFOUND)
        return cn_fail(&conn->err, CANON_EAUTH, "nobody is signed in");
    if (!rc && *token && canon_github_enabled(conn->engine) &&
        tell_github(conn, token)) {
        cn_log_write(&conn->log, CANON_LOG_INFO, "auth",
                     "GitHub was not told of a removed link: %s",
                     conn->err.text);
        cn_fail_clear(&conn->err);
    }
    return rc;
}

int canon_github_remove(canon_conn *conn, const char *session)
{
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = remove_link(conn, session);
    return cn_conn_end(conn, rc);
}
