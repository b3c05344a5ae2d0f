#include "canon/tasks.h"

#include "array.h"
#include "conn.h"
#include "fail.h"
#include "json.h"
#include "mem.h"
#include "task_rows.h"
#include "ticket.h"

#include "canon/settings.h"

#define MAX_JSON (256 * 1024 * 1024)
#define MAX_URL (64 * 1024)

struct canon_tasks {
    cn_arena arena; /* the strings */
    cn_array items; /* of canon_task */
};

/* A list that is being filled. */
typedef struct listing {
    cn_task_filter filter;
    canon_tasks *tasks;
    const char *jira_host;
    cn_buf url; /* scratch */
} listing;

static const struct {
    int column;
    size_t offset;
} texts[] = {
    {CN_TASK_SECTION_ID, offsetof(canon_task, section_id)},
    {CN_TASK_NUMBER, offsetof(canon_task, section_number)},
    {CN_TASK_TITLE, offsetof(canon_task, title)},
    {CN_TASK_STATUS, offsetof(canon_task, status)},
    {CN_TASK_BLOCKED_BY, offsetof(canon_task, blocked_by)},
    {CN_TASK_SYSTEM, offsetof(canon_task, ticket_system)},
    {CN_TASK_TICKET, offsetof(canon_task, ticket_id)},
    {CN_TASK_SPEC_TITLE, offsetof(canon_task, spec_title)},
    {CN_TASK_PATH, offsetof(canon_task, spec_file_path)},
    {CN_TASK_OWNER, offsetof(canon_task, repo_owner)},
    {CN_TASK_NAME, offsetof(canon_task, repo_name)},
    {CN_TASK_SPEC_OWNER, offsetof(canon_task, owner)},
    {CN_TASK_TEAM, offsetof(canon_task, team)},
};

static int read_task(cn_rows *rows, cn_arena *a, canon_task *task,
                     canon_error *err)
{
    int64_t below;
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char **text = (const char **)((char *)task + texts[i].offset);

        *text = cn_rows_copy(rows, texts[i].column, a);
        if (!*text && !cn_rows_is_null(rows, texts[i].column))
            return cn_fail_memory(err);
    }
    if (task->ticket_system && !*task->ticket_system) {
        task->ticket_system = NULL;
        task->ticket_id = NULL;
    }
    task->total_ac = cn_rows_int(rows, CN_TASK_TOTAL_AC);
    task->done_ac = cn_rows_int(rows, CN_TASK_DONE_AC);
    below = cn_rows_int(rows, CN_TASK_BELOW);
    task->sub_total_ac = CN_TASK_BELOW_TOTAL(below);
    task->sub_done_ac = CN_TASK_BELOW_DONE(below);
    task->updated_us = cn_rows_int(rows, CN_TASK_UPDATED);
    return CANON_OK;
}

static int find_ticket(listing *l, canon_task *task, canon_error *err)
{
    cn_arena *a = &l->tasks->arena;
    cn_ticket ticket = {task->ticket_system, task->ticket_id, NULL,
                        l->jira_host};

    if (!ticket.system || !ticket.id)
        return CANON_OK;
    ticket.repo =
        cn_arena_printf(a, "%s/%s", task->repo_owner, task->repo_name);
    cn_buf_reset(&l->url);
    cn_ticket_url(&l->url, &ticket);
    if (ticket.repo && l->url.len)
        task->ticket_url = cn_arena_copy(a, cn_buf_all(&l->url));
    if (!ticket.repo || l->url.rc == CANON_ENOMEM ||
        (l->url.len && !task->ticket_url))
        return cn_fail_memory(err);
    return CANON_OK;
}

static int read_tasks(canon_conn *conn, void *arg)
{
    listing *l = arg;
    cn_rows *rows = NULL;
    int rc = cn_store_tasks(conn->db, &l->filter, &rows, &conn->err);

    cn_array_reset(&l->tasks->items);
    while (!rc && (rc = cn_rows_next(rows, &conn->err)) == 1) {
        canon_task *task = cn_array_push(&l->tasks->items);

        rc = task ? read_task(rows, &l->tasks->arena, task, &conn->err)
                  : cn_fail_memory(&conn->err);
        if (!rc)
            rc = find_ticket(l, task, &conn->err);
    }
    cn_rows_free(rows);
    return rc;
}

static int load_query(canon_conn *conn, const canon_task_query *query,
                      cn_task_filter *out)
{
    if (query->size < sizeof(*query))
        return cn_fail(&conn->err, CANON_EINVAL,
                       "canon_task_query not initialised with "
                       "CANON_TASK_QUERY_INIT");
    out->status = query->status ? query->status : "";
    out->repo = query->repo ? query->repo : "";
    out->org = cn_conn_org(conn, query->org);
    return out->org ? CANON_OK : conn->err.code;
}

int canon_tasks_list(canon_conn *conn, const canon_task_query *query,
                     canon_tasks **out)
{
    listing l = {.url = CN_BUF_INIT(MAX_URL)};
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    if (!rc)
        rc = load_query(conn, query, &l.filter);
    if (!rc) {
        l.tasks = cn_calloc(1, sizeof(*l.tasks));
        rc = l.tasks ? CANON_OK : cn_fail_memory(&conn->err);
    }
    if (!rc) {
        l.tasks->items.size = sizeof(canon_task);
        l.jira_host = canon_setting_text(conn->engine, "JIRA_HOST");
        rc = cn_tx_retry(conn, CN_TX_READ, read_tasks, &l);
    }
    if (rc) {
        canon_tasks_free(l.tasks);
        l.tasks = NULL;
    }
    cn_buf_free(&l.url);
    *out = l.tasks;
    return cn_conn_end(conn, rc);
}

size_t canon_tasks_count(const canon_tasks *tasks)
{
    return tasks->items.count;
}

const canon_task *canon_tasks_at(const canon_tasks *tasks, size_t i)
{
    return i < tasks->items.count ? cn_array_at(&tasks->items, i) : NULL;
}

static void write_task(cn_json *w, const canon_task *t)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "section_id", t->section_id);
    cn_json_str(w, "section_number", t->section_number);
    cn_json_str(w, "title", t->title);
    cn_json_str(w, "status", t->status);
    cn_json_str(w, "blocked_by", t->blocked_by);
    cn_json_int(w, "total_ac", t->total_ac);
    cn_json_int(w, "done_ac", t->done_ac);
    cn_json_str(w, "ticket_system", t->ticket_system);
    cn_json_str(w, "ticket_id", t->ticket_id);
    cn_json_str(w, "spec_title", t->spec_title);
    cn_json_str(w, "spec_file_path", t->spec_file_path);
    cn_json_str(w, "repo_owner", t->repo_owner);
    cn_json_str(w, "repo_name", t->repo_name);
    cn_json_str(w, "owner", t->owner);
    cn_json_str(w, "team", t->team);
    cn_json_time(w, "updated", t->updated_us);
    cn_json_int(w, "sub_total_ac", t->sub_total_ac);
    cn_json_int(w, "sub_done_ac", t->sub_done_ac);
    cn_json_str(w, "ticket_url", t->ticket_url);
    cn_json_end_object(w);
}

int canon_tasks_json(const canon_tasks *tasks, canon_buf *out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MAX_JSON);
    cn_json w = cn_json_to(&text);
    size_t i;

    cn_buf_adopt(&text, out, MAX_JSON);
    cn_json_object(&w, NULL);
    cn_json_array(&w, "tasks");
    for (i = 0; i < tasks->items.count; i++)
        write_task(&w, cn_array_at(&tasks->items, i));
    cn_json_end_array(&w);
    cn_json_int(&w, "total", (int64_t)tasks->items.count);
    cn_json_end_object(&w);
    return cn_buf_export(&text, out, err);
}

void canon_tasks_free(canon_tasks *tasks)
{
    if (!tasks)
        return;
    cn_arena_free(&tasks->arena);
    cn_array_free(&tasks->items);
    cn_free(tasks);
}
