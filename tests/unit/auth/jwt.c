#include "jwt.h"

#include "files.h"
#include "mint.h"
#include "torture.h"
#include "vectors.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "jwt.json"

static cn_jwks *keys_of(const cn_value *v)
{
    cn_buf text = CN_BUF_INIT(CN_JWKS_MAX);
    cn_json w = cn_json_to(&text);
    cn_jwks *set;

    cn_json_value(&w, NULL, cn_value_get(v, "jwks"));
    cr_assert(eq(int, cn_jwks_read(cn_buf_all(&text), &set, NULL), CANON_OK));
    cn_buf_free(&text);
    return set;
}

static unsigned kinds_of(const cn_value *v)
{
    const cn_value *list = cn_value_get(v, "algs");
    unsigned kinds = 0;

    for (size_t i = 0; i < list->count; i++)
        kinds |= cn_jwt_kinds(list->items[i].text.ptr);
    return kinds;
}

static cn_jwt_policy policy_of(const cn_value *v)
{
    return (cn_jwt_policy){.issuer = cn_value_str(v, "iss", ""),
                           .audience = cn_value_str(v, "aud", ""),
                           .kinds = kinds_of(v),
                           .now_s = (double)cn_value_int(v, "now", 0),
                           .leeway_s = (double)cn_value_int(v, "leeway", 0)};
}

static void same_claims(const cn_value *v, const cn_claims *claims)
{
    const cn_value *list = cn_value_get(v, "expect.permissions");

    cr_assert(eq(str, (char *)claims->sub,
                 (char *)cn_value_str(v, "expect.sub", "?")));
    cr_assert(eq(str, (char *)claims->org_id,
                 (char *)cn_value_str(v, "expect.org_id", "")));
    for (size_t i = 0; i < list->count; i++)
        cr_assert(eq(str, (char *)claims->permissions[i],
                     (char *)list->items[i].text.ptr));
    cr_assert(eq(ptr, (void *)claims->permissions[list->count], NULL));
}

ParameterizedTestParameters(jwt, agrees_with_the_vectors)
{
    return cn_test_indexes(vectors_count(FILE_NAME));
}

ParameterizedTest(size_t *i, jwt, agrees_with_the_vectors)
{
    const cn_value *v = vectors_case(FILE_NAME, *i);
    cn_jwks *set = keys_of(v);
    cn_jwt_policy policy = policy_of(v);
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;
    int failure;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    failure = cn_jwt_verify(set, vector_text(v, "token"), &policy, &a, &claims);
    cr_assert(eq(str, (char *)cn_jwt_reason(failure),
                 (char *)(vector_valid(v) ? "valid" : vector_error(v))),
              "%s", cn_value_str(v, "name", ""));
    if (vector_valid(v))
        same_claims(v, &claims);
    else
        cr_assert(eq(ptr, (void *)claims.sub, NULL));
    cn_arena_free(&a);
    cn_jwks_free(set);
}

static const struct {
    const char *header;
    int failure;
} headers[] = {
    {MINT_HEADER, CN_JWT_VALID},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"b64\":false}", CN_JWT_VALID},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"typ\":\"AT+JWT\"}", CN_JWT_VALID},
    {" {\"alg\":\"EdDSA\",\"kid\":\"test\"} ", CN_JWT_VALID},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"typ\":1}", CN_JWT_TYPE},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"typ\":\"\"}", CN_JWT_TYPE},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"typ\":\"application/\"}",
     CN_JWT_TYPE},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"crit\":null}", CN_JWT_CRIT},
    {"{\"alg\":\"EdDSA\",\"kid\":null}", CN_JWT_MALFORMED},
    {"{\"alg\":\"EdDSA\",\"kid\":\"\"}", CN_JWT_UNKNOWN_KID},
    {"{\"alg\":\"EdDSA\",\"kid\":\"TEST\"}", CN_JWT_UNKNOWN_KID},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\\u0000\"}", CN_JWT_MALFORMED},
    {"{\"alg\":\"Ed\\u0044SA\",\"kid\":\"test\"}", CN_JWT_VALID},
    {"{\"alg\":[\"EdDSA\"],\"kid\":\"test\"}", CN_JWT_ALG},
    {"{\"alg\":\"EdDSA \",\"kid\":\"test\"}", CN_JWT_ALG},
    {"{\"alg\":\"RS256\",\"kid\":\"test\"}", CN_JWT_ALG},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\",\"k\\u0069d\":\"test\"}",
     CN_JWT_MALFORMED},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\"}x", CN_JWT_MALFORMED},
    {"{\"alg\":\"EdDSA\",\"kid\":\"test\"", CN_JWT_MALFORMED},
    {"null", CN_JWT_MALFORMED},
};

/* "x":[[...]] with so many brackets, behind other members. */
static char *nested(const char *members, size_t brackets)
{
    char *text = malloc(strlen(members) + 2 * brackets + 16);
    size_t len = (size_t)sprintf(text, "{%s,\"x\":", members);

    memset(text + len, '[', brackets);
    memset(text + len + brackets, ']', brackets);
    strcpy(text + len + 2 * brackets, "}");
    return text;
}

Test(jwt, threat_deep_nesting)
{
    cn_jwt_policy policy = mint_policy();

    for (size_t brackets = 15; brackets <= 16; brackets++) {
        char *header = nested("\"alg\":\"EdDSA\",\"kid\":\"test\"", brackets);
        char *payload = nested(MINT_CLAIMS, brackets);
        int expected = brackets == 15 ? CN_JWT_VALID : CN_JWT_MALFORMED;
        cn_arena a = CN_ARENA_INIT;
        cn_claims claims;

        cr_assert(eq(
            int, mint_verify(header, "{" MINT_CLAIMS "}", &policy, &a, &claims),
            expected));
        cr_assert(eq(int,
                     mint_verify(MINT_HEADER, payload, &policy, &a, &claims),
                     expected));
        cn_arena_free(&a);
        free(header);
        free(payload);
    }
}

ParameterizedTestParameters(jwt, checks_the_header)
{
    return cn_test_indexes(sizeof(headers) / sizeof(headers[0]));
}

ParameterizedTest(size_t *i, jwt, checks_the_header)
{
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    cr_assert(eq(int,
                 mint_verify(headers[*i].header, "{" MINT_CLAIMS "}", &policy,
                             &a, &claims),
                 headers[*i].failure),
              "%s", headers[*i].header);
    cn_arena_free(&a);
}

#define ISS "\"iss\":\"https://login.example.com/\","
#define AUD "\"aud\":\"https://api.canon.example\","
#define EXP "\"exp\":1773900060,"
#define SUB "\"sub\":\"auth0|1\""

static const struct {
    const char *payload;
    int failure;
} payloads[] = {
    {"{" MINT_CLAIMS "}", CN_JWT_VALID},
    {"{\"iss\":1," AUD EXP SUB "}", CN_JWT_CLAIM_TYPE},
    {"{\"iss\":null," AUD EXP SUB "}", CN_JWT_CLAIM_TYPE},
    {"{\"iss\":\"https://LOGIN.example.com/\"," AUD EXP SUB "}", CN_JWT_ISSUER},
    {"{\"iss\":\"\"," AUD EXP SUB "}", CN_JWT_ISSUER},
    {"{" ISS "\"aud\":7," EXP SUB "}", CN_JWT_CLAIM_TYPE},
    {"{" ISS "\"aud\":{}," EXP SUB "}", CN_JWT_CLAIM_TYPE},
    {"{" ISS "\"aud\":\"\"," EXP SUB "}", CN_JWT_AUDIENCE},
    {"{" ISS "\"aud\":[1,null,\"https://api.canon.example\"]," EXP SUB "}",
     CN_JWT_VALID},
    {"{" ISS "\"aud\":[[\"https://api.canon.example\"]]," EXP SUB "}",
     CN_JWT_AUDIENCE},
    {"{" ISS AUD "\"exp\":null," SUB "}", CN_JWT_CLAIM_TYPE},
    {"{" ISS AUD "\"exp\":true," SUB "}", CN_JWT_CLAIM_TYPE},
    {"{" ISS AUD "\"exp\":1773900000.5," SUB "}", CN_JWT_VALID},
    {"{" ISS AUD "\"exp\":1773899999.9," SUB "}", CN_JWT_EXPIRED},
    {"{" ISS AUD "\"exp\":1.8e9," SUB "}", CN_JWT_VALID},
    {"{" ISS AUD "\"exp\":-1," SUB "}", CN_JWT_EXPIRED},
    {"{" ISS AUD "\"exp\":18446744073709551615," SUB "}", CN_JWT_VALID},
    {"{" ISS AUD "\"exp\":18446744073709551616," SUB "}", CN_JWT_MALFORMED},
    {"{" ISS AUD "\"exp\":1e999," SUB "}", CN_JWT_MALFORMED},
    {"{" ISS AUD "\"exp\":NaN," SUB "}", CN_JWT_MALFORMED},
    {"{" MINT_CLAIMS ",\"nbf\":1773900000.5}", CN_JWT_NOT_YET},
    {"{" MINT_CLAIMS ",\"nbf\":\"0\"}", CN_JWT_CLAIM_TYPE},
    {"{" MINT_CLAIMS ",\"iat\":1773900001}", CN_JWT_NOT_YET},
    {"{" MINT_CLAIMS ",\"iat\":[]}", CN_JWT_CLAIM_TYPE},
    {"{" ISS AUD EXP "\"sub\":17}", CN_JWT_CLAIM_TYPE},
    {"{" ISS AUD EXP "\"sub\":null}", CN_JWT_CLAIM_TYPE},
    {"{" ISS AUD EXP "\"sub\":\"a\\u0000b\"}", CN_JWT_MALFORMED},
    {"{" MINT_CLAIMS ",\"permissions\":[\"specs:read\",1]}", CN_JWT_CLAIM_TYPE},
    {"{" MINT_CLAIMS ",\"permissions\":null}", CN_JWT_CLAIM_TYPE},
    {"{" MINT_CLAIMS ",\"permissions\":{\"0\":\"specs:admin\"}}",
     CN_JWT_CLAIM_TYPE},
    {"{" MINT_CLAIMS ",\"org_id\":[\"org_1\"]}", CN_JWT_CLAIM_TYPE},
    {"{" MINT_CLAIMS ",\"sub\":\"admin\"}", CN_JWT_MALFORMED},
    {"{" MINT_CLAIMS ",\"x\":{\"a\":1,\"a\":2}}", CN_JWT_MALFORMED},
    {"{" MINT_CLAIMS "}\n{}", CN_JWT_MALFORMED},
    {"[{" MINT_CLAIMS "}]", CN_JWT_MALFORMED},
};

ParameterizedTestParameters(jwt, checks_the_claims)
{
    return cn_test_indexes(sizeof(payloads) / sizeof(payloads[0]));
}

ParameterizedTest(size_t *i, jwt, checks_the_claims)
{
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    cr_assert(
        eq(int,
           mint_verify(MINT_HEADER, payloads[*i].payload, &policy, &a, &claims),
           payloads[*i].failure),
        "%s", payloads[*i].payload);
    cn_arena_free(&a);
}

static const struct {
    const char *payload;
    int failure;
} id_payloads[] = {
    {"{" MINT_CLAIMS ",\"nonce\":\"n-1\"}", CN_JWT_VALID},
    {"{" MINT_CLAIMS ",\"nonce\":\"n-1\",\"azp\":\"" MINT_AUDIENCE "\"}",
     CN_JWT_VALID},
    {"{" MINT_CLAIMS ",\"nonce\":\"n-1\",\"azp\":\"another\"}", CN_JWT_PARTY},
    {"{" MINT_CLAIMS ",\"nonce\":\"n-1\",\"azp\":null}", CN_JWT_PARTY},
    {"{" MINT_CLAIMS "}", CN_JWT_MISSING_CLAIM},
    {"{" MINT_CLAIMS ",\"nonce\":1}", CN_JWT_CLAIM_TYPE},
    {"{" MINT_CLAIMS ",\"nonce\":\"n-2\"}", CN_JWT_NONCE},
    {"{" MINT_CLAIMS ",\"nonce\":\"n-11\"}", CN_JWT_NONCE},
    {"{" MINT_CLAIMS ",\"nonce\":\"\"}", CN_JWT_NONCE},
};

ParameterizedTestParameters(jwt, checks_an_id_token)
{
    return cn_test_indexes(sizeof(id_payloads) / sizeof(id_payloads[0]));
}

ParameterizedTest(size_t *i, jwt, checks_an_id_token)
{
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    policy.nonce = "n-1";
    cr_assert(eq(int,
                 mint_verify(MINT_HEADER, id_payloads[*i].payload, &policy, &a,
                             &claims),
                 id_payloads[*i].failure),
              "%s", id_payloads[*i].payload);
    cn_arena_free(&a);
}

Test(jwt, of_an_id_token_has_any_type_but_one_party)
{
    static const char typed[] =
        "{\"alg\":\"EdDSA\",\"kid\":\"test\",\"typ\":\"id+jwt\"}";
    static const char other[] = "{" MINT_CLAIMS ",\"azp\":\"another\"}";
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    cr_assert(eq(int, mint_verify(MINT_HEADER, other, &policy, &a, &claims),
                 CN_JWT_VALID));
    policy.id_token = true;
    cr_assert(eq(int, mint_verify(MINT_HEADER, other, &policy, &a, &claims),
                 CN_JWT_PARTY));
    cr_assert(eq(int,
                 mint_verify(typed, "{" MINT_CLAIMS "}", &policy, &a, &claims),
                 CN_JWT_VALID));
    cn_arena_free(&a);
}

Test(jwt, tells_what_the_provider_says_of_a_person)
{
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    cr_assert(eq(int,
                 mint_verify(MINT_HEADER,
                             "{" MINT_CLAIMS ",\"email\":\"a@b.example\","
                             "\"https://canonhq.co/email\":\"c@d.example\","
                             "\"https://specwright.dev/name\":\"Ada\","
                             "\"picture\":7,\"permissions\":[]}",
                             &policy, &a, &claims),
                 CN_JWT_VALID));
    cr_assert(eq(str, (char *)claims.email, "a@b.example"));
    cr_assert(eq(str, (char *)claims.name, "Ada"));
    cr_assert(eq(str, (char *)claims.picture, ""));
    cr_assert(claims.has_permissions);
    cr_assert(eq(dbl, claims.exp_s, 1773900060.0));
    cr_assert(cn_slice_starts(claims.payload, "{\"iss\""));
    cn_arena_free(&a);
}

Test(jwt, equals_nothing_that_is_not_configured)
{
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    policy.audience = "";
    cr_assert(eq(int,
                 mint_verify(MINT_HEADER, "{" ISS "\"aud\":\"\"," EXP SUB "}",
                             &policy, &a, &claims),
                 CN_JWT_AUDIENCE));
    policy = mint_policy();
    policy.issuer = "";
    cr_assert(eq(int,
                 mint_verify(MINT_HEADER, "{\"iss\":\"\"," AUD EXP SUB "}",
                             &policy, &a, &claims),
                 CN_JWT_ISSUER));
    cn_arena_free(&a);
}

Test(jwt, of_the_longest_length_is_read)
{
    static char token[CN_JWT_MAX + 2];
    cn_jwt_policy policy = mint_policy();
    cn_jwks *set = mint_keys();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;

    /* a header of 8 bytes of JSON and a payload of zeros */
    memcpy(token, "eyJhIjoxfQ.", 11);
    memset(token + 11, 'A', sizeof(token) - 11);
    token[CN_JWT_MAX - 1] = '.';
    cr_assert(eq(int,
                 cn_jwt_verify(set, cn_slice_of(token, CN_JWT_MAX), &policy, &a,
                               &claims),
                 CN_JWT_ALG));
    cr_assert(eq(int,
                 cn_jwt_verify(set, cn_slice_of(token, CN_JWT_MAX + 1), &policy,
                               &a, &claims),
                 CN_JWT_MALFORMED));
    cn_arena_free(&a);
    cn_jwks_free(set);
}

static const struct {
    const char *text;
    unsigned kinds;
} settings[] = {
    {"RS256 ES256", CN_RS256 | CN_ES256},
    {" EdDSA  RS256 ", CN_EDDSA | CN_RS256},
    {"", 0},
    {" ", 0},
    {NULL, 0},
    {"none", 0},
    {"RS256 none", 0},
    {"HS256", 0},
    {"RS256,ES256", 0},
    {"rs256", 0},
    {"PS256", 0},
};

ParameterizedTestParameters(jwt, knows_three_algorithms)
{
    return cn_test_indexes(sizeof(settings) / sizeof(settings[0]));
}

ParameterizedTest(size_t *i, jwt, knows_three_algorithms)
{
    cr_assert(eq(u32, cn_jwt_kinds(settings[*i].text), settings[*i].kinds));
}

Test(jwt, has_a_word_for_every_failure)
{
    cr_assert(eq(str, (char *)cn_jwt_reason(CN_JWT_NONCE), "bad_nonce"));
    cr_assert(eq(str, (char *)cn_jwt_reason(CN_JWT_NONCE + 1), "failed"));
    cr_assert(eq(str, (char *)cn_jwt_reason(CANON_ENOMEM), "failed"));
}

typedef struct task {
    cn_jwks *set;
    char *token;
} task;

static int verify(void *user)
{
    const task *t = user;
    cn_jwt_policy policy = mint_policy();
    cn_arena a = CN_ARENA_INIT;
    cn_claims claims;
    int rc = cn_jwt_verify(t->set, cn_str(t->token), &policy, &a, &claims);

    cn_arena_free(&a);
    return rc;
}

Test(jwt, survives_every_failed_allocation)
{
    task t = {mint_keys(),
              mint(MINT_HEADER, "{" MINT_CLAIMS ",\"permissions\":[\"a\"]}")};

    cr_assert(gt(sz, torture(TORTURE_ONCE, verify, &t), 1));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, verify, &t), 1));
    cn_jwks_free(t.set);
    free(t.token);
}
