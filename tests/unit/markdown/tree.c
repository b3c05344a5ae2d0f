#include "markdown.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static cn_markdown *parse(const char *text)
{
    cn_markdown *md = NULL;

    cr_assert(eq(int, cn_markdown_parse(cn_str(text), &md, NULL), 0));
    return md;
}

static cn_markdown_node *first(const cn_markdown *md)
{
    return cn_markdown_first(cn_markdown_root(md));
}

static void expect_html(cn_markdown *md, const char *html)
{
    cn_buf out = CN_BUF_INIT(1 << 20);

    cr_assert(
        eq(int, cn_markdown_html(md, cn_markdown_root(md), &out, NULL), 0));
    cr_assert(eq(str, (char *)cn_buf_text(&out), (char *)html));
    cn_buf_free(&out);
    cn_markdown_free(md);
}

static char *repeat(const char *text, size_t count, size_t *len_out)
{
    size_t len = strlen(text);
    char *all = malloc(len * count + 1);

    for (size_t i = 0; i < count; i++)
        memcpy(all + i * len, text, len);
    all[len * count] = '\0';
    *len_out = len * count;
    return all;
}

Test(markdown, knows_the_kind_and_place_of_blocks)
{
    cn_markdown *md = parse("para\nof two\n\n## Two\n\n- item\n");
    cn_markdown_node *node = first(md);

    cr_assert(eq(int, cn_markdown_kind_of(node), CN_MD_PARAGRAPH));
    cr_assert(eq(sz, cn_markdown_line(node), 1));
    cr_assert(eq(sz, cn_markdown_end_line(node), 2));
    node = cn_markdown_after(node);
    cr_assert(eq(int, cn_markdown_kind_of(node), CN_MD_HEADING));
    cr_assert(eq(int, cn_markdown_level(node), 2));
    cr_assert(eq(sz, cn_markdown_line(node), 4));
    node = cn_markdown_after(node);
    cr_assert(eq(int, cn_markdown_kind_of(node), CN_MD_LIST));
    cr_assert(not(cn_markdown_ordered(node)));
    cr_assert(cn_markdown_tight(node));
    node = cn_markdown_first(cn_markdown_first(node));
    cr_assert(eq(sz, cn_markdown_column(node), 3));
    cn_markdown_free(md);
}

Test(markdown, knows_where_an_html_block_ends)
{
    cn_markdown *md = parse("<div>\nx\n\n<!-- a\nb\n-->\n<!-- open\n\n");
    cn_markdown_node *node = first(md);

    cr_assert(eq(sz, cn_markdown_end_line(node), 2));
    node = cn_markdown_after(node);
    cr_assert(eq(sz, cn_markdown_line(node), 4));
    cr_assert(eq(sz, cn_markdown_end_line(node), 6));
    cn_markdown_free(md);
}

Test(markdown, walks_without_leaving_out_a_node)
{
    cn_markdown *md = parse("a *b* `c`\n\n> - d\n");
    cn_markdown_walk w = cn_markdown_walk_of(cn_markdown_root(md));
    size_t entered = 0;
    size_t left = 0;

    while (cn_markdown_next(&w)) {
        entered += w.entering;
        left += !w.entering;
    }
    /* document, two paragraphs, four texts, emphasis, code, quote, list, item */
    cr_assert(eq(sz, entered, 12));
    cr_assert(eq(sz, left, 7));
    cn_markdown_free(md);
}

Test(markdown, skips_what_is_in_a_node)
{
    cn_markdown *md = parse("> quoted\n\nplain\n");
    cn_markdown_walk w = cn_markdown_walk_of(cn_markdown_root(md));
    size_t texts = 0;

    while (cn_markdown_next(&w)) {
        if (cn_markdown_kind_of(w.node) == CN_MD_QUOTE)
            cn_markdown_skip(&w);
        texts += cn_markdown_kind_of(w.node) == CN_MD_TEXT;
    }
    cr_assert(eq(sz, texts, 1));
    cn_markdown_free(md);
}

Test(markdown, draws_html_without_raw_html_and_script_links)
{
    expect_html(parse("<b>x</b> [a](javascript:alert(1))\n"),
                "<p><!-- raw HTML omitted -->x<!-- raw HTML omitted --> "
                "<a href=\"\">a</a></p>\n");
}

Test(markdown, draws_custom_nodes_as_they_are)
{
    cn_markdown *md = parse("old\n");
    cn_markdown_node *node = cn_markdown_new_custom(
        md, CN_MD_CUSTOM_BLOCK, cn_str("<table>"), cn_str("</table>"));
    cn_markdown_node *inner = cn_markdown_new(md, CN_MD_PARAGRAPH);

    cr_assert(cn_markdown_append(inner, node));
    cr_assert(
        cn_markdown_append(cn_markdown_new_text(md, cn_str("a<b")), inner));
    cr_assert(cn_markdown_replace(first(md), node));
    expect_html(md, "<table>\n<p>a&lt;b</p>\n</table>\n");
}

Test(markdown, refuses_a_node_where_it_cannot_stand)
{
    cn_markdown *md = parse("text\n");
    cn_markdown_node *rule = cn_markdown_new(md, CN_MD_RULE);

    cr_assert(not(cn_markdown_append(rule, first(md))));
    cr_assert(cn_markdown_put_before(rule, first(md)));
    cr_assert(eq(int, cn_markdown_kind_of(first(md)), CN_MD_RULE));
    cn_markdown_free(md);
}

Test(markdown, changes_texts_and_links)
{
    cn_markdown *md = parse("[a](b)\n");
    cn_markdown_node *link = cn_markdown_first(first(md));

    cr_assert(eq(str, (char *)cn_markdown_url(link), (char *)"b"));
    cr_assert(eq(int, cn_markdown_set_url(md, link, cn_str("/c")), 0));
    cr_assert(eq(
        int, cn_markdown_set_literal(md, cn_markdown_first(link), cn_str("t&")),
        0));
    expect_html(md, "<p><a href=\"/c\">t&amp;</a></p>\n");
}

Test(markdown, replaces_invalid_utf8_and_nul)
{
    cn_markdown *md = NULL;

    cr_assert(
        eq(int, cn_markdown_parse(cn_slice_of("a\0\xff", 3), &md, NULL), 0));
    expect_html(md, "<p>a\xef\xbf\xbd\xef\xbf\xbd</p>\n");
}

Test(markdown, refuses_a_text_above_the_limit)
{
    size_t len;
    char *text = repeat("a", CN_MARKDOWN_MAX + 1, &len);
    cn_markdown *md;

    cr_assert(eq(int, cn_markdown_parse(cn_slice_of(text, len), &md, NULL),
                 CANON_ETOOBIG));
    cr_assert_null(md);
    free(text);
}

Test(markdown, refuses_images_without_number)
{
    size_t len;
    char *text = repeat("![[]()", CN_MARKDOWN_MAX_IMAGES + 1, &len);
    cn_markdown *md;

    cr_assert(eq(int, cn_markdown_parse(cn_slice_of(text, len), &md, NULL),
                 CANON_ETOOBIG));
    free(text);
}

Test(markdown, refuses_blank_lines_below_very_deep_lists)
{
    size_t len;
    char *text = repeat("- ", 250000, &len);
    cn_markdown *md;

    text = realloc(text, 1000000);
    memset(text + len, '\n', 1000000 - len);
    cr_assert(eq(int, cn_markdown_parse(cn_slice_of(text, 1000000), &md, NULL),
                 CANON_ETOOBIG));
    free(text);
}

/* clang-format off */
static const char *const hostile[] = {
    ">", "- ", "[", "*", "_a", "`", "`a``", "<!--", "a <!--", "a<?", "a<!A ",
    "a<![CDATA[", "&amp;", "\\", "![[]()", "[a](b", "[a]: b\n", "*a **b ",
    "a\n", "a\n\n", "1. ", "<a b='", "# a\n", "a\n=\n", "| a ", "*a* ", "&",
    "***\n", "- a\n", "a*", "]", "[]", "<", "![", "**a* ", "a\n\t", "~~~\n",
};
/* clang-format on */

ParameterizedTestParameters(markdown, never_needs_more_than_was_reserved)
{
    return cn_test_indexes(sizeof(hostile) / sizeof(hostile[0]));
}

ParameterizedTest(size_t *i, markdown, never_needs_more_than_was_reserved)
{
    size_t count = 60000 / strlen(hostile[*i]);
    cn_buf out = CN_BUF_INIT(64 << 20);
    cn_markdown *md;
    size_t len;
    char *text = repeat(hostile[*i], count, &len);
    int rc = cn_markdown_parse(cn_slice_of(text, len), &md, NULL);

    cr_assert(rc == CANON_OK || rc == CANON_ETOOBIG);
    if (!rc) {
        cr_assert(
            eq(int, cn_markdown_html(md, cn_markdown_root(md), &out, NULL), 0));
    }
    cn_buf_free(&out);
    cn_markdown_free(md);
    free(text);
}

static int build(void *user)
{
    cn_buf out = CN_BUF_INIT(1 << 20);
    cn_markdown *md;
    int rc = cn_markdown_parse(cn_str("# a\n\n| b |\n"), &md, NULL);

    (void)user;
    if (!rc &&
        !cn_markdown_append(cn_markdown_new_text(md, cn_str("x")), first(md)))
        rc = CANON_EINVAL;
    if (!rc)
        rc = cn_markdown_html(md, cn_markdown_root(md), &out, NULL);
    cn_buf_free(&out);
    cn_markdown_free(md);
    return rc;
}

Test(markdown, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, build, NULL), 2));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, build, NULL), 2));
}
