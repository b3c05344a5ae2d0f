/* Open sections of the specs of an organisation. */
#ifndef CN_STORE_TASK_ROWS_H
#define CN_STORE_TASK_ROWS_H

#include "db.h"

/* Which sections; texts "" mean any (status: the open states). */
typedef struct cn_task_filter {
    const char *org;
    const char *status;
    const char *repo;
} cn_task_filter;

/* Columns of cn_store_tasks. */
enum {
    CN_TASK_SECTION_ID,
    CN_TASK_NUMBER,
    CN_TASK_TITLE,
    CN_TASK_STATUS,
    CN_TASK_BLOCKED_BY,
    CN_TASK_SYSTEM,
    CN_TASK_TICKET,
    CN_TASK_SPEC_TITLE,
    CN_TASK_PATH,
    CN_TASK_OWNER,
    CN_TASK_NAME,
    CN_TASK_TOTAL_AC,
    CN_TASK_DONE_AC,
    CN_TASK_SPEC_OWNER,
    CN_TASK_TEAM,
    CN_TASK_UPDATED,
    CN_TASK_BELOW /* criteria, see CN_TASK_BELOW_TOTAL */
};

/* Criteria of the sections below, and how many of them are done. */
#define CN_TASK_BELOW_TOTAL(below) ((below) / INT64_C(2147483648))
#define CN_TASK_BELOW_DONE(below)  ((below) % INT64_C(2147483648))

/* Repositories by name, documents by path, sections in order. */
int cn_store_tasks(cn_db *db, const cn_task_filter *filter, cn_rows **out,
                   canon_error *err);

#endif
