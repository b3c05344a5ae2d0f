/* Fetching what a provider publishes about itself. */
#ifndef CN_DISCOVERY_H
#define CN_DISCOVERY_H

#include "keyring.h"

/* The metadata of an issuer, in the connection's arena. CANON_EREMOTE also for
 * what is no metadata of this issuer. */
int cn_discover(canon_conn *conn, const char *issuer, cn_endpoints *out);

/* A key set, and how long it is fresh. CANON_EREMOTE also for what is none. */
int cn_fetch_keys(canon_conn *conn, const char *url, cn_jwks **out,
                  int64_t *fresh_us_out);

#endif
