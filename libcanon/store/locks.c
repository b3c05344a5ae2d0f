#include "locks.h"

int cn_store_lock(cn_db *db, const char *name, canon_error *err)
{
    const cn_arg args[] = {cn_text(name)};

    /* the row stays locked until the end of the transaction, on both */
    return cn_db_exec(db,
                      "INSERT INTO locks (name, n) VALUES ($1, 1)"
                      " ON CONFLICT (name) DO UPDATE SET n = locks.n + 1",
                      args, 1, NULL, err);
}

int cn_store_schedule_take(cn_db *db, const char *name, int64_t slot_us,
                           bool *due_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(name), cn_int(slot_us)};
    int64_t changed = 0;
    int rc = cn_db_exec(db,
                        "UPDATE schedules SET last_slot = $2"
                        " WHERE name = $1 AND last_slot < $2",
                        args, 2, &changed, err);

    *due_out = !rc && changed > 0;
    if (rc || changed)
        return rc;
    return cn_db_exec(db,
                      "INSERT INTO schedules (name, last_slot) VALUES ($1, $2)"
                      " ON CONFLICT (name) DO NOTHING",
                      args, 2, NULL, err);
}
