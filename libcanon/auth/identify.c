/*
 * One credential of a request becomes somebody with rights. A bearer decides
 * alone: what is wrong with it is not healed by a session.
 */
#include "canon/auth.h"

#include "canon/settings.h"

#include "apikey.h"
#include "fail.h"
#include "key_memory.h"
#include "mem.h"
#include "permissions.h"
#include "provider.h"
#include "rights.h"
#include "sessions.h"

#include <stdio.h>

#define USE_NOTED_US INT64_C(60000000) /* once a minute and key */
#define USE_LIMIT    "key-use"

/* The caller and the memory of his texts. */
typedef struct caller {
    canon_principal principal;
    cn_arena arena;
} caller;

/* What is being found out. */
typedef struct search {
    canon_conn *conn;
    caller *caller;
    int *reason;
} search;

/* --- results ------------------------------------------------------------- */

/* Texts and list in one block of memory. */
static int keep(search *s)
{
    canon_principal *p = &s->caller->principal;
    cn_arena *a = &s->caller->arena;
    const char **const texts[] = {&p->sub,          &p->email,      &p->name,
                                  &p->picture,      &p->org_id,     &p->org,
                                  &p->github_login, &p->github_name};
    const char *const *from = p->orgs;
    const char **orgs;
    size_t count = 0;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i] = **texts[i] ? cn_arena_str(a, *texts[i]) : "";
        if (!*texts[i])
            return cn_fail_memory(&s->conn->err);
    }
    while (from[count])
        count++;
    orgs = cn_arena_array(a, count + 1, sizeof(*orgs));
    if (!orgs)
        return cn_fail_memory(&s->conn->err);
    for (size_t i = 0; i < count; i++) {
        orgs[i] = cn_arena_str(a, from[i]);
        if (!orgs[i])
            return cn_fail_memory(&s->conn->err);
    }
    p->orgs = orgs;
    return CANON_OK;
}

/* Refuse, for a reason that the caller may hear. */
static int refuse(search *s, int reason, int code, const char *text)
{
    *s->reason = reason;
    return cn_fail(&s->conn->err, code, "%s", text);
}

/* What an account says about a caller. */
static void take_account(search *s, const cn_account *account)
{
    canon_principal *p = &s->caller->principal;

    p->sub = account->sub;
    p->email = account->email;
    p->name = account->name;
    p->picture = account->picture;
    p->org = account->org;
    p->orgs = account->orgs;
    p->user_id = account->user_id;
    p->last_login_us = account->last_login_us;
    p->permissions = account->permissions;
}

static int refuse_deactivated(search *s)
{
    return refuse(s, CANON_AUTH_DEACTIVATED, CANON_EDENIED,
                  "the account has been deactivated");
}

/* --- API keys ------------------------------------------------------------ */

/* Write down that a key is used: rarely, without waiting, and without harm when
 * it fails. */
static void note_use(canon_conn *conn, const cn_key_row *key, int64_t now_us)
{
    canon *c = conn->engine;
    char name[24];
    int rc;

    if (key->last_used_us > now_us - USE_NOTED_US)
        return;
    snprintf(name, sizeof(name), "%lld", (long long)key->id);
    if (canon_limit_take(c, USE_LIMIT, name, 1, USE_NOTED_US, NULL))
        return;
    rc = cn_conn_begin_idle(conn);
    if (rc)
        canon_limit_return(c, USE_LIMIT, name); /* soon again */
    else
        rc = cn_store_key_used(conn->db, key->id, now_us, now_us - USE_NOTED_US,
                               &conn->err);
    (void)cn_conn_end(conn, rc); /* harmless */
    cn_fail_clear(&conn->err);
}

/* Is the key good now? */
static int judge_key(search *s, const cn_key_row *key, const cn_user_row *owner,
                     int64_t now_us)
{
    if (key->revoked_us)
        return refuse(s, CANON_AUTH_KEY_REVOKED, CANON_EAUTH,
                      "the key has been revoked");
    if (key->expires_us && key->expires_us <= now_us)
        return refuse(s, CANON_AUTH_KEY_EXPIRED, CANON_EAUTH,
                      "the key has expired");
    return owner->active ? CANON_OK : refuse_deactivated(s);
}

/* The rights of a key are those that its owner still has. */
static int take_key(search *s, const cn_key_row *key, const cn_user_row *owner,
                    const cn_member_row *member)
{
    canon_principal *p = &s->caller->principal;
    cn_rights rights = cn_rights_of(s->conn->engine, owner, member);
    const char *orgs[2] = {rights.belongs ? key->org : NULL, NULL};

    p->by = CANON_BY_KEY;
    p->sub = owner->sub;
    p->email = owner->email;
    p->name = owner->name;
    p->org = rights.belongs ? key->org : "";
    p->orgs = orgs;
    p->user_id = owner->id;
    p->key_id = key->id;
    p->last_login_us = owner->last_login_us;
    p->permissions = cn_scopes_read(key->scopes) & rights.permissions;
    return keep(s);
}

/* From memory, else from the database. */
static int look_up_key(search *s, const char *hash, int64_t now_us,
                       cn_key_found *out)
{
    canon_conn *conn = s->conn;
    cn_arena *a = &s->caller->arena; /* the connection's ends with the call */
    bool found = false;
    int rc;

    if (cn_key_recall(conn, a, hash, now_us, out))
        return CANON_OK;
    rc = cn_conn_begin_fresh(conn);
    if (!rc)
        rc = cn_store_key_find(conn->db, a, hash, &out->key, &out->owner,
                               &out->member, &found, &conn->err);
    if (rc)
        *s->reason = CANON_AUTH_KEY_LOST;
    else if (!found)
        rc = refuse(s, CANON_AUTH_KEY_UNKNOWN, CANON_EAUTH, "no such key");
    else
        cn_key_remember(conn, hash, now_us, out);
    return cn_conn_end(conn, rc);
}

static int find_key(search *s, const char *bearer)
{
    canon_conn *conn = s->conn;
    int64_t now_us = canon_now_us(conn->engine);
    char hash[CN_APIKEY_HASH + 1];
    cn_key_found found;
    int rc;

    if (!cn_apikey_ok(cn_str(bearer)))
        return refuse(s, CANON_AUTH_KEY_UNKNOWN, CANON_EAUTH, "no such key");
    cn_apikey_hash(cn_str(bearer), hash);
    rc = look_up_key(s, hash, now_us, &found);
    if (!rc)
        rc = judge_key(s, &found.key, &found.owner, now_us);
    if (!rc)
        rc = take_key(s, &found.key, &found.owner, &found.member);
    if (!rc)
        note_use(conn, &found.key, now_us);
    return rc;
}

/* --- access tokens ------------------------------------------------------- */

/* The permissions of a token that are known; others count for nothing. */
static unsigned known_permissions(const cn_claims *claims)
{
    unsigned bits = 0;

    for (size_t i = 0; claims->permissions && claims->permissions[i]; i++)
        bits |= canon_permission_find(claims->permissions[i]);
    return bits;
}

static int take_token(search *s, const cn_claims *claims)
{
    canon_principal *p = &s->caller->principal;
    const cn_person person = {
        .sub = claims->sub,
        .email = claims->email,
        .name = claims->name,
        .picture = claims->picture,
        .org_id = claims->org_id,
        .permissions = known_permissions(claims),
        .has_permissions = claims->has_permissions,
    };
    cn_account account;
    int rc = cn_account_of_person(s->conn, &person, &account);

    if (rc) {
        *s->reason = CANON_AUTH_STORE;
        return rc;
    }
    if (!account.active)
        return refuse_deactivated(s);
    p->by = CANON_BY_TOKEN;
    take_account(s, &account);
    p->org_id = claims->org_id;
    return keep(s);
}

/* The reason is for the log, not for the caller. */
static int refuse_token(search *s, int failure)
{
    cn_log_write(&s->conn->log, CANON_LOG_DEBUG, "auth",
                 "an access token was refused: %s", cn_jwt_reason(failure));
    return refuse(s, CANON_AUTH_TOKEN, CANON_EAUTH,
                  "the access token is not valid");
}

static int find_token(search *s, const char *bearer)
{
    canon_conn *conn = s->conn;
    int failure = CN_JWT_VALID;
    cn_claims claims;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (rc) {
        *s->reason = CANON_AUTH_STORE;
        return cn_conn_end(conn, rc);
    }
    cn_conn_release(conn); /* the provider may have to be asked */
    rc = cn_provider_verify(conn, bearer, &failure, &claims);
    if (rc == CANON_EAUTH)
        rc = refuse_token(s, failure);
    else if (rc)
        *s->reason = CANON_AUTH_PROVIDER;
    if (!rc)
        rc = take_token(s, &claims);
    return cn_conn_end(conn, rc);
}

/* --- sessions ------------------------------------------------------------ */

static int refuse_session(search *s)
{
    return refuse(s, CANON_AUTH_SESSION, CANON_EAUTH,
                  "there is no such session");
}

/* The provider named these rights too long ago. The session stays: once they
 * are named again, it is as good as before. */
static bool is_stale(const canon *c, const cn_account *account)
{
    return account->said_us &&
           canon_now_us(c) - account->said_us >= CN_SESSION_FRESH_US;
}

static int take_session(search *s, const cn_session *session)
{
    const canon *c = s->conn->engine;
    canon_principal *p = &s->caller->principal;
    cn_account account;
    int rc = cn_account_get(s->conn, session->user_id, session->org, &account);

    if (rc == CANON_ENOTFOUND)
        return refuse_session(s);
    if (rc) {
        *s->reason = CANON_AUTH_STORE;
        return rc;
    }
    if (!account.active)
        return refuse_deactivated(s);
    if (is_stale(c, &account))
        return refuse(s, CANON_AUTH_STALE, CANON_EAUTH,
                      "the rights of the session must be renewed");
    p->by = CANON_BY_SESSION;
    take_account(s, &account);
    p->org_id = session->org_id;
    p->github_login = session->github_login;
    p->github_name = session->github_name;
    if (cn_account_is_operator(c, "", session->github_login))
        p->permissions |= CANON_PERM_PLATFORM_MANAGE;
    return keep(s);
}

static int find_session(search *s, const char *cookie)
{
    canon_conn *conn = s->conn;
    cn_session session;
    int rc = cn_conn_begin_fresh(conn);

    if (!rc)
        rc = cn_session_find(conn, cookie, &session);
    if (rc == CANON_ENOTFOUND)
        rc = refuse_session(s);
    else if (rc)
        *s->reason = CANON_AUTH_STORE;
    else
        rc = take_session(s, &session);
    return cn_conn_end(conn, rc);
}

/* --- the caller ---------------------------------------------------------- */

/* Local mode: whoever reaches the server runs it. */
static int take_operator(search *s)
{
    canon_principal *p = &s->caller->principal;

    p->by = CANON_BY_OPERATOR;
    p->sub = "anonymous";
    p->name = "Anonymous";
    p->permissions = CANON_PERM_ALL;
    return keep(s);
}

static int find_caller(search *s, const canon_credentials *credentials)
{
    const char *bearer = credentials->bearer;

    if (canon_local_mode(s->conn->engine))
        return take_operator(s);
    if (bearer && cn_slice_starts(cn_str(bearer), CN_APIKEY_START))
        return find_key(s, bearer);
    if (bearer)
        return find_token(s, bearer);
    if (credentials->session)
        return find_session(s, credentials->session);
    return refuse(s, CANON_AUTH_NONE, CANON_EAUTH, "there are no credentials");
}

int canon_auth_identify(canon_conn *conn, const canon_credentials *credentials,
                        int *reason_out, canon_principal **out)
{
    static const char *const no_orgs[] = {NULL};
    caller *who = cn_calloc(1, sizeof(*who));
    search s = {conn, who, reason_out};
    int rc;

    *out = NULL;
    *reason_out = CANON_AUTH_OK;
    if (!who)
        return cn_fail_memory(&conn->err);
    who->principal = (canon_principal){
        .size = sizeof(who->principal),
        .sub = "",
        .email = "",
        .name = "",
        .picture = "",
        .org_id = "",
        .org = "",
        .orgs = no_orgs,
        .github_login = "",
        .github_name = "",
    };
    cn_fail_clear(&conn->err);
    rc = find_caller(&s, credentials);
    if (rc) {
        if (rc == CANON_ENOMEM)
            *reason_out = CANON_AUTH_OK; /* it says nothing about anybody */
        canon_principal_free(&who->principal);
        return rc;
    }
    *out = &who->principal;
    return CANON_OK;
}

int canon_auth_allows(const canon *c, const canon_principal *principal,
                      const char *org, unsigned permissions)
{
    cn_slice wanted = cn_str(org);

    if (permissions & ~principal->permissions)
        return 0;
    if (wanted.len == 0 || principal->by == CANON_BY_OPERATOR)
        return 1;
    if (!*principal->org)
        return !cn_rights_multi(c) && principal->by != CANON_BY_KEY;
    return cn_slice_is_nocase(wanted, principal->org);
}

void canon_principal_free(canon_principal *principal)
{
    /* the principal is what a caller begins with */
    caller *who = (caller *)principal;

    if (!who)
        return;
    cn_arena_free(&who->arena);
    cn_free(who);
}
