/*
 * Files of the tests.
 */
#define _XOPEN_SOURCE 700
#include "files.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *test_file(const char *path, size_t *len_out)
{
    FILE *f = fopen(path, "rbe");
    char *text = NULL;
    size_t len = 0;
    size_t n;

    cr_assert_not_null(f, "cannot open %s", path);
    do {
        text = realloc(text, len + 65537);
        n = fread(text + len, 1, 65536, f);
        len += n;
    } while (n > 0);
    fclose(f);
    text[len] = '\0';
    if (len_out)
        *len_out = len;
    return text;
}

static void free_indexes(struct criterion_test_params *params)
{
    cr_free(params->params);
}

struct criterion_test_params cn_test_indexes(size_t count)
{
    size_t *indexes = cr_malloc(count * sizeof(*indexes));

    for (size_t i = 0; i < count; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, count, free_indexes);
}

char *test_folder(void)
{
    const char *top = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof(path), "%s/canon-test-XXXXXX", top ? top : "/tmp");
    cr_assert_not_null(mkdtemp(path));
    return strdup(path);
}

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void test_folder_remove(char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

void test_write(const char *folder, const char *path, const char *text)
{
    char full[4096];
    FILE *f;

    snprintf(full, sizeof(full), "%s/%s", folder, path);
    for (char *p = strchr(full + strlen(folder) + 1, '/'); p;
         p = strchr(p + 1, '/')) {
        *p = '\0';
        mkdir(full, 0777);
        *p = '/';
    }
    f = fopen(full, "wbe");
    cr_assert_not_null(f, "cannot write %s", full);
    fputs(text, f);
    fclose(f);
}
