/*
 * Specs as HTML.
 */
#include "render_support.h"

#include "torture.h"

Test(render_page, draws_a_section_with_its_badges)
{
    canon_buf page = page_of("## 2. A <b>\n"
                             "<!-- canon:system:2 status:in_progress -->\n"
                             "<!-- canon:delta:added -->\n\nText.\n");

    cr_assert(
        eq(str, page.data,
           (char *)"<div class=\"spec-content\"><div class=\"spec-section "
                   "indent-0\" id=\"section-2-a-b\">\n"
                   "<h3>A &lt;b&gt;</h3>\n<div class=\"spec-state\"> "
                   "<span class=\"status-badge status-in_progress\">In "
                   "Progress</span> <span class=\"delta-badge "
                   "delta-added\">Added</span></div>\n"
                   "<div class=\"prose\">\n<p>Text.</p>\n</div>\n"
                   "</div>\n</div>\n"));
    canon_buf_free(&page);
}

Test(render_page, puts_the_preamble_first)
{
    expect_in_page(
        "---\ntitle: T\n---\n# Head\n\nIntro [x](#1-a).\n\n## 1. A\n",
        "<div class=\"spec-content\"><div class=\"spec-preamble\">\n"
        "<h1 id=\"h-head\">Head</h1>\n<p>Intro <a "
        "href=\"#section-1-a\">x</a>.</p>\n</div>\n");
    expect_not_in_page("## 1. A\n", "spec-preamble");
}

Test(render_page, nests_children_in_their_parent)
{
    expect_in_page("## 1. A\n\n### 1.1 B\n\n## 2. C\n",
                   "<div class=\"spec-section indent-4\" "
                   "id=\"section-1.1-b\">\n<h4>B</h4>\n<div "
                   "class=\"spec-state\"> <span class=\"status-badge "
                   "status-draft\">Draft</span></div>\n</div>\n</div>\n<div "
                   "class=\"spec-section indent-0\" id=\"section-2-c\">\n");
}

Test(render_page, takes_criteria_out_of_the_text)
{
    const char *spec =
        "## A\n\nText\n\n### Acceptance criteria:\n\n"
        "- [ ] one `x`\n  more\n  - note\n- [x] <two>\n- three\n";

    expect_in_page(spec, "<div class=\"prose\">\n<p>Text</p>\n<ul>\n"
                         "<li>three\n</li>\n</ul>\n</div>\n");
    expect_in_page(spec,
                   "<ul class=\"criteria\">\n<li><input "
                   "type=\"checkbox\" disabled=\"\" /> one "
                   "<code>x</code>\nmore\n<ul>\n<li>note\n</li>\n</ul>\n"
                   "</li>\n<li class=\"done\"><input type=\"checkbox\" "
                   "checked=\"\" disabled=\"\" /> <del>&lt;two&gt;</del>\n"
                   "</li>\n</ul>\n");
    expect_not_in_page(spec, "Acceptance");
}

Test(render_page, lists_nested_criteria_once)
{
    expect_in_page("## A\n\n- [ ] one\n  - [ ] two\n",
                   "<ul class=\"criteria\">\n<li><input type=\"checkbox\" "
                   "disabled=\"\" /> one\n</li>\n<li><input type=\"checkbox\" "
                   "disabled=\"\" /> two\n</li>\n</ul>\n");
}

Test(render_page, takes_scenarios_out_of_the_text)
{
    const char *spec =
        "## A\n\n#### Scenario: <i>\n\n- GIVEN x\n- THEN it MUST "
        "y\n- see also\n";

    expect_in_page(spec,
                   "<div class=\"scenario\">\n<p>Scenario: &lt;i&gt;</p>\n"
                   "<ul>\n<li><strong>GIVEN</strong> x\n</li>\n"
                   "<li><strong>THEN</strong> it MUST y [MUST]\n</li>\n"
                   "</ul>\n</div>\n");
    expect_in_page(spec, "<div class=\"prose\">\n<ul>\n<li>see also\n</li>\n"
                         "</ul>\n</div>\n");
    expect_not_in_page(spec, "<h4 id");
}

Test(render_page, says_what_blocks_a_section)
{
    expect_in_page("## A\n<!-- canon:system:a status:blocked:X&1 -->\n",
                   " <span class=\"blocked-by\">blocked by X&amp;1</span>");
}

static const struct {
    const char *ticket;
    const char *html;
} tickets[] = {
    {"jira:PAY-1", "<a href=\"https://acme.atlassian.net/browse/PAY-1\" "
                   "target=\"_blank\" rel=\"noopener\">PAY-1</a>"},
    {"linear:A/1", "<a href=\"https://linear.app/issue/A%2F1\" "},
    {"asana:77", "<a href=\"https://app.asana.com/0/0/77\" "},
    {"github:#7", "<a href=\"https://github.com/acme/web/issues/7\" "},
    {"github:acme/api#7", "<a href=\"https://github.com/acme/api/issues/7\" "},
    {"github:42", "<span class=\"ticket ticket-github\">42</span>"},
    {"github:api#7", "<span class=\"ticket ticket-github\">api#7</span>"},
    {"jira:\"x", "/browse/%22x\" target=\"_blank\" rel=\"noopener\">&quot;x<"},
};

ParameterizedTestParameters(render_page, links_tickets)
{
    return cn_test_indexes(sizeof(tickets) / sizeof(tickets[0]));
}

ParameterizedTest(size_t *i, render_page, links_tickets)
{
    char spec[200];

    snprintf(spec, sizeof(spec), "## A\n<!-- canon:ticket:%s -->\n",
             tickets[*i].ticket);
    expect_in_page(spec, tickets[*i].html);
}

Test(render_page, shows_tickets_as_text_without_a_place)
{
    static const char text[] = "## A\n<!-- canon:ticket:github:#7 -->\n\n"
                               "## B\n<!-- canon:ticket:jira:P-1 -->\n";
    canon_spec *spec = NULL;
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, 0,
                 canon_spec_parse(text, sizeof(text) - 1, NULL, &spec, NULL)));
    cr_assert(eq(int, 0, canon_render_spec(spec, NULL, &out, NULL)));
    cr_assert(strstr(out.data, "<a ") == NULL);
    canon_buf_free(&out);
    canon_spec_free(spec);
}

static int draw(void *user)
{
    static const char text[] =
        "# T\n\n## 1. A\n<!-- canon:ticket:jira:X-1 -->\n\n- [ ] a\\|b\n  - c\n"
        "\n### 1.1 B\n\n#### Scenario: s\n\n- GIVEN x\n\n[l](#1-a)\n";
    canon_spec *spec = NULL;
    canon_buf out = CANON_BUF_INIT;
    int rc = canon_spec_parse(text, sizeof(text) - 1, NULL, &spec, NULL);

    (void)user;
    if (!rc)
        rc = canon_render_spec(spec, &here, &out, NULL);
    canon_buf_free(&out);
    canon_spec_free(spec);
    return rc;
}

Test(render_page, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, draw, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, draw, NULL), 3));
}
