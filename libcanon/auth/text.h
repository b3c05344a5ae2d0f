/* Short texts that people and programs give: names, labels. Pure. */
#ifndef CN_AUTH_TEXT_H
#define CN_AUTH_TEXT_H

#include "slice.h"

/* UTF-8 of at most `most` characters, none of them a control character; what:
 * "the label". */
int cn_text_check(const char *what, const char *text, size_t most,
                  canon_error *err);

#endif
