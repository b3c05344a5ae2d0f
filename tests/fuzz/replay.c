/*
 * Runs a fuzz target over every file of a folder, without a fuzzer: what was
 * found once stays found.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>

static void replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t len = 0;
    size_t n;

    check(f);
    do {
        data = realloc(data, len + 65536);
        check(data);
        n = fread(data + len, 1, 65536, f);
        len += n;
    } while (n > 0);
    fclose(f);
    data = realloc(data, len ? len : 1); /* reading behind the end shows */
    LLVMFuzzerTestOneInput(data, len);
    free(data);
}

int main(int argc, char **argv)
{
    DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
    const struct dirent *entry;
    size_t count = 0;

    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    while (folder && (entry = readdir(folder)) != NULL) {
        char path[2048];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        replay(path);
        count++;
    }
    if (folder)
        closedir(folder);
    printf("%zu inputs\n", count);
    return 0;
}
