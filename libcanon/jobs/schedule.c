/*
 * Periodic jobs. Their last slot is a row, so that of several processes only
 * one inserts the job, and a slot that was missed is caught up once.
 */
#include "jobs_parts.h"

#include "date.h"
#include "fail.h"

#define MINUTE_US (INT64_C(60) * CN_US_SECOND)

static const cn_schedule schedules[] = {
    {"reindex", "reindex", 2, 0},
    {"retention", "retention", 3, 40},
    {"coverage", "coverage", 5, 0},
};

const cn_schedule *cn_schedule_at(size_t i)
{
    return i < sizeof(schedules) / sizeof(schedules[0]) ? &schedules[i] : NULL;
}

int64_t cn_schedule_slot(const cn_schedule *schedule, int64_t now_us)
{
    int64_t at = ((int64_t)schedule->hour * 60 + schedule->minute) * MINUTE_US;
    int64_t day = now_us / CN_US_DAY;
    int64_t slot = day * CN_US_DAY + at;

    return slot <= now_us ? slot : slot - CN_US_DAY;
}
