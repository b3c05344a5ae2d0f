#include "spec_test.h"

#include "files.h"
#include "spec_parts.h"

#define EVIDENCE "<!-- canon:realized-in:PR#1 file:a:2 -->"
#define PROVEN   " (a:2, PR#1)"

Test(spec_criteria, are_list_items_with_a_box)
{
    expect_criteria("## A\n- [ ] a\n- [x] b\n* [X] c\n+ [ ]\td\n1. [ ] e\n"
                    "2) [x]  f  \n",
                    "[ ] a|[x] b|[x] c|[ ] d|[ ] e|[x] f");
}

Test(spec_criteria, need_a_box_at_the_start_and_text_behind_it)
{
    expect_criteria("## A\n- [ ]\n- []\n- [-] a\n- [ ]a\n- [x](a)\n- \\[ ] a\n"
                    "- a [ ] b\n- a\n\n  [ ] b\n- [ ]  \n  a\n\n[ ] a\n",
                    "");
}

Test(spec_criteria, may_be_nested_and_stand_in_order)
{
    expect_criteria("## A\n- [ ] a\n  - [x] b\n    1. [ ] c\n- d\n  - [ ] e\n"
                    "### B\n- - [ ] f\n",
                    "[ ] a|[x] b|[ ] c|[ ] e|[ ] f");
}

Test(spec_criteria, have_the_whole_paragraph_as_text)
{
    expect_criteria("## A\n- [ ] one\n  two  \n     three\nlazily  **x**  `y`\n"
                    "\n  not this\n",
                    "[ ] one two three lazily  **x**  `y`");
}

Test(spec_criteria, lose_the_directives_in_their_text)
{
    expect_criteria("## A\n- [ ] a <!-- canon:x --> b<!-- canon:y -->c "
                    "<!-- plain -->\n- [ ] d <!-- canon:z\n  -->\n  e\n"
                    "- [ ] <!-- canon:z -->\n",
                    "[ ] a bc <!-- plain -->|[ ] d e");
}

Test(spec_criteria, do_not_count_in_opaque_places)
{
    expect_criteria("## A\n> - [ ] a\n\n```\n- [ ] b\n```\n\n      - [ ] c\n\n"
                    "<!--\n- [ ] d\n-->\n<div>\n- [ ] e\n\n- [ ] f\n",
                    "[ ] f");
}

Test(spec_criteria, before_the_first_section_are_reported)
{
    expect_codes("- [ ] a\n  - [x] b\n## A\n",
                 "ac.outside_section@4 ac.outside_section@5");
}

Test(spec_criteria, with_a_glued_box_are_reported)
{
    expect_codes("## A\n-[ ] a\n\n*[x] b\n\n- -[ ] c\n",
                 "ac.malformed_checkbox@5 ac.malformed_checkbox@7");
}

Test(spec_criteria, keep_their_place_for_the_writer)
{
    canon_spec *spec = spec_of("## A\n\n1. a\n   - [x] one\n     two\n");
    const cn_criterion_parts *parts = spec->criterion_parts;

    cr_assert(eq(u32, parts->line, 4));
    cr_assert(eq(u32, parts->end_line, 5));
    cr_assert(eq(chr, spec->text[parts->start], '['));
    cr_assert(eq(chr, spec->text[parts->box], 'x'));
    cr_assert(eq(u32, parts->start - spec->lines[3].start, 5));
    cr_assert(eq(u32, parts->section, 0));
    canon_spec_free(spec);
}

/* Evidence. */

Test(spec_evidence, belongs_to_the_criterion_above)
{
    expect_criteria("## A\n- [x] a\n" EVIDENCE "\n\n" EVIDENCE "\n- [x] b\n"
                    "  " EVIDENCE "\n",
                    "[x] a" PROVEN PROVEN "|[x] b" PROVEN);
}

Test(spec_evidence, may_stand_inside_the_text)
{
    expect_criteria("## A\n- [x] a " EVIDENCE " b\n- [ ] c\n",
                    "[x] a b" PROVEN "|[ ] c");
}

Test(spec_evidence, may_follow_other_blocks_of_the_item)
{
    expect_criteria("## A\n- [x] a\n\n  more\n\n  ```\n  x\n  ```\n  " EVIDENCE
                    "\n",
                    "[x] a" PROVEN);
}

Test(spec_evidence, does_not_reach_over_other_blocks)
{
    expect_criteria("## A\n- [x] a\n\ntext\n\n" EVIDENCE "\n", "[x] a");
    expect_criteria("## A\n- [x] a\n- b\n" EVIDENCE "\n", "[x] a");
    expect_criteria("## A\n- [x] a\n\n---\n" EVIDENCE "\n", "[x] a");
    expect_criteria("## A\n- [x] a\n\n> q\n\n" EVIDENCE "\n", "[x] a");
    expect_criteria("## A\n- [x] a\n\n#### h\n" EVIDENCE "\n", "[x] a");
    expect_criteria("## A\n- [x] a\n\n<b>x</b>\n\n" EVIDENCE "\n", "[x] a");
}

Test(spec_evidence, reaches_over_comments)
{
    expect_criteria(
        "## A\n- [x] a\n<!-- plain -->\n<!-- canon:x -->\n\n" EVIDENCE "\n",
        "[x] a" PROVEN);
}

Test(spec_evidence, goes_to_the_last_nested_criterion)
{
    expect_criteria("## A\n- [x] a\n  - [x] b\n" EVIDENCE "\n",
                    "[x] a|[x] b" PROVEN);
    expect_criteria("## A\n- [x] a\n  - [x] b\n\n  more of a\n" EVIDENCE "\n",
                    "[x] a|[x] b");
}

Test(spec_evidence, without_a_criterion_belongs_to_the_section)
{
    canon_spec *spec =
        spec_of("## A\n" EVIDENCE "\n- [x] a\n\ntext\n\n" EVIDENCE
                "\n<!-- canon:realized-in:audit f -->"
                "\n## B\n");
    const canon_section *s = canon_spec_section(spec, 0);

    cr_assert(eq(sz, s->evidence_count, 3));
    cr_assert(eq(int, s->evidence[0].pr_number, 1));
    cr_assert(eq(int, s->evidence[2].pr_number, 0));
    expect_str(s->evidence[2].file_path, "f");
    expect_str(s->evidence[2].lines, "");
    canon_spec_free(spec);
}

/* Strength. */

static const struct {
    const char *text;
    int strength;
} strengths[] = {
    {"it MUST do", CANON_STRENGTH_MUST},
    {"it MUST NOT do", CANON_STRENGTH_MUST_NOT},
    {"it MUST  NOT do", CANON_STRENGTH_MUST},
    {"SHOULD NOT", CANON_STRENGTH_SHOULD_NOT},
    {"SHOULD", CANON_STRENGTH_SHOULD},
    {"a MAY b MUST", CANON_STRENGTH_MAY},
    {"MUSTARD MUST_X xMUST must Must", CANON_STRENGTH_NONE},
    {"MUST NOTE", CANON_STRENGTH_MUST},
    {"(MUST)", CANON_STRENGTH_MUST},
    {"\xe2\x80\x9cMAY\xe2\x80\x9d", CANON_STRENGTH_MAY},
    {"SHALL REQUIRED", CANON_STRENGTH_NONE},
    {"2MUST MUST2", CANON_STRENGTH_NONE},
    {"", CANON_STRENGTH_NONE},
};

ParameterizedTestParameters(spec_strength, words)
{
    return cn_test_indexes(sizeof(strengths) / sizeof(strengths[0]));
}

ParameterizedTest(size_t *i, spec_strength, words)
{
    cr_expect(eq(int, cn_strength_of(cn_str(strengths[*i].text)),
                 strengths[*i].strength),
              "%s", strengths[*i].text);
}

Test(spec_strength, counts_over_the_end_of_a_line)
{
    canon_spec *spec = spec_of("## A\n- [ ] it MUST\n  NOT do\n");

    cr_assert(eq(int, canon_spec_section(spec, 0)->criteria[0].strength,
                 CANON_STRENGTH_MUST_NOT));
    canon_spec_free(spec);
}
