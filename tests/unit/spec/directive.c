#include "spec_test.h"

#include "files.h"
#include "spec_parts.h"

#include <stdio.h>

static const struct {
    const char *inside;
    const char *code; /* or "" */
} directives[] = {
    {"canon:system:1 status:done", ""},
    {"specwright:system:1 status:done", ""},
    {"canon:\tsystem:1\nstatus:done", ""},
    {"canon:system:a:b status:blocked:PAY:1", ""},
    {"canon:system:1", "directive.malformed@5"},
    {"canon:system: status:done", "directive.malformed@5"},
    {"canon:system", "directive.malformed@5"},
    {"canon:system:1 done", "directive.malformed@5"},
    {"canon:system:1 STATUS:done", "directive.malformed@5"},
    {"canon:system:1 status:", "directive.malformed@5"},
    {"canon:system:1 status:done now", "directive.malformed@5"},
    {"canon:system:1 status:finished", "directive.unknown_status@5"},
    {"canon:system:1 status:Done", "directive.unknown_status@5"},
    {"canon:system:1 status:done:x", "directive.unknown_status@5"},
    {"canon:ticket:jira:PAY-1", ""},
    {"canon:ticket:JIRA:PAY-1 url:https://x/y", ""},
    {"canon:ticket:asana:1", ""},
    {"canon:ticket:github:acme/widgets#7", ""},
    {"canon:ticket:jira:", "directive.malformed@5"},
    {"canon:ticket:jira", "directive.malformed@5"},
    {"canon:ticket:jira:A link", "directive.malformed@5"},
    {"canon:ticket:jira:A url:b c", "directive.malformed@5"},
    {"canon:ticket:trello:A", "directive.unknown_ticket_system@5"},
    {"canon:realized-in:PR#1 file:a.c", ""},
    {"canon:realized-in:PR#1 a.c:3", ""},
    {"canon:realized-in:PR#999999999", ""},
    {"canon:realized-in:audit file:a.c", ""},
    {"canon:realized-in:audit", "directive.malformed@5"},
    {"canon:realized-in:PR#1 file:", "directive.malformed@5"},
    {"canon:realized-in:PR#", "directive.malformed@5"},
    {"canon:realized-in:PR#0", "directive.malformed@5"},
    {"canon:realized-in:PR#1234567890", "directive.malformed@5"},
    {"canon:realized-in:PR#1x", "directive.malformed@5"},
    {"canon:realized-in:pr#1", "directive.malformed@5"},
    {"canon:realized-in:PR#1 a b", "directive.malformed@5"},
    {"canon:delta:added", ""},
    {"canon:delta:Added", "directive.malformed@5"},
    {"canon:delta:added now", "directive.malformed@5"},
    {"canon:delta", "directive.malformed@5"},
    {"canon:", "directive.malformed@5"},
    {"canon::x", "directive.malformed@5"},
    {"canon:priority:high", "directive.unknown@5"},
    {"Canon:system:1", ""},
    {"canon :system:1", ""},
    {"canonical", ""},
    {"plain", ""},
};

ParameterizedTestParameters(spec_directive, forms)
{
    return cn_test_indexes(sizeof(directives) / sizeof(directives[0]));
}

ParameterizedTest(size_t *i, spec_directive, forms)
{
    char text[256];

    snprintf(text, sizeof(text), "## A\n<!-- %s -->\n", directives[*i].inside);
    expect_codes(text, directives[*i].code);
}

static const struct {
    const char *token;
    const char *file;
    const char *lines;
} tokens[] = {
    {"a.py:10-20", "a.py", "10-20"},
    {"a.py:10:4", "a.py", "10:4"},
    {"a.py:1-3,7", "a.py", "1-3,7"},
    {"x::y.rs:7", "x::y.rs", "7"},
    {"C:\\m.c:3", "C:\\m.c", "3"},
    {"C:\\m.c", "C:\\m.c", ""},
    {"a.py:login", "a.py", "login"},
    {"a.py:L5-L9", "a.py", "L5-L9"},
    {"a.py", "a.py", ""},
    {"a.py:", "a.py:", ""},
    {":5", ":5", ""},
    {"a:b/c", "a:b/c", ""},
    {"x-5:7", "x-5", "7"},
    {"5:7", "5", "7"},
    {"1:2:3", "1", "2:3"},
    {"a:1:", "a:1:", ""},
    {"http://x:80", "http://x", "80"},
    {"a.py:fooL10", "a.py", "fooL10"},
    {"a::", "a::", ""},
    {"", "", ""},
};

ParameterizedTestParameters(spec_directive, evidence_tokens)
{
    return cn_test_indexes(sizeof(tokens) / sizeof(tokens[0]));
}

ParameterizedTest(size_t *i, spec_directive, evidence_tokens)
{
    cn_slice file;
    cn_slice lines;

    cn_evidence_split(cn_str(tokens[*i].token), &file, &lines);
    cr_expect(cn_slice_is(file, tokens[*i].file), "%s: '%.*s'",
              tokens[*i].token, (int)file.len, file.ptr);
    cr_expect(cn_slice_is(lines, tokens[*i].lines), "%s: '%.*s'",
              tokens[*i].token, (int)lines.len, lines.ptr);
}

Test(spec_directive, knows_lines_of_evidence)
{
    cr_assert(cn_evidence_lines_ok(cn_str("10")));
    cr_assert(cn_evidence_lines_ok(cn_str("L1-L3,7:2")));
    cr_assert(not(cn_evidence_lines_ok(cn_str(""))));
    cr_assert(not(cn_evidence_lines_ok(cn_str("1-"))));
    cr_assert(not(cn_evidence_lines_ok(cn_str("-1"))));
    cr_assert(not(cn_evidence_lines_ok(cn_str("a1"))));
}

Test(spec_directive, is_not_read_in_opaque_places)
{
    expect_codes("## A\n`<!-- canon:x -->` \\<!-- canon:x -->\n"
                 "> <!-- canon:x -->\n\n    <!-- canon:x -->\n\n"
                 "<pre><!-- canon:x --></pre>\n```\n<!-- canon:x -->\n```\n"
                 "<!-- <!-- canon:x -->\n",
                 "");
}

Test(spec_directive, is_read_in_every_live_place)
{
    expect_codes("## A <!-- canon:a -->\n- <!-- canon:b -->\n\n"
                 "  <!-- canon:c -->\n- x <!-- canon:d --> y\n\n"
                 "<div><!-- canon:e --><!--\ncanon:f --></div>\n",
                 "directive.unknown@4 directive.unknown@5 directive.unknown@7 "
                 "directive.unknown@8 directive.unknown@10 "
                 "directive.unknown@10");
}

Test(spec_directive, is_reported_before_the_first_section)
{
    expect_codes("<!-- canon:delta:added -->\ntext <!-- canon:delta:added -->\n"
                 "<!-- canon:x -->\n## A\n",
                 "directive.outside_section@4 directive.outside_section@5 "
                 "directive.unknown@6");
}

Test(spec_directive, that_does_not_end_hides_the_rest)
{
    canon_spec *spec = spec_of(FRONT "## A\n<!-- canon:x\n\n## B\n- [ ] c\n");

    expect_str(codes_of(spec), "comment.unterminated@5");
    cr_assert(eq(sz, canon_spec_section_count(spec), 1));
    cr_assert(eq(sz, canon_spec_section(spec, 0)->criterion_count, 0));
    canon_spec_free(spec);
}

Test(spec_directive, keeps_its_place_for_the_writer)
{
    canon_spec *spec = spec_of("## 1 A\ntext <!--\ncanon:system:1\nstatus:done "
                               "--> <!-- canon:ticket:jira:X -->\n");
    const cn_directive *d = spec->directives;

    cr_assert(eq(sz, spec->directive_count, 2));
    cr_assert(eq(u32, d[0].span.start, 12));
    cr_assert(eq(u32, d[0].line, 2));
    cr_assert(
        cn_slice_is(cn_slice_of(spec->text + d[0].span.end - 3, 3), "-->"));
    cr_assert(eq(u32, d[1].line, 4));
    cr_assert(d[0].effective && d[0].valid && d[1].effective);
    cr_assert(eq(u32, spec->section_parts[0].directive_count, 2));
    canon_spec_free(spec);
}

/* Resolving. */

static void expect_state(const char *text, int state, const char *codes)
{
    canon_spec *spec = spec_of(text);

    cr_expect(eq(int, canon_spec_section(spec, 0)->state, state), "%s", text);
    expect_str(codes_of(spec), codes);
    canon_spec_free(spec);
}

#define STATUS(id, state) "<!-- canon:system:" id " status:" state " -->\n"
#define MISSING           "frontmatter.missing_title@0"

Test(spec_resolve, takes_number_id_and_slug_as_the_section)
{
    expect_state("## 1. A b\n" STATUS("1", "done"), CANON_STATE_DONE, MISSING);
    expect_state("## 1. A b\n" STATUS("1-a-b", "done"), CANON_STATE_DONE,
                 MISSING);
    expect_state("## 1. A b\n" STATUS("a-b", "done"), CANON_STATE_DONE,
                 MISSING);
    expect_state("## A b\n" STATUS("7", "done"), CANON_STATE_DONE, MISSING);
}

Test(spec_resolve, takes_free_names_unless_they_name_another_section)
{
    expect_state("## 1. A\n" STATUS("idempotency", "done"), CANON_STATE_DONE,
                 MISSING);
    expect_state("## 1. A\n" STATUS("b", "done") "## 2. B\n", CANON_STATE_DRAFT,
                 MISSING " status.section_mismatch@2");
    expect_state("## 1. A\n" STATUS("2", "done"), CANON_STATE_DRAFT,
                 MISSING " status.section_mismatch@2");
    expect_state("## 1. A\n" STATUS("1.", "done"), CANON_STATE_DONE, MISSING);
}

Test(spec_resolve, lets_the_greatest_weight_and_then_the_last_decide)
{
    expect_state("## 1. A\n" STATUS("1", "done") STATUS("free", "todo"),
                 CANON_STATE_DONE, MISSING);
    expect_state("## 1. A\n" STATUS("1", "done") STATUS("1", "todo"),
                 CANON_STATE_TODO, MISSING);
    expect_state("## 1. A\n" STATUS("x", "done") STATUS("y", "todo"),
                 CANON_STATE_TODO, MISSING);
}

Test(spec_resolve, keeps_the_reason_of_a_block)
{
    canon_spec *spec =
        spec_of("## 1 A\n" STATUS("1", "blocked:PAY-1:x") "## 2 B\n" STATUS(
            "2", "blocked:") "## 3 C\n" STATUS("3", "blocked"));

    expect_str(canon_spec_section(spec, 0)->blocked_by, "PAY-1:x");
    cr_assert_null(canon_spec_section(spec, 1)->blocked_by);
    cr_assert(eq(int, canon_spec_section(spec, 2)->state, CANON_STATE_BLOCKED));
    canon_spec_free(spec);
}

Test(spec_resolve, takes_the_last_ticket_and_the_first_delta)
{
    canon_spec *spec = spec_of(
        FRONT "## A\n<!-- canon:ticket:JIRA:A -->\n"
              "<!-- canon:ticket:linear:B -->\n<!-- canon:delta:removed -->\n"
              "<!-- canon:delta:added -->\n## B\n<!-- canon:ticket:jira:C -->\n"
              "<!-- canon:ticket:Jira:C -->\n");
    const canon_section *a = canon_spec_section(spec, 0);

    expect_str(a->ticket_system, "linear");
    expect_str(a->ticket_id, "B");
    cr_assert(eq(int, a->delta, CANON_DELTA_REMOVED));
    expect_str(canon_spec_section(spec, 1)->ticket_system, "jira");
    expect_str(codes_of(spec), "ticket.multiple_links@6");
    canon_spec_free(spec);
}
