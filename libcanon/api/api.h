/*
 * One call of the REST API: what the files of this module share. A handler is
 * reached only after every check of the pipeline (dispatch.c) has passed; the
 * table of routes (routes.c) says which checks those are.
 */
#ifndef CN_API_H
#define CN_API_H

#include "canon/auth.h"
#include "canon/dispatch.h"
#include "canon/index.h"
#include "canon/spec.h"

#include "arena.h"
#include "array.h"
#include "buf.h"
#include "json.h"

/* Who may call: one of the first seven, and flags. */
enum {
    CN_PUBLIC = 0,   /* nobody is asked */
    CN_SIGNED = 1,   /* the handler verifies a signature over the raw body */
    CN_CALLER = 2,   /* any valid credential */
    CN_ORG = 3,      /* a credential of the organisation in the path */
    CN_OPERATOR = 4, /* operators of the installation */
    CN_VISITOR = 5,  /* a session counts when there is one */
    CN_REFRESH = 6,  /* the handler looks for a refresh token */
    CN_ACCESS = 7,
    CN_PAGE = 8,      /* failures are redirects or HTML instead of JSON */
    CN_ANY_ORG = 16,  /* answers for an unknown organisation, too */
    CN_TAGGED = 32,   /* the answer has an ETag */
    CN_CHANGES = 64,  /* changes something although it is a GET */
    CN_LINKED = 128,  /* repositories on GitHub need a linked account */
    CN_NO_KEY = 256,  /* a caller with an API key may not */
    CN_NO_HEAD = 512, /* GET has an effect that HEAD must not have */
    /* Limits that are shared; the table is in limits.c. */
    CN_SEARCHES = 1 << 10,
    CN_SIGN_INS = 1 << 11,
    CN_REFRESHES = 1 << 12,
    CN_DEVICE_BEGINS = 1 << 13,
    CN_DEVICE_POLLS = 1 << 14,
    CN_KEY_ORDERS = 1 << 15,
    CN_DRAFTS = 1 << 16,
    CN_MERGES = 1 << 17,
    CN_ANYHOW = 1 << 18 /* goes on while nobody can say who it is */
};

/* Methods, as bits. */
enum { CN_GET = 1, CN_HEAD = 2, CN_POST = 4, CN_DELETE = 8, CN_OPTIONS = 16 };

/* Limits; longer bodies are 413, longer targets 414. */
#define CN_TARGET_MAX ((size_t)16 * 1024)
#define CN_ANSWER_MAX ((size_t)256 * 1024 * 1024)
#define CN_PARAMS_MAX 4

/* Returned by a step that has prepared the answer: nothing follows it. */
#define CN_ANSWERED 1

typedef struct cn_call cn_call;

typedef struct cn_route {
    canon_route info;
    unsigned access;
    unsigned permission; /* CANON_PERM_..., 0: none */
    size_t max_body;     /* 0: no body is read */
    int (*handler)(cn_call *c);
} cn_route;

extern const cn_route cn_routes[];
extern const size_t cn_route_total;

/* A part of the path that fills a parameter of the template. */
typedef struct cn_param {
    cn_slice name;
    cn_slice value;
} cn_param;

/* What the path leads to. */
typedef struct cn_match {
    const cn_route *route; /* for the method that was asked; or NULL */
    unsigned methods;      /* of all routes that fit the path */
    cn_param params[CN_PARAMS_MAX];
    size_t param_count;
} cn_match;

/* Find the route of a decoded path. method 0 collects methods only. */
void cn_route_find(cn_slice path, unsigned method, cn_match *out);

/* "GET" to CN_GET; 0 for methods that no route has. */
unsigned cn_method_find(const char *name);

/* "GET, HEAD, OPTIONS": what the header Allow says. */
void cn_allow_text(unsigned bits, char out[64]);

/* A word that is never the name of an organisation. */
bool cn_org_reserved(cn_slice name);

/*
 * Cut the target into path (decoded and checked) and query (raw). false when
 * the path is not acceptable; out->rc tells about memory.
 */
bool cn_target_split(const char *target, cn_buf *path, cn_slice *query);

/* The last value of a query parameter, decoded and valid UTF-8, appended to
 * out; false when it is not there. */
bool cn_query_find(cn_slice query, cn_slice name, cn_buf *out);

/* One violated rule of a parameter. */
typedef struct cn_violation {
    const char *type; /* "int_parsing" */
    const char *msg;
    const char *where; /* "path", "query", "body" */
    const char *name;
    const char *input; /* offending text */
    const char *ctx;   /* JSON object, or NULL */
    const char *index; /* in a list, or the offset of bad JSON; or NULL */
    const char *json;  /* what was offending, instead of input; or NULL */
} cn_violation;

struct cn_call {
    canon_conn *conn;
    canon *engine;
    canon_request request; /* complete, whatever its size was */
    const canon_peer *peer;
    canon_error err;
    cn_arena arena;
    int64_t begin_us;
    char id[44];

    unsigned method;
    bool head;
    const char *path; /* decoded */
    cn_slice query;   /* raw */
    cn_match match;
    canon_principal who;  /* by is CANON_BY_NOTHING for nobody */
    canon_principal *own; /* what canon_auth_identify has made of it */
    bool bearer;   /* an Authorization header with that scheme is there */
    bool stale;    /* there is a session whose rights must be renewed */
    int64_t stamp; /* of the path's organisation; 0: not read yet */
    cn_array violations;
    cn_buf input; /* the body of the request */

    int status;
    canon_buf body; /* of the answer */
    const char *type;
    const char *location;
    const char *vary;
    const char *cache;     /* Cache-Control of a tagged answer; or NULL */
    const char *challenge; /* WWW-Authenticate */
    int retry_s;           /* Retry-After */
    cn_array cookies;      /* const char *: values of Set-Cookie */
    bool tagged;
    char tag[40];
    char allow[64];
    char nonce[33]; /* of the inline script; "" without one */
};

/* --- the request ------------------------------------------------------- */

/* A header of the request, letter case ignored; NULL when it is not there. */
const char *cn_call_header(const cn_call *c, const char *name);

/* Does the Accept header hold this text, or begin with it? */
bool cn_call_accepts(const cn_call *c, const char *type);
bool cn_call_prefers_json(const cn_call *c);

/* How many headers of this name there are. */
size_t cn_call_header_count(const cn_call *c, const char *name);

/* Who may call the route, without the flags. */
static inline unsigned cn_call_access(const cn_call *c)
{
    return c->match.route->access & CN_ACCESS;
}

/* GET and HEAD change nothing. */
static inline bool cn_call_is_reading(const cn_call *c)
{
    return c->method == CN_GET;
}

static inline bool cn_call_is_operator(const cn_call *c)
{
    return c->who.by == CANON_BY_OPERATOR;
}

/* Somebody looks at a page, and no program fetches it. */
bool cn_call_is_browsing(const cn_call *c);

/* Is the caller known by something that a browser sends along unasked? */
bool cn_call_is_ambient(const cn_call *c);

/* A parameter of the path; "" when the route has none of that name. */
const char *cn_call_param(cn_call *c, const char *name);

/* "owner/name" of the path; NULL without memory. */
const char *cn_call_repo(cn_call *c);

/* The address of the caller, behind trusted proxies too; never NULL. */
const char *cn_call_address(cn_call *c);

/* What counts as one place when requests are limited: an IPv4 address, also
 * one written as IPv6, or the /64 of an IPv6 address, of which everybody has
 * one to himself. NULL without memory. */
const char *cn_call_network(cn_call *c);

/* Texts of the query: "" when absent, or NULL (cn_call_query_some) when absent
 * or empty. More than max characters is a violation (0: no limit). */
const char *cn_call_query(cn_call *c, const char *name, size_t max);
const char *cn_call_query_some(cn_call *c, const char *name);

typedef struct cn_range {
    int64_t preset;
    int64_t min;
    int64_t max;
} cn_range;

/* A number of the query; records a violation and returns the preset. */
int64_t cn_call_query_int(cn_call *c, const char *name, const cn_range *range);

/* A number of the path; any of 64 bits. */
int64_t cn_call_param_int(cn_call *c, const char *name);

/* Record a violation; memory that is short shows in cn_call_checked. */
void cn_call_violation(cn_call *c, const cn_violation *v);

/* CANON_OK, or CN_ANSWERED with the 422 that names all violations. */
int cn_call_checked(cn_call *c);

/* The body as a JSON object; CN_ANSWERED with 400 when it is none. */
int cn_call_object(cn_call *c, const cn_value **out);

/* Is the body JSON, or is nothing said about it? */
bool cn_call_has_json(const cn_call *c);

/* The body as a JSON object; CN_ANSWERED with a 422 when it is none. Without a
 * body the same when it is required, else *out is NULL. */
int cn_call_model(cn_call *c, bool required, const cn_value **out);

/* A text member of a body. */
typedef struct cn_text_rule {
    const char *name;
    size_t min; /* characters */
    size_t max;
    bool required;
} cn_text_rule;

/* The member, or NULL when it is not there or violates its rule, which is
 * recorded. body may be NULL. */
const char *cn_call_text(cn_call *c, const cn_value *body,
                         const cn_text_rule *rule);

/* A value of the body in a violation: what is wrong with it, and where. */
void cn_call_blame(cn_call *c, cn_violation *v, const cn_value *value);

/* --- cookies ------------------------------------------------------------ */

#define CN_COOKIE_MAX 4096

/* How many cookies of this name with different content a Cookie header holds;
 * the first one's content, as it is. Also counts on from *out when it is set
 * already. */
size_t cn_cookie_find(cn_slice header, cn_slice name, cn_slice *out);

/* The content of a cookie, decoded; NULL when there is none, when two differ,
 * or when it is malformed. */
const char *cn_call_cookie(cn_call *c, const char *name);

/* Is there one, whatever is in it? */
bool cn_call_has_cookie(const cn_call *c, const char *name);

/* Set, or delete, a cookie with the answer. */
int cn_call_set_cookie(cn_call *c, const canon_cookie *cookie);
int cn_call_delete_cookie(cn_call *c, const char *name, const char *path);

/* --- steps of the pipeline --------------------------------------------- */

int cn_call_limit_address(cn_call *c);
int cn_call_identify(cn_call *c);
int cn_call_same_origin(cn_call *c);
int cn_call_authorize(cn_call *c);
int cn_call_check_link(cn_call *c);
int cn_call_limit_caller(cn_call *c);
int cn_call_read_body(cn_call *c);

/* Credentials in the headers count only when nobody vouches for the caller. */
bool cn_call_checks_bearer(const cn_call *c);

/* Note that an address has sent wrong credentials. */
void cn_call_count_guess(cn_call *c);

/* Take one search from the caller's limit; CN_ANSWERED with 429. */
int cn_call_limit_search(cn_call *c);

/* 401 for programs, the way to the login for browsers. */
int cn_call_ask_for_login(cn_call *c);

/* To the login for an organisation (""), and back to where it is now. */
int cn_call_redirect_to_login(cn_call *c, const char *org);

/* --- what is told ------------------------------------------------------- */

/* Something about credentials that the operator wants to know. */
typedef struct cn_note {
    const char *event;  /* "auth.login" */
    const char *sub;    /* whose, or NULL: the caller's */
    const char *org;    /* or NULL: the caller's */
    const char *detail; /* a JSON object without secrets and names; NULL: {} */
} cn_note;

/* To the log with the caller and his address, to the host without. */
void cn_call_note(cn_call *c, const cn_note *note);

/* Somebody is turned away; name and value: what else there is to say. */
void cn_call_note_denied(cn_call *c, const char *reason, const char *name,
                         const char *value);

/* --- the answer --------------------------------------------------------- */

/* c->body is the JSON. With an ETag when the route has one and status is
 * 200. Returns CANON_OK. */
int cn_reply_json(cn_call *c, int status);

/* 200 with an answer that depends on the state of the path's organisation and
 * on answer->key alone; the caller may have it. CANON_OK, or what make says. */
int cn_reply_answer(cn_call *c, canon_answer *answer);

/* c->body is the HTML. */
int cn_reply_html(cn_call *c, int status);

/* As cn_reply_answer, of an SVG image; cache is its Cache-Control. */
int cn_reply_svg(cn_call *c, canon_answer *answer, const char *cache);

/* {"detail":text} or {"error":text}. CN_ANSWERED, or CANON_ENOMEM. */
int cn_reply_detail(cn_call *c, int status, const char *text);
int cn_reply_error(cn_call *c, int status, const char *text);

/* An error as HTML when the client accepts it, else {"error":text}. */
int cn_reply_negotiated(cn_call *c, int status, const char *text);

/* An error as a short HTML page. */
int cn_reply_error_page(cn_call *c, int status, const char *text);

/* 429 with Retry-After. */
int cn_reply_limited(cn_call *c, int64_t retry_us);

/* {"ok":true} */
int cn_reply_ok(cn_call *c);

/* A redirect; location may be NULL after a failed allocation. */
int cn_reply_redirect(cn_call *c, int status, const char *location);

/* The answer for a failed call of a service. */
int cn_reply_failure(cn_call *c, int code);

/* Write head and body to the peer. CANON_OK or CANON_ECANCELED. */
int cn_reply_send(cn_call *c);

/* The answer that needs no memory. */
int cn_reply_static(cn_call *c);

/* --- shared by handlers ------------------------------------------------- */

/* Permissions of the caller as a sorted JSON array. */
void cn_permissions_json(cn_json *w, const char *key, unsigned bits);

/* The session object of the application, appended to out. extra: one more
 * member "page" as JSON, or NULL. */
int cn_session_json(cn_call *c, const char *org, const char *page, cn_buf *out);

/* The organisations the caller may see, own or current one first; the array
 * holds const char *. */
int cn_session_orgs(cn_call *c, const char *current, cn_array *out);

/* Is a repository of the path, which comes from this source, the
 * organisation's own? On GitHub the owner must be the organisation. */
bool cn_call_owns(cn_call *c, const char *source);

/* May the repository of the path be looked for in the index? */
int cn_repo_visible(cn_call *c, bool *visible);

/* 1 in *known when the repository of the path is in the index. */
int cn_repo_known(cn_call *c, bool *known);

/* 400: one answer for all bodies of the editor that cannot be used. */
int cn_editor_refuse(cn_call *c);

/* A text member of such a body, at most as long as a document may be; it may be
 * missing when preset is given. */
int cn_editor_text(cn_call *c, const cn_value *body, const char *name,
                   const char *preset, cn_slice *out);

/* Parse a document whose characters have been counted. */
int cn_editor_parse(cn_call *c, cn_slice content, canon_spec **out);

/* The application's page for an organisation (""), with the session in it;
 * without the application what to do about that. */
int cn_reply_shell(cn_call *c, int status, const char *org);

/* What a browser brings back from a login, and the name of its cookie. */
int cn_call_login_answer(cn_call *c, canon_login_answer *out, char name[48]);

/* Send the browser away to sign in, with the state it must bring back. */
int cn_reply_begun(cn_call *c, const canon_redirect *redirect);

/* To a page that says why it failed. */
int cn_reply_auth_error(cn_call *c, const char *page, const char *reason);

/* --- handlers ----------------------------------------------------------- */

int cn_landing_get(cn_call *c);
int cn_changelog_get(cn_call *c);
int cn_pricing_get(cn_call *c);
int cn_healthz_get(cn_call *c);
int cn_readyz_get(cn_call *c);
int cn_session_get(cn_call *c);
int cn_profile_get(cn_call *c);
int cn_welcome_get(cn_call *c);
int cn_dashboard_get(cn_call *c);
int cn_repo_get(cn_call *c);
int cn_spec_get(cn_call *c);
int cn_doc_get(cn_call *c);
int cn_search_get(cn_call *c);
int cn_search_page_get(cn_call *c);
int cn_coverage_get(cn_call *c);
int cn_tasks_get(cn_call *c);
int cn_app_get(cn_call *c);
int cn_setup_get(cn_call *c);
int cn_catchall_get(cn_call *c);
int cn_org_page_get(cn_call *c);
int cn_repo_page_get(cn_call *c);
int cn_document_page_get(cn_call *c);
int cn_editor_repos_get(cn_call *c);
int cn_editor_repo_page_get(cn_call *c);
int cn_editor_file_page_get(cn_call *c);
int cn_template_get(cn_call *c);
int cn_parse_post(cn_call *c);
int cn_preview_post(cn_call *c);
int cn_editor_file_get(cn_call *c);
int cn_save_post(cn_call *c);
int cn_save_pr_post(cn_call *c);
int cn_apply_post(cn_call *c);
int cn_merge_post(cn_call *c);
int cn_badge_get(cn_call *c);
int cn_login_get(cn_call *c);
int cn_login_callback_get(cn_call *c);
int cn_logout_get(cn_call *c);
int cn_refresh_post(cn_call *c);
int cn_revoke_post(cn_call *c);
int cn_device_code_post(cn_call *c);
int cn_device_token_post(cn_call *c);
int cn_github_login_get(cn_call *c);
int cn_github_callback_get(cn_call *c);
int cn_github_disconnect_get(cn_call *c);
int cn_keys_get(cn_call *c);
int cn_keys_post(cn_call *c);
int cn_key_delete(cn_call *c);

#endif
