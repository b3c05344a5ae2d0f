#include "fail.h"

#include "files.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

Test(fail, keeps_code_and_reason)
{
    canon_error err;

    cr_assert(eq(int, cn_fail(&err, CANON_EINVAL, "no %s", "x"), CANON_EINVAL));
    cr_assert(eq(int, err.code, CANON_EINVAL));
    cr_assert(eq(str, err.text, "no x"));
}

Test(fail, needs_no_record)
{
    cr_assert(eq(int, cn_fail(NULL, CANON_EIO, "x"), CANON_EIO));
    cr_assert(eq(int, cn_fail_memory(NULL), CANON_ENOMEM));
    cn_fail_clear(NULL);
}

Test(fail, makes_one_line_of_any_input)
{
    canon_error err;
    char text[1000];

    memset(text, 'a', sizeof(text));
    text[3] = '\n';
    text[999] = '\0';
    cn_fail(&err, CANON_EINVAL, "%s", text);
    cr_assert(eq(sz, strlen(err.text), sizeof(err.text) - 1));
    cr_assert_null(strchr(err.text, '\n'));
}

static const struct {
    int number;
    int code;
} numbers[] = {
    {ENOMEM, CANON_ENOMEM},     {ENOENT, CANON_ENOTFOUND},
    {ENOTDIR, CANON_ENOTFOUND}, {EACCES, CANON_EDENIED},
    {EROFS, CANON_EDENIED},     {EEXIST, CANON_ECONFLICT},
    {EAGAIN, CANON_EBUSY},      {EIO, CANON_EIO},
    {ENOSPC, CANON_EIO},
};

ParameterizedTestParameters(fail, errno_becomes_a_code)
{
    return cn_test_indexes(COUNT(numbers));
}

ParameterizedTest(size_t *i, fail, errno_becomes_a_code)
{
    canon_error err;

    errno = numbers[*i].number;
    cr_assert(eq(int, cn_fail_errno(&err, "a.md"), numbers[*i].code));
    cr_assert(eq(int, strncmp(err.text, "a.md: ", 6), 0));
}

Test(fail, is_copied_and_cleared)
{
    canon_error from;
    canon_error to = {0};

    cn_fail(&from, CANON_EBUSY, "later");
    cr_assert(eq(int, cn_fail_copy(&to, &from), CANON_EBUSY));
    cr_assert(eq(str, to.text, "later"));
    cr_assert(eq(int, cn_fail_copy(&to, NULL), CANON_OK));
    cn_fail_clear(&to);
    cr_assert(eq(int, to.code, CANON_OK));
    cr_assert(eq(str, to.text, ""));
}

Test(fail, every_code_has_a_name_and_a_meaning)
{
    for (int code = CANON_CODE_LAST; code <= CANON_OK; code++) {
        cr_assert(ne(str, (char *)canon_code_name(code), "?"));
        cr_assert(ne(str, (char *)canon_code_text(code), "unknown code"));
    }
    cr_assert(eq(str, (char *)canon_code_name(CANON_CODE_LAST - 1), "?"));
    cr_assert(eq(str, (char *)canon_code_name(1), "?"));
    cr_assert(eq(str, (char *)canon_code_name(CANON_ELIMIT), "ELIMIT"));
    cr_assert(eq(str, (char *)canon_version(), CANON_VERSION));
}

Test(mem, gives_zeroed_memory_and_refuses_overflow)
{
    int *p = cn_calloc(4, sizeof(*p));

    cr_assert(eq(int, p[0] | p[1] | p[2] | p[3], 0));
    cn_free(p);
    cn_free(NULL);
    cr_assert_null(cn_calloc(SIZE_MAX / 2, 3));
    p = cn_calloc(0, 8);
    cr_assert_not_null(p);
    cn_free(p);
}

Test(mem, copies_are_terminated)
{
    char *text = cn_memdup("abc", 2);
    char *again = cn_strdup("xyz");
    char *nothing = cn_memdup(NULL, 0);

    cr_assert(eq(str, text, "ab"));
    cr_assert(eq(str, again, "xyz"));
    cr_assert(eq(str, nothing, ""));
    cn_free(text);
    cn_free(again);
    cn_free(nothing);
}

static size_t calls;

static void *counted(void *user, void *ptr, size_t size)
{
    (void)user;
    calls++;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, size);
}

Test(mem, goes_through_the_allocator_of_the_host)
{
    cn_mem_set(counted, NULL);
    cn_free(cn_strdup("x"));
    cr_assert(eq(sz, calls, 2));
    cn_mem_set(NULL, NULL);
    cn_free(cn_strdup("x"));
    cr_assert(eq(sz, calls, 2));
}
