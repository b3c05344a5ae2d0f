/*
 * API keys: made, listed and revoked. Only the hash of a key is kept.
 */
#include "canon/auth.h"

#include "apikey.h"
#include "conn.h"
#include "crypto.h"
#include "date.h"
#include "fail.h"
#include "key_memory.h"
#include "mem.h"
#include "permissions.h"
#include "store.h"
#include "text.h"

#define MOST_LABEL  100
#define MOST_DAYS   365
#define MOST_SCOPES 256
#define MOST_JSON   ((size_t)64 * 1024 * 1024)

struct canon_keys {
    cn_arena arena;
    canon_key *items;
    size_t count;
};

/* A key that is being made. */
typedef struct making {
    cn_key_row row;
    char hash[65];
    char prefix[CN_APIKEY_PREFIX + 1];
    int64_t id;
} making;

/* --- making -------------------------------------------------------------- */

/* The scopes in one line, when they may be given. */
static int check_scopes(canon_conn *conn, const canon_key_order *order,
                        unsigned *out)
{
    unsigned scopes = order->scopes ? order->scopes : CANON_PERM_SPECS_READ;

    if (scopes & ~(unsigned)CANON_PERM_ALL)
        return cn_fail(&conn->err, CANON_EINVAL, "scopes that are not known");
    for (unsigned bit = 1; bit <= CANON_PERM_ALL; bit <<= 1)
        if (scopes & bit & ~order->granted_by)
            return cn_fail(&conn->err, CANON_EDENIED,
                           "scope %s is beyond what who asks may do",
                           canon_permission_name(bit));
    *out = scopes;
    return CANON_OK;
}

/* A list as the table keeps it. */
static int write_scopes(canon_conn *conn, unsigned scopes, const char **out)
{
    cn_buf text = CN_BUF_INIT(MOST_SCOPES);
    cn_json w = cn_json_to(&text);
    int rc;

    cn_scopes_write(&w, NULL, scopes);
    rc = cn_buf_check(&text, &conn->err);
    if (!rc) {
        *out = cn_arena_copy(&conn->arena, cn_buf_all(&text));
        rc = *out ? CANON_OK : cn_fail_memory(&conn->err);
    }
    cn_buf_free(&text);
    return rc;
}

/* Everything but the key itself. */
static int read_order(canon_conn *conn, const canon_key_order *order,
                      cn_key_row *row)
{
    int64_t now_us = canon_now_us(conn->engine);
    unsigned scopes = 0;
    int rc;

    if (order->size < sizeof(*order))
        return cn_fail(&conn->err, CANON_EINVAL,
                       "canon_key_order not initialised with "
                       "CANON_KEY_ORDER_INIT");
    row->label = order->label ? order->label : "";
    row->user_id = order->user_id;
    row->created_us = now_us;
    if (order->expires_days < 0 || order->expires_days > MOST_DAYS)
        return cn_fail(&conn->err, CANON_EINVAL,
                       "a key lives for 1 to %d days, or for ever", MOST_DAYS);
    if (order->expires_days > 0)
        row->expires_us = now_us + order->expires_days * CN_US_DAY;
    rc = cn_text_check("the label", row->label, MOST_LABEL, &conn->err);
    if (!rc)
        rc = check_scopes(conn, order, &scopes);
    if (!rc)
        rc = write_scopes(conn, scopes, &row->scopes);
    if (rc)
        return rc;
    row->org = cn_conn_org(conn, order->org);
    return row->org ? CANON_OK : conn->err.code;
}

/* "sw_" and 32 random bytes. */
static int make_secret(canon_conn *conn, making *m, char out[CANON_KEY_LEN + 1])
{
    unsigned char bytes[CN_APIKEY_BYTES];
    int rc = canon_random(conn->engine, bytes, sizeof(bytes));

    if (rc)
        return cn_fail(&conn->err, rc, "no random bytes");
    rc = cn_apikey_write(bytes, out, &conn->err);
    cn_wipe(bytes, sizeof(bytes));
    if (rc)
        return rc;
    cn_apikey_hash(cn_slice_of(out, CANON_KEY_LEN), m->hash);
    memcpy(m->prefix, out, CN_APIKEY_PREFIX);
    m->row.prefix = m->prefix;
    return CANON_OK;
}

/* The lock makes two who ask at the same time count one after the other. */
static int add_key(canon_conn *conn, void *arg)
{
    making *m = arg;
    bool found = false;
    int64_t count = 0;
    int rc = cn_store_user_lock(conn->db, m->row.user_id, &found, &conn->err);

    if (!rc && !found)
        rc = cn_fail(&conn->err, CANON_ENOTFOUND, "no user %lld",
                     (long long)m->row.user_id);
    if (!rc)
        rc = cn_store_key_count(conn->db, m->row.org, m->row.user_id,
                                m->row.created_us, &count, &conn->err);
    if (!rc && count >= CANON_KEYS_MAX)
        rc = cn_fail(&conn->err, CANON_ELIMIT,
                     "there are %d valid keys: revoke one", CANON_KEYS_MAX);
    return rc ? rc
              : cn_store_key_add(conn->db, &m->row, m->hash, &m->id,
                                 &conn->err);
}

int canon_key_create(canon_conn *conn, const canon_key_order *order,
                     char secret_out[CANON_KEY_LEN + 1], int64_t *id_out)
{
    making m;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    memset(&m, 0, sizeof(m));
    if (!rc)
        rc = read_order(conn, order, &m.row);
    if (!rc)
        rc = make_secret(conn, &m, secret_out);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, add_key, &m);
    if (rc)
        cn_wipe(secret_out, CANON_KEY_LEN + 1);
    if (id_out)
        *id_out = rc ? 0 : m.id;
    return cn_conn_end(conn, rc);
}

int canon_key_revoke(canon_conn *conn, const char *org, int64_t user_id,
                     int64_t id)
{
    bool done = false;
    const char *name = NULL;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc) {
        name = cn_conn_org(conn, org);
        rc = name ? CANON_OK : conn->err.code;
    }
    if (!rc)
        rc = cn_store_key_revoke(conn->db, name, user_id, id,
                                 canon_now_us(conn->engine), &done, &conn->err);
    if (!rc && !done)
        rc = cn_fail(&conn->err, CANON_ENOTFOUND,
                     "no key %lld, or it is revoked", (long long)id);
    if (!rc)
        cn_keys_forget(conn);
    return cn_conn_end(conn, rc);
}

/* --- listing ------------------------------------------------------------- */

static int fill_keys(canon_keys *keys, const cn_key_rows *rows)
{
    keys->items =
        cn_arena_array(&keys->arena, rows->count, sizeof(*keys->items));
    if (!keys->items)
        return CANON_ENOMEM;
    for (size_t i = 0; i < rows->count; i++) {
        const cn_key_row *row = &rows->items[i];
        canon_key *key = &keys->items[i];

        key->size = sizeof(*key);
        key->id = row->id;
        key->label = row->label;
        key->prefix = row->prefix;
        key->org = row->org;
        key->owner = row->owner;
        key->scopes = cn_scopes_read(row->scopes);
        key->created_us = row->created_us;
        key->expires_us = row->expires_us;
        key->revoked_us = row->revoked_us;
        key->last_used_us = row->last_used_us;
    }
    keys->count = rows->count;
    return CANON_OK;
}

static int list_keys(canon_conn *conn, const char *org, int64_t user_id,
                     canon_keys **out)
{
    const char *name = cn_conn_org(conn, org);
    canon_keys *keys;
    cn_key_rows rows;
    int rc;

    if (!name)
        return conn->err.code;
    keys = cn_calloc(1, sizeof(*keys));
    if (!keys)
        return cn_fail_memory(&conn->err);
    rc = cn_store_key_list(conn->db, &keys->arena, name, user_id, &rows,
                           &conn->err);
    if (!rc && fill_keys(keys, &rows))
        rc = cn_fail_memory(&conn->err);
    if (rc) {
        canon_keys_free(keys);
        return rc;
    }
    *out = keys;
    return CANON_OK;
}

int canon_key_list(canon_conn *conn, const char *org, int64_t user_id,
                   canon_keys **out)
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    if (!rc)
        rc = list_keys(conn, org, user_id, out);
    return cn_conn_end(conn, rc);
}

size_t canon_keys_count(const canon_keys *keys)
{
    return keys->count;
}

const canon_key *canon_keys_at(const canon_keys *keys, size_t i)
{
    return i < keys->count ? &keys->items[i] : NULL;
}

int canon_keys_json(const canon_keys *keys, canon_buf *out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MOST_JSON);
    cn_json w = cn_json_to(&text);

    cn_buf_adopt(&text, out, MOST_JSON);
    cn_json_object(&w, NULL);
    cn_json_array(&w, "keys");
    for (size_t i = 0; i < keys->count; i++) {
        const canon_key *key = &keys->items[i];

        cn_json_object(&w, NULL);
        cn_json_int(&w, "id", key->id);
        cn_json_str(&w, "label", key->label);
        cn_json_str(&w, "prefix", key->prefix);
        cn_json_str(&w, "org_login", key->org);
        cn_scopes_write(&w, "scopes", key->scopes);
        cn_json_time(&w, "created_at", key->created_us);
        cn_json_time(&w, "expires_at", key->expires_us);
        cn_json_time(&w, "revoked_at", key->revoked_us);
        cn_json_time(&w, "last_used_at", key->last_used_us);
        cn_json_end_object(&w);
    }
    cn_json_end_array(&w);
    cn_json_end_object(&w);
    return cn_buf_export(&text, out, err);
}

void canon_keys_free(canon_keys *keys)
{
    if (!keys)
        return;
    cn_arena_free(&keys->arena);
    cn_free(keys);
}
