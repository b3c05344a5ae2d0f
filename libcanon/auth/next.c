/*
 * Where a browser wanted to go before it was sent to the login: in a cookie,
 * sealed like the state of the login, so that nobody else can choose it.
 */
#include "auth_parts.h"
#include "date.h"
#include "fail.h"
#include "url.h"

#include <stdio.h>

#define LIFE_S       INT64_C(600)
#define LONGEST_PATH 1024 /* sealed, it still fits into a cookie */
#define LIMIT        ((size_t)4 * 1024)

const char *canon_next_cookie(const canon *c)
{
    return cn_auth_is_secure(c) ? "__Host-canon_next" : "canon_next";
}

/* Begin a call that needs no database: a login is asked for also while there is
 * none. */
static void start(canon_conn *conn)
{
    cn_fail_clear(&conn->err);
    if (conn->depth == 0)
        cn_arena_reset(&conn->arena); /* of the call before */
}

static int seal(canon_conn *conn, const char *path, const char *name,
                const char **out)
{
    const cn_seal_place place = {"oauth-state", name};
    cn_buf plain = CN_BUF_INIT(LIMIT);
    cn_buf sealed = CN_BUF_INIT(2 * LIMIT);
    cn_json w = cn_json_to(&plain);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, "next", path);
    cn_json_int(&w, "exp", canon_now_us(conn->engine) / CN_US_SECOND + LIFE_S);
    cn_json_end_object(&w);
    rc = cn_auth_seal(conn, &place, &plain, &sealed);
    if (!rc)
        rc = cn_buf_check(&sealed, &conn->err);
    if (!rc) {
        *out = cn_arena_copy(&conn->arena, cn_buf_all(&sealed));
        rc = *out ? CANON_OK : cn_fail_memory(&conn->err);
    }
    cn_buf_free(&sealed);
    return rc;
}

int canon_next_remember(canon_conn *conn, const char *path, canon_cookie *out)
{
    memset(out, 0, sizeof(*out));
    start(conn);
    if (!canon_next_ok(path) || strlen(path) > LONGEST_PATH)
        return cn_fail(&conn->err, CANON_EINVAL, "no path to come back to");
    snprintf(out->name, sizeof(out->name), "%s",
             canon_next_cookie(conn->engine));
    out->path = "/";
    out->max_age_s = LIFE_S;
    return seal(conn, path, out->name, &out->value);
}

int canon_next_recall(canon_conn *conn, const char *cookie,
                      const char **path_out)
{
    const cn_seal_place place = {"oauth-state",
                                 canon_next_cookie(conn->engine)};
    const cn_value *value = NULL;
    int64_t now_s = canon_now_us(conn->engine) / CN_US_SECOND;
    const char *path;
    int rc;

    *path_out = NULL;
    start(conn);
    rc = cn_auth_open(conn, &place, cn_str(cookie), &value);
    if (rc)
        return rc;
    path = cn_value_str(value, "next", "");
    if (!canon_next_ok(path) || now_s >= cn_value_int(value, "exp", 0))
        return cn_fail(&conn->err, CANON_ENOTFOUND,
                       "the path to come back to is too old");
    *path_out = path;
    return CANON_OK;
}
