#include "crypto.h"

#include "escape.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(crypto, may_be_initialised_many_times)
{
    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
}

Test(crypto, gives_random_bytes)
{
    unsigned char a[32] = {0};
    unsigned char b[32] = {0};

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(eq(int, cn_crypto_random(NULL, a, sizeof(a)), 0));
    cr_assert(eq(int, cn_crypto_random(NULL, b, sizeof(b)), 0));
    cr_assert(ne(int, memcmp(a, b, sizeof(a)), 0));
}

Test(crypto, knows_sha256)
{
    unsigned char hash[CN_SHA256_LEN];
    char hex[2 * CN_SHA256_LEN + 1];

    cn_sha256("abc", 3, hash);
    cn_hex(hex, hash, sizeof(hash));
    cr_assert(eq(str, hex,
                 "ba7816bf8f01cfea414140de5dae2223"
                 "b00361a396177a9cb410ff61f20015ad"));
}

Test(crypto, names_content_as_git_does)
{
    char id[41];

    cn_git_blob_id("", 0, id);
    cr_assert(eq(str, id, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
    cn_git_blob_id(NULL, 0, id);
    cr_assert(eq(str, id, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
    cn_git_blob_id("hello\n", 6, id);
    cr_assert(eq(str, id, "ce013625030ba8dba906f756967f9e9ca394464a"));
}

Test(crypto, compares_secrets)
{
    cr_assert(cn_secret_eq(cn_str("abc"), cn_str("abc")));
    cr_assert_not(cn_secret_eq(cn_str("abc"), cn_str("abd")));
    cr_assert_not(cn_secret_eq(cn_str("abc"), cn_str("ab")));
    cr_assert(cn_secret_eq(cn_str(""), cn_str(NULL)));
}
