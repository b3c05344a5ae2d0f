/*
 * Signing in with a browser: OpenID Connect, authorization code with PKCE.
 * Nothing that a browser brings is believed but what it was given itself.
 */
#include "login.h"

#include "accounts.h"
#include "auth_parts.h"
#include "check.h"
#include "date.h"
#include "escape.h"
#include "fail.h"
#include "mem.h"
#include "provider.h"
#include "refresh.h"
#include "sessions.h"
#include "state.h"
#include "url.h"

#define URL_LIMIT    ((size_t)8 * 1024)
#define FORM_LIMIT   ((size_t)16 * 1024)
#define COOKIE_LIMIT ((size_t)4 * 1024)
#define LONGEST_CODE 4096

/* A result and the memory of its texts. */
typedef struct redirect_result {
    canon_redirect redirect; /* first: what the caller holds */
    cn_arena arena;
} redirect_result;

typedef struct login_result {
    canon_login login; /* first: what the caller holds */
    cn_arena arena;
} login_result;

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* PLATFORM_URL without a slash at its end, and a path. */
const char *cn_login_own_url(canon_conn *conn, const char *path)
{
    cn_slice base = cn_str(canon_setting_text(conn->engine, "PLATFORM_URL"));

    if (cn_slice_ends(base, "/"))
        base.len--;
    return cn_arena_printf(&conn->arena, "%.*s%s", (int)base.len, base.ptr,
                           path);
}

/* --- beginning --------------------------------------------------------------- */

int cn_redirect_make(canon_conn *conn, const char *url,
                     const canon_cookie *cookie, canon_redirect **out)
{
    redirect_result *result = cn_calloc(1, sizeof(*result));

    *out = NULL;
    if (!result)
        return cn_fail_memory(&conn->err);
    result->redirect.cookie = *cookie;
    result->redirect.cookie.path = "/";
    result->redirect.cookie.value = cn_arena_str(&result->arena, cookie->value);
    result->redirect.url = cn_arena_str(&result->arena, url);
    *out = &result->redirect;
    if (!result->redirect.cookie.value || !result->redirect.url) {
        canon_redirect_free(*out);
        *out = NULL;
        return cn_fail_memory(&conn->err);
    }
    return CANON_OK;
}

void canon_redirect_free(canon_redirect *redirect)
{
    redirect_result *result = (redirect_result *)redirect;

    if (!result)
        return;
    cn_arena_free(&result->arena);
    cn_free(result);
}

static bool is_connection(const char *name)
{
    static const char *const known[] = {"github", "google-oauth2", "email"};

    for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i], name) == 0)
            return true;
    }
    return false;
}

const char *cn_login_org_id(canon_conn *conn, const char *org)
{
    const char *id = "";
    canon_error before = conn->err;

    if (!org || !cn_slug_ok(cn_str(org)) ||
        !canon_setting_int(conn->engine, "AUTH0_ORGS_ENABLED"))
        return "";
    if (cn_account_org_id(conn, org, &id)) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "an organisation was not looked up: %s", conn->err.text);
        conn->err = before;
        return "";
    }
    return id;
}

static int write_url(canon_conn *conn, const cn_provider *p,
                     const canon_login_order *order, const cn_state *state,
                     cn_buf *url)
{
    const char *org_id = cn_login_org_id(conn, order->org);
    const char *back = cn_login_own_url(conn, "/auth/callback");

    if (!back)
        return cn_fail_memory(&conn->err);
    cn_buf_puts(url, p->at.authorize);
    if (!strchr(p->at.authorize, '?'))
        cn_buf_putc(url, '?');
    cn_form_add(url, "response_type", "code");
    cn_form_add(url, "client_id", p->client.id);
    cn_form_add(url, "redirect_uri", back);
    cn_form_add(url, "scope", p->scopes);
    cn_form_add(url, "state", state->state);
    cn_form_add(url, "nonce", state->nonce);
    cn_form_add(url, "code_challenge", state->challenge);
    cn_form_add(url, "code_challenge_method", "S256");
    if (*p->audience)
        cn_form_add(url, "audience", p->audience);
    if (*org_id)
        cn_form_add(url, "organization", org_id);
    if (is_connection(order->connection))
        cn_form_add(url, "connection", order->connection);
    return cn_buf_check(url, &conn->err);
}

static int begin(canon_conn *conn, const canon_login_order *order,
                 canon_redirect **out)
{
    cn_buf url = CN_BUF_INIT(URL_LIMIT);
    canon_cookie cookie;
    cn_state state = {0};
    cn_provider p;
    int rc = cn_provider_get(conn, &p);

    if (!rc)
        rc = cn_state_new(conn, &state);
    if (!rc) {
        state.with = p.at.issuer;
        state.next = order->next && cn_url_next_ok(cn_str(order->next))
                         ? order->next
                         : "";
        state.org =
            order->org && cn_slug_ok(cn_str(order->org)) ? order->org : "";
        rc = write_url(conn, &p, order, &state, &url);
    }
    if (!rc)
        rc = cn_state_cookie(conn, &state, &cookie);
    if (!rc)
        rc = cn_redirect_make(conn, cn_buf_text(&url), &cookie, out);
    cn_buf_free(&url);
    return rc;
}

int canon_login_begin(canon_conn *conn, const canon_login_order *order,
                      canon_redirect **out)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    if (!rc)
        rc = begin(conn, order, out);
    return cn_conn_end(conn, rc);
}

/* --- ending ------------------------------------------------------------------ */

/* A login on its way to a session. */
typedef struct arrival {
    const canon_login_answer *answer;
    const char *reason;
    cn_provider provider;
    cn_state state;
    cn_oauth_answer tokens;
    cn_claims id;     /* of the ID token */
    cn_claims access; /* of the access token */
    cn_person person;
    cn_account account;
    cn_session session;
} arrival;

/* The provider's own error, as one of the words a browser may see. */
static const char *error_word(const char *error)
{
    static const char *const known[] = {"access_denied", "login_required",
                                        "server_error"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i], error) == 0)
            return known[i];
    }
    return "other";
}

/* Is the answer of the provider that was asked (RFC 9207)? One that always
 * names itself has not sent an answer without its name. */
static int check_issuer(canon_conn *conn, const arrival *a)
{
    const char *iss = a->answer->iss;

    if (iss ? strcmp(iss, a->provider.at.issuer) != 0
            : a->provider.at.names_iss)
        return cn_fail(&conn->err, CANON_EAUTH,
                       iss ? "the answer is of another provider"
                           : "the answer does not name the provider");
    return CANON_OK;
}

/* Does the answer belong to a login of this browser? */
static int check_state(canon_conn *conn, arrival *a)
{
    const canon_login_answer *in = a->answer;
    char word[41];
    int rc;

    if (in->error && *in->error) {
        a->reason = error_word(in->error);
        cn_auth_word(in->error, word);
        return cn_fail(&conn->err, CANON_EAUTH,
                       "the provider refused the login: %s", word);
    }
    a->reason = "state_mismatch";
    rc = cn_state_open(conn, a->provider.at.issuer, in->state, in->cookie,
                       &a->state);
    if (!rc)
        rc = check_issuer(conn, a);
    if (rc && rc != CANON_EAUTH)
        a->reason = "server_error";
    return rc;
}

static int exchange(canon_conn *conn, arrival *a)
{
    cn_buf form = CN_BUF_INIT(FORM_LIMIT);
    const char *code = or_empty(a->answer->code);
    const char *back = cn_login_own_url(conn, "/auth/callback");
    char word[41];
    int rc;

    a->reason = "server_error";
    if (!*code || strlen(code) > LONGEST_CODE)
        return cn_fail(&conn->err, CANON_EAUTH, "there is no code");
    if (!back)
        return cn_fail_memory(&conn->err);
    cn_form_add(&form, "grant_type", "authorization_code");
    cn_form_add(&form, "code", code);
    cn_form_add(&form, "redirect_uri", back);
    cn_form_add(&form, "code_verifier", a->state.verifier);
    rc = cn_oauth_post(conn, a->provider.at.token, &a->provider.client, &form,
                       &a->tokens);
    if (!rc && *a->tokens.error) {
        cn_auth_word(a->tokens.error, word);
        rc = cn_fail(&conn->err, CANON_EAUTH,
                     "the provider refused the code: %s", word);
    }
    return rc;
}

/* Who it is, from both tokens; they must speak of the same person. */
static int check_tokens(canon_conn *conn, arrival *a)
{
    const cn_value *json = a->tokens.json;
    int rc = cn_provider_check_id(conn, &a->provider, &a->provider.client,
                                  a->state.nonce,
                                  cn_value_str(json, "id_token", ""), &a->id);

    if (!rc)
        rc = cn_provider_check(conn, &a->provider,
                               cn_value_str(json, "access_token", ""),
                               &a->access);
    if (!rc && strcmp(a->id.sub, a->access.sub) != 0)
        rc = cn_fail(&conn->err, CANON_EAUTH,
                     "the two tokens are of different people");
    if (rc)
        return rc;
    cn_refresh_person(&a->access, &a->person);
    if (*a->id.email)
        a->person.email = a->id.email;
    if (*a->id.name)
        a->person.name = a->id.name;
    if (*a->id.picture)
        a->person.picture = a->id.picture;
    if (!*a->person.org_id)
        a->person.org_id = a->id.org_id;
    return CANON_OK;
}

static int find_account(canon_conn *conn, arrival *a)
{
    int rc;

    a->reason = "user_creation_failed";
    rc = cn_account_arrive(conn, &a->person, a->state.org, &a->account);
    if (!rc && !a->account.active) {
        a->reason = "access_denied";
        rc = cn_fail(&conn->err, CANON_EDENIED, "the account is switched off");
    }
    return rc;
}

/* A provider that knows the GitHub account may say so in the ID token; the
 * names are not dotted paths, so the members are looked through. */
static const cn_value *github_claim(const cn_value *claims)
{
    static const char *const names[] = {"https://canonhq.co/github",
                                        "https://specwright.dev/github"};

    for (size_t n = 0; n < 2; n++) {
        for (size_t i = 0; i < claims->count; i++) {
            if (cn_slice_is(claims->members[i].key, names[n]))
                return &claims->members[i].value;
        }
    }
    return NULL;
}

static int fill_session(canon_conn *conn, arrival *a)
{
    const cn_value *claims = NULL;
    const cn_value *github;
    cn_session *s = &a->session;
    int rc =
        cn_json_parse(&conn->arena, a->id.payload, &claims, NULL, &conn->err);

    if (rc)
        return rc;
    github = github_claim(claims);
    s->user_id = a->account.user_id;
    s->org = a->account.org;
    s->given = a->person.permissions;
    s->has_given = a->person.has_permissions;
    s->org_id = a->person.org_id;
    s->github_login = cn_value_str(github, "login", "");
    s->github_name = cn_value_str(github, "name", "");
    s->github_email = cn_value_str(github, "email", "");
    s->github_picture = cn_value_str(github, "avatar_url", "");
    s->github_token = cn_value_str(github, "token", "");
    if (!*s->github_login || !*s->github_token)
        s->github_login = s->github_token = "";
    return CANON_OK;
}

/* Without a record the login holds, but is not refreshed. */
static bool keep_refresh(canon_conn *conn, const arrival *a, const char *token)
{
    const char *device = or_empty(a->answer->device);
    canon_error before = conn->err;

    if (strcmp(device, CN_REFRESH_DEVICE) == 0)
        device = "browser"; /* the label has a meaning */
    if (!cn_refresh_keep(conn, &a->account, device, token))
        return true;
    cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                 "the refresh token was not kept: %s", conn->err.text);
    conn->err = before;
    return false;
}

static void set_cookie(canon_cookie *cookie, const char *name,
                       const char *value, const char *path)
{
    size_t len = strlen(name);

    memcpy(cookie->name, name, len + 1);
    cookie->value = value;
    cookie->path = path;
}

/* The session and everything the caller gets. */
static int open_session(canon_conn *conn, arrival *a, login_result *result)
{
    canon_login *login = &result->login;
    cn_buf cookie = CN_BUF_INIT(COOKIE_LIMIT);
    const char *token = cn_value_str(a->tokens.json, "refresh_token", "");
    int rc = cn_session_open(conn, &a->session, &cookie);

    if (!rc)
        rc = cn_buf_check(&cookie, &conn->err);
    if (!rc) {
        login->org = cn_arena_str(&result->arena, a->account.org);
        login->next = cn_arena_str(&result->arena, a->state.next);
        login->sub = cn_arena_str(&result->arena, a->account.sub);
        login->first = a->account.first;
        set_cookie(&login->session, canon_session_cookie(conn->engine),
                   cn_arena_copy(&result->arena, cn_buf_all(&cookie)), "/");
        login->session.max_age_s = CN_SESSION_LIFE_US / CN_US_SECOND;
        set_cookie(&login->refresh, "", "", "/auth");
        if (*token && keep_refresh(conn, a, token)) {
            set_cookie(&login->refresh, CANON_REFRESH_COOKIE,
                       cn_arena_str(&result->arena, token), "/auth");
            login->refresh.max_age_s = CN_REFRESH_LIFE_S;
        }
        cn_state_delete(conn->engine, a->state.state, &login->state);
        if (!login->org || !login->next || !login->sub ||
            !login->session.value || !login->refresh.value)
            rc = cn_fail_memory(&conn->err);
    }
    cn_auth_free(&cookie);
    return rc;
}

/* The browser forgets the session it had, so nobody else is to have it. */
static void close_former(canon_conn *conn, const canon_login_answer *in)
{
    canon_error before = conn->err;

    if (in->size < sizeof(*in) || !in->session)
        return;
    if (cn_session_close(conn, in->session)) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "a former session stays open: %s", conn->err.text);
        conn->err = before;
    }
}

static int finish(canon_conn *conn, arrival *a, login_result *result)
{
    int rc = cn_provider_get(conn, &a->provider);

    if (!rc)
        rc = check_state(conn, a);
    if (!rc)
        rc = exchange(conn, a);
    if (!rc)
        rc = check_tokens(conn, a);
    if (!rc)
        rc = find_account(conn, a);
    if (!rc) {
        a->reason = "server_error";
        rc = fill_session(conn, a);
    }
    if (!rc)
        rc = open_session(conn, a, result);
    if (!rc)
        close_former(conn, a->answer);
    return rc;
}

int canon_login_finish(canon_conn *conn, const canon_login_answer *answer,
                       const char **reason_out, canon_login **out)
{
    arrival a = {.answer = answer, .reason = "server_error"};
    login_result *result;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    *out = NULL;
    *reason_out = a.reason;
    result = rc ? NULL : cn_calloc(1, sizeof(*result));
    if (!rc && !result)
        rc = cn_fail_memory(&conn->err);
    if (!rc) {
        cn_arena_guard(&result->arena);
        rc = finish(conn, &a, result);
        *reason_out = a.reason;
    }
    if (rc && result) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth", "login failed: %s",
                     conn->err.text);
        canon_login_free(&result->login);
        result = NULL;
    }
    if (result)
        *out = &result->login;
    return cn_conn_end(conn, rc);
}

void canon_login_free(canon_login *login)
{
    login_result *result = (login_result *)login;

    if (!result)
        return;
    cn_arena_free(&result->arena);
    cn_free(result);
}

/* --- logging out --------------------------------------------------------------- */

/* The provider's logout, with us as the place to come back to. */
static int logout_url(canon_conn *conn, cn_buf *url)
{
    const char *back = cn_login_own_url(conn, "");
    cn_provider p;
    int rc = cn_provider_get(conn, &p);

    if (rc)
        return rc;
    if (!back)
        return cn_fail_memory(&conn->err);
    if (!*p.at.logout)
        return CANON_EREMOTE;
    cn_buf_puts(url, p.at.logout);
    if (!strchr(p.at.logout, '?'))
        cn_buf_putc(url, '?');
    cn_form_add(url, "client_id", p.client.id);
    cn_form_add(url, p.auth0 ? "returnTo" : "post_logout_redirect_uri", back);
    return cn_buf_check(url, &conn->err);
}

static int write_logout(canon_conn *conn, canon_buf *url_out)
{
    cn_buf url;
    int rc;

    cn_buf_adopt(&url, url_out, URL_LIMIT);
    rc = logout_url(conn, &url);
    if (rc && rc != CANON_ENOMEM) {
        cn_buf_reset(&url);
        cn_buf_puts(&url,
                    rc == CANON_EUNSUPPORTED ? "/" : "/?partial_logout=1");
        rc = CANON_OK;
    }
    if (rc) {
        cn_buf_free(&url);
        return rc;
    }
    return cn_buf_export(&url, url_out, &conn->err);
}

/* What is left of a login at our side; one failure does not keep the rest. */
static int end_login(canon_conn *conn, const char *session,
                     const char *refresh_token)
{
    canon_error first;
    int rc = CANON_OK;
    int also = CANON_OK;

    if (session && *session)
        rc = cn_session_close(conn, session);
    first = conn->err;
    if (refresh_token && *refresh_token)
        also = canon_tokens_revoke(conn, refresh_token);
    if (rc)
        conn->err = first;
    return rc ? rc : also;
}

int canon_logout(canon_conn *conn, const char *session,
                 const char *refresh_token, canon_buf *url_out)
{
    canon_error before;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);
    int written;

    if (!rc)
        rc = end_login(conn, session, refresh_token);
    before = conn->err;
    written = write_logout(conn, url_out);
    if (rc && !written)
        conn->err = before;
    return cn_conn_end(conn, written ? written : rc);
}
