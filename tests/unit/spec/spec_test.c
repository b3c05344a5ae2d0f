/*
 * Short ways to say what a document must give.
 */
#include "spec_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char line[16384];

CANON_PRINTF(1, 2)
static void add(const char *fmt, ...)
{
    size_t len = strlen(line);
    va_list args;

    va_start(args, fmt);
    vsnprintf(line + len, sizeof(line) - len, fmt, args);
    va_end(args);
}

canon_spec *spec_of_bytes(const char *text, size_t len)
{
    canon_spec *spec = NULL;
    canon_error err = {0, ""};

    cr_assert(eq(int, canon_spec_parse(text, len, NULL, &spec, &err), 0), "%s",
              err.text);
    return spec;
}

canon_spec *spec_of(const char *text)
{
    return spec_of_bytes(text, strlen(text));
}

const char *codes_of(const canon_spec *spec)
{
    line[0] = '\0';
    for (size_t i = 0; i < canon_spec_diagnostic_count(spec); i++) {
        const canon_diagnostic *d = canon_spec_diagnostic(spec, i);

        add("%s%s@%zu", i ? " " : "", d->code, d->line);
        cr_assert(d->message[0] != '\0');
    }
    return line;
}

static canon_spec *behind_front(const char *text)
{
    size_t len = strlen(FRONT) + strlen(text);
    char *all = malloc(len + 1);
    canon_spec *spec;

    snprintf(all, len + 1, "%s%s", FRONT, text);
    spec = spec_of(all);
    free(all);
    return spec;
}

void expect_str(const char *value, const char *wanted)
{
    cr_expect(value && strcmp(value, wanted) == 0, "got '%s', wanted '%s'",
              value ? value : "NULL", wanted);
}

void expect_codes(const char *text, const char *codes)
{
    canon_spec *spec = behind_front(text);

    cr_expect(strcmp(codes_of(spec), codes) == 0, "%s\ngives '%s', not '%s'",
              text, line, codes);
    canon_spec_free(spec);
}

void expect_ids(const char *text, const char *ids)
{
    canon_spec *spec = behind_front(text);

    line[0] = '\0';
    for (size_t i = 0; i < canon_spec_section_count(spec); i++)
        add("%s%s", i ? "|" : "", canon_spec_section(spec, i)->id);
    cr_expect(strcmp(line, ids) == 0, "%s\ngives '%s', not '%s'", text, line,
              ids);
    canon_spec_free(spec);
}

static void add_criterion(const canon_criterion *c)
{
    add("%s[%s] ", line[0] ? "|" : "", c->checked ? "x" : " ");
    add("%s", c->text);
    for (size_t i = 0; i < c->evidence_count; i++) {
        const canon_evidence *e = &c->evidence[i];

        add(" (%s:%s, ", e->file_path, e->lines);
        if (e->pr_number)
            add("PR#%d)", (int)e->pr_number);
        else
            add("audit)");
    }
}

void expect_criteria(const char *text, const char *criteria)
{
    canon_spec *spec = behind_front(text);

    line[0] = '\0';
    for (size_t i = 0; i < canon_spec_section_count(spec); i++) {
        const canon_section *s = canon_spec_section(spec, i);

        for (size_t k = 0; k < s->criterion_count; k++)
            add_criterion(&s->criteria[k]);
    }
    cr_expect(strcmp(line, criteria) == 0, "%s\ngives '%s', not '%s'", text,
              line, criteria);
    canon_spec_free(spec);
}
