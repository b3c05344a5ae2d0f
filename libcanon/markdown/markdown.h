/*
 * CommonMark to a tree with positions, and a tree to HTML. The only user of
 * cmark. Nothing here recurses; memory that is refused is CANON_ENOMEM.
 */
#ifndef CN_MARKDOWN_H
#define CN_MARKDOWN_H

#include "buf.h"

/* Longest text in bytes, and the most "![" in it: cmark needs quadratic time
 * for images. */
#define CN_MARKDOWN_MAX        (1024 * 1024)
#define CN_MARKDOWN_MAX_IMAGES 10000

typedef enum cn_markdown_kind {
    CN_MD_DOCUMENT,
    CN_MD_QUOTE,
    CN_MD_LIST,
    CN_MD_ITEM,
    CN_MD_CODE_BLOCK,
    CN_MD_HTML_BLOCK,
    CN_MD_CUSTOM_BLOCK,
    CN_MD_PARAGRAPH,
    CN_MD_HEADING,
    CN_MD_RULE,
    CN_MD_TEXT, /* the first of the inlines */
    CN_MD_SOFT_BREAK,
    CN_MD_LINE_BREAK,
    CN_MD_CODE,
    CN_MD_HTML,
    CN_MD_CUSTOM,
    CN_MD_EMPH,
    CN_MD_STRONG,
    CN_MD_LINK,
    CN_MD_IMAGE
} cn_markdown_kind;

/* A tree. One thread at a time. */
typedef struct cn_markdown cn_markdown;

/* A node of it; lives as long as the tree, unlinked or not. */
typedef struct cn_markdown_node cn_markdown_node;

/*
 * Text to tree. Invalid UTF-8 and U+0000 become U+FFFD. CANON_ETOOBIG above
 * the limits at the top or when the nesting would take too long; CANON_ENOMEM.
 * All memory that cmark can need is reserved (not used) beforehand.
 */
int cn_markdown_parse(cn_slice text, cn_markdown **out, canon_error *err);
void cn_markdown_free(cn_markdown *md); /* NULL is allowed */

cn_markdown_node *cn_markdown_root(const cn_markdown *md);

/*
 * A walk in document order without recursion:
 *
 *     cn_markdown_walk w = cn_markdown_walk_of(node);
 *
 *     while (cn_markdown_next(&w))
 *         if (w.entering && cn_markdown_kind_of(w.node) == CN_MD_TEXT) ...
 *
 * Leaves are entered only, others are entered and left. The tree may be
 * changed on the way: a leaf on entering, any other node on leaving (or on
 * entering, after cn_markdown_skip) may be unlinked or replaced, and its
 * neighbours too, except the node that comes next.
 */
typedef struct cn_markdown_walk {
    cn_markdown_node *node;
    bool entering;
    cn_markdown_node *root;
    cn_markdown_node *next; /* NULL: the end */
    bool next_entering;
} cn_markdown_walk;

cn_markdown_walk cn_markdown_walk_of(cn_markdown_node *root);
bool cn_markdown_next(cn_markdown_walk *w);

/* On entering w->node: do not go into it, and do not leave it. */
void cn_markdown_skip(cn_markdown_walk *w);

/* Neighbours; NULL when there is none. */
cn_markdown_node *cn_markdown_parent(const cn_markdown_node *node);
cn_markdown_node *cn_markdown_first(const cn_markdown_node *node);
cn_markdown_node *cn_markdown_last(const cn_markdown_node *node);
cn_markdown_node *cn_markdown_after(const cn_markdown_node *node);
cn_markdown_node *cn_markdown_before(const cn_markdown_node *node);

cn_markdown_kind cn_markdown_kind_of(const cn_markdown_node *node);

/* Text of text, code, HTML and code blocks; "" for others. */
cn_slice cn_markdown_literal(const cn_markdown_node *node);
int cn_markdown_level(const cn_markdown_node *node);        /* of a heading */
bool cn_markdown_ordered(const cn_markdown_node *node);     /* of a list */
int cn_markdown_start(const cn_markdown_node *node);        /* of its numbers */
bool cn_markdown_tight(const cn_markdown_node *node);       /* of a list */
const char *cn_markdown_info(const cn_markdown_node *node); /* of a fence */
const char *cn_markdown_url(const cn_markdown_node *node);  /* link, image */
const char *cn_markdown_title(const cn_markdown_node *node); /* link, image */

/*
 * Positions that can be trusted: the first line of every block, the column
 * (bytes, from 1) of a paragraph's text, its last line, and the last line of
 * an HTML block. 0 for other ends and for inlines.
 */
size_t cn_markdown_line(const cn_markdown_node *node);
size_t cn_markdown_column(const cn_markdown_node *node);
size_t cn_markdown_end_line(const cn_markdown_node *node);

/*
 * Changing the tree. New nodes belong to md; NULL means no memory. A custom
 * node is drawn as enter + children + leave, both HTML that is trusted; kind is
 * CN_MD_CUSTOM_BLOCK or CN_MD_CUSTOM. A list item counts as a place of blocks.
 */
cn_markdown_node *cn_markdown_new(cn_markdown *md, cn_markdown_kind kind);
cn_markdown_node *cn_markdown_new_text(cn_markdown *md, cn_slice text);
cn_markdown_node *cn_markdown_new_custom(cn_markdown *md, cn_markdown_kind kind,
                                         cn_slice enter_html,
                                         cn_slice leave_html);

/* CANON_OK or CANON_ENOMEM. */
int cn_markdown_set_literal(cn_markdown *md, cn_markdown_node *node,
                            cn_slice text);
int cn_markdown_set_url(cn_markdown *md, cn_markdown_node *node, cn_slice url);

/* Unlink node from where it is and put it elsewhere. False (and unlinked) where
 * its kind cannot stand, such as a block in a paragraph. */
bool cn_markdown_put_before(cn_markdown_node *node, cn_markdown_node *sibling);
bool cn_markdown_put_after(cn_markdown_node *node, cn_markdown_node *sibling);
bool cn_markdown_append(cn_markdown_node *node, cn_markdown_node *parent);
void cn_markdown_unlink(cn_markdown_node *node);

/* Put node into the place of old, which is unlinked. */
bool cn_markdown_replace(cn_markdown_node *old, cn_markdown_node *node);

/*
 * HTML of a node and what is in it. Raw HTML becomes a comment, links to
 * javascript:, vbscript:, file: and data: (but images) become "". Everything
 * but custom nodes is escaped.
 */
int cn_markdown_html(cn_markdown *md, cn_markdown_node *node, cn_buf *out,
                     canon_error *err);

/*
 * The blocks of a text alone, for readers that take all words from the source
 * themselves. Only paragraphs and headings with a comment ("<!--") keep their
 * inlines, everything else inside a block is unspecified; block structure and
 * positions are those of cn_markdown_parse. Several times faster.
 */
typedef enum cn_outline_kind {
    CN_OUTLINE_LIST,
    CN_OUTLINE_ITEM,
    CN_OUTLINE_PARAGRAPH,
    CN_OUTLINE_HEADING,
    CN_OUTLINE_CODE,
    CN_OUTLINE_HTML,
    CN_OUTLINE_QUOTE, /* what is in it is left out */
    CN_OUTLINE_RULE
} cn_outline_kind;

/* In document order; what is in block i has the indexes i + 1 to end - 1. */
typedef struct cn_outline_block {
    cn_outline_kind kind;
    uint32_t line;     /* from 1 */
    uint32_t last;     /* last line; of paragraphs and HTML blocks only */
    uint32_t column;   /* bytes before the text; of paragraphs only */
    uint32_t end;      /* index behind the last block in it */
    uint32_t parent;   /* index of the list, item; CN_OUTLINE_TOP: none */
    uint32_t comments; /* first of its inline comments in the list of those */
    uint32_t comment_count;
    int level; /* of a heading */
} cn_outline_block;

#define CN_OUTLINE_TOP UINT32_MAX

typedef struct cn_outline {
    cn_outline_block *blocks;
    size_t count;
    uint32_t *comments; /* offsets in the text of inline "<!--" */
    size_t comment_count;
} cn_outline;

/* A line of a text: bytes start to end - 1, without its line end (\n, \r\n or
 * \r). */
typedef struct cn_line {
    uint32_t start;
    uint32_t end;
    uint32_t flags; /* CN_LINE_... */
} cn_line;

#define CN_LINE_COMMENT   1u /* "<!--" is in it */
#define CN_LINE_END_TAG   2u /* ">" is in it */
#define CN_LINE_REFERENCE 4u /* "]:" is in it */
#define CN_LINE_IMAGE     8u /* "![" is in it */

/* Cut text from byte at on (at most 2^31 bytes) into lines. Returns their
 * number; lines beyond cap are counted, not stored. */
size_t cn_lines_split(cn_slice text, size_t at, cn_line *lines, size_t cap);

/*
 * Read the blocks of lines first to count - 1. A text that cn_markdown_parse
 * would refuse is read line by line, with the rules of fences, comments,
 * headings and list items alone. Free with cn_outline_free, also after a
 * failure, which can only be CANON_ENOMEM.
 */
int cn_outline_read(const char *text, const cn_line *lines, size_t first,
                    size_t count, cn_outline *out, canon_error *err);
void cn_outline_free(cn_outline *outline);

#endif
