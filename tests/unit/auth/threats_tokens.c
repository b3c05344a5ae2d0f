/*
 * One test for each known way to cheat with a token, a sealed value, an address
 * or a signed delivery (RFC 8725, RFC 9700).
 */
#include "crypto.h"
#include "jwt.h"
#include "signature.h"
#include "url.h"

#include "mint.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#define GOOD "{" MINT_CLAIMS "}"

/* HMAC-SHA-256 of "1773900000.{}" under "secret". */
#define STRIPE_MAC                                                             \
    "1e463a6b818bc09f6969b2e4354452bc9fa7251f2c5bd5b1f45cda6a6037ae8a"

/* The failure of a token under the usual policy, with all algorithms. */
static int verify(const char *token)
{
    cn_jwt_policy policy = mint_policy();
    cn_jwks *set = mint_keys();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;
    int failure;

    policy.kinds = CN_RS256 | CN_ES256 | CN_EDDSA;
    failure = cn_jwt_verify(set, cn_str(token), &policy, &a, &claims);
    cn_arena_free(&a);
    cn_jwks_free(set);
    return failure;
}

static int verify_minted(const char *header, const char *payload)
{
    char *token = mint(header, payload);
    int failure = verify(token);

    free(token);
    return failure;
}

static int verify_set(const char *keys, const char *header)
{
    cn_jwt_policy policy = mint_policy();
    char *token = mint(header, GOOD);
    cn_arena a = CN_ARENA_INIT;
    cn_jwks *set;
    cn_claims claims;
    int failure;

    policy.kinds = CN_RS256 | CN_ES256 | CN_EDDSA;
    cr_assert(eq(int, cn_jwks_read(cn_str(keys), &set, NULL), CANON_OK));
    failure = cn_jwt_verify(set, cn_str(token), &policy, &a, &claims);
    cn_arena_free(&a);
    cn_jwks_free(set);
    free(token);
    return failure;
}

Test(token, threat_nothing_when_the_token_is_good)
{
    cr_assert(eq(int, verify_minted(MINT_HEADER, GOOD), CN_JWT_VALID));
}

Test(token, threat_alg_none)
{
    static const char *const names[] = {"none", "None", "NONE",
                                        "nOnE", "",     "none\\u0020"};
    char header[100];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *token;

        snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"kid\":\"test\"}",
                 names[i]);
        cr_assert(eq(int, verify_minted(header, GOOD), CN_JWT_ALG));
        token = mint(header, GOOD);
        strrchr(token, '.')[1] = '\0';
        cr_assert(eq(int, verify(token), CN_JWT_ALG));
        free(token);
    }
    cr_assert(eq(u32, cn_jwt_kinds("none"), 0));
}

Test(token, threat_hmac_with_the_public_key)
{
    cr_assert(eq(int,
                 verify_minted("{\"alg\":\"HS256\",\"kid\":\"test\"}", GOOD),
                 CN_JWT_ALG));
    cr_assert(eq(int,
                 verify_minted("{\"alg\":\"RS256\",\"kid\":\"test\"}", GOOD),
                 CN_JWT_KEY_MISMATCH));
    cr_assert(eq(int,
                 verify_set("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"test\","
                            "\"k\":\"AAAA\"}]}",
                            MINT_HEADER),
                 CN_JWT_UNKNOWN_KID));
    cr_assert(eq(u32, cn_jwt_kinds("HS256"), 0));
}

Test(token, threat_kid_injection)
{
    static const char *const kids[] = {
        "../../../../dev/null",
        "/dev/null",
        "test' OR '1'='1",
        "test; DROP TABLE users",
        "test%00",
        "test*",
        "%s%s%n",
        "http://evil/",
    };
    char header[200];

    for (size_t i = 0; i < sizeof(kids) / sizeof(kids[0]); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}",
                 kids[i]);
        cr_assert(eq(int, verify_minted(header, GOOD), CN_JWT_UNKNOWN_KID));
    }
}

Test(token, threat_key_in_the_header)
{
    char header[600];
    char *token;

    snprintf(header, sizeof(header),
             "{\"alg\":\"EdDSA\",\"kid\":\"test\",\"jwk\":%s},"
             "\"jku\":\"https://evil.example/keys\","
             "\"x5u\":\"https://evil.example/cert\",\"x5c\":[\"AAAA\"]}",
             mint_jwk(true));
    token = mint_forged(header, GOOD);
    cr_assert(eq(int, verify(token), CN_JWT_SIGNATURE));
    free(token);
    /* and they change nothing in a token that is good */
    cr_assert(eq(int, verify_minted(header, GOOD), CN_JWT_VALID));
}

Test(token, threat_key_for_another_purpose)
{
    static const char *const declared[] = {
        "\"use\":\"enc\"", "\"key_ops\":[\"encrypt\"]", "\"alg\":\"ECDH-ES\""};
    char keys[400];

    for (size_t i = 0; i < sizeof(declared) / sizeof(declared[0]); i++) {
        snprintf(keys, sizeof(keys), "{\"keys\":[%s,\"kid\":\"test\",%s}]}",
                 mint_jwk(false), declared[i]);
        cr_assert(eq(int, verify_set(keys, MINT_HEADER), CN_JWT_KEY_MISMATCH));
    }
}

/* A point of small order makes one signature right for many texts. */
Test(token, threat_weak_key)
{
    cr_assert(
        eq(int,
           verify_set("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                      "\"kid\":\"test\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                      "AAAAAAAAAAAAA\"}]}",
                      MINT_HEADER),
           CN_JWT_KEY_MISMATCH));
}

Test(token, threat_malleable_signature)
{
    char *token = mint(MINT_HEADER, GOOD);
    size_t len = strlen(token);
    char last = token[len - 1];
    int valid = 0;

    /* the last of 86 digits has four values; the others say the same */
    for (int c = 1; c < 256; c++) {
        token[len - 1] = (char)c;
        valid += verify(token) == CN_JWT_VALID;
    }
    cr_assert(eq(int, valid, 1));
    token[len - 1] = last;
    cr_assert(eq(int, verify(token), CN_JWT_VALID));
    free(token);
}

Test(token, threat_token_of_another_service)
{
    cr_assert(
        eq(int,
           verify_minted(MINT_HEADER,
                         "{\"iss\":\"" MINT_ISSUER "\",\"aud\":\"" MINT_AUDIENCE
                         "/v2\",\"exp\":1773900060,\"sub\":\"auth0|1\"}"),
           CN_JWT_AUDIENCE));
    cr_assert(eq(int,
                 verify_minted(MINT_HEADER,
                               "{\"iss\":\"https://login.example.com.evil/\","
                               "\"aud\":\"" MINT_AUDIENCE
                               "\",\"exp\":1773900060,\"sub\":\"auth0|1\"}"),
                 CN_JWT_ISSUER));
}

Test(token, threat_token_of_another_kind)
{
    cr_assert(eq(int,
                 verify_minted("{\"alg\":\"EdDSA\",\"kid\":\"test\","
                               "\"typ\":\"logout+jwt\"}",
                               GOOD),
                 CN_JWT_TYPE));
}

Test(token, threat_token_without_end)
{
    cr_assert(eq(int,
                 verify_minted(MINT_HEADER, "{\"iss\":\"" MINT_ISSUER
                                            "\",\"aud\":\"" MINT_AUDIENCE
                                            "\",\"sub\":\"auth0|1\"}"),
                 CN_JWT_MISSING_CLAIM));
}

Test(token, threat_unknown_critical_header)
{
    cr_assert(eq(int,
                 verify_minted("{\"alg\":\"EdDSA\",\"kid\":\"test\","
                               "\"crit\":[\"b64\"],\"b64\":false}",
                               GOOD),
                 CN_JWT_CRIT));
}

Test(token, threat_duplicate_members)
{
    cr_assert(eq(int,
                 verify_minted("{\"alg\":\"none\",\"alg\":\"EdDSA\","
                               "\"kid\":\"test\"}",
                               GOOD),
                 CN_JWT_MALFORMED));
    cr_assert(eq(
        int,
        verify_minted(MINT_HEADER, "{" MINT_CLAIMS ",\"su\\u0062\":\"admin\"}"),
        CN_JWT_MALFORMED));
}

Test(token, threat_other_encoding)
{
    cr_assert(eq(
        int,
        verify_minted(MINT_HEADER, "{" MINT_CLAIMS ",\"name\":\"\xc0\xaf\"}"),
        CN_JWT_MALFORMED));
    cr_assert(eq(int,
                 verify_minted(MINT_HEADER, "\xef\xbb\xbf{" MINT_CLAIMS "}"),
                 CN_JWT_MALFORMED));
}

/* A set that is too large is not read; nothing in it is believed. */
Test(token, threat_huge_key_set)
{
    cn_buf text = CN_BUF_INIT(2 * CN_JWKS_MAX);
    cn_jwks *set;

    cn_buf_puts(&text, "{\"keys\":[0");
    for (int i = 0; i < 1000; i++)
        cn_buf_puts(&text, ",0");
    cn_buf_puts(&text, "]}");
    cr_assert(
        eq(int, cn_jwks_read(cn_buf_all(&text), &set, NULL), CANON_ETOOBIG));
    cn_buf_free(&text);
}

Test(token, threat_cookie_moved_or_forged)
{
    static const unsigned char key[CN_KEY_BYTES] = "a key";
    const cn_seal_place session = {"session", "__Host-canon_session"};
    const cn_seal_place state = {"oauth-state", "__Host-canon_session"};
    cn_buf sealed = CN_BUF_INIT(1000);
    cn_buf plain = CN_BUF_INIT(1000);
    cn_vault *vault;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_new(&vault, NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_add(vault, 1, key, NULL), CANON_OK));
    cr_assert(
        eq(int, cn_seal(vault, &state, cn_str("{}"), &sealed, NULL), CANON_OK));
    cr_assert(eq(int, cn_unseal(vault, &session, cn_buf_all(&sealed), &plain),
                 CN_UNSEAL_FAILED));
    sealed.data[sealed.len - 10] ^= 1;
    cr_assert(ne(int, cn_unseal(vault, &state, cn_buf_all(&sealed), &plain),
                 CN_UNSEAL_OK));
    cr_assert(eq(sz, plain.len, 0));
    cn_buf_free(&sealed);
    cn_buf_free(&plain);
    cn_vault_free(vault);
}

Test(token, threat_open_redirect)
{
    static const char *const paths[] = {
        "//evil.example",   "/\\evil.example",       "\\/evil.example",
        "/\t/evil.example", "https://evil.example/", "",
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        cr_assert_not(cn_url_next_ok(cn_str(paths[i])), "%s", paths[i]);
    cr_assert_not(cn_url_same_origin(cn_str("https://canon.example"),
                                     cn_str("https://canon.example@evil/")));
}

Test(token, threat_header_injection)
{
    cr_assert_not(cn_url_next_ok(cn_str("/app\r\nSet-Cookie: a=b")));
    cr_assert_not(cn_url_next_ok(cn_slice_of("/app\0", 5)));
}

/* An old delivery that was recorded and is sent once more. */
Test(token, threat_replayed_webhook)
{
    cn_delivery d = {.header = cn_str("t=1773900000,v1=" STRIPE_MAC),
                     .body = cn_str("{}"),
                     .secret = cn_str("secret"),
                     .now_us = INT64_C(1773900300000000),
                     .tolerance_us = INT64_C(300000000)};

    cr_assert(eq(int, cn_signature_verify(CN_SIGNED_BY_STRIPE, &d),
                 CN_SIGNATURE_VALID));
    d.now_us++;
    cr_assert(eq(int, cn_signature_verify(CN_SIGNED_BY_STRIPE, &d),
                 CN_SIGNATURE_TOO_OLD));
}
