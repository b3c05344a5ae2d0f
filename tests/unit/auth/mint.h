/*
 * Tokens of our own making, signed with Ed25519, whose keys come from a seed:
 * the same in every run.
 */
#ifndef CN_TEST_MINT_H
#define CN_TEST_MINT_H

#include "jwt.h"

#define MINT_ISSUER   "https://login.example.com/"
#define MINT_AUDIENCE "https://api.canon.example"
#define MINT_NOW      1773900000.0

/* A header and claims that are in order. */
#define MINT_HEADER "{\"alg\":\"EdDSA\",\"kid\":\"test\"}"
#define MINT_CLAIMS                                                            \
    "\"iss\":\"https://login.example.com/\","                                  \
    "\"aud\":\"https://api.canon.example\",\"exp\":1773900060,"                \
    "\"sub\":\"auth0|1\""

/* Terminated; free it with free(). */
char *mint(const char *header, const char *payload);

/* The same, signed by somebody else. */
char *mint_forged(const char *header, const char *payload);

/* {"kty":"OKP",...} without its kid and closing brace, of the signer or of
 * somebody else; static. */
const char *mint_jwk(bool forged);

/* A set with the signer's key, "test"; free it. */
cn_jwks *mint_keys(void);

/* Accepts EdDSA at MINT_NOW, without leeway. */
cn_jwt_policy mint_policy(void);

/* Mint and verify: the failure. Claims live in the arena. */
int mint_verify(const char *header, const char *payload,
                const cn_jwt_policy *policy, cn_arena *a, cn_claims *out);

#endif
