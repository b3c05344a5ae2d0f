#include "db_test.h"

BOTH(transaction, commits_and_rolls_back)
{
    cn_db *db = open_table(*which);

    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    cr_assert(cn_db_in_tx(db));
    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert(!cn_db_end(db, CANON_OK, NULL));
    cr_assert(!cn_db_in_tx(db));
    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    cr_assert(!add_name(db, "b", 1, NULL));
    cr_assert_eq(cn_db_end(db, CANON_EINVAL, NULL), CANON_EINVAL);
    cr_assert_eq(count_names(db), 1);
    close_db(db);
}

BOTH(transaction, nests_with_savepoints)
{
    cn_db *db = open_table(*which);

    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    cr_assert(!add_name(db, "b", 1, NULL));
    cr_assert(!cn_db_begin(db, CN_TX_READ, NULL));
    cr_assert(!add_name(db, "c", 1, NULL));
    cr_assert_eq(cn_db_end(db, CANON_EINVAL, NULL), CANON_EINVAL);
    cr_assert(!cn_db_end(db, CANON_OK, NULL));
    cr_assert(!cn_db_end(db, CANON_OK, NULL));
    cr_assert_eq(count_names(db), 2);
    close_db(db);
}

BOTH(transaction, is_spoilt_by_a_failed_statement)
{
    cn_db *db = open_table(*which);
    canon_error err;

    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    cr_assert_eq(add_name(db, "a", 1, &err), CANON_ECONFLICT);
    cr_assert_eq(add_name(db, "b", 1, &err), CANON_ECONFLICT);
    cr_assert_str_eq(err.text, "the transaction has failed before");
    cr_assert_eq(cn_db_end(db, CANON_OK, &err), CANON_ECONFLICT);
    cr_assert_eq(count_names(db), 1);
    close_db(db);
}

BOTH(transaction, goes_on_after_a_failure_in_a_savepoint)
{
    cn_db *db = open_table(*which);
    int rc;

    cr_assert(!add_name(db, "a", 1, NULL));
    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    cr_assert(!cn_db_begin(db, CN_TX_WRITE, NULL));
    rc = add_name(db, "a", 1, NULL);
    cr_assert_eq(cn_db_end(db, rc, NULL), CANON_ECONFLICT);
    cr_assert(!add_name(db, "b", 1, NULL));
    cr_assert(!cn_db_end(db, CANON_OK, NULL));
    cr_assert_eq(count_names(db), 2);
    close_db(db);
}

BOTH(transaction, that_reads_refuses_to_write_inside)
{
    cn_db *db = open_table(*which);

    cr_assert(!cn_db_begin(db, CN_TX_READ, NULL));
    cr_assert_eq(cn_db_begin(db, CN_TX_WRITE, NULL), CANON_ESTORE);
    cr_assert_eq(cn_db_end(db, CANON_OK, NULL), CANON_ESTORE);
    cr_assert(!add_name(db, "a", 1, NULL));
    close_db(db);
}

BOTH(transaction, undoes_a_batch_as_a_whole)
{
    cn_db *db = open_table(*which);
    cn_arg args[] = {cn_text("a"), cn_text("b"), cn_text("a")};
    int rc =
        cn_db_batch(db, "INSERT INTO t (name) VALUES ($1)", args, 1, 3, NULL);

    cr_assert_eq(rc, CANON_ECONFLICT);
    cr_assert_eq(count_names(db), 0);
    close_db(db);
}
