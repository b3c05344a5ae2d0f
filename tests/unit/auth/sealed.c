/*
 * The vectors of sealed values. They are read as JSON, which is above the
 * module they belong to.
 */
#include "crypto.h"

#include "files.h"
#include "vectors.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define FILE_NAME "sealed_values.json"

static unsigned char half_byte(char c)
{
    return (unsigned char)(cn_is_digit(c) ? c - '0' : c - 'a' + 10);
}

static void add_key(cn_vault *vault, uint32_t id, const char *path)
{
    cn_slice hex = vector_text(vectors_open(FILE_NAME), path);
    unsigned char key[CN_KEY_BYTES];

    cr_assert(eq(sz, hex.len, 2 * sizeof(key)));
    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (unsigned char)(half_byte(hex.ptr[2 * i]) << 4 |
                                 half_byte(hex.ptr[2 * i + 1]));
    cr_assert(eq(int, cn_vault_add(vault, id, key, NULL), CANON_OK));
}

static const char *const words[] = {"", "malformed", "unknown_key",
                                    "auth_failed"};

ParameterizedTestParameters(sealed, agrees_with_the_vectors)
{
    return cn_test_indexes(vectors_count(FILE_NAME));
}

ParameterizedTest(size_t *i, sealed, agrees_with_the_vectors)
{
    const cn_value *v = vectors_case(FILE_NAME, *i);
    const cn_seal_place place = {cn_value_str(v, "purpose", ""),
                                 cn_value_str(v, "context", "")};
    cn_buf plain = CN_BUF_INIT(10000);
    cn_vault *vault;
    int how;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_new(&vault, NULL), CANON_OK));
    add_key(vault, 1, "keys_hex.1");
    add_key(vault, 2, "keys_hex.2");
    how = cn_unseal(vault, &place, vector_text(v, "sealed"), &plain);
    cr_assert(eq(int, how == CN_UNSEAL_OK, vector_valid(v)));
    cr_assert(eq(str, (char *)words[how], (char *)vector_error(v)));
    cr_assert(eq(str, (char *)cn_buf_text(&plain),
                 (char *)cn_value_str(v, "expect.plaintext", "")));
    cn_wipe_buf(&plain);
    cn_vault_free(vault);
}
