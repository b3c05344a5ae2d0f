/*
 * A key set: what was read holds at most as many keys as are allowed, and
 * every key that is found refuses a signature that is no signature.
 */
#include "fuzz.h"
#include "jwt_parts.h"

static const int kinds[] = {CN_RS256, CN_ES256, CN_EDDSA};

static void look_up(const cn_jwks *set, cn_slice kid)
{
    static const char signature[64];

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const cn_pubkey *key = NULL;
        int found = cn_jwks_find(set, kid, kinds[i], &key);

        check((found == CN_JWT_VALID) == (key != NULL));
        if (!key)
            continue;
        check(cn_pubkey_kind(key) == kinds[i]);
        check(!cn_pubkey_verify(key, kid, cn_slice_of(signature, 64)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cn_jwks *set;
    canon_error err;
    int rc;

    check(!cn_crypto_init(&err));
    rc = cn_jwks_read(cn_slice_of((const char *)data, size), &set, &err);
    check(rc == CANON_OK || rc == CANON_EINVAL || rc == CANON_ETOOBIG);
    check((rc == CANON_OK) == (set != NULL));
    if (set) {
        check(cn_jwks_count(set) <= CN_JWKS_KEYS);
        look_up(set, cn_str("a"));
        look_up(set, cn_str(""));
    }
    cn_jwks_free(set);
    return 0;
}
