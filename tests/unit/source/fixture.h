/* Folders and git repositories for the tests of sources. */
#ifndef CN_TEST_SOURCE_FIXTURE_H
#define CN_TEST_SOURCE_FIXTURE_H

#include "source_parts.h"

/* A fixed clock, counted "random" bytes, an interrupt the test can set. */
extern cn_source_host host;
extern int64_t host_now_us;
extern unsigned char host_random;
extern volatile bool host_interrupted;

/* Run a shell command in a folder; it must succeed. */
void sh(const char *folder, const char *fmt, ...) CANON_PRINTF(2, 3);

/* Its output without the last newline; free it with free(). */
char *sh_out(const char *folder, const char *fmt, ...) CANON_PRINTF(2, 3);

/* Does the output equal a text? */
bool sh_says(const char *folder, const char *command, const char *text);

/* A repository with docs/a.md ("one\n") and README.md on branch main. */
char *repo_new(void);

/* The same, bare. */
char *repo_bare(void);

/* An opened source; the operation must succeed. */
void *open_with(const canon_source_ops *ops, const char *location);

/* A change of a file; texts are borrowed. */
canon_change change_of(const char *path, const char *base, const char *text);

/* Git's id of a text; static memory, overwritten by the next call. */
const char *blob_of(const char *text);

/* Read a whole file through a source: its code; the text is compared. */
int reads(const canon_source_ops *ops, void *state, const char *path,
          const char *text);

/* The paths of a listing, one a line; free it with free(). */
char *paths_of(const canon_source_ops *ops, void *state,
               const canon_revision *at);

/* 100 threads add a line each to docs/a.md, again and again on a conflict. */
void race(const canon_source_ops *ops, const char *location);

#endif
