/* What the two halves of merging share: lines, and which of them correspond. */
#ifndef CN_MERGE_PARTS_H
#define CN_MERGE_PARTS_H

#include "slice.h"

#define CN_NO_LINE ((size_t)-1)

/* A line with its end. */
typedef struct cn_merge_line {
    cn_slice text;
    size_t box;   /* where the state of a criterion's box is; 0: no criterion */
    uint32_t key; /* equal for lines that are equal but for that state */
} cn_merge_line;

typedef struct cn_merge_lines {
    cn_merge_line *items;
    size_t count;
} cn_merge_lines;

/* Cut a text into lines; items are to be freed with cn_free. */
int cn_merge_split(cn_slice text, cn_merge_lines *out);

/* Give lines of three texts their keys. */
int cn_merge_number(cn_merge_lines *const texts[3]);

/* For each line of a the line of b that it became, in order, or CN_NO_LINE. */
int cn_merge_match(const cn_merge_lines *a, const cn_merge_lines *b,
                   size_t *out);

#endif
