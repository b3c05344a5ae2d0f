/*
 * A login provider and a GitHub without a network: the engine's canon_env.http
 * ends here. What is asked is written down; what is answered is what a sound
 * service would say, unless the test changes it.
 */
#ifndef CN_FAKE_PROVIDER_H
#define CN_FAKE_PROVIDER_H

#include "login_test.h"

#define FAKE_DOMAIN "tenant.example"
#define FAKE_ISSUER "https://tenant.example/"
#define FAKE_CLIENT "web"
#define FAKE_API    "https://api.example"

typedef struct fake_provider {
    test_engine t; /* its clock is the provider's, too */
    /* what an honest provider answers */
    const char *sub;
    const char *email;
    const char *nonce; /* of the next ID token */
    const char *org_id;
    const char *permissions; /* JSON; NULL: the claim is not there */
    const char *access_sub;  /* NULL: sub */
    const char *audience;    /* of the access token */
    const char *extra;       /* members of the ID token, from a comma on */
    int64_t expires_s;       /* life of tokens; 3600 */
    /* a call with this path is answered so instead */
    const char *odd_path;
    int odd_status;
    const char *odd_body;
    int odd_rc;     /* of the transport */
    int64_t odd_us; /* how far the clock moves on meanwhile */
    /* what has been asked */
    char path[200];
    char body[8192]; /* of the last call that had one */
    int calls;
    int key_fetches;
    int token_calls;
    int refreshes;  /* number of the refresh token that is good */
    int key_number; /* the key that signs: 0 or 1 */
    bool old_keys_gone;
    bool slow; /* the token endpoint takes a moment */
    pthread_mutex_t lock;
} fake_provider;

/* An engine with this provider; more: names and values of settings, ends with
 * NULL; or NULL. */
void fake_start(fake_provider *f, size_t which, const char *const *more);
void fake_stop(fake_provider *f);

/* Move the clock on and let the engine forget whom it counted, so that it holds
 * as much memory as before. */
void fake_settle(fake_provider *f);

/* Is a secret still in the memory that the connection keeps between calls? */
bool fake_remembers(const fake_provider *f, const char *secret);

/* A token of the provider: claims is a JSON object. free() it. */
char *fake_sign(fake_provider *f, const char *claims);

/* An access token of the person of the provider. free() it. */
char *fake_access_token(fake_provider *f);

/* Value of a parameter in a form or URL, decoded; "" when it is not there. Of
 * static memory. */
const char *fake_param(const char *text, const char *name);

#endif
