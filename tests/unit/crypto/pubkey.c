#include "crypto.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define PAYLOAD                                                                \
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"  \
    "NvbS9pc19yb290Ijp0cnVlfQ"

/* RFC 7515 appendix A.2 and A.3, RFC 8037 appendix A.4 */
static const struct {
    int kind;
    const char *first;  /* n or x */
    const char *second; /* e or y */
    const char *data;
    const char *signature;
} samples[] = {
    {CN_RS256,
     "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qP"
     "CJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47s"
     "oMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2"
     "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud"
     "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
     "AQAB", "eyJhbGciOiJSUzI1NiJ9" PAYLOAD,
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4B"
     "h-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZ"
     "LgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d"
     "O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
     "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    {CN_ES256, "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
     "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
     "eyJhbGciOiJFUzI1NiJ9" PAYLOAD,
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKT"
     "UJqPP3-Kg6NU1Q"},
    {CN_EDDSA, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7"
     "sVvpAr_MuM0KAg"},
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

typedef struct number {
    unsigned char bytes[1100];
    size_t len;
} number;

static number read(const char *text)
{
    number n;

    cr_assert(
        cn_base64url_read(cn_str(text), n.bytes, sizeof(n.bytes), &n.len));
    return n;
}

static cn_slice all(const number *n)
{
    return cn_slice_of((const char *)n->bytes, n->len);
}

static int make(int kind, const number *first, const number *second,
                cn_pubkey **out)
{
    if (kind == CN_RS256)
        return cn_pubkey_rsa(all(first), all(second), out, NULL);
    if (kind == CN_ES256)
        return cn_pubkey_p256(all(first), all(second), out, NULL);
    return cn_pubkey_ed25519(all(first), out, NULL);
}

static cn_pubkey *key_of(size_t i)
{
    number first = read(samples[i].first);
    number second = read(samples[i].second);
    cn_pubkey *key;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(eq(int, make(samples[i].kind, &first, &second, &key), CANON_OK));
    return key;
}

ParameterizedTestParameters(pubkey, verifies_the_examples_of_the_standards)
{
    return cn_test_indexes(SAMPLES);
}

ParameterizedTest(size_t *i, pubkey, verifies_the_examples_of_the_standards)
{
    cn_pubkey *key = key_of(*i);
    number signature = read(samples[*i].signature);

    cr_assert(eq(int, cn_pubkey_kind(key), samples[*i].kind));
    cr_assert(cn_pubkey_verify(key, cn_str(samples[*i].data), all(&signature)));
    cn_pubkey_free(key);
}

ParameterizedTestParameters(pubkey, refuses_a_signature_of_other_length)
{
    return cn_test_indexes(SAMPLES);
}

ParameterizedTest(size_t *i, pubkey, refuses_a_signature_of_other_length)
{
    cn_pubkey *key = key_of(*i);
    number signature = read(samples[*i].signature);
    size_t whole = signature.len;

    for (signature.len = 0; signature.len < whole; signature.len++)
        cr_assert_not(
            cn_pubkey_verify(key, cn_str(samples[*i].data), all(&signature)));
    signature.bytes[whole] = 0;
    signature.len = whole + 1;
    cr_assert_not(
        cn_pubkey_verify(key, cn_str(samples[*i].data), all(&signature)));
    cn_pubkey_free(key);
}

ParameterizedTestParameters(pubkey, refuses_a_changed_bit)
{
    return cn_test_indexes(SAMPLES);
}

ParameterizedTest(size_t *i, pubkey, refuses_a_changed_bit)
{
    cn_pubkey *key = key_of(*i);
    number signature = read(samples[*i].signature);

    for (size_t at = 0; at < signature.len; at += 7) {
        signature.bytes[at] ^= 0x10;
        cr_assert_not(
            cn_pubkey_verify(key, cn_str(samples[*i].data), all(&signature)));
        signature.bytes[at] ^= 0x10;
    }
    cr_assert_not(cn_pubkey_verify(key, cn_str("x"), all(&signature)));
    cr_assert_not(cn_pubkey_verify(key, cn_str(""), all(&signature)));
    cn_pubkey_free(key);
}

/* r or s of 0, and the order of the curve added, must not pass. */
Test(pubkey, refuses_zero_in_an_ecdsa_signature)
{
    cn_pubkey *key = key_of(1);
    number signature = read(samples[1].signature);

    memset(signature.bytes, 0, 32);
    cr_assert_not(
        cn_pubkey_verify(key, cn_str(samples[1].data), all(&signature)));
    memset(signature.bytes, 0, 64);
    cr_assert_not(
        cn_pubkey_verify(key, cn_str(samples[1].data), all(&signature)));
    memset(signature.bytes, 0xff, 64);
    cr_assert_not(
        cn_pubkey_verify(key, cn_str(samples[1].data), all(&signature)));
    cn_pubkey_free(key);
}

static void refuses_rsa(const number *n, const char *e, size_t e_len)
{
    cn_pubkey *key = (cn_pubkey *)&key;

    cr_assert(eq(int, cn_pubkey_rsa(all(n), cn_slice_of(e, e_len), &key, NULL),
                 CANON_EINVAL));
    cr_assert(eq(ptr, key, NULL));
}

Test(pubkey, takes_no_rsa_key_that_is_weak)
{
    number n = read(samples[0].first);
    number weak = n;

    refuses_rsa(&n, "", 0);
    refuses_rsa(&n, "\0", 1);
    refuses_rsa(&n, "\1", 1);
    refuses_rsa(&n, "\4", 1);
    refuses_rsa(&n, "\1\0\0\0\0\0\0\0\1", 9);
    weak.len = 255;
    refuses_rsa(&weak, "\1\0\1", 3);
    weak.len = 0;
    refuses_rsa(&weak, "\1\0\1", 3);
    weak = n;
    weak.bytes[255] &= 0xfe;
    refuses_rsa(&weak, "\1\0\1", 3);
    weak = n;
    weak.bytes[0] &= 0x7f; /* 2047 bits */
    refuses_rsa(&weak, "\1\0\1", 3);
    memset(weak.bytes, 0xff, sizeof(weak.bytes));
    weak.len = 1025;
    refuses_rsa(&weak, "\1\0\1", 3);
    weak.len = 1026;
    refuses_rsa(&weak, "\1\0\1", 3);
}

Test(pubkey, takes_no_point_beside_the_curve)
{
    number x = read(samples[1].first);
    number y = read(samples[1].second);
    number zero = {{0}, 32};
    number none = {{0}, 0};
    number ends = {{0}, 33};
    cn_pubkey *key;

    cr_assert(eq(int, make(CN_ES256, &x, &zero, &key), CANON_EINVAL));
    cr_assert(eq(ptr, key, NULL));
    cr_assert(eq(int, make(CN_ES256, &zero, &zero, &key), CANON_EINVAL));
    cr_assert(eq(int, make(CN_ES256, &y, &x, &key), CANON_EINVAL));
    cr_assert(eq(int, make(CN_ES256, &x, &none, &key), CANON_EINVAL));
    cr_assert(eq(int, make(CN_ES256, &ends, &y, &key), CANON_EINVAL));
}

Test(pubkey, takes_no_edwards_point_that_verifies_anything)
{
    number zero = {{0}, 32};
    number one = {{1}, 32};
    number shorter = read(samples[2].first);
    number none = {{0}, 0};
    cn_pubkey *key;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    shorter.len--;
    cr_assert(eq(int, make(CN_EDDSA, &zero, &none, &key), CANON_EINVAL));
    cr_assert(eq(ptr, key, NULL));
    cr_assert(eq(int, make(CN_EDDSA, &one, &none, &key), CANON_EINVAL));
    cr_assert(eq(int, make(CN_EDDSA, &shorter, &none, &key), CANON_EINVAL));
    cr_assert(eq(int, make(CN_EDDSA, &none, &none, &key), CANON_EINVAL));
    cn_pubkey_free(NULL);
}

static int make_all(void *user)
{
    int rc = CANON_OK;

    (void)user;
    for (size_t i = 0; i < SAMPLES && !rc; i++) {
        number first = read(samples[i].first);
        number second = read(samples[i].second);
        cn_pubkey *key;

        rc = make(samples[i].kind, &first, &second, &key);
        cr_assert(eq(int, rc == CANON_OK, key != NULL));
        cn_pubkey_free(key);
    }
    return rc;
}

Test(pubkey, survives_every_failed_allocation)
{
    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(ge(sz, torture(TORTURE_ONCE, make_all, NULL), 3));
    cr_assert(ge(sz, torture(TORTURE_PERSISTENT, make_all, NULL), 1));
}
