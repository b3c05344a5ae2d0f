/*
 * The state of a login under way: bound to the browser by a sealed cookie, to
 * the code by PKCE (RFC 7636), to the ID token by a nonce. Ten minutes, once.
 */
#ifndef CN_AUTH_STATE_H
#define CN_AUTH_STATE_H

#include "auth_parts.h"

/* Texts are never NULL; in the connection's arena. */
typedef struct cn_state {
    const char *with; /* who must answer: an issuer, or GitHub's address */
    const char *state;
    const char *nonce;
    const char *verifier; /* of PKCE */
    const char *challenge;
    const char *next;
    const char *org;
    int64_t user_id; /* who began it; 0: nobody yet */
} cn_state;

/* Fill state, nonce, verifier and challenge with fresh random values. */
int cn_state_new(canon_conn *conn, cn_state *out);

/* The cookie that holds it; the value is in the connection's arena. */
int cn_state_cookie(canon_conn *conn, const cn_state *state, canon_cookie *out);

/* Could it be a state that we made? Others must not name a cookie. */
bool cn_state_ok(const char *state);

/* The name of the cookie for a state that came back, and its deletion. */
void cn_state_delete(const canon *c, const char *state, canon_cookie *out);

/* What the cookie holds, if it belongs to this state and is not used yet;
 * CANON_EAUTH. challenge is not kept. */
int cn_state_open(canon_conn *conn, const char *with, const char *state,
                  const char *cookie, cn_state *out);

#endif
