#include "apikey.h"

#include "crypto.h"
#include "escape.h"
#include "fail.h"

#define START_LEN (sizeof(CN_APIKEY_START) - 1)
#define MOST_TEXT 64

bool cn_apikey_ok(cn_slice key)
{
    unsigned char bytes[CN_APIKEY_BYTES];
    size_t len = 0;
    bool ok;

    if (key.len != CN_APIKEY_LEN || !cn_slice_starts(key, CN_APIKEY_START))
        return false;
    ok = cn_base64url_read(cn_slice_from(key, START_LEN), bytes, sizeof(bytes),
                           &len);
    cn_wipe(bytes, sizeof(bytes));
    return ok && len == CN_APIKEY_BYTES;
}

int cn_apikey_write(const unsigned char bytes[CN_APIKEY_BYTES],
                    char out[CN_APIKEY_LEN + 1], canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MOST_TEXT);
    int rc;

    cn_buf_puts(&text, CN_APIKEY_START);
    cn_base64url(&text, bytes, CN_APIKEY_BYTES);
    rc = cn_buf_check(&text, err);
    if (!rc)
        memcpy(out, cn_buf_text(&text), CN_APIKEY_LEN + 1);
    if (text.data)
        cn_wipe(text.data, text.cap);
    cn_buf_free(&text);
    return rc;
}

void cn_apikey_hash(cn_slice key, char out[CN_APIKEY_HASH + 1])
{
    unsigned char hash[CN_SHA256_LEN];

    cn_sha256(key.ptr, key.len, hash);
    cn_hex(out, hash, sizeof(hash));
}
