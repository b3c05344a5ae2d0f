/*
 * Merging: the input is three versions, one after the other, the first two
 * bytes say where they end. What only one side changed is that side to the
 * byte, no line comes from nowhere, and whose side is whose does not matter.
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

/* No more than what both sides say, each stretch of a side once. */
static void check_parts(const canon_merge *m, text ours, text theirs)
{
    size_t settled = 0;
    size_t of_ours = 0;
    size_t of_theirs = 0;

    for (size_t i = 0; i < canon_merge_count(m); i++) {
        const canon_merge_part *part = canon_merge_at(m, i);

        settled += part->is_conflict ? 0 : part->text_len;
        of_ours += part->is_conflict ? part->ours_len : 0;
        of_theirs += part->is_conflict ? part->theirs_len : 0;
    }
    check(of_ours <= ours.len && of_theirs <= theirs.len);
    check(settled + of_ours + of_theirs <= 2 * (ours.len + theirs.len) + 64);
}

static void check_merge(text base, text ours, text theirs)
{
    canon_merge *m = merge(base, ours, theirs);
    canon_merge *other = merge(base, theirs, ours);
    canon_buf out = CANON_BUF_INIT;

    check(count_conflicts(m) == canon_merge_conflicts(m));
    check(canon_merge_conflicts(m) == canon_merge_conflicts(other));
    check_parts(m, ours, theirs);
    check(!canon_merge_write(m, &out, NULL));
    check(!canon_merge_json(m, &out, NULL));
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
