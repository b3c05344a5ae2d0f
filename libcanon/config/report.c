/*
 * Diagnostics, and the small readers that all parts use.
 */
#include "config_parts.h"

#include "canon/spec.h"
#include "fail.h"
#include "utf8.h"

#include <stdio.h>

#define MOST_REPORTS 200 /* nobody reads more */
#define MOST_TEXT    300 /* bytes of a message */
#define MOST_KEY     80  /* bytes of a key that are shown */

const char *const cn_config_states[] = {
    /* in alphabetical order */
    "blocked", "deprecated", "done", "draft", "in_progress", "todo", NULL};

static void fail_memory(cn_config_reader *r)
{
    if (!r->rc)
        r->rc = CANON_ENOMEM;
}

void cn_config_report(cn_config_reader *r, int severity, const char *code,
                      const cn_config_spot *spot, const char *fmt, ...)
{
    canon_config_diagnostic *report;
    char text[MOST_TEXT];
    va_list args;

    if (r->rc || r->reports->count >= MOST_REPORTS)
        return;
    va_start(args, fmt);
    if (vsnprintf(text, sizeof(text), fmt, args) < 0)
        text[0] = '\0';
    va_end(args);
    report = cn_array_push(r->reports);
    if (!report) {
        fail_memory(r);
        return;
    }
    report->severity = severity;
    report->code = code;
    report->line = spot->line;
    report->message =
        spot->path[0] ? cn_arena_printf(r->arena, "%s: %s", spot->path, text)
                      : cn_arena_str(r->arena, text);
    if (!report->message) {
        report->message = "";
        fail_memory(r);
    }
}

void cn_config_invalid(cn_config_reader *r, const cn_config_spot *spot,
                       const char *what)
{
    cn_config_report(r, CANON_SEVERITY_ERROR, "config.invalid_value", spot,
                     "%s", what);
}

void cn_config_wrong_type(cn_config_reader *r, const cn_config_spot *spot,
                          const char *wanted)
{
    cn_config_report(r, CANON_SEVERITY_ERROR, "config.wrong_type", spot,
                     "must be %s", wanted);
}

void cn_config_unknown(cn_config_reader *r, const cn_config_spot *spot)
{
    cn_config_report(r, CANON_SEVERITY_WARNING, "config.unknown_key", spot,
                     "unknown key, ignored");
}

static const char *path_of(cn_config_reader *r, const char *parent,
                           const char *form, cn_slice key)
{
    int len = (int)cn_utf8_valid_prefix(cn_slice_first(key, MOST_KEY));
    const char *path = NULL;

    if (!r->rc && form[0] == '.')
        path = cn_arena_printf(r->arena, "%s%s%.*s", parent,
                               parent[0] ? "." : "", len, key.ptr);
    else if (!r->rc)
        path = cn_arena_printf(r->arena, "%s[%.*s]", parent, len, key.ptr);
    if (path)
        return path;
    fail_memory(r);
    return "";
}

cn_config_spot cn_config_below(cn_config_reader *r,
                               const cn_config_spot *parent,
                               const cn_member *member)
{
    cn_config_spot spot = {path_of(r, parent->path, ".", member->key),
                           member->line};

    return spot;
}

cn_config_spot cn_config_item(cn_config_reader *r, const cn_config_spot *parent,
                              size_t i, const cn_value *item)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%zu", i);
    cn_config_spot spot = {
        path_of(r, parent->path, "[", cn_slice_of(digits, (size_t)len)),
        item->line};

    return spot;
}

void *cn_config_array(cn_config_reader *r, size_t count, size_t size)
{
    void *items;

    if (r->rc || count == 0)
        return NULL;
    items = cn_arena_array(r->arena, count, size);
    if (!items)
        fail_memory(r);
    return items;
}

bool cn_config_is_bool(const cn_value *value, bool *out)
{
    /* three letter cases each, as YAML 1.1 has them */
    static const struct {
        const char *word;
        bool truth;
    } words[] = {
        {"true", true}, {"True", true},   {"TRUE", true},   {"yes", true},
        {"Yes", true},  {"YES", true},    {"on", true},     {"On", true},
        {"ON", true},   {"false", false}, {"False", false}, {"FALSE", false},
        {"no", false},  {"No", false},    {"NO", false},    {"off", false},
        {"Off", false}, {"OFF", false},
    };

    if (value->kind != CN_KIND_TEXT || !value->plain)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (cn_slice_is(value->text, words[i].word)) {
            *out = words[i].truth;
            return true;
        }
    }
    return false;
}

bool cn_config_is_word(cn_slice text, const char *const *words)
{
    for (; *words; words++) {
        if (cn_slice_is(text, *words))
            return true;
    }
    return false;
}

static void insert(canon_config_diagnostic *sorted, size_t *count,
                   const canon_config_diagnostic *report)
{
    size_t i = *count;

    for (; i > 0 && sorted[i - 1].line > report->line; i--)
        sorted[i] = sorted[i - 1];
    sorted[i] = *report;
    (*count)++;
}

int cn_config_finish(canon_config *config, canon_error *err)
{
    size_t most = config->own.count + config->resolved.count;
    size_t count = 0;
    canon_config_diagnostic *sorted =
        cn_arena_array(&config->arena, most, sizeof(*sorted));

    if (!sorted)
        return cn_fail_memory(err);
    cn_array_each (canon_config_diagnostic, report, &config->own)
        insert(sorted, &count, report);
    cn_array_each (canon_config_diagnostic, report, &config->resolved)
        insert(sorted, &count, report);
    config->diagnostics = sorted;
    config->diagnostic_count = count;
    return CANON_OK;
}
