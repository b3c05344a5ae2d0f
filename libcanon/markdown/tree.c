/*
 * Trees: parsing with guards, walking, looking and changing.
 */
#include "tree.h"

#include "fail.h"
#include "mem.h"

/*
 * What cmark needs for one byte of input at worst: a node with a literal and a
 * delimiter or bracket, or half of a list and an item. 300 bytes were the most
 * that hostile inputs reached.
 */
#define WORST_PER_BYTE 512
#define WORST_BASE     (256 * 1024)

/* What an ordinary document needs. */
#define USUAL_PER_BYTE 44
#define USUAL_BASE     (8 * 1024)
#define USUAL_MAX      (512 * 1024)

/* Steps that blank lines may take through open containers. */
#define MOST_STEPS (64 * 1024 * 1024)

static _Thread_local cn_pool *entered;

static void *pool_calloc(size_t count, size_t size)
{
    return cn_pool_calloc(entered, count, size);
}

static void *pool_realloc(void *ptr, size_t size)
{
    return cn_pool_realloc(entered, ptr, size);
}

static void pool_free(void *ptr)
{
    cn_pool_release(entered, ptr);
}

cmark_mem *cn_pool_mem(void)
{
    /* Not const for cmark, but never written. */
    static cmark_mem mem = {pool_calloc, pool_realloc, pool_free};

    return &mem;
}

cn_pool *cn_pool_enter(cn_pool *pool)
{
    cn_pool *before = entered;

    entered = pool;
    return before;
}

void cn_pool_leave(cn_pool *before)
{
    entered = before;
}

bool cn_tree_reserve(cn_pool *pool, size_t len)
{
    size_t usual = USUAL_BASE + len * USUAL_PER_BYTE;

    return cn_pool_init(pool, usual < USUAL_MAX ? usual : USUAL_MAX,
                        WORST_BASE + len * WORST_PER_BYTE);
}

cmark_node *cn_tree_parse(cn_pool *pool, cn_slice text, int options)
{
    cn_pool *before = cn_pool_enter(pool);
    cmark_parser *parser = cmark_parser_new_with_mem(options, cn_pool_mem());
    cmark_node *root;

    cmark_parser_feed(parser, text.len ? text.ptr : "", text.len);
    root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    cn_pool_leave(before);
    return root;
}

static bool is_marker(char c)
{
    return cn_is_blank(c) || cn_is_digit(c) ||
           (c && strchr(">-+*.)", c) != NULL);
}

/* More than that many containers cannot be open behind this line. */
static size_t depth_of(cn_slice line)
{
    size_t n = 0;

    while (n < line.len && is_marker(line.ptr[n]))
        n++;
    return n;
}

int cn_tree_guard(cn_slice text, canon_error *err)
{
    const char *end = text.ptr + text.len;
    const char *p = text.len ? memchr(text.ptr, '!', text.len) : NULL;
    size_t images = 0;
    size_t blank = 0;
    size_t depth = 0;
    cn_slice rest = text;

    if (text.len > CN_MARKDOWN_MAX)
        return cn_fail(err, CANON_ETOOBIG, "more than %d bytes of Markdown",
                       CN_MARKDOWN_MAX);
    for (; p; p = memchr(p + 1, '!', (size_t)(end - p - 1)))
        images += p + 1 < end && p[1] == '[';
    if (images > CN_MARKDOWN_MAX_IMAGES)
        return cn_fail(err, CANON_ETOOBIG, "more than %d images",
                       CN_MARKDOWN_MAX_IMAGES);
    while (rest.len) {
        cn_slice line = cn_slice_cut(&rest, '\n');
        size_t n = depth_of(line);

        if (n > depth)
            depth = n;
        blank += n == line.len;
        for (size_t i = n; i < line.len; i++)
            blank += line.ptr[i] == '\r';
    }
    if (depth > 200 && blank > MOST_STEPS / depth)
        return cn_fail(err, CANON_ETOOBIG, "lists nested too deeply");
    return CANON_OK;
}

int cn_markdown_parse(cn_slice text, cn_markdown **out, canon_error *err)
{
    cn_markdown *md = NULL;
    int rc = cn_tree_guard(text, err);

    *out = NULL;
    if (rc)
        return rc;
    md = cn_calloc(1, sizeof(*md));
    if (!md || !cn_tree_reserve(&md->pool, text.len)) {
        cn_markdown_free(md);
        return cn_fail_memory(err);
    }
    md->root = cn_tree_parse(&md->pool, text, CMARK_OPT_VALIDATE_UTF8);
    *out = md;
    return CANON_OK;
}

void cn_markdown_free(cn_markdown *md)
{
    if (!md)
        return;
    cn_pool_free(&md->pool);
    cn_free(md);
}

static cn_markdown_node *ours(cmark_node *node)
{
    return (cn_markdown_node *)node;
}

static cmark_node *theirs(const cn_markdown_node *node)
{
    /* cmark asks for non-const nodes where it only reads */
    union {
        const cn_markdown_node *in;
        cmark_node *out;
    } u = {node};

    return u.out;
}

cn_markdown_node *cn_markdown_root(const cn_markdown *md)
{
    return ours(md->root);
}

cn_markdown_node *cn_markdown_parent(const cn_markdown_node *node)
{
    return ours(cmark_node_parent(theirs(node)));
}

cn_markdown_node *cn_markdown_first(const cn_markdown_node *node)
{
    return ours(cmark_node_first_child(theirs(node)));
}

cn_markdown_node *cn_markdown_last(const cn_markdown_node *node)
{
    return ours(cmark_node_last_child(theirs(node)));
}

cn_markdown_node *cn_markdown_after(const cn_markdown_node *node)
{
    return ours(cmark_node_next(theirs(node)));
}

cn_markdown_node *cn_markdown_before(const cn_markdown_node *node)
{
    return ours(cmark_node_previous(theirs(node)));
}

/* By cmark's node type; the order of both lists is the same. */
cn_markdown_kind cn_markdown_kind_of(const cn_markdown_node *node)
{
    return (cn_markdown_kind)((int)cmark_node_get_type(theirs(node)) -
                              (int)CMARK_NODE_DOCUMENT);
}

_Static_assert((int)CMARK_NODE_IMAGE - (int)CMARK_NODE_DOCUMENT ==
                   (int)CN_MD_IMAGE,
               "kinds of nodes as in cmark");
_Static_assert((int)CMARK_NODE_THEMATIC_BREAK - (int)CMARK_NODE_DOCUMENT ==
                   (int)CN_MD_RULE,
               "kinds of nodes as in cmark");

static bool is_leaf(const cn_markdown_node *node)
{
    switch (cn_markdown_kind_of(node)) {
    case CN_MD_CODE_BLOCK:
    case CN_MD_HTML_BLOCK:
    case CN_MD_RULE:
    case CN_MD_TEXT:
    case CN_MD_SOFT_BREAK:
    case CN_MD_LINE_BREAK:
    case CN_MD_CODE:
    case CN_MD_HTML:
        return true;
    case CN_MD_DOCUMENT:
    case CN_MD_QUOTE:
    case CN_MD_LIST:
    case CN_MD_ITEM:
    case CN_MD_CUSTOM_BLOCK:
    case CN_MD_PARAGRAPH:
    case CN_MD_HEADING:
    case CN_MD_CUSTOM:
    case CN_MD_EMPH:
    case CN_MD_STRONG:
    case CN_MD_LINK:
    case CN_MD_IMAGE:
        break;
    }
    return false;
}

cn_markdown_walk cn_markdown_walk_of(cn_markdown_node *root)
{
    cn_markdown_walk w = {NULL, false, root, root, true};

    return w;
}

/* Where to go when a node was left. */
static void step_past(cn_markdown_walk *w, cn_markdown_node *node)
{
    if (node == w->root) {
        w->next = NULL;
        return;
    }
    w->next = cn_markdown_after(node);
    w->next_entering = true;
    if (!w->next) {
        w->next = cn_markdown_parent(node);
        w->next_entering = false;
    }
}

bool cn_markdown_next(cn_markdown_walk *w)
{
    cn_markdown_node *node = w->next;

    w->node = node;
    w->entering = w->next_entering;
    if (!node)
        return false;
    if (!w->entering || is_leaf(node)) {
        step_past(w, node);
        return true;
    }
    w->next = cn_markdown_first(node);
    if (!w->next) {
        w->next = node;
        w->next_entering = false;
    }
    return true;
}

void cn_markdown_skip(cn_markdown_walk *w)
{
    if (w->entering)
        step_past(w, w->node);
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

cn_slice cn_markdown_literal(const cn_markdown_node *node)
{
    return cn_str(text_or_empty(cmark_node_get_literal(theirs(node))));
}

int cn_markdown_level(const cn_markdown_node *node)
{
    return cmark_node_get_heading_level(theirs(node));
}

bool cn_markdown_ordered(const cn_markdown_node *node)
{
    return cmark_node_get_list_type(theirs(node)) == CMARK_ORDERED_LIST;
}

int cn_markdown_start(const cn_markdown_node *node)
{
    return cmark_node_get_list_start(theirs(node));
}

bool cn_markdown_tight(const cn_markdown_node *node)
{
    return cmark_node_get_list_tight(theirs(node)) != 0;
}

const char *cn_markdown_info(const cn_markdown_node *node)
{
    return text_or_empty(cmark_node_get_fence_info(theirs(node)));
}

const char *cn_markdown_url(const cn_markdown_node *node)
{
    return text_or_empty(cmark_node_get_url(theirs(node)));
}

const char *cn_markdown_title(const cn_markdown_node *node)
{
    return text_or_empty(cmark_node_get_title(theirs(node)));
}

size_t cn_markdown_line(const cn_markdown_node *node)
{
    return cn_markdown_kind_of(node) < CN_MD_TEXT
               ? (size_t)cmark_node_get_start_line(theirs(node))
               : 0;
}

size_t cn_markdown_column(const cn_markdown_node *node)
{
    return cn_markdown_kind_of(node) == CN_MD_PARAGRAPH
               ? (size_t)cmark_node_get_start_column(theirs(node))
               : 0;
}

static size_t count_lines(cn_slice text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '\n' ||
             (text.ptr[i] == '\r' &&
              (i + 1 == text.len || text.ptr[i + 1] != '\n'));
    }
    return n;
}

size_t cn_markdown_end_line(const cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);
    size_t lines;

    if (kind == CN_MD_PARAGRAPH)
        return (size_t)cmark_node_get_end_line(theirs(node));
    if (kind != CN_MD_HTML_BLOCK)
        return 0;
    /* the position of its end that cmark gives is often wrong */
    lines = count_lines(cn_markdown_literal(node));
    return cn_markdown_line(node) + (lines ? lines - 1 : 0);
}
