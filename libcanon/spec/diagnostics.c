/*
 * What the parser noticed.
 */
#include "reader.h"

#include "utf8.h"

#include <stdlib.h>

#define QUOTED 60 /* bytes of foreign text in a message */

void cn_reader_report(cn_reader *r, int severity, const char *code,
                      uint32_t line, const char *message)
{
    canon_diagnostic *d = cn_array_push(&r->diagnostics);

    if (!d || !message) {
        r->failed = true;
        if (d)
            cn_array_pop(&r->diagnostics);
        return;
    }
    d->severity = severity;
    d->code = code;
    d->line = line;
    d->message = message;
}

static char *append(char *to, const char *from, size_t len)
{
    if (len)
        memcpy(to, from, len);
    return to + len;
}

void cn_reader_report_about(cn_reader *r, const char *code, uint32_t line,
                            const char *message, cn_slice about)
{
    cn_slice start = cn_slice_first(about, QUOTED);
    size_t len = cn_utf8_valid_prefix(start);
    size_t most = strlen(message) + len + sizeof(": ...");
    char *text = cn_arena_alloc(&r->spec->arena, most);
    char *p = text;

    /* by hand, as a document may give a hundred thousand of them */
    if (text) {
        p = append(p, message, strlen(message));
        p = append(p, ": ", 2);
        p = append(p, start.ptr, len);
        p = append(p, "...", len < about.len ? 3 : 0);
        *p = '\0';
    }
    cn_reader_report(r, CANON_SEVERITY_WARNING, code, line, text);
}

static int by_place(const void *a, const void *b)
{
    const canon_diagnostic *x = a;
    const canon_diagnostic *y = b;
    int order;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    order = strcmp(x->code, y->code);
    return order ? order : strcmp(x->message, y->message);
}

void cn_reader_sort_diagnostics(cn_reader *r)
{
    canon_spec *spec = r->spec;
    size_t count = r->diagnostics.count;

    if (count > 1)
        qsort(r->diagnostics.items, count, sizeof(canon_diagnostic), by_place);
    spec->diagnostics = cn_reader_array(r, count, sizeof(canon_diagnostic));
    if (!spec->diagnostics)
        return;
    memcpy(spec->diagnostics, r->diagnostics.items,
           count * sizeof(canon_diagnostic));
    spec->diagnostic_count = count;
}
