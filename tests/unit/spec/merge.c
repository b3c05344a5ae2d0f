/*
 * Three-way merge: what fits together is put together to the byte, what does
 * not is a conflict, and both sides see the same conflicts.
 */
#include "canon/spec.h"

#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static canon_merge *merge_of(const char *base, const char *ours,
                             const char *theirs)
{
    canon_merge_input in = CANON_MERGE_INPUT_INIT;
    canon_merge *merge = NULL;

    in.base = base;
    in.base_len = strlen(base);
    in.ours = ours;
    in.ours_len = strlen(ours);
    in.theirs = theirs;
    in.theirs_len = strlen(theirs);
    cr_assert(eq(int, canon_spec_merge(&in, &merge, NULL), 0));
    return merge;
}

/* The merged text, to be freed; its number of conflicts. */
static char *merged(const char *base, const char *ours, const char *theirs,
                    size_t *conflicts)
{
    canon_merge *merge = merge_of(base, ours, theirs);
    canon_buf out = CANON_BUF_INIT;
    char *text;

    *conflicts = canon_merge_conflicts(merge);
    cr_assert(eq(int, canon_merge_write(merge, &out, NULL), 0));
    text = strdup(out.data ? out.data : "");
    canon_buf_free(&out);
    canon_merge_free(merge);
    return text;
}

/* The order of what both added depends on whose side is whose. */
static void expect_either(const char *base, const char *ours,
                          const char *theirs, const char *result,
                          const char *other)
{
    size_t conflicts = 0;
    char *text = merged(base, ours, theirs, &conflicts);

    cr_assert(eq(sz, conflicts, 0), "%s", text);
    cr_assert(eq(str, text, (char *)result));
    free(text);
    text = merged(base, theirs, ours, &conflicts);
    cr_assert(eq(sz, conflicts, 0), "the other way round: %s", text);
    cr_assert(eq(str, text, (char *)other));
    free(text);
}

static void expect(const char *base, const char *ours, const char *theirs,
                   const char *result)
{
    expect_either(base, ours, theirs, result, result);
}

static void expect_conflicts(const char *base, const char *ours,
                             const char *theirs, size_t count)
{
    size_t conflicts = 0;
    char *text = merged(base, ours, theirs, &conflicts);

    cr_assert(eq(sz, conflicts, count), "%s", text);
    free(text);
    text = merged(base, theirs, ours, &conflicts);
    cr_assert(eq(sz, conflicts, count), "the other way round: %s", text);
    free(text);
}

Test(merge, takes_what_only_one_side_changed)
{
    expect("a\nb\nc\n", "a\nX\nc\n", "a\nb\nc\n", "a\nX\nc\n");
    expect("a\nb\nc\n", "a\nb\nc\n", "a\nc\n", "a\nc\n");
    expect("", "", "new\n", "new\n");
    expect("old\n", "", "old\n", "");
}

Test(merge, takes_equal_changes_once)
{
    expect("a\nb\n", "a\nX\n", "a\nX\n", "a\nX\n");
    expect("a\n", "a\nX\n", "a\nX\n", "a\nX\n");
}

Test(merge, puts_distant_changes_together)
{
    expect("a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n",
           "A\nb\nc\nd\nE\n");
}

Test(merge, ticks_and_wording_of_a_criterion_are_two_things)
{
    expect("- [ ] old words\n", "- [x] old words\n", "- [ ] old words, two\n",
           "- [x] old words, two\n");
    expect("  * [x] Documentaton\r\n", "  * [ ] Documentaton\r\n",
           "  * [x] Documentation\r\n", "  * [ ] Documentation\r\n");
    expect("1. [ ] a b c\n2. [ ] d e f\n", "1. [x] a b c\n2. [ ] d e f\n",
           "1. [ ] a b c g\n2. [x] d e f\n", "1. [x] a b c g\n2. [x] d e f\n");
    expect("- [ ] long words\n  that go on\n",
           "- [x] long words\n  that go on\n",
           "- [ ] long words\n  that went on\n",
           "- [x] long words\n  that went on\n");
}

Test(merge, a_tick_never_gets_onto_another_criterion)
{
    expect_conflicts("- [ ] Export as PDF\n", "- [ ] Delete the account\n",
                     "- [x] Export as PDF\n", 1);
    expect_conflicts("- [ ] first of all\n- [ ] second to none\n",
                     "- [ ] second to none at all\n- [ ] third time\n",
                     "- [x] first of all\n- [ ] second to none\n", 1);
}

Test(merge, neighbouring_criteria_are_independent)
{
    expect("- [ ] a\n- [ ] b\n- [ ] c\n", "- [x] a\n- [ ] b\n- [x] c\n",
           "- [ ] a\n- [x] b\n- [ ] c\n", "- [x] a\n- [x] b\n- [x] c\n");
    expect("- [ ] a\n- [ ] b\n", "- [ ] A\n- [ ] b\n", "- [ ] a\n- [ ] B\n",
           "- [ ] A\n- [ ] B\n");
}

Test(merge, keeps_criteria_that_both_add)
{
    size_t conflicts = 0;
    char *text = merged("- [ ] a\n\nend\n", "- [ ] a\n- [ ] ours\n\nend\n",
                        "- [ ] a\n- [ ] theirs\n\nend\n", &conflicts);

    cr_assert(eq(sz, conflicts, 0));
    cr_assert(eq(str, text, "- [ ] a\n- [ ] ours\n- [ ] theirs\n\nend\n"));
    free(text);
}

Test(merge, an_added_criterion_goes_with_a_change_of_the_one_above)
{
    expect("- [ ] a\n\nend\n", "- [ ] a\n- [ ] new\n\nend\n",
           "- [ ] other words\n\nend\n",
           "- [ ] other words\n- [ ] new\n\nend\n");
}

Test(merge, state_and_ticket_of_a_section_are_independent)
{
    expect("## 1. A\n\n<!-- canon:system:1 status:todo -->\n"
           "<!-- canon:ticket:jira:P-1 -->\n",
           "## 1. A\n\n<!-- canon:system:1 status:done -->\n"
           "<!-- canon:ticket:jira:P-1 -->\n",
           "## 1. A\n\n<!-- canon:system:1 status:todo -->\n"
           "<!-- canon:ticket:jira:P-2 -->\n",
           "## 1. A\n\n<!-- canon:system:1 status:done -->\n"
           "<!-- canon:ticket:jira:P-2 -->\n");
}

Test(merge, fields_of_the_front_matter_are_independent)
{
    expect("---\ntitle: A\nstatus: todo\n---\n",
           "---\ntitle: B\nstatus: todo\n---\n",
           "---\ntitle: A\nstatus: done\n---\n",
           "---\ntitle: B\nstatus: done\n---\n");
}

Test(merge, a_missing_line_end_glues_nothing)
{
    expect_either("- [ ] a\n", "- [ ] a\n- [ ] b", "- [ ] a\n- [ ] c\n",
                  "- [ ] a\n- [ ] b\n- [ ] c", "- [ ] a\n- [ ] c\n- [ ] b");
    expect("- [ ] a\n", "- [ ] a", "- [ ] a\n- [ ] b\n", "- [ ] a\n- [ ] b");
    expect("end: x", "end: x", "end: x\n- [ ] b", "end: x\n- [ ] b");
    expect("a\n\nb", "A\n\nb", "a\n\nb\n", "A\n\nb\n");
}

Test(merge, line_ends_and_the_byte_order_mark_are_changes_of_their_own)
{
    expect("- [ ] a\n- [ ] b\n", "- [ ] a\r\n- [ ] b\r\n",
           "- [ ] a\n- [x] b\n- [ ] c\n", "- [ ] a\r\n- [x] b\r\n- [ ] c\r\n");
    expect("- [ ] a\r\nb\r\n", "- [x] a\nb\n", "- [ ] a\r\nB\r\n",
           "- [x] a\nB\n");
    expect("---\ntitle: A\n---\n", "\xEF\xBB\xBF---\ntitle: A\n---\n",
           "---\ntitle: B\n---\n", "\xEF\xBB\xBF---\ntitle: B\n---\n");
    expect("\xEF\xBB\xBF"
           "a\n\nb\n",
           "a\n\nb\n",
           "\xEF\xBB\xBF"
           "a\n\nc\n",
           "a\n\nc\n");
}

#define A1 "## 1. Alpha\n\n<!-- canon:system:1 status:todo -->\n\ntext\n\n"
#define B2 "## 2. Beta\n\n<!-- canon:system:2 status:todo -->\n\nmore\n"

Test(merge, sections_keep_their_state_when_others_come_before_them)
{
    expect(A1 B2,
           "## 1. Nova\n\n<!-- canon:system:1 status:todo -->\n\nnew\n\n"
           "## 2. Alpha\n\n<!-- canon:system:2 status:todo -->\n\ntext\n\n"
           "## 3. Beta\n\n<!-- canon:system:3 status:todo -->\n\nmore\n",
           "## 1. Alpha\n\n<!-- canon:system:1 status:done -->\n\ntext\n\n" B2,
           "## 1. Nova\n\n<!-- canon:system:1 status:todo -->\n\nnew\n\n"
           "## 2. Alpha\n\n<!-- canon:system:2 status:done -->\n\ntext\n\n"
           "## 3. Beta\n\n<!-- canon:system:3 status:todo -->\n\nmore\n");
    expect("## 1. A\n<!-- canon:system:1 status:todo -->\n"
           "## 2. B\n<!-- canon:system:2 status:todo -->\n",
           "## 1. N\n<!-- canon:system:1 status:todo -->\n"
           "## 2. A\n<!-- canon:system:2 status:todo -->\n"
           "## 3. B\n<!-- canon:system:3 status:todo -->\n",
           "## 1. A\n<!-- canon:system:1 status:done -->\n"
           "## 2. B\n<!-- canon:system:2 status:todo -->\n",
           "## 1. N\n<!-- canon:system:1 status:todo -->\n"
           "## 2. A\n<!-- canon:system:2 status:done -->\n"
           "## 3. B\n<!-- canon:system:3 status:todo -->\n");
    /* another section in its place */
    expect_conflicts(A1,
                     "## 1. Nova\n\n<!-- canon:system:1 status:todo -->\n\n"
                     "text\n\n",
                     "## 1. Alpha\n\n<!-- canon:system:1 status:done -->\n\n"
                     "text\n\n",
                     1);
    /* the same one by another name */
    expect("## 1. All about refunds\n\n<!-- canon:system:1 status:todo -->\n",
           "## 1. All about our refunds\n\n"
           "<!-- canon:system:1 status:todo -->\n",
           "## 1. All about refunds\n\n<!-- canon:system:1 status:done -->\n",
           "## 1. All about our refunds\n\n"
           "<!-- canon:system:1 status:done -->\n");
}

Test(merge, what_belongs_together_is_not_torn_apart)
{
    /* evidence of a criterion that is gone */
    expect_conflicts("- [ ] a\n- [ ] b\n", "- [ ] a\n",
                     "- [ ] a\n- [ ] b\n"
                     "<!-- canon:realized-in:PR#7 file:b.c -->\n",
                     1);
    /* a criterion of a section that is gone */
    expect_conflicts("## 1. A\n- [ ] a\n## 2. B\n- [ ] b\n",
                     "## 1. A\n- [ ] a\n",
                     "## 1. A\n- [ ] a\n## 2. B\n- [ ] b\n- [ ] b2\n", 1);
    /* a directive without its heading */
    expect_conflicts("text\n\n## 1. A\n\nmore\n", "text\n\nmore\n",
                     "text\n\n## 1. A\n\n"
                     "<!-- canon:system:1 status:done -->\nmore\n",
                     1);
    /* a child of an item that is gone */
    expect_conflicts("- [ ] a\n- [ ] b\n", "- [ ] a\n",
                     "- [ ] a\n- [ ] b\n  - [ ] child of b\n", 1);
    /* what stands alone stays */
    expect("- [ ] a\n- [ ] b\n- [ ] c\n", "- [ ] a\n- [ ] c\n",
           "- [x] a\n- [ ] b\n- [x] c\n", "- [x] a\n- [x] c\n");
    expect("## 1. A\n\na\n\n## 2. B\n\nb\n", "## 1. A\n\na\n",
           "## 1. A\n\na\n\n## 2. B\n\nb\n\n## 3. C\n\nc\n",
           "## 1. A\n\na\n\n## 3. C\n\nc\n");
}

#define SYSTEM(id, state) "<!-- canon:system:" id " status:" state " -->\n"
#define EV(n)             "<!-- canon:realized-in:PR#" n " file:a.c -->\n"

Test(merge, what_is_added_stays_in_its_section)
{
    /* a section comes between: the blank line above it is the old one's */
    expect("## A\n\nold words\n\n## Z\n",
           "## A\n\nnew words\n\n## N\n\nabout N\n\n## Z\n",
           "## A\n\nold words\n\n- [ ] of A\n\n## Z\n",
           "## A\n\nnew words\n\n- [ ] of A\n\n## N\n\nabout N\n\n## Z\n");
    /* the section is gone, is another one, or is elsewhere */
    expect_conflicts("## A\n\na\n\n## B\n\nb\n", "## A\n\na\n",
                     "## A\n\na\n\n## B\n\nb\n\n### Acceptance Criteria\n\n"
                     "- [ ] of B\n",
                     1);
    expect_conflicts(
        "## A\n\n- [ ] a\n\n## Billing\n\n- [ ] Invoices are sent\n"
        "\n## Z\n",
        "## A\n\n- [ ] a\n\n## Onboarding\n\n- [ ] Users see a tour\n"
        "\n## Z\n",
        "## A\n\n- [ ] a\n\n## Billing\n\n- [ ] Invoices are sent\n"
        "- [ ] Refunds work\n\n## Z\n",
        1);
    expect("## K\n\nk\n\n## L\n\nold words\n\n## M\n\nm\n\n## Z\n",
           "## K\n\nk\n\n## M\n\nm\n\n## L\n\nnew words\n\n## Z\n",
           "## K\n\nk\n\n## L\n\nold words\n\n## M\n\nm\n\n"
           "- [ ] of M\n\n## Z\n",
           "## K\n\nk\n\n## M\n\nm\n\n- [ ] of M\n\n## L\n\nnew words\n\n"
           "## Z\n");
    /* a new section behind what was added to the last one */
    expect("## A\n\na\n", "## A\n\na\n\n## N\n\nn\n", "## A\n\na\n\n- [ ] b\n",
           "## A\n\na\n\n- [ ] b\n\n## N\n\nn\n");
    /* hidden in a comment of the other side */
    expect_conflicts("p\n\nq\n\nr\n", "<!--\np\n\nq\n\nr\n-->\n",
                     "p\n\nq\n\n- [ ] must be seen\n\nr\n", 1);
}

Test(merge, a_state_goes_along_with_the_number_of_its_section)
{
    expect(
        "## 1. Alpha\n\ntext\n", "## 1. Nova\n\nnew\n\n## 2. Alpha\n\ntext\n",
        "## 1. Alpha\n\n" SYSTEM("1", "done") "\ntext\n",
        "## 1. Nova\n\nnew\n\n## 2. Alpha\n\n" SYSTEM("2", "done") "\ntext\n");
    expect_conflicts(
        "## A\n\n<!-- canon:ticket:jira:P-1 -->\n\na\n",
        "## A\n\n" SYSTEM("A", "done") "<!-- canon:ticket:jira:P-1 -->\n\na\n",
        "## A\n\n<!-- canon:ticket:jira:P-1 -->\n" SYSTEM("A",
                                                          "blocked") "\na\n",
        2);
}

Test(merge, twins_and_look_alikes_are_not_mixed_up)
{
    expect_conflicts("## A\n- [ ] Tests pass\n## B\n- [ ] Tests pass\n",
                     "## B\n- [ ] Tests pass\n## A\n- [ ] Tests pass\n",
                     "## A\n- [ ] Tests pass\n## B\n- [x] Tests pass\n", 1);
    expect("- [ ] Supports GET\n- [ ] b\n- [ ] c\n",
           "- [ ] Supports PUT\n- [ ] b\n- [ ] c\n- [ ] Supports GET\n",
           "- [x] Supports GET\n- [ ] b\n- [ ] c\n",
           "- [ ] Supports PUT\n- [ ] b\n- [ ] c\n- [x] Supports GET\n");
    expect_conflicts("- [ ] Cards are stored\n", "- [ ] Cards are not stored\n",
                     "- [x] Cards are stored\n", 1);
    expect_conflicts("- [ ] Answers within 5 s\n",
                     "- [ ] Answers within 10 s\n",
                     "- [x] Answers within 5 s\n", 1);
    expect_conflicts("- [ ] Login ([P-1](https://x.example/browse/P-1))\n",
                     "- [ ] Refunds ([P-2](https://x.example/browse/P-2))\n",
                     "- [x] Login ([P-1](https://x.example/browse/P-1))\n", 1);
    expect_conflicts(
        "- [x] a one\n" EV("1") "- [x] b two\n" EV("1") "- [ ] c\n",
        "- [x] a one more\n" EV("1") "- [ ] c\n",
        "- [x] a one\n" EV("1") "- [x] b two\n" EV("1") EV("2") "- [ ] c\n", 1);
    expect_conflicts("- [ ] a\n- [ ] b\n\nend\n", "- [ ] a\n\nend\n",
                     "- [ ] a\n- [ ] b\n\n" EV("1") "\nend\n", 1);
}

Test(merge, everyday_edits_are_no_conflicts)
{
    expect("- [ ] a b c d\n- [ ] z\n", "- [x] a b c d\n- [ ] z\n",
           "- [ ] a b c d\n" EV("1") "- [ ] z\n",
           "- [x] a b c d\n" EV("1") "- [ ] z\n");
    expect(
        "## A\n\n" SYSTEM("A", "todo") "\na\n",
        "## A\n\n" SYSTEM("A", "done") "\na\n",
        "## A\n\n" SYSTEM("A", "todo") "<!-- canon:ticket:jira:P-1 -->\n\na\n",
        "## A\n\n" SYSTEM("A", "done") "<!-- canon:ticket:jira:P-1 -->\n\na\n");
    expect_either("- [ ] a\n", "- [ ] a\n\n- [ ] n\n", "- [ ] a\n\n- [ ] m\n",
                  "- [ ] a\n\n- [ ] n\n\n- [ ] m\n",
                  "- [ ] a\n\n- [ ] m\n\n- [ ] n\n");
    expect_either("| a |\n|---|\n| 1 |\n", "| a |\n|---|\n| 1 |\n| 2 |\n",
                  "| a |\n|---|\n| 1 |\n| 3 |\n",
                  "| a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n",
                  "| a |\n|---|\n| 1 |\n| 3 |\n| 2 |\n");
    /* but a row for other columns is one */
    expect_conflicts("| a |\n|---|\n| 1 |\n",
                     "| b | a |\n|---|---|\n| 0 | 1 |\n",
                     "| a |\n|---|\n| 1 |\n| 3 |\n", 1);
    /* moved to one place by both, and unticked */
    expect("## A\n\n- [x] m\n- [ ] a\n", "## A\n\n- [ ] a\n- [x] m\n",
           "## A\n\n- [ ] a\n- [ ] m\n", "## A\n\n- [ ] a\n- [ ] m\n");
}

Test(merge, evidence_stays_with_its_criterion)
{
    expect("- [ ] a\n\nend\n", "- [ ] a\n- [ ] new\n\nend\n",
           "- [ ] a\n<!-- canon:realized-in:PR#7 file:a.c -->\n\nend\n",
           "- [ ] a\n<!-- canon:realized-in:PR#7 file:a.c -->\n"
           "- [ ] new\n\nend\n");
    expect_either("- [ ] a\n\nend\n", "- [ ] a\n- [ ] new\n\nend\n",
                  "- [ ] a\n<!-- canon:realized-in:PR#7 file:a.c -->\n- [ ] x\n"
                  "\nend\n",
                  "- [ ] a\n<!-- canon:realized-in:PR#7 file:a.c -->\n"
                  "- [ ] new\n- [ ] x\n\nend\n",
                  "- [ ] a\n<!-- canon:realized-in:PR#7 file:a.c -->\n"
                  "- [ ] x\n- [ ] new\n\nend\n");
    expect_either("- [x] a\n", "- [x] a\n<!-- canon:realized-in:PR#1 -->\n",
                  "- [x] a\n<!-- canon:realized-in:PR#2 -->\n",
                  "- [x] a\n<!-- canon:realized-in:PR#1 -->\n"
                  "<!-- canon:realized-in:PR#2 -->\n",
                  "- [x] a\n<!-- canon:realized-in:PR#2 -->\n"
                  "<!-- canon:realized-in:PR#1 -->\n");
    expect("- [ ] a\n\nend\n", "- [ ] a\n- [ ] new\n\nend\n",
           "- [ ] a\n  - [ ] child of a\n\nend\n",
           "- [ ] a\n  - [ ] child of a\n- [ ] new\n\nend\n");
    expect_conflicts("## A\n", "## A\n<!-- canon:system:A status:done -->\n",
                     "## A\n<!-- canon:system:A status:todo -->\n", 1);
}

Test(merge, what_both_add_is_there_once)
{
    expect_either("- [ ] a\n", "- [ ] a\n- [ ] x\n- [ ] y\n",
                  "- [ ] a\n- [x] x\n", "- [ ] a\n- [x] x\n- [ ] y\n",
                  "- [ ] a\n- [x] x\n- [ ] y\n");
    expect_either("---\ntitle: T\n---\n", "---\ntitle: T\nowner: k\n---\n",
                  "---\ntitle: T\nteam: core\nowner: k\n---\n",
                  "---\ntitle: T\nowner: k\nteam: core\n---\n",
                  "---\ntitle: T\nteam: core\nowner: k\n---\n");
    expect_either("---\ntitle: T\nstatus: todo\n---\n",
                  "---\nowner: k\ntitle: T\nstatus: todo\n---\n",
                  "---\ntitle: T\nowner: k\nstatus: done\n---\n",
                  "---\nowner: k\ntitle: T\nstatus: done\n---\n",
                  "---\ntitle: T\nowner: k\nstatus: done\n---\n");
    expect_conflicts("---\ntitle: T\nstatus: todo\n---\n",
                     "---\nowner: k\ntitle: T\nstatus: todo\n---\n",
                     "---\ntitle: T\nowner: l\nstatus: todo\n---\n", 2);
}

Test(merge, a_criterion_that_was_moved_is_there_once)
{
    static const char base[] = "## 1. A\n- [ ] m\n- [ ] a\n\n## 2. B\n"
                               "- [ ] b\n\n## 3. C\n- [ ] c\n";

    /* moved by one, ticked by the other */
    expect(base,
           "## 1. A\n- [ ] a\n\n## 2. B\n- [ ] b\n- [ ] m\n\n## 3. C\n"
           "- [ ] c\n",
           "## 1. A\n- [x] m\n- [ ] a\n\n## 2. B\n- [ ] b\n\n## 3. C\n"
           "- [ ] c\n",
           "## 1. A\n- [ ] a\n\n## 2. B\n- [ ] b\n- [x] m\n\n## 3. C\n"
           "- [ ] c\n");
    /* moved to two places */
    expect_conflicts(base,
                     "## 1. A\n- [ ] a\n\n## 2. B\n- [ ] b\n- [ ] m\n\n"
                     "## 3. C\n- [ ] c\n",
                     "## 1. A\n- [ ] a\n\n## 2. B\n- [ ] b\n\n## 3. C\n"
                     "- [ ] c\n- [ ] m\n",
                     2);
    /* moved and deleted */
    expect_conflicts(base,
                     "## 1. A\n- [ ] a\n\n## 2. B\n- [ ] b\n- [ ] m\n\n"
                     "## 3. C\n- [ ] c\n",
                     "## 1. A\n- [ ] a\n\n## 2. B\n- [ ] b\n\n## 3. C\n"
                     "- [ ] c\n",
                     1);
}

Test(merge, code_is_no_list)
{
    expect_conflicts("```text\n- [ ] a b c\n```\n",
                     "```text\n- [x] a b c\n```\n",
                     "```text\n- [ ] a b c d\n```\n", 1);
    expect_conflicts("```yaml\na:\n```\n", "```yaml\na:\n- o\n```\n",
                     "```yaml\na:\n- t\n```\n", 1);
    expect_conflicts("<!--\n- [ ] a b c\n-->\n", "<!--\n- [x] a b c\n-->\n",
                     "<!--\n- [ ] a b c d\n-->\n", 1);
}

Test(merge, fields_are_those_of_the_front_matter)
{
    expect_conflicts("Note: one thing\nWarning: another\n",
                     "Note: one thing more\nWarning: another\n",
                     "Note: one thing\nWarning: others\n", 1);
    expect_conflicts("---\ntags:\n  - a\n---\n", "---\ntags: [a]\n---\n",
                     "---\ntags:\n  - a\n  - b\n---\n", 1);
}

Test(merge, real_conflicts_are_conflicts)
{
    expect_conflicts("a\n", "b\n", "c\n", 1);
    expect_conflicts("- [ ] a\n", "- [ ] b\n", "- [x] c\n", 1);
    expect_conflicts("- [ ] a\n", "", "- [x] a\n", 1);
    expect_conflicts("<!-- canon:system:1 status:todo -->\n",
                     "<!-- canon:system:1 status:done -->\n",
                     "<!-- canon:system:1 status:blocked -->\n", 1);
    expect_conflicts("", "one text\n", "another\n", 1);
}

Test(merge, lines_of_one_paragraph_belong_together)
{
    expect_conflicts("a sentence that\ngoes on here\n",
                     "a thing that\ngoes on here\n",
                     "a sentence that\nends here\n", 1);
    expect_conflicts("one two three\nfour five six\n\nx\n",
                     "one two 3\nfour five six\n\nx\n",
                     "one two three\nfour five six\nseven\n\nx\n", 0);
}

Test(merge, a_conflict_shows_all_three_between_markers)
{
    size_t conflicts = 0;
    char *text = merged("x\na\ny", "x\nb\ny", "x\nc\ny", &conflicts);

    cr_assert(eq(str, text,
                 "x\n<<<<<<< ours\nb\n||||||| base\na\n=======\nc\n"
                 ">>>>>>> theirs\ny"));
    free(text);
    text = merged("a", "b", "c", &conflicts);
    cr_assert(eq(str, text,
                 "<<<<<<< ours\nb\n||||||| base\na\n=======\nc\n"
                 ">>>>>>> theirs\n"));
    free(text);
}

Test(merge, markers_end_like_lines_and_are_longer_than_those_of_the_text)
{
    size_t conflicts = 0;
    char *text = merged("x\r\na\r\n", "x\r\nb\r\n", "x\r\nc\r\n", &conflicts);

    cr_assert(eq(str, text,
                 "x\r\n<<<<<<< ours\r\nb\r\n||||||| base\r\na\r\n=======\r\n"
                 "c\r\n>>>>>>> theirs\r\n"));
    free(text);
    text = merged("<<<<<<<< x\na\n", "<<<<<<<< x\nb\n", "<<<<<<<< x\nc\n",
                  &conflicts);
    cr_assert(eq(str, text,
                 "<<<<<<<< x\n<<<<<<<<< ours\nb\n||||||||| base\na\n"
                 "=========\nc\n>>>>>>>>> theirs\n"));
    free(text);
}

Test(merge, what_it_cannot_take_is_refused)
{
    canon_merge_input in = {0};
    canon_merge *merge = NULL;
    canon_error err = {0};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, canon_spec_merge(&in, &merge, &err), CANON_EINVAL));
    in.size = sizeof(in);
    in.ours_len = 1;
    cr_assert(eq(int, canon_spec_merge(&in, &merge, &err), CANON_EINVAL));
    cr_assert(eq(ptr, merge, NULL));
    in.ours = "\xff";
    cr_assert(eq(int, canon_spec_merge(&in, &merge, &err), CANON_OK));
    cr_assert(eq(int, canon_merge_json(merge, &out, &err), CANON_EINVAL));
    cr_assert(eq(int, canon_merge_write(merge, &out, &err), CANON_OK));
    cr_assert(eq(str, out.data, "\xff"));
    canon_buf_free(&out);
    canon_merge_free(merge);
}

Test(merge, parts_give_the_text_and_the_conflicts)
{
    canon_merge *merge = merge_of("x\na\ny\n", "x\nb\ny\n", "x\nc\ny\n");
    const canon_merge_part *part = canon_merge_at(merge, 1);
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(sz, canon_merge_count(merge), 3));
    cr_assert(eq(int, part->is_conflict, 1));
    cr_assert(eq(sz, part->ours_len, 2));
    cr_assert(eq(int, memcmp(part->theirs, "c\n", 2), 0));
    cr_assert(eq(ptr, (void *)canon_merge_at(merge, 3), NULL));
    cr_assert(eq(int, canon_merge_json(merge, &out, NULL), 0));
    cr_assert(eq(str, out.data,
                 "{\"content\":\"x\\n<<<<<<< ours\\nb\\n||||||| base\\na\\n"
                 "=======\\nc\\n>>>>>>> theirs\\ny\\n\",\"conflicts\":1,"
                 "\"parts\":[{\"text\":\"x\\n\"},{\"base\":\"a\\n\",\"ours\":"
                 "\"b\\n\",\"theirs\":\"c\\n\"},{\"text\":\"y\\n\"}]}"));
    canon_buf_free(&out);
    canon_merge_free(merge);
    canon_merge_free(NULL);
}

Test(merge, too_long_a_version_is_refused)
{
    size_t len = (size_t)4 * 1024 * 1024 + 1;
    canon_merge_input in = CANON_MERGE_INPUT_INIT;
    canon_merge *merge = NULL;
    canon_error err = {0};

    in.theirs = calloc(1, len);
    in.theirs_len = len;
    cr_assert(eq(int, canon_spec_merge(&in, &merge, &err), CANON_ETOOBIG));
    cr_assert(eq(ptr, merge, NULL));
    cr_assert(ne(str, err.text, ""));
    memset((void *)in.theirs, '\n', len);
    in.theirs_len = 256 * 1024 + 1;
    cr_assert(eq(int, canon_spec_merge(&in, &merge, &err), CANON_ETOOBIG));
    in.theirs_len--;
    cr_assert(eq(int, canon_spec_merge(&in, &merge, &err), CANON_OK));
    canon_merge_free(merge);
    free((void *)in.theirs);
}

/* --- properties ----------------------------------------------------------- */

static unsigned seed = 1;

static unsigned dice(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

static void random_text(char *out, int lines)
{
    static const char *const kinds[] = {
        "a\n",
        "b c\n",
        "\n",
        "- [ ] c\n",
        "- [x] c\n",
        "- [ ] d e\n",
        "  - [ ] f\n",
        "## 1. d\n",
        "## 2. d\n",
        "## e\n",
        "- g\n",
        "x\r\n",
        "<!-- canon:system:1 status:todo -->\n",
        "<!-- canon:system:1 status:done -->\n",
        "<!-- canon:realized-in:PR#1 -->\n",
        "| r |\n",
        "k: v\n",
        "---\n",
    };
    const unsigned count = sizeof(kinds) / sizeof(kinds[0]);

    *out = '\0';
    while (lines-- > 0)
        strcat(out, kinds[dice(count)]);
    if (dice(4) == 0)
        strcat(out, "tail");
}

/* A text with lines taken out, put in and ticked. */
static void random_change(const char *from, char *out)
{
    char line[256];

    *out = '\0';
    while (*from) {
        size_t len = strcspn(from, "\n") + 1;

        len = len > strlen(from) ? strlen(from) : len;
        if (dice(9) == 0) {
            random_text(line, 1);
            line[strcspn(line, "\n") + 1] = '\0';
            strcat(out, line);
        }
        snprintf(line, sizeof(line), "%.*s", (int)len, from);
        if (dice(4) == 0 && strncmp(line, "- [", 3) == 0)
            line[3] = line[3] == ' ' ? 'x' : ' ';
        if (dice(9) != 0)
            strcat(out, line);
        from += len;
    }
}

/* How often a line with these words stands in a text, ticked or not. */
static int count_line(const char *text, const char *words)
{
    int count = 0;

    while (*text) {
        size_t len = strcspn(text, "\r\n");

        if (len == strlen(words)) {
            const char *box = strstr(words, "[ ]");
            size_t at = box ? (size_t)(box - words) + 1 : len;

            /* but for the state of the box */
            count += strncmp(text, words, at) == 0 &&
                     (!box || strncmp(text + at + 1, words + at + 1,
                                      len - at - 1) == 0);
        }
        text += len + strspn(text + len, "\r\n");
    }
    return count;
}

/* Not more often than both sides together want it. */
static void check_count(const char *base, const char *ours, const char *theirs,
                        const char *text, const char *words)
{
    int b = count_line(base, words);
    int o = count_line(ours, words);
    int t = count_line(theirs, words);
    int most = o > t ? o : t;

    most = o + t - b > most ? o + t - b : most;
    cr_assert(le(int, count_line(text, words), most),
              "%s:\n%s\n--\n%s\n--\n%s\n--\n%s", words, base, ours, theirs,
              text);
}

Test(merge, one_sided_changes_are_taken_whatever_they_are, .timeout = 120)
{
    for (int round = 0; round < 4000; round++) {
        char base[1024];
        char other[1024];

        random_text(base, (int)dice(14));
        random_text(other, (int)dice(14));
        expect(base, other, base, other);
        expect(base, base, other, other);
        expect(base, other, other, other);
    }
}

Test(merge, a_far_change_of_the_other_side_does_not_matter, .timeout = 120)
{
    static const char head[] = "## First\n\nwords\n\n## zz\n\n";
    static const char changed[] = "## First\n\nnew words\n\n## zz\n\n";

    for (int round = 0; round < 4000; round++) {
        char one[1024];
        char other[1024];
        char base[1200];
        char ours[1200];
        char theirs[1200];
        char result[1200];

        random_text(one, (int)dice(14));
        random_text(other, (int)dice(14));
        snprintf(base, sizeof(base), "%s%s", head, one);
        snprintf(ours, sizeof(ours), "%s%s", head, other);
        snprintf(theirs, sizeof(theirs), "%s%s", changed, one);
        snprintf(result, sizeof(result), "%s%s", changed, other);
        expect(base, ours, theirs, result);
    }
}

Test(merge, nothing_is_glued_doubled_or_made_up, .timeout = 120)
{
    static const char *const words[] = {"- [ ] c", "- [ ] d e", "  - [ ] f",
                                        "## e"};
    int clean = 0;

    for (int round = 0; round < 20000; round++) {
        char base[1024];
        char ours[1024];
        char theirs[1024];
        size_t conflicts = 0;
        char *text;

        random_text(base, (int)dice(14));
        random_change(base, ours);
        random_change(base, theirs);
        text = merged(base, ours, theirs, &conflicts);
        cr_assert(eq(ptr, strstr(text, "tail-"), NULL));
        cr_assert(eq(ptr, strstr(text, "tail#"), NULL));
        for (size_t i = 0; !conflicts && i < sizeof(words) / sizeof(words[0]);
             i++)
            check_count(base, ours, theirs, text, words[i]);
        clean += conflicts == 0;
        free(text);
    }
    /* it would be easy to be right about nothing */
    cr_assert(gt(int, clean, 8000));
}

Test(merge, both_sides_see_as_many_conflicts, .timeout = 120)
{
    for (int round = 0; round < 4000; round++) {
        char base[1024];
        char ours[1024];
        char theirs[1024];
        size_t one = 0;
        size_t two = 0;

        random_text(base, (int)dice(10));
        random_text(ours, (int)dice(10));
        random_text(theirs, (int)dice(10));
        free(merged(base, ours, theirs, &one));
        free(merged(base, theirs, ours, &two));
        cr_assert(eq(sz, one, two), "%s\n--\n%s\n--\n%s", base, ours, theirs);
    }
}

Test(merge, hostile_texts_take_no_longer_than_their_length, .timeout = 60)
{
    size_t lines = 200000;
    char *base = malloc(lines * 4 + 1);
    char *ours = malloc(lines * 4 + 1);
    size_t conflicts = 0;

    for (size_t i = 0; i < lines; i++) {
        memcpy(base + i * 2, i % 3 ? "a\n" : "b\n", 2);
        memcpy(ours + i * 2, i % 2 ? "a\n" : "b\n", 2);
    }
    base[lines * 2] = '\0';
    ours[lines * 2] = '\0';
    free(merged(base, ours, base, &conflicts));
    cr_assert(eq(sz, conflicts, 0));
    for (size_t i = 0; i < lines; i++)
        snprintf(ours + i * 4, 5, "%03zx\n", (i * 7919) % 4096);
    free(merged(base, ours, base, &conflicts));
    cr_assert(eq(sz, conflicts, 0));
    free(base);
    free(ours);
}

static int merge_and_write(void *user)
{
    canon_merge_input in = CANON_MERGE_INPUT_INIT;
    canon_merge *merge = NULL;
    canon_buf out = CANON_BUF_INIT;
    canon_error err;
    int rc;

    (void)user;
    in.base = "a\n- [ ] b c\n\nc\nd\n- [ ] m\n\n";
    in.ours = "a\n- [x] b c\n- [ ] m\n\nC\nd\n\n- [ ] q\n";
    in.theirs = "\xEF\xBB\xBFx\n- [ ] b c, d\n\nc2\nd\n- [x] m\n\n- [ ] r\n";
    in.base_len = strlen(in.base);
    in.ours_len = strlen(in.ours);
    in.theirs_len = strlen(in.theirs);
    rc = canon_spec_merge(&in, &merge, &err);
    if (!rc)
        rc = canon_merge_json(merge, &out, &err);
    canon_buf_free(&out);
    canon_merge_free(merge);
    return rc;
}

Test(merge, survives_failing_allocations)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, merge_and_write, NULL), 5));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, merge_and_write, NULL), 5));
}
