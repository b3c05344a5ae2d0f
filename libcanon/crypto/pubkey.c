/*
 * Keys that verify signatures: RSA and P-256 with OpenSSL, Ed25519 with
 * libsodium, which also refuses the points that verify anything.
 *
 * OpenSSL keeps a queue of errors for each thread, which belongs to the host
 * (and confuses TLS connections of the same thread): it is left as it was.
 */
#include "crypto.h"

#include "fail.h"
#include "mem.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

#define RSA_MIN_BITS 2048 /* RFC 7518 section 3.3 */
#define RSA_MAX_BITS 8192 /* each verification costs time */
#define RSA_MAX_E    8    /* bytes of the exponent */
#define P256_LEN     ((size_t)32)
#define ED25519_LEN  crypto_sign_PUBLICKEYBYTES
/* Two numbers of 33 bytes, each with tag and length, in a sequence. */
#define DER_MAX 72

/* Immutable: threads verify with copies of the context. */
struct cn_pubkey {
    int kind;
    EVP_MD_CTX *ready; /* to verify with the key; NULL for Ed25519 */
    unsigned char ed25519[ED25519_LEN];
};

static const unsigned char *bytes(cn_slice s)
{
    return (const unsigned char *)s.ptr;
}

static cn_pubkey *new_key(int kind)
{
    cn_pubkey *key = cn_calloc(1, sizeof(*key));

    if (key)
        key->kind = kind;
    return key;
}

/* A key of OpenSSL from what builds it; NULL when it is none. */
static EVP_PKEY *make(const char *type, OSSL_PARAM_BLD *parts)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(parts);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *make_rsa(const BIGNUM *n, const BIGNUM *e)
{
    OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;

    if (parts && OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, e))
        key = make("RSA", parts);
    OSSL_PARAM_BLD_free(parts);
    return key;
}

/* With an exponent of 1 every text would be its own signature. */
static bool is_sound_rsa(const BIGNUM *n, const BIGNUM *e)
{
    return BN_num_bits(n) >= RSA_MIN_BITS && BN_num_bits(n) <= RSA_MAX_BITS &&
           BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e);
}

static EVP_PKEY *read_rsa(cn_slice n, cn_slice e)
{
    EVP_PKEY *key = NULL;
    BIGNUM *modulus;
    BIGNUM *exponent;

    if (n.len > RSA_MAX_BITS / 8 + 1 || e.len > RSA_MAX_E)
        return NULL;
    modulus = BN_bin2bn(bytes(n), (int)n.len, NULL);
    exponent = BN_bin2bn(bytes(e), (int)e.len, NULL);
    if (modulus && exponent && is_sound_rsa(modulus, exponent))
        key = make_rsa(modulus, exponent);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

static bool is_on_curve(EVP_PKEY *key)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool sound = ctx && EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    return sound;
}

static EVP_PKEY *read_p256(cn_slice x, cn_slice y)
{
    unsigned char point[1 + 2 * P256_LEN] = {POINT_CONVERSION_UNCOMPRESSED};
    OSSL_PARAM_BLD *parts;
    EVP_PKEY *key = NULL;

    if (x.len == 0 || x.len > P256_LEN || y.len == 0 || y.len > P256_LEN)
        return NULL;
    memcpy(point + 1 + P256_LEN - x.len, x.ptr, x.len);
    memcpy(point + 1 + 2 * P256_LEN - y.len, y.ptr, y.len);
    parts = OSSL_PARAM_BLD_new();
    if (parts &&
        OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME,
                                        "prime256v1", 0) &&
        OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY, point,
                                         sizeof(point)))
        key = make("EC", parts);
    OSSL_PARAM_BLD_free(parts);
    if (key && !is_on_curve(key)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* Finding the algorithms takes a fifth as long as a signature check, so it is
 * done once. The context keeps the key. */
static EVP_MD_CTX *make_ready(EVP_PKEY *key)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

/* Takes the key over. */
static int wrap(int kind, EVP_PKEY *key, cn_pubkey **out, canon_error *err)
{
    EVP_MD_CTX *ready = key ? make_ready(key) : NULL;

    EVP_PKEY_free(key);
    if (!ready)
        return cn_fail(err, CANON_EINVAL, "no sound public key");
    *out = new_key(kind);
    if (!*out) {
        EVP_MD_CTX_free(ready);
        return cn_fail_memory(err);
    }
    (*out)->ready = ready;
    return CANON_OK;
}

int cn_pubkey_rsa(cn_slice n, cn_slice e, cn_pubkey **out, canon_error *err)
{
    int rc;

    *out = NULL;
    ERR_set_mark();
    rc = wrap(CN_RS256, read_rsa(n, e), out, err);
    ERR_pop_to_mark();
    return rc;
}

int cn_pubkey_p256(cn_slice x, cn_slice y, cn_pubkey **out, canon_error *err)
{
    int rc;

    *out = NULL;
    ERR_set_mark();
    rc = wrap(CN_ES256, read_p256(x, y), out, err);
    ERR_pop_to_mark();
    return rc;
}

int cn_pubkey_ed25519(cn_slice x, cn_pubkey **out, canon_error *err)
{
    *out = NULL;
    if (x.len != ED25519_LEN || !crypto_core_ed25519_is_valid_point(bytes(x)))
        return cn_fail(err, CANON_EINVAL, "no sound public key");
    *out = new_key(CN_EDDSA);
    if (!*out)
        return cn_fail_memory(err);
    memcpy((*out)->ed25519, x.ptr, ED25519_LEN);
    return CANON_OK;
}

void cn_pubkey_free(cn_pubkey *key)
{
    if (!key)
        return;
    EVP_MD_CTX_free(key->ready);
    cn_free(key);
}

int cn_pubkey_kind(const cn_pubkey *key)
{
    return key->kind;
}

/* OpenSSL has ECDSA signatures as ASN.1; 0: no memory, or not 64 bytes. */
static size_t der_of(cn_slice signature, unsigned char out[DER_MAX])
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes(signature), (int)P256_LEN, NULL);
    BIGNUM *s = BN_bin2bn(bytes(signature) + P256_LEN, (int)P256_LEN, NULL);
    int len = 0;

    if (pair && r && s && ECDSA_SIG_set0(pair, r, s)) {
        r = NULL; /* they are the pair's now */
        s = NULL;
        len = i2d_ECDSA_SIG(pair, &out);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return len > 0 ? (size_t)len : 0;
}

static bool verify(const cn_pubkey *key, cn_slice data, cn_slice signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool valid = ctx && EVP_MD_CTX_copy_ex(ctx, key->ready) == 1 &&
                 EVP_DigestVerify(ctx, bytes(signature), signature.len,
                                  bytes(data), data.len) == 1;

    EVP_MD_CTX_free(ctx);
    return valid;
}

static bool verify_p256(const cn_pubkey *key, cn_slice data, cn_slice signature)
{
    unsigned char der[DER_MAX];

    if (signature.len != 2 * P256_LEN)
        return false;
    signature.len = der_of(signature, der);
    signature.ptr = (const char *)der;
    return signature.len && verify(key, data, signature);
}

static bool verify_ed25519(const cn_pubkey *key, cn_slice data,
                           cn_slice signature)
{
    return signature.len == crypto_sign_BYTES &&
           crypto_sign_verify_detached(bytes(signature), bytes(data), data.len,
                                       key->ed25519) == 0;
}

bool cn_pubkey_verify(const cn_pubkey *key, cn_slice data, cn_slice signature)
{
    bool valid;

    if (key->kind == CN_EDDSA)
        return verify_ed25519(key, data, signature);
    ERR_set_mark();
    if (key->kind == CN_ES256)
        valid = verify_p256(key, data, signature);
    else
        valid = verify(key, data, signature);
    ERR_pop_to_mark();
    return valid;
}
