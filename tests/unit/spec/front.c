#include "spec_test.h"

static void expect_front(const char *text, const char *codes)
{
    canon_spec *spec = spec_of(text);

    cr_expect(strcmp(codes_of(spec), codes) == 0, "%s\ngives '%s', not '%s'",
              text, codes_of(spec), codes);
    canon_spec_free(spec);
}

Test(spec_front, may_stand_behind_blank_lines_and_a_byte_order_mark)
{
    canon_spec *spec = spec_of("\xef\xbb\xbf \n\t\n----  \ntitle: A\n---\n# B");

    expect_str(canon_spec_meta_of(spec)->title, "A");
    expect_str(canon_spec_heading(spec), "B");
    expect_str(codes_of(spec), "");
    canon_spec_free(spec);
}

Test(spec_front, needs_three_dashes_from_the_first_column)
{
    expect_front("--\ntitle: A\n--\n", "frontmatter.missing_title@0");
    expect_front(" ---\ntitle: A\n---\n", "frontmatter.missing_title@0");
    expect_front("--- a\ntitle: A\n---\n", "frontmatter.missing_title@0");
    expect_front("text\n---\ntitle: A\n---\n", "frontmatter.missing_title@0");
}

Test(spec_front, without_an_end_is_text)
{
    canon_spec *spec = spec_of("\n---\ntitle: A\n\n## B\n");

    expect_str(codes_of(spec), "frontmatter.missing_title@0 "
                               "frontmatter.unterminated@2");
    cr_assert(eq(sz, canon_spec_section_count(spec), 1));
    cr_assert(not(canon_spec_meta_of(spec)->has_mapping));
    canon_spec_free(spec);
}

Test(spec_front, may_be_empty)
{
    canon_spec *spec = spec_of("---\n---\n");

    expect_str(codes_of(spec), "frontmatter.missing_title@0");
    expect_str(canon_spec_meta_of(spec)->title, "Untitled Spec");
    expect_str(canon_spec_meta_of(spec)->status, "draft");
    expect_str(canon_spec_meta_of(spec)->doc_type, "spec");
    expect_str(canon_spec_meta_of(spec)->sync, "auto");
    expect_str(canon_spec_meta_of(spec)->ai_exposure, "full");
    canon_spec_free(spec);
}

Test(spec_front, that_is_invalid_has_one_diagnostic_and_the_body_is_read)
{
    canon_spec *spec =
        spec_of("---\ntitle: a: b\nstatus: odd\n---\n## Section\n");

    expect_str(codes_of(spec), "frontmatter.invalid_yaml@2");
    cr_assert(eq(sz, canon_spec_section_count(spec), 1));
    expect_str(canon_spec_meta_of(spec)->title, "Untitled Spec");
    canon_spec_free(spec);
}

Test(spec_front, must_be_a_mapping)
{
    expect_front("---\n# a comment\n- a\n---\n", "frontmatter.invalid_yaml@2");
    expect_front("---\ntext\n---\n", "frontmatter.invalid_yaml@2");
}

Test(spec_front, refuses_what_is_not_in_its_yaml)
{
    expect_front("---\ntitle: &a b\n---\n", "frontmatter.invalid_yaml@2");
    expect_front("---\ntitle: A\nowner: @team\n---\n",
                 "frontmatter.invalid_yaml@3");
}

Test(spec_front, takes_scalars_as_text)
{
    canon_spec *spec = spec_of("---\ntitle: no\nowner: 1.10\nteam: 007\n"
                               "created: 2026-13-45\nsupersedes: 12:30\n---\n");
    const canon_spec_meta *meta = canon_spec_meta_of(spec);

    expect_str(meta->title, "no");
    expect_str(meta->owner, "1.10");
    expect_str(meta->team, "007");
    expect_str(meta->created, "2026-13-45");
    expect_str(meta->supersedes, "12:30");
    canon_spec_free(spec);
}

Test(spec_front, reads_every_field)
{
    canon_spec *spec = spec_of(
        "---\ntitle: A\ntype: adr\nstatus: blocked\nreview_status: approved\n"
        "ticket_project: PAY\nupdated: ''\nsync: false\nai_exposure: none\n"
        "paths: [src/*.c]\n---\n");
    const canon_spec_meta *meta = canon_spec_meta_of(spec);

    expect_str(codes_of(spec), "");
    expect_str(meta->doc_type, "adr");
    expect_str(meta->status, "blocked");
    expect_str(meta->review_status, "approved");
    expect_str(meta->ticket_project, "PAY");
    cr_assert_null(meta->updated);
    expect_str(meta->sync, "false");
    expect_str(meta->ai_exposure, "none");
    expect_str(meta->paths[0], "src/*.c");
    cr_assert(meta->has_title && meta->has_type && meta->has_mapping);
    canon_spec_free(spec);
}

Test(spec_front, reports_unknown_words_and_keeps_the_status)
{
    canon_spec *spec = spec_of("---\ntitle: A\nstatus: odd\ntype: odd\n"
                               "review_status: odd\n---\n");

    expect_str(codes_of(spec),
               "frontmatter.unknown_status@3 frontmatter.unknown_type@4 "
               "frontmatter.unknown_review_status@5");
    expect_str(canon_spec_meta_of(spec)->status, "odd");
    expect_str(canon_spec_meta_of(spec)->doc_type, "spec");
    cr_assert_null(canon_spec_meta_of(spec)->review_status);
    canon_spec_free(spec);
}

Test(spec_front, reports_an_empty_title_where_it_stands)
{
    expect_front("---\nowner: a\ntitle:\n---\n", "frontmatter.missing_title@3");
    expect_front("---\ntitle: \"\"\n---\n", "frontmatter.missing_title@2");
    expect_front("---\nowner: a\n---\n", "frontmatter.missing_title@0");
}

Test(spec_front, lets_the_last_of_equal_keys_win)
{
    canon_spec *spec = spec_of("---\ntitle: A\ntitle: B\ntitle: C\n---\n");

    expect_str(canon_spec_meta_of(spec)->title, "C");
    expect_str(codes_of(spec),
               "frontmatter.duplicate_key@3 frontmatter.duplicate_key@4");
    canon_spec_free(spec);
}

Test(spec_front, reads_lists_in_every_form)
{
    canon_spec *spec = spec_of("---\ntitle: A\ntags: a, ,b c ,\n"
                               "depends_on:\n- x, y\n- ~\n- z\n---\n");
    const canon_spec_meta *meta = canon_spec_meta_of(spec);

    cr_assert(eq(sz, meta->tag_count, 2));
    expect_str(meta->tags[0], "a");
    expect_str(meta->tags[1], "b c");
    cr_assert(eq(sz, meta->depends_on_count, 2));
    expect_str(meta->depends_on[0], "x, y");
    expect_str(meta->depends_on[1], "z");
    expect_str(codes_of(spec), "");
    canon_spec_free(spec);
}

Test(spec_front, reports_values_of_the_wrong_type)
{
    expect_front("---\ntitle: [a]\n---\n", "frontmatter.wrong_type@2");
    expect_front("---\ntitle: A\nowner: {a: b}\n---\n",
                 "frontmatter.wrong_type@3");
    expect_front("---\ntitle: A\ntags: {a: b}\n---\n",
                 "frontmatter.wrong_type@3");
    expect_front("---\ntitle: A\ntags: [a, [b], {c: d}]\n---\n",
                 "frontmatter.wrong_type@3 frontmatter.wrong_type@3");
}

Test(spec_front, ignores_keys_that_it_does_not_know)
{
    expect_front("---\ntitle: A\nmine: {a: [b]}\n---\n", "");
}
