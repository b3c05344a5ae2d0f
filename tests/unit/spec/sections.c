#include "spec.h"
#include "spec_test.h"

#include "files.h"

Test(spec_sections, begin_at_headings_of_level_two_and_three)
{
    expect_ids("# A\n## B\n### C\n#### D\n##### E\n## F\n", "b|c|f");
}

Test(spec_sections, know_atx_and_underlined_headings)
{
    expect_ids("## A ##\n##\tB\n   ## C #\nD\nof two\n---\n", "a|b|c|d-of-two");
}

Test(spec_sections, do_not_begin_without_a_title)
{
    expect_ids("##\n## #\n##A\n    ## B\n", "");
}

Test(spec_sections, do_not_begin_in_opaque_places)
{
    expect_ids("> ## A\n\n```\n## B\n```\n<!--\n## C\n-->\n- ## D\n\n"
               "<pre>\n## E\n</pre>\n~~~\n## F\n```\n## G\n",
               "");
}

Test(spec_sections, begin_behind_what_has_ended)
{
    expect_ids("> a\n## B\n````\n```\n````\n## C\n<div>\n\n## D\n", "b|c|d");
}

Test(spec_sections, do_not_begin_at_criteria_headings)
{
    expect_ids("## A\n## Acceptance Criteria\n### acceptance \t CRITERIA:\n"
               "###### Acceptance Criteria ##\n",
               "a");
    expect_ids("## A\n### 2.3 Acceptance Criteria\n### **Acceptance Criteria**"
               "\n### Acceptance Criterias\n### AcceptanceCriteria\n",
               "a|2.3-acceptance-criteria|acceptance-criteria|"
               "acceptance-criterias|acceptancecriteria");
}

static const struct {
    const char *heading;
    const char *number; /* or NULL */
    const char *title;
    const char *id;
} numbers[] = {
    {"2. Scope", "2", "Scope", "2-scope"},
    {"2 Scope", "2", "Scope", "2-scope"},
    {"2.1. Scope", "2.1", "Scope", "2.1-scope"},
    {"2.1 Scope", "2.1", "Scope", "2.1-scope"},
    {"2.Scope", NULL, "2.Scope", "2-scope"},
    {"2) Scope", NULL, "2) Scope", "2-scope"},
    {"7.", NULL, "7.", "7"},
    {"1.2.3", NULL, "1.2.3", "1-2-3"},
    {"01.02 Scope", "01.02", "Scope", "01.02-scope"},
    {"1. 2. Scope", "1", "2. Scope", "1-2-scope"},
    {"2026 roadmap", "2026", "roadmap", "2026-roadmap"},
    {"1.. A", NULL, "1.. A", "1-a"},
    {".1 A", NULL, ".1 A", "1-a"},
    {"1\tA", "1", "A", "1-a"},
    {"1. \xc3\xa4", "1", "\xc3\xa4", "1"},
    {"\xc3\xa4", NULL, "\xc3\xa4", "section"},
    {"*A* &amp; `b`", NULL, "*A* &amp; `b`", "a-amp-b"},
    {"A#", NULL, "A#", "a"},
    {"-- A  B --", NULL, "-- A  B --", "a-b"},
};

ParameterizedTestParameters(spec_sections, numbers_and_titles)
{
    return cn_test_indexes(sizeof(numbers) / sizeof(numbers[0]));
}

ParameterizedTest(size_t *i, spec_sections, numbers_and_titles)
{
    char text[128] = "## ";
    canon_spec *spec = spec_of(strcat(text, numbers[*i].heading));
    const canon_section *s = canon_spec_section(spec, 0);

    cr_assert(s != NULL);
    expect_str(s->number ? s->number : "none",
               numbers[*i].number ? numbers[*i].number : "none");
    expect_str(s->title, numbers[*i].title);
    expect_str(s->id, numbers[*i].id);
    canon_spec_free(spec);
}

Test(spec_sections, have_unique_ids)
{
    expect_ids("## A\n## A\n### A\n## A-2\n## A\n", "a|a-2|a-3|a-2-2|a-4");
    expect_codes("## A\n## A\n## B\n", "section.duplicate_id@5");
}

Test(spec_sections, lie_below_the_nearest_of_level_two)
{
    canon_spec *spec = spec_of("### O\n## A\n### B\n### C\n## D\n");

    expect_str(codes_of(spec), "frontmatter.missing_title@0 section.orphan@1");
    cr_assert(eq(sz, canon_spec_section(spec, 0)->parent, CANON_NO_SECTION));
    cr_assert(eq(sz, canon_spec_section(spec, 1)->child_count, 2));
    cr_assert(eq(sz, canon_spec_section(spec, 1)->subtree, 3));
    cr_assert(eq(sz, canon_spec_section(spec, 3)->parent, 1));
    cr_assert(eq(sz, canon_spec_section(spec, 4)->parent, CANON_NO_SECTION));
    cr_assert_null(canon_spec_section(spec, 5));
    canon_spec_free(spec);
}

Test(spec_sections, nest_deeper_when_that_is_asked_for)
{
    static const char text[] = "## A\n#### B\n##### C\n### D\n"
                               "#### Scenario: E\n- GIVEN f\n";
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;
    canon_spec *spec;

    o.max_section_depth = 6;
    cr_assert(
        eq(int, canon_spec_parse(text, strlen(text), &o, &spec, NULL), 0));
    cr_assert(eq(sz, canon_spec_section_count(spec), 4));
    cr_assert(eq(sz, canon_spec_section(spec, 1)->parent, 0));
    cr_assert(eq(sz, canon_spec_section(spec, 2)->parent, 1));
    cr_assert(eq(sz, canon_spec_section(spec, 3)->parent, 0));
    cr_assert(eq(sz, canon_spec_section(spec, 3)->scenario_count, 1));
    canon_spec_free(spec);
}

Test(spec_sections, reach_to_the_next_heading)
{
    canon_spec *spec = spec_of("## A\n\n  one\n\ntwo \n\n### B\nC\n---\n"
                               "# D\n#### E\ntext\n\n \n");
    const canon_section *a = canon_spec_section(spec, 0);
    const canon_section *b = canon_spec_section(spec, 1);
    const canon_section *c = canon_spec_section(spec, 2);

    expect_str(a->content, "  one\n\ntwo");
    cr_assert(eq(sz, a->start_line, 1));
    cr_assert(eq(sz, a->end_line, 6));
    expect_str(b->content, "");
    cr_assert(eq(sz, b->end_line, 7));
    expect_str(c->content, "# D\n#### E\ntext");
    cr_assert(eq(sz, c->start_line, 8));
    cr_assert(eq(sz, c->end_line, 12));
    canon_spec_free(spec);
}

Test(spec_sections, end_at_least_with_their_heading)
{
    canon_spec *spec = spec_of("A\n---\n\n\n");

    cr_assert(eq(sz, canon_spec_section(spec, 0)->end_line, 2));
    expect_str(canon_spec_section(spec, 0)->content, "");
    canon_spec_free(spec);
}

Test(spec_sections, have_contents_with_plain_line_ends)
{
    canon_spec *spec = spec_of("## A\r\none\r\ntwo\rthree\n");

    expect_str(canon_spec_section(spec, 0)->content, "one\ntwo\nthree");
    canon_spec_free(spec);
}

Test(spec_sections, lose_directives_in_their_titles)
{
    canon_spec *spec =
        spec_of("## A <!-- canon:system:x status:done --> B <!-- c -->\n");

    expect_str(canon_spec_section(spec, 0)->title, "A B <!-- c -->");
    cr_assert(eq(int, canon_spec_section(spec, 0)->state, CANON_STATE_DONE));
    canon_spec_free(spec);
}

static void expect_body(const char *text, const char *body)
{
    canon_spec *spec = spec_of(text);

    cr_assert(cn_slice_is(cn_spec_body(spec), body), "%s", text);
    canon_spec_free(spec);
}

Test(spec_sections, stand_in_the_text_behind_the_front_matter)
{
    expect_body("", "");
    expect_body("text", "text");
    expect_body("## A\n\nb\n", "## A\n\nb\n");
    expect_body(FRONT, "");
    expect_body(FRONT "\n## A\nb", "\n## A\nb");
}

Test(spec_sections, leave_the_text_before_them_alone)
{
    canon_spec *spec = spec_of(FRONT "\n# Title\n\nText.\n\n## A\n");

    expect_str(canon_spec_preamble(spec), "# Title\n\nText.");
    expect_str(canon_spec_heading(spec), "Title");
    canon_spec_free(spec);
}
