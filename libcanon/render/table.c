/*
 * Pipe tables. To the parser a table is a paragraph, so the rows are cut at its
 * line breaks and the cells at the bars in its texts. A bar in code or emphasis
 * belongs to its cell. Tables that are too wide or too many stay text.
 */
#include "render.h"

typedef enum alignment { NONE, LEFT, CENTER, RIGHT } alignment;

/* The inlines of a line: first up to end, a line break or NULL. */
typedef struct row {
    cn_markdown_node *first;
    cn_markdown_node *end;
} row;

typedef struct table {
    size_t columns;
    unsigned char align[CN_RENDER_MAX_COLUMNS];
} table;

/* A row that is being drawn. */
typedef struct drawing {
    cn_painter *p;
    const table *t;
    const char *tag; /* "th", "td" */
    size_t column;
    size_t start; /* of the open cell's content in the output */
    bool open;
    bool any; /* something of the row has been seen */
    cn_strike strike;
} drawing;

static const char *const open_align[] = {
    "",
    " align=\"left\"",
    " align=\"center\"",
    " align=\"right\"",
};

static bool is_break(const cn_markdown_node *node)
{
    cn_markdown_kind kind = cn_markdown_kind_of(node);

    return kind == CN_MD_SOFT_BREAK || kind == CN_MD_LINE_BREAK;
}

static row row_from(cn_markdown_node *first)
{
    row r = {first, first};

    while (r.end && !is_break(r.end))
        r.end = cn_markdown_after(r.end);
    return r;
}

static row row_after(row r)
{
    cn_markdown_node *first = r.end ? cn_markdown_after(r.end) : NULL;

    return row_from(first);
}

static bool is_text(const cn_markdown_node *node)
{
    return node && cn_markdown_kind_of(node) == CN_MD_TEXT;
}

/* ":--", "--:", ":-:", "---" */
static bool read_alignment(cn_slice cell, unsigned char *out)
{
    bool left;
    bool right;

    cell = cn_slice_trim(cell);
    left = cell.len && cell.ptr[0] == ':';
    cell = cn_slice_from(cell, left);
    right = cell.len && cell.ptr[cell.len - 1] == ':';
    cell = cn_slice_first(cell, cell.len - right);
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] != '-')
            return false;
    }
    if (right)
        *out = left ? CENTER : RIGHT;
    else
        *out = left ? LEFT : NONE;
    return cell.len > 0;
}

static bool read_delimiters(row r, table *out)
{
    cn_slice rest;

    out->columns = 0;
    if (!is_text(r.first) || cn_markdown_after(r.first) != r.end)
        return false;
    rest = cn_slice_trim(cn_markdown_literal(r.first));
    if (cn_slice_find(rest, '|') == rest.len)
        return false;
    if (rest.ptr[0] == '|')
        rest = cn_slice_from(rest, 1);
    while (rest.len) {
        cn_slice cell = cn_slice_cut(&rest, '|');

        if (out->columns == CN_RENDER_MAX_COLUMNS ||
            !read_alignment(cell, &out->align[out->columns]))
            return false;
        out->columns++;
    }
    return out->columns > 0;
}

static bool is_blank(cn_slice s)
{
    return cn_slice_trim(s).len == 0;
}

/* Bars that are not at the edge, and one. */
static size_t count_cells(row r)
{
    size_t bars = 0;
    bool content = false; /* since the last bar */
    bool leading = false; /* nothing before the first one */
    cn_markdown_node *node;

    for (node = r.first; node && node != r.end;
         node = cn_markdown_after(node)) {
        cn_slice rest = cn_markdown_literal(node);

        if (!is_text(node)) {
            content = true;
            continue;
        }
        while (rest.ptr) {
            cn_slice piece = cn_slice_cut(&rest, '|');

            content = content || !is_blank(piece);
            if (!rest.ptr)
                break;
            leading = leading || (bars == 0 && !content);
            bars++;
            content = false;
        }
    }
    return bars + content - leading;
}

static void open_cell(drawing *d)
{
    cn_strike fresh = {false, false};

    d->strike = fresh;
    cn_buf_printf(d->p->out, "<%s%s>", d->tag,
                  open_align[d->t->align[d->column]]);
    d->start = d->p->out->len;
    d->open = true;
}

static void close_cell(drawing *d)
{
    cn_buf *out = d->p->out;
    size_t len;

    if (!d->open)
        open_cell(d);
    len = out->len;
    while (len > d->start && cn_is_blank(out->data[len - 1]))
        len--;
    if (!out->rc && len < out->len)
        cn_buf_cut(out, len);
    if (d->strike.open)
        cn_buf_puts(out, "</del>");
    cn_buf_printf(out, "</%s>\n", d->tag);
    d->column++;
    d->open = false;
}

static void draw_piece(drawing *d, cn_markdown_node *node, cn_slice piece)
{
    if (!d->open)
        piece = cn_slice_trim_start(piece);
    if (piece.len == 0)
        return;
    if (!d->open)
        open_cell(d);
    cn_render_text(d->p, node, piece, &d->strike);
    d->any = true;
}

static void draw_text(drawing *d, cn_markdown_node *node)
{
    cn_slice rest = cn_markdown_literal(node);

    while (rest.ptr && d->column < d->t->columns) {
        draw_piece(d, node, cn_slice_cut(&rest, '|'));
        if (!rest.ptr)
            return;
        if (d->any)
            close_cell(d);
        d->any = true;
    }
}

static void draw_row(cn_painter *p, const table *t, row r, const char *tag)
{
    drawing d = {p, t, tag, 0, 0, false, false, {false, false}};
    cn_markdown_node *node;

    cn_buf_puts(p->out, "<tr>\n");
    for (node = r.first; node && node != r.end && d.column < t->columns;
         node = cn_markdown_after(node)) {
        if (is_text(node)) {
            draw_text(&d, node);
            continue;
        }
        if (!d.open)
            open_cell(&d);
        d.any = true;
        cn_render_inline(p, node);
    }
    if (d.open)
        close_cell(&d);
    while (d.column < t->columns)
        close_cell(&d);
    cn_buf_puts(p->out, "</tr>\n");
}

/* The first line whose next line is a row of dashes for as many cells. */
static bool find_header(cn_markdown_node *paragraph, table *t, row *out)
{
    row r = row_from(cn_markdown_first(paragraph));

    while (r.end) {
        row next = row_after(r);

        if (read_delimiters(next, t) && count_cells(r) == t->columns) {
            *out = r;
            return true;
        }
        r = next;
    }
    return false;
}

static bool is_affordable(cn_painter *p, const table *t, row r)
{
    size_t left = (CN_RENDER_MAX_CELLS - p->cells) / t->columns;
    size_t rows = 1;

    for (r = row_after(r); r.end; r = row_after(r))
        rows++;
    if (rows > left)
        return false;
    p->cells += rows * t->columns;
    return true;
}

static void draw_before(cn_painter *p, cn_markdown_node *first, row header)
{
    if (first == header.first)
        return;
    cn_buf_puts(p->out, "<p>");
    cn_render_inlines(p, first, cn_markdown_before(header.first));
    cn_buf_puts(p->out, "</p>\n");
}

bool cn_render_table(cn_painter *p, cn_markdown_node *paragraph)
{
    table t;
    row header;
    row r;
    bool has_body;

    if (p->box || !find_header(paragraph, &t, &header) ||
        !is_affordable(p, &t, header))
        return false;
    draw_before(p, cn_markdown_first(paragraph), header);
    p->in_cell = true;
    cn_buf_puts(p->out, "<table>\n<thead>\n");
    draw_row(p, &t, header, "th");
    cn_buf_puts(p->out, "</thead>\n");
    r = row_after(header);
    has_body = r.end != NULL;
    cn_buf_puts(p->out, has_body ? "<tbody>\n" : "");
    while (r.end) {
        r = row_after(r);
        draw_row(p, &t, r, "td");
    }
    cn_buf_puts(p->out, has_body ? "</tbody>\n</table>\n" : "</table>\n");
    p->in_cell = false;
    return true;
}
