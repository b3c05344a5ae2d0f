/* What the files of this module share. */
#ifndef CN_SOURCE_PARTS_H
#define CN_SOURCE_PARTS_H

#include "source.h"

#include "buf.h"
#include "slice.h"

#include <sys/stat.h>

#define CN_READ_MAX  ((size_t)1 << 20)  /* of canon_source_read, by default */
#define CN_BASE_MAX  ((size_t)64 << 20) /* of a file that is to be replaced */
#define CN_PATH_MAX  1024               /* bytes of a path inside a source */
#define CN_MTIME_NEW 2000000            /* us; a younger file has no stamp */

/* What the kinds that come with the library need of their host; the `user` of
 * their open. All members are set. */
typedef struct cn_source_host {
    int64_t (*now_us)(void *user);
    int (*random)(void *user, void *out, size_t len);
    bool (*interrupted)(void *user);
    void *user;
} cn_source_host;

extern const canon_source_ops cn_dir_ops;
#ifdef CANON_WITH_GIT
extern const canon_source_ops cn_git_ops;
#endif

/* May this file be a document or the configuration? */
bool cn_source_lists(cn_slice path);

/* Is a folder of this name left out? (hidden, vendored) */
bool cn_source_skips(const char *name);

/* path, text and base_blob of a change for a local source. */
int cn_change_check(const canon_change *change, canon_error *err);

/* Pause for some milliseconds. */
void cn_source_pause(int ms);

/* Take an exclusive flock on an open folder, waiting at most 5 s. Closing the
 * file gives it back. */
int cn_source_lock(int fd, const cn_source_host *host, canon_error *err);

/* The mtime in microseconds. */
int64_t cn_stat_time_us(const struct stat *st);

/* Open the folder `path` ("" is the root itself) below an open one without
 * following a symbolic link: a descriptor, or -1 and errno. */
int cn_open_below(int root, cn_slice path);

/*
 * Every folder and file below root that may matter, folder by folder, without
 * recursion and without following symbolic links. Callbacks may be NULL; one
 * that returns non-zero ends the walk with that code. on_folder gets "" for the
 * root, which comes first.
 */
typedef struct cn_walk {
    bool all_folders; /* hidden and vendored ones, too */
    int (*on_folder)(const char *path, void *user);
    int (*on_file)(const char *path, const struct stat *st, void *user);
    void *user;
} cn_walk;

int cn_walk_run(int root, cn_slice start, const cn_walk *walk,
                canon_error *err);

/* Something that changes when a source does: a hash of its listing, or of the
 * commit of its default branch; 0 when it cannot be read. */
uint64_t cn_dir_print(const char *location);
#ifdef CANON_WITH_GIT
uint64_t cn_git_print(const char *location);

/* Is there a repository in this very folder? 1 and its git folders (to be
 * watched) in the buffers, which may be NULL; 0. */
int cn_git_probe(const char *location, cn_buf *git_folder,
                 cn_buf *common_folder);
#endif

#endif
