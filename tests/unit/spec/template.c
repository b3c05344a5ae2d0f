/*
 * New documents.
 */
#include "canon/spec.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char editor[] =
    "---\ntitle: Untitled Spec\nstatus: draft\nowner: \"Ada: L\"\nteam: \"\"\n"
    "review_status: draft\ncreated: \"2026-03-18\"\ntags: []\n---\n\n"
    "## 1. Overview\n\n_What changes, for whom, and why now?_\n\n"
    "## 2. Requirements\n\n### Acceptance Criteria\n\n"
    "- [ ] Something a reviewer can check\n"
    "- [ ] Something else a reviewer can check\n\n"
    "## 3. Design\n\n_How will it work? Name the parts that change._\n\n"
    "## 4. Rollout Plan\n\n"
    "_How does it reach users, and how do we notice that it went wrong?_\n";

Test(spec_template, gives_the_editor_a_start)
{
    canon_template t = {sizeof(t), NULL, NULL, "Ada: L", "2026-03-18"};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, 0, canon_spec_template(&t, &out, NULL)));
    cr_assert(eq(str, out.data, (char *)editor));
    canon_buf_free(&out);
}

static const char *const types[] = {"adr", "design", "proposal", "spec"};

ParameterizedTestParameters(spec_template, is_read_without_errors)
{
    return cn_test_indexes(4);
}

ParameterizedTest(size_t *i, spec_template, is_read_without_errors)
{
    canon_template t = {sizeof(t), types[*i], "A\n\"b\": <c> #", NULL, NULL};
    canon_buf out = CANON_BUF_INIT;
    canon_spec *spec = NULL;

    cr_assert(eq(int, 0, canon_spec_template(&t, &out, NULL)));
    cr_assert(
        eq(int, 0, canon_spec_parse(out.data, out.len, NULL, &spec, NULL)));
    cr_assert(eq(sz, canon_spec_diagnostic_count(spec), 0));
    cr_assert(
        eq(str, (char *)canon_spec_meta_of(spec)->doc_type, (char *)types[*i]));
    cr_assert(eq(str, (char *)canon_spec_meta_of(spec)->title,
                 (char *)"A\n\"b\": <c> #"));
    cr_assert(ge(sz, canon_spec_section_count(spec), 4));
    canon_spec_free(spec);
    canon_buf_free(&out);
}

Test(spec_template, names_the_types_for_an_unknown_one)
{
    canon_template t = {sizeof(t), "memo", NULL, NULL, NULL};
    canon_buf out = CANON_BUF_INIT;
    canon_error err;

    cr_assert(eq(int, CANON_EINVAL, canon_spec_template(&t, &out, &err)));
    cr_assert(strstr(err.text, "adr, design, proposal, spec") != NULL);
    cr_assert(eq(ptr, out.data, NULL));
}

Test(spec_template, refuses_what_is_not_utf8)
{
    canon_template t = {sizeof(t), NULL, "\xFF", NULL, NULL};
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, CANON_EINVAL, canon_spec_template(&t, &out, NULL)));
}

static int make(void *user)
{
    canon_template t = {sizeof(t), user, NULL, "a", NULL};
    canon_buf out = CANON_BUF_INIT;
    int rc = canon_spec_template(&t, &out, NULL);

    canon_buf_free(&out);
    return rc;
}

Test(spec_template, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, make, NULL), 1));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, make, (void *)"adr"), 1));
}
