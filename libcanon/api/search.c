/*
 * Search: as JSON, and as the fragment that the search page asks for.
 */
#include "api.h"

#include "canon/search.h"

#include "pages.h"

#include <limits.h>

#define WORDS_MAX 500 /* characters of q */
#define PAGE_HITS 50  /* hits of a fragment */

/* What the JSON operation and the page have in common. */
static void read_filters(cn_call *c, canon_search_query *q)
{
    q->org = cn_call_param(c, "org");
    q->q = cn_call_query(c, "q", WORDS_MAX);
    q->team = cn_call_query(c, "team", 0);
    q->status = cn_call_query(c, "status", 0);
    q->tag = cn_call_query(c, "tag", 0);
    q->repo = cn_call_query(c, "repo", 0);
}

/* Tell the host that somebody searched, never for what. */
static void announce(cn_call *c, const canon_search_query *q, int64_t total)
{
    cn_buf detail = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&detail);

    if (!*q->q)
        return;
    cn_json_object(&w, NULL);
    cn_json_int(&w, "results_count", total);
    cn_json_str(&w, "org", q->org);
    cn_json_bool(&w, "has_filters",
                 *q->team || *q->status || *q->tag || *q->repo);
    cn_json_end_object(&w);
    if (!detail.rc)
        canon_event_emit(c->conn, "search_performed", q->org,
                         cn_buf_text(&detail));
    cn_buf_free(&detail);
}

int cn_search_get(cn_call *c)
{
    static const cn_range limit = {.preset = 20, .min = 0, .max = 100};
    static const cn_range offset = {.preset = 0, .min = 0, .max = INT_MAX};
    canon_search_query q = CANON_SEARCH_QUERY_INIT;
    canon_search_result *result = NULL;
    int rc;

    read_filters(c, &q);
    q.limit = (int)cn_call_query_int(c, "limit", &limit);
    q.offset = (int)cn_call_query_int(c, "offset", &offset);
    rc = cn_call_checked(c);
    if (!rc)
        rc = canon_search(c->conn, &q, &result);
    if (!rc)
        rc = canon_search_json(result, &c->body, &c->err);
    if (!rc)
        announce(c, &q, canon_search_total(result));
    canon_search_free(result);
    return rc ? rc : cn_reply_json(c, 200);
}

/* The list of hits alone. */
static int reply_fragment(cn_call *c, canon_search_query *q)
{
    cn_page_results page = {q, NULL};
    canon_search_result *result = NULL;
    int rc = canon_search(c->conn, q, &result);

    page.result = result;
    if (!rc)
        rc = cn_page_results_write(&page, &c->body, &c->err);
    if (!rc)
        announce(c, q, canon_search_total(result));
    canon_search_free(result);
    return rc ? rc : cn_reply_html(c, 200);
}

int cn_search_page_get(cn_call *c)
{
    static const cn_range offset = {.preset = 0, .min = 0, .max = INT_MAX};
    canon_search_query q = CANON_SEARCH_QUERY_INIT;
    cn_slice wants = cn_str(cn_call_header(c, "HX-Request"));
    bool is_fragment = cn_slice_is_nocase(wants, "true");
    int rc = is_fragment ? cn_call_limit_search(c) : CANON_OK;

    c->vary = "HX-Request";
    if (rc)
        return rc;
    read_filters(c, &q);
    q.review_status = cn_call_query(c, "review_status", 0);
    q.offset = (int)cn_call_query_int(c, "offset", &offset);
    q.limit = PAGE_HITS;
    q.no_facets = 1;
    rc = cn_call_checked(c);
    if (rc)
        return rc;
    return is_fragment ? reply_fragment(c, &q) : cn_reply_shell(c, 200, q.org);
}
