/*
 * What the files of the module share: kinds of addresses, and when to try
 * again.
 */
#ifndef CN_HTTP_PARTS_H
#define CN_HTTP_PARTS_H

#include "http.h"

#include <sys/socket.h>

/* An address of this machine. */
bool cn_http_is_loopback(const struct sockaddr *address);

/* An address that every network agrees on: not of this machine or network,
 * private, shared (CGNAT), link-local, multicast, reserved or for
 * documentation, also when it is wrapped into IPv6. */
bool cn_http_is_public(const struct sockaddr *address);

/* How long the answer says to wait from now: Retry-After in seconds or as one
 * of the three dates of RFC 9110 section 5.6.7, or x-ratelimit-reset when
 * nothing remains; 0: it does not say. At most CN_HTTP_AFTER_MAX. */
int64_t cn_http_retry_after(const cn_http_answer *answer, int64_t now_us);

/* Says an answer that we ask too often? */
bool cn_http_is_limited(const cn_http_call *call, const cn_http_answer *answer);

/* Is there to be another try? rc is what the transport returned. */
bool cn_http_try_again(const cn_http_call *call, const cn_http_answer *answer,
                       int rc);

/* How long to wait after the given number of tries; random decides about the
 * jitter. */
int64_t cn_http_pause(const cn_http_answer *answer, uint32_t random);

#endif
