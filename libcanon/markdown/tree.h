/* What the files of this module share. */
#ifndef CN_MARKDOWN_TREE_H
#define CN_MARKDOWN_TREE_H

#include "markdown.h"
#include "pool.h"

#include <cmark.h>

struct cn_markdown {
    cn_pool pool;
    cmark_node *root;
};

/* cmark's allocator has no user pointer: every call that may allocate stands
 * between these two, on the thread that makes it. */
cn_pool *cn_pool_enter(cn_pool *pool);
void cn_pool_leave(cn_pool *before);

/* The allocator that uses the pool entered. */
cmark_mem *cn_pool_mem(void);

/* Feed a text to cmark; the pool is ready. NULL never happens. */
cmark_node *cn_tree_parse(cn_pool *pool, cn_slice text, int options);

/* Prepare the pool for a text of len bytes. */
bool cn_tree_reserve(cn_pool *pool, size_t len);

/* Would cmark stall on this text? CANON_OK or CANON_ETOOBIG. */
int cn_tree_guard(cn_slice text, canon_error *err);

#endif
