/**
 * @file canon/tasks.h
 * Open work: sections in todo, in_progress or blocked.
 */
#ifndef CANON_TASKS_H
#define CANON_TASKS_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

typedef struct canon_tasks canon_tasks;

/** Which tasks. Start from CANON_TASK_QUERY_INIT. */
typedef struct canon_task_query {
    size_t size;
    const char *org;    /**< required */
    const char *status; /**< only this state, any; NULL or "": the open ones */
    const char *repo;   /**< "owner/name", letter case ignored; NULL: all */
} canon_task_query;

#define CANON_TASK_QUERY_INIT                                                  \
    {                                                                          \
        sizeof(canon_task_query), NULL, NULL, NULL                             \
    }

/** One task. Strings belong to the list. */
typedef struct canon_task {
    const char *section_id;
    const char *section_number; /**< or NULL */
    const char *title;
    const char *status;
    const char *blocked_by;    /**< or NULL */
    const char *ticket_system; /**< or NULL */
    const char *ticket_id;     /**< or NULL */
    const char *spec_title;
    const char *spec_file_path;
    const char *repo_owner;
    const char *repo_name;
    int64_t total_ac; /**< of this section alone */
    int64_t done_ac;
    int64_t sub_total_ac; /**< of the sections below it together */
    int64_t sub_done_ac;
    const char *owner;      /**< of the spec, or "" */
    const char *team;       /**< of the spec, or "" */
    int64_t updated_us;     /**< last change of the spec; 0: not known */
    const char *ticket_url; /**< or NULL: no ticket, or nobody knows where */
} canon_task;

/**
 * List tasks: repositories by name, documents by path, sections in document
 * order. out is NULL on failure; free it with canon_tasks_free.
 */
CANON_API int canon_tasks_list(canon_conn *conn, const canon_task_query *query,
                               canon_tasks **out) CANON_NODISCARD;

/** Number of tasks. */
CANON_API size_t canon_tasks_count(const canon_tasks *tasks);

/** Task i; NULL beyond the end. */
CANON_API const canon_task *canon_tasks_at(const canon_tasks *tasks, size_t i);

/** The JSON form of the REST API: {"tasks":[...],"total":n}. */
CANON_API int canon_tasks_json(const canon_tasks *tasks, canon_buf *out,
                               canon_error *err) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_tasks_free(canon_tasks *tasks);

CANON_END_DECLS

#endif
