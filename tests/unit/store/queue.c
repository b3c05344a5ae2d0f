#include "store_test.h"

#define SECOND INT64_C(1000000)

static void add(cn_db *db, const char *kind, const char *lane, const char *key,
                const char *org)
{
    canon_error err;
    cn_job job = {.kind = kind,
                  .org_login = org,
                  .lane = lane,
                  .dedupe_key = key,
                  .payload = kind};

    cr_assert(eq(int, cn_queue_add(db, &job, T0, &err), CANON_OK), "%s",
              err.text);
}

/* The kind of the job that is claimed, or "". */
static const char *claim(cn_db *db, cn_arena *a, int64_t now, cn_job *job)
{
    cn_claim c = {"w", now, now + 60 * SECOND};
    canon_error err;
    bool found = false;
    int rc = cn_queue_claim(db, a, &c, job, &found, &err);

    cr_assert(eq(int, rc, CANON_OK), "%s", err.text);
    return found ? job->kind : "";
}

static int64_t count(cn_db *db, const char *state)
{
    int64_t n = -1;

    cr_assert(eq(int, cn_queue_count(db, state, &n, NULL), CANON_OK));
    return n;
}

ParameterizedTestParameters(queue, runs_jobs_of_a_lane_one_after_the_other)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue, runs_jobs_of_a_lane_one_after_the_other)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_job first;
    cn_job other;
    cn_job job;

    add(db, "one", "lane", NULL, "");
    add(db, "two", "lane", NULL, "");
    add(db, "free", "", NULL, "");
    cr_assert(eq(str, (char *)claim(db, &a, T0, &first), "one"));
    cr_assert(eq(str, (char *)claim(db, &a, T0, &other), "free"));
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), ""));
    cr_assert(eq(int, cn_queue_finish(db, &first, "w", NULL, T0, NULL), 0));
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "two"));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(queue, merges_a_job_into_one_that_waits)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue, merges_a_job_into_one_that_waits)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_job job;

    add(db, "one", "", "key", "");
    add(db, "two", "", "key", "");
    cr_assert(eq(i64, count(db, "ready"), 1));
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "one"));
    cr_assert(eq(str, (char *)job.payload, "two"), "the newer payload counts");
    add(db, "three", "", "key", "");
    cr_assert(eq(i64, count(db, "ready"), 1), "a running job is left alone");
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(queue, gives_a_lost_lease_to_another_worker)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue, gives_a_lost_lease_to_another_worker)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_claim late = {"w", T0, T0 + 120 * SECOND};
    bool kept = true;
    cn_job job;
    cn_job again;

    add(db, "one", "lane", NULL, "");
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "one"));
    cr_assert(eq(str, (char *)claim(db, &a, T0 + 30 * SECOND, &again), ""));
    cr_assert(eq(str, (char *)claim(db, &a, T0 + 61 * SECOND, &again), "one"));
    cr_assert(eq(int, again.attempts, 2));
    cr_assert(eq(int, cn_queue_renew(db, &job, &late, &kept, NULL), 0));
    cr_assert(not(kept));
    cr_assert(eq(int, cn_queue_finish(db, &job, "w", NULL, T0, NULL), 0));
    cr_assert(eq(i64, count(db, "running"), 1),
              "who lost the lease cannot finish");
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(queue, closes_a_failed_job_when_a_newer_one_waits)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue,
                  closes_a_failed_job_when_a_newer_one_waits)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_retry retry = {"w", "no luck", T0, T0 + SECOND, 1};
    canon_error err;
    cn_job job;

    add(db, "one", "", "key", "");
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "one"));
    add(db, "two", "", "key", "");
    cr_assert(eq(int, cn_queue_retry(db, &job, &retry, &err), CANON_OK), "%s",
              err.text);
    cr_assert(eq(i64, count(db, "ready"), 1));
    cr_assert(eq(i64, count(db, "done"), 1));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(queue, waits_until_a_failed_job_is_due_again)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue, waits_until_a_failed_job_is_due_again)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_retry retry = {"w", "no luck", T0, T0 + 10 * SECOND, 1};
    cn_job job;

    add(db, "one", "", NULL, "");
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "one"));
    cr_assert(eq(int, cn_queue_retry(db, &job, &retry, NULL), CANON_OK));
    cr_assert(eq(str, (char *)claim(db, &a, T0 + 9 * SECOND, &job), ""));
    cr_assert(eq(str, (char *)claim(db, &a, T0 + 10 * SECOND, &job), "one"));
    cr_assert(eq(int, job.attempts, 2));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(queue, lets_no_organisation_take_all_workers)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue, lets_no_organisation_take_all_workers)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_job job;

    for (int i = 0; i < CN_JOBS_PER_ORG + 1; i++)
        add(db, "big", "", NULL, "big");
    add(db, "small", "", NULL, "small");
    for (int i = 0; i < CN_JOBS_PER_ORG; i++)
        cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "big"));
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), "small"));
    cr_assert(eq(str, (char *)claim(db, &a, T0, &job), ""));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(queue, forgets_what_is_long_done)
{
    return test_databases();
}

ParameterizedTest(size_t *which, queue, forgets_what_is_long_done)
{
    cn_db *db = store_test_start(*which);
    cn_arena a = CN_ARENA_INIT;
    cn_job job;

    add(db, "one", "", NULL, "");
    add(db, "two", "", NULL, "");
    claim(db, &a, T0, &job);
    cr_assert(eq(int, cn_queue_finish(db, &job, "w", NULL, T0, NULL), 0));
    claim(db, &a, T0, &job);
    cr_assert(eq(int, cn_queue_finish(db, &job, "w", "broken", T0, NULL), 0));
    cr_assert(eq(int, cn_queue_retention(db, T0 + 8 * 86400 * SECOND, NULL),
                 CANON_OK));
    cr_assert(eq(i64, count(db, "done"), 0));
    cr_assert(eq(i64, count(db, "dead"), 1));
    cn_arena_free(&a);
    store_test_stop(db);
}

ParameterizedTestParameters(schedules, give_a_slot_to_one_caller_only)
{
    return test_databases();
}

ParameterizedTest(size_t *which, schedules, give_a_slot_to_one_caller_only)
{
    cn_db *db = store_test_start(*which);
    bool due = true;

    cr_assert(eq(int, cn_store_schedule_take(db, "x", 100, &due, NULL), 0));
    cr_assert(not(due), "the first slot only starts the clock");
    cr_assert(eq(int, cn_store_schedule_take(db, "x", 200, &due, NULL), 0));
    cr_assert(due);
    cr_assert(eq(int, cn_store_schedule_take(db, "x", 200, &due, NULL), 0));
    cr_assert(not(due));
    store_test_stop(db);
}
