/*
 * A sealed value, as the content of a cookie is: foreign text does not open,
 * and what was sealed opens to the same, at its place only.
 */
#include "crypto.h"
#include "fuzz.h"

static const cn_seal_place here = {"session", "__Host-canon_session"};
static const cn_seal_place there = {"oauth-state", "__Host-canon_session"};

static const cn_vault *the_vault(void)
{
    static const unsigned char key[CN_KEY_BYTES] = "0123456789";
    static cn_vault *vault;

    if (!vault) {
        check(!cn_crypto_init(NULL));
        check(!cn_vault_new(&vault, NULL));
        check(!cn_vault_add_master(vault, 1, key, NULL));
        check(!cn_vault_add_master(vault, 4294967295U, key, NULL));
    }
    return vault;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const cn_vault *vault = the_vault();
    cn_slice text = cn_slice_of((const char *)data, size);
    cn_buf sealed = CN_BUF_INIT(2 * CN_SEALED_MAX);
    cn_buf plain = CN_BUF_INIT(2 * CN_SEALED_MAX);

    check(cn_unseal(vault, &here, text, &plain) != CN_UNSEAL_OK);
    check(plain.len == 0 && plain.rc == CANON_OK);
    if (!cn_seal(vault, &here, text, &sealed, NULL)) {
        check(cn_unseal(vault, &there, cn_buf_all(&sealed), &plain) ==
              CN_UNSEAL_FAILED);
        check(!cn_unseal(vault, &here, cn_buf_all(&sealed), &plain));
        check(cn_slice_eq(cn_buf_all(&plain), text));
    } else {
        check(size > CN_SEAL_MAX);
    }
    cn_buf_free(&sealed);
    cn_wipe_buf(&plain);
    return 0;
}
