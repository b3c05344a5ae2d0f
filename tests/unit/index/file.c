#include "index_test.h"

#include "conn.h"
#include "evidence.h"
#include "index.h"

DATABASE_TEST(file, is_indexed_changed_and_removed_alone)
{
    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    assert_ok(&t,
              canon_index_file(t.conn, "acme", "Acme/Api", "docs/specs/a.md"));
    cr_assert(eq(i64, totals_of("acme").sections, 3));
    test_write(folder, "docs/specs/a.md", "## Only one\n");
    assert_ok(&t,
              canon_index_file(t.conn, "acme", "acme/api", "docs/specs/a.md"));
    cr_assert(eq(i64, totals_of("acme").sections, 1));
    cr_assert(
        eq(str, (char *)text_of("acme", "docs/specs/a.md"), "## Only one\n"));
    remove_file("docs/specs/a.md");
    assert_ok(&t,
              canon_index_file(t.conn, "acme", "acme/api", "docs/specs/a.md"));
    cr_assert(eq(i64, totals_of("acme").documents, 0));
    assert_ok(&t,
              canon_index_file(t.conn, "acme", "acme/api", "docs/specs/a.md"));
    stop();
}

DATABASE_TEST(file, that_does_not_belong_into_the_index_stays_out)
{
    start(*which);
    test_write(folder, "src/notes.md", "# Notes\n");
    assert_ok(&t, canon_index_file(t.conn, "acme", "acme/api", "src/notes.md"));
    cr_assert(eq(i64, totals_of("acme").documents, 0));
    cr_assert(eq(int,
                 canon_index_file(t.conn, "acme", "acme/api", "../x/docs/a.md"),
                 CANON_EINVAL));
    cr_assert(eq(int, canon_index_file(t.conn, "acme", "acme/x", "docs/a.md"),
                 CANON_ENOTFOUND));
    stop();
}

DATABASE_TEST(file, of_the_configuration_indexes_the_repository)
{
    start(*which);
    test_write(folder, "design/a.md", "---\ntitle: A\n---\n");
    (void)index_now();
    test_write(folder, "CANON.yaml", "specs:\n  doc_paths: [design/*.md]\n");
    assert_ok(&t, canon_index_file(t.conn, "acme", "acme/api", "CANON.yaml"));
    cr_assert(eq(i64, totals_of("acme").specs, 1));
    stop();
}

DATABASE_TEST(file, that_was_indexed_alone_is_taken_over_by_the_next_run)
{
    canon_index_report report;

    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    assert_ok(&t,
              canon_index_file(t.conn, "acme", "acme/api", "docs/specs/a.md"));
    report = index_now();
    cr_assert(eq(i64, report.indexed, 0));
    cr_assert(eq(i64, report.unchanged, 1));
    stop();
}

/* An assessment of "it is fast" in section 1. */
static void assess(const char *org, const char *status, int64_t pr,
                   int64_t merged_at, int64_t at)
{
    cn_evidence_row row = {.repo = "acme/api",
                           .spec_path = "docs/specs/a.md",
                           .section_id = "1-first",
                           .ac_text = "It is fast",
                           .ac_norm = "it is fast",
                           .ac_hash = "h",
                           .status = status,
                           .pr_number = pr,
                           .pr_url = "",
                           .evidence_files = "[]",
                           .head_sha = "",
                           .merged_at = merged_at,
                           .assessed_at = at};

    assert_ok(&t, cn_conn_begin(t.conn, CN_DB_WRITE));
    assert_ok(&t, cn_store_evidence_put(t.conn->db, org, &row, &t.conn->err));
    assert_ok(&t, cn_conn_end(t.conn, CANON_OK));
}

static int64_t realized(void)
{
    assert_ok(&t,
              cn_index_realize(t.conn, "acme", "acme/api", "docs/specs/a.md"));
    return totals_of("acme").realized_criteria;
}

DATABASE_TEST(file, realized_criteria_follow_the_newest_assessment)
{
    start(*which);
    test_write(folder, "docs/specs/a.md", SPEC_A);
    (void)index_now();
    cr_assert(eq(i64, realized(), 0));
    assess("other", "realized", 1, 5, 100);
    cr_assert(eq(i64, realized(), 0), "of another organisation");
    assess("acme", "realized", 2, 0, 100);
    cr_assert(eq(i64, realized(), 0), "not merged");
    assess("acme", "realized", 3, 5, 200);
    cr_assert(eq(i64, realized(), 1));
    assess("acme", "realized", 4, 5, 201);
    cr_assert(eq(i64, realized(), 1), "counts once");
    assess("acme", "conflicting", 5, 6, 300);
    cr_assert(eq(i64, realized(), 0));
    assess("acme", "realized", 0, 0, 400);
    cr_assert(eq(i64, realized(), 1), "an audit");
    /* indexing again counts the same */
    test_write(folder, "docs/specs/a.md", SPEC_A "\nmore\n");
    (void)index_now();
    cr_assert(eq(i64, totals_of("acme").realized_criteria, 1));
    stop();
}

DATABASE_TEST(file, comments_realize_criteria_without_an_assessment)
{
    start(*which);
    test_write(folder, "docs/specs/a.md",
               "## 1. First\n\n- [x] It is fast\n"
               "  <!-- canon:realized-in:PR#7 file:src/a.c:1-2 -->\n");
    (void)index_now();
    cr_assert(eq(i64, totals_of("acme").realized_criteria, 1));
    assess("acme", "partially_realized", 9, 5, 100);
    cr_assert(eq(i64, realized(), 0), "the assessment decides");
    stop();
}

Test(file, texts_of_criteria_are_compared_without_case_and_blanks)
{
    cn_arena a = CN_ARENA_INIT;

    cr_assert(
        eq(str, cn_criterion_norm(&a, "  It\t is \n FAST "), "it is fast"));
    cr_assert(eq(str, cn_criterion_norm(&a, " "), ""));
    cn_arena_free(&a);
}
