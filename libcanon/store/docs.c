#include "docs.h"

#include "batch.h"
#include "fail.h"

/* A time that is not known is NULL in the table. */
static cn_arg time_arg(int64_t us)
{
    return us > 0 ? cn_int(us) : cn_null();
}

static int read_known(cn_rows *rows, cn_arena *a, cn_known_doc *out,
                      canon_error *err)
{
    const char **const texts[] = {&out->path, &out->blob_sha, &out->stamp};

    out->id = cn_rows_int(rows, 0);
    out->parser_version = cn_rows_int(rows, 4);
    out->is_spec = cn_rows_int(rows, 5) != 0;
    return cn_store_texts(rows, 1, a, texts, 3, err);
}

int cn_store_docs_known(cn_db *db, cn_arena *a, const char *org,
                        int64_t repo_id, cn_known_docs *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(repo_id)};
    cn_array found = CN_ARRAY_INIT(cn_known_doc);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc =
        cn_db_query(db,
                    "SELECT id, path, blob_sha, stamp, parser_version, is_spec"
                    " FROM spec_documents WHERE org_login = $1 AND repo_id = $2"
                    " ORDER BY path",
                    args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_known_doc *doc = cn_array_push(&found);

        rc = doc ? read_known(rows, a, doc, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

/* The parameters $3 to $28 that insert and update share. */
#define DOC_ARGS 28

static void doc_args(cn_arg *to, const char *org, const cn_doc_row *row)
{
    const cn_arg args[DOC_ARGS] = {
        cn_text(org),
        cn_int(row->repo_id),
        cn_text(row->path),
        cn_text(row->repo),
        cn_text(row->title),
        cn_text(row->status),
        cn_text(row->owner),
        cn_text(row->team),
        cn_text(row->review_status),
        cn_text(row->ticket_project),
        cn_text(row->doc_type),
        cn_int(row->is_spec),
        cn_text(row->frontmatter),
        cn_text(row->tags),
        cn_text_of(row->raw.ptr ? row->raw : cn_str("")),
        cn_text(row->blob_sha),
        cn_text(row->stamp),
        cn_text(row->content_hash),
        cn_text(row->commit_sha),
        cn_int(row->parser_version),
        cn_int(row->counts.total_sections),
        cn_int(row->counts.done_sections),
        cn_int(row->counts.total_ac),
        cn_int(row->counts.done_ac),
        cn_int(row->counts.realized_ac),
        time_arg(row->last_doc_change_at),
        cn_int(row->indexed_at),
        cn_int(row->id),
    };

    memcpy(to, args, sizeof(args));
}

static void put_tags(cn_batch *tags, const char *org, const cn_doc_row *row)
{
    size_t i;

    for (i = 0; i < row->tag_count; i++) {
        cn_arg *arg = cn_batch_row(tags);

        if (!arg)
            return;
        arg[0] = cn_text(org);
        arg[1] = cn_int(row->id);
        arg[2] = cn_text(row->tag_list[i]);
    }
}

#define TAG_INSERT                                                             \
    "INSERT INTO spec_document_tags (org_login, document_id, tag)"             \
    " VALUES ($1, $2, $3) ON CONFLICT (org_login, document_id, tag)"           \
    " DO NOTHING"

int cn_store_docs_insert(cn_db *db, const char *org,
                         const cn_doc_row *const *docs, size_t count,
                         canon_error *err)
{
    cn_batch batch = CN_BATCH_OF(
        db,
        "INSERT INTO spec_documents (org_login, repo_id, path, repo, title,"
        " status, owner, team, review_status, ticket_project, doc_type,"
        " is_spec, frontmatter, tags, raw, blob_sha, stamp, content_hash,"
        " commit_sha, parser_version, total_sections, done_sections,"
        " total_ac, done_ac, realized_ac, last_doc_change_at, indexed_at, id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
        " $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,"
        " $27, $28)",
        DOC_ARGS, err);
    cn_batch tags = CN_BATCH_OF(db, TAG_INSERT, 3, err);
    int rc;
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg *args = cn_batch_row(&batch);

        if (!args)
            break;
        doc_args(args, org, docs[i]);
    }
    rc = cn_batch_end(&batch);
    for (i = 0; i < count && !rc; i++)
        put_tags(&tags, org, docs[i]);
    return rc ? rc : cn_batch_end(&tags);
}

int cn_store_doc_update(cn_db *db, const char *org, cn_doc_row *row,
                        canon_error *err)
{
    cn_arg args[DOC_ARGS];
    cn_rows *rows = NULL;
    int rc;

    doc_args(args, org, row);
    rc = cn_db_query(
        db,
        "UPDATE spec_documents SET repo = $4, title = $5, status = $6,"
        " owner = $7, team = $8, review_status = $9, ticket_project = $10,"
        " doc_type = $11, is_spec = $12, frontmatter = $13, tags = $14,"
        " raw = $15, blob_sha = $16, stamp = $17,"
        " last_doc_change_at = CASE WHEN content_hash = $18"
        " THEN last_doc_change_at ELSE $26 END,"
        " stale_since = CASE WHEN content_hash = $18"
        " THEN stale_since ELSE NULL END,"
        " content_hash = $18, commit_sha = $19, parser_version = $20,"
        " total_sections = $21, done_sections = $22, total_ac = $23,"
        " done_ac = $24, realized_ac = $25, indexed_at = $27"
        " WHERE org_login = $1 AND repo_id = $2 AND path = $3 RETURNING id",
        args, DOC_ARGS - 1, &rows, err);
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        row->id = cn_rows_int(rows, 0);
        rc = CANON_OK;
    } else if (rc == 0) {
        rc = cn_fail(err, CANON_ENOTFOUND, "no document %.200s", row->path);
    }
    cn_rows_free(rows);
    return rc;
}

static bool has_tag(const cn_doc_row *row, cn_slice tag)
{
    for (size_t i = 0; i < row->tag_count; i++) {
        if (cn_slice_is(tag, row->tag_list[i]))
            return true;
    }
    return false;
}

/* Are these the stored tags? A list that names one twice is not. */
static int same_tags(cn_db *db, const char *org, const cn_doc_row *row,
                     bool *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(row->id)};
    size_t count = 0;
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT tag FROM spec_document_tags"
                         " WHERE org_login = $1 AND document_id = $2",
                         args, 2, &rows, err);

    *out = true;
    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        *out = *out && has_tag(row, cn_rows_text(rows, 0));
        count++;
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    *out = *out && count == row->tag_count;
    return rc;
}

int cn_store_doc_tags(cn_db *db, const char *org, const cn_doc_row *row,
                      canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(row->id)};
    cn_batch tags = CN_BATCH_OF(db, TAG_INSERT, 3, err);
    bool same = false;
    int rc = same_tags(db, org, row, &same, err);

    if (rc || same)
        return rc;
    rc = cn_db_exec(db,
                    "DELETE FROM spec_document_tags"
                    " WHERE org_login = $1 AND document_id = $2",
                    args, 2, NULL, err);
    if (rc)
        return rc;
    put_tags(&tags, org, row);
    return cn_batch_end(&tags);
}

int cn_store_docs_touch(cn_db *db, const char *org,
                        const cn_doc_row *const *docs, size_t count,
                        canon_error *err)
{
    cn_batch batch = CN_BATCH_OF(
        db,
        "UPDATE spec_documents SET blob_sha = $3, stamp = $4,"
        " commit_sha = $5, indexed_at = $6 WHERE org_login = $1 AND id = $2",
        6, err);
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg *arg = cn_batch_row(&batch);

        if (!arg)
            break;
        arg[0] = cn_text(org);
        arg[1] = cn_int(docs[i]->id);
        arg[2] = cn_text(docs[i]->blob_sha);
        arg[3] = cn_text(docs[i]->stamp);
        arg[4] = cn_text(docs[i]->commit_sha);
        arg[5] = cn_int(docs[i]->indexed_at);
    }
    return cn_batch_end(&batch);
}

int cn_store_docs_delete(cn_db *db, const char *org, const int64_t *ids,
                         size_t count, canon_error *err)
{
    cn_batch batch = CN_BATCH_OF(
        db, "DELETE FROM spec_documents WHERE org_login = $1 AND id = $2", 2,
        err);
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg *arg = cn_batch_row(&batch);

        if (!arg)
            break;
        arg[0] = cn_text(org);
        arg[1] = cn_int(ids[i]);
    }
    return cn_batch_end(&batch);
}

int cn_store_doc_realized(cn_db *db, const char *org, int64_t id,
                          int64_t realized, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(id), cn_int(realized)};

    return cn_db_exec(db,
                      "UPDATE spec_documents SET realized_ac = $3"
                      " WHERE org_login = $1 AND id = $2",
                      args, 3, NULL, err);
}

/* Columns 0 to 20 of a document in lists. */
#define LIST_COLUMNS                                                           \
    "id, repo_id, repo, path, title, status, owner, team, review_status,"      \
    " doc_type, tags, is_spec, total_sections, done_sections, total_ac,"       \
    " done_ac, realized_ac, last_doc_change_at, last_code_change_at,"          \
    " stale_since, indexed_at"

static int read_listed(cn_rows *rows, cn_arena *a, cn_doc_row *out,
                       canon_error *err)
{
    const char **const texts[] = {
        &out->repo,          &out->path,     &out->title,
        &out->status,        &out->owner,    &out->team,
        &out->review_status, &out->doc_type, &out->tags,
    };

    out->id = cn_rows_int(rows, 0);
    out->repo_id = cn_rows_int(rows, 1);
    out->is_spec = cn_rows_int(rows, 11) != 0;
    out->counts.total_sections = cn_rows_int(rows, 12);
    out->counts.done_sections = cn_rows_int(rows, 13);
    out->counts.total_ac = cn_rows_int(rows, 14);
    out->counts.done_ac = cn_rows_int(rows, 15);
    out->counts.realized_ac = cn_rows_int(rows, 16);
    out->last_doc_change_at = cn_rows_int(rows, 17);
    out->last_code_change_at = cn_rows_int(rows, 18);
    out->stale_since = cn_rows_int(rows, 19);
    out->indexed_at = cn_rows_int(rows, 20);
    return cn_store_texts(rows, 2, a, texts, sizeof(texts) / sizeof(texts[0]),
                          err);
}

int cn_store_docs_list(cn_db *db, cn_arena *a, const char *org, int64_t repo_id,
                       cn_doc_rows *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(repo_id)};
    cn_array found = CN_ARRAY_INIT(cn_doc_row);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc;

    if (repo_id) {
        rc = cn_db_query(db,
                         "SELECT " LIST_COLUMNS " FROM spec_documents"
                         " WHERE org_login = $1 AND repo_id = $2"
                         " ORDER BY path",
                         args, 2, &rows, err);
    } else {
        rc = cn_db_query(db,
                         "SELECT " LIST_COLUMNS " FROM spec_documents"
                         " WHERE org_login = $1 ORDER BY repo_id, path",
                         args, 1, &rows, err);
    }
    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_doc_row *doc = cn_array_push(&found);

        rc = doc ? read_listed(rows, a, doc, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

static int read_full(cn_rows *rows, cn_arena *a, cn_doc_row *out,
                     canon_error *err)
{
    const char **const texts[] = {
        &out->blob_sha,   &out->stamp,       &out->content_hash,
        &out->commit_sha, &out->frontmatter,
    };
    int rc = read_listed(rows, a, out, err);

    if (!rc)
        rc = cn_store_texts(rows, 21, a, texts,
                            sizeof(texts) / sizeof(texts[0]), err);
    if (!rc) {
        cn_slice raw = cn_rows_text(rows, 26);
        char *copy = cn_arena_copy(a, raw);

        if (!copy)
            return cn_fail_memory(err);
        out->raw = cn_slice_of(copy, raw.len);
    }
    return rc;
}

int cn_store_doc_get(cn_db *db, cn_arena *a, const char *org, int64_t repo_id,
                     const char *path, cn_doc_row *out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(repo_id), cn_text(path)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT " LIST_COLUMNS ", blob_sha, stamp,"
                         " content_hash, commit_sha, frontmatter, raw"
                         " FROM spec_documents WHERE org_login = $1"
                         " AND repo_id = $2 AND path = $3",
                         args, 3, &rows, err);

    memset(out, 0, sizeof(*out));
    if (!rc) {
        rc = cn_rows_next(rows, err);
        if (rc == 0)
            rc = cn_fail(err, CANON_ENOTFOUND, "no document %.200s", path);
        else if (rc == 1)
            rc = read_full(rows, a, out, err);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_docs_total(cn_db *db, const char *org, int64_t *docs_out,
                        int64_t *specs_out, cn_doc_counts *out,
                        canon_error *err)
{
    const cn_arg args[] = {cn_text(org)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "SELECT COUNT(*), COALESCE(SUM(is_spec), 0),"
        " COALESCE(SUM(CASE WHEN is_spec = 1 THEN total_sections END), 0),"
        " COALESCE(SUM(CASE WHEN is_spec = 1 THEN done_sections END), 0),"
        " COALESCE(SUM(CASE WHEN is_spec = 1 THEN total_ac END), 0),"
        " COALESCE(SUM(CASE WHEN is_spec = 1 THEN done_ac END), 0),"
        " COALESCE(SUM(CASE WHEN is_spec = 1 THEN realized_ac END), 0)"
        " FROM spec_documents WHERE org_login = $1",
        args, 1, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *docs_out = cn_rows_int(rows, 0);
        *specs_out = cn_rows_int(rows, 1);
        out->total_sections = cn_rows_int(rows, 2);
        out->done_sections = cn_rows_int(rows, 3);
        out->total_ac = cn_rows_int(rows, 4);
        out->done_ac = cn_rows_int(rows, 5);
        out->realized_ac = cn_rows_int(rows, 6);
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    return rc;
}

#define FEW_ROWS 1000 /* a table of which PostgreSQL knows less is looked at */

int cn_store_docs_analyze(cn_db *db, canon_error *err)
{
    cn_rows *rows = NULL;
    bool known = true;
    int rc;

    if (cn_db_dialect(db) != CN_POSTGRESQL)
        return CANON_OK;
    rc = cn_db_query(db,
                     "SELECT MIN(reltuples) FROM pg_class WHERE oid IN"
                     " (CAST('spec_documents' AS regclass),"
                     " CAST('spec_sections' AS regclass))",
                     NULL, 0, &rows, err);
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        known = cn_rows_real(rows, 0) >= FEW_ROWS;
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    return rc || known
               ? rc
               : cn_db_script(db, "ANALYZE spec_documents, spec_sections", err);
}

int cn_store_docs_any_spec(cn_db *db, const char *org, bool *out,
                           canon_error *err)
{
    const cn_arg args[] = {cn_text(org)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT 1 FROM spec_documents"
                         " WHERE org_login = $1 AND is_spec = 1 LIMIT 1",
                         args, 1, &rows, err);

    if (!rc)
        rc = cn_rows_next(rows, err);
    *out = rc == 1;
    cn_rows_free(rows);
    return rc == 1 ? CANON_OK : rc;
}

int cn_store_doc_entry(cn_db *db, cn_arena *a, const char *org, int64_t id,
                       cn_doc_entry *out, canon_error *err)
{
    const char **const texts[] = {&out->title, &out->body};
    const cn_arg args[] = {cn_text(org), cn_int(id)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT title, body, CASE WHEN EXISTS (SELECT 1"
                         " FROM search_entries s WHERE s.org_login = $1"
                         " AND s.document_id = $2 AND s.section_row > 0)"
                         " THEN 1 ELSE 0 END FROM search_entries"
                         " WHERE org_login = $1 AND document_id = $2"
                         " AND section_row = 0",
                         args, 2, &rows, err);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        out->has_sections = cn_rows_int(rows, 2) != 0;
        rc = cn_store_texts(rows, 0, a, texts, 2, err);
    }
    cn_rows_free(rows);
    return rc;
}

int cn_store_doc_find(cn_db *db, const char *org, int64_t repo_id,
                      const char *path, int64_t *id_out, canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(repo_id), cn_text(path)};
    cn_rows *rows = NULL;
    int rc = cn_db_query(db,
                         "SELECT id FROM spec_documents WHERE org_login = $1"
                         " AND repo_id = $2 AND path = $3",
                         args, 3, &rows, err);

    *id_out = 0;
    if (!rc)
        rc = cn_rows_next(rows, err);
    if (rc == 1) {
        *id_out = cn_rows_int(rows, 0);
        rc = CANON_OK;
    }
    cn_rows_free(rows);
    return rc;
}
