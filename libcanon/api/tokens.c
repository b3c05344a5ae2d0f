/*
 * Tokens of the identity provider that pass through here: refreshing and
 * revoking them, and the device login of command-line programs.
 */
#include "api.h"

#include "canon/settings.h"

#include "fail.h"

#include <stdio.h>
#include <string.h>

#define TOKEN_MAX    8192 /* characters */
#define ORG_MAX      100
#define COOKIE_AGE_S 2592000

static const char invalid_token[] =
    "Bearer realm=\"canon\", error=\"invalid_token\"";

/* --- the refresh token -------------------------------------------------- */

/* A refresh token, and where it comes from. */
typedef struct refresh {
    const char *token; /* NULL: none */
    bool has_cookie;   /* one was sent, good or not */
    bool from_cookie;
} refresh;

/* Cookie, else body; both at once must say the same. */
static int read_refresh(cn_call *c, refresh *out)
{
    static const cn_text_rule rule = {"refresh_token", 1, TOKEN_MAX, false};
    const char *cookie = cn_call_cookie(c, CANON_REFRESH_COOKIE);
    const cn_value *body = NULL;
    const char *own;
    int rc = c->err.code;

    out->has_cookie = cn_call_has_cookie(c, CANON_REFRESH_COOKIE);
    if (!rc)
        rc = cn_call_model(c, false, &body);
    if (rc)
        return rc;
    own = cn_call_text(c, body, &rule);
    rc = cn_call_checked(c);
    if (!rc && cookie && own && strcmp(cookie, own) != 0)
        return cn_reply_detail(c, 400, "Conflicting refresh tokens");
    out->from_cookie = cookie != NULL;
    out->token = cookie ? cookie : own;
    return rc;
}

/* The browser may forget what is of no use. */
static int forget_refresh(cn_call *c, const refresh *from)
{
    return from->has_cookie
               ? cn_call_delete_cookie(c, CANON_REFRESH_COOKIE, "/auth")
               : CANON_OK;
}

static int refuse_refresh(cn_call *c, const refresh *from, const char *text)
{
    int rc = forget_refresh(c, from);

    c->challenge = from->token ? invalid_token : "Bearer realm=\"canon\"";
    return rc ? rc : cn_reply_detail(c, 401, text);
}

/* How a refresh that failed is told. */
static int reply_refused(cn_call *c, const refresh *from, int how, int rc)
{
    switch (how) {
    case CANON_REFRESH_UNKNOWN:
        return refuse_refresh(c, from, "Invalid or expired refresh token");
    case CANON_REFRESH_REFUSED:
        return refuse_refresh(c, from, "Refresh token rejected by provider");
    case CANON_REFRESH_LOST:
        return refuse_refresh(c, from,
                              "Concurrent refresh detected, please "
                              "re-authenticate");
    case CANON_REFRESH_RUNNING:
        return cn_reply_detail(c, 409, "Refresh already in progress");
    case CANON_REFRESH_PROVIDER:
        return cn_reply_detail(c, 502, "Auth provider unavailable");
    case CANON_REFRESH_STORE:
        return cn_reply_detail(c, 503, "Session management not available");
    default:
        return rc;
    }
}

/* A browser keeps the refresh token in its cookie, a program gets it. */
static int reply_tokens(cn_call *c, const refresh *from,
                        const canon_tokens *tokens)
{
    canon_cookie cookie = {.value = tokens->refresh_token,
                           .path = "/auth",
                           .max_age_s = COOKIE_AGE_S};
    cn_note note = {.event = "auth.token_refreshed"};
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc = CANON_OK;

    (void)snprintf(cookie.name, sizeof(cookie.name), "%s",
                   CANON_REFRESH_COOKIE);
    cn_json_object(&w, NULL);
    cn_json_str(&w, "access_token", tokens->access_token);
    cn_json_int(&w, "expires_in", tokens->expires_s);
    if (from->from_cookie)
        rc = cn_call_set_cookie(c, &cookie);
    else
        cn_json_str(&w, "refresh_token", tokens->refresh_token);
    cn_json_end_object(&w);
    if (rc)
        cn_buf_free(&out);
    else
        rc = cn_buf_export(&out, &c->body, &c->err);
    if (rc)
        return rc;
    cn_call_note(c, &note);
    return cn_reply_json(c, 200);
}

int cn_refresh_post(cn_call *c)
{
    refresh from = {0};
    canon_tokens *tokens = NULL;
    int how = CANON_REFRESH_OK;
    int rc;

    if (canon_local_mode(c->engine))
        return cn_reply_detail(c, 503, "Auth provider not configured");
    rc = read_refresh(c, &from);
    if (rc)
        return rc;
    if (!from.token)
        return refuse_refresh(c, &from, "No refresh token provided");
    rc = canon_tokens_refresh(c->conn, from.token, &how, &tokens);
    if (!rc)
        rc = reply_tokens(c, &from, tokens);
    else if (rc == CANON_EUNSUPPORTED)
        rc = cn_reply_detail(c, 503, "Auth provider not configured");
    else if (rc != CANON_ENOMEM)
        rc = reply_refused(c, &from, how, rc);
    canon_tokens_free(tokens);
    return rc;
}

int cn_revoke_post(cn_call *c)
{
    refresh from = {0};
    cn_note note = {.event = "auth.session_revoked"};
    int rc = read_refresh(c, &from);

    if (rc)
        return rc;
    if (!from.token)
        return cn_reply_detail(c, 400, "No refresh token provided");
    if (!canon_local_mode(c->engine))
        rc = canon_tokens_revoke(c->conn, from.token);
    if (rc == CANON_EBUSY || rc == CANON_ESTORE)
        return cn_reply_detail(c, 503, "Session management not available");
    if (!rc)
        rc = forget_refresh(c, &from);
    if (!rc)
        cn_call_note(c, &note);
    return rc ? rc : cn_reply_ok(c);
}

/* --- device login ------------------------------------------------------- */

/* The wished organisation; NULL: none. */
static const char *wished_org(cn_call *c, const cn_value *body)
{
    static const cn_text_rule rule = {"org", 0, ORG_MAX, false};
    cn_violation v = {.type = "value_error",
                      .msg = "Value error, only letters, digits, '.', '_' and "
                             "'-' are allowed",
                      .name = "org"};
    const char *org = cn_call_text(c, body, &rule);

    for (const char *p = org; p && *p; p++) {
        if (!cn_is_alpha(*p) && !cn_is_digit(*p) && !strchr("._-", *p)) {
            cn_call_blame(c, &v, cn_value_get(body, "org"));
            return NULL;
        }
    }
    return org && *org ? org : NULL;
}

static int reply_device(cn_call *c, const canon_device *device)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, "device_code", device->device_code);
    cn_json_str(&w, "user_code", device->user_code);
    cn_json_str(&w, "verification_uri", device->verification_uri);
    cn_json_str(&w, "verification_uri_complete",
                device->verification_uri_complete);
    cn_json_int(&w, "interval", device->interval_s);
    cn_json_int(&w, "expires_in", device->expires_s);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 200);
}

int cn_device_code_post(cn_call *c)
{
    canon_device *device = NULL;
    const cn_value *body = NULL;
    const char *org;
    int rc = cn_call_model(c, true, &body);

    if (rc)
        return rc;
    org = wished_org(c, body);
    rc = cn_call_checked(c);
    if (rc)
        return rc;
    rc = canon_device_begin(c->conn, org, &device);
    if (!rc)
        rc = reply_device(c, device);
    else if (rc == CANON_EUNSUPPORTED)
        rc = cn_reply_detail(c, 503, "Device auth not configured");
    else if (rc == CANON_ENOTFOUND)
        rc = cn_reply_detail(c, 501, "Device auth not supported by provider");
    else if (rc == CANON_EREMOTE || rc == CANON_ETOOBIG)
        rc = cn_reply_detail(c, 502, "Failed to start device auth");
    canon_device_free(device);
    return rc;
}

/* The members of an answer, by the state of the login. */
static void write_poll(cn_json *w, const canon_device_poll *poll)
{
    switch (poll->state) {
    case CANON_DEVICE_PENDING:
    case CANON_DEVICE_SLOW:
        cn_json_str(w, "status", "pending");
        cn_json_bool(w, "slow_down", poll->state == CANON_DEVICE_SLOW);
        break;
    case CANON_DEVICE_APPROVED:
        cn_json_str(w, "status", "approved");
        cn_json_str(w, "access_token", poll->tokens.access_token);
        cn_json_str(w, "refresh_token", poll->tokens.refresh_token);
        cn_json_int(w, "expires_in", poll->tokens.expires_s);
        cn_json_str(w, "email", poll->email);
        cn_json_str(w, "org", poll->org);
        cn_json_bool(w, "session_created", poll->refreshable != 0);
        break;
    case CANON_DEVICE_DENIED:
        cn_json_str(w, "status", "denied");
        break;
    case CANON_DEVICE_EXPIRED:
        cn_json_str(w, "status", "expired");
        break;
    default:
        cn_json_str(w, "status", "error");
        cn_json_str(w, "detail", "Token exchange failed");
    }
}

static int reply_poll(cn_call *c, int status, const canon_device_poll *poll)
{
    cn_note note = {.event = "auth.login",
                    .org = poll->org,
                    .detail = "{\"device\":\"cli\"}"};
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    write_poll(&w, poll);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    if (rc)
        return rc;
    if (poll->state == CANON_DEVICE_APPROVED)
        cn_call_note(c, &note);
    return cn_reply_json(c, status);
}

int cn_device_token_post(cn_call *c)
{
    static const cn_text_rule rule = {"device_code", 0, TOKEN_MAX, true};
    static const canon_device_poll failed = {.state = CANON_DEVICE_FAILED};
    canon_device_poll *poll = NULL;
    const cn_value *body = NULL;
    const char *code;
    int rc = cn_call_model(c, true, &body);

    if (rc)
        return rc;
    code = cn_call_text(c, body, &rule);
    rc = cn_call_checked(c);
    if (rc)
        return rc;
    rc = canon_device_ask(c->conn, code, &poll);
    if (!rc)
        rc = reply_poll(c, 200, poll);
    else if (rc == CANON_EUNSUPPORTED)
        rc = cn_reply_detail(c, 503, "Device auth not configured");
    else if (rc == CANON_EREMOTE || rc == CANON_ETOOBIG)
        rc = reply_poll(c, 502, &failed);
    else if (rc == CANON_EAUTH)
        rc = cn_reply_detail(c, 500, "Access token validation failed");
    canon_device_poll_free(poll);
    return rc;
}
