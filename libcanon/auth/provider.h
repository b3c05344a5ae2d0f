/*
 * The identity provider: its addresses, its keys and its token endpoint. One
 * per engine; addresses (OpenID Connect Discovery) and keys are kept and
 * refreshed as the provider allows, one request for all who wait.
 */
#ifndef CN_PROVIDER_H
#define CN_PROVIDER_H

#include "conn.h"
#include "jwt.h"

/* Verify an access token with the provider's keys; fetches them at most once
 * when the key is not known. *failure_out is CN_JWT_...; CANON_EREMOTE when
 * there are no keys at all. */
int cn_provider_verify(canon_conn *conn, const char *token, cn_arena *a,
                       int *failure_out, cn_claims *out);

#endif
