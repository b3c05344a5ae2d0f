/*
 * The keys that seal what is secret, and the one format of sealed values.
 */
#include "crypto.h"

#include "fail.h"
#include "mem.h"

#include <sodium.h>
#include <stdio.h>

#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define VERSION   "v1"
#define MAX_KEYS  16
#define MAX_PLACE 1024 /* bytes of purpose and context, with what is around */

_Static_assert(CN_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "size of the keys of the cipher");
_Static_assert(CN_KEY_BYTES == crypto_kdf_KEYBYTES,
               "size of the keys of the derivation");

typedef struct sealing_key {
    uint32_t id;
    unsigned char bytes[CN_KEY_BYTES];
} sealing_key;

struct cn_vault {
    size_t count;
    sealing_key keys[MAX_KEYS];
};

int cn_vault_new(cn_vault **out, canon_error *err)
{
    *out = cn_calloc(1, sizeof(**out));
    if (!*out)
        return cn_fail_memory(err);
    /* A process may lock little memory or none; sealing works nevertheless. */
    (void)sodium_mlock(*out, sizeof(**out));
    return CANON_OK;
}

void cn_vault_free(cn_vault *vault)
{
    if (!vault)
        return;
    (void)sodium_munlock(vault, sizeof(*vault)); /* wipes it as well */
    cn_wipe(vault, sizeof(*vault));
    cn_free(vault);
}

static const sealing_key *find(const cn_vault *vault, uint32_t id)
{
    for (size_t i = 0; i < vault->count; i++) {
        if (vault->keys[i].id == id)
            return &vault->keys[i];
    }
    return NULL;
}

/* The one that seals: of the highest id. */
static const sealing_key *newest(const cn_vault *vault)
{
    const sealing_key *best = NULL;

    for (size_t i = 0; i < vault->count; i++) {
        if (!best || vault->keys[i].id > best->id)
            best = &vault->keys[i];
    }
    return best;
}

/* A place for the key of this id. */
static int reserve(cn_vault *vault, uint32_t id, sealing_key **out,
                   canon_error *err)
{
    if (id == 0)
        return cn_fail(err, CANON_EINVAL, "key ids begin with 1");
    if (find(vault, id))
        return cn_fail(err, CANON_ECONFLICT, "two keys with the id %u", id);
    if (vault->count == MAX_KEYS)
        return cn_fail(err, CANON_ETOOBIG, "more than %d keys", MAX_KEYS);
    *out = &vault->keys[vault->count++];
    (*out)->id = id;
    return CANON_OK;
}

int cn_vault_add(cn_vault *vault, uint32_t id,
                 const unsigned char key[CN_KEY_BYTES], canon_error *err)
{
    sealing_key *place = NULL;
    int rc = reserve(vault, id, &place, err);

    if (place)
        memcpy(place->bytes, key, CN_KEY_BYTES);
    return rc;
}

int cn_vault_add_master(cn_vault *vault, uint32_t id,
                        const unsigned char master[CN_KEY_BYTES],
                        canon_error *err)
{
    sealing_key *place = NULL;
    int rc = reserve(vault, id, &place, err);

    if (place)
        crypto_kdf_derive_from_key(place->bytes, CN_KEY_BYTES, id, "canonkey",
                                   master);
    return rc;
}

/* What is authenticated besides the secret itself. */
typedef struct associated {
    char text[MAX_PLACE];
    size_t len;
} associated;

static bool write_place(associated *out, const cn_seal_place *place,
                        uint32_t id)
{
    int len =
        snprintf(out->text, sizeof(out->text), "canon|" VERSION "|%s|%u|%s",
                 place->purpose, id, place->context);

    out->len = len > 0 ? (size_t)len : 0;
    return len > 0 && out->len < sizeof(out->text);
}

static int encrypt(const sealing_key *key, const associated *aad,
                   cn_slice plain, cn_buf *out, canon_error *err)
{
    size_t len = NONCE_LEN + plain.len + TAG_LEN;
    unsigned char *room = (unsigned char *)cn_buf_room(out, len);

    if (!room)
        return cn_buf_check(out, err);
    randombytes_buf(room, NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        room + NONCE_LEN, NULL, (const unsigned char *)plain.ptr, plain.len,
        (const unsigned char *)aad->text, aad->len, NULL, room, key->bytes);
    cn_buf_grew(out, len);
    return CANON_OK;
}

int cn_seal(const cn_vault *vault, const cn_seal_place *place, cn_slice plain,
            cn_buf *out, canon_error *err)
{
    const sealing_key *key = newest(vault);
    cn_buf box = CN_BUF_INIT(CN_SEAL_MAX + NONCE_LEN + TAG_LEN);
    associated aad;
    int rc;

    if (!key)
        return cn_fail(err, CANON_EINVAL, "no key to seal with");
    if (plain.len > CN_SEAL_MAX)
        return cn_fail(err, CANON_ETOOBIG, "%zu bytes to seal", plain.len);
    if (!write_place(&aad, place, key->id))
        return cn_fail(err, CANON_ETOOBIG, "place of a sealed value too long");
    rc = encrypt(key, &aad, plain, &box, err);
    if (!rc) {
        cn_buf_printf(out, VERSION ".%u.", key->id);
        cn_base64url(out, box.data, box.len);
        rc = cn_buf_check(out, err);
    }
    cn_buf_free(&box);
    return rc;
}

/* Cut "v1.<key id>." off; the id has one spelling only. */
static bool read_head(cn_slice *sealed, uint32_t *id_out)
{
    cn_slice version = cn_slice_cut(sealed, '.');
    cn_slice id = sealed->ptr ? cn_slice_cut(sealed, '.') : *sealed;
    int64_t number;

    if (!sealed->ptr || !cn_slice_is(version, VERSION) || id.len == 0 ||
        id.ptr[0] == '0' || !cn_slice_int(id, 1, UINT32_MAX, &number))
        return false;
    *id_out = (uint32_t)number;
    return true;
}

/* Nonce, cipher text and tag in place; the plain text replaces them. */
static bool decrypt(const sealing_key *key, const associated *aad,
                    unsigned char *box, size_t box_len, size_t *len_out)
{
    unsigned char *text = box + NONCE_LEN;
    unsigned long long len = 0;

    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            text, &len, NULL, text, box_len - NONCE_LEN,
            (const unsigned char *)aad->text, aad->len, box, key->bytes))
        return false;
    memmove(box, text, (size_t)len);
    cn_wipe(box + len, box_len - (size_t)len);
    *len_out = (size_t)len;
    return true;
}

static int open_box(const sealing_key *key, const cn_seal_place *place,
                    cn_slice text, cn_buf *out)
{
    size_t room_len = text.len / 4 * 3 + text.len % 4 * 3 / 4;
    unsigned char *room = (unsigned char *)cn_buf_room(out, room_len);
    size_t len = 0;
    associated aad;
    int how = CN_UNSEAL_FAILED;

    if (!room)
        return CN_UNSEAL_FAILED;
    if (!cn_base64url_read(text, room, room_len, &len) ||
        len < NONCE_LEN + TAG_LEN)
        how = CN_UNSEAL_MALFORMED;
    else if (!key)
        how = CN_UNSEAL_UNKNOWN_KEY;
    else if (write_place(&aad, place, key->id) &&
             decrypt(key, &aad, room, len, &len))
        how = CN_UNSEAL_OK;
    /* by nothing when it failed, which ends the text where it ended */
    cn_buf_grew(out, how == CN_UNSEAL_OK ? len : 0);
    return how;
}

int cn_unseal(const cn_vault *vault, const cn_seal_place *place,
              cn_slice sealed, cn_buf *out)
{
    uint32_t id;

    if (sealed.len > CN_SEALED_MAX || !read_head(&sealed, &id))
        return CN_UNSEAL_MALFORMED;
    return open_box(find(vault, id), place, sealed, out);
}

void cn_wipe(void *data, size_t len)
{
    if (len)
        sodium_memzero(data, len);
}

void cn_wipe_buf(cn_buf *b)
{
    cn_wipe(b->data, b->cap);
    cn_buf_free(b);
}
