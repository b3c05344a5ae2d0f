#include "apikey.h"

#include "files.h"
#include "vectors.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define FILE_NAME "api_keys.json"

ParameterizedTestParameters(apikey, agrees_with_the_vectors)
{
    return cn_test_indexes(vectors_count(FILE_NAME));
}

ParameterizedTest(size_t *i, apikey, agrees_with_the_vectors)
{
    const cn_value *v = vectors_case(FILE_NAME, *i);
    cn_slice key = vector_text(v, "key");
    const char *sha256 = cn_value_str(v, "sha256", "");
    bool well_formed = cn_value_bool(v, "well_formed", false);
    char hash[CN_APIKEY_HASH + 1];

    cr_assert(eq(int, cn_apikey_ok(key), well_formed), "%s", key.ptr);
    cn_apikey_hash(key, hash);
    if (*sha256)
        cr_assert(eq(str, hash, (char *)sha256), "%s", key.ptr);
}

Test(apikey, is_made_of_its_bytes)
{
    unsigned char bytes[CN_APIKEY_BYTES];
    char key[CN_APIKEY_LEN + 1];

    memset(bytes, 0xff, sizeof(bytes));
    cr_assert(eq(int, cn_apikey_write(bytes, key, NULL), CANON_OK));
    cr_assert(eq(str, key, "sw___________________________________________8"));
    cr_assert(cn_apikey_ok(cn_str(key)));
}

Test(apikey, is_nothing_else)
{
    cr_assert(not(cn_apikey_ok(cn_str(NULL))));
    cr_assert(not(cn_apikey_ok(cn_str("sw_"))));
    cr_assert(not(cn_apikey_ok(
        cn_str("SW_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))));
    cr_assert(not(cn_apikey_ok(cn_slice_of(
        "sw_AAAAAAAAAAAAAAAAAAAAA\0AAAAAAAAAAAAAAAAAAAAA", CN_APIKEY_LEN))));
}
