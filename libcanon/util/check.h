/* Checks of text from outside, once, at the border. */
#ifndef CN_CHECK_H
#define CN_CHECK_H

#include "slice.h"

/* Organisation, owner, repository name: 1 to 100 of A-Z a-z 0-9 . _ -, not "."
 * or "..". */
bool cn_slug_ok(cn_slice s);

/* "owner/name", both slugs. */
bool cn_full_name_ok(cn_slice s);

/* Path inside a repository: relative, no empty, "." or ".." part, no backslash,
 * no control character, valid UTF-8, at most 1,024 bytes. */
bool cn_path_ok(cn_slice path);

/* Name of a git branch (git-check-ref-format). */
bool cn_branch_ok(cn_slice name);

#endif
