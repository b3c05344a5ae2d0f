/**
 * @file canon/editor.h
 * Editing one file of a repository: load, save on the default branch, save as
 * a proposal on a branch. What was saved is in the index before the call
 * returns.
 */
#ifndef CANON_EDITOR_H
#define CANON_EDITOR_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"
#include "canon/source.h"

CANON_BEGIN_DECLS

/** 1 when the path may be edited: *.md, CANON.yaml or SPECWRIGHT.yaml, no dot
 * segments, not in .github, not in a .git at any depth. */
CANON_API int canon_editor_path_check(const char *path);

/**
 * The text on the default branch and the id of its content.
 * @return CANON_OK; CANON_ENOTFOUND: no such repository or file; CANON_EINVAL:
 *         bad path or not UTF-8 (code in the text); CANON_EUNSUPPORTED: the
 *         repository is not a local one.
 */
CANON_API int canon_editor_load(canon_conn *conn, const char *org,
                                const char *full_name, const char *path,
                                canon_buf *text,
                                char blob_out[72]) CANON_NODISCARD;

/** An edit of a file. Start from zero and set size. */
typedef struct canon_edit {
    size_t size;
    const char *org;
    const char *full_name; /**< "owner/name" */
    canon_change change;   /**< message NULL: "docs: update PATH" */
} canon_edit;

/** Who was faster: filled when an edit meets a conflict. */
typedef struct canon_edit_conflict {
    canon_buf text;    /**< the current text; free it with canon_buf_free */
    char blob[72];     /**< "" when the current file cannot be read */
    int branch_exists; /**< 1: the file is as it was, the branch is there */
} canon_edit_conflict;

/**
 * Save on the default branch and index the file. An index that cannot follow
 * is logged and made good by the next run: the file is saved all the same.
 * @param conflict filled on CANON_ECONFLICT when the content differs from what
 *        the edit was based on; may be NULL. Start from zero.
 */
CANON_API int canon_editor_save(canon_conn *conn, const canon_edit *edit,
                                canon_written *out,
                                canon_edit_conflict *conflict) CANON_NODISCARD;

/** Save on a new branch. As canon_editor_save, but nothing is indexed.
 * CANON_ECONFLICT with conflict->branch_exists: the branch is there already;
 * CANON_EINVAL: bad branch name; CANON_EUNSUPPORTED: a folder. */
CANON_API int canon_editor_propose(
    canon_conn *conn, const canon_edit *edit, canon_written *out,
    canon_edit_conflict *conflict) CANON_NODISCARD;

/** The repositories that can be edited here, as the JSON array of
 * GET .../editor/repos. */
CANON_API int canon_editor_repos_json(canon_conn *conn, const char *org,
                                      canon_buf *out) CANON_NODISCARD;

CANON_END_DECLS

#endif
