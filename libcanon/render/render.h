/*
 * Drawing Markdown: what the files of this module share. The block walk is in
 * blocks.c, text and inlines in inline.c, pipe tables in table.c, links and
 * headings' ids in link.c; html.c and page.c put documents together.
 */
#ifndef CN_RENDER_H
#define CN_RENDER_H

#include "canon/render.h"

#include "arena.h"
#include "array.h"
#include "buf.h"
#include "map.h"
#include "markdown.h"

#define CN_RENDER_MAX_OUT     ((size_t)16 * 1024 * 1024) /* bytes of HTML */
#define CN_RENDER_MAX_CELLS   20000 /* of all tables of a document */
#define CN_RENDER_MAX_COLUMNS 64    /* of a table */
#define CN_RENDER_MAX_IDS     2000  /* headings with an id */

/*
 * "\|" and "\~" are taken out of the text before it is parsed, because the tree
 * does not tell them from "|" and "~". Each becomes a noncharacter that the
 * text does not hold; pipe[0] is 0 when there was none left.
 */
typedef struct cn_stand_ins {
    char pipe[4];
    char tilde[4];
} cn_stand_ins;

/* Where a strikethrough stands among the children of one parent. */
typedef struct cn_strike {
    bool open;     /* <del> has been written */
    bool hopeless; /* there is no further "~~" that could close one */
} cn_strike;

/* A list item that is drawn elsewhere, by the line of its first paragraph. */
typedef struct cn_taken {
    size_t line;
    cn_markdown_node *item; /* found on the way; or NULL */
} cn_taken;

typedef struct cn_painter {
    cn_buf *out;
    canon_render_options o;
    cn_map sections; /* ids of the spec that is drawn */
    cn_stand_ins stand_ins;
    cn_array strikes; /* cn_strike, one per open inline */
    size_t cells;     /* that tables have used up */
    cn_map ids;       /* given to headings: how often, in the arena */
    cn_arena arena;
    cn_taken *taken; /* sorted by line */
    size_t taken_count;
    size_t skip;  /* bytes of the next text that are drawn already */
    int links;    /* open ones */
    int images;   /* open ones: text only */
    bool in_cell; /* of a table: "\\|" in code is "|" there */
    char box;     /* of the item that begins: ' ', 'x', or 0 for none */
    bool out_of_memory;
} cn_painter;

/* blocks.c: a block and what is in it. */
void cn_render_block(cn_painter *p, cn_markdown_node *node);

/* The blocks in a taken item behind its first paragraph. */
void cn_render_rest(cn_painter *p, cn_markdown_node *item);

/* The taken entry of an item, or NULL. */
cn_taken *cn_render_find_taken(const cn_painter *p, cn_markdown_node *item);

/* inline.c: first and its siblings up to end (NULL: all of them). */
void cn_render_inlines(cn_painter *p, cn_markdown_node *first,
                       const cn_markdown_node *end);

/* One child that is not text, and what is in it. */
void cn_render_inline(cn_painter *p, cn_markdown_node *node);

/* A piece of the text of node: all of it, or what belongs to a cell. */
void cn_render_text(cn_painter *p, cn_markdown_node *node, cn_slice piece,
                    cn_strike *strike);

/* Escaped, stand-ins turned back; code: with their backslash. */
void cn_render_plain(cn_painter *p, cn_slice text, bool code);

/* table.c: draw a paragraph that is a table; false when it is none. */
bool cn_render_table(cn_painter *p, cn_markdown_node *paragraph);

/* link.c */
void cn_render_link_start(cn_painter *p, const char *url, const char *title);
void cn_render_image_start(cn_painter *p, const char *url);
void cn_render_image_end(cn_painter *p, const char *title);

/* Length of the bare link at the start of text; 0: none. */
size_t cn_render_bare_link(cn_slice text);
void cn_render_put_bare_link(cn_painter *p, cn_slice link);

/* id="..." for a heading; nothing when there are too many. */
void cn_render_heading_id(cn_painter *p, cn_markdown_node *heading);

/* html.c */
int cn_render_options_load(canon_render_options *out,
                           const canon_render_options *in, canon_error *err);

/* The text behind the front matter; lines_out: how many stand before it. */
cn_slice cn_render_body(cn_slice text, size_t *lines_out);

/* Replace "\|" and "\~": text itself or a copy in buf. */
cn_slice cn_render_prepare(cn_slice text, cn_stand_ins *out, cn_buf *buf);

/* The text as it was written. */
void cn_render_source(cn_buf *out, cn_slice text);

void cn_render_painter_free(cn_painter *p);
int cn_render_painter_check(const cn_painter *p, canon_error *err);

#endif
