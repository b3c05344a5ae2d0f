/*
 * Whole answers, kept in memory together with the stamp of the organisation
 * that was current before they were made. A request reads the stamp and takes
 * the answer when that is still the same; the database is the only judge, so
 * this holds for any number of processes. What is made of something else has
 * no organisation, and a stamp that its caller knows.
 *
 * What is kept: the answer, its tag, the stamp.
 */
#include "index_parts.h"

#include "check.h"
#include "fail.h"
#include "stamps.h"

#define MAX_ANSWER ((size_t)512 * 1024 * 1024)
#define MAX_KEY    ((size_t)64 * 1024)
#define TAG_LEN    32
#define TAIL_LEN   (TAG_LEN + sizeof(int64_t))

int cn_index_changed(canon_conn *conn, const char *org)
{
    return cn_store_stamp_raise(conn->db, org, canon_now_us(conn->engine),
                                &conn->err);
}

int canon_org_stamp(canon_conn *conn, const char *org, int64_t *out)
{
    int rc;

    *out = 0;
    if (!cn_slug_ok(cn_str(org)))
        return CANON_OK;
    rc = cn_conn_begin(conn, CN_DB_READ);
    if (!rc && !(org = cn_conn_org(conn, org)))
        rc = conn->err.code;
    if (!rc)
        rc = cn_store_stamp_get(conn->db, org, out, &conn->err);
    return cn_conn_end(conn, rc);
}

static void add_part(cn_buf *key, const char *part)
{
    cn_buf_int(key, (int64_t)strlen(part));
    cn_buf_putc(key, ':');
    cn_buf_puts(key, part);
}

static int make_key(const canon_answer *a, cn_buf *key, canon_error *err)
{
    for (const char *p = a->org; *p; p++)
        cn_buf_putc(key, cn_lower(*p));
    cn_buf_puts(key, "/answer");
    for (size_t i = 0; i < a->key_count; i++)
        add_part(key, a->key[i]);
    return cn_buf_check(key, err);
}

/* Take the tail off what was kept; false when it is of another state. */
static bool read_tail(cn_buf *text, int64_t stamp, char tag_out[TAG_LEN + 1])
{
    size_t len = text->len - TAIL_LEN;
    int64_t kept;

    memcpy(&kept, text->data + len + TAG_LEN, sizeof(kept));
    memcpy(tag_out, text->data + len, TAG_LEN);
    tag_out[TAG_LEN] = '\0';
    cn_buf_cut(text, kept == stamp ? len : 0);
    return kept == stamp;
}

static void keep(canon_conn *conn, cn_slice key, const canon_buf *answer,
                 const char *tag, int64_t stamp)
{
    cn_buf text = CN_BUF_INIT(MAX_ANSWER + TAIL_LEN);

    cn_buf_add(&text, answer->data, answer->len);
    cn_buf_add(&text, tag, TAG_LEN);
    cn_buf_add(&text, &stamp, sizeof(stamp));
    if (!text.rc) /* what is not kept is made again */
        cn_lru_put(cn_conn_cache(conn), key, cn_buf_all(&text));
    cn_buf_free(&text);
}

static int make(canon_conn *conn, const canon_answer *a, canon_buf *out,
                char tag_out[TAG_LEN + 1])
{
    char hash[65];
    int rc = a->make(conn, a->user, out);

    if (rc)
        return rc;
    canon_sha256_hex(out->data, out->len, hash);
    memcpy(tag_out, hash, TAG_LEN);
    tag_out[TAG_LEN] = '\0';
    return CANON_OK;
}

/* The stamp is read from the database that the answer is then made of: if that
 * changes in between, what is kept is newer than its stamp, never older. */
static int make_of_org(canon_conn *conn, const canon_answer *a, int64_t *stamp,
                       canon_buf *out, char tag_out[TAG_LEN + 1])
{
    int rc = cn_conn_begin(conn, CN_DB_READ);

    if (!rc)
        rc = canon_org_stamp(conn, a->org, stamp);
    if (!rc)
        rc = make(conn, a, out, tag_out);
    return cn_conn_end(conn, rc);
}

int canon_answer_get(canon_conn *conn, const canon_answer *answer,
                     int64_t stamp, canon_buf *out, char tag_out[33])
{
    cn_buf key = CN_BUF_INIT(MAX_KEY);
    cn_buf text = CN_BUF_INIT(MAX_ANSWER + TAIL_LEN);
    bool found = false;
    int rc = CANON_OK;

    *tag_out = '\0';
    if (answer->size < sizeof(*answer) || !answer->org || !answer->make)
        return cn_fail(&conn->err, CANON_EINVAL,
                       "canon_answer without size, org or make");
    rc = make_key(answer, &key, &conn->err);
    if (!rc) {
        cn_buf_adopt(&text, out, MAX_ANSWER + TAIL_LEN);
        found = stamp &&
                cn_lru_get(cn_conn_cache(conn), cn_buf_all(&key), &text) &&
                !text.rc && read_tail(&text, stamp, tag_out);
        if (text.rc)
            cn_buf_free(&text);
        rc = cn_buf_export(&text, out, &conn->err);
    }
    if (!rc && !found) {
        rc = *answer->org ? make_of_org(conn, answer, &stamp, out, tag_out)
                          : make(conn, answer, out, tag_out);
        if (!rc && stamp)
            keep(conn, cn_buf_all(&key), out, tag_out, stamp);
    }
    cn_buf_free(&key);
    cn_buf_free(&text);
    return rc;
}
