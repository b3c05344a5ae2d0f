/*
 * What kind of document a file is, by its path. The table of kinds is in
 * libcanon/docs/spec-format.md, "Kinds of documents"; the first rule that fits
 * decides, letter case is ignored except in configured patterns.
 */
#include "canon/spec.h"

#include "pattern.h"
#include "slice.h"

static const char *const kind_names[CANON_KIND_COUNT] = {
    "doc",          "spec",    "adr",    "readme", "changelog",
    "contributing", "runbook", "plugin", "skill",
};

/* Kinds that the beginning of the file name tells. */
static const struct {
    const char *prefix;
    int kind;
} by_name[] = {
    {"readme", CANON_KIND_README},
    {"changelog", CANON_KIND_CHANGELOG},
    {"contributing", CANON_KIND_CONTRIBUTING},
};

static cn_slice name_of(cn_slice path)
{
    size_t slash = cn_slice_rfind(path, '/');

    return slash < path.len ? cn_slice_from(path, slash + 1) : path;
}

static bool ends_nocase(cn_slice s, const char *suffix)
{
    size_t len = strlen(suffix);

    return s.len >= len &&
           cn_slice_is_nocase(cn_slice_from(s, s.len - len), suffix);
}

static bool contains_nocase(cn_slice s, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= s.len; i++) {
        if (cn_slice_is_nocase(cn_slice_of(s.ptr + i, len), word))
            return true;
    }
    return false;
}

/* Configured patterns name Markdown files only; "_" marks templates. */
static bool is_configured(cn_slice path, const char *const *patterns,
                          size_t count)
{
    if (!cn_slice_ends(path, ".md") || cn_slice_starts(name_of(path), "_"))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (cn_glob_match(cn_str(patterns[i]), path))
            return true;
    }
    return false;
}

static bool is_adr_segment(cn_slice segment)
{
    return cn_slice_is_nocase(segment, "adr") ||
           cn_slice_is_nocase(segment, "adrs") ||
           cn_slice_is_nocase(segment, "decisions") ||
           (segment.len > 3 && cn_slice_starts_nocase(segment, "adr") &&
            (segment.ptr[3] == '-' || segment.ptr[3] == '_' ||
             cn_is_digit(segment.ptr[3])));
}

static bool is_runbook_segment(cn_slice segment)
{
    return contains_nocase(segment, "runbook") ||
           contains_nocase(segment, "playbook");
}

static bool any_segment(cn_slice path, bool (*test)(cn_slice segment))
{
    while (path.ptr) {
        if (test(cn_slice_cut(&path, '/')))
            return true;
    }
    return false;
}

static int kind_by_name(cn_slice path)
{
    cn_slice name = name_of(path);

    if (cn_slice_starts_nocase(path, "plugin/skills/") &&
        ends_nocase(path, "skill.md"))
        return CANON_KIND_SKILL;
    if (cn_slice_starts_nocase(path, "plugin/") &&
        ends_nocase(path, "readme.md"))
        return CANON_KIND_PLUGIN;
    for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
        if (cn_slice_starts_nocase(name, by_name[i].prefix))
            return by_name[i].kind;
    }
    return any_segment(path, is_runbook_segment) ? CANON_KIND_RUNBOOK
                                                 : CANON_KIND_DOC;
}

int canon_spec_classify(const char *path, const char *const *patterns,
                        size_t count)
{
    cn_slice p = cn_str(path);

    if (count ? is_configured(p, patterns, count)
              : cn_slice_starts_nocase(p, "docs/specs/"))
        return CANON_KIND_SPEC;
    if (any_segment(p, is_adr_segment))
        return CANON_KIND_ADR;
    return kind_by_name(p);
}

int canon_spec_counts_as_spec(const canon_spec *spec, const char *path)
{
    const canon_spec_meta *meta = canon_spec_meta_of(spec);

    return (meta->has_mapping && (meta->has_title || meta->has_type)) ||
           cn_slice_starts_nocase(cn_str(path), "docs/specs/");
}

const char *canon_kind_name(int kind)
{
    return kind_names[kind > 0 && kind < CANON_KIND_COUNT ? kind : 0];
}

int canon_glob_match(const char *pattern, const char *path)
{
    return cn_glob_match(cn_str(pattern), cn_str(path));
}
