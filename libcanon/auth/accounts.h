/*
 * Users and what they may do: used by every way to prove who one is. What these
 * functions find is in the arena of the connection, so they are called between
 * cn_conn_begin and cn_conn_end of the caller.
 */
#ifndef CN_ACCOUNTS_H
#define CN_ACCOUNTS_H

#include "conn.h"
#include "jwt.h"

/* How long the provider's word about somebody counts while he does not sign in
 * (multi-tenant mode): 90 days, for his API keys. A program cannot sign in or
 * refresh, so the last word known is the best there is; a session can, and its
 * word is to be fresh (CN_SESSION_FRESH_US). A role given by an operator has no
 * end. */
#define CN_GRANT_US INT64_C(7776000000000)

/* Somebody as the provider names him. Texts are never NULL. */
typedef struct cn_person {
    const char *sub; /* required */
    const char *email;
    const char *name;
    const char *picture;
    const char *org_id; /* the provider's, or "" */
    unsigned permissions;
    bool has_permissions; /* the provider said which */
} cn_person;

/* A user with the rights he has now. Texts in the connection's arena. */
typedef struct cn_account {
    int64_t user_id;
    const char *sub;
    const char *email;
    const char *name;
    const char *picture;
    const char *org;         /* "": none */
    const char *const *orgs; /* all, in order; ends with NULL */
    unsigned permissions;
    int64_t said_us; /* the provider's word they rest on; 0: on none */
    int64_t last_login_us;
    bool active;
    bool first; /* just made */
} cn_account;

/*
 * Somebody has signed in: add or refresh his row, make the very first one the
 * administrator (not in multi-tenant mode), find organisation and rights, and
 * remember what the provider said. wanted: an organisation that is taken when
 * he belongs to it; or "". A deactivated one gets no rights.
 */
int cn_account_arrive(canon_conn *conn, const cn_person *person,
                      const char *wanted, cn_account *out);

/* The provider has just said again what somebody may do (refreshed token). */
int cn_account_renew(canon_conn *conn, int64_t user_id,
                     const cn_person *person);

/* The account of a token's bearer; user_id 0 when nobody has signed in with
 * that subject yet. Changes nothing. */
int cn_account_of_person(canon_conn *conn, const cn_person *person,
                         cn_account *out);

/* The account of a row with its rights in org; CANON_ENOTFOUND when the row is
 * gone. In multi-tenant mode these are the rights of his role there, else what
 * the provider last said at most CN_GRANT_US ago. */
int cn_account_get(canon_conn *conn, int64_t user_id, const char *org,
                   cn_account *out);

/* The provider's id of an organisation, or "". */
int cn_account_org_id(canon_conn *conn, const char *org, const char **out);

/* Is this subject or GitHub login one of WEB_ADMIN_LOGINS? */
bool cn_account_is_operator(const canon *c, const char *sub,
                            const char *github_login);

#endif
