/* Columns of users and members that other statements of the store read too. */
#ifndef CN_STORE_ACCOUNTS_PARTS_H
#define CN_STORE_ACCOUNTS_PARTS_H

#include "accounts.h"

/* Of users u; nine columns. */
#define CN_USER_COLUMNS                                                        \
    "u.id, u.oidc_sub, u.email, u.name, u.picture, u.role,"                    \
    " u.created_at, u.last_login_at,"                                          \
    " CASE WHEN u.status = 'active' THEN 1 ELSE 0 END"
#define CN_USER_WIDTH 9

/* Of org_members m, which may be missing; three columns. */
#define CN_MEMBER_COLUMNS "m.role, m.granted, m.granted_at"

int cn_store_user_read(cn_rows *rows, int column, cn_arena *a, cn_user_row *out,
                       canon_error *err);
int cn_store_member_read(cn_rows *rows, int column, cn_arena *a,
                         cn_member_row *out, canon_error *err);

#endif
