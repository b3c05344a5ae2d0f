#include "outside.h"

#include "crypto.h"
#include "date.h"
#include "escape.h"
#include "fail.h"

#define CONNECT_US  (2 * CN_US_SECOND)
#define TOTAL_US    (8 * CN_US_SECOND) /* less than the lease of a refresh */
#define LARGEST     ((size_t)256 * 1024)
#define BASIC_LIMIT ((size_t)8 * 1024)

int cn_auth_ask(canon_conn *conn, const char *url, cn_http_call *call,
                cn_http_answer *out)
{
    const char *hosts[2] = {NULL, NULL};
    cn_http_url parts;

    memset(out, 0, sizeof(*out));
    if (!cn_http_url_parse(cn_str(url), &parts)) {
        return cn_fail(&conn->err, CANON_EINVAL,
                       "an address of another service is malformed");
    }
    hosts[0] = cn_arena_copy(&conn->arena, parts.authority);
    if (!hosts[0])
        return cn_fail_memory(&conn->err);
    call->url = url;
    call->hosts = hosts;
    return cn_conn_http(conn, call, out);
}

void cn_form_add(cn_buf *form, const char *name, const char *value)
{
    if (form->len && form->data[form->len - 1] != '?' &&
        form->data[form->len - 1] != '&')
        cn_buf_putc(form, '&');
    cn_buf_puts(form, name);
    cn_buf_putc(form, '=');
    cn_url_escape(form, cn_str(value));
}

void cn_auth_free(cn_buf *secret)
{
    if (secret->data)
        cn_wipe(secret->data, secret->cap);
    cn_buf_free(secret);
}

int cn_client_basic(canon_conn *conn, const cn_client *client, cn_buf *out)
{
    cn_buf pair = CN_BUF_INIT(BASIC_LIMIT);
    size_t start;
    int rc;

    cn_url_escape(&pair, cn_str(client->id));
    cn_buf_putc(&pair, ':');
    cn_url_escape(&pair, cn_str(client->secret));
    cn_buf_puts(out, "Basic ");
    start = out->len;
    cn_base64url(out, pair.data, pair.len);
    for (size_t i = start; i < out->len; i++) {
        if (out->data[i] == '-')
            out->data[i] = '+';
        else if (out->data[i] == '_')
            out->data[i] = '/';
    }
    while (!out->rc && (out->len - start) % 4)
        cn_buf_putc(out, '=');
    rc = cn_buf_check(&pair, &conn->err);
    if (!rc)
        rc = cn_buf_check(out, &conn->err);
    cn_auth_free(&pair);
    return rc;
}

static int read_answer(canon_conn *conn, const cn_http_answer *answer,
                       cn_oauth_answer *out)
{
    int rc;

    cn_arena_guard(&conn->arena); /* there are tokens in it */
    rc = cn_json_parse(&conn->arena, cn_buf_all(&answer->body), &out->json,
                       NULL, &conn->err);
    if (rc == CANON_ENOMEM)
        return rc;
    if (rc || out->json->kind != CN_KIND_MAP) {
        return cn_fail(&conn->err, CANON_EREMOTE,
                       "status %d and no JSON object", answer->status);
    }
    out->status = answer->status;
    out->error = cn_value_str(out->json, "error",
                              answer->status == 200 ? "" : "unknown");
    return CANON_OK;
}

int cn_oauth_post(canon_conn *conn, const char *url, const cn_client *client,
                  cn_buf *form, cn_oauth_answer *out)
{
    canon_header headers[3] = {
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"Accept", "application/json"},
        {"Authorization", NULL}};
    cn_http_call call = {.method = "POST",
                         .headers = headers,
                         .header_count = 2,
                         .connect_us = CONNECT_US,
                         .total_us = TOTAL_US,
                         .max_bytes = LARGEST};
    cn_buf basic = CN_BUF_INIT(BASIC_LIMIT);
    cn_http_answer answer;
    int rc = CANON_OK;

    memset(out, 0, sizeof(*out));
    memset(&answer, 0, sizeof(answer));
    if (client->basic && *client->secret) {
        rc = cn_client_basic(conn, client, &basic);
        headers[2].value = cn_buf_text(&basic);
        call.header_count = 3;
    } else {
        cn_form_add(form, "client_id", client->id);
        if (*client->secret)
            cn_form_add(form, "client_secret", client->secret);
    }
    if (!rc)
        rc = cn_buf_check(form, &conn->err);
    call.body = cn_buf_all(form);
    if (!rc)
        rc = cn_auth_ask(conn, url, &call, &answer);
    if (rc == CANON_ETOOBIG || rc == CANON_EDENIED)
        rc = cn_fail(&conn->err, CANON_EREMOTE, "no usable answer");
    if (!rc)
        rc = read_answer(conn, &answer, out);
    cn_auth_free(&answer.body);
    cn_http_answer_free(&answer);
    cn_auth_free(&basic);
    cn_auth_free(form);
    return rc;
}

void cn_auth_word(const char *text, char out[41])
{
    size_t len = 0;

    while (len < 40 && (cn_is_alpha(text[len]) || cn_is_digit(text[len]) ||
                        text[len] == '_' || text[len] == '-')) {
        out[len] = text[len];
        len++;
    }
    out[len] = '\0';
}
