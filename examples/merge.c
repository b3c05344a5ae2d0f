/*
 * A merge driver for git: two people change one spec, and only what both
 * changed differently is left to them.
 *
 *     git config merge.canon.name "Canon specs"
 *     git config merge.canon.driver "/path/to/merge %O %A %B %P"
 *     echo '*.md merge=canon' >> docs/specs/.gitattributes
 *
 * merge BASE OURS THEIRS [PATH] writes the result into OURS. It ends with 0;
 * with 1 when conflicts are left, marked as git does; with 129 in trouble, and
 * then OURS stays as it was. Above 128 means to git that the driver failed: it
 * ends the merge ("failed to execute internal merge"). Older versions, 2.39 for
 * one, list the file as a conflict that holds our version and no marks: see
 * what they did with "git show :3:PATH".
 */
#define _POSIX_C_SOURCE 200809L

#include <canon/spec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TROUBLE 129

enum { BASE, OURS, THEIRS, VERSIONS };

/* The content of a file, to be freed; NULL: it cannot be read. */
static char *read_all(const char *path, size_t *len_out)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0;
    size_t n = 1;
    int failed = !f;

    while (!failed && n > 0) {
        char *more = realloc(text, len + 65536);

        failed = !more;
        text = more ? more : text;
        n = failed ? 0 : fread(text + len, 1, 65536, f);
        len += n;
    }
    failed = failed || ferror(f);
    if (f)
        fclose(f);
    if (failed) {
        fprintf(stderr, "merge: %s cannot be read\n", path);
        free(text);
        return NULL;
    }
    *len_out = len;
    return text;
}

static int write_file(int fd, mode_t mode, const canon_buf *text)
{
    FILE *f = fdopen(fd, "wb");
    int failed = !f || fchmod(fd, mode) ||
                 fwrite(text->data, 1, text->len, f) != text->len;

    return (f ? fclose(f) : close(fd)) || failed;
}

/* The text becomes the content of a file as a whole, or not at all: it is
 * written beside it and then put in its place. */
static int write_all(const char *path, const canon_buf *text)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    char *beside = malloc(size);
    struct stat st;
    int fd = -1;
    int failed;

    if (beside && !stat(path, &st)) {
        snprintf(beside, size, "%s.XXXXXX", path);
        fd = mkstemp(beside);
    }
    failed = fd < 0 || write_file(fd, st.st_mode & 07777, text) ||
             rename(beside, path);
    if (failed)
        perror(path);
    if (failed && fd >= 0)
        unlink(beside);
    free(beside);
    return failed;
}

static int merge(char *text[], const size_t len[], const char *path,
                 const char *name)
{
    canon_merge_input input = {sizeof(input), text[BASE], len[BASE],
                               text[OURS],    len[OURS],  text[THEIRS],
                               len[THEIRS]};
    canon_merge *result = NULL;
    canon_buf out = CANON_BUF_INIT;
    canon_error err = {0, ""};
    int status = TROUBLE;

    if (canon_spec_merge(&input, &result, &err) ||
        canon_merge_write(result, &out, &err))
        fprintf(stderr, "merge: %s: %s\n", name, err.text);
    else if (!write_all(path, &out))
        status = canon_merge_conflicts(result) > 0;
    if (status == 1)
        fprintf(stderr, "%s: %zu left to you\n", name,
                canon_merge_conflicts(result));
    canon_buf_free(&out);
    canon_merge_free(result);
    return status;
}

int main(int argc, char **argv)
{
    char *text[VERSIONS] = {NULL, NULL, NULL};
    size_t len[VERSIONS] = {0, 0, 0};
    int status = TROUBLE;

    if (argc < 4)
        fprintf(stderr, "usage: merge BASE OURS THEIRS [PATH]\n");
    for (int i = 0; argc >= 4 && i < VERSIONS; i++)
        text[i] = read_all(argv[i + 1], &len[i]);
    if (text[BASE] && text[OURS] && text[THEIRS])
        status = merge(text, len, argv[2], argv[argc > 4 ? 4 : 2]);
    for (int i = 0; i < VERSIONS; i++)
        free(text[i]);
    return status;
}
