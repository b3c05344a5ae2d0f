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

void cn_reader_report_about(cn_reader *r, const char *code, uint32_t line,
                            const char *message, cn_slice about)
{
    cn_slice start = cn_slice_first(about, QUOTED);
    size_t len = cn_utf8_valid_prefix(start);

    cn_reader_report(r, CANON_SEVERITY_WARNING, code, line,
                     cn_arena_printf(&r->spec->arena, "%s: %.*s%s", message,
                                     (int)len, start.ptr ? start.ptr : "",
                                     len < about.len ? "..." : ""));
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
