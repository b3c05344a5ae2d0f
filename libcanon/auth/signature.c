/*
 * One way to check, and a table of how the senders differ.
 */
#include "signature.h"

#include "crypto.h"
#include "escape.h"
#include "json.h"

#define HEX_LEN    ((size_t)2 * CN_SHA256_LEN)
#define HEX_PREFIX "sha256="

typedef struct spelling {
    const char *header;
    bool prefix_required; /* "sha256=" stands in front */
    bool prefix_allowed;
    bool any_case; /* of the hex digits */
} spelling;

static const spelling senders[] = {
    [CN_SIGNED_BY_GITHUB] = {"x-hub-signature-256", true, true, false},
    [CN_SIGNED_BY_LINEAR] = {"linear-signature", false, false, false},
    [CN_SIGNED_BY_JIRA] = {"x-hub-signature", false, true, true},
    [CN_SIGNED_BY_ASANA] = {"x-hook-signature", false, false, true},
    [CN_SIGNED_BY_STRIPE] = {"stripe-signature", false, false, false},
};

#define SENDERS ((int)(sizeof(senders) / sizeof(senders[0])))

static const char *const reasons[] = {
    [CN_SIGNATURE_VALID] = "valid",
    [CN_SIGNATURE_NO_SECRET] = "not_configured",
    [CN_SIGNATURE_NO_HEADER] = "missing_header",
    [CN_SIGNATURE_MALFORMED] = "malformed_header",
    [CN_SIGNATURE_NO_V1] = "no_v1_signature",
    [CN_SIGNATURE_MISMATCH] = "signature_mismatch",
    [CN_SIGNATURE_TOO_OLD] = "timestamp_outside_tolerance",
};

const char *cn_signature_header(int sender)
{
    return sender >= 0 && sender < SENDERS ? senders[sender].header : NULL;
}

const char *cn_signature_reason(int failure)
{
    if (failure < 0 || failure >= (int)(sizeof(reasons) / sizeof(reasons[0])))
        return "failed";
    return reasons[failure];
}

static int sign(const cn_delivery *d, const cn_slice *parts, size_t count,
                char out[HEX_LEN + 1])
{
    unsigned char mac[CN_SHA256_LEN];
    int rc = cn_hmac_sha256(d->secret, parts, count, mac, NULL);

    if (!rc)
        cn_hex(out, mac, sizeof(mac));
    return rc;
}

/* Are these the digits? In constant time, whatever the letter case. */
static bool same_digits(cn_slice given, const char *digits, bool any_case)
{
    char lower[HEX_LEN];

    if (given.len != HEX_LEN)
        return false;
    memcpy(lower, given.ptr, HEX_LEN);
    for (size_t i = 0; any_case && i < HEX_LEN; i++)
        lower[i] = cn_lower(lower[i]);
    return cn_secret_eq(cn_slice_of(lower, HEX_LEN),
                        cn_slice_of(digits, HEX_LEN));
}

/* The digits of a header; false: it is in another form. */
static bool read_digits(const spelling *from, cn_slice header, cn_slice *out)
{
    bool prefixed = cn_slice_starts(header, HEX_PREFIX);

    *out = header;
    if (prefixed && from->prefix_allowed)
        *out = cn_slice_from(header, sizeof(HEX_PREFIX) - 1);
    else if (from->prefix_required)
        return false;
    /* "sha1=" and the like name what is not accepted */
    return !from->prefix_allowed || cn_slice_find(*out, '=') == out->len;
}

static int verify_plain(const spelling *from, const cn_delivery *d)
{
    char digits[HEX_LEN + 1];
    cn_slice given;
    int rc;

    if (!read_digits(from, d->header, &given))
        return CN_SIGNATURE_MALFORMED;
    rc = sign(d, &d->body, 1, digits);
    if (rc)
        return rc;
    return same_digits(given, digits, from->any_case) ? CN_SIGNATURE_VALID
                                                      : CN_SIGNATURE_MISMATCH;
}

static bool is_recent(const cn_delivery *d, double then_s)
{
    double age_s = (double)d->now_us / 1e6 - then_s;
    double most_s = (double)d->tolerance_us / 1e6;

    return age_s <= most_s && age_s >= -most_s;
}

/* The body is authentic; is it also fresh? */
static int check_linear_time(const cn_delivery *d)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *root = NULL;
    const cn_value *then;
    int failure = CN_SIGNATURE_TOO_OLD;
    int rc = cn_json_parse(&a, d->body, &root, NULL, NULL);

    then = cn_value_get(root, "webhookTimestamp"); /* in milliseconds */
    if (then && (then->kind == CN_KIND_INT || then->kind == CN_KIND_DOUBLE) &&
        is_recent(d, then->number / 1e3))
        failure = CN_SIGNATURE_VALID;
    cn_arena_free(&a);
    return rc == CANON_ENOMEM ? rc : failure;
}

/* What a header of Stripe says; times of more digits are not numbers. */
typedef struct stripe {
    cn_slice time; /* as it was signed */
    int64_t time_s;
    bool has_v1;
} stripe;

static bool read_stripe(cn_slice header, stripe *out)
{
    cn_slice rest = header;

    while (rest.ptr) {
        cn_slice value = cn_slice_cut(&rest, ',');
        cn_slice name = cn_slice_cut(&value, '=');

        if (cn_slice_is(name, "t") && value.ptr)
            out->time = value;
        if (cn_slice_is(name, "v1") && value.ptr)
            out->has_v1 = true;
    }
    return out->time.len && cn_is_digit(out->time.ptr[0]) &&
           cn_slice_int(out->time, 0, INT64_C(1) << 40, &out->time_s);
}

/* While a secret is replaced there is a signature for each. */
static bool any_v1_is(cn_slice header, const char *digits)
{
    bool found = false;

    while (header.ptr) {
        cn_slice value = cn_slice_cut(&header, ',');
        cn_slice name = cn_slice_cut(&value, '=');

        if (cn_slice_is(name, "v1") && same_digits(value, digits, false))
            found = true;
    }
    return found;
}

static int verify_stripe(const cn_delivery *d)
{
    stripe said = {{NULL, 0}, 0, false};
    char digits[HEX_LEN + 1];
    int rc;

    if (!read_stripe(d->header, &said))
        return CN_SIGNATURE_MALFORMED;
    if (!said.has_v1)
        return CN_SIGNATURE_NO_V1;
    rc =
        sign(d, (const cn_slice[]){said.time, cn_str("."), d->body}, 3, digits);
    if (rc)
        return rc;
    if (!any_v1_is(d->header, digits))
        return CN_SIGNATURE_MISMATCH;
    if (d->tolerance_us && !is_recent(d, (double)said.time_s))
        return CN_SIGNATURE_TOO_OLD;
    return CN_SIGNATURE_VALID;
}

int cn_signature_verify(int sender, const cn_delivery *delivery)
{
    int failure;

    if (sender < 0 || sender >= SENDERS || delivery->secret.len == 0)
        return CN_SIGNATURE_NO_SECRET;
    if (delivery->header.len == 0)
        return CN_SIGNATURE_NO_HEADER;
    if (sender == CN_SIGNED_BY_STRIPE)
        return verify_stripe(delivery);
    failure = verify_plain(&senders[sender], delivery);
    if (!failure && sender == CN_SIGNED_BY_LINEAR)
        failure = check_linear_time(delivery);
    return failure;
}
