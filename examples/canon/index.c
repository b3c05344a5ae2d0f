/*
 * canon index: bring the index up to date, with progress; and what coverage
 * and search read.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR     30
#define PAUSE_S 5 /* between lines of progress that are no terminal's */
#define LOCAL   "local"

static int add_found(const canon_found_source *found, void *user)
{
    const store *s = user;
    canon_repo repo = {sizeof(repo), s->org, NULL, found->url, NULL};
    char name[200];

    snprintf(name, sizeof(name), "%s/%s", s->org, found->name);
    repo.full_name = name;
    return canon_repo_add(s->conn, &repo);
}

int index_add(store *s, const char *path)
{
    canon_error err = {0, ""};
    char *whole = realpath(path, NULL);
    int rc;

    if (!whole) {
        complain("%s: %s", path, strerror(errno));
        return STATUS_FAILED;
    }
    rc = canon_source_discover(whole, add_found, s, &err);
    if (rc == CANON_ECANCELED)
        rc = store_status(s, canon_last_error(s->conn)->code);
    else if (rc)
        rc = failed(&err);
    free(whole);
    return rc;
}

typedef struct progress {
    time_t next; /* when another line is due */
    int is_terminal;
} progress;

static int on_progress(const canon_index_progress *p, void *user)
{
    static const char bar[] = "##############################";
    int part = p->total > 0 ? (int)(p->done * BAR / p->total) : 0;
    progress *state = user;
    time_t now = time(NULL);

    if (state->is_terminal) {
        fprintf(stderr, "\r[%-*.*s] %lld/%lld %s\033[K", BAR, part, bar,
                (long long)p->done, (long long)p->total, p->repo);
    } else if (now >= state->next) {
        fprintf(stderr, "indexed %lld of %lld files, now in %s\n",
                (long long)p->done, (long long)p->total, p->repo);
        state->next = now + PAUSE_S;
    }
    return 0;
}

int index_run(store *s, const invocation *call, const char *org,
              canon_index_report *report)
{
    canon_index_options options = CANON_INDEX_OPTIONS_INIT;
    progress state = {time(NULL) + PAUSE_S, isatty(STDERR_FILENO)};
    int rc;

    memset(report, 0, sizeof(*report));
    options.force = call->value[OPTION_FORCE] != NULL;
    if (!call->value[OPTION_QUIET])
        options.on_progress = on_progress;
    options.user = &state;
    rc = canon_index_all(s->conn, org, &options, report);
    if (options.on_progress && state.is_terminal)
        fputs("\r\033[K", stderr);
    if (report->errors)
        complain("%lld files could not be indexed, the first: %s",
                 (long long)report->errors, report->first_error);
    if (report->repos_failed) /* the log has said why */
        complain("%lld of %lld repositories could not be indexed",
                 (long long)report->repos_failed, (long long)report->repos);
    return store_status(s, rc);
}

int index_open(store *s, const invocation *call, const char *path)
{
    canon_index_report report;
    int status = store_open(s, call, path ? STORE_MEMORY : STORE_READ);

    if (status)
        return status;
    if (!path)
        return store_org(s, call);
    s->org = call->value[OPTION_ORG] ? call->value[OPTION_ORG] : LOCAL;
    status = index_add(s, path);
    if (!status)
        status = index_run(s, call, s->org, &report);
    if (!status && report.repos_failed)
        status = STATUS_FAILED;
    return status;
}

static void put_report(const canon_index_report *r, int is_json)
{
    if (!is_json) {
        printf("%lld documents in %lld repositories: %lld indexed, %lld "
               "unchanged, %lld removed\n",
               (long long)r->files, (long long)r->repos, (long long)r->indexed,
               (long long)r->unchanged, (long long)r->removed);
        return;
    }
    printf("{\"repos\":%lld,\"repos_failed\":%lld,\"files\":%lld,\"indexed\":"
           "%lld,\"unchanged\":%lld,\"removed\":%lld,\"errors\":%lld,"
           "\"first_error\":",
           (long long)r->repos, (long long)r->repos_failed, (long long)r->files,
           (long long)r->indexed, (long long)r->unchanged,
           (long long)r->removed, (long long)r->errors);
    put_json(*r->first_error ? r->first_error : NULL);
    puts("}");
}

/* The sources of the settings and of the command line. */
static int add_sources(store *s, const invocation *call)
{
    const char *sources = canon_setting_text(s->engine, "CANON_SOURCES");
    int status = STATUS_OK;

    if (*sources)
        status = store_status(s, canon_repo_add_sources(s->conn, sources));
    if (!status && call->count)
        status = store_org(s, call);
    for (int i = 0; !status && i < call->count; i++)
        status = index_add(s, call->args[i]);
    return status;
}

static int run(const invocation *call)
{
    canon_index_report report;
    store s;
    int status = store_open(&s, call, STORE_WRITE);

    if (!status)
        status = add_sources(&s, call);
    if (!status)
        status = index_run(&s, call, call->value[OPTION_ORG], &report);
    if (!status && report.repos == 0) {
        complain("there is nothing to index; name a folder or a git "
                 "repository: canon index --org NAME PATH");
        status = STATUS_NO;
    } else if (!status) {
        put_report(&report, call->value[OPTION_JSON] != NULL);
        status =
            report.errors || report.repos_failed ? STATUS_FAILED : STATUS_OK;
    }
    store_close(&s);
    return status;
}

const command index_command = {
    "index",
    "[PATH...]",
    0,
    -1,
    STORE_OPTIONS | BIT(FORCE),
    0,
    "bring the index up to date",
    "Makes the index of the database equal to its repositories: those that "
    "the setting CANON_SOURCES names, those that were named before, and what "
    "lies at PATH (a folder of specs, a git repository, or a folder of these), "
    "which becomes part of the organisation --org. Files that did not change "
    "cost next to nothing. An SQLite file has one writer: while canond runs on "
    "it, canond does this by itself.",
    "canon index --org acme /srv/git/web.git\n"
    "CANON_SOURCES=acme=/srv/git canon index --db postgresql:///canon",
    run,
};
