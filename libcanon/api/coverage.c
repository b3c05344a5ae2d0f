/*
 * Coverage of an organisation.
 */
#include "api.h"

#include "canon/coverage.h"

int cn_coverage_get(cn_call *c)
{
    static const cn_range days = {.preset = 30, .min = 1, .max = 730};
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    canon_coverage *coverage = NULL;
    int rc;

    q.org = cn_call_param(c, "org");
    q.repo = cn_call_query(c, "repo", 0);
    q.team = cn_call_query(c, "team", 0);
    q.days = (int)cn_call_query_int(c, "days", &days);
    rc = cn_call_checked(c);
    if (!rc)
        rc = canon_coverage_compute(c->conn, &q, &coverage);
    if (!rc)
        rc = canon_coverage_json(coverage, &c->body, &c->err);
    canon_coverage_free(coverage);
    return rc ? rc : cn_reply_json(c, 200);
}
