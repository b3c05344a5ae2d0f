/*
 * Opening a source by its URL: the kinds that come with the library and those
 * the host added.
 */
#include "source_parts.h"

#include "check.h"
#include "conn.h"
#include "fail.h"
#include "mem.h"

struct canon_source {
    canon_conn *conn;
    const canon_source_ops *ops;
    void *state;
    cn_source_host host; /* of the kinds of the library */
};

static int64_t host_now_us(void *user)
{
    return canon_now_us(((const canon_conn *)user)->engine);
}

static int host_random(void *user, void *out, size_t len)
{
    return canon_random(((const canon_conn *)user)->engine, out, len);
}

static bool host_interrupted(void *user)
{
    return cn_conn_interrupted(user);
}

/* The functions of a kind and the `user` of their open; NULL: unknown. */
static const canon_source_ops *find_ops(canon_source *s, const char *scheme,
                                        void **user_out)
{
    const canon_source_ops *ops = cn_conn_source_ops(s->conn, scheme, user_out);

    if (ops)
        return ops;
    *user_out = &s->host;
    if (strcmp(scheme, "dir") == 0)
        return &cn_dir_ops;
#ifdef CANON_WITH_GIT
    if (strcmp(scheme, "git") == 0)
        return &cn_git_ops;
#endif
    return NULL;
}

int canon_source_open(canon_conn *conn, const char *url, canon_source **out)
{
    cn_slice rest = cn_str(url);
    cn_slice scheme = cn_slice_cut(&rest, ':');
    canon_source *s;
    char name[32] = "";
    void *user = NULL;
    int rc = CANON_OK;

    *out = NULL;
    if (!rest.ptr || scheme.len == 0 || scheme.len >= sizeof(name))
        return cn_fail(&conn->err, CANON_EINVAL, "%.200s is no URL of a source",
                       url ? url : "NULL");
    memcpy(name, scheme.ptr, scheme.len);
    s = cn_calloc(1, sizeof(*s));
    if (!s)
        return cn_fail_memory(&conn->err);
    s->conn = conn;
    s->host.now_us = host_now_us;
    s->host.random = host_random;
    s->host.interrupted = host_interrupted;
    s->host.user = conn;
    s->ops = find_ops(s, name, &user);
    if (!s->ops)
        rc = cn_fail(&conn->err, CANON_EUNSUPPORTED,
                     "sources of the kind %s are not supported here", name);
    if (!rc)
        rc = s->ops->open(user, rest.ptr, &s->state, &conn->err);
    if (rc) {
        cn_free(s);
        return rc;
    }
    *out = s;
    return CANON_OK;
}

int canon_source_head(canon_source *s, const char *ref, canon_revision *out)
{
    return s->ops->head(s->state, ref, out, &s->conn->err);
}

int canon_source_list(canon_source *s, const canon_revision *at,
                      int (*on_file)(const canon_file *file, void *user),
                      void *user)
{
    return s->ops->list(s->state, at, on_file, user, &s->conn->err);
}

static int check_path(canon_source *s, const char *path)
{
    if (path && cn_path_ok(cn_str(path)))
        return CANON_OK;
    return cn_fail(&s->conn->err, CANON_EINVAL, "invalid file path");
}

int canon_source_read(canon_source *s, const canon_revision *at,
                      const char *path, size_t max, canon_buf *out,
                      char blob_out[72])
{
    char blob[72] = "";
    int rc = check_path(s, path);

    if (!rc)
        rc = s->ops->read(s->state, at, path, max ? max : CN_READ_MAX, out,
                          blob_out ? blob_out : blob, &s->conn->err);
    return rc;
}

int canon_source_write(canon_source *s, const canon_change *change,
                       canon_written *out)
{
    int rc = check_path(s, change->path);

    return rc ? rc : s->ops->write(s->state, change, out, &s->conn->err);
}

int canon_source_propose(canon_source *s, const canon_change *change,
                         canon_written *out)
{
    int rc = check_path(s, change->path);

    if (!rc && !s->ops->propose)
        rc = cn_fail(&s->conn->err, CANON_EUNSUPPORTED,
                     "this source takes no proposals");
    return rc ? rc : s->ops->propose(s->state, change, out, &s->conn->err);
}

void canon_source_close(canon_source *s)
{
    if (!s)
        return;
    s->ops->close(s->state);
    cn_free(s);
}
