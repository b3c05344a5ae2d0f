/* Times are microseconds since 1970 (UTC), days are days since 1970. */
#ifndef CN_DATE_H
#define CN_DATE_H

#include "slice.h"

#define CN_US_SECOND INT64_C(1000000)
#define CN_US_DAY    (INT64_C(86400) * CN_US_SECOND)

/* "2026-03-18T18:07:00.123456+00:00", fraction left out when zero; years are
 * clamped to four digits. */
void cn_time_format(int64_t us, char out[40]);

/* "2026-03-18" */
void cn_day_format(int32_t day, char out[16]);

int32_t cn_day_of(int64_t us);

/* YYYY-MM-DD of a date that exists. */
bool cn_day_parse(cn_slice text, int32_t *out);

#endif
