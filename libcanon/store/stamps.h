/*
 * The stamp of an organisation: a number that is another one after every
 * transaction which changed what is read of it.
 */
#ifndef CN_STORE_STAMPS_H
#define CN_STORE_STAMPS_H

#include "db.h"

/*
 * Raise it, as the last statement of a transaction: who raises the same stamp
 * waits until this transaction ends. Never gives a number that was there
 * before, also in a database that was restored from a copy.
 */
int cn_store_stamp_raise(cn_db *db, const char *org, int64_t now_us,
                         canon_error *err);

/* 0 when the organisation has no repositories. */
int cn_store_stamp_get(cn_db *db, const char *org, int64_t *out,
                       canon_error *err);

#endif
