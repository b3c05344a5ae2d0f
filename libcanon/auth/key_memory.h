/*
 * Keys that were looked up less than a second ago. A program that asks often
 * does not make the database find its key every time; whatever is changed in
 * this process counts at once, and what another process changes (a key
 * revoked, a user switched off) a second later at most.
 */
#ifndef CN_KEY_MEMORY_H
#define CN_KEY_MEMORY_H

#include "conn.h"
#include "keys.h"

#define CN_KEY_MEMORY_US INT64_C(1000000)

/* What the look-up of a key found. */
typedef struct cn_key_found {
    cn_key_row key;
    cn_user_row owner;
    cn_member_row member;
} cn_key_found;

/* true when it is remembered; texts are in the arena. */
bool cn_key_recall(canon_conn *conn, cn_arena *a, const char *hash,
                   int64_t now_us, cn_key_found *out);

/* Failing to remember is harmless. */
void cn_key_remember(canon_conn *conn, const char *hash, int64_t now_us,
                     const cn_key_found *found);

/* A key, a user or a role changed, and the change is stored. */
void cn_keys_forget(canon_conn *conn);

#endif
