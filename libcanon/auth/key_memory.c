#include "key_memory.h"

#include "buf.h"

/* No organisation has such a name. */
#define PREFIX   "#key/"
#define MAX_KEPT ((size_t)64 * 1024)
#define TEXTS    8

/* What is kept; the texts follow, each with its end. */
typedef struct kept {
    int64_t stored_us;
    cn_key_found found; /* its texts are pointers of then */
} kept;

/* The texts of a key that are needed to judge it. */
static void find_texts(cn_key_found *f, const char ***out)
{
    const char **const texts[TEXTS] = {
        &f->key.org,    &f->key.scopes,    &f->owner.sub,  &f->owner.email,
        &f->owner.name, &f->owner.picture, &f->owner.role, &f->member.role,
    };

    memcpy(out, texts, sizeof(texts));
}

static int make_name(cn_buf *out, const char *hash)
{
    cn_buf_puts(out, PREFIX);
    cn_buf_puts(out, hash);
    return out->rc;
}

/* Point the texts to a copy of what follows the numbers. */
static bool open_texts(cn_arena *a, cn_slice rest, cn_key_found *out)
{
    const char **texts[TEXTS];
    const char *copy = cn_arena_copy(a, rest);
    const char *end = copy ? copy + rest.len : NULL;

    find_texts(out, texts);
    for (size_t i = 0; copy && i < TEXTS; i++) {
        if (copy >= end)
            return false;
        *texts[i] = copy;
        copy += strlen(copy) + 1;
    }
    out->key.prefix = "";
    out->key.label = "";
    out->key.owner = out->owner.sub;
    return copy != NULL;
}

bool cn_key_recall(canon_conn *conn, cn_arena *a, const char *hash,
                   int64_t now_us, cn_key_found *out)
{
    cn_buf name = CN_BUF_INIT(256);
    cn_buf bytes = CN_BUF_INIT(MAX_KEPT);
    bool found = !make_name(&name, hash) &&
                 cn_lru_get(cn_conn_cache(conn), cn_buf_all(&name), &bytes) &&
                 !bytes.rc && bytes.len > sizeof(kept);
    kept k;

    if (found) {
        cn_slice all = cn_buf_all(&bytes);

        memcpy(&k, all.ptr, sizeof(k));
        *out = k.found;
        /* a clock that was set back makes everything old */
        found = now_us >= k.stored_us &&
                now_us - k.stored_us < CN_KEY_MEMORY_US &&
                open_texts(a, cn_slice_from(all, sizeof(k)), out);
    }
    cn_buf_free(&name);
    cn_buf_free(&bytes);
    return found;
}

void cn_key_remember(canon_conn *conn, const char *hash, int64_t now_us,
                     const cn_key_found *found)
{
    cn_buf name = CN_BUF_INIT(256);
    cn_buf bytes = CN_BUF_INIT(MAX_KEPT);
    kept k = {now_us, *found};
    const char **texts[TEXTS];

    find_texts(&k.found, texts);
    cn_buf_add(&bytes, &k, sizeof(k));
    for (size_t i = 0; i < TEXTS; i++)
        cn_buf_add(&bytes, *texts[i], strlen(*texts[i]) + 1);
    if (!make_name(&name, hash) && !bytes.rc)
        cn_lru_put(cn_conn_cache(conn), cn_buf_all(&name), cn_buf_all(&bytes));
    cn_buf_free(&name);
    cn_buf_free(&bytes);
}

void cn_keys_forget(canon_conn *conn)
{
    cn_lru_drop(cn_conn_cache(conn), cn_str(PREFIX));
}
