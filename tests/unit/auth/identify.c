#include "auth_test.h"

#include "files.h"
#include "key_memory.h"
#include "sessions.h"
#include "torture.h"

#include <stdio.h>

#define MINUTE_US INT64_C(60000000)
#define READ      CANON_PERM_SPECS_READ
#define WRITE     CANON_PERM_SPECS_WRITE

static test_engine t;

static int identify(const char *bearer, const char *session, int *reason,
                    canon_principal **out)
{
    canon_credentials credentials = CANON_CREDENTIALS_INIT;

    credentials.bearer = bearer;
    credentials.session = session;
    return canon_auth_identify(t.conn, &credentials, reason, out);
}

/* The caller of a bearer credential, who must be known. */
static canon_principal *caller_of(const char *bearer)
{
    canon_principal *who = NULL;
    int reason = -1;

    assert_ok(&t, identify(bearer, NULL, &reason, &who));
    cr_assert(eq(int, reason, CANON_AUTH_OK));
    cr_assert_not_null(who);
    return who;
}

/* Why a bearer credential is refused. */
static int refusal(const char *bearer, int code)
{
    canon_principal *who = NULL;
    int reason = -1;

    cr_assert(eq(int, identify(bearer, NULL, &reason, &who), code));
    cr_assert_null(who);
    cr_assert(eq(int, canon_last_error(t.conn)->code, code));
    return reason;
}

DATABASE_TEST(identify, without_credentials_nobody_is_known)
{
    canon_principal *who = NULL;
    int reason = 0;

    test_engine_start_with(&t, *which, auth_single);
    cr_assert(eq(int, identify(NULL, NULL, &reason, &who), CANON_EAUTH));
    cr_assert(eq(int, reason, CANON_AUTH_NONE));
    cr_assert_null(who);
    canon_principal_free(NULL);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, in_local_mode_whoever_asks_is_the_operator)
{
    canon_principal *who = NULL;
    int reason = -1;

    test_engine_start(&t, *which);
    assert_ok(&t, identify("sw_nonsense", "nonsense", &reason, &who));
    cr_assert(eq(int, who->by, CANON_BY_OPERATOR));
    cr_assert(eq(str, (char *)who->sub, "anonymous"));
    cr_assert(eq(uint, who->permissions, CANON_PERM_ALL));
    cr_assert(canon_auth_allows(t.engine, who, "any", CANON_PERM_ALL));
    canon_principal_free(who);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_key_stands_for_its_owner)
{
    char secret[CANON_KEY_LEN + 1];
    canon_principal *who;
    int64_t user;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "editor");
    id = auth_key(&t, "Acme", user, READ | WRITE | CANON_PERM_SPECS_ADMIN,
                  secret);
    who = caller_of(secret);
    cr_assert(eq(int, who->by, CANON_BY_KEY));
    cr_assert(eq(sz, who->size, sizeof(*who)));
    cr_assert(eq(str, (char *)who->sub, "one"));
    cr_assert(eq(str, (char *)who->email, "ada@example.org"));
    cr_assert(eq(str, (char *)who->name, "Ada"));
    cr_assert(eq(str, (char *)who->picture, ""));
    cr_assert(eq(str, (char *)who->org_id, ""));
    cr_assert(eq(str, (char *)who->org, "acme"));
    cr_assert(eq(str, (char *)who->orgs[0], "acme"));
    cr_assert_null(who->orgs[1]);
    cr_assert(eq(i64, who->user_id, user));
    cr_assert(eq(i64, who->key_id, id));
    cr_assert(eq(uint, who->permissions, READ | WRITE), "not more than he");
    canon_principal_free(who);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, threat_privilege_persistence_of_keys)
{
    char secret[CANON_KEY_LEN + 1];
    canon_user user = CANON_USER_INIT;
    canon_principal *who;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    id = auth_user(&t, "one", "admin");
    auth_key(&t, "acme", id, READ | WRITE, secret);
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ | WRITE));
    canon_principal_free(who);
    user.sub = "one";
    user.role = "viewer";
    assert_ok(&t, canon_user_put(t.conn, &user, NULL));
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ), "demoted");
    canon_principal_free(who);
    assert_ok(&t, canon_user_activate(t.conn, id, 0));
    cr_assert(eq(int, refusal(secret, CANON_EDENIED), CANON_AUTH_DEACTIVATED));
    assert_ok(&t, canon_user_activate(t.conn, id, 1));
    canon_principal_free(caller_of(secret));
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_key_of_somebody_who_left_opens_nothing)
{
    char secret[CANON_KEY_LEN + 1];
    canon_principal *who;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    id = auth_user(&t, "one", "admin");
    auth_key(&t, "acme", id, READ | WRITE, secret);
    who = caller_of(secret);
    cr_assert(eq(str, (char *)who->org, ""), "he never was a member");
    cr_assert(eq(uint, who->permissions, 0));
    cr_assert_null(who->orgs[0]);
    cr_assert(not(canon_auth_allows(t.engine, who, "acme", 0)));
    canon_principal_free(who);
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "editor", "me"));
    assert_ok(&t, canon_member_put(t.conn, "beta", id, "admin", "me"));
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ | WRITE));
    cr_assert(canon_auth_allows(t.engine, who, "ACME", READ | WRITE));
    cr_assert(not(canon_auth_allows(t.engine, who, "beta", READ)));
    canon_principal_free(who);
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "", "me"));
    who = caller_of(secret);
    cr_assert(not(canon_auth_allows(t.engine, who, "acme", 0)));
    canon_principal_free(who);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_key_follows_what_the_provider_says)
{
    char secret[CANON_KEY_LEN + 1];
    cn_person one = auth_person("one");
    canon_principal *who;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    one.has_permissions = true;
    one.permissions = READ | WRITE;
    id = auth_arrive(&t, &one, "").user_id;
    auth_key(&t, "acme", id, CANON_PERM_ALL, secret);
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ | WRITE));
    canon_principal_free(who);
    one.permissions = READ;
    auth_arrive(&t, &one, "");
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ));
    canon_principal_free(who);
    t.now_us += CN_GRANT_US;
    who = caller_of(secret);
    cr_assert(eq(str, (char *)who->org, ""));
    canon_principal_free(who);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, an_unknown_key_is_refused)
{
    char secret[CANON_KEY_LEN + 1];

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    secret[10] = secret[10] == 'A' ? 'B' : 'A';
    cr_assert(eq(int, refusal(secret, CANON_EAUTH), CANON_AUTH_KEY_UNKNOWN));
    cr_assert(eq(int, refusal("sw_", CANON_EAUTH), CANON_AUTH_KEY_UNKNOWN));
    cr_assert(
        eq(int, refusal("sw_short", CANON_EAUTH), CANON_AUTH_KEY_UNKNOWN));
    cr_assert(eq(
        int,
        refusal("sw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", CANON_EAUTH),
        CANON_AUTH_KEY_UNKNOWN));
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_refusal_does_not_repeat_the_key)
{
    static const char key[] = "sw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    test_engine_start_with(&t, *which, auth_single);
    refusal(key, CANON_EAUTH);
    cr_assert_null(strstr(canon_last_error(t.conn)->text, "AAAA"));
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_revoked_key_is_told_from_an_expired_one)
{
    char revoked[CANON_KEY_LEN + 1];
    char expired[CANON_KEY_LEN + 1];
    canon_key_order order = CANON_KEY_ORDER_INIT;
    int64_t user;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    id = auth_key(&t, "acme", user, 0, revoked);
    assert_ok(&t, canon_key_revoke(t.conn, "acme", user, id));
    cr_assert(eq(int, refusal(revoked, CANON_EAUTH), CANON_AUTH_KEY_REVOKED));
    order.org = "acme";
    order.user_id = user;
    order.granted_by = READ;
    order.expires_days = 1;
    assert_ok(&t, canon_key_create(t.conn, &order, expired, NULL));
    t.now_us += DAY_US - 1;
    canon_principal_free(caller_of(expired));
    t.now_us += 1;
    cr_assert(eq(int, refusal(expired, CANON_EAUTH), CANON_AUTH_KEY_EXPIRED));
    test_engine_stop(&t);
}

static int64_t last_used(int64_t user)
{
    canon_keys *keys = NULL;
    int64_t us;

    assert_ok(&t, canon_key_list(t.conn, "acme", user, &keys));
    us = canon_keys_at(keys, 0)->last_used_us;
    canon_keys_free(keys);
    return us;
}

DATABASE_TEST(identify, a_use_is_noted_once_a_minute)
{
    char secret[CANON_KEY_LEN + 1];
    int64_t user;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "");
    auth_key(&t, "acme", user, 0, secret);
    canon_principal_free(caller_of(secret));
    cr_assert(eq(i64, last_used(user), TEST_T0));
    t.now_us += MINUTE_US - 1;
    canon_principal_free(caller_of(secret));
    cr_assert(eq(i64, last_used(user), TEST_T0));
    test_engine_stop(&t);
}

Test(identify, does_not_wait_for_whoever_writes)
{
    char *folder = test_folder();
    char url[4200];
    char secret[CANON_KEY_LEN + 1];
    canon_conn *writer = NULL;
    int64_t user;

    snprintf(url, sizeof(url), "sqlite:%s/canon.db", folder);
    memset(&t, 0, sizeof(t));
    t.settings = auth_single;
    test_engine_open(&t, url);
    user = auth_user(&t, "one", "");
    auth_key(&t, "acme", user, 0, secret);
    cr_assert(eq(int, canon_connect(t.engine, &writer, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(writer, CN_DB_WRITE), CANON_OK));
    cr_assert(
        eq(int, cn_db_begin(writer->db, CN_TX_WRITE, &writer->err), CANON_OK));
    canon_principal_free(caller_of(secret));
    cr_assert(eq(i64, last_used(user), 0));
    cr_assert(eq(int, cn_db_end(writer->db, CANON_OK, &writer->err), CANON_OK));
    cr_assert(eq(int, cn_conn_end(writer, CANON_OK), CANON_OK));
    canon_principal_free(caller_of(secret));
    cr_assert(eq(i64, last_used(user), TEST_T0), "made up for");
    canon_disconnect(writer);
    test_engine_stop(&t);
    test_folder_remove(folder);
}

DATABASE_TEST(identify, operators_run_the_platform_with_their_keys_too)
{
    char secret[CANON_KEY_LEN + 1];
    canon_principal *who;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    id = auth_user(&t, "Root", "");
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "viewer", "me"));
    auth_key(&t, "acme", id, CANON_PERM_ALL, secret);
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ | CANON_PERM_PLATFORM_MANAGE));
    canon_principal_free(who);
    auth_key(&t, "acme", id, READ, secret);
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ));
    canon_principal_free(who);
    test_engine_stop(&t);
}

static canon_principal principal_of(const char *org, unsigned permissions)
{
    canon_principal p;

    memset(&p, 0, sizeof(p));
    p.size = sizeof(p);
    p.by = CANON_BY_SESSION;
    p.org = org;
    p.permissions = permissions;
    return p;
}

Test(identify, allows_what_belongs_to_the_organisation)
{
    canon_principal p = principal_of("acme", READ | WRITE);

    test_engine_start_with(&t, 0, auth_single);
    cr_assert(canon_auth_allows(t.engine, &p, "Acme", READ));
    cr_assert(canon_auth_allows(t.engine, &p, "acme", READ | WRITE));
    cr_assert(canon_auth_allows(t.engine, &p, "", READ));
    cr_assert(canon_auth_allows(t.engine, &p, NULL, 0));
    cr_assert(
        not(canon_auth_allows(t.engine, &p, "acme", CANON_PERM_SPECS_ADMIN)));
    cr_assert(not(canon_auth_allows(t.engine, &p, "acm", READ)));
    cr_assert(not(canon_auth_allows(t.engine, &p, "acme2", READ)));
    p = principal_of("", READ);
    cr_assert(canon_auth_allows(t.engine, &p, "any", READ));
    p.by = CANON_BY_KEY;
    cr_assert(not(canon_auth_allows(t.engine, &p, "any", READ)));
    test_engine_stop(&t);
}

Test(identify, without_an_organisation_nothing_is_allowed_in_multi_tenant_mode)
{
    canon_principal p = principal_of("", READ);

    test_engine_start_with(&t, 0, auth_multi);
    cr_assert(not(canon_auth_allows(t.engine, &p, "any", READ)));
    cr_assert(canon_auth_allows(t.engine, &p, "", READ));
    test_engine_stop(&t);
}

static int key_once(void *user)
{
    canon_principal *who = NULL;
    int reason = 0;
    int rc;

    cn_keys_forget(t.conn);
    t.now_us += 2 * MINUTE_US;
    rc = identify(user, NULL, &reason, &who);
    cr_assert(eq(int, rc == CANON_OK, who != NULL));
    cr_assert(eq(int, reason, CANON_AUTH_OK));
    canon_principal_free(who);
    cn_keys_forget(t.conn);
    return rc;
}

/* The same with a key that is remembered. */
static int key_again(void *user)
{
    canon_principal *who = NULL;
    int reason = 0;
    int rc = identify(user, NULL, &reason, &who);

    cr_assert(eq(int, rc == CANON_OK, who != NULL));
    canon_principal_free(who);
    return rc;
}

static int calls_made;

static int count_call(void *user)
{
    (void)user;
    calls_made++;
    return CANON_OK;
}

/* Calls of the database that identifying somebody takes. */
static int calls_of(char *secret)
{
    calls_made = 0;
    cn_db_set_hook(count_call, NULL);
    assert_ok(&t, key_again(secret));
    cn_db_set_hook(NULL, NULL);
    return calls_made;
}

DATABASE_TEST(identify, a_key_is_looked_up_once_a_second)
{
    char secret[CANON_KEY_LEN + 1];
    canon_principal *first;
    canon_principal *again;

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    cr_assert(gt(int, calls_of(secret), 0));
    cr_assert(eq(int, calls_of(secret), 0));
    t.now_us += 999999;
    cr_assert(eq(int, calls_of(secret), 0));
    t.now_us += 1;
    cr_assert(gt(int, calls_of(secret), 0));
    t.now_us -= 1; /* a clock that is set back remembers nothing */
    cr_assert(gt(int, calls_of(secret), 0));
    cn_keys_forget(t.conn);
    first = caller_of(secret);
    again = caller_of(secret);
    cr_assert(eq(int, again->by, CANON_BY_KEY));
    cr_assert(eq(str, (char *)again->sub, (char *)first->sub));
    cr_assert(eq(str, (char *)again->name, (char *)first->name));
    cr_assert(eq(str, (char *)again->email, (char *)first->email));
    cr_assert(eq(str, (char *)again->org, (char *)first->org));
    cr_assert(eq(str, (char *)again->orgs[0], (char *)first->orgs[0]));
    cr_assert(eq(u32, again->permissions, first->permissions));
    cr_assert(eq(i64, again->user_id, first->user_id));
    cr_assert(eq(i64, again->key_id, first->key_id));
    canon_principal_free(first);
    canon_principal_free(again);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, what_changes_here_counts_at_once)
{
    char secret[CANON_KEY_LEN + 1];
    canon_principal *who;
    int64_t user;

    test_engine_start_with(&t, *which, auth_single);
    user = auth_user(&t, "one", "editor");
    auth_key(&t, "acme", user, READ | WRITE, secret);
    assert_ok(&t, key_again(secret));
    assert_ok(&t, canon_user_activate(t.conn, user, 0));
    cr_assert(eq(int, refusal(secret, CANON_EDENIED), CANON_AUTH_DEACTIVATED));
    assert_ok(&t, canon_user_activate(t.conn, user, 1));
    who = caller_of(secret);
    cr_assert(ne(u32, who->permissions & WRITE, 0));
    canon_principal_free(who);
    cr_assert(gt(i64, auth_user(&t, "one", "viewer"), 0));
    who = caller_of(secret);
    cr_assert(eq(u32, who->permissions & WRITE, 0));
    assert_ok(&t, canon_key_revoke(t.conn, "acme", user, who->key_id));
    canon_principal_free(who);
    cr_assert(eq(int, refusal(secret, CANON_EAUTH), CANON_AUTH_KEY_REVOKED));
    test_engine_stop(&t);
}

/* What another process does: the row changes without a word to this one. */
DATABASE_TEST(identify, what_changes_elsewhere_counts_a_second_later)
{
    char secret[CANON_KEY_LEN + 1];
    bool done = false;

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    assert_ok(&t, key_again(secret));
    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_WRITE));
    for (int64_t id = 0; id < 100 && !done; id++)
        assert_ok(&t, cn_store_key_revoke(t.conn->db, "acme", 0, id, t.now_us,
                                          &done, &t.conn->err));
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
    cr_assert(done);
    t.now_us += CN_KEY_MEMORY_US;
    cr_assert(eq(int, refusal(secret, CANON_EAUTH), CANON_AUTH_KEY_REVOKED));
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_remembered_key_survives_every_failed_allocation)
{
    char secret[CANON_KEY_LEN + 1];

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    assert_ok(&t, key_again(secret));
    cr_assert(gt(sz, torture(TORTURE_ONCE, key_again, secret), 1));
    test_engine_stop(&t);
}

/* The cookie of a session that has been opened. */
static void open_session(int64_t user, const char *org, const char *github,
                         cn_buf *out)
{
    cn_session session = {.user_id = user,
                          .org = org,
                          .org_id = "org_1",
                          .github_login = github,
                          .github_name = "",
                          .github_email = "",
                          .github_picture = "",
                          .github_token = ""};

    assert_ok(&t, cn_session_open(t.conn, &session, out));
}

DATABASE_TEST(identify, a_session_stands_for_its_user)
{
    cn_buf cookie = CN_BUF_INIT(4096);
    canon_principal *who = NULL;
    int reason = -1;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    id = auth_user(&t, "one", "admin");
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "editor", "me"));
    assert_ok(&t, canon_member_put(t.conn, "beta", id, "viewer", "me"));
    open_session(id, "acme", "octocat", &cookie);
    assert_ok(&t, identify(NULL, cn_buf_text(&cookie), &reason, &who));
    cr_assert(eq(int, who->by, CANON_BY_SESSION));
    cr_assert(eq(str, (char *)who->sub, "one"));
    cr_assert(eq(str, (char *)who->org, "acme"));
    cr_assert(eq(str, (char *)who->org_id, "org_1"));
    cr_assert(eq(str, (char *)who->orgs[0], "acme"));
    cr_assert(eq(str, (char *)who->orgs[1], "beta"));
    cr_assert_null(who->orgs[2]);
    cr_assert(eq(str, (char *)who->github_login, "octocat"));
    cr_assert(eq(i64, who->user_id, id));
    cr_assert(
        eq(uint, who->permissions, READ | WRITE | CANON_PERM_PLATFORM_MANAGE),
        "his GitHub account is an operator's");
    canon_principal_free(who);
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_session_follows_the_rights_of_its_user)
{
    cn_buf cookie = CN_BUF_INIT(4096);
    canon_principal *who = NULL;
    int reason = -1;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    id = auth_user(&t, "one", "admin");
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "editor", "me"));
    open_session(id, "acme", "", &cookie);
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "", "me"));
    assert_ok(&t, identify(NULL, cn_buf_text(&cookie), &reason, &who));
    cr_assert(eq(str, (char *)who->org, ""));
    cr_assert(eq(uint, who->permissions, 0));
    canon_principal_free(who);
    assert_ok(&t, canon_user_activate(t.conn, id, 0));
    cr_assert(eq(int, identify(NULL, cn_buf_text(&cookie), &reason, &who),
                 CANON_EDENIED));
    cr_assert(eq(int, reason, CANON_AUTH_DEACTIVATED));
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

/* What the session of a cookie may do; CANON_AUTH_... in *reason. */
static unsigned rights(const char *cookie, int *reason)
{
    canon_principal *who = NULL;
    unsigned permissions;
    int rc = identify(NULL, cookie, reason, &who);

    cr_assert(eq(int, rc, *reason ? CANON_EAUTH : CANON_OK));
    permissions = who ? who->permissions : 0;
    canon_principal_free(who);
    return permissions;
}

DATABASE_TEST(identify, threat_privilege_persistence_of_sessions)
{
    cn_buf cookie = CN_BUF_INIT(4096);
    cn_person one = auth_person("one");
    canon_principal *who = NULL;
    int reason = -1;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    one.has_permissions = true;
    one.permissions = READ | WRITE;
    id = auth_arrive(&t, &one, "").user_id;
    open_session(id, "acme", "", &cookie);
    t.now_us += CN_SESSION_FRESH_US - 1;
    cr_assert(eq(uint, rights(cookie.data, &reason), READ | WRITE));
    t.now_us += 1;
    cr_assert(eq(uint, rights(cookie.data, &reason), 0));
    cr_assert(eq(int, reason, CANON_AUTH_STALE));
    one.permissions = READ;
    assert_ok(&t, cn_account_renew(t.conn, id, &one));
    cr_assert(eq(uint, rights(cookie.data, &reason), READ), "as said now");
    t.now_us += CN_SESSION_FRESH_US;
    rights(cookie.data, &reason);
    cr_assert(eq(int, reason, CANON_AUTH_STALE), "and again");
    assert_ok(&t, canon_user_activate(t.conn, id, 0));
    cr_assert(
        eq(int, identify(NULL, cookie.data, &reason, &who), CANON_EDENIED));
    cr_assert(eq(int, reason, CANON_AUTH_DEACTIVATED), "which says more");
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, the_role_of_an_operator_never_becomes_stale)
{
    cn_buf cookie = CN_BUF_INIT(4096);
    cn_person one = auth_person("one");
    int reason = -1;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    id = auth_arrive(&t, &one, "").user_id;
    open_session(id, "acme", "", &cookie);
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "editor", "me"));
    t.now_us += 10 * DAY_US;
    cr_assert(eq(uint, rights(cookie.data, &reason), READ | WRITE));
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "viewer", "me"));
    cr_assert(eq(uint, rights(cookie.data, &reason), READ), "at once");
    assert_ok(&t, canon_member_put(t.conn, "acme", id, "", "me"));
    rights(cookie.data, &reason);
    cr_assert(ne(int, reason, CANON_AUTH_SESSION), "it stays in any case");
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_key_needs_no_fresh_word_of_the_provider)
{
    char secret[CANON_KEY_LEN + 1];
    cn_person one = auth_person("one");
    canon_principal *who;
    int64_t id;

    test_engine_start_with(&t, *which, auth_multi);
    auth_install(&t, "acme", "org_1");
    one.org_id = "org_1";
    id = auth_arrive(&t, &one, "").user_id;
    auth_key(&t, "acme", id, READ, secret);
    t.now_us += CN_SESSION_FRESH_US + DAY_US;
    who = caller_of(secret);
    cr_assert(eq(uint, who->permissions, READ));
    canon_principal_free(who);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, with_one_tenant_no_session_becomes_stale)
{
    cn_buf cookie = CN_BUF_INIT(4096);
    cn_person one = auth_person("one");
    int reason = -1;
    int64_t id;

    test_engine_start_with(&t, *which, auth_single);
    auth_user(&t, "boss", "admin");
    id = auth_arrive(&t, &one, "").user_id;
    open_session(id, "", "", &cookie);
    t.now_us += 10 * DAY_US;
    cr_assert(eq(uint, rights(cookie.data, &reason), READ | WRITE));
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, threat_confused_deputy_between_credentials)
{
    char secret[CANON_KEY_LEN + 1];
    cn_buf cookie = CN_BUF_INIT(4096);
    canon_principal *who = NULL;
    int reason = -1;
    int64_t id;
    int64_t other;

    test_engine_start_with(&t, *which, auth_single);
    id = auth_user(&t, "one", "admin");
    other = auth_user(&t, "two", "viewer");
    open_session(id, "acme", "", &cookie);
    auth_key(&t, "beta", other, CANON_PERM_ALL, secret);
    assert_ok(&t, identify(secret, cn_buf_text(&cookie), &reason, &who));
    cr_assert(eq(int, who->by, CANON_BY_KEY));
    cr_assert(eq(str, (char *)who->sub, "two"));
    cr_assert(eq(str, (char *)who->org, "beta"));
    cr_assert(eq(uint, who->permissions, READ));
    canon_principal_free(who);
    secret[8] = '!';
    cr_assert(eq(int, identify(secret, cn_buf_text(&cookie), &reason, &who),
                 CANON_EAUTH),
              "a session does not heal a bad key");
    cr_assert(eq(int, reason, CANON_AUTH_KEY_UNKNOWN));
    cr_assert(
        ne(int, identify("", cn_buf_text(&cookie), &reason, &who), CANON_OK));
    cr_assert_null(who);
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, a_cookie_that_is_none_is_refused)
{
    cn_buf cookie = CN_BUF_INIT(4096);
    canon_principal *who = NULL;
    int reason = -1;

    test_engine_start_with(&t, *which, auth_single);
    cr_assert(
        eq(int, identify(NULL, "v1.1.nonsense", &reason, &who), CANON_EAUTH));
    cr_assert(eq(int, reason, CANON_AUTH_SESSION));
    cr_assert(eq(int, identify(NULL, "", &reason, &who), CANON_EAUTH));
    cr_assert(eq(int, reason, CANON_AUTH_SESSION));
    open_session(auth_user(&t, "one", ""), "acme", "", &cookie);
    assert_ok(&t, cn_session_close(t.conn, cn_buf_text(&cookie)));
    cr_assert(eq(int, identify(NULL, cn_buf_text(&cookie), &reason, &who),
                 CANON_EAUTH));
    cr_assert(eq(int, reason, CANON_AUTH_SESSION));
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

static int session_once(void *user)
{
    canon_principal *who = NULL;
    int reason = 0;
    int rc = identify(NULL, user, &reason, &who);

    cr_assert(eq(int, rc == CANON_OK, who != NULL));
    canon_principal_free(who);
    return rc;
}

DATABASE_TEST(identify, sessions_survive_every_failed_allocation)
{
    cn_buf cookie = CN_BUF_INIT(4096);

    test_engine_start_with(&t, *which, auth_single);
    open_session(auth_user(&t, "one", ""), "acme", "", &cookie);
    assert_ok(&t, session_once(cookie.data));
    cr_assert(gt(sz, torture(TORTURE_ONCE, session_once, cookie.data), 3));
    cr_assert(
        gt(sz, torture(TORTURE_PERSISTENT, session_once, cookie.data), 3));
    cn_buf_free(&cookie);
    test_engine_stop(&t);
}

DATABASE_TEST(identify, survives_every_failed_allocation)
{
    char secret[CANON_KEY_LEN + 1];

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    assert_ok(&t, key_once(secret));
    cr_assert(gt(sz, torture(TORTURE_ONCE, key_once, secret), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, key_once, secret), 3));
    test_engine_stop(&t);
}

static int fail_database(void *user)
{
    (void)user;
    return CANON_EBUSY;
}

DATABASE_TEST(identify, a_database_that_fails_is_no_wrong_key)
{
    char secret[CANON_KEY_LEN + 1];
    int reason;

    test_engine_start_with(&t, *which, auth_single);
    auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret);
    cn_db_set_hook(fail_database, NULL);
    reason = refusal(secret, CANON_EBUSY);
    cn_db_set_hook(NULL, NULL);
    cr_assert(eq(int, reason, CANON_AUTH_KEY_LOST));
    canon_principal_free(caller_of(secret));
    test_engine_stop(&t);
}
