/*
 * Changing a tree and drawing it. cmark allocates in both, so the pool is made
 * ready first.
 */
#include "tree.h"

#include "fail.h"

/* More than a node and the rounding of its texts need. */
#define NODE_ROOM 512

/* The longest replacement of one byte is "&quot;". */
#define ESCAPED 6
#define TAGS    128 /* around one node */

static cmark_node *theirs(cn_markdown_node *node)
{
    return (cmark_node *)node;
}

static cn_markdown_node *ours(cmark_node *node)
{
    return (cn_markdown_node *)node;
}

static cmark_node *new_node(cn_markdown *md, cn_markdown_kind kind)
{
    cmark_node_type type =
        (cmark_node_type)((int)kind + (int)CMARK_NODE_DOCUMENT);
    cn_pool *before;
    cmark_node *node;

    if (!cn_pool_ensure(&md->pool, NODE_ROOM))
        return NULL;
    before = cn_pool_enter(&md->pool);
    node = cmark_node_new_with_mem(type, cn_pool_mem());
    cn_pool_leave(before);
    return node;
}

cn_markdown_node *cn_markdown_new(cn_markdown *md, cn_markdown_kind kind)
{
    return ours(new_node(md, kind));
}

typedef int set_text(cmark_node *node, const char *text);

/* cmark wants terminated text, and copies it. */
static int set(cn_markdown *md, cmark_node *node, set_text *fn, cn_slice text)
{
    cn_pool *before;
    char *copy;

    if (!cn_pool_ensure(&md->pool, 2 * text.len + NODE_ROOM))
        return CANON_ENOMEM;
    before = cn_pool_enter(&md->pool);
    copy = cn_pool_calloc(&md->pool, 1, text.len + 1);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    fn(node, copy);
    cn_pool_leave(before);
    return CANON_OK;
}

cn_markdown_node *cn_markdown_new_text(cn_markdown *md, cn_slice text)
{
    cmark_node *node = new_node(md, CN_MD_TEXT);

    if (!node || set(md, node, cmark_node_set_literal, text))
        return NULL;
    return ours(node);
}

cn_markdown_node *cn_markdown_new_custom(cn_markdown *md, cn_markdown_kind kind,
                                         cn_slice enter_html,
                                         cn_slice leave_html)
{
    cmark_node *node = new_node(md, kind);

    if (!node || set(md, node, cmark_node_set_on_enter, enter_html) ||
        set(md, node, cmark_node_set_on_exit, leave_html))
        return NULL;
    return ours(node);
}

int cn_markdown_set_literal(cn_markdown *md, cn_markdown_node *node,
                            cn_slice text)
{
    return set(md, theirs(node), cmark_node_set_literal, text);
}

int cn_markdown_set_url(cn_markdown *md, cn_markdown_node *node, cn_slice url)
{
    return set(md, theirs(node), cmark_node_set_url, url);
}

bool cn_markdown_put_before(cn_markdown_node *node, cn_markdown_node *sibling)
{
    return cmark_node_insert_before(theirs(sibling), theirs(node)) != 0;
}

bool cn_markdown_put_after(cn_markdown_node *node, cn_markdown_node *sibling)
{
    return cmark_node_insert_after(theirs(sibling), theirs(node)) != 0;
}

bool cn_markdown_append(cn_markdown_node *node, cn_markdown_node *parent)
{
    return cmark_node_append_child(theirs(parent), theirs(node)) != 0;
}

void cn_markdown_unlink(cn_markdown_node *node)
{
    cmark_node_unlink(theirs(node));
}

bool cn_markdown_replace(cn_markdown_node *old, cn_markdown_node *node)
{
    return cmark_node_replace(theirs(old), theirs(node)) != 0;
}

static size_t length(const char *text)
{
    return text ? strlen(text) : 0;
}

/* More than the HTML of a node without its children can need. */
static size_t html_bound(cmark_node *node)
{
    return TAGS + ESCAPED * (length(cmark_node_get_literal(node)) +
                             length(cmark_node_get_url(node)) +
                             length(cmark_node_get_title(node)) +
                             length(cmark_node_get_fence_info(node)) +
                             length(cmark_node_get_on_enter(node)) +
                             length(cmark_node_get_on_exit(node)));
}

int cn_markdown_html(cn_markdown *md, cn_markdown_node *node, cn_buf *out,
                     canon_error *err)
{
    cn_markdown_walk w = cn_markdown_walk_of(node);
    size_t bound = NODE_ROOM;
    cn_pool *before;
    char *html;

    while (cn_markdown_next(&w)) {
        if (w.entering)
            bound += html_bound(theirs(w.node));
    }
    /* cmark's buffer grows by half, and may move once to a new region */
    if (!cn_pool_ensure(&md->pool, 3 * bound))
        return cn_fail_memory(err);
    before = cn_pool_enter(&md->pool);
    html = cmark_render_html(theirs(node), CMARK_OPT_DEFAULT);
    cn_buf_puts(out, html);
    cn_pool_release(&md->pool, html);
    cn_pool_leave(before);
    return cn_buf_check(out, err);
}
