/*
 * JSON: what was read and written again reads as the same.
 */
#include "json.h"
#include "fuzz.h"

static void write(const cn_value *value, cn_buf *out)
{
    cn_json w = cn_json_to(out);

    cn_json_value(&w, NULL, value);
    check(!cn_buf_check(out, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cn_arena a = CN_ARENA_INIT;
    cn_buf once = CN_BUF_INIT(SIZE_MAX / 2);
    cn_buf twice = CN_BUF_INIT(SIZE_MAX / 2);
    const cn_value *value;
    canon_error err;
    int rc = cn_json_parse(&a, cn_slice_of((const char *)data, size), &value,
                           NULL, &err);

    check(rc == CANON_OK || rc == CANON_EINVAL);
    if (!rc) {
        write(value, &once);
        check(!cn_json_parse(&a, cn_buf_all(&once), &value, NULL, &err));
        write(value, &twice);
        check(cn_slice_eq(cn_buf_all(&once), cn_buf_all(&twice)));
    }
    cn_json_quote(&once, cn_slice_of((const char *)data, size));
    cn_buf_free(&once);
    cn_buf_free(&twice);
    cn_arena_free(&a);
    return 0;
}
