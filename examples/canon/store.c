/*
 * Opening the database, and which organisation is meant.
 */
#include "program.h"

#include <string.h>

extern char **environ;

static void on_log(void *user, const canon_log_event *event)
{
    (void)user;
    if (event->level <= CANON_LOG_WARN)
        complain("%s", event->text);
}

/* A database that is read must be there and be current. */
static int check_readable(store *s)
{
    int rc = canon_ready(s->conn);
    int exists;

    if (rc == CANON_EVERSION) {
        complain("the database was not made ready for this version yet; do it "
                 "with canon index, or start canond on it");
        return STATUS_FAILED;
    }
    if (!rc || !canon_org_exists(s->conn, "any", &exists))
        return STATUS_OK;
    /* this failure says more than canon_ready may */
    rc = canon_last_error(s->conn)->code;
    failed(canon_last_error(s->conn));
    if (rc == CANON_EIO) {
        fputs("Make it with canon index, or name another one with --db\n",
              stderr);
    }
    return rc == CANON_EIO ? STATUS_FAILED : STATUS_LATER;
}

int store_open(store *s, const invocation *call, int what)
{
    const canon_env env = {sizeof(env), NULL, NULL,   NULL, NULL,
                           NULL,        NULL, on_log, NULL};
    canon_options options = CANON_OPTIONS_INIT;
    canon_error err = {0, ""};
    int rc;

    memset(s, 0, sizeof(*s));
    options.env = &env;
    options.database_url =
        what == STORE_MEMORY ? "sqlite::memory:" : call->value[OPTION_DB];
    rc = canon_open(&options, &s->engine, &err);
    if (!rc && what != STORE_MEMORY)
        rc = canon_set_environment(s->engine, (const char *const *)environ,
                                   &err);
    if (!rc && what != STORE_READ)
        rc = canon_migrate(s->engine, &err);
    if (!rc)
        rc = canon_connect(s->engine, &s->conn, &err);
    if (rc)
        return failed(&err);
    return what == STORE_READ ? check_readable(s) : STATUS_OK;
}

void store_close(store *s)
{
    canon_disconnect(s->conn);
    canon_close(s->engine);
}

int store_status(const store *s, int rc)
{
    return rc ? failed(canon_last_error(s->conn)) : STATUS_OK;
}

/* Collects the names of the organisations, and keeps the first. */
typedef struct names {
    char first[64];
    char text[200];
    int count;
} names;

static int on_org(const char *org, void *user)
{
    names *n = user;
    size_t len = strlen(n->text);

    if (n->count++ == 0)
        snprintf(n->first, sizeof(n->first), "%s", org);
    snprintf(n->text + len, sizeof(n->text) - len, " %s", org);
    return 0;
}

int store_org(store *s, const invocation *call)
{
    names found = {"", "", 0};
    int status;

    s->org = call->value[OPTION_ORG];
    if (!s->org)
        s->org = canon_setting_text(s->engine, "WEB_ORG");
    if (*s->org)
        return STATUS_OK;
    status = store_status(s, canon_org_list(s->conn, on_org, &found));
    if (status)
        return status;
    if (found.count == 0)
        return usage(call, "which organisation? Name it with --org");
    if (found.count > 1)
        return usage(call, "which organisation? Name it with --org:%s",
                     found.text);
    memcpy(s->org_text, found.first, sizeof(s->org_text));
    s->org = s->org_text;
    return STATUS_OK;
}
