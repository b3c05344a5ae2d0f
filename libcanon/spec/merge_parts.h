/*
 * What the parts of merging share: lines and what they are, which lines of two
 * texts correspond, and the edits that each side made.
 */
#ifndef CN_MERGE_PARTS_H
#define CN_MERGE_PARTS_H

#include "arena.h"
#include "array.h"
#include "slice.h"

#define CN_NO_LINE    ((size_t)-1)
#define CN_LINE_PARTS 16
#define CN_EVIDENCE   "realized-in"

enum { CN_BASE, CN_OURS, CN_THEIRS };

/* What a line is. Inside code and long comments all are text. */
enum {
    CN_LINE_TEXT,
    CN_LINE_BLANK,
    CN_LINE_HEADING,
    CN_LINE_ITEM,      /* of a list */
    CN_LINE_CRITERION, /* an item with a box */
    CN_LINE_DIRECTIVE, /* a comment of its own, addressed to Canon */
    CN_LINE_FIELD,     /* of the front matter, at its top level */
    CN_LINE_ROW        /* of a table */
};

/* A line with its end. Its body is what makes it the line it is: the words of
 * a criterion without its box, a heading's title without its number. */
typedef struct cn_merge_line {
    const char *ptr;
    uint32_t len;
    uint32_t body; /* where the body begins */
    uint32_t body_len;
    uint32_t about; /* of a directive: how far before ptr the words stand
                            that it is about; 0: none */
    uint32_t about_len;
    uint32_t key; /* equal for lines that say the same */
    uint16_t indent;
    uint8_t kind;
    uint8_t end_len; /* of the line end */
} cn_merge_line;

typedef struct cn_merge_lines {
    cn_merge_line *items;
    size_t count;
} cn_merge_lines;

static inline cn_slice cn_merge_text(const cn_merge_line *line)
{
    return cn_slice_of(line->ptr, line->len);
}

static inline cn_slice cn_merge_body(const cn_merge_line *line)
{
    return cn_slice_of(line->ptr + line->body, line->body_len);
}

static inline bool cn_merge_is_item(const cn_merge_line *line)
{
    return line->kind == CN_LINE_ITEM || line->kind == CN_LINE_CRITERION;
}

/* FNV-1a, folded. */
static inline uint32_t cn_merge_hash(cn_slice text)
{
    uint32_t h = 2166136261U;

    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.ptr[i]) * 16777619U;
    return h ^ (h >> 15);
}

/* Cut a text into lines and tell what each is; items are to be freed with
 * cn_free. */
int cn_merge_split(cn_slice text, cn_merge_lines *out);

/* Give a line another text, which may be empty; its key stays. */
void cn_merge_set(cn_merge_line *line, cn_slice text);

/* The name of a directive ("system", "ticket", ...) or of a field. */
cn_slice cn_merge_name(const cn_merge_line *line);

/* What of a line can change by itself: a box's state, a section's number, the
 * line end. The parts, put together, are the line. */
size_t cn_merge_cut(const cn_merge_line *line, cn_slice parts[CN_LINE_PARTS]);

/* One of three versions; false: both sides changed it, and differently. */
bool cn_merge_choose(const cn_slice versions[3], cn_slice *out);

/* A line that both sides changed, put together of its parts; out may be in the
 * arena. CANON_ECONFLICT: both changed the same part. */
int cn_merge_line_parts(const cn_merge_line *const lines[3], cn_arena *arena,
                        cn_slice *out);

/* Give lines of three texts their keys; the number of keys. */
int cn_merge_number(cn_merge_lines *const texts[3], size_t *keys_out);

/* For each line of a the line of b that it became, in order, or CN_NO_LINE:
 * lines with equal keys, and between them lines of the same kind that say
 * almost the same. */
int cn_merge_match(const cn_merge_lines *a, const cn_merge_lines *b,
                   size_t *out);

/* Pair lines of two stretches that are alike but not equal (merge_alike.c). */
int cn_merge_pair(const cn_merge_lines *a, const cn_merge_lines *b, size_t keys,
                  size_t *out);

/* Lines of the base and the lines of a side that take their place. */
typedef struct cn_merge_edit {
    size_t lo, hi;     /* of the base */
    size_t from, upto; /* of the side */
    size_t reach;      /* of the base: up to here a section has lost its
                            heading, or 0 */
    uint16_t least;    /* indent of the items that go, or UINT16_MAX */
    bool is_pair;      /* one line that was changed in its place */
    bool is_slight;    /* and its body was not */
    bool has_heading;  /* headings come or go */
    bool has_item;     /* items come or go */
    bool is_contested; /* cannot be taken without asking */
} cn_merge_edit;

typedef struct cn_merging {
    cn_merge_lines text[3];
    size_t *match[3];  /* of CN_OURS and CN_THEIRS: base to side */
    cn_array edits[3]; /* of cn_merge_edit, in order */
    cn_arena *arena;   /* lives as long as the result */
    uint32_t *of_base; /* by key: a line of the base + 1, or 0 */
    size_t keys;
} cn_merging;

/* What a side made of the base. */
int cn_merge_edits(cn_merging *m, int side);

/* What both sides did in different places: a criterion that was moved and
 * changed, or moved by both; a field that both added. */
int cn_merge_moves(cn_merging *m);

/* Does a lower edit depend on the upper one that it touches? They are of
 * different sides, and upper ends where lower begins. */
bool cn_merge_touches(const cn_merging *m, int upper_side,
                      const cn_merge_edit *upper, int lower_side,
                      const cn_merge_edit *lower);

/* Where a line belongs: names of the section and of the item above it (of a
 * table its head). 0: none. */
typedef struct cn_merge_owner {
    uint32_t section;
    uint32_t item;
    uint32_t heading; /* line + 1 */
} cn_merge_owner;

enum { CN_MERGED = 3, CN_CONFLICT = 4 };

/* A line of the result: of a version, put together of both sides' (CN_MERGED,
 * line is that of the base), or a conflict (line is its number). */
typedef struct cn_merge_ref {
    cn_slice text;
    uint32_t line;
    uint32_t region; /* + 1; 0: no side changed anything here */
    int version;
    bool is_both; /* both sides have it in this place */
} cn_merge_ref;

/* Does every line that a side brought or changed belong to what it belonged to
 * there? bad: by region, is set where not; *count_out: how many there are. A
 * state directive goes along with a section that got another number. */
int cn_merge_check(cn_merging *m, cn_array *refs, bool *bad, size_t *count_out);

/* A place in all three texts. */
typedef struct cn_merge_region {
    size_t lo[3];
    size_t hi[3];
} cn_merge_region;

/* What both sides put where the base has nothing, as cn_merge_ref: items,
 * fields, evidence. CANON_ECONFLICT: it does not go together. */
int cn_merge_unite(const cn_merging *m, const cn_merge_region *spot,
                   cn_array *out);

/* Begins an edit with a directive? */
bool cn_merge_is_directed(const cn_merging *m, int side,
                          const cn_merge_edit *e);

#endif
