/*
 * Pages of an organisation. All deliver the shell; the status tells the truth
 * about what the index holds, and the application shows what is missing.
 */
#include "api.h"

#include "canon/editor.h"
#include "canon/index.h"
#include "canon/settings.h"

#include "check.h"
#include "escape.h"
#include "fail.h"

/* --- is it there? ------------------------------------------------------- */

typedef struct repo_search {
    cn_call *call;
    const char *full_name;
    bool found;
} repo_search;

static int compare_repo(const canon_repo *repo, void *user)
{
    repo_search *search = user;

    if (cn_slice_is_nocase(cn_str(repo->full_name), search->full_name))
        search->found = cn_call_owns(search->call, repo->source);
    return 0;
}

int cn_repo_known(cn_call *c, bool *known)
{
    repo_search search = {c, cn_call_repo(c), false};
    int rc;

    *known = false;
    if (!search.full_name)
        return cn_fail_memory(&c->err);
    rc = canon_repo_list(c->conn, cn_call_param(c, "org"), compare_repo,
                         &search);
    *known = !rc && search.found;
    return rc;
}

int cn_repo_visible(cn_call *c, bool *visible)
{
    *visible = cn_call_owns(c, "github:"); /* wherever it comes from */
    return *visible ? CANON_OK : cn_repo_known(c, visible);
}

/* Does the index hold the document of the path? */
static int document_known(cn_call *c, bool *known)
{
    const char *path = cn_call_param(c, "file_path");
    const char *full_name = cn_call_repo(c);
    canon_buf text = CANON_BUF_INIT;
    int rc;

    *known = false;
    if (!full_name)
        return cn_fail_memory(&c->err);
    if (!cn_full_name_ok(cn_str(full_name)) || !cn_path_ok(cn_str(path)))
        return CANON_OK;
    rc = cn_repo_visible(c, known);
    if (rc || !*known)
        return rc;
    rc = canon_document_text(c->conn, cn_call_param(c, "org"), full_name, path,
                             &text);
    *known = rc == CANON_OK;
    canon_buf_free(&text);
    return rc == CANON_ENOTFOUND ? CANON_OK : rc;
}

/* --- pages -------------------------------------------------------------- */

int cn_org_page_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    int rc = cn_call_checked(c);

    return rc ? rc : cn_reply_shell(c, 200, org);
}

int cn_repo_page_get(cn_call *c)
{
    bool known = false;
    int rc = cn_repo_known(c, &known);

    return rc ? rc
              : cn_reply_shell(c, known ? 200 : 404, cn_call_param(c, "org"));
}

int cn_editor_repo_page_get(cn_call *c)
{
    return cn_repo_page_get(c);
}

int cn_document_page_get(cn_call *c)
{
    bool known = false;
    int rc = document_known(c, &known);

    return rc ? rc
              : cn_reply_shell(c, known ? 200 : 404, cn_call_param(c, "org"));
}

int cn_editor_file_page_get(cn_call *c)
{
    static const char text[] = "Invalid file path";
    const char *path = cn_call_param(c, "file_path");
    int rc = cn_call_checked(c);

    if (rc)
        return rc;
    if (canon_editor_path_check(path))
        return cn_repo_page_get(c);
    rc = canon_buf_set(&c->body, text, sizeof(text) - 1);
    return rc ? rc : cn_reply_html(c, 400);
}

/* --- redirects ---------------------------------------------------------- */

/* "/app/{org}" and what follows; "/app/no-org" when there is none. */
static int redirect_to_org(cn_call *c, const char *org, const char *tail,
                           const char *query)
{
    cn_buf to = CN_BUF_INIT(8 * CN_TARGET_MAX);
    int rc;

    cn_buf_puts(&to, "/app/");
    if (*org) {
        cn_url_escape(&to, cn_str(org));
        cn_buf_puts(&to, tail);
    } else {
        cn_buf_puts(&to, "no-org");
    }
    if (query) {
        cn_buf_puts(&to, "?auth_error=");
        cn_url_escape(&to, cn_str(query));
    }
    rc = cn_buf_check(&to, &c->err);
    if (!rc)
        rc = cn_reply_redirect(c, 302,
                               cn_arena_str(&c->arena, cn_buf_text(&to)));
    cn_buf_free(&to);
    return rc;
}

/* Where a caller belongs: own organisation, the first he may see, the one of
 * the installation. */
static int default_org(cn_call *c, const char **out)
{
    cn_array orgs = CN_ARRAY_INIT(const char *);
    const char *preset = canon_setting_text(c->engine, "WEB_ORG");
    int rc = cn_session_orgs(c, preset, &orgs);

    *out = orgs.count > 0 ? *(const char **)cn_array_at(&orgs, 0) : preset;
    cn_array_free(&orgs);
    return rc;
}

int cn_app_get(cn_call *c)
{
    const char *org = "";
    const char *error = cn_call_query_some(c, "auth_error");
    int rc = cn_call_checked(c);

    if (!rc)
        rc = default_org(c, &org);
    return rc ? rc : redirect_to_org(c, org, "/", error);
}

int cn_setup_get(cn_call *c)
{
    static const cn_range id = {
        .preset = 0, .min = INT64_MIN, .max = INT64_MAX};
    const char *org = "";
    int rc;

    (void)cn_call_query_int(c, "installation_id", &id); /* checked below */
    rc = cn_call_checked(c);
    if (!rc)
        rc = default_org(c, &org);
    return rc ? rc : redirect_to_org(c, org, "/welcome", NULL);
}

/* --- everything else below /app/ ---------------------------------------- */

/* Pages that the application finds its way to by itself. */
static bool is_own_page(cn_slice path)
{
    static const char *const pages[] = {"tasks", "coverage", "profile",
                                        "settings", "editor"};
    cn_slice rest = path;
    cn_slice first = cn_slice_cut(&rest, '/');
    cn_slice second = cn_slice_cut(&rest, '/');

    if (cn_org_reserved(first))
        return second.len == 0 && (cn_slice_is(first, "no-org") ||
                                   cn_slice_is(first, "choose-org"));
    if (second.len == 0)
        return cn_slug_ok(first);
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (cn_slice_is(second, pages[i]))
            return i >= 3 || rest.len == 0;
    return false;
}

int cn_catchall_get(cn_call *c)
{
    const char *path = cn_call_param(c, "full_path");
    cn_slice rest = cn_str(path);
    cn_slice first = cn_slice_cut(&rest, '/');
    const char *org =
        cn_org_reserved(first) ? "" : cn_arena_copy(&c->arena, first);

    if (!org || c->err.code)
        return cn_fail_memory(&c->err);
    if (!*canon_shell_html(c->engine, NULL))
        return cn_reply_error_page(c, 503,
                                   "The web application is not installed.");
    return cn_reply_shell(c, is_own_page(cn_str(path)) ? 200 : 404, org);
}
