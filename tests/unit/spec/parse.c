#include "spec_test.h"

#include "spec_parts.h"
#include "torture.h"

#include <stdlib.h>

#define DOCUMENTS 20000

Test(spec_parse, accepts_nothing_at_all)
{
    canon_spec *spec = spec_of("");

    expect_str(codes_of(spec), "frontmatter.missing_title@0");
    cr_assert(eq(sz, canon_spec_section_count(spec), 0));
    expect_str(canon_spec_preamble(spec), "");
    cr_assert_null(canon_spec_heading(spec));
    cr_assert_null(canon_spec_section(spec, 0));
    cr_assert_null(canon_spec_diagnostic(spec, 1));
    canon_spec_free(spec);
    canon_spec_free(NULL);
}

Test(spec_parse, refuses_options_that_were_not_initialised)
{
    canon_spec_options o = {0};
    canon_spec *spec;

    cr_assert(eq(int, canon_spec_parse("", 0, &o, &spec, NULL), CANON_EINVAL));
    cr_assert_null(spec);
    o = (canon_spec_options)CANON_SPEC_OPTIONS_INIT;
    o.max_section_depth = 7;
    cr_assert(eq(int, canon_spec_parse("", 0, &o, &spec, NULL), CANON_EINVAL));
}

Test(spec_parse, refuses_a_text_above_its_limit)
{
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;
    canon_error err;
    canon_spec *spec;

    o.max_len = 3;
    cr_assert(
        eq(int, canon_spec_parse("abcd", 4, &o, &spec, &err), CANON_ETOOBIG));
    expect_str(err.text, "a document of 4 bytes; the limit is 3");
    cr_assert(eq(int, canon_spec_parse("abc", 3, &o, &spec, NULL), 0));
    canon_spec_free(spec);
}

Test(spec_parse, leaves_contents_empty_when_asked)
{
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;
    canon_spec *spec;

    o.no_content = 1;
    o.file_path = "a.md";
    cr_assert(eq(int, canon_spec_parse("## A\ntext", 9, &o, &spec, NULL), 0));
    expect_str(canon_spec_section(spec, 0)->content, "");
    expect_str(canon_spec_file_path(spec), "a.md");
    canon_spec_free(spec);
}

Test(spec_parse, repairs_bytes_that_are_not_utf8)
{
    static const char text[] = FRONT "## A\xff\n- [ ] b\xc3\n\0c\n"
                                     "<!-- canon:ticket:jira:\xfe -->\n";
    canon_spec *spec = spec_of_bytes(text, sizeof(text) - 1);
    const canon_section *s = canon_spec_section(spec, 0);

    expect_str(codes_of(spec), "encoding.invalid_utf8@4");
    expect_str(s->title, "A\xef\xbf\xbd");
    expect_str(s->criteria[0].text, "b\xef\xbf\xbd \xef\xbf\xbd"
                                    "c");
    expect_str(s->ticket_id, "\xef\xbf\xbd");
    canon_spec_free(spec);
}

Test(spec_parse, counts_lines_over_any_line_end)
{
    canon_spec *spec = spec_of("---\rtitle: A\r\n---\n\n\r## B\r- [ ] c\r\n");

    cr_assert(eq(sz, canon_spec_section(spec, 0)->start_line, 6));
    cr_assert(eq(sz, canon_spec_section(spec, 0)->criteria[0].line, 7));
    expect_str(canon_spec_section(spec, 0)->criteria[0].text, "c");
    canon_spec_free(spec);
}

Test(spec_parse, sorts_diagnostics_by_line_and_code)
{
    canon_spec *spec = spec_of("## A\n## A\n<!-- canon:x --><!-- canon: -->\n");

    expect_str(codes_of(spec),
               "frontmatter.missing_title@0 section.duplicate_id@2 "
               "directive.malformed@3 directive.unknown@3");
    canon_spec_free(spec);
}

Test(spec_parse, counts)
{
    canon_spec *spec =
        spec_of("## A\n<!-- canon:system:x status:done -->\n- [x] a\n"
                "<!-- canon:realized-in:PR#1 -->\n### B\n- [ ] b\n");
    canon_spec_counts n;

    canon_spec_count(spec, &n);
    cr_assert(eq(i64, n.total_sections, 2));
    cr_assert(eq(i64, n.done_sections, 1));
    cr_assert(eq(i64, n.total_ac, 2));
    cr_assert(eq(i64, n.done_ac, 1));
    cr_assert(eq(i64, n.realized_ac, 1));
    canon_spec_free(spec);
}

Test(spec_find, takes_what_a_person_types)
{
    canon_spec *spec = spec_of("## 1. Scope\n### 1.1 More\n## 2-x\n");

    expect_str(canon_spec_find(spec, "1.1-MORE")->id, "1.1-more");
    expect_str(canon_spec_find(spec, "1")->id, "1-scope");
    expect_str(canon_spec_find(spec, "ore")->id, "1.1-more");
    cr_assert_null(canon_spec_find(spec, "absent"));
    cr_assert_null(canon_spec_find(spec, ""));
    canon_spec_free(spec);
}

Test(spec_find, locates_by_id_and_then_by_number)
{
    canon_spec *spec = spec_of("## 1. A\n## 1. B\n## 2. C\n");
    size_t i = 9;

    cr_assert(eq(int, cn_spec_locate(spec, "1-b", &i, NULL), 0));
    cr_assert(eq(sz, i, 1));
    cr_assert(eq(int, cn_spec_locate(spec, "2", &i, NULL), 0));
    cr_assert(eq(sz, i, 2));
    cr_assert(eq(int, cn_spec_locate(spec, "1", &i, NULL), CANON_EAMBIGUOUS));
    cr_assert(eq(int, cn_spec_locate(spec, "3", &i, NULL), CANON_ENOTFOUND));
    canon_spec_free(spec);
}

Test(spec_text, is_the_same_but_for_case_and_blanks)
{
    cr_assert(cn_spec_same_text(cn_str(" a  B\n"), cn_str("A b")));
    cr_assert(cn_spec_same_text(cn_str(""), cn_str(" ")));
    cr_assert(not(cn_spec_same_text(cn_str("ab"), cn_str("a b"))));
    cr_assert(not(cn_spec_same_text(cn_str("a"), cn_str("ab"))));
}

Test(spec_names, go_there_and_back)
{
    for (int i = 0; i < CANON_STATE_COUNT; i++)
        cr_assert(eq(int, canon_state_find(canon_state_name(i)), i));
    cr_assert(eq(int, canon_state_find("odd"), -1));
    expect_str(canon_state_name(99), "draft");
    expect_str(canon_strength_name(CANON_STRENGTH_SHOULD_NOT), "SHOULD_NOT");
    expect_str(canon_delta_name(CANON_DELTA_REMOVED), "removed");
    expect_str(canon_severity_name(CANON_SEVERITY_INFO), "info");
}

/* clang-format off */
static const char *const parts[] = {
    "## A\n", "### 1. B\n", "#### Scenario: c\n", "- [ ] d\n", "  - [x] e MUST\n",
    "- GIVEN f\n", "text\n", "\n", "<!-- canon:system:1 status:done -->\n",
    "<!-- canon:ticket:jira:X -->", "<!-- canon:realized-in:PR#1 a:1 -->\n",
    "<!-- canon:delta:added -->", "<!-- plain", " -->", "```\n", "> ", "---\n",
    "title: t\n", "\r\n", "\r", "\xef\xbb\xbf", "\xff", "- ", "  ", "[a]: b\n",
    "### Acceptance Criteria\n", "<div>\n", "a\n---\n", "# H\n", "`", "*", "x: [",
};
/* clang-format on */

static size_t random_text(uint64_t *seed, char *out, size_t cap)
{
    size_t len = 0;
    size_t most;

    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    most = (*seed >> 33) % 30;
    for (size_t i = 0; i < most; i++) {
        const char *part;
        size_t n;

        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        part = parts[(*seed >> 33) % (sizeof(parts) / sizeof(parts[0]))];
        n = strlen(part);
        if (len + n > cap)
            break;
        memcpy(out + len, part, n);
        len += n;
    }
    return len;
}

/* The properties of the fuzz target: aborts when they do not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

Test(spec_parse, holds_what_it_promises_for_random_documents)
{
    uint64_t seed = 42;
    char text[1024];

    for (size_t i = 0; i < DOCUMENTS; i++) {
        size_t len = random_text(&seed, text, sizeof(text));

        LLVMFuzzerTestOneInput((const uint8_t *)text, len);
    }
}

static const char everything[] =
    FRONT "# H\n\n## 1. A <!-- canon:delta:added -->\n"
          "<!-- canon:system:free status:blocked:X -->\n"
          "<!-- canon:ticket:jira:X --><!-- canon:odd -->\n\n- [x] one `a`\n"
          "  two <!-- canon:realized-in:PR#1 a:1 -->\n\n#### Scenario: s\n"
          "- GIVEN x\n\n## 1. A\n<!-- canon:realized-in:audit b -->\n\xff\n";

static int build(void *user)
{
    canon_spec *spec = NULL;
    canon_buf out = CANON_BUF_INIT;
    int rc =
        canon_spec_parse(everything, sizeof(everything) - 1, NULL, &spec, NULL);

    (void)user;
    if (!rc)
        rc = canon_spec_json(spec, &out, NULL);
    if (!rc)
        rc = canon_spec_editor_json(spec, &out, NULL);
    if (!rc)
        rc = canon_spec_diagnostics_json(spec, &out, NULL);
    if (!rc)
        rc = canon_spec_write(spec, &out, NULL);
    canon_buf_free(&out);
    canon_spec_free(spec);
    return rc;
}

Test(spec_parse, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, build, NULL), 20));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, build, NULL), 20));
}

/* 1 MiB of the same, in well below a second each (a minute under the slowest
 * of sanitizers). */
static void read_million(const char *part)
{
    size_t n = strlen(part);
    char *text = malloc(CN_SPEC_MAX_LEN);
    canon_spec *spec;

    for (size_t i = 0; i < CN_SPEC_MAX_LEN; i++)
        text[i] = part[i % n];
    spec = spec_of_bytes(text, CN_SPEC_MAX_LEN);
    canon_spec_free(spec);
    free(text);
}

Test(spec_parse, takes_hostile_texts_in_its_stride, .timeout = 60)
{
    read_million("<!--");
    read_million("<!-- canon:x ");
    read_million(">");
    read_million("- ");
    read_million("[");
    read_million("`a``");
    read_million("![[]()");
    read_million(":a");
    read_million("## A\n");
    read_million("- [ ] a\n");
    read_million("a <!-- b -->\n");
    read_million("\n");
}
