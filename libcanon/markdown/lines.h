/* Reading without cmark: cutting into lines, and what can be said of blocks
 * line by line. */
#ifndef CN_MARKDOWN_LINES_H
#define CN_MARKDOWN_LINES_H

#include "markdown.h"

/* Texts below that cannot stall cmark unless they are full of images. */
#define CN_OUTLINE_HARMLESS (16 * 1024)

/* An outline of a text that cmark must not see. CANON_OK or CANON_ENOMEM. */
int cn_outline_by_lines(const char *text, const cn_line *lines, size_t first,
                        size_t count, cn_outline *out, canon_error *err);

#endif
