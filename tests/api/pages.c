/*
 * The writer of HTML and the pages made with it.
 */
#include "pages.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static char *text_of(const canon_buf *buf)
{
    return buf->data;
}

Test(html, escapes_text_and_attributes)
{
    cn_buf out = CN_BUF_INIT(1024);
    cn_html w = cn_html_to(&out);

    cn_html_open(&w, "a", "x\"y");
    cn_html_attr(&w, "href", cn_str("/a?b=1&c='"));
    cn_html_text(&w, cn_str("<b>"));
    cn_html_close(&w, "a");

    cr_assert(eq(str, (char *)cn_buf_text(&out),
                 "<a class=\"x&quot;y\" href=\"/a?b=1&amp;c=&#x27;\">"
                 "&lt;b&gt;</a>"));
    cn_buf_free(&out);
}

Test(html, closes_an_empty_element)
{
    cn_buf out = CN_BUF_INIT(1024);
    cn_html w = cn_html_to(&out);

    cn_html_open(&w, "div", NULL);
    cn_html_close(&w, "div");

    cr_assert(eq(str, (char *)cn_buf_text(&out), "<div></div>"));
    cn_buf_free(&out);
}

Test(html, keeps_json_inside_its_script)
{
    cn_buf out = CN_BUF_INIT(1024);

    cn_html_script_json(&out, cn_str("{\"a\":\"</script><!--&\"}"));

    cr_assert(eq(str, (char *)cn_buf_text(&out),
                 "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u0026\"}"));
    cn_buf_free(&out);
}

static const char shell[] =
    "<html><head><title>App</title></head><body></body></html>";

Test(shell, puts_the_session_before_the_end_of_the_head)
{
    cn_page_shell page = {cn_str(shell), cn_str("{\"org\":\"acme\"}"), "n1",
                          NULL};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_shell_write(&page, &out, NULL), 0));

    cr_assert(eq(str, text_of(&out),
                 "<html><head><title>App</title><script nonce=\"n1\">"
                 "window.__CANON__ = {\"org\":\"acme\"};</script></head>"
                 "<body></body></html>"));
    canon_buf_free(&out);
}

Test(shell, works_without_a_head)
{
    cn_page_shell page = {cn_str("<p>x"), cn_str("{}"), "n1", NULL};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_shell_write(&page, &out, NULL), 0));

    cr_assert(eq(str, text_of(&out),
                 "<script nonce=\"n1\">window.__CANON__ = {};</script><p>x"));
    canon_buf_free(&out);
}

Test(shell, describes_a_public_page)
{
    cn_page_meta meta = {"A & B", "What \"it\" is", "/pricing",
                         "https://canon.example/"};
    cn_page_shell page = {cn_str(shell), cn_str("{}"), "n1", &meta};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_shell_write(&page, &out, NULL), 0));

    cr_assert(eq(ptr, strstr(text_of(&out), "<title>App"), NULL));
    cr_assert(strstr(text_of(&out), "<title>A &amp; B</title>") != NULL);
    cr_assert(strstr(text_of(&out),
                     "<meta property=\"og:url\" "
                     "content=\"https://canon.example/pricing\">") != NULL);
    cr_assert(strstr(text_of(&out),
                     "<meta name=\"description\" "
                     "content=\"What &quot;it&quot; is\">") != NULL);
    cr_assert(strstr(text_of(&out), "/static/og-image.png") != NULL);
    canon_buf_free(&out);
}

Test(shell, leaves_addresses_out_without_a_base)
{
    cn_page_meta meta = {"A", "B", "/", ""};
    cn_page_shell page = {cn_str(shell), cn_str("{}"), "n1", &meta};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_shell_write(&page, &out, NULL), 0));

    cr_assert(eq(ptr, strstr(text_of(&out), "og:url"), NULL));
    cr_assert(eq(ptr, strstr(text_of(&out), "og-image"), NULL));
    canon_buf_free(&out);
}

Test(hint, links_the_json_api_of_the_organisation)
{
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_hint("a\"b/c", &out, NULL), 0));

    cr_assert(strstr(text_of(&out), "cmake --build") != NULL);
    cr_assert(strstr(text_of(&out), "/app/a%22b%2Fc/api/dashboard") != NULL);
    canon_buf_free(&out);
}

Test(error_page, says_what_went_wrong)
{
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_error(404, "No <b> here", &out, NULL), 0));

    cr_assert(strstr(text_of(&out), "<h1>Not found</h1>") != NULL);
    cr_assert(strstr(text_of(&out), "No &lt;b&gt; here") != NULL);
    canon_buf_free(&out);
}

/* --- the badge ----------------------------------------------------------- */

static const struct {
    const char *label;
    int64_t done;
    int64_t total;
    const char *title;
    const char *colour;
} badges[] = {
    {"", 0, 0, "specs: no criteria", "#656d76"},
    {"api", 0, 3, "api: 0%", "#c4232b"},
    {"", 39, 100, "specs: 39%", "#c4232b"},
    {"", 2, 5, "specs: 40%", "#9a6700"},
    {"", 60, 100, "specs: 60%", "#4d6b00"},
    {"", 80, 100, "specs: 80%", "#1a7f37"},
    {"", 999, 1000, "specs: 99%", "#1a7f37"},
    {"", 7, 7, "specs: 100%", "#1a7f37"},
    {"<&\x01\xEF\xBF\xBE", 1, 2, "&lt;&amp;  : 50%", "#9a6700"},
};

Test(badge, has_the_colour_of_its_band)
{
    for (size_t i = 0; i < sizeof(badges) / sizeof(badges[0]); i++) {
        cn_page_badge badge = {badges[i].label, badges[i].done,
                               badges[i].total};
        canon_buf out = CANON_BUF_INIT;
        char title[128];

        cr_assert(eq(int, cn_page_badge_write(&badge, &out, NULL), 0));
        snprintf(title, sizeof(title), "<title>%s</title>", badges[i].title);
        cr_assert(ne(ptr, strstr(out.data, title), NULL), "%s", out.data);
        cr_assert(ne(ptr, strstr(out.data, badges[i].colour), NULL));
        canon_buf_free(&out);
    }
}

Test(badge, is_as_wide_as_its_texts)
{
    cn_page_badge small = {"i", 1, 2};
    cn_page_badge wide = {"\xE6\x96\x87W@ A", 1, 2};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, cn_page_badge_write(&small, &out, NULL), 0));
    cr_assert(ne(ptr, strstr(out.data, " width=\"54\" height=\"20\""), NULL),
              "%s", out.data);
    cr_assert(eq(int, cn_page_badge_write(&wide, &out, NULL), 0));
    cr_assert(ne(ptr, strstr(out.data, "textLength=\"45\""), NULL), "%s",
              out.data);
    canon_buf_free(&out);
}
