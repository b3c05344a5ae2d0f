/*
 * API keys of the caller in an organisation: list, create, revoke.
 */
#include "api.h"

#include "fail.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_MAX 100
#define DAYS_MAX  365
#define DAY_US    INT64_C(86400000000)

/* The store is not at hand: the words for it, else the failure as it is. */
static int refuse_keys(cn_call *c, int rc)
{
    if (rc == CANON_EBUSY || rc == CANON_ESTORE)
        return cn_reply_detail(c, 503, "API key management not available");
    return rc;
}

/* The row of somebody whom the host names. */
static int find_user(cn_call *c, int64_t *out)
{
    canon_users *users = NULL;
    int rc = canon_user_list(c->conn, c->who.sub, 0, 100, &users);

    for (size_t i = 0; !rc && i < canon_users_count(users); i++) {
        const canon_user *user = canon_users_at(users, i);

        if (strcmp(user->sub, c->who.sub) == 0)
            *out = user->id;
    }
    canon_users_free(users);
    return rc;
}

/* Whose keys they are; 0: somebody without a row. */
static int owner_of(cn_call *c, int64_t *out)
{
    *out = c->who.user_id;
    return *out == 0 && c->who.by == CANON_BY_HOST ? find_user(c, out)
                                                   : CANON_OK;
}

static int refuse_unknown(cn_call *c)
{
    return cn_reply_detail(c, 400, "User not found in database");
}

int cn_keys_get(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    canon_keys *keys = NULL;
    int64_t owner = 0;
    int rc = cn_call_checked(c);

    if (!rc)
        rc = owner_of(c, &owner);
    if (!rc && owner != 0)
        rc = canon_key_list(c->conn, org, owner, &keys);
    if (!rc && keys)
        rc = canon_keys_json(keys, &c->body, &c->err);
    else if (!rc)
        rc = canon_buf_set(&c->body, "{\"keys\":[]}", 11);
    canon_keys_free(keys);
    return rc ? refuse_keys(c, rc) : cn_reply_json(c, 200);
}

/* --- what is wanted ----------------------------------------------------- */

/* A member that is a number, or text or fraction that is a whole one. */
static bool read_days(const cn_value *value, int64_t *out)
{
    switch (value->kind) {
    case CN_KIND_INT:
        *out = value->integer;
        return true;
    case CN_KIND_DOUBLE:
        *out = value->number > -1e9 && value->number < 1e9
                   ? (int64_t)value->number
                   : 0;
        return (double)*out == value->number;
    case CN_KIND_TEXT:
        return cn_slice_int(value->text, INT64_MIN, INT64_MAX, out);
    case CN_KIND_NULL:
    case CN_KIND_BOOL:
    case CN_KIND_LIST:
    case CN_KIND_MAP:
        break;
    }
    return false;
}

static void check_days(cn_call *c, const cn_value *body, canon_key_order *order)
{
    const cn_value *value = cn_value_get(body, "expires_in_days");
    cn_violation v = {.type = "int_type",
                      .msg = "Input should be a valid integer",
                      .name = "expires_in_days"};
    int64_t days = 0;

    if (!value || value->kind == CN_KIND_NULL)
        return;
    if (!read_days(value, &days)) {
        if (value->kind == CN_KIND_TEXT)
            v.type = "int_parsing";
        else if (value->kind == CN_KIND_DOUBLE)
            v.type = "int_from_float";
    } else if (days < 1) {
        v.type = "greater_than_equal";
        v.msg = "Input should be greater than or equal to 1";
        v.ctx = "{\"ge\":1}";
    } else if (days > DAYS_MAX) {
        v.type = "less_than_equal";
        v.msg = "Input should be less than or equal to 365";
        v.ctx = "{\"le\":365}";
    } else {
        order->expires_days = (int)days;
        return;
    }
    cn_call_blame(c, &v, value);
}

static void check_label(cn_call *c, const cn_value *body,
                        canon_key_order *order)
{
    static const cn_text_rule rule = {"label", 0, LABEL_MAX, false};
    cn_violation v = {.type = "value_error",
                      .msg = "Value error, control characters are not allowed",
                      .name = "label"};
    const char *label = cn_call_text(c, body, &rule);

    for (const char *p = label; p && *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            cn_call_blame(c, &v, cn_value_get(body, "label"));
            return;
        }
    }
    order->label = label ? label : "";
}

/* Is it a list of texts? */
static void check_scopes(cn_call *c, const cn_value *scopes)
{
    cn_violation list = {.type = "list_type",
                         .msg = "Input should be a valid list",
                         .name = "scopes"};

    if (!scopes)
        return;
    if (scopes->kind != CN_KIND_LIST) {
        cn_call_blame(c, &list, scopes);
        return;
    }
    for (size_t i = 0; i < scopes->count; i++) {
        cn_violation v = {.type = "string_type",
                          .msg = "Input should be a valid string",
                          .name = "scopes"};

        if (scopes->items[i].kind == CN_KIND_TEXT)
            continue;
        v.index = cn_arena_printf(&c->arena, "%zu", i);
        cn_call_blame(c, &v, &scopes->items[i]);
    }
}

/* A scope that does not exist, or that the caller has not himself. */
static int refuse_scope(cn_call *c, const char *name, unsigned bit)
{
    const char *text = cn_arena_printf(
        &c->arena, "%s: %.100s",
        bit ? "Cannot grant scope you don't have" : "Invalid scope", name);

    return text ? cn_reply_detail(c, bit ? 403 : 400, text)
                : cn_fail_memory(&c->err);
}

static int read_scopes(cn_call *c, const cn_value *scopes,
                       canon_key_order *order)
{
    for (size_t i = 0; scopes && i < scopes->count; i++) {
        const char *name = scopes->items[i].text.ptr;
        unsigned bit = canon_permission_find(name);

        if (!(c->who.permissions & bit))
            return refuse_scope(c, name, bit);
        order->scopes |= bit;
    }
    return CANON_OK;
}

static int read_order(cn_call *c, canon_key_order *order)
{
    const cn_value *body = NULL;
    const cn_value *scopes;
    int rc;

    order->org = cn_call_param(c, "org");
    rc = cn_call_model(c, true, &body);
    if (rc)
        return rc;
    scopes = cn_value_get(body, "scopes");
    check_label(c, body, order);
    check_scopes(c, scopes);
    check_days(c, body, order);
    rc = cn_call_checked(c);
    return rc ? rc : read_scopes(c, scopes, order);
}

/* --- making and revoking ------------------------------------------------ */

static void note_created(cn_call *c, int64_t id, unsigned scopes)
{
    cn_buf detail = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&detail);
    cn_note note = {.event = "auth.api_key_created",
                    .org = cn_call_param(c, "org")};

    cn_json_object(&w, NULL);
    cn_json_int(&w, "key_id", id);
    cn_permissions_json(&w, "scopes", scopes);
    cn_json_end_object(&w);
    note.detail = cn_buf_text(&detail);
    if (!detail.rc)
        cn_call_note(c, &note);
    cn_buf_free(&detail);
}

/* The one answer that holds the key. */
static int reply_created(cn_call *c, const canon_key_order *order,
                         const char *secret, int64_t id)
{
    unsigned scopes = order->scopes ? order->scopes : CANON_PERM_SPECS_READ;
    int64_t now_us = canon_now_us(c->engine);
    cn_buf out = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&out);
    int rc;

    cn_json_object(&w, NULL);
    cn_json_str(&w, "key", secret);
    cn_json_int(&w, "id", id);
    cn_json_str(&w, "label", order->label);
    cn_permissions_json(&w, "scopes", scopes);
    cn_json_time(&w, "expires_at",
                 order->expires_days ? now_us + order->expires_days * DAY_US
                                     : 0);
    cn_json_end_object(&w);
    rc = cn_buf_export(&out, &c->body, &c->err);
    if (rc)
        return rc;
    note_created(c, id, scopes);
    return cn_reply_json(c, 201);
}

/* A key that could not be shown is no use to anybody. */
static int take_back(cn_call *c, const canon_key_order *order, int64_t id,
                     int rc)
{
    if (canon_key_revoke(c->conn, order->org, order->user_id, id))
        canon_log(c->conn, CANON_LOG_WARN, "api",
                  "a key that nobody knows stays valid: %s",
                  canon_last_error(c->conn)->text);
    return rc;
}

int cn_keys_post(cn_call *c)
{
    canon_key_order order = CANON_KEY_ORDER_INIT;
    char secret[CANON_KEY_LEN + 1] = "";
    int64_t id = 0;
    int rc = read_order(c, &order);

    order.granted_by = c->who.permissions;
    if (!rc)
        rc = owner_of(c, &order.user_id);
    if (!rc && order.user_id == 0)
        return refuse_unknown(c);
    if (!rc)
        rc = canon_key_create(c->conn, &order, secret, &id);
    if (rc == CANON_ENOTFOUND)
        return refuse_unknown(c);
    if (rc == CANON_ELIMIT)
        return cn_reply_detail(c, 400, "Too many active API keys");
    if (rc == CANON_EDENIED)
        return cn_reply_detail(c, 403, "Cannot grant scope you don't have");
    if (rc)
        return refuse_keys(c, rc);
    rc = reply_created(c, &order, secret, id);
    return rc ? take_back(c, &order, id, rc) : rc;
}

int cn_key_delete(cn_call *c)
{
    const char *org = cn_call_param(c, "org");
    int64_t id = cn_call_param_int(c, "key_id");
    cn_note note = {.event = "auth.api_key_revoked", .org = org};
    int64_t owner = 0;
    int rc = cn_call_checked(c);

    if (!rc)
        rc = owner_of(c, &owner);
    if (!rc && owner == 0)
        return refuse_unknown(c);
    if (!rc)
        rc = canon_key_revoke(c->conn, org, owner, id);
    if (rc == CANON_ENOTFOUND)
        return cn_reply_detail(c, 404, "API key not found or already revoked");
    if (rc)
        return refuse_keys(c, rc);
    note.detail = cn_arena_printf(&c->arena, "{\"key_id\":%" PRId64 "}", id);
    cn_call_note(c, &note);
    return cn_reply_ok(c);
}
