/*
 * The engine that the tests of the routes talk to.
 */
#include "fixture.h"

#include "database.h"
#include "files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START_US INT64_C(1772323200000000) /* 2026-03-01 */

const canon_caller reader = {
    sizeof(canon_caller), "github|1", "r@acme.test",
    "Rita Reader",        "acme",     CANON_PERM_SPECS_READ};
const canon_caller editor = {sizeof(canon_caller),
                             "github|2",
                             "e@acme.test",
                             "Ed Editor",
                             "acme",
                             CANON_PERM_SPECS_READ | CANON_PERM_SPECS_WRITE};
const canon_caller stranger = {sizeof(canon_caller),
                               "github|3",
                               "s@other.test",
                               "Stan Stranger",
                               "other",
                               CANON_PERM_ALL & ~CANON_PERM_PLATFORM_MANAGE};
const canon_caller nobody = {sizeof(canon_caller), "github|4", "n@acme.test",
                             "Nora Nobody",        "acme",     0};

static const char login_spec[] = "---\n"
                                 "title: Login\n"
                                 "status: in_progress\n"
                                 "owner: alice\n"
                                 "team: platform\n"
                                 "tags: [auth]\n"
                                 "---\n"
                                 "\n"
                                 "# Login\n"
                                 "\n"
                                 "Before <b>all</b>.\n"
                                 "\n"
                                 "## 1. Password\n"
                                 "\n"
                                 "<!-- canon:system:1 status:done -->\n"
                                 "\n"
                                 "A password opens the session.\n"
                                 "\n"
                                 "- [x] The password is hashed\n"
                                 "\n"
                                 "## 2. Session\n"
                                 "\n"
                                 "<!-- canon:system:2 status:in_progress -->\n"
                                 "\n"
                                 "The session lasts for 14 days.\n"
                                 "\n"
                                 "- [ ] The session MUST end\n"
                                 "\n"
                                 "### 2.1 Renewal\n"
                                 "\n"
                                 "<!-- canon:system:2.1 status:todo -->\n"
                                 "\n"
                                 "A session is renewed.\n";

static const char other_spec[] =
    "---\n"
    "title: Secret plans\n"
    "status: draft\n"
    "owner: mallory\n"
    "team: shadow\n"
    "---\n"
    "\n"
    "## 1. Confidential\n"
    "\n"
    "<!-- canon:system:1 status:blocked -->\n"
    "\n"
    "Nobody at the neighbour's may see the session of mallory.\n"
    "\n"
    "- [ ] Not leaked\n";

static const char guide[] = "# Guide\n\nHow to *begin*.\n";
static const char config[] = "team: platform\nticket_system: jira\n";

/* --- the host ----------------------------------------------------------- */

static int64_t now_us(void *user)
{
    fixture *f = user;

    return f->now_us;
}

static void append(char *out, size_t cap, const char *text)
{
    size_t len = strlen(out);

    if (len + strlen(text) + 2 > cap)
        len = 0; /* only the newest are of interest */
    snprintf(out + len, cap - len, "%s\n", text);
}

static void take_log(void *user, const canon_log_event *event)
{
    fixture *f = user;

    append(f->log, sizeof(f->log), event->text);
}

static void take_event(void *user, const canon_event *event)
{
    fixture *f = user;
    char line[512];

    snprintf(line, sizeof(line), "%s %s %s", event->name, event->org,
             event->detail);
    append(f->events, sizeof(f->events), line);
}

/* --- repositories ------------------------------------------------------- */

#ifdef CANON_WITH_GIT
static const bool with_git = true;
#else
static const bool with_git = false;
#endif

static void run(const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
}

static void make_git(const char *folder)
{
    char command[4096 + 128];

    snprintf(command, sizeof(command),
             "cd '%s' && git init -q -b main . && git add -A && "
             "git -c user.name=t -c user.email=t@t.test commit -q -m first",
             folder);
    run(command);
}

static void add_repo(fixture *f, const char *org, const char *full_name,
                     const char *kind)
{
    char source[4096];
    canon_repo repo = {sizeof(repo), org, full_name, source, NULL};

    snprintf(source, sizeof(source), "%s:%s/%s", kind, f->folder, full_name);
    cr_assert_eq(canon_repo_add(f->conn, &repo), 0, "%s",
                 canon_last_error(f->conn)->text);
}

void needs_git(void)
{
    if (!with_git)
        cr_skip_test("this build reads no git repositories");
}

static void fill(fixture *f)
{
    char path[4096];

    test_write(f->folder, "acme/web/docs/specs/login.md", login_spec);
    test_write(f->folder, "acme/web/docs/guide.md", guide);
    test_write(f->folder, "acme/web/CANON.yaml", config);
    test_write(f->folder, "acme/notes/docs/specs/plan.md",
               "---\ntitle: Plan\n---\n\n## 1. First\n\nStep.\n");
    test_write(f->folder, "other/web/docs/specs/login.md", other_spec);
    test_write(f->folder, "other/web/docs/secret.md", "# Secret of mallory\n");
    snprintf(path, sizeof(path), "%s/acme/web", f->folder);
    make_git(path);
    add_repo(f, "acme", "acme/web", with_git ? "git" : "dir");
    add_repo(f, "acme", "acme/notes", "dir");
    add_repo(f, "other", "other/web", "dir");
    cr_assert_eq(canon_index_all(f->conn, NULL, NULL, NULL), 0, "%s",
                 canon_last_error(f->conn)->text);
}

/* --- opening ------------------------------------------------------------ */

static void set_all(fixture *f, const char *const *settings)
{
    canon_error err = {0, ""};

    for (; settings && *settings; settings += 2)
        cr_assert_eq(canon_set(f->engine, settings[0], settings[1], &err), 0,
                     "%s", err.text);
}

void fixture_open(fixture *f, size_t which, const fixture_options *options)
{
    static const fixture_options defaults;
    canon_env env = {.size = sizeof(env),
                     .user = f,
                     .now_us = now_us,
                     .monotonic_us = now_us,
                     .log = take_log,
                     .event = take_event};
    canon_error err = {0, ""};

    memset(f, 0, sizeof(*f));
    options = options ? options : &defaults;
    env.http = options->http;
    f->now_us = START_US;
    f->folder = test_folder();
    f->options = (canon_options)CANON_OPTIONS_INIT;
    f->options.database_url = test_database_make(which);
    f->options.env = &env;
    f->options.shell_html = options->shell;
    f->options.shell_len = options->shell ? strlen(options->shell) : 0;
    f->options.local_mode_off = options->login;
    cr_assert_eq(canon_open(&f->options, &f->engine, &err), 0, "%s", err.text);
    set_all(f, options->settings);
    cr_assert_eq(canon_migrate(f->engine, &err), 0, "%s", err.text);
    cr_assert_eq(canon_connect(f->engine, &f->conn, &err), 0, "%s", err.text);
    if (!options->empty)
        fill(f);
    f->log[0] = '\0';
    f->events[0] = '\0';
}

void fixture_close(fixture *f)
{
    canon_response_free(&f->answer);
    canon_disconnect(f->conn);
    canon_close(f->engine);
    test_database_remove();
    test_folder_remove(f->folder);
}

/* --- requests ----------------------------------------------------------- */

/* A file per answer: method, target, status, type, blank line, body. */
static void keep_answer(fixture *f, const char *method, const char *target)
{
    static int count;
    const char *folder = getenv("CANON_TEST_ANSWERS");
    const char *type = header_of(f, "Content-Type");
    char path[4096];
    FILE *file;

    if (!folder || !*folder || strpbrk(target, "\r\n"))
        return;
    snprintf(path, sizeof(path), "%s/%d-%d", folder, (int)getpid(), ++count);
    file = fopen(path, "wbe");
    cr_assert_not_null(file, "cannot write %s", path);
    fprintf(file, "%s\n%s\n%d\n%s\n\n", method, target, f->answer.status,
            type ? type : "");
    fwrite(f->answer.body.data, 1, f->answer.body.len, file);
    fclose(file);
}

int ask(fixture *f, const char *method, const char *target,
        const char *const *headers, const char *body)
{
    canon_request request = CANON_REQUEST_INIT;
    canon_header list[16];
    size_t count = 0;
    size_t len = body ? strlen(body) : 0;

    for (; headers && headers[0] && count < 16; headers += 2) {
        list[count].name = headers[0];
        list[count++].value = headers[1];
    }
    request.method = method;
    request.target = target;
    request.headers = list;
    request.header_count = count;
    request.remote_addr = "127.0.0.1";
    request.body_len = (int64_t)len;
    request.caller = f->caller;
    canon_response_free(&f->answer);
    cr_assert_eq(
        canon_dispatch_collect(f->conn, &request, body, len, &f->answer), 0);
    keep_answer(f, method, target);
    return f->answer.status;
}

int get(fixture *f, const char *target)
{
    return ask(f, "GET", target, NULL, NULL);
}

int post(fixture *f, const char *target, const char *json)
{
    static const char *const headers[] = {"Content-Type", "application/json",
                                          NULL};

    return ask(f, "POST", target, headers, json);
}

const char *body_of(const fixture *f)
{
    return f->answer.body.data ? f->answer.body.data : "";
}

bool body_has(const fixture *f, const char *text)
{
    return strstr(body_of(f), text) != NULL;
}

bool body_lacks(const fixture *f, const char *text)
{
    return !body_has(f, text);
}

const char *header_of(const fixture *f, const char *name)
{
    static char values[8][1024];
    static int turn;
    const char *line = f->answer.headers.data;
    size_t len = strlen(name);
    const char *end;

    while (line && *line) {
        end = strstr(line, "\r\n");
        if (strncmp(line, name, len) == 0 &&
            strncmp(line + len, ": ", 2) == 0) {
            turn = (turn + 1) % 8;
            snprintf(values[turn], sizeof(values[turn]), "%.*s",
                     (int)(end - line - (ptrdiff_t)len - 2), line + len + 2);
            return values[turn];
        }
        line = end + 2;
    }
    return NULL;
}
