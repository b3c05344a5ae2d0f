/*
 * API keys: found by their hash before the organisation is known. Functions of
 * the store never begin or end transactions.
 */
#ifndef CN_STORE_KEYS_H
#define CN_STORE_KEYS_H

#include "accounts.h"

/* A key. Texts are never NULL in what is read. */
typedef struct cn_key_row {
    int64_t id;
    const char *prefix;
    const char *label;
    int64_t user_id;
    const char *owner; /* sub of the user */
    const char *org;
    const char *scopes; /* JSON list of names */
    int64_t created_us;
    int64_t expires_us; /* 0: never */
    int64_t revoked_us; /* 0: not */
    int64_t last_used_us;
} cn_key_row;

typedef struct cn_key_rows {
    cn_key_row *items;
    size_t count;
} cn_key_rows;

/* hash: 64 hex digits. CANON_ECONFLICT when it is there. */
int cn_store_key_add(cn_db *db, const cn_key_row *row, const char *hash,
                     int64_t *id_out, canon_error *err);

/* Keys of a user and organisation that are valid at a time. */
int cn_store_key_count(cn_db *db, const char *org, int64_t user_id,
                       int64_t now_us, int64_t *out, canon_error *err);

/* Newest first; user_id 0: of all users. */
int cn_store_key_list(cn_db *db, cn_arena *a, const char *org, int64_t user_id,
                      cn_key_rows *out, canon_error *err);

/* user_id 0: whoever has it. *done_out: it was there and valid. */
int cn_store_key_revoke(cn_db *db, const char *org, int64_t user_id, int64_t id,
                        int64_t now_us, bool *done_out, canon_error *err);

/* The key of a hash, its owner, and what is known about him in the key's
 * organisation: one look-up. *found_out says whether there is one. */
int cn_store_key_find(cn_db *db, cn_arena *a, const char *hash, cn_key_row *out,
                      cn_user_row *user_out, cn_member_row *member_out,
                      bool *found_out, canon_error *err);

/* It was used, unless a use after `before_us` is written down. A row that
 * somebody else is changing is left alone. */
int cn_store_key_used(cn_db *db, int64_t id, int64_t now_us, int64_t before_us,
                      canon_error *err);

/* Forget keys that expired before a time. */
int cn_store_key_retention(cn_db *db, int64_t before_us, canon_error *err);

#endif
