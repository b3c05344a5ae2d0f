/*
 * Users and their roles, for operators.
 */
#include "canon/auth.h"

#include "canon/settings.h"

#include "conn.h"
#include "fail.h"
#include "key_memory.h"
#include "mem.h"
#include "permissions.h"
#include "store.h"
#include "text.h"

#define MOST_SUB   255 /* OpenID Connect Core, section 2 */
#define MOST_TEXT  320
#define MOST_USERS 1000

struct canon_users {
    cn_arena arena;
    canon_user *items;
    size_t count;
};

/* --- listing ------------------------------------------------------------- */

static int fill_users(canon_users *users, const cn_user_rows *rows)
{
    users->items =
        cn_arena_array(&users->arena, rows->count, sizeof(*users->items));
    if (!users->items)
        return CANON_ENOMEM;
    for (size_t i = 0; i < rows->count; i++) {
        const cn_user_row *row = &rows->items[i];
        canon_user *user = &users->items[i];

        user->size = sizeof(*user);
        user->id = row->id;
        user->sub = row->sub;
        user->email = row->email;
        user->name = row->name;
        user->role = row->role;
        user->created_us = row->created_us;
        user->last_login_us = row->last_login_us;
        user->active = row->active;
    }
    users->count = rows->count;
    return CANON_OK;
}

static int list_users(canon_conn *conn, const char *text, int64_t after_id,
                      int limit, canon_users **out)
{
    canon_users *users = cn_calloc(1, sizeof(*users));
    cn_user_rows rows;
    int rc;

    if (!users)
        return cn_fail_memory(&conn->err);
    rc = cn_store_user_list(conn->db, &users->arena, text, after_id, limit,
                            &rows, &conn->err);
    if (!rc && fill_users(users, &rows))
        rc = cn_fail_memory(&conn->err);
    if (rc) {
        canon_users_free(users);
        return rc;
    }
    *out = users;
    return CANON_OK;
}

int canon_user_list(canon_conn *conn, const char *text, int64_t after_id,
                    int limit, canon_users **out)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    if (!rc && (limit < 1 || limit > MOST_USERS))
        rc = cn_fail(&conn->err, CANON_EINVAL,
                     "a list has 1 to %d users, not %d", MOST_USERS, limit);
    if (!rc)
        rc = list_users(conn, text, after_id, limit, out);
    return cn_conn_end(conn, rc);
}

size_t canon_users_count(const canon_users *users)
{
    return users->count;
}

const canon_user *canon_users_at(const canon_users *users, size_t i)
{
    return i < users->count ? &users->items[i] : NULL;
}

void canon_users_free(canon_users *users)
{
    if (!users)
        return;
    cn_arena_free(&users->arena);
    cn_free(users);
}

/* --- changing ------------------------------------------------------------ */

/* A role that is known, or "" where that means something. */
static int check_role(const char *role, canon_error *err)
{
    if (!*role || cn_role_known(role))
        return CANON_OK;
    return cn_fail(err, CANON_EINVAL,
                   "%.40s is no role: viewer, editor or admin", role);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* The user that is wanted as a row. */
static int read_wanted(const canon_user *user, cn_user_row *out,
                       canon_error *err)
{
    cn_user_row row = {.sub = or_empty(user->sub),
                       .email = or_empty(user->email),
                       .name = or_empty(user->name),
                       .role = or_empty(user->role)};
    int rc;

    if (user->size < sizeof(*user))
        return cn_fail(err, CANON_EINVAL,
                       "canon_user without its size: use CANON_USER_INIT");
    if (!*row.sub)
        return cn_fail(err, CANON_EINVAL, "a user without sub");
    rc = cn_text_check("the sub", row.sub, MOST_SUB, err);
    if (!rc)
        rc = cn_text_check("the e-mail address", row.email, MOST_TEXT, err);
    if (!rc)
        rc = cn_text_check("the name", row.name, MOST_TEXT, err);
    if (!rc)
        rc = check_role(row.role, err);
    *out = row;
    return rc;
}

int canon_user_put(canon_conn *conn, const canon_user *user, int64_t *id_out)
{
    const canon *c = conn->engine;
    cn_user_row row;
    int64_t id = 0;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = read_wanted(user, &row, &conn->err);
    if (!rc) {
        row.created_us = canon_now_us(c);
        rc = cn_store_user_put(conn->db, &row,
                               canon_setting_text(c, "DEFAULT_ROLE"), &id,
                               &conn->err);
    }
    if (id_out)
        *id_out = rc ? 0 : id;
    if (!rc)
        cn_keys_forget(conn);
    return cn_conn_end(conn, rc);
}

static int fail_unknown(canon_conn *conn, int64_t user_id)
{
    return cn_fail(&conn->err, CANON_ENOTFOUND, "no user %lld",
                   (long long)user_id);
}

int canon_user_activate(canon_conn *conn, int64_t user_id, int active)
{
    bool found = false;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_store_user_activate(conn->db, user_id, active != 0, &found,
                                    &conn->err);
    if (!rc && !found)
        rc = fail_unknown(conn, user_id);
    if (!rc)
        cn_keys_forget(conn);
    return cn_conn_end(conn, rc);
}

/* A role that is given or taken. */
typedef struct membership {
    const char *org;
    int64_t user_id;
    const char *role;
    const char *assigned_by;
} membership;

static int put_member(canon_conn *conn, void *arg)
{
    const membership *m = arg;
    bool found = false;
    int rc = cn_store_user_lock(conn->db, m->user_id, &found, &conn->err);

    if (!rc && !found)
        rc = fail_unknown(conn, m->user_id);
    if (rc)
        return rc;
    if (!*m->role)
        return cn_store_member_remove(conn->db, m->org, m->user_id, &conn->err);
    return cn_store_member_put(conn->db, m->org, m->user_id, m->role,
                               m->assigned_by, canon_now_us(conn->engine),
                               &conn->err);
}

int canon_member_put(canon_conn *conn, const char *org, int64_t user_id,
                     const char *role, const char *assigned_by)
{
    membership m = {NULL, user_id, or_empty(role), or_empty(assigned_by)};
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = check_role(m.role, &conn->err);
    if (!rc)
        rc = cn_text_check("the name of who assigns", m.assigned_by, MOST_SUB,
                           &conn->err);
    if (!rc) {
        m.org = cn_conn_org(conn, org);
        rc = m.org ? CANON_OK : conn->err.code;
    }
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, put_member, &m);
    if (!rc)
        cn_keys_forget(conn);
    return cn_conn_end(conn, rc);
}
