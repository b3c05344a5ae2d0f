/* What the ways to sign in share. */
#ifndef CN_AUTH_LOGIN_H
#define CN_AUTH_LOGIN_H

#include "canon/auth.h"

#include "conn.h"

/* PLATFORM_URL and a path, in the connection's arena; NULL without memory. */
const char *cn_login_own_url(canon_conn *conn, const char *path);

/* The provider's id of an organisation that is wished, in multi-tenant mode;
 * "" when there is none or it cannot be looked up. */
const char *cn_login_org_id(canon_conn *conn, const char *org);

/* A redirect with copies of the texts. */
int cn_redirect_make(canon_conn *conn, const char *url,
                     const canon_cookie *cookie, canon_redirect **out);

#endif
