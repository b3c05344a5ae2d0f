/* What a document is apart from its lines: the mark at its start, how its lines
 * end, and whether the last one does. Three versions are merged as if they
 * agreed on it. */
#ifndef CN_MERGE_STYLE_H
#define CN_MERGE_STYLE_H

#include "arena.h"
#include "array.h"
#include "slice.h"

typedef struct cn_merge_style {
    bool has_mark;        /* of the byte order */
    bool is_closed;       /* the last line ends */
    bool is_changed;      /* the lines are to end in another way */
    const char *line_end; /* of the result */
} cn_merge_style;

/* Copies of the versions, alike in style, and the style of the result. */
int cn_merge_style_take(const cn_slice versions[3], cn_arena *arena,
                        cn_slice like[3], cn_merge_style *out);

/* Give the parts (canon_merge_part) of the result its style. */
int cn_merge_style_give(const cn_merge_style *style, cn_arena *arena,
                        cn_array *parts);

#endif
