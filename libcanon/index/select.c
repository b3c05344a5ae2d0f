/*
 * Which files are indexed: specs, and other Markdown below docs/ or of a kind
 * of its own (README, runbook, ...), but nothing that is vendored or hidden.
 */
#include "index_parts.h"

#include "check.h"
#include "fail.h"
#include "json.h"

/* What a configuration says that says nothing. */
#define DEFAULT_PATTERN "docs/specs/*.md"

static bool is_foreign(cn_slice segment)
{
    return cn_slice_starts(segment, ".") ||
           cn_slice_is(segment, "node_modules") ||
           cn_slice_is(segment, "vendor") ||
           cn_slice_is(segment, "third_party");
}

bool cn_index_wanted(const char *path, const cn_patterns *patterns)
{
    cn_slice rest = cn_str(path);
    cn_slice name = rest;

    if (!cn_slice_ends(rest, ".md"))
        return false;
    while (rest.ptr) {
        name = cn_slice_cut(&rest, '/');
        if (is_foreign(name))
            return false;
    }
    if (cn_slice_starts(name, "_"))
        return false;
    return cn_slice_starts(cn_str(path), "docs/") ||
           canon_spec_classify(path, patterns->items, patterns->count) !=
               CANON_KIND_DOC;
}

int cn_patterns_of_json(cn_arena *a, const char *config, cn_patterns *out,
                        canon_error *err)
{
    const cn_value *root = NULL;
    const cn_value *list;
    const char **items;
    int rc;

    out->items = NULL;
    out->count = 0;
    if (!config)
        return CANON_OK;
    rc = cn_json_parse(a, cn_str(config), &root, NULL, err);
    if (rc)
        return rc;
    list = cn_value_get(root, "specs.doc_paths");
    if (!list || list->kind != CN_KIND_LIST || list->count == 0)
        return CANON_OK;
    if (list->count == 1 && cn_slice_is(list->items[0].text, DEFAULT_PATTERN))
        return CANON_OK;
    items = cn_arena_array(a, list->count, sizeof(*items));
    if (!items)
        return cn_fail_memory(err);
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[i].text.ptr ? list->items[i].text.ptr : "";
    out->items = items;
    out->count = list->count;
    return CANON_OK;
}
