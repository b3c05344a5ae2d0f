/* Named locks and the slots of periodic jobs. */
#ifndef CN_STORE_LOCKS_H
#define CN_STORE_LOCKS_H

#include "db.h"

/* Exclude others that ask for the same name until the transaction ends. */
int cn_store_lock(cn_db *db, const char *name, canon_error *err);

/*
 * Take a slot of a periodic job: *due_out is true for one caller only. A
 * schedule that was never seen begins with this slot and is not due.
 */
int cn_store_schedule_take(cn_db *db, const char *name, int64_t slot_us,
                           bool *due_out, canon_error *err);

#endif
