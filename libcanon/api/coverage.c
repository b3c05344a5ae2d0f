/*
 * Coverage of an organisation.
 */
#include "api.h"

#include "canon/coverage.h"

#include "fail.h"

#include <inttypes.h>

#define DAY_US (INT64_C(86400) * 1000000)

static int make_coverage(canon_conn *conn, void *user, canon_buf *out)
{
    const canon_coverage_query *q = user;
    canon_coverage *coverage = NULL;
    canon_error err;
    int rc = canon_coverage_compute(conn, q, &coverage);

    if (!rc)
        rc = canon_coverage_json(coverage, out, &err);
    canon_coverage_free(coverage);
    return rc;
}

int cn_coverage_get(cn_call *c)
{
    static const cn_range days = {.preset = 30, .min = 1, .max = 730};
    canon_coverage_query q = CANON_COVERAGE_QUERY_INIT;
    const char *key[] = {"coverage", NULL, NULL, NULL};
    canon_answer answer = {.key = key,
                           .key_count = sizeof(key) / sizeof(key[0]),
                           .make = make_coverage,
                           .user = &q};
    int rc;

    q.org = cn_call_param(c, "org");
    q.repo = cn_call_query(c, "repo", 0);
    q.team = cn_call_query(c, "team", 0);
    q.days = (int)cn_call_query_int(c, "days", &days);
    rc = cn_call_checked(c);
    if (rc)
        return rc;
    key[1] = q.repo;
    key[2] = q.team;
    /* the trend ends today */
    key[3] = cn_arena_printf(&c->arena, "%d %" PRId64, q.days,
                             canon_now_us(c->engine) / DAY_US);
    return key[3] ? cn_reply_answer(c, &answer) : cn_fail_memory(&c->err);
}
