/*
 * The pages for everybody, and the shell that all pages deliver.
 */
#include "api.h"

#include "canon/render.h"
#include "canon/settings.h"

#include "escape.h"
#include "fail.h"
#include "pages.h"

#include <stdio.h>
#include <sys/stat.h>

#define CHANGELOG_MAX (1024 * 1024)

/* --- the shell ---------------------------------------------------------- */

/* A number used once: only the script that carries it runs. */
static int make_nonce(cn_call *c)
{
    unsigned char bytes[16];
    int rc = canon_random(c->engine, bytes, sizeof(bytes));

    if (!rc)
        cn_hex(c->nonce, bytes, sizeof(bytes));
    return rc;
}

/* The shell with the session in it; page: data of a public page, or NULL. */
static int write_shell(cn_call *c, const char *org, const char *page,
                       const cn_page_meta *meta)
{
    cn_buf session = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_page_shell shell = {{NULL, 0}, {NULL, 0}, c->nonce, meta};
    int rc = make_nonce(c);

    shell.shell.ptr = canon_shell_html(c->engine, &shell.shell.len);
    if (!rc)
        rc = cn_session_json(c, org, page, &session);
    shell.session = cn_buf_all(&session);
    if (!rc)
        rc = cn_page_shell_write(&shell, &c->body, &c->err);
    cn_buf_free(&session);
    return rc;
}

int cn_reply_shell(cn_call *c, int status, const char *org)
{
    int rc;

    if (*canon_shell_html(c->engine, NULL))
        rc = write_shell(c, org, NULL, NULL);
    else if (status == 404)
        return cn_reply_error_page(c, 404, "Nothing is here.");
    else
        rc = cn_page_hint(org, &c->body, &c->err);
    return rc ? rc : cn_reply_html(c, status);
}

/* A page for everybody: it says nothing about its reader. */
static int reply_public(cn_call *c, cn_page_meta *meta, const char *page)
{
    int rc;

    meta->path = c->path;
    meta->base_url = canon_setting_text(c->engine, "PLATFORM_URL");
    rc = write_shell(c, "", page, meta);
    return rc ? rc : cn_reply_html(c, 200);
}

/* --- the three pages ---------------------------------------------------- */

int cn_landing_get(cn_call *c)
{
    cn_page_meta meta = {"Canon",
                         "Specifications that stay true: coverage, open work, "
                         "search and tickets from the specs in your "
                         "repositories.",
                         NULL, NULL};
    int rc;

    if (*canon_shell_html(c->engine, NULL))
        return reply_public(c, &meta, NULL);
    rc = cn_page_hint(canon_setting_text(c->engine, "WEB_ORG"), &c->body,
                      &c->err);
    return rc ? rc : cn_reply_html(c, 200);
}

/* There is nothing to buy until billing is configured. */
int cn_pricing_get(cn_call *c)
{
    return cn_reply_error_page(c, 503, "Billing is not configured.");
}

/* The file that is shown. */
typedef struct changelog {
    cn_call *call;
    const char *path;
    char size[24];
    int64_t stamp; /* another one after every change */
} changelog;

/* One that cannot be read counts as missing. */
static int find_changelog(changelog *log)
{
    struct stat st;

    if (stat(log->path, &st) || !S_ISREG(st.st_mode))
        return CANON_ENOTFOUND;
    if (st.st_size > CHANGELOG_MAX)
        return CANON_ETOOBIG;
    (void)snprintf(log->size, sizeof(log->size), "%lld", (long long)st.st_size);
    log->stamp =
        (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
    return CANON_OK;
}

static int read_changelog(const char *path, cn_buf *out)
{
    FILE *file = fopen(path, "re");
    char chunk[1024];
    size_t n;

    if (!file)
        return CANON_ENOTFOUND;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        cn_buf_add(out, chunk, n);
    n = (size_t)ferror(file);
    (void)fclose(file); /* it was only read */
    return n ? CANON_EIO : out->rc;
}

/* {"html":"..."} of the file. */
static int make_changelog(canon_conn *conn, void *user, canon_buf *out)
{
    changelog *log = user;
    cn_call *c = log->call;
    cn_buf text = CN_BUF_INIT(CHANGELOG_MAX);
    cn_buf page = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&page);
    canon_buf html = CANON_BUF_INIT;
    int rc = read_changelog(log->path, &text);

    (void)conn;
    if (!rc)
        rc = canon_render_html(cn_buf_text(&text), text.len, NULL, &html,
                               &c->err);
    if (!rc) {
        cn_json_object(&w, NULL);
        cn_json_slice(&w, "html", cn_slice_of(html.data, html.len));
        cn_json_end_object(&w);
        rc = cn_buf_export(&page, out, &c->err);
    }
    canon_buf_free(&html);
    cn_buf_free(&text);
    cn_buf_free(&page);
    return rc;
}

/* Made once for a state of the file: anybody may ask for it. */
static int render_changelog(cn_call *c, const char *path, canon_buf *page)
{
    changelog log = {.call = c, .path = path};
    const char *const key[] = {"changelog", path, log.size};
    canon_answer answer = {
        sizeof(answer), "", key, 3, make_changelog, &log,
    };
    char tag[33];
    int rc = find_changelog(&log);

    return rc ? rc : canon_answer_get(c->conn, &answer, log.stamp, page, tag);
}

/* What is wrong with the file is told to the operator, not to the reader. */
static bool is_without_changelog(cn_call *c, int rc)
{
    const char *why =
        rc == CANON_ETOOBIG ? "is larger than 1 MiB" : "cannot be read";

    if (rc != CANON_ENOTFOUND && rc != CANON_EIO && rc != CANON_ETOOBIG)
        return false;
    canon_log(c->conn, CANON_LOG_WARN, "api", "CHANGELOG_FILE %s", why);
    return true;
}

int cn_changelog_get(cn_call *c)
{
    static const char nothing[] = "There is no changelog here.";
    cn_page_meta meta = {"Changelog — Canon", "What is new in Canon.", NULL,
                         NULL};
    const char *path = canon_setting_text(c->engine, "CHANGELOG_FILE");
    canon_buf page = CANON_BUF_INIT;
    int rc;

    if (!*path || !*canon_shell_html(c->engine, NULL))
        return cn_reply_error_page(c, 503, nothing);
    rc = render_changelog(c, path, &page);
    if (is_without_changelog(c, rc))
        rc = cn_reply_error_page(c, 503, nothing);
    else if (!rc)
        rc = reply_public(c, &meta, page.data);
    canon_buf_free(&page);
    return rc;
}
