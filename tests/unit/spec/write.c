/*
 * The operations of the writer, where the vectors say nothing.
 */
#include "canon/spec.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static canon_spec *parse(const char *text)
{
    canon_spec *spec = NULL;

    cr_assert(
        eq(int, 0, canon_spec_parse(text, strlen(text), NULL, &spec, NULL)));
    return spec;
}

static void expect_meta(const char *before, const char *field,
                        const canon_meta_value *value, const char *after)
{
    canon_spec *spec = parse(before);
    canon_buf out = CANON_BUF_INIT;
    int changed = -1;
    int rc = canon_spec_set_meta(spec, field, value, &out, &changed, NULL);

    if (!after) {
        cr_assert(eq(int, rc, CANON_EINVAL), "%s", before);
        cr_assert(eq(ptr, out.data, NULL));
    } else {
        cr_assert(eq(int, rc, 0), "%s", before);
        cr_assert(eq(str, out.data, (char *)after));
        cr_assert(eq(int, changed, strcmp(before, after) != 0));
    }
    canon_buf_free(&out);
    canon_spec_free(spec);
}

static const struct {
    const char *before;
    const char *field;
    const char *text;  /* NULL: remove */
    const char *after; /* NULL: CANON_EINVAL */
} fields[] = {
    {"", "title", "A", "---\ntitle: A\n---\n"},
    {"\xEF\xBB\xBF"
     "A\r\n",
     "title", "A", "\xEF\xBB\xBF---\r\ntitle: A\r\n---\r\n\r\nA\r\n"},
    {"\nA", "title", "A", "---\ntitle: A\n---\n\nA"},
    {"A", "title", NULL, "A"},
    {"---\na: 1\n", "title", "A", NULL},
    {"---\n{a: 1}\n---\n", "a", "2", NULL},
    {"---\n  a: 1\n---\n", "a", "2", NULL},
    {"---\n- a\n---\n", "a", "2", NULL},
    {"---\na:\n---\n", "a", "", "---\na:\n---\n"},
    {"---\na:\n---\n", "a", "b", "---\na: b\n---\n"},
    {"---\na:   # c\n---\n", "a", "b", "---\na: b   # c\n---\n"},
    {"---\na:  'x'  # c\n---\n", "a", "b", "---\na:  \"b\"  # c\n---\n"},
    {"---\na: [1, 'x]'] # c\n---\n", "a", "b", "---\na: b # c\n---\n"},
    {"---\n\"a\" : x#y\n---\n", "a", "b", "---\n\"a\" : b\n---\n"},
    {"---\na: |\n  x\n\n  y\n\nb: 1\n---\n", "a", "z",
     "---\na: z\n\nb: 1\n---\n"},
    {"---\na: 1\na: 2\n---\n", "a", "c", "---\na: 1\na: c\n---\n"},
    {"---\na: 1\nb: 2\na:\n  - 3\n---\n", "a", NULL, "---\nb: 2\n---\n"},
    {"---\na: 007\n---\n", "a", "007", "---\na: 007\n---\n"},
    {"---\na: x\n---\n", "a", "007", "---\na: \"007\"\n---\n"},
    {"---\na: x\n---\n", "a", "1_0.5e-3", "---\na: \"1_0.5e-3\"\n---\n"},
    {"---\na: x\n---\n", "a", "2026-01-05", "---\na: 2026-01-05\n---\n"},
    {"---\na: x\n---\n", "a", "0xFf", "---\na: \"0xFf\"\n---\n"},
    {"---\na: x\n---\n", "a", ".NaN", "---\na: \".NaN\"\n---\n"},
    {"---\na: x\n---\n", "a", "Off", "---\na: \"Off\"\n---\n"},
    {"---\na: x\n---\n", "a", "a\tb\x01\xC2\x85\xE2\x80\xA8\xC3\xA9",
     "---\na: \"a\\tb\\x01\\x85\\u2028\xC3\xA9\"\n---\n"},
    {"---\na: x\n---\n", "a", " z ", "---\na: z\n---\n"},
    {"---\na: x\n---\n", "a", "\xFF", NULL},
    {"---\na: x\n---\n", "1a", "y", NULL},
    {"---\na: x\n---\n", "a b", "y", NULL},
    {"---\na: x\n---\n", "", "y", NULL},
    {"---\ntags: a,  b\n---\n", "tags", "a,  b", "---\ntags: a,  b\n---\n"},
};

ParameterizedTestParameters(spec_write_meta, sets_and_removes_fields)
{
    return cn_test_indexes(sizeof(fields) / sizeof(fields[0]));
}

ParameterizedTest(size_t *i, spec_write_meta, sets_and_removes_fields)
{
    canon_meta_value value = {fields[*i].text, NULL, 0, 0};

    expect_meta(fields[*i].before, fields[*i].field, &value, fields[*i].after);
}

Test(spec_write_meta, writes_lists)
{
    static const char *const items[] = {"a", "b, c", "no"};
    canon_meta_value three = {NULL, items, 3, 1};
    canon_meta_value one = {NULL, items, 1, 1};
    canon_meta_value none = {NULL, NULL, 0, 1};

    expect_meta("---\nt: 1\n---\n", "t", &three,
                "---\nt: [a, \"b, c\", \"no\"]\n---\n");
    expect_meta("---\nt: [a]\n---\n", "t", &none, "---\nt: []\n---\n");
    expect_meta("---\ntags: a,\n---\n", "tags", &one, "---\ntags: a,\n---\n");
    expect_meta("---\nt: a\n---\n", "t", &one, "---\nt: [a]\n---\n");
    expect_meta("---\nt:\n- a\n-\n---\n", "t", &one, "---\nt:\n- a\n-\n---\n");
}

static void expect_removed(const char *before, const char *after)
{
    canon_spec *spec = parse(before);
    canon_buf out = CANON_BUF_INIT;
    int changed;

    cr_assert(eq(int, 0,
                 canon_spec_remove_ticket(spec, canon_spec_section(spec, 0)->id,
                                          &out, &changed, NULL)));
    cr_assert(eq(str, out.data, (char *)after));
    canon_buf_free(&out);
    canon_spec_free(spec);
}

Test(spec_write_ticket, keeps_the_end_of_the_file_open)
{
    expect_removed("## A\r\n\r\nB\r\n<!-- canon:ticket:jira:A-1 -->",
                   "## A\r\n\r\nB");
    expect_removed("## A\n<!-- canon:ticket:jira:A-1 -->\n", "## A\n");
}

Test(spec_write_ticket, does_not_let_text_become_something_else)
{
    expect_removed("## A\n\nB\n<!-- canon:ticket:jira:A-1 -->\n---\n",
                   "## A\n\nB\n<!-- -->\n---\n");
    expect_removed("## A\n\n- [ ] b\n<!-- canon:ticket:jira:A-1 -->\nc\n",
                   "## A\n\n- [ ] b\n<!-- -->\nc\n");
}

Test(spec_write_status, refuses_a_reason_without_being_blocked)
{
    canon_spec *spec = parse("## 1. A\n");
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, CANON_EINVAL,
                 canon_spec_set_status(spec, "1", CANON_STATE_DONE, "X-1", &out,
                                       NULL, NULL)));
    cr_assert(eq(int, CANON_EINVAL,
                 canon_spec_set_status(spec, "1", CANON_STATE_BLOCKED, "", &out,
                                       NULL, NULL)));
    cr_assert(eq(int, CANON_EINVAL,
                 canon_spec_set_status(spec, "1", 6, NULL, &out, NULL, NULL)));
    canon_spec_free(spec);
}

Test(spec_write_ticket, refuses_unknown_systems_and_sections)
{
    canon_spec *spec = parse("## 1. A\n");
    canon_buf out = CANON_BUF_INIT;

    cr_assert(
        eq(int, CANON_EINVAL,
           canon_spec_set_ticket(spec, "1", "trello", "1", &out, NULL, NULL)));
    cr_assert(
        eq(int, CANON_EINVAL,
           canon_spec_set_ticket(spec, "1", NULL, "1", &out, NULL, NULL)));
    cr_assert(
        eq(int, CANON_ENOTFOUND,
           canon_spec_set_ticket(spec, "2", "jira", "1", &out, NULL, NULL)));
    cr_assert(eq(int, CANON_EINVAL,
                 canon_spec_remove_ticket(spec, NULL, &out, NULL, NULL)));
    canon_spec_free(spec);
}

static const struct {
    canon_evidence evidence;
    int code;
} proofs[] = {
    {{7, "a.c", "1-3,7"}, CANON_OK},         {{7, "a.c", NULL}, CANON_OK},
    {{0, "x::y.rs", "7"}, CANON_OK},         {{7, "x::y.rs", ""}, CANON_EINVAL},
    {{7, "a.c:10", ""}, CANON_EINVAL},       {{7, "C:\\m.c", ""}, CANON_OK},
    {{7, "a.c", "main"}, CANON_EINVAL},      {{-1, "a.c", ""}, CANON_EINVAL},
    {{7, "a--b.c", ""}, CANON_EINVAL},       {{7, "", ""}, CANON_EINVAL},
    {{1000000000, "a.c", ""}, CANON_EINVAL}, {{999999999, "a.c", ""}, CANON_OK},
    {{7, NULL, ""}, CANON_EINVAL},
};

ParameterizedTestParameters(spec_write_evidence, takes_what_can_be_read_back)
{
    return cn_test_indexes(sizeof(proofs) / sizeof(proofs[0]));
}

ParameterizedTest(size_t *i, spec_write_evidence, takes_what_can_be_read_back)
{
    canon_spec *spec = parse("## A\n\n- [ ] b\n");
    canon_criterion_ref b = {"b", NULL};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, proofs[*i].code,
                 canon_spec_add_evidence(spec, &b, &proofs[*i].evidence, &out,
                                         NULL, NULL)));
    canon_buf_free(&out);
    canon_spec_free(spec);
}

static void expect_evidence(const char *before, const char *after)
{
    canon_spec *spec = parse(before);
    canon_criterion_ref b = {"b", NULL};
    canon_evidence e = {7, "a.c", ""};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(
        eq(int, 0, canon_spec_add_evidence(spec, &b, &e, &out, NULL, NULL)));
    cr_assert(eq(str, out.data, (char *)after));
    canon_buf_free(&out);
    canon_spec_free(spec);
}

Test(spec_write_evidence, stays_in_its_list_item)
{
    expect_evidence("## A\n\n-\t[ ] b\n- c",
                    "## A\n\n-\t[ ] b\n    <!-- canon:realized-in:PR#7 "
                    "file:a.c -->\n- c");
    expect_evidence("## A\n\n1. - [ ] b",
                    "## A\n\n1. - [ ] b\n     <!-- canon:realized-in:PR#7 "
                    "file:a.c -->");
    expect_evidence("## A\r\n\r\n* x\r\n\t* [ ] b\r\n",
                    "## A\r\n\r\n* x\r\n\t* [ ] b\r\n\t  <!-- "
                    "canon:realized-in:PR#7 file:a.c -->\r\n");
}

typedef int operation(const canon_spec *spec, canon_buf *out);

static int set_status(const canon_spec *spec, canon_buf *out)
{
    return canon_spec_set_status(spec, "1", CANON_STATE_BLOCKED, "X", out, NULL,
                                 NULL);
}

static int set_ticket(const canon_spec *spec, canon_buf *out)
{
    return canon_spec_set_ticket(spec, "2", "jira", "A-1", out, NULL, NULL);
}

static int remove_ticket(const canon_spec *spec, canon_buf *out)
{
    return canon_spec_remove_ticket(spec, "1", out, NULL, NULL);
}

static int set_delta(const canon_spec *spec, canon_buf *out)
{
    return canon_spec_set_delta(spec, "1", CANON_DELTA_REMOVED, out, NULL,
                                NULL);
}

static int clear_delta(const canon_spec *spec, canon_buf *out)
{
    return canon_spec_clear_delta(spec, NULL, out, NULL, NULL);
}

static int tick(const canon_spec *spec, canon_buf *out)
{
    canon_criterion_ref b = {"b", "2"};

    return canon_spec_set_criterion(spec, &b, 1, out, NULL, NULL);
}

static int prove(const canon_spec *spec, canon_buf *out)
{
    canon_criterion_ref b = {"b", NULL};
    canon_evidence e = {7, "a.c", "3"};

    return canon_spec_add_evidence(spec, &b, &e, out, NULL, NULL);
}

static int set_meta(const canon_spec *spec, canon_buf *out)
{
    canon_meta_value value = {"a: b", NULL, 0, 0};

    return canon_spec_set_meta(spec, "title", &value, out, NULL, NULL);
}

static operation *const operations[] = {set_status, set_ticket,  remove_ticket,
                                        set_delta,  clear_delta, tick,
                                        prove,      set_meta};

static int run(void *user)
{
    static const char text[] =
        "---\ntitle: T # c\n---\n## 1. A\n<!-- canon:ticket:jira:A -->\n"
        "<!-- canon:delta:added -->\n<!-- canon:delta:added -->\n\n## 2. B\n\n"
        "- [ ] b\n";
    const size_t *i = user;
    canon_buf out = CANON_BUF_INIT;
    canon_spec *spec = NULL;
    int rc = canon_spec_parse(text, sizeof(text) - 1, NULL, &spec, NULL);

    if (!rc)
        rc = operations[*i](spec, &out);
    canon_buf_free(&out);
    canon_spec_free(spec);
    return rc;
}

ParameterizedTestParameters(spec_write, survives_every_failed_allocation)
{
    return cn_test_indexes(sizeof(operations) / sizeof(operations[0]));
}

ParameterizedTest(size_t *i, spec_write, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, run, i), 1));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, run, i), 1));
}
