/* Permissions as bits, as words, and as lists of words. Pure. */
#ifndef CN_PERMISSIONS_H
#define CN_PERMISSIONS_H

#include "buf.h"
#include "canon/auth.h"
#include "json.h"

/* Is it the name of a role? */
bool cn_role_known(const char *role);

/* The list as it is stored, ["specs:read","specs:write"], sorted. */
void cn_scopes_write(cn_json *w, const char *key, unsigned bits);

/* The other way; words that are not known count for nothing. */
unsigned cn_scopes_read(const char *json);

#endif
