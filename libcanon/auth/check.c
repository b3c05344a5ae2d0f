/*
 * Are the settings of the login there and sound? Asked when a server starts,
 * so that none runs with half of them.
 */
#include "auth_parts.h"
#include "fail.h"
#include "http.h"
#include "jwt.h"
#include "url.h"

static int missing(canon_error *err, const char *name)
{
    return cn_fail(err, CANON_EINVAL, "%s is not set", name);
}

static bool is_set(const canon *c, const char *name)
{
    return *canon_setting_text(c, name) != '\0';
}

/* All or none of several; the first that is set counts as a wish. */
static int check_group(const canon *c, const char *const *names, size_t count,
                       canon_error *err)
{
    const char *absent = NULL;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_set(c, names[i]))
            found++;
        else if (!absent)
            absent = names[i];
    }
    return found && absent ? missing(err, absent) : CANON_OK;
}

static const char *const auth0[] = {"AUTH0_DOMAIN", "AUTH0_CLIENT_ID",
                                    "AUTH0_CLIENT_SECRET", "AUTH0_AUDIENCE"};
static const char *const oidc[] = {"OIDC_ISSUER", "OIDC_CLIENT_ID",
                                   "OIDC_CLIENT_SECRET", "OIDC_AUDIENCE"};
static const char *const github[] = {"GITHUB_OAUTH_CLIENT_ID",
                                     "GITHUB_OAUTH_CLIENT_SECRET"};

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

/* The provider that is chosen must be complete, the other one may be so. */
static int check_names(const canon *c, canon_error *err)
{
    const char *wanted = canon_setting_text(c, "AUTH_PROVIDER");
    int rc = CANON_OK;

    if (strcmp(wanted, "auth0") == 0 && !is_set(c, "AUTH0_DOMAIN"))
        return missing(err, "AUTH0_DOMAIN");
    if (strcmp(wanted, "oidc") == 0 && !is_set(c, "OIDC_ISSUER"))
        return missing(err, "OIDC_ISSUER");
    if (strcmp(wanted, "oidc") != 0)
        rc = check_group(c, auth0, COUNT_OF(auth0), err);
    if (!rc && strcmp(wanted, "auth0") != 0)
        rc = check_group(c, oidc, COUNT_OF(oidc), err);
    return rc ? rc : check_group(c, github, COUNT_OF(github), err);
}

static int check_issuer(const canon *c, canon_error *err)
{
    const char *domain = canon_setting_text(c, "AUTH0_DOMAIN");
    const char *issuer = canon_setting_text(c, "OIDC_ISSUER");
    cn_http_url url;

    if (*issuer && (!cn_http_url_parse(cn_str(issuer), &url) || !url.https))
        return cn_fail(err, CANON_EINVAL,
                       "OIDC_ISSUER must begin with https://, not \"%.60s\"",
                       issuer);
    if (*domain && strspn(domain, "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-:") != strlen(domain))
        return cn_fail(err, CANON_EINVAL,
                       "AUTH0_DOMAIN must be a host name, not \"%.60s\"",
                       domain);
    return CANON_OK;
}

/* Redirects of the login lead there, so it must not be plain HTTP over a
 * network. */
static int check_platform(const canon *c, canon_error *err)
{
    const char *text = canon_setting_text(c, "PLATFORM_URL");
    cn_http_url url;

    if (!*text)
        return missing(err, "PLATFORM_URL");
    if (!cn_http_url_parse(cn_str(text), &url) ||
        !cn_url_same_origin(cn_str(text), cn_str(text)) ||
        cn_slice_find(cn_str(text), '?') < strlen(text))
        return cn_fail(err, CANON_EINVAL,
                       "PLATFORM_URL must begin with https:// (http:// only "
                       "for loopback), not \"%.60s\"",
                       text);
    return CANON_OK;
}

int canon_login_check(const canon *c, canon_error *err)
{
    int rc = check_names(c, err);

    if (rc || (!is_set(c, "AUTH0_DOMAIN") && !is_set(c, "OIDC_ISSUER")))
        return rc;
    rc = check_issuer(c, err);
    if (!rc)
        rc = check_platform(c, err);
    if (!rc)
        rc = cn_auth_check_secret(c, err);
    if (!rc && !cn_jwt_kinds(canon_setting_text(c, "JWT_ALGORITHMS")))
        rc = cn_fail(err, CANON_EINVAL,
                     "JWT_ALGORITHMS must be words of RS256, ES256 and EdDSA");
    return rc;
}
