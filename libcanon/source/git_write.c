/*
 * Commits of one file. The new tree is made of the tree of the newest commit,
 * never of the index or the work tree, and the branch moves only if nobody
 * else moved it meanwhile. Afterwards, when the branch is checked out and the
 * file is clean there, the file and its index entry follow; a file with
 * changes of its own is left as it is.
 */
#include "git_parts.h"

#include "check.h"
#include "errand.h"
#include "escape.h"
#include "fail.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SERVICE_NAME  "Canon"
#define SERVICE_EMAIL "canon@localhost"
#define TRIES         50 /* when somebody else moves or holds the branch */
#define PAUSE_MS      20
#define STACK_SIZE    ((size_t)1024 * 1024)
#define FRESH_NAMES   3
#define FIRST_BACKEND 99 /* priority of the one that writes through */

/* A commit in the making. */
typedef struct edit {
    cn_git *s;
    const canon_change *change;
    cn_git_tip tip;
    git_commit *parent;
    git_tree *before;
    git_oid old_blob; /* when the file was there */
    bool had_file;
    int mode;
    git_oid blob;
    git_oid commit;
} edit;

static void edit_forget(edit *e)
{
    git_tree_free(e->before);
    git_commit_free(e->parent);
    e->before = NULL;
    e->parent = NULL;
}

/* Objects that are written are on the disk before the branch names them: a
 * loose store that writes through goes before the one of the repository. */
static int make_durable(cn_git *s, canon_error *err)
{
    cn_buf path = CN_BUF_INIT(8192);
    git_odb *odb = NULL;
    git_odb_backend *loose = NULL;
    int rc;

    if (s->durable)
        return CANON_OK;
    cn_buf_puts(&path, git_repository_commondir(s->repo));
    cn_buf_puts(&path, "objects");
    rc = cn_buf_check(&path, err);
    if (!rc) {
        rc = git_repository_odb(&odb, s->repo);
        if (!rc)
            rc = git_odb_backend_loose(&loose, path.data, -1, 1, 0, 0);
        if (!rc)
            rc = git_odb_add_backend(odb, loose, FIRST_BACKEND);
        if (rc)
            rc = cn_git_fail(err, rc, "cannot open the objects");
    }
    s->durable = !rc;
    git_odb_free(odb);
    cn_buf_free(&path);
    return rc;
}

/* The newest commit, and whether the file there is what the change says. */
static int edit_begin(edit *e, canon_error *err)
{
    cn_git_kind kind;
    const char *path = e->change->path;
    char blob[GIT_OID_HEXSZ + 1] = "";
    int rc = cn_git_tip_get(e->s->repo, &e->tip, err);

    if (rc)
        return rc;
    rc = git_commit_lookup(&e->parent, e->s->repo, &e->tip.commit);
    if (!rc)
        rc = git_commit_tree(&e->before, e->parent);
    if (rc)
        return cn_git_fail(err, rc, "cannot read the newest commit");
    e->mode = GIT_FILEMODE_BLOB;
    rc = cn_git_find(e->s->repo, e->before, cn_str(path), &kind, &e->old_blob,
                     &e->mode, err);
    if (rc)
        return rc;
    if (kind == CN_GIT_OTHER)
        return cn_fail(err, CANON_ECONFLICT, "%s is not a regular file", path);
    e->had_file = kind == CN_GIT_FILE;
    if (e->had_file)
        git_oid_tostr(blob, sizeof(blob), &e->old_blob);
    if (strcmp(blob, e->change->base_blob) == 0)
        return CANON_OK;
    return cn_fail(err, CANON_ECONFLICT,
                   !*e->change->base_blob ? "%s exists already"
                   : e->had_file          ? "%s changed meanwhile"
                                          : "%s is not there any more",
                   path);
}

/* Names come from outside; git's format has no place for <, > and line ends. */
static int sign(git_signature **out, const char *name, const char *email,
                int64_t now_us, canon_error *err)
{
    char names[2][256];
    int rc;

    snprintf(names[0], sizeof(names[0]), "%s", name ? name : "");
    snprintf(names[1], sizeof(names[1]), "%s", email ? email : "");
    for (int i = 0; i < 2; i++) {
        for (char *p = names[i]; *p; p++) {
            if ((unsigned char)*p < ' ' || strchr("<>\x7f", *p))
                *p = ' ';
        }
        if (cn_slice_trim(cn_str(names[i])).len == 0)
            snprintf(names[i], sizeof(names[i]), "%s",
                     i == 0 ? SERVICE_NAME : SERVICE_EMAIL);
    }
    rc = git_signature_new(out, names[0], names[1], now_us / 1000000, 0);
    if (rc) /* a name of nothing but punctuation */
        rc = git_signature_new(out, SERVICE_NAME, SERVICE_EMAIL,
                               now_us / 1000000, 0);
    return rc ? cn_git_fail(err, rc, "cannot sign the commit") : CANON_OK;
}

static int make_message(const canon_change *change, git_buf *out,
                        canon_error *err)
{
    cn_buf text = CN_BUF_INIT(64 * 1024);
    const char *message = change->message;
    int rc;

    if (!message || !*message) {
        cn_buf_puts(&text, "docs: update ");
        cn_buf_puts(&text, change->path);
        message = cn_buf_text(&text);
    }
    rc = cn_buf_check(&text, err);
    if (!rc && git_message_prettify(out, message, 0, '#'))
        rc = cn_git_fail(err, -1, "bad commit message");
    cn_buf_free(&text);
    return rc;
}

static int make_tree(edit *e, git_tree **out, canon_error *err)
{
    git_tree_update update = {GIT_TREE_UPDATE_UPSERT, {{0}}, 0, NULL};
    git_oid id;
    int rc = git_blob_create_from_buffer(
        &e->blob, e->s->repo, e->change->text_len ? e->change->text : "",
        e->change->text_len);

    git_oid_cpy(&update.id, &e->blob);
    update.filemode = (git_filemode_t)e->mode;
    update.path = e->change->path;
    if (!rc)
        rc = git_tree_create_updated(&id, e->s->repo, e->before, 1, &update);
    if (!rc)
        rc = git_tree_lookup(out, e->s->repo, &id);
    return rc ? cn_git_fail(err, rc, e->change->path) : CANON_OK;
}

/* Blob, trees and commit; no reference moves. A text that is there already
 * needs no commit. */
static int make_commit(edit *e, canon_error *err)
{
    const canon_change *c = e->change;
    int64_t now_us = e->s->host->now_us(e->s->host->user);
    const git_commit *parents[] = {e->parent};
    git_signature *author = NULL;
    git_signature *committer = NULL;
    git_buf message = GIT_BUF_INIT;
    git_tree *tree = NULL;
    int rc = make_tree(e, &tree, err);

    git_oid_cpy(&e->commit, &e->tip.commit);
    if (!rc && git_oid_equal(git_tree_id(tree), git_tree_id(e->before)))
        goto done;
    if (!rc)
        rc = sign(&author, c->author_name, c->author_email, now_us, err);
    if (!rc)
        rc = sign(&committer, NULL, NULL, now_us, err);
    if (!rc)
        rc = make_message(c, &message, err);
    if (!rc &&
        git_commit_create(&e->commit, e->s->repo, NULL, author, committer, NULL,
                          message.ptr, tree, 1, parents))
        rc = cn_git_fail(err, -1, "cannot make the commit");
done:
    git_tree_free(tree);
    git_buf_dispose(&message);
    git_signature_free(committer);
    git_signature_free(author);
    return rc;
}

/* The log entry of the moved branch. */
static void reflog_text(const edit *e, char out[128])
{
    snprintf(out, 128, "commit: update %.100s", e->change->path);
}

/* The file of a branch onto the disk. Best effort: it may be packed. */
static void sync_branch(cn_git *s, const char *ref)
{
    cn_buf path = CN_BUF_INIT(8192);
    int fd;

    cn_buf_puts(&path, git_repository_commondir(s->repo));
    cn_buf_puts(&path, ref);
    fd = open(cn_buf_text(&path), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    cn_buf_free(&path);
}

/* Is the index as the commit says, so that it may follow? */
static bool index_is_clean(git_index *index, const edit *e)
{
    const git_index_entry *entry =
        git_index_get_bypath(index, e->change->path, 0);
    const git_index_entry *sides[3] = {NULL, NULL, NULL};

    if (git_index_conflict_get(&sides[0], &sides[1], &sides[2], index,
                               e->change->path) == 0)
        return false;
    if (!e->had_file)
        return !entry;
    return entry && git_oid_equal(&entry->id, &e->old_blob);
}

/* Does a git command hold the index for longer than a moment? libgit2 would
 * change the file and only then find out. */
static bool index_is_locked(git_repository *repo)
{
    cn_buf path = CN_BUF_INIT(8192);
    bool locked = true;

    cn_buf_puts(&path, git_repository_path(repo));
    cn_buf_puts(&path, "index.lock");
    for (int i = 0; locked && i < 5; i++) {
        if (i > 0)
            cn_source_pause(PAUSE_MS);
        locked = access(cn_buf_text(&path), F_OK) == 0;
    }
    cn_buf_free(&path);
    return locked;
}

/* The checked-out file follows its branch. Nothing that fails here matters to
 * the commit, which is made: the work tree then simply stays behind. */
static void update_work_tree(edit *e)
{
    git_checkout_options options;
    git_repository *repo = e->s->repo;
    cn_buf path = CN_BUF_INIT(CN_PATH_MAX);
    git_index *index = NULL;
    git_object *commit = NULL;
    git_reference *head = NULL;
    const char *target = NULL;
    char *paths[1];

    if (git_repository_is_bare(repo) ||
        git_repository_state(repo) != GIT_REPOSITORY_STATE_NONE)
        return;
    cn_buf_puts(&path, e->change->path);
    paths[0] = path.data;
    if (git_reference_lookup(&head, repo, "HEAD") == 0)
        target = git_reference_symbolic_target(head);
    if (!path.data || !target || strcmp(target, e->tip.ref) != 0 ||
        index_is_locked(repo) || git_repository_index(&index, repo) ||
        git_index_read(index, 1) || !index_is_clean(index, e) ||
        git_object_lookup(&commit, repo, &e->commit, GIT_OBJECT_COMMIT))
        goto done;
    /* safe: only where the work tree is still as the commit before */
    git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
    options.checkout_strategy =
        GIT_CHECKOUT_SAFE | GIT_CHECKOUT_DISABLE_PATHSPEC_MATCH;
    options.baseline = e->before;
    options.paths.strings = paths;
    options.paths.count = 1;
    git_checkout_tree(repo, commit, &options);
done:
    git_object_free(commit);
    git_index_free(index);
    git_reference_free(head);
    cn_buf_free(&path);
}

static void fill_written(const edit *e, const char *branch, canon_written *out)
{
    memset(out, 0, sizeof(*out));
    git_oid_tostr(out->blob, sizeof(out->blob), &e->blob);
    git_oid_tostr(out->commit, sizeof(out->commit), &e->commit);
    snprintf(out->branch, sizeof(out->branch), "%s", branch);
}

/* One attempt: GIT_EMODIFIED or GIT_ELOCKED in *moved_out asks for another. */
static int try_write(edit *e, int *moved_out, canon_error *err)
{
    git_reference *ref = NULL;
    char log[128];
    int rc = edit_begin(e, err);

    *moved_out = 0;
    if (rc)
        return rc;
    if (!e->tip.ref[0])
        return cn_fail(err, CANON_EUNSUPPORTED,
                       "no branch is checked out: switch to one to save");
    rc = make_commit(e, err);
    if (rc || git_oid_equal(&e->commit, &e->tip.commit))
        return rc;
    reflog_text(e, log);
    rc = git_reference_create_matching(&ref, e->s->repo, e->tip.ref, &e->commit,
                                       1, &e->tip.commit, log);
    git_reference_free(ref);
    if (rc == GIT_EMODIFIED || rc == GIT_ELOCKED || rc == GIT_ENOTFOUND)
        *moved_out = rc;
    if (rc)
        return cn_git_fail(err, rc, "cannot move the branch");
    sync_branch(e->s, e->tip.ref);
    update_work_tree(e);
    return CANON_OK;
}

/* Our own writers queue up here; git's are met by trying again. */
static int lock_repository(cn_git *s, int *fd_out, canon_error *err)
{
    const char *path = git_repository_commondir(s->repo);
    int rc;

    *fd_out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd_out < 0)
        return cn_fail_errno(err, path);
    rc = cn_source_lock(*fd_out, s->host, err);
    if (rc)
        close(*fd_out);
    return rc;
}

static int write_here(void *state, const canon_change *change,
                      canon_written *out, canon_error *err)
{
    cn_git *s = state;
    edit e = {.s = s, .change = change};
    int moved = 0;
    int lock;
    int rc = cn_change_check(change, err);

    if (!rc)
        rc = make_durable(s, err);
    if (!rc)
        rc = lock_repository(s, &lock, err);
    if (rc)
        return rc;
    for (int i = 0; i < TRIES; i++) {
        rc = try_write(&e, &moved, err);
        edit_forget(&e);
        if (!moved)
            break;
        if (s->host->interrupted(s->host->user)) {
            rc = cn_fail(err, CANON_ECANCELED, "canceled");
            break;
        }
        cn_source_pause(PAUSE_MS);
    }
    if (moved && rc != CANON_ECANCELED)
        rc = cn_fail(err, CANON_EBUSY,
                     "somebody else is changing branch %s all the time",
                     e.tip.branch);
    if (!rc)
        fill_written(&e, e.tip.branch, out);
    close(lock);
    return rc;
}

static int fresh_name(cn_git *s, char out[256], canon_error *err)
{
    unsigned char bytes[4];
    char hex[9];

    if (s->host->random(s->host->user, bytes, sizeof(bytes)))
        return cn_fail(err, CANON_EIO, "no random bytes for a branch name");
    cn_hex(hex, bytes, sizeof(bytes));
    snprintf(out, 256, "canon/edit-%s", hex);
    return CANON_OK;
}

/* Is there a branch "a" or "a/b" in the way of "a/b/c"? libgit2 tells that in
 * different ways, depending on how it is stored. */
static bool is_below_a_branch(git_repository *repo, char *ref)
{
    bool found = false;

    for (char *p = ref + strlen("refs/heads/"); !found && *p; p++) {
        git_oid ignored;

        if (*p != '/')
            continue;
        *p = '\0';
        found = git_reference_name_to_id(&ignored, repo, ref) == 0;
        *p = '/';
    }
    return found;
}

/* CANON_ECONFLICT when the branch exists, or one that is a folder of it. */
static int create_branch(edit *e, const char *branch, canon_error *err)
{
    git_reference *ref = NULL;
    char name[300];
    char log[128];
    int rc;

    snprintf(name, sizeof(name), "refs/heads/%s", branch);
    if (is_below_a_branch(e->s->repo, name))
        return cn_fail(err, CANON_ECONFLICT, "branch %s exists already",
                       branch);
    reflog_text(e, log);
    rc = git_reference_create(&ref, e->s->repo, name, &e->commit, 0, log);
    git_reference_free(ref);
    if (!rc) {
        sync_branch(e->s, name);
        return CANON_OK;
    }
    if (rc == GIT_EEXISTS || rc == GIT_EMODIFIED ||
        (git_error_last() && git_error_last()->klass == GIT_ERROR_REFERENCE))
        return cn_fail(err, CANON_ECONFLICT, "branch %s exists already",
                       branch);
    return cn_git_fail(err, rc, "cannot make the branch");
}

static int check_branch(const edit *e, const char *branch, canon_error *err)
{
    if (strlen(branch) < 256 && cn_branch_ok(cn_str(branch)) &&
        strcmp(branch, "HEAD") != 0 && strcmp(branch, e->tip.branch) != 0)
        return CANON_OK;
    return cn_fail(err, CANON_EINVAL, "invalid branch name");
}

static int propose_here(void *state, const canon_change *change,
                        canon_written *out, canon_error *err)
{
    cn_git *s = state;
    edit e = {.s = s, .change = change};
    bool given = change->branch && *change->branch;
    char branch[256] = "";
    int rc = cn_change_check(change, err);

    if (!rc)
        rc = make_durable(s, err);
    if (!rc && given) {
        rc = cn_git_tip_get(s->repo, &e.tip, err);
        if (!rc)
            rc = check_branch(&e, change->branch, err);
        if (!rc)
            snprintf(branch, sizeof(branch), "%s", change->branch);
    }
    if (!rc)
        rc = edit_begin(&e, err);
    if (!rc)
        rc = make_commit(&e, err);
    for (int i = 0; !rc && i < FRESH_NAMES; i++) {
        if (!given)
            rc = fresh_name(s, branch, err);
        if (!rc)
            rc = create_branch(&e, branch, err);
        if (given || rc != CANON_ECONFLICT || i + 1 == FRESH_NAMES)
            break;
        rc = CANON_OK;
    }
    if (!rc)
        fill_written(&e, branch, out);
    edit_forget(&e);
    return rc;
}

/*
 * libgit2 writes references and index with frames of 64 KiB, and threads of a
 * host may have hardly more: both operations get a stack of their own.
 */
typedef struct request {
    int (*serve)(void *state, const canon_change *change, canon_written *out,
                 canon_error *err);
    void *state;
    const canon_change *change;
    canon_written *out;
    canon_error *err;
} request;

static int serve(void *user)
{
    const request *r = user;

    return r->serve(r->state, r->change, r->out, r->err);
}

static int send_on(request *r)
{
    cn_errand errand = {.run = serve, .user = r};

    if (!cn_errand_start(&errand, STACK_SIZE))
        return cn_fail_memory(r->err);
    return cn_errand_wait(&errand);
}

int cn_git_write(void *state, const canon_change *change, canon_written *out,
                 canon_error *err)
{
    request r = {write_here, state, change, out, err};

    return send_on(&r);
}

int cn_git_propose(void *state, const canon_change *change, canon_written *out,
                   canon_error *err)
{
    request r = {propose_here, state, change, out, err};

    return send_on(&r);
}
