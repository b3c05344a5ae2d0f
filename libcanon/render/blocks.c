/*
 * Drawing blocks. Nesting is the author's to choose, so this is one loop over a
 * walk; paragraphs and headings hand their inlines over to inline.c.
 */
#include "render.h"

static bool is_tight(const cn_markdown_node *paragraph)
{
    const cn_markdown_node *item = cn_markdown_parent(paragraph);
    const cn_markdown_node *list = item ? cn_markdown_parent(item) : NULL;

    return list && cn_markdown_kind_of(item) == CN_MD_ITEM &&
           cn_markdown_tight(list);
}

static void put_box(cn_painter *p)
{
    if (!p->box)
        return;
    cn_buf_puts(p->out, p->box == ' '
                            ? "<input type=\"checkbox\" disabled=\"\" />"
                            : "<input type=\"checkbox\" checked=\"\" "
                              "disabled=\"\" />");
    p->box = 0;
}

static void draw_paragraph(cn_painter *p, cn_markdown_node *node)
{
    bool tight = is_tight(node);

    if (cn_render_table(p, node))
        return;
    if (!tight)
        cn_buf_puts(p->out, "<p>");
    put_box(p);
    cn_render_inlines(p, cn_markdown_first(node), NULL);
    cn_buf_puts(p->out, tight ? "\n" : "</p>\n");
}

static void draw_heading(cn_painter *p, cn_markdown_node *node)
{
    int level = cn_markdown_level(node);

    cn_buf_printf(p->out, "<h%d", level);
    cn_render_heading_id(p, node);
    cn_buf_putc(p->out, '>');
    cn_render_inlines(p, cn_markdown_first(node), NULL);
    cn_buf_printf(p->out, "</h%d>\n", level);
}

static void draw_code(cn_painter *p, const cn_markdown_node *node)
{
    cn_slice info = cn_slice_trim(cn_str(cn_markdown_info(node)));
    size_t len = 0;

    while (len < info.len && !cn_is_space(info.ptr[len]))
        len++;
    cn_buf_puts(p->out, "<pre><code");
    if (len) {
        cn_buf_puts(p->out, " class=\"language-");
        cn_render_plain(p, cn_slice_first(info, len), false);
        cn_buf_putc(p->out, '"');
    }
    cn_buf_putc(p->out, '>');
    cn_render_plain(p, cn_markdown_literal(node), true);
    cn_buf_puts(p->out, "</code></pre>\n");
}

/* Raw HTML is shown as text, comments are left out. */
static void draw_html(cn_painter *p, const cn_markdown_node *node)
{
    cn_slice rest = cn_markdown_literal(node);
    bool any = false;

    while (rest.len) {
        size_t at = cn_slice_find_text(rest, cn_str("<!--"));
        cn_slice shown = cn_slice_trim(cn_slice_first(rest, at));
        size_t end;

        if (shown.len) {
            cn_buf_puts(p->out, any ? "\n" : "<p>");
            cn_render_plain(p, shown, true);
            any = true;
        }
        rest = cn_slice_from(rest, at + 4);
        end = cn_slice_find_text(rest, cn_str("-->"));
        rest = cn_slice_from(rest, end + 3);
    }
    if (any)
        cn_buf_puts(p->out, "</p>\n");
}

static char box_of(const cn_markdown_node *item)
{
    const cn_markdown_node *first = cn_markdown_first(item);
    cn_slice text;

    if (!first || cn_markdown_kind_of(first) != CN_MD_PARAGRAPH)
        return 0;
    first = cn_markdown_first(first);
    if (!first || cn_markdown_kind_of(first) != CN_MD_TEXT)
        return 0;
    text = cn_markdown_literal(first);
    if (text.len < 4 || text.ptr[0] != '[' || text.ptr[2] != ']' ||
        !cn_is_blank(text.ptr[3]))
        return 0;
    return cn_lower(text.ptr[1]) == 'x' ? 'x' : text.ptr[1] == ' ' ? ' ' : 0;
}

static void start_item(cn_painter *p, const cn_markdown_node *node)
{
    p->box = box_of(node);
    if (p->box)
        p->skip = 3;
    cn_buf_puts(p->out, p->box ? "<li class=\"task\">" : "<li>");
}

static void start_list(cn_painter *p, const cn_markdown_node *node)
{
    if (!cn_markdown_ordered(node))
        cn_buf_puts(p->out, "<ul>\n");
    else if (cn_markdown_start(node) == 1)
        cn_buf_puts(p->out, "<ol>\n");
    else
        cn_buf_printf(p->out, "<ol start=\"%d\">\n", cn_markdown_start(node));
}

cn_taken *cn_render_find_taken(const cn_painter *p, cn_markdown_node *item)
{
    const cn_markdown_node *first = cn_markdown_first(item);
    size_t low = 0;
    size_t high = p->taken_count;
    size_t line;

    if (!high || !first || cn_markdown_kind_of(first) != CN_MD_PARAGRAPH)
        return NULL;
    line = cn_markdown_line(first);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (p->taken[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->taken_count && p->taken[low].line == line ? &p->taken[low]
                                                              : NULL;
}

/* An item that is drawn elsewhere, or a list of nothing but such items. */
static bool is_taken(const cn_painter *p, cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);
    cn_markdown_node *item;

    if (kind == CN_MD_ITEM)
        return cn_render_find_taken(p, node) != NULL;
    if (kind != CN_MD_LIST || !p->taken_count)
        return false;
    for (item = cn_markdown_first(node); item; item = cn_markdown_after(item)) {
        if (!cn_render_find_taken(p, item))
            return false;
    }
    return true;
}

/* False when the node has been drawn with everything in it. */
static bool enter(cn_painter *p, cn_markdown_node *node)
{
    if (is_taken(p, node))
        return false;
    switch ((int)cn_markdown_kind_of(node)) {
    case CN_MD_QUOTE:
        cn_buf_puts(p->out, "<blockquote>\n");
        return true;
    case CN_MD_LIST:
        start_list(p, node);
        return true;
    case CN_MD_ITEM:
        start_item(p, node);
        return true;
    case CN_MD_CODE_BLOCK:
        draw_code(p, node);
        return true;
    case CN_MD_HTML_BLOCK:
        draw_html(p, node);
        return true;
    case CN_MD_RULE:
        cn_buf_puts(p->out, "<hr />\n");
        return true;
    case CN_MD_PARAGRAPH:
        draw_paragraph(p, node);
        return false;
    case CN_MD_HEADING:
        draw_heading(p, node);
        return false;
    default: /* the document, and inlines, which do not come here */
        return true;
    }
}

static void leave(cn_painter *p, const cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);

    if (kind == CN_MD_QUOTE)
        cn_buf_puts(p->out, "</blockquote>\n");
    else if (kind == CN_MD_LIST)
        cn_buf_puts(p->out, cn_markdown_ordered(node) ? "</ol>\n" : "</ul>\n");
    else if (kind == CN_MD_ITEM)
        cn_buf_puts(p->out, "</li>\n");
}

void cn_render_block(cn_painter *p, cn_markdown_node *node)
{
    cn_markdown_walk w = cn_markdown_walk_of(node);

    while (!p->out->rc && cn_markdown_next(&w)) {
        if (!w.entering)
            leave(p, w.node);
        else if (!enter(p, w.node))
            cn_markdown_skip(&w);
    }
}

void cn_render_rest(cn_painter *p, cn_markdown_node *item)
{
    cn_markdown_node *node = cn_markdown_first(item);

    node = node ? cn_markdown_after(node) : NULL;
    for (; node; node = cn_markdown_after(node))
        cn_render_block(p, node);
}
