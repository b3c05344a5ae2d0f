/*
 * The organisation's defaults below a repository's configuration. The trees are
 * merged as they were written, so that an organisation's value is replaced by
 * what a repository says and not by its defaults.
 */
#include "config_parts.h"

#include "fail.h"

/* A copy of the tree, which is as deep as files may be. keep_lines: else all
 * are 0, because they are lines of another file. */
static bool copy_tree(cn_arena *a, const cn_value *from, bool keep_lines,
                      cn_value *to)
{
    cn_value *items;
    cn_member *members;

    *to = *from;
    to->line = keep_lines ? from->line : 0;
    if (from->kind == CN_KIND_TEXT) {
        to->text.ptr = cn_arena_copy(a, from->text);
        return to->text.ptr;
    }
    if (from->kind == CN_KIND_LIST) {
        to->items = items = cn_arena_array(a, from->count, sizeof(*items));
        for (size_t i = 0; items && i < from->count; i++) {
            if (!copy_tree(a, &from->items[i], keep_lines, &items[i]))
                return false;
        }
        return items;
    }
    if (from->kind != CN_KIND_MAP)
        return true;
    to->members = members = cn_arena_array(a, from->count, sizeof(*members));
    for (size_t i = 0; members && i < from->count; i++) {
        const cn_member *m = &from->members[i];

        members[i].line = keep_lines ? m->line : 0;
        members[i].key = cn_slice_of(cn_arena_copy(a, m->key), m->key.len);
        if (!members[i].key.ptr ||
            !copy_tree(a, &m->value, keep_lines, &members[i].value))
            return false;
    }
    return members;
}

static const cn_member *find(const cn_value *map, cn_slice key)
{
    for (size_t i = 0; i < map->count; i++) {
        if (cn_slice_eq(map->members[i].key, key))
            return &map->members[i];
    }
    return NULL;
}

/* Both have the key. False without memory. */
static bool merge_member(cn_arena *a, const cn_member *base,
                         const cn_member *overlay, cn_member *out)
{
    const cn_value *merged;

    *out = *overlay;
    if (base->value.kind != CN_KIND_MAP || overlay->value.kind != CN_KIND_MAP)
        return true;
    merged = cn_config_deep_merge(a, &base->value, &overlay->value);
    if (merged)
        out->value = *merged;
    return merged;
}

const cn_value *cn_config_deep_merge(cn_arena *a, const cn_value *base,
                                     const cn_value *overlay)
{
    cn_value *out = cn_arena_array(a, 1, sizeof(*out));
    cn_member *members =
        cn_arena_array(a, base->count + overlay->count, sizeof(*members));
    size_t count = 0;

    if (!out || !members)
        return NULL;
    for (size_t i = 0; i < base->count; i++) {
        const cn_member *m = &base->members[i];
        const cn_member *over = find(overlay, m->key);

        if (!over)
            members[count++] = *m;
        else if (over->value.kind != CN_KIND_NULL &&
                 !merge_member(a, m, over, &members[count++]))
            return NULL;
    }
    for (size_t i = 0; i < overlay->count; i++) {
        const cn_member *m = &overlay->members[i];

        if (m->value.kind != CN_KIND_NULL && !find(base, m->key))
            members[count++] = *m;
    }
    *out = *overlay;
    out->count = count;
    out->members = members;
    return out;
}

/* By name; an entry of the overlay replaces the other one entirely. */
static const cn_value *merge_names(cn_arena *a, const cn_value *base,
                                   const cn_value *overlay)
{
    cn_value *out = cn_arena_array(a, 1, sizeof(*out));
    cn_member *members =
        cn_arena_array(a, base->count + overlay->count, sizeof(*members));
    size_t count = 0;

    if (!out || !members)
        return NULL;
    for (size_t i = 0; i < base->count; i++) {
        if (!find(overlay, base->members[i].key))
            members[count++] = base->members[i];
    }
    for (size_t i = 0; i < overlay->count; i++)
        members[count++] = overlay->members[i];
    *out = *overlay;
    out->count = count;
    out->members = members;
    return out;
}

typedef const cn_value *merge_fn(cn_arena *a, const cn_value *base,
                                 const cn_value *overlay);

static const cn_value *merge_routes(cn_arena *a, const cn_value *base,
                                    const cn_value *overlay)
{
    (void)a;
    return overlay->count ? overlay : base;
}

/* One of the three trees; false without memory. */
static bool merge_tree(cn_arena *a, const cn_value *base,
                       const cn_value *overlay, merge_fn *merge,
                       const cn_value **out)
{
    cn_value *copies = cn_arena_array(a, 2, sizeof(*copies));

    *out = NULL;
    if (!base && !overlay)
        return true;
    if (!copies || (base && !copy_tree(a, base, false, &copies[0])) ||
        (overlay && !copy_tree(a, overlay, true, &copies[1])))
        return false;
    if (base && overlay)
        *out = merge(a, &copies[0], &copies[1]);
    else
        *out = base ? &copies[0] : &copies[1];
    return *out;
}

static bool merge_trees(cn_arena *a, const cn_config_tree *base,
                        const cn_config_tree *repo, cn_config_tree *out)
{
    return merge_tree(a, base->systems, repo->systems, cn_config_deep_merge,
                      &out->systems) &&
           merge_tree(a, base->profiles, repo->profiles, merge_names,
                      &out->profiles) &&
           merge_tree(a, base->routes, repo->routes, merge_routes,
                      &out->routes);
}

static bool copy_reports(canon_config *out, const canon_config *repo)
{
    cn_array_each (const canon_config_diagnostic, from, &repo->own) {
        canon_config_diagnostic *to = cn_array_push(&out->own);

        if (!to)
            return false;
        *to = *from;
        to->message = cn_arena_str(&out->arena, from->message);
        if (!to->message)
            return false;
    }
    return true;
}

static bool copy_values(canon_config *out, const canon_config *repo)
{
    const canon_config_values *from = &repo->values;
    canon_config_values *to = &out->values;
    const char **paths =
        cn_arena_array(&out->arena, from->doc_path_count, sizeof(*paths));
    bool ok = paths;

    *to = *from;
    to->team = cn_arena_str(&out->arena, from->team);
    to->ticket_system = cn_arena_str(&out->arena, from->ticket_system);
    to->project_key = cn_arena_str(&out->arena, from->project_key);
    to->slack_channel = cn_arena_str(&out->arena, from->slack_channel);
    to->lifecycle_sync = cn_arena_str(&out->arena, from->lifecycle_sync);
    to->conflict = cn_arena_str(&out->arena, from->conflict);
    out->stale = cn_arena_str(&out->arena, repo->stale);
    for (size_t i = 0; ok && i < from->doc_path_count; i++) {
        paths[i] = cn_arena_str(&out->arena, from->doc_paths[i]);
        ok = paths[i];
    }
    to->doc_paths = paths;
    return ok && !to->team == !from->team &&
           !to->ticket_system == !from->ticket_system &&
           !to->project_key == !from->project_key &&
           !to->slack_channel == !from->slack_channel && to->lifecycle_sync &&
           to->conflict && !out->stale == !repo->stale;
}

static int merge(canon_config *out, const canon_config *base,
                 const canon_config *repo, canon_error *err)
{
    static const cn_config_tree no_tree;
    cn_config_reader r = {out, &out->arena, &out->resolved, CANON_OK};

    if (repo && (!copy_values(out, repo) || !copy_reports(out, repo)))
        return cn_fail_memory(err);
    if (!merge_trees(&out->arena, base ? &base->tree : &no_tree,
                     repo ? &repo->tree : &no_tree, &out->tree))
        return cn_fail_memory(err);
    out->has_mapping =
        (base && base->has_mapping) || (repo && repo->has_mapping);
    cn_config_resolve(&r);
    return r.rc ? cn_fail_memory(err) : cn_config_finish(out, err);
}

int canon_config_merge(const canon_config *base, const canon_config *repo,
                       canon_config **out, canon_error *err)
{
    canon_config *config = cn_config_new();
    int rc;

    *out = NULL;
    if (!config)
        return cn_fail_memory(err);
    rc = merge(config, base, repo, err);
    if (rc)
        canon_config_free(config);
    else
        *out = config;
    return rc;
}
