/*
 * Open work of an organisation.
 */
#include "api.h"

#include "canon/tasks.h"

static int make_tasks(canon_conn *conn, void *user, canon_buf *out)
{
    const canon_task_query *q = user;
    canon_tasks *tasks = NULL;
    canon_error err;
    int rc = canon_tasks_list(conn, q, &tasks);

    if (!rc)
        rc = canon_tasks_json(tasks, out, &err);
    canon_tasks_free(tasks);
    return rc;
}

int cn_tasks_get(cn_call *c)
{
    canon_task_query q = CANON_TASK_QUERY_INIT;
    const char *key[] = {"tasks", NULL, NULL};
    canon_answer answer = {.key = key,
                           .key_count = sizeof(key) / sizeof(key[0]),
                           .make = make_tasks,
                           .user = &q};
    int rc;

    q.org = cn_call_param(c, "org");
    q.status = cn_call_query_some(c, "status");
    q.repo = cn_call_query_some(c, "repo");
    rc = cn_call_checked(c);
    if (rc)
        return rc;
    /* absent and empty are the same */
    key[1] = q.status ? q.status : "";
    key[2] = q.repo ? q.repo : "";
    return cn_reply_answer(c, &answer);
}
