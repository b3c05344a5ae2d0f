/*
 * Merging: the input is three versions, one after the other, the first two
 * bytes say where they end. What only one side changed is that side to the
 * byte, no line comes from nowhere and no two lines become one, whichever side
 * is whose.
 */
#include "canon/spec.h"

#include "fuzz.h"

#include <string.h>

typedef struct text {
    const char *ptr;
    size_t len;
} text;

static canon_merge *merge(text base, text ours, text theirs)
{
    canon_merge_input input = {sizeof(input), base.ptr,   base.len,  ours.ptr,
                               ours.len,      theirs.ptr, theirs.len};
    canon_merge *result = NULL;

    check(!canon_spec_merge(&input, &result, NULL));
    return result;
}

/* No conflict, and the text is this one. */
static void expect(text base, text ours, text theirs, text result)
{
    canon_merge *m = merge(base, ours, theirs);
    canon_buf out = CANON_BUF_INIT;

    check(canon_merge_conflicts(m) == 0);
    check(!canon_merge_write(m, &out, NULL));
    check(out.len == result.len);
    check(!result.len || !memcmp(out.data, result.ptr, out.len));
    canon_buf_free(&out);
    canon_merge_free(m);
}

static size_t count_conflicts(const canon_merge *m)
{
    size_t count = 0;

    for (size_t i = 0; i < canon_merge_count(m); i++)
        count += canon_merge_at(m, i)->is_conflict != 0;
    check(!canon_merge_at(m, canon_merge_count(m)));
    return count;
}

/* The line at the start of t, without its end; t goes on behind it. */
static text next_line(text *t)
{
    text line = {t->ptr, 0};

    while (line.len < t->len && t->ptr[line.len] != '\r' &&
           t->ptr[line.len] != '\n')
        line.len++;
    t->ptr += line.len;
    t->len -= line.len;
    if (t->len > 0) {
        size_t end =
            t->len > 1 && t->ptr[0] == '\r' && t->ptr[1] == '\n' ? 2 : 1;

        t->ptr += end;
        t->len -= end;
    }
    return line;
}

static int ends_with(text line, text end)
{
    return line.len >= end.len &&
           (!end.len ||
            !memcmp(line.ptr + line.len - end.len, end.ptr, end.len));
}

/* What of a line is nobody's but one side's: all of it, or the words behind a
 * box or a heading's number; empty: it may be put together of small pieces. */
static text words_of(text line)
{
    size_t i = 0;

    while (i < line.len && line.ptr[i] &&
           strchr(" \t#-*+.)0123456789", line.ptr[i]))
        i++;
    if (i + 3 < line.len && line.ptr[i] == '[' && line.ptr[i + 2] == ']')
        i += 3;
    if (i < line.len && line.ptr[i] == '<')
        i = line.len;
    return (text){line.ptr + i, line.len - i};
}

/* Is a line of the result one that a version has, but for its parts? */
static int is_known(text line, const text versions[3])
{
    text words = words_of(line);

    for (int v = 0; v < 3; v++) {
        text rest = versions[v];

        while (rest.len > 0)
            if (ends_with(next_line(&rest), words))
                return 1;
    }
    return words.len == 0;
}

static void check_lines(const canon_merge *m, const text versions[3])
{
    for (size_t i = 0; i < canon_merge_count(m); i++) {
        const canon_merge_part *part = canon_merge_at(m, i);
        text rest = {part->text, part->is_conflict ? 0 : part->text_len};

        check(part->is_conflict || part->text_len > 0);
        if (rest.len >= 3 && !memcmp(rest.ptr, "\xEF\xBB\xBF", 3))
            rest = (text){rest.ptr + 3, rest.len - 3};
        while (rest.len > 0 && rest.len < 4096)
            check(is_known(next_line(&rest), versions));
    }
}

static void check_merge(text base, text ours, text theirs)
{
    canon_merge *m = merge(base, ours, theirs);
    canon_merge *other = merge(base, theirs, ours);
    canon_buf out = CANON_BUF_INIT;
    int rc;

    check(count_conflicts(m) == canon_merge_conflicts(m));
    check(count_conflicts(other) == canon_merge_conflicts(other));
    check_lines(m, (const text[3]){base, ours, theirs});
    check_lines(other, (const text[3]){base, ours, theirs});
    check(!canon_merge_write(m, &out, NULL));
    rc = canon_merge_json(m, &out, NULL);
    check(!rc || rc == CANON_EINVAL); /* not UTF-8 */
    canon_buf_free(&out);
    canon_merge_free(m);
    canon_merge_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data + 2;
    size_t all = size < 2 ? 0 : size - 2;
    size_t first;
    size_t second;
    text base;
    text ours;
    text theirs;

    if (size < 2)
        return 0;
    first = all * data[0] / 255;
    second = first + (all - first) * data[1] / 255;
    base = (text){p, first};
    ours = (text){p + first, second - first};
    theirs = (text){p + second, all - second};
    expect(base, ours, base, ours);
    expect(base, base, theirs, theirs);
    expect(base, ours, ours, ours);
    check_merge(base, ours, theirs);
    return 0;
}
