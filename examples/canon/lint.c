/*
 * canon lint: what is doubtful in specs. A folder is read through the library,
 * which knows what is hidden, too long or no regular file.
 */
#define _XOPEN_SOURCE 700 /* strdup, realpath */
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder or repository at hand. */
typedef struct folder {
    canon_source *source;
    canon_revision head;
    char **paths; /* of documents, then of the specs among them */
    size_t count;
    size_t cap;
    canon_config *config;
    const char *config_name; /* NULL: there is none */
} folder;

static int on_finding(const canon_finding *finding, void *user)
{
    findings_put(user, finding);
    return 0;
}

/* Something that keeps a file from being read counts as an error in it. */
static void put_failure(findings *f, const char *path, const canon_error *err)
{
    canon_finding finding = {path, CANON_SEVERITY_ERROR, "file.unreadable",
                             err->text, 0};

    findings_put(f, &finding);
}

static void check_text(findings *f, const char *path, const canon_buf *text,
                       const canon_lint_options *known)
{
    canon_spec_options options = CANON_SPEC_OPTIONS_INIT;
    canon_spec *spec = NULL;
    canon_error err = {0, ""};

    options.file_path = path;
    f->specs++;
    if (canon_spec_parse(text->data, text->len, &options, &spec, &err) ||
        canon_spec_lint(spec, known, on_finding, f, &err))
        put_failure(f, path, &err);
    canon_spec_free(spec);
}

/* One file: what it refers to is not known. */
static int check_file(findings *f, const char *path)
{
    canon_lint_options alone = {sizeof(alone), NULL, 0, 0};
    canon_buf text = CANON_BUF_INIT;
    int status = read_file(path, &text);

    f->folder = "";
    if (!status)
        check_text(f, strcmp(path, "-") ? path : "standard input", &text,
                   &alone);
    canon_buf_free(&text);
    return status;
}

static int on_file(const canon_file *file, void *user)
{
    folder *d = user;

    if (d->count == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 256;
        char **more = realloc(d->paths, cap * sizeof(*more));

        if (!more)
            return 1;
        d->paths = more;
        d->cap = cap;
    }
    if (strcmp(file->path, "CANON.yaml") == 0)
        d->config_name = "CANON.yaml";
    else if (strcmp(file->path, "SPECWRIGHT.yaml") == 0 && !d->config_name)
        d->config_name = "SPECWRIGHT.yaml";
    d->paths[d->count] = strdup(file->path);
    return d->paths[d->count++] == NULL;
}

/* Read the configuration, and report what is wrong with it. */
static int read_config(findings *f, folder *d, canon_conn *conn)
{
    canon_buf text = CANON_BUF_INIT;
    canon_error err = {0, ""};
    const canon_config_diagnostic *c;
    int rc = CANON_OK;

    if (d->config_name) {
        rc = canon_source_read(d->source, &d->head, d->config_name, 0, &text,
                               NULL);
        if (rc)
            return failed(canon_last_error(conn));
    }
    rc = canon_config_parse(d->config_name ? text.data : NULL, text.len,
                            &d->config, &err);
    for (size_t i = 0;
         !rc && (c = canon_config_diagnostic_at(d->config, i)) != NULL; i++) {
        canon_finding finding = {d->config_name, c->severity, c->code,
                                 c->message, c->line};

        findings_put(f, &finding);
    }
    canon_buf_free(&text);
    return rc ? failed(&err) : STATUS_OK;
}

/* Keep the paths of specs only. */
static void keep_specs(folder *d)
{
    const canon_config_values *v = canon_config_values_of(d->config);
    size_t kept = 0;

    for (size_t i = 0; i < d->count; i++) {
        if (canon_spec_classify(d->paths[i], v->doc_paths, v->doc_path_count) ==
            CANON_KIND_SPEC)
            d->paths[kept++] = d->paths[i];
        else
            free(d->paths[i]);
    }
    d->count = kept;
}

static void check_specs(findings *f, const folder *d, canon_conn *conn)
{
    canon_lint_options known = {sizeof(known), (const char *const *)d->paths,
                                d->count, 1};

    for (size_t i = 0; i < d->count; i++) {
        canon_buf text = CANON_BUF_INIT;

        if (canon_source_read(d->source, &d->head, d->paths[i], 0, &text, NULL))
            put_failure(f, d->paths[i], canon_last_error(conn));
        else
            check_text(f, d->paths[i], &text, &known);
        canon_buf_free(&text);
    }
}

/* A bare repository has no files, only commits. */
static int is_bare(const char *path)
{
    char name[2048];
    struct stat st;
    int n = snprintf(name, sizeof(name), "%s/objects", path);

    if (n < 0 || (size_t)n >= sizeof(name) || stat(name, &st) != 0)
        return 0;
    snprintf(name, sizeof(name), "%s/HEAD", path);
    return stat(name, &st) == 0;
}

static int open_folder(folder *d, const char *path, canon_conn *conn)
{
    char url[2048];
    int n = snprintf(url, sizeof(url), "%s:%s", is_bare(path) ? "git" : "dir",
                     path);
    int rc;

    if (n < 0 || (size_t)n >= sizeof(url)) {
        complain("%.80s...: the path is too long", path);
        return STATUS_FAILED;
    }
    rc = canon_source_open(conn, url, &d->source);
    if (!rc)
        rc = canon_source_head(d->source, NULL, &d->head);
    if (!rc)
        rc = canon_source_list(d->source, &d->head, on_file, d);
    return rc ? failed(canon_last_error(conn)) : STATUS_OK;
}

static int check_folder(findings *f, const char *path, canon_conn *conn)
{
    folder d;
    int status;

    memset(&d, 0, sizeof(d));
    f->folder = strcmp(path, ".") == 0 ? "" : path;
    status = open_folder(&d, path, conn);
    if (!status)
        status = read_config(f, &d, conn);
    if (!status) {
        keep_specs(&d);
        check_specs(f, &d, conn);
    }
    for (size_t i = 0; i < d.count; i++)
        free(d.paths[i]);
    free(d.paths);
    canon_config_free(d.config);
    canon_source_close(d.source);
    return status;
}

static int check_path(findings *f, const char *path, canon_conn *conn)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return check_folder(f, path, conn);
    return check_file(f, path);
}

static int run(const invocation *call)
{
    findings f = {"",
                  call->value[OPTION_JSON] != NULL,
                  call->value[OPTION_SARIF] != NULL,
                  call->value[OPTION_STRICT] != NULL,
                  0,
                  0,
                  0,
                  0};
    store s = {NULL, NULL, NULL, ""};
    int status;

    if (f.is_json && f.is_sarif)
        return usage(call, "--json or --sarif, not both");
    status = store_open(&s, call, STORE_MEMORY);
    if (!status) {
        findings_begin(&f);
        if (!call->count)
            status = check_path(&f, ".", s.conn);
        for (int i = 0; !status && i < call->count; i++)
            status = check_path(&f, call->args[i], s.conn);
        findings_end(&f);
    }
    store_close(&s);
    if (status)
        return status;
    note(call, "%ld specs: %ld errors, %ld warnings, %ld notes", f.specs,
         f.errors, f.warnings, f.notes);
    if (f.specs == 0) {
        complain("no specs found; they lie below docs/specs or where "
                 "specs.doc_paths of CANON.yaml says");
        return STATUS_NO;
    }
    return f.errors ? STATUS_NO : STATUS_OK;
}

const command lint_command = {
    "lint",
    "[PATH...]",
    0,
    -1,
    BIT(STRICT) | BIT(SARIF) | BIT(JSON) | BIT(QUIET),
    0,
    "what is doubtful in specs",
    "Checks the specs of folders and bare git repositories (default: the "
    "working folder), or single files; - is standard input. CANON.yaml of a "
    "folder says which files are specs, and is checked itself. References "
    "between documents are checked inside a folder. Ends with 1 when there are "
    "errors, or no specs.",
    "canon lint\n"
    "canon lint --strict docs/specs/refunds.md\n"
    "canon lint --sarif . >canon.sarif",
    run,
};
