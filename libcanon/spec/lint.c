/*
 * Findings: what is doubtful in a document although it can be read. The rules
 * are the table in libcanon/docs/spec-format.md, "Lint"; one function each.
 */
#include "canon/spec.h"

#include "date.h"
#include "fail.h"
#include "slice.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 400 /* bytes of a message; longer ones are cut */

typedef struct linter {
    const canon_spec *spec;
    canon_lint_options options;
    int (*on_finding)(const canon_finding *finding, void *user);
    void *user;
    bool stopped;
} linter;

typedef struct place {
    int severity;
    const char *rule;
    size_t line;
} place;

static void report(linter *l, place at, const char *fmt, ...)
    CANON_PRINTF(3, 4);

static void report(linter *l, place at, const char *fmt, ...)
{
    char message[MESSAGE_MAX];
    canon_finding finding = {canon_spec_file_path(l->spec), at.severity,
                             at.rule, message, at.line};
    va_list args;

    if (l->stopped)
        return;
    va_start(args, fmt);
    (void)vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    message[cn_utf8_valid_prefix(cn_str(message))] = '\0'; /* a clean cut */
    l->stopped = l->on_finding(&finding, l->user) != 0;
}

static place warning(const char *rule, size_t line)
{
    place p = {CANON_SEVERITY_WARNING, rule, line};

    return p;
}

static void check_diagnostics(linter *l)
{
    size_t count = canon_spec_diagnostic_count(l->spec);

    for (size_t i = 0; i < count; i++) {
        const canon_diagnostic *d = canon_spec_diagnostic(l->spec, i);
        place at = {d->severity, "parser", d->line};

        report(l, at, "%s: %s", d->code, d->message);
    }
}

/* The line of a diagnostic; 0 when it is not there (or has none). */
static size_t diagnostic_line(const linter *l, const char *code, bool *found)
{
    size_t count = canon_spec_diagnostic_count(l->spec);

    *found = false;
    for (size_t i = 0; i < count; i++) {
        const canon_diagnostic *d = canon_spec_diagnostic(l->spec, i);

        if (strcmp(d->code, code) == 0) {
            *found = true;
            return d->line;
        }
    }
    return 0;
}

static void check_date(linter *l, const char *rule, const char *date)
{
    int32_t day;

    if (date && !cn_day_parse(cn_str(date), &day))
        report(l, warning(rule, 0), "%s is no date of the form YYYY-MM-DD",
               date);
}

/* A front matter that cannot be read has been reported; its fields are the
 * defaults, and that they are empty is no news. */
static void check_meta(linter *l)
{
    const canon_spec_meta *meta = canon_spec_meta_of(l->spec);
    bool found;
    place title = {CANON_SEVERITY_ERROR, "frontmatter.title", 0};

    (void)diagnostic_line(l, "frontmatter.invalid_yaml", &found);
    if (found)
        return;
    title.line = diagnostic_line(l, "frontmatter.missing_title", &found);
    if (!meta->has_title)
        report(l, title, "the document has no title");
    if (!meta->owner[0])
        report(l, warning("frontmatter.owner", 0), "the document has no owner");
    if (!meta->team[0])
        report(l, warning("frontmatter.team", 0), "the document has no team");
    check_date(l, "frontmatter.created", meta->created);
    check_date(l, "frontmatter.updated", meta->updated);
}

/* The digits before the first dot, without leading zeros. */
static cn_slice leading_number(const char *number)
{
    cn_slice rest = cn_str(number);
    cn_slice n = cn_slice_cut(&rest, '.');

    while (n.len > 1 && n.ptr[0] == '0')
        n = cn_slice_from(n, 1);
    return n;
}

/* Numbers have as many digits as their author likes. */
static bool is_greater(cn_slice a, cn_slice b)
{
    return a.len != b.len ? a.len > b.len : cn_slice_cmp(a, b) > 0;
}

static void check_numbering(linter *l)
{
    size_t count = canon_spec_section_count(l->spec);
    cn_slice greatest = {NULL, 0};

    for (size_t i = 0; i < count; i++) {
        const canon_section *s = canon_spec_section(l->spec, i);
        cn_slice n;

        if (s->parent != CANON_NO_SECTION || !s->number)
            continue;
        n = leading_number(s->number);
        if (greatest.ptr && !is_greater(n, greatest))
            report(l, warning("section.numbering", s->start_line),
                   "section %s comes after section %.*s", s->number,
                   (int)(greatest.len < 40 ? greatest.len : 40), greatest.ptr);
        else
            greatest = n;
    }
}

static void check_child_number(linter *l, const canon_section *s)
{
    const canon_section *parent;
    size_t len;

    if (s->parent == CANON_NO_SECTION || !s->number)
        return;
    parent = canon_spec_section(l->spec, s->parent);
    if (!parent->number)
        return;
    len = strlen(parent->number);
    if (strncmp(s->number, parent->number, len) != 0 || s->number[len] != '.')
        report(l, warning("section.child_number", s->start_line),
               "section %s stands below section %s", s->number, parent->number);
}

static void check_criteria(linter *l, const canon_section *s)
{
    if ((s->state == CANON_STATE_TODO || s->state == CANON_STATE_IN_PROGRESS) &&
        s->criterion_count == 0 && s->child_count == 0)
        report(l, warning("ac.missing", s->start_line),
               "section %s is %s and has no acceptance criteria", s->title,
               canon_state_name(s->state));
}

static void check_state(linter *l, const canon_section *s)
{
    size_t open = 0;

    for (size_t i = 0; i < s->criterion_count; i++)
        open += !s->criteria[i].checked;
    if (s->state == CANON_STATE_DONE && open > 0)
        report(l, warning("status.stale", s->start_line),
               "section %s is done, but %zu of its criteria are open", s->title,
               open);
    if (s->state == CANON_STATE_TODO && s->criterion_count > 0 && open == 0)
        report(l, warning("status.stale", s->start_line),
               "section %s is todo, but all its criteria are checked",
               s->title);
}

static void check_sections(linter *l)
{
    size_t count = canon_spec_section_count(l->spec);

    for (size_t i = 0; i < count; i++) {
        const canon_section *s = canon_spec_section(l->spec, i);

        check_child_number(l, s);
        check_criteria(l, s);
        check_state(l, s);
    }
}

/* File name without folder and extension. */
static cn_slice stem(const char *path)
{
    cn_slice s = cn_str(path);
    size_t slash = cn_slice_rfind(s, '/');
    size_t dot;

    if (slash < s.len)
        s = cn_slice_from(s, slash + 1);
    dot = cn_slice_rfind(s, '.');
    return dot > 0 ? cn_slice_first(s, dot) : s;
}

static bool is_known(const linter *l, const char *reference)
{
    cn_slice wanted = stem(reference);

    for (size_t i = 0; i < l->options.known_count; i++) {
        if (cn_slice_eq(stem(l->options.known_paths[i]), wanted))
            return true;
    }
    return false;
}

static void check_references(linter *l)
{
    const canon_spec_meta *meta = canon_spec_meta_of(l->spec);

    if (!l->options.check_references)
        return;
    for (size_t i = 0; i < meta->depends_on_count && !l->stopped; i++) {
        if (!is_known(l, meta->depends_on[i]))
            report(l, warning("depends_on.unresolved", 0),
                   "depends_on names %s, which is no known spec",
                   meta->depends_on[i]);
    }
    if (meta->supersedes && !is_known(l, meta->supersedes))
        report(l, warning("supersedes.unresolved", 0),
               "supersedes names %s, which is no known spec", meta->supersedes);
}

int canon_spec_lint(const canon_spec *spec, const canon_lint_options *options,
                    int (*on_finding)(const canon_finding *finding, void *user),
                    void *user, canon_error *err)
{
    linter l = {spec, {0}, on_finding, user, false};

    if (options && options->size < sizeof(size_t))
        return cn_fail(err, CANON_EINVAL,
                       "canon_lint_options without its size");
    if (options)
        memcpy(&l.options, options,
               options->size < sizeof(l.options) ? options->size
                                                 : sizeof(l.options));
    check_diagnostics(&l);
    check_meta(&l);
    check_numbering(&l);
    check_sections(&l);
    check_references(&l);
    if (l.stopped)
        return cn_fail(err, CANON_ECANCELED, "stopped by the caller");
    return CANON_OK;
}
