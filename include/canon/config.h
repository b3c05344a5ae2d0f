/**
 * @file canon/config.h
 * CANON.yaml: a repository's configuration, checked and complete.
 *
 * Reading never fails on content: a bad value becomes a diagnostic and its
 * default. Pure; a canon_config never changes and may be read by many threads.
 * The keys are described in libcanon/docs/canon-yaml.md.
 */
#ifndef CANON_CONFIG_H
#define CANON_CONFIG_H

#include "canon/buf.h"
#include "canon/common.h"

CANON_BEGIN_DECLS

typedef struct canon_config canon_config;

/** The plain keys, defaults filled in. Strings may be NULL where it says so. */
typedef struct canon_config_values {
    const char *team;          /**< or NULL */
    const char *ticket_system; /**< "jira", "linear", "github", or NULL */
    const char *project_key;   /**< or NULL */
    const char *slack_channel; /**< or NULL */
    const char *const *doc_paths;
    size_t doc_path_count;
    int auto_tickets;
    int require_review;
    const char *lifecycle_sync; /**< "true", "false", "close_only" */
    int sync_content;
    const char *conflict; /**< "ticket", "spec" */
    int reverse_sync;
    int pr_analysis;
    int doc_updates;
    int realization_check;
    int stale_days; /**< 0: off */
    int skip_drafts;
    int check_partial;
    int block_on_conflict;
} canon_config_values;

/** Something noticed while reading. */
typedef struct canon_config_diagnostic {
    int severity;        /**< CANON_SEVERITY_... of spec.h: 0 error, 1 warning,
                              2 info */
    const char *code;    /**< "config.unknown_key" */
    const char *message; /**< for people, names the key */
    size_t line;         /**< from 1; 0: none */
} canon_config_diagnostic;

/**
 * Read a file. text NULL means "there is no file": all defaults, no
 * diagnostics.
 * @param out set to NULL on failure; free it with canon_config_free.
 * @return CANON_OK; CANON_ETOOBIG above 256 KiB; CANON_ENOMEM.
 */
CANON_API int canon_config_parse(const char *text, size_t len,
                                 canon_config **out,
                                 canon_error *err) CANON_NODISCARD;

/**
 * The repository's configuration on top of the organisation's: only the ticket
 * mapping of base counts. References are checked after merging.
 */
CANON_API int canon_config_merge(const canon_config *base,
                                 const canon_config *repo, canon_config **out,
                                 canon_error *err) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_config_free(canon_config *config);

/** The plain keys; never NULL, valid as long as the object. */
CANON_API const canon_config_values *
canon_config_values_of(const canon_config *config);

/** Number of diagnostics. */
CANON_API size_t canon_config_diagnostic_count(const canon_config *config);

/** Diagnostic i, by line; NULL beyond the end. */
CANON_API const canon_config_diagnostic *
canon_config_diagnostic_at(const canon_config *config, size_t i);

/** The JSON form of the REST API (CanonConfig). */
CANON_API int canon_config_json(const canon_config *config, canon_buf *out,
                                canon_error *err) CANON_NODISCARD;

/** The diagnostics as a JSON array. */
CANON_API int canon_config_diagnostics_json(const canon_config *config,
                                            canon_buf *out,
                                            canon_error *err) CANON_NODISCARD;

/** Facts of a document that routing looks at. */
typedef struct canon_route_facts {
    const char *path;
    const char *team;
    const char *owner;
    const char *const *tags;
    size_t tag_count;
} canon_route_facts;

/**
 * Name of the ticket system that a document goes to, or NULL: none. blocked_out
 * (may be NULL) gets 1 when a rule that was dropped would have matched.
 */
CANON_API const char *canon_config_route(const canon_config *config,
                                         const canon_route_facts *facts,
                                         int *blocked_out);

CANON_END_DECLS

#endif
