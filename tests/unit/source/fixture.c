/*
 * Folders and git repositories for the tests of sources. The git program makes
 * them, so that what we read is not what we wrote.
 */
#include "fixture.h"

#include "crypto.h"
#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENVIRONMENT                                                            \
    "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 "                \
    "GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com "                    \
    "GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com "              \
    "LC_ALL=C; "

#define THREADS 100

int64_t host_now_us = INT64_C(1790000000000000);
unsigned char host_random;
volatile bool host_interrupted;

static int64_t now_us(void *user)
{
    (void)user;
    return host_now_us;
}

static int counted(void *user, void *out, size_t len)
{
    (void)user;
    memset(out, host_random++, len);
    return 0;
}

static bool interrupted(void *user)
{
    (void)user;
    return host_interrupted;
}

cn_source_host host = {now_us, counted, interrupted, NULL};

CANON_PRINTF(2, 0)
static char *run(const char *folder, const char *fmt, va_list args, int *status)
{
    char command[4096];
    char *out = calloc(1, 65536);
    size_t len = (size_t)snprintf(command, sizeof(command),
                                  ENVIRONMENT "cd '%s' && { ", folder);
    FILE *pipe;

    len += (size_t)vsnprintf(command + len, sizeof(command) - len, fmt, args);
    snprintf(command + len, sizeof(command) - len, " ; } 2>&1");
    pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    len = fread(out, 1, 65535, pipe);
    if (len > 0 && out[len - 1] == '\n')
        out[len - 1] = '\0';
    *status = pclose(pipe);
    return out;
}

void sh(const char *folder, const char *fmt, ...)
{
    va_list args;
    char *out;
    int status;

    va_start(args, fmt);
    out = run(folder, fmt, args, &status);
    va_end(args);
    cr_assert(status == 0, "%s: %s", fmt, out);
    free(out);
}

char *sh_out(const char *folder, const char *fmt, ...)
{
    va_list args;
    char *out;
    int status;

    va_start(args, fmt);
    out = run(folder, fmt, args, &status);
    va_end(args);
    cr_assert(status == 0, "%s: %s", fmt, out);
    return out;
}

bool sh_says(const char *folder, const char *command, const char *text)
{
    char *out = sh_out(folder, "%s", command);
    bool same = strcmp(out, text) == 0;

    if (!same)
        cr_log_error("%s says: %s", command, out);
    free(out);
    return same;
}

char *repo_new(void)
{
    char *folder = test_folder();

    sh(folder, "git init -q -b main . && git config user.name Ann && "
               "git config user.email ann@example.com");
    test_write(folder, "docs/a.md", "one\n");
    test_write(folder, "README.md", "hello\n");
    sh(folder, "git add . && git commit -q -m first");
    return folder;
}

char *repo_bare(void)
{
    char *from = repo_new();
    char *folder = test_folder();

    sh(folder, "git clone -q --bare '%s' .", from);
    test_folder_remove(from);
    return folder;
}

void *open_with(const canon_source_ops *ops, const char *location)
{
    canon_error err = {0};
    void *state = NULL;
    int rc = ops->open(&host, location, &state, &err);

    cr_assert(rc == CANON_OK, "%s", err.text);
    return state;
}

canon_change change_of(const char *path, const char *base, const char *text)
{
    canon_change change = CANON_CHANGE_INIT;

    change.path = path;
    change.base_blob = base;
    change.text = text;
    change.text_len = strlen(text);
    return change;
}

const char *blob_of(const char *text)
{
    static char id[41];

    cn_git_blob_id(text, strlen(text), id);
    return id;
}

int reads(const canon_source_ops *ops, void *state, const char *path,
          const char *text)
{
    canon_revision now = {"", "", 0};
    canon_buf out = CANON_BUF_INIT;
    char blob[72] = "";
    int rc = ops->read(state, &now, path, CN_READ_MAX, &out, blob, NULL);

    if (!rc) {
        cr_assert(eq(str, out.data, (char *)text));
        cr_assert(eq(str, blob, (char *)blob_of(text)));
    }
    canon_buf_free(&out);
    return rc;
}

static int add_path(const canon_file *file, void *user)
{
    char *text = user;

    strcat(text, file->path);
    strcat(text, "\n");
    return 0;
}

char *paths_of(const canon_source_ops *ops, void *state,
               const canon_revision *at)
{
    char *text = calloc(1, 65536);
    canon_revision now = {"", "", 0};
    canon_error err = {0};
    int rc = ops->list(state, at ? at : &now, add_path, text, &err);

    cr_assert(rc == CANON_OK, "%s", err.text);
    return text;
}

struct racer {
    const canon_source_ops *ops;
    const char *location;
    pthread_t thread;
    int number;
    int rc;
};

static int add_line(struct racer *r, void *state, canon_error *err)
{
    canon_revision now = {"", "", 0};
    canon_buf text = CANON_BUF_INIT;
    canon_written written;
    char blob[72];
    char longer[65536];
    canon_change change;
    int rc =
        r->ops->read(state, &now, "docs/a.md", CN_READ_MAX, &text, blob, err);

    if (!rc) {
        snprintf(longer, sizeof(longer), "%sline %d\n", text.data, r->number);
        change = change_of("docs/a.md", blob, longer);
        rc = r->ops->write(state, &change, &written, err);
    }
    canon_buf_free(&text);
    return rc;
}

static void *write_line(void *arg)
{
    struct racer *r = arg;
    canon_error err = {0};
    void *state = NULL;

    r->rc = r->ops->open(&host, r->location, &state, &err);
    if (!r->rc) {
        do
            r->rc = add_line(r, state, &err);
        while (r->rc == CANON_ECONFLICT);
        r->ops->close(state);
    }
    if (r->rc)
        fprintf(stderr, "%s\n", err.text);
    return NULL;
}

void race(const canon_source_ops *ops, const char *location)
{
    struct racer *racers = calloc(THREADS, sizeof(*racers));

    for (int i = 0; i < THREADS; i++) {
        racers[i].ops = ops;
        racers[i].location = location;
        racers[i].number = i;
        cr_assert(
            eq(int,
               pthread_create(&racers[i].thread, NULL, write_line, &racers[i]),
               0));
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(racers[i].thread, NULL);
        cr_assert(eq(int, racers[i].rc, CANON_OK));
    }
    free(racers);
}
