/*
 * One document as JSON. Parsed and rendered forms are kept in the engine's
 * cache by what they were made of, so a change of the document needs no
 * clearing.
 */
#include "index_parts.h"

#include "json_parts.h"

#include "canon/render.h"
#include "canon/settings.h"

#include "escape.h"
#include "fail.h"
#include "mem.h"

#define MAX_JSON ((size_t)64 * 1024 * 1024)

void cn_write_github_url(cn_json *w, const cn_repo_row *repo, const char *path)
{
    /* escaped for a URL it needs no escaping for JSON */
    cn_json_key(w, cn_str("github_url"));
    cn_buf_printf(w->out, "\"https://github.com/%s/%s/blob/", repo->owner,
                  repo->name);
    cn_url_escape_path(w->out, cn_str(repo->default_branch));
    cn_buf_putc(w->out, '/');
    cn_url_escape_path(w->out, cn_str(path));
    cn_buf_putc(w->out, '"');
    w->comma = true;
}

/* A document and its repository. */
typedef struct view {
    const char *org;
    const char *full_name;
    const char *path;
    cn_repo_row repo;
    cn_doc_row doc;
} view;

static int read_view(canon_conn *conn, void *arg)
{
    view *v = arg;
    int rc = cn_store_repo_get(conn->db, &conn->arena, v->org, v->full_name,
                               &v->repo, &conn->err);

    return rc ? rc
              : cn_store_doc_get(conn->db, &conn->arena, v->org, v->repo.id,
                                 v->path, &v->doc, &conn->err);
}

/* Load the document; the connection is given back afterwards. */
static int load_view(view *v, canon_conn *conn, const char *org,
                     const char *full_name, const char *path)
{
    int rc;

    memset(v, 0, sizeof(*v));
    v->full_name = full_name;
    v->path = path ? path : "";
    rc = cn_index_names(conn, org, full_name, &v->org);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_READ, read_view, v);
    cn_conn_release(conn);
    return rc;
}

static void add_part(cn_buf *key, const char *part)
{
    cn_buf_printf(key, "%zu:%s", strlen(part), part);
}

/* Of what is derived from a document for a purpose. */
static void make_key(cn_buf *key, const view *v, const char *purpose)
{
    add_part(key, v->org);
    add_part(key, v->repo.full_name);
    add_part(key, v->path);
    add_part(key, v->doc.content_hash);
    add_part(key, v->repo.default_branch);
    add_part(key, v->repo.source);
    add_part(key, purpose);
}

static bool is_on_github(const view *v)
{
    return cn_slice_starts(cn_str(v->repo.source), "github:");
}

static int set_links(canon_render_options *o, const view *v, cn_arena *a,
                     canon_error *err)
{
    memset(o, 0, sizeof(*o));
    o->size = sizeof(*o);
    o->org = v->org;
    o->repo = v->repo.full_name;
    o->path = v->path;
    if (!is_on_github(v))
        return CANON_OK;
    o->raw_base = cn_arena_printf(a, "https://raw.githubusercontent.com/%s/%s",
                                  v->repo.full_name, v->repo.default_branch);
    return o->raw_base ? CANON_OK : cn_fail_memory(err);
}

/* "document":...,"rendered_html":... of a spec */
static int write_spec(const view *v, const canon_render_options *links,
                      cn_buf *out, canon_error *err)
{
    canon_spec_options options = CANON_SPEC_OPTIONS_INIT;
    canon_spec *spec = NULL;
    canon_buf part = CANON_BUF_INIT;
    int rc;

    options.file_path = v->path;
    options.max_len = v->doc.raw.len + 1;
    rc = canon_spec_parse(v->doc.raw.ptr, v->doc.raw.len, &options, &spec, err);
    if (!rc)
        rc = canon_spec_json(spec, &part, err);
    if (!rc) {
        cn_buf_puts(out, "\"document\":");
        cn_buf_add(out, part.data, part.len);
        rc = canon_render_spec(spec, links, &part, err);
    }
    if (!rc) {
        cn_buf_puts(out, ",\"rendered_html\":");
        cn_json_quote(out, cn_slice_of(part.data, part.len));
        rc = cn_buf_check(out, err);
    }
    canon_buf_free(&part);
    canon_spec_free(spec);
    return rc;
}

/* "rendered_html":... of a document */
static int write_doc(const view *v, const canon_render_options *links,
                     cn_buf *out, canon_error *err)
{
    canon_buf html = CANON_BUF_INIT;
    int rc =
        canon_render_html(v->doc.raw.ptr, v->doc.raw.len, links, &html, err);

    if (!rc) {
        cn_buf_puts(out, "\"rendered_html\":");
        cn_json_quote(out, cn_slice_of(html.data, html.len));
        rc = cn_buf_check(out, err);
    }
    canon_buf_free(&html);
    return rc;
}

/* The derived part of an answer, from the cache or made. */
static int add_derived(canon_conn *conn, const view *v, const char *purpose,
                       int (*make)(const view *v,
                                   const canon_render_options *links,
                                   cn_buf *out, canon_error *err),
                       cn_buf *out)
{
    cn_lru *cache = cn_conn_cache(conn);
    cn_buf key = CN_BUF_INIT(8 * 1024);
    canon_render_options links;
    size_t start = out->len;
    int rc = CANON_OK;

    make_key(&key, v, purpose);
    if (key.rc || !cn_lru_get(cache, cn_buf_all(&key), out)) {
        rc = set_links(&links, v, &conn->arena, &conn->err);
        links.jira_host = canon_setting_text(conn->engine, "JIRA_HOST");
        if (!rc)
            rc = make(v, &links, out, &conn->err);
        if (!rc && !key.rc) /* what is not kept is made again */
            cn_lru_put(cache, cn_buf_all(&key),
                       cn_slice_from(cn_buf_all(out), start));
    }
    cn_buf_free(&key);
    return rc;
}

static void write_origin(cn_json *w, const view *v)
{
    cn_json_str(w, "repo_owner", v->repo.owner);
    cn_json_str(w, "repo_name", v->repo.name);
    cn_write_github_url(w, &v->repo, v->path);
}

int canon_spec_detail_json(canon_conn *conn, const char *org,
                           const char *full_name, const char *path,
                           canon_buf *out)
{
    cn_buf text = CN_BUF_INIT(MAX_JSON);
    cn_json w = cn_json_to(&text);
    view v;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    cn_buf_adopt(&text, out, MAX_JSON);
    if (!rc)
        rc = load_view(&v, conn, org, full_name, path);
    if (!rc) {
        cn_json_object(&w, NULL);
        rc = add_derived(conn, &v, "spec", write_spec, &text);
    }
    if (!rc) {
        w.comma = true;
        write_origin(&w, &v);
        cn_json_raw(&w, "config", cn_str(v.repo.config));
        cn_json_bool(&w, "on_github", is_on_github(&v));
        cn_json_end_object(&w);
        rc = cn_buf_export(&text, out, &conn->err);
    }
    cn_buf_free(&text);
    return cn_conn_end(conn, rc);
}

int canon_doc_detail_json(canon_conn *conn, const char *org,
                          const char *full_name, const char *path,
                          canon_buf *out)
{
    cn_buf text = CN_BUF_INIT(MAX_JSON);
    cn_json w = cn_json_to(&text);
    view v;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    cn_buf_adopt(&text, out, MAX_JSON);
    if (!rc)
        rc = load_view(&v, conn, org, full_name, path);
    if (!rc) {
        cn_json_object(&w, NULL);
        rc = add_derived(conn, &v, "doc", write_doc, &text);
    }
    if (!rc) {
        w.comma = true;
        cn_json_bool(&w, "on_github", is_on_github(&v));
        cn_json_str(&w, "path", v.doc.path);
        cn_json_str(&w, "title", v.doc.title);
        write_origin(&w, &v);
        cn_json_str(&w, "doc_type", v.doc.doc_type);
        cn_json_end_object(&w);
        rc = cn_buf_export(&text, out, &conn->err);
    }
    cn_buf_free(&text);
    return cn_conn_end(conn, rc);
}

int canon_document_text(canon_conn *conn, const char *org,
                        const char *full_name, const char *path, canon_buf *out)
{
    cn_buf text = CN_BUF_INIT(MAX_JSON);
    view v;
    int rc = cn_conn_begin(conn, CN_DB_READ);

    cn_buf_adopt(&text, out, MAX_JSON);
    if (!rc)
        rc = load_view(&v, conn, org, full_name, path);
    if (!rc) {
        cn_buf_slice(&text, v.doc.raw);
        rc = cn_buf_export(&text, out, &conn->err);
    }
    cn_buf_free(&text);
    return cn_conn_end(conn, rc);
}
