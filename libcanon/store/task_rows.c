#include "task_rows.h"

/* The sections below s follow it, up to the next one of its level. Only
 * sections with one below them are asked for more than their neighbour, and
 * once: both sums are in one number. */
#define SECTIONS_BELOW                                                         \
    ", CASE WHEN EXISTS (SELECT 1 FROM spec_sections k"                        \
    " WHERE k.org_login = s.org_login AND k.document_id = s.document_id"       \
    " AND k.ord = s.ord + 1 AND k.parent_ord = s.ord)"                         \
    " THEN (SELECT SUM(c.total_ac) * 2147483648 + SUM(c.done_ac)"              \
    " FROM spec_sections c"                                                    \
    " WHERE c.org_login = s.org_login AND c.document_id = s.document_id"       \
    " AND c.ord > s.ord AND c.ord < COALESCE((SELECT n.ord"                    \
    " FROM spec_sections n WHERE n.org_login = s.org_login"                    \
    " AND n.document_id = s.document_id AND n.ord > s.ord"                     \
    " AND n.level <= s.level ORDER BY n.ord LIMIT 1), 2147483647))"            \
    " ELSE 0 END"
#define TASK_SELECT                                                            \
    "SELECT s.section_id, s.section_number, s.heading, s.status,"              \
    " s.blocked_by, s.ticket_system, s.ticket_ref, d.title, d.path, r.owner,"  \
    " r.name, s.total_ac, s.done_ac, d.owner, d.team, d.last_doc_change_at"    \
    SECTIONS_BELOW                                                             \
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
