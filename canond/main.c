/*
 * canond: the REST API of libcanon over HTTP. Settings come from the
 * environment, the log goes to standard error; SIGTERM and SIGINT stop it.
 */
#include "canond.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static server the_server;

static void on_log(void *user, const canon_log_event *event)
{
    char line[2048];
    size_t len = canon_log_json(event, line, sizeof(line));

    (void)user;
    if (write(STDERR_FILENO, line, len) < 0)
        return; /* there is nobody to tell */
}

static void say(const char *text)
{
    canon_log_event event = {CANON_LOG_INFO, "canond", text, "", 0};

    event.time_us = canon_now_us(the_server.engine);
    on_log(NULL, &event);
}

int fail(const char *text)
{
    fprintf(stderr, "canond: %s\n", text);
    return 1;
}

/* Print what a function of the library makes. */
static int print(int rc, canon_buf *text, const canon_error *error)
{
    fputs(rc ? "" : text->data, stdout);
    canon_buf_free(text);
    return rc ? fail(error->text) : 0;
}

static int open_engine(canon **out, canon_error *error)
{
    const canon_env env = {.size = sizeof(env), .log = on_log};
    const canon_asset *shell = canon_asset_find(assets, "/static/index.html");
    canon_options options = CANON_OPTIONS_INIT;
    int rc;

    options.env = &env;
    options.shell_html = shell ? (const char *)shell->data : NULL;
    options.shell_len = shell ? shell->len : 0;
    rc = canon_open(&options, out, error);
    if (!rc)
        rc = canon_set_environment(*out, (const char *const *)environ, error);
    return rc;
}

/* Runs beside the server, since the database may come later than canond.
 * Returns the server when canond cannot go on. */
static void *start_work(void *user)
{
    server *s = user;
    int count = (int)canon_setting_int(s->engine, "CANON_WORKERS");
    canon_error error;
    int rc;

    poll(NULL, 0, s->ready ? TICK_MS : 0); /* the first who ask come first */
    rc = canon_prepare(s->engine, &error);
    while (rc == CANON_EBUSY && !atomic_load(&s->stopping)) {
        say(error.text);
        for (int i = 0; i < 20 && !atomic_load(&s->stopping); i++)
            poll(NULL, 0, TICK_MS);
        rc = canon_prepare(s->engine, &error);
    }
    atomic_store(&s->ready, !rc);
    if (!rc && count > 0)
        rc = canon_workers_start(s->engine, count, &error);
    if (!rc || atomic_load(&s->stopping))
        return NULL;
    fail(error.text);
    kill(getpid(), SIGTERM);
    return s;
}

static int serve(server *s, const char *addresses)
{
    pthread_t starter;
    sigset_t signals;
    char text[512];
    void *failed;
    int number;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    /* an index that is there comes before the many threads of CivetWeb */
    atomic_store(&s->ready, canon_is_current(s->engine));
    if (server_start(s, addresses))
        return 1;
    snprintf(text, sizeof(text), "serving http://%s", addresses);
    say(text);
    if (pthread_create(&starter, NULL, start_work, s)) {
        server_stop(s);
        return fail("cannot start a thread");
    }
    sigwait(&signals, &number);
    say("stopping");
    server_stop(s);
    pthread_join(starter, &failed);
    canon_workers_stop(s->engine);
    say("stopped");
    return failed != NULL;
}

int main(int argc, char **argv)
{
    const char *option = argc > 1 ? argv[1] : "";
    canon_buf text = CANON_BUF_INIT;
    canon_error error;
    int rc;

    if (!strncmp(option, "--help", 6)) {
        rc = canon_settings_help(!strcmp(option, "--help=md"), &text, &error);
        return print(rc, &text, &error);
    }
    if (!strcmp(option, "--version"))
        return printf("canond %s\n", canon_version()) < 0;
    if (*option && strcmp(option, "--check") != 0)
        return fail("options: --check, --help, --version");
    rc = open_engine(&the_server.engine, &error);
    if (!rc && *option)
        rc = canon_check(the_server.engine, &text, &error);
    else if (!rc)
        rc = canon_listen_addresses(the_server.engine, &text, &error);
    rc = rc || *option ? print(rc, &text, &error)
                       : serve(&the_server, text.data);
    canon_buf_free(&text);
    canon_close(the_server.engine);
    return rc;
}
