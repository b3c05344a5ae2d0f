/*
 * Probes: is the process alive, is its database fit for work.
 */
#include "api.h"

static int reply_text(cn_call *c, int status, const char *json)
{
    int rc = canon_buf_set(&c->body, json, strlen(json));

    return rc ? rc : cn_reply_json(c, status);
}

int cn_healthz_get(cn_call *c)
{
    return reply_text(c, 200, "{\"status\":\"ok\"}");
}

int cn_readyz_get(cn_call *c)
{
    int rc = canon_ready(c->conn);

    if (rc == CANON_OK)
        return reply_text(c, 200, "{\"status\":\"ok\"}");
    if (rc == CANON_EVERSION)
        return reply_text(c, 503,
                          "{\"status\":\"error\","
                          "\"detail\":\"migrations pending\"}");
    return reply_text(
        c, 503, "{\"status\":\"error\",\"detail\":\"database unhealthy\"}");
}
