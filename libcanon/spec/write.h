/*
 * What the operations of the writer share. Every operation finds its place in
 * the parsed document, says which bytes to exchange, and copies the rest. The
 * rules are in libcanon/docs/spec-format.md, "Changing a document".
 */
#ifndef CN_SPEC_WRITE_H
#define CN_SPEC_WRITE_H

#include "spec_parts.h"

/* More than any operation adds to a document. */
#define CN_WRITE_ROOM ((size_t)1024 * 1024)

/* Bytes start to end - 1 of the text become text. */
typedef struct cn_change {
    size_t start;
    size_t end;
    cn_slice text;
} cn_change;

/* Where the result goes. */
typedef struct cn_written {
    canon_buf *out;
    int *changed_out; /* or NULL */
    canon_error *err;
} cn_written;

/* Write the document with one change, or with none (NULL). */
int cn_write_change(const canon_spec *spec, const cn_change *change,
                    cn_written to);

/* Hand a finished text over; b is empty afterwards. */
int cn_write_finish(const canon_spec *spec, cn_buf *b, cn_written to);

/* Insert a line behind line n (from 1), with the line end of that line. */
int cn_write_line_after(const canon_spec *spec, uint32_t n, cn_slice line,
                        cn_written to);

/* The document's first line end; "\n" when it has none. */
cn_slice cn_write_line_end(const canon_spec *spec);

/* Fit for a comment: not empty, no white space, "<", ">" or "--". */
int cn_write_check(const char *what, const char *value, canon_error *err);

/*
 * Is line n nothing but complete directives, indented by at most max_indent
 * bytes? at is an index in spec->directives, moved forward; start with the
 * first directive of a section and ask for lines in order.
 */
bool cn_write_is_pure(const canon_spec *spec, uint32_t n, size_t max_indent,
                      size_t *at);

/* All sections. */
#define CN_WRITE_ALL SIZE_MAX

/*
 * The text without the valid directives of a kind in a section (or in all),
 * keep (or NULL) excepted; bytes before the first one that goes stay where they
 * are. Where taking a comment away would change how the text around it is read,
 * an empty comment stays in its place.
 */
int cn_write_without(const canon_spec *spec, cn_directive_kind kind,
                     size_t section, const cn_directive *keep, cn_buf *out,
                     canon_error *err);

/* Parse a result as its document was parsed, for comparing. */
int cn_write_reparse(const canon_spec *spec, cn_slice text, canon_spec **out,
                     canon_error *err);

/* A value of the front matter: plain when every reader takes it for this text,
 * else in double quotes. Valid UTF-8 only. */
void cn_write_scalar(cn_buf *out, cn_slice text);
void cn_write_quoted(cn_buf *out, cn_slice text);

#endif
