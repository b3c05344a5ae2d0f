/* Short ways to say what a document must give. */
#ifndef CN_SPEC_TEST_H
#define CN_SPEC_TEST_H

#include "canon/spec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* A front matter of three lines that gives no diagnostic. */
#define FRONT "---\ntitle: T\n---\n"

canon_spec *spec_of(const char *text);
canon_spec *spec_of_bytes(const char *text, size_t len);

/* "code@line code@line", valid until the next call. */
const char *codes_of(const canon_spec *spec);

/* Parses text behind FRONT and compares the diagnostics. */
void expect_codes(const char *text, const char *codes);

/* Parses text behind FRONT and compares "id|id|...". */
void expect_ids(const char *text, const char *ids);

/* Parses text behind FRONT and compares the criteria of all sections: "[x] text
 * (path:lines, PR#1)|[ ] text". */
void expect_criteria(const char *text, const char *criteria);

void expect_str(const char *value, const char *wanted);

#endif
