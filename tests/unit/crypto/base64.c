#include "crypto.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct {
    const char *plain;
    const char *url;
    const char *padded;
} texts[] = {
    {"", "", ""},
    {"f", "Zg", "Zg=="},
    {"fo", "Zm8", "Zm8="},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg", "Zm9vYg=="},
    {"fooba", "Zm9vYmE", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "-_-_", "+/+/"},
};

ParameterizedTestParameters(base64, knows_the_texts_of_rfc_4648)
{
    return cn_test_indexes(sizeof(texts) / sizeof(texts[0]));
}

ParameterizedTest(size_t *i, base64, knows_the_texts_of_rfc_4648)
{
    cn_slice plain = cn_str(texts[*i].plain);
    cn_buf out = CN_BUF_INIT(100);
    char back[16];
    size_t len;

    cn_base64url(&out, plain.ptr, plain.len);
    cr_assert(eq(int, cn_buf_check(&out, NULL), CANON_OK));
    cr_assert(eq(str, (char *)cn_buf_text(&out), (char *)texts[*i].url));
    cr_assert(
        cn_base64url_read(cn_str(texts[*i].url), back, sizeof(back), &len));
    cr_assert(cn_slice_eq(plain, cn_slice_of(back, len)));
    cr_assert(
        cn_base64_read(cn_str(texts[*i].padded), back, sizeof(back), &len));
    cr_assert(cn_slice_eq(plain, cn_slice_of(back, len)));
    cn_buf_free(&out);
}

static const char *const malformed[] = {
    "Z",                         /* not even one byte */
    "Zh",                        /* bits that say nothing */
    "Zm9",                       /* the same, of two bytes */
    "Zg==",                      /* padding */
    "Zg=",                       /* half of it */
    "Zm9v=",                     /* where none belongs */
    "Zm 9v",                     /* white space */
    "Zm9v\n",  "\nZm9v", "+/+/", /* the other alphabet */
    "Zm9v.Zg", "Zm\xc3", "=",
};

ParameterizedTestParameters(base64, of_urls_is_strict)
{
    return cn_test_indexes(sizeof(malformed) / sizeof(malformed[0]));
}

ParameterizedTest(size_t *i, base64, of_urls_is_strict)
{
    char back[16];
    size_t len = 99;

    cr_assert_not(
        cn_base64url_read(cn_str(malformed[*i]), back, sizeof(back), &len),
        "%s", malformed[*i]);
}

static const char *const badly_padded[] = {"Zg",    "Zg=",   "Zh==",  "-_-_",
                                           "Zm9v=", "Zg ==", "Zg==\n"};

ParameterizedTestParameters(base64, with_padding_is_strict)
{
    return cn_test_indexes(sizeof(badly_padded) / sizeof(badly_padded[0]));
}

ParameterizedTest(size_t *i, base64, with_padding_is_strict)
{
    char back[16];
    size_t len;

    cr_assert_not(
        cn_base64_read(cn_str(badly_padded[*i]), back, sizeof(back), &len),
        "%s", badly_padded[*i]);
}

Test(base64, has_sixty_four_digits)
{
    char text[] = "A?AA";
    char back[3];
    size_t digits = 0;
    size_t padded_digits = 0;
    size_t len;

    for (int c = 0; c < 256; c++) {
        text[1] = (char)c;
        digits +=
            cn_base64url_read(cn_slice_of(text, 4), back, sizeof(back), &len);
        padded_digits +=
            cn_base64_read(cn_slice_of(text, 4), back, sizeof(back), &len);
    }
    cr_assert(eq(sz, digits, 64));
    cr_assert(eq(sz, padded_digits, 64));
}

Test(base64, refuses_a_nul_inside)
{
    char back[16];
    size_t len;

    cr_assert_not(cn_base64url_read(cn_slice_of("Zm9v\0m9v", 8), back,
                                    sizeof(back), &len));
}

Test(base64, refuses_more_than_there_is_room_for)
{
    char back[5];
    size_t len;

    cr_assert_not(
        cn_base64url_read(cn_str("Zm9vYmFy"), back, sizeof(back), &len));
    cr_assert(cn_base64url_read(cn_str("Zm9vYmE"), back, sizeof(back), &len));
    cr_assert(eq(sz, len, 5));
}

Test(base64, needs_no_room_beyond_its_text)
{
    cn_buf out = CN_BUF_INIT(4);

    cn_base64url(&out, "foo", 3);
    cr_assert(eq(str, (char *)cn_buf_text(&out), "Zm9v"));
    cn_base64url(&out, "f", 1);
    cr_assert(eq(int, out.rc, CANON_ETOOBIG));
    cn_buf_free(&out);
}

Test(base64, of_more_than_fits_fails)
{
    cn_buf out = CN_BUF_INIT(100);

    cn_base64url(&out, "", SIZE_MAX - 8);
    cr_assert(eq(int, out.rc, CANON_ETOOBIG));
}
