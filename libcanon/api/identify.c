/*
 * Who is calling: whom the host names, the operator of local mode, or the one
 * credential that the request carries. A bearer credential makes the session
 * count for nothing, also when it is wrong.
 */
#include "api.h"

#include "canon/settings.h"

#include "escape.h"
#include "fail.h"

#include <string.h>

static const char invalid_token[] =
    "Bearer realm=\"canon\", error=\"invalid_token\"";

bool cn_call_checks_bearer(const cn_call *c)
{
    unsigned access = cn_call_access(c);

    return c->bearer && !c->request.caller && !canon_local_mode(c->engine) &&
           (access == CN_CALLER || access == CN_ORG || access == CN_OPERATOR);
}

/* The host vouches for this caller. */
static void identify_caller(cn_call *c)
{
    const canon_caller *caller = c->request.caller;

    c->who.by = CANON_BY_HOST;
    c->who.sub = caller->sub;
    c->who.email = caller->email ? caller->email : "";
    c->who.name = caller->name ? caller->name : "";
    c->who.org = caller->org ? caller->org : "";
    c->who.permissions = caller->permissions & CANON_PERM_ALL;
}

/* Local mode: whoever reaches the server runs it. */
static void identify_operator(cn_call *c)
{
    c->who.by = CANON_BY_OPERATOR;
    c->who.sub = "anonymous";
    c->who.name = "Anonymous";
    c->who.permissions = CANON_PERM_ALL;
}

bool cn_call_is_browsing(const cn_call *c)
{
    return (c->match.route->access & CN_PAGE) && cn_call_is_reading(c) &&
           !cn_call_prefers_json(c) && !c->bearer;
}

/* Where the browser wanted to go, for the time after the login. What cannot be
 * remembered is no reason to refuse the login. */
static int remember_target(cn_call *c)
{
    const char *target = c->request.target;
    canon_cookie cookie;
    int rc;

    if (c->head || !cn_slice_starts(cn_str(target), "/app/"))
        return CANON_OK;
    rc = canon_next_remember(c->conn, target, &cookie);
    if (rc == CANON_ENOMEM)
        return cn_fail_memory(&c->err);
    return rc ? CANON_OK : cn_call_set_cookie(c, &cookie);
}

int cn_call_redirect_to_login(cn_call *c, const char *org)
{
    cn_buf to = CN_BUF_INIT(CN_TARGET_MAX);
    int rc = remember_target(c);

    cn_buf_puts(&to, "/auth/login");
    if (*org) {
        cn_buf_puts(&to, "?org=");
        cn_url_escape(&to, cn_str(org));
    }
    if (!rc)
        rc = cn_buf_check(&to, &c->err);
    if (!rc)
        rc = cn_reply_redirect(c, 302,
                               cn_arena_str(&c->arena, cn_buf_text(&to)));
    cn_buf_free(&to);
    return rc;
}

int cn_call_ask_for_login(cn_call *c)
{
    if (cn_call_is_browsing(c)) {
        cn_call_note_denied(c, "no_session", NULL, NULL);
        return cn_call_redirect_to_login(c, cn_call_param(c, "org"));
    }
    c->challenge = c->bearer ? invalid_token : "Bearer realm=\"canon\"";
    cn_call_note_denied(c, "unauthenticated", NULL, NULL);
    return cn_reply_detail(c, 401, "Authentication required");
}

/* How a refusal is told. */
static const struct refusal {
    int reason;
    int status;
    bool guess; /* counts as a wrong credential */
    const char *event;
    const char *text;
} refusals[] = {
    {CANON_AUTH_KEY_UNKNOWN, 401, true, "invalid_api_key", "Invalid API key"},
    {CANON_AUTH_KEY_REVOKED, 401, true, "revoked_api_key",
     "API key has been revoked"},
    {CANON_AUTH_KEY_EXPIRED, 401, true, "expired_api_key",
     "API key has expired"},
    {CANON_AUTH_KEY_LOST, 401, false, "api_key_unavailable",
     "API key auth not available"},
    {CANON_AUTH_TOKEN, 401, true, "invalid_jwt", "Invalid access token"},
    {CANON_AUTH_DEACTIVATED, 403, false, "deactivated_user",
     "Account has been deactivated"},
    {CANON_AUTH_PROVIDER, 503, false, NULL, "Auth provider unavailable"},
    {CANON_AUTH_STORE, 503, false, NULL,
     "Permission lookup temporarily unavailable"},
};

static int refuse(cn_call *c, int reason, int rc)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];

        if (r->reason != reason)
            continue;
        if (r->guess)
            cn_call_count_guess(c);
        if (r->event)
            cn_call_note_denied(c, r->event, NULL, NULL);
        if (r->status == 401)
            c->challenge = invalid_token;
        if (r->status == 403 && cn_call_is_browsing(c))
            return cn_reply_error_page(c, 403, r->text);
        return cn_reply_detail(c, r->status, r->text);
    }
    return rc;
}

/* What follows "Bearer ". */
static const char *bearer_of(cn_call *c)
{
    cn_slice text = cn_str(cn_call_header(c, "Authorization"));

    text = cn_slice_trim(cn_slice_from(text, sizeof("Bearer") - 1));
    return cn_arena_copy(&c->arena, text);
}

/* The one credential of the request. */
static int read_credentials(cn_call *c, canon_credentials *out)
{
    if (cn_call_checks_bearer(c)) {
        out->bearer = bearer_of(c);
        return out->bearer ? CANON_OK : cn_fail_memory(&c->err);
    }
    if (!c->bearer)
        out->session = cn_call_cookie(c, canon_session_cookie(c->engine));
    return c->err.code;
}

/* There is no session, or not any more: the browser may forget it. */
static int go_on_without(cn_call *c)
{
    const char *cookie = canon_session_cookie(c->engine);
    int rc = CANON_OK;

    if (!c->bearer && cn_call_has_cookie(c, cookie))
        rc = cn_call_delete_cookie(c, cookie, "/");
    if (rc || cn_call_access(c) == CN_VISITOR)
        return rc;
    return cn_call_ask_for_login(c);
}

/* The provider must say again what the session may do. Who only looks around
 * goes on as somebody without rights; the session stays. */
static int ask_to_renew(cn_call *c)
{
    c->stale = true;
    if (cn_call_access(c) == CN_VISITOR)
        return CANON_OK;
    cn_call_note_denied(c, "stale_session", NULL, NULL);
    if (cn_call_is_browsing(c))
        return cn_call_redirect_to_login(c, cn_call_param(c, "org"));
    c->challenge = invalid_token;
    return cn_reply_detail(c, 401,
                           "The session must be renewed: POST /auth/refresh "
                           "or sign in again");
}

static int identify_credentials(cn_call *c)
{
    canon_credentials credentials = CANON_CREDENTIALS_INIT;
    int reason = CANON_AUTH_NONE;
    int rc = read_credentials(c, &credentials);

    if (rc)
        return rc;
    if (!credentials.bearer && !credentials.session)
        return go_on_without(c);
    rc = canon_auth_identify(c->conn, &credentials, &reason, &c->own);
    if (!rc) {
        c->who = *c->own;
        return CANON_OK;
    }
    if (rc == CANON_ENOMEM)
        return rc;
    if (reason == CANON_AUTH_SESSION || reason == CANON_AUTH_NONE ||
        (reason == CANON_AUTH_DEACTIVATED && cn_call_access(c) == CN_VISITOR))
        return go_on_without(c);
    if (reason == CANON_AUTH_STALE)
        return ask_to_renew(c);
    if (c->match.route->access & CN_ANYHOW)
        return CANON_OK;
    if (rc == CANON_EUNSUPPORTED && reason == CANON_AUTH_PROVIDER)
        reason = CANON_AUTH_TOKEN; /* no provider, so no token of it */
    return refuse(c, reason, rc);
}

int cn_call_identify(cn_call *c)
{
    unsigned access = cn_call_access(c);

    if (c->request.caller) {
        if (!c->request.caller->sub)
            return cn_fail(&c->err, CANON_EINVAL, "a caller without sub");
        identify_caller(c);
        return CANON_OK;
    }
    if (canon_local_mode(c->engine)) {
        identify_operator(c);
        return CANON_OK;
    }
    if (access == CN_PUBLIC || access == CN_SIGNED || access == CN_REFRESH)
        return CANON_OK;
    return identify_credentials(c);
}
