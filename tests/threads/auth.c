/*
 * Many threads sign in at once: the keys of the provider go stale and are
 * replaced while others verify with them, strangers name keys that do not
 * exist, and all of them seal and open with the keys of one engine. A good
 * token must be good at every moment, and ThreadSanitizer must have nothing to
 * say.
 */
#include "canon.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS    6
#define ROUNDS     60
#define SECOND     INT64_C(1000000)
#define STATE_LIFE (600 * SECOND)
#define BEGIN      (INT64_C(1773900000) * SECOND)

/* A key, and a token that it has signed, valid for an hour from BEGIN. */
static const char keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"3n9bgTy2dua3S8yXxL23qYp5XAEP8"
    "gFoFx2w1-n-ralp3iATmfAInUGXf4--HBwl02RElYKeVFehlQZ3erRa1"
    "9cfWaQsBlgbCKg12Oh3y7f7dbq45YGfHPHknwNNPnK95vyddnLCZTP3U"
    "60t8_Zqe6xDilkJfcMY8d2118joqeJeDyihMtgA4SulMW0xFlDGDzzkX"
    "SFa1mwG9_1zfd4Y789SQw3wtZA0d5IZ5euxlgWBaM4cD-6s0O3iVsKEs"
    "NAHwjal3QDu9CypzZs70mZs8v_mnsixj_pIj701DTtIOS_57-V642DRj"
    "0skxQp9IEk6oratcp_Vpw2JhS5unPv2Ew\",\"e\":\"AQAB\",\"kid\":\"rsa"
    "-2026-01\",\"use\":\"sig\",\"alg\":\"RS256\"}]}";
static const char token[] =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InJzYS0yMDI2"
    "LTAxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIs"
    "InN1YiI6ImF1dGgwfDY1ZjBjMGZmZWUwMDAxIiwiYXVkIjoiaHR0cHM6"
    "Ly9hcGkuY2Fub24uZXhhbXBsZSIsImlhdCI6MTc3Mzg5OTk0MCwiZXhw"
    "IjoxNzczOTAzNjAwLCJvcmdfaWQiOiJvcmdfUXg3TG0yVHQ5cFZiUnI0"
    "ayIsInBlcm1pc3Npb25zIjpbInNwZWNzOnJlYWQiLCJzcGVjczp3cml0"
    "ZSJdfQ.iAzQNP1qQFyEhssPig9Q9BWEtBf3oyNqX9sGBZB6JQWsVflUi"
    "05BKPKKRmwgBaoeuoOVCTm5dXXDiS-NcBSNwa2_9V0Lc_n04jN-Zntdx"
    "s1VMHUhCGo8ZdgHj_8t0kj3SV1dsyVpuw-lxj8BG7_XxnTsQEUFesmkE"
    "56by8WkOBDGPf3bMqBeEqNeYLsxGv6hmGyF4AoumZJI9S1QZKhFPo3Zm"
    "GayqcA_HsAhbAUH38v3I7oTCQAZOOwaOzzxWdzx03Ymz6_ruux3F6ARG"
    "EsXF9ni8Srg8O_aDof-G5c1NMBAgwOeDURvtAatYj0ouIT5S7Wr73oS-"
    "OV4u-hBsBO29g";

static canon *engine;
static pthread_barrier_t start;
static atomic_llong now = BEGIN;
static atomic_int fetches;
static atomic_int failures;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    atomic_fetch_add(&failures, 1);
    fprintf(stderr, "%s\n", what);
}

static int64_t now_us(void *user)
{
    (void)user;
    return atomic_load(&now);
}

/* The provider: a key set, and no to everything else. */
static int answer(void *user, const canon_http_request *request,
                  canon_http_response *response)
{
    static const char no[] = "{\"error\":\"access_denied\"}";
    bool set = strstr(request->url, "jwks.json") != NULL;
    const char *body = set ? keys : no;

    (void)user;
    if (set)
        atomic_fetch_add(&fetches, 1);
    response->status = set ? 200 : 400;
    return request->on_data(request->data_user, body, strlen(body))
               ? CANON_ECANCELED
               : CANON_OK;
}

/* The code of asking who it is; reason_out: why not. */
static int identify(canon_conn *conn, const char *bearer, int *reason_out)
{
    canon_credentials c = CANON_CREDENTIALS_INIT;
    canon_principal *who = NULL;
    int rc;

    c.bearer = bearer;
    rc = canon_auth_identify(conn, &c, reason_out, &who);
    canon_principal_free(who);
    return rc;
}

/* A state is sealed, opened, and the code is refused. */
static void sign_in(canon_conn *conn)
{
    canon_login_order order = {.size = sizeof(order)};
    canon_login_answer back = {.size = sizeof(back), .code = "c"};
    canon_redirect *away = NULL;
    canon_login *login = NULL;
    const char *reason = "";
    char state[44] = "";
    long long began = atomic_load(&now);
    const char *at;

    must(canon_login_begin(conn, &order, &away) == CANON_OK, "begin");
    if (!away)
        return;
    at = strstr(away->url, "&state=");
    if (at)
        snprintf(state, sizeof(state), "%.43s", at + strlen("&state="));
    back.state = state;
    back.cookie = away->cookie.value;
    must(canon_login_finish(conn, &back, &reason, &login) == CANON_EAUTH,
         "finish");
    /* the others move the clock: it may have run out meanwhile */
    must(strcmp(reason, "server_error") == 0 ||
             atomic_load(&now) - began >= STATE_LIFE,
         "the state is opened");
    canon_redirect_free(away);
}

static void *visit_often(void *user)
{
    /* {"alg":"RS256","kid":"unknown"} */
    static const char unknown[] =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InVua25vd24ifQ.e30.AA";
    canon_conn *conn = NULL;
    int reason = 0;

    must(canon_connect(engine, &conn, NULL) == CANON_OK, "connect");
    pthread_barrier_wait(&start);
    for (int i = 0; conn && i < ROUNDS; i++) {
        must(identify(conn, token, &reason) == CANON_OK, "a good token");
        if (i % 4 == 0)
            must(identify(conn, unknown, &reason) == CANON_EAUTH &&
                     reason == CANON_AUTH_TOKEN,
                 "a token with an unknown key");
        if (i % 8 == 0)
            sign_in(conn);
        atomic_fetch_add(&now, 5 * SECOND);
    }
    canon_disconnect(conn);
    return user;
}

static bool open_engine(const char *url)
{
    static const char *const settings[][2] = {
        {"AUTH0_DOMAIN", "login.example.com"},
        {"AUTH0_CLIENT_ID", "web"},
        {"AUTH0_CLIENT_SECRET", "secret"},
        {"AUTH0_AUDIENCE", "https://api.canon.example"},
        {"PLATFORM_URL", "https://canon.example"},
    };
    canon_options o = CANON_OPTIONS_INIT;
    canon_env env = {.size = sizeof(env), .now_us = now_us, .http = answer};
    canon_error err;

    o.database_url = url;
    o.busy_timeout_ms = 60000;
    o.env = &env;
    if (canon_open(&o, &engine, &err))
        return false;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        must(canon_set(engine, settings[i][0], settings[i][1], &err) ==
                 CANON_OK,
             settings[i][0]);
    return canon_migrate(engine, &err) == CANON_OK;
}

int main(void)
{
    char folder[] = "/tmp/canon-threads-XXXXXX";
    char command[128];
    pthread_t threads[THREADS];

    if (!mkdtemp(folder))
        return 1;
    snprintf(command, sizeof(command), "sqlite:%s/canon.db", folder);
    if (!open_engine(command))
        return 1;
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, visit_often, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    canon_close(engine);
    /* half an hour: once a minute for strangers, and when they are stale */
    must(atomic_load(&fetches) >= 2 && atomic_load(&fetches) <= 40,
         "one fetch a minute");
    printf("threads: %d failures, %d fetches\n", atomic_load(&failures),
           atomic_load(&fetches));
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) || atomic_load(&failures) ? 1 : 0;
}
