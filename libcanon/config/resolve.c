/*
 * From the merged trees to the ticket mapping. What is wrong costs its smallest
 * part: an optional field its default, a system that must not be synced with
 * other credentials the system, a rule without target all that it matches.
 */
#include "config_parts.h"

#include "canon/spec.h"
#include "pattern.h"

typedef cn_config_reader reader;
typedef cn_config_spot spot;

static const char *const systems[] = {"jira", "linear", "github", "asana",
                                      NULL};
static const char *const auth_methods[] = {"api_token", "personal_access_token",
                                           "api_key", "app_installation", NULL};
static const char *const dedup_words[] = {"fingerprint", "title", NULL};

/* What ticket fields can be filled from. */
static const char *const sources[] = {"frontmatter.title",
                                      "frontmatter.status",
                                      "frontmatter.owner",
                                      "frontmatter.team",
                                      "frontmatter.tags",
                                      "frontmatter.doc_type",
                                      "frontmatter.depends_on",
                                      "section.title",
                                      "section.section_number",
                                      "section.content",
                                      "section.acceptance_criteria",
                                      "section.depth",
                                      "section.id",
                                      NULL};

static bool is_text(const cn_value *v)
{
    return v && v->kind == CN_KIND_TEXT && v->text.len > 0;
}

static bool is_missing(const cn_value *v)
{
    return !v || v->kind == CN_KIND_NULL;
}

/* The member of a map with its spot; NULL when it is missing or null. */
static const cn_value *member(reader *r, const spot *at, const cn_value *map,
                              const char *key, spot *below)
{
    for (size_t i = 0; i < map->count; i++) {
        const cn_member *m = &map->members[i];

        if (cn_slice_is(m->key, key)) {
            *below = cn_config_below(r, at, m);
            return is_missing(&m->value) ? NULL : &m->value;
        }
    }
    *below = *at;
    return NULL;
}

static const char *optional_text(reader *r, const spot *at, const cn_value *map,
                                 const char *key, const char *preset)
{
    spot below;
    const cn_value *v = member(r, at, map, key, &below);

    if (!v)
        return preset;
    if (is_text(v))
        return v->text.ptr;
    cn_config_invalid(r, &below, "must be text");
    return preset;
}

/* One of the words; reported and NULL otherwise. */
static const char *required_word(reader *r, const spot *at, const cn_value *map,
                                 const char *key, const char *const *words)
{
    spot below;
    const cn_value *v = member(r, at, map, key, &below);

    if (is_text(v) && cn_config_is_word(v->text, words))
        return v->text.ptr;
    cn_config_report(r, CANON_SEVERITY_ERROR, "config.invalid_value", &below,
                     "%s is missing or not one of the known values", key);
    return NULL;
}

static bool optional_bool(reader *r, const spot *at, const cn_value *map,
                          const char *key, bool preset)
{
    spot below;
    const cn_value *v = member(r, at, map, key, &below);
    bool truth = preset;

    if (v && !cn_config_is_bool(v, &truth))
        cn_config_invalid(r, &below, "must be true or false");
    return truth;
}

/* The map below a key; NULL when there is none. */
static const cn_value *optional_map(reader *r, const spot *at,
                                    const cn_value *map, const char *key,
                                    spot *below)
{
    const cn_value *v = member(r, at, map, key, below);

    if (!v || v->kind == CN_KIND_MAP)
        return v;
    cn_config_invalid(r, below, "must be a mapping");
    return NULL;
}

/* What is wrong with a pair, or NULL. */
typedef const char *pair_check(const cn_member *m, const char *system);

/* The pairs of a map below a key; bad ones are dropped. */
static cn_pairs pairs(reader *r, const spot *at, const cn_value *map,
                      const char *key, pair_check *problem, const char *system)
{
    spot below;
    const cn_value *v = optional_map(r, at, map, key, &below);
    cn_pairs out = {NULL, 0};
    cn_pair *items = v ? cn_config_array(r, v->count, sizeof(*items)) : NULL;

    for (size_t i = 0; items && i < v->count; i++) {
        const cn_member *m = &v->members[i];
        spot here = cn_config_below(r, &below, m);
        const char *what;

        if (is_missing(&m->value))
            continue;
        what = is_text(&m->value) ? problem(m, system) : "must be text";
        if (what) {
            cn_config_invalid(r, &here, what);
            continue;
        }
        items[out.count].key = m->key.ptr;
        items[out.count++].value = m->value.text.ptr;
    }
    out.items = items;
    return out;
}

/* GitHub and Asana have no free status: "open|label", "closed|label". */
static const char *forward_problem(const cn_member *m, const char *system)
{
    cn_slice label = m->value.text;
    cn_slice word = cn_slice_cut(&label, '|');
    bool github = cn_slice_is(cn_str(system), "github");

    if (!cn_config_is_word(m->key, cn_config_states))
        return "not a state";
    if (!github && !cn_slice_is(cn_str(system), "asana"))
        return NULL;
    label = cn_slice_trim(label);
    word = cn_slice_trim(word);
    if (label.len && (cn_slice_is(word, "open") ||
                      cn_slice_is(word, github ? "closed" : "complete")))
        return NULL;
    return github ? "must be open|LABEL or closed|LABEL"
                  : "must be open|SECTION or complete|SECTION";
}

static const char *reverse_problem(const cn_member *m, const char *system)
{
    (void)system;
    return cn_config_is_word(m->value.text, cn_config_states) ? NULL
                                                              : "not a state";
}

static bool is_source(cn_slice text)
{
    return cn_config_is_word(text, sources);
}

static const char *standard_problem(const cn_member *m, const char *system)
{
    (void)system;
    return is_source(m->key) ? NULL : "not a source of a field";
}

static const char *custom_problem(const cn_member *m, const char *system)
{
    cn_slice source = m->value.text;

    (void)system;
    if (cn_slice_starts(source, "literal:"))
        return NULL;
    return is_source(cn_slice_cut(&source, '[')) ? NULL
                                                 : "not a source of a field";
}

static const char *type_problem(const cn_member *m, const char *system)
{
    (void)system;
    return m->key.len == 1 && m->key.ptr[0] >= '2' && m->key.ptr[0] <= '6'
               ? NULL
               : "depths go from 2 to 6";
}

static void report_gaps(reader *r, const spot *at, const cn_pairs *forward)
{
    cn_buf gaps = CN_BUF_INIT(200);

    for (const char *const *state = cn_config_states; *state; state++) {
        bool found = false;

        for (size_t i = 0; i < forward->count && !found; i++)
            found = cn_slice_is(cn_str(forward->items[i].key), *state);
        if (!found)
            cn_buf_printf(&gaps, "%s%s", gaps.len ? ", " : "", *state);
    }
    if (gaps.rc)
        r->rc = gaps.rc;
    if (gaps.len)
        cn_config_report(
            r, CANON_SEVERITY_WARNING, "config.incomplete_status_map", at,
            "the built-in names are used for %s", cn_buf_text(&gaps));
    cn_buf_free(&gaps);
}

static cn_status_map status_map(reader *r, const spot *at, const cn_value *map,
                                const char *system)
{
    cn_status_map out = {.fallback = "draft"};
    spot below;
    spot forward;
    const cn_value *v = optional_map(r, at, map, "status_map", &below);
    const cn_value *written;

    if (!v)
        return out;
    out.forward = pairs(r, &below, v, "forward", forward_problem, system);
    out.reverse = pairs(r, &below, v, "reverse", reverse_problem, system);
    written = member(r, &below, v, "forward", &forward);
    if (written && written->kind == CN_KIND_MAP && written->count)
        report_gaps(r, &forward, &out.forward);
    written = member(r, &below, v, "fallback", &forward);
    if (written && is_text(written) &&
        cn_config_is_word(written->text, cn_config_states)) {
        out.fallback = written->text.ptr;
        out.fallback_written = true;
    } else if (written) {
        cn_config_invalid(r, &forward, "not a state");
    }
    return out;
}

static cn_hierarchy hierarchy(reader *r, const spot *at, const cn_value *map)
{
    cn_hierarchy out = {.default_type = "Task"};
    spot below;
    const cn_value *v = optional_map(r, at, map, "hierarchy", &below);

    if (!v)
        return out;
    out.depth_to_type =
        pairs(r, &below, v, "depth_to_type", type_problem, NULL);
    out.auto_parent = optional_bool(r, &below, v, "auto_parent", false);
    out.default_type = optional_text(r, &below, v, "default_type", "Task");
    return out;
}

static bool is_label(cn_slice label)
{
    if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' ||
        cn_slice_ends(label, "-"))
        return false;
    for (size_t i = 0; i < label.len; i++) {
        if (!cn_is_alpha(label.ptr[i]) && !cn_is_digit(label.ptr[i]) &&
            label.ptr[i] != '-')
            return false;
    }
    return true;
}

/* A bare name with an optional port: no scheme, path, user or address. The last
 * label of an address is a number, also in its odd spellings. */
static bool is_host(cn_slice text)
{
    cn_slice port = text;
    cn_slice name = cn_slice_cut(&port, ':');
    cn_slice label = {NULL, 0};
    int64_t number;

    if (name.len > 253 || (port.ptr && !cn_slice_int(port, 1, 65535, &number)))
        return false;
    while (name.ptr) {
        label = cn_slice_cut(&name, '.');
        if (!is_label(label))
            return false;
    }
    return label.len && !cn_is_digit(label.ptr[0]);
}

static const cn_auth_profile *find_profile(const cn_mapping *mapping,
                                           const char *name)
{
    for (size_t i = 0; i < mapping->profile_count; i++) {
        if (strcmp(mapping->profiles[i].name, name) == 0)
            return &mapping->profiles[i];
    }
    return NULL;
}

/* Where a ticket would go and with whose credentials: any doubt refuses. */
static bool access_of(reader *r, const spot *at, const cn_value *entry,
                      cn_ticket_system *out)
{
    spot below;
    const cn_value *v = member(r, at, entry, "auth_profile", &below);
    const cn_auth_profile *profile;

    if (v) {
        profile =
            is_text(v) ? find_profile(&r->config->mapping, v->text.ptr) : NULL;
        if (!profile || strcmp(profile->system, out->system) != 0) {
            cn_config_invalid(r, &below,
                              profile ? "the profile is of another system"
                                      : "no such profile");
            return false;
        }
        out->auth_profile = profile->name;
    }
    v = member(r, at, entry, "host_override", &below);
    if (v) {
        if (!is_text(v) || !is_host(v->text)) {
            cn_config_report(r, CANON_SEVERITY_ERROR, "config.not_allowed",
                             &below, "must be a bare host name");
            return false;
        }
        out->host_override = v->text.ptr;
    }
    return true;
}

static void optional_parts(reader *r, const spot *at, const cn_value *entry,
                           cn_ticket_system *out)
{
    spot below;
    const cn_value *v = member(r, at, entry, "dedup", &below);

    if (v && is_text(v) && cn_config_is_word(v->text, dedup_words))
        out->dedup_title = cn_slice_is(v->text, "title");
    else if (v)
        cn_config_invalid(r, &below, "must be fingerprint or title");
    out->dedup_enabled = optional_bool(r, at, entry, "dedup_enabled", true);
    out->project = optional_text(r, at, entry, "project", NULL);
    out->status_map = status_map(r, at, entry, out->system);
    out->hierarchy = hierarchy(r, at, entry);
    v = optional_map(r, at, entry, "field_map", &below);
    if (v) {
        out->field_standard =
            pairs(r, &below, v, "standard", standard_problem, NULL);
        out->field_custom = pairs(r, &below, v, "custom", custom_problem, NULL);
    }
    v = optional_map(r, at, entry, "templates", &below);
    if (v) {
        out->summary = optional_text(r, &below, v, "summary", NULL);
        out->description = optional_text(r, &below, v, "description", NULL);
    }
}

static void resolve_systems(reader *r, const cn_value *tree)
{
    static const spot top = {"ticket_systems", 0};
    cn_mapping *mapping = &r->config->mapping;
    cn_ticket_system *items = cn_config_array(r, tree->count, sizeof(*items));

    mapping->systems = items;
    for (size_t i = 0; items && i < tree->count; i++) {
        const cn_member *m = &tree->members[i];
        spot at = cn_config_below(r, &top, m);
        cn_ticket_system *out = &items[mapping->system_count];
        static const cn_ticket_system nothing;

        if (m->value.kind != CN_KIND_MAP)
            continue; /* reported where it was read, or null */
        mapping->named_count++;
        *out = nothing;
        out->name = m->key.ptr;
        out->system = required_word(r, &at, &m->value, "system", systems);
        if (!out->system || !access_of(r, &at, &m->value, out))
            continue;
        optional_parts(r, &at, &m->value, out);
        mapping->system_count++;
    }
}

/* ^[A-Z][A-Z0-9_]*_$ */
static bool is_prefix(cn_slice text)
{
    if (text.len < 2 || text.ptr[0] < 'A' || text.ptr[0] > 'Z' ||
        !cn_slice_ends(text, "_"))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if ((c < 'A' || c > 'Z') && !cn_is_digit(c) && c != '_')
            return false;
    }
    return true;
}

static bool resolve_profile(reader *r, const spot *at, const cn_value *entry,
                            cn_auth_profile *out)
{
    static const char *const keys[] = {"system", "auth_method", "env_prefix",
                                       NULL};
    spot below;
    const cn_value *prefix = member(r, at, entry, "env_prefix", &below);
    bool ok = is_text(prefix) && is_prefix(prefix->text);

    if (!ok)
        cn_config_invalid(r, &below,
                          "env_prefix must be capitals, digits and _, and end "
                          "with _");
    for (size_t i = 0; i < entry->count; i++) {
        spot here = cn_config_below(r, at, &entry->members[i]);

        if (!cn_config_is_word(entry->members[i].key, keys))
            cn_config_unknown(r, &here);
    }
    out->env_prefix = ok ? prefix->text.ptr : NULL;
    out->system = required_word(r, at, entry, "system", systems);
    out->auth_method = required_word(r, at, entry, "auth_method", auth_methods);
    return ok && out->system && out->auth_method;
}

static void resolve_profiles(reader *r, const cn_value *tree)
{
    static const spot top = {"auth_profiles", 0};
    cn_mapping *mapping = &r->config->mapping;
    cn_auth_profile *items = cn_config_array(r, tree->count, sizeof(*items));

    mapping->profiles = items;
    for (size_t i = 0; items && i < tree->count; i++) {
        const cn_member *m = &tree->members[i];
        spot at = cn_config_below(r, &top, m);
        cn_auth_profile *out = &items[mapping->profile_count];

        if (m->value.kind == CN_KIND_NULL)
            continue;
        if (m->value.kind != CN_KIND_MAP) {
            cn_config_wrong_type(r, &at, "a mapping");
            continue;
        }
        out->name = m->key.ptr;
        if (resolve_profile(r, &at, &m->value, out))
            mapping->profile_count++;
    }
}

static bool find_target(const cn_mapping *mapping, const cn_value *name)
{
    for (size_t i = 0; is_text(name) && i < mapping->system_count; i++) {
        if (cn_slice_is(name->text, mapping->systems[i].name))
            return true;
    }
    return false;
}

/* A list of texts, or one text alone. */
static bool texts(reader *r, const cn_value *v, cn_texts *out)
{
    size_t count = v->kind == CN_KIND_LIST ? v->count : 1;
    const cn_value *items = v->kind == CN_KIND_LIST ? v->items : v;
    const char **list = cn_config_array(r, count, sizeof(*list));

    for (size_t i = 0; list && i < count; i++) {
        if (!is_text(&items[i]))
            return false;
        list[i] = items[i].text.ptr;
    }
    out->items = list;
    out->count = list ? count : 0;
    return true;
}

/* One criterion: what is wrong with it, or NULL. */
static const char *criterion(reader *r, const cn_member *m, cn_route *out)
{
    const cn_value *v = &m->value;

    if (cn_slice_is(m->key, "tags")) {
        out->has_tags = true;
        return texts(r, v, &out->tags) ? NULL : "must be a list of texts";
    }
    if (cn_slice_is(m->key, "default")) {
        out->has_default = true;
        return cn_config_is_bool(v, &out->is_default) ? NULL
                                                      : "must be true or false";
    }
    if (!cn_config_is_word(
            m->key, (const char *const[]){"team", "owner", "path", NULL}))
        return "not a criterion";
    if (!is_text(v))
        return "must be text";
    if (cn_slice_is(m->key, "team"))
        out->team = v->text.ptr;
    else if (cn_slice_is(m->key, "owner"))
        out->owner = v->text.ptr;
    else if (cn_glob_ok(v->text))
        out->path = v->text.ptr;
    else
        return "not a relative pattern within the limits";
    return NULL;
}

static bool resolve_match(reader *r, const spot *at, const cn_value *entry,
                          cn_route *out)
{
    spot below;
    const cn_value *match = member(r, at, entry, "match", &below);

    if (!match || match->kind != CN_KIND_MAP || match->count == 0) {
        cn_config_invalid(r, &below, "match must be a mapping of criteria");
        return false;
    }
    for (size_t i = 0; i < match->count; i++) {
        const char *problem = criterion(r, &match->members[i], out);
        spot here = cn_config_below(r, &below, &match->members[i]);

        if (problem) {
            cn_config_invalid(r, &here, problem);
            return false;
        }
    }
    if (out->is_default && match->count > 1) {
        cn_config_invalid(r, &below, "default: true stands alone");
        return false;
    }
    return true;
}

static void resolve_shadows(reader *r, const spot *at, const cn_value *entry,
                            cn_route *out)
{
    spot below;
    const cn_value *v = member(r, at, entry, "shadow_targets", &below);
    const char **names;

    if (!v)
        return;
    if (v->kind != CN_KIND_LIST) {
        cn_config_invalid(r, &below, "must be a list of systems");
        return;
    }
    names = cn_config_array(r, v->count, sizeof(*names));
    for (size_t i = 0; names && i < v->count; i++) {
        spot here = cn_config_item(r, &below, i, &v->items[i]);

        if (find_target(&r->config->mapping, &v->items[i]))
            names[out->shadow_targets.count++] = v->items[i].text.ptr;
        else
            cn_config_invalid(r, &here, "no such ticket system");
    }
    out->shadow_targets.items = names;
}

static bool resolve_route(reader *r, const spot *at, const cn_value *entry,
                          cn_route *out)
{
    static const char *const keys[] = {"match", "target", "shadow_targets",
                                       NULL};
    spot below;
    const cn_value *target;

    for (size_t i = 0; i < entry->count; i++) {
        spot here = cn_config_below(r, at, &entry->members[i]);

        if (!cn_config_is_word(entry->members[i].key, keys))
            cn_config_unknown(r, &here);
    }
    if (!resolve_match(r, at, entry, out))
        return false;
    target = member(r, at, entry, "target", &below);
    out->blocked = !find_target(&r->config->mapping, target);
    if (out->blocked)
        cn_config_invalid(r, &below,
                          "no such ticket system; what the rule matches is "
                          "not synced");
    else
        out->target = target->text.ptr;
    resolve_shadows(r, at, entry, out);
    return true;
}

static void resolve_routes(reader *r, const cn_value *tree)
{
    static const spot top = {"routing", 0};
    static const cn_route nothing;
    cn_mapping *mapping = &r->config->mapping;
    cn_route *items = cn_config_array(r, tree->count, sizeof(*items));

    mapping->routes = items;
    for (size_t i = 0; items && i < tree->count; i++) {
        const cn_value *entry = &tree->items[i];
        spot at = cn_config_item(r, &top, i, entry);
        cn_route *out = &items[mapping->route_count];

        *out = nothing;
        if (entry->kind != CN_KIND_MAP)
            cn_config_wrong_type(r, &at, "a mapping");
        else if (resolve_route(r, &at, entry, out))
            mapping->route_count++;
    }
}

void cn_config_resolve(cn_config_reader *r)
{
    static const cn_mapping nothing;
    canon_config *config = r->config;
    const cn_config_tree *tree = &config->tree;

    config->mapping = nothing;
    if (tree->profiles)
        resolve_profiles(r, tree->profiles);
    if (tree->systems)
        resolve_systems(r, tree->systems);
    if (tree->routes)
        resolve_routes(r, tree->routes);
    if (tree->systems && config->mapping.named_count > 1 &&
        config->mapping.route_count == 0) {
        spot at = {"routing", tree->systems->line};

        cn_config_report(r, CANON_SEVERITY_WARNING, "config.no_route", &at,
                         "several ticket systems and no rule: nothing is "
                         "synced");
    }
}
