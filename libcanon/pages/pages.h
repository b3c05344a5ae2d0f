/*
 * The HTML that the library itself makes: the shell of the web application with
 * the session put in, what stands in its place without one, the list of search
 * results, the badge, and the error page. Everything goes through a writer that escapes.
 */
#ifndef CN_PAGES_H
#define CN_PAGES_H

#include "canon/search.h"

#include "buf.h"

#define CN_PAGE_MAX ((size_t)16 * 1024 * 1024)

/* --- the writer --------------------------------------------------------- */

typedef struct cn_html {
    cn_buf *out;
    bool is_open; /* the start tag at hand may get attributes */
} cn_html;

static inline cn_html cn_html_to(cn_buf *out)
{
    cn_html w = {out, false};

    return w;
}

/* A start tag; class may be NULL. Attributes follow, then content. */
void cn_html_open(cn_html *w, const char *tag, const char *class);
void cn_html_attr(cn_html *w, const char *name, cn_slice value);
void cn_html_close(cn_html *w, const char *tag);

/* Text, escaped. */
void cn_html_text(cn_html *w, cn_slice text);

/* Ready-made HTML, as it is. */
void cn_html_raw(cn_html *w, cn_slice html);

/* <tag class="class">text</tag> */
void cn_html_element(cn_html *w, const char *tag, const char *class,
                     const char *text);

/* JSON for the inside of a script element: < > & cannot end it. */
void cn_html_script_json(cn_buf *out, cn_slice json);

/* --- pages -------------------------------------------------------------- */

/* What search engines and link previews are told of a public page. */
typedef struct cn_page_meta {
    const char *title;
    const char *description;
    const char *path;
    const char *base_url; /* "": addresses are left out */
} cn_page_meta;

typedef struct cn_page_shell {
    cn_slice shell;   /* index.html of the application */
    cn_slice session; /* JSON */
    const char *nonce;
    const cn_page_meta *meta; /* NULL: not a public page */
} cn_page_shell;

/* The shell with window.__CANON__ and, for public pages, title and tags. */
int cn_page_shell_write(const cn_page_shell *page, canon_buf *out,
                        canon_error *err);

/* How to build the application, and where the JSON API is. org: "" or the
 * organisation at hand. */
int cn_page_hint(const char *org, canon_buf *out, canon_error *err);

/* A short page that says what went wrong. */
int cn_page_error(int status, const char *message, canon_buf *out,
                  canon_error *err);

/* What a badge says. */
typedef struct cn_page_badge {
    const char *label; /* "": the usual one */
    int64_t done;
    int64_t total;
} cn_page_badge;

/* An SVG image: "label" and, in the colour of its band, "73%". */
int cn_page_badge_write(const cn_page_badge *badge, canon_buf *out,
                        canon_error *err);

/* --- the search fragment ------------------------------------------------ */

typedef struct cn_page_results {
    const canon_search_query *query;
    const canon_search_result *result;
} cn_page_results;

/* Hits with links; a notice when words found nothing; empty without words. */
int cn_page_results_write(const cn_page_results *page, canon_buf *out,
                          canon_error *err);

#endif
