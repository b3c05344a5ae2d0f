/*
 * Globs over paths: '*' and '?' within a segment, '**' as a whole segment any
 * number of them. Linear: two pointers within a segment, dynamic programming
 * over segments, so a hostile pattern cannot stall anybody.
 */
#ifndef CN_PATTERN_H
#define CN_PATTERN_H

#include "slice.h"

#define CN_PATTERN_MAX 200 /* bytes of a pattern */

bool cn_glob_match(cn_slice pattern, cn_slice path);

/* Fit for a configuration: 1 to CN_PATTERN_MAX bytes, no segment ".." or ".",
 * no leading '/', no control character, no backslash. */
bool cn_glob_ok(cn_slice pattern);

#endif
