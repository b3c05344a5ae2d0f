/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms. */
#ifndef CN_UTF8_H
#define CN_UTF8_H

#include "buf.h"

/* Cut one character off the front of *s (not empty): its code point, or -1 for
 * one invalid byte sequence (at least one byte is cut off). */
int32_t cn_utf8_next(cn_slice *s);

/* Length of the longest valid prefix without U+0000. */
size_t cn_utf8_valid_prefix(cn_slice s);

/* Valid and without U+0000? */
bool cn_utf8_ok(cn_slice s);

/* Copy; invalid sequences and U+0000 become U+FFFD. */
void cn_utf8_clean(cn_buf *out, cn_slice s);

/* Number of code points (invalid bytes count one each). */
size_t cn_utf8_count(cn_slice s);

/* Append a code point. */
void cn_utf8_put(cn_buf *out, uint32_t c);

/* A letter or digit in the sense of Unicode, or a mark that belongs to one. */
bool cn_utf8_is_word(int32_t c);

/* Simple lower case of a code point. */
int32_t cn_utf8_lower(int32_t c);

/* A copy in lower case, character by character. */
void cn_utf8_lower_text(cn_buf *out, cn_slice s);

#endif
