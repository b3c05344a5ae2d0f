/*
 * When a file was last changed. Git does not store that: it is found by going
 * back from the newest commit, always to the first parent, so that a merge
 * counts as the moment the change reached the branch. Folders with the same id
 * are not opened; the work is bounded, whatever the history.
 */
#include "git_parts.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COMMITS 1000
#define MOST_ENTRIES 200000 /* of folders compared */

/* Two versions of a folder; before is NULL when it was not there. */
typedef struct pair {
    git_tree *now;
    git_tree *before;
    size_t prefix; /* length of its path with the slash */
    size_t i;      /* next entry of now */
    size_t j;      /* next entry of before */
} pair;

typedef struct search {
    git_repository *repo;
    cn_array *files;
    cn_array pairs; /* pair */
    size_t open;    /* files without a time */
    size_t entries; /* looked at so far */
    int64_t time_us;
    canon_error *err;
    char path[CN_PATH_MAX + 2];
} search;

static int by_path(const void *key, const void *item)
{
    return strcmp(key, ((const cn_git_file *)item)->path);
}

static void mark(search *s)
{
    cn_git_file *file = bsearch(s->path, s->files->items, s->files->count,
                                sizeof(cn_git_file), by_path);

    if (file && file->time_us == 0) {
        file->time_us = s->time_us;
        s->open--;
    }
}

/* Missing objects (a shallow or partial clone) end the search, not the
 * listing. */
static int push_pair(search *s, const git_oid *now, const git_oid *before,
                     size_t prefix)
{
    pair *p = cn_array_push(&s->pairs);

    if (!p)
        return cn_fail_memory(s->err);
    p->prefix = prefix;
    if (git_tree_lookup(&p->now, s->repo, now) ||
        (before && git_tree_lookup(&p->before, s->repo, before)))
        return CANON_ENOTFOUND;
    s->entries += git_tree_entrycount(p->now);
    if (p->before)
        s->entries += git_tree_entrycount(p->before);
    return CANON_OK;
}

/* The entry of the older version with the same name and kind. */
static const git_tree_entry *partner(pair *p, const git_tree_entry *entry)
{
    size_t count = p->before ? git_tree_entrycount(p->before) : 0;

    for (; p->j < count; p->j++) {
        const git_tree_entry *other = git_tree_entry_byindex(p->before, p->j);
        int order = git_tree_entry_cmp(other, entry);

        if (order == 0)
            return other;
        if (order > 0)
            return NULL;
    }
    return NULL;
}

static int compare_next(search *s, pair *p)
{
    const git_tree_entry *entry = git_tree_entry_byindex(p->now, p->i++);
    const git_tree_entry *other = partner(p, entry);
    const char *name = git_tree_entry_name(entry);
    size_t len = strlen(name);
    size_t prefix = p->prefix;

    if (p->prefix + len > CN_PATH_MAX ||
        (other &&
         git_oid_equal(git_tree_entry_id(entry), git_tree_entry_id(other))))
        return CANON_OK;
    memcpy(s->path + prefix, name, len + 1);
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
        mark(s);
    if (git_tree_entry_type(entry) != GIT_OBJECT_TREE || cn_source_skips(name))
        return CANON_OK;
    s->path[prefix + len] = '/';
    return push_pair(s, git_tree_entry_id(entry),
                     other ? git_tree_entry_id(other) : NULL, prefix + len + 1);
}

static void pop_pair(search *s)
{
    pair *p = cn_array_at(&s->pairs, s->pairs.count - 1);

    git_tree_free(p->now);
    git_tree_free(p->before);
    cn_array_pop(&s->pairs);
}

static int compare_commits(search *s, const git_commit *now,
                           const git_commit *before)
{
    int rc = CANON_OK;

    s->time_us = git_commit_time(now) * 1000000;
    if (!git_oid_equal(git_commit_tree_id(now), git_commit_tree_id(before)))
        rc = push_pair(s, git_commit_tree_id(now), git_commit_tree_id(before),
                       0);
    while (!rc && s->pairs.count > 0 && s->entries < MOST_ENTRIES) {
        pair *p = cn_array_at(&s->pairs, s->pairs.count - 1);

        if (p->i < git_tree_entrycount(p->now))
            rc = compare_next(s, p);
        else
            pop_pair(s);
    }
    while (s->pairs.count > 0)
        pop_pair(s);
    return rc;
}

int cn_git_times(git_repository *repo, const git_commit *head, cn_array *files,
                 canon_error *err)
{
    search s = {.repo = repo,
                .files = files,
                .pairs = CN_ARRAY_INIT(pair),
                .open = files->count,
                .err = err};
    git_commit *commit = NULL;
    git_commit *parent = NULL;
    int rc = git_commit_lookup(&commit, repo, git_commit_id(head));

    if (rc)
        return cn_git_fail(err, rc, "cannot read the newest commit");
    for (int n = 0;
         !rc && s.open > 0 && n < MOST_COMMITS && s.entries < MOST_ENTRIES &&
         git_commit_parent(&parent, commit, 0) == 0;
         n++) {
        rc = compare_commits(&s, commit, parent);
        if (rc || s.entries >= MOST_ENTRIES)
            break; /* not compared to the end: the time of commit is a bound */
        git_commit_free(commit);
        commit = parent;
        parent = NULL;
    }
    cn_array_each (cn_git_file, file, files) {
        if (file->time_us == 0)
            file->time_us = git_commit_time(commit) * 1000000;
    }
    git_commit_free(parent);
    git_commit_free(commit);
    cn_array_free(&s.pairs);
    return rc == CANON_ENOTFOUND ? CANON_OK : rc;
}
