/* What the files of the SQLite driver share. */
#ifndef CN_SQLITE_PARTS_H
#define CN_SQLITE_PARTS_H

#include "db_parts.h"

#include <sqlite3.h>

typedef struct cn_sqlite {
    sqlite3 *db;
    const cn_log *log;
    int lock_fd;    /* -1: none */
    bool elsewhere; /* another process writes */
    char path[1024];
} cn_sqlite;

/* The code and text that fit an SQLite result. */
int cn_sqlite_fail(cn_sqlite *c, int result, canon_error *err);

int cn_sqlite_open(const char *url, const cn_db_options *options, void **conn,
                   canon_error *err);
void cn_sqlite_close(void *conn);

/* Register the tokenizer "canon" and the rank function "canon_rank". */
int cn_sqlite_fts_register(sqlite3 *db);

#endif
