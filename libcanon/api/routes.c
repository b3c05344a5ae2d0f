/*
 * The operations of the REST API, one line each, in the order of
 * libcanon/docs/openapi.yaml; extensions are the last ones. A line says
 * everything that is checked before its handler runs; LATER lines are routed
 * and checked in the same way and then answer 501.
 */
#include "api.h"

#define NO_PERMISSION      ""
#define PERM_NO_PERMISSION 0
#define SPECS_READ         "specs:read"
#define PERM_SPECS_READ    CANON_PERM_SPECS_READ
#define SPECS_WRITE        "specs:write"
#define PERM_SPECS_WRITE   CANON_PERM_SPECS_WRITE
#define SPECS_ADMIN        "specs:admin"
#define PERM_SPECS_ADMIN   CANON_PERM_SPECS_ADMIN
#define ORG_MANAGE         "org:manage"
#define PERM_ORG_MANAGE    CANON_PERM_ORG_MANAGE

#define PUBLIC        CN_PUBLIC
#define PUBLIC_PAGE   (CN_PUBLIC | CN_PAGE)
#define SIGNED        CN_SIGNED
#define CALLER        CN_CALLER
#define CALLER_PAGE   (CN_CALLER | CN_PAGE)
#define OPERATOR      CN_OPERATOR
#define OPERATOR_PAGE (CN_OPERATOR | CN_PAGE)
#define ORG           CN_ORG
#define ORG_TAGGED    (CN_ORG | CN_TAGGED)
#define ORG_SEARCH    (CN_ORG | CN_TAGGED | CN_SEARCHES)
#define ORG_PAGE      (CN_ORG | CN_PAGE)
#define ANY_ORG       (CN_ORG | CN_ANY_ORG)
#define ANY_ORG_PAGE  (CN_ORG | CN_ANY_ORG | CN_PAGE)
#define DRAFT         (CN_ORG | CN_DRAFTS)
#define MERGE         (CN_ORG | CN_MERGES)
#define EDITOR        (CN_ORG | CN_LINKED)
#define EDITOR_PAGE   (CN_ORG | CN_LINKED | CN_PAGE)
#define KEYS          CN_ORG
#define KEYS_MAKE     (CN_ORG | CN_NO_KEY | CN_KEY_ORDERS)
#define SIGN_IN       (CN_PUBLIC | CN_PAGE | CN_SIGN_INS)
#define SIGN_IN_ENDS  (SIGN_IN | CN_NO_HEAD)
#define SIGN_OUT      (CN_VISITOR | CN_PAGE | CN_CHANGES | CN_NO_HEAD | CN_ANYHOW)
#define TOKENS        (CN_REFRESH | CN_REFRESHES)
#define DEVICE_BEGIN  (CN_PUBLIC | CN_DEVICE_BEGINS)
#define DEVICE_POLL   (CN_PUBLIC | CN_DEVICE_POLLS)
#define LINK          (CN_VISITOR | CN_PAGE | CN_SIGN_INS)
#define LINK_ENDS     (LINK | CN_NO_HEAD)
#define UNLINK        (LINK | CN_CHANGES | CN_NO_HEAD)

#define NONE 0
#define B16K ((size_t)16 * 1024)
#define B1M  ((size_t)1024 * 1024)
#define B4M  ((size_t)4 * 1024 * 1024)
#define B12M ((size_t)12 * 1024 * 1024)
#define B25M ((size_t)25 * 1024 * 1024)

#define ROUTE(method, path, operation, access, permission, body, handler)      \
    {                                                                          \
        {#method, path, #operation, permission, 1, 0}, access,                 \
            PERM_##permission, body, handler                                   \
    }
#define EXTRA(method, path, operation, access, permission, body, handler)      \
    {                                                                          \
        {#method, path, #operation, permission, 1, 1}, access,                 \
            PERM_##permission, body, handler                                   \
    }
#define LATER(method, path, operation, access, permission, body)               \
    {                                                                          \
        {#method, path, #operation, permission, 0, 0}, access,                 \
            PERM_##permission, body, NULL                                      \
    }

/* clang-format off */
const cn_route cn_routes[] = {
    /* Public */
    ROUTE(GET,    "/",                                                    landing,                  PUBLIC_PAGE,   NO_PERMISSION, NONE, cn_landing_get),
    ROUTE(GET,    "/changelog",                                           public_changelog,         PUBLIC_PAGE,   NO_PERMISSION, NONE, cn_changelog_get),
    ROUTE(GET,    "/pricing",                                             pricing,                  PUBLIC_PAGE,   NO_PERMISSION, NONE, cn_pricing_get),

    /* JSON API */
    LATER(POST,   "/api/contact/enterprise",                              enterprise_contact,       PUBLIC,        NO_PERMISSION, B16K),
    LATER(POST,   "/api/waitlist",                                        waitlist_signup,          PUBLIC,        NO_PERMISSION, B16K),
    LATER(POST,   "/api/webhooks/stripe",                                 stripe_webhook,           SIGNED,        NO_PERMISSION, B1M),
    LATER(GET,    "/app/admin/api/indexing",                              api_admin_indexing,       OPERATOR,      SPECS_ADMIN,   NONE),
    LATER(POST,   "/app/admin/api/reindex/{installation_id}",             api_admin_reindex,        OPERATOR,      SPECS_ADMIN,   NONE),
    LATER(GET,    "/app/{org}/api/billing/ai-ops",                        get_ai_ops_usage,         ORG,           SPECS_READ,    NONE),
    LATER(POST,   "/app/{org}/api/billing/portal",                        create_portal_session,    ORG,           ORG_MANAGE,    B4M),
    LATER(GET,    "/app/{org}/api/billing/seats",                         get_seat_info,            ORG,           SPECS_READ,    NONE),
    LATER(POST,   "/app/{org}/api/billing/start-trial",                   start_trial,              ORG,           ORG_MANAGE,    B4M),
    LATER(GET,    "/app/{org}/api/billing/subscription",                  get_subscription,         ORG,           SPECS_READ,    NONE),
    LATER(POST,   "/app/{org}/api/checkout",                              create_checkout,          ORG,           ORG_MANAGE,    B4M),
    ROUTE(GET,    "/app/{org}/api/coverage",                              api_coverage,             ORG_TAGGED,    SPECS_READ,    NONE, cn_coverage_get),
    ROUTE(GET,    "/app/{org}/api/dashboard",                             api_dashboard,            ORG_TAGGED,    SPECS_READ,    NONE, cn_dashboard_get),
    ROUTE(GET,    "/app/{org}/api/docs/{owner}/{repo}/{file_path}",       api_doc_detail,           ORG_TAGGED,    SPECS_READ,    NONE, cn_doc_get),
    ROUTE(GET,    "/app/{org}/api/repos/{owner}/{repo}",                  api_repo_detail,          ORG_TAGGED,    SPECS_READ,    NONE, cn_repo_get),
    ROUTE(GET,    "/app/{org}/api/search",                                api_search,               ORG_SEARCH,    SPECS_READ,    NONE, cn_search_get),
    ROUTE(GET,    "/app/{org}/api/session",                               api_session,              ANY_ORG,       NO_PERMISSION, NONE, cn_session_get),
    LATER(GET,    "/app/{org}/api/settings/anthropic-key",                get_anthropic_key_status, ORG,           SPECS_ADMIN,   NONE),
    LATER(POST,   "/app/{org}/api/settings/anthropic-key",                submit_anthropic_key,     ORG,           ORG_MANAGE,    B4M),
    LATER(DELETE, "/app/{org}/api/settings/anthropic-key",                delete_anthropic_key,     ORG,           ORG_MANAGE,    NONE),
    ROUTE(GET,    "/app/{org}/api/specs/{owner}/{repo}/{file_path}",      api_spec_detail,          ORG_TAGGED,    SPECS_READ,    NONE, cn_spec_get),
    ROUTE(GET,    "/app/{org}/api/tasks",                                 api_tasks,                ORG_TAGGED,    SPECS_READ,    NONE, cn_tasks_get),
    ROUTE(GET,    "/app/{org}/api/welcome",                               api_welcome,              ANY_ORG,       SPECS_READ,    NONE, cn_welcome_get),

    /* Web UI */
    ROUTE(GET,    "/app/",                                                dashboard_redirect,       CALLER_PAGE,   NO_PERMISSION, NONE, cn_app_get),
    ROUTE(GET,    "/app/setup/complete",                                  setup_complete,           CALLER_PAGE,   NO_PERMISSION, NONE, cn_setup_get),
    ROUTE(GET,    "/app/{full_path}",                                     spa_catchall,             ANY_ORG_PAGE,  NO_PERMISSION, NONE, cn_catchall_get),
    ROUTE(GET,    "/app/{org}/",                                          org_dashboard,            ORG_PAGE,      SPECS_READ,    NONE, cn_org_page_get),
    ROUTE(GET,    "/app/{org}/docs/{owner}/{repo}/{file_path}",           org_doc_detail,           ORG_PAGE,      SPECS_READ,    NONE, cn_document_page_get),
    ROUTE(GET,    "/app/{org}/repos/{owner}/{repo}",                      org_repo_detail,          ORG_PAGE,      SPECS_READ,    NONE, cn_repo_page_get),
    ROUTE(GET,    "/app/{org}/search",                                    org_search,               ORG_PAGE,      SPECS_READ,    NONE, cn_search_page_get),
    ROUTE(GET,    "/app/{org}/specs/{owner}/{repo}/{file_path}",          org_spec_detail,          ORG_PAGE,      SPECS_READ,    NONE, cn_document_page_get),
    ROUTE(GET,    "/app/{org}/welcome",                                   org_welcome,              ANY_ORG_PAGE,  SPECS_READ,    NONE, cn_org_page_get),

    /* Admin */
    ROUTE(GET,    "/app/admin/indexing",                                  admin_indexing,           OPERATOR_PAGE, SPECS_ADMIN,   NONE, cn_org_page_get),
    LATER(POST,   "/app/admin/reindex/{installation_id}",                 admin_reindex,            OPERATOR_PAGE, SPECS_ADMIN,   NONE),

    /* Profile */
    ROUTE(GET,    "/app/{org}/api/profile",                               api_profile,              ANY_ORG,       SPECS_READ,    NONE, cn_profile_get),

    /* Ticket Proxy */
    LATER(POST,   "/app/{org}/api/tickets/batch-status",                  batch_ticket_status,      ORG,           SPECS_READ,    B4M),
    LATER(POST,   "/app/{org}/api/tickets/create",                        create_ticket,            ORG,           SPECS_WRITE,   B4M),
    LATER(POST,   "/app/{org}/api/tickets/link-pr",                       link_pr,                  ORG,           SPECS_WRITE,   B4M),
    LATER(POST,   "/app/{org}/api/tickets/status",                        get_ticket_status,        ORG,           SPECS_READ,    B4M),
    LATER(POST,   "/app/{org}/api/tickets/update",                        update_ticket,            ORG,           SPECS_WRITE,   B4M),

    /* Editor */
    ROUTE(GET,    "/app/{org}/editor/",                                   editor_index,             EDITOR_PAGE,   SPECS_READ,    NONE, cn_org_page_get),
    ROUTE(GET,    "/app/{org}/editor/repos",                              api_editor_repos,         EDITOR,        SPECS_READ,    NONE, cn_editor_repos_get),
    LATER(POST,   "/app/{org}/editor/{owner}/{repo}/ai-edit",             api_ai_edit,              EDITOR,        SPECS_WRITE,   B4M),
    LATER(POST,   "/app/{org}/editor/{owner}/{repo}/generate",            api_generate_spec,        EDITOR,        SPECS_WRITE,   B4M),
    ROUTE(GET,    "/app/{org}/editor/{owner}/{repo}/new",                 editor_new,               EDITOR_PAGE,   SPECS_READ,    NONE, cn_editor_repo_page_get),
    ROUTE(GET,    "/app/{org}/editor/{owner}/{repo}/new/template",        api_new_spec_template,    ORG,           SPECS_READ,    NONE, cn_template_get),
    ROUTE(POST,   "/app/{org}/editor/{owner}/{repo}/parse",               editor_parse,             DRAFT,         SPECS_READ,    B4M,  cn_parse_post),
    ROUTE(POST,   "/app/{org}/editor/{owner}/{repo}/preview",             editor_preview,           DRAFT,         SPECS_READ,    B4M,  cn_preview_post),
    ROUTE(GET,    "/app/{org}/editor/{owner}/{repo}/{file_path}",         editor_load,              EDITOR_PAGE,   SPECS_READ,    NONE, cn_editor_file_page_get),
    ROUTE(GET,    "/app/{org}/editor/{owner}/{repo}/{file_path}/json",    api_editor_file,          EDITOR,        SPECS_READ,    NONE, cn_editor_file_get),
    ROUTE(POST,   "/app/{org}/editor/{owner}/{repo}/{file_path}/save",    editor_save,              EDITOR,        SPECS_WRITE,   B4M,  cn_save_post),
    ROUTE(POST,   "/app/{org}/editor/{owner}/{repo}/{file_path}/save-pr", editor_save_pr,           EDITOR,        SPECS_WRITE,   B4M,  cn_save_pr_post),

    /* Settings */
    ROUTE(GET,    "/app/{org}/settings/api-keys/",                        list_api_keys,            KEYS,          SPECS_ADMIN,   NONE, cn_keys_get),
    ROUTE(POST,   "/app/{org}/settings/api-keys/",                        create_api_key,           KEYS_MAKE,     SPECS_ADMIN,   B16K, cn_keys_post),
    ROUTE(DELETE, "/app/{org}/settings/api-keys/{key_id}",                revoke_api_key,           KEYS,          SPECS_ADMIN,   NONE, cn_key_delete),

    /* Authentication */
    ROUTE(GET,    "/auth/callback",                                       auth_callback,            SIGN_IN_ENDS,  NO_PERMISSION, NONE, cn_login_callback_get),
    ROUTE(GET,    "/auth/login",                                          login,                    SIGN_IN,       NO_PERMISSION, NONE, cn_login_get),
    ROUTE(GET,    "/auth/logout",                                         logout,                   SIGN_OUT,      NO_PERMISSION, NONE, cn_logout_get),
    ROUTE(POST,   "/auth/refresh",                                        refresh_token,            TOKENS,        NO_PERMISSION, B16K, cn_refresh_post),
    ROUTE(POST,   "/auth/revoke",                                         revoke_session,           TOKENS,        NO_PERMISSION, B16K, cn_revoke_post),

    /* Device Authorization */
    ROUTE(POST,   "/auth/device/code",                                    request_device_code,      DEVICE_BEGIN,  NO_PERMISSION, B16K, cn_device_code_post),
    ROUTE(POST,   "/auth/device/token",                                   poll_device_token,        DEVICE_POLL,   NO_PERMISSION, B16K, cn_device_token_post),

    /* GitHub OAuth */
    ROUTE(GET,    "/auth/github/callback",                                github_callback,          LINK_ENDS,     NO_PERMISSION, NONE, cn_github_callback_get),
    ROUTE(GET,    "/auth/github/disconnect",                              github_disconnect,        UNLINK,        NO_PERMISSION, NONE, cn_github_disconnect_get),
    ROUTE(GET,    "/auth/github/login",                                   github_login,             LINK,          NO_PERMISSION, NONE, cn_github_login_get),

    /* Infrastructure */
    ROUTE(GET,    "/healthz",                                             healthz,                  PUBLIC,        NO_PERMISSION, NONE, cn_healthz_get),
    ROUTE(GET,    "/readyz",                                              readyz,                   PUBLIC,        NO_PERMISSION, NONE, cn_readyz_get),
    LATER(POST,   "/webhook",                                             webhook,                  SIGNED,        NO_PERMISSION, B25M),

    /* Webhooks of ticket systems */
    LATER(POST,   "/webhooks/asana",                                      asana_webhook,            SIGNED,        NO_PERMISSION, B1M),
    LATER(POST,   "/webhooks/jira",                                       jira_webhook,             SIGNED,        NO_PERMISSION, B1M),
    LATER(POST,   "/webhooks/linear",                                     linear_webhook,           SIGNED,        NO_PERMISSION, B1M),

    /* Extensions */
    EXTRA(GET,    "/app/{org}/badge.svg",                                 coverage_badge,           ORG_TAGGED,    SPECS_READ,    NONE, cn_badge_get),
    EXTRA(POST,   "/app/{org}/editor/apply",                              editor_apply,             DRAFT,         SPECS_READ,    B4M,  cn_apply_post),
    EXTRA(POST,   "/app/{org}/editor/merge",                              editor_merge,             MERGE,         SPECS_READ,    B12M, cn_merge_post),
};
/* clang-format on */

const size_t cn_route_total = sizeof(cn_routes) / sizeof(cn_routes[0]);

size_t canon_route_count(void)
{
    return cn_route_total;
}

const canon_route *canon_route_at(size_t i)
{
    return i < cn_route_total ? &cn_routes[i].info : NULL;
}
