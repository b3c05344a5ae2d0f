/**
 * @file canon/spec.h
 * Spec documents: Markdown with front matter, numbered sections, acceptance
 * criteria as check boxes, and hidden canon comments.
 *
 *     canon_spec *spec = NULL;
 *     canon_buf json = CANON_BUF_INIT;
 *     canon_error err;
 *
 *     if (!canon_spec_parse(text, len, NULL, &spec, &err) &&
 *         !canon_spec_json(spec, &json, &err))
 *         puts(json.data);
 *     canon_buf_free(&json);
 *     canon_spec_free(spec);
 *
 * Pure: no files, no clock, no network. A canon_spec never changes and may be
 * read by many threads; it owns all its memory and does not refer to the text
 * it was parsed from. The format is described in libcanon/docs/spec-format.md.
 */
#ifndef CANON_SPEC_H
#define CANON_SPEC_H

#include "canon/buf.h"
#include "canon/common.h"

CANON_BEGIN_DECLS

typedef struct canon_spec canon_spec;

/** States of a section. */
enum {
    CANON_STATE_DRAFT = 0,
    CANON_STATE_TODO = 1,
    CANON_STATE_IN_PROGRESS = 2,
    CANON_STATE_DONE = 3,
    CANON_STATE_BLOCKED = 4,
    CANON_STATE_DEPRECATED = 5,
    CANON_STATE_COUNT = 6
};

/** Change markers of a section. */
enum {
    CANON_DELTA_NONE = 0,
    CANON_DELTA_ADDED = 1,
    CANON_DELTA_MODIFIED = 2,
    CANON_DELTA_REMOVED = 3
};

/** Requirement words (RFC 2119). */
enum {
    CANON_STRENGTH_NONE = 0,
    CANON_STRENGTH_MUST = 1,
    CANON_STRENGTH_MUST_NOT = 2,
    CANON_STRENGTH_SHOULD = 3,
    CANON_STRENGTH_SHOULD_NOT = 4,
    CANON_STRENGTH_MAY = 5
};

/** Severities of diagnostics and findings. */
enum {
    CANON_SEVERITY_ERROR = 0,
    CANON_SEVERITY_WARNING = 1,
    CANON_SEVERITY_INFO = 2
};

/** Parse options. Start from CANON_SPEC_OPTIONS_INIT. */
typedef struct canon_spec_options {
    size_t size;
    const char *file_path; /**< goes into the JSON and diagnostics; NULL: "" */
    size_t max_len;        /**< longest text in bytes; 0: 1 MiB */
    int max_section_depth; /**< deepest heading that is a section; 0: 3 */
    int no_content;        /**< 1: leave section contents empty */
} canon_spec_options;

#define CANON_SPEC_OPTIONS_INIT                                                \
    {                                                                          \
        sizeof(canon_spec_options), NULL, 0, 0, 0                              \
    }

/** The front matter. Strings are never NULL unless it says so. */
typedef struct canon_spec_meta {
    const char *title;
    const char *status;
    const char *owner;
    const char *team;
    const char *ticket_project; /**< or NULL */
    const char *created;        /**< or NULL */
    const char *updated;        /**< or NULL */
    const char *doc_type;       /**< "spec", "proposal", "design", "adr" */
    const char *supersedes;     /**< or NULL */
    const char *review_status;  /**< or NULL */
    const char *sync;           /**< "true", "false", "auto" */
    const char *ai_exposure;    /**< "full", "metadata", "none" */
    const char *const *tags;
    size_t tag_count;
    const char *const *depends_on;
    size_t depends_on_count;
    const char *const *paths; /**< globs of related code */
    size_t path_count;
    int has_mapping; /**< a readable front matter is there */
    int has_title;   /**< ... with a title that is not empty */
    int has_type;    /**< ... with a known type */
} canon_spec_meta;

/** Proof that something is built. */
typedef struct canon_evidence {
    int32_t pr_number;     /**< 0: an audit */
    const char *file_path; /**< "" when only the pull request is named */
    const char *lines;     /**< "10-20", or "" */
} canon_evidence;

/** An acceptance criterion. */
typedef struct canon_criterion {
    const char *text;
    int checked;
    int strength; /**< CANON_STRENGTH_... */
    size_t line;  /**< of the box, from 1 */
    const canon_evidence *evidence;
    size_t evidence_count;
} canon_criterion;

/** A step of a scenario. */
typedef struct canon_step {
    const char *keyword; /**< "GIVEN", "WHEN", "THEN", "AND", "BUT" */
    const char *text;
    int strength;
    size_t line;
} canon_step;

/** A scenario. */
typedef struct canon_scenario {
    const char *name;
    const canon_step *steps;
    size_t step_count;
    size_t start_line;
    size_t end_line;
} canon_scenario;

/** A section. Everything belongs to the spec it came from. */
typedef struct canon_section {
    const char *id;
    const char *number; /**< "2.1", or NULL */
    const char *title;
    const char *content;
    int depth;                 /**< level of the heading: 2, 3, ... */
    int state;                 /**< CANON_STATE_... */
    const char *blocked_by;    /**< or NULL */
    int delta;                 /**< CANON_DELTA_... */
    const char *ticket_system; /**< "jira", ..., or NULL */
    const char *ticket_id;     /**< or NULL */
    const canon_criterion *criteria;
    size_t criterion_count;
    const canon_scenario *scenarios;
    size_t scenario_count;
    const canon_evidence *evidence; /**< of the section itself */
    size_t evidence_count;
    size_t start_line;
    size_t end_line;
    size_t parent;      /**< index of the parent, or CANON_NO_SECTION */
    size_t child_count; /**< direct children */
    size_t subtree;     /**< sections in it, itself included: the next sibling
                             is at index + subtree */
} canon_section;

#define CANON_NO_SECTION ((size_t)-1)

/** Something the parser noticed. */
typedef struct canon_diagnostic {
    int severity;        /**< CANON_SEVERITY_... */
    const char *code;    /**< "frontmatter.missing_title" */
    const char *message; /**< for people */
    size_t line;         /**< from 1; 0: none */
} canon_diagnostic;

/** Counts of one document (coverage). */
typedef struct canon_spec_counts {
    int64_t total_sections;
    int64_t done_sections;
    int64_t total_ac;
    int64_t done_ac;
    int64_t realized_ac; /**< criteria with evidence in the text */
} canon_spec_counts;

/**
 * Read a document. Content never makes it fail: what is wrong becomes a
 * diagnostic.
 *
 * @param out set to NULL on failure; free it with canon_spec_free.
 * @return CANON_OK; CANON_ETOOBIG above max_len; CANON_ENOMEM; CANON_EINVAL for
 *         options that were not initialised.
 */
CANON_API int canon_spec_parse(const char *text, size_t len,
                               const canon_spec_options *options,
                               canon_spec **out,
                               canon_error *err) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_spec_free(canon_spec *spec);

/** The front matter; never NULL. */
CANON_API const canon_spec_meta *canon_spec_meta_of(const canon_spec *spec);

/** Number of sections, children included. */
CANON_API size_t canon_spec_section_count(const canon_spec *spec);

/** Section i in document order, a parent before its children; NULL beyond. */
CANON_API const canon_section *canon_spec_section(const canon_spec *spec,
                                                  size_t i);

/**
 * The section a person means: exact id (letter case ignored), then exact
 * number, then the first id that contains the text; NULL when there is none.
 */
CANON_API const canon_section *canon_spec_find(const canon_spec *spec,
                                               const char *text);

/** Number of diagnostics. */
CANON_API size_t canon_spec_diagnostic_count(const canon_spec *spec);

/** Diagnostic i, by line and then code; NULL beyond the end. */
CANON_API const canon_diagnostic *canon_spec_diagnostic(const canon_spec *spec,
                                                        size_t i);

/** Sections and criteria, counted. */
CANON_API void canon_spec_count(const canon_spec *spec, canon_spec_counts *out);

/** The text before the first section, front matter left out; never NULL. */
CANON_API const char *canon_spec_preamble(const canon_spec *spec);

/** Text of the first level-1 heading; NULL when there is none. */
CANON_API const char *canon_spec_heading(const canon_spec *spec);

/** The file path given in the options; "" when none was. */
CANON_API const char *canon_spec_file_path(const canon_spec *spec);

/** The text that was parsed, to the byte; len_out may be NULL. */
CANON_API const char *canon_spec_text(const canon_spec *spec, size_t *len_out);

/** Write the document back: the text it was parsed from, byte for byte. */
CANON_API int canon_spec_write(const canon_spec *spec, canon_buf *out,
                               canon_error *err) CANON_NODISCARD;

/**
 * The JSON of a document: file_path, frontmatter, sections and raw, as
 * GET .../api/specs/... returns it.
 */
CANON_API int canon_spec_json(const canon_spec *spec, canon_buf *out,
                              canon_error *err) CANON_NODISCARD;

/** The sections for an editor: {"ok":true,"sections":[...],...}. */
CANON_API int canon_spec_editor_json(const canon_spec *spec, canon_buf *out,
                                     canon_error *err) CANON_NODISCARD;

/** The diagnostics as a JSON array. */
CANON_API int canon_spec_diagnostics_json(const canon_spec *spec,
                                          canon_buf *out,
                                          canon_error *err) CANON_NODISCARD;

/** Name of a state: "draft", ..., "deprecated"; "draft" for an unknown one. */
CANON_API const char *canon_state_name(int state);

/** State of a name, or -1. */
CANON_API int canon_state_find(const char *name);

/** Name of a strength: "MUST", ...; "" for none. */
CANON_API const char *canon_strength_name(int strength);

/** Name of a delta: "added", ...; "" for none. */
CANON_API const char *canon_delta_name(int delta);

/** Name of a severity: "error", "warning", "info". */
CANON_API const char *canon_severity_name(int severity);

/*
 * Edits. Each takes a parsed document and writes the new text to out; not one
 * byte changes that need not. When the document already says what is asked,
 * out equals the input. The spec itself does not change: parse out again.
 *
 * section: id, else number. Codes: CANON_ENOTFOUND, CANON_EAMBIGUOUS,
 * CANON_EINVAL (an argument, or a front matter that cannot be edited),
 * CANON_ENOMEM. changed_out (may be NULL) gets 1 when out differs.
 */

/** Set a section's state; blocked_by (or NULL) only with CANON_STATE_BLOCKED. */
CANON_API int canon_spec_set_status(const canon_spec *spec, const char *section,
                                    int state, const char *blocked_by,
                                    canon_buf *out, int *changed_out,
                                    canon_error *err) CANON_NODISCARD;

/** Link a section to a ticket of jira, linear, github or asana. */
CANON_API int canon_spec_set_ticket(const canon_spec *spec, const char *section,
                                    const char *system, const char *ticket_id,
                                    canon_buf *out, int *changed_out,
                                    canon_error *err) CANON_NODISCARD;

/** Remove all ticket links of a section. */
CANON_API int canon_spec_remove_ticket(const canon_spec *spec,
                                       const char *section, canon_buf *out,
                                       int *changed_out,
                                       canon_error *err) CANON_NODISCARD;

/** Set the change marker of a section; CANON_DELTA_NONE clears it. */
CANON_API int canon_spec_set_delta(const canon_spec *spec, const char *section,
                                   int delta, canon_buf *out, int *changed_out,
                                   canon_error *err) CANON_NODISCARD;

/** Remove the change markers of a section, or of all (section NULL). */
CANON_API int canon_spec_clear_delta(const canon_spec *spec,
                                     const char *section, canon_buf *out,
                                     int *changed_out,
                                     canon_error *err) CANON_NODISCARD;

/** Which criterion is meant. */
typedef struct canon_criterion_ref {
    const char *text;    /**< letter case and runs of blanks do not matter */
    const char *section; /**< narrows it; NULL: the whole document */
} canon_criterion_ref;

/** Tick (checked 1) or clear (0) the box of a criterion. */
CANON_API int canon_spec_set_criterion(const canon_spec *spec,
                                       const canon_criterion_ref *criterion,
                                       int checked, canon_buf *out,
                                       int *changed_out,
                                       canon_error *err) CANON_NODISCARD;

/** Note that a criterion is realised. */
CANON_API int canon_spec_add_evidence(const canon_spec *spec,
                                      const canon_criterion_ref *criterion,
                                      const canon_evidence *evidence,
                                      canon_buf *out, int *changed_out,
                                      canon_error *err) CANON_NODISCARD;

/** A value for the front matter: one text, a list, or neither to remove. */
typedef struct canon_meta_value {
    const char *text; /**< or NULL */
    const char *const *items;
    size_t item_count;
    int is_list; /**< 1: items count, also when there are none */
} canon_meta_value;

/** Set or remove (value NULL) a field of the front matter. */
CANON_API int canon_spec_set_meta(const canon_spec *spec, const char *field,
                                  const canon_meta_value *value, canon_buf *out,
                                  int *changed_out,
                                  canon_error *err) CANON_NODISCARD;

/* --- merging -------------------------------------------------------------- */

/** Three versions of a document: what both sides began with, and what each
 * made of it. */
typedef struct canon_merge_input {
    size_t size;
    const char *base;
    size_t base_len;
    const char *ours;
    size_t ours_len;
    const char *theirs;
    size_t theirs_len;
} canon_merge_input;

#define CANON_MERGE_INPUT_INIT                                                 \
    {                                                                          \
        sizeof(canon_merge_input), NULL, 0, NULL, 0, NULL, 0                   \
    }

/** A stretch of the result: text that is settled, or a place that both sides
 * changed differently. Texts are whole lines (only the last line of the last
 * part may lack its end), belong to the merge and are not NUL-terminated. */
typedef struct canon_merge_part {
    int is_conflict;
    const char *text; /**< when it is none */
    size_t text_len;
    const char *base; /**< when it is one */
    size_t base_len;
    const char *ours;
    size_t ours_len;
    const char *theirs;
    size_t theirs_len;
} canon_merge_part;

typedef struct canon_merge canon_merge;

/**
 * Put two changed versions of a document together; the rules are in
 * libcanon/docs/spec-format.md under "Merging". What only one side changed is
 * taken from it, to the byte. Where both did, a line is merged in its parts:
 * one side may tick a criterion while the other one words it anew, and one may
 * renumber a section whose state the other one changes. What both add to a
 * list, to the front matter or as evidence is all kept, once. Whatever could
 * go wrong silently is a conflict. Pure; the input is copied. Time grows with
 * the length of the input, memory with its lines: about 200 bytes each.
 * @param out freed with canon_merge_free; NULL on failure.
 * @return CANON_OK, with conflicts too; CANON_EINVAL for an input without its
 * size or a version without its text; CANON_ETOOBIG beyond 4 MiB or 262,144
 * lines a version; CANON_ENOMEM.
 */
CANON_API int canon_spec_merge(const canon_merge_input *input,
                               canon_merge **out,
                               canon_error *err) CANON_NODISCARD;

/** Number of conflicts. */
CANON_API size_t canon_merge_conflicts(const canon_merge *merge);

/** Number of parts. */
CANON_API size_t canon_merge_count(const canon_merge *merge);

/** Part i in order; NULL beyond the end. */
CANON_API const canon_merge_part *canon_merge_at(const canon_merge *merge,
                                                 size_t i);

/** The text, conflicts between marker lines as `git merge-file --diff3` writes
 * them, longer than any line of the text that could be taken for one.
 * @return CANON_OK; CANON_ETOOBIG beyond 128 MiB; CANON_ENOMEM. */
CANON_API int canon_merge_write(const canon_merge *merge, canon_buf *out,
                                canon_error *err) CANON_NODISCARD;

/** {"content","conflicts","parts":[{"text"}|{"base","ours","theirs"}]} of the
 * REST API.
 * @return CANON_OK; CANON_EINVAL when the text is not UTF-8, which JSON has to
 * be; CANON_ETOOBIG; CANON_ENOMEM. */
CANON_API int canon_merge_json(const canon_merge *merge, canon_buf *out,
                               canon_error *err) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_merge_free(canon_merge *merge);

/* What kind of document a file is. */

/** Kinds of documents, for lists and search. */
enum {
    CANON_KIND_DOC = 0,
    CANON_KIND_SPEC = 1,
    CANON_KIND_ADR = 2,
    CANON_KIND_README = 3,
    CANON_KIND_CHANGELOG = 4,
    CANON_KIND_CONTRIBUTING = 5,
    CANON_KIND_RUNBOOK = 6,
    CANON_KIND_PLUGIN = 7,
    CANON_KIND_SKILL = 8,
    CANON_KIND_COUNT = 9
};

/**
 * Kind of a path. patterns are the configured doc_paths; with count 0 whatever
 * lies below docs/specs/ is a spec.
 */
CANON_API int canon_spec_classify(const char *path, const char *const *patterns,
                                  size_t count);

/**
 * Does a document whose path matches the spec patterns count as a spec: a front
 * matter with title or type, or a place below docs/specs/?
 */
CANON_API int canon_spec_counts_as_spec(const canon_spec *spec,
                                        const char *path);

/** Name of a kind: "doc", "spec", ... */
CANON_API const char *canon_kind_name(int kind);

/** 1 when path (separator '/') matches the glob pattern. */
CANON_API int canon_glob_match(const char *pattern, const char *path);

/* Templates. */

/** What a new document is filled with. Start from zero and set size. */
typedef struct canon_template {
    size_t size;
    const char *type;  /**< NULL: the editor's; "adr", "design", "proposal",
                            "spec" */
    const char *title; /**< NULL: a placeholder */
    const char *owner; /**< NULL: "" */
    const char *date;  /**< YYYY-MM-DD of creation; NULL: "" */
} canon_template;

/** Write a new document. CANON_EINVAL names the types for an unknown one. */
CANON_API int canon_spec_template(const canon_template *what, canon_buf *out,
                                  canon_error *err) CANON_NODISCARD;

/* Lint. */

/** One finding; borrowed for the duration of the callback. */
typedef struct canon_finding {
    const char *file;
    int severity;
    const char *rule; /**< "ac.missing" */
    const char *message;
    size_t line; /**< 0: none */
} canon_finding;

/** What lint knows about the other documents. Start from zero, set size. */
typedef struct canon_lint_options {
    size_t size;
    const char *const *known_paths; /**< all specs, for depends_on */
    size_t known_count;
    int check_references; /**< 1: report unresolved depends_on, supersedes */
} canon_lint_options;

/**
 * Report what is doubtful in a document.
 * @param on_finding non-zero stops with CANON_ECANCELED.
 */
CANON_API int canon_spec_lint(const canon_spec *spec,
                              const canon_lint_options *options,
                              int (*on_finding)(const canon_finding *finding,
                                                void *user),
                              void *user, canon_error *err) CANON_NODISCARD;

CANON_END_DECLS

#endif
