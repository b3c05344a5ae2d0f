/*
 * Dashboard, repositories and documents of an organisation, from the index.
 */
#include "api.h"

#include "check.h"
#include "fail.h"

/* What the path names; "" where it does not. */
typedef struct place {
    const char *org;
    const char *full_name;
    const char *path;
} place;

typedef int make_fn(canon_conn *conn, void *user, canon_buf *out);

/* The answer about a place: kind says which one. */
static int reply_place(cn_call *c, const char *kind, place *p, make_fn *make)
{
    const char *const key[] = {kind, p->org, p->full_name, p->path};
    canon_answer answer = {.key = key,
                           .key_count = sizeof(key) / sizeof(key[0]),
                           .make = make,
                           .user = p};

    return cn_reply_answer(c, &answer);
}

static int make_dashboard(canon_conn *conn, void *user, canon_buf *out)
{
    const place *p = user;

    return canon_dashboard_json(conn, p->org, out);
}

int cn_dashboard_get(cn_call *c)
{
    place p = {cn_call_param(c, "org"), "", ""};
    int rc = cn_call_checked(c);

    return rc ? rc : reply_place(c, "dashboard", &p, make_dashboard);
}

static int make_repo(canon_conn *conn, void *user, canon_buf *out)
{
    const place *p = user;

    return canon_repo_json(conn, p->org, p->full_name, out);
}

int cn_repo_get(cn_call *c)
{
    place p = {cn_call_param(c, "org"), cn_call_repo(c), ""};
    bool visible = false;
    int rc =
        p.full_name ? cn_repo_visible(c, &visible) : cn_fail_memory(&c->err);

    if (rc)
        return rc;
    if (!visible || !cn_full_name_ok(cn_str(p.full_name)))
        return cn_reply_error(c, 404, "Repository not found");
    rc = reply_place(c, "repo", &p, make_repo);
    return rc == CANON_ENOTFOUND
               ? cn_reply_error(c, 404, "Repository not found")
               : rc;
}

/* A document that the index holds; missing is the body of its 404. */
static int reply_document(cn_call *c, const char *kind, make_fn *make,
                          const char *missing)
{
    place p = {cn_call_param(c, "org"), cn_call_repo(c),
               cn_call_param(c, "file_path")};
    bool visible = false;
    int rc =
        p.full_name ? cn_repo_visible(c, &visible) : cn_fail_memory(&c->err);

    if (rc)
        return rc;
    if (!visible || !cn_full_name_ok(cn_str(p.full_name)) ||
        !cn_path_ok(cn_str(p.path)) || !cn_slice_ends(cn_str(p.path), ".md"))
        return cn_reply_error(c, 404, missing);
    rc = reply_place(c, kind, &p, make);
    return rc == CANON_ENOTFOUND ? cn_reply_error(c, 404, missing) : rc;
}

static int make_spec(canon_conn *conn, void *user, canon_buf *out)
{
    const place *p = user;

    return canon_spec_detail_json(conn, p->org, p->full_name, p->path, out);
}

int cn_spec_get(cn_call *c)
{
    return reply_document(c, "spec", make_spec, "Spec not found");
}

static int make_doc(canon_conn *conn, void *user, canon_buf *out)
{
    const place *p = user;

    return canon_doc_detail_json(conn, p->org, p->full_name, p->path, out);
}

int cn_doc_get(cn_call *c)
{
    return reply_document(c, "doc", make_doc, "Document not found");
}
