/* What the files about tokens share. */
#ifndef CN_JWT_PARTS_H
#define CN_JWT_PARTS_H

#include "jwt.h"

#include "json.h"

/* Member of a map by its name, in which dots mean nothing; NULL: none. */
const cn_value *cn_jwt_member(const cn_value *map, const char *name);

/* Is the value this text? NULL is none. */
bool cn_jwt_is(const cn_value *value, const char *text);

/* The key with this id that suits a kind of signature: CN_JWT_VALID,
 * CN_JWT_UNKNOWN_KID or CN_JWT_KEY_MISMATCH. */
int cn_jwks_find(const cn_jwks *set, cn_slice kid, int kind,
                 const cn_pubkey **out);

#endif
