/*
 * Where documents come from: the folder and the git repository behind
 * canon_source_open, and watching them. libgit2 is visible in this module
 * only.
 */
#ifndef CN_SOURCE_H
#define CN_SOURCE_H

#include "canon/source.h"

#include "log.h"

#include <stdbool.h>

/*
 * Watching local sources ("dir:", "git:"); others are never reported. One
 * thread at a time. Folders are watched with inotify and, where the system's
 * limit of watches is reached, looked at every two seconds; a git repository
 * changes when the commit of its default branch does.
 */
typedef struct cn_watch cn_watch;

/* log is borrowed and may be NULL. */
int cn_watch_open(const cn_log *log, cn_watch **out, canon_error *err);

/* Watch a source under a number of the caller's; one that is watched already
 * is replaced. Changes from now on are reported. A source that cannot be read
 * (yet) is looked at every two seconds. CANON_EUNSUPPORTED for other kinds,
 * CANON_ENOMEM. */
int cn_watch_add(cn_watch *w, int64_t id, const char *url, canon_error *err);

/* Unknown numbers are allowed. */
void cn_watch_remove(cn_watch *w, int64_t id);

/*
 * Wait for changes, at most timeout_ms; they are reported when 0.2 s have
 * passed without another one (at most 0.6 s after the first). path is the one
 * document that changed, or NULL when several did or nobody knows. on_change
 * must not add or remove; non-zero from it stops with CANON_ECANCELED.
 * CANON_OK also at a time-out and a little before.
 */
int cn_watch_wait(cn_watch *w, int timeout_ms,
                  int (*on_change)(int64_t id, const char *path, void *user),
                  void *user, canon_error *err);

/* Did the last cn_watch_add or cn_watch_wait leave something to polling? */
bool cn_watch_polls(const cn_watch *w);

/* NULL is allowed. */
void cn_watch_close(cn_watch *w);

#endif
