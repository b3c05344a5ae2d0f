/*
 * Walking a folder: iterative, by descriptors, symbolic links never followed,
 * so that nothing outside the folder is reached whatever changes meanwhile.
 */
#include "source_parts.h"

#include "arena.h"
#include "array.h"
#include "check.h"
#include "fail.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int cn_open_below(int root, cn_slice path)
{
    char name[256];
    int fd = openat(root, ".", OPEN_FOLDER);

    while (fd >= 0 && path.len > 0) {
        cn_slice part = cn_slice_cut(&path, '/');
        int next = -1;

        if (part.len < sizeof(name)) {
            memcpy(name, part.ptr, part.len);
            name[part.len] = '\0';
            next = openat(fd, name, OPEN_FOLDER);
        } else {
            errno = ENAMETOOLONG;
        }
        /* a symbolic link gives ELOOP or ENOTDIR; neither is followed */
        if (next < 0 && errno == ELOOP)
            errno = ENOTDIR;
        close(fd);
        fd = next;
    }
    return fd;
}

/* The folders that are still to be looked at; texts live in the arena. */
typedef struct walk_state {
    const cn_walk *walk;
    int root;
    cn_arena arena;
    cn_array folders; /* char * */
} walk_state;

static int push_folder(walk_state *s, const char *path, canon_error *err)
{
    char *copy = cn_arena_str(&s->arena, path);
    char **item = copy ? cn_array_push(&s->folders) : NULL;

    if (!item)
        return cn_fail_memory(err);
    *item = copy;
    return CANON_OK;
}

static int look_at(walk_state *s, int folder, const char *prefix,
                   const char *name, canon_error *err)
{
    char path[CN_PATH_MAX + 2];
    struct stat st;
    size_t at = strlen(prefix);
    size_t len = strlen(name);

    if (at + 1 + len > CN_PATH_MAX)
        return CANON_OK;
    memcpy(path, prefix, at);
    if (at > 0)
        path[at++] = '/';
    memcpy(path + at, name, len + 1);
    if (!cn_path_ok(cn_str(path)) ||
        fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
        return CANON_OK;
    if (S_ISDIR(st.st_mode))
        return !s->walk->all_folders && cn_source_skips(name)
                   ? CANON_OK
                   : push_folder(s, path, err);
    if (!S_ISREG(st.st_mode) || !s->walk->on_file ||
        !cn_source_lists(cn_str(path)))
        return CANON_OK;
    return s->walk->on_file(path, &st, s->walk->user);
}

static int walk_folder(walk_state *s, const char *path, bool is_root,
                       canon_error *err)
{
    int fd = cn_open_below(s->root, cn_str(path));
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int rc = CANON_OK;

    if (!dir) {
        rc = is_root ? cn_fail_errno(err, "cannot list the folder") : CANON_OK;
        if (fd >= 0)
            close(fd);
        return rc; /* a folder below that vanished or is closed to us */
    }
    if (s->walk->on_folder)
        rc = s->walk->on_folder(path, s->walk->user);
    do {
        errno = 0;
        entry = rc ? NULL : readdir(dir);
        if (entry && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            rc = look_at(s, fd, path, entry->d_name, err);
        else if (!entry && !rc && errno)
            rc = cn_fail_errno(err, "cannot list the folder");
    } while (entry);
    closedir(dir);
    return rc;
}

int cn_walk_run(int root, cn_slice start, const cn_walk *walk, canon_error *err)
{
    walk_state s = {walk, root, CN_ARENA_INIT, CN_ARRAY_INIT(char *)};
    char *first = cn_arena_copy(&s.arena, start);
    int rc = first ? push_folder(&s, first, err) : cn_fail_memory(err);
    bool is_root = true;

    while (!rc && s.folders.count > 0) {
        char *path = *(char **)cn_array_at(&s.folders, s.folders.count - 1);

        cn_array_pop(&s.folders);
        rc = walk_folder(&s, path, is_root, err);
        is_root = false;
    }
    cn_array_free(&s.folders);
    cn_arena_free(&s.arena);
    return rc;
}
