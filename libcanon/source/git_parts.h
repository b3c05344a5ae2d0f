/* What the files about git share. The only place that includes libgit2. */
#ifndef CN_GIT_PARTS_H
#define CN_GIT_PARTS_H

#include "source_parts.h"

#include "arena.h"
#include "array.h"

#include <git2.h>

typedef struct cn_git {
    git_repository *repo;
    const cn_source_host *host;
    bool durable; /* objects are written through to the disk */
} cn_git;

/* The default branch and its newest commit. */
typedef struct cn_git_tip {
    char branch[256]; /* "" when HEAD is detached and there is no other */
    char ref[300];    /* "refs/heads/..." */
    git_oid commit;
} cn_git_tip;

/* One file of a listing. */
typedef struct cn_git_file {
    const char *path;
    git_oid blob;
    int64_t time_us; /* 0: not known yet */
} cn_git_file;

/* What is at a path of a tree. */
typedef enum cn_git_kind {
    CN_GIT_NONE,
    CN_GIT_FILE,
    CN_GIT_OTHER /* folder, symbolic link, submodule, or something that is no
                    folder on the way */
} cn_git_kind;

/* The code for a failure of libgit2, with its message. */
int cn_git_fail(canon_error *err, int rc, const char *what);

/* CANON_ENOTFOUND for a repository without commits. */
int cn_git_tip_get(git_repository *repo, cn_git_tip *out, canon_error *err);

/* blob and mode are filled for CN_GIT_FILE. */
int cn_git_find(git_repository *repo, const git_tree *root, cn_slice path,
                cn_git_kind *kind_out, git_oid *blob_out, int *mode_out,
                canon_error *err);

/* When each file was last changed on the way of first parents, as far as the
 * budget goes; the rest gets the time of the oldest commit looked at, since
 * which it has not changed. files are in byte order of their paths. */
int cn_git_times(git_repository *repo, const git_commit *head, cn_array *files,
                 canon_error *err);

int cn_git_write(void *state, const canon_change *change, canon_written *out,
                 canon_error *err);
int cn_git_propose(void *state, const canon_change *change, canon_written *out,
                   canon_error *err);

#endif
