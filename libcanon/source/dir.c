/*
 * A folder as a source ("dir:PATH"). Files are named by git's blob id of their
 * bytes. A write replaces the file in one step (temporary file, rename), under
 * a lock on its folder, so that of two writers that start from the same
 * content one gets CANON_ECONFLICT.
 */
#include "source_parts.h"

#include "arena.h"
#include "array.h"
#include "check.h"
#include "crypto.h"
#include "fail.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Hidden, so it is no document. One name is enough: the folder is locked. A
 * left-over of a crash is replaced by the next write. */
#define TEMPORARY ".canon-write.tmp"

#define CHUNK ((size_t)16384) /* of a file that grows while it is read */

#define OPEN_FILE (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

typedef struct dir_state {
    int root;
    const cn_source_host *host;
} dir_state;

static int dir_open(void *user, const char *location, void **state,
                    canon_error *err)
{
    dir_state *s = cn_calloc(1, sizeof(*s));

    *state = NULL;
    if (!s)
        return cn_fail_memory(err);
    s->host = user;
    s->root = open(location, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->root < 0) {
        int rc = cn_fail_errno(err, location);

        cn_free(s);
        return rc;
    }
    *state = s;
    return CANON_OK;
}

static void dir_close(void *state)
{
    dir_state *s = state;

    if (s) {
        close(s->root);
        cn_free(s);
    }
}

static int dir_head(void *state, const char *ref, canon_revision *out,
                    canon_error *err)
{
    static const canon_revision now = {"", "main", 0};

    (void)state;
    if (ref && *ref && strcmp(ref, now.branch) != 0)
        return cn_fail(err, CANON_ENOTFOUND,
                       "a folder has no branch or commit %s", ref);
    *out = now;
    return CANON_OK;
}

/* The listing is collected first: callers get it in byte order, and nothing is
 * open while they work. */
typedef struct listed {
    const char *path;
    int64_t len;
    int64_t time_us;
    int64_t time_ns;
    uint64_t inode;
} listed;

typedef struct listing {
    cn_arena arena;
    cn_array files; /* listed */
    canon_error *err;
} listing;

static int add_file(const char *path, const struct stat *st, void *user)
{
    listing *l = user;
    char *copy = cn_arena_str(&l->arena, path);
    listed *file = copy ? cn_array_push(&l->files) : NULL;

    if (!file)
        return cn_fail_memory(l->err);
    file->path = copy;
    file->len = st->st_size;
    file->time_us = cn_stat_time_us(st);
    file->time_ns = st->st_mtim.tv_nsec;
    file->inode = st->st_ino;
    return CANON_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const listed *)a)->path, ((const listed *)b)->path);
}

static int listing_make(listing *l, int root, canon_error *err)
{
    cn_walk walk = {false, NULL, add_file, l};
    int rc;

    l->err = err;
    rc = cn_walk_run(root, cn_str(""), &walk, err);
    if (!rc && l->files.count > 0)
        qsort(l->files.items, l->files.count, l->files.size, by_path);
    return rc;
}

static void listing_free(listing *l)
{
    cn_array_free(&l->files);
    cn_arena_free(&l->arena);
}

/* A file that changed a moment ago may change again without its time moving
 * on: it gets no stamp and is read the next time, too. */
static void stamp_of(const listed *file, int64_t now_us, char out[96])
{
    int64_t age = now_us - file->time_us;

    if (age > -CN_MTIME_NEW && age < CN_MTIME_NEW) {
        out[0] = '\0';
        return;
    }
    snprintf(out, 96, "%lld-%lld.%09lld-%llu", (long long)file->len,
             (long long)(file->time_us / 1000000), (long long)file->time_ns,
             (unsigned long long)file->inode);
}

static int dir_list(void *state, const canon_revision *at,
                    int (*on_file)(const canon_file *file, void *file_user),
                    void *file_user, canon_error *err)
{
    dir_state *s = state;
    listing l = {CN_ARENA_INIT, CN_ARRAY_INIT(listed), NULL};
    int rc = listing_make(&l, s->root, err);
    int64_t now_us = s->host->now_us(s->host->user);

    (void)at;
    for (size_t i = 0; !rc && i < l.files.count; i++) {
        const listed *f = cn_array_at(&l.files, i);
        char stamp[96];
        canon_file file = {f->path, "", stamp, f->len, f->time_us};

        stamp_of(f, now_us, stamp);
        if (on_file(&file, file_user))
            rc = cn_fail(err, CANON_ECANCELED, "canceled");
    }
    listing_free(&l);
    return rc;
}

uint64_t cn_dir_print(const char *location)
{
    int root = open(location, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    listing l = {CN_ARENA_INIT, CN_ARRAY_INIT(listed), NULL};
    uint64_t print = UINT64_C(1469598103934665603);

    if (root < 0)
        return 0;
    if (listing_make(&l, root, NULL))
        print = 0;
    for (size_t i = 0; print && i < l.files.count; i++) {
        const listed *f = cn_array_at(&l.files, i);
        char stamp[96];

        stamp_of(f, INT64_MAX / 2, stamp);
        for (const char *p = f->path; *p; p++)
            print = (print ^ (unsigned char)*p) * UINT64_C(1099511628211);
        for (const char *p = stamp; *p; p++)
            print = (print ^ (unsigned char)*p) * UINT64_C(1099511628211);
    }
    listing_free(&l);
    close(root);
    return print;
}

/* The folder of a path, opened, and the name in it. */
static int open_parent(int root, const char *path, const char **name_out)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    *name_out = slash ? slash + 1 : path;
    return cn_open_below(root, cn_slice_of(path, len));
}

static int fail_path(canon_error *err, const char *path)
{
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
        return cn_fail(err, CANON_ENOTFOUND, "no file %s", path);
    return cn_fail_errno(err, path);
}

/* The bytes of an open file into a buffer whose limit is max + 1. */
static int read_all(int fd, const char *path, size_t expected, cn_buf *out,
                    canon_error *err)
{
    size_t want = expected + 1;

    for (;;) {
        char *p;
        ssize_t n;

        if (want > out->max - out->len)
            want = out->max - out->len;
        p = cn_buf_room(out, want);
        if (!p)
            return cn_buf_check(out, err);
        n = read(fd, p, want);
        if (n == 0)
            return CANON_OK;
        if (n < 0 && errno != EINTR)
            return cn_fail_errno(err, path);
        if (n > 0)
            cn_buf_grew(out, (size_t)n);
        if (out->len == out->max)
            return cn_fail(err, CANON_ETOOBIG, "%s is larger than %zu bytes",
                           path, out->max - 1);
        want = CHUNK;
    }
}

/* A regular file in an open folder; st is filled. The limit is that of out. */
static int read_in(int folder, const char *name, const char *path, cn_buf *out,
                   struct stat *st, canon_error *err)
{
    int fd = openat(folder, name, OPEN_FILE);
    int rc;

    if (fd < 0)
        return fail_path(err, path);
    if (fstat(fd, st))
        rc = cn_fail_errno(err, path);
    else if (!S_ISREG(st->st_mode))
        rc = cn_fail(err, CANON_ENOTFOUND, "%s is not a regular file", path);
    else if (st->st_size < 0 || (uint64_t)st->st_size >= out->max)
        rc = cn_fail(err, CANON_ETOOBIG, "%s is larger than %zu bytes", path,
                     out->max - 1);
    else
        rc = read_all(fd, path, (size_t)st->st_size, out, err);
    close(fd);
    return rc;
}

static int dir_read(void *state, const canon_revision *at, const char *path,
                    size_t max, canon_buf *out, char blob_out[72],
                    canon_error *err)
{
    dir_state *s = state;
    cn_buf text;
    struct stat st;
    const char *name;
    int folder = open_parent(s->root, path, &name);
    int rc;

    (void)at;
    if (folder < 0)
        return fail_path(err, path);
    cn_buf_adopt(&text, out, max + 1);
    rc = read_in(folder, name, path, &text, &st, err);
    close(folder);
    if (!rc && blob_out)
        cn_git_blob_id(text.data, text.len, blob_out);
    if (rc) {
        cn_buf_free(&text);
        return rc;
    }
    return cn_buf_export(&text, out, err);
}

/* Make the last folder of a path whose others are there. */
static int make_folder(int root, cn_slice path)
{
    char name[256];
    size_t at = cn_slice_rfind(path, '/');
    cn_slice parent = cn_slice_first(path, at == path.len ? 0 : at);
    cn_slice last = at == path.len ? path : cn_slice_from(path, at + 1);
    int fd;
    int rc;

    if (last.len >= sizeof(name)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name, last.ptr, last.len);
    name[last.len] = '\0';
    fd = cn_open_below(root, parent);
    if (fd < 0)
        return -1;
    rc = mkdirat(fd, name, 0777);
    if (!rc)
        rc = fsync(fd);
    else if (errno == EEXIST)
        rc = 0;
    close(fd);
    return rc;
}

/* The folders of a path, as needed; symbolic links are not followed. */
static int make_folders(int root, const char *path, canon_error *err)
{
    const char *slash = strchr(path, '/');

    for (; slash; slash = strchr(slash + 1, '/')) {
        if (make_folder(root, cn_slice_of(path, (size_t)(slash - path))))
            return fail_path(err, path);
    }
    return CANON_OK;
}

/* Is the file what the change is based on? The mode is kept for the new one,
 * 0 for a file that does not exist. */
static int compare(int folder, const char *name, const canon_change *change,
                   mode_t *mode_out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(CN_BASE_MAX + 1);
    struct stat st;
    char blob[72];
    int rc;

    *mode_out = 0;
    if (!*change->base_blob) {
        if (!fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
            return cn_fail(err, CANON_ECONFLICT, "%s exists already",
                           change->path);
        return errno == ENOENT ? CANON_OK : cn_fail_errno(err, change->path);
    }
    rc = read_in(folder, name, change->path, &text, &st, err);
    if (!rc) {
        cn_git_blob_id(text.data, text.len, blob);
        *mode_out = st.st_mode & 07777;
        if (strcmp(blob, change->base_blob) != 0)
            rc = cn_fail(err, CANON_ECONFLICT, "%s changed meanwhile",
                         change->path);
    } else if (rc == CANON_ENOTFOUND) {
        rc = cn_fail(err, CANON_ECONFLICT, "%s is not there any more",
                     change->path);
    }
    cn_buf_free(&text);
    return rc;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int fill(int fd, const canon_change *change, mode_t mode)
{
    if (write_all(fd, change->text, change->text_len))
        return -1;
    if (mode != 0 && fchmod(fd, mode))
        return -1;
    return fsync(fd);
}

/* The temporary file, complete and on the disk. */
static int write_temporary(int folder, const canon_change *change, mode_t mode,
                           canon_error *err)
{
    int fd;
    int rc;

    if (unlinkat(folder, TEMPORARY, 0) && errno != ENOENT)
        return cn_fail_errno(err, change->path);
    fd = openat(folder, TEMPORARY,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return cn_fail_errno(err, change->path);
    rc = fill(fd, change, mode) ? cn_fail_errno(err, change->path) : CANON_OK;
    if (close(fd) && !rc)
        rc = cn_fail_errno(err, change->path);
    return rc;
}

/* A new file must not replace one that appeared meanwhile: link() refuses that,
 * rename() does not. File systems without links get the second best. */
static int put_in_place(int folder, const char *name, bool is_new)
{
    int rc;

    if (!is_new)
        return renameat(folder, TEMPORARY, folder, name);
    rc = linkat(folder, TEMPORARY, folder, name, 0);
    if (rc && errno != EEXIST)
        return renameat(folder, TEMPORARY, folder, name);
    return rc;
}

static int replace(int folder, const char *name, const canon_change *change,
                   canon_error *err)
{
    mode_t mode;
    int rc = compare(folder, name, change, &mode, err);
    bool is_new = !*change->base_blob;

    if (rc)
        return rc;
    rc = write_temporary(folder, change, mode, err);
    if (!rc && put_in_place(folder, name, is_new)) {
        rc = errno == EEXIST ? cn_fail(err, CANON_ECONFLICT,
                                       "%s exists already", change->path)
                             : cn_fail_errno(err, change->path);
    }
    unlinkat(folder, TEMPORARY, 0);
    if (!rc && fsync(folder) && errno != EINVAL)
        rc = cn_fail_errno(err, change->path);
    return rc;
}

static int dir_write(void *state, const canon_change *change,
                     canon_written *out, canon_error *err)
{
    dir_state *s = state;
    const char *name;
    int folder;
    int rc = cn_change_check(change, err);

    if (!rc && !*change->base_blob)
        rc = make_folders(s->root, change->path, err);
    if (rc)
        return rc;
    folder = open_parent(s->root, change->path, &name);
    if (folder < 0)
        return fail_path(err, change->path);
    rc = cn_source_lock(folder, s->host, err);
    if (!rc)
        rc = replace(folder, name, change, err);
    close(folder);
    if (rc)
        return rc;
    memset(out, 0, sizeof(*out));
    cn_git_blob_id(change->text, change->text_len, out->blob);
    snprintf(out->branch, sizeof(out->branch), "main");
    return CANON_OK;
}

static int dir_propose(void *state, const canon_change *change,
                       canon_written *out, canon_error *err)
{
    (void)state;
    (void)change;
    (void)out;
    return cn_fail(err, CANON_EUNSUPPORTED,
                   "a folder has no branches: save directly, or make it a git "
                   "repository");
}

const canon_source_ops cn_dir_ops = {
    sizeof(canon_source_ops),
    dir_open,
    dir_head,
    dir_list,
    dir_read,
    dir_write,
    dir_propose,
    dir_close,
};
