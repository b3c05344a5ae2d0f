/*
 * CANON.yaml, for the rest of the library: the ticket mapping that the public
 * header shows as JSON only. Everything is checked; texts are in the arena of
 * the configuration.
 */
#ifndef CN_CONFIG_H
#define CN_CONFIG_H

#include "canon/config.h"

#include <stdbool.h>

typedef struct cn_pair {
    const char *key;
    const char *value;
} cn_pair;

typedef struct cn_pairs {
    const cn_pair *items; /* in the order of the file */
    size_t count;
} cn_pairs;

typedef struct cn_texts {
    const char *const *items;
    size_t count;
} cn_texts;

typedef struct cn_status_map {
    cn_pairs forward;      /* state to name in the ticket system */
    cn_pairs reverse;      /* name or category there to state */
    const char *fallback;  /* a state */
    bool fallback_written; /* false: it is the default */
} cn_status_map;

typedef struct cn_hierarchy {
    cn_pairs depth_to_type; /* keys "2" to "6" */
    bool auto_parent;
    const char *default_type;
} cn_hierarchy;

typedef struct cn_auth_profile {
    const char *name;
    const char *system;
    const char *auth_method;
    const char *env_prefix;
} cn_auth_profile;

typedef struct cn_ticket_system {
    const char *name;
    const char *system;        /* "jira", "linear", "github", "asana" */
    const char *project;       /* or NULL */
    const char *auth_profile;  /* or NULL; then it exists and fits */
    const char *host_override; /* or NULL; selects among known hosts only */
    cn_status_map status_map;
    cn_pairs field_standard;
    cn_pairs field_custom;
    cn_hierarchy hierarchy;
    const char *summary;     /* template, or NULL */
    const char *description; /* template, or NULL */
    bool dedup_enabled;
    bool dedup_title; /* by title instead of by fingerprint */
} cn_ticket_system;

typedef struct cn_route {
    cn_texts tags;
    bool has_tags;
    const char *team;  /* or NULL: not asked */
    const char *owner; /* or NULL */
    const char *path;  /* glob, or NULL */
    bool has_default;
    bool is_default;
    const char *target;
    cn_texts shadow_targets;
    bool blocked; /* its target is not there: what it matches goes nowhere */
} cn_route;

typedef struct cn_mapping {
    const cn_auth_profile *profiles;
    size_t profile_count;
    const cn_ticket_system *systems;
    size_t system_count;
    size_t named_count; /* systems that the file names, refused ones included */
    const cn_route *routes;
    size_t route_count;
} cn_mapping;

/* Never NULL, valid as long as the object. */
const cn_mapping *cn_config_mapping(const canon_config *config);

/* NULL when there is none of that name. */
const cn_ticket_system *cn_config_system(const canon_config *config,
                                         const char *name);
const cn_auth_profile *cn_config_profile(const canon_config *config,
                                         const char *name);

#endif
