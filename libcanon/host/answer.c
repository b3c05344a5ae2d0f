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

/* Send an answer; own: two fields besides those that every answer has. */
static void send_answer(const canon *c, const canon_peer *peer, int status,
                        const canon_header own[2], cn_slice body)
{
    bool https =
        strncmp(canon_setting_text(c, "PLATFORM_URL"), "https:", 6) == 0;
    const canon_header headers[] = {
        own[0],
        own[1],
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
    const canon_header own[2] = {
        {"Content-Type", "application/json"},
        {status == 503 ? "Retry-After" : "Cache-Control",
         status == 503 ? "1" : "no-store"}};
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

static void send_file(const canon *c, const canon_peer *peer, cn_slice path,
                      cn_slice body)
{
    bool forever = cn_slice_find_text(path, cn_str("/assets/")) < path.len;
    const canon_header own[2] = {
        {"Content-Type", content_type(path)},
        {"Cache-Control", forever ? "public, max-age=31536000, immutable"
                                  : "public, max-age=3600"}};

    send_answer(c, peer, 200, own, body);
}

bool cn_host_file(const canon *c, const canon_request *request,
                  const canon_peer *peer, const canon_asset *assets)
{
    static const canon_header allow[2] = {{"Allow", "GET, HEAD, OPTIONS"},
                                          {"Cache-Control", "no-store"}};
    const char *folder = canon_setting_text(c, "STATIC_DIR");
    cn_slice path =
        cn_slice_first(cn_str(request->target), strcspn(request->target, "?"));
    bool is_static = cn_slice_starts(path, "/static/");
    cn_slice method = cn_str(request->method);
    cn_buf data = CN_BUF_INIT(FILE_BYTES);

    if (!is_static && !cn_slice_is(path, "/openapi.yaml"))
        return false;
    if (!cn_slice_is(method, "GET") && !cn_slice_is(method, "HEAD")) {
        send_answer(c, peer, cn_slice_is(method, "OPTIONS") ? 204 : 405, allow,
                    cn_str(""));
        return true;
    }
    if (is_static && *folder) {
        if (read_static(folder, cn_slice_from(path, 8), &data))
            send_file(c, peer, path, cn_buf_all(&data));
        else
            cn_host_refuse(c, peer, 404, NULL, "Not Found");
        cn_buf_free(&data);
        return true;
    }
    while (assets && assets->path && !cn_slice_is(path, assets->path))
        assets++;
    if (assets && assets->path) {
        send_file(c, peer, path,
                  cn_slice_of((const char *)assets->data, assets->len));
    } else {
        cn_host_refuse(c, peer, 404, NULL, "Not Found");
    }
    return true;
}
