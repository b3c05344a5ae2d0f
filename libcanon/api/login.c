/*
 * A browser signs in and out: to the identity provider, back from it, and away.
 */
#include "api.h"

#include "canon/settings.h"

#include "escape.h"
#include "fail.h"

#include <stdio.h>
#include <string.h>

#define ORG_MAX    100
#define STATE_HEAD 8 /* characters of the state in the name of its cookie */
#define STATES_MAX 5 /* logins under way in a browser */
#define AGENT_MAX  80

/* --- to the provider ---------------------------------------------------- */

/* A name that an organisation could have. */
static bool is_org_text(const char *text)
{
    for (; *text; text++)
        if (!cn_is_alpha(*text) && !cn_is_digit(*text) && *text != '.' &&
            *text != '_' && *text != '-')
            return false;
    return true;
}

/* The wished organisation; a violation is recorded. */
static const char *wished_org(cn_call *c)
{
    const char *org = cn_call_query(c, "org", ORG_MAX);
    cn_violation v = {.type = "value_error",
                      .msg = "Value error, only letters, digits, '.', '_' and "
                             "'-' are allowed",
                      .where = "query",
                      .name = "org",
                      .input = org};

    if (!is_org_text(org))
        cn_call_violation(c, &v);
    return org;
}

/* Where to go afterwards: what the page says, else what was remembered. */
static int wished_next(cn_call *c, const char **out)
{
    const char *cookie;
    const char *next = cn_call_query_some(c, "next");

    *out = next;
    if (c->err.code || (next && canon_next_ok(next)))
        return c->err.code;
    *out = NULL;
    cookie = cn_call_cookie(c, canon_next_cookie(c->engine));
    if (!cookie)
        return c->err.code;
    if (canon_next_recall(c->conn, cookie, &next) == CANON_ENOMEM)
        return cn_fail_memory(&c->err);
    *out = cn_arena_str(&c->arena, next);
    return next && !*out ? cn_fail_memory(&c->err) : CANON_OK;
}

/* How much of a state stands in a text from a place on. */
static size_t state_len(cn_slice text, size_t at)
{
    size_t len = 0;

    for (; at + len < text.len && len < STATE_HEAD; len++) {
        char ch = text.ptr[at + len];

        if (!cn_is_alpha(ch) && !cn_is_digit(ch) && ch != '-' && ch != '_')
            break;
    }
    return len;
}

/* Delete the first `surplus` cookies of logins under way, and count all. */
static int drop_states(cn_call *c, cn_slice header, size_t *surplus,
                       size_t *count)
{
    const char *prefix = canon_login_cookie_prefix(c->engine);
    canon_cookie cookie = {.path = "/"};
    int rc = CANON_OK;

    while (header.ptr && !rc) {
        cn_slice value = cn_slice_cut(&header, ';');
        cn_slice name = cn_slice_trim(cn_slice_cut(&value, '='));

        if (!cn_slice_starts(name, prefix) ||
            state_len(name, strlen(prefix)) != STATE_HEAD ||
            name.len != strlen(prefix) + STATE_HEAD)
            continue;
        ++*count;
        if (*surplus == 0)
            continue;
        --*surplus;
        (void)snprintf(cookie.name, sizeof(cookie.name), "%.*s", (int)name.len,
                       name.ptr);
        rc = cn_call_set_cookie(c, &cookie);
    }
    return rc;
}

static int walk_states(cn_call *c, size_t surplus, size_t *count)
{
    int rc = CANON_OK;

    for (size_t i = 0; i < c->request.header_count && !rc; i++) {
        const canon_header *header = &c->request.headers[i];

        if (cn_slice_is_nocase(cn_str(header->name), "Cookie"))
            rc = drop_states(c, cn_str(header->value), &surplus, count);
    }
    return rc;
}

/* Make room for one more login under way; browsers send the oldest first. */
static int make_room(cn_call *c)
{
    size_t count = 0;
    size_t again = 0;
    int rc = walk_states(c, 0, &count);

    if (rc || count < STATES_MAX)
        return rc;
    return walk_states(c, count - STATES_MAX + 1, &again);
}

/* Send the browser away with the state that it must bring back. */
int cn_reply_begun(cn_call *c, const canon_redirect *redirect)
{
    int rc = make_room(c);

    if (!rc && redirect->cookie.name[0])
        rc = cn_call_set_cookie(c, &redirect->cookie);
    if (!rc)
        rc = cn_reply_redirect(c, 302, cn_arena_str(&c->arena, redirect->url));
    return rc;
}

int cn_login_get(cn_call *c)
{
    canon_login_order order = {.size = sizeof(order)};
    canon_redirect *redirect = NULL;
    int rc;

    if (canon_local_mode(c->engine))
        return cn_reply_redirect(c, 302, "/");
    order.org = wished_org(c);
    order.connection = cn_call_query_some(c, "connection");
    rc = wished_next(c, &order.next);
    if (!rc)
        rc = cn_call_checked(c);
    if (rc)
        return rc;
    rc = canon_login_begin(c->conn, &order, &redirect);
    if (!rc && cn_call_has_cookie(c, canon_next_cookie(c->engine)))
        rc = cn_call_delete_cookie(c, canon_next_cookie(c->engine), "/");
    if (!rc)
        rc = cn_reply_begun(c, redirect);
    else if (rc == CANON_EUNSUPPORTED)
        rc = cn_reply_redirect(c, 302, "/");
    else if (rc == CANON_EREMOTE || rc == CANON_ETOOBIG || rc == CANON_EBUSY)
        rc = cn_reply_detail(c, 503, "Auth provider unavailable");
    canon_redirect_free(redirect);
    return rc;
}

/* --- back from it ------------------------------------------------------- */

/* The name of the cookie that belongs to a state; false: there can be none. */
static bool state_cookie(const cn_call *c, const char *state, char *out,
                         size_t cap)
{
    const char *prefix = canon_login_cookie_prefix(c->engine);
    size_t len = state_len(cn_str(state), 0);

    (void)snprintf(out, cap, "%s%.*s", prefix, (int)len, state ? state : "");
    return len == STATE_HEAD;
}

/* A short name of the browser for the list of sessions. */
static const char *device_label(cn_call *c)
{
    cn_slice agent = cn_str(cn_call_header(c, "User-Agent"));

    return cn_arena_copy(&c->arena, cn_slice_first(agent, AGENT_MAX));
}

int cn_call_login_answer(cn_call *c, canon_login_answer *out, char name[48])
{
    out->size = sizeof(*out);
    out->state = cn_call_query_some(c, "state");
    out->code = cn_call_query_some(c, "code");
    out->error = cn_call_query_some(c, "error");
    out->iss = cn_call_query_some(c, "iss");
    out->device = device_label(c);
    if (state_cookie(c, out->state, name, 48))
        out->cookie = cn_call_cookie(c, name);
    return out->device ? c->err.code : cn_fail_memory(&c->err);
}

int cn_reply_auth_error(cn_call *c, const char *page, const char *reason)
{
    const char *to =
        cn_arena_printf(&c->arena, "%s?auth_error=%s", page, reason);

    return cn_reply_redirect(c, 302, to);
}

/* A failed login leaves nothing behind but the reason. */
static int refuse_login(cn_call *c, const char *reason, const char *cookie)
{
    const char *detail =
        cn_arena_printf(&c->arena, "{\"reason\":\"%s\"}", reason);
    cn_note note = {.event = "auth.login_failed", .detail = detail};
    int rc = detail ? CANON_OK : cn_fail_memory(&c->err);

    if (!rc && cookie)
        rc = cn_call_delete_cookie(c, cookie, "/");
    if (rc)
        return rc;
    cn_call_note(c, &note);
    return cn_reply_auth_error(c, "/", reason);
}

/* Into the application. */
static const char *landing_of(cn_call *c, const canon_login *login)
{
    cn_buf to = CN_BUF_INIT(8 * CN_TARGET_MAX);
    const char *org = login->org;
    const char *copy = NULL;

    /* with one tenant "" stands for all organisations there are */
    if (!*org && !canon_setting_int(c->engine, "AUTH0_ORGS_ENABLED"))
        org = canon_setting_text(c->engine, "WEB_ORG");
    if (*login->next && !login->first)
        return cn_arena_str(&c->arena, login->next);
    cn_buf_puts(&to, "/app");
    if (*org) {
        cn_buf_putc(&to, '/');
        cn_url_escape(&to, cn_str(org));
        cn_buf_puts(&to, login->first ? "/welcome" : "/");
    }
    if (!to.rc)
        copy = cn_arena_str(&c->arena, cn_buf_text(&to));
    cn_buf_free(&to);
    return copy;
}

static int reply_login(cn_call *c, const canon_login *login)
{
    const canon_cookie *const cookies[] = {&login->session, &login->refresh,
                                           &login->state};
    cn_note note = {
        .event = "auth.login", .sub = login->sub, .org = login->org};
    int rc = CANON_OK;

    for (size_t i = 0; i < 3 && !rc; i++)
        if (cookies[i]->name[0])
            rc = cn_call_set_cookie(c, cookies[i]);
    if (!rc)
        rc = cn_reply_redirect(c, 302, landing_of(c, login));
    if (rc == CN_ANSWERED)
        cn_call_note(c, &note);
    return rc;
}

/* Nobody gets to know a session that was opened in vain. */
static void undo_login(cn_call *c, const canon_login *login)
{
    canon_buf url = CANON_BUF_INIT;

    if (canon_logout(c->conn, login->session.value, login->refresh.value, &url))
        canon_log(c->conn, CANON_LOG_WARN, "api",
                  "a session that nobody knows stays open: %s",
                  canon_last_error(c->conn)->text);
    canon_buf_free(&url);
}

int cn_login_callback_get(cn_call *c)
{
    canon_login_answer answer = {0};
    canon_login *login = NULL;
    const char *reason = "other";
    char cookie[48];
    int rc;

    if (canon_local_mode(c->engine))
        return cn_reply_redirect(c, 302, "/");
    rc = cn_call_login_answer(c, &answer, cookie);
    if (rc)
        return rc;
    answer.session = cn_call_cookie(c, canon_session_cookie(c->engine));
    if (c->err.code)
        return c->err.code;
    rc = canon_login_finish(c->conn, &answer, &reason, &login);
    if (!rc) {
        rc = reply_login(c, login);
        if (rc < 0)
            undo_login(c, login);
    } else if (rc == CANON_EUNSUPPORTED) {
        rc = cn_reply_redirect(c, 302, "/");
    } else if (rc != CANON_ENOMEM) {
        rc = refuse_login(c, reason,
                          answer.cookie &&
                                  !cn_slice_is(cn_str(reason), "state_mismatch")
                              ? cookie
                              : NULL);
    }
    canon_login_free(login);
    return rc;
}

/* --- away --------------------------------------------------------------- */

/* Whoever wants to leave leaves, also while the database fails. */
static int sign_out(cn_call *c, const char *session, const char *refresh,
                    canon_buf *url)
{
    int rc = canon_logout(c->conn, session, refresh, url);

    if (rc == CANON_ENOMEM)
        return cn_fail_memory(&c->err);
    if (rc)
        canon_log(c->conn, CANON_LOG_WARN, "api",
                  "a session or refresh token stays good after a logout: %s",
                  canon_last_error(c->conn)->text);
    return CANON_OK;
}

int cn_logout_get(cn_call *c)
{
    const char *name = canon_session_cookie(c->engine);
    const char *session = cn_call_cookie(c, name);
    const char *refresh = cn_call_cookie(c, CANON_REFRESH_COOKIE);
    canon_buf url = CANON_BUF_INIT;
    cn_note note = {.event = "auth.logout"};
    int rc = c->err.code;

    if (!rc)
        rc = sign_out(c, session, refresh, &url);
    if (!rc)
        rc = cn_call_delete_cookie(c, name, "/");
    if (!rc)
        rc = cn_call_delete_cookie(c, CANON_REFRESH_COOKIE, "/auth");
    if (!rc)
        rc = cn_reply_redirect(c, 302, cn_arena_str(&c->arena, url.data));
    if (rc == CN_ANSWERED && (session || refresh))
        cn_call_note(c, &note);
    canon_buf_free(&url);
    return rc;
}
