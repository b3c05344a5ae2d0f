/*
 * Looking into a tree.
 */
#include "json.h"

static const cn_value *member(const cn_value *map, cn_slice key)
{
    if (!map || map->kind != CN_KIND_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (cn_slice_eq(map->members[i].key, key))
            return &map->members[i].value;
    }
    return NULL;
}

const cn_value *cn_value_get(const cn_value *value, const char *path)
{
    cn_slice rest = cn_str(path);

    while (rest.ptr && value)
        value = member(value, cn_slice_cut(&rest, '.'));
    return value;
}

/* Only when it is of the kind. */
static const cn_value *typed(const cn_value *value, const char *path,
                             cn_kind kind)
{
    value = cn_value_get(value, path);
    return value && value->kind == kind ? value : NULL;
}

const char *cn_value_str(const cn_value *value, const char *path,
                         const char *preset)
{
    value = typed(value, path, CN_KIND_TEXT);
    return value ? value->text.ptr : preset;
}

int64_t cn_value_int(const cn_value *value, const char *path, int64_t preset)
{
    value = typed(value, path, CN_KIND_INT);
    return value ? value->integer : preset;
}

bool cn_value_bool(const cn_value *value, const char *path, bool preset)
{
    value = typed(value, path, CN_KIND_BOOL);
    return value ? value->truth : preset;
}
