/*
 * Answers that do not come from the API: refusals of the host, and the files
 * of the web application.
 */
#include "canon/settings.h"

#include "buf.h"
#include "host_parts.h"
#include "slice.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES (64 * 1024 * 1024)
#define PATH_BYTES 2048

#define OWN_FIELDS 4

/* Send an answer; own: fields besides those that every answer has. One without
 * a value is left out. */
static void send_answer(const canon *c, const canon_peer *peer, int status,
                        const canon_header own[OWN_FIELDS], cn_slice body)
{
    bool https =
        strncmp(canon_setting_text(c, "PLATFORM_URL"), "https:", 6) == 0;
    const canon_header headers[] = {
        own[0],
        own[1],
        own[2],
        own[3],
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
        {"Strict-Transport-Security",
         https ? "max-age=31536000; includeSubDomains" : NULL}};
    size_t count = sizeof(headers) / sizeof(*headers) - (https ? 0 : 1);

    if (peer->begin(peer->user, status, headers, count, (int64_t)body.len) ==
            0 &&
        body.len)
        (void)peer->write(peer->user, body.ptr,
                          body.len); /* he left: so be it */
}

void cn_host_refuse(const canon *c, const canon_peer *peer, int status,
                    const char *state, const char *why)
{
    const canon_header own[OWN_FIELDS] = {
        {"Content-Type", "application/json"},
        {"Cache-Control", "no-store"},
        {"Retry-After", status == 503 ? "1" : NULL}};
    char body[256];
    int len = snprintf(body, sizeof(body), "{%s%s%s\"detail\":\"%.120s\"}",
                       state ? "\"status\":\"" : "", state ? state : "",
                       state ? "\"," : "", why);

    send_answer(c, peer, status, own, cn_slice_of(body, (size_t)len));
}

static const char *content_type(cn_slice path)
{
    static const struct {
        const char *end;
        const char *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".json", "application/json"},
                 {".map", "application/json"},
                 {".webmanifest", "application/manifest+json"},
                 {".yaml", "application/yaml"},
                 {".txt", "text/plain; charset=utf-8"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".jpg", "image/jpeg"},
                 {".webp", "image/webp"},
                 {".ico", "image/x-icon"},
                 {".woff2", "font/woff2"},
                 {".woff", "font/woff"}};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (cn_slice_ends(path, types[i].end))
            return types[i].type;
    }
    return "application/octet-stream";
}

const canon_asset *canon_asset_find(const canon_asset *assets, const char *path)
{
    while (assets->path && strcmp(assets->path, path) != 0)
        assets++;
    return assets->path ? assets : NULL;
}

/* A file of STATIC_DIR; false: there is none. */
static bool read_static(const char *folder, cn_slice name, cn_buf *out)
{
    cn_buf path = CN_BUF_INIT(PATH_BYTES);
    struct stat st = {0};
    ssize_t n = 1;
    int fd = -1;

    cn_buf_printf(&path, "%s/%.*s", folder, (int)name.len, name.ptr);
    if (!path.rc && cn_slice_find_text(name, cn_str("..")) == name.len)
        fd = open(cn_buf_text(&path), O_RDONLY | O_CLOEXEC);
    cn_buf_free(&path);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        n = -1;
    while (n > 0) {
        char *to = cn_buf_room(out, 65536);

        n = to ? read(fd, to, 65536) : -1;
        if (n > 0)
            cn_buf_grew(out, (size_t)n);
    }
    close(fd);
    return n == 0 && !out->rc;
}

/* What is sent of a file. */
typedef struct file {
    cn_slice path;
    cn_slice body;
    bool is_packed;  /* with gzip */
    bool has_packed; /* the answer depends on what the client accepts */
} file;

/* Files whose names hold a hash of their content never change. */
static void send_file(const canon *c, const canon_peer *peer, const file *f)
{
    bool forever =
        cn_slice_find_text(f->path, cn_str("/assets/")) < f->path.len;
    const canon_header own[OWN_FIELDS] = {
        {"Content-Type", content_type(f->path)},
        {"Cache-Control", forever ? "public, max-age=31536000, immutable"
                                  : "public, max-age=3600"},
        {"Content-Encoding", f->is_packed ? "gzip" : NULL},
        {"Vary", f->has_packed ? "Accept-Encoding" : NULL}};

    send_answer(c, peer, 200, own, f->body);
}

/* Is "q=0" among the parameters of a coding, in any of its spellings? */
static bool is_refused(cn_slice parameters)
{
    while (parameters.ptr) {
        cn_slice one = cn_slice_trim(cn_slice_cut(&parameters, ';'));
        bool is_zero = one.len > 2 && one.ptr[2] == '0';

        if (!cn_slice_starts_nocase(one, "q="))
            continue;
        for (size_t i = 2; i < one.len; i++)
            is_zero = is_zero && (one.ptr[i] == '0' || one.ptr[i] == '.');
        return is_zero;
    }
    return false;
}

/* Does Accept-Encoding allow gzip (RFC 9110, 12.5.3)? Its own entry decides,
 * then that of all others. */
static bool accepts_gzip(const char *field)
{
    cn_slice list = cn_str(field);
    bool others = false;

    while (list.ptr) {
        cn_slice entry = cn_slice_cut(&list, ',');
        cn_slice coding = cn_slice_trim(cn_slice_cut(&entry, ';'));

        if (cn_slice_is_nocase(coding, "gzip") ||
            cn_slice_is_nocase(coding, "x-gzip"))
            return !is_refused(entry);
        if (cn_slice_is(coding, "*"))
            others = !is_refused(entry);
    }
    return others;
}

/* The file of a path, packed when the client takes that. */
static bool find_embedded(const canon_asset *assets, cn_slice path,
                          const canon_request *request, file *out)
{
    const canon_asset *plain = assets;
    const canon_asset *packed = assets;

    while (plain && plain->path && !cn_slice_is(path, plain->path))
        plain++;
    if (!plain || !plain->path)
        return false;
    while (packed->path &&
           !(cn_slice_starts(cn_str(packed->path), plain->path) &&
             strcmp(packed->path + path.len, ".gz") == 0))
        packed++;
    out->path = path;
    out->has_packed = packed->path != NULL;
    out->is_packed = out->has_packed &&
                     accepts_gzip(cn_host_field(request, "Accept-Encoding"));
    plain = out->is_packed ? packed : plain;
    out->body = cn_slice_of((const char *)plain->data, plain->len);
    return true;
}

/* The same of STATIC_DIR; data holds it. What lies beside a file is not looked
 * for by those who do not take it, so every answer may be another one. */
static bool find_static(const char *folder, const canon_request *request,
                        cn_buf *data, file *out)
{
    cn_slice name = cn_slice_from(out->path, sizeof("/static/") - 1);
    cn_buf packed = CN_BUF_INIT(PATH_BYTES);
    bool found;

    cn_buf_printf(&packed, "%.*s.gz", (int)name.len, name.ptr);
    out->has_packed = true;
    out->is_packed = !packed.rc &&
                     accepts_gzip(cn_host_field(request, "Accept-Encoding")) &&
                     read_static(folder, cn_buf_all(&packed), data);
    if (!out->is_packed)
        cn_buf_reset(data);
    found = out->is_packed || read_static(folder, name, data);
    out->body = cn_buf_all(data);
    cn_buf_free(&packed);
    return found;
}

bool cn_host_file(const canon *c, const canon_request *request,
                  const canon_peer *peer, const canon_asset *assets)
{
    static const canon_header allow[OWN_FIELDS] = {
        {"Allow", "GET, HEAD, OPTIONS"}, {"Cache-Control", "no-store"}};
    const char *folder = canon_setting_text(c, "STATIC_DIR");
    cn_slice path =
        cn_slice_first(cn_str(request->target), strcspn(request->target, "?"));
    bool is_static = cn_slice_starts(path, "/static/");
    cn_slice method = cn_str(request->method);
    cn_buf data = CN_BUF_INIT(FILE_BYTES);
    file f = {path, cn_str(""), false, false};
    bool found = false;

    if (!is_static && !cn_slice_is(path, "/openapi.yaml"))
        return false;
    if (!cn_slice_is(method, "GET") && !cn_slice_is(method, "HEAD")) {
        send_answer(c, peer, cn_slice_is(method, "OPTIONS") ? 204 : 405, allow,
                    cn_str(""));
        return true;
    }
    /* a page comes from the API alone, under its policy */
    if (!cn_slice_ends(path, ".html"))
        found = is_static && *folder ? find_static(folder, request, &data, &f)
                                     : find_embedded(assets, path, request, &f);
    if (found)
        send_file(c, peer, &f);
    else
        cn_host_refuse(c, peer, 404, NULL, "Not Found");
    cn_buf_free(&data);
    return true;
}
