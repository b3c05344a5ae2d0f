/*
 * Cryptography is called, not written: libsodium for random bytes and hashes,
 * OpenSSL for signatures. Both are visible in this module only.
 */
#ifndef CN_CRYPTO_H
#define CN_CRYPTO_H

#include "slice.h"

#define CN_SHA256_LEN 32

/* Once per process, guarded; CANON_OK or CANON_ESTORE. */
int cn_crypto_init(canon_error *err);

/* The default of canon_env.random. */
int cn_crypto_random(void *user, void *out, size_t len);

void cn_sha256(const void *data, size_t len, unsigned char out[CN_SHA256_LEN]);

/* SHA-1 of "blob <len>\0" and the data as 40 hex digits: git's id of a file's
 * content. Not used for security. */
void cn_git_blob_id(const void *data, size_t len, char out[41]);

/* Constant time. */
bool cn_secret_eq(cn_slice a, cn_slice b);

#endif
