#include "seed.h"

#include "conn.h"

#include <stdio.h>
#include <string.h>

static void find_repo(test_engine *t, const char *org, const char *repo,
                      cn_repo_row *out)
{
    canon_conn *conn = t->conn;
    cn_repo_row row = {0};
    char owner[64];

    snprintf(owner, sizeof(owner), "%.*s", (int)strcspn(repo, "/"), repo);
    row.org = org;
    row.full_name = repo;
    row.owner = owner;
    row.name = repo + strcspn(repo, "/") + 1;
    row.source = "dir:/nowhere";
    assert_ok(t, cn_store_repo_put(conn->db, &row, &conn->err));
    assert_ok(t, cn_store_repo_get(conn->db, &conn->arena, org, repo, out,
                                   &conn->err));
}

void seed(test_engine *t, const seed_doc *doc)
{
    canon_conn *conn = t->conn;
    cn_doc_row row = {0};
    const cn_doc_row *rows = &row;
    cn_repo_row repo;
    cn_section_write writes[16];
    cn_section_row sections[16];
    int64_t id = 0;

    assert_ok(t, cn_conn_begin(conn, CN_DB_WRITE));
    assert_ok(t, cn_db_begin(conn->db, CN_TX_WRITE, &conn->err));
    find_repo(t, doc->org, doc->repo, &repo);
    assert_ok(t, cn_store_ids(conn->db, 17, &id, &conn->err));
    row.id = id;
    row.repo_id = repo.id;
    row.repo = repo.full_name;
    row.path = doc->path;
    row.title = "T";
    row.status = "draft";
    row.owner = "";
    row.team = doc->team ? doc->team : "";
    row.doc_type = doc->is_spec ? "spec" : "doc";
    row.is_spec = doc->is_spec;
    row.frontmatter = "{}";
    row.tags = "[]";
    row.blob_sha = row.stamp = row.content_hash = row.commit_sha = "x";
    row.counts = doc->counts;
    row.indexed_at = t->now_us;
    assert_ok(t,
              cn_store_docs_insert(conn->db, doc->org, &rows, 1, &conn->err));
    for (size_t i = 0; i < doc->section_count; i++) {
        sections[i] = doc->sections[i];
        sections[i].id = id + 1 + (int64_t)i;
        sections[i].ord = (int64_t)i;
        writes[i].document_id = id;
        writes[i].section = &sections[i];
    }
    assert_ok(t, cn_store_sections_write(conn->db, doc->org, writes,
                                         doc->section_count, &conn->err));
    assert_ok(t, cn_db_end(conn->db, CANON_OK, &conn->err));
    assert_ok(t, cn_conn_end(conn, CANON_OK));
}

void seed_remove(test_engine *t, const char *org, const char *repo,
                 const char *path)
{
    canon_conn *conn = t->conn;
    cn_repo_row row;
    int64_t id = 0;

    assert_ok(t, cn_conn_begin(conn, CN_DB_WRITE));
    assert_ok(t, cn_store_repo_get(conn->db, &conn->arena, org, repo, &row,
                                   &conn->err));
    assert_ok(t,
              cn_store_doc_find(conn->db, org, row.id, path, &id, &conn->err));
    assert_ok(t, cn_store_docs_delete(conn->db, org, &id, 1, &conn->err));
    assert_ok(t, cn_conn_end(conn, CANON_OK));
}
