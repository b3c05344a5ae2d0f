/*
 * Who fetches and who waits. A document is fetched when there is none, when it
 * is no longer fresh, or (keys only) when a token names a key that is not in
 * it; the last at most once a minute, whatever tokens strangers send.
 */
#include "keyring.h"

#include "auth_parts.h"
#include "discovery.h"
#include "fail.h"
#include "mem.h"

#include <pthread.h>
#include <time.h>

#define LOOK_NS   INT64_C(100000000)
#define MOST_LOOK 120 /* twelve seconds */

/* Keys that may be in use by several threads. */
typedef struct cn_key_set {
    cn_jwks *jwks;
    size_t users; /* under the lock of the ring */
} cn_key_set;

int cn_keyring_init(cn_keyring *ring, canon_error *err)
{
    pthread_condattr_t attr;

    if (cn_lock_init(&ring->lock))
        return cn_fail_memory(err);
    if (pthread_condattr_init(&attr)) {
        cn_lock_free(&ring->lock);
        return cn_fail_memory(err);
    }
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&ring->changed, &attr);
    pthread_condattr_destroy(&attr);
    return CANON_OK;
}

static void free_set(cn_key_set *set)
{
    if (!set)
        return;
    cn_jwks_free(set->jwks);
    cn_free(set);
}

void cn_keyring_free(cn_keyring *ring)
{
    free_set(ring->set);
    cn_arena_free(&ring->arena);
    pthread_cond_destroy(&ring->changed);
    cn_lock_free(&ring->lock);
}

/* Can what was fetched still be used? */
static bool is_usable(const cn_fetched *f, int64_t now_us)
{
    return f->good_us && now_us < f->good_us + CN_KEYRING_STALE_US;
}

static bool is_due(const cn_fetched *f, int64_t now_us, bool forced)
{
    if (!is_usable(f, now_us))
        return !f->failed_us || now_us < f->failed_us ||
               now_us >= f->failed_us + CN_KEYRING_RETRY_US;
    if (forced && (!f->forced_us || now_us < f->forced_us ||
                   now_us >= f->forced_us + CN_KEYRING_COOL_US))
        return true;
    /* also when the clock went back */
    if (now_us < f->fresh_until_us && now_us >= f->good_us)
        return false;
    return !f->failed_us || now_us < f->failed_us ||
           now_us >= f->failed_us + CN_KEYRING_COOL_US;
}

/* What the others have found out, once they are done. */
static int wait_for(canon_conn *conn, cn_keyring *ring, cn_fetched *f)
{
    bool held = conn->db != NULL;
    cn_db_mode mode = conn->mode;
    uint64_t seen;
    int rc;

    cn_conn_release(conn);
    cn_lock_take(&ring->lock);
    seen = f->tries;
    for (int i = 0; i < MOST_LOOK && f->running && f->tries == seen &&
                    !cn_conn_interrupted(conn);
         i++) {
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&ring->changed, &ring->lock.mutex, &until);
    }
    rc = f->rc ? f->rc : CANON_EREMOTE;
    if (is_usable(f, canon_now_us(conn->engine)))
        rc = CANON_OK;
    cn_lock_give(&ring->lock);
    if (held) {
        int again = cn_conn_acquire(conn, mode);

        if (again)
            return again;
    }
    return rc ? cn_fail(&conn->err, rc, "the login provider does not answer")
              : CANON_OK;
}

typedef struct job {
    cn_keyring *ring;
    cn_fetched *fetched;
    const char *url;
    int (*run)(canon_conn *conn, const struct job *job);
} job;

/* Run the fetch and tell the others. */
static int run_job(canon_conn *conn, const job *j)
{
    cn_fetched *f = j->fetched;
    int rc = j->run(conn, j);
    int64_t now_us = canon_now_us(conn->engine); /* it may have taken long */
    bool usable;

    cn_lock_take(&j->ring->lock);
    f->running = false;
    f->tries++;
    f->rc = rc;
    if (!rc)
        f->failed_us = 0;
    else if (rc == CANON_EREMOTE)
        f->failed_us = now_us;
    usable = is_usable(f, now_us);
    pthread_cond_broadcast(&j->ring->changed);
    cn_lock_give(&j->ring->lock);
    if (rc) {
        cn_log_write(&conn->log, CANON_LOG_WARN, "auth", "login provider: %s%s",
                     conn->err.text,
                     usable ? "; going on with what is known" : "");
    }
    return rc == CANON_EREMOTE && usable ? CANON_OK : rc;
}

static int ensure(canon_conn *conn, const job *j, bool forced)
{
    cn_fetched *f = j->fetched;
    int64_t now_us = canon_now_us(conn->engine);
    bool usable;
    bool wait;
    bool mine;
    int rc;

    cn_lock_take(&j->ring->lock);
    usable = is_usable(f, now_us);
    wait = f->running && (forced || !usable);
    mine = !f->running && is_due(f, now_us, forced);
    rc = f->rc;
    if (mine) {
        f->running = true;
        if (forced)
            f->forced_us = now_us;
    }
    cn_lock_give(&j->ring->lock);
    if (wait)
        return wait_for(conn, j->ring, f);
    if (mine)
        return run_job(conn, j);
    if (usable)
        return CANON_OK;
    return cn_fail(&conn->err, rc ? rc : CANON_EREMOTE,
                   "the login provider does not answer");
}

/* --- addresses ------------------------------------------------------------- */

static int copy_endpoints(const cn_endpoints *from, cn_arena *a,
                          cn_endpoints *to)
{
    const char *const in[] = {from->issuer, from->authorize, from->token,
                              from->device, from->revoke,    from->keys,
                              from->logout};
    const char **const out[] = {&to->issuer, &to->authorize, &to->token,
                                &to->device, &to->revoke,    &to->keys,
                                &to->logout};

    for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        *out[i] = cn_arena_str(a, in[i]);
        if (!*out[i])
            return CANON_ENOMEM;
    }
    to->basic = from->basic;
    to->names_iss = from->names_iss;
    return CANON_OK;
}

static int fetch_endpoints(canon_conn *conn, const job *j)
{
    cn_arena arena = CN_ARENA_INIT;
    cn_endpoints found;
    cn_endpoints kept;
    int64_t now_us = canon_now_us(conn->engine);
    int rc = cn_discover(conn, j->url, &found);

    if (!rc && copy_endpoints(&found, &arena, &kept))
        rc = cn_fail_memory(&conn->err);
    if (rc) {
        cn_arena_free(&arena);
        return rc;
    }
    cn_lock_take(&j->ring->lock);
    cn_arena_free(&j->ring->arena);
    j->ring->arena = arena;
    j->ring->endpoints = kept;
    j->fetched->good_us = now_us;
    j->fetched->fresh_until_us = now_us + CN_METADATA_FRESH_US;
    cn_lock_give(&j->ring->lock);
    return CANON_OK;
}

int cn_keyring_endpoints(canon_conn *conn, const char *issuer,
                         cn_endpoints *out)
{
    cn_auth *auth;
    int rc = cn_auth_of(conn, &auth);

    if (!rc) {
        const job j = {&auth->keyring, &auth->keyring.metadata, issuer,
                       fetch_endpoints};

        rc = ensure(conn, &j, false);
    }
    if (rc)
        return rc;
    cn_lock_take(&auth->keyring.lock);
    rc = copy_endpoints(&auth->keyring.endpoints, &conn->arena, out);
    cn_lock_give(&auth->keyring.lock);
    return rc ? cn_fail_memory(&conn->err) : CANON_OK;
}

/* --- keys ------------------------------------------------------------------ */

/* Give a set back; the last user of an old one frees it. */
static void leave(cn_keyring *ring, cn_key_set *set)
{
    bool last;

    cn_lock_take(&ring->lock);
    set->users--;
    last = set->users == 0 && ring->set != set;
    cn_lock_give(&ring->lock);
    if (last)
        free_set(set);
}

static int fetch_keys(canon_conn *conn, const job *j)
{
    cn_key_set *set = cn_calloc(1, sizeof(*set));
    int64_t now_us = canon_now_us(conn->engine);
    int64_t fresh_us = CN_KEYS_FRESH_MIN_US;
    cn_key_set *old;
    bool unused;
    int rc = set ? cn_fetch_keys(conn, j->url, &set->jwks, &fresh_us)
                 : cn_fail_memory(&conn->err);

    if (rc) {
        free_set(set);
        return rc;
    }
    cn_lock_take(&j->ring->lock);
    old = j->ring->set;
    unused = old && old->users == 0;
    j->ring->set = set;
    j->fetched->good_us = now_us;
    j->fetched->fresh_until_us = now_us + fresh_us;
    cn_lock_give(&j->ring->lock);
    if (unused)
        free_set(old);
    return CANON_OK;
}

static int ensure_keys(canon_conn *conn, const char *url, bool forced,
                       cn_keyring **out)
{
    cn_auth *auth;
    int rc = cn_auth_of(conn, &auth);

    if (!rc) {
        const job j = {&auth->keyring, &auth->keyring.keys, url, fetch_keys};

        *out = &auth->keyring;
        rc = ensure(conn, &j, forced);
    }
    return rc;
}

int cn_keyring_ready(canon_conn *conn, const char *url)
{
    cn_keyring *ring;

    return ensure_keys(conn, url, false, &ring);
}

static int verify(canon_conn *conn, cn_keyring *ring, const cn_jwt *token,
                  const cn_jwt_policy *policy, cn_claims *out)
{
    cn_key_set *set;
    int failure;

    cn_lock_take(&ring->lock);
    set = ring->set;
    set->users++;
    cn_lock_give(&ring->lock);
    failure = cn_jwt_check(set->jwks, token, policy, &conn->arena, out);
    leave(ring, set);
    return failure;
}

int cn_keyring_refuse(canon_conn *conn, int failure)
{
    return failure < 0
               ? cn_fail_memory(&conn->err)
               : cn_fail(&conn->err, CANON_EAUTH, "the token is not valid: %s",
                         cn_jwt_reason(failure));
}

int cn_keyring_verify(canon_conn *conn, const char *url, const cn_jwt *token,
                      const cn_jwt_policy *policy, int *failure_out,
                      cn_claims *out)
{
    cn_keyring *ring;
    int failure = 0;
    int rc = ensure_keys(conn, url, false, &ring);

    *failure_out = CN_JWT_VALID;
    if (!rc)
        failure = verify(conn, ring, token, policy, out);
    if (!rc && failure == CN_JWT_UNKNOWN_KID) {
        rc = ensure_keys(conn, url, true, &ring);
        if (!rc)
            failure = verify(conn, ring, token, policy, out);
    }
    if (rc || !failure)
        return rc;
    if (failure > 0)
        *failure_out = failure;
    return cn_keyring_refuse(conn, failure);
}
