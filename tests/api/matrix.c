/*
 * The access matrix: every operation against every kind of caller. The rows say
 * what the documentation promises; the table of routes is not asked.
 */
#include "fixture.h"

#include "people.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#define READ  CANON_PERM_SPECS_READ
#define WRITE CANON_PERM_SPECS_WRITE
#define ADMIN CANON_PERM_SPECS_ADMIN
#define ORG   CANON_PERM_ORG_MANAGE
#define TEAM  (READ | WRITE | ADMIN | ORG)

/* Who may call an operation. */
enum { OPEN, ANYBODY, MEMBER, OPERATOR };

/* clang-format off */
static const struct row {
    const char *operation;
    int who;
    unsigned permission;
} rows[] = {
    {"landing", OPEN, 0},
    {"public_changelog", OPEN, 0},
    {"pricing", OPEN, 0},
    {"enterprise_contact", OPEN, 0},
    {"waitlist_signup", OPEN, 0},
    {"stripe_webhook", OPEN, 0},
    {"api_admin_indexing", OPERATOR, ADMIN},
    {"api_admin_reindex", OPERATOR, ADMIN},
    {"get_ai_ops_usage", MEMBER, READ},
    {"create_portal_session", MEMBER, ORG},
    {"get_seat_info", MEMBER, READ},
    {"start_trial", MEMBER, ORG},
    {"get_subscription", MEMBER, READ},
    {"create_checkout", MEMBER, ORG},
    {"api_coverage", MEMBER, READ},
    {"api_dashboard", MEMBER, READ},
    {"api_doc_detail", MEMBER, READ},
    {"api_repo_detail", MEMBER, READ},
    {"api_search", MEMBER, READ},
    {"api_session", MEMBER, 0},
    {"get_anthropic_key_status", MEMBER, ADMIN},
    {"submit_anthropic_key", MEMBER, ORG},
    {"delete_anthropic_key", MEMBER, ORG},
    {"api_spec_detail", MEMBER, READ},
    {"api_tasks", MEMBER, READ},
    {"api_welcome", MEMBER, READ},
    {"dashboard_redirect", ANYBODY, 0},
    {"setup_complete", ANYBODY, 0},
    {"spa_catchall", MEMBER, 0},
    {"org_dashboard", MEMBER, READ},
    {"org_doc_detail", MEMBER, READ},
    {"org_repo_detail", MEMBER, READ},
    {"org_search", MEMBER, READ},
    {"org_spec_detail", MEMBER, READ},
    {"org_welcome", MEMBER, READ},
    {"admin_indexing", OPERATOR, ADMIN},
    {"admin_reindex", OPERATOR, ADMIN},
    {"api_profile", MEMBER, READ},
    {"batch_ticket_status", MEMBER, READ},
    {"create_ticket", MEMBER, WRITE},
    {"link_pr", MEMBER, WRITE},
    {"get_ticket_status", MEMBER, READ},
    {"update_ticket", MEMBER, WRITE},
    {"editor_index", MEMBER, READ},
    {"api_editor_repos", MEMBER, READ},
    {"api_ai_edit", MEMBER, WRITE},
    {"api_generate_spec", MEMBER, WRITE},
    {"editor_new", MEMBER, READ},
    {"api_new_spec_template", MEMBER, READ},
    {"editor_parse", MEMBER, READ},
    {"editor_preview", MEMBER, READ},
    {"editor_load", MEMBER, READ},
    {"api_editor_file", MEMBER, READ},
    {"editor_save", MEMBER, WRITE},
    {"editor_save_pr", MEMBER, WRITE},
    {"list_api_keys", MEMBER, ADMIN},
    {"create_api_key", MEMBER, ADMIN},
    {"revoke_api_key", MEMBER, ADMIN},
    {"auth_callback", OPEN, 0},
    {"login", OPEN, 0},
    {"logout", OPEN, 0},
    {"refresh_token", OPEN, 0},
    {"revoke_session", OPEN, 0},
    {"request_device_code", OPEN, 0},
    {"poll_device_token", OPEN, 0},
    {"github_callback", OPEN, 0},
    {"github_disconnect", OPEN, 0},
    {"github_login", OPEN, 0},
    {"healthz", OPEN, 0},
    {"readyz", OPEN, 0},
    {"webhook", OPEN, 0},
    {"asana_webhook", OPEN, 0},
    {"jira_webhook", OPEN, 0},
    {"linear_webhook", OPEN, 0},
    {"coverage_badge", MEMBER, READ},
    {"editor_apply", MEMBER, READ},
    {"editor_merge", MEMBER, READ},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static fixture f;

Test(matrix, has_a_row_for_every_route)
{
    cr_assert(eq(sz, ROWS, canon_route_count()));
    for (size_t i = 0; i < ROWS; i++)
        cr_assert(eq(str, (char *)canon_route_at(i)->operation,
                     (char *)rows[i].operation));
}

/* A path of acme that fits the template. */
static void fill(const char *template, char *out)
{
    while (*template) {
        const char *end = strchr(template, '}');

        if (*template != '{') {
            *out++ = *template ++;
            continue;
        }
        if (strncmp(template, "{org}", 5) == 0 ||
            strncmp(template, "{full_path}", 11) == 0)
            out += sprintf(out, "acme");
        else
            *out++ = '7';
        template = end + 1;
    }
    *out = '\0';
}

/* What somebody is, for the matrix. */
typedef struct somebody {
    const char *authorization; /* or NULL */
    const char *cookie;        /* or NULL */
    bool known;
    bool member; /* of acme */
    bool with_key;
    bool operator;
    unsigned permissions;
} somebody;

/* What is to be refused, and how; 0: it passes. */
static int verdict(const struct row *row, const somebody *who, bool multi,
                   const char **text)
{
    *text = "";
    if (row->who == OPEN)
        return 0;
    if (!who->known) {
        *text = who->authorization ? "Invalid" : "Authentication required";
        return 401;
    }
    if (row->who == MEMBER && !who->member) {
        *text = "Not authorized for org: acme";
        return 403;
    }
    if (row->permission & ~who->permissions) {
        *text = "Missing required permission: ";
        return 403;
    }
    if (row->who == OPERATOR && multi && !who->operator) {
        *text = "Missing required permission: platform:manage";
        return 403;
    }
    if (strcmp(row->operation, "create_api_key") == 0 && who->with_key) {
        *text = "An API key cannot create API keys";
        return 403;
    }
    return 0;
}

static void check_row(const struct row *row, const canon_route *route,
                      const somebody *who, bool multi)
{
    const char *headers[] = {"Accept",
                             "application/json",
                             "Sec-Fetch-Site",
                             "same-origin",
                             NULL,
                             NULL,
                             NULL};
    const char *text;
    int expected = verdict(row, who, multi, &text);
    char path[256];
    int status;

    fill(route->path, path);
    headers[4] = who->authorization ? "Authorization"
                 : who->cookie      ? "Cookie"
                                    : NULL;
    headers[5] = who->authorization ? who->authorization : who->cookie;
    f.now_us += 61000000; /* no limit is met */
    status = ask(&f, route->method, path, headers, NULL);
    if (expected) {
        cr_assert(eq(int, status, expected), "%s: %s", row->operation,
                  body_of(&f));
        cr_assert(body_has(&f, text), "%s: %s", row->operation, body_of(&f));
    } else {
        cr_assert(status != 403, "%s: %s", row->operation, body_of(&f));
        cr_assert(body_lacks(&f, "Authentication required") ||
                      strcmp(row->operation, "github_login") == 0,
                  "%s", row->operation);
    }
}

static void check_all(const somebody *who, bool multi)
{
    for (size_t i = 0; i < ROWS; i++)
        check_row(&rows[i], canon_route_at(i), who, multi);
}

/* An installation with a login; multi: of many organisations. */
static void open_matrix(bool multi)
{
    people_open(&f, 0, multi);
}

static void close_matrix(void)
{
    people_close(&f);
}

static void check_key(const char *org, const char *role, unsigned scopes,
                      bool multi)
{
    char header[64] = "Bearer ";
    somebody who = {.authorization = header,
                    .known = true,
                    .member = strcmp(org, "acme") == 0,
                    .with_key = true,
                    .permissions = scopes & canon_role_permissions(role)};

    open_matrix(multi);
    people_key(&f, org, role, scopes, header + strlen(header));
    check_all(&who, multi);
    close_matrix();
}

Test(matrix, of_nobody)
{
    somebody who = {.known = false};

    open_matrix(false);
    check_all(&who, false);
    close_matrix();
}

Test(matrix, of_a_bearer_that_is_no_good)
{
    somebody who = {.authorization = "Bearer nonsense"};

    open_matrix(false);
    check_all(&who, false);
    close_matrix();
}

Test(matrix, of_a_key_that_nobody_knows)
{
    somebody who = {
        .authorization =
            "Bearer sw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};

    open_matrix(false);
    check_all(&who, false);
    close_matrix();
}

Test(matrix, of_a_reading_key)
{
    check_key("acme", "admin", READ, false);
}

Test(matrix, of_a_writing_key)
{
    check_key("acme", "editor", READ | WRITE, false);
}

Test(matrix, of_a_key_that_only_writes)
{
    check_key("acme", "editor", WRITE, false);
}

Test(matrix, of_a_key_for_everything)
{
    check_key("acme", "admin", TEAM, false);
}

Test(matrix, of_a_key_whose_owner_was_demoted)
{
    char header[64] = "Bearer ";
    somebody who = {.authorization = header,
                    .known = true,
                    .member = true,
                    .with_key = true,
                    .permissions = READ};

    open_matrix(false);
    people_key(&f, "acme", "admin", TEAM, header + strlen(header));
    people_role(&f, "acme", "viewer");
    check_all(&who, false);
    close_matrix();
}

Test(matrix, of_a_key_of_another_organisation)
{
    check_key("other", "admin", TEAM, false);
}

Test(matrix, of_a_key_among_many_organisations)
{
    check_key("acme", "admin", TEAM, true);
}

Test(matrix, of_a_key_of_another_among_many_organisations)
{
    check_key("other", "admin", TEAM, true);
}

static void check_session(const char *role, bool multi)
{
    browser b = {0};
    somebody who = {.known = true,
                    .member = true,
                    .permissions = canon_role_permissions(role)};
    char cookie[8192];

    open_matrix(multi);
    people_sign_in(&f, &b, "acme", role);
    snprintf(cookie, sizeof(cookie), "%s", browser_session(&b));
    who.cookie = cookie;
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].operation, "logout") == 0)
            continue; /* it works: then there is no session any more */
        check_row(&rows[i], canon_route_at(i), &who, multi);
    }
    close_matrix();
}

Test(matrix, of_the_session_of_a_viewer)
{
    check_session("viewer", false);
}

Test(matrix, of_the_session_of_an_editor)
{
    check_session("editor", false);
}

Test(matrix, of_the_session_of_an_admin)
{
    check_session("admin", false);
}

Test(matrix, of_the_session_of_an_admin_among_many_organisations)
{
    check_session("admin", true);
}

Test(matrix, of_somebody_whom_the_host_names)
{
    somebody who = {.known = true, .member = true, .permissions = READ};

    open_matrix(false);
    f.caller = &reader;
    check_all(&who, false);
    close_matrix();
}

Test(matrix, of_the_operator_of_local_mode)
{
    somebody who = {.known = true,
                    .member = true,
                    .operator= true,
                    .permissions = CANON_PERM_ALL};
    static const char *const settings[] = {"WEB_ORG", "acme", NULL};
    static const fixture_options options = {.empty = true,
                                            .settings = settings};

    fixture_open(&f, 0, &options);
    check_all(&who, false);
    fixture_close(&f);
}
