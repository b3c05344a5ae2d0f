/*
 * The coverage badge: a picture of one figure, for READMEs.
 */
#include "api.h"

#include "canon/coverage.h"

#include "pages.h"

#define LABEL_MAX 40 /* characters */

/* What a badge is of, and what it says. */
typedef struct order {
    canon_coverage_query query;
    const char *label;
} order;

static int make_badge(canon_conn *conn, void *user, canon_buf *out)
{
    const order *o = user;
    cn_page_badge badge = {.label = o->label};
    const canon_coverage_counts *counts;
    canon_coverage *coverage = NULL;
    canon_error err;
    int rc = canon_coverage_compute(conn, &o->query, &coverage);

    if (rc)
        return rc;
    counts = canon_coverage_totals(coverage);
    badge.done = counts->done_ac;
    badge.total = counts->total_ac;
    rc = cn_page_badge_write(&badge, out, &err);
    canon_coverage_free(coverage);
    return rc;
}

int cn_badge_get(cn_call *c)
{
    order o = {CANON_COVERAGE_QUERY_INIT, cn_call_query(c, "label", LABEL_MAX)};
    const char *key[] = {"badge", cn_call_query(c, "repo", 0),
                         cn_call_query(c, "team", 0), o.label};
    canon_answer answer = {.key = key,
                           .key_count = sizeof(key) / sizeof(key[0]),
                           .make = make_badge,
                           .user = &o};
    int rc = cn_call_checked(c);

    o.query.org = cn_call_param(c, "org");
    o.query.repo = key[1];
    o.query.team = key[2];
    o.query.days = 1;
    return rc ? rc : cn_reply_svg(c, &answer, "private, max-age=300");
}
