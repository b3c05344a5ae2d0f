#include "signature.h"

#include "files.h"
#include "vectors.h"

#include "crypto.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static cn_delivery delivery_of(const cn_value *v)
{
    int64_t now_s = cn_value_int(v, "now", 0);
    int64_t now_ms = cn_value_int(v, "now_ms", now_s * 1000);
    int64_t tolerance_s = cn_value_int(v, "tolerance", 0);
    int64_t tolerance_ms = cn_value_int(v, "tolerance_ms", tolerance_s * 1000);

    return (cn_delivery){.header = vector_text(v, "header"),
                         .body = vector_text(v, "payload"),
                         .secret = vector_text(v, "secret"),
                         .now_us = now_ms * 1000,
                         .tolerance_us = tolerance_ms * 1000};
}

static void agrees(int sender, const char *file, size_t i)
{
    const cn_value *v = vectors_case(file, i);
    cn_delivery d = delivery_of(v);
    int failure = cn_signature_verify(sender, &d);

    cr_assert(eq(str, (char *)cn_signature_reason(failure),
                 (char *)(vector_valid(v) ? "valid" : vector_error(v))),
              "%s", cn_value_str(v, "name", ""));
    cr_assert(cn_slice_is_nocase(vector_text(vectors_open(file), "header"),
                                 cn_signature_header(sender)));
}

#define VECTORS(name, sender)                                                  \
    ParameterizedTestParameters(signature, agrees_with_the_vectors_of_##name)  \
    {                                                                          \
        return cn_test_indexes(vectors_count(#name "_signature.json"));        \
    }                                                                          \
    ParameterizedTest(size_t *i, signature, agrees_with_the_vectors_of_##name) \
    {                                                                          \
        agrees(sender, #name "_signature.json", *i);                           \
    }

VECTORS(github, CN_SIGNED_BY_GITHUB)
VECTORS(linear, CN_SIGNED_BY_LINEAR)
VECTORS(jira, CN_SIGNED_BY_JIRA)
VECTORS(asana, CN_SIGNED_BY_ASANA)
VECTORS(stripe, CN_SIGNED_BY_STRIPE)

/* HMAC-SHA-256 of "{}" under "secret". */
#define MAC "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13"

static const struct {
    int sender;
    const char *header;
    int failure;
} headers[] = {
    {CN_SIGNED_BY_GITHUB, "sha256=" MAC, CN_SIGNATURE_VALID},
    {CN_SIGNED_BY_GITHUB, "SHA256=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_GITHUB, "sha256=" MAC " ", CN_SIGNATURE_MISMATCH},
    {CN_SIGNED_BY_GITHUB, " sha256=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_JIRA, MAC, CN_SIGNATURE_VALID},
    {CN_SIGNED_BY_JIRA, "=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_JIRA, "md5=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_ASANA, MAC, CN_SIGNATURE_VALID},
    {CN_SIGNED_BY_ASANA, "sha256=" MAC, CN_SIGNATURE_MISMATCH},
    {CN_SIGNED_BY_ASANA, MAC "00", CN_SIGNATURE_MISMATCH},
    {CN_SIGNED_BY_STRIPE, "t=1,t=x,v1=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_STRIPE, "t=+1,v1=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_STRIPE, "t=,v1=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_STRIPE, "t=1099511627777,v1=" MAC, CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_STRIPE, "t=99999999999999999999,v1=" MAC,
     CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_STRIPE, "t=1,v1", CN_SIGNATURE_NO_V1},
    {CN_SIGNED_BY_STRIPE, "t=1, v1=" MAC, CN_SIGNATURE_NO_V1},
    {CN_SIGNED_BY_STRIPE, ",,,", CN_SIGNATURE_MALFORMED},
    {CN_SIGNED_BY_STRIPE + 1, MAC, CN_SIGNATURE_NO_SECRET},
    {-1, MAC, CN_SIGNATURE_NO_SECRET},
};

ParameterizedTestParameters(signature, reads_a_header_in_one_form)
{
    return cn_test_indexes(sizeof(headers) / sizeof(headers[0]));
}

ParameterizedTest(size_t *i, signature, reads_a_header_in_one_form)
{
    cn_delivery d = {.header = cn_str(headers[*i].header),
                     .body = cn_str("{}"),
                     .secret = cn_str("secret")};

    cr_assert(eq(int, cn_signature_verify(headers[*i].sender, &d),
                 headers[*i].failure),
              "%s", headers[*i].header);
}

Test(signature, has_a_word_for_every_failure)
{
    cr_assert(eq(str, (char *)cn_signature_reason(CN_SIGNATURE_NO_V1),
                 "no_v1_signature"));
    cr_assert(eq(str, (char *)cn_signature_reason(-2), "failed"));
    cr_assert(eq(str, (char *)cn_signature_reason(99), "failed"));
    cr_assert(eq(ptr, (void *)cn_signature_header(99), NULL));
}

/* Empty texts are no signature of an empty body. */
Test(signature, of_nothing_is_refused)
{
    cn_delivery d = {.secret = cn_str("secret"),
                     .header = cn_slice_of("\0", 1)};

    for (int sender = 0; cn_signature_header(sender); sender++)
        cr_assert(ne(int, cn_signature_verify(sender, &d), CN_SIGNATURE_VALID));
    d.header.len = 0;
    for (int sender = 0; cn_signature_header(sender); sender++)
        cr_assert(
            eq(int, cn_signature_verify(sender, &d), CN_SIGNATURE_NO_HEADER));
}
