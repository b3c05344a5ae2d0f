/*
 * A token: nothing but the token that was minted verifies, and the failures
 * are known ones.
 *
 * The first line of the input is a header, the second the claims, which are
 * signed here; without a second line the input is the whole token.
 */
#include "jwt.h"
#include "fuzz.h"

#include <sodium.h>

#define KEYS                                                                   \
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"test\",\"x\":\""

typedef struct signer {
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    cn_jwks *set;
} signer;

static const signer *the_signer(void)
{
    static signer s;
    unsigned char seed[crypto_sign_SEEDBYTES] = {1};
    cn_buf text = CN_BUF_INIT(1000);

    if (s.set)
        return &s;
    check(!cn_crypto_init(NULL));
    crypto_sign_seed_keypair(s.public_key, s.secret_key, seed);
    cn_buf_puts(&text, KEYS);
    cn_base64url(&text, s.public_key, sizeof(s.public_key));
    cn_buf_puts(&text, "\"}]}");
    check(!cn_jwks_read(cn_buf_all(&text), &s.set, NULL));
    cn_buf_free(&text);
    return &s;
}

static void mint(const signer *s, cn_slice header, cn_slice claims, cn_buf *out)
{
    unsigned char signature[crypto_sign_BYTES];

    cn_base64url(out, header.ptr, header.len);
    cn_buf_putc(out, '.');
    cn_base64url(out, claims.ptr, claims.len);
    check(!cn_buf_check(out, NULL));
    crypto_sign_detached(signature, NULL, (unsigned char *)out->data, out->len,
                         s->secret_key);
    cn_buf_putc(out, '.');
    cn_base64url(out, signature, sizeof(signature));
    check(!cn_buf_check(out, NULL));
}

static int verify(const signer *s, cn_slice token)
{
    const cn_jwt_policy policy = {.issuer = "i",
                                  .audience = "a",
                                  .kinds = CN_RS256 | CN_ES256 | CN_EDDSA,
                                  .now_s = 1000};
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;
    int failure = cn_jwt_verify(s->set, token, &policy, &a, &claims);

    check(failure >= CN_JWT_VALID && failure <= CN_JWT_NONCE);
    if (failure == CN_JWT_VALID) {
        check(*claims.sub && claims.exp_s > 1000 && claims.payload.len);
        check(claims.email && claims.name && claims.picture && claims.org_id);
        for (const char *const *p = claims.permissions; *p; p++)
            check(strlen(*p) < CN_JWT_MAX);
    }
    cn_arena_free(&a);
    return failure;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const signer *s = the_signer();
    cn_slice rest = cn_slice_of((const char *)data, size);
    cn_slice header = cn_slice_cut(&rest, '\n');
    cn_buf token = CN_BUF_INIT(SIZE_MAX / 2);

    if (!rest.ptr) {
        verify(s, header);
        return 0;
    }
    mint(s, header, rest, &token);
    if (verify(s, cn_buf_all(&token)) == CN_JWT_VALID) {
        token.data[token.len - 2] ^= 1; /* another digit, or none */
        check(verify(s, cn_buf_all(&token)) != CN_JWT_VALID);
    }
    cn_buf_free(&token);
    return 0;
}
