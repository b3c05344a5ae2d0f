#include "date.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    int64_t us;
    const char *text;
} times[] = {
    {0, "1970-01-01T00:00:00+00:00"},
    {1, "1970-01-01T00:00:00.000001+00:00"},
    {-1, "1969-12-31T23:59:59.999999+00:00"},
    {INT64_C(1773857220123456), "2026-03-18T18:07:00.123456+00:00"},
    {INT64_C(1773857220000000), "2026-03-18T18:07:00+00:00"},
    {INT64_C(951782400100000), "2000-02-29T00:00:00.100000+00:00"},
    {INT64_C(4107542399000000), "2100-02-28T23:59:59+00:00"},
    {INT64_C(4107542400000000), "2100-03-01T00:00:00+00:00"},
};

ParameterizedTestParameters(date, times)
{
    return cn_test_indexes(COUNT(times));
}

ParameterizedTest(size_t *i, date, times)
{
    char text[40];

    cn_time_format(times[*i].us, text);
    cr_assert(eq(str, text, (char *)times[*i].text));
}

Test(date, prints_the_end_of_time)
{
    char text[40];

    cn_time_format(INT64_MAX, text);
    cn_time_format(INT64_MIN, text);
    cr_assert(lt(sz, strlen(text), sizeof(text)));
}

Test(date, reads_back_every_day_of_eight_centuries)
{
    char text[16];
    int32_t first;
    int32_t last;

    cr_assert(cn_day_parse(cn_str("1600-01-01"), &first));
    cr_assert(cn_day_parse(cn_str("2400-12-31"), &last));
    for (int32_t day = first; day <= last; day++) {
        int32_t back;

        cn_day_format(day, text);
        cr_assert(cn_day_parse(cn_str(text), &back));
        cr_assert_eq(back, day);
    }
}

static const struct {
    const char *text;
    bool ok;
    int32_t day;
} days[] = {
    {"1970-01-01", true, 0},     {"1969-12-31", true, -1},
    {"2000-02-29", true, 11016}, {"2024-02-29", true, 19782},
    {"2023-02-29", false, 0},    {"1900-02-29", false, 0},
    {"2026-13-01", false, 0},    {"2026-00-01", false, 0},
    {"2026-01-00", false, 0},    {"2026-01-32", false, 0},
    {"2026-04-31", false, 0},    {"2026-1-01", false, 0},
    {"2026-01-1", false, 0},     {"26-01-01", false, 0},
    {"2026/01/01", false, 0},    {"-026-01-01", false, 0},
    {"2026-01-01 ", false, 0},   {"", false, 0},
    {"0000-01-01", false, 0},    {"9999-12-31", true, 2932896},
};

ParameterizedTestParameters(date, days)
{
    return cn_test_indexes(COUNT(days));
}

ParameterizedTest(size_t *i, date, days)
{
    int32_t day = 0;

    cr_assert(eq(int, cn_day_parse(cn_str(days[*i].text), &day), days[*i].ok));
    cr_assert(eq(i32, day, days[*i].day));
}

Test(date, a_moment_before_1970_belongs_to_the_day_before)
{
    cr_assert(eq(i32, cn_day_of(-1), -1));
    cr_assert(eq(i32, cn_day_of(0), 0));
    cr_assert(eq(i32, cn_day_of(CN_US_DAY), 1));
    cr_assert(eq(i32, cn_day_of(CN_US_DAY - 1), 0));
}
