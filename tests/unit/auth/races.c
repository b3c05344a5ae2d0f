/*
 * Rules that span rows, with everybody at once.
 */
#include "auth_test.h"

#include "files.h"

#include <pthread.h>
#include <stdio.h>

#define THREADS 8

static test_engine t;
static pthread_barrier_t ready;

typedef struct runner {
    pthread_t thread;
    canon_conn *conn;
    int number;
    int64_t user;
    int done; /* successes */
    int rc;   /* the last failure that was not expected */
} runner;

/* A database that several connections share. */
static char *start(size_t which, char *url, size_t room)
{
    char *folder = test_folder();

    memset(&t, 0, sizeof(t));
    t.settings = auth_single;
    snprintf(url, room, "sqlite:%s/canon.db", folder);
    test_engine_open(&t, which ? test_database_make(which) : url);
    return folder;
}

static void stop(char *folder)
{
    test_engine_stop(&t);
    test_folder_remove(folder);
}

static void run(void *(*work)(void *), runner *runners, int64_t user)
{
    pthread_barrier_init(&ready, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        runner *r = &runners[i];

        memset(r, 0, sizeof(*r));
        r->number = i;
        r->user = user;
        cr_assert(eq(int, canon_connect(t.engine, &r->conn, NULL), CANON_OK));
        cr_assert(eq(int, pthread_create(&r->thread, NULL, work, r), 0));
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(runners[i].thread, NULL);
        canon_disconnect(runners[i].conn);
        cr_assert(eq(int, runners[i].rc, CANON_OK));
    }
    pthread_barrier_destroy(&ready);
}

/* Somebody of his own signs in. */
static void *arrive(void *user)
{
    runner *r = user;
    char sub[32];
    cn_person person;
    cn_account account;

    snprintf(sub, sizeof(sub), "user-%d", r->number);
    person = auth_person(sub);
    pthread_barrier_wait(&ready);
    r->rc = cn_account_arrive(r->conn, &person, "", &account);
    r->done = r->rc == CANON_OK;
    return NULL;
}

static int count_role(const char *role, int *all_out)
{
    canon_users *users = NULL;
    int count = 0;

    assert_ok(&t, canon_user_list(t.conn, NULL, 0, 100, &users));
    *all_out = (int)canon_users_count(users);
    for (int i = 0; i < *all_out; i++)
        count += strcmp(canon_users_at(users, (size_t)i)->role, role) == 0;
    canon_users_free(users);
    return count;
}

DATABASE_TEST(races, there_is_one_first_administrator)
{
    runner runners[THREADS];
    char url[4200];
    char *folder = start(*which, url, sizeof(url));
    int all = 0;

    run(arrive, runners, 0);
    cr_assert(eq(int, count_role("admin", &all), 1));
    cr_assert(eq(int, all, THREADS));
    stop(folder);
}

/* All are the same person. */
static void *arrive_alike(void *user)
{
    runner *r = user;
    cn_person person = auth_person("one");
    cn_account account;

    pthread_barrier_wait(&ready);
    r->rc = cn_account_arrive(r->conn, &person, "", &account);
    return NULL;
}

DATABASE_TEST(races, somebody_who_signs_in_twice_is_one_user)
{
    runner runners[THREADS];
    char url[4200];
    char *folder = start(*which, url, sizeof(url));
    int all = 0;

    run(arrive_alike, runners, 0);
    cr_assert(eq(int, count_role("admin", &all), 1));
    cr_assert(eq(int, all, 1));
    stop(folder);
}

/* As many keys as there can be. */
static void *make_keys(void *user)
{
    runner *r = user;
    char secret[CANON_KEY_LEN + 1];
    canon_key_order order = CANON_KEY_ORDER_INIT;
    int rc;

    order.org = "acme";
    order.user_id = r->user;
    order.granted_by = CANON_PERM_ALL;
    pthread_barrier_wait(&ready);
    do {
        rc = canon_key_create(r->conn, &order, secret, NULL);
        r->done += rc == CANON_OK;
    } while (!rc);
    r->rc = rc == CANON_ELIMIT ? CANON_OK : rc;
    return NULL;
}

DATABASE_TEST(races, there_are_never_too_many_keys)
{
    runner runners[THREADS];
    char url[4200];
    char *folder = start(*which, url, sizeof(url));
    int made = 0;

    run(make_keys, runners, auth_user(&t, "one", ""));
    for (int i = 0; i < THREADS; i++)
        made += runners[i].done;
    cr_assert(eq(int, made, CANON_KEYS_MAX));
    stop(folder);
}

/* The one key is revoked by everybody. */
static void *revoke(void *user)
{
    runner *r = user;
    int rc;

    pthread_barrier_wait(&ready);
    rc = canon_key_revoke(r->conn, "acme", 0, r->user);
    r->done = rc == CANON_OK;
    r->rc = rc == CANON_ENOTFOUND ? CANON_OK : rc;
    return NULL;
}

DATABASE_TEST(races, a_key_is_revoked_once)
{
    runner runners[THREADS];
    char secret[CANON_KEY_LEN + 1];
    char url[4200];
    char *folder = start(*which, url, sizeof(url));
    int done = 0;

    run(revoke, runners,
        auth_key(&t, "acme", auth_user(&t, "one", ""), 0, secret));
    for (int i = 0; i < THREADS; i++)
        done += runners[i].done;
    cr_assert(eq(int, done, 1));
    stop(folder);
}
