/*
 * The GitHub account of somebody who has signed in: linking it, and forgetting
 * it.
 */
#include "api.h"

#include "fail.h"

static const char app[] = "/app";

/* There is nothing to link, or nobody of ours to link it to. */
static bool is_off(const cn_call *c)
{
    return !canon_github_enabled(c->engine) || cn_call_is_operator(c) ||
           c->who.by == CANON_BY_HOST;
}

/* The session that the account belongs to; NULL: nobody has signed in. Rights
 * are not asked for, so they need not be fresh. */
static const char *session_of(cn_call *c)
{
    return c->who.by == CANON_BY_SESSION || c->stale
               ? cn_call_cookie(c, canon_session_cookie(c->engine))
               : NULL;
}

static int set_all(cn_call *c, const canon_cookie *cookies, size_t count)
{
    int rc = CANON_OK;

    for (size_t i = 0; i < count && !rc; i++)
        rc = cn_call_set_cookie(c, &cookies[i]);
    return rc;
}

int cn_github_login_get(cn_call *c)
{
    const char *session = session_of(c);
    canon_redirect *redirect = NULL;
    int rc;

    if (c->err.code || is_off(c))
        return c->err.code ? c->err.code : cn_reply_redirect(c, 302, app);
    if (!session)
        return cn_call_ask_for_login(c);
    rc = canon_github_begin(c->conn, session, &redirect);
    if (!rc)
        rc = cn_reply_begun(c, redirect);
    else if (rc != CANON_ENOMEM)
        rc = cn_reply_auth_error(c, app, "github");
    canon_redirect_free(redirect);
    return rc;
}

int cn_github_callback_get(cn_call *c)
{
    const char *session = session_of(c);
    canon_login_answer answer = {0};
    canon_cookie cookies[2];
    const char *reason = "github";
    cn_note note = {.event = "auth.github_connected"};
    size_t count = 0;
    char name[48];
    int rc = c->err.code;

    if (!rc && is_off(c))
        return cn_reply_redirect(c, 302, app);
    if (!rc && !session)
        return cn_reply_redirect(c, 302, "/auth/login");
    if (!rc)
        rc = cn_call_login_answer(c, &answer, name);
    if (rc)
        return rc;
    rc = canon_github_finish(c->conn, session, &answer, &reason, cookies,
                             &count);
    if (rc == CANON_ENOMEM)
        return rc;
    if (set_all(c, cookies, count))
        return c->err.code;
    if (rc)
        return cn_reply_auth_error(c, app, reason);
    cn_call_note(c, &note);
    return cn_reply_redirect(c, 302, app);
}

int cn_github_disconnect_get(cn_call *c)
{
    const char *session = session_of(c);
    cn_note note = {.event = "auth.github_disconnected"};
    int rc = c->err.code;

    if (!rc && session && (c->stale || *c->who.github_login)) {
        rc = canon_github_remove(c->conn, session);
        if (!rc)
            cn_call_note(c, &note);
    }
    return rc ? rc : cn_reply_redirect(c, 302, app);
}
