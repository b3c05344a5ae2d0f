/*
 * Documents as HTML.
 */
#include "render_support.h"

#include "torture.h"

#define REL " rel=\"noopener noreferrer nofollow\""

Test(render_html, draws_the_blocks_of_commonmark)
{
    expect_html("a\nb\n\n> q\n\n---\n", "<p>a\nb</p>\n<blockquote>\n<p>q</p>\n"
                                        "</blockquote>\n<hr />\n");
    expect_html("- a\n\n- b\n", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n"
                                "</li>\n</ul>\n");
    expect_html("3. a\n4. b\n",
                "<ol start=\"3\">\n<li>a\n</li>\n<li>b\n</li>\n</ol>\n");
    expect_html("```c x\n<a>\n```\n",
                "<pre><code class=\"language-c\">&lt;a&gt;\n</code></pre>\n");
    expect_html("    x\n", "<pre><code>x\n</code></pre>\n");
}

Test(render_html, draws_inlines)
{
    expect_html("*a* **b** `c<` d\\\ne",
                "<p><em>a</em> <strong>b</strong> <code>c&lt;</code> d<br />\n"
                "e</p>\n");
    expect_html("![a *b* `c`](x.png \"t\")",
                "<p><img src=\"https://raw.example/acme/web/main/docs/specs/"
                "auth/x.png\" alt=\"a b c\" title=\"t\" /></p>\n");
}

Test(render_html, gives_headings_ids_that_differ)
{
    expect_html("# A b!\n# A b\n# \xC3\x84_x\n",
                "<h1 id=\"h-a-b\">A b!</h1>\n<h1 id=\"h-a-b-1\">A b</h1>\n"
                "<h1 id=\"h-\xC3\xA4_x\">\xC3\x84_x</h1>\n");
    expect_html("# a-1\n# a\n# a\n",
                "<h1 id=\"h-a-1\">a-1</h1>\n<h1 id=\"h-a\">a</h1>\n"
                "<h1 id=\"h-a-2\">a</h1>\n");
}

Test(render_html, cuts_the_front_matter_off)
{
    expect_html("\xEF\xBB\xBF\n---\ntitle: x\n--- \nText", "<p>Text</p>\n");
    expect_html("---\r\na: b\r\n----\r\nText", "<p>Text</p>\n");
    expect_html("---\ntitle: x\n", "<hr />\n<p>title: x</p>\n");
    expect_html("  \n\n", "");
}

Test(render_html, shows_raw_html_as_text)
{
    expect_html("<div onclick=\"x\">\na\n</div>\n",
                "<p>&lt;div onclick=&quot;x&quot;&gt;\na\n&lt;/div&gt;</p>\n");
    expect_html("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n");
    expect_html("<script>\nx\n</script>\n",
                "<p>&lt;script&gt;\nx\n&lt;/script&gt;</p>\n");
}

Test(render_html, leaves_comments_out_but_not_in_code)
{
    expect_html("Before <!-- canon:system:1 status:done --> After",
                "<p>Before  After</p>\n");
    expect_html("<!-- a -->\n\nText\n\n<!-- b\n\nc --> rest\n",
                "<p>Text</p>\n<p>rest</p>\n");
    expect_html("`<!-- a -->`", "<p><code>&lt;!-- a --&gt;</code></p>\n");
    expect_html("<!-- never closed\n\ntext", "");
}

Test(render_html, draws_tables)
{
    expect_html("| a | b |\n|:-:|--:|\n| 1 | *2* |\n",
                "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n"
                "<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
                "<td align=\"center\">1</td>\n"
                "<td align=\"right\"><em>2</em></td>\n</tr>\n</tbody>\n"
                "</table>\n");
    expect_html("a | b\n:-- | ---\n", "<table>\n<thead>\n<tr>\n"
                                      "<th align=\"left\">a</th>\n<th>b</th>\n"
                                      "</tr>\n</thead>\n</table>\n");
}

Test(render_html, fills_short_rows_and_cuts_long_ones)
{
    expect_html("|a|b|\n|-|-|\n|1|\n|1||3|\n",
                "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n"
                "</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td></td>\n</tr>\n<tr>\n"
                "<td>1</td>\n<td></td>\n</tr>\n</tbody>\n</table>\n");
}

Test(render_html, takes_escaped_bars_for_text)
{
    expect_html("|a\\|b|\n|-|\n|`c\\|d`|\n",
                "<table>\n<thead>\n<tr>\n<th>a|b</th>\n</tr>\n</thead>\n"
                "<tbody>\n<tr>\n<td><code>c|d</code></td>\n</tr>\n</tbody>\n"
                "</table>\n");
    expect_html("`a\\|b` c\\|d \\~~x~~",
                "<p><code>a\\|b</code> c|d ~~x~~</p>\n");
    expect_html("```\na\\|b \\~\n```", "<pre><code>a\\|b \\~\n</code></pre>\n");
}

Test(render_html, keeps_the_text_before_a_table)
{
    expect_html("text\n|a|\n|-|\n", "<p>text</p>\n<table>\n<thead>\n<tr>\n"
                                    "<th>a</th>\n</tr>\n</thead>\n</table>\n");
}

Test(render_html, is_no_table_without_a_fitting_row_of_dashes)
{
    expect_html("| a | b |\n|--|\n", "<p>| a | b |\n|--|</p>\n");
    expect_html("| a |\n| b |\n", "<p>| a |\n| b |</p>\n");
    expect_html("| a |\n|::|\n", "<p>| a |\n|::|</p>\n");
}

Test(render_html, strikes_text_through)
{
    expect_html("~~a~~ ~~**b** c~~",
                "<p><del>a</del> <del><strong>b</strong> c</del></p>\n");
    expect_html("~~ a~~ ~b~ ~~~c~~", "<p>~~ a~~ ~b~ ~~~c~~</p>\n");
    expect_html("*~~a* b~~", "<p><em>~~a</em> b~~</p>\n");
    expect_html("|~~a|b~~|\n|-|-|\n",
                "<table>\n<thead>\n<tr>\n<th>~~a</th>\n<th>b~~</th>\n</tr>\n"
                "</thead>\n</table>\n");
}

Test(render_html, draws_task_boxes)
{
    expect_html("- [ ] a\n- [X] b\n- [x]c\n",
                "<ul>\n<li class=\"task\"><input type=\"checkbox\" "
                "disabled=\"\" /> a\n</li>\n<li class=\"task\"><input "
                "type=\"checkbox\" checked=\"\" disabled=\"\" /> b\n</li>\n"
                "<li>[x]c\n</li>\n</ul>\n");
    expect_html("[ ] a", "<p>[ ] a</p>\n");
}

Test(render_html, links_bare_addresses)
{
    expect_html("see https://a.b/c?d=1&e. (www.x.org/(y))",
                "<p>see <a href=\"https://a.b/c?d=1&amp;e\"" REL
                ">https://a.b/c?d=1&amp;e</a>. (<a "
                "href=\"http://www.x.org/(y)\"" REL
                ">www.x.org/(y)</a>)</p>\n");
    expect_html("[http://a.b](c.txt) xhttp://d.e",
                "<p><a href=\"c.txt\">http://a.b</a> xhttp://d.e</p>\n");
    expect_html("http:// www. `http://a.b`",
                "<p>http:// www. <code>http://a.b</code></p>\n");
    expect_html("http://a.b&lt;",
                "<p><a href=\"http://a.b\"" REL ">http://a.b</a>&lt;</p>\n");
}

static const struct {
    const char *url;
    const char *href;
    bool external;
} links[] = {
    {"javascript:alert(1)", "", false},
    {"JaVaScRiPt:alert(1)", "", false},
    {"vbscript:x", "", false},
    {"file:///etc/passwd", "", false},
    {"data:text/html,x", "", false},
    {"data:image/png;base64,AA", "", false},
    {"java&#9;script:x", "java%09script:x", false},
    {"&#1;javascript:x", "%01javascript:x", false},
    {"https://a.b/?x=\"", "https://a.b/?x=%22", true},
    {"//a.b", "//a.b", true},
    {"mailto:a@b.c", "mailto:a@b.c", true},
    {"other.md", "/app/acme/specs/acme/web/docs/specs/auth/other.md", false},
    {"../../x.md#a-b", "/app/acme/docs/acme/web/docs/x.md#h-a-b", false},
    {"/docs/specs/a%20b.md#2-c",
     "/app/acme/specs/acme/web/docs/specs/a%20b.md#section-2-c", false},
    {"../../../../x.md", "../../../../x.md", false},
    {"x.txt", "x.txt", false},
    {"#a", "#h-a", false},
};

ParameterizedTestParameters(render_html, makes_addresses_harmless)
{
    return cn_test_indexes(sizeof(links) / sizeof(links[0]));
}

ParameterizedTest(size_t *i, render_html, makes_addresses_harmless)
{
    char markdown[200];
    char html[400];

    snprintf(markdown, sizeof(markdown), "[t](%s)", links[*i].url);
    snprintf(html, sizeof(html), "<p><a href=\"%s\"%s>t</a></p>\n",
             links[*i].href, links[*i].external ? REL : "");
    expect_html(markdown, html);
}

Test(render_html, shows_images_of_the_repository_and_of_others)
{
    expect_html("![a](../i.png)![b](https://x.y/i.png)![c](javascript:x)",
                "<p><img src=\"https://raw.example/acme/web/main/docs/specs/"
                "i.png\" alt=\"a\" /><img src=\"https://x.y/i.png\" alt=\"b\" "
                "/><img src=\"\" alt=\"c\" /></p>\n");
    expect_html(
        "![a](data:image/png;base64,AA==)",
        "<p><img src=\"data:image/png;base64,AA==\" alt=\"a\" /></p>\n");
}

Test(render_html, leaves_links_alone_when_the_place_is_not_known)
{
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, 0, canon_render_html("[a](b.md)", 9, NULL, &out, NULL)));
    cr_assert(eq(str, out.data,
                 (char *)"<div class=\"markdown-content\"><p><a "
                         "href=\"b.md\">a</a></p>\n</div>\n"));
    canon_buf_free(&out);
}

Test(render_html, refuses_options_without_a_size)
{
    canon_render_options o = {0};
    canon_buf out = CANON_BUF_INIT;
    canon_error err;

    cr_assert(eq(int, CANON_EINVAL, canon_render_html("a", 1, &o, &out, &err)));
    cr_assert(eq(ptr, out.data, NULL));
}

static int draw(void *user)
{
    static const char text[] =
        "# H\n\n| a\\|b | ~~c~~ |\n|-|-|\n| 1 | [l](x.md#y) |\n\n- [ ] t *x* "
        "www.a.b\n\n![i](j.png) <b> <!-- c -->\n\n```c\nd\n```\n";
    canon_buf out = CANON_BUF_INIT;
    int rc = canon_render_html(text, sizeof(text) - 1, &here, &out, NULL);

    (void)user;
    canon_buf_free(&out);
    return rc;
}

Test(render_html, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, draw, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, draw, NULL), 3));
}
