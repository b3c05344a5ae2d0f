/*
 * Documents that were written to take long.
 */
#include "render_support.h"

#include <stdlib.h>
#include <string.h>

#define SIZE ((size_t)256 * 1024)

static const char *const units[] = {
    "~~a ",        "~~a~~",
    "www.",        "www.a_",
    "http://a(((", "| ~~a",
    "|a|b\n",      "|a|\n|-|\n",
    "`a",          "[a](b.md#c) ",
    "[a](#b) ",    "![a](b) ",
    "# a\n",       "- [ ] a\n",
    "> ",          "- ",
    "<!-- a --> ", "<!--\n",
    "\\|",         "\\~~",
    "&amp;",       "\"",
    "*a **b ",     "#### Scenario: a\n- GIVEN b\n",
    "## a\n",      "<b>",
    "http://a;b;", "http://a&b;&c;",
    "|-",          "a|",
    ":",           "\xEF\xB7\x90\\|",
};

ParameterizedTestParameters(render_hostile, is_drawn_in_time)
{
    return cn_test_indexes(sizeof(units) / sizeof(units[0]));
}

ParameterizedTest(size_t *i, render_hostile, is_drawn_in_time, .timeout = 20)
{
    size_t len = strlen(units[*i]);
    char *text = malloc(SIZE + len);
    canon_buf out = CANON_BUF_INIT;
    canon_spec *spec = NULL;
    size_t n = 0;

    for (; n < SIZE; n += len)
        memcpy(text + n, units[*i], len);
    cr_assert(eq(int, 0, canon_render_html(text, n, &here, &out, NULL)));
    cr_assert(eq(int, 0, canon_spec_parse(text, n, NULL, &spec, NULL)));
    cr_assert(eq(int, 0, canon_render_spec(spec, &here, &out, NULL)));
    canon_spec_free(spec);
    canon_buf_free(&out);
    free(text);
}

/* A header of the given number of columns, and as many short rows. */
static size_t count_cells_of(size_t columns, size_t rows)
{
    char *text = malloc(4 * (columns + rows) + 16);
    canon_buf out = CANON_BUF_INIT;
    size_t len = 0;
    size_t cells = 0;

    for (size_t i = 0; i < columns; i++, len += 2)
        memcpy(text + len, "|a", 2);
    text[len++] = '\n';
    for (size_t i = 0; i < columns; i++, len += 2)
        memcpy(text + len, "|-", 2);
    for (size_t i = 0; i < rows; i++, len += 2)
        memcpy(text + len, "\nb", 2);
    cr_assert(eq(int, 0, canon_render_html(text, len, &here, &out, NULL)));
    for (const char *p = out.data; (p = strstr(p, "</t")) != NULL; p += 3)
        cells += p[3] == 'd' || (p[3] == 'h' && p[4] == '>');
    canon_buf_free(&out);
    free(text);
    return cells;
}

Test(render_hostile, tables_have_at_most_64_columns)
{
    cr_assert(eq(sz, count_cells_of(64, 1), 128));
    cr_assert(eq(sz, count_cells_of(65, 1), 0));
}

Test(render_hostile, tables_have_at_most_20_000_cells)
{
    cr_assert(eq(sz, count_cells_of(10, 1999), 20000));
    cr_assert(eq(sz, count_cells_of(10, 2000), 0));
}

Test(render_hostile, shows_the_source_when_there_are_too_many_images)
{
    static const char unit[] = "![[]()";
    char *text = malloc(10001 * 6 + 1);
    canon_buf out = CANON_BUF_INIT;

    for (size_t i = 0; i < 10001; i++)
        memcpy(text + i * 6, unit, 6);
    cr_assert(eq(int, 0, canon_render_html(text, 10001 * 6, NULL, &out, NULL)));
    cr_assert(strstr(out.data, "<pre class=\"markdown-source\">![[]()") !=
              NULL);
    canon_buf_free(&out);
    free(text);
}

Test(render_hostile, refuses_more_than_a_mebibyte)
{
    size_t len = 1024 * 1024 + 1;
    char *text = calloc(1, len);
    canon_buf out = CANON_BUF_INIT;
    canon_error err;

    memset(text, 'a', len);
    cr_assert(
        eq(int, CANON_ETOOBIG, canon_render_html(text, len, NULL, &out, &err)));
    cr_assert(eq(int, 0, canon_render_html(text, len - 1, NULL, &out, &err)));
    canon_buf_free(&out);
    free(text);
}

Test(render_hostile, takes_any_bytes)
{
    char bytes[256];
    canon_buf out = CANON_BUF_INIT;

    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    cr_assert(eq(int, 0, canon_render_html(bytes, 256, NULL, &out, NULL)));
    cr_assert(eq(sz, strlen(out.data), out.len));
    canon_buf_free(&out);
}
