#include "jwt_parts.h"

#include "files.h"
#include "mint.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static const struct {
    const char *text;
    int rc;
    size_t count;
} sets[] = {
    {"{\"keys\":[]}", CANON_OK, 0},
    {"{\"keys\":[1,null,\"x\",[],{}]}", CANON_OK, 0},
    {"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\"}]}", CANON_OK, 0},
    {"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":1,\"e\":\"AQAB\"}]}",
     CANON_OK, 0},
    {"{\"keys\":[{\"kty\":\"EC\",\"kid\":\"a\",\"crv\":\"P-256\","
     "\"x\":\"AA\",\"y\":\"AA\"}]}",
     CANON_OK, 0},
    {"{\"keys\":[{\"kty\":\"OKP\",\"kid\":\"a\",\"crv\":\"X25519\"}]}",
     CANON_OK, 0},
    {"{\"keys\":{}}", CANON_EINVAL, 0},
    {"{}", CANON_EINVAL, 0},
    {"[]", CANON_EINVAL, 0},
    {"", CANON_EINVAL, 0},
    {"<!DOCTYPE html>", CANON_EINVAL, 0},
    {"{\"keys\":[],\"keys\":[]}", CANON_EINVAL, 0},
};

ParameterizedTestParameters(jwks, reads_what_a_provider_may_send)
{
    return cn_test_indexes(sizeof(sets) / sizeof(sets[0]));
}

ParameterizedTest(size_t *i, jwks, reads_what_a_provider_may_send)
{
    canon_error err = {0};
    cn_jwks *set;

    cr_assert(
        eq(int, cn_jwks_read(cn_str(sets[*i].text), &set, &err), sets[*i].rc),
        "%s", sets[*i].text);
    cr_assert(eq(int, err.code, sets[*i].rc));
    if (set)
        cr_assert(eq(sz, cn_jwks_count(set), sets[*i].count));
    cn_jwks_free(set);
}

/* A set with one good key, declared in some way. */
static int find_declared(const char *declared)
{
    const cn_pubkey *key;
    char text[600];
    cn_jwks *set;
    int found;

    snprintf(text, sizeof(text), "{\"keys\":[%s,\"kid\":\"a\"%s}]}",
             mint_jwk(false), declared);
    cr_assert(eq(int, cn_jwks_read(cn_str(text), &set, NULL), CANON_OK));
    found = cn_jwks_find(set, cn_str("a"), CN_EDDSA, &key);
    cn_jwks_free(set);
    return found;
}

static const struct {
    const char *declared;
    int found;
} declarations[] = {
    {"", CN_JWT_VALID},
    {",\"use\":\"sig\",\"alg\":\"EdDSA\",\"key_ops\":[\"verify\"]",
     CN_JWT_VALID},
    {",\"key_ops\":[1,\"sign\",\"verify\"]", CN_JWT_VALID},
    {",\"use\":\"enc\"", CN_JWT_KEY_MISMATCH},
    {",\"use\":null", CN_JWT_KEY_MISMATCH},
    {",\"alg\":\"RS256\"", CN_JWT_KEY_MISMATCH},
    {",\"alg\":1", CN_JWT_KEY_MISMATCH},
    {",\"key_ops\":[]", CN_JWT_KEY_MISMATCH},
    {",\"key_ops\":\"verify\"", CN_JWT_KEY_MISMATCH},
    {",\"key_ops\":null", CN_JWT_KEY_MISMATCH},
};

ParameterizedTestParameters(jwks, uses_a_key_for_what_it_is_meant)
{
    return cn_test_indexes(sizeof(declarations) / sizeof(declarations[0]));
}

ParameterizedTest(size_t *i, jwks, uses_a_key_for_what_it_is_meant)
{
    cr_assert(eq(int, find_declared(declarations[*i].declared),
                 declarations[*i].found),
              "%s", declarations[*i].declared);
}

Test(jwks, tells_an_unknown_key_from_one_that_does_not_suit)
{
    cn_jwks *set = mint_keys();
    const cn_pubkey *key = NULL;

    cr_assert(eq(int, cn_jwks_find(set, cn_str("b"), CN_EDDSA, &key),
                 CN_JWT_UNKNOWN_KID));
    cr_assert(eq(int, cn_jwks_find(set, cn_str("test"), CN_RS256, &key),
                 CN_JWT_KEY_MISMATCH));
    cr_assert(eq(ptr, (void *)key, NULL));
    cr_assert(eq(int, cn_jwks_find(set, cn_str("test"), CN_EDDSA, &key),
                 CN_JWT_VALID));
    cr_assert(eq(int, cn_pubkey_kind(key), CN_EDDSA));
    cr_assert(eq(sz, cn_jwks_count(set), 1));
    cn_jwks_free(set);
    cn_jwks_free(NULL);
}

static int read_many(size_t count, cn_jwks **out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(CN_JWKS_MAX + 1000);
    int rc;

    cn_buf_puts(&text, "{\"keys\":[");
    for (size_t i = 0; i < count; i++)
        cn_buf_printf(&text, "%s%s,\"kid\":\"%zu\"}", i ? "," : "",
                      mint_jwk(false), i);
    cn_buf_puts(&text, "]}");
    cr_assert(eq(int, text.rc, CANON_OK));
    rc = cn_jwks_read(cn_buf_all(&text), out, err);
    cn_buf_free(&text);
    return rc;
}

Test(jwks, holds_sixty_four_keys)
{
    canon_error err;
    cn_jwks *set;

    cr_assert(eq(int, read_many(CN_JWKS_KEYS, &set, &err), CANON_OK));
    cr_assert(eq(sz, cn_jwks_count(set), CN_JWKS_KEYS));
    cn_jwks_free(set);
    cr_assert(eq(int, read_many(CN_JWKS_KEYS + 1, &set, &err), CANON_ETOOBIG));
    cr_assert(eq(int, read_many(1000, &set, &err), CANON_ETOOBIG));
    cr_assert(eq(str, err.text, "a key set of 1000 keys"));
}

Test(jwks, beyond_its_limit_is_not_read)
{
    size_t len = CN_JWKS_MAX + 1;
    char *text = malloc(len);
    canon_error err;
    cn_jwks *set;

    memset(text, ' ', len);
    memcpy(text, "{\"keys\":[]}", 11);
    cr_assert(eq(int, cn_jwks_read(cn_slice_of(text, len), &set, &err),
                 CANON_ETOOBIG));
    cr_assert(eq(ptr, set, NULL));
    cr_assert(eq(int, cn_jwks_read(cn_slice_of(text, len - 1), &set, &err),
                 CANON_OK));
    cn_jwks_free(set);
    free(text);
}

static int read_text(void *user)
{
    cn_jwks *set;
    int rc = cn_jwks_read(cn_str(user), &set, NULL);

    cr_assert(eq(int, rc == CANON_OK, set != NULL));
    cn_jwks_free(set);
    return rc;
}

Test(jwks, survives_every_failed_allocation)
{
    char text[300];

    snprintf(text, sizeof(text), "{\"keys\":[%s,\"kid\":\"test\"}]}",
             mint_jwk(false));
    cr_assert(gt(sz, torture(TORTURE_ONCE, read_text, text), 2));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, read_text, text), 2));
}
