/* One escaping function per context, and the decoders that belong to them. */
#ifndef CN_ESCAPE_H
#define CN_ESCAPE_H

#include "buf.h"

/* Text or attribute of HTML: & < > " '. */
void cn_html_escape(cn_buf *out, cn_slice text);

/* One segment of a URL: everything but unreserved characters as %XX. */
void cn_url_escape(cn_buf *out, cn_slice text);

/* A path: as cn_url_escape, '/' stays. */
void cn_url_escape_path(cn_buf *out, cn_slice path);

/* Decode %XX (and '+' as a blank when form is true); false when an escape is
 * incomplete or not hexadecimal. */
bool cn_url_decode(cn_buf *out, cn_slice text, bool form);

/* Lower-case hex digits of data; out has room for 2 * len + 1. */
void cn_hex(char *out, const void *data, size_t len);

#endif
