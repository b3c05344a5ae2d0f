/*
 * The transport on libcurl: one exchange at a time, on handles that are kept
 * with their connections for the next one. TLS sessions and resolved names are
 * shared by all of them.
 *
 * libcurl is told to take nothing from its surroundings: no proxy of the
 * environment, no .netrc, no cookies, no other protocol than the URL's.
 */
#include "http.h"
#include "http_parts.h"

#include "fail.h"
#include "lock.h"
#include "mem.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_IDLE 8

struct cn_http_client {
    CURLSH *share;
    cn_lock share_locks[CURL_LOCK_DATA_LAST];
    int lock_count; /* of share_locks that exist */
    cn_lock lock;   /* of idle */
    CURL *idle[MOST_IDLE];
    size_t idle_count;
    char *ca_file;
    const atomic_bool *interrupted;
};

/* One exchange on its way. */
typedef struct exchange {
    cn_http_client *client;
    const canon_http_request *request;
    canon_http_response *response;
    CURL *curl;
    struct curl_slist *headers;
    cn_http_url url;
    size_t head_len; /* of the headers so far */
    int64_t body_len;
    int rc;        /* why one of the functions below has ended it */
    bool has_body; /* what looks like a header then is a trailer */
    bool refused;  /* an address that may not be asked */
    char why[CURL_ERROR_SIZE];
} exchange;

/* --- the client ----------------------------------------------------------- */

/* Once in a process and for good: other parts of the process may use libcurl,
 * too. */
static void start_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void take_share_lock(CURL *curl, curl_lock_data data,
                            curl_lock_access access, void *user)
{
    cn_http_client *client = user;

    (void)curl;
    (void)access;
    cn_lock_take(&client->share_locks[data]);
}

static void give_share_lock(CURL *curl, curl_lock_data data, void *user)
{
    cn_http_client *client = user;

    (void)curl;
    cn_lock_give(&client->share_locks[data]);
}

static int make_share(cn_http_client *client, canon_error *err)
{
    for (; client->lock_count < CURL_LOCK_DATA_LAST; client->lock_count++) {
        if (cn_lock_init(&client->share_locks[client->lock_count]))
            return cn_fail_memory(err);
    }
    client->share = curl_share_init();
    if (!client->share ||
        curl_share_setopt(client->share, CURLSHOPT_LOCKFUNC, take_share_lock) ||
        curl_share_setopt(client->share, CURLSHOPT_UNLOCKFUNC,
                          give_share_lock) ||
        curl_share_setopt(client->share, CURLSHOPT_USERDATA, client) ||
        curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) ||
        curl_share_setopt(client->share, CURLSHOPT_SHARE,
                          CURL_LOCK_DATA_SSL_SESSION))
        return cn_fail_memory(err);
    return CANON_OK;
}

/* Does a certificate begin somewhere in the file? CANON_EINVAL: no. */
static int find_certificate(int fd, const char *path, canon_error *err)
{
    static const char mark[] = "-----BEGIN CERTIFICATE-----";
    char room[2048];
    size_t kept = 0;
    ssize_t got;

    while ((got = read(fd, room + kept, sizeof(room) - kept)) > 0) {
        cn_slice text = cn_slice_of(room, kept + (size_t)got);

        if (cn_slice_find_text(text, cn_str(mark)) < text.len)
            return CANON_OK;
        /* the mark may lie across two pieces */
        kept = text.len < sizeof(mark) ? text.len : sizeof(mark);
        memmove(room, room + text.len - kept, kept);
    }
    return got < 0
               ? cn_fail_errno(err, path)
               : cn_fail(err, CANON_EINVAL, "%s: no certificate in PEM", path);
}

/* A file that is of no use is told of now, not at the first call. */
static int take_ca_file(cn_http_client *client, const char *path,
                        canon_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return cn_fail_errno(err, path);
    rc = find_certificate(fd, path, err);
    close(fd);
    if (rc)
        return rc;
    client->ca_file = cn_strdup(path);
    return client->ca_file ? CANON_OK : cn_fail_memory(err);
}

int cn_http_client_new(const cn_http_options *options, cn_http_client **out,
                       canon_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    cn_http_client *client = cn_calloc(1, sizeof(*client));
    int rc = CANON_OK;

    *out = NULL;
    if (!client)
        return cn_fail_memory(err);
    if (cn_lock_init(&client->lock)) {
        cn_free(client);
        return cn_fail_memory(err);
    }
    client->interrupted = options->interrupted;
    pthread_once(&once, start_curl);
    if (options->ca_file && *options->ca_file)
        rc = take_ca_file(client, options->ca_file, err);
    if (!rc)
        rc = make_share(client, err);
    if (rc) {
        cn_http_client_free(client);
        return rc;
    }
    *out = client;
    return CANON_OK;
}

void cn_http_client_free(cn_http_client *client)
{
    if (!client)
        return;
    for (size_t i = 0; i < client->idle_count; i++)
        curl_easy_cleanup(client->idle[i]);
    if (client->share)
        curl_share_cleanup(client->share);
    while (client->lock_count > 0)
        cn_lock_free(&client->share_locks[--client->lock_count]);
    cn_lock_free(&client->lock);
    cn_free(client->ca_file);
    cn_free(client);
}

/* A handle that waits for work, or a new one; NULL without memory. */
static CURL *take_handle(cn_http_client *client)
{
    CURL *curl = NULL;

    cn_lock_take(&client->lock);
    if (client->idle_count > 0)
        curl = client->idle[--client->idle_count];
    cn_lock_give(&client->lock);
    if (curl)
        return curl;
    curl = curl_easy_init();
    if (curl && curl_easy_setopt(curl, CURLOPT_SHARE, client->share)) {
        curl_easy_cleanup(curl);
        return NULL;
    }
    return curl;
}

static void give_handle(cn_http_client *client, CURL *curl)
{
    curl_easy_reset(curl);
    cn_lock_take(&client->lock);
    if (client->idle_count < MOST_IDLE) {
        client->idle[client->idle_count++] = curl;
        curl = NULL;
    }
    cn_lock_give(&client->lock);
    if (curl)
        curl_easy_cleanup(curl);
}

/* --- what libcurl calls --------------------------------------------------- */

static curl_socket_t open_socket(void *user, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    exchange *x = user;
    int fd;

    (void)purpose;
    if ((!x->url.https && !cn_http_is_loopback(&address->addr)) ||
        (x->request->flags & CANON_HTTP_PUBLIC &&
         !cn_http_is_public(&address->addr))) {
        x->refused = true;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype, address->protocol);
    if (fd >= 0)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static int on_progress(void *user, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up)
{
    exchange *x = user;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    if (x->client->interrupted && atomic_load(x->client->interrupted))
        x->rc = CANON_ECANCELED;
    return x->rc != CANON_OK;
}

/* "HTTP/1.1 200 OK": the number. */
static int read_status(cn_slice line)
{
    cn_slice rest = cn_slice_from(line, cn_slice_find(line, ' ') + 1);
    cn_slice word = cn_slice_trim(cn_slice_cut(&rest, ' '));
    int64_t status = 0;

    return cn_slice_int(word, 100, 999, &status) ? (int)status : 0;
}

static void hand_header(exchange *x, cn_slice line)
{
    cn_slice name = cn_slice_cut(&line, ':');
    cn_slice value = cn_slice_trim(line);
    char *text;

    if (!x->response->on_header || !name.len || !line.ptr ||
        cn_slice_find(value, '\0') < value.len)
        return;
    text = cn_realloc(NULL, name.len + value.len + 2);
    if (!text) {
        x->rc = CANON_ENOMEM;
        return;
    }
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    if (value.len)
        memcpy(text + name.len + 1, value.ptr, value.len);
    text[name.len + 1 + value.len] = '\0';
    x->response->on_header(x->response->header_user, text, text + name.len + 1);
    cn_free(text);
}

/* A line of the head. Interim answers (1xx) come through here, too. */
static size_t on_head(char *data, size_t size, size_t count, void *user)
{
    exchange *x = user;
    cn_slice line = cn_slice_trim_end(cn_slice_of(data, size * count));

    x->head_len += size * count;
    if (x->head_len > CN_HTTP_HEAD_MAX)
        x->rc = CANON_ETOOBIG;
    else if (cn_slice_starts(line, "HTTP/"))
        x->response->status = read_status(line);
    else if (x->response->status >= 200 && !x->has_body && line.len &&
             !cn_is_blank(line.ptr[0]))
        hand_header(x, line);
    return x->rc ? 0 : size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    exchange *x = user;
    size_t len = size * count;

    x->has_body = true;
    x->body_len += (int64_t)len;
    if (x->body_len > x->request->max_bytes)
        x->rc = CANON_ETOOBIG;
    else if (x->request->on_data &&
             x->request->on_data(x->request->data_user, data, len))
        x->rc = CANON_ECANCELED;
    return x->rc ? 0 : len;
}

/* --- an exchange ---------------------------------------------------------- */

/* "name: value"; libcurl wants "name;" for one without a value. */
static bool add_header(exchange *x, const char *name, const char *value)
{
    size_t len = strlen(name) + strlen(value) + 3;
    char *line = cn_realloc(NULL, len);
    struct curl_slist *more = NULL;

    if (line) {
        snprintf(line, len, *value ? "%s: %s" : "%s;%s", name, value);
        more = curl_slist_append(x->headers, line);
        cn_free(line);
    }
    if (more)
        x->headers = more;
    return more != NULL;
}

/* Without a word about it libcurl would add these. */
static bool leave_out(exchange *x, const char *line)
{
    struct curl_slist *more = curl_slist_append(x->headers, line);

    if (more)
        x->headers = more;
    return more != NULL;
}

static bool set_headers(exchange *x)
{
    const canon_http_request *request = x->request;
    bool typed = false;
    bool accepts = false;
    bool ok = leave_out(x, "Expect:");

    for (size_t i = 0; i < request->header_count && ok; i++) {
        cn_slice name = cn_str(request->headers[i].name);

        typed = typed || cn_slice_is_nocase(name, "content-type");
        accepts = accepts || cn_slice_is_nocase(name, "accept");
        ok = add_header(x, request->headers[i].name, request->headers[i].value);
    }
    if (ok && !typed)
        ok = leave_out(x, "Content-Type:");
    if (ok && !accepts)
        ok = leave_out(x, "Accept:");
    return ok && !curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
}

static long milliseconds(int64_t us)
{
    int64_t ms = us / 1000;

    return ms < 1 ? 1 : ms > INT32_MAX ? INT32_MAX : (long)ms;
}

/* The authorities: the system's, and those of the client's file besides. */
static bool set_authorities(exchange *x)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);

    if (x->client->ca_file) /* the system's are found through its folder */
        return !curl_easy_setopt(x->curl, CURLOPT_CAINFO, x->client->ca_file);
    if (!built->cainfo)
        return true;
    /* one of the two is enough; a file alone is read once and kept */
    return !curl_easy_setopt(x->curl, CURLOPT_CAPATH, NULL);
}

/* A request that may not arrive twice gets a connection of its own: on a kept
 * one libcurl would send it again by itself when the connection turns out to
 * be dead. */
static bool must_arrive_once(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0;
}

static bool set_limits(exchange *x)
{
    const canon_http_request *request = x->request;
    const struct {
        CURLoption option;
        long value;
    } options[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NOPROGRESS, 0},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_PATH_AS_IS, 1},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_QUICK_EXIT, 1}, /* do not wait for a slow name server */
        {CURLOPT_FRESH_CONNECT, must_arrive_once(request->method)},
        {CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request->connect_us)},
        {CURLOPT_TIMEOUT_MS, milliseconds(request->total_us)},
    };
    bool ok = true;

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && ok; i++)
        ok = !curl_easy_setopt(x->curl, options[i].option, options[i].value);
    if (ok && strcmp(request->method, "HEAD") != 0)
        ok = !curl_easy_setopt(x->curl, CURLOPT_MAXFILESIZE_LARGE,
                               (curl_off_t)request->max_bytes);
    return ok;
}

static bool set_hooks(exchange *x)
{
    CURL *curl = x->curl;

    return !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->why) &&
           !curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
           !curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, x) &&
           !curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) &&
           !curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x) &&
           !curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head) &&
           !curl_easy_setopt(curl, CURLOPT_HEADERDATA, x) &&
           !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) &&
           !curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
}

/* Method and body. */
static bool set_request(exchange *x)
{
    const canon_http_request *request = x->request;
    CURL *curl = x->curl;
    const char *method = request->method;
    bool ok = !curl_easy_setopt(curl, CURLOPT_URL, request->url) &&
              !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                                x->url.https ? "https" : "http") &&
              !curl_easy_setopt(curl, CURLOPT_PROXY, "");

    if (ok && strcmp(method, "HEAD") == 0)
        ok = !curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (ok && (request->body_len || must_arrive_once(method) ||
                    strcmp(method, "PUT") == 0))
        ok = !curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)request->body_len) &&
             !curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                               request->body_len ? request->body : "");
    return ok && !curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

/* One line for the caller, from libcurl's own words. */
static void explain(exchange *x, CURLcode code)
{
    const char *why = *x->why ? x->why : curl_easy_strerror(code);
    char *out = x->response->reason;

    if (x->refused)
        why = "its address may not be asked";
    snprintf(out, sizeof(x->response->reason), "%.110s", why);
    for (; *out; out++) {
        if ((unsigned char)*out < 0x20 || (unsigned char)*out > 0x7E)
            *out = ' ';
    }
}

/* What libcurl's codes mean to us, where they say more than that there is no
 * answer. */
static const struct {
    CURLcode curl;
    int code;
} codes[] = {
    {CURLE_OK, CANON_OK},
    {CURLE_OUT_OF_MEMORY, CANON_ENOMEM},
    {CURLE_FILESIZE_EXCEEDED, CANON_ETOOBIG},
    {CURLE_URL_MALFORMAT, CANON_EINVAL},
    {CURLE_PEER_FAILED_VERIFICATION, CANON_EAUTH},
    {CURLE_SSL_CACERT_BADFILE, CANON_EAUTH},
    {CURLE_SSL_ISSUER_ERROR, CANON_EAUTH},
};

static int code_of(exchange *x, CURLcode code)
{
    long sent = 0;

    if (x->rc)
        return x->rc;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (code == codes[i].curl)
            return codes[i].code;
    }
    if (x->refused)
        return CANON_EDENIED;
    (void)curl_easy_getinfo(x->curl, CURLINFO_REQUEST_SIZE, &sent);
    return sent ? CANON_EREMOTE : CANON_EBUSY;
}

int cn_http_exchange(void *client, const canon_http_request *request,
                     canon_http_response *response)
{
    exchange x = {.client = client, .request = request, .response = response};
    CURLcode code;
    int rc = CANON_ENOMEM;

    if (!cn_http_url_parse(cn_str(request->url), &x.url))
        return CANON_EINVAL;
    x.curl = take_handle(client);
    if (!x.curl)
        return CANON_ENOMEM;
    if (set_headers(&x) && set_limits(&x) && set_hooks(&x) &&
        set_authorities(&x) && set_request(&x)) {
        code = curl_easy_perform(x.curl);
        rc = code_of(&x, code);
        if (rc)
            explain(&x, code);
    }
    give_handle(client, x.curl);
    curl_slist_free_all(x.headers);
    return rc;
}
