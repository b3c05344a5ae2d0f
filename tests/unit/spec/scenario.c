#include "spec_test.h"

static const canon_scenario *only(const canon_spec *spec)
{
    cr_assert(eq(sz, canon_spec_section(spec, 0)->scenario_count, 1));
    return &canon_spec_section(spec, 0)->scenarios[0];
}

static void expect_steps(const char *text, size_t count)
{
    canon_spec *spec = spec_of(text);
    const canon_section *s = canon_spec_section(spec, 0);

    size_t steps = s->scenario_count ? s->scenarios[0].step_count : 0;

    cr_expect(eq(sz, steps, count), "%s", text);
    canon_spec_free(spec);
}

Test(spec_scenario, has_a_name_and_steps)
{
    canon_spec *spec = spec_of("## A\n#### sCENARIO:  Lost key \n\n"
                               "- GIVEN a\n- when b MUST\n  c\n1. __Then__ d\n"
                               "* **AND** e\n+ But f\n\ntext\n");
    const canon_scenario *s = only(spec);

    expect_str(s->name, "Lost key");
    cr_assert(eq(sz, s->step_count, 5));
    expect_str(s->steps[1].keyword, "WHEN");
    expect_str(s->steps[1].text, "b MUST c");
    cr_assert(eq(int, s->steps[1].strength, CANON_STRENGTH_MUST));
    cr_assert(eq(sz, s->steps[1].line, 5));
    expect_str(s->steps[2].keyword, "THEN");
    expect_str(s->steps[2].text, "d");
    expect_str(s->steps[4].keyword, "BUT");
    cr_assert(eq(sz, s->start_line, 2));
    cr_assert(eq(sz, s->end_line, 9));
    canon_spec_free(spec);
}

Test(spec_scenario, stands_at_level_four_only)
{
    expect_steps("## A\n##### Scenario: a\n- GIVEN b\n", 0);
    expect_steps("## A\n#### Scenario Outline: a\n- GIVEN b\n", 0);
    expect_steps("## A\n#### Scenario:\n- GIVEN b\n", 0);
    expect_steps("## A\n#### Scenario a\n- GIVEN b\n", 0);
}

Test(spec_scenario, goes_on_over_comments_and_nested_lists)
{
    expect_steps("## A\n#### Scenario: a\n<!-- c -->\n- GIVEN b\n  - AND c\n"
                 "<!-- d -->\n- THEN e\n",
                 3);
}

Test(spec_scenario, ignores_other_blocks_in_a_step)
{
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n\n  more\n\n      code\n"
                 "- THEN e\n",
                 2);
}

Test(spec_scenario, ends_at_the_first_item_that_is_no_step)
{
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n- other\n- THEN e\n", 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n- GIVEN\n- THEN e\n", 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n- GIVENc d\n- THEN e\n",
                 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n- [ ] GIVEN d\n", 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n- ```\n  x\n  ```\n"
                 "- THEN d\n",
                 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n-\n- THEN d\n", 1);
}

Test(spec_scenario, ends_at_any_other_block)
{
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n\ntext\n\n- THEN c\n", 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n---\n- THEN c\n", 1);
    expect_steps("## A\n#### Scenario: a\n- GIVEN b\n\n<b>x</b>\n\n- THEN c\n",
                 1);
}

Test(spec_scenario, without_steps_is_reported)
{
    expect_codes("## A\n#### Scenario: a\n\ntext\n#### Scenario: b\n",
                 "scenario.empty@5 scenario.empty@8");
    expect_codes("#### Scenario: a\n- GIVEN b\n## A\n", "");
}

Test(spec_scenario, belongs_to_the_section_it_stands_in)
{
    canon_spec *spec = spec_of("## A\n### B\n#### Scenario: a\n- GIVEN b\n"
                               "#### Scenario: c\n- WHEN d\n");

    cr_assert(eq(sz, canon_spec_section(spec, 0)->scenario_count, 0));
    cr_assert(eq(sz, canon_spec_section(spec, 1)->scenario_count, 2));
    canon_spec_free(spec);
}
