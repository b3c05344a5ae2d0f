/*
 * The calendar, proleptic Gregorian and in UTC.
 */
#include "date.h"

#define DAYS_400_YEARS 146097

typedef struct civil {
    int64_t year;
    int month; /* from 1 */
    int day;   /* from 1 */
} civil;

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years begin in March here, so that the leap day is the last one. */
static civil civil_of(int64_t days)
{
    int64_t shifted = days + 719468; /* from 0000-03-01 */
    int64_t era = floor_div(shifted, DAYS_400_YEARS);
    int64_t of_era = shifted - era * DAYS_400_YEARS;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* from March, 0 */
    civil c;

    c.day = (int)(of_year - (153 * month + 2) / 5 + 1);
    c.month = (int)(month < 10 ? month + 3 : month - 9);
    c.year = year + era * 400 + (c.month <= 2);
    return c;
}

static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t of_era_year = y - era * 400;
    int64_t of_year =
        (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t of_era =
        of_era_year * 365 + of_era_year / 4 - of_era_year / 100 + of_year;

    return era * DAYS_400_YEARS + of_era - 719468;
}

/* A number with leading zeros and a mark behind it. */
static char *put(char *p, int64_t n, int width, char mark)
{
    for (int i = width; i > 0; i--) {
        p[i - 1] = (char)('0' + n % 10);
        n /= 10;
    }
    p[width] = mark;
    return p + width + 1;
}

static char *put_day(char *p, int64_t day, char mark)
{
    civil c = civil_of(day);

    /* four digits are all the format has */
    c.year = c.year < 0 ? 0 : c.year > 9999 ? 9999 : c.year;
    p = put(p, c.year, 4, '-');
    p = put(p, c.month, 2, '-');
    return put(p, c.day, 2, mark);
}

void cn_time_format(int64_t us, char out[40])
{
    int64_t day = floor_div(us, CN_US_DAY);
    int64_t rest = us % CN_US_DAY + (us % CN_US_DAY < 0 ? CN_US_DAY : 0);
    int64_t second = rest / CN_US_SECOND;
    int64_t fraction = rest % CN_US_SECOND;
    char *p = put_day(out, day, 'T');

    p = put(p, second / 3600, 2, ':');
    p = put(p, second / 60 % 60, 2, ':');
    p = put(p, second % 60, 2, '.');
    if (fraction)
        p = put(p, fraction, 6, '+');
    memcpy(p - 1, "+00:00", sizeof("+00:00"));
}

void cn_day_format(int32_t day, char out[16])
{
    put_day(out, day, '\0');
}

int32_t cn_day_of(int64_t us)
{
    return (int32_t)floor_div(us, CN_US_DAY);
}

bool cn_day_parse(cn_slice text, int32_t *out)
{
    int64_t year;
    int64_t month;
    int64_t day;
    int64_t days;
    civil back;

    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
        !cn_slice_int(cn_slice_first(text, 4), 1, 9999, &year) ||
        !cn_slice_int(cn_slice_of(text.ptr + 5, 2), 1, 12, &month) ||
        !cn_slice_int(cn_slice_of(text.ptr + 8, 2), 1, 31, &day))
        return false;
    days = days_of(year, month, day);
    back = civil_of(days);
    if (back.month != month || back.day != day)
        return false; /* such as 30 February */
    *out = (int32_t)days;
    return true;
}
