#include "url.h"

#include "canon/auth.h"

#include "files.h"
#include "vectors.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define FILE_NAME "redirect_urls.json"

ParameterizedTestParameters(auth_url, agrees_with_the_vectors)
{
    return cn_test_indexes(vectors_count(FILE_NAME));
}

ParameterizedTest(size_t *i, auth_url, agrees_with_the_vectors)
{
    const cn_value *v = vectors_case(FILE_NAME, *i);
    cn_slice base = vector_text(v, "base");
    cn_slice value = vector_text(v, "value");
    bool is_next = !strcmp(cn_value_str(v, "kind", ""), "next");
    bool allowed =
        is_next ? cn_url_next_ok(value) : cn_url_same_origin(base, value);

    cr_assert(eq(int, allowed, cn_value_bool(v, "allowed", !allowed)), "%s",
              value.ptr);
}

static const struct {
    const char *base;
    const char *url;
    int same;
} origins[] = {
    {"http://[::1]:3000", "http://[::1]:3000/app", 1},
    {"http://[::1]:3000", "http://[::1]:3001/app", 0},
    {"http://[::1]:3000", "http://[::1]3000/app", 0},
    {"http://[::1]", "http://[::1]:80", 1},
    {"http://[::1", "http://[::1/", 0},
    {"https://canon.example", "HTTPS://canon.example?x", 1},
    {"https://canon.example", "https://canon.example#x", 1},
    {"https://canon.example", "https://canon.example:/", 0},
    {"https://canon.example", "https://canon.example:-443/", 0},
    {"https://canon.example", "https://canon.example:443x/", 0},
    {"https://canon.example:65536", "https://canon.example:65536/", 0},
    {"https://canon.example", "https:/canon.example/", 0},
    {"https://canon.example/base/", "https://canon.example/other", 1},
    {"https://a%2e", "https://a%2e/", 0},
    {"ftp://canon.example", "ftp://canon.example/", 0},
    {"", "", 0},
    {NULL, NULL, 0},
};

ParameterizedTestParameters(auth_url, compares_origins)
{
    return cn_test_indexes(sizeof(origins) / sizeof(origins[0]));
}

ParameterizedTest(size_t *i, auth_url, compares_origins)
{
    cr_assert(eq(int, canon_same_origin(origins[*i].base, origins[*i].url),
                 origins[*i].same),
              "%s %s", origins[*i].base, origins[*i].url);
}

Test(auth_url, refuses_what_is_no_text)
{
    cr_assert(eq(int, canon_next_ok(NULL), 0));
    cr_assert(eq(int, canon_next_ok(""), 0));
    cr_assert(eq(int, canon_next_ok("/app"), 1));
}

Test(auth_url, counts_bytes_up_to_the_limit)
{
    char path[CN_URL_MAX + 2];

    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[CN_URL_MAX + 1] = '\0';
    cr_assert(eq(int, canon_next_ok(path), 0));
    path[CN_URL_MAX] = '\0';
    cr_assert(eq(int, canon_next_ok(path), 1));
}

Test(auth_url, takes_no_byte_of_a_control_character)
{
    char path[] = "/a?";

    for (int c = 1; c < 256; c++) {
        int allowed = c > ' ' && c != 0x7f && c != '\\';

        path[2] = (char)c;
        cr_assert(eq(int, canon_next_ok(path), allowed), "%d", c);
    }
}
