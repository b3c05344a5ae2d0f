/*
 * The JSON form.
 */
#include "config_parts.h"

#include "canon/spec.h"
#include "fail.h"

#define MAX_JSON ((size_t)16 * 1024 * 1024)

static void write_pairs(cn_json *w, const char *key, const cn_pairs *pairs)
{
    cn_json_object(w, key);
    for (size_t i = 0; i < pairs->count; i++)
        cn_json_str(w, pairs->items[i].key, pairs->items[i].value);
    cn_json_end_object(w);
}

static void write_profiles(cn_json *w, const cn_mapping *m)
{
    cn_json_object(w, "auth_profiles");
    for (size_t i = 0; i < m->profile_count; i++) {
        const cn_auth_profile *p = &m->profiles[i];

        cn_json_object(w, p->name);
        cn_json_str(w, "system", p->system);
        cn_json_str(w, "auth_method", p->auth_method);
        cn_json_str(w, "env_prefix", p->env_prefix);
        cn_json_end_object(w);
    }
    cn_json_end_object(w);
}

static void write_system(cn_json *w, const cn_ticket_system *s)
{
    cn_json_object(w, s->name);
    cn_json_str(w, "system", s->system);
    cn_json_str(w, "project", s->project);
    cn_json_str(w, "auth_profile", s->auth_profile);
    cn_json_str(w, "host_override", s->host_override);
    cn_json_object(w, "status_map");
    write_pairs(w, "forward", &s->status_map.forward);
    write_pairs(w, "reverse", &s->status_map.reverse);
    cn_json_str(w, "fallback", s->status_map.fallback);
    cn_json_end_object(w);
    cn_json_object(w, "field_map");
    write_pairs(w, "standard", &s->field_standard);
    write_pairs(w, "custom", &s->field_custom);
    cn_json_end_object(w);
    cn_json_object(w, "hierarchy");
    write_pairs(w, "depth_to_type", &s->hierarchy.depth_to_type);
    cn_json_bool(w, "auto_parent", s->hierarchy.auto_parent);
    cn_json_str(w, "default_type", s->hierarchy.default_type);
    cn_json_end_object(w);
    cn_json_object(w, "templates");
    cn_json_str(w, "summary", s->summary);
    cn_json_str(w, "description", s->description);
    cn_json_end_object(w);
    cn_json_bool(w, "dedup_enabled", s->dedup_enabled);
    cn_json_end_object(w);
}

static void write_match(cn_json *w, const cn_route *route)
{
    cn_json_object(w, "match");
    if (route->has_tags) {
        cn_json_array(w, "tags");
        for (size_t i = 0; i < route->tags.count; i++)
            cn_json_str(w, NULL, route->tags.items[i]);
        cn_json_end_array(w);
    }
    if (route->team)
        cn_json_str(w, "team", route->team);
    if (route->owner)
        cn_json_str(w, "owner", route->owner);
    if (route->path)
        cn_json_str(w, "path", route->path);
    if (route->has_default)
        cn_json_bool(w, "default", route->is_default);
    cn_json_end_object(w);
}

static void write_mapping(cn_json *w, const cn_mapping *m)
{
    cn_json_object(w, "ticket_mapping");
    write_profiles(w, m);
    cn_json_object(w, "ticket_systems");
    for (size_t i = 0; i < m->system_count; i++)
        write_system(w, &m->systems[i]);
    cn_json_end_object(w);
    cn_json_array(w, "routing");
    for (size_t i = 0; i < m->route_count; i++) {
        if (m->routes[i].blocked)
            continue;
        cn_json_object(w, NULL);
        write_match(w, &m->routes[i]);
        cn_json_str(w, "target", m->routes[i].target);
        cn_json_end_object(w);
    }
    cn_json_end_array(w);
    cn_json_null(w, "org_defaults_source");
    cn_json_end_object(w);
}

static void write_values(cn_json *w, const canon_config *config)
{
    const canon_config_values *v = &config->values;

    cn_json_str(w, "team", v->team);
    cn_json_str(w, "ticket_system", v->ticket_system);
    cn_json_str(w, "project_key", v->project_key);
    cn_json_str(w, "slack_channel", v->slack_channel);
    cn_json_object(w, "specs");
    cn_json_bool(w, "auto_tickets", v->auto_tickets);
    cn_json_bool(w, "require_review", v->require_review);
    cn_json_array(w, "doc_paths");
    for (size_t i = 0; i < v->doc_path_count; i++)
        cn_json_str(w, NULL, v->doc_paths[i]);
    cn_json_end_array(w);
    cn_json_end_object(w);
    cn_json_object(w, "agents");
    cn_json_bool(w, "doc_updates", v->doc_updates);
    cn_json_bool(w, "pr_analysis", v->pr_analysis);
    cn_json_bool(w, "realization_check", v->realization_check);
    if (config->stale)
        cn_json_str(w, "stale_detection", config->stale);
    else
        cn_json_bool(w, "stale_detection", false);
    cn_json_end_object(w);
}

int canon_config_json(const canon_config *config, canon_buf *out,
                      canon_error *err)
{
    cn_buf b;
    cn_json w = cn_json_to(&b);

    cn_buf_adopt(&b, out, MAX_JSON);
    cn_json_object(&w, NULL);
    write_values(&w, config);
    if (config->has_mapping)
        write_mapping(&w, &config->mapping);
    else
        cn_json_null(&w, "ticket_mapping");
    cn_json_end_object(&w);
    return cn_buf_export(&b, out, err);
}

static const char *severity_name(int severity)
{
    return severity == CANON_SEVERITY_ERROR     ? "error"
           : severity == CANON_SEVERITY_WARNING ? "warning"
                                                : "info";
}

int canon_config_diagnostics_json(const canon_config *config, canon_buf *out,
                                  canon_error *err)
{
    cn_buf b;
    cn_json w = cn_json_to(&b);

    cn_buf_adopt(&b, out, MAX_JSON);
    cn_json_array(&w, NULL);
    for (size_t i = 0; i < config->diagnostic_count; i++) {
        const canon_config_diagnostic *d = &config->diagnostics[i];

        cn_json_object(&w, NULL);
        cn_json_str(&w, "severity", severity_name(d->severity));
        cn_json_str(&w, "code", d->code);
        cn_json_str(&w, "message", d->message);
        if (d->line)
            cn_json_int(&w, "line", (int64_t)d->line);
        else
            cn_json_null(&w, "line");
        cn_json_end_object(&w);
    }
    cn_json_end_array(&w);
    return cn_buf_export(&b, out, err);
}
