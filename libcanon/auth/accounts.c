/*
 * Somebody whom the provider knows becomes a user with rights in an
 * organisation. Membership comes from the provider and from the store, never
 * from what a request asks for.
 */
#include "accounts.h"

#include "canon/settings.h"

#include "check.h"
#include "fail.h"
#include "key_memory.h"
#include "rights.h"

#define FIRST_ADMIN "first-admin"

/* One sign-in, in a transaction that may be run again. */
typedef struct arrival {
    const cn_person *person;
    const char *wanted; /* in lower case, or "" */
    cn_account *out;
} arrival;

static const char *const no_orgs[] = {NULL};

/* The list of one organisation; "" gives the empty one. */
static int list_one(canon_conn *conn, const char *org, const char *const **out)
{
    const char **list;

    *out = no_orgs;
    if (!*org)
        return CANON_OK;
    list = cn_arena_array(&conn->arena, 2, sizeof(*list));
    if (!list)
        return cn_fail_memory(&conn->err);
    list[0] = org;
    *out = list;
    return CANON_OK;
}

/* Everything but organisations and rights. */
static void take_user(const cn_user_row *user, cn_account *out)
{
    out->user_id = user->id;
    out->sub = user->sub;
    out->email = user->email;
    out->name = user->name;
    out->picture = user->picture;
    out->last_login_us = user->last_login_us;
    out->active = user->active;
    out->org = "";
    out->orgs = no_orgs;
    out->permissions = 0;
    out->said_us = 0;
}

/* --- organisations ------------------------------------------------------- */

/* Has an operator given the user a role there? */
static int has_role(canon_conn *conn, int64_t user_id, const char *org,
                    bool *out)
{
    cn_user_row user;
    cn_member_row member;
    int rc = cn_store_user_get(conn->db, &conn->arena, user_id, org, &user,
                               &member, &conn->err);

    *out = !rc && *member.role;
    return rc;
}

/* The organisation of a user to whom the provider says nothing: the only one
 * in which he has a role. */
static int only_role(canon_conn *conn, int64_t user_id, const char **out)
{
    const char *const *orgs = NULL;
    size_t count = 0;
    int rc = cn_store_member_orgs(conn->db, &conn->arena, user_id, INT64_MAX,
                                  &orgs, &count, &conn->err);

    if (!rc && count == 1)
        *out = orgs[0];
    return rc;
}

/*
 * The organisation for a sign-in or token. Multi-tenant: the wanted one if he
 * belongs to it, else the provider's, else the only one with a role. Else: the
 * provider's, or the only one of the installation; "" stands for all of them.
 */
static int choose_org(canon_conn *conn, const cn_person *person,
                      int64_t user_id, const char *wanted, const char **out)
{
    bool there = false;
    int rc = cn_store_org_of_provider(conn->db, &conn->arena, person->org_id,
                                      out, &conn->err);

    if (!rc && !cn_rights_multi(conn->engine))
        return **out
                   ? rc
                   : cn_store_org_lone(conn->db, &conn->arena, out, &conn->err);
    if (!rc && *wanted && user_id && strcmp(wanted, *out) != 0)
        rc = has_role(conn, user_id, wanted, &there);
    if (there)
        *out = wanted;
    if (!rc && !**out && user_id)
        rc = only_role(conn, user_id, out);
    return rc;
}

/* Organisation and rights of a user. */
static void take_rights(canon_conn *conn, const char *org,
                        const cn_user_row *user, const cn_member_row *member,
                        cn_account *out)
{
    cn_rights rights = cn_rights_of(conn->engine, user, member);

    out->permissions = rights.permissions;
    out->said_us = rights.said_us;
    out->org = rights.belongs ? org : "";
}

/* The account of a row with its rights in an organisation. */
static int load(canon_conn *conn, int64_t user_id, const char *org,
                cn_account *out)
{
    const canon *c = conn->engine;
    cn_user_row user;
    cn_member_row member;
    size_t count = 0;
    int rc = cn_store_user_get(conn->db, &conn->arena, user_id, org, &user,
                               &member, &conn->err);

    if (rc)
        return rc;
    take_user(&user, out);
    take_rights(conn, org, &user, &member, out);
    if (!user.active)
        return CANON_OK;
    if (!cn_rights_multi(c))
        return list_one(conn, out->org, &out->orgs);
    return cn_store_member_orgs(conn->db, &conn->arena, user_id,
                                canon_now_us(c) - CN_GRANT_US, &out->orgs,
                                &count, &conn->err);
}

/* --- signing in ---------------------------------------------------------- */

/* Add somebody who is not there yet. Somebody else may be faster. */
static int add_user(canon_conn *conn, const cn_person *person)
{
    const canon *c = conn->engine;
    bool promoted = false;
    int64_t id = 0;
    cn_user_row row = {
        .sub = person->sub,
        .email = person->email,
        .name = person->name,
        .picture = person->picture,
        .role = canon_setting_text(c, "DEFAULT_ROLE"),
        .created_us = canon_now_us(c),
    };
    int rc = cn_store_user_add(conn->db, &row, &id, &conn->err);

    if (rc || !id || cn_rights_multi(c))
        return rc;
    rc = cn_store_lock(conn->db, FIRST_ADMIN, &conn->err);
    return rc ? rc : cn_store_user_promote(conn->db, id, &promoted, &conn->err);
}

/* The row of somebody who signs in, made or refreshed. */
static int arrive_user(canon_conn *conn, const cn_person *person,
                       cn_user_row *out, bool *first_out)
{
    cn_user_row row = {
        .sub = person->sub,
        .email = person->email,
        .name = person->name,
        .picture = person->picture,
        .last_login_us = canon_now_us(conn->engine),
    };
    int rc = cn_store_user_find(conn->db, &conn->arena, person->sub, out,
                                &conn->err);

    *first_out = rc || out->last_login_us == 0;
    if (rc == CANON_ENOTFOUND) {
        cn_fail_clear(&conn->err);
        rc = add_user(conn, person);
    }
    return rc ? rc
              : cn_store_user_arrive(conn->db, &conn->arena, &row, out,
                                     &conn->err);
}

/* Remember what the provider says about him in its organisation. */
static int keep_grant(canon_conn *conn, int64_t user_id,
                      const cn_person *person)
{
    const char *org = "";
    int rc;

    if (!cn_rights_multi(conn->engine))
        return CANON_OK;
    rc = cn_store_org_of_provider(conn->db, &conn->arena, person->org_id, &org,
                                  &conn->err);
    if (rc || !*org)
        return rc;
    return cn_store_member_grant(conn->db, org, user_id,
                                 cn_rights_granted(person),
                                 canon_now_us(conn->engine), &conn->err);
}

static int arrive(canon_conn *conn, void *arg)
{
    arrival *a = arg;
    const char *org = "";
    cn_user_row user;
    int rc = arrive_user(conn, a->person, &user, &a->out->first);

    if (rc)
        return rc;
    take_user(&user, a->out);
    if (!user.active)
        return CANON_OK;
    rc = keep_grant(conn, user.id, a->person);
    if (!rc)
        rc = choose_org(conn, a->person, user.id, a->wanted, &org);
    return rc ? rc : load(conn, user.id, org, a->out);
}

int cn_account_arrive(canon_conn *conn, const cn_person *person,
                      const char *wanted, cn_account *out)
{
    arrival a = {person, "", out};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    memset(out, 0, sizeof(*out));
    if (!rc && cn_slug_ok(cn_str(wanted))) {
        a.wanted = cn_conn_org(conn, wanted);
        rc = a.wanted ? CANON_OK : conn->err.code;
    }
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, arrive, &a);
    if (!rc)
        cn_keys_forget(conn);
    return cn_conn_end(conn, rc);
}

int cn_account_renew(canon_conn *conn, int64_t user_id, const cn_person *person)
{
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = keep_grant(conn, user_id, person);
    if (!rc)
        cn_keys_forget(conn);
    return cn_conn_end(conn, rc);
}

/* --- looking up ---------------------------------------------------------- */

int cn_account_get(canon_conn *conn, int64_t user_id, const char *org,
                   cn_account *out)
{
    int rc = cn_conn_begin_fresh(conn);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = load(conn, user_id, org, out);
    return cn_conn_end(conn, rc);
}

/* Somebody with a token who has never signed in. */
static cn_user_row stranger(const canon *c, const cn_person *person)
{
    cn_user_row row = {
        .sub = person->sub,
        .email = person->email,
        .name = person->name,
        .picture = person->picture,
        .role = canon_setting_text(c, "DEFAULT_ROLE"),
        .active = true,
    };

    return row;
}

/* The row of a token's bearer and what is known about him in org. */
static int find_bearer(canon_conn *conn, const cn_person *person,
                       cn_user_row *out)
{
    int rc = cn_store_user_find(conn->db, &conn->arena, person->sub, out,
                                &conn->err);

    if (rc == CANON_ENOTFOUND) {
        cn_fail_clear(&conn->err);
        *out = stranger(conn->engine, person);
        return CANON_OK;
    }
    if (!rc && *person->email)
        out->email = person->email;
    if (!rc && *person->name)
        out->name = person->name;
    if (!rc && *person->picture)
        out->picture = person->picture;
    return rc;
}

/* A token speaks for the provider now: its word needs not be remembered. */
static int weigh_token(canon_conn *conn, const cn_person *person,
                       const cn_user_row *user, cn_account *out)
{
    cn_user_row row;
    cn_member_row member = {"", 0, 0};
    const char *org = "";
    const char *provided = "";
    int rc = choose_org(conn, person, user->id, "", &org);

    if (!rc)
        rc = cn_store_org_of_provider(conn->db, &conn->arena, person->org_id,
                                      &provided, &conn->err);
    if (!rc && user->id)
        rc = cn_store_user_get(conn->db, &conn->arena, user->id, org, &row,
                               &member, &conn->err);
    if (rc)
        return rc;
    member.granted = cn_rights_granted(person);
    member.granted_us = *provided ? canon_now_us(conn->engine) : 0;
    take_rights(conn, org, user, &member, out);
    return list_one(conn, out->org, &out->orgs);
}

int cn_account_of_person(canon_conn *conn, const cn_person *person,
                         cn_account *out)
{
    cn_user_row user;
    int rc = cn_conn_begin_fresh(conn);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = find_bearer(conn, person, &user);
    if (!rc) {
        take_user(&user, out);
        rc = user.active ? weigh_token(conn, person, &user, out) : CANON_OK;
    }
    return cn_conn_end(conn, rc);
}

int cn_account_org_id(canon_conn *conn, const char *org, const char **out)
{
    const char *name;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = "";
    if (!rc && cn_slug_ok(cn_str(org))) {
        name = cn_conn_org(conn, org);
        rc = name ? cn_store_org_provider_id(conn->db, &conn->arena, name, out,
                                             &conn->err)
                  : conn->err.code;
    }
    return cn_conn_end(conn, rc);
}
