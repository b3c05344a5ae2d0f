/*
 * An installation with a login: an identity provider and a GitHub inside the
 * test, people who sign in there, and browsers that keep their cookies.
 */
#ifndef CN_API_PEOPLE_H
#define CN_API_PEOPLE_H

#include "fixture.h"

#include <stddef.h>

/* How the provider behaves. Texts are borrowed. */
typedef struct provider {
    const char *sub; /* who signs in there */
    const char *email;
    const char *org_id;      /* NULL: none */
    bool down;               /* no connection */
    const char *html;        /* the answer to everything, instead of JSON */
    int token_status;        /* of the token endpoint; 0: 200 */
    const char *token_error; /* its "error" */
    const char *nonce;       /* in ID tokens instead of the one that was sent */
    bool device;             /* it has a device login */
    bool names_iss;          /* it announces RFC 9207 */
    const char *iss;         /* what its answers name; NULL: nothing */
    const char *refresh;     /* the next refresh token */
    int asked_tokens;        /* calls of the token endpoint */
    int asked_keys;          /* of the key set */
    int revoked;             /* calls of the revocation endpoint */
    int github_status;       /* of GitHub; 0: 200 */
    int github_removed;
} provider;

extern provider idp;

/* A browser with its cookies. */
typedef struct browser {
    struct {
        char name[64];
        char value[4096];
        char path[16];
    } cookies[12];
    size_t count;
    const char *site; /* Sec-Fetch-Site; NULL: same-origin */
} browser;

/* multi: the organisations acme and other share the installation. */
void people_open(fixture *f, size_t which, bool multi);
void people_open_with(fixture *f, size_t which, const char *const *settings);
void people_close(fixture *f);

/* An organisation that the provider knows by this id. */
void people_install(fixture *f, const char *org, const char *org_id);

/* A key with these scopes of somebody with this role. */
void people_key(fixture *f, const char *org, const char *role, unsigned scopes,
                char *out);

/* Give the owner of that key another role. */
void people_role(fixture *f, const char *org, const char *role);

/* A request of the browser, which takes the cookies of the answer. */
int browse(fixture *f, browser *b, const char *method, const char *target,
           const char *body);

/* What the browser sends as Cookie to a path. */
void browser_cookies(const browser *b, const char *target, char *out,
                     size_t cap);

/* Is there such a cookie? Its content, or NULL. */
const char *browser_cookie(const browser *b, const char *name);
void browser_set(browser *b, const char *name, const char *value);
void browser_forget(browser *b, const char *name);

/* "name=value" of the session. */
const char *browser_session(const browser *b);

/* Sign in, as somebody with this role; fails the test when it does not work.
 * begin and end: the two halves; end takes the address that begin led to and
 * returns the status of the callback. */
void people_sign_in(fixture *f, browser *b, const char *org, const char *role);
void people_begin(fixture *f, browser *b, const char *target);
int people_end(fixture *f, browser *b);

/* The challenge that the provider was last sent, and the verifier that came
 * with the code. */
const char *people_challenge(void);
const char *people_verifier(void);

/* A token of the provider for the API, whose key it names so. */
void people_token(const char *kid, char *out, size_t cap);

/* The state that the provider was last sent. */
const char *people_state(void);

/* All Set-Cookie headers of the last answer that set this cookie; the whole
 * line or NULL. */
const char *set_cookie_of(const fixture *f, const char *name);

#endif
