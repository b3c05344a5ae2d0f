/*
 * Short forms of ticket_systems, spelt out: the rest of the module, and the
 * merging of files, knows the long ones only.
 */
#include "config_parts.h"

#include "canon/spec.h"

typedef struct maker {
    cn_member *members; /* with room for all that may come */
    size_t count;
} maker;

static const char *const entry_keys[] = {
    "system", "project", "auth_profile", "host_override", "dedup_enabled",
    "dedup",  NULL};
static const char *const status_map_keys[] = {"forward", "reverse", "fallback",
                                              NULL};
static const char *const hierarchy_keys[] = {"depth_to_type", "auto_parent",
                                             "default_type", NULL};
static const char *const field_map_keys[] = {"standard", "custom", NULL};
static const char *const templates_keys[] = {"summary", "description", NULL};

static void conflict(cn_config_reader *r, const cn_config_spot *spot,
                     const char *winner)
{
    cn_config_report(r, CANON_SEVERITY_WARNING, "config.conflicting_keys", spot,
                     "%s is there, too, and counts", winner);
}

static cn_member *add(maker *m, const char *key, size_t line)
{
    cn_member *member = &m->members[m->count++];

    member->key = cn_str(key);
    member->line = line;
    return member;
}

static void copy(maker *m, const cn_member *member)
{
    m->members[m->count++] = *member;
}

static cn_value map_of(const maker *m, size_t line)
{
    cn_value map = {0};

    map.kind = CN_KIND_MAP;
    map.line = line;
    map.count = m->count;
    map.members = m->members;
    return map;
}

static bool is_number(cn_slice key)
{
    int64_t number;

    return cn_slice_int(key, INT64_MIN, INT64_MAX, &number);
}

static bool is_state(cn_slice key)
{
    return cn_config_is_word(key, cn_config_states);
}

/*
 * A map with its own keys and, in the short form, the members of one of them
 * (inner) directly. Both: the long form counts.
 */
static cn_value spell_map(cn_config_reader *r, const cn_config_spot *spot,
                          const cn_value *map, const char *const *keys,
                          bool (*is_short)(cn_slice key))
{
    const char *inner = keys[0];
    bool has_long = cn_value_get(map, inner) != NULL;
    maker outside = {cn_config_array(r, map->count + 2, sizeof(cn_member)), 0};
    maker inside = {cn_config_array(r, map->count + 1, sizeof(cn_member)), 0};

    for (size_t i = 0; i < map->count && !r->rc; i++) {
        const cn_member *member = &map->members[i];
        cn_config_spot at = cn_config_below(r, spot, member);

        if (cn_config_is_word(member->key, keys))
            copy(&outside, member);
        else if (!is_short || !is_short(member->key))
            cn_config_unknown(r, &at);
        else if (has_long)
            conflict(r, &at, inner);
        else
            copy(&inside, member);
    }
    if (r->rc)
        return *map;
    if (inside.count)
        add(&outside, inner, map->line)->value = map_of(&inside, map->line);
    return map_of(&outside, map->line);
}

/* Of the maps in an entry: their keys and short forms. */
static const struct {
    const char *key;
    const char *const *keys;
    bool (*is_short)(cn_slice key);
} maps[] = {
    {"status_map", status_map_keys, is_state},
    {"hierarchy", hierarchy_keys, is_number},
    {"field_map", field_map_keys, NULL},
    {"templates", templates_keys, NULL},
};

static bool spell_known_map(cn_config_reader *r, const cn_config_spot *spot,
                            const cn_member *member, maker *entry)
{
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        if (!cn_slice_is(member->key, maps[i].key))
            continue;
        copy(entry, member);
        if (member->value.kind == CN_KIND_MAP)
            entry->members[entry->count - 1].value = spell_map(
                r, spot, &member->value, maps[i].keys, maps[i].is_short);
        return true;
    }
    return false;
}

static cn_member *find(const maker *m, const char *key)
{
    for (size_t i = 0; i < m->count; i++) {
        if (cn_slice_is(m->members[i].key, key))
            return &m->members[i];
    }
    return NULL;
}

/* "auto_parent" beside "hierarchy" belongs into it. */
static void add_auto_parent(cn_config_reader *r, const cn_config_spot *spot,
                            const cn_member *member, maker *entry)
{
    cn_member *hierarchy = find(entry, "hierarchy");
    maker inside = {NULL, 0};

    if (hierarchy && cn_value_get(&hierarchy->value, "auto_parent")) {
        conflict(r, spot, "hierarchy.auto_parent");
        return;
    }
    if (hierarchy && hierarchy->value.kind != CN_KIND_MAP &&
        hierarchy->value.kind != CN_KIND_NULL)
        return; /* refused as a whole, later */
    if (!hierarchy)
        hierarchy = add(entry, "hierarchy", member->line);
    inside.members =
        cn_config_array(r, hierarchy->value.count + 1, sizeof(cn_member));
    if (!inside.members)
        return;
    for (size_t i = 0; i < hierarchy->value.count; i++)
        copy(&inside, &hierarchy->value.members[i]);
    copy(&inside, member);
    hierarchy->value = map_of(&inside, hierarchy->line);
}

/* "repo" is the project of a GitHub system. */
static void add_repo(cn_config_reader *r, const cn_config_spot *spot,
                     const cn_value *from, const cn_member *member,
                     maker *entry)
{
    const char *system = cn_value_str(from, "system", "github");

    if (!cn_slice_is(cn_str(system), "github"))
        cn_config_unknown(r, spot);
    else if (cn_value_get(from, "project"))
        conflict(r, spot, "project");
    else
        add(entry, "project", member->line)->value = member->value;
}

static cn_value spell_entry(cn_config_reader *r, const cn_config_spot *spot,
                            const cn_value *from)
{
    maker entry = {cn_config_array(r, from->count + 2, sizeof(cn_member)), 0};
    const cn_member *auto_parent = NULL;

    for (size_t i = 0; i < from->count && !r->rc; i++) {
        const cn_member *member = &from->members[i];
        cn_config_spot at = cn_config_below(r, spot, member);

        if (cn_config_is_word(member->key, entry_keys))
            copy(&entry, member);
        else if (cn_slice_is(member->key, "auto_parent"))
            auto_parent = member;
        else if (cn_slice_is(member->key, "repo"))
            add_repo(r, &at, from, member, &entry);
        else if (!spell_known_map(r, &at, member, &entry))
            cn_config_unknown(r, &at);
    }
    if (auto_parent && !r->rc) {
        cn_config_spot at = cn_config_below(r, spot, auto_parent);

        add_auto_parent(r, &at, auto_parent, &entry);
    }
    return r->rc ? *from : map_of(&entry, from->line);
}

const cn_value *cn_config_spell_systems(cn_config_reader *r,
                                        const cn_config_spot *spot,
                                        const cn_value *systems)
{
    cn_value *out = cn_config_array(r, 1, sizeof(*out));
    maker m = {cn_config_array(r, systems->count + 1, sizeof(cn_member)), 0};

    for (size_t i = 0; i < systems->count && !r->rc; i++) {
        const cn_member *member = &systems->members[i];
        cn_config_spot at = cn_config_below(r, spot, member);

        if (member->value.kind == CN_KIND_MAP) {
            copy(&m, member);
            m.members[m.count - 1].value = spell_entry(r, &at, &member->value);
        } else if (member->value.kind == CN_KIND_NULL) {
            copy(&m, member); /* takes the organisation's entry away */
        } else {
            cn_config_wrong_type(r, &at, "a mapping");
        }
    }
    if (r->rc)
        return NULL;
    *out = map_of(&m, systems->line);
    return out;
}
