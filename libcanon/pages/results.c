/*
 * The list of search results as a fragment of HTML, for the search page that
 * asks for it while the user types.
 */
#include "pages.h"

#include "escape.h"

#include <inttypes.h>

/* "/app/acme/specs/acme/web/docs/a.md" */
static void write_address(cn_buf *out, const char *org,
                          const canon_search_hit *hit)
{
    bool is_spec = cn_slice_is(cn_str(hit->doc_type), "spec");

    cn_buf_puts(out, "/app/");
    cn_url_escape(out, cn_str(org));
    cn_buf_puts(out, is_spec ? "/specs/" : "/docs/");
    cn_url_escape_path(out, cn_str(hit->repo_full_name));
    cn_buf_putc(out, '/');
    cn_url_escape_path(out, cn_str(hit->file_path));
}

/* "in_progress" as "In Progress" */
static void write_label(cn_html *w, const char *state)
{
    bool is_start = true;

    for (; *state; state++) {
        char c = *state;

        if (c == '_')
            c = ' ';
        if (is_start && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        cn_html_text(w, cn_slice_of(&c, 1));
        is_start = c == ' ';
    }
}

/* The class names the state for the style sheet. */
static void write_badge(cn_html *w, const char *state)
{
    cn_html_open(w, "span", NULL);
    cn_buf_puts(w->out, " class=\"status-badge status-");
    cn_html_escape(w->out, cn_str(state));
    cn_buf_putc(w->out, '"');
    write_label(w, state);
    cn_html_close(w, "span");
}

/* An element, unless there is nothing to put into it. */
static void write_some(cn_html *w, const char *tag, const char *class,
                       const char *text)
{
    if (text && *text)
        cn_html_element(w, tag, class, text);
}

/* One document: link, place, what was found in it. */
static void write_hit(cn_html *w, const char *org, const canon_search_hit *hit)
{
    cn_buf address = CN_BUF_INIT(CN_PAGE_MAX);

    write_address(&address, org, hit);
    cn_html_open(w, "li", "search-hit");
    cn_html_open(w, "a", NULL);
    cn_html_attr(w, "href", cn_buf_all(&address));
    cn_html_text(w, cn_str(hit->title));
    cn_html_close(w, "a");
    cn_html_element(w, "span", "doc-type", hit->doc_type);
    if (*hit->status)
        write_badge(w, hit->status);
    cn_html_element(w, "span", "repo", hit->repo_full_name);
    write_some(w, "p", "heading", hit->heading);
    if (*hit->snippet_html) {
        cn_html_open(w, "p", "snippet");
        cn_html_raw(w, cn_str(hit->snippet_html));
        cn_html_close(w, "p");
    }
    write_some(w, "span", "owner", hit->owner);
    write_some(w, "span", "team", hit->team);
    for (size_t i = 0; i < hit->tag_count; i++)
        cn_html_element(w, "span", "tag", hit->tags[i]);
    cn_html_close(w, "li");
    cn_html_raw(w, cn_str("\n"));
    if (address.rc)
        w->out->rc = address.rc;
    cn_buf_free(&address);
}

/* A parameter of the next page. */
static void add_filter(cn_buf *out, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    cn_buf_printf(out, "%s=", name);
    cn_url_escape(out, cn_str(value));
    cn_buf_putc(out, '&');
}

/* A link to the next page of results. */
static void write_next(cn_html *w, const canon_search_query *query,
                       size_t count)
{
    cn_buf address = CN_BUF_INIT(CN_PAGE_MAX);

    cn_buf_puts(&address, "/app/");
    cn_url_escape(&address, cn_str(query->org));
    cn_buf_puts(&address, "/search?");
    add_filter(&address, "q", query->q);
    add_filter(&address, "team", query->team);
    add_filter(&address, "status", query->status);
    add_filter(&address, "tag", query->tag);
    add_filter(&address, "repo", query->repo);
    add_filter(&address, "review_status", query->review_status);
    cn_buf_printf(&address, "offset=%zu", (size_t)query->offset + count);
    cn_html_open(w, "a", "next-page");
    cn_html_attr(w, "href", cn_buf_all(&address));
    cn_html_text(w, cn_str("More results"));
    cn_html_close(w, "a");
    if (address.rc)
        w->out->rc = address.rc;
    cn_buf_free(&address);
}

/* "3 results" */
static void write_count(cn_html *w, int64_t total)
{
    cn_html_open(w, "p", "search-count");
    cn_html_raw(w, cn_str(""));
    cn_buf_printf(w->out, "%" PRId64 " result%s", total, total == 1 ? "" : "s");
    cn_html_close(w, "p");
    cn_html_raw(w, cn_str("\n"));
}

/* The words again, and what else could be tried. */
static void write_nothing(cn_html *w, const char *q)
{
    cn_html_open(w, "div", "search-empty");
    cn_html_open(w, "p", NULL);
    cn_html_text(w, cn_str("Nothing found for "));
    cn_html_element(w, "strong", NULL, q);
    cn_html_text(w, cn_str("."));
    cn_html_close(w, "p");
    cn_html_element(w, "p", NULL,
                    "Try fewer or other words: all of them must occur in one "
                    "section. Filters narrow the search further.");
    cn_html_close(w, "div");
}

int cn_page_results_write(const cn_page_results *page, canon_buf *out,
                          canon_error *err)
{
    cn_buf text = CN_BUF_INIT(CN_PAGE_MAX);
    cn_html w = cn_html_to(&text);
    const canon_search_query *query = page->query;
    size_t count = canon_search_count(page->result);
    int64_t total = canon_search_total(page->result);

    if (count > 0) {
        write_count(&w, total);
        cn_html_open(&w, "ul", "search-results");
        cn_html_raw(&w, cn_str("\n"));
        for (size_t i = 0; i < count; i++)
            write_hit(&w, query->org, canon_search_hit_at(page->result, i));
        cn_html_close(&w, "ul");
        if (query->offset + (int64_t)count < total)
            write_next(&w, query, count);
    } else if (query->q && *query->q) {
        write_nothing(&w, query->q);
    }
    return cn_buf_export(&text, out, err);
}
