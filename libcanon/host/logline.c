/* A line of the log as JSON. */
#include "canon/host.h"

#include "date.h"
#include "host_parts.h"

#include <stdio.h>
#include <string.h>

/* One character of a JSON text; returns how many bytes it took. */
static size_t put_json_char(room *r, const char *p)
{
    unsigned char c = (unsigned char)*p;
    char code[8];
    size_t len = 1;

    if (c == '"' || c == '\\') {
        char pair[2] = {'\\', *p};

        put(r, pair, 2);
        return 1;
    }
    if (c < 0x20) {
        snprintf(code, sizeof(code), "\\u%04x", c);
        put(r, code, 6);
        return 1;
    }
    if (c >= 0xC0)
        len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)p[i] & 0xC0) != 0x80)
            len = i;
    }
    put(r, p, len);
    return len;
}

/* `"name":"text"`, the text cut at max bytes or where the room ends. */
static void put_member(room *r, const char *name, const char *text, size_t max)
{
    const char *end = text + strlen(text);

    put_text(r, "\"");
    put_text(r, name);
    put_text(r, "\":\"");
    if ((size_t)(end - text) > max)
        end = text + max;
    while (text < end && !r->full)
        text += put_json_char(r, text);
    r->full = false;
    r->end += 2; /* kept free for this */
    put_text(r, "\",");
}

size_t canon_log_json(const canon_log_event *event, char *out, size_t cap)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    bool known = event->level >= 0 && event->level <= CANON_LOG_DEBUG;
    room r = {out, out + cap - 16, false};
    char when[40];

    if (cap < CANON_LOG_JSON_MIN) {
        if (cap)
            *out = '\0';
        return 0;
    }
    cn_time_format(event->time_us, when);
    put_text(&r, "{");
    put_member(&r, "time", when, 40);
    put_member(&r, "level", levels[known ? event->level : CANON_LOG_INFO], 8);
    put_member(&r, "module", event->module ? event->module : "", 40);
    put_member(&r, "request", event->request ? event->request : "", 44);
    put_member(&r, "text", event->text ? event->text : "", cap);
    r.at[-1] = '}';
    r.at[0] = '\n';
    r.at[1] = '\0';
    return (size_t)(r.at + 1 - out);
}
