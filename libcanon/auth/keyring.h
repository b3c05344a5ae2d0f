/*
 * What is known of the identity provider: its addresses (OpenID Connect
 * Discovery) and its keys (RFC 7517). One thread fetches, the others wait or
 * use what there is. All of it follows the engine's clock.
 */
#ifndef CN_KEYRING_H
#define CN_KEYRING_H

#include "conn.h"
#include "jwt.h"
#include "lock.h"

/* How long keys are fresh: as the provider says, within these limits. */
#define CN_KEYS_FRESH_MIN_US INT64_C(300000000)
#define CN_KEYS_FRESH_MAX_US INT64_C(86400000000)
#define CN_METADATA_FRESH_US INT64_C(3600000000)
#define CN_KEYRING_STALE_US  INT64_C(86400000000) /* used without an answer */
#define CN_KEYRING_COOL_US   INT64_C(60000000) /* between two extra fetches */
#define CN_KEYRING_RETRY_US  INT64_C(5000000)  /* when there is nothing yet */

/* Addresses of the provider. Texts are never NULL; "": it has none. */
typedef struct cn_endpoints {
    const char *issuer; /* as tokens must name it */
    const char *authorize;
    const char *token;
    const char *device;
    const char *revoke;
    const char *keys;
    const char *logout;
    bool basic;     /* the client's secret goes into a header */
    bool names_iss; /* it names itself when it answers, RFC 9207 */
} cn_endpoints;

/* A document that is fetched. */
typedef struct cn_fetched {
    bool running;
    uint64_t tries;  /* that have ended */
    int rc;          /* of the last one */
    int64_t good_us; /* the last that succeeded; 0: none */
    int64_t fresh_until_us;
    int64_t failed_us; /* the last that failed; 0: none since */
    int64_t forced_us; /* the last extra one */
} cn_fetched;

typedef struct cn_keyring {
    cn_lock lock;
    pthread_cond_t changed;
    cn_fetched metadata;
    cn_fetched keys;
    cn_arena arena; /* of endpoints */
    cn_endpoints endpoints;
    struct cn_key_set *set;
} cn_keyring;

int cn_keyring_init(cn_keyring *ring, canon_error *err);
/* Nobody uses it any more. */
void cn_keyring_free(cn_keyring *ring);

/* Addresses by discovery at an issuer, copied into the connection's arena.
 * CANON_EREMOTE. */
int cn_keyring_endpoints(canon_conn *conn, const char *issuer,
                         cn_endpoints *out);

/* See that there are keys; url: where. CANON_EREMOTE. */
int cn_keyring_ready(canon_conn *conn, const char *url);

/* Fail with what is wrong with a token: CANON_EAUTH, or CANON_ENOMEM when
 * failure is that. */
int cn_keyring_refuse(canon_conn *conn, int failure);

/* Verify a token that was opened; keys are fetched once more when its key is not known.
 * CANON_EAUTH with CN_JWT_... in *failure_out, CANON_EREMOTE. */
int cn_keyring_verify(canon_conn *conn, const char *url, const cn_jwt *token,
                      const cn_jwt_policy *policy, int *failure_out,
                      cn_claims *out);

#endif
