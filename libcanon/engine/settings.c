/*
 * The one table of settings, and the values in force. canond's --help, the
 * documentation and the validation all come from this table.
 */
#include "engine_parts.h"

#include "fail.h"
#include "map.h"
#include "mem.h"

#include <pthread.h>

#define LONGEST_VALUE (64 * 1024)
#define DAY_S         86400

/* clang-format off */
#define TEXT(name, preset, help)      {name, GROUP, preset, "", help, 0, 0, CANON_SETTING_TEXT}
#define SECRET(name, help)            {name, GROUP, "", "", help, 0, 0, CANON_SETTING_SECRET}
#define INT(name, preset, min, max, help) {name, GROUP, preset, "", help, min, max, CANON_SETTING_INT}
#define BOOL(name, preset, help)      {name, GROUP, preset, "", help, 0, 1, CANON_SETTING_BOOL}
#define WORD(name, preset, words, help) {name, GROUP, preset, words, help, 0, 0, CANON_SETTING_WORD}
#define BYTES(name, preset, min, max, help) {name, GROUP, preset, "", help, min, max, CANON_SETTING_BYTES}

static const canon_setting table[] = {
#define GROUP "Core"
    TEXT("LISTEN", "127.0.0.1", "Addresses to listen on, separated by commas; others than loopback need a login provider and CANON_INSECURE=1"),
    INT("PORT", "3000", 1, 65535, "Port to listen on"),
    BOOL("CANON_INSECURE", "0", "1: plain HTTP on other than loopback addresses is wanted, behind a TLS proxy"),
    TEXT("TRUSTED_PROXIES", "", "Addresses or networks whose X-Forwarded-* headers count, separated by commas"),
    WORD("LOG_LEVEL", "info", "debug info warning error", "Least important level that is logged"),
    WORD("ENVIRONMENT", "development", "development staging preview production", "Kind of installation, shown to the web application"),
    TEXT("DATABASE_URL", "sqlite:canon.db", "sqlite:PATH, sqlite::memory: or postgresql://..."),
    TEXT("CANON_DATABASE_REPLICA_URL", "", "PostgreSQL replica that serves reads"),
    INT("CANON_DATABASE_POOL", "16", 1, 512, "PostgreSQL connections; on SQLite read-only connections beside the one writer"),
    INT("CANON_WORKERS", "4", 0, 64, "Job threads of this process; 0: none"),
    TEXT("CANON_SOURCES", "", "Local repositories, separated by commas: owner/name=dir:PATH, owner/name=git:PATH, or owner=PATH for what lies in a folder"),
    TEXT("PLATFORM_URL", "", "Public base URL, for links, redirects and the origin check; required with a login provider"),
    TEXT("WEBHOOK_PATH", "/webhook", "Path of the GitHub webhook"),
    TEXT("WEB_ORG", "", "Default organisation"),
    TEXT("WEB_ADMIN_LOGINS", "", "Operators: GitHub logins or subjects, separated by commas; an entry counts for whoever has it as one or the other"),
    INT("CACHE_TTL_SECONDS", "300", 0, DAY_S, "How long answers of other services are kept in memory"),
    BYTES("CANON_CACHE_BYTES", "64MiB", 0, INT64_C(1) << 40, "Memory for rendered documents and other derived data"),
    TEXT("CANON_CA_FILE", "", "PEM file of certificate authorities that are trusted besides the system's, for calls to other services"),
    TEXT("STATIC_DIR", "", "Serve /static/ and the web application from this folder instead of the embedded build"),
    TEXT("CHANGELOG_FILE", "", "Markdown file shown at /changelog, at most 1 MiB"),
#undef GROUP
#define GROUP "GitHub"
    TEXT("GH_APP_ID", "", "Id of the GitHub App"),
    SECRET("GH_PRIVATE_KEY", "Its private key as PEM; line ends may be written as \\n"),
    TEXT("GH_INSTALLATION_ID", "", "Default installation of the App"),
    SECRET("GH_WEBHOOK_SECRET", "Secret of the App's webhook; without it every delivery is refused"),
    TEXT("GITHUB_APP_SLUG", "canon-hq", "Name of the App in URLs, also of its own commits and comments"),
    TEXT("GITHUB_OAUTH_CLIENT_ID", "", "OAuth client with which users link their GitHub account"),
    SECRET("GITHUB_OAUTH_CLIENT_SECRET", "Secret of that client"),
    TEXT("CANON_GITHUB_URL", "https://github.com", "Base URL of GitHub's pages; http only to loopback"),
    TEXT("CANON_GITHUB_API_URL", "https://api.github.com", "Base URL of GitHub's API; http only to loopback"),
    SECRET("GITHUB_TOKEN", "Token for GitHub issues without the App"),
    TEXT("GITHUB_OWNER", "", "Owner of the repository for that token"),
    TEXT("GITHUB_REPO", "", "Name of the repository for that token"),
#undef GROUP
#define GROUP "Sign-in"
    WORD("AUTH_PROVIDER", "", "auth0 oidc", "Login provider; empty: detected, Auth0 first; none: local mode"),
    TEXT("OIDC_ISSUER", "", "Issuer of any OpenID Connect provider; begins with https://"),
    TEXT("OIDC_CLIENT_ID", "", "Client id at that provider"),
    SECRET("OIDC_CLIENT_SECRET", "Client secret at that provider"),
    TEXT("OIDC_AUDIENCE", "", "Audience of access tokens"),
    TEXT("OIDC_SCOPES", "openid email profile", "Scopes to ask for"),
    TEXT("AUTH0_DOMAIN", "", "Auth0 tenant"),
    TEXT("AUTH0_CLIENT_ID", "", "Auth0 client id"),
    SECRET("AUTH0_CLIENT_SECRET", "Auth0 client secret"),
    TEXT("AUTH0_AUDIENCE", "", "Auth0 audience"),
    TEXT("AUTH0_DEVICE_CLIENT_ID", "", "Native client for the command line; empty: the client above"),
    BOOL("AUTH0_ORGS_ENABLED", "0", "Multi-tenant mode: organisations of the provider"),
    TEXT("AUTH0_M2M_CLIENT_ID", "", "Client for membership queries"),
    SECRET("AUTH0_M2M_CLIENT_SECRET", "Secret of that client"),
    SECRET("APP_SECRET_KEY", "32 bytes as base64 that seal sessions and tokens, required with a login provider; in development a random key of each start is used without it. For a change of keys several, as id:base64 separated by commas: the one with the highest id seals, all open"),
    WORD("DEFAULT_ROLE", "viewer", "viewer editor admin", "Role of a new user"),
    TEXT("JWT_ALGORITHMS", "RS256 ES256", "Signature algorithms of access tokens; EdDSA may be added"),
#undef GROUP
#define GROUP "Ticket systems"
    TEXT("JIRA_HOST", "", "Host name of Jira, without https://"),
    TEXT("JIRA_EMAIL", "", "Account for the token"),
    SECRET("JIRA_API_TOKEN", "API token of Jira"),
    SECRET("LINEAR_API_KEY", "API key of Linear"),
    SECRET("ASANA_TOKEN", "Token of Asana"),
    SECRET("JIRA_WEBHOOK_SECRET", "Secret of Jira's webhook"),
    SECRET("LINEAR_WEBHOOK_SECRET", "Secret of Linear's webhook"),
    SECRET("ASANA_WEBHOOK_SECRET", "Secret of Asana's webhook"),
    TEXT("CANON_AUTH_PREFIXES", "", "Prefixes of variables that auth_profiles may name, separated by commas"),
#undef GROUP
#define GROUP "Billing and mail"
    SECRET("STRIPE_SECRET_KEY", "Stripe's secret key"),
    TEXT("STRIPE_PUBLISHABLE_KEY", "", "Stripe's publishable key"),
    SECRET("STRIPE_WEBHOOK_SECRET", "Secret of Stripe's webhook"),
    TEXT("STRIPE_STARTER_MONTHLY_PRICE_ID", "", "Price id"),
    TEXT("STRIPE_STARTER_ANNUAL_PRICE_ID", "", "Price id"),
    TEXT("STRIPE_PRO_MONTHLY_PRICE_ID", "", "Price id"),
    TEXT("STRIPE_PRO_ANNUAL_PRICE_ID", "", "Price id"),
    TEXT("STRIPE_API_BASE", "https://api.stripe.com", "Base URL of Stripe; http only to loopback"),
    TEXT("STRIPE_API_VERSION", "2025-03-31.basil", "API version sent to Stripe"),
    INT("BILLING_GRACE_DAYS", "7", 0, 365, "Days of full service after a failed payment"),
    SECRET("BYOK_ENCRYPTION_KEY", "Key that seals stored model keys"),
    SECRET("BYOK_ENCRYPTION_KEY_OLD", "The key before, during a rotation"),
    TEXT("ENTERPRISE_CONTACT_EMAIL", "", "Where contact requests go; empty: they are only stored"),
    TEXT("SMTP_HOST", "", "Mail server; mail is on when host and from are set"),
    INT("SMTP_PORT", "587", 1, 65535, "Its port; 465 implies TLS from the start"),
    TEXT("SMTP_USER", "", "Account at the mail server"),
    SECRET("SMTP_PASSWORD", "Password of that account"),
    TEXT("SMTP_FROM", "", "Sender of mail"),
    BOOL("SMTP_TLS", "1", "Require TLS"),
#undef GROUP
#define GROUP "AI"
    SECRET("ANTHROPIC_API_KEY", "Model key of the editor and the agent; empty: AI is off unless an organisation has its own"),
    TEXT("CANON_AI_BASE_URL", "https://api.anthropic.com", "Base URL of the model; http only to loopback"),
    TEXT("CANON_AI_MODEL_EDIT", "", "Model for edits; empty: the built-in choice"),
    TEXT("CANON_AI_MODEL_GENERATE", "", "Model for new specs; empty: the built-in choice"),
    TEXT("CANON_AI_MODEL_ANALYSIS", "", "Model for pull requests; empty: the built-in choice"),
    INT("CANON_AI_MAX_STREAMS", "16", 1, 1024, "Streams of this process at a time"),
    INT("CANON_AI_TIMEOUT_S", "300", 1, 3600, "Seconds for a whole call"),
    TEXT("CANON_AI_TEMPERATURE", "0.3", "Temperature; empty: not sent"),
    BOOL("CANON_AI_DISABLED", "0", "1: no AI at all"),
#undef GROUP
};
/* clang-format on */

#define COUNT (sizeof(table) / sizeof(table[0]))

_Static_assert(COUNT == CN_SETTING_COUNT, "engine_parts.h has the number");

size_t canon_setting_count(void)
{
    return COUNT;
}

const canon_setting *canon_setting_at(size_t i)
{
    return i < COUNT ? &table[i] : NULL;
}

/* Settings are asked for by name in every request: where each stands in the
 * table, + 1, by the hash of its name. */
static unsigned char places[256];
static pthread_once_t placed = PTHREAD_ONCE_INIT;

_Static_assert(2 * COUNT < sizeof(places), "free places end a search");

static size_t first_place(const char *name)
{
    return (size_t)(cn_hash(cn_str(name)) % sizeof(places));
}

static void place_all(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        size_t k = first_place(table[i].name);

        while (places[k])
            k = (k + 1) % sizeof(places);
        places[k] = (unsigned char)(i + 1);
    }
}

static const canon_setting *find(const char *name, size_t *at)
{
    (void)pthread_once(&placed, place_all); /* fails for no routine of ours */
    for (size_t k = first_place(name); places[k];
         k = (k + 1) % sizeof(places)) {
        *at = places[k] - 1U;
        if (strcmp(table[*at].name, name) == 0)
            return &table[*at];
    }
    return NULL;
}

static bool read_bool(cn_slice text, int64_t *out)
{
    static const char *const yes[] = {"1", "true", "yes", "on"};
    static const char *const no[] = {"0", "false", "no", "off"};

    for (size_t i = 0; i < 4; i++) {
        if (cn_slice_is_nocase(text, yes[i])) {
            *out = 1;
            return true;
        }
        if (cn_slice_is_nocase(text, no[i])) {
            *out = 0;
            return true;
        }
    }
    return false;
}

static bool read_bytes(cn_slice text, const canon_setting *s, int64_t *out)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    int shift = 0;

    for (size_t i = 0; i < 3; i++) {
        if (cn_slice_ends(text, units[i].unit)) {
            shift = units[i].shift;
            text = cn_slice_trim(cn_slice_first(text, text.len - 3));
        }
    }
    if (!cn_slice_int(text, 0, INT64_MAX >> shift, out))
        return false;
    *out = *out * (INT64_C(1) << shift);
    return *out >= s->min && *out <= s->max;
}

static bool is_word(cn_slice words, cn_slice text)
{
    while (words.ptr) {
        if (cn_slice_eq(cn_slice_cut(&words, ' '), text))
            return true;
    }
    return false;
}

/* Number of a checked text; false when it does not fit its setting. */
static bool read_number(const canon_setting *s, cn_slice text, int64_t *out)
{
    *out = 0;
    switch (s->type) {
    case CANON_SETTING_INT:
        return cn_slice_int(text, s->min, s->max, out);
    case CANON_SETTING_BOOL:
        return read_bool(text, out);
    case CANON_SETTING_BYTES:
        return read_bytes(text, s, out);
    case CANON_SETTING_WORD:
        return is_word(cn_str(s->words), text);
    default:
        return text.len <= LONGEST_VALUE;
    }
}

static int bad_value(const canon_setting *s, const char *value,
                     canon_error *err)
{
    switch (s->type) {
    case CANON_SETTING_INT:
        return cn_fail(err, CANON_EINVAL,
                       "%s must be a number from %lld to %lld, not \"%.40s\"",
                       s->name, (long long)s->min, (long long)s->max, value);
    case CANON_SETTING_BOOL:
        return cn_fail(err, CANON_EINVAL, "%s must be 0 or 1, not \"%.40s\"",
                       s->name, value);
    case CANON_SETTING_BYTES:
        return cn_fail(err, CANON_EINVAL,
                       "%s must be a number of bytes such as 64MiB, not "
                       "\"%.40s\"",
                       s->name, value);
    case CANON_SETTING_WORD:
        return cn_fail(err, CANON_EINVAL,
                       "%s must be one of: %s, not \"%.40s\"", s->name,
                       s->words, value);
    default:
        return cn_fail(err, CANON_EINVAL, "%s is longer than %d bytes", s->name,
                       LONGEST_VALUE);
    }
}

/* A variable of an auth profile: begins with an allowed prefix. */
static bool is_profile_name(const canon *c, const char *name)
{
    cn_slice rest = cn_str(canon_setting_text(c, "CANON_AUTH_PREFIXES"));

    while (rest.ptr) {
        cn_slice prefix = cn_slice_trim(cn_slice_cut(&rest, ','));

        if (prefix.len && strlen(name) > prefix.len &&
            strncmp(name, prefix.ptr, prefix.len) == 0)
            return true;
    }
    return false;
}

static int set_profile(canon *c, const char *name, const char *value,
                       canon_error *err)
{
    cn_profile_value *p = cn_calloc(1, sizeof(*p));

    if (p) {
        p->name = cn_strdup(name);
        p->value = cn_strdup(value);
    }
    if (!p || !p->name || !p->value) {
        cn_profile_free(p);
        return cn_fail_memory(err);
    }
    p->next = c->profiles;
    c->profiles = p;
    return CANON_OK;
}

void cn_profile_free(cn_profile_value *p)
{
    if (!p)
        return;
    cn_free(p->name);
    cn_free(p->value);
    cn_free(p);
}

int canon_set(canon *c, const char *name, const char *value, canon_error *err)
{
    const canon_setting *s;
    int64_t number;
    char *copy;
    size_t at;

    if (cn_engine_frozen(c)) {
        return cn_fail(err, CANON_EBUSY,
                       "settings cannot change once the engine is in use");
    }
    s = find(name, &at);
    if (!value)
        value = "";
    if (!s && is_profile_name(c, name))
        return set_profile(c, name, value, err);
    if (!s)
        return cn_fail(err, CANON_ENOTFOUND, "unknown setting %.60s", name);
    if (*value && !read_number(s, cn_str(value), &number))
        return bad_value(s, value, err);
    copy = *value ? cn_strdup(value) : NULL;
    if (*value && !copy)
        return cn_fail_memory(err);
    cn_free(c->settings[at]);
    c->settings[at] = copy;
    return CANON_OK;
}

const char *canon_setting_text(const canon *c, const char *name)
{
    const cn_profile_value *p;
    size_t at;

    if (find(name, &at))
        return c->settings[at] ? c->settings[at] : table[at].preset;
    for (p = c->profiles; p; p = p->next) {
        if (strcmp(p->name, name) == 0)
            return p->value;
    }
    return "";
}

int64_t canon_setting_int(const canon *c, const char *name)
{
    const canon_setting *s;
    const char *text;
    int64_t number;
    size_t at;

    s = find(name, &at);
    if (!s)
        return 0;
    text = canon_setting_text(c, name);
    return *text && read_number(s, cn_str(text), &number) ? number : 0;
}

int canon_local_mode(const canon *c)
{
    return !c->local_mode_off && !*canon_setting_text(c, "AUTH_PROVIDER") &&
           !*canon_setting_text(c, "OIDC_ISSUER") &&
           !*canon_setting_text(c, "AUTH0_DOMAIN");
}
