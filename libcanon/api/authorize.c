/*
 * What the caller may do: organisation, permission, linked account, in this
 * order. What refuses says so in the way its caller understands: programs get
 * JSON, browsers are sent to the login or shown a page.
 */
#include "api.h"

#include "canon/index.h"
#include "canon/settings.h"

#include "check.h"
#include "fail.h"

/* The organisation of the path: a parameter, or where the catch-all points. */
static const char *wanted_org(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    cn_slice rest;
    cn_slice first;

    if (*org)
        return org;
    rest = cn_str(cn_call_param(c, "full_path"));
    first = cn_slice_cut(&rest, '/');
    if (first.len == 0 || cn_org_reserved(first))
        return "";
    org = cn_arena_copy(&c->arena, first);
    if (!org)
        (void)cn_fail_memory(&c->err); /* the caller looks at it */
    return org ? org : "";
}

/* Is it one of the organisations of the person? */
static bool lists_org(const canon_principal *who, const char *org)
{
    for (size_t i = 0; who->orgs && who->orgs[i]; i++)
        if (cn_slice_is_nocase(cn_str(org), who->orgs[i]))
            return true;
    return false;
}

/* The same answer whether or not the organisation exists. Who belongs to it,
 * too, gets there by signing in again. */
static int refuse_org(cn_call *c, const char *org)
{
    const char *text =
        cn_arena_printf(&c->arena, "Not authorized for org: %s", org);

    if (!text)
        return cn_fail_memory(&c->err);
    cn_call_note_denied(c, "org_mismatch", "requested_org", org);
    if (!cn_call_is_browsing(c))
        return cn_reply_detail(c, 403, text);
    if (c->who.by == CANON_BY_SESSION && lists_org(&c->who, org))
        return cn_call_redirect_to_login(c, org);
    return cn_reply_error_page(c, 403, text);
}

/* Programs and browsers alike learn which permission is missing. */
static int refuse_permission(cn_call *c, const char *permission)
{
    const char *text = cn_arena_printf(
        &c->arena, "Missing required permission: %s", permission);

    c->challenge = cn_arena_printf(&c->arena,
                                   "Bearer realm=\"canon\", "
                                   "error=\"insufficient_scope\", scope=\"%s\"",
                                   permission);
    if (!text || !c->challenge)
        return cn_fail_memory(&c->err);
    cn_call_note_denied(c, "permission_denied", "permission", permission);
    return cn_reply_detail(c, 403, text);
}

/* 404 for an organisation that nobody knows. */
static int check_org(cn_call *c, const char *org)
{
    int rc;

    if (cn_slice_is_nocase(cn_str(org),
                           canon_setting_text(c->engine, "WEB_ORG")))
        return CANON_OK;
    rc = canon_org_stamp(c->conn, org, &c->stamp);
    if (rc == CANON_EBUSY || rc == CANON_ESTORE)
        return cn_reply_error(c, 503, "Registry unavailable");
    if (rc || c->stamp)
        return rc;
    if (c->match.route->access & CN_PAGE)
        return cn_reply_negotiated(c, 404, "Organization not found");
    return cn_reply_error(c, 404, "Organization not found");
}

/* Operators of an installation for many organisations need more. */
static unsigned operator_permission(const cn_call *c)
{
    return cn_call_access(c) == CN_OPERATOR &&
                   canon_setting_int(c->engine, "AUTH0_ORGS_ENABLED")
               ? CANON_PERM_PLATFORM_MANAGE
               : 0;
}

int cn_call_authorize(cn_call *c)
{
    const cn_route *route = c->match.route;
    unsigned access = cn_call_access(c);
    const char *org;

    if (access != CN_CALLER && access != CN_ORG && access != CN_OPERATOR)
        return CANON_OK;
    org = wanted_org(c);
    if (c->err.code)
        return c->err.code;
    if (!canon_auth_allows(c->engine, &c->who, org, 0))
        return refuse_org(c, org);
    if (route->permission & ~c->who.permissions)
        return refuse_permission(c, route->info.permission);
    if (operator_permission(c) & ~c->who.permissions)
        return refuse_permission(c, "platform:manage");
    if ((route->access & CN_NO_KEY) && c->who.by == CANON_BY_KEY)
        return cn_reply_detail(c, 403, "An API key cannot create API keys");
    if (access == CN_ORG && !(route->access & CN_ANY_ORG))
        return check_org(c, org);
    return CANON_OK;
}

/* --- whose repository ---------------------------------------------------- */

bool cn_call_owns(cn_call *c, const char *source)
{
    return cn_call_is_operator(c) ||
           !cn_slice_starts(cn_str(source), "github:") ||
           cn_slice_is_nocase(cn_str(cn_call_param(c, "owner")),
                              cn_call_param(c, "org"));
}

/* --- the linked account ------------------------------------------------- */

/* Are there repositories on GitHub? */
typedef struct origins {
    const char *full_name; /* only this one; "": all */
    bool remote;           /* one is on GitHub */
} origins;

static int look_at_repo(const canon_repo *repo, void *user)
{
    origins *seen = user;

    if (*seen->full_name &&
        !cn_slice_is_nocase(cn_str(repo->full_name), seen->full_name))
        return 0;
    seen->remote |= cn_slice_starts(cn_str(repo->source), "github:");
    return 0;
}

/* Pages lead to GitHub, programs are told. */
static int refuse_unlinked(cn_call *c)
{
    if (cn_call_is_browsing(c))
        return cn_reply_redirect(c, 302, "/auth/github/login");
    c->challenge = "GitHub-OAuth realm=\"canon\"";
    return cn_reply_error(c, 401, "Not authenticated with GitHub");
}

int cn_call_check_link(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    origins seen = {"", false};
    int rc;

    if (!(c->match.route->access & CN_LINKED) || cn_call_is_operator(c) ||
        *c->who.github_login)
        return c->err.code;
    if (*cn_call_param(c, "repo"))
        seen.full_name = cn_call_repo(c);
    if (!seen.full_name || c->err.code)
        return cn_fail_memory(&c->err);
    rc = canon_repo_list(c->conn, org, look_at_repo, &seen);
    if (rc)
        return rc;
    return seen.remote ? refuse_unlinked(c) : CANON_OK;
}
