/**
 * @file canon/index.h
 * The index: its repositories, keeping it equal to the sources, and reading
 * dashboard, repositories and documents from it. Reading never waits for
 * another service.
 *
 * org is the organisation, letter case ignored; full_name is "owner/name".
 */
#ifndef CANON_INDEX_H
#define CANON_INDEX_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

/** A repository of an organisation. */
typedef struct canon_repo {
    size_t size;
    const char *org;
    const char *full_name;   /**< "owner/name" */
    const char *source;      /**< URL: "dir:...", "git:..." */
    const char *description; /**< NULL: "" */
} canon_repo;

/** Register a repository, or change its source. CANON_EINVAL for bad names. */
CANON_API int canon_repo_add(canon_conn *conn,
                             const canon_repo *repo) CANON_NODISCARD;

/** Forget a repository and all that is indexed of it. CANON_ENOTFOUND. */
CANON_API int canon_repo_remove(canon_conn *conn, const char *org,
                                const char *full_name) CANON_NODISCARD;

/**
 * Register what a list of the setting CANON_SOURCES says: entries
 * "owner/name=URL" (one repository) or "owner=PATH" (what lies in a folder),
 * separated by commas. Repositories of earlier lists that are no longer named
 * stay.
 */
CANON_API int canon_repo_add_sources(canon_conn *conn,
                                     const char *list) CANON_NODISCARD;

/** Every repository: callback with org, full name and source; borrowed. */
CANON_API int canon_repo_list(canon_conn *conn, const char *org,
                              int (*on_repo)(const canon_repo *repo,
                                             void *user),
                              void *user) CANON_NODISCARD;

/** How far an index run is. */
typedef struct canon_index_progress {
    const char *org;
    const char *repo;
    const char *path; /**< file at hand; "" at the start and end of a repo */
    int64_t done;     /**< files looked at */
    int64_t total;    /**< files to look at */
    int64_t repos_done;
    int64_t repos_total;
} canon_index_progress;

/** How to index. Start from CANON_INDEX_OPTIONS_INIT. */
typedef struct canon_index_options {
    size_t size;
    int force; /**< 1: also what did not change */
    /** Now and then and at the end; non-zero stops with CANON_ECANCELED. */
    int (*on_progress)(const canon_index_progress *progress, void *user);
    void *user;
} canon_index_options;

#define CANON_INDEX_OPTIONS_INIT                                               \
    {                                                                          \
        sizeof(canon_index_options), 0, NULL, NULL                             \
    }

/** What a run did. */
typedef struct canon_index_report {
    int64_t repos;        /**< repositories looked at */
    int64_t repos_failed; /**< of these, how many could not be read */
    int64_t files;        /**< documents looked at */
    int64_t indexed;      /**< written */
    int64_t unchanged;
    int64_t removed;
    int64_t errors;        /**< files that could not be indexed */
    char first_error[240]; /**< "" without errors */
} canon_index_report;

/**
 * Make the index of one repository equal to its source. Unchanged files are
 * skipped, vanished ones removed; one bad file never fails the run.
 * @param report may be NULL; filled also on failure.
 * @return CANON_OK; CANON_ENOTFOUND for an unknown repository; CANON_EIO when
 *         the source cannot be read; CANON_EBUSY; CANON_ECANCELED.
 */
CANON_API int canon_index_repo(canon_conn *conn, const char *org,
                               const char *full_name,
                               const canon_index_options *options,
                               canon_index_report *report) CANON_NODISCARD;

/** All repositories of an organisation, or of all (org NULL). One that fails
 * is counted and does not stop the run. */
CANON_API int canon_index_all(canon_conn *conn, const char *org,
                              const canon_index_options *options,
                              canon_index_report *report) CANON_NODISCARD;

/** One file: index it, or remove it when it is gone. */
CANON_API int canon_index_file(canon_conn *conn, const char *org,
                               const char *full_name,
                               const char *path) CANON_NODISCARD;

/** Insert a job that indexes a repository; merged with one that waits. */
CANON_API int canon_index_schedule(canon_conn *conn, const char *org,
                                   const char *full_name) CANON_NODISCARD;

/**
 * Watch the local sources of all repositories until canon_interrupt and insert
 * an index job within a second of a change. Blocks: run it on a thread with
 * its own connection (canon_workers_start does). CANON_ECANCELED at the end.
 */
CANON_API int canon_index_watch(canon_conn *conn) CANON_NODISCARD;

/** 1 in *out when the organisation has repositories in the index. */
CANON_API int canon_org_exists(canon_conn *conn, const char *org,
                               int *out) CANON_NODISCARD;

/**
 * The state of an organisation: *out is another number after every change of
 * its documents, repositories or figures, whichever process made it; 0 when it
 * has no repositories.
 */
CANON_API int canon_org_stamp(canon_conn *conn, const char *org,
                              int64_t *out) CANON_NODISCARD;

/** An answer that depends on the state of an organisation and on its key
 * alone: not on who asks, and not on the time unless the key has it. */
typedef struct canon_answer {
    size_t size;
    const char *org;        /**< "": it depends on no organisation */
    const char *const *key; /**< what is asked and all parameters */
    size_t key_count;
    /** Replaces the content of out; called on a miss. */
    int (*make)(canon_conn *conn, void *user, canon_buf *out);
    void *user;
} canon_answer;

/**
 * Make an answer, or take it from the cache of the engine when it was made of
 * the same state.
 * @param stamp what canon_org_stamp has just said; without an organisation any
 *        number that is another after every change, 0: nothing is kept.
 * @param out its content is replaced.
 * @param tag_out the first 32 hex digits of its SHA-256, and a NUL.
 * @return CANON_OK, or what make returned, which is not kept.
 */
CANON_API int canon_answer_get(canon_conn *conn, const canon_answer *answer,
                               int64_t stamp, canon_buf *out,
                               char tag_out[33]) CANON_NODISCARD;

/** 1 in *out when the organisation has at least one spec. */
CANON_API int canon_org_has_specs(canon_conn *conn, const char *org,
                                  int *out) CANON_NODISCARD;

/** The organisations with repositories, in alphabetical order. */
CANON_API int canon_org_list(canon_conn *conn,
                             int (*on_org)(const char *org, void *user),
                             void *user) CANON_NODISCARD;

/** JSON of GET .../api/dashboard: all repositories with their documents.
 * org is written as given. */
CANON_API int canon_dashboard_json(canon_conn *conn, const char *org,
                                   canon_buf *out) CANON_NODISCARD;

/** JSON of GET .../api/repos/{owner}/{repo}. CANON_ENOTFOUND. */
CANON_API int canon_repo_json(canon_conn *conn, const char *org,
                              const char *full_name,
                              canon_buf *out) CANON_NODISCARD;

/** JSON of GET .../api/specs/...: document, rendered HTML, config.
 * CANON_ENOTFOUND. */
CANON_API int canon_spec_detail_json(canon_conn *conn, const char *org,
                                     const char *full_name, const char *path,
                                     canon_buf *out) CANON_NODISCARD;

/** JSON of GET .../api/docs/.... CANON_ENOTFOUND. */
CANON_API int canon_doc_detail_json(canon_conn *conn, const char *org,
                                    const char *full_name, const char *path,
                                    canon_buf *out) CANON_NODISCARD;

/** The text of an indexed document, to the byte. CANON_ENOTFOUND. */
CANON_API int canon_document_text(canon_conn *conn, const char *org,
                                  const char *full_name, const char *path,
                                  canon_buf *out) CANON_NODISCARD;

/** What is in the index. */
typedef struct canon_index_totals {
    int64_t repos;
    int64_t documents;
    int64_t specs;
    int64_t sections;
    int64_t done_sections;
    int64_t criteria;
    int64_t done_criteria;
    int64_t realized_criteria;
} canon_index_totals;

/** Totals of an organisation from the counters of its documents. */
CANON_API int canon_index_totals_get(canon_conn *conn, const char *org,
                                     canon_index_totals *out) CANON_NODISCARD;

CANON_END_DECLS

#endif
