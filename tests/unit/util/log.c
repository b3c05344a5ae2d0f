#include "log.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct {
    int lines;
    int level;
    char text[2000];
    char module[20];
    char request[50];
    int64_t time_us;
} seen;

static void hook(void *user, const canon_log_event *event)
{
    (void)user;
    seen.lines++;
    seen.level = event->level;
    seen.time_us = event->time_us;
    strcpy(seen.text, event->text);
    strcpy(seen.module, event->module);
    strcpy(seen.request, event->request);
}

static int64_t noon(void *user)
{
    (void)user;
    return 12;
}

static const cn_log log_all = {hook, noon, NULL, CANON_LOG_DEBUG, "req1"};

Test(log, hands_a_line_to_the_host)
{
    cn_log_write(&log_all, CANON_LOG_WARN, "index", "%d of %s", 2, "three");
    cr_assert(eq(int, seen.lines, 1));
    cr_assert(eq(int, seen.level, CANON_LOG_WARN));
    cr_assert(eq(i64, seen.time_us, 12));
    cr_assert(eq(str, seen.text, "2 of three"));
    cr_assert(eq(str, seen.module, "index"));
    cr_assert(eq(str, seen.request, "req1"));
}

Test(log, is_silent_above_its_level_and_without_a_hook)
{
    cn_log quiet = {hook, noon, NULL, CANON_LOG_ERROR, ""};
    cn_log deaf = {NULL, NULL, NULL, CANON_LOG_DEBUG, ""};

    cn_log_write(&quiet, CANON_LOG_WARN, "index", "x");
    cn_log_write(&deaf, CANON_LOG_ERROR, "index", "x");
    cr_assert(eq(int, seen.lines, 0));
}

Test(log, replaces_control_characters_and_invalid_bytes)
{
    cn_log_write(&log_all, CANON_LOG_INFO, "a", "%s",
                 "1\n2\t3\x7f"
                 "4\xff");
    cr_assert(eq(str, seen.text, "1 2 3 4?"));
}

Test(log, cuts_long_lines_between_characters)
{
    char text[1101];

    memset(text, 'a', sizeof(text));
    memcpy(text + 999, "\xc3\xa9", 2);
    text[1100] = '\0';
    cn_log_write(&log_all, CANON_LOG_INFO, "a", "%s", text);
    cr_assert(eq(sz, strlen(seen.text), 999));
    memset(text, 'a', 1100);
    cn_log_write(&log_all, CANON_LOG_INFO, "a", "%s", text);
    cr_assert(eq(sz, strlen(seen.text), 1000));
}
