/*
 * Signed tokens (RFC 7515, RFC 7519) and key sets (RFC 7517). Pure: no clock,
 * no network. The order of the checks is fixed, so that the first failure of a
 * token is always the same one.
 */
#ifndef CN_JWT_H
#define CN_JWT_H

#include "arena.h"
#include "crypto.h"
#include "slice.h"

#define CN_JWT_MAX   8192
#define CN_JWKS_MAX  ((size_t)256 * 1024)
#define CN_JWKS_KEYS 64

typedef struct cn_jwks cn_jwks;

/* Read a key set; entries that cannot be used are skipped. CANON_EINVAL when
 * it is no key set, CANON_ETOOBIG beyond the limits. Immutable. */
int cn_jwks_read(cn_slice json, cn_jwks **out, canon_error *err);
void cn_jwks_free(cn_jwks *set);
/* Keys that can verify something. */
size_t cn_jwks_count(const cn_jwks *set);

/* First failure, in the order of the checks. */
enum {
    CN_JWT_VALID = 0,
    CN_JWT_MALFORMED,
    CN_JWT_CRIT,
    CN_JWT_TYPE,
    CN_JWT_ALG,
    CN_JWT_UNKNOWN_KID,
    CN_JWT_KEY_MISMATCH,
    CN_JWT_SIGNATURE,
    CN_JWT_MISSING_CLAIM,
    CN_JWT_CLAIM_TYPE,
    CN_JWT_ISSUER,
    CN_JWT_AUDIENCE,
    CN_JWT_EXPIRED,
    CN_JWT_NOT_YET,
    CN_JWT_PARTY, /* azp of an ID token */
    CN_JWT_NONCE
};

/* "bad_signature" for the log. */
const char *cn_jwt_reason(int failure);

/* What a token must be. */
typedef struct cn_jwt_policy {
    const char *issuer;
    const char *audience;
    const char *nonce; /* of an ID token; NULL: not looked at */
    unsigned kinds;    /* CN_RS256 | ... */
    double now_s;
    double leeway_s;
    /* It is an ID token (as one with a nonce always is), OpenID Connect Core
     * 3.1.3.7: azp, if there, must be the audience; typ may be anything. */
    bool id_token;
} cn_jwt_policy;

/* Claims in the arena, all zero when a token fails. Texts are never NULL. */
typedef struct cn_claims {
    const char *sub;
    const char *org_id;
    const char *email; /* plain claim, else the namespaced ones */
    const char *name;
    const char *picture;
    cn_slice payload;               /* the JSON */
    const char *const *permissions; /* ends with NULL */
    bool has_permissions;           /* the claim is there */
    double exp_s;
} cn_claims;

#define CN_JWT_PARTS 3

/* A token of which only the form is known to be good. In the arena. */
typedef struct cn_jwt {
    cn_slice text;
    cn_slice parts[CN_JWT_PARTS]; /* decoded: header, payload, signature */
    const struct cn_value *header;
    int kind; /* of its signature */
} cn_jwt;

/* The checks that need no key, and those that do, for who has to fetch the
 * keys in between. CN_JWT_...; negative: CANON_ENOMEM. */
int cn_jwt_open(cn_slice token, const cn_jwt_policy *policy, cn_arena *a,
                cn_jwt *out);
int cn_jwt_check(const cn_jwks *set, const cn_jwt *token,
                 const cn_jwt_policy *policy, cn_arena *a, cn_claims *out);

/* Both at once. */
int cn_jwt_verify(const cn_jwks *set, cn_slice token,
                  const cn_jwt_policy *policy, cn_arena *a, cn_claims *out);

/* "RS256 ES256" of the setting as CN_RS256 | CN_ES256; 0: a word that is not
 * known. */
unsigned cn_jwt_kinds(const char *text);

#endif
