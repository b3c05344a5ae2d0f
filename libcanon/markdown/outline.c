/*
 * The blocks of a text without the words in them.
 *
 * cmark decides the block structure, but most of its time goes into inlines
 * that nobody asks for here. So it does not get the text, but a skeleton of
 * the same lines that has the same block structure: a line is cut off behind
 * the first byte that no block construct can begin with, as what follows it
 * can only be
 *
 *   - text of a paragraph, heading or code block: not asked for;
 *   - the end of an HTML block: lines with a ">" stay whole;
 *   - the info string of a fence, which decides whether a row of back-ticks is
 *     a fence at all: lines that begin with three of them stay whole;
 *   - an HTML tag that begins a block: lines with "<" in front stay whole;
 *   - a link reference definition, whose paragraph disappears: when there is
 *     "]:" anywhere, nothing is cut off at all;
 *   - part of a paragraph with a comment in it, where code spans, escapes and
 *     links decide whether it is a comment: runs of lines without a blank one
 *     between them stay whole when there is "<!--" within.
 *
 * Lines that can only continue the text of the line before them are left out,
 * and a comment that fills its line becomes the shortest one there is.
 *
 * A comment in a paragraph gets a number behind its "<!--", by which the inline node that
 * cmark makes of it is found again in the text.
 */
#include "tree.h"

#include "array.h"
#include "fail.h"
#include "lines.h"
#include "mem.h"

#include <stdio.h>

/* Digits and the semicolon behind a "<!--". */
#define NUMBER_ROOM 12

typedef struct place {
    uint32_t line; /* from 1 */
    uint32_t at;   /* byte in the text */
} place;

typedef struct reader {
    const char *text;
    const cn_line *lines;
    size_t first;
    size_t count;
    bool whole; /* cut nothing off */
    cn_buf skeleton;
    uint32_t *source; /* line (from 1) of each line of the skeleton, and one
                         behind the last */
    size_t made;      /* lines of the skeleton */
    cn_array places;  /* of comments with a number, in order */
    size_t place;     /* first one that is not in front of the block at hand */
    cn_array blocks;
    cn_array comments;
    uint32_t parent;
    bool failed; /* no memory */
} reader;

/* Bytes that a block construct can begin with or consist of, and blanks. */
static const bool is_structure[256] = {
    [0] = true,   [' '] = true, ['\t'] = true, ['\v'] = true, ['\f'] = true,
    ['>'] = true, ['-'] = true, ['+'] = true,  ['*'] = true,  ['_'] = true,
    ['='] = true, ['#'] = true, ['`'] = true,  ['~'] = true,  ['<'] = true,
    ['.'] = true, [')'] = true, ['0'] = true,  ['1'] = true,  ['2'] = true,
    ['3'] = true, ['4'] = true, ['5'] = true,  ['6'] = true,  ['7'] = true,
    ['8'] = true, ['9'] = true,
};

/* Number of bytes of a line that matter for its blocks. */
static size_t structure(cn_slice line)
{
    size_t ticks = 0;
    size_t i;

    for (i = 0; i < line.len; i++) {
        char c = line.ptr[i];

        if (!is_structure[(unsigned char)c])
            break;
        if (c == '<')
            return line.len;
        ticks += c == '`' || c == '~';
    }
    return ticks >= 3 ? line.len : i;
}

static cn_slice line_at(const reader *r, size_t i)
{
    const cn_line *line = &r->lines[i];

    return cn_slice_of(r->text + line->start, line->end - line->start);
}

/* For cmark, which knows fewer kinds of white space than the format. */
static bool is_blank(cn_slice line)
{
    size_t i = 0;

    while (i < line.len && cn_is_blank(line.ptr[i]))
        i++;
    return i == line.len;
}

/* Such a line begins an HTML block wherever it stands, or is inside of one or
 * of code; it is never in a paragraph. */
static bool begins_comment(cn_slice line)
{
    size_t i = 0;

    while (i < 3 && i < line.len && line.ptr[i] == ' ')
        i++;
    return cn_slice_starts(cn_slice_from(line, i), "<!--");
}

/* "<!-->" and "<!--->" are complete in block position, a number would change
 * that. */
static bool may_be_numbered(cn_slice rest)
{
    return !cn_slice_starts(rest, ">") && !cn_slice_starts(rest, "->");
}

static void add_number(reader *r, uint32_t line, uint32_t at)
{
    char digits[NUMBER_ROOM];
    place *p = cn_array_push(&r->places);
    int n;

    if (!p) {
        r->failed = true;
        return;
    }
    p->line = line;
    p->at = at;
    n = snprintf(digits, sizeof(digits), "%zu;", r->places.count - 1);
    cn_buf_add(&r->skeleton, digits, (size_t)n);
}

static void end_line(reader *r, size_t i)
{
    cn_buf_putc(&r->skeleton, '\n');
    r->source[r->made++] = (uint32_t)(i + 1);
}

/* A line in full, its comments numbered. */
static void add_whole(reader *r, size_t i)
{
    cn_slice rest = line_at(r, i);
    cn_slice mark = cn_str("<!--");

    while (r->lines[i].flags & CN_LINE_COMMENT) {
        size_t at = cn_slice_find_text(rest, mark);

        if (at == rest.len)
            break;
        cn_buf_add(&r->skeleton, rest.ptr, at + mark.len);
        rest = cn_slice_from(rest, at + mark.len);
        if (may_be_numbered(rest)) {
            add_number(r, (uint32_t)(i + 1),
                       (uint32_t)(rest.ptr - r->text - (ptrdiff_t)mark.len));
        }
    }
    cn_buf_slice(&r->skeleton, rest);
    end_line(r, i);
}

/* A blank line, or one that begins with a comment. The only "<" and the only
 * ">" of it being those of the comment, it ends no other HTML block. */
static void add_stop(reader *r, size_t i)
{
    cn_slice line = line_at(r, i);
    size_t at = cn_slice_find(line, '<');

    if (at + 7 <= line.len && cn_slice_ends(line, "-->") &&
        cn_slice_rfind(line, '<') == at &&
        cn_slice_find(line, '>') == line.len - 1) {
        cn_buf_add(&r->skeleton, line.ptr, at);
        cn_buf_puts(&r->skeleton, "<!---->");
    } else {
        cn_buf_slice(&r->skeleton, line);
    }
    end_line(r, i);
}

/* A line up to its first byte of text, for which any letter will do. */
static void add_cut(reader *r, size_t i)
{
    cn_slice line = line_at(r, i);
    size_t n = r->lines[i].flags & CN_LINE_END_TAG ? line.len : structure(line);
    char *p = cn_buf_room(&r->skeleton, n + 2);
    size_t len = n;

    r->source[r->made++] = (uint32_t)(i + 1);
    if (!p)
        return;
    memcpy(p, line.ptr, n);
    if (n < line.len)
        p[len++] = 'x';
    p[len++] = '\n';
    cn_buf_grew(&r->skeleton, len);
}

static bool is_plain(cn_slice s, size_t at)
{
    return at < s.len && !is_structure[(unsigned char)s.ptr[at]];
}

/* Text that begins no block: a plain byte, or one in front of it which would
 * have to be followed by something else. */
static bool is_text(cn_slice s)
{
    return is_plain(s, 0) ||
           (s.len && !strchr(" \t\v\f#<>", s.ptr[0]) && is_plain(s, 1));
}

#define NOT_OPEN SIZE_MAX

/* Behind such a line a paragraph is open, or code or HTML that does not end
 * with text: neither indented code nor a heading. Its indentation, or NOT_OPEN.
 */
static size_t opens_text(const cn_line *info, cn_slice line)
{
    size_t n = 0;

    if (info->flags & CN_LINE_END_TAG)
        return NOT_OPEN;
    while (n < 3 && n < line.len && line.ptr[n] == ' ')
        n++;
    line = cn_slice_from(line, n);
    if (line.len > 2 && strchr("-*+", line.ptr[0]) && line.ptr[1] == ' ')
        line = cn_slice_from(line, 2);
    return is_text(line) ? n : NOT_OPEN;
}

/* Does a line continue the text that was opened with that indentation? Less of
 * it may end the list item that the code or the HTML is in. */
static bool continues_text(const cn_line *info, cn_slice line, size_t open)
{
    size_t n = 0;

    if (open == NOT_OPEN || (info->flags & CN_LINE_END_TAG))
        return false;
    while (n < line.len && cn_is_blank(line.ptr[n]))
        n++;
    return n >= open && is_text(cn_slice_from(line, n));
}

/* Lines first to end - 1 without comments. */
static void add_cut_run(reader *r, size_t i, size_t end)
{
    size_t open = NOT_OPEN;

    for (; i < end; i++) {
        cn_slice line = line_at(r, i);

        if (continues_text(&r->lines[i], line, open))
            continue;
        add_cut(r, i);
        open = opens_text(&r->lines[i], line);
    }
}

/* Lines that can share a paragraph: up to a blank one or one that begins a
 * comment. Returns the first line behind them. */
static size_t add_run(reader *r, size_t i)
{
    uint32_t flags = 0;
    size_t end = i;

    for (; end < r->count; end++) {
        cn_slice line = line_at(r, end);

        if (is_blank(line) || begins_comment(line))
            break;
        flags |= r->lines[end].flags;
    }
    if (!r->whole && !(flags & CN_LINE_COMMENT)) {
        add_cut_run(r, i, end);
        return end;
    }
    for (; i < end; i++)
        add_whole(r, i);
    return end;
}

static void add_lines(reader *r)
{
    size_t i = r->first;

    while (i < r->count) {
        i = add_run(r, i);
        if (i < r->count)
            add_stop(r, i++);
    }
    r->source[r->made] = (uint32_t)r->count + 1;
}

static cn_outline_kind kind_of(cn_markdown_kind kind, bool *known)
{
    static const struct {
        cn_markdown_kind from;
        cn_outline_kind to;
    } kinds[] = {
        {CN_MD_PARAGRAPH, CN_OUTLINE_PARAGRAPH},
        {CN_MD_ITEM, CN_OUTLINE_ITEM},
        {CN_MD_LIST, CN_OUTLINE_LIST},
        {CN_MD_HEADING, CN_OUTLINE_HEADING},
        {CN_MD_HTML_BLOCK, CN_OUTLINE_HTML},
        {CN_MD_CODE_BLOCK, CN_OUTLINE_CODE},
        {CN_MD_QUOTE, CN_OUTLINE_QUOTE},
        {CN_MD_RULE, CN_OUTLINE_RULE},
    };

    *known = true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].from == kind)
            return kinds[i].to;
    }
    *known = false;
    return CN_OUTLINE_RULE;
}

/* The place whose number stands in front of an inline comment. */
static const place *place_of(const reader *r, cn_slice literal)
{
    size_t n = 0;
    size_t i = 4;

    if (!cn_slice_starts(literal, "<!--"))
        return NULL;
    for (; i < literal.len && cn_is_digit(literal.ptr[i]); i++)
        n = n * 10 + (size_t)(literal.ptr[i] - '0');
    if (i == 4 || i == literal.len || literal.ptr[i] != ';' ||
        n >= r->places.count)
        return NULL;
    return cn_array_at(&r->places, n);
}

/* Could a comment with a number be in this block? */
static bool may_have_comments(reader *r, const cn_outline_block *block)
{
    const place *p;

    while (r->place < r->places.count) {
        p = cn_array_at(&r->places, r->place);
        if (p->line >= block->line)
            return !block->last || p->line <= block->last;
        r->place++;
    }
    return false;
}

static void add_comments(reader *r, cn_outline_block *block,
                         cn_markdown_node *node)
{
    cn_markdown_walk w = cn_markdown_walk_of(node);

    while (cn_markdown_next(&w)) {
        const place *p;
        uint32_t *at;

        if (cn_markdown_kind_of(w.node) != CN_MD_HTML)
            continue;
        p = place_of(r, cn_markdown_literal(w.node));
        if (!p)
            continue;
        at = cn_array_push(&r->comments);
        if (!at) {
            r->failed = true;
            return;
        }
        *at = p->at;
        block->comment_count++;
    }
}

static cn_outline_block *block_at(const reader *r, size_t i)
{
    return cn_array_at(&r->blocks, i);
}

static void leave(reader *r)
{
    cn_outline_block *block = block_at(r, r->parent);

    block->end = (uint32_t)r->blocks.count;
    r->parent = block->parent;
}

static void enter(reader *r, cn_markdown_walk *w, cn_outline_kind kind)
{
    cn_outline_block *block = cn_array_push(&r->blocks);
    uint32_t index = (uint32_t)r->blocks.count - 1;
    cmark_node *node = (cmark_node *)w->node;

    if (!block) {
        r->failed = true;
        return;
    }
    block->kind = kind;
    block->line = r->source[cmark_node_get_start_line(node) - 1];
    block->column = (uint32_t)cmark_node_get_start_column(node) - 1;
    block->parent = r->parent;
    block->end = index + 1;
    block->comments = (uint32_t)r->comments.count;
    block->level = cmark_node_get_heading_level(node);
    if (kind == CN_OUTLINE_LIST || kind == CN_OUTLINE_ITEM) {
        r->parent = index;
        return;
    }
    block->last = (uint32_t)cn_markdown_end_line(w->node);
    if (block->last)
        block->last = r->source[block->last] - 1;
    if ((kind == CN_OUTLINE_PARAGRAPH || kind == CN_OUTLINE_HEADING) &&
        may_have_comments(r, block))
        add_comments(r, block, w->node);
    cn_markdown_skip(w);
}

static void read_blocks(reader *r, cmark_node *root)
{
    cn_markdown_walk w = cn_markdown_walk_of((cn_markdown_node *)root);

    r->parent = CN_OUTLINE_TOP;
    while (!r->failed && cn_markdown_next(&w)) {
        bool known;
        cn_outline_kind kind = kind_of(cn_markdown_kind_of(w.node), &known);

        if (!known)
            continue;
        if (w.entering)
            enter(r, &w, kind);
        else
            leave(r);
    }
}

static int read_tree(reader *r, canon_error *err)
{
    cn_pool pool;
    int rc = cn_buf_check(&r->skeleton, err);

    if (!rc && r->failed)
        rc = cn_fail_memory(err);
    if (rc)
        return rc;
    if (cn_tree_reserve(&pool, r->skeleton.len)) {
        read_blocks(r, cn_tree_parse(&pool, cn_buf_all(&r->skeleton),
                                     CMARK_OPT_DEFAULT));
    } else {
        r->failed = true;
    }
    cn_pool_free(&pool);
    return r->failed ? cn_fail_memory(err) : CANON_OK;
}

static bool is_too_much(const reader *r, size_t len, uint32_t flags)
{
    cn_slice text;

    if (len > CN_MARKDOWN_MAX)
        return true;
    if (!(flags & CN_LINE_IMAGE) && len < CN_OUTLINE_HARMLESS)
        return false;
    text = cn_slice_of(r->text + r->lines[r->first].start, len);
    return cn_tree_guard(text, NULL) != CANON_OK;
}

static int read_skeleton(reader *r, size_t len, canon_error *err)
{
    r->source = cn_calloc(r->count - r->first + 1, sizeof(*r->source));
    if (!r->source)
        return cn_fail_memory(err);
    cn_buf_room(&r->skeleton, r->whole ? len : len / 4);
    add_lines(r);
    /* room for as many blocks as lines; a refusal only means growing later */
    r->blocks.items = cn_realloc(NULL, (r->made + 8) * r->blocks.size);
    r->blocks.cap = r->blocks.items ? r->made + 8 : 0;
    return read_tree(r, err);
}

int cn_outline_read(const char *text, const cn_line *lines, size_t first,
                    size_t count, cn_outline *out, canon_error *err)
{
    reader r = {.text = text, .lines = lines, .first = first, .count = count};
    cn_buf skeleton = CN_BUF_INIT(16 * CN_MARKDOWN_MAX);
    uint32_t flags = 0;
    size_t len;
    int rc;

    memset(out, 0, sizeof(*out));
    if (first >= count)
        return CANON_OK;
    for (size_t i = first; i < count; i++)
        flags |= lines[i].flags;
    len = lines[count - 1].end - lines[first].start;
    if (is_too_much(&r, len, flags))
        return cn_outline_by_lines(text, lines, first, count, out, err);
    r.whole = (flags & CN_LINE_REFERENCE) != 0;
    r.skeleton = skeleton;
    r.places = (cn_array)CN_ARRAY_INIT(place);
    r.blocks = (cn_array)CN_ARRAY_INIT(cn_outline_block);
    r.comments = (cn_array)CN_ARRAY_INIT(uint32_t);
    rc = read_skeleton(&r, len, err);
    cn_buf_free(&r.skeleton);
    cn_free(r.source);
    cn_array_free(&r.places);
    out->blocks = r.blocks.items;
    out->count = r.blocks.count;
    out->comments = r.comments.items;
    out->comment_count = r.comments.count;
    return rc;
}

void cn_outline_free(cn_outline *outline)
{
    cn_free(outline->blocks);
    cn_free(outline->comments);
    memset(outline, 0, sizeof(*outline));
}
