/*
 * Signatures of webhooks: HMAC-SHA-256 over the bytes of the body as they
 * came, each sender in its own spelling.
 */
#ifndef CN_SIGNATURE_H
#define CN_SIGNATURE_H

#include "slice.h"

/* Who sends. */
enum {
    CN_SIGNED_BY_GITHUB = 0, /* X-Hub-Signature-256: sha256=<hex> */
    CN_SIGNED_BY_LINEAR,     /* Linear-Signature: <hex>; time in the body */
    CN_SIGNED_BY_JIRA,       /* X-Hub-Signature: [sha256=]<hex> */
    CN_SIGNED_BY_ASANA,      /* X-Hook-Signature: <hex> */
    CN_SIGNED_BY_STRIPE      /* Stripe-Signature: t=<seconds>,v1=<hex> */
};

/* Name of the header, in lower case; NULL for an unknown sender. */
const char *cn_signature_header(int sender);

/* First failure, in the order of the checks. */
enum {
    CN_SIGNATURE_VALID = 0,
    CN_SIGNATURE_NO_SECRET, /* an empty secret signs nothing */
    CN_SIGNATURE_NO_HEADER,
    CN_SIGNATURE_MALFORMED,
    CN_SIGNATURE_NO_V1, /* Stripe: only schemes that are not trusted */
    CN_SIGNATURE_MISMATCH,
    CN_SIGNATURE_TOO_OLD /* or too new, or without a time */
};

/* "signature_mismatch" for the log. */
const char *cn_signature_reason(int failure);

/* A delivery. An empty header counts as none. */
typedef struct cn_delivery {
    cn_slice header; /* value of cn_signature_header */
    cn_slice body;
    cn_slice secret;
    int64_t now_us;
    int64_t tolerance_us; /* Linear and Stripe; Stripe: 0 accepts any age */
} cn_delivery;

/* CN_SIGNATURE_...; negative: CANON_ENOMEM. */
int cn_signature_verify(int sender, const cn_delivery *delivery);

#endif
