/*
 * Settings from an environment, and what of them a server listens to. The
 * names are described in docs/settings.md.
 */
#include "canon/auth.h"
#include "canon/host.h"
#include "canon/index.h"
#include "canon/settings.h"

#include "buf.h"
#include "fail.h"
#include "slice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX   (64 * 1024)
#define SHELL_MAX  (4 * 1024 * 1024)
#define PATH_BYTES 4096
#define LIST_MAX   4096
#define NAME_BYTES 128

/* The value of a variable; NULL: it is not there, or empty. */
static const char *find_value(const char *const *environment, const char *name,
                              const char *suffix)
{
    size_t len = strlen(name);
    size_t more = strlen(suffix);

    for (size_t i = 0; environment[i]; i++) {
        const char *e = environment[i];

        if (strncmp(e, name, len) == 0 && strncmp(e + len, suffix, more) == 0 &&
            e[len + more] == '=')
            return e[len + more + 1] ? e + len + more + 1 : NULL;
    }
    return NULL;
}

static int read_value(const char *path, cn_buf *out, canon_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;

    while (n > 0) {
        char *room = cn_buf_room(out, 1024);

        n = room ? read(fd, room, 1024) : 0;
        if (n > 0)
            cn_buf_grew(out, (size_t)n);
    }
    if (n < 0)
        cn_fail_errno(err, path);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return CANON_EIO;
    while (out->len &&
           (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r'))
        cn_buf_cut(out, out->len - 1);
    return cn_buf_check(out, err);
}

/* Put the name of the variable in front of the reason. */
static int blame(canon_error *err, const char *name, int rc)
{
    canon_error why = {0, ""};

    cn_fail_copy(&why, err);
    if (rc == CANON_ENOMEM || strncmp(why.text, name, strlen(name)) == 0)
        return rc;
    return cn_fail(err, rc, "%s: %s", name, why.text);
}

static int set_one(canon *c, const char *name, const char *const *environment,
                   canon_error *err)
{
    const char *value = find_value(environment, name, "");
    const char *path = find_value(environment, name, "_FILE");
    canon_error why = {0, ""};
    cn_buf text = CN_BUF_INIT(FILE_MAX);
    int rc = CANON_OK;

    if (value && path) {
        return cn_fail(err, CANON_EINVAL, "%s and %s_FILE are both set", name,
                       name);
    }
    if (path)
        rc = read_value(path, &text, &why);
    if (!rc && path && memchr(text.len ? text.data : "", 0, text.len))
        rc = cn_fail(&why, CANON_EINVAL, "the file holds a NUL byte");
    if (!rc && (value || path))
        rc = canon_set(c, name, path ? cn_buf_text(&text) : value, &why);
    cn_buf_free(&text);
    if (!rc)
        return CANON_OK;
    cn_fail_copy(err, &why);
    return blame(err, name, rc);
}

static bool is_setting(const char *name, size_t len)
{
    const canon_setting *s;

    for (size_t i = 0; (s = canon_setting_at(i)) != NULL; i++) {
        size_t own = strlen(s->name);

        if (len >= own && memcmp(name, s->name, own) == 0 &&
            (len == own || (len == own + 5 && !memcmp(name + own, "_FILE", 5))))
            return true;
    }
    return false;
}

/* Does the name begin with one of the listed prefixes? */
static bool has_prefix(cn_slice name, const char *prefixes)
{
    cn_slice rest = cn_str(prefixes);

    while (rest.ptr) {
        cn_slice prefix = cn_slice_trim(cn_slice_cut(&rest, ','));

        if (prefix.len && prefix.len < name.len &&
            memcmp(name.ptr, prefix.ptr, prefix.len) == 0)
            return true;
    }
    return false;
}

/* A variable that the table does not know. */
static int set_other(canon *c, const char *entry, canon_error *err)
{
    cn_slice name = cn_slice_first(cn_str(entry), strcspn(entry, "="));
    char text[NAME_BYTES];
    int rc;

    if (is_setting(name.ptr, name.len) || !entry[name.len])
        return CANON_OK;
    if (name.len < sizeof(text) &&
        has_prefix(name, canon_setting_text(c, "CANON_AUTH_PREFIXES"))) {
        memcpy(text, name.ptr, name.len);
        text[name.len] = '\0';
        rc = canon_set(c, text, entry + name.len + 1, err);
        return rc ? blame(err, text, rc) : CANON_OK;
    }
    /* where the Python binding finds the library */
    if (cn_slice_is(name, "CANON_LIBRARY"))
        return CANON_OK;
    if (cn_slice_starts(name, "CANON_")) {
        return cn_fail(err, CANON_EINVAL, "there is no setting %.*s",
                       (int)(name.len < 100 ? name.len : 100), name.ptr);
    }
    return CANON_OK;
}

/* The application of STATIC_DIR takes the place of the one that the host
 * brought; a folder without index.html has files only. */
static int take_shell(canon *c, canon_error *err)
{
    const char *folder = canon_setting_text(c, "STATIC_DIR");
    cn_buf path = CN_BUF_INIT(PATH_BYTES);
    cn_buf html = CN_BUF_INIT(SHELL_MAX);
    int rc;

    if (!*folder)
        return CANON_OK;
    cn_buf_printf(&path, "%s/index.html", folder);
    rc = cn_buf_check(&path, err);
    if (!rc && access(cn_buf_text(&path), F_OK) == 0) {
        rc = read_value(cn_buf_text(&path), &html, err);
        if (!rc)
            rc = canon_set_shell(c, cn_buf_text(&html), html.len, err);
        if (rc)
            rc = blame(err, "STATIC_DIR", rc);
    }
    cn_buf_free(&path);
    cn_buf_free(&html);
    return rc;
}

int canon_set_environment(canon *c, const char *const *environment,
                          canon_error *err)
{
    const canon_setting *s;
    int rc = CANON_OK;

    cn_fail_clear(err);
    for (size_t i = 0; !rc && (s = canon_setting_at(i)) != NULL; i++)
        rc = set_one(c, s->name, environment, err);
    for (size_t i = 0; !rc && environment[i]; i++)
        rc = set_other(c, environment[i], err);
    return rc ? rc : take_shell(c, err);
}

static int check_address(const canon *c, const char *text, canon_error *err)
{
    struct in_addr address;

    if (inet_pton(AF_INET, text, &address) != 1) {
        return cn_fail(err, CANON_EINVAL, "LISTEN: %.60s is no IPv4 address",
                       text);
    }
    if (ntohl(address.s_addr) >> 24 == 127)
        return CANON_OK;
    if (canon_local_mode(c)) {
        return cn_fail(err, CANON_EDENIED,
                       "LISTEN: without a login provider everybody is the "
                       "operator, so only loopback addresses are allowed, not "
                       "%s; set OIDC_ISSUER or AUTH0_DOMAIN",
                       text);
    }
    if (!canon_setting_int(c, "CANON_INSECURE")) {
        return cn_fail(err, CANON_EDENIED,
                       "LISTEN: %s is a public address and HTTP is not "
                       "encrypted; listen on 127.0.0.1 behind a TLS proxy, or "
                       "set CANON_INSECURE=1",
                       text);
    }
    return CANON_OK;
}

int canon_listen_addresses(const canon *c, canon_buf *out, canon_error *err)
{
    cn_slice rest = cn_str(canon_setting_text(c, "LISTEN"));
    long long port = (long long)canon_setting_int(c, "PORT");
    cn_buf list = CN_BUF_INIT(LIST_MAX);
    int rc = canon_login_check(c, err);

    while (!rc && rest.ptr) {
        cn_slice item = cn_slice_trim(cn_slice_cut(&rest, ','));
        char text[64] = "127.0.0.1";

        if (!item.len)
            continue;
        if (!cn_slice_is(item, "localhost")) {
            item = cn_slice_first(item, sizeof(text) - 1);
            memcpy(text, item.ptr, item.len);
            text[item.len] = '\0';
        }
        rc = check_address(c, text, err);
        cn_buf_printf(&list, "%s%s:%lld", list.len ? "," : "", text, port);
    }
    if (!rc && !list.len)
        rc = cn_fail(err, CANON_EINVAL, "LISTEN names no address");
    if (!rc)
        return cn_buf_export(&list, out, err);
    cn_buf_free(&list);
    canon_buf_free(out);
    return rc;
}

int canon_prepare(canon *c, canon_error *err)
{
    const char *sources = canon_setting_text(c, "CANON_SOURCES");
    canon_conn *conn = NULL;
    int rc = canon_migrate(c, err);

    if (!rc)
        rc = canon_connect(c, &conn, err);
    if (!rc && *sources) {
        rc = canon_repo_add_sources(conn, sources);
        if (rc)
            (void)cn_fail(err, rc, "CANON_SOURCES: %s",
                          canon_last_error(conn)->text);
    }
    canon_disconnect(conn);
    return rc;
}

int canon_is_current(canon *c)
{
    canon_conn *conn = NULL;
    int rc = canon_connect(c, &conn, NULL);

    if (!rc)
        rc = canon_ready(conn);
    canon_disconnect(conn);
    return !rc;
}

/* What there is to say about the database. */
static int check_database(canon *c, cn_buf *out, canon_error *err)
{
    const char *missing = canon_missing_file(c);
    canon_conn *conn = NULL;
    int rc;

    if (missing) {
        cn_buf_printf(out,
                      "database: none at %s yet, the first start makes it\n",
                      missing);
        return CANON_OK;
    }
    rc = canon_connect(c, &conn, err);
    if (rc)
        return rc;
    rc = canon_ready(conn);
    if (rc == CANON_EVERSION)
        cn_buf_printf(out, "database: reachable, %s\n",
                      canon_last_error(conn)->text);
    if (!rc || rc == CANON_EVERSION)
        rc = canon_verify(conn);
    if (rc)
        cn_fail_copy(err, canon_last_error(conn));
    else
        cn_buf_puts(out, "database: good\n");
    canon_disconnect(conn);
    return rc;
}

int canon_check(canon *c, canon_buf *out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(2 * LIST_MAX);
    int rc = canon_listen_addresses(c, out, err);

    if (!rc) {
        cn_buf_printf(&text, "settings: good, listening on %s\n", out->data);
        rc = check_database(c, &text, err);
    }
    canon_buf_free(out);
    if (!rc)
        return cn_buf_export(&text, out, err);
    cn_buf_free(&text);
    return rc;
}
