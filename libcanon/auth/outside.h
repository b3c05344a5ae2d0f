/*
 * Talking to the provider and to GitHub: one host per call, forms, and the
 * answers of OAuth (RFC 6749 section 5).
 */
#ifndef CN_AUTH_OUTSIDE_H
#define CN_AUTH_OUTSIDE_H

#include "conn.h"
#include "http.h"
#include "json.h"

/* Ask the host of this URL and no other; url and hosts of the call are set
 * here. Free out in every case. */
int cn_auth_ask(canon_conn *conn, const char *url, cn_http_call *call,
                cn_http_answer *out);

/* A name and value of a form or query; '&' is put between. */
void cn_form_add(cn_buf *form, const char *name, const char *value);

/* Who asks. */
typedef struct cn_client {
    const char *id;
    const char *secret; /* "": none */
    bool basic;         /* in a header, RFC 6749 section 2.3.1 */
} cn_client;

/* What a token endpoint said. In the connection's arena. */
typedef struct cn_oauth_answer {
    int status;
    const cn_value *json; /* an object */
    const char *error;    /* RFC 6749 section 5.2; "": none */
} cn_oauth_answer;

/*
 * Post a form as a client; wipes and frees the form. CANON_OK for whatever is
 * a JSON object and no 5xx; CANON_EREMOTE otherwise.
 */
int cn_oauth_post(canon_conn *conn, const char *url, const cn_client *client,
                  cn_buf *form, cn_oauth_answer *out);

/* "Basic ..." of a client; wipe it with cn_auth_free. */
int cn_client_basic(canon_conn *conn, const cn_client *client, cn_buf *out);

/* Wipe and free. */
void cn_auth_free(cn_buf *secret);

/* A word of somebody else's that may stand in a log: what is not a letter,
 * digit, '_' or '-' ends it. */
void cn_auth_word(const char *text, char out[41]);

#endif
