#include "task_rows.h"

#define TASK_SELECT                                                            \
    "SELECT s.section_id, s.section_number, s.heading, s.status,"              \
    " s.blocked_by, s.ticket_system, s.ticket_ref, d.title, d.path, r.owner,"  \
    " r.name, s.total_ac, s.done_ac"                                           \
    " FROM spec_sections s"                                                    \
    " JOIN spec_documents d ON d.org_login = s.org_login"                      \
    " AND d.id = s.document_id AND d.is_spec = 1"                              \
    " JOIN repositories r ON r.org_login = d.org_login"                        \
    " AND r.id = d.repo_id"                                                    \
    " WHERE s.org_login = $1"                                                  \
    " AND ($2 = '' OR LOWER(r.full_name) = LOWER($2))"
#define TASK_ORDER " ORDER BY LOWER(r.full_name), r.id, d.path, s.ord"

int cn_store_tasks(cn_db *db, const cn_task_filter *filter, cn_rows **out,
                   canon_error *err)
{
    const cn_arg args[] = {cn_text(filter->org), cn_text(filter->repo),
                           cn_text(filter->status)};

    /* two texts, so that the index on open sections serves the usual one */
    if (!*filter->status)
        return cn_db_query(db,
                           TASK_SELECT
                           " AND s.status IN ('todo', 'in_progress',"
                           " 'blocked')" TASK_ORDER,
                           args, 2, out, err);
    return cn_db_query(db, TASK_SELECT " AND s.status = $3" TASK_ORDER, args, 3,
                       out, err);
}
