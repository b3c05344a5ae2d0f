/*
 * Addresses a browser may be sent to. A bad one would make the login a trap:
 * the victim trusts the first address and lands at another (RFC 9700 section
 * 4.11). Parsed by hand and narrowly, because browsers parse generously.
 */
#ifndef CN_URL_H
#define CN_URL_H

#include "slice.h"

#define CN_URL_MAX 2048

/* A local path: begins with exactly one '/', no backslash, blank or control
 * character, at most CN_URL_MAX bytes. */
bool cn_url_next_ok(cn_slice path);

/* Has the URL the scheme, host and port of base, and nothing that a browser
 * could take for another host? Both http or https. */
bool cn_url_same_origin(cn_slice base, cn_slice url);

#endif
