/*
 * Open work of an organisation.
 */
#include "api.h"

#include "canon/tasks.h"

int cn_tasks_get(cn_call *c)
{
    canon_task_query q = CANON_TASK_QUERY_INIT;
    canon_tasks *tasks = NULL;
    int rc;

    q.org = cn_call_param(c, "org");
    q.status = cn_call_query_some(c, "status");
    q.repo = cn_call_query_some(c, "repo");
    rc = cn_call_checked(c);
    if (!rc)
        rc = canon_tasks_list(c->conn, &q, &tasks);
    if (!rc)
        rc = canon_tasks_json(tasks, &c->body, &c->err);
    canon_tasks_free(tasks);
    return rc ? rc : cn_reply_json(c, 200);
}
