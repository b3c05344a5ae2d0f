/*
 * Cryptography is called, not written: libsodium for random bytes and hashes,
 * OpenSSL for signatures. Both are visible in this module only.
 */
#ifndef CN_CRYPTO_H
#define CN_CRYPTO_H

#include "buf.h"
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

/* --- base64url without padding, RFC 4648 section 5 ------------------------- */

void cn_base64url(cn_buf *out, const void *data, size_t len);

/* Strict: no padding, white space or stray bits. false: malformed, or more
 * than cap bytes. */
bool cn_base64url_read(cn_slice text, void *out, size_t cap, size_t *len_out);

/* RFC 4648 section 4, with padding. */
bool cn_base64_read(cn_slice text, void *out, size_t cap, size_t *len_out);

/* --- HMAC-SHA-256, RFC 2104 ------------------------------------------------ */

/* Over the parts one after the other. */
int cn_hmac_sha256(cn_slice key, const cn_slice *parts, size_t count,
                   unsigned char out[CN_SHA256_LEN], canon_error *err);

/* --- sealed values (libcanon/README.md, "Secrets at rest") ----------------- */

#define CN_KEY_BYTES  32
#define CN_SEAL_MAX   ((size_t)64 * 1024)         /* bytes that can be sealed */
#define CN_SEALED_MAX (CN_SEAL_MAX / 3 * 4 + 128) /* of a sealed value */

/* At most 16 keys by id, in memory that is not swapped where the process may
 * lock any. The highest id seals, all open. Shared by threads once it is
 * complete. */
typedef struct cn_vault cn_vault;

int cn_vault_new(cn_vault **out, canon_error *err);
void cn_vault_free(cn_vault *vault);

/* A key as it is; id 1 or more. CANON_ECONFLICT: the id is taken. */
int cn_vault_add(cn_vault *vault, uint32_t id,
                 const unsigned char key[CN_KEY_BYTES], canon_error *err);

/* The key derived from a master key for this id. */
int cn_vault_add_master(cn_vault *vault, uint32_t id,
                        const unsigned char master[CN_KEY_BYTES],
                        canon_error *err);

/* What a value is for, so that it opens nowhere else. */
typedef struct cn_seal_place {
    const char *purpose; /* "session" */
    const char *context; /* name of the cookie, "user:7" */
} cn_seal_place;

/* Append plain, sealed, to out. CANON_EINVAL: the vault is empty. */
int cn_seal(const cn_vault *vault, const cn_seal_place *place, cn_slice plain,
            cn_buf *out, canon_error *err);

/* Why a sealed value does not open. */
enum {
    CN_UNSEAL_OK = 0,
    CN_UNSEAL_MALFORMED,
    CN_UNSEAL_UNKNOWN_KEY,
    CN_UNSEAL_FAILED
};

/* Append the plain text to out, whose limit must leave room for 40 bytes more;
 * the caller wipes it. Returns CN_UNSEAL_..., and CN_UNSEAL_FAILED with out->rc
 * set when memory is short. Nothing is appended on failure. */
int cn_unseal(const cn_vault *vault, const cn_seal_place *place,
              cn_slice sealed, cn_buf *out);

/* Wipe memory that held a secret. */
void cn_wipe(void *data, size_t len);

/* The same, and release it. */
void cn_wipe_buf(cn_buf *b);

/* --- public keys ------------------------------------------------------------ */

typedef struct cn_pubkey cn_pubkey;

/* Kinds of signatures, RFC 7518 section 3.1 and RFC 8037. */
enum { CN_RS256 = 1, CN_ES256 = 2, CN_EDDSA = 4 };

/* All three: CANON_EINVAL when it is no key of that kind that is worth
 * trusting. Modulus of 2048 to 8192 bits, and exponent, both big-endian. */
int cn_pubkey_rsa(cn_slice n, cn_slice e, cn_pubkey **out, canon_error *err);
/* A point on P-256; at most 32 bytes each. */
int cn_pubkey_p256(cn_slice x, cn_slice y, cn_pubkey **out, canon_error *err);
/* The 32 bytes of an Ed25519 key. */
int cn_pubkey_ed25519(cn_slice x, cn_pubkey **out, canon_error *err);
void cn_pubkey_free(cn_pubkey *key);

/* The kind a key is for. */
int cn_pubkey_kind(const cn_pubkey *key);

/* Verify a signature as JWS has it (R and S in 64 bytes for ES256). Shared by
 * threads. */
bool cn_pubkey_verify(const cn_pubkey *key, cn_slice data, cn_slice signature);

#endif
