/*
 * The engine: what all threads of a process share.
 */
#include "engine_parts.h"

#include "crypto.h"
#include "escape.h"
#include "fail.h"
#include "mem.h"
#include "store.h"

#include <time.h>
#include <unistd.h>

#define OLDEST_OPTIONS offsetof(canon_options, local_mode_off)
#define OLDEST_ENV     (offsetof(canon_env, event) + sizeof(void *))
#define READY_WAIT_US  (2 * 1000 * 1000)

static int64_t clock_us(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t default_now(void *user)
{
    (void)user;
    return clock_us(CLOCK_REALTIME);
}

static int64_t default_monotonic(void *user)
{
    (void)user;
    return clock_us(CLOCK_MONOTONIC);
}

static int load_env(canon *c, const canon_env *env, canon_error *err)
{
    if (env && env->size < OLDEST_ENV) {
        return cn_fail(err, CANON_EINVAL,
                       "canon_env without its size: set size to sizeof");
    }
    if (env)
        memcpy(&c->env, env,
               env->size < sizeof(c->env) ? env->size : sizeof(c->env));
    c->env.size = sizeof(c->env);
    if (!c->env.now_us)
        c->env.now_us = default_now;
    if (!c->env.monotonic_us)
        c->env.monotonic_us = default_monotonic;
    if (!c->env.random)
        c->env.random = cn_crypto_random;
    c->log.hook = c->env.log;
    c->log.now_us = c->env.now_us;
    c->log.user = c->env.user;
    c->log.max_level = CANON_LOG_INFO;
    return CANON_OK;
}

int canon_set_shell(canon *c, const char *html, size_t len, canon_error *err)
{
    char *copy;

    if (cn_engine_frozen(c))
        return cn_fail(err, CANON_EBUSY,
                       "the shell cannot change once the engine is in use");
    copy = cn_memdup(html, len);
    if (!copy)
        return cn_fail_memory(err);
    cn_free(c->shell_html);
    c->shell_html = copy;
    c->shell_len = len;
    return CANON_OK;
}

static int load_options(canon *c, const canon_options *in, canon_error *err)
{
    canon_options o = CANON_OPTIONS_INIT;

    if (in && in->size < OLDEST_OPTIONS) {
        return cn_fail(err, CANON_EINVAL,
                       "canon_options not initialised with "
                       "CANON_OPTIONS_INIT");
    }
    if (in)
        memcpy(&o, in, in->size < sizeof(o) ? in->size : sizeof(o));
    c->busy_timeout_ms = o.busy_timeout_ms > 0 ? o.busy_timeout_ms : 5000;
    c->local_mode_off = o.local_mode_off != 0;
    if (o.database_url) {
        c->database_url = cn_strdup(o.database_url);
        if (!c->database_url)
            return cn_fail_memory(err);
    }
    if (o.shell_html && o.shell_len &&
        canon_set_shell(c, o.shell_html, o.shell_len, err))
        return CANON_ENOMEM;
    return load_env(c, o.env, err);
}

static int make_locks(canon *c, canon_error *err)
{
    if (cn_lock_init(&c->start_lock))
        return cn_fail_memory(err);
    if (cn_lock_init(&c->job_lock))
        goto no_job_lock;
    if (cn_lock_init(&c->http_lock))
        goto no_http_lock;
    if (cn_cond_init(&c->job_added))
        goto no_condition;
    return CANON_OK;
no_condition:
    cn_lock_free(&c->http_lock);
no_http_lock:
    cn_lock_free(&c->job_lock);
no_job_lock:
    cn_lock_free(&c->start_lock);
    return cn_fail_memory(err);
}

/* The allocator is process-wide: only the first engine may bring one. */
static void take_allocator(const canon_options *options)
{
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    const canon_env *env = options ? options->env : NULL;

    if (!atomic_flag_test_and_set(&taken) && env && env->size >= OLDEST_ENV &&
        env->realloc)
        cn_mem_set(env->realloc, env->user);
}

int canon_open(const canon_options *options, canon **out, canon_error *err)
{
    canon *c;
    int rc;

    *out = NULL;
    cn_fail_clear(err);
    take_allocator(options);
    rc = cn_crypto_init(err);
    if (rc)
        return rc;
    c = cn_calloc(1, sizeof(*c));
    if (!c)
        return cn_fail_memory(err);
    rc = make_locks(c, err);
    if (rc) {
        cn_free(c);
        return rc;
    }
    rc = load_options(c, options, err);
    if (!rc) {
        c->limiter = cn_limiter_new();
        if (!c->limiter)
            rc = cn_fail_memory(err);
    }
    if (rc) {
        canon_close(c);
        return rc;
    }
    *out = c;
    return CANON_OK;
}

bool cn_engine_frozen(const canon *c)
{
    return atomic_load(&c->frozen);
}

static int log_level(const canon *c)
{
    cn_slice level = cn_str(canon_setting_text(c, "LOG_LEVEL"));

    if (cn_slice_is(level, "error"))
        return CANON_LOG_ERROR;
    if (cn_slice_is(level, "warning"))
        return CANON_LOG_WARN;
    return cn_slice_is(level, "debug") ? CANON_LOG_DEBUG : CANON_LOG_INFO;
}

static const char *database_url(const canon *c)
{
    return c->database_url ? c->database_url
                           : canon_setting_text(c, "DATABASE_URL");
}

const char *canon_missing_file(const canon *c)
{
    const char *url = database_url(c);
    const char *path = url + strlen("sqlite:");

    if (!cn_slice_starts(cn_str(url), "sqlite:") || cn_db_url_is_memory(url) ||
        access(path, F_OK) == 0)
        return NULL;
    return path;
}

static int make_pools(canon *c, canon_error *err)
{
    const char *url = database_url(c);
    const char *replica = canon_setting_text(c, "CANON_DATABASE_REPLICA_URL");
    size_t size = (size_t)canon_setting_int(c, "CANON_DATABASE_POOL");
    cn_db_options o = {.mode = CN_DB_WRITE,
                       .busy_timeout_ms = c->busy_timeout_ms,
                       .statement_timeout_ms = 30000,
                       .name = "canon",
                       .log = &c->log};
    cn_dialect dialect;
    int rc;

    rc = cn_db_url_dialect(url, &dialect, err);
    if (rc)
        return rc;
    c->shared_pool =
        dialect == CN_SQLITE ? cn_db_url_is_memory(url) : !*replica;
    c->has_replica = dialect == CN_POSTGRESQL && *replica;
    cn_db_pool_free(&c->writers); /* of a start that failed half-way */
    rc = cn_db_pool_init(&c->writers, url, dialect == CN_SQLITE ? 1 : size, &o,
                         err);
    if (rc || c->shared_pool)
        return rc;
    o.mode = CN_DB_READ;
    o.statement_timeout_ms = 5000;
    return cn_db_pool_init(&c->readers, dialect == CN_SQLITE ? url : replica,
                           size, &o, err);
}

int cn_engine_start(canon *c, canon_error *err)
{
    int rc = CANON_OK;

    atomic_store(&c->frozen, true);
    cn_lock_take(&c->start_lock);
    if (!c->started) {
        c->log.max_level = log_level(c);
        if (!c->cache) {
            c->cache =
                cn_lru_new((size_t)canon_setting_int(c, "CANON_CACHE_BYTES"));
        }
        rc = c->cache ? cn_engine_check_http(c, err) : cn_fail_memory(err);
        if (!rc)
            rc = make_pools(c, err);
        c->started = rc == CANON_OK;
    }
    cn_lock_give(&c->start_lock);
    return rc;
}

cn_db_pool *cn_engine_pool(canon *c, cn_db_mode mode)
{
    return mode == CN_DB_WRITE || c->shared_pool ? &c->writers : &c->readers;
}

int canon_migrate(canon *c, canon_error *err)
{
    cn_db *db = NULL;
    int rc = cn_engine_start(c, err);

    if (!rc) {
        rc = cn_db_pool_take(c, &c->writers, (int64_t)c->busy_timeout_ms * 1000,
                             &db, err);
    }
    if (!rc) {
        rc = cn_store_migrate(db, canon_now_us(c), err);
        cn_db_pool_give(&c->writers, db);
    }
    return rc;
}

int canon_ready(canon_conn *conn)
{
    canon *c = conn->engine;
    cn_db_pool *pool = cn_engine_pool(c, CN_DB_READ);
    cn_schema_state state = CN_SCHEMA_PENDING;
    cn_db *db = NULL;
    int rc = cn_db_pool_take(c, pool, READY_WAIT_US, &db, &conn->err);

    if (!rc) {
        rc = cn_store_schema_state(db, &state, &conn->err);
        cn_db_pool_give(pool, db);
    }
    if (rc) {
        canon_error why = conn->err;

        return cn_fail(&conn->err, CANON_EBUSY,
                       "the database does not answer: %.180s", why.text);
    }
    if (state != CN_SCHEMA_CURRENT) {
        return cn_fail(&conn->err, CANON_EVERSION, "%s",
                       state == CN_SCHEMA_PENDING ? "migrations pending"
                       : state == CN_SCHEMA_NEWER
                           ? "the database was made by a newer version of Canon"
                           : "the schema was changed after it was made");
    }
    return CANON_OK;
}

int canon_verify(canon_conn *conn)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = cn_db_verify(conn->db, &conn->err);
    return cn_conn_end(conn, rc);
}

void canon_interrupt(canon *c)
{
    atomic_store(&c->interrupted, true);
    cn_db_pool_interrupt(&c->writers);
    cn_db_pool_interrupt(&c->readers);
    cn_lock_take(&c->job_lock);
    pthread_cond_broadcast(&c->job_added);
    cn_lock_give(&c->job_lock);
}

static void free_schemes(cn_scheme *s)
{
    while (s) {
        cn_scheme *next = s->next;

        cn_free(s->name);
        cn_free(s);
        s = next;
    }
}

void canon_close(canon *c)
{
    if (!c)
        return;
    if (c->workers.stop)
        c->workers.stop(c->workers.data);
    if (c->auth.stop)
        c->auth.stop(c->auth.data);
    cn_http_client_free(c->http);
    cn_db_pool_free(&c->readers);
    cn_db_pool_free(&c->writers);
    cn_lru_free(c->cache);
    cn_limiter_free(c->limiter);
    for (size_t i = 0; i < CN_SETTING_COUNT; i++)
        cn_free(c->settings[i]);
    while (c->profiles) {
        cn_profile_value *next = c->profiles->next;

        cn_profile_free(c->profiles);
        c->profiles = next;
    }
    free_schemes(c->schemes);
    cn_free(c->database_url);
    cn_free(c->shell_html);
    pthread_cond_destroy(&c->job_added);
    cn_lock_free(&c->http_lock);
    cn_lock_free(&c->job_lock);
    cn_lock_free(&c->start_lock);
    cn_free(c);
}

cn_engine_slot *cn_engine_workers(canon *c)
{
    return &c->workers;
}

void *cn_engine_auth(canon *c)
{
    void *data;

    cn_lock_take(&c->start_lock);
    data = c->auth.data;
    cn_lock_give(&c->start_lock);
    return data;
}

void *cn_engine_auth_keep(canon *c, void *data, void (*stop)(void *data))
{
    cn_lock_take(&c->start_lock);
    if (!c->auth.data) {
        c->auth.data = data;
        c->auth.stop = stop;
    }
    data = c->auth.data;
    cn_lock_give(&c->start_lock);
    return data;
}

int64_t canon_now_us(const canon *c)
{
    return c->env.now_us(c->env.user);
}

int64_t canon_monotonic_us(const canon *c)
{
    return c->env.monotonic_us(c->env.user);
}

int canon_random(const canon *c, void *out, size_t len)
{
    return c->env.random(c->env.user, out, len) ? CANON_EIO : CANON_OK;
}

const char *canon_shell_html(const canon *c, size_t *len_out)
{
    if (len_out)
        *len_out = c->shell_len;
    return c->shell_html ? c->shell_html : "";
}

void canon_sha256_hex(const void *data, size_t len, char out[65])
{
    unsigned char digest[CN_SHA256_LEN];

    cn_sha256(data, len, digest);
    cn_hex(out, digest, sizeof(digest));
}

/* One key for the limiter: name and caller cannot run into each other. */
static int limit_key(cn_buf *out, const char *limit, const char *key)
{
    cn_buf_puts(out, limit);
    cn_buf_putc(out, '\0');
    cn_buf_puts(out, key);
    return cn_buf_check(out, NULL);
}

typedef int limit_fn(cn_limiter *limiter, cn_slice key, int max,
                     int64_t window_us, int64_t now_us, int64_t *retry_us);

static int ask_limiter(canon *c, limit_fn *fn, cn_buf *name, int max,
                       int64_t window_us, int64_t *retry_us_out)
{
    int64_t retry = 0;
    int rc = cn_buf_check(name, NULL);

    if (!rc)
        rc = fn(c->limiter, cn_buf_all(name), max, window_us,
                canon_monotonic_us(c), &retry);
    if (retry_us_out)
        *retry_us_out = retry;
    cn_buf_free(name);
    return rc;
}

int canon_limit_take(canon *c, const char *limit, const char *key, int max,
                     int64_t window_us, int64_t *retry_us_out)
{
    cn_buf name = CN_BUF_INIT(4096);

    (void)limit_key(&name, limit, key); /* looked at by ask_limiter */
    return ask_limiter(c, cn_limiter_take, &name, max, window_us, retry_us_out);
}

int canon_limit_check(canon *c, const char *limit, const char *key, int max,
                      int64_t window_us, int64_t *retry_us_out)
{
    cn_buf name = CN_BUF_INIT(4096);

    (void)limit_key(&name, limit, key); /* looked at by ask_limiter */
    return ask_limiter(c, cn_limiter_check, &name, max, window_us,
                       retry_us_out);
}

void canon_limit_return(canon *c, const char *limit, const char *key)
{
    cn_buf name = CN_BUF_INIT(4096);

    if (!limit_key(&name, limit, key))
        cn_limiter_return(c->limiter, cn_buf_all(&name));
    cn_buf_free(&name);
}

int canon_source_register(canon *c, const char *scheme,
                          const canon_source_ops *ops, void *user,
                          canon_error *err)
{
    cn_scheme *s;

    if (cn_engine_frozen(c)) {
        return cn_fail(err, CANON_EBUSY,
                       "sources cannot be added once the engine is in use");
    }
    if (!scheme || !*scheme || strchr(scheme, ':') || !ops ||
        ops->size < sizeof(*ops) || !ops->open || !ops->head || !ops->list ||
        !ops->read || !ops->close) {
        return cn_fail(err, CANON_EINVAL,
                       "a source needs a name and at least open, head, list, "
                       "read and close");
    }
    s = cn_calloc(1, sizeof(*s));
    if (s)
        s->name = cn_strdup(scheme);
    if (!s || !s->name) {
        cn_free(s);
        return cn_fail_memory(err);
    }
    s->ops = *ops;
    s->user = user;
    s->next = c->schemes;
    c->schemes = s;
    return CANON_OK;
}
