/*
 * Reading the file. Each key is a line of a table; a bad value becomes a
 * diagnostic and leaves the default where it is.
 */
#include "config_parts.h"

#include "canon/spec.h"
#include "fail.h"
#include "mem.h"
#include "pattern.h"
#include "yaml.h"

#define MAX_LEN      ((size_t)256 * 1024)
#define MAX_NODES    10000
#define MAX_DEPTH    32
#define MAX_PATTERNS 50

typedef struct field field;

/* Takes a value over; also for the aliases, whose spot differs. */
typedef void take_fn(cn_config_reader *r, const field *f,
                     const cn_config_spot *spot, const cn_value *value);

struct field {
    const char *key;
    take_fn *take; /* NULL: known, and not ours to read */
    size_t offset; /* in canon_config_values */
    const char *const *words;
    const field *fields; /* of a block; ends with a NULL key */
};

static const char *const default_paths[] = {"docs/specs/*.md"};
static const char *const simple_systems[] = {"jira", "linear", "github", NULL};
static const char *const conflict_words[] = {"ticket", "spec", NULL};

static void *target(cn_config_reader *r, const field *f)
{
    return (char *)&r->config->values + f->offset;
}

static void take_text(cn_config_reader *r, const field *f,
                      const cn_config_spot *spot, const cn_value *value)
{
    const char **out = target(r, f);

    if (value->kind == CN_KIND_LIST || value->kind == CN_KIND_MAP)
        cn_config_wrong_type(r, spot, "text");
    else if (value->kind == CN_KIND_TEXT && value->text.len)
        *out = value->text.ptr;
}

static void take_word(cn_config_reader *r, const field *f,
                      const cn_config_spot *spot, const cn_value *value)
{
    const char **out = target(r, f);

    if (value->kind == CN_KIND_NULL)
        return;
    if (value->kind == CN_KIND_TEXT && cn_config_is_word(value->text, f->words))
        *out = value->text.ptr;
    else
        cn_config_invalid(r, spot, "not one of the values that are known here");
}

static void take_bool(cn_config_reader *r, const field *f,
                      const cn_config_spot *spot, const cn_value *value)
{
    int *out = target(r, f);
    bool truth;

    if (cn_config_is_bool(value, &truth))
        *out = truth;
    else
        cn_config_wrong_type(r, spot, "true or false");
}

static void take_lifecycle(cn_config_reader *r, const field *f,
                           const cn_config_spot *spot, const cn_value *value)
{
    const char **out = target(r, f);
    bool truth;

    if (cn_config_is_bool(value, &truth))
        *out = truth ? "true" : "false";
    else if (value->kind == CN_KIND_TEXT &&
             cn_slice_is(value->text, "close_only"))
        *out = "close_only";
    else
        cn_config_invalid(r, spot, "must be true, false or close_only");
}

static void take_version(cn_config_reader *r, const field *f,
                         const cn_config_spot *spot, const cn_value *value)
{
    (void)f;
    if (value->kind != CN_KIND_TEXT || !cn_slice_is(value->text, "1"))
        cn_config_report(r, CANON_SEVERITY_ERROR, "config.unsupported_version",
                         spot, "only version 1 is known; read all the same");
}

/* "30d" to days. */
static bool days_of(cn_slice text, int *out)
{
    int64_t days;

    if (text.len < 2 || text.len > 5 || !cn_slice_ends(text, "d") ||
        !cn_slice_int(cn_slice_first(text, text.len - 1), 0, 9999, &days) ||
        text.ptr[0] == '-')
        return false;
    *out = (int)days;
    return true;
}

static void take_stale(cn_config_reader *r, const field *f,
                       const cn_config_spot *spot, const cn_value *value)
{
    int *days = target(r, f);
    bool truth = false;
    int64_t number;

    if (cn_config_is_bool(value, &truth) && !truth) {
        *days = 0;
        r->config->stale = NULL;
    } else if (value->kind != CN_KIND_TEXT || truth ||
               (value->plain &&
                cn_slice_int(value->text, INT64_MIN, INT64_MAX, &number))) {
        cn_config_wrong_type(r, spot, "a duration such as 30d, or false");
    } else if (days_of(value->text, days)) {
        r->config->stale = value->text.ptr;
    } else {
        cn_config_invalid(r, spot, "not a number of days such as 30d");
    }
}

static bool are_texts(const cn_value *list)
{
    if (list->kind != CN_KIND_LIST)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != CN_KIND_TEXT)
            return false;
    }
    return true;
}

static void take_paths(cn_config_reader *r, const field *f,
                       const cn_config_spot *spot, const cn_value *value)
{
    const char **paths;
    size_t count = 0;

    (void)f;
    if (!are_texts(value)) {
        cn_config_wrong_type(r, spot, "a list of patterns");
        return;
    }
    if (value->count == 0)
        cn_config_invalid(r, spot, "must not be empty");
    paths = cn_config_array(r, value->count, sizeof(*paths));
    for (size_t i = 0; paths && i < value->count; i++) {
        const cn_value *item = &value->items[i];
        cn_config_spot at = cn_config_item(r, spot, i, item);

        if (count < MAX_PATTERNS && cn_glob_ok(item->text))
            paths[count++] = item->text.ptr;
        else
            cn_config_report(r, CANON_SEVERITY_ERROR, "config.invalid_pattern",
                             &at, "%s",
                             count < MAX_PATTERNS
                                 ? "not a relative pattern within the limits"
                                 : "more than 50 patterns");
    }
    if (count) {
        r->config->values.doc_paths = paths;
        r->config->values.doc_path_count = count;
    }
}

static void take_systems(cn_config_reader *r, const field *f,
                         const cn_config_spot *spot, const cn_value *value)
{
    (void)f;
    r->config->has_mapping = true;
    if (value->kind == CN_KIND_MAP)
        r->config->tree.systems = cn_config_spell_systems(r, spot, value);
    else if (value->kind != CN_KIND_NULL)
        cn_config_wrong_type(r, spot, "a mapping of names");
}

static void take_profiles(cn_config_reader *r, const field *f,
                          const cn_config_spot *spot, const cn_value *value)
{
    (void)f;
    r->config->has_mapping = true;
    if (value->kind == CN_KIND_MAP)
        r->config->tree.profiles = value;
    else if (value->kind != CN_KIND_NULL)
        cn_config_wrong_type(r, spot, "a mapping of names");
}

static void take_routes(cn_config_reader *r, const field *f,
                        const cn_config_spot *spot, const cn_value *value)
{
    (void)f;
    r->config->has_mapping = true;
    if (value->kind == CN_KIND_LIST)
        r->config->tree.routes = value;
    else if (value->kind != CN_KIND_NULL)
        cn_config_wrong_type(r, spot, "a list of rules");
}

static const field *find_field(const field *fields, cn_slice key)
{
    for (; fields->key; fields++) {
        if (cn_slice_is(key, fields->key))
            return fields;
    }
    return NULL;
}

static void read_map(cn_config_reader *r, const field *fields,
                     const cn_config_spot *parent, const cn_value *map)
{
    for (size_t i = 0; i < map->count && !r->rc; i++) {
        const cn_member *member = &map->members[i];
        const field *f = find_field(fields, member->key);
        cn_config_spot spot = cn_config_below(r, parent, member);

        if (!f)
            cn_config_unknown(r, &spot);
        else if (f->take)
            f->take(r, f, &spot, &member->value);
    }
}

static void take_block(cn_config_reader *r, const field *f,
                       const cn_config_spot *spot, const cn_value *value)
{
    if (value->kind == CN_KIND_MAP)
        read_map(r, f->fields, spot, value);
    else if (value->kind != CN_KIND_NULL)
        cn_config_wrong_type(r, spot, "a mapping");
}

#define AT(member) offsetof(canon_config_values, member)

/* clang-format off */
static const field specs_fields[] = {
    {"doc_paths",      take_paths,     0,                  NULL, NULL},
    {"auto_tickets",   take_bool,      AT(auto_tickets),   NULL, NULL},
    {"require_review", take_bool,      AT(require_review), NULL, NULL},
    {"lifecycle_sync", take_lifecycle, AT(lifecycle_sync), NULL, NULL},
    {"sync_content",   take_bool,      AT(sync_content),   NULL, NULL},
    {"conflict",       take_word,      AT(conflict),       conflict_words, NULL},
    {NULL,             NULL,           0,                  NULL, NULL},
};

static const field agents_fields[] = {
    {"pr_analysis",       take_bool,  AT(pr_analysis),       NULL, NULL},
    {"doc_updates",       take_bool,  AT(doc_updates),       NULL, NULL},
    {"realization_check", take_bool,  AT(realization_check), NULL, NULL},
    {"stale_detection",   take_stale, AT(stale_days),        NULL, NULL},
    {"skip_drafts",       take_bool,  AT(skip_drafts),       NULL, NULL},
    {"check_partial",     take_bool,  AT(check_partial),     NULL, NULL},
    {"block_on_conflict", take_bool,  AT(block_on_conflict), NULL, NULL},
    {NULL,                NULL,       0,                     NULL, NULL},
};

static const field top_fields[] = {
    {"version",        take_version,  0,                 NULL, NULL},
    {"team",           take_text,     AT(team),          NULL, NULL},
    {"ticket_system",  take_word,     AT(ticket_system), simple_systems, NULL},
    {"project_key",    take_text,     AT(project_key),   NULL, NULL},
    {"slack_channel",  take_text,     AT(slack_channel), NULL, NULL},
    {"specs",          take_block,    0,                 NULL, specs_fields},
    {"agents",         take_block,    0,                 NULL, agents_fields},
    {"ticket_systems", take_systems,  0,                 NULL, NULL},
    {"routing",        take_routes,   0,                 NULL, NULL},
    {"auth_profiles",  take_profiles, 0,                 NULL, NULL},
    /* read afterwards, when it is known what else is there */
    {"sync",           NULL,          0,                 NULL, NULL},
    /* of later editions */
    {"ide",            NULL,          0,                 NULL, NULL},
    {"sre",            NULL,          0,                 NULL, NULL},
    {"slack",          NULL,          0,                 NULL, NULL},
    {"extensions",     NULL,          0,                 NULL, NULL},
    {"triage",         NULL,          0,                 NULL, NULL},
    {NULL,             NULL,          0,                 NULL, NULL},
};

/* The keys of sync, and what they stand for. */
static const struct {
    const char *path; /* NULL: a key of its own */
    field field;
} sync_aliases[] = {
    {"ticket_system",      {"system", take_word, AT(ticket_system),
                            simple_systems, NULL}},
    {"project_key",        {"project_key", take_text, AT(project_key),
                            NULL, NULL}},
    {"specs.auto_tickets", {"create_tickets", take_bool, AT(auto_tickets),
                            NULL, NULL}},
    {NULL,                 {"reverse_sync", take_bool, AT(reverse_sync),
                            NULL, NULL}},
};
/* clang-format on */

static void take_alias(cn_config_reader *r, const cn_value *root,
                       const cn_config_spot *spot, const cn_member *member)
{
    for (size_t i = 0; i < sizeof(sync_aliases) / sizeof(sync_aliases[0]);
         i++) {
        const field *f = &sync_aliases[i].field;
        const char *path = sync_aliases[i].path;
        const cn_value *written = path ? cn_value_get(root, path) : NULL;

        if (!cn_slice_is(member->key, f->key))
            continue;
        if (!written || written->kind == CN_KIND_NULL)
            f->take(r, f, spot, &member->value);
        else if (!cn_slice_eq(written->text, member->value.text))
            cn_config_report(r, CANON_SEVERITY_WARNING,
                             "config.conflicting_keys", spot,
                             "%s is there, too, and counts", path);
        return;
    }
    cn_config_unknown(r, spot);
}

static void read_sync(cn_config_reader *r, const cn_value *root)
{
    static const cn_config_spot top = {"sync", 0};
    const cn_value *sync = cn_value_get(root, "sync");

    if (!sync || sync->kind == CN_KIND_NULL)
        return;
    if (sync->kind != CN_KIND_MAP) {
        cn_config_spot spot = {"sync", sync->line};

        cn_config_wrong_type(r, &spot, "a mapping");
        return;
    }
    for (size_t i = 0; i < sync->count && !r->rc; i++) {
        cn_config_spot spot = cn_config_below(r, &top, &sync->members[i]);

        take_alias(r, root, &spot, &sync->members[i]);
    }
}

/* The simple keys are one system named "primary". */
static void read_simple(cn_config_reader *r, const cn_value *root)
{
    const canon_config_values *v = &r->config->values;
    const cn_value *systems = r->config->tree.systems;
    cn_value *made;
    cn_member *members;

    if (!v->ticket_system)
        return;
    if (systems && systems->count) {
        const cn_value *key = cn_value_get(root, "ticket_system");
        cn_config_spot spot = {"ticket_system", key ? key->line : 0};

        cn_config_report(r, CANON_SEVERITY_WARNING, "config.deprecated_keys",
                         &spot, "ignored, ticket_systems counts");
        return;
    }
    made = cn_config_array(r, 2, sizeof(*made));
    members = cn_config_array(r, 3, sizeof(*members));
    if (!made || !members)
        return;
    members[0].key = cn_str("system");
    members[0].value.kind = CN_KIND_TEXT;
    members[0].value.text = cn_str(v->ticket_system);
    members[1].key = cn_str("project");
    members[1].value.kind = v->project_key ? CN_KIND_TEXT : CN_KIND_NULL;
    members[1].value.text = cn_str(v->project_key);
    members[2].key = cn_str("primary");
    members[2].value.kind = CN_KIND_MAP;
    members[2].value.count = 2;
    members[2].value.members = members;
    made->kind = CN_KIND_MAP;
    made->count = 1;
    made->members = &members[2];
    r->config->tree.systems = made;
}

static void report_duplicates(cn_config_reader *r, const cn_yaml *yaml)
{
    static const cn_config_spot top = {"", 0};

    for (size_t i = 0; i < yaml->duplicate_count && !r->rc; i++) {
        cn_member member = {.key = yaml->duplicates[i].key,
                            .line = yaml->duplicates[i].line};
        cn_config_spot spot = cn_config_below(r, &top, &member);

        cn_config_report(r, CANON_SEVERITY_WARNING, "config.duplicate_key",
                         &spot, "given again, the last one counts");
    }
}

static void read_root(cn_config_reader *r, const cn_value *root)
{
    cn_config_spot spot = {"", root ? root->line : 0};

    if (!root || root->kind == CN_KIND_NULL) {
        spot.line = 0;
        cn_config_report(r, CANON_SEVERITY_WARNING, "config.empty", &spot,
                         "the file is empty");
    } else if (root->kind != CN_KIND_MAP) {
        cn_config_report(r, CANON_SEVERITY_ERROR, "config.not_a_mapping", &spot,
                         "the file must be a mapping of keys");
    } else {
        read_map(r, top_fields, &spot, root);
        read_sync(r, root);
        read_simple(r, root);
    }
}

/* Everything but the limits and the memory ends in a diagnostic. */
static int read_text(cn_config_reader *r, cn_slice text, canon_error *err)
{
    static const cn_yaml_limits limits = {MAX_LEN, MAX_NODES, MAX_DEPTH};
    canon_error why = {0};
    cn_yaml yaml;
    int rc = cn_yaml_parse(r->arena, text, 1, &limits, &yaml, &why);

    if (rc == CANON_EINVAL) {
        cn_config_spot spot = {"", yaml.error_line};

        cn_config_report(r, CANON_SEVERITY_ERROR, "config.invalid_yaml", &spot,
                         "%s", why.text);
    } else if (rc) {
        return cn_fail_copy(err, &why);
    } else {
        report_duplicates(r, &yaml);
        read_root(r, yaml.root);
    }
    return r->rc ? cn_fail_memory(err) : CANON_OK;
}

canon_config *cn_config_new(void)
{
    static const canon_config_values defaults = {
        .doc_paths = default_paths,
        .doc_path_count = 1,
        .auto_tickets = 1,
        .require_review = 1,
        .lifecycle_sync = "true",
        .conflict = "ticket",
        .reverse_sync = 1,
        .pr_analysis = 1,
        .doc_updates = 1,
        .realization_check = 1,
        .stale_days = 30,
    };
    static const cn_array reports = CN_ARRAY_INIT(canon_config_diagnostic);
    canon_config *config = cn_calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->values = defaults;
    config->stale = "30d";
    config->own = reports;
    config->resolved = reports;
    return config;
}

int canon_config_parse(const char *text, size_t len, canon_config **out,
                       canon_error *err)
{
    canon_config *config;
    cn_config_reader r = {0};
    int rc = CANON_OK;

    *out = NULL;
    if (text && len > MAX_LEN)
        return cn_fail(err, CANON_ETOOBIG, "%zu bytes of configuration", len);
    config = cn_config_new();
    if (!config)
        return cn_fail_memory(err);
    r.config = config;
    r.arena = &config->arena;
    r.reports = &config->own;
    if (text)
        rc = read_text(&r, cn_slice_of(text, len), err);
    if (!rc) {
        r.reports = &config->resolved;
        cn_config_resolve(&r);
        rc = r.rc ? cn_fail_memory(err) : cn_config_finish(config, err);
    }
    if (rc)
        canon_config_free(config);
    else
        *out = config;
    return rc;
}

void canon_config_free(canon_config *config)
{
    if (!config)
        return;
    cn_array_free(&config->own);
    cn_array_free(&config->resolved);
    cn_arena_free(&config->arena);
    cn_free(config);
}
