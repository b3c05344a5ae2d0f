/* Rendering in one call, for the tests of this folder. */
#ifndef RENDER_SUPPORT_H
#define RENDER_SUPPORT_H

#include "canon/render.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static const canon_render_options here = {
    .size = sizeof(canon_render_options),
    .org = "acme",
    .repo = "acme/web",
    .path = "docs/specs/auth/login.md",
    .jira_host = "acme.atlassian.net",
    .raw_base = "https://raw.example/acme/web/main",
};

static inline void expect_html(const char *markdown, const char *html)
{
    static const char before[] = "<div class=\"markdown-content\">";
    canon_buf out = CANON_BUF_INIT;
    size_t len = strlen(html);

    cr_assert(
        eq(int, 0,
           canon_render_html(markdown, strlen(markdown), &here, &out, NULL)));
    cr_assert(strncmp(out.data, before, sizeof(before) - 1) == 0);
    cr_assert(strcmp(out.data + out.len - 7, "</div>\n") == 0);
    cr_assert(eq(sz, out.len, len + sizeof(before) - 1 + 7),
              "%s\nis drawn as\n%s", markdown, out.data);
    cr_assert(memcmp(out.data + sizeof(before) - 1, html, len) == 0,
              "%s\nis drawn as\n%s", markdown, out.data);
    canon_buf_free(&out);
}

/* The page of a spec; free it with canon_buf_free. */
static inline canon_buf page_of(const char *markdown)
{
    canon_buf out = CANON_BUF_INIT;
    canon_spec *spec = NULL;

    cr_assert(
        eq(int, 0,
           canon_spec_parse(markdown, strlen(markdown), NULL, &spec, NULL)));
    cr_assert(eq(int, 0, canon_render_spec(spec, &here, &out, NULL)));
    canon_spec_free(spec);
    return out;
}

static inline void expect_in_page(const char *markdown, const char *html)
{
    canon_buf page = page_of(markdown);

    cr_assert(strstr(page.data, html) != NULL, "no %s in\n%s", html, page.data);
    canon_buf_free(&page);
}

static inline void expect_not_in_page(const char *markdown, const char *html)
{
    canon_buf page = page_of(markdown);

    cr_assert(strstr(page.data, html) == NULL, "%s is in\n%s", html, page.data);
    canon_buf_free(&page);
}

#endif
