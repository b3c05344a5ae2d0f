/*
 * The editor: parse and preview of a text, loading a file, saving it on the
 * default branch or as a proposal.
 */
#include "api.h"

#include "canon/editor.h"
#include "canon/render.h"
#include "canon/spec.h"

#include "check.h"
#include "date.h"
#include "fail.h"
#include "utf8.h"

#define CONTENT_MAX 500000 /* characters */
#define PR_BODY     "Proposed with the Canon editor."

int cn_editor_refuse(cn_call *c)
{
    return cn_reply_error(c, 400, "Invalid request body");
}

/* Editors work on repositories of the organisation only. */
static int check_repo(cn_call *c)
{
    bool known = false;
    int rc = cn_repo_known(c, &known);

    if (rc || known)
        return rc;
    return cn_reply_error(c, 404, "Repository not found");
}

int cn_editor_text(cn_call *c, const cn_value *body, const char *name,
                   const char *preset, cn_slice *out)
{
    const cn_value *value = cn_value_get(body, name);

    *out = cn_str(preset);
    if (!value)
        return preset ? CANON_OK : cn_editor_refuse(c);
    if (value->kind != CN_KIND_TEXT || cn_utf8_count(value->text) > CONTENT_MAX)
        return cn_editor_refuse(c);
    *out = value->text;
    return CANON_OK;
}

/* The text to work on. */
static int read_content(cn_call *c, const char *preset, const cn_value **body,
                        cn_slice *content)
{
    int rc = cn_call_object(c, body);

    return rc ? rc : cn_editor_text(c, *body, "content", preset, content);
}

int cn_editor_parse(cn_call *c, cn_slice content, canon_spec **out)
{
    canon_spec_options options = CANON_SPEC_OPTIONS_INIT;

    options.max_len = (size_t)CONTENT_MAX * 4 + 1;
    return canon_spec_parse(content.ptr ? content.ptr : "", content.len,
                            &options, out, &c->err);
}

int cn_parse_post(cn_call *c)
{
    const cn_value *body = NULL;
    canon_spec *spec = NULL;
    cn_slice content;
    int rc = check_repo(c);

    if (!rc)
        rc = read_content(c, NULL, &body, &content);
    if (!rc)
        rc = cn_editor_parse(c, content, &spec);
    if (!rc)
        rc = canon_spec_editor_json(spec, &c->body, &c->err);
    canon_spec_free(spec);
    return rc ? rc : cn_reply_json(c, 200);
}

/* {"html":"..."} */
static int reply_html_json(cn_call *c)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_slice(&w, "html", cn_slice_of(c->body.data, c->body.len));
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 200);
}

/* Draw the text as the repository of the path would show it. */
static int render_content(cn_call *c, cn_slice content)
{
    canon_render_options options = {.size = sizeof(options)};
    canon_spec *spec = NULL;
    int rc;

    options.org = cn_call_param(c, "org");
    options.repo = cn_call_repo(c);
    if (!options.repo)
        return cn_fail_memory(&c->err);
    rc = cn_editor_parse(c, content, &spec);
    if (!rc)
        rc = canon_render_spec(spec, &options, &c->body, &c->err);
    canon_spec_free(spec);
    return rc;
}

int cn_preview_post(cn_call *c)
{
    const cn_value *body = NULL;
    cn_slice content;
    int rc = check_repo(c);

    c->vary = "Accept";
    if (!rc)
        rc = read_content(c, "", &body, &content);
    if (!rc)
        rc = render_content(c, content);
    if (rc)
        return rc;
    return cn_call_accepts(c, "application/json") ? reply_html_json(c)
                                                  : cn_reply_html(c, 200);
}

int cn_template_get(cn_call *c)
{
    canon_template what = {.size = sizeof(what)};
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    canon_buf text = CANON_BUF_INIT;
    char date[16];
    int rc = check_repo(c);

    cn_day_format(cn_day_of(canon_now_us(c->engine)), date);
    what.owner = c->who.name;
    what.date = date;
    if (!rc)
        rc = canon_spec_template(&what, &text, &c->err);
    if (!rc) {
        cn_json_object(&w, NULL);
        cn_json_slice(&w, "content", cn_slice_of(text.data, text.len));
        cn_json_end_object(&w);
        rc = cn_buf_export(&out, &c->body, &c->err);
    }
    canon_buf_free(&text);
    return rc ? rc : cn_reply_json(c, 200);
}

int cn_editor_repos_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    int rc = cn_call_checked(c);

    if (!rc)
        rc = canon_editor_repos_json(c->conn, org, &c->body);
    return rc ? rc : cn_reply_json(c, 200);
}

/* --- one file ----------------------------------------------------------- */

/* The path of a file that may be edited. */
static int check_path(cn_call *c, const char **path)
{
    *path = cn_call_param(c, "file_path");
    if (c->err.code)
        return c->err.code;
    if (!canon_editor_path_check(*path))
        return cn_reply_error(c, 400, "Invalid file path");
    return CANON_OK;
}

/* What the failure of a load or save means to an editor. */
static int refuse_file(cn_call *c, int code)
{
    switch (code) {
    case CANON_ENOTFOUND:
        return cn_reply_error(c, 404, "File not found");
    case CANON_EDENIED:
        return cn_reply_error(c, 403, "Permission denied");
    case CANON_EUNSUPPORTED:
        c->challenge = "GitHub-OAuth realm=\"canon\"";
        return cn_reply_error(c, 401, "Not authenticated with GitHub");
    default:
        return code;
    }
}

int cn_editor_file_get(cn_call *c)
{
    const char *full_name = cn_call_repo(c);
    const char *path = NULL;
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    canon_buf text = CANON_BUF_INIT;
    char blob[72] = "";
    int rc = full_name ? check_path(c, &path) : cn_fail_memory(&c->err);

    if (rc)
        return rc;
    rc = canon_editor_load(c->conn, cn_call_param(c, "org"), full_name, path,
                           &text, blob);
    if (!rc) {
        cn_json_object(&w, NULL);
        cn_json_slice(&w, "content", cn_slice_of(text.data, text.len));
        cn_json_str(&w, "sha", blob);
        cn_json_end_object(&w);
        rc = cn_buf_export(&out, &c->body, &c->err);
    } else if (rc == CANON_EINVAL) {
        rc = cn_reply_error(c, 400, "File is not UTF-8 text");
    } else {
        rc = refuse_file(c, rc);
    }
    canon_buf_free(&text);
    return rc ? rc : cn_reply_json(c, 200);
}

/* Texts of a change; "" in the body means the default. */
static int read_texts(cn_call *c, const cn_value *body, canon_change *change)
{
    cn_slice message;
    cn_slice blob;
    int rc = cn_editor_text(c, body, "sha", NULL, &blob);

    if (!rc)
        rc = cn_editor_text(c, body, "message", "", &message);
    if (rc)
        return rc;
    change->base_blob = blob.ptr;
    change->message = message.len > 0 ? message.ptr : NULL;
    if (!cn_call_is_operator(c)) {
        change->author_name = c->who.name;
        change->author_email = c->who.email;
    }
    return CANON_OK;
}

/* Path, text and base of an edit, from path and body. */
static int read_edit(cn_call *c, canon_edit *edit, const cn_value **body)
{
    cn_slice content;
    int rc;

    edit->size = sizeof(*edit);
    edit->change = (canon_change)CANON_CHANGE_INIT;
    edit->change.author_name = "";
    edit->change.author_email = "";
    edit->org = cn_call_param(c, "org");
    edit->full_name = cn_call_repo(c);
    if (!edit->full_name)
        return cn_fail_memory(&c->err);
    rc = check_path(c, &edit->change.path);
    if (!rc)
        rc = read_content(c, NULL, body, &content);
    if (rc)
        return rc;
    edit->change.text = content.ptr ? content.ptr : "";
    edit->change.text_len = content.len;
    return read_texts(c, *body, &edit->change);
}

/* Somebody was faster: show what is there now. */
static int reply_conflict(cn_call *c, const canon_edit_conflict *conflict)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    bool readable = conflict->blob[0] != '\0';
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, "error", "conflict");
    if (readable)
        cn_json_slice(&w, "server_content",
                      cn_slice_of(conflict->text.data, conflict->text.len));
    else
        cn_json_null(&w, "server_content");
    cn_json_str(&w, "server_sha", readable ? conflict->blob : NULL);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 409);
}

/* Tell the host that a spec was saved; number -1: not as a proposal. */
static void announce(cn_call *c, const canon_edit *edit, int64_t number)
{
    cn_buf detail = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&detail);

    cn_json_object(&w, NULL);
    cn_json_str(&w, "method", number < 0 ? "direct" : "pr");
    cn_json_str(&w, "repo", edit->full_name);
    cn_json_str(&w, "file_path", edit->change.path);
    if (number >= 0)
        cn_json_int(&w, "pr_number", number);
    cn_json_end_object(&w);
    if (!detail.rc)
        canon_event_emit(c->conn, "spec_saved", edit->org,
                         cn_buf_text(&detail));
    cn_buf_free(&detail);
}

/* {"ok":true,"sha":"..."} */
static int reply_saved(cn_call *c, const canon_written *written)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_bool(&w, "ok", true);
    cn_json_str(&w, "sha", written->blob);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 200);
}

int cn_save_post(cn_call *c)
{
    canon_edit_conflict conflict = {CANON_BUF_INIT, "", 0};
    canon_written written = {.blob = ""};
    const cn_value *body = NULL;
    canon_edit edit = {0};
    int rc = read_edit(c, &edit, &body);

    if (rc)
        return rc;
    rc = canon_editor_save(c->conn, &edit, &written, &conflict);
    if (rc == CANON_ECONFLICT) {
        rc = reply_conflict(c, &conflict);
    } else if (rc == CANON_EINVAL) {
        rc = cn_editor_refuse(c);
    } else if (rc) {
        rc = refuse_file(c, rc);
    } else {
        announce(c, &edit, -1);
        rc = reply_saved(c, &written);
    }
    canon_buf_free(&conflict.text);
    return rc;
}

/* --- proposals ---------------------------------------------------------- */

/* Branch and texts of a proposal; what is empty gets its default. */
static int read_proposal(cn_call *c, const cn_value *body, canon_change *change)
{
    cn_slice branch;
    cn_slice title;
    cn_slice text;
    int rc = cn_editor_text(c, body, "branch_name", "", &branch);

    if (!rc)
        rc = cn_editor_text(c, body, "pr_title", "", &title);
    if (!rc)
        rc = cn_editor_text(c, body, "pr_body", "", &text);
    if (rc)
        return rc;
    if (branch.len > 0 && !cn_branch_ok(branch))
        return cn_reply_error(c, 400, "Invalid branch name");
    change->branch = branch.len > 0 ? branch.ptr : NULL;
    change->title =
        title.len > 0
            ? title.ptr
            : cn_arena_printf(&c->arena, "docs: update %s", change->path);
    change->body = text.len > 0 ? text.ptr : PR_BODY;
    if (!change->title)
        return cn_fail_memory(&c->err);
    if (!change->message)
        change->message = change->title;
    return CANON_OK;
}

/* {"ok":true,"pr_number":0,"pr_url":"","branch":"..."} */
static int reply_proposed(cn_call *c, const canon_written *written)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_bool(&w, "ok", true);
    cn_json_int(&w, "pr_number", written->number);
    cn_json_str(&w, "pr_url", written->url);
    cn_json_str(&w, "branch", written->branch);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 200);
}

/* As refuse_file, for what only proposals can meet. */
static int refuse_proposal(cn_call *c, int code, const canon_edit *edit,
                           const canon_edit_conflict *conflict)
{
    if (code == CANON_ECONFLICT && conflict->branch_exists)
        return cn_reply_error(c, 409, "Branch already exists");
    if (code == CANON_ECONFLICT)
        return reply_conflict(c, conflict);
    if (code == CANON_EINVAL && edit->change.branch)
        return cn_reply_error(c, 400, "Invalid branch name");
    if (code == CANON_EINVAL)
        return cn_editor_refuse(c);
    if (code == CANON_EUNSUPPORTED)
        return cn_reply_error(c, 400, "This repository has no branches");
    return refuse_file(c, code);
}

int cn_save_pr_post(cn_call *c)
{
    canon_edit_conflict conflict = {CANON_BUF_INIT, "", 0};
    canon_written written = {.blob = ""};
    const cn_value *body = NULL;
    canon_edit edit = {0};
    int rc = read_edit(c, &edit, &body);

    if (!rc)
        rc = read_proposal(c, body, &edit.change);
    if (rc)
        return rc;
    rc = canon_editor_propose(c->conn, &edit, &written, &conflict);
    if (rc) {
        rc = refuse_proposal(c, rc, &edit, &conflict);
    } else {
        announce(c, &edit, written.number);
        rc = reply_proposed(c, &written);
    }
    canon_buf_free(&conflict.text);
    return rc;
}
