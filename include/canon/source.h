/**
 * @file canon/source.h
 * Where documents come from and go to: a folder ("dir:/srv/docs"), a local git
 * repository ("git:/srv/app.git"), or whatever the host registers.
 *
 * A source belongs to the connection that opened it: same thread, errors go
 * there. A write names the blob it is based on; there is no blind write.
 */
#ifndef CANON_SOURCE_H
#define CANON_SOURCE_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/engine.h"

CANON_BEGIN_DECLS

typedef struct canon_source canon_source;

/** A state of the whole source. */
typedef struct canon_revision {
    char id[72];      /**< commit id; "" for a folder */
    char branch[256]; /**< default branch; "main" for a folder */
    int64_t time_us;  /**< of the commit; 0: unknown */
} canon_revision;

/** A file; borrowed for the duration of the callback. */
typedef struct canon_file {
    const char *path;  /**< relative, separator '/' */
    const char *blob;  /**< id of the content, or "" when only reading tells */
    const char *stamp; /**< changes when the file may have changed, or "" */
    int64_t len;       /**< bytes; -1: unknown */
    int64_t time_us;   /**< of the last change; 0: unknown */
} canon_file;

/** A change of one file. Start from CANON_CHANGE_INIT. */
typedef struct canon_change {
    size_t size;
    const char *path;
    const char *text;
    size_t text_len;
    const char *base_blob;    /**< content it is based on; "": a new file */
    const char *message;      /**< of the commit */
    const char *author_name;  /**< "": the service's */
    const char *author_email; /**< "": the service's */
    const char *branch;       /**< of a proposal; NULL: a fresh name */
    const char *title;        /**< of a proposal */
    const char *body;         /**< of a proposal */
} canon_change;

#define CANON_CHANGE_INIT                                                      \
    {                                                                          \
        sizeof(canon_change), NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL,     \
            NULL, NULL                                                         \
    }

/** What a write made. */
typedef struct canon_written {
    char blob[72];    /**< id of the new content */
    char commit[72];  /**< "" for a folder */
    char branch[256]; /**< where it went */
    int64_t number;   /**< of the pull request; 0 for local sources */
    char url[512];    /**< of the pull request; "" for local sources */
} canon_written;

/** The functions of a source. on_file non-zero stops with CANON_ECANCELED. */
typedef struct canon_source_ops {
    size_t size;
    int (*open)(void *user, const char *location, void **state,
                canon_error *err);
    int (*head)(void *state, const char *ref, canon_revision *out,
                canon_error *err);
    int (*list)(void *state, const canon_revision *at,
                int (*on_file)(const canon_file *file, void *file_user),
                void *file_user, canon_error *err);
    int (*read)(void *state, const canon_revision *at, const char *path,
                size_t max, canon_buf *out, char blob_out[72],
                canon_error *err);
    int (*write)(void *state, const canon_change *change, canon_written *out,
                 canon_error *err);
    int (*propose)(void *state, const canon_change *change, canon_written *out,
                   canon_error *err);
    void (*close)(void *state);
} canon_source_ops;

/** Add a kind of source: URLs "scheme:location". Before the first connect. */
CANON_API int canon_source_register(canon *c, const char *scheme,
                                    const canon_source_ops *ops, void *user,
                                    canon_error *err) CANON_NODISCARD;

/** Open "dir:PATH", "git:PATH" or a registered kind; out is NULL on failure. */
CANON_API int canon_source_open(canon_conn *conn, const char *url,
                                canon_source **out) CANON_NODISCARD;

/** The newest state; ref NULL: the default branch. */
CANON_API int canon_source_head(canon_source *source, const char *ref,
                                canon_revision *out) CANON_NODISCARD;

/**
 * Every regular file that may be a document or the configuration (*.md,
 * CANON.yaml, SPECWRIGHT.yaml), in byte order of the paths; no symbolic links,
 * no submodules.
 */
CANON_API int canon_source_list(canon_source *source, const canon_revision *at,
                                int (*on_file)(const canon_file *file,
                                               void *user),
                                void *user) CANON_NODISCARD;

/**
 * The bytes of a file and (blob_out, may be NULL) the id of its content.
 * CANON_ENOTFOUND; CANON_ETOOBIG above max (0: 1 MiB).
 */
CANON_API int canon_source_read(canon_source *source, const canon_revision *at,
                                const char *path, size_t max, canon_buf *out,
                                char blob_out[72]) CANON_NODISCARD;

/** Change a file on the default branch. CANON_ECONFLICT when it is no longer
 * what base_blob says. */
CANON_API int canon_source_write(canon_source *source,
                                 const canon_change *change,
                                 canon_written *out) CANON_NODISCARD;

/** Change a file on a new branch. CANON_ECONFLICT as above or when the branch
 * exists; CANON_EINVAL for a bad branch name; CANON_EUNSUPPORTED for a folder. */
CANON_API int canon_source_propose(canon_source *source,
                                   const canon_change *change,
                                   canon_written *out) CANON_NODISCARD;

/** NULL is allowed. */
CANON_API void canon_source_close(canon_source *source);

/** A repository found in a folder; borrowed during the callback. */
typedef struct canon_found_source {
    const char *name; /**< last segment, fit for a repository name */
    const char *url;  /**< "dir:..." or "git:..." */
} canon_found_source;

/**
 * What lies at path: one git repository (bare or not), one folder with specs,
 * or a folder of such folders. CANON_ENOTFOUND when there is none.
 */
CANON_API int canon_source_discover(const char *path,
                                    int (*on_found)(
                                        const canon_found_source *found,
                                        void *user),
                                    void *user,
                                    canon_error *err) CANON_NODISCARD;

CANON_END_DECLS

#endif
