/*
 * Users, their roles in organisations, and the organisations that the provider
 * knows. org is in lower case everywhere. Functions of the store never begin
 * or end transactions.
 */
#ifndef CN_STORE_ACCOUNTS_H
#define CN_STORE_ACCOUNTS_H

#include "arena.h"
#include "db.h"

/* A user. Texts are never NULL in what is read. */
typedef struct cn_user_row {
    int64_t id;
    const char *sub;
    const char *email;
    const char *name;
    const char *picture;
    const char *role;
    int64_t created_us;
    int64_t last_login_us; /* 0: never */
    bool active;
} cn_user_row;

typedef struct cn_user_rows {
    cn_user_row *items;
    size_t count;
} cn_user_rows;

/* What is known about a user in one organisation. */
typedef struct cn_member_row {
    const char *role;   /* given by an operator; "": none */
    unsigned granted;   /* what the provider last said */
    int64_t granted_us; /* when; 0: never */
} cn_member_row;

/* Add one who is not there: *id_out is 0 when he is. */
int cn_store_user_add(cn_db *db, const cn_user_row *row, int64_t *id_out,
                      canon_error *err);

/* Somebody has signed in: refresh what is not empty, and (when he is active)
 * the time. out: the row as it is now. CANON_ENOTFOUND. */
int cn_store_user_arrive(cn_db *db, cn_arena *a, const cn_user_row *row,
                         cn_user_row *out, canon_error *err);

/* Make a user the administrator unless there is one. Under the named lock
 * "first-admin" only. */
int cn_store_user_promote(cn_db *db, int64_t id, bool *done_out,
                          canon_error *err);

/* Add, or change e-mail, name and role where they are not empty. role_preset:
 * of a new user whose role is empty. */
int cn_store_user_put(cn_db *db, const cn_user_row *row,
                      const char *role_preset, int64_t *id_out,
                      canon_error *err);

/* CANON_ENOTFOUND when he is not there. */
int cn_store_user_find(cn_db *db, cn_arena *a, const char *sub,
                       cn_user_row *out, canon_error *err);

/* By his id, with what is known about him in org ("": nothing). */
int cn_store_user_get(cn_db *db, cn_arena *a, int64_t id, const char *org,
                      cn_user_row *out, cn_member_row *member_out,
                      canon_error *err);

/* Those after an id; text: sub or e-mail, NULL: all. */
int cn_store_user_list(cn_db *db, cn_arena *a, const char *text,
                       int64_t after_id, int limit, cn_user_rows *out,
                       canon_error *err);

/* *found_out: there is such a user. */
int cn_store_user_activate(cn_db *db, int64_t id, bool active, bool *found_out,
                           canon_error *err);

/* Lock the row of a user until the transaction ends. */
int cn_store_user_lock(cn_db *db, int64_t id, bool *found_out,
                       canon_error *err);

/* --- roles in organisations ------------------------------------------------ */

int cn_store_member_put(cn_db *db, const char *org, int64_t user_id,
                        const char *role, const char *assigned_by,
                        int64_t now_us, canon_error *err);

/* What the provider says about his permissions there. */
int cn_store_member_grant(cn_db *db, const char *org, int64_t user_id,
                          unsigned granted, int64_t now_us, canon_error *err);

/* With what the provider said. */
int cn_store_member_remove(cn_db *db, const char *org, int64_t user_id,
                           canon_error *err);

/* Organisations in which a user has a role, or was granted something after a
 * time; in order, ends with NULL. The statement is about a user, not about an
 * organisation. */
int cn_store_member_orgs(cn_db *db, cn_arena *a, int64_t user_id,
                         int64_t granted_after_us, const char *const **out,
                         size_t *count_out, canon_error *err);

/* --- organisations of the provider ----------------------------------------- */

/* The active organisation with the provider's id, in lower case; "": none. */
int cn_store_org_of_provider(cn_db *db, cn_arena *a, const char *org_id,
                             const char **out, canon_error *err);

/* The provider's id of an active organisation, or "". */
int cn_store_org_provider_id(cn_db *db, cn_arena *a, const char *org,
                             const char **out, canon_error *err);

/* The one active organisation of an installation that has no other, also not
 * among the repositories; "" when there are none or several. */
int cn_store_org_lone(cn_db *db, cn_arena *a, const char **out,
                      canon_error *err);

#endif
