#include "conn.h"

#include "files.h"
#include "http.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A host that carries HTTP itself. */
typedef struct host {
    canon *engine;
    canon_conn *conn;
    int asked;
    int status;
    int rc;
    int held; /* exchanges during which a database connection was held */
    char url[64];
} host;

static int carry(void *user, const canon_http_request *request,
                 canon_http_response *response)
{
    host *h = user;

    h->asked++;
    h->held += h->conn->db || h->conn->outer;
    snprintf(h->url, sizeof(h->url), "%s", request->url);
    response->status = h->status;
    return h->rc;
}

/* settings: name, value, ..., NULL. */
static int begin(host *h, const char *url, const char *const *settings,
                 canon_error *err)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_env env = {.size = sizeof(env), .user = h, .http = carry};
    int rc;

    o.env = &env;
    o.database_url = url;
    o.busy_timeout_ms = 300;
    if (!h->status)
        h->status = 200;
    rc = canon_open(&o, &h->engine, err);
    for (; !rc && settings && settings[0]; settings += 2)
        rc = canon_set(h->engine, settings[0], settings[1], err);
    if (!rc)
        rc = canon_migrate(h->engine, err);
    return rc ? rc : canon_connect(h->engine, &h->conn, err);
}

static void end(host *h)
{
    canon_disconnect(h->conn);
    canon_close(h->engine);
}

static const char *const hosts[] = {"api.example", NULL};

static int ask(canon_conn *conn, int tries, cn_http_answer *out)
{
    cn_http_call call = {.method = "GET",
                         .url = "https://api.example/x",
                         .hosts = hosts,
                         .tries = tries};

    return cn_conn_http(conn, &call, out);
}

Test(conn_http, is_carried_by_the_host)
{
    host h = {0};
    cn_http_answer a;

    cr_assert(eq(int, begin(&h, "sqlite::memory:", NULL, NULL), CANON_OK));
    cr_assert(eq(int, ask(h.conn, 1, &a), CANON_OK));
    cr_assert(eq(int, a.status, 200));
    cr_assert(eq(str, h.url, "https://api.example/x"));
    cn_http_answer_free(&a);
    end(&h);
}

Test(conn_http, leaves_the_reason_in_the_connection)
{
    host h = {.status = 502};
    cn_http_answer a;

    cr_assert(eq(int, begin(&h, "sqlite::memory:", NULL, NULL), CANON_OK));
    cr_assert(eq(int, ask(h.conn, 1, &a), CANON_EREMOTE));
    cr_assert(eq(str, (char *)canon_last_error(h.conn)->text,
                 "api.example answers 502"));
    cn_http_answer_free(&a);
    end(&h);
}

Test(conn_http, holds_no_database_connection_meanwhile)
{
    host h = {0};
    cn_http_answer a;
    cn_db *db;

    cr_assert(eq(int, begin(&h, "sqlite::memory:", NULL, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(h.conn, CN_DB_WRITE), CANON_OK));
    db = h.conn->db;
    cr_assert(eq(int, ask(h.conn, 1, &a), CANON_OK));
    cr_assert(eq(int, h.held, 0));
    cr_assert(eq(ptr, h.conn->db, db));
    cr_assert(eq(int, h.conn->mode, CN_DB_WRITE));
    cn_http_answer_free(&a);
    cr_assert(eq(int, cn_conn_end(h.conn, CANON_OK), CANON_OK));
    end(&h);
}

Test(conn_http, gives_reader_and_writer_back_and_takes_both_again)
{
    char *folder = test_folder();
    host h = {0};
    cn_http_answer a;
    char url[4200];

    snprintf(url, sizeof(url), "sqlite:%s/canon.db", folder);
    cr_assert(eq(int, begin(&h, url, NULL, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(h.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(h.conn, CN_DB_WRITE), CANON_OK));
    cr_assert_not_null(h.conn->outer);
    cr_assert(eq(int, ask(h.conn, 1, &a), CANON_OK));
    cn_http_answer_free(&a);
    cr_assert(eq(int, h.held, 0));
    cr_assert_not_null(h.conn->db);
    cr_assert_not_null(h.conn->outer);
    cr_assert(eq(int, h.conn->mode, CN_DB_WRITE));
    cr_assert(eq(int, cn_conn_end(h.conn, CANON_OK), CANON_OK));
    cr_assert_not_null(h.conn->db);
    cr_assert_null(h.conn->outer);
    cr_assert(eq(int, h.conn->mode, CN_DB_READ));
    cr_assert(eq(int, cn_conn_end(h.conn, CANON_OK), CANON_OK));
    end(&h);
    test_folder_remove(folder);
}

/* Somebody takes the only connection while the other service is asked. */
static int grab(void *user, const canon_http_request *request,
                canon_http_response *response)
{
    host *h = user;

    (void)request;
    response->status = 200;
    return cn_conn_begin(h->conn, CN_DB_WRITE);
}

Test(conn_http, says_when_the_database_is_busy_afterwards)
{
    host h = {0};
    host other = {0};
    canon_options o = CANON_OPTIONS_INIT;
    canon_env env = {.size = sizeof(env), .user = &other, .http = grab};
    cn_http_answer a;

    o.env = &env;
    o.database_url = "sqlite::memory:";
    o.busy_timeout_ms = 50;
    cr_assert(eq(int, canon_open(&o, &h.engine, NULL), CANON_OK));
    cr_assert(eq(int, canon_connect(h.engine, &h.conn, NULL), CANON_OK));
    cr_assert(eq(int, canon_connect(h.engine, &other.conn, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_begin(h.conn, CN_DB_READ), CANON_OK));
    cr_assert(eq(int, ask(h.conn, 1, &a), CANON_EBUSY));
    cr_assert(eq(int, a.status, 200));
    cr_assert_null(h.conn->db);
    cn_http_answer_free(&a);
    cr_assert(eq(int, cn_conn_end(h.conn, CANON_EBUSY), CANON_EBUSY));
    cr_assert(eq(int, cn_conn_end(other.conn, CANON_OK), CANON_OK));
    canon_disconnect(other.conn);
    end(&h);
}

static void *interrupt_soon(void *user)
{
    struct timespec t = {0, 50 * 1000 * 1000};

    nanosleep(&t, NULL);
    canon_interrupt(user);
    return NULL;
}

Test(conn_http, stops_waiting_when_the_engine_is_interrupted, .timeout = 5)
{
    host h = {.status = 503};
    cn_http_answer a;
    pthread_t thread;

    cr_assert(eq(int, begin(&h, "sqlite::memory:", NULL, NULL), CANON_OK));
    pthread_create(&thread, NULL, interrupt_soon, h.engine);
    cr_assert(eq(int, ask(h.conn, 10, &a), CANON_ECANCELED));
    cr_assert(eq(int, h.asked, 1));
    cn_http_answer_free(&a);
    pthread_join(thread, NULL);
    end(&h);
}

Test(conn_http, asks_nobody_after_an_interrupt)
{
    host h = {0};
    cn_http_answer a;

    cr_assert(eq(int, begin(&h, "sqlite::memory:", NULL, NULL), CANON_OK));
    canon_interrupt(h.engine);
    cr_assert(eq(int, ask(h.conn, 1, &a), CANON_ECANCELED));
    cr_assert(eq(int, h.asked, 0));
    cn_http_answer_free(&a);
    end(&h);
}

static int ask_once(void *user)
{
    host *h = user;
    cn_http_answer a = {0};
    int rc = cn_conn_begin(h->conn, CN_DB_WRITE);

    if (!rc)
        rc = ask(h->conn, 1, &a);
    cn_http_answer_free(&a);
    return cn_conn_end(h->conn, rc);
}

Test(conn_http, survives_every_failed_allocation)
{
    host h = {0};

    cr_assert(eq(int, begin(&h, "sqlite::memory:", NULL, NULL), CANON_OK));
    cr_assert(eq(int, ask_once(&h), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, ask_once, &h), 0));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, ask_once, &h), 0));
    end(&h);
}

static const struct {
    const char *name;
    const char *value;
    bool ok;
} addresses[] = {
    {"CANON_GITHUB_URL", "https://github.example.com", true},
    {"CANON_GITHUB_URL", "http://127.0.0.1:3000", true},
    {"CANON_GITHUB_URL", "http://github.example.com", false},
    {"CANON_GITHUB_URL", "github.com", false},
    {"CANON_GITHUB_API_URL", "https://github.example.com/api/v3", true},
    {"CANON_GITHUB_API_URL", "http://[::1]:3000", true},
    {"CANON_GITHUB_API_URL", "https://user:word@github.example.com", false},
    {"CANON_GITHUB_API_URL", "", true},
};

ParameterizedTestParameters(engine_addresses, are_checked_at_the_start)
{
    return cn_test_indexes(sizeof(addresses) / sizeof(addresses[0]));
}

ParameterizedTest(size_t *i, engine_addresses, are_checked_at_the_start)
{
    const char *settings[] = {addresses[*i].name, addresses[*i].value, NULL};
    canon_error err = {0, ""};
    host h = {0};

    cr_assert(eq(int, begin(&h, "sqlite::memory:", settings, &err),
                 addresses[*i].ok ? CANON_OK : CANON_EINVAL));
    if (!addresses[*i].ok)
        cr_assert_not_null(strstr(err.text, addresses[*i].name));
    end(&h);
}

/* --- the engine's own client ---------------------------------------------- */

static char authorities[64];

static void write_authorities(void)
{
    FILE *file;

    snprintf(authorities, sizeof(authorities), "/tmp/canon-engine-ca-%ld",
             (long)getpid());
    file = fopen(authorities, "w");
    cr_assert_not_null(file);
    fputs("-----BEGIN CERTIFICATE-----\n", file);
    fclose(file);
}

static int with_authorities(const char *path, canon_error *err)
{
    canon *engine;
    canon_conn *conn = NULL;
    canon_options o = CANON_OPTIONS_INIT;
    int rc;

    o.database_url = "sqlite::memory:";
    rc = canon_open(&o, &engine, err);
    if (rc)
        return rc;
    rc = canon_set(engine, "CANON_CA_FILE", path, err);
    if (!rc)
        rc = canon_connect(engine, &conn, err);
    canon_disconnect(conn);
    canon_close(engine);
    return rc;
}

Test(engine_client, needs_the_file_of_authorities_at_the_start)
{
    canon_error err;

    cr_assert(eq(int, with_authorities("/no/such.pem", &err), CANON_ENOTFOUND));
    cr_assert_not_null(strstr(err.text, "CANON_CA_FILE: /no/such.pem"));
    cr_assert(eq(int, with_authorities("/dev/null", &err), CANON_EINVAL));
    cr_assert_not_null(strstr(err.text, "CANON_CA_FILE: /dev/null"));
    write_authorities();
    cr_assert(eq(int, with_authorities(authorities, &err), CANON_OK));
    unlink(authorities);
}

static int make_client(void *user)
{
    (void)user;
    return with_authorities(authorities, NULL);
}

Test(engine_client, survives_every_failed_allocation)
{
    write_authorities();
    cr_assert(gt(sz, torture(TORTURE_ONCE, make_client, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, make_client, NULL), 3));
    unlink(authorities);
}

Test(engine_client, carries_when_the_host_does_not)
{
    static const char *const here[] = {"127.0.0.1:1", NULL};
    cn_http_call call = {
        .method = "GET", .url = "http://127.0.0.1:1/", .hosts = here};
    canon_options o = CANON_OPTIONS_INIT;
    canon *engine;
    canon_conn *conn;
    cn_http_answer a;

    o.database_url = "sqlite::memory:";
    cr_assert(eq(int, canon_open(&o, &engine, NULL), CANON_OK));
    cr_assert(eq(int, canon_connect(engine, &conn, NULL), CANON_OK));
    cr_assert(eq(int, cn_conn_http(conn, &call, &a), CANON_EREMOTE));
    cr_assert_not_null(
        strstr(canon_last_error(conn)->text, "127.0.0.1:1: Failed to connect"));
    cn_http_answer_free(&a);
    canon_disconnect(conn);
    canon_close(engine);
}

static void count_stop(void *data)
{
    ++*(int *)data;
}

Test(engine_slots, are_stopped_when_the_engine_closes)
{
    int stopped = 0;
    int other = 0;
    canon *engine;

    cr_assert(eq(int, canon_open(NULL, &engine, NULL), CANON_OK));
    cr_assert(eq(ptr, cn_engine_auth(engine), NULL));
    cr_assert(eq(ptr, cn_engine_auth_keep(engine, &stopped, count_stop),
                 (void *)&stopped));
    cr_assert(eq(ptr, cn_engine_auth_keep(engine, &other, count_stop),
                 (void *)&stopped),
              "who comes second gets what the first one keeps");
    canon_close(engine);
    cr_assert(eq(int, other, 0));
    cr_assert(eq(int, stopped, 1));
}
