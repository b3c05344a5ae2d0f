/*
 * The identity provider of the settings: its addresses, the client we are for
 * it, and the check of its tokens. Addresses (OpenID Connect Discovery) and
 * keys are kept and refreshed as the provider allows, one request for all who
 * wait.
 */
#ifndef CN_PROVIDER_H
#define CN_PROVIDER_H

#include "conn.h"
#include "jwt.h"
#include "keyring.h"
#include "outside.h"

/* Texts are never NULL; in the connection's arena or of the settings. */
typedef struct cn_provider {
    cn_endpoints at;
    cn_client client;
    cn_client device; /* of the device login */
    const char *audience;
    const char *scopes; /* with offline_access */
    bool auth0;
} cn_provider;

/* Is one configured? */
bool cn_provider_is_set(const canon *c);

/* CANON_EUNSUPPORTED without one; CANON_EREMOTE when its addresses cannot be
 * had. */
int cn_provider_get(canon_conn *conn, cn_provider *out);

/* Verify an access token with the provider's keys; fetches them at most once
 * when the key is not known, and not at all for a token without form.
 * CANON_EAUTH with CN_JWT_... in *failure_out; CANON_EREMOTE when there are no
 * keys at all. */
int cn_provider_verify(canon_conn *conn, const char *token, int *failure_out,
                       cn_claims *out);

/* The same with a provider that is at hand; an ID token (OpenID Connect Core
 * 3.1.3.7) when client is not NULL, then with this nonce, if any. Failures are
 * logged. */
int cn_provider_check(canon_conn *conn, const cn_provider *provider,
                      const char *token, cn_claims *out);
int cn_provider_check_id(canon_conn *conn, const cn_provider *provider,
                         const cn_client *client, const char *nonce,
                         const char *token, cn_claims *out);

#endif
