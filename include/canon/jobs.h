/**
 * @file canon/jobs.h
 * Background work: a durable queue in the database, worked off by threads of
 * the library or by the host's own loop.
 */
#ifndef CANON_JOBS_H
#define CANON_JOBS_H

#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

/**
 * Start count job threads, one scheduler and one watcher of local sources.
 * @return CANON_OK; CANON_EBUSY when they run already; CANON_ENOMEM.
 */
CANON_API int canon_workers_start(canon *c, int count,
                                  canon_error *err) CANON_NODISCARD;

/** Stop them and wait for their end; a job at hand is broken off where that is
 * safe and left for another time. The engine stays usable. */
CANON_API void canon_workers_stop(canon *c);

/**
 * Run up to max jobs that are due, on this thread.
 * @param done_out how many were run; may be NULL.
 */
CANON_API int canon_jobs_run(canon_conn *conn, int max,
                             int *done_out) CANON_NODISCARD;

/** Run a periodic job now: "reindex", "coverage", "retention". */
CANON_API int canon_schedule_run(canon_conn *conn,
                                 const char *name) CANON_NODISCARD;

/** Insert the periodic jobs that are due; canon_workers_start does it by
 * itself. */
CANON_API int canon_schedule_tick(canon_conn *conn) CANON_NODISCARD;

CANON_END_DECLS

#endif
