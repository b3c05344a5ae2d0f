/*
 * Looking into a configuration, and the decision where a document's tickets go.
 */
#include "config_parts.h"

#include "pattern.h"

const canon_config_values *canon_config_values_of(const canon_config *config)
{
    return &config->values;
}

size_t canon_config_diagnostic_count(const canon_config *config)
{
    return config->diagnostic_count;
}

const canon_config_diagnostic *canon_config_diagnostic_at(
    const canon_config *config, size_t i)
{
    return i < config->diagnostic_count ? &config->diagnostics[i] : NULL;
}

const cn_mapping *cn_config_mapping(const canon_config *config)
{
    return &config->mapping;
}

const cn_ticket_system *cn_config_system(const canon_config *config,
                                         const char *name)
{
    const cn_mapping *m = &config->mapping;

    for (size_t i = 0; i < m->system_count; i++) {
        if (strcmp(m->systems[i].name, name) == 0)
            return &m->systems[i];
    }
    return NULL;
}

const cn_auth_profile *cn_config_profile(const canon_config *config,
                                         const char *name)
{
    const cn_mapping *m = &config->mapping;

    for (size_t i = 0; i < m->profile_count; i++) {
        if (strcmp(m->profiles[i].name, name) == 0)
            return &m->profiles[i];
    }
    return NULL;
}

static bool equal(const char *wanted, const char *has)
{
    return !wanted || (has && strcmp(wanted, has) == 0);
}

static bool any_tag(const cn_texts *tags, const canon_route_facts *facts)
{
    for (size_t i = 0; i < facts->tag_count; i++) {
        for (size_t j = 0; j < tags->count; j++) {
            if (strcmp(tags->items[j], facts->tags[i]) == 0)
                return true;
        }
    }
    return false;
}

static bool holds(const cn_route *route, const canon_route_facts *facts)
{
    if (route->has_default && !route->is_default)
        return false;
    return equal(route->team, facts->team) &&
           equal(route->owner, facts->owner) &&
           (!route->has_tags || any_tag(&route->tags, facts)) &&
           (!route->path ||
            cn_glob_match(cn_str(route->path), cn_str(facts->path)));
}

const char *canon_config_route(const canon_config *config,
                               const canon_route_facts *facts, int *blocked_out)
{
    const cn_mapping *m = &config->mapping;

    if (blocked_out)
        *blocked_out = 0;
    for (size_t i = 0; i < m->route_count; i++) {
        if (!holds(&m->routes[i], facts))
            continue;
        if (m->routes[i].blocked && blocked_out)
            *blocked_out = 1;
        return m->routes[i].target; /* NULL when blocked */
    }
    /* one of several whose others were refused is not a sole one */
    return m->system_count == 1 && m->named_count == 1 ? m->systems[0].name
                                                       : NULL;
}
