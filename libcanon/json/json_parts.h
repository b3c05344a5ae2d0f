/* What the files of the module share. */
#ifndef CN_JSON_PARTS_H
#define CN_JSON_PARTS_H

#include "array.h"
#include "json.h"

/* An object of the text, in the order of their opening braces. */
typedef struct cn_json_braces {
    size_t offset;
    size_t members;
} cn_json_braces;

/* What is checked, and how deep it may be (at most CN_JSON_DEPTH). */
typedef struct cn_json_source {
    cn_slice text;
    size_t depth;
} cn_json_source;

/*
 * Check a text against RFC 8259 and our limits: depth, valid UTF-8, no U+0000,
 * integers of 64 bits, nothing behind the value. objects gets a cn_json_braces
 * for each object. CANON_OK, CANON_ENOMEM, or CANON_EINVAL with *offset.
 */
int cn_json_scan(const cn_json_source *from, cn_array *objects, size_t *offset,
                 canon_error *err);

#endif
