/*
 * HTTP/1.1 as bytes: the look at a request's header that must come before
 * anybody believes it, and the head of an answer.
 */
#include "date.h"
#include "host_parts.h"
#include "slice.h"

#include <stdio.h>
#include <stdlib.h>

#define TARGET_MAX 8192
#define HEAD_MAX   16384
#define DAY_US     INT64_C(86400000000)

static bool is_length(const char *text)
{
    size_t len = strlen(text);

    return len && len <= 18 && strspn(text, "0123456789") == len;
}

/* The value of the header of this name; count_out: how many there are. */
static const char *find_header(const canon_request *request, const char *name,
                               int *count_out)
{
    const char *value = NULL;

    *count_out = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        if (cn_slice_is_nocase(cn_str(request->headers[i].name), name)) {
            value = request->headers[i].value;
            *count_out += 1;
        }
    }
    return value;
}

const char *cn_host_field(const canon_request *request, const char *name)
{
    int count;
    const char *value = find_header(request, name, &count);

    return count == 1 ? value : NULL;
}

bool cn_host_has_word(const char *text, const char *word)
{
    cn_slice rest = cn_str(text);

    while (rest.len && !cn_slice_starts_nocase(rest, word))
        rest = cn_slice_from(rest, 1);
    return rest.len > 0;
}

static int check_size(const canon_request *request, const char **why_out)
{
    size_t target = strlen(request->target);
    size_t size = strlen(request->method) + target + sizeof("  HTTP/1.1\r\n");

    for (size_t i = 0; i < request->header_count; i++) {
        size += strlen(request->headers[i].name) + 4;
        size += strlen(request->headers[i].value);
    }
    *why_out = "The request's target is too long";
    if (target > TARGET_MAX)
        return 414;
    *why_out = "The request's header is too large";
    return size > HEAD_MAX ? 431 : 0;
}

/* The headers that say where a request ends, and to whom it goes. */
enum { LENGTH, CODING, HOST, AUTHORIZATION, SINGLE };

/* Each of them at most once. */
static int find_single(const canon_request *request, const char *values[SINGLE],
                       const char **why_out)
{
    static const char *const names[SINGLE] = {
        "Content-Length", "Transfer-Encoding", "Host", "Authorization"};
    static const char *const twice[SINGLE] = {
        "Content-Length stands twice", "Transfer-Encoding stands twice",
        "Host stands twice", "Authorization stands twice"};
    int count = 0;

    for (size_t i = 0; i < SINGLE; i++) {
        values[i] = find_header(request, names[i], &count);
        *why_out = twice[i];
        if (count > 1)
            return 400;
    }
    return 0;
}

static int check_framing(const char *const values[SINGLE], bool is_1_1,
                         const char **why_out)
{
    *why_out = "HTTP/1.1 needs a Host";
    if (is_1_1 && !values[HOST])
        return 400;
    *why_out = "Content-Length is no number";
    if (values[LENGTH] && !is_length(values[LENGTH]))
        return 400;
    *why_out = "Transfer-Encoding can be chunked, alone, and in HTTP/1.1";
    if (values[CODING] &&
        (values[LENGTH] || !is_1_1 ||
         !cn_slice_is_nocase(cn_str(values[CODING]), "chunked")))
        return 400;
    return 0;
}

/* What the client wants besides an answer. */
static int check_wishes(const canon_request *request, const char **why_out)
{
    const char *expect = cn_host_field(request, "Expect");

    *why_out = "WebSocket is not spoken here";
    if (cn_host_has_word(cn_host_field(request, "Upgrade"), "websocket"))
        return 426;
    *why_out = "Unknown expectation";
    return expect && !cn_slice_is_nocase(cn_str(expect), "100-continue") ? 417
                                                                         : 0;
}

int cn_host_check(const canon_request *request, bool is_1_1,
                  int64_t *length_out, const char **why_out)
{
    const char *values[SINGLE] = {NULL};
    int status = check_size(request, why_out);

    if (!status)
        status = find_single(request, values, why_out);
    if (!status)
        status = check_framing(values, is_1_1, why_out);
    if (!status)
        status = check_wishes(request, why_out);
    if (status)
        return status;
    *why_out = "";
    *length_out = values[LENGTH] ? strtoll(values[LENGTH], NULL, 10) : 0;
    *length_out = values[CODING] ? -1 : *length_out;
    return 0;
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {{200, "OK"},
                   {201, "Created"},
                   {202, "Accepted"},
                   {204, "No Content"},
                   {301, "Moved Permanently"},
                   {302, "Found"},
                   {303, "See Other"},
                   {304, "Not Modified"},
                   {307, "Temporary Redirect"},
                   {308, "Permanent Redirect"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {402, "Payment Required"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {408, "Request Timeout"},
                   {409, "Conflict"},
                   {410, "Gone"},
                   {412, "Precondition Failed"},
                   {413, "Content Too Large"},
                   {414, "URI Too Long"},
                   {415, "Unsupported Media Type"},
                   {417, "Expectation Failed"},
                   {422, "Unprocessable Content"},
                   {426, "Upgrade Required"},
                   {429, "Too Many Requests"},
                   {431, "Request Header Fields Too Large"},
                   {500, "Internal Server Error"},
                   {501, "Not Implemented"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"},
                   {504, "Gateway Timeout"}};

    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].text;
    }
    return "Status";
}

/* "Mon, 23 Nov 2026 19:41:20 GMT" out of "2026-11-23T19:41:20...". */
static void put_date(room *r, int64_t now_us)
{
    static const char days[] = "ThuFriSatSunMonTueWed";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char iso[40];
    int month;
    int64_t day = (now_us - (now_us < 0 ? DAY_US - 1 : 0)) / DAY_US % 7;

    cn_time_format(now_us, iso);
    month = (iso[5] - '0') * 10 + iso[6] - '1';
    put_text(r, "Date: ");
    put(r, days + (day < 0 ? day + 7 : day) * 3, 3);
    put_text(r, ", ");
    put(r, iso + 8, 2);
    put_text(r, " ");
    put(r, months + month * 3, 3);
    put_text(r, " ");
    put(r, iso, 4);
    put_text(r, " ");
    put(r, iso + 11, 8);
    put_text(r, " GMT\r\n");
}

size_t cn_host_head(const cn_head *head, char *out, size_t cap)
{
    room r = {out, out + cap, false};
    char number[40];
    bool has_length = head->length >= 0 && head->status >= 200 &&
                      head->status != 204 && head->status != 304;

    snprintf(number, sizeof(number), "HTTP/1.1 %d ", head->status);
    put_text(&r, number);
    put_text(&r, reason(head->status));
    put_text(&r, "\r\n");
    put_date(&r, head->now_us);
    for (size_t i = 0; i < head->header_count; i++) {
        const canon_header *h = &head->headers[i];

        if (!h->value || strpbrk(h->value, "\r\n"))
            continue;
        put_text(&r, h->name);
        put_text(&r, ": ");
        put_text(&r, h->value);
        put_text(&r, "\r\n");
    }
    snprintf(number, sizeof(number), "Content-Length: %lld\r\n",
             (long long)head->length);
    put_text(&r, has_length ? number : "");
    if (head->chunked)
        put_text(&r, "Transfer-Encoding: chunked\r\n");
    if (head->connection) {
        put_text(&r, "Connection: ");
        put_text(&r, head->connection);
        put_text(&r, "\r\n");
    }
    put_text(&r, "\r\n");
    return r.full ? 0 : (size_t)(r.at - out);
}
