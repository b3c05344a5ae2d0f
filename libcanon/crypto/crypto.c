/*
 * The small part of libsodium and OpenSSL that everybody needs.
 */
/* The plain SHA-1 functions need no memory, so that they cannot fail. */
#define OPENSSL_API_COMPAT 0x10101000L

#include "crypto.h"

#include "escape.h"
#include "fail.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>

int cn_crypto_init(canon_error *err)
{
    /* guarded by libsodium itself: 0 the first time, 1 afterwards */
    if (sodium_init() < 0)
        return cn_fail(err, CANON_ESTORE, "no source of random bytes");
    return CANON_OK;
}

int cn_crypto_random(void *user, void *out, size_t len)
{
    (void)user;
    randombytes_buf(out, len);
    return 0;
}

void cn_sha256(const void *data, size_t len, unsigned char out[CN_SHA256_LEN])
{
    crypto_hash_sha256(out, data, len);
}

void cn_git_blob_id(const void *data, size_t len, char out[41])
{
    unsigned char hash[SHA_DIGEST_LENGTH];
    char head[32];
    int head_len = snprintf(head, sizeof(head), "blob %zu", len);
    SHA_CTX ctx;

    SHA1_Init(&ctx);
    SHA1_Update(&ctx, head, (size_t)head_len + 1); /* with its NUL */
    if (len)
        SHA1_Update(&ctx, data, len);
    SHA1_Final(hash, &ctx);
    cn_hex(out, hash, sizeof(hash));
}

bool cn_secret_eq(cn_slice a, cn_slice b)
{
    return a.len == b.len &&
           (a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0);
}
