/*
 * How often somebody may come: limits of an address (IPv6: of its network of
 * 64 bits) before anything is looked up, limits of a caller once he is known.
 */
#include "api.h"

#include "fail.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)

static const struct limit {
    unsigned flag; /* of the routes that share it */
    const char *name;
    int max;
    int64_t window_us;
    bool by_caller; /* else by address */
} limits[] = {
    {CN_SEARCHES, "search", 60, MINUTE_US, true},
    {CN_KEY_ORDERS, "api-key", 20, 60 * MINUTE_US, true},
    /* somebody types: seven a second; a merge is rare and costs more */
    {CN_DRAFTS, "draft", 600, MINUTE_US, true},
    {CN_MERGES, "merge", 60, MINUTE_US, true},
    {CN_SIGN_INS, "sign-in", 30, MINUTE_US, false},
    {CN_REFRESHES, "refresh", 30, MINUTE_US, false},
    {CN_DEVICE_BEGINS, "device-code", 10, MINUTE_US, false},
    {CN_DEVICE_POLLS, "device-token", 60, MINUTE_US, false},
};

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

/* Wrong credentials of an address. */
static const struct limit guesses = {0, "bearer", 60, MINUTE_US, false};

static int take(cn_call *c, const struct limit *limit)
{
    const char *key = limit->by_caller
                          ? cn_arena_printf(&c->arena, "user:%s", c->who.sub)
                          : cn_call_network(c);
    int64_t retry_us = 0;
    int rc;

    if (!key)
        return cn_fail_memory(&c->err);
    rc = canon_limit_take(c->engine, limit->name, key, limit->max,
                          limit->window_us, &retry_us);
    return rc == CANON_ELIMIT ? cn_reply_limited(c, retry_us) : rc;
}

/* Take from all limits of the route of one kind. */
static int take_all(cn_call *c, bool by_caller)
{
    int rc = CANON_OK;

    for (size_t i = 0; i < LIMITS && !rc; i++)
        if ((c->match.route->access & limits[i].flag) &&
            limits[i].by_caller == by_caller)
            rc = take(c, &limits[i]);
    return rc;
}

int cn_call_limit_address(cn_call *c)
{
    const char *network;
    int64_t retry_us = 0;
    int rc = take_all(c, false);

    if (rc || !cn_call_checks_bearer(c))
        return rc;
    network = cn_call_network(c);
    if (!network)
        return cn_fail_memory(&c->err);
    rc = canon_limit_check(c->engine, guesses.name, network, guesses.max,
                           guesses.window_us, &retry_us);
    return rc == CANON_ELIMIT ? cn_reply_limited(c, retry_us) : rc;
}

void cn_call_count_guess(cn_call *c)
{
    const char *network = cn_call_network(c);

    if (!network || canon_limit_take(c->engine, guesses.name, network,
                                     guesses.max, guesses.window_us, NULL))
        return; /* full or not, this request is refused already */
}

int cn_call_limit_search(cn_call *c)
{
    return take(c, &limits[0]);
}

int cn_call_limit_caller(cn_call *c)
{
    return take_all(c, true);
}
