/*
 * The library inside a program with ways of its own: host FOLDER [WORDS]
 * indexes the specs of a folder in memory and searches them. Clock, memory and
 * log are this program's; at the end no memory may be left over.
 */
#include <canon.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct host {
    atomic_llong now;    /* microseconds; the hooks are called by any thread */
    atomic_llong blocks; /* in use */
} host;

/* A clock for tests: it stands on a day of one's choice and ticks when read. */
static int64_t now_us(void *user)
{
    return atomic_fetch_add(&((host *)user)->now, 1000);
}

static void *resize(void *user, void *ptr, size_t size)
{
    host *h = user;
    void *p;

    if (size == 0) {
        h->blocks -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    p = realloc(ptr, size);
    h->blocks += p && !ptr;
    return p;
}

static void write_log(void *user, const canon_log_event *event)
{
    (void)user;
    printf("log %lld.%06lld %s: %s\n", (long long)event->time_us / 1000000,
           (long long)event->time_us % 1000000, event->module, event->text);
}

static int search(canon_conn *conn, const char *folder, const char *words)
{
    canon_repo repo = {sizeof(repo), "acme", "acme/docs", NULL, NULL};
    canon_search_query query = CANON_SEARCH_QUERY_INIT;
    canon_search_result *found = NULL;
    char url[2048];
    int rc;

    snprintf(url, sizeof(url), "dir:%s", folder);
    repo.source = url;
    query.org = repo.org;
    query.q = words;
    rc = canon_repo_add(conn, &repo);
    rc = rc ? rc : canon_index_repo(conn, "acme", "acme/docs", NULL, NULL);
    rc = rc ? rc : canon_search(conn, &query, &found);
    for (size_t i = 0; !rc && i < canon_search_count(found); i++)
        printf("%s\n", canon_search_hit_at(found, i)->file_path);
    canon_log(conn, CANON_LOG_INFO, "host", "searched for %s", words);
    canon_search_free(found);
    return rc;
}

int main(int argc, char **argv)
{
    static host h = {1767225600000000, 0}; /* 2026-01-01 */
    canon_env env = {sizeof(env), &h,   now_us,    NULL, NULL,
                     resize,      NULL, write_log, NULL};
    canon_options options = CANON_OPTIONS_INIT;
    canon *engine = NULL;
    canon_conn *conn = NULL;
    canon_error err = {0, ""};
    int rc;

    options.database_url = "sqlite::memory:";
    options.env = &env;
    rc = canon_open(&options, &engine, &err);
    rc = rc ? rc : canon_migrate(engine, &err);
    rc = rc ? rc : canon_connect(engine, &conn, &err);
    if (!rc &&
        search(conn, argc > 1 ? argv[1] : ".", argc > 2 ? argv[2] : "")) {
        err = *canon_last_error(conn);
        rc = err.code;
    }
    canon_disconnect(conn);
    canon_close(engine);
    if (rc)
        fprintf(stderr, "host: %s\n", err.text);
    printf("%lld blocks of memory left\n", (long long)h.blocks);
    return rc || h.blocks ? 1 : 0;
}
