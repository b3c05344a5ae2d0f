#include "login_test.h"

#include <string.h>

static const auth_setting whole[] = {
    {"AUTH0_DOMAIN", "tenant.example"},
    {"AUTH0_CLIENT_ID", "web"},
    {"AUTH0_CLIENT_SECRET", "hush"},
    {"AUTH0_AUDIENCE", "https://api.example"},
    {"PLATFORM_URL", "https://canon.example"},
    {"ENVIRONMENT", "production"},
    {"APP_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
};

static const struct {
    const char *name; /* of the setting that is changed; NULL: none */
    const char *value;
    const char *word; /* of the reason; "": all is well */
} checks[] = {
    {NULL, NULL, ""},
    {"AUTH0_CLIENT_ID", "", "AUTH0_CLIENT_ID"},
    {"AUTH0_CLIENT_SECRET", "", "AUTH0_CLIENT_SECRET"},
    {"AUTH0_AUDIENCE", "", "AUTH0_AUDIENCE"},
    {"AUTH0_DOMAIN", "", "AUTH0_DOMAIN"},
    {"AUTH0_DOMAIN", "https://tenant.example", "AUTH0_DOMAIN"},
    {"AUTH0_DOMAIN", "127.0.0.1:4000", ""},
    {"PLATFORM_URL", "", "PLATFORM_URL"},
    {"PLATFORM_URL", "canon.example", "PLATFORM_URL"},
    {"PLATFORM_URL", "http://canon.example", "PLATFORM_URL"},
    {"PLATFORM_URL", "http://127.0.0.1:3000", ""},
    {"PLATFORM_URL", "https://me@canon.example", "PLATFORM_URL"},
    {"PLATFORM_URL", "https://canon.example/?a=b", "PLATFORM_URL"},
    {"APP_SECRET_KEY", "", "APP_SECRET_KEY"},
    {"APP_SECRET_KEY", "short", "APP_SECRET_KEY"},
    {"APP_SECRET_KEY",
     "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MA==", "APP_SECRET_KEY"},
    {"APP_SECRET_KEY",
     "1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=, "
     "2:MTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
     ""},
    {"APP_SECRET_KEY",
     "0:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "APP_SECRET_KEY"},
    {"APP_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=,",
     "APP_SECRET_KEY"},
    {"JWT_ALGORITHMS", "HS256", "JWT_ALGORITHMS"},
    {"JWT_ALGORITHMS", "none", "JWT_ALGORITHMS"},
    {"JWT_ALGORITHMS", "RS256 EdDSA", ""},
    {"AUTH_PROVIDER", "oidc", "OIDC_ISSUER"},
    {"OIDC_CLIENT_ID", "web", "OIDC_ISSUER"},
    {"GITHUB_OAUTH_CLIENT_ID", "gh", "GITHUB_OAUTH_CLIENT_SECRET"},
};

static canon *make(const auth_setting *settings, size_t count)
{
    canon_error err;
    canon *c = NULL;

    cr_assert(eq(int, canon_open(NULL, &c, &err), CANON_OK));
    for (size_t i = 0; i < count; i++)
        cr_assert(eq(int,
                     canon_set(c, settings[i].name, settings[i].value, &err),
                     CANON_OK));
    return c;
}

Test(login_check, names_the_setting_that_is_missing_or_wrong)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        canon *c = make(whole, sizeof(whole) / sizeof(whole[0]));
        canon_error err = {0, ""};
        int rc;

        if (checks[i].name)
            cr_assert(eq(int,
                         canon_set(c, checks[i].name, checks[i].value, &err),
                         CANON_OK));
        rc = canon_login_check(c, &err);
        cr_assert(eq(int, rc, *checks[i].word ? CANON_EINVAL : CANON_OK),
                  "%zu: %s", i, err.text);
        cr_assert(ne(ptr, strstr(err.text, checks[i].word), NULL), "%zu: %s", i,
                  err.text);
        canon_close(c);
    }
}

static const auth_setting issuer[] = {
    {"OIDC_ISSUER", "http://login.example"},
    {"OIDC_CLIENT_ID", "web"},
    {"OIDC_CLIENT_SECRET", "hush"},
    {"OIDC_AUDIENCE", "api"},
    {"PLATFORM_URL", "https://canon.example"},
};

Test(login_check, wants_an_issuer_with_https)
{
    canon *c = make(issuer, sizeof(issuer) / sizeof(issuer[0]));
    canon_error err;

    cr_assert(eq(int, canon_login_check(c, &err), CANON_EINVAL));
    cr_assert(ne(ptr, strstr(err.text, "OIDC_ISSUER"), NULL));
    cr_assert(eq(int, canon_set(c, "OIDC_ISSUER", "https://l.example", &err),
                 CANON_OK));
    cr_assert(eq(int, canon_login_check(c, &err), CANON_OK));
    canon_close(c);
}

Test(login_check, leaves_local_mode_alone)
{
    canon *c = make(NULL, 0);
    canon_error err;

    cr_assert(eq(int, canon_login_check(c, &err), CANON_OK));
    cr_assert(eq(int, canon_set(c, "AUTH0_CLIENT_ID", "web", &err), CANON_OK));
    cr_assert(eq(int, canon_login_check(c, &err), CANON_EINVAL),
              "half a login is a mistake");
    canon_close(c);
}

Test(login_check, never_shows_a_secret)
{
    static const auth_setting secret[] = {
        {"APP_SECRET_KEY", "supersecretvalue"}};
    canon *c = make(whole, sizeof(whole) / sizeof(whole[0]));
    canon_error err;

    cr_assert(
        eq(int, canon_set(c, secret->name, secret->value, &err), CANON_OK));
    cr_assert(eq(int, canon_login_check(c, &err), CANON_EINVAL));
    cr_assert(eq(ptr, strstr(err.text, "supersecret"), NULL));
    canon_close(c);
}
