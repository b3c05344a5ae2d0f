#include "spec_test.h"

static const char text[] =
    FRONT "## 1. A\n<!-- canon:system:1 status:blocked:X-1 -->\n\n"
          "Prose. <!-- canon:ticket:jira:X-2 --> More.\n"
          "<!-- canon:delta:added -->\n\n### Acceptance Criteria\n\n"
          "- [x] MUST do\n<!-- canon:realized-in:PR#3 file:a.c:1-2 -->\n"
          "#### Scenario: s\n- GIVEN g\n### 1.1 B\n";

static void expect_in(const char *json, const char *part)
{
    cr_expect(strstr(json, part) != NULL, "%s\nis not in\n%s", part, json);
}

Test(spec_json, has_every_member)
{
    canon_spec *spec = spec_of(text);
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, canon_spec_json(spec, &out, NULL), 0));
    expect_in(out.data, "{\"file_path\":\"\",\"frontmatter\":{\"title\":"
                        "\"T\",\"status\":\"draft\",\"owner\":\"\","
                        "\"team\":\"\",\"ticket_project\":null,"
                        "\"created\":null,\"updated\":null,\"tags\":[],"
                        "\"doc_type\":\"spec\",\"depends_on\":[],"
                        "\"supersedes\":null,\"review_status\":null}");
    expect_in(out.data, "\"ticket_link\":{\"system\":\"jira\","
                        "\"ticket_id\":\"X-2\"},\"status\":{\"state\":"
                        "\"blocked\",\"blocked_by\":\"X-1\"}");
    expect_in(out.data,
              "{\"text\":\"MUST do\",\"checked\":true,\"line\":12,"
              "\"realized_in\":[{\"pr_number\":3,\"file_path\":\"a.c\","
              "\"lines\":\"1-2\"}],\"strength\":\"MUST\"}");
    expect_in(out.data,
              "\"scenarios\":[{\"name\":\"s\",\"steps\":[{\"keyword\":"
              "\"GIVEN\",\"text\":\"g\",\"strength\":null,\"line\":15}],"
              "\"start_line\":14,\"end_line\":15}],\"delta\":\"added\","
              "\"realized_in\":[],\"start_line\":4,\"end_line\":15,"
              "\"children\":[{\"id\":\"1.1-b\"");
    expect_in(out.data, "\"raw\":\"---\\ntitle: T\\n");
    canon_buf_free(&out);
    canon_spec_free(spec);
}

Test(spec_json, shows_an_editor_what_it_needs)
{
    canon_spec *spec = spec_of(text);
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, canon_spec_editor_json(spec, &out, NULL), 0));
    expect_in(out.data, "{\"ok\":true,\"sections\":[{\"id\":\"1-a\"");
    expect_in(out.data, "\"prose_content\":\"Prose. More.\\n"
                        "<!-- canon:delta:added -->\",\"status\":\"blocked\"");
    expect_in(out.data, "\"blocked_by\":\"X-1\",\"delta\":\"added\","
                        "\"scenarios\":[{");
    expect_in(out.data, "\"frontmatter\":{\"title\":\"T\"");
    expect_in(out.data, "\"diagnostics\":[]}");
    canon_buf_free(&out);
    canon_spec_free(spec);
}

Test(spec_json, lists_diagnostics)
{
    canon_spec *spec = spec_of("");
    canon_buf out = CANON_BUF_INIT;

    cr_assert(eq(int, canon_spec_diagnostics_json(spec, &out, NULL), 0));
    expect_str(out.data,
               "[{\"severity\":\"warning\",\"code\":"
               "\"frontmatter.missing_title\",\"message\":\"the front matter "
               "gives no title\",\"line\":null,\"file_path\":null}]");
    canon_buf_free(&out);
    canon_spec_free(spec);
}

static void expect_prose(const char *section, const char *prose)
{
    char all[512] = "## 1 A\n";
    canon_spec *spec = spec_of(strcat(all, section));
    canon_buf out = CANON_BUF_INIT;
    char wanted[512] = "\"prose_content\":\"";

    strcat(strcat(wanted, prose), "\",\"status\"");
    cr_assert(eq(int, canon_spec_editor_json(spec, &out, NULL), 0));
    cr_expect(strstr(out.data, wanted) != NULL, "%s\nnot in %s", wanted,
              out.data);
    canon_buf_free(&out);
    canon_spec_free(spec);
}

#define STATUS "<!-- canon:system:1 status:done -->"
#define TICKET "<!-- canon:ticket:jira:X -->"

Test(spec_prose, loses_lines_of_status_and_ticket_comments)
{
    expect_prose("\n" STATUS "\n\na\n  " STATUS TICKET "  \nb\n", "a\\nb");
}

Test(spec_prose, loses_such_comments_on_lines_with_text)
{
    expect_prose(STATUS "  <!-- c -->\n", "<!-- c -->");
    expect_prose("a  " STATUS "\nb\n", "a\\nb");
    expect_prose("a  " STATUS " b\n", "a b");
    expect_prose("a" STATUS " b\n", "a b");
    expect_prose("a" STATUS "b\n", "ab");
    expect_prose("a " STATUS " " TICKET " b\n", "a b");
    expect_prose("a <!-- canon:system:1\nstatus:done --> b\n", "a b");
}

Test(spec_prose, keeps_other_comments_and_broken_ones)
{
    expect_prose("<!-- canon:delta:added -->\n<!-- canon:system:1 -->\n",
                 "<!-- canon:delta:added -->\\n<!-- canon:system:1 -->");
}

Test(spec_prose, ends_at_the_first_criteria_heading)
{
    expect_prose("a\n\n#### Acceptance Criteria\n- [ ] b\n", "a");
    expect_prose("- [ ] a\n\nb\n", "- [ ] a\\n\\nb");
    expect_prose("## Acceptance Criteria\n- [ ] b\n", "");
    expect_prose("\r\n  a\r\nb\r\n\r\n", "  a\\nb");
}
