#include "mint.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct signer {
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
} signer;

static signer signer_of(bool forged)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    signer s;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    memset(seed, forged ? 2 : 1, sizeof(seed));
    crypto_sign_seed_keypair(s.public_key, s.secret_key, seed);
    return s;
}

static char *sign(const char *header, const char *payload, bool forged)
{
    signer s = signer_of(forged);
    unsigned char signature[crypto_sign_BYTES];
    cn_buf out = CN_BUF_INIT(100000);
    char *text;

    cn_base64url(&out, header, strlen(header));
    cn_buf_putc(&out, '.');
    cn_base64url(&out, payload, strlen(payload));
    crypto_sign_detached(signature, NULL, (unsigned char *)out.data, out.len,
                         s.secret_key);
    cn_buf_putc(&out, '.');
    cn_base64url(&out, signature, sizeof(signature));
    text = strdup(cn_buf_text(&out));
    cn_buf_free(&out);
    return text;
}

char *mint(const char *header, const char *payload)
{
    return sign(header, payload, false);
}

char *mint_forged(const char *header, const char *payload)
{
    return sign(header, payload, true);
}

const char *mint_jwk(bool forged)
{
    static char texts[2][200];
    signer s = signer_of(forged);
    char *text = texts[forged];
    cn_buf x = CN_BUF_INIT(100);

    cn_base64url(&x, s.public_key, sizeof(s.public_key));
    snprintf(text, sizeof(texts[0]),
             "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"",
             cn_buf_text(&x));
    cn_buf_free(&x);
    return text;
}

cn_jwks *mint_keys(void)
{
    char text[450];
    cn_jwks *set;

    snprintf(text, sizeof(text), "{\"keys\":[%s,\"kid\":\"test\"}]}",
             mint_jwk(false));
    cr_assert(eq(int, cn_jwks_read(cn_str(text), &set, NULL), CANON_OK));
    return set;
}

cn_jwt_policy mint_policy(void)
{
    return (cn_jwt_policy){.issuer = MINT_ISSUER,
                           .audience = MINT_AUDIENCE,
                           .kinds = CN_EDDSA,
                           .now_s = MINT_NOW};
}

int mint_verify(const char *header, const char *payload,
                const cn_jwt_policy *policy, cn_arena *a, cn_claims *out)
{
    cn_jwks *set = mint_keys();
    char *token = mint(header, payload);
    int failure = cn_jwt_verify(set, cn_str(token), policy, a, out);

    free(token);
    cn_jwks_free(set);
    return failure;
}
