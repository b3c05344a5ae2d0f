/*
 * Spec documents: what other modules use beyond the public header.
 */
#ifndef CN_SPEC_H
#define CN_SPEC_H

#include "canon/spec.h"

#include "json.h"
#include "slice.h"

/* Do two texts name the same criterion: ASCII letter case ignored, runs of
 * white space equal, white space at the ends ignored? */
bool cn_spec_same_text(cn_slice a, cn_slice b);

/* Members of JSON objects, as everywhere in the API. */
void cn_spec_write_evidence(cn_json *w, const char *key,
                            const canon_evidence *evidence, size_t count);
void cn_spec_write_meta(cn_json *w, const char *key,
                        const canon_spec_meta *meta);
void cn_spec_write_section(cn_json *w, const canon_spec *spec, size_t index);

/* The text behind the front matter, part of canon_spec_text. */
cn_slice cn_spec_body(const canon_spec *spec);

/* The content of section index as an editor shows it above the criteria: up to
 * the first criteria heading, without status and ticket comments. */
void cn_spec_prose(const canon_spec *spec, size_t index, cn_buf *out);

#endif
