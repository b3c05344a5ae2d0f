/*
 * Rules that folders and git repositories have in common.
 */
#include "source_parts.h"

#include "check.h"
#include "fail.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#define LOCK_PAUSE_MS 5
#define LOCK_TRIES    1000

bool cn_source_lists(cn_slice path)
{
    cn_slice name = cn_slice_from(path, cn_slice_rfind(path, '/') + 1);

    if (cn_slice_find(path, '/') == path.len)
        name = path;
    if (cn_slice_is(path, "CANON.yaml") || cn_slice_is(path, "SPECWRIGHT.yaml"))
        return true;
    return name.len > 3 && cn_slice_ends(name, ".md");
}

bool cn_source_skips(const char *name)
{
    static const char *const vendored[] = {"node_modules", "vendor",
                                           "third_party"};

    if (name[0] == '.')
        return true;
    for (size_t i = 0; i < sizeof(vendored) / sizeof(vendored[0]); i++) {
        if (strcmp(name, vendored[i]) == 0)
            return true;
    }
    return false;
}

int64_t cn_stat_time_us(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

void cn_source_pause(int ms)
{
    struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&t, NULL);
}

int cn_source_lock(int fd, const cn_source_host *host, canon_error *err)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return CANON_OK;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return cn_fail_errno(err, "cannot lock the folder");
        if (host->interrupted(host->user))
            return cn_fail(err, CANON_ECANCELED, "canceled");
        cn_source_pause(LOCK_PAUSE_MS);
    }
    return cn_fail(err, CANON_EBUSY, "another process is writing there");
}

/* Nobody edits the inside of a repository through a file of it. */
static bool is_git_inside(cn_slice path)
{
    while (path.ptr) {
        if (cn_slice_is_nocase(cn_slice_cut(&path, '/'), ".git"))
            return true;
    }
    return false;
}

int cn_change_check(const canon_change *change, canon_error *err)
{
    size_t len;

    if (change->size < sizeof(*change))
        return cn_fail(err, CANON_EINVAL,
                       "canon_change not initialised with CANON_CHANGE_INIT");
    if (!change->path || !cn_path_ok(cn_str(change->path)) ||
        is_git_inside(cn_str(change->path)))
        return cn_fail(err, CANON_EINVAL, "invalid file path");
    if (!change->text && change->text_len > 0)
        return cn_fail(err, CANON_EINVAL, "the change has no text");
    if (!change->base_blob)
        return cn_fail(err, CANON_EINVAL,
                       "the change names no content it is based on");
    len = strspn(change->base_blob, "0123456789abcdef");
    if (change->base_blob[len] || (len != 0 && len != 40))
        return cn_fail(err, CANON_ECONFLICT, "%s changed meanwhile",
                       change->path);
    return CANON_OK;
}
