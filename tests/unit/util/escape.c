#include "escape.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(escape, makes_text_harmless_in_html)
{
    cn_buf b = CN_BUF_INIT(1000);

    cn_html_escape(&b, cn_str("a<b>&\"c'd"));
    cr_assert(eq(str, b.data, "a&lt;b&gt;&amp;&quot;c&#x27;d"));
    cn_buf_free(&b);
}

Test(escape, leaves_plain_text_alone)
{
    cn_buf b = CN_BUF_INIT(1000);

    cn_html_escape(&b, cn_str("plain \xc3\xa9"));
    cn_html_escape(&b, cn_str(""));
    cn_html_escape(&b, cn_slice_of(NULL, 0));
    cr_assert(eq(str, b.data, "plain \xc3\xa9"));
    cn_buf_free(&b);
}

Test(escape, writes_url_segments_with_upper_case_digits)
{
    cn_buf b = CN_BUF_INIT(1000);

    cn_url_escape(&b, cn_str("a/b c?\xc3\xbf~-._"));
    cr_assert(eq(str, b.data, "a%2Fb%20c%3F%C3%BF~-._"));
    cn_buf_free(&b);
}

Test(escape, keeps_slashes_of_a_path)
{
    cn_buf b = CN_BUF_INIT(1000);

    cn_url_escape_path(&b, cn_str("docs/a b/#1.md"));
    cr_assert(eq(str, b.data, "docs/a%20b/%231.md"));
    cn_buf_free(&b);
}

Test(escape, decodes_what_it_encoded)
{
    char all[256];
    cn_buf b = CN_BUF_INIT(1000);
    cn_buf back = CN_BUF_INIT(1000);

    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    cn_url_escape(&b, cn_slice_of(all, sizeof(all)));
    cr_assert(cn_url_decode(&back, cn_buf_all(&b), true));
    cr_assert(cn_slice_eq(cn_buf_all(&back), cn_slice_of(all, sizeof(all))));
    cn_buf_free(&b);
    cn_buf_free(&back);
}

Test(escape, reads_a_plus_as_a_blank_in_forms_only)
{
    cn_buf b = CN_BUF_INIT(1000);

    cr_assert(cn_url_decode(&b, cn_str("a+b%2B"), true));
    cr_assert(cn_url_decode(&b, cn_str("a+b%2b"), false));
    cr_assert(eq(str, b.data, "a b+a+b+"));
    cn_buf_free(&b);
}

static const char *const broken[] = {"%", "a%2", "%g0", "%0g", "%%41", "% 1"};

ParameterizedTestParameters(escape, refuses_broken_escapes)
{
    return cn_test_indexes(sizeof(broken) / sizeof(broken[0]));
}

ParameterizedTest(size_t *i, escape, refuses_broken_escapes)
{
    cn_buf b = CN_BUF_INIT(1000);

    cr_assert_not(cn_url_decode(&b, cn_str(broken[*i]), false));
    cn_buf_free(&b);
}

Test(escape, prints_hex_digits_in_lower_case)
{
    char out[9];

    cn_hex(out, "\x00\x1f\xab\xff", 4);
    cr_assert(eq(str, out, "001fabff"));
}

static int escape_much(void *user)
{
    cn_buf b = CN_BUF_INIT(100000);
    int rc;

    (void)user;
    for (int i = 0; i < 1000; i++) {
        cn_html_escape(&b, cn_str("<&>"));
        cn_url_escape(&b, cn_str("a b"));
    }
    rc = cn_buf_check(&b, NULL);
    cn_buf_free(&b);
    return rc;
}

Test(escape, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, escape_much, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, escape_much, NULL), 3));
}
