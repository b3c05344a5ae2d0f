/*
 * The header and body of a signed delivery: foreign bytes are never valid, and
 * what is allowed of an address has one host for everybody.
 */
#include "signature.h"
#include "fuzz.h"
#include "url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cn_slice rest = cn_slice_of((const char *)data, size);
    cn_slice header = cn_slice_cut(&rest, '\n');
    cn_delivery d = {.header = header,
                     .body = rest,
                     .secret = cn_str("a secret nobody guesses"),
                     .now_us = 1000000};

    for (int sender = 0; cn_signature_header(sender); sender++) {
        int failure = cn_signature_verify(sender, &d);

        check(failure > CN_SIGNATURE_VALID && failure <= CN_SIGNATURE_TOO_OLD);
    }
    if (cn_url_next_ok(header))
        check(!cn_slice_starts(header, "//") && header.ptr[0] == '/');
    if (cn_url_same_origin(cn_str("https://canon.example"), header))
        check(cn_slice_starts_nocase(header, "https://canon.example"));
    return 0;
}
