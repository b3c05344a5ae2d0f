#include "evidence.h"

#include "batch.h"
#include "fail.h"

int cn_store_evidence_put(cn_db *db, const char *org,
                          const cn_evidence_row *row, canon_error *err)
{
    const cn_arg args[] = {
        cn_text(org),
        cn_text(row->repo),
        cn_text(row->spec_path),
        cn_text(row->section_id),
        cn_text(row->ac_text),
        cn_text(row->ac_norm),
        cn_text(row->ac_hash),
        cn_text(row->status),
        cn_int(row->pr_number),
        cn_text(row->pr_url),
        cn_text(row->evidence_files),
        cn_text(row->head_sha),
        row->merged_at > 0 ? cn_int(row->merged_at) : cn_null(),
        cn_int(row->assessed_at),
    };

    return cn_db_exec(
        db,
        "INSERT INTO realization_evidence (org_login, repo, spec_path,"
        " section_id, ac_text, ac_norm, ac_hash, status, pr_number, pr_url,"
        " evidence_files, head_sha, merged_at, assessed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
        " $14) ON CONFLICT (org_login, repo, spec_path, section_id, ac_hash,"
        " pr_number) DO UPDATE SET ac_text = excluded.ac_text,"
        " status = excluded.status, pr_url = excluded.pr_url,"
        " evidence_files = excluded.evidence_files,"
        " head_sha = excluded.head_sha, merged_at = excluded.merged_at,"
        " assessed_at = excluded.assessed_at",
        args, 14, NULL, err);
}

static int read_verdict(cn_rows *rows, cn_arena *a, cn_verdict *out,
                        canon_error *err)
{
    const char **const texts[] = {&out->spec_path, &out->section_id,
                                  &out->ac_norm};

    out->realized = cn_rows_int(rows, 3) != 0;
    return cn_store_texts(rows, 0, a, texts, 3, err);
}

int cn_store_verdicts(cn_db *db, cn_arena *a, const char *org, const char *repo,
                      const char *first, const char *last, cn_verdicts *out,
                      canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(repo), cn_text(first),
                           cn_text(last)};
    cn_array found = CN_ARRAY_INIT(cn_verdict);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "SELECT spec_path, section_id, ac_norm,"
        " CASE WHEN status = 'realized' THEN 1 ELSE 0 END"
        " FROM (SELECT spec_path, section_id, ac_norm, status,"
        " ROW_NUMBER() OVER (PARTITION BY spec_path, section_id, ac_hash"
        " ORDER BY assessed_at DESC, id DESC) AS n"
        " FROM realization_evidence WHERE org_login = $1"
        " AND LOWER(repo) = LOWER($2) AND spec_path >= $3"
        " AND spec_path <= $4"
        " AND (pr_number = 0 OR merged_at IS NOT NULL)) AS newest"
        " WHERE n = 1 ORDER BY spec_path, section_id, ac_norm",
        args, 4, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_verdict *verdict = cn_array_push(&found);

        rc =
            verdict ? read_verdict(rows, a, verdict, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

int cn_store_evidence_remove(cn_db *db, const char *org, const char *repo,
                             canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_text(repo)};

    return cn_db_exec(db,
                      "DELETE FROM realization_evidence"
                      " WHERE org_login = $1 AND LOWER(repo) = LOWER($2)",
                      args, 2, NULL, err);
}
