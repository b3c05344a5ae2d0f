/*
 * What the files of the engine share: the engine itself and its pools of
 * database connections.
 */
#ifndef CN_ENGINE_PARTS_H
#define CN_ENGINE_PARTS_H

#include "canon/settings.h"
#include "canon/source.h"
#include "conn.h"

#include "http.h"
#include "limiter.h"
#include "lock.h"

#include <stdatomic.h>

#define CN_SETTING_COUNT 86

/* A variable that an auth profile of a configuration file may name. */
typedef struct cn_profile_value {
    struct cn_profile_value *next;
    char *name;
    char *value;
} cn_profile_value;

void cn_profile_free(cn_profile_value *p);

/*
 * Connections of one kind. Waiters queue at the condition; a connection is
 * opened outside the lock.
 */
typedef struct cn_db_pool {
    cn_lock lock;
    pthread_cond_t changed;
    cn_db **idle;  /* newest last */
    cn_db **known; /* all that are open, for canon_interrupt */
    size_t idle_count;
    size_t open_count; /* also those being opened */
    size_t known_count;
    size_t cap;
    const char *url; /* of the engine */
    cn_db_options options;
    bool ready; /* lock and condition exist */
} cn_db_pool;

int cn_db_pool_init(cn_db_pool *pool, const char *url, size_t cap,
                    const cn_db_options *options, canon_error *err);
void cn_db_pool_free(cn_db_pool *pool);

/* Wait at most wait_us for a connection. */
int cn_db_pool_take(canon *c, cn_db_pool *pool, int64_t wait_us, cn_db **out,
                    canon_error *err);
void cn_db_pool_give(cn_db_pool *pool, cn_db *db);
void cn_db_pool_interrupt(cn_db_pool *pool);

typedef struct cn_scheme {
    struct cn_scheme *next;
    char *name;
    canon_source_ops ops;
    void *user;
} cn_scheme;

struct canon {
    canon_env env;
    char *database_url; /* of the options; NULL: the setting */
    char *shell_html;
    size_t shell_len;
    int busy_timeout_ms;
    bool local_mode_off;
    char *settings[CN_SETTING_COUNT];
    cn_profile_value *profiles;
    cn_scheme *schemes;
    cn_log log;
    cn_lru *cache;
    cn_limiter *limiter;
    cn_engine_slot workers;
    cn_engine_slot auth;
    cn_lock http_lock;
    cn_http_client *http; /* made when it is first needed */
    atomic_bool frozen;
    atomic_bool interrupted;
    cn_lock start_lock; /* of cn_engine_start */
    bool started;
    bool shared_pool; /* reads use the writers' pool */
    bool has_replica; /* which may be behind */
    cn_db_pool writers;
    cn_db_pool readers;
    cn_lock job_lock;
    pthread_cond_t job_added;
    uint64_t job_count;
};

bool cn_engine_frozen(const canon *c);

/* Freeze the settings and make the pools; once. */
int cn_engine_start(canon *c, canon_error *err);

/* Are the addresses of the settings well formed and the authorities there? */
int cn_engine_check_http(canon *c, canon_error *err);

/* Pool that serves a mode. */
cn_db_pool *cn_engine_pool(canon *c, cn_db_mode mode);

/* A condition that waits on the clock that never jumps. */
int cn_cond_init(pthread_cond_t *cond);

/* Wait at a condition until a point of that clock; false when it passed. */
bool cn_cond_wait(pthread_cond_t *cond, cn_lock *lock, int64_t until_us);

/* Now of the clock of conditions; not the host's, whose may be a test's. */
int64_t cn_cond_now_us(void);

#endif
