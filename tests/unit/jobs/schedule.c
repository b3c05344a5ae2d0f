#include "jobs_test.h"

static const struct {
    int64_t now;
    int64_t slot;
} slots[] = {
    {NOON, NOON - 12 * HOUR + 5 * HOUR},
    {NOON - 7 * HOUR, NOON - 7 * HOUR},
    {NOON - 7 * HOUR - 1, NOON - 7 * HOUR - DAY},
};

ParameterizedTestParameters(schedule, finds_its_newest_slot)
{
    return cn_test_indexes(sizeof(slots) / sizeof(slots[0]));
}

ParameterizedTest(size_t *i, schedule, finds_its_newest_slot)
{
    cn_schedule at_five = {"x", "x", 5, 0};

    cr_assert(
        eq(i64, cn_schedule_slot(&at_five, slots[*i].now), slots[*i].slot));
}

Test(schedule, inserts_each_job_once_a_day)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    cr_assert(eq(int, canon_schedule_tick(f.conn), CANON_OK));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 0), "the clock starts");
    f.now += DAY;
    cr_assert(eq(int, canon_schedule_tick(f.conn), CANON_OK));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 3));
    cr_assert(eq(int, fixture_run(&f), 3));
    cr_assert(eq(int, canon_schedule_tick(f.conn), CANON_OK));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 0));
    fixture_stop(&f);
}

Test(schedule, catches_up_once_after_a_week_without_service)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    cr_assert(eq(int, canon_schedule_tick(f.conn), CANON_OK));
    f.now += 7 * DAY;
    cr_assert(eq(int, canon_schedule_tick(f.conn), CANON_OK));
    cr_assert(eq(i64, fixture_jobs(&f, "ready"), 3));
    fixture_stop(&f);
}

Test(schedule, runs_a_job_by_its_name)
{
    fixture f;

    fixture_start(&f, "sqlite::memory:");
    fixture_add_folder(&f);
    cr_assert(eq(int, canon_schedule_run(f.conn, "reindex"), CANON_OK));
    cr_assert(eq(int, fixture_run(&f), 2), "the list, and the repository");
    cr_assert(eq(i64, fixture_sections(&f), 1));
    cr_assert(eq(int, canon_schedule_run(f.conn, "coverage"), CANON_OK));
    cr_assert(eq(int, fixture_run(&f), 1));
    cr_assert(eq(i64, fixture_jobs(&f, "dead"), 0));
    cr_assert(eq(int, canon_schedule_run(f.conn, "nothing"), CANON_ENOTFOUND));
    fixture_stop(&f);
}
