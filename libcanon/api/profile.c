/*
 * Who the caller is: the session object of the application, the profile, and
 * the checklist of the welcome page.
 */
#include "api.h"

#include "canon/index.h"
#include "canon/settings.h"

#include "fail.h"

/* Sorted by name. */
static const unsigned permissions[] = {
    CANON_PERM_ORG_MANAGE, CANON_PERM_PLATFORM_MANAGE, CANON_PERM_SPECS_ADMIN,
    CANON_PERM_SPECS_READ, CANON_PERM_SPECS_WRITE};

void cn_permissions_json(cn_json *w, const char *key, unsigned bits)
{
    cn_json_array(w, key);
    for (size_t i = 0; i < sizeof(permissions) / sizeof(permissions[0]); i++)
        if (bits & permissions[i])
            cn_json_str(w, NULL, canon_permission_name(permissions[i]));
    cn_json_end_array(w);
}

/* --- organisations ------------------------------------------------------ */

typedef struct org_list {
    cn_call *call;
    const char *current;
    cn_array *out;
} org_list;

/* A copy of the name at the end of the list. */
static int push_org(org_list *list, const char *org)
{
    const char **place = cn_array_push(list->out);

    if (place)
        *place = cn_arena_str(&list->call->arena, org);
    return place && *place ? CANON_OK : cn_fail_memory(&list->call->err);
}

/* First pass: the organisation at hand. */
static int find_current(const char *org, void *user)
{
    org_list *list = user;

    return cn_slice_is_nocase(cn_str(org), list->current) ? push_org(list, org)
                                                          : CANON_OK;
}

/* Second pass: the others. */
static int add_other(const char *org, void *user)
{
    org_list *list = user;

    return cn_slice_is_nocase(cn_str(org), list->current) ? CANON_OK
                                                          : push_org(list, org);
}

/* The organisations of a person, the one he works in first. */
static int add_own(org_list *list)
{
    const canon_principal *who = &list->call->who;
    int rc = *who->org ? push_org(list, who->org) : CANON_OK;

    for (size_t i = 0; who->orgs && who->orgs[i] && !rc; i++)
        if (!cn_slice_is_nocase(cn_str(who->orgs[i]), who->org))
            rc = push_org(list, who->orgs[i]);
    return rc;
}

int cn_session_orgs(cn_call *c, const char *current, cn_array *out)
{
    const char *preset = canon_setting_text(c->engine, "WEB_ORG");
    org_list list = {c, current, out};
    int rc;

    if (c->who.by == CANON_BY_NOTHING)
        return CANON_OK;
    if (*c->who.org)
        return add_own(&list);
    if (canon_setting_int(c->engine, "AUTH0_ORGS_ENABLED") &&
        !cn_call_is_operator(c))
        return add_own(&list);
    rc = canon_org_list(c->conn, find_current, &list);
    if (!rc)
        rc = canon_org_list(c->conn, add_other, &list);
    if (rc && c->err.code == CANON_ENOMEM)
        return CANON_ENOMEM;
    if (!rc && out->count == 0 && *preset)
        rc = push_org(&list, preset);
    return rc;
}

/* --- session ------------------------------------------------------------ */

/* How somebody has proved who he is, for programs. */
static const char *method_of(const canon_principal *who)
{
    switch (who->by) {
    case CANON_BY_OPERATOR:
        return "anonymous";
    case CANON_BY_TOKEN:
        return "jwt";
    case CANON_BY_KEY:
        return "api_key";
    default:
        return "session";
    }
}

/* Only a browser shows a picture. */
static const char *picture_of(const canon_principal *who)
{
    return who->by == CANON_BY_SESSION ? who->picture : "";
}

/* The operator of local mode is nobody in particular. */
static void write_user(cn_json *w, const canon_principal *who)
{
    if (who->by == CANON_BY_NOTHING || who->by == CANON_BY_OPERATOR) {
        cn_json_null(w, "user");
        return;
    }
    cn_json_object(w, "user");
    cn_json_str(w, "sub", who->sub);
    cn_json_str(w, "email", who->email);
    cn_json_str(w, "name", who->name);
    cn_json_str(w, "picture", picture_of(who));
    cn_json_str(w, "org_id", who->org_id);
    cn_json_str(w, "org_login", who->org);
    cn_permissions_json(w, "permissions", who->permissions);
    if (who->by == CANON_BY_SESSION && who->orgs) {
        cn_json_array(w, "org_memberships");
        for (size_t i = 0; who->orgs[i]; i++)
            cn_json_str(w, NULL, who->orgs[i]);
        cn_json_end_array(w);
    }
    cn_json_end_object(w);
}

/* The linked account; its token stays here. */
static void write_github(cn_json *w, const canon_principal *who)
{
    if (!*who->github_login) {
        cn_json_null(w, "github_user");
        return;
    }
    cn_json_object(w, "github_user");
    cn_json_str(w, "login", who->github_login);
    cn_json_str(w, "name", who->github_name);
    cn_json_end_object(w);
}

/* The organisation of the page when the caller may see it, else the first. */
static const char *session_org(cn_call *c, const char *org,
                               const cn_array *orgs)
{
    cn_array_each (const char *, each, orgs)
        if (cn_slice_is_nocase(cn_str(*each), org))
            return *each;
    if (orgs->count > 0)
        return *(const char **)cn_array_at(orgs, 0);
    return canon_setting_text(c->engine, "WEB_ORG");
}

/* Which kind of provider the settings name. */
static const char *auth_mode(const canon *engine)
{
    const char *provider = canon_setting_text(engine, "AUTH_PROVIDER");

    if (*provider)
        return provider;
    return *canon_setting_text(engine, "OIDC_ISSUER") &&
                   !*canon_setting_text(engine, "AUTH0_DOMAIN")
               ? "oidc"
               : "auth0";
}

/* The members of the session object. */
static void write_session(cn_call *c, cn_json *w, const char *org,
                          const cn_array *orgs)
{
    write_user(w, &c->who);
    cn_json_str(w, "org", org);
    cn_json_array(w, "orgs");
    cn_array_each (const char *, each, orgs)
        cn_json_str(w, NULL, *each);
    cn_json_end_array(w);
    cn_permissions_json(w, "permissions", c->who.permissions);
    write_github(w, &c->who);
    cn_json_str(w, "posthog_key", "");
    cn_json_str(w, "posthog_host", "");
    cn_json_bool(w, "auth_enabled", !canon_local_mode(c->engine));
    cn_json_str(w, "auth_mode", auth_mode(c->engine));
    cn_json_str(w, "environment", canon_setting_text(c->engine, "ENVIRONMENT"));
    cn_json_object(w, "ai");
    cn_json_bool(w, "available", false);
    cn_json_str(w, "reason", "not_implemented");
    cn_json_end_object(w);
}

/* Nothing about anybody: the object of the public pages. */
static void forget_caller(canon_principal *who)
{
    who->by = CANON_BY_NOTHING;
    who->permissions = 0;
    who->github_login = "";
}

int cn_session_json(cn_call *c, const char *org, const char *page, cn_buf *out)
{
    cn_array orgs = CN_ARRAY_INIT(const char *);
    cn_json w = cn_json_to(out);
    bool is_public = (c->match.route->access & CN_ACCESS) == CN_PUBLIC;
    int rc;

    if (is_public)
        forget_caller(&c->who);
    rc = cn_session_orgs(c, org, &orgs);
    cn_json_object(&w, NULL);
    write_session(c, &w, is_public ? "" : session_org(c, org, &orgs), &orgs);
    if (page)
        cn_json_raw(&w, "page", cn_str(page));
    cn_json_end_object(&w);
    cn_array_free(&orgs);
    return rc ? rc : cn_buf_check(out, &c->err);
}

int cn_session_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    int rc = cn_call_checked(c);

    if (!rc)
        rc = cn_session_json(c, org, NULL, &out);
    if (!rc)
        rc = cn_buf_export(&out, &c->body, &c->err);
    cn_buf_free(&out);
    return rc ? rc : cn_reply_json(c, 200);
}

/* --- profile ------------------------------------------------------------ */

/* The highest role all of whose permissions are there. */
static const char *role_of(unsigned bits)
{
    static const char *const roles[] = {"admin", "editor"};

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (!(canon_role_permissions(roles[i]) & ~bits))
            return roles[i];
    return "viewer";
}

int cn_profile_get(cn_call *c)
{
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, "sub", c->who.sub);
    cn_json_str(&w, "email", c->who.email);
    cn_json_str(&w, "name", c->who.name);
    cn_json_str(&w, "picture", picture_of(&c->who));
    cn_json_str(&w, "org_login", c->who.org);
    cn_permissions_json(&w, "permissions", c->who.permissions);
    cn_permissions_json(&w, "all_permissions", CANON_PERM_ALL);
    cn_json_str(&w, "auth_method", method_of(&c->who));
    write_github(&w, &c->who);
    cn_json_time(&w, "last_login_at", c->who.last_login_us);
    cn_json_str(&w, "inferred_role", role_of(c->who.permissions));
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 200);
}

/* --- welcome ------------------------------------------------------------ */

/* A question whose failure counts as no; short memory is a failure. */
static int ask(cn_call *c, const char *org, bool *answer,
               int (*question)(canon_conn *, const char *, int *))
{
    int found = 0;
    int rc = question(c->conn, org, &found);

    *answer = !rc && found;
    if (rc && rc != CANON_ENOMEM)
        canon_log(c->conn, CANON_LOG_WARN, "api", "welcome: %s",
                  canon_last_error(c->conn)->text);
    return rc == CANON_ENOMEM ? rc : CANON_OK;
}

static int look_for_github(const canon_repo *repo, void *user)
{
    int *found = user;

    *found = *found || strncmp(repo->source, "github:", 7) == 0;
    return 0;
}

static int has_github_repos(canon_conn *conn, const char *org, int *out)
{
    *out = 0;
    return canon_repo_list(conn, org, look_for_github, out);
}

int cn_welcome_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    cn_slice name = cn_str(cn_call_is_operator(c) ? "" : c->who.name);
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    const char *url = cn_arena_printf(
        &c->arena, "https://github.com/apps/%s/installations/new",
        canon_setting_text(c->engine, "GITHUB_APP_SLUG"));
    bool has_repos = false;
    bool has_specs = false;
    bool has_github = false;
    int rc = cn_call_checked(c);

    if (!rc && !url)
        rc = cn_fail_memory(&c->err);
    if (!rc)
        rc = ask(c, org, &has_repos, canon_org_exists);
    if (!rc)
        rc = ask(c, org, &has_specs, canon_org_has_specs);
    if (!rc)
        rc = ask(c, org, &has_github, has_github_repos);
    if (rc)
        return rc;
    name = cn_slice_trim_start(name);
    cn_json_object(&w, NULL);
    cn_json_slice(&w, "user_name",
                  cn_slice_first(name, cn_slice_find(name, ' ')));
    cn_json_bool(&w, "app_installed", has_repos);
    cn_json_bool(&w, "has_specs", has_specs);
    cn_json_str(&w, "install_url", url);
    cn_json_bool(&w, "has_github_repos", has_github);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    return rc ? rc : cn_reply_json(c, 200);
}
