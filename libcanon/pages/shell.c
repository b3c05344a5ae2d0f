/*
 * Whole pages: the application's shell, the hint that stands in its place, and
 * the error page.
 */
#include "pages.h"

#include "escape.h"

static const char image_path[] = "/static/og-image.png";

/* <meta name|property="name" content="value"> */
static void add_meta(cn_html *w, const char *attribute, const char *name,
                     const char *value)
{
    cn_html_open(w, "meta", NULL);
    cn_html_attr(w, attribute, cn_str(name));
    cn_html_attr(w, "content", cn_str(value));
    cn_html_raw(w, cn_str("\n"));
}

/* A meta element whose value is an address below the base. */
static void add_address(cn_html *w, const char *attribute, const char *name,
                        const cn_page_meta *meta, const char *path)
{
    cn_buf url = CN_BUF_INIT(CN_PAGE_MAX);
    cn_slice base = cn_str(meta->base_url);

    while (base.len > 0 && base.ptr[base.len - 1] == '/')
        base.len--;
    cn_buf_slice(&url, base);
    cn_buf_puts(&url, path);
    add_meta(w, attribute, name, cn_buf_text(&url));
    if (url.rc)
        w->out->rc = url.rc;
    cn_buf_free(&url);
}

/* Title, description, and what link previews look for. */
static void write_meta(cn_html *w, const cn_page_meta *meta)
{
    cn_html_element(w, "title", NULL, meta->title);
    cn_html_raw(w, cn_str("\n"));
    add_meta(w, "name", "description", meta->description);
    add_meta(w, "property", "og:type", "website");
    add_meta(w, "property", "og:title", meta->title);
    add_meta(w, "property", "og:description", meta->description);
    if (*meta->base_url) {
        add_address(w, "property", "og:url", meta, meta->path);
        add_address(w, "property", "og:image", meta, image_path);
    }
    add_meta(w, "name", "twitter:card", "summary_large_image");
    add_meta(w, "name", "twitter:title", meta->title);
    add_meta(w, "name", "twitter:description", meta->description);
    if (*meta->base_url)
        add_address(w, "name", "twitter:image", meta, image_path);
}

/* The session, where the application finds it. */
static void write_script(cn_html *w, const cn_page_shell *page)
{
    cn_html_open(w, "script", NULL);
    cn_html_attr(w, "nonce", cn_str(page->nonce));
    cn_html_raw(w, cn_str("window.__CANON__ = "));
    cn_html_script_json(w->out, page->session);
    cn_html_raw(w, cn_str(";"));
    cn_html_close(w, "script");
}

/* The head of the shell; a title of its own gives way to that of the page. */
static void write_head(cn_html *w, cn_slice head, const cn_page_meta *meta)
{
    size_t start = cn_slice_find_text(head, cn_str("<title>"));
    size_t end = cn_slice_find_text(head, cn_str("</title>"));

    if (!meta || start >= end || end == head.len) {
        cn_html_raw(w, head);
        return;
    }
    cn_html_raw(w, cn_slice_first(head, start));
    cn_html_raw(w, cn_slice_from(head, end + sizeof("</title>") - 1));
}

int cn_page_shell_write(const cn_page_shell *page, canon_buf *out,
                        canon_error *err)
{
    cn_buf text = CN_BUF_INIT(CN_PAGE_MAX);
    cn_html w = cn_html_to(&text);
    size_t at = cn_slice_find_text(page->shell, cn_str("</head>"));

    if (at == page->shell.len)
        at = 0;
    write_head(&w, cn_slice_first(page->shell, at), page->meta);
    if (page->meta)
        write_meta(&w, page->meta);
    write_script(&w, page);
    cn_html_raw(&w, cn_slice_from(page->shell, at));
    return cn_buf_export(&text, out, err);
}

/* Up to and with the heading. */
static void begin_page(cn_html *w, const char *title)
{
    cn_html_raw(w, cn_str("<!doctype html>\n<html lang=\"en\">\n<head>\n"
                          "<meta charset=\"utf-8\">\n"
                          "<meta name=\"viewport\" "
                          "content=\"width=device-width\">\n"));
    cn_html_element(w, "title", NULL, title);
    cn_html_raw(w, cn_str("\n</head>\n<body>\n<main>\n"));
    cn_html_element(w, "h1", NULL, title);
    cn_html_raw(w, cn_str("\n"));
}

/* The end of what begin_page began. */
static void end_page(cn_html *w)
{
    cn_html_raw(w, cn_str("</main>\n</body>\n</html>\n"));
}

/* A line with a path of the JSON API. */
static void add_link(cn_html *w, const char *org, const char *what)
{
    cn_buf path = CN_BUF_INIT(CN_PAGE_MAX);

    cn_buf_puts(&path, "/app/");
    cn_url_escape(&path, cn_str(org));
    cn_buf_printf(&path, "/api/%s", what);
    cn_html_open(w, "li", NULL);
    cn_html_open(w, "a", NULL);
    cn_html_attr(w, "href", cn_buf_all(&path));
    cn_html_text(w, cn_buf_all(&path));
    cn_html_close(w, "a");
    cn_html_close(w, "li");
    cn_html_raw(w, cn_str("\n"));
    if (path.rc)
        w->out->rc = path.rc;
    cn_buf_free(&path);
}

int cn_page_hint(const char *org, canon_buf *out, canon_error *err)
{
    static const char *const links[] = {"dashboard", "coverage", "tasks",
                                        "search?q="};
    cn_buf text = CN_BUF_INIT(CN_PAGE_MAX);
    cn_html w = cn_html_to(&text);

    begin_page(&w, "Canon is running");
    cn_html_raw(
        &w, cn_str("<p>The web application is not part of this build. To get "
                   "it, install Node.js with npm and build canond again:</p>\n"
                   "<pre>cmake --preset release\n"
                   "cmake --build --preset release</pre>\n"
                   "<p>The JSON API works without it:</p>\n<ul>\n"));
    for (size_t i = 0; *org && i < sizeof(links) / sizeof(links[0]); i++)
        add_link(&w, org, links[i]);
    cn_html_raw(&w, cn_str("<li><a href=\"/healthz\">/healthz</a></li>\n"
                           "<li><a href=\"/openapi.yaml\">/openapi.yaml</a>"
                           "</li>\n</ul>\n"));
    end_page(&w);
    return cn_buf_export(&text, out, err);
}

static const struct {
    int status;
    const char *title;
} titles[] = {
    {400, "Bad request"},          {403, "Not allowed"},   {404, "Not found"},
    {500, "Something went wrong"}, {503, "Not available"},
};

int cn_page_error(int status, const char *message, canon_buf *out,
                  canon_error *err)
{
    cn_buf text = CN_BUF_INIT(CN_PAGE_MAX);
    cn_html w = cn_html_to(&text);
    const char *title = "Error";

    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (titles[i].status == status)
            title = titles[i].title;
    begin_page(&w, title);
    cn_html_element(&w, "p", NULL, message);
    cn_html_raw(&w, cn_str("\n<p><a href=\"/app/\">Dashboard</a></p>\n"));
    end_page(&w);
    return cn_buf_export(&text, out, err);
}
