/* The piece of a text around the words that were searched. */
#ifndef CN_INDEX_SNIPPET_H
#define CN_INDEX_SNIPPET_H

#include "buf.h"
#include "search.h"

/*
 * HTML: escaped, with no tag but <mark> around words of at least two
 * characters that the terms name. 40 characters before the first hit and 120
 * from there on; without a hit the beginning of the text.
 */
void cn_snippet_html(cn_buf *out, cn_slice text, const cn_search_terms *terms);

#endif
