/*
 * Reading from a source: files and the configuration.
 */
#include "index_parts.h"

#include "canon/config.h"

#include "fail.h"
#include "json.h"

#include <stdio.h>

int cn_opened_make(cn_opened *out, canon_conn *conn, const cn_repo_row *repo)
{
    int rc = canon_source_open(conn, repo->source, &out->source);

    if (!rc)
        rc = canon_source_head(out->source, NULL, &out->at);
    /* for our callers "not found" is about the repository's name */
    if (rc == CANON_ENOTFOUND || rc == CANON_EDENIED)
        rc = conn->err.code = CANON_EIO;
    return rc;
}

void cn_report_error(canon_index_report *report, const char *path,
                     const char *why)
{
    report->errors++;
    if (!*report->first_error)
        snprintf(report->first_error, sizeof(report->first_error),
                 "%.100s: %.120s", path, why);
}

/* A failure that concerns the one file. */
static bool is_file_problem(int rc)
{
    return rc == CANON_EIO || rc == CANON_EDENIED || rc == CANON_EINVAL ||
           rc == CANON_EREMOTE || rc == CANON_EUNSUPPORTED;
}

/* What of a document comes from its place. */
static void set_place(cn_doc_row *doc, const cn_opened *from,
                      const cn_planned *file, const cn_group *g)
{
    doc->repo_id = g->repo->id;
    doc->repo = g->repo->full_name;
    doc->path = file->path;
    doc->stamp = file->stamp;
    doc->commit_sha = from->at.id;
    doc->parser_version = CN_PARSER_VERSION;
    doc->indexed_at = g->now_us;
    doc->last_doc_change_at = file->time_us > 0      ? file->time_us
                              : from->at.time_us > 0 ? from->at.time_us
                                                     : g->now_us;
}

static int add_touched(const cn_opened *from, const cn_planned *file,
                       const char *blob, cn_group *g, canon_error *err)
{
    cn_doc_row *row = cn_array_push(&g->touched);

    if (!row)
        return cn_fail_memory(err);
    set_place(row, from, file, g);
    row->id = file->known->id;
    row->blob_sha = cn_arena_str(&g->arena, blob);
    return row->blob_sha ? CANON_OK : cn_fail_memory(err);
}

static int add_built(const cn_opened *from, const cn_planned *file,
                     const cn_source_text *text, const char *blob,
                     const cn_patterns *patterns, cn_group *g, canon_error *err)
{
    cn_built *built = cn_array_push(&g->items);
    int rc;

    if (!built)
        return cn_fail_memory(err);
    rc = cn_built_make(built, &g->arena, text, patterns, err);
    if (rc) {
        cn_built_free(built);
        cn_array_pop(&g->items);
        return rc;
    }
    set_place(&built->doc, from, file, g);
    built->is_new = !file->known;
    built->doc.blob_sha = cn_arena_str(&g->arena, blob);
    g->bytes += text->text.len;
    if (*built->problem)
        cn_report_error(g->report, file->path, built->problem);
    return built->doc.blob_sha ? CANON_OK : cn_fail_memory(err);
}

/* The bytes of a file; ptr NULL when it is too long. */
static int read_file(const cn_opened *from, const cn_planned *file,
                     canon_buf *bytes, char blob[72], cn_source_text *out)
{
    int rc = CANON_ETOOBIG;

    snprintf(blob, 72, "%s", file->blob);
    out->path = file->path;
    out->text = cn_slice_of(NULL, 0);
    out->len = file->len;
    if (file->len <= (int64_t)CN_DOCUMENT_MAX)
        rc = canon_source_read(from->source, &from->at, file->path,
                               CN_DOCUMENT_MAX, bytes, blob);
    if (!rc) {
        out->text = cn_slice_of(bytes->data ? bytes->data : "", bytes->len);
        out->len = (int64_t)bytes->len;
    }
    return rc == CANON_ETOOBIG ? CANON_OK : rc;
}

int cn_fetch(canon_conn *conn, const cn_opened *from, const cn_planned *file,
             const cn_patterns *patterns, cn_group *group, cn_fetched *out)
{
    canon_buf bytes = CANON_BUF_INIT;
    cn_source_text text;
    char blob[72];
    int rc = read_file(from, file, &bytes, blob, &text);

    *out = CN_FETCHED_BUILT;
    if (rc == CANON_ENOTFOUND) {
        *out = CN_FETCHED_GONE;
        rc = CANON_OK;
    } else if (is_file_problem(rc)) {
        cn_report_error(group->report, file->path, conn->err.text);
        *out = CN_FETCHED_BAD;
        rc = CANON_OK;
    } else if (!rc && file->known && !file->again && *blob &&
               strcmp(blob, file->known->blob_sha) == 0) {
        *out = CN_FETCHED_SAME;
        rc = add_touched(from, file, blob, group, &conn->err);
    } else if (!rc) {
        rc = add_built(from, file, &text, blob, patterns, group, &conn->err);
    }
    canon_buf_free(&bytes);
    return rc;
}

/* The first configuration file that is there; path NULL: none. */
static int read_config(const cn_opened *from, canon_buf *bytes, char blob[72],
                       const char **path)
{
    static const char *const names[] = {"CANON.yaml", "SPECWRIGHT.yaml"};
    int rc = CANON_ENOTFOUND;

    for (size_t i = 0; i < 2 && rc == CANON_ENOTFOUND; i++) {
        *path = names[i];
        rc = canon_source_read(from->source, &from->at, names[i], CN_CONFIG_MAX,
                               bytes, blob);
    }
    if (rc == CANON_ENOTFOUND) {
        *path = NULL;
        rc = CANON_OK;
    }
    return rc;
}

static int copy_json(const canon_buf *text, cn_arena *a, const char **out,
                     canon_error *err)
{
    *out = cn_arena_copy(a, cn_slice_of(text->data, text->len));
    return *out ? CANON_OK : cn_fail_memory(err);
}

static int store_config(const char *text, size_t len, cn_arena *a,
                        cn_config_read *out, canon_error *err)
{
    canon_config *config = NULL;
    canon_buf json = CANON_BUF_INIT;
    int rc = canon_config_parse(text, len, &config, err);

    if (!rc)
        rc = canon_config_json(config, &json, err);
    if (!rc)
        rc = copy_json(&json, a, &out->json, err);
    if (!rc)
        rc = canon_config_diagnostics_json(config, &json, err);
    if (!rc)
        rc = copy_json(&json, a, &out->diagnostics, err);
    canon_buf_free(&json);
    canon_config_free(config);
    return rc;
}

int cn_config_fetch(canon_conn *conn, const cn_opened *from, cn_arena *a,
                    cn_config_read *out)
{
    static const char too_big[] =
        "[{\"severity\":\"error\",\"code\":\"config.too_big\",\"message\":"
        "\"the configuration is longer than 256 KiB and was not read\","
        "\"line\":null}]";
    canon_buf bytes = CANON_BUF_INIT;
    const char *path = NULL;
    char blob[72] = "";
    int rc = read_config(from, &bytes, blob, &path);

    out->json = NULL;
    out->diagnostics = "[]";
    out->sha = "";
    if (!rc && path)
        rc = store_config(bytes.data ? bytes.data : "", bytes.len, a, out,
                          &conn->err);
    if (rc == CANON_ETOOBIG) {
        cn_fail_clear(&conn->err);
        rc = store_config(NULL, 0, a, out, &conn->err);
        out->diagnostics = too_big;
    }
    if (!rc && path)
        out->sha = cn_arena_str(a, blob);
    canon_buf_free(&bytes);
    return rc || out->sha ? rc : cn_fail_memory(&conn->err);
}
