/* Records of refresh tokens, made by every way to sign in. */
#ifndef CN_AUTH_REFRESH_H
#define CN_AUTH_REFRESH_H

#include "canon/auth.h"

#include "accounts.h"
#include "provider.h"

#define CN_REFRESH_LIFE_S INT64_C(2592000) /* 30 days, never extended */

/* The device of records that a device login made; it has a client of its own. */
#define CN_REFRESH_DEVICE "cli"

/* A token that the provider has just given to an account. device: for the list
 * of sessions. */
int cn_refresh_keep(canon_conn *conn, const cn_account *account,
                    const char *device, const char *token);

/* The life of an access token in seconds, as the token endpoint said. */
int64_t cn_refresh_expires(const cn_oauth_answer *answer);

/* The person of verified claims. */
void cn_refresh_person(const cn_claims *claims, cn_person *out);

/* Copies of tokens that are wiped when they are freed. */
typedef struct cn_token_pair {
    char *access;
    char *refresh;
} cn_token_pair;

/* CANON_ENOMEM leaves nothing behind. */
int cn_token_pair_fill(cn_token_pair *pair, const cn_oauth_answer *answer,
                       const char *refresh_token, canon_tokens *out);
void cn_token_pair_free(cn_token_pair *pair);

/* Tell the provider that a refresh token of a record with this device is to be
 * forgotten; whatever happens is only logged. */
void cn_refresh_tell(canon_conn *conn, const cn_provider *provider,
                     const char *device, const char *token);

#endif
