/*
 * OpenID Connect Discovery 1.0 and key sets: what comes from the provider, and
 * what of it is believed.
 */
#include "discovery.h"

#include "date.h"
#include "fail.h"
#include "http.h"
#include "json.h"
#include "outside.h"

#define CONNECT_US   (2 * CN_US_SECOND)
#define TOTAL_US     (5 * CN_US_SECOND)
#define METADATA_MAX ((size_t)256 * 1024)

static int fetch(canon_conn *conn, const char *url, cn_http_answer *out)
{
    static const canon_header accept[] = {{"Accept", "application/json"}};
    cn_http_call call = {.method = "GET",
                         .headers = accept,
                         .header_count = 1,
                         .connect_us = CONNECT_US,
                         .total_us = TOTAL_US,
                         .max_bytes = METADATA_MAX};
    int rc = cn_auth_ask(conn, url, &call, out);

    if (!rc && out->status != 200)
        rc = cn_fail(&conn->err, CANON_EREMOTE, "status %d instead of 200",
                     out->status);
    /* whatever is wrong with the answer, the provider fails */
    if (rc == CANON_ETOOBIG || rc == CANON_EINVAL || rc == CANON_EDENIED)
        rc = cn_fail(&conn->err, CANON_EREMOTE, "no usable answer");
    return rc;
}

/* An address of the metadata; "" when there is none that may be asked. */
static const char *address(const cn_value *metadata, const char *name)
{
    const char *url = cn_value_str(metadata, name, "");
    cn_http_url parts;

    return cn_http_url_parse(cn_str(url), &parts) ? url : "";
}

/* Without the slash at the end, which providers write or leave out. */
static cn_slice bare(const char *issuer)
{
    cn_slice s = cn_str(issuer);

    return cn_slice_ends(s, "/") ? cn_slice_first(s, s.len - 1) : s;
}

/* A client's secret goes into the body unless the provider cannot take it
 * there. */
static bool wants_basic(const cn_value *metadata)
{
    const cn_value *list =
        cn_value_get(metadata, "token_endpoint_auth_methods_supported");

    if (!list || list->kind != CN_KIND_LIST)
        return true; /* what OpenID Connect Discovery says it means */
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == CN_KIND_TEXT &&
            cn_slice_is(list->items[i].text, "client_secret_post"))
            return false;
    }
    return true;
}

static int read_metadata(canon_conn *conn, const char *issuer, cn_slice body,
                         cn_endpoints *out)
{
    const cn_value *metadata = NULL;
    int rc = cn_json_parse(&conn->arena, body, &metadata, NULL, &conn->err);

    if (rc == CANON_ENOMEM)
        return rc;
    if (rc)
        return cn_fail(&conn->err, CANON_EREMOTE, "the metadata is no JSON");
    out->issuer = cn_value_str(metadata, "issuer", "");
    if (!cn_slice_eq(bare(out->issuer), bare(issuer))) {
        return cn_fail(&conn->err, CANON_EREMOTE,
                       "the metadata is of another issuer");
    }
    out->authorize = address(metadata, "authorization_endpoint");
    out->token = address(metadata, "token_endpoint");
    out->keys = address(metadata, "jwks_uri");
    out->device = address(metadata, "device_authorization_endpoint");
    out->revoke = address(metadata, "revocation_endpoint");
    out->logout = address(metadata, "end_session_endpoint");
    out->basic = wants_basic(metadata);
    out->names_iss = cn_value_bool(
        metadata, "authorization_response_iss_parameter_supported", false);
    if (!*out->authorize || !*out->token || !*out->keys) {
        return cn_fail(&conn->err, CANON_EREMOTE,
                       "the metadata lacks a needed address");
    }
    return CANON_OK;
}

int cn_discover(canon_conn *conn, const char *issuer, cn_endpoints *out)
{
    cn_slice base = bare(issuer);
    const char *url =
        cn_arena_printf(&conn->arena, "%.*s/.well-known/openid-configuration",
                        (int)base.len, base.ptr);
    cn_http_answer answer;
    int rc;

    memset(out, 0, sizeof(*out));
    if (!url)
        return cn_fail_memory(&conn->err);
    rc = fetch(conn, url, &answer);
    if (!rc)
        rc = read_metadata(conn, issuer, cn_buf_all(&answer.body), out);
    cn_http_answer_free(&answer);
    return rc;
}

/* max-age of Cache-Control, RFC 9111 section 5.2.2.1, within our limits. */
static int64_t freshness(cn_slice control)
{
    int64_t seconds = 0;

    while (control.ptr) {
        cn_slice word = cn_slice_trim(cn_slice_cut(&control, ','));

        if (cn_slice_starts_nocase(word, "max-age=") &&
            cn_slice_int(cn_slice_from(word, 8), 0, INT32_MAX, &seconds))
            break;
    }
    seconds *= CN_US_SECOND;
    if (seconds < CN_KEYS_FRESH_MIN_US)
        return CN_KEYS_FRESH_MIN_US;
    return seconds > CN_KEYS_FRESH_MAX_US ? CN_KEYS_FRESH_MAX_US : seconds;
}

int cn_fetch_keys(canon_conn *conn, const char *url, cn_jwks **out,
                  int64_t *fresh_us_out)
{
    cn_http_answer answer;
    int rc = fetch(conn, url, &answer);

    *out = NULL;
    if (!rc) {
        rc = cn_jwks_read(cn_buf_all(&answer.body), out, &conn->err);
        if (rc && rc != CANON_ENOMEM)
            rc = cn_fail(&conn->err, CANON_EREMOTE, "no usable key set");
    }
    if (!rc)
        *fresh_us_out = freshness(cn_http_header(&answer, "cache-control"));
    cn_http_answer_free(&answer);
    return rc;
}
