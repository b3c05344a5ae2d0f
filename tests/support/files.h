/* Files of the tests. */
#ifndef CN_TEST_FILES_H
#define CN_TEST_FILES_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stddef.h>

/* A whole file; terminated; free it with free(). Fails the test when it is not
 * there. */
char *test_file(const char *path, size_t *len_out);

/* The indexes 0 to count - 1, as parameters of a table test. */
struct criterion_test_params cn_test_indexes(size_t count);

/* A fresh empty folder below TMPDIR; removed by test_folder_remove. */
char *test_folder(void);
void test_folder_remove(char *path);

/* Write a file, folders made as needed. */
void test_write(const char *folder, const char *path, const char *text);

#endif
