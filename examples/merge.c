/*
 * A merge driver for git: two people change one spec, and only what both
 * changed differently is left to them.
 *
 *     git config merge.canon.name "Canon specs"
 *     git config merge.canon.driver "/path/to/merge %O %A %B %P"
 *     echo '*.md merge=canon' >> docs/specs/.gitattributes
 *
 * merge BASE OURS THEIRS [PATH] writes the result into OURS. It ends with 0;
 * with 1 when conflicts are left, marked as git does; with 2 in trouble, and
 * then OURS stays as it was.
 */
#include <canon/spec.h>

#include <stdio.h>
#include <stdlib.h>

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

static int write_all(const char *path, const canon_buf *text)
{
    FILE *f = fopen(path, "wb");
    int failed = !f || fwrite(text->data, 1, text->len, f) != text->len;

    failed = (f && fclose(f)) || failed;
    if (failed)
        perror(path);
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
    int status = 2;

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
    int status = 2;

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
