/*
 * Signing in from a program without a browser (RFC 8628). We stand between it
 * and the provider, so that the program holds no secret of ours.
 */
#include "accounts.h"
#include "auth_parts.h"
#include "date.h"
#include "fail.h"
#include "login.h"
#include "mem.h"
#include "provider.h"
#include "refresh.h"

#define GRANT        "urn:ietf:params:oauth:grant-type:device_code"
#define FORM_LIMIT   ((size_t)16 * 1024)
#define LONGEST_CODE 4096
#define INTERVAL_S   5
#define EXPIRES_S    900

/* --- beginning --------------------------------------------------------------- */

typedef struct device_result {
    canon_device device; /* first: what the caller holds */
    cn_arena arena;
} device_result;

/* The provider as far as the device login needs it. */
static int find_provider(canon_conn *conn, cn_provider *out)
{
    int rc = cn_provider_get(conn, out);

    if (!rc && !*out->audience)
        rc = cn_fail(&conn->err, CANON_EUNSUPPORTED,
                     "the device login needs an audience");
    return rc;
}

/* Why the provider does not begin one. */
static int refused(canon_conn *conn, const cn_oauth_answer *answer)
{
    static const char *const absent[] = {"unauthorized_client",
                                         "unsupported_grant_type", "not_found"};
    char word[41];

    cn_auth_word(answer->error, word);
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        if (answer->status == 404 || strcmp(absent[i], word) == 0)
            return cn_fail(&conn->err, CANON_ENOTFOUND,
                           "the provider has no device login");
    }
    return cn_fail(&conn->err, CANON_EREMOTE,
                   "the provider refuses the device login: %s", word);
}

static int copy_device(canon_conn *conn, const cn_value *json,
                       device_result *result)
{
    canon_device *d = &result->device;
    cn_arena *a = &result->arena;

    cn_arena_guard(a);
    d->device_code = cn_arena_str(a, cn_value_str(json, "device_code", ""));
    d->user_code = cn_arena_str(a, cn_value_str(json, "user_code", ""));
    d->verification_uri =
        cn_arena_str(a, cn_value_str(json, "verification_uri", ""));
    d->verification_uri_complete =
        cn_arena_str(a, cn_value_str(json, "verification_uri_complete", ""));
    d->interval_s = cn_value_int(json, "interval", INTERVAL_S);
    d->expires_s = cn_value_int(json, "expires_in", EXPIRES_S);
    if (!d->device_code || !d->user_code || !d->verification_uri ||
        !d->verification_uri_complete)
        return cn_fail_memory(&conn->err);
    if (!*d->device_code || !*d->user_code || !*d->verification_uri)
        return cn_fail(&conn->err, CANON_EREMOTE,
                       "the provider's answer lacks a code");
    if (d->interval_s <= 0)
        d->interval_s = INTERVAL_S;
    if (d->expires_s <= 0)
        d->expires_s = EXPIRES_S;
    return CANON_OK;
}

static int begin(canon_conn *conn, const char *org, device_result *result)
{
    cn_buf form = CN_BUF_INIT(FORM_LIMIT);
    const char *org_id;
    cn_oauth_answer answer;
    cn_provider p;
    int rc = find_provider(conn, &p);

    if (rc)
        return rc;
    if (!*p.at.device)
        return cn_fail(&conn->err, CANON_ENOTFOUND,
                       "the provider has no device login");
    org_id = cn_login_org_id(conn, org);
    cn_form_add(&form, "scope", p.scopes);
    cn_form_add(&form, "audience", p.audience);
    if (*org_id)
        cn_form_add(&form, "organization", org_id);
    rc = cn_oauth_post(conn, p.at.device, &p.device, &form, &answer);
    if (!rc && *answer.error)
        rc = refused(conn, &answer);
    return rc ? rc : copy_device(conn, answer.json, result);
}

int canon_device_begin(canon_conn *conn, const char *org, canon_device **out)
{
    device_result *result = NULL;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    if (!rc) {
        result = cn_calloc(1, sizeof(*result));
        rc = result ? begin(conn, org, result) : cn_fail_memory(&conn->err);
    }
    if (rc && result) {
        canon_device_free(&result->device);
        result = NULL;
    }
    if (result)
        *out = &result->device;
    return cn_conn_end(conn, rc);
}

void canon_device_free(canon_device *device)
{
    device_result *result = (device_result *)device;

    if (!result)
        return;
    cn_arena_free(&result->arena);
    cn_free(result);
}

/* --- polling ------------------------------------------------------------------- */

typedef struct poll_result {
    canon_device_poll poll; /* first: what the caller holds */
    cn_token_pair pair;
    cn_arena arena;
} poll_result;

/* Providers disagree about the status, so the word alone counts. */
static int state_of(const char *error)
{
    static const struct {
        const char *word;
        int state;
    } table[] = {
        {"authorization_pending", CANON_DEVICE_PENDING},
        {"slow_down", CANON_DEVICE_SLOW},
        {"expired_token", CANON_DEVICE_EXPIRED},
        {"access_denied", CANON_DEVICE_DENIED},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].word, error) == 0)
            return table[i].state;
    }
    return CANON_DEVICE_FAILED;
}

/* Was this code polled less than the interval ago? */
static int check_interval(canon_conn *conn, const char *code, bool *fast_out)
{
    char hash[65];
    int rc;

    cn_auth_hash(cn_str(code), hash);
    rc = canon_limit_take(conn->engine, "device-poll", hash, 1,
                          INTERVAL_S * CN_US_SECOND, NULL);
    *fast_out = rc == CANON_ELIMIT;
    return rc && !*fast_out ? cn_fail_memory(&conn->err) : CANON_OK;
}

/* Who has approved; the ID token knows best, the access token must be good. */
static int find_person(canon_conn *conn, const cn_provider *p,
                       const cn_value *json, cn_person *out)
{
    const char *id_token = cn_value_str(json, "id_token", "");
    cn_claims access;
    cn_claims id;
    int rc = cn_provider_check(conn, p, cn_value_str(json, "access_token", ""),
                               &access);

    if (rc)
        return rc;
    cn_refresh_person(&access, out);
    if (*id_token) {
        rc = cn_provider_check_id(conn, p, &p->device, NULL, id_token, &id);
        if (!rc && strcmp(id.sub, access.sub) != 0)
            rc = cn_fail(&conn->err, CANON_EAUTH,
                         "the two tokens are of different people");
        if (rc)
            return rc;
        if (*id.email)
            out->email = id.email;
        if (*id.name)
            out->name = id.name;
        if (*id.picture)
            out->picture = id.picture;
        if (!*out->org_id)
            out->org_id = id.org_id;
    }
    if (!*out->email)
        return cn_fail(&conn->err, CANON_EAUTH,
                       "the tokens name no e-mail address");
    return CANON_OK;
}

/* The session record; without one the tokens work, but are not refreshed. */
static bool keep(canon_conn *conn, const cn_account *account, const char *token)
{
    canon_error before = conn->err;

    if (!*token)
        return false;
    if (!cn_refresh_keep(conn, account, CN_REFRESH_DEVICE, token))
        return true;
    cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                 "the refresh token was not kept: %s", conn->err.text);
    conn->err = before;
    return false;
}

static int approve(canon_conn *conn, const cn_provider *p,
                   const cn_oauth_answer *answer, poll_result *result)
{
    canon_device_poll *poll = &result->poll;
    const char *token = cn_value_str(answer->json, "refresh_token", "");
    cn_account account = {0};
    cn_person person;
    int rc = find_person(conn, p, answer->json, &person);

    if (!rc)
        rc = cn_account_arrive(conn, &person, "", &account);
    if (!rc && !account.active) {
        poll->state = CANON_DEVICE_DENIED;
        return CANON_OK;
    }
    if (!rc && cn_token_pair_fill(&result->pair, answer, token, &poll->tokens))
        rc = cn_fail_memory(&conn->err);
    if (rc)
        return rc;
    poll->email = cn_arena_str(&result->arena, account.email);
    poll->org = cn_arena_str(&result->arena, account.org);
    if (!poll->email || !poll->org)
        return cn_fail_memory(&conn->err);
    poll->state = CANON_DEVICE_APPROVED;
    poll->refreshable = keep(conn, &account, token);
    return CANON_OK;
}

static int ask(canon_conn *conn, const char *code, poll_result *result)
{
    cn_buf form = CN_BUF_INIT(FORM_LIMIT);
    cn_oauth_answer answer;
    cn_provider p;
    bool fast = false;
    char word[41];
    int rc = find_provider(conn, &p);

    if (rc)
        return rc;
    result->poll.state = CANON_DEVICE_FAILED;
    if (!code || !*code || strlen(code) > LONGEST_CODE)
        return CANON_OK;
    rc = check_interval(conn, code, &fast);
    if (fast)
        result->poll.state = CANON_DEVICE_SLOW;
    if (rc || fast)
        return rc;
    cn_form_add(&form, "grant_type", GRANT);
    cn_form_add(&form, "device_code", code);
    rc = cn_oauth_post(conn, p.at.token, &p.device, &form, &answer);
    if (rc)
        return rc;
    if (!*answer.error)
        return approve(conn, &p, &answer, result);
    cn_auth_word(answer.error, word);
    result->poll.state = state_of(word);
    if (result->poll.state == CANON_DEVICE_FAILED)
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth",
                     "a device login failed: %s", word);
    return CANON_OK;
}

int canon_device_ask(canon_conn *conn, const char *device_code,
                     canon_device_poll **out)
{
    static const canon_device_poll empty = {
        .tokens = {"", "", 0}, .email = "", .org = ""};
    poll_result *result = NULL;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    *out = NULL;
    if (!rc) {
        result = cn_calloc(1, sizeof(*result));
        rc = result ? CANON_OK : cn_fail_memory(&conn->err);
    }
    if (!rc && result) {
        result->poll = empty;
        rc = ask(conn, device_code, result);
    }
    if (rc && result) {
        canon_device_poll_free(&result->poll);
        result = NULL;
    }
    if (result)
        *out = &result->poll;
    return cn_conn_end(conn, rc);
}

void canon_device_poll_free(canon_device_poll *poll)
{
    poll_result *result = (poll_result *)poll;

    if (!result)
        return;
    cn_token_pair_free(&result->pair);
    cn_arena_free(&result->arena);
    cn_free(result);
}
