#include "text.h"

#include "fail.h"
#include "utf8.h"

/* C0, DEL and C1. */
static bool is_control(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

int cn_text_check(const char *what, const char *text, size_t most,
                  canon_error *err)
{
    cn_slice rest = cn_str(text);
    size_t count = 0;

    if (!cn_utf8_ok(rest))
        return cn_fail(err, CANON_EINVAL, "%s is not UTF-8", what);
    while (rest.len > 0) {
        if (is_control(cn_utf8_next(&rest)))
            return cn_fail(err, CANON_EINVAL, "%s has a control character",
                           what);
        count++;
    }
    if (count > most)
        return cn_fail(err, CANON_EINVAL, "%s has more than %zu characters",
                       what, most);
    return CANON_OK;
}
