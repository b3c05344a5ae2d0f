/* What other services may use of the index beside canon/index.h. */
#ifndef CN_INDEX_H
#define CN_INDEX_H

#include "canon/index.h"

#include "arena.h"

/* Count the realised criteria of a document anew, after its evidence changed.
 * In the caller's transaction, if there is one. CANON_ENOTFOUND. */
int cn_index_realize(canon_conn *conn, const char *org, const char *full_name,
                     const char *path);

/* A criterion's text as evidence names it: ASCII lower case, runs of white
 * space one blank; NULL without memory. */
char *cn_criterion_norm(cn_arena *a, const char *text);

#endif
