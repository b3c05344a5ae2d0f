/*
 * YAML: what was read, written as JSON (which is YAML, too), reads as the same.
 */
#include "yaml.h"
#include "fuzz.h"

static const cn_yaml_limits limits = {64 * 1024, 10000, 32};

static void write(const cn_value *value, cn_buf *out)
{
    cn_json w = cn_json_to(out);

    cn_json_value(&w, NULL, value);
    check(!cn_buf_check(out, NULL));
}

/* Some characters need no escape in JSON and do in YAML. */
static bool is_plain(cn_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < ' ' || s.ptr[i] > '~')
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const cn_yaml_limits wide = {1024 * 1024, 10000, 32};
    cn_slice text = cn_slice_of((const char *)data, size);
    cn_arena a = CN_ARENA_INIT;
    cn_buf once = CN_BUF_INIT(1024 * 1024);
    cn_buf twice = CN_BUF_INIT(1024 * 1024);
    cn_yaml yaml;
    canon_error err;
    int rc = cn_yaml_parse(&a, text, 1, &limits, &yaml, &err);

    check(rc == CANON_OK || rc == CANON_EINVAL);
    check(rc == CANON_OK || (yaml.error_line >= 1 && !yaml.root));
    check(yaml.error_line <= size + 1);
    if (!rc && yaml.root) {
        write(yaml.root, &once);
        rc = cn_yaml_parse(&a, cn_buf_all(&once), 1, &wide, &yaml, &err);
        /* a key of more than 1,024 characters is none for YAML */
        check(!rc || size > 128 || !is_plain(cn_buf_all(&once)));
        if (!rc && is_plain(cn_buf_all(&once))) {
            write(yaml.root, &twice);
            check(cn_slice_eq(cn_buf_all(&once), cn_buf_all(&twice)));
        }
    }
    cn_buf_free(&once);
    cn_buf_free(&twice);
    cn_arena_free(&a);
    return 0;
}
