#include "vectors.h"

#include "files.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define FOLDER CN_TESTS_DIR "/vectors/auth/"

/* The reader refuses U+0000; it comes in as this private character. */
#define NUL_ESCAPE   "\\u0000"
#define NUL_STANDIN  "\\ue000"
#define NUL_UTF8     "\xee\x80\x80"
#define NUL_UTF8_LEN 3

/* The file that was read last; the runner asks every file for its cases. */
static cn_arena arena = CN_ARENA_INIT;
static const cn_value *opened;
static const char *opened_name = "";

const cn_value *vectors_open(const char *name)
{
    char path[512];
    canon_error err = {0};
    size_t len;
    char *text;
    char *at;
    int rc;

    if (!strcmp(opened_name, name))
        return opened;
    opened_name = name;
    snprintf(path, sizeof(path), "%s%s", FOLDER, name);
    text = test_file(path, &len);
    for (at = strstr(text, NUL_ESCAPE); at; at = strstr(at, NUL_ESCAPE))
        memcpy(at, NUL_STANDIN, strlen(NUL_STANDIN));
    rc = cn_json_parse(&arena, cn_slice_of(text, len), &opened, NULL, &err);
    free(text);
    cr_assert(rc == CANON_OK, "%s: %s", path, err.text);
    return opened;
}

size_t vectors_count(const char *name)
{
    const cn_value *list = cn_value_get(vectors_open(name), "vectors");

    cr_assert(list && list->count > 0);
    return list->count;
}

const cn_value *vectors_case(const char *name, size_t i)
{
    return &cn_value_get(vectors_open(name), "vectors")->items[i];
}

cn_slice vector_text(const cn_value *from, const char *path)
{
    const cn_value *value = cn_value_get(from, path);
    size_t len = 0;
    char *copy;

    if (!value || value->kind != CN_KIND_TEXT)
        return cn_slice_of(NULL, 0);
    copy = cn_arena_copy(&arena, value->text);
    for (size_t i = 0; i < value->text.len; len++) {
        cn_slice rest = cn_slice_from(value->text, i);
        bool nul = cn_slice_starts(rest, NUL_UTF8);

        copy[len] = nul ? '\0' : rest.ptr[0];
        i += nul ? NUL_UTF8_LEN : 1;
    }
    return cn_slice_of(copy, len);
}

bool vector_valid(const cn_value *from)
{
    return cn_value_bool(from, "expect.valid", false);
}

const char *vector_error(const cn_value *from)
{
    return cn_value_str(from, "expect.error", "");
}
