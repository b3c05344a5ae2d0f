/*
 * A1: verifying an RS256 token with a cached key, against the bare signature
 * check of OpenSSL over the same bytes. What is lost is the reading of the
 * token, its JSON and its claims.
 */
#define _XOPEN_SOURCE 700
#include "jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CHECKS   2000 /* of each side in a repetition */
#define MOST     99   /* repetitions */
#define HEADER   "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"bench-2026\"}"
#define ISSUER   "https://login.example.com/"
#define AUDIENCE "https://api.canon.example"
#define CLAIMS                                                                 \
    "{\"iss\":\"" ISSUER                                                       \
    "\",\"sub\":\"auth0|65f0c0ffee0001\",\"aud\":[\"" AUDIENCE                 \
    "\",\"https://login.example.com/userinfo\"],\"iat\":1773899990,"           \
    "\"exp\":1773986390,\"scope\":\"openid email profile\",\"azp\":"           \
    "\"q1w2e3r4t5y6\",\"org_id\":\"org_Qx7Lm2Tt9pVbRr4k\",\"permissions\":"    \
    "[\"specs:read\",\"specs:write\"]}"

typedef struct bench {
    EVP_PKEY *key;
    cn_jwks *set;
    cn_buf token;
    cn_slice text; /* that is signed */
    unsigned char signature[512];
    size_t signature_len;
} bench;

static void fail(const char *what)
{
    fprintf(stderr, "bench_auth: %s\n", what);
    exit(2);
}

static void sign(bench *b)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    b->signature_len = sizeof(b->signature);
    if (!ctx ||
        EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, b->key) != 1 ||
        EVP_DigestSign(ctx, b->signature, &b->signature_len,
                       (const unsigned char *)b->token.data, b->token.len) != 1)
        fail("the token cannot be signed");
    EVP_MD_CTX_free(ctx);
}

static void add_number(const bench *b, const char *name, cn_buf *out)
{
    unsigned char bytes[512];
    BIGNUM *n = NULL;

    if (EVP_PKEY_get_bn_param(b->key, name, &n) != 1)
        fail("the key cannot be read");
    cn_base64url(out, bytes, (size_t)BN_bn2bin(n, bytes));
    BN_free(n);
}

static void prepare(bench *b)
{
    cn_buf keys = CN_BUF_INIT(10000);
    size_t signed_len;

    b->key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    if (!b->key || cn_crypto_init(NULL))
        fail("no key can be made");
    cn_buf_puts(&keys, "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":"
                       "\"bench-2026\",\"n\":\"");
    add_number(b, OSSL_PKEY_PARAM_RSA_N, &keys);
    cn_buf_puts(&keys, "\",\"e\":\"");
    add_number(b, OSSL_PKEY_PARAM_RSA_E, &keys);
    cn_buf_puts(&keys, "\"}]}");
    if (cn_jwks_read(cn_buf_all(&keys), &b->set, NULL))
        fail("the key set cannot be read");
    cn_buf_free(&keys);
    cn_base64url(&b->token, HEADER, strlen(HEADER));
    cn_buf_putc(&b->token, '.');
    cn_base64url(&b->token, CLAIMS, strlen(CLAIMS));
    sign(b);
    signed_len = b->token.len;
    cn_buf_putc(&b->token, '.');
    cn_base64url(&b->token, b->signature, b->signature_len);
    b->text = cn_slice_first(cn_buf_all(&b->token), signed_len);
}

static void check_bare(const bench *b)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (!ctx ||
        EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, b->key) != 1 ||
        EVP_DigestVerify(ctx, b->signature, b->signature_len,
                         (const unsigned char *)b->text.ptr, b->text.len) != 1)
        fail("OpenSSL refuses the signature");
    EVP_MD_CTX_free(ctx);
}

static void check_token(const bench *b)
{
    static const cn_jwt_policy policy = {.issuer = ISSUER,
                                         .audience = AUDIENCE,
                                         .kinds = CN_RS256 | CN_ES256,
                                         .now_s = 1773900000};
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    if (cn_jwt_verify(b->set, cn_buf_all(&b->token), &policy, &a, &claims))
        fail("the token is refused");
    cn_arena_free(&a);
}

static double seconds(const bench *b, void (*check)(const bench *b))
{
    struct timespec begin;
    struct timespec end;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < CHECKS; i++)
        check(b);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (double)(end.tv_sec - begin.tv_sec) +
           (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

int main(void)
{
    const char *wanted = getenv("BENCH_RUNS");
    int runs = wanted ? (int)strtol(wanted, NULL, 10) : 9;
    bench b = {.token = CN_BUF_INIT(10000)};
    double ratios[MOST];
    double ratio;

    if (runs < 1 || runs > MOST)
        fail("BENCH_RUNS is 1 to 99");
    prepare(&b);
    for (int i = 0; i < runs; i++) {
        double bare = seconds(&b, check_bare);
        double token = seconds(&b, check_token);

        ratios[i] = 100 * bare / token;
        fprintf(stderr, "bare %.1f us, token %.1f us, %.1f %%\n",
                bare / CHECKS * 1e6, token / CHECKS * 1e6, ratios[i]);
    }
    qsort(ratios, (size_t)runs, sizeof(*ratios), by_value);
    ratio = ratios[runs / 2];
    printf("A1 verify-rs256 %.0f%% >=80%% - %s\n", ratio,
           ratio >= 80 ? "ok" : "MISSED");
    cn_jwks_free(b.set);
    cn_buf_free(&b.token);
    EVP_PKEY_free(b.key);
    return ratio < 80;
}
