/*
 * API keys as texts: "sw_" and 32 random bytes in base64url. Pure.
 */
#ifndef CN_APIKEY_H
#define CN_APIKEY_H

#include "slice.h"

#define CN_APIKEY_START  "sw_"
#define CN_APIKEY_LEN    46
#define CN_APIKEY_BYTES  32
#define CN_APIKEY_PREFIX 7  /* characters that may be shown */
#define CN_APIKEY_HASH   64 /* hex digits */

/* Is it well-formed, with no stray bits at the end? */
bool cn_apikey_ok(cn_slice key);

/* The key made of random bytes, terminated. */
int cn_apikey_write(const unsigned char bytes[CN_APIKEY_BYTES],
                    char out[CN_APIKEY_LEN + 1], canon_error *err);

/* What is stored: SHA-256 of the whole key. */
void cn_apikey_hash(cn_slice key, char out[CN_APIKEY_HASH + 1]);

#endif
