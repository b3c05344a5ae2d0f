/*
 * Ready-made rows: what an index holds, read back into memory, and stored
 * again as fast as the database takes it. The side that indexing is measured
 * against.
 */
#ifndef CANON_BENCH_ROWS_H
#define CANON_BENCH_ROWS_H

typedef struct ready_rows ready_rows;

/* Read all rows of an index; ends the program on failure. */
ready_rows *rows_read(const char *url);

/* Store them in an empty, migrated database; seconds that took. SQLite: in
 * transactions of `group` documents, with the full-text index. PostgreSQL:
 * with COPY, in one transaction. */
double rows_store(const ready_rows *rows, const char *url, int group);

void rows_free(ready_rows *rows);

/* Seconds of a clock that never jumps. */
double seconds(void);

#endif
