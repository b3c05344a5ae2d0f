/*
 * HMAC-SHA-256 with OpenSSL, which is several times faster than libsodium on
 * the bodies of webhooks.
 */
#include "crypto.h"

#include "fail.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

static bool feed(EVP_MAC_CTX *ctx, const cn_slice *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned char *data = (const unsigned char *)parts[i].ptr;

        if (parts[i].len && !EVP_MAC_update(ctx, data, parts[i].len))
            return false;
    }
    return true;
}

static bool start(EVP_MAC_CTX *ctx, cn_slice key)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    /* NULL would mean "the key from before" */
    const char *bytes = key.len ? key.ptr : "";

    return EVP_MAC_init(ctx, (const unsigned char *)bytes, key.len, params);
}

int cn_hmac_sha256(cn_slice key, const cn_slice *parts, size_t count,
                   unsigned char out[CN_SHA256_LEN], canon_error *err)
{
    EVP_MAC *mac;
    EVP_MAC_CTX *ctx;
    size_t len = 0;
    bool made;

    ERR_set_mark();
    mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
    made = ctx && start(ctx, key) && feed(ctx, parts, count) &&
           EVP_MAC_final(ctx, out, &len, CN_SHA256_LEN) && len == CN_SHA256_LEN;
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    ERR_pop_to_mark();
    return made ? CANON_OK : cn_fail_memory(err);
}
