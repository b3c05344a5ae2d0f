/*
 * HTML: whatever the document, only the elements and attributes that the
 * renderer knows come out, every address is harmless, and elements are closed
 * in the order they were opened.
 */
#include "canon/render.h"

#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#define DEPTH 200000

static const char *const elements[] = {
    "p",  "h1", "h2", "h3",    "h4",    "h5",    "h6",         "pre",
    "ul", "ol", "li", "table", "thead", "tbody", "blockquote", "code",
    "tr", "th", "td", "div",   "span",  "em",    "strong",     "del",
    "a",  "br", "hr", "img",   "input",
};

static const char *const attributes[] = {
    "class", "id",      "href",     "title", "rel",    "src",   "alt",
    "type",  "checked", "disabled", "align", "target", "start",
};

static const char *const empty_elements[] = {"br", "hr", "img", "input"};

static const char *const addresses[] = {
    "http:",
    "https:",
    "mailto:",
    "ftp:",
    "tel:",
    "data:image/gif",
    "data:image/jpeg",
    "data:image/png",
    "data:image/webp",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int find(const char *const *names, size_t count, const char *s,
                size_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0)
            return (int)i;
    }
    return -1;
}

static bool starts(const char *s, const char *prefix)
{
    for (; *prefix; s++, prefix++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s + 32) : *s;

        if (c != *prefix)
            return false;
    }
    return true;
}

/* RFC 3986 3.1: what holds another character before the colon is no scheme. */
static bool is_scheme(const char *s, size_t len)
{
    static const char others[] = "0123456789+-.";

    for (size_t i = 0; i < len; i++) {
        char c = (char)(s[i] | 32);

        if ((c < 'a' || c > 'z') && (i == 0 || !strchr(others, s[i])))
            return false;
    }
    return len > 0;
}

/* Relative, or one of the schemes. */
static void check_address(const char *value)
{
    size_t colon = strcspn(value, ":/?#\"");

    if (value[colon] != ':' || !is_scheme(value, colon))
        return;
    for (size_t i = 0; i < COUNT(addresses); i++) {
        if (starts(value, addresses[i]))
            return;
    }
    check(!"scheme");
}

/* At the blank before an attribute; returns where it ends. */
static const char *check_attribute(const char *p)
{
    size_t len = strcspn(p + 1, "=");
    int name = find(attributes, COUNT(attributes), p + 1, len);
    const char *value = p + 1 + len + 2;
    const char *end;

    check(name >= 0 && value[-1] == '"');
    if (strcmp(attributes[name], "href") == 0 ||
        strcmp(attributes[name], "src") == 0)
        check_address(value);
    end = strchr(value, '"');
    check(end);
    check(!memchr(value, '<', (size_t)(end - value)));
    check(!memchr(value, '>', (size_t)(end - value)));
    return end + 1;
}

static const char *check_tag(const char *p, unsigned char *stack, size_t *depth)
{
    bool closes = p[1] == '/';
    const char *name = p + 1 + closes;
    size_t len = strcspn(name, " >");
    int element = find(elements, COUNT(elements), name, len);

    check(element >= 0);
    p = name + len;
    while (*p == ' ' && p[1] != '/')
        p = check_attribute(p);
    if (closes) {
        check(*depth > 0 && stack[--*depth] == element);
    } else if (find(empty_elements, COUNT(empty_elements), name, len) < 0) {
        check(*depth < DEPTH);
        stack[(*depth)++] = (unsigned char)element;
    } else {
        check(p[0] == ' ' && p[1] == '/');
        p += 2;
    }
    check(*p == '>');
    return p + 1;
}

static void check_entity(const char *p)
{
    check(starts(p, "&amp;") || starts(p, "&lt;") || starts(p, "&gt;") ||
          starts(p, "&quot;") || starts(p, "&#x27;"));
}

static void check_html(const canon_buf *html)
{
    unsigned char *stack = malloc(DEPTH);
    size_t depth = 0;
    const char *p = html->data;

    check(stack && strlen(p) == html->len);
    while (*p) {
        if (*p == '<') {
            p = check_tag(p, stack, &depth);
            continue;
        }
        check(*p != '>');
        if (*p == '&')
            check_entity(p);
        p++;
    }
    check(depth == 0);
    free(stack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    canon_render_options o = {.size = sizeof(o)};
    canon_buf html = CANON_BUF_INIT;
    canon_spec *spec = NULL;
    int rc;

    if (size & 1) {
        o.org = "acme";
        o.repo = "acme/web";
        o.path = "docs/specs/a.md";
        o.raw_base = "https://raw.example/main";
        o.jira_host = "acme.example";
    }
    rc = canon_render_html((const char *)data, size, &o, &html, NULL);
    check(rc == CANON_OK || rc == CANON_ETOOBIG);
    if (!rc)
        check_html(&html);
    rc = canon_spec_parse((const char *)data, size, NULL, &spec, NULL);
    if (!rc)
        rc = canon_render_spec(spec, &o, &html, NULL);
    check(rc == CANON_OK || rc == CANON_ETOOBIG);
    if (!rc)
        check_html(&html);
    canon_buf_free(&html);
    canon_spec_free(spec);
    return 0;
}
