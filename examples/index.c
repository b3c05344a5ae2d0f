/*
 * index: bring the index up to date and show how far it is. Settings come from
 * the environment, as those of canond do.
 *
 *     DATABASE_URL=sqlite:canon.db CANON_SOURCES=acme=~/specs index
 */
#include <canon.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

#define WIDTH 30

static int on_progress(const canon_index_progress *p, void *user)
{
    static const char bar[] = "##############################";
    int part = p->total > 0 ? (int)(p->done * WIDTH / p->total) : 0;

    (void)user;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r[%-*.*s] %lld/%lld %s\033[K", WIDTH, part, bar,
                (long long)p->done, (long long)p->total, p->repo);
    }
    return 0;
}

static void print_report(const canon_index_report *r)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    printf("%lld documents in %lld repositories: %lld indexed, %lld unchanged, "
           "%lld removed\n",
           (long long)r->files, (long long)r->repos, (long long)r->indexed,
           (long long)r->unchanged, (long long)r->removed);
    if (r->errors || r->repos_failed) {
        fprintf(stderr, "%lld files and %lld repositories failed: %s\n",
                (long long)r->errors, (long long)r->repos_failed,
                r->first_error);
    }
}

static int run(canon *engine, canon_error *error)
{
    canon_index_options options = CANON_INDEX_OPTIONS_INIT;
    canon_index_report report;
    canon_conn *conn = NULL;
    int rc = canon_set_environment(engine, (const char *const *)environ, error);

    memset(&report, 0, sizeof(report));
    options.on_progress = on_progress;
    if (!rc)
        rc = canon_prepare(engine, error);
    if (!rc)
        rc = canon_connect(engine, &conn, error);
    if (rc)
        return rc;
    rc = canon_index_all(conn, NULL, &options, &report);
    if (rc)
        *error = *canon_last_error(conn);
    print_report(&report);
    canon_disconnect(conn);
    return rc;
}

int main(void)
{
    const canon_options options = CANON_OPTIONS_INIT;
    canon *engine = NULL;
    canon_error error;
    int rc = canon_open(&options, &engine, &error);

    if (!rc)
        rc = run(engine, &error);
    if (rc)
        fprintf(stderr, "index: %s\n", error.text);
    canon_close(engine);
    return rc ? 1 : 0;
}
