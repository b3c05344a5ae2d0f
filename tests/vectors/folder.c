/*
 * The files of a family of vectors, found in its folder.
 */
#include "folder.h"

#include "files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 512

typedef struct names {
    char *name[MOST];
    size_t count;
} names;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t n = strlen(suffix);

    return len > n && strcmp(name + len - n, suffix) == 0;
}

static void list(const char *family, const char *suffix, names *out)
{
    char path[512];
    struct dirent *entry;
    DIR *dir;

    out->count = 0;
    snprintf(path, sizeof(path), CN_TESTS_DIR "/vectors/%s", family);
    dir = opendir(path);
    while (dir && (entry = readdir(dir)) && out->count < MOST) {
        if (!ends_with(entry->d_name, suffix) ||
            strcmp(entry->d_name, "README.md") == 0)
            continue;
        out->name[out->count] = strdup(entry->d_name);
        out->name[out->count++][strlen(entry->d_name) - strlen(suffix)] = '\0';
    }
    if (dir)
        closedir(dir);
    qsort(out->name, out->count, sizeof(out->name[0]), by_name);
}

size_t vector_count(const char *family, const char *suffix)
{
    names all;

    list(family, suffix, &all);
    for (size_t i = 0; i < all.count; i++)
        free(all.name[i]);
    return all.count;
}

char *vector_name(const char *family, const char *suffix, size_t i)
{
    names all;
    char *name = NULL;

    list(family, suffix, &all);
    for (size_t k = 0; k < all.count; k++) {
        if (k == i)
            name = all.name[k];
        else
            free(all.name[k]);
    }
    return name;
}

char *vector_text(const char *family, const char *name, const char *suffix,
                  size_t *len_out)
{
    char path[768];

    snprintf(path, sizeof(path), CN_TESTS_DIR "/vectors/%s/%s%s", family, name,
             suffix);
    return test_file(path, len_out);
}
