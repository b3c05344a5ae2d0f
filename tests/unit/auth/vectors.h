/*
 * The cases of a file in tests/vectors/auth, as read-only trees that live as
 * long as the test.
 */
#ifndef CN_TEST_VECTORS_H
#define CN_TEST_VECTORS_H

#include "json.h"

/* The whole file; the test fails when it cannot be read. */
const cn_value *vectors_open(const char *name);

/* Number of its cases, for cn_test_indexes. */
size_t vectors_count(const char *name);

/* Case i of a file. */
const cn_value *vectors_case(const char *name, size_t i);

/* A text of a case, which may hold U+0000; null and missing: {NULL, 0}. */
cn_slice vector_text(const cn_value *from, const char *path);

/* Is the case said to be valid? */
bool vector_valid(const cn_value *from);

/* "expect.error", or "". */
const char *vector_error(const cn_value *from);

#endif
