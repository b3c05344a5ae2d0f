#include "crypto.h"

#include "escape.h"
#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char hex[2 * CN_SHA256_LEN + 1];

static const char *hmac(cn_slice key, const cn_slice *parts, size_t count)
{
    unsigned char mac[CN_SHA256_LEN];
    canon_error err;

    cr_assert(eq(int, cn_hmac_sha256(key, parts, count, mac, &err), CANON_OK));
    cn_hex(hex, mac, sizeof(mac));
    return hex;
}

/* RFC 4231 */
static const struct {
    int key_byte; /* 0: the text */
    size_t key_len;
    const char *key;
    const char *data;
    const char *mac;
} cases[] = {
    {0x0b, 20, NULL, "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {0, 4, "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {0xaa, 131, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
};

ParameterizedTestParameters(hmac, knows_the_texts_of_rfc_4231)
{
    return cn_test_indexes(sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(size_t *i, hmac, knows_the_texts_of_rfc_4231)
{
    char filled[131];
    cn_slice data = cn_str(cases[*i].data);

    memset(filled, cases[*i].key_byte, sizeof(filled));
    cr_assert(
        eq(str,
           (char *)hmac(cn_slice_of(cases[*i].key ? cases[*i].key : filled,
                                    cases[*i].key_len),
                        &data, 1),
           (char *)cases[*i].mac));
}

Test(hmac, runs_over_the_parts_one_after_the_other)
{
    const cn_slice parts[] = {
        {"Hi", 2}, {NULL, 0}, {" ", 1}, {"There", 5}, {"", 0}};

    cr_assert(
        eq(str, (char *)hmac(cn_str("key"), parts, 5),
           "e75865ac3fe73a8074997001fcdf339dbb878200ace6efa70f0ee1b2df3a3cf6"));
}

Test(hmac, takes_an_empty_key_and_no_data)
{
    cr_assert(
        eq(str, (char *)hmac(cn_slice_of(NULL, 0), NULL, 0),
           "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}
