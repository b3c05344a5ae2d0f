/*
 * Rows in, rows out: the only place with SQL. One header per aggregate; this
 * one includes them all. Functions that touch tenant data take the
 * organisation, in lower case, as a parameter of the statement. Store
 * functions never begin or end transactions and contain no rules.
 */
#ifndef CN_STORE_H
#define CN_STORE_H

#include "db.h"

#include "accounts.h"
#include "docs.h"
#include "evidence.h"
#include "index_jobs.h"
#include "keys.h"
#include "locks.h"
#include "queue.h"
#include "repos.h"
#include "sessions.h"
#include "snapshots.h"
#include "stamps.h"
#include "task_rows.h"

typedef enum cn_schema_state {
    CN_SCHEMA_CURRENT,
    CN_SCHEMA_PENDING,
    CN_SCHEMA_NEWER,  /* made by a newer version */
    CN_SCHEMA_CHANGED /* a step is another one than the one applied */
} cn_schema_state;

/* Apply what is missing, one transaction each. CANON_EVERSION when the
 * database is newer or an applied step was changed. */
int cn_store_migrate(cn_db *db, int64_t now_us, canon_error *err);

int cn_store_schema_state(cn_db *db, cn_schema_state *out, canon_error *err);

#endif
