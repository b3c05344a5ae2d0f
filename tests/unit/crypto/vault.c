#include "crypto.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const unsigned char key_a[CN_KEY_BYTES] =
    "0123456789abcdef0123456789abcde";
static const unsigned char key_b[CN_KEY_BYTES] =
    "another key that is not the one";
static const cn_seal_place cookie = {"session", "__Host-canon_session"};

static cn_vault *vault_of(uint32_t id, const unsigned char *key)
{
    cn_vault *vault;

    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_new(&vault, NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_add(vault, id, key, NULL), CANON_OK));
    return vault;
}

static void seal(const cn_vault *vault, const char *plain, cn_buf *out)
{
    canon_error err;

    cr_assert(
        eq(int, cn_seal(vault, &cookie, cn_str(plain), out, &err), CANON_OK));
}

static int unseal(const cn_vault *vault, const cn_seal_place *place,
                  const cn_buf *sealed)
{
    cn_buf plain = CN_BUF_INIT(1000);
    int how = cn_unseal(vault, place, cn_buf_all(sealed), &plain);

    cr_assert(eq(int, plain.rc, CANON_OK));
    if (how)
        cr_assert(eq(str, (char *)cn_buf_text(&plain), ""));
    cn_wipe_buf(&plain);
    return how;
}

Test(vault, opens_what_it_sealed)
{
    cn_vault *vault = vault_of(7, key_a);
    cn_buf sealed = CN_BUF_INIT(1000);
    cn_buf plain = CN_BUF_INIT(1000);

    seal(vault, "a secret", &sealed);
    cr_assert(cn_slice_starts(cn_buf_all(&sealed), "v1.7."));
    cn_buf_puts(&plain, "before: ");
    cr_assert(eq(int, cn_unseal(vault, &cookie, cn_buf_all(&sealed), &plain),
                 CN_UNSEAL_OK));
    cr_assert(eq(str, (char *)cn_buf_text(&plain), "before: a secret"));
    cn_buf_free(&sealed);
    cn_wipe_buf(&plain);
    cn_vault_free(vault);
}

Test(vault, seals_the_same_never_twice_alike)
{
    cn_vault *vault = vault_of(1, key_a);
    cn_buf once = CN_BUF_INIT(1000);
    cn_buf twice = CN_BUF_INIT(1000);

    seal(vault, "a secret", &once);
    seal(vault, "a secret", &twice);
    cr_assert_not(cn_slice_eq(cn_buf_all(&once), cn_buf_all(&twice)));
    cn_buf_free(&once);
    cn_buf_free(&twice);
    cn_vault_free(vault);
}

Test(vault, opens_nothing_at_another_place)
{
    const cn_seal_place purpose = {"oauth-state", "__Host-canon_session"};
    const cn_seal_place context = {"session", "canon_session"};
    const cn_seal_place moved = {"session|1", "__Host-canon_session"};
    cn_vault *vault = vault_of(1, key_a);
    cn_buf sealed = CN_BUF_INIT(1000);

    seal(vault, "a secret", &sealed);
    cr_assert(eq(int, unseal(vault, &cookie, &sealed), CN_UNSEAL_OK));
    cr_assert(eq(int, unseal(vault, &purpose, &sealed), CN_UNSEAL_FAILED));
    cr_assert(eq(int, unseal(vault, &context, &sealed), CN_UNSEAL_FAILED));
    cr_assert(eq(int, unseal(vault, &moved, &sealed), CN_UNSEAL_FAILED));
    cn_buf_free(&sealed);
    cn_vault_free(vault);
}

Test(vault, seals_with_the_highest_id_and_opens_with_all)
{
    cn_vault *old = vault_of(3, key_a);
    cn_vault *both = vault_of(10, key_b);
    cn_buf before = CN_BUF_INIT(1000);
    cn_buf after = CN_BUF_INIT(1000);

    cr_assert(eq(int, cn_vault_add(both, 3, key_a, NULL), CANON_OK));
    seal(old, "a secret", &before);
    seal(both, "a secret", &after);
    cr_assert(cn_slice_starts(cn_buf_all(&after), "v1.10."));
    cr_assert(eq(int, unseal(both, &cookie, &before), CN_UNSEAL_OK));
    cr_assert(eq(int, unseal(both, &cookie, &after), CN_UNSEAL_OK));
    cr_assert(eq(int, unseal(old, &cookie, &after), CN_UNSEAL_UNKNOWN_KEY));
    cn_buf_free(&before);
    cn_buf_free(&after);
    cn_vault_free(old);
    cn_vault_free(both);
}

Test(vault, derives_another_key_for_every_id)
{
    cn_vault *plain = vault_of(1, key_a);
    cn_vault *derived;
    cn_vault *again;
    cn_buf sealed = CN_BUF_INIT(1000);

    cr_assert(eq(int, cn_vault_new(&derived, NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_new(&again, NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_add_master(derived, 1, key_a, NULL), CANON_OK));
    cr_assert(eq(int, cn_vault_add_master(again, 1, key_a, NULL), CANON_OK));
    seal(derived, "a secret", &sealed);
    cr_assert(eq(int, unseal(plain, &cookie, &sealed), CN_UNSEAL_FAILED));
    cr_assert(eq(int, unseal(again, &cookie, &sealed), CN_UNSEAL_OK));
    cn_buf_free(&sealed);
    cn_vault_free(plain);
    cn_vault_free(derived);
    cn_vault_free(again);
}

Test(vault, refuses_ids_that_cannot_be_told_apart)
{
    cn_vault *vault = vault_of(2, key_a);
    canon_error err;

    cr_assert(eq(int, cn_vault_add(vault, 2, key_b, &err), CANON_ECONFLICT));
    cr_assert(eq(str, err.text, "two keys with the id 2"));
    cr_assert(eq(int, cn_vault_add(vault, 0, key_b, &err), CANON_EINVAL));
    cr_assert(
        eq(int, cn_vault_add_master(vault, 2, key_b, &err), CANON_ECONFLICT));
    cn_vault_free(vault);
}

Test(vault, holds_sixteen_keys)
{
    cn_vault *vault = vault_of(1, key_a);
    canon_error err;

    for (uint32_t id = 2; id <= 16; id++)
        cr_assert(eq(int, cn_vault_add(vault, id, key_a, &err), CANON_OK));
    cr_assert(eq(int, cn_vault_add(vault, 17, key_a, &err), CANON_ETOOBIG));
    cn_vault_free(vault);
}

Test(vault, without_keys_seals_nothing)
{
    cn_vault *vault;
    cn_buf out = CN_BUF_INIT(1000);
    canon_error err;

    cr_assert(eq(int, cn_vault_new(&vault, NULL), CANON_OK));
    cr_assert(eq(int, cn_seal(vault, &cookie, cn_str("x"), &out, &err),
                 CANON_EINVAL));
    cn_vault_free(vault);
    cn_vault_free(NULL);
}

Test(vault, seals_up_to_a_limit)
{
    static char text[CN_SEAL_MAX + 1];
    cn_vault *vault = vault_of(UINT32_MAX, key_a);
    cn_buf sealed = CN_BUF_INIT(CN_SEALED_MAX);
    cn_buf plain = CN_BUF_INIT(CN_SEAL_MAX + 40);
    canon_error err;

    cr_assert(eq(
        int,
        cn_seal(vault, &cookie, cn_slice_of(text, sizeof(text)), &sealed, &err),
        CANON_ETOOBIG));
    cr_assert(eq(
        int,
        cn_seal(vault, &cookie, cn_slice_of(text, CN_SEAL_MAX), &sealed, &err),
        CANON_OK));
    cr_assert(eq(int, cn_unseal(vault, &cookie, cn_buf_all(&sealed), &plain),
                 CN_UNSEAL_OK));
    cr_assert(eq(sz, plain.len, CN_SEAL_MAX));
    cn_buf_free(&sealed);
    cn_buf_free(&plain);
    cn_vault_free(vault);
}

Test(vault, knows_no_place_beyond_a_thousand_bytes)
{
    char context[1200];
    const cn_seal_place place = {"session", context};
    cn_vault *vault = vault_of(1, key_a);
    cn_buf sealed = CN_BUF_INIT(1000);
    canon_error err;

    memset(context, 'a', sizeof(context));
    context[sizeof(context) - 1] = '\0';
    cr_assert(eq(int, cn_seal(vault, &place, cn_str("x"), &sealed, &err),
                 CANON_ETOOBIG));
    seal(vault, "a secret", &sealed);
    cr_assert(eq(int, unseal(vault, &place, &sealed), CN_UNSEAL_FAILED));
    cn_buf_free(&sealed);
    cn_vault_free(vault);
}

static const struct {
    const char *sealed;
    int how;
} shapes[] = {
    {"", CN_UNSEAL_MALFORMED},
    {"v1", CN_UNSEAL_MALFORMED},
    {"v1.", CN_UNSEAL_MALFORMED},
    {"v1.1", CN_UNSEAL_MALFORMED},
    {"v1.1.", CN_UNSEAL_MALFORMED},
    {"v1..AAAA", CN_UNSEAL_MALFORMED},
    {"v1.+1.AAAA", CN_UNSEAL_MALFORMED},
    {"v1.-1.AAAA", CN_UNSEAL_MALFORMED},
    {"v1.0.AAAA", CN_UNSEAL_MALFORMED},
    {"v1.4294967296.AAAA", CN_UNSEAL_MALFORMED},
    {"v1.1.AAAA.AAAA", CN_UNSEAL_MALFORMED},
    {"V1.1.AAAA", CN_UNSEAL_MALFORMED},
    /* 40 bytes */
    {"v1.4294967295.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     CN_UNSEAL_UNKNOWN_KEY},
    {"v1.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     CN_UNSEAL_FAILED},
    {"v1.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     CN_UNSEAL_MALFORMED},
};

ParameterizedTestParameters(vault, tells_why_a_value_does_not_open)
{
    return cn_test_indexes(sizeof(shapes) / sizeof(shapes[0]));
}

ParameterizedTest(size_t *i, vault, tells_why_a_value_does_not_open)
{
    cn_vault *vault = vault_of(1, key_a);
    cn_buf sealed = CN_BUF_INIT(1000);

    cn_buf_puts(&sealed, shapes[*i].sealed);
    cr_assert(eq(int, unseal(vault, &cookie, &sealed), shapes[*i].how), "%s",
              shapes[*i].sealed);
    cn_buf_free(&sealed);
    cn_vault_free(vault);
}

Test(vault, finds_every_changed_bit)
{
    cn_vault *vault = vault_of(1, key_a);
    cn_buf sealed = CN_BUF_INIT(1000);

    seal(vault, "x", &sealed);
    for (size_t i = 0; i < sealed.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            sealed.data[i] ^= (char)(1 << bit);
            cr_assert(ne(int, unseal(vault, &cookie, &sealed), CN_UNSEAL_OK));
            sealed.data[i] ^= (char)(1 << bit);
        }
    }
    cn_buf_free(&sealed);
    cn_vault_free(vault);
}

static int round_trip(void *user)
{
    cn_vault *vault = NULL;
    cn_buf sealed = CN_BUF_INIT(1000);
    cn_buf plain = CN_BUF_INIT(1000);
    int rc = cn_vault_new(&vault, NULL);

    (void)user;
    if (!rc)
        rc = cn_vault_add(vault, 1, key_a, NULL);
    if (!rc)
        rc = cn_seal(vault, &cookie, cn_str("a secret"), &sealed, NULL);
    if (!rc && cn_unseal(vault, &cookie, cn_buf_all(&sealed), &plain)) {
        rc = plain.rc;
        cr_assert(eq(int, rc, CANON_ENOMEM));
    }
    cn_buf_free(&sealed);
    cn_wipe_buf(&plain);
    cn_vault_free(vault);
    return rc;
}

Test(vault, survives_every_failed_allocation)
{
    cr_assert(eq(int, cn_crypto_init(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, round_trip, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, round_trip, NULL), 3));
}
