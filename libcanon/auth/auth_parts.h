/*
 * What the files of the module share: what it keeps with the engine, random
 * names, and sealed values.
 */
#ifndef CN_AUTH_PARTS_H
#define CN_AUTH_PARTS_H

#include "canon/auth.h"
#include "canon/settings.h"

#include "conn.h"
#include "crypto.h"
#include "json.h"
#include "keyring.h"

#define CN_TOKEN_BYTES 32
#define CN_TOKEN_LEN   43 /* of its base64url */

/* One per engine. */
typedef struct cn_auth {
    cn_vault *vault;
    cn_keyring keyring;
} cn_auth;

/* Makes it when it is first needed; CANON_EINVAL when APP_SECRET_KEY is
 * missing or malformed. */
int cn_auth_of(canon_conn *conn, cn_auth **out);

/* Is APP_SECRET_KEY well formed, and there where it must be? */
int cn_auth_check_secret(const canon *c, canon_error *err);

/* Are cookies to be Secure, and their names to begin with "__Host-"? */
bool cn_auth_is_secure(const canon *c);

/* 32 random bytes as base64url. */
int cn_auth_token(canon_conn *conn, char out[CN_TOKEN_LEN + 1]);

/* SHA-256 in hex. */
void cn_auth_hash(cn_slice secret, char out[65]);

/* Seal JSON; wipes and frees plain. */
int cn_auth_seal(canon_conn *conn, const cn_seal_place *place, cn_buf *plain,
                 cn_buf *out);

/* Open a sealed JSON object into the arena. CANON_ENOTFOUND for whatever does
 * not open. */
int cn_auth_open(canon_conn *conn, const cn_seal_place *place, cn_slice sealed,
                 const cn_value **out);

#endif
