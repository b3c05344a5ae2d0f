/*
 * One file, one document.
 */
#include "index_parts.h"

#include "check.h"
#include "fail.h"

static bool is_config(const char *path)
{
    return strcmp(path, "CANON.yaml") == 0 ||
           strcmp(path, "SPECWRIGHT.yaml") == 0;
}

typedef struct one_document {
    const char *org;
    int64_t repo_id;
    const char *path;
} one_document;

static int remove_document(canon_conn *conn, void *arg)
{
    const one_document *d = arg;
    int64_t id = 0;
    int rc = cn_store_doc_find(conn->db, d->org, d->repo_id, d->path, &id,
                               &conn->err);

    if (rc || !id)
        return rc;
    rc = cn_documents_remove(conn, d->org, &id, 1);
    return rc ? rc : cn_index_changed(conn, d->org);
}

/* Read the file; nothing to be written means that it is gone. The rows refer
 * to *from. */
static int read_one(canon_conn *conn, const cn_repo_row *repo, const char *path,
                    cn_opened *from, cn_group *group)
{
    cn_planned file = {path, "", "", 0, 0, NULL, true};
    cn_patterns patterns;
    cn_fetched how = CN_FETCHED_GONE;
    int rc =
        cn_patterns_of_json(&conn->arena, repo->config, &patterns, &conn->err);

    if (rc || !cn_index_wanted(path, &patterns))
        return rc;
    rc = cn_opened_make(from, conn, repo);
    if (!rc)
        rc = cn_fetch(conn, from, &file, &patterns, group, &how);
    if (!rc && how == CN_FETCHED_BAD)
        rc = conn->err.code ? conn->err.code : CANON_EIO;
    return rc;
}

static int index_one(canon_conn *conn, const cn_repo_row *repo,
                     const char *path)
{
    cn_opened from = {0};
    canon_index_report report;
    cn_group group;
    int rc;

    memset(&report, 0, sizeof(report));
    cn_group_init(&group, repo->org, repo, &report);
    group.now_us = canon_now_us(conn->engine);
    cn_conn_release(conn);
    rc = read_one(conn, repo, path, &from, &group);
    canon_source_close(from.source);
    /* nobody looked whether the document is there: the writer does */
    cn_array_each (cn_built, built, &group.items)
        built->is_new = false;
    if (!rc)
        rc = cn_conn_acquire(conn, CN_DB_WRITE);
    if (!rc && group.items.count > 0) {
        rc = cn_group_write(conn, &group);
        if (!rc && report.indexed == 0)
            rc = cn_fail(&conn->err, CANON_ESTORE, "%s", report.first_error);
    } else if (!rc) {
        one_document gone = {repo->org, repo->id, path};

        rc = cn_tx_retry(conn, CN_TX_WRITE, remove_document, &gone);
    }
    cn_group_free(&group);
    return rc;
}

int canon_index_file(canon_conn *conn, const char *org, const char *full_name,
                     const char *path)
{
    cn_repo_row repo;
    const char *lower = NULL;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = cn_index_names(conn, org, full_name, &lower);
    if (!rc && (!path || !cn_path_ok(cn_str(path))))
        rc = cn_fail(&conn->err, CANON_EINVAL, "%.100s is no path of a file",
                     path ? path : "NULL");
    if (!rc)
        rc = cn_store_repo_get(conn->db, &conn->arena, lower, full_name, &repo,
                               &conn->err);
    if (!rc)
        rc = is_config(path)
                 ? canon_index_repo(conn, org, full_name, NULL, NULL)
                 : index_one(conn, &repo, path);
    return cn_conn_end(conn, rc);
}

/* A criterion's verdict decides; without one its comments do. */
static int64_t count_keys(const cn_verdicts *verdicts, const char *path,
                          const cn_criterion_keys *keys)
{
    int64_t realized = 0;

    for (size_t i = 0; i < keys->count; i++) {
        const cn_criterion_key *key = &keys->items[i];
        cn_criterion_row criterion = {0};
        cn_section_row section = {0};

        criterion.norm = key->norm;
        criterion.realized_inline = key->realized_inline;
        section.section_id = key->section_id;
        section.criteria = &criterion;
        section.total_ac = 1;
        realized += cn_count_realized(verdicts, path, &section, 1);
    }
    return realized;
}

static int realize(canon_conn *conn, void *arg)
{
    const one_document *d = arg;
    cn_doc_row doc;
    cn_criterion_keys keys;
    cn_verdicts verdicts;
    canon_error *err = &conn->err;
    int rc = cn_store_doc_get(conn->db, &conn->arena, d->org, d->repo_id,
                              d->path, &doc, err);

    /* the row first: it keeps others off until the end */
    if (!rc)
        rc = cn_store_doc_realized(conn->db, d->org, doc.id,
                                   doc.counts.realized_ac, err);
    if (!rc)
        rc = cn_store_criteria_keys(conn->db, &conn->arena, d->org, doc.id,
                                    &keys, err);
    if (!rc)
        rc = cn_store_verdicts(conn->db, &conn->arena, d->org, doc.repo,
                               d->path, d->path, &verdicts, err);
    if (!rc)
        rc = cn_store_doc_realized(conn->db, d->org, doc.id,
                                   count_keys(&verdicts, d->path, &keys), err);
    return rc ? rc : cn_index_changed(conn, d->org);
}

int cn_index_realize(canon_conn *conn, const char *org, const char *full_name,
                     const char *path)
{
    one_document d = {NULL, 0, path};
    cn_repo_row repo;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_index_names(conn, org, full_name, &d.org);
    if (!rc)
        rc = cn_store_repo_get(conn->db, &conn->arena, d.org, full_name, &repo,
                               &conn->err);
    if (!rc) {
        d.repo_id = repo.id;
        rc = cn_tx_retry(conn, CN_TX_WRITE, realize, &d);
    }
    return cn_conn_end(conn, rc);
}
