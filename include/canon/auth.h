/**
 * @file canon/auth.h
 * Who is calling and what they may do: API keys, access tokens, sessions of
 * browsers, the login at an OpenID Connect provider, the device login of
 * command-line programs and the link to a GitHub account. libcanon/docs/
 * rest-api.md, section "Signing in", describes the same for HTTP clients.
 *
 * Nothing here speaks HTTP to the caller: functions take and give plain values
 * (an address to send a browser to, the content of a cookie), so that a host
 * with a server of its own can use them.
 *
 * Functions that take a canon_conn may be called from the connection's thread
 * only. They wait for the identity provider or GitHub where it says so, and
 * hold no database connection meanwhile. Secrets are never logged.
 */
#ifndef CANON_AUTH_H
#define CANON_AUTH_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/dispatch.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

/* --- permissions --------------------------------------------------------- */

/** What a role ("viewer", "editor", "admin") may do, as CANON_PERM_... bits.
 * An unknown role is a viewer. */
CANON_API unsigned canon_role_permissions(const char *role);

/** The bit of "specs:read" and its like; 0 for an unknown word. */
CANON_API unsigned canon_permission_find(const char *name);

/** "specs:read" for its bit; NULL for what is not one bit. Static text. */
CANON_API const char *canon_permission_name(unsigned bit);

/* --- who is calling ------------------------------------------------------ */

/** How a caller has proved who he is. */
enum {
    CANON_BY_NOTHING = 0,
    CANON_BY_OPERATOR = 1, /**< local mode: whoever reaches the server */
    CANON_BY_SESSION = 2,  /**< cookie of a browser */
    CANON_BY_TOKEN = 3,    /**< access token of the provider, RFC 9068 */
    CANON_BY_KEY = 4,      /**< API key */
    CANON_BY_HOST = 5      /**< canon_request.caller */
};

/** Why credentials were refused. */
enum {
    CANON_AUTH_OK = 0,
    CANON_AUTH_NONE,        /**< there are no credentials */
    CANON_AUTH_KEY_UNKNOWN, /**< malformed or not known */
    CANON_AUTH_KEY_REVOKED,
    CANON_AUTH_KEY_EXPIRED,
    CANON_AUTH_KEY_LOST,    /**< the database cannot be reached */
    CANON_AUTH_TOKEN,       /**< the access token does not verify */
    CANON_AUTH_SESSION,     /**< the cookie is not, or no longer, valid */
    CANON_AUTH_DEACTIVATED, /**< the account was switched off */
    CANON_AUTH_PROVIDER,    /**< the provider's keys cannot be had */
    CANON_AUTH_STORE,       /**< rights cannot be looked up now */
    CANON_AUTH_STALE        /**< multi-tenant mode: the provider has not said
                                 for 15 minutes what the session may do. It
                                 stays, and works again after
                                 canon_tokens_refresh or another login */
};

/** What a caller sends. At most one of them decides: a bearer credential makes
 * the session count for nothing. */
typedef struct canon_credentials {
    size_t size;
    const char *bearer;  /**< what follows "Bearer "; NULL: none */
    const char *session; /**< content of the session cookie; NULL: none */
} canon_credentials;

#define CANON_CREDENTIALS_INIT                                                 \
    {                                                                          \
        sizeof(canon_credentials), NULL, NULL                                  \
    }

/** Somebody who has proved who he is. Texts are never NULL. */
typedef struct canon_principal {
    size_t size;
    int by;              /**< CANON_BY_... */
    const char *sub;     /**< subject; stable and opaque */
    const char *email;   /**< or "" */
    const char *name;    /**< or "" */
    const char *picture; /**< URL or "" */
    const char *org_id;  /**< the provider's id of the organisation, or "" */
    const char *org;     /**< organisation the permissions are for, or "" */
    /** All organisations the person belongs to, in order; ends with NULL. */
    const char *const *orgs;
    const char *github_login; /**< linked account, or "" */
    const char *github_name;
    int64_t user_id;       /**< row of the user; 0: none */
    int64_t key_id;        /**< of CANON_BY_KEY */
    int64_t last_login_us; /**< 0: never or not known */
    unsigned permissions;  /**< CANON_PERM_... */
} canon_principal;

/**
 * Find out who is calling. One look-up for a key; a token waits for the
 * provider only when its signing key is not known yet, and then once for all
 * waiting calls. In local mode credentials do not count.
 * @param reason_out CANON_AUTH_...; not NULL.
 * @param out the caller, freed with canon_principal_free; NULL on failure.
 * @return CANON_OK; CANON_EAUTH with a reason; CANON_EDENIED
 *         (CANON_AUTH_DEACTIVATED); CANON_EBUSY, CANON_EREMOTE for what may
 *         work later; CANON_ENOMEM.
 */
CANON_API int canon_auth_identify(canon_conn *conn,
                                  const canon_credentials *credentials,
                                  int *reason_out,
                                  canon_principal **out) CANON_NODISCARD;

/** Does the caller belong to org (letter case ignored) and hold all of these
 * permissions? Pure. org "": no organisation is asked for. */
CANON_API int canon_auth_allows(const canon *c,
                                const canon_principal *principal,
                                const char *org, unsigned permissions);

/** NULL is allowed. */
CANON_API void canon_principal_free(canon_principal *principal);

/* --- users --------------------------------------------------------------- */

/** A user of the installation. Texts are never NULL. */
typedef struct canon_user {
    size_t size;
    int64_t id;
    const char *sub;
    const char *email;
    const char *name;
    const char *role; /**< outside of multi-tenant mode */
    int64_t created_us;
    int64_t last_login_us;
    int active;
} canon_user;

#define CANON_USER_INIT                                                        \
    {                                                                          \
        sizeof(canon_user), 0, "", "", "", "", 0, 0, 0                         \
    }

typedef struct canon_users canon_users;

/**
 * Users in the order of their ids, after_id excluded.
 * @param text only those whose sub or e-mail is this one; NULL: all.
 * @param limit 1 to 1000.
 */
CANON_API int canon_user_list(canon_conn *conn, const char *text,
                              int64_t after_id, int limit,
                              canon_users **out) CANON_NODISCARD;
/** How many users the list holds. */
CANON_API size_t canon_users_count(const canon_users *users);
/** NULL beyond the end. */
CANON_API const canon_user *canon_users_at(const canon_users *users, size_t i);
/** NULL is allowed. */
CANON_API void canon_users_free(canon_users *users);

/**
 * Add a user before the first login, or change e-mail, name and role of the
 * one with this sub; empty texts change nothing. Only these four members count.
 * @param user sub of 1 to 255, e-mail and name of at most 320 characters; role
 *        "viewer", "editor", "admin" or "": DEFAULT_ROLE for a new user.
 * @param id_out may be NULL.
 * @return CANON_OK; CANON_EINVAL for a text that is none of these.
 */
CANON_API int canon_user_put(canon_conn *conn, const canon_user *user,
                             int64_t *id_out) CANON_NODISCARD;

/** Switch an account off (0) or on (1). Off: its keys, sessions and tokens
 * are refused from the next request on.
 * @return CANON_OK; CANON_ENOTFOUND. */
CANON_API int canon_user_activate(canon_conn *conn, int64_t user_id,
                                  int active) CANON_NODISCARD;

/**
 * Give a user a role in an organisation; role "" takes the membership away.
 * Counts in multi-tenant mode (AUTH0_ORGS_ENABLED), where it stands above what
 * the provider says; elsewhere the role of the user decides.
 * @param assigned_by who does it, for the record.
 * @return CANON_OK; CANON_EINVAL (organisation, role); CANON_ENOTFOUND (user).
 */
CANON_API int canon_member_put(canon_conn *conn, const char *org,
                               int64_t user_id, const char *role,
                               const char *assigned_by) CANON_NODISCARD;

/* --- API keys ------------------------------------------------------------ */

/** Length of an API key, "sw_" and 43 characters. */
#define CANON_KEY_LEN 46

/** Keys that are valid at the same time, for a user and organisation. */
#define CANON_KEYS_MAX 50

/** An API key, without its secret. Texts are never NULL. */
typedef struct canon_key {
    size_t size;
    int64_t id;
    const char *label;
    const char *prefix; /**< the first 7 characters */
    const char *org;
    const char *owner;    /**< sub of the user */
    unsigned scopes;      /**< CANON_PERM_... */
    int64_t created_us;   /**< microseconds since 1970 */
    int64_t expires_us;   /**< 0: never */
    int64_t revoked_us;   /**< 0: not */
    int64_t last_used_us; /**< 0: never; at most a minute late */
} canon_key;

/** A key that is wanted. Start from CANON_KEY_ORDER_INIT. */
typedef struct canon_key_order {
    size_t size;
    const char *org;
    int64_t user_id;
    const char *label;   /**< at most 100 characters, none of them a control
                              character; NULL: "" */
    unsigned scopes;     /**< 0: specs:read */
    unsigned granted_by; /**< permissions of who asks: scopes beyond them are
                              CANON_EDENIED; CANON_PERM_ALL for operators */
    int expires_days;    /**< 1 to 365; 0: never */
} canon_key_order;

#define CANON_KEY_ORDER_INIT                                                   \
    {                                                                          \
        sizeof(canon_key_order), NULL, 0, NULL, 0, 0, 0                        \
    }

/**
 * Make a key. Only its SHA-256 is kept: it can be shown this once.
 * @param secret_out the key and a NUL.
 * @param id_out may be NULL.
 * @return CANON_OK; CANON_EINVAL (label, scopes, days), CANON_EDENIED (scope
 *         that was not granted), CANON_ENOTFOUND (user), CANON_ELIMIT
 *         (CANON_KEYS_MAX).
 */
CANON_API int canon_key_create(canon_conn *conn, const canon_key_order *order,
                               char secret_out[CANON_KEY_LEN + 1],
                               int64_t *id_out) CANON_NODISCARD;

typedef struct canon_keys canon_keys;

/** Keys of a user (0: of all) in an organisation, newest first, revoked ones
 * too. */
CANON_API int canon_key_list(canon_conn *conn, const char *org, int64_t user_id,
                             canon_keys **out) CANON_NODISCARD;
/** How many keys the list holds. */
CANON_API size_t canon_keys_count(const canon_keys *keys);
/** NULL beyond the end. */
CANON_API const canon_key *canon_keys_at(const canon_keys *keys, size_t i);
/** {"keys":[...]} of the REST API. */
CANON_API int canon_keys_json(const canon_keys *keys, canon_buf *out,
                              canon_error *err) CANON_NODISCARD;
/** NULL is allowed. */
CANON_API void canon_keys_free(canon_keys *keys);

/**
 * Revoke a key of a user (0: of anybody) in an organisation, for ever.
 * @return CANON_ENOTFOUND when there is none, or it is revoked already.
 */
CANON_API int canon_key_revoke(canon_conn *conn, const char *org,
                               int64_t user_id, int64_t id) CANON_NODISCARD;

/* --- cookies ------------------------------------------------------------- */

/** A cookie to set. Always HttpOnly, SameSite=Lax, and Secure when
 * PLATFORM_URL is https (then most names begin with "__Host-"). */
typedef struct canon_cookie {
    char name[48];
    const char *value; /**< "": delete it */
    const char *path;  /**< "/" or "/auth" */
    int64_t max_age_s; /**< 0: delete it; -1: until the browser ends */
} canon_cookie;

/** Name of the cookie with the session, "__Host-canon_session" or
 * "canon_session". Static text. */
CANON_API const char *canon_session_cookie(const canon *c);

/** "sw_refresh", which holds the refresh token. */
#define CANON_REFRESH_COOKIE "sw_refresh"

/** Begins the name of a cookie with the state of a login under way;
 * 8 characters of the state follow. Static text. */
CANON_API const char *canon_login_cookie_prefix(const canon *c);

/** Name of the cookie with the path that a browser wanted before it was sent to
 * the login. Static text. */
CANON_API const char *canon_next_cookie(const canon *c);

/**
 * Make that cookie. It is sealed, so that nobody else can choose the path, and
 * counts for ten minutes.
 * @param path one for which canon_next_ok is true, of at most 1,024 bytes.
 * @param out its value is valid until the next call on this connection.
 * @return CANON_OK; CANON_EINVAL for another path.
 */
CANON_API int canon_next_remember(canon_conn *conn, const char *path,
                                  canon_cookie *out) CANON_NODISCARD;

/**
 * The path in the content of that cookie.
 * @param path_out valid until the next call on this connection.
 * @return CANON_OK; CANON_ENOTFOUND for one that is too old or not ours.
 */
CANON_API int canon_next_recall(canon_conn *conn, const char *cookie,
                                const char **path_out) CANON_NODISCARD;

/* --- login (OpenID Connect, authorization code with PKCE) ----------------- */

/**
 * Are all settings of the login there and sound? To be asked when a server
 * starts.
 * @return CANON_OK, also without a provider; CANON_EINVAL with the setting
 *         that is missing or wrong.
 */
CANON_API int canon_login_check(const canon *c,
                                canon_error *err) CANON_NODISCARD;

/** A login that begins. Texts may be NULL. */
typedef struct canon_login_order {
    size_t size;
    const char *org;        /**< organisation that is wished */
    const char *connection; /**< way to sign in that is wished */
    const char *next; /**< local path to come back to; a bad one is ignored */
} canon_login_order;

/** Where to send a browser, and what it must bring back. */
typedef struct canon_redirect {
    const char *url;
    canon_cookie cookie; /**< name "": none */
} canon_redirect;

/**
 * Begin a login, RFC 6749 section 4.1 and RFC 7636. May wait for the
 * provider's metadata.
 * @param out freed with canon_redirect_free.
 * @return CANON_EREMOTE when the metadata cannot be had; CANON_EUNSUPPORTED in
 *         local mode.
 */
CANON_API int canon_login_begin(canon_conn *conn,
                                const canon_login_order *order,
                                canon_redirect **out) CANON_NODISCARD;
/** NULL is allowed. */
CANON_API void canon_redirect_free(canon_redirect *redirect);

/** What the browser brings back. Texts may be NULL. */
typedef struct canon_login_answer {
    size_t size;
    const char *state;
    const char *code;
    const char *error;   /**< of RFC 6749 section 4.1.2.1 */
    const char *iss;     /**< of RFC 9207 */
    const char *cookie;  /**< content of the cookie of canon_login_begin */
    const char *device;  /**< User-Agent, shortened for the list of sessions */
    const char *session; /**< content of the session cookie, whose session the
                              login ends; NULL: there is none */
} canon_login_answer;

/** Somebody has signed in. */
typedef struct canon_login {
    const char *org;  /**< of the session; "": none */
    const char *next; /**< wished path, or "" */
    const char *sub;
    int first; /**< the user's first login */
    canon_cookie session;
    canon_cookie refresh; /**< name "": the provider gave no refresh token */
    canon_cookie state;   /**< deletes the cookie of canon_login_begin */
} canon_login;

/**
 * End a login: exchange the code, verify the ID token, find the user, open a
 * session and end the one that the browser brought along. Waits for the
 * provider.
 * @param reason_out static word for the browser when it fails:
 *        "access_denied", "login_required", "state_mismatch",
 *        "user_creation_failed", "server_error" or "other"; not NULL.
 * @param out freed with canon_login_free.
 */
CANON_API int canon_login_finish(canon_conn *conn,
                                 const canon_login_answer *answer,
                                 const char **reason_out,
                                 canon_login **out) CANON_NODISCARD;
/** NULL is allowed. */
CANON_API void canon_login_free(canon_login *login);

/**
 * End a session and the refresh record of the browser; unknown ones are no
 * error. Both may be NULL.
 * @param url_out where to send the browser: the provider's logout, "/" without
 *        a provider, "/?partial_logout=1" when it cannot be built. It is there
 *        unless the code is CANON_ENOMEM.
 * @return CANON_OK; CANON_EBUSY, CANON_ESTORE and others when one of the two
 *         could not be ended. The browser should forget both cookies anyway.
 */
CANON_API int canon_logout(canon_conn *conn, const char *session,
                           const char *refresh_token,
                           canon_buf *url_out) CANON_NODISCARD;

/* --- refresh tokens ------------------------------------------------------- */

/** Fresh tokens. Wiped by canon_tokens_free. */
typedef struct canon_tokens {
    const char *access_token;
    const char *refresh_token;
    int64_t expires_s; /**< life of the access token */
} canon_tokens;

/** How a refresh ended. */
enum {
    CANON_REFRESH_OK = 0,
    CANON_REFRESH_UNKNOWN,  /**< not known, expired, revoked or stolen */
    CANON_REFRESH_REFUSED,  /**< by the provider; the record is revoked */
    CANON_REFRESH_LOST,     /**< somebody else was faster; revoked */
    CANON_REFRESH_RUNNING,  /**< another one runs or has just ended */
    CANON_REFRESH_PROVIDER, /**< the provider fails; nothing has changed */
    CANON_REFRESH_STORE     /**< the database fails; nothing has changed */
};

/**
 * Exchange a refresh token, RFC 6749 section 6, with rotation and detection of
 * reuse (RFC 9700 section 4.14). Waits for the provider.
 * @param how_out CANON_REFRESH_...; not NULL.
 * @param out freed with canon_tokens_free.
 * @return CANON_OK; CANON_EAUTH (unknown, refused, lost), CANON_ECONFLICT
 *         (running), CANON_EREMOTE, CANON_EBUSY; CANON_EUNSUPPORTED without a
 *         provider.
 */
CANON_API int canon_tokens_refresh(canon_conn *conn, const char *refresh_token,
                                   int *how_out,
                                   canon_tokens **out) CANON_NODISCARD;
/** Wipes the tokens; NULL is allowed. */
CANON_API void canon_tokens_free(canon_tokens *tokens);

/** Revoke the record of a refresh token, RFC 7009; an unknown one is no
 * error. Tells the provider, whose failure is no error either. */
CANON_API int canon_tokens_revoke(canon_conn *conn,
                                  const char *refresh_token) CANON_NODISCARD;

/* --- device login, RFC 8628 ----------------------------------------------- */

/** A device login that has begun. */
typedef struct canon_device {
    const char *device_code;
    const char *user_code;
    const char *verification_uri;
    const char *verification_uri_complete; /**< or "" */
    int64_t interval_s;
    int64_t expires_s;
} canon_device;

/**
 * Begin a device login; org may be NULL. Waits for the provider.
 * @return CANON_EUNSUPPORTED: no provider or no audience; CANON_ENOTFOUND: the
 *         provider has no device login; CANON_EREMOTE: it refuses or fails.
 */
CANON_API int canon_device_begin(canon_conn *conn, const char *org,
                                 canon_device **out) CANON_NODISCARD;
/** NULL is allowed. */
CANON_API void canon_device_free(canon_device *device);

/** States of a device login. */
enum {
    CANON_DEVICE_PENDING = 0,
    CANON_DEVICE_SLOW, /**< pending; wait 5 seconds longer from now on */
    CANON_DEVICE_APPROVED,
    CANON_DEVICE_DENIED,
    CANON_DEVICE_EXPIRED,
    CANON_DEVICE_FAILED /**< refused for another reason */
};

/** What a poll found out. */
typedef struct canon_device_poll {
    int state;           /**< CANON_DEVICE_... */
    canon_tokens tokens; /**< approved: refresh_token may be "" */
    const char *email;
    const char *org; /**< or "" */
    int refreshable; /**< canon_tokens_refresh will know the token */
} canon_device_poll;

/**
 * Ask how a device login is going. Waits for the provider, unless the code was
 * polled less than 5 seconds ago (CANON_DEVICE_SLOW).
 * @return CANON_OK for every state; CANON_EREMOTE when the provider cannot be
 *         reached; CANON_EAUTH when its access token does not verify;
 *         CANON_EUNSUPPORTED without a provider.
 */
CANON_API int canon_device_ask(canon_conn *conn, const char *device_code,
                               canon_device_poll **out) CANON_NODISCARD;
/** Wipes the tokens; NULL is allowed. */
CANON_API void canon_device_poll_free(canon_device_poll *poll);

/* --- GitHub account of a user ---------------------------------------------- */

/** Is a GitHub OAuth client configured? */
CANON_API int canon_github_enabled(const canon *c);

/** Begin to link the GitHub account of a session. */
CANON_API int canon_github_begin(canon_conn *conn, const char *session,
                                 canon_redirect **out) CANON_NODISCARD;

/**
 * End it: exchange the code, keep the token sealed with the session. Waits for
 * GitHub.
 * @param reason_out "state_mismatch", "no_token" or "github"; not NULL.
 * @param cookies_out at least two: deletes the cookie of canon_github_begin,
 *        and the session under its new name; count in *count_out. Values are
 *        valid until the next call on this connection.
 */
CANON_API int canon_github_finish(canon_conn *conn, const char *session,
                                  const canon_login_answer *answer,
                                  const char **reason_out,
                                  canon_cookie cookies_out[2],
                                  size_t *count_out) CANON_NODISCARD;

/** Forget the account, and tell GitHub, whose failure is no error. */
CANON_API int canon_github_remove(canon_conn *conn,
                                  const char *session) CANON_NODISCARD;

/* --- addresses -------------------------------------------------------------- */

/** May a browser be sent to this local path? */
CANON_API int canon_next_ok(const char *path);

/** Has the URL the scheme, host and port of base? */
CANON_API int canon_same_origin(const char *base, const char *url);

CANON_END_DECLS

#endif
