/*
 * Dashboard, repositories and documents of an organisation, from the index.
 */
#include "api.h"

#include "canon/index.h"

#include "check.h"
#include "fail.h"

int cn_dashboard_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    int rc = cn_call_checked(c);

    if (!rc)
        rc = canon_dashboard_json(c->conn, org, &c->body);
    return rc ? rc : cn_reply_json(c, 200);
}

int cn_repo_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    const char *full_name = cn_call_repo(c);
    bool visible = false;
    int rc = full_name ? cn_repo_visible(c, &visible) : cn_fail_memory(&c->err);

    if (rc)
        return rc;
    if (!visible || !cn_full_name_ok(cn_str(full_name)))
        return cn_reply_error(c, 404, "Repository not found");
    rc = canon_repo_json(c->conn, org, full_name, &c->body);
    if (rc == CANON_ENOTFOUND)
        return cn_reply_error(c, 404, "Repository not found");
    return rc ? rc : cn_reply_json(c, 200);
}

typedef int detail_fn(canon_conn *conn, const char *org, const char *full_name,
                      const char *path, canon_buf *out);

/* A document that the index holds; missing is the body of its 404. */
static int reply_document(cn_call *c, detail_fn *detail, const char *missing)
{
    const char *org = cn_call_param(c, "org");
    const char *path = cn_call_param(c, "file_path");
    const char *full_name = cn_call_repo(c);
    bool visible = false;
    int rc = full_name ? cn_repo_visible(c, &visible) : cn_fail_memory(&c->err);

    if (rc)
        return rc;
    if (!visible || !cn_full_name_ok(cn_str(full_name)) ||
        !cn_path_ok(cn_str(path)) || !cn_slice_ends(cn_str(path), ".md"))
        return cn_reply_error(c, 404, missing);
    rc = detail(c->conn, org, full_name, path, &c->body);
    if (rc == CANON_ENOTFOUND)
        return cn_reply_error(c, 404, missing);
    return rc ? rc : cn_reply_json(c, 200);
}

int cn_spec_get(cn_call *c)
{
    return reply_document(c, canon_spec_detail_json, "Spec not found");
}

int cn_doc_get(cn_call *c)
{
    return reply_document(c, canon_doc_detail_json, "Document not found");
}
