/*
 * YAML to the value tree of json.h: the subset of libcanon/docs/spec-format.md
 * (no anchors, aliases, tags, directives or complex keys; scalars are text).
 * libyaml is visible in this module only.
 */
#ifndef CN_YAML_H
#define CN_YAML_H

#include "json.h"

typedef struct cn_yaml_limits {
    size_t max_len;   /* bytes */
    size_t max_nodes; /* 10,000 */
    size_t max_depth; /* 32 */
} cn_yaml_limits;

/* A key that was given again: the last one wins. */
typedef struct cn_yaml_duplicate {
    cn_slice key;
    size_t line;
} cn_yaml_duplicate;

typedef struct cn_yaml {
    const cn_value *root; /* NULL: nothing but blanks and comments */
    const cn_yaml_duplicate *duplicates;
    size_t duplicate_count;
    size_t error_line; /* set when parsing failed; from 1 */
} cn_yaml;

/*
 * first_line is the number of the text's first line, for the marks. Plain
 * scalars that are empty, ~, null, Null or NULL are CN_KIND_NULL, all others
 * CN_KIND_TEXT with their source text, trimmed.
 * CANON_EINVAL: not readable (out->error_line); CANON_ENOMEM.
 */
int cn_yaml_parse(cn_arena *a, cn_slice text, size_t first_line,
                  const cn_yaml_limits *limits, cn_yaml *out,
                  canon_error *err);

#endif
