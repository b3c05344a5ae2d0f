/*
 * Transactions and the savepoints inside them. A failed statement spoils the
 * innermost one: PostgreSQL insists on that, and SQLite, which does not, is
 * made to behave alike, so that what passes its tests passes on both.
 */
#include "db_parts.h"

#include <assert.h>

static int begin_outermost(cn_db *db, cn_tx_mode mode, canon_error *err)
{
    const cn_db_driver *driver = db->driver;
    const char *sql =
        mode == CN_TX_READ ? driver->begin_read : driver->begin_write;

    db->readonly = mode == CN_TX_READ;
    return driver->control(db->conn, sql, err);
}

int cn_db_begin(cn_db *db, cn_tx_mode mode, canon_error *err)
{
    int rc = cn_db_check(db, err);

    if (rc)
        return rc;
    if (db->depth > 0 && db->readonly && mode == CN_TX_WRITE) {
        return cn_db_after(
            db, cn_fail(err, CANON_ESTORE,
                        "a write inside a transaction that only reads"));
    }
    if (db->depth == 0)
        rc = begin_outermost(db, mode, err);
    else
        rc = db->driver->control(db->conn, "SAVEPOINT cn", err);
    if (rc)
        return cn_db_after(db, rc);
    db->depth++;
    return CANON_OK;
}

static int commit(cn_db *db, canon_error *err)
{
    const char *sql = db->depth == 1 ? "COMMIT" : "RELEASE SAVEPOINT cn";
    int rc = cn_db_check(db, err);

    if (!rc)
        rc = db->driver->control(db->conn, sql, err);
    return rc;
}

/* The failure that led here is the one to report, not one of these. */
static void roll_back(cn_db *db)
{
    const cn_db_driver *driver = db->driver;
    canon_error ignored;
    int rc;

    if (db->depth == 1) {
        /* Without a connection the database has rolled back by itself. */
        (void)driver->control(db->conn, "ROLLBACK", &ignored);
        db->failed = CANON_OK;
        return;
    }
    rc = driver->control(db->conn, "ROLLBACK TO SAVEPOINT cn", &ignored);
    if (!rc)
        rc = driver->control(db->conn, "RELEASE SAVEPOINT cn", &ignored);
    db->failed = rc;
}

int cn_db_end(cn_db *db, int rc, canon_error *err)
{
    assert(db->depth > 0);
    if (!rc)
        rc = commit(db, err);
    if (rc)
        roll_back(db);
    db->depth--;
    return rc;
}

bool cn_db_in_tx(const cn_db *db)
{
    return db->depth > 0;
}
