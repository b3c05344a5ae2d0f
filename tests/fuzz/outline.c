/*
 * Outlines: the blocks that are read from a skeleton of a text are those that
 * cmark finds in the text itself, with the same places and comments.
 */
#include "fuzz.h"
#include "markdown.h"

#include <stdlib.h>

static const char *text;

/* The comment that the outline found is the inline HTML of the tree, but for
 * blanks at line ends. */
static void compare_comment(cn_slice literal, uint32_t at)
{
    const char *p = text + at;
    size_t i = 0;

    while (i < literal.len) {
        if (cn_is_space(literal.ptr[i]) || cn_is_space(*p)) {
            check(cn_is_space(literal.ptr[i]) && cn_is_space(*p));
            while (i < literal.len && cn_is_space(literal.ptr[i]))
                i++;
            while (cn_is_space(*p))
                p++;
        } else {
            check(literal.ptr[i++] == *p++);
        }
    }
}

static void compare_inlines(const cn_outline *outline,
                            const cn_outline_block *block,
                            cn_markdown_node *node)
{
    cn_markdown_walk w = cn_markdown_walk_of(node);
    uint32_t n = 0;

    while (cn_markdown_next(&w)) {
        cn_slice literal = cn_markdown_literal(w.node);

        if (cn_markdown_kind_of(w.node) != CN_MD_HTML ||
            !cn_slice_starts(literal, "<!--"))
            continue;
        check(n < block->comment_count);
        compare_comment(literal, outline->comments[block->comments + n++]);
    }
    check(n == block->comment_count);
}

static cn_outline_kind kind_of(cn_markdown_node *node)
{
    static const cn_outline_kind kinds[] = {
        [CN_MD_QUOTE] = CN_OUTLINE_QUOTE,
        [CN_MD_LIST] = CN_OUTLINE_LIST,
        [CN_MD_ITEM] = CN_OUTLINE_ITEM,
        [CN_MD_CODE_BLOCK] = CN_OUTLINE_CODE,
        [CN_MD_HTML_BLOCK] = CN_OUTLINE_HTML,
        [CN_MD_PARAGRAPH] = CN_OUTLINE_PARAGRAPH,
        [CN_MD_HEADING] = CN_OUTLINE_HEADING,
        [CN_MD_RULE] = CN_OUTLINE_RULE,
    };

    return kinds[cn_markdown_kind_of(node)];
}

static void compare_block(const cn_outline *outline, size_t i,
                          cn_markdown_node *node)
{
    const cn_outline_block *block = &outline->blocks[i];

    check(i < outline->count);
    check(block->kind == kind_of(node));
    check(block->line == cn_markdown_line(node));
    if (block->kind == CN_OUTLINE_PARAGRAPH) {
        check(block->column + 1 == cn_markdown_column(node));
        check(block->last == cn_markdown_end_line(node));
        compare_inlines(outline, block, node);
    }
    if (block->kind == CN_OUTLINE_HTML)
        check(block->last == cn_markdown_end_line(node));
    if (block->kind == CN_OUTLINE_HEADING) {
        check(block->level == cn_markdown_level(node));
        compare_inlines(outline, block, node);
    }
}

static void compare(const cn_outline *outline, const cn_markdown *md)
{
    cn_markdown_walk w = cn_markdown_walk_of(cn_markdown_root(md));
    uint32_t parent = CN_OUTLINE_TOP;
    size_t n = 0;

    while (cn_markdown_next(&w)) {
        bool nests;

        if (cn_markdown_kind_of(w.node) == CN_MD_DOCUMENT)
            continue;
        if (!w.entering) {
            check(outline->blocks[parent].end == n);
            parent = outline->blocks[parent].parent;
            continue;
        }
        compare_block(outline, n, w.node);
        check(outline->blocks[n].parent == parent);
        nests = outline->blocks[n].kind == CN_OUTLINE_LIST ||
                outline->blocks[n].kind == CN_OUTLINE_ITEM;
        if (nests)
            parent = (uint32_t)n;
        else
            cn_markdown_skip(&w);
        n++;
    }
    check(n == outline->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cn_line *lines = calloc(size + 1, sizeof(*lines));
    cn_outline outline;
    cn_markdown *md;
    char *copy = malloc(size + 1);
    size_t count;

    check(lines && copy);
    if (size)
        memcpy(copy, data, size);
    copy[size] = '\0';
    text = copy;
    /* cmark skips a byte order mark, replaces U+0000 and repairs UTF-8, which
     * the outline's caller does itself */
    for (size_t i = 0; i < size; i++)
        copy[i] = copy[i] & 0x7f ? copy[i] & 0x7f : 'n';
    count = cn_lines_split(cn_slice_of(copy, size), 0, lines, size + 1);
    if (!cn_markdown_parse(cn_slice_of(copy, size), &md, NULL)) {
        check(!cn_outline_read(copy, lines, 0, count, &outline, NULL));
        compare(&outline, md);
        cn_outline_free(&outline);
        cn_markdown_free(md);
    }
    free(lines);
    free(copy);
    return 0;
}
