/*
 * Sessions of browsers: a row in the store, found through a random id that the
 * browser keeps in a sealed cookie.
 */
#ifndef CN_SESSIONS_H
#define CN_SESSIONS_H

#include "conn.h"

#define CN_SESSION_IDLE_US INT64_C(1209600000000) /* 14 days */
#define CN_SESSION_LIFE_US INT64_C(2592000000000) /* 30 days */
/* So long the provider's word about somebody's rights counts in a session; a
 * refresh or another login renews it. 15 minutes. */
#define CN_SESSION_FRESH_US INT64_C(900000000)

/* What a session knows. Texts in the connection's arena, never NULL. */
typedef struct cn_session {
    int64_t user_id;
    const char *org;
    unsigned given; /* permissions that the provider named */
    bool has_given;
    const char *org_id;
    const char *github_login;
    const char *github_name;
    const char *github_email;
    const char *github_picture;
    const char *github_token; /* "" without a linked account */
} cn_session;

/* The session of a cookie's content. CANON_ENOTFOUND: none (any more). Keeps
 * it alive: the row is touched at most every 5 minutes. */
int cn_session_find(canon_conn *conn, const char *cookie, cn_session *out);

/* Open one; the cookie's content is appended to out. */
int cn_session_open(canon_conn *conn, const cn_session *session, cn_buf *out);

/* Give the session of a cookie a new content and a new id. */
int cn_session_change(canon_conn *conn, const char *cookie,
                      const cn_session *session, cn_buf *out);

/* Forget the linked account; its token is what the session knew, "" without
 * one. CANON_ENOTFOUND. */
int cn_session_unlink(canon_conn *conn, const char *cookie,
                      const char **token_out);

/* End it; an unknown one is no error. */
int cn_session_close(canon_conn *conn, const char *cookie);

#endif
