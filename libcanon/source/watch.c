/*
 * Watching local sources: folders with inotify, git repositories through HEAD,
 * packed-refs and refs/heads. What inotify cannot do (its limits, sources that
 * are not there yet) is looked at every two seconds. Time is counted in the
 * time-outs of poll(): no clock is needed.
 */
#include "source_parts.h"

#include "arena.h"
#include "array.h"
#include "fail.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define POLL_MS    2000
#define SLICE_MS   50
#define QUIET      4   /* slices without an event that end the waiting */
#define SLICES     12  /* at most */
#define NOISE      100 /* wake-ups for nothing before the caller is asked */
#define URL_MOST   4096
#define EVENTS_LEN 2048

#define EVENTS                                                                 \
    (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |    \
     IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

enum changed { NOTHING, ONE, MANY };

typedef struct watched {
    int64_t id;
    char *url;
    const char *location; /* inside url */
    bool is_git;
    bool by_polling; /* no inotify for this one */
    bool is_lost;    /* because it could not be read: try again */
    bool rebuild;    /* its folders changed */
    bool touched;    /* git: look whether the commit changed */
    enum changed changed;
    uint64_t print;             /* cn_git_print, or cn_dir_print when polling */
    char path[CN_PATH_MAX + 1]; /* of ONE */
} watched;

/* One inotify watch of one source. Sources inside each other share numbers. */
typedef struct place {
    int wd;
    bool is_root; /* of a folder, or the git folder */
    bool is_refs;
    watched *of;
    char *folder; /* relative to the location; "" for git */
} place;

struct cn_watch {
    int fd; /* -1: everything is polled */
    const cn_log *log;
    cn_array sources; /* watched * */
    cn_array places;  /* place */
    int waited_ms;    /* since the last look at what is polled */
};

static void log_polling(const cn_watch *w, const char *url, const char *why)
{
    if (w->log)
        cn_log_write(w->log, CANON_LOG_WARN, "source",
                     "%s: %s, looking at it every 2 s", url, why);
}

int cn_watch_open(const cn_log *log, cn_watch **out, canon_error *err)
{
    cn_watch *w = cn_calloc(1, sizeof(*w));

    *out = w;
    if (!w)
        return cn_fail_memory(err);
    w->log = log;
    w->sources = (cn_array)CN_ARRAY_INIT(watched *);
    w->places = (cn_array)CN_ARRAY_INIT(place);
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0)
        log_polling(w, "all sources", "no inotify (fs.inotify limits)");
    return CANON_OK;
}

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a;
    int y = *(const int *)b;

    return (x > y) - (x < y);
}

/* The numbers that other sources use, sorted. Without memory none: the watches
 * they share with this one then end, which makes them look again. */
static cn_array numbers_of_others(const cn_watch *w, const watched *of)
{
    cn_array numbers = CN_ARRAY_INIT(int);

    cn_array_each (place, p, &w->places) {
        int *number = p->of == of ? NULL : cn_array_push(&numbers);

        if (number)
            *number = p->wd;
    }
    if (numbers.count > 0)
        qsort(numbers.items, numbers.count, numbers.size, by_number);
    return numbers;
}

/* Remove the places of a source; those of other sources stay. */
static void drop_places(cn_watch *w, const watched *of)
{
    cn_array others = numbers_of_others(w, of);
    size_t kept = 0;

    for (size_t i = 0; i < w->places.count; i++) {
        place *p = cn_array_at(&w->places, i);

        if (p->of != of) {
            memmove(cn_array_at(&w->places, kept++), p, sizeof(*p));
            continue;
        }
        if (others.count == 0 || !bsearch(&p->wd, others.items, others.count,
                                          others.size, by_number))
            inotify_rm_watch(w->fd, p->wd);
        cn_free(p->folder);
    }
    w->places.count = kept;
    cn_array_free(&others);
}

/* What a walk over folders adds places for. */
typedef struct adder {
    cn_watch *w;
    watched *of;
    const char *top; /* absolute */
    bool is_refs;
    int number; /* errno of inotify_add_watch */
} adder;

static int add_place(adder *a, const char *folder, bool is_root)
{
    cn_buf path = CN_BUF_INIT(URL_MOST + CN_PATH_MAX);
    char *copy = cn_strdup(a->is_refs || a->of->is_git ? "" : folder);
    place *p;
    int wd = -1;

    cn_buf_puts(&path, a->top);
    cn_buf_puts(&path, "/");
    cn_buf_puts(&path, folder);
    errno = ENOMEM;
    if (path.data && copy)
        wd = inotify_add_watch(a->w->fd, path.data, EVENTS);
    a->number = wd < 0 ? errno : 0;
    cn_buf_free(&path);
    p = wd < 0 ? NULL : cn_array_push(&a->w->places);
    if (!p) {
        cn_free(copy);
        a->number = wd < 0 ? a->number : ENOMEM;
        /* a folder that went away meanwhile is no failure */
        return a->number == ENOENT && !is_root ? CANON_OK : CANON_EIO;
    }
    p->wd = wd;
    p->is_root = is_root;
    p->is_refs = a->is_refs;
    p->of = a->of;
    p->folder = copy;
    return CANON_OK;
}

static int on_folder(const char *path, void *user)
{
    return add_place(user, path, !*path);
}

/* Watch a folder and all below it, from `start` on. */
static int add_folders(adder *a, const char *start)
{
    cn_walk walk = {a->is_refs, on_folder, NULL, a};
    int root = open(a->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc;

    if (root < 0) {
        a->number = errno;
        return CANON_EIO;
    }
    rc = cn_walk_run(root, cn_str(start), &walk, NULL);
    if (rc == CANON_ENOMEM)
        a->number = ENOMEM;
    else if (rc && !a->number)
        a->number = ENOENT;
    close(root);
    return rc;
}

#ifdef CANON_WITH_GIT
static int add_git(adder *a)
{
    cn_buf folder = CN_BUF_INIT(URL_MOST);
    cn_buf common = CN_BUF_INIT(URL_MOST);
    int rc = CANON_EIO;

    a->number = ENOENT;
    if (cn_git_probe(a->of->location, &folder, &common) == 1 && folder.data &&
        common.data) {
        a->top = folder.data;
        rc = add_place(a, "", true);
        a->top = common.data;
        if (!rc && strcmp(folder.data, common.data) != 0)
            rc = add_place(a, "", true);
        cn_buf_puts(&common, "refs/heads");
        a->top = cn_buf_text(&common);
        a->is_refs = true;
        if (!rc)
            rc = add_folders(a, "");
    }
    cn_buf_free(&common);
    cn_buf_free(&folder);
    return rc;
}
#else
static int add_git(adder *a)
{
    (void)a;
    return CANON_EIO;
}
#endif

static uint64_t print_of(const watched *s)
{
#ifdef CANON_WITH_GIT
    if (s->is_git)
        return cn_git_print(s->location);
#endif
    return cn_dir_print(s->location);
}

/* Set the watches of a source up, or leave it to polling. */
static int set_up(cn_watch *w, watched *s, bool is_again, canon_error *err)
{
    adder a = {w, s, s->location, false, 0};
    bool was_lost = s->is_lost;
    int rc = CANON_EIO;

    drop_places(w, s);
    s->rebuild = false;
    if (w->fd >= 0)
        rc = s->is_git ? add_git(&a) : add_folders(&a, "");
    if (rc) {
        drop_places(w, s);
        if (a.number == ENOMEM)
            return cn_fail_memory(err);
        s->is_lost = w->fd >= 0 && a.number != ENOSPC;
        if (w->fd >= 0 && !s->is_lost)
            log_polling(w, s->url,
                        "the limit fs.inotify.max_user_watches is reached");
        else if (s->is_lost && !was_lost)
            log_polling(w, s->url, "it cannot be read");
    } else {
        s->is_lost = false;
    }
    s->by_polling = rc != CANON_OK;
    if (!is_again && (s->is_git || s->by_polling))
        s->print = print_of(s);
    return CANON_OK;
}

static void free_source(watched *s)
{
    if (s) {
        cn_free(s->url);
        cn_free(s);
    }
}

void cn_watch_remove(cn_watch *w, int64_t id)
{
    for (size_t i = 0; i < w->sources.count; i++) {
        watched **item = cn_array_at(&w->sources, i);

        if ((*item)->id != id)
            continue;
        drop_places(w, *item);
        free_source(*item);
        *item = *(watched **)cn_array_at(&w->sources, w->sources.count - 1);
        cn_array_pop(&w->sources);
        return;
    }
}

int cn_watch_add(cn_watch *w, int64_t id, const char *url, canon_error *err)
{
    bool is_dir = strncmp(url, "dir:", 4) == 0;
    bool is_git = strncmp(url, "git:", 4) == 0;
    watched **item;
    watched *s;
    int rc;

    cn_watch_remove(w, id);
#ifndef CANON_WITH_GIT
    is_git = false;
#endif
    if ((!is_dir && !is_git) || strlen(url) > URL_MOST)
        return cn_fail(err, CANON_EUNSUPPORTED,
                       "only folders and local git "
                       "repositories are watched");
    s = cn_calloc(1, sizeof(*s));
    if (s)
        s->url = cn_strdup(url);
    item = s && s->url ? cn_array_push(&w->sources) : NULL;
    if (!item) {
        free_source(s);
        return cn_fail_memory(err);
    }
    *item = s;
    s->id = id;
    s->location = s->url + 4;
    s->is_git = is_git;
    rc = set_up(w, s, false, err);
    if (rc)
        cn_watch_remove(w, id);
    return rc;
}

static void note_path(watched *s, const char *folder, const char *name)
{
    char path[CN_PATH_MAX + 1];
    int n = snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "",
                     name);

    if (n < 0 || (size_t)n >= sizeof(path) || !cn_source_lists(cn_str(path)))
        return;
    if (s->changed == ONE && strcmp(s->path, path) == 0)
        return;
    if (s->changed == NOTHING)
        memcpy(s->path, path, (size_t)n + 1);
    s->changed = s->changed == NOTHING ? ONE : MANY;
}

static void on_git_event(const place *p, const struct inotify_event *e,
                         const char *name)
{
    size_t len = strlen(name);
    bool is_lock = len > 5 && strcmp(name + len - 5, ".lock") == 0;

    if (p->is_refs
            ? !is_lock
            : strcmp(name, "HEAD") == 0 || strcmp(name, "packed-refs") == 0)
        p->of->touched = true;
    if (p->is_refs && (e->mask & IN_ISDIR))
        p->of->rebuild = true;
}

static void on_event(const place *p, const struct inotify_event *e)
{
    const char *name = e->len ? e->name : "";

    if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) {
        /* of a folder below, the folder above tells as well */
        if (p->is_root || p->is_refs)
            p->of->rebuild = true;
        return;
    }
    if (p->of->is_git) {
        on_git_event(p, e, name);
    } else if (!(e->mask & IN_ISDIR)) {
        note_path(p->of, p->folder, name);
    } else if (!cn_source_skips(name) && !(e->mask & IN_MODIFY)) {
        p->of->changed = MANY;
        p->of->rebuild = true;
    }
}

static void on_overflow(cn_watch *w)
{
    cn_array_each (watched *, s, &w->sources) {
        (*s)->changed = MANY;
        (*s)->touched = true;
        (*s)->rebuild = true;
    }
}

/* Read what there is; false when there was nothing. */
static bool drain(cn_watch *w)
{
    _Alignas(struct inotify_event) char events[EVENTS_LEN];
    bool any = false;

    for (;;) {
        ssize_t len = read(w->fd, events, sizeof(events));
        ssize_t at = 0;

        if (len <= 0)
            return any;
        any = true;
        while (at < len) {
            /* aligned: the kernel pads each to the size of the struct */
            const struct inotify_event *e = (const void *)(events + at);

            if (e->mask & IN_Q_OVERFLOW)
                on_overflow(w);
            for (size_t i = 0; i < w->places.count; i++) {
                place *p = cn_array_at(&w->places, i);

                if (p->wd == e->wd)
                    on_event(p, e);
            }
            at += (ssize_t)(sizeof(*e) + e->len);
        }
    }
}

static bool is_pending(const cn_watch *w)
{
    cn_array_each (watched *, s, &w->sources) {
        if ((*s)->changed || (*s)->touched || (*s)->rebuild)
            return true;
    }
    return false;
}

/* Folders that come are watched at once, not only when it is quiet: what
 * happens in them counts. What happened before that is not known. */
static int rebuild(cn_watch *w, canon_error *err)
{
    cn_array_each (watched *, item, &w->sources) {
        watched *s = *item;
        bool was_lost = s->is_lost;
        int rc = CANON_OK;

        if (!s->rebuild)
            continue;
        rc = set_up(w, s, true, err);
        if (rc)
            return rc;
        if (!was_lost || !s->is_lost) {
            s->changed = MANY;
            s->touched = true;
        }
    }
    return CANON_OK;
}

static int settle(cn_watch *w, canon_error *err)
{
    int quiet = 0;
    int rc = rebuild(w, err);

    for (int i = 0; !rc && i < SLICES && quiet < QUIET; i++) {
        cn_source_pause(SLICE_MS);
        w->waited_ms += SLICE_MS;
        quiet = drain(w) ? 0 : quiet + 1;
        rc = rebuild(w, err);
    }
    return rc;
}

static void look_at_polled(cn_watch *w)
{
    w->waited_ms = 0;
    cn_array_each (watched *, item, &w->sources) {
        watched *s = *item;
        uint64_t print;

        if (!s->by_polling)
            continue;
        if (s->is_lost)
            s->rebuild = true;
        print = print_of(s);
        if (print == s->print)
            continue;
        if (s->is_git) {
            s->touched = true; /* compared again when it is reported */
        } else {
            s->print = print;
            s->changed = MANY;
        }
    }
}

static int report(cn_watch *w,
                  int (*on_change)(int64_t id, const char *path, void *user),
                  void *user, canon_error *err)
{
    cn_array_each (watched *, item, &w->sources) {
        watched *s = *item;
        enum changed changed = s->changed;

        if (s->is_git) {
            uint64_t print = s->touched ? print_of(s) : s->print;

            changed = print != s->print ? MANY : NOTHING;
            s->print = print;
        }
        s->changed = NOTHING;
        s->touched = false;
        if (changed && on_change(s->id, changed == ONE ? s->path : NULL, user))
            return cn_fail(err, CANON_ECANCELED, "canceled");
    }
    return CANON_OK;
}

/* Wait for the first event; true when there is something to settle. */
static bool wait_first(cn_watch *w, int timeout_ms)
{
    for (int noise = 0; timeout_ms >= 0 && noise < NOISE; noise++) {
        struct pollfd p = {w->fd, POLLIN, 0};
        int ms = timeout_ms;
        int n;

        if (cn_watch_polls(w) && ms > POLL_MS - w->waited_ms)
            ms = w->waited_ms < POLL_MS ? POLL_MS - w->waited_ms : 0;
        n = poll(&p, w->fd < 0 ? 0 : 1, ms);
        if (n < 0)
            return false;
        if (n > 0) {
            drain(w);
        } else {
            w->waited_ms += ms;
            timeout_ms -= ms > 0 ? ms : 1;
            if (w->waited_ms >= POLL_MS)
                look_at_polled(w);
        }
        if (is_pending(w))
            return true;
        if (timeout_ms == 0)
            return false;
    }
    return false;
}

int cn_watch_wait(cn_watch *w, int timeout_ms,
                  int (*on_change)(int64_t id, const char *path, void *user),
                  void *user, canon_error *err)
{
    int rc;

    if (!is_pending(w) && !wait_first(w, timeout_ms))
        return CANON_OK;
    rc = settle(w, err);
    return rc ? rc : report(w, on_change, user, err);
}

bool cn_watch_polls(const cn_watch *w)
{
    cn_array_each (watched *, s, &w->sources) {
        if ((*s)->by_polling)
            return true;
    }
    return false;
}

void cn_watch_close(cn_watch *w)
{
    if (!w)
        return;
    while (w->sources.count > 0)
        cn_watch_remove(w, (*(watched **)cn_array_at(&w->sources, 0))->id);
    cn_array_free(&w->sources);
    cn_array_free(&w->places);
    if (w->fd >= 0)
        close(w->fd);
    cn_free(w);
}
