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

static void expect(const char *base, const char *ours, const char *theirs,
                   const char *result)
{
    size_t conflicts = 0;
    char *text = merged(base, ours, theirs, &conflicts);

    cr_assert(eq(sz, conflicts, 0), "%s", text);
    cr_assert(eq(str, text, (char *)result));
    free(text);
    text = merged(base, theirs, ours, &conflicts);
    cr_assert(eq(sz, conflicts, 0), "the other way round: %s", text);
    free(text);
}

static void expect_conflicts(const char *base, const char *ours,
                             const char *theirs, size_t count)
{
    size_t conflicts = 0;
    char *text = merged(base, ours, theirs, &conflicts);

    cr_assert(eq(sz, conflicts, count), "%s", text);
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
    expect("- [ ] old\n", "- [x] old\n", "- [ ] new words\n",
           "- [x] new words\n");
    expect("  * [x] a\r\n", "  * [ ] a\r\n", "  * [x] b\r\n", "  * [ ] b\r\n");
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
    free((void *)in.theirs);
}

/* --- properties ------------------------------------------------------------- */

static unsigned seed = 1;

static unsigned dice(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

static void random_text(char *out, int lines)
{
    static const char *const kinds[] = {"a\n",       "b\n",       "\n",
                                        "- [ ] c\n", "- [x] c\n", "## d\n",
                                        "- [ ] e\n", "x\r\n"};

    *out = '\0';
    while (lines-- > 0)
        strcat(out, kinds[dice(8)]);
    if (dice(4) == 0)
        strcat(out, "tail");
}

Test(merge, one_sided_changes_are_taken_whatever_they_are, .timeout = 120)
{
    for (int round = 0; round < 4000; round++) {
        char base[256];
        char other[256];

        random_text(base, (int)dice(14));
        random_text(other, (int)dice(14));
        expect(base, other, base, other);
        expect(base, base, other, other);
        expect(base, other, other, other);
    }
}

Test(merge, both_sides_see_as_many_conflicts, .timeout = 120)
{
    for (int round = 0; round < 4000; round++) {
        char base[256];
        char ours[256];
        char theirs[256];
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
    in.base = "a\n- [ ] b\nc\nd\n";
    in.ours = "a\n- [x] b\nC\nd\n";
    in.theirs = "x\n- [ ] B\nc2\nd\n";
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
