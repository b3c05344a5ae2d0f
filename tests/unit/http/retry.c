#include "http_parts.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define SECOND INT64_C(1000000)
#define NOW    (INT64_C(784111777) * SECOND) /* Sun, 06 Nov 1994 08:49:37 GMT */

static void fill(cn_http_answer *a, int status, const char *headers)
{
    cn_buf all = CN_BUF_INIT(4096);

    memset(a, 0, sizeof(*a));
    a->status = status;
    a->headers = all;
    cn_buf_puts(&a->headers, headers);
}

static const struct {
    const char *headers;
    int64_t seconds;
} afters[] = {
    {"", 0},
    {"retry-after: 0\n", 0},
    {"retry-after: 7\n", 7},
    {"retry-after: 3600\n", 3600},
    {"retry-after: 3601\n", 3600},
    {"retry-after: 9223372036854775807\n", 3600},
    {"retry-after: 99999999999999999999999\n", 3600},
    {"retry-after: 9223372036854\n", 3600},
    {"retry-after: -5\n", 0},
    {"retry-after: 1.5\n", 0},
    {"retry-after: soon\n", 0},
    {"retry-after: 5 seconds\n", 0},
    {"x-retry-after: 7\n", 0},
    /* the three dates of RFC 9110 section 5.6.7 */
    {"retry-after: Sun, 06 Nov 1994 08:49:47 GMT\n", 10},
    {"retry-after: Sunday, 06-Nov-94 08:49:47 GMT\n", 10},
    {"retry-after: Sun Nov  6 08:49:47 1994\n", 10},
    {"retry-after: Sun, 06 Nov 1994 08:49:37 GMT\n", 0},
    {"retry-after: Sun, 06 Nov 1994 08:00:00 GMT\n", 0},
    {"retry-after: Mon, 07 Nov 1994 08:49:37 GMT\n", 3600},
    {"retry-after: Sunday, 06-Nov-93 08:49:47 GMT\n", 0},
    {"retry-after: Friday, 06-Nov-43 08:49:47 GMT\n", 3600},
    {"retry-after: Friday, 06-Nov-46 08:49:47 GMT\n", 0},
    {"retry-after: Sun, 31 Feb 1995 08:49:47 GMT\n", 0},
    {"retry-after: Sun, 06 Xxx 1995 08:49:47 GMT\n", 0},
    {"retry-after: Sun, 06 Nov 1995 24:49:47 GMT\n", 0},
    {"retry-after: Sun, 06 Nov 1995 08:60:47 GMT\n", 0},
    {"retry-after: Sun, 06 Nov 1995 8:49:47 GMT\n", 0},
    {"retry-after: Sun, 06 Nov 1995 08:49:47 CET\n", 0},
    {"retry-after: Sun, 06 Nov 1995\n", 0},
    {"retry-after: Sun, 06 Nov 1994 08:49:47 GMT and more words\n", 0},
    /* a limit that says when it begins anew */
    {"x-ratelimit-remaining: 0\nx-ratelimit-reset: 784111807\n", 30},
    {"x-ratelimit-remaining: 0\nx-ratelimit-reset: 784111000\n", 0},
    {"x-ratelimit-remaining: 1\nx-ratelimit-reset: 784111807\n", 0},
    {"x-ratelimit-remaining: 0\nretry-after: 3\nx-ratelimit-reset: "
     "784111807\n",
     3},
};

ParameterizedTestParameters(http_retry_after, is_read)
{
    return cn_test_indexes(sizeof(afters) / sizeof(afters[0]));
}

ParameterizedTest(size_t *i, http_retry_after, is_read)
{
    cn_http_answer a;

    fill(&a, 429, afters[*i].headers);
    cr_assert(
        eq(i64, cn_http_retry_after(&a, NOW) / SECOND, afters[*i].seconds),
        "%s", afters[*i].headers);
    cn_http_answer_free(&a);
}

/* What follows an outcome: once more for every call, for those that may be
 * repeated, or for none. */
enum { NEVER, IF_REPEATABLE, ALWAYS };

static const struct {
    int rc;
    int status;
    const char *headers;
    int again;
} outcomes[] = {
    {CANON_EBUSY, 0, "", ALWAYS},
    {CANON_EREMOTE, 0, "", IF_REPEATABLE},
    {CANON_EAUTH, 0, "", NEVER},
    {CANON_EDENIED, 0, "", NEVER},
    {CANON_EINVAL, 0, "", NEVER},
    {CANON_ETOOBIG, 200, "", NEVER},
    {CANON_ECANCELED, 0, "", NEVER},
    {CANON_ENOMEM, 0, "", NEVER},
    {CANON_OK, 200, "", NEVER},
    {CANON_OK, 204, "", NEVER},
    {CANON_OK, 301, "", NEVER},
    {CANON_OK, 400, "", NEVER},
    {CANON_OK, 401, "", NEVER},
    {CANON_OK, 403, "", NEVER},
    {CANON_OK, 404, "", NEVER},
    {CANON_OK, 409, "", NEVER},
    {CANON_OK, 422, "", NEVER},
    {CANON_OK, 501, "", NEVER},
    {CANON_OK, 500, "", IF_REPEATABLE},
    {CANON_OK, 502, "", IF_REPEATABLE},
    {CANON_OK, 503, "", IF_REPEATABLE},
    {CANON_OK, 504, "", IF_REPEATABLE},
    {CANON_OK, 429, "", ALWAYS},
    {CANON_OK, 429, "retry-after: 10\n", ALWAYS},
    {CANON_OK, 429, "retry-after: 11\n", NEVER},
    {CANON_OK, 503, "retry-after: 2\n", ALWAYS},
    {CANON_OK, 503, "retry-after: 60\n", NEVER},
    {CANON_OK, 403, "retry-after: 2\n", ALWAYS},
    {CANON_OK, 403, "x-ratelimit-remaining: 0\n", ALWAYS},
    {CANON_OK, 403, "x-ratelimit-remaining: 12\n", NEVER},
    {CANON_OK, 500, "retry-after: 60\n", NEVER},
};

ParameterizedTestParameters(http_try_again, follows_the_matrix)
{
    return cn_test_indexes(sizeof(outcomes) / sizeof(outcomes[0]));
}

ParameterizedTest(size_t *i, http_try_again, follows_the_matrix)
{
    cn_http_call once = {.method = "POST"};
    cn_http_call marked = {.method = "POST", .flags = CN_HTTP_REPEATABLE};
    cn_http_call get = {.method = "GET"};
    cn_http_call head = {.method = "HEAD"};
    int again = outcomes[*i].again;
    int rc = outcomes[*i].rc;
    cn_http_answer a;

    fill(&a, outcomes[*i].status, outcomes[*i].headers);
    a.retry_after_us = cn_http_retry_after(&a, NOW);
    cr_assert(eq(int, cn_http_try_again(&once, &a, rc), again == ALWAYS));
    cr_assert(eq(int, cn_http_try_again(&marked, &a, rc), again != NEVER));
    cr_assert(eq(int, cn_http_try_again(&get, &a, rc), again != NEVER));
    cr_assert(eq(int, cn_http_try_again(&head, &a, rc), again != NEVER));
    cn_http_answer_free(&a);
}

Test(http_try_again, knows_a_400_that_is_a_limit_by_its_word)
{
    cn_http_call call = {.method = "POST", .limit_word = "RATELIMITED"};
    cn_http_call plain = {.method = "POST"};
    cn_buf body = CN_BUF_INIT(100);
    cn_http_answer a;

    fill(&a, 400, "");
    cn_buf_puts(&body, "{\"code\":\"BAD_USER_INPUT\"}");
    a.body = body;
    cr_assert(not(cn_http_try_again(&call, &a, CANON_OK)));
    cn_buf_reset(&a.body);
    cn_buf_puts(&a.body, "{\"code\":\"RATELIMITED\"}");
    cr_assert(cn_http_try_again(&call, &a, CANON_OK));
    cr_assert(not(cn_http_try_again(&plain, &a, CANON_OK)));
    a.status = 200;
    cr_assert(not(cn_http_try_again(&call, &a, CANON_OK)));
    cn_http_answer_free(&a);
}

static const struct {
    int tries;
    int64_t told;
    uint32_t random;
    int64_t us;
} pauses[] = {
    {1, 0, 1000, SECOND},           {2, 0, 1000, 2 * SECOND},
    {3, 0, 1000, 4 * SECOND},       {4, 0, 1000, 8 * SECOND},
    {5, 0, 1000, 10 * SECOND},      {40, 0, 1000, 10 * SECOND},
    {1, 0, 0, SECOND * 8 / 10},     {1, 0, 2000, SECOND * 12 / 10},
    {2, 0, 0, SECOND * 16 / 10},    {4, 0, 2000, SECOND * 96 / 10},
    {1, 0, UINT32_MAX, 977000}, /* 885 of 2001 */
    {1, 7 * SECOND, 0, 7 * SECOND}, {3, SECOND / 10, 2000, SECOND / 10},
};

ParameterizedTestParameters(http_pause, doubles_with_jitter_or_obeys)
{
    return cn_test_indexes(sizeof(pauses) / sizeof(pauses[0]));
}

ParameterizedTest(size_t *i, http_pause, doubles_with_jitter_or_obeys)
{
    cn_http_answer a = {.tries = pauses[*i].tries,
                        .retry_after_us = pauses[*i].told};

    cr_assert(eq(i64, cn_http_pause(&a, pauses[*i].random), pauses[*i].us));
}
