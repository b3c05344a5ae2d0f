/*
 * Sessions of browsers, and the records of refresh tokens. Both are found by
 * the hash of a secret before the organisation is known; the secrets
 * themselves are not stored.
 */
#ifndef CN_STORE_SESSIONS_H
#define CN_STORE_SESSIONS_H

#include "arena.h"
#include "db.h"

/* --- sessions of browsers -------------------------------------------------- */

/* Texts are never NULL. Times in microseconds since 1970. */
typedef struct cn_session_row {
    const char *sid_hash; /* SHA-256 of the id, in hex */
    const char *org;      /* lower case, or "" */
    const char *data;     /* sealed */
    int64_t user_id;
    int64_t created_us;
    int64_t seen_us;
    int64_t idle_until_us;
    int64_t until_us;
} cn_session_row;

int cn_store_session_add(cn_db *db, const cn_session_row *row,
                         canon_error *err);

/* CANON_ENOTFOUND: none, or it has ended. */
int cn_store_session_find(cn_db *db, cn_arena *a, const char *sid_hash,
                          int64_t now_us, cn_session_row *out,
                          canon_error *err);

/* It was seen: seen_us and idle_until_us of the row. */
int cn_store_session_touch(cn_db *db, const cn_session_row *row,
                           canon_error *err);

/* Keep others from changing it until the transaction ends. */
int cn_store_session_lock(cn_db *db, const char *sid_hash, canon_error *err);

/* Replace org and data. */
int cn_store_session_set(cn_db *db, const cn_session_row *row,
                         canon_error *err);

/* End it; *ended_out: it was there and had not ended before. */
int cn_store_session_end(cn_db *db, const char *sid_hash, int64_t now_us,
                         bool *ended_out, canon_error *err);

/* --- records of refresh tokens --------------------------------------------- */

/* Texts are never NULL. */
typedef struct cn_refresh_row {
    const char *id;
    const char *org;
    const char *device;
    const char *hash; /* SHA-256 of the token, in hex */
    const char *sub;  /* of the user; not stored here */
    int64_t user_id;
    int64_t created_us;
    int64_t rotated_us; /* 0: never */
    int64_t leased_until_us;
    int64_t expires_us;
    bool revoked;
    bool active;   /* the user's account is on */
    bool previous; /* it was found by the hash before the last rotation */
} cn_refresh_row;

/* CANON_ECONFLICT: there is a record of this token. */
int cn_store_refresh_add(cn_db *db, const cn_refresh_row *row,
                         canon_error *err);

/* By the hash of the token now or of the one before it. CANON_ENOTFOUND. */
int cn_store_refresh_find(cn_db *db, cn_arena *a, const char *hash,
                          cn_refresh_row *out, canon_error *err);

/* Take a record for the time of an exchange; *got_out is true for one caller
 * only. The token must still be the one with this hash. */
int cn_store_refresh_lease(cn_db *db, const cn_refresh_row *row, int64_t now_us,
                           int64_t until_us, bool *got_out, canon_error *err);

/* Give a lease back, if it is still the one that ends at until_us. */
int cn_store_refresh_release(cn_db *db, const char *id, int64_t until_us,
                             canon_error *err);

/* Replace the hash, unless the record changed meanwhile; ends the lease. */
int cn_store_refresh_rotate(cn_db *db, const cn_refresh_row *row,
                            const char *new_hash, int64_t now_us,
                            bool *done_out, canon_error *err);

/* *revoked_out: it was not revoked before; may be NULL. */
int cn_store_refresh_revoke(cn_db *db, const char *id, int64_t now_us,
                            bool *revoked_out, canon_error *err);

/* --- both ------------------------------------------------------------------ */

/* Forget what ended before a time. */
int cn_store_sessions_clean(cn_db *db, int64_t before_us, canon_error *err);

#endif
