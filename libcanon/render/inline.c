/*
 * Drawing text and inlines: escaping, strikethrough and bare links.
 */
#include "render.h"

#include "escape.h"

/* A piece of text on its way out; bytes before from are drawn. */
typedef struct run {
    cn_painter *p;
    cn_markdown_node *node;
    cn_slice piece;
    cn_strike *strike;
    size_t from;
} run;

static void put_stand_in(const cn_painter *p, bool is_pipe, bool code)
{
    if (code && !(is_pipe && p->in_cell))
        cn_buf_putc(p->out, '\\');
    cn_buf_putc(p->out, is_pipe ? '|' : '~');
}

/* Noncharacters take three bytes; the first is rare elsewhere. */
void cn_render_plain(cn_painter *p, cn_slice text, bool code)
{
    while (p->stand_ins.pipe[0] && text.len) {
        size_t at = cn_slice_find(text, p->stand_ins.pipe[0]);
        cn_slice rest = cn_slice_from(text, at);
        bool is_pipe = cn_slice_starts(rest, p->stand_ins.pipe);

        cn_html_escape(p->out, cn_slice_first(text, at));
        if (is_pipe || cn_slice_starts(rest, p->stand_ins.tilde)) {
            put_stand_in(p, is_pipe, code);
            text = cn_slice_from(rest, 3);
        } else {
            cn_buf_add(p->out, rest.ptr, rest.len ? 1 : 0);
            text = cn_slice_from(rest, 1);
        }
    }
    cn_html_escape(p->out, text);
}

static bool is_break(const cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);

    return kind == CN_MD_SOFT_BREAK || kind == CN_MD_LINE_BREAK;
}

static bool ends_node(const run *r)
{
    cn_slice all = cn_markdown_literal(r->node);

    return r->piece.ptr + r->piece.len == all.ptr + all.len;
}

static bool starts_node(const run *r)
{
    return r->piece.ptr == cn_markdown_literal(r->node).ptr;
}

/* Is there something that is not white space directly before byte i? */
static bool touches_before(const run *r, size_t i)
{
    const cn_markdown_node *before;

    if (i > 0)
        return !cn_is_space(r->piece.ptr[i - 1]);
    before = starts_node(r) ? cn_markdown_before(r->node) : NULL;
    return before && !is_break(before);
}

static bool touches_after(const run *r, size_t i)
{
    const cn_markdown_node *after;

    if (i < r->piece.len)
        return !cn_is_space(r->piece.ptr[i]);
    after = ends_node(r) ? cn_markdown_after(r->node) : NULL;
    return after && !is_break(after);
}

static size_t count_tildes(cn_slice text, size_t at)
{
    size_t n = at;

    while (n < text.len && text.ptr[n] == '~')
        n++;
    return n - at;
}

/* "~~" behind something that is not white space; touching: so is the start. */
static bool has_closer(cn_slice text, bool touching)
{
    size_t i = 0;

    while (i < text.len) {
        size_t n = count_tildes(text, i);

        if (n == 2 && touching)
            return true;
        touching = n ? true : !cn_is_space(text.ptr[i]);
        i += n ? n : 1;
    }
    return false;
}

/* A cell of a table ends at the next bar. */
static cn_slice cell_part(const cn_painter *p, cn_slice text)
{
    return p->in_cell ? cn_slice_first(text, cn_slice_find(text, '|')) : text;
}

static bool is_closed_later(const run *r, size_t i)
{
    const cn_markdown_node *node = r->node;

    if (has_closer(cn_slice_from(r->piece, i), false))
        return true;
    if (!ends_node(r))
        return false;
    for (node = cn_markdown_after(node); node; node = cn_markdown_after(node)) {
        cn_slice all = cn_markdown_literal(node);
        cn_slice part = cell_part(r->p, all);

        if (r->p->in_cell && is_break(node))
            return false;
        if (cn_markdown_kind_of(node) != CN_MD_TEXT)
            continue;
        if (has_closer(part, !is_break(cn_markdown_before(node))))
            return true;
        if (part.len < all.len)
            return false;
    }
    return false;
}

static void flush(run *r, size_t to, size_t next)
{
    cn_render_plain(r->p, cn_slice_of(r->piece.ptr + r->from, to - r->from),
                    false);
    r->from = next;
}

/* All draw_... functions return how many bytes they have dealt with. */
static size_t draw_tildes(run *r, size_t i)
{
    size_t n = count_tildes(r->piece, i);
    cn_strike *s = r->strike;

    if (n != 2)
        return n;
    if (s->open && touches_before(r, i)) {
        flush(r, i, i + 2);
        cn_buf_puts(r->p->out, "</del>");
        s->open = false;
    } else if (!s->open && !s->hopeless && touches_after(r, i + 2)) {
        s->hopeless = !is_closed_later(r, i + 2);
        if (!s->hopeless) {
            flush(r, i, i + 2);
            cn_buf_puts(r->p->out, "<del>");
            s->open = true;
        }
    }
    return n;
}

static bool is_word(char c)
{
    return cn_is_alpha(c) || cn_is_digit(c) || (c & 0x80);
}

static size_t draw_bare_link(run *r, size_t i)
{
    cn_slice rest = cn_slice_from(r->piece, i);
    size_t len;

    if (r->p->links || (i > 0 && is_word(r->piece.ptr[i - 1])))
        return 1;
    len = cn_render_bare_link(rest);
    if (!len)
        return 1;
    flush(r, i, i + len);
    cn_render_put_bare_link(r->p, cn_slice_first(rest, len));
    return len;
}

void cn_render_text(cn_painter *p, cn_markdown_node *node, cn_slice piece,
                    cn_strike *strike)
{
    run r = {p, node, piece, strike, 0};
    size_t i = p->skip < piece.len ? p->skip : piece.len;

    r.from = i;
    p->skip = 0;
    while (i < piece.len && !p->images) {
        char c = cn_lower(piece.ptr[i]);

        if (c == '~')
            i += draw_tildes(&r, i);
        else if (c == 'h' || c == 'w')
            i += draw_bare_link(&r, i);
        else
            i++;
    }
    flush(&r, piece.len, piece.len);
}

static void close_strike(cn_painter *p, cn_strike *strike)
{
    if (strike->open)
        cn_buf_puts(p->out, "</del>");
    strike->open = false;
}

static void draw_html(cn_painter *p, const cn_markdown_node *node)
{
    cn_slice html = cn_markdown_literal(node);

    if (!cn_slice_starts(html, "<!--"))
        cn_render_plain(p, html, true);
}

static void draw_code(cn_painter *p, const cn_markdown_node *node)
{
    cn_buf_puts(p->out, p->images ? "" : "<code>");
    cn_render_plain(p, cn_markdown_literal(node), true);
    cn_buf_puts(p->out, p->images ? "" : "</code>");
}

static void enter_container(cn_painter *p, const cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);

    if (kind == CN_MD_IMAGE && !p->images++)
        cn_render_image_start(p, cn_markdown_url(node));
    if (p->images)
        return;
    if (kind == CN_MD_EMPH)
        cn_buf_puts(p->out, "<em>");
    else if (kind == CN_MD_STRONG)
        cn_buf_puts(p->out, "<strong>");
    else if (kind == CN_MD_LINK) {
        p->links++;
        cn_render_link_start(p, cn_markdown_url(node), cn_markdown_title(node));
    }
}

static void leave_container(cn_painter *p, const cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);

    if (kind == CN_MD_IMAGE && !--p->images)
        cn_render_image_end(p, cn_markdown_title(node));
    if (p->images)
        return;
    if (kind == CN_MD_EMPH)
        cn_buf_puts(p->out, "</em>");
    else if (kind == CN_MD_STRONG)
        cn_buf_puts(p->out, "</strong>");
    else if (kind == CN_MD_LINK) {
        p->links--;
        cn_buf_puts(p->out, "</a>");
    }
}

/* True for a container, which is left later. */
static bool enter(cn_painter *p, cn_markdown_node *node)
{
    cn_strike *top;

    switch ((int)cn_markdown_kind_of(node)) {
    case CN_MD_TEXT:
        top = cn_array_at(&p->strikes, p->strikes.count - 1);
        cn_render_text(p, node, cn_markdown_literal(node), top);
        return false;
    case CN_MD_SOFT_BREAK:
        cn_buf_putc(p->out, '\n');
        return false;
    case CN_MD_LINE_BREAK:
        cn_buf_puts(p->out, p->images ? "\n" : "<br />\n");
        return false;
    case CN_MD_CODE:
        draw_code(p, node);
        return false;
    case CN_MD_HTML:
        draw_html(p, node);
        return false;
    default:
        enter_container(p, node);
        return true;
    }
}

void cn_render_inline(cn_painter *p, cn_markdown_node *node)
{
    cn_markdown_walk w = cn_markdown_walk_of(node);
    size_t bottom = p->strikes.count;

    while (!p->out->rc && !p->out_of_memory && cn_markdown_next(&w)) {
        if (!w.entering) {
            close_strike(p, cn_array_at(&p->strikes, p->strikes.count - 1));
            cn_array_pop(&p->strikes);
            leave_container(p, w.node);
        } else if (enter(p, w.node)) {
            p->out_of_memory = !cn_array_push(&p->strikes);
        }
    }
    while (p->strikes.count > bottom) /* after a failure */
        cn_array_pop(&p->strikes);
}

void cn_render_inlines(cn_painter *p, cn_markdown_node *first,
                       const cn_markdown_node *end)
{
    cn_strike strike = {false, false};
    cn_markdown_node *node = first;

    for (; node && node != end; node = cn_markdown_after(node)) {
        if (cn_markdown_kind_of(node) == CN_MD_TEXT)
            cn_render_text(p, node, cn_markdown_literal(node), &strike);
        else
            cn_render_inline(p, node);
    }
    close_strike(p, &strike);
    p->skip = 0;
}
