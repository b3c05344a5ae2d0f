/*
 * What lies at a path: a git repository, a folder of documents, or a folder of
 * such. In this order: a git repository is one source; so is a folder with
 * CANON.yaml, or with documents below docs/; of other folders those that are
 * directly below and are one of these are taken; and when there are none, the
 * folder itself, if there is any document in it.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include "source_parts.h"

#include "arena.h"
#include "array.h"
#include "check.h"
#include "fail.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MOST 80

typedef struct finder {
    int (*on_found)(const canon_found_source *found, void *user);
    void *user;
    cn_arena arena;
    cn_array names; /* char *: those taken already */
    canon_error *err;
} finder;

static int stop_at_first(const char *path, const struct stat *st, void *user)
{
    (void)path;
    (void)st;
    (void)user;
    return 1;
}

/* Is there a document below a folder of root? */
static bool has_document(int root, const char *folder)
{
    cn_walk walk = {false, NULL, stop_at_first, NULL};

    return cn_walk_run(root, cn_str(folder), &walk, NULL) == 1;
}

#ifdef CANON_WITH_GIT
static bool has(int root, const char *name)
{
    return faccessat(root, name, F_OK, 0) == 0;
}

/* A look first: libgit2 reads all certificates of the system before anything
 * else, which a server without git repositories need not wait for. */
static bool is_git(int root, const char *path)
{
    return (has(root, ".git") || (has(root, "HEAD") && has(root, "objects"))) &&
           cn_git_probe(path, NULL, NULL);
}
#else
static bool is_git(int root, const char *path)
{
    (void)root;
    (void)path;
    return false;
}
#endif

static bool is_repository_folder(int root)
{
    return faccessat(root, "CANON.yaml", R_OK, 0) == 0 ||
           faccessat(root, "SPECWRIGHT.yaml", R_OK, 0) == 0 ||
           has_document(root, "docs");
}

/* The last segment, without ".git", of the characters that names may have. */
static void name_of(const char *path, char out[NAME_MOST + 1])
{
    const char *slash = strrchr(path, '/');
    cn_slice name = cn_str(slash ? slash + 1 : path);
    size_t len = 0;

    if (name.len > 4 && cn_slice_ends(name, ".git"))
        name.len -= 4;
    for (size_t i = 0; i < name.len && len < NAME_MOST; i++) {
        char c = name.ptr[i];
        bool plain =
            cn_is_alpha(c) || cn_is_digit(c) || (c && strchr("._-", c));

        if (!plain)
            c = '-';
        if (c != '-' || (len > 0 && out[len - 1] != '-'))
            out[len++] = c;
    }
    while (len > 0 && out[len - 1] == '-')
        len--;
    out[len] = '\0';
    if (!cn_slug_ok(cn_str(out)))
        snprintf(out, NAME_MOST + 1, "specs");
}

static bool is_taken(const finder *f, const char *name)
{
    cn_array_each (char *, taken, &f->names) {
        if (cn_slice_eq_nocase(cn_str(*taken), cn_str(name)))
            return true;
    }
    return false;
}

static int found(finder *f, const char *kind, const char *path)
{
    char base[NAME_MOST + 1];
    canon_found_source source;
    char **taken = cn_array_push(&f->names);
    char *name;

    if (!taken)
        return cn_fail_memory(f->err);
    cn_array_pop(&f->names);
    name_of(path, base);
    name = cn_arena_str(&f->arena, base);
    for (int n = 2; name && is_taken(f, name); n++)
        name = cn_arena_printf(&f->arena, "%s-%d", base, n);
    source.name = name;
    source.url = cn_arena_printf(&f->arena, "%s:%s", kind, path);
    if (!name || !source.url)
        return cn_fail_memory(f->err);
    taken = cn_array_push(&f->names);
    *taken = name;
    if (f->on_found(&source, f->user))
        return cn_fail(f->err, CANON_ECANCELED, "canceled");
    return CANON_OK;
}

/* CANON_ENOTFOUND when this very folder is no repository. */
static int try_folder(finder *f, const char *path)
{
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_one;

    if (root < 0)
        return CANON_ENOTFOUND;
    if (is_git(root, path)) {
        close(root);
        return found(f, "git", path);
    }
    is_one = is_repository_folder(root);
    close(root);
    return is_one ? found(f, "dir", path) : CANON_ENOTFOUND;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folders in a folder, sorted. Links are followed: a folder of
 * links to repositories is a fine way to choose some. */
static int child_folders(finder *f, const char *path, cn_array *out)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    int rc = dir ? CANON_OK : cn_fail_errno(f->err, path);

    while (!rc) {
        char **item;
        char *child;

        entry = readdir(dir);
        if (!entry)
            break;
        if (cn_source_skips(entry->d_name))
            continue;
        child =
            cn_arena_printf(&f->arena, "%s/%s",
                            strcmp(path, "/") == 0 ? "" : path, entry->d_name);
        item = child ? cn_array_push(out) : NULL;
        if (!item)
            rc = cn_fail_memory(f->err);
        else
            *item = child;
    }
    if (dir)
        closedir(dir);
    if (!rc && out->count > 0)
        qsort(out->items, out->count, out->size, by_name);
    return rc;
}

static int try_children(finder *f, const char *path)
{
    cn_array children = CN_ARRAY_INIT(char *);
    int rc = child_folders(f, path, &children);
    bool any = false;

    for (size_t i = 0; !rc && i < children.count; i++) {
        rc = try_folder(f, *(char **)cn_array_at(&children, i));
        any = any || !rc;
        if (rc == CANON_ENOTFOUND)
            rc = CANON_OK;
    }
    cn_array_free(&children);
    return rc || any ? rc : CANON_ENOTFOUND;
}

static int find(finder *f, const char *path)
{
    int root;
    int rc = try_folder(f, path);

    if (rc == CANON_ENOTFOUND)
        rc = try_children(f, path);
    if (rc != CANON_ENOTFOUND)
        return rc;
    root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root >= 0 && has_document(root, ""))
        rc = found(f, "dir", path);
    else
        rc = cn_fail(f->err, CANON_ENOTFOUND,
                     "no git repository and no *.md file in %s", path);
    if (root >= 0)
        close(root);
    return rc;
}

int canon_source_discover(const char *path,
                          int (*on_found)(const canon_found_source *found,
                                          void *user),
                          void *user, canon_error *err)
{
    finder f = {on_found, user, CN_ARENA_INIT, CN_ARRAY_INIT(char *), err};
    char *whole = cn_realloc(NULL, PATH_MAX);
    int rc = CANON_OK;

    if (!whole)
        return cn_fail_memory(err);
    if (!path || !*path)
        rc = cn_fail(err, CANON_EINVAL, "no path given");
    else if (!realpath(path, whole))
        rc = cn_fail_errno(err, path);
    if (!rc)
        rc = find(&f, whole);
    cn_array_free(&f.names);
    cn_arena_free(&f.arena);
    cn_free(whole);
    return rc;
}
