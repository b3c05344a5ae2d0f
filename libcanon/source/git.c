/*
 * A local git repository as a source ("git:PATH"), bare or with a work tree.
 * Everything is read at a commit, from the objects; the work tree is not
 * looked at.
 */
#include "git_parts.h"

#include "fail.h"
#include "mem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

int cn_git_fail(canon_error *err, int rc, const char *what)
{
    const git_error *last = git_error_last();
    const char *why = last && last->message ? last->message : "unknown reason";

    if (last && last->klass == GIT_ERROR_NOMEMORY)
        return cn_fail_memory(err);
    switch (rc) {
    case GIT_ENOTFOUND:
        return cn_fail(err, CANON_ENOTFOUND, "%s: %s", what, why);
    case GIT_EEXISTS:
    case GIT_ECONFLICT:
    case GIT_EMODIFIED:
        return cn_fail(err, CANON_ECONFLICT, "%s: %s", what, why);
    case GIT_ELOCKED:
        return cn_fail(err, CANON_EBUSY, "%s: %s", what, why);
    case GIT_EINVALIDSPEC:
        return cn_fail(err, CANON_EINVAL, "%s: %s", what, why);
    case GIT_EOWNER:
        return cn_fail(err, CANON_EDENIED,
                       "%s belongs to another user: change its owner, or name "
                       "it in safe.directory of git's configuration",
                       what);
    default:
        return cn_fail(err, CANON_EIO, "%s: %s", what, why);
    }
}

static void git_close(void *state)
{
    cn_git *s = state;

    if (s) {
        git_repository_free(s->repo);
        cn_free(s);
        git_libgit2_shutdown();
    }
}

static void keep_git(void)
{
    (void)git_libgit2_init(); /* whoever fails here fails again below */
}

/*
 * libgit2 counts its users, and reads the certificates of the system whenever
 * the first one comes. One reference stays for the life of the process, so that
 * this happens once and not with every repository.
 */
static int start_git(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, keep_git);
    return git_libgit2_init();
}

static int fail_open(canon_error *err, int rc, const char *location)
{
    const git_error *last = git_error_last();

    /* libgit2 1.5 reports a foreign owner as a setting that it did not find */
    if (rc == GIT_ENOTFOUND && last && last->klass == GIT_ERROR_CONFIG)
        rc = GIT_EOWNER;
    if (rc == GIT_ENOTFOUND)
        return cn_fail(err, CANON_ENOTFOUND, "%s is no git repository",
                       location);
    return cn_git_fail(err, rc, location);
}

static int git_open(void *user, const char *location, void **state,
                    canon_error *err)
{
    cn_git *s = cn_calloc(1, sizeof(*s));
    int rc;

    *state = NULL;
    if (!s)
        return cn_fail_memory(err);
    s->host = user;
    rc = start_git();
    if (rc < 0) {
        cn_free(s);
        return cn_git_fail(err, rc, "libgit2");
    }
    /* this very folder, not one above it */
    rc = git_repository_open_ext(&s->repo, location,
                                 GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
    if (!rc)
        rc = git_repository_set_ident(s->repo, "Canon", "canon@localhost");
    if (rc) {
        rc = fail_open(err, rc, location);
        git_close(s);
        return rc;
    }
    *state = s;
    return CANON_OK;
}

/* Take refs/heads/<name> when there is such a branch. */
static bool try_branch(git_repository *repo, const char *name, cn_git_tip *tip)
{
    int n = snprintf(tip->branch, sizeof(tip->branch), "%s", name);

    if (n < 0 || (size_t)n >= sizeof(tip->branch))
        return false;
    snprintf(tip->ref, sizeof(tip->ref), "refs/heads/%s", name);
    return git_reference_name_to_id(&tip->commit, repo, tip->ref) == 0;
}

/* The branch that a symbolic reference names. */
static bool try_symbolic(git_repository *repo, const char *name,
                         const char *prefix, cn_git_tip *tip)
{
    git_reference *ref = NULL;
    const char *target = NULL;
    bool found = false;

    if (git_reference_lookup(&ref, repo, name) == 0)
        target = git_reference_symbolic_target(ref);
    if (target && strncmp(target, prefix, strlen(prefix)) == 0)
        found = try_branch(repo, target + strlen(prefix), tip);
    git_reference_free(ref);
    return found;
}

/* The only branch of a repository that has one. */
static bool try_only_branch(git_repository *repo, cn_git_tip *tip)
{
    git_branch_iterator *it = NULL;
    git_reference *ref = NULL;
    git_branch_t type;
    const char *name;
    int count = 0;
    bool found = false;

    if (git_branch_iterator_new(&it, repo, GIT_BRANCH_LOCAL))
        return false;
    while (count < 2 && git_branch_next(&ref, &type, it) == 0) {
        count++;
        found = count == 1 && git_branch_name(&name, ref) == 0 &&
                try_branch(repo, name, tip);
        git_reference_free(ref);
    }
    git_branch_iterator_free(it);
    return found && count == 1;
}

int cn_git_tip_get(git_repository *repo, cn_git_tip *out, canon_error *err)
{
    memset(out, 0, sizeof(*out));
    if (try_symbolic(repo, "HEAD", "refs/heads/", out) ||
        try_symbolic(repo, "refs/remotes/origin/HEAD", "refs/remotes/origin/",
                     out) ||
        try_branch(repo, "main", out) || try_branch(repo, "master", out))
        return CANON_OK;
    if (git_reference_name_to_id(&out->commit, repo, "HEAD") == 0) {
        out->branch[0] = '\0'; /* detached, and none of the usual branches */
        out->ref[0] = '\0';
        return CANON_OK;
    }
    if (try_only_branch(repo, out))
        return CANON_OK;
    return cn_fail(err, CANON_ENOTFOUND,
                   "the repository has no commits yet: make a first one");
}

/* A branch, a tag, or the full id of a commit. */
static int resolve(git_repository *repo, const char *name, git_oid *out,
                   canon_error *err)
{
    git_reference *ref = NULL;
    git_object *commit = NULL;
    int rc = git_reference_dwim(&ref, repo, name);

    if (!rc) {
        rc = git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT);
        if (!rc)
            git_oid_cpy(out, git_object_id(commit));
    } else if (strlen(name) == GIT_OID_HEXSZ) {
        rc = git_oid_fromstr(out, name);
    }
    git_object_free(commit);
    git_reference_free(ref);
    return rc ? cn_fail(err, CANON_ENOTFOUND, "no branch, tag or commit %s",
                        name)
              : CANON_OK;
}

static int git_head(void *state, const char *ref, canon_revision *out,
                    canon_error *err)
{
    cn_git *s = state;
    cn_git_tip tip;
    git_commit *commit = NULL;
    int rc = cn_git_tip_get(s->repo, &tip, err);

    if (!rc && ref && *ref)
        rc = resolve(s->repo, ref, &tip.commit, err);
    if (rc)
        return rc;
    rc = git_commit_lookup(&commit, s->repo, &tip.commit);
    if (rc)
        return cn_git_fail(err, rc, "cannot read the newest commit");
    memset(out, 0, sizeof(*out));
    git_oid_tostr(out->id, sizeof(out->id), &tip.commit);
    memcpy(out->branch, tip.branch, sizeof(out->branch));
    out->time_us = git_commit_time(commit) * 1000000;
    git_commit_free(commit);
    return CANON_OK;
}

/* The commit of a revision, or the newest one. */
static int commit_at(cn_git *s, const canon_revision *at, git_commit **out,
                     canon_error *err)
{
    cn_git_tip tip;
    int rc = CANON_OK;

    *out = NULL;
    if (!at || !at->id[0])
        rc = cn_git_tip_get(s->repo, &tip, err);
    else if (git_oid_fromstr(&tip.commit, at->id))
        rc = cn_fail(err, CANON_EINVAL, "%s is no commit id", at->id);
    if (rc)
        return rc;
    rc = git_commit_lookup(out, s->repo, &tip.commit);
    return rc ? cn_git_fail(err, rc, "cannot read the commit") : CANON_OK;
}

static bool is_file(const git_tree_entry *entry)
{
    git_filemode_t mode = git_tree_entry_filemode(entry);

    return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

int cn_git_find(git_repository *repo, const git_tree *root, cn_slice path,
                cn_git_kind *kind_out, git_oid *blob_out, int *mode_out,
                canon_error *err)
{
    git_tree *owned = NULL;
    const git_tree *tree = root;
    int rc = 0;

    *kind_out = CN_GIT_NONE;
    while (tree) {
        cn_slice part = cn_slice_cut(&path, '/');
        char name[CN_PATH_MAX + 1];
        const git_tree_entry *entry;
        git_tree *next = NULL;

        snprintf(name, sizeof(name), "%.*s", (int)part.len, part.ptr);
        entry = git_tree_entry_byname(tree, name);
        if (entry && path.ptr &&
            git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
            rc = git_tree_lookup(&next, repo, git_tree_entry_id(entry));
        } else if (entry && !path.ptr && is_file(entry)) {
            *kind_out = CN_GIT_FILE;
            *mode_out = (int)git_tree_entry_filemode(entry);
            git_oid_cpy(blob_out, git_tree_entry_id(entry));
        } else if (entry) {
            *kind_out = CN_GIT_OTHER;
        }
        git_tree_free(owned);
        owned = next;
        tree = next;
    }
    return rc ? cn_git_fail(err, rc, "cannot read a folder of the commit")
              : CANON_OK;
}

/* A folder on the way down and how far it has been looked at. */
typedef struct level {
    git_tree *tree;
    size_t next;
    size_t prefix; /* length of its path with the slash */
} level;

typedef struct lister {
    git_repository *repo;
    cn_arena arena;
    cn_array levels; /* level */
    cn_array files;  /* cn_git_file */
    char path[CN_PATH_MAX + 2];
} lister;

static int push_level(lister *l, const git_oid *id, size_t prefix,
                      canon_error *err)
{
    level *next = cn_array_push(&l->levels);
    int rc;

    if (!next)
        return cn_fail_memory(err);
    next->prefix = prefix;
    rc = git_tree_lookup(&next->tree, l->repo, id);
    return rc ? cn_git_fail(err, rc, "cannot read a folder of the commit")
              : CANON_OK;
}

static int push_file(lister *l, const git_oid *blob, canon_error *err)
{
    char *copy = cn_arena_str(&l->arena, l->path);
    cn_git_file *file = copy ? cn_array_push(&l->files) : NULL;

    if (!file)
        return cn_fail_memory(err);
    file->path = copy;
    git_oid_cpy(&file->blob, blob);
    return CANON_OK;
}

static int visit(lister *l, const git_tree_entry *entry, size_t prefix,
                 canon_error *err)
{
    const char *name = git_tree_entry_name(entry);
    size_t len = strlen(name);

    if (prefix + len > CN_PATH_MAX)
        return CANON_OK;
    memcpy(l->path + prefix, name, len + 1);
    if (is_file(entry) && cn_source_lists(cn_str(l->path)))
        return push_file(l, git_tree_entry_id(entry), err);
    if (git_tree_entry_type(entry) != GIT_OBJECT_TREE || cn_source_skips(name))
        return CANON_OK;
    l->path[prefix + len] = '/';
    return push_level(l, git_tree_entry_id(entry), prefix + len + 1, err);
}

/* Trees are sorted so that going down at once gives the byte order of paths. */
static int list_tree(lister *l, const git_oid *root, canon_error *err)
{
    int rc = push_level(l, root, 0, err);

    while (!rc && l->levels.count > 0) {
        level *top = cn_array_at(&l->levels, l->levels.count - 1);

        if (top->next < git_tree_entrycount(top->tree)) {
            rc = visit(l, git_tree_entry_byindex(top->tree, top->next++),
                       top->prefix, err);
        } else {
            git_tree_free(top->tree);
            cn_array_pop(&l->levels);
        }
    }
    return rc;
}

static void lister_free(lister *l)
{
    cn_array_each (level, top, &l->levels)
        git_tree_free(top->tree);
    cn_array_free(&l->levels);
    cn_array_free(&l->files);
    cn_arena_free(&l->arena);
}

static int report(const cn_array *files,
                  int (*on_file)(const canon_file *file, void *file_user),
                  void *file_user, canon_error *err)
{
    cn_array_each (const cn_git_file, f, files) {
        char blob[GIT_OID_HEXSZ + 1];
        canon_file file = {f->path, blob, "", -1, f->time_us};

        git_oid_tostr(blob, sizeof(blob), &f->blob);
        if (on_file(&file, file_user))
            return cn_fail(err, CANON_ECANCELED, "canceled");
    }
    return CANON_OK;
}

static int git_list(void *state, const canon_revision *at,
                    int (*on_file)(const canon_file *file, void *file_user),
                    void *file_user, canon_error *err)
{
    cn_git *s = state;
    lister l = {.arena = CN_ARENA_INIT,
                .levels = CN_ARRAY_INIT(level),
                .files = CN_ARRAY_INIT(cn_git_file)};
    git_commit *commit = NULL;
    int rc = commit_at(s, at, &commit, err);

    l.repo = s->repo;
    if (!rc)
        rc = list_tree(&l, git_commit_tree_id(commit), err);
    if (!rc)
        rc = cn_git_times(s->repo, commit, &l.files, err);
    if (!rc)
        rc = report(&l.files, on_file, file_user, err);
    lister_free(&l);
    git_commit_free(commit);
    return rc;
}

/* The size is asked for first: what is too large is not unpacked. */
static int read_blob(git_repository *repo, const git_oid *id, const char *path,
                     size_t max, cn_buf *out, canon_error *err)
{
    git_odb *odb = NULL;
    git_blob *blob = NULL;
    git_object_t type;
    size_t len = 0;
    int rc = git_repository_odb(&odb, repo);

    if (!rc)
        rc = git_odb_read_header(&len, &type, odb, id);
    git_odb_free(odb);
    if (!rc && len > max)
        return cn_fail(err, CANON_ETOOBIG, "%s is larger than %zu bytes", path,
                       max);
    if (!rc)
        rc = git_blob_lookup(&blob, repo, id);
    if (rc)
        return cn_fail(err, CANON_EIO,
                       "the content of %s is not in the "
                       "repository or is damaged",
                       path);
    cn_buf_add(out, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
    git_blob_free(blob);
    return cn_buf_check(out, err);
}

static int git_read(void *state, const canon_revision *at, const char *path,
                    size_t max, canon_buf *out, char blob_out[72],
                    canon_error *err)
{
    cn_git *s = state;
    cn_buf text;
    git_commit *commit = NULL;
    git_tree *tree = NULL;
    cn_git_kind kind = CN_GIT_NONE;
    git_oid blob;
    int mode = 0;
    int rc = commit_at(s, at, &commit, err);

    cn_buf_adopt(&text, out, max);
    if (!rc && git_commit_tree(&tree, commit))
        rc = cn_git_fail(err, -1, "cannot read the commit");
    if (!rc)
        rc = cn_git_find(s->repo, tree, cn_str(path), &kind, &blob, &mode, err);
    if (!rc && kind != CN_GIT_FILE)
        rc = cn_fail(err, CANON_ENOTFOUND,
                     kind == CN_GIT_NONE ? "no file %s"
                                         : "%s is not a regular file",
                     path);
    if (!rc)
        rc = read_blob(s->repo, &blob, path, max, &text, err);
    if (!rc && blob_out)
        git_oid_tostr(blob_out, 72, &blob);
    git_tree_free(tree);
    git_commit_free(commit);
    if (!rc)
        return cn_buf_export(&text, out, err);
    cn_buf_free(&text);
    return rc;
}

uint64_t cn_git_print(const char *location)
{
    git_repository *repo = NULL;
    cn_git_tip tip;
    uint64_t print = 0;

    if (start_git() < 0)
        return 0;
    if (git_repository_open_ext(&repo, location, GIT_REPOSITORY_OPEN_NO_SEARCH,
                                NULL) == 0 &&
        cn_git_tip_get(repo, &tip, NULL) == CANON_OK)
        memcpy(&print, tip.commit.id, sizeof(print));
    git_repository_free(repo);
    git_libgit2_shutdown();
    return print;
}

int cn_git_probe(const char *location, cn_buf *git_folder,
                 cn_buf *common_folder)
{
    git_repository *repo = NULL;
    int found = 0;

    if (start_git() < 0)
        return 0;
    if (git_repository_open_ext(&repo, location, GIT_REPOSITORY_OPEN_NO_SEARCH,
                                NULL) == 0) {
        found = 1;
        if (git_folder)
            cn_buf_puts(git_folder, git_repository_path(repo));
        if (common_folder)
            cn_buf_puts(common_folder, git_repository_commondir(repo));
    }
    git_repository_free(repo);
    git_libgit2_shutdown();
    return found;
}

const canon_source_ops cn_git_ops = {
    sizeof(canon_source_ops),
    git_open,
    git_head,
    git_list,
    git_read,
    cn_git_write,
    cn_git_propose,
    git_close,
};
