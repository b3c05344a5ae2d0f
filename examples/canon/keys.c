/*
 * canon keys: API keys of the configured database.
 */
#include "program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const unsigned all_scopes[] = {
    CANON_PERM_SPECS_READ, CANON_PERM_SPECS_WRITE, CANON_PERM_SPECS_ADMIN,
    CANON_PERM_ORG_MANAGE, CANON_PERM_PLATFORM_MANAGE};

#define SCOPE_COUNT (sizeof(all_scopes) / sizeof(all_scopes[0]))

/* "specs:read,specs:write" as text, or as a JSON array. */
static void put_scopes(unsigned scopes, int is_json)
{
    int count = 0;

    fputs(is_json ? "[" : "", stdout);
    for (size_t i = 0; i < SCOPE_COUNT; i++) {
        if (!(scopes & all_scopes[i]))
            continue;
        fputs(count++ ? "," : "", stdout);
        if (is_json)
            put_json(canon_permission_name(all_scopes[i]));
        else
            fputs(canon_permission_name(all_scopes[i]), stdout);
    }
    fputs(is_json ? "]" : "", stdout);
}

/* Reads --scopes; 0 when it is not given. */
static int read_scopes(const invocation *call, unsigned *out)
{
    const char *rest = call->value[OPTION_SCOPES];

    *out = 0;
    while (rest && *rest) {
        size_t len = strcspn(rest, ",");
        char word[32] = "";

        if (len < sizeof(word))
            memcpy(word, rest, len);
        if (!canon_permission_find(word))
            return usage(call,
                         "there is no permission %.*s; there are specs:read, "
                         "specs:write, specs:admin and org:manage",
                         (int)len, rest);
        *out |= canon_permission_find(word);
        rest += len + (rest[len] == ',');
    }
    return STATUS_OK;
}

static const canon_key *find_key(const canon_keys *keys, int64_t id)
{
    size_t count = canon_keys_count(keys);

    for (size_t i = 0; i < count; i++) {
        if (canon_keys_at(keys, i)->id == id)
            return canon_keys_at(keys, i);
    }
    return NULL;
}

static void put_new(const invocation *call, const char *secret,
                    const canon_key *key)
{
    if (!call->value[OPTION_JSON]) {
        puts(secret);
        note(call, "key %" PRId64 " of %s in %s; it is not shown again",
             key->id, key->owner, key->org);
        return;
    }
    printf("{\"key\":\"%s\",\"id\":%" PRId64 ",\"label\":", secret, key->id);
    put_json(key->label);
    fputs(",\"scopes\":", stdout);
    put_scopes(key->scopes, 1);
    fputs(",\"expires_at\":", stdout);
    put_json_time(key->expires_us);
    puts("}");
}

/* A key may do what its owner may, and no more. */
static void warn(const store *s, const invocation *call,
                 const canon_user *owner, unsigned scopes)
{
    unsigned lacking = scopes & ~canon_role_permissions(owner->role);

    if (!owner->active)
        note(call, "%s is switched off: see canon users activate", owner->sub);
    if (lacking && !canon_setting_int(s->engine, "AUTH0_ORGS_ENABLED"))
        note(call,
             "%s is %s and may do less than that; see canon users add --role",
             owner->sub, owner->role);
}

static int create(store *s, const invocation *call, canon_key_order *order)
{
    char secret[CANON_KEY_LEN + 1] = "";
    canon_users *users = NULL;
    canon_keys *keys = NULL;
    int64_t id = 0;
    int status = user_find(s, call->value[OPTION_USER], &users);

    if (status)
        return status;
    order->org = s->org;
    order->user_id = canon_users_at(users, 0)->id;
    order->granted_by = CANON_PERM_ALL;
    status = store_status(s, canon_key_create(s->conn, order, secret, &id));
    if (!status)
        status = store_status(
            s, canon_key_list(s->conn, s->org, order->user_id, &keys));
    if (!status) {
        put_new(call, secret, find_key(keys, id));
        warn(s, call, canon_users_at(users, 0), order->scopes);
    }
    canon_keys_free(keys);
    canon_users_free(users);
    return status;
}

static int run_create(const invocation *call)
{
    canon_key_order order = CANON_KEY_ORDER_INIT;
    store s = {NULL, NULL, NULL, ""};
    int status = read_scopes(call, &order.scopes);

    order.label = call->value[OPTION_LABEL];
    if (!status)
        status =
            option_number(call, OPTION_EXPIRES, 1, 365, &order.expires_days);
    if (!status)
        status = store_open(&s, call, STORE_WRITE);
    if (!status)
        status = store_org(&s, call);
    if (!status)
        status = create(&s, call, &order);
    store_close(&s);
    return status;
}

static void put_key(const canon_key *k)
{
    printf("%-6" PRId64 " ", k->id);
    put_column(k->prefix, 9);
    put_column(k->revoked_us ? "revoked" : "", 9);
    put_day(k->created_us);
    put_day(k->expires_us);
    put_day(k->last_used_us);
    put_column(k->owner, 24);
    putchar(' ');
    put_scopes(k->scopes, 0);
    fputs("  ", stdout);
    put_text(k->label);
    putchar('\n');
}

static int run_list(const invocation *call)
{
    canon_users *users = NULL;
    canon_keys *keys = NULL;
    canon_buf json = CANON_BUF_INIT;
    canon_error err = {0, ""};
    store s;
    int64_t owner = 0;
    int status = store_open(&s, call, STORE_READ);

    if (!status)
        status = store_org(&s, call);
    if (!status && call->value[OPTION_USER]) {
        status = user_find(&s, call->value[OPTION_USER], &users);
        owner = status ? 0 : canon_users_at(users, 0)->id;
    }
    if (!status)
        status = store_status(&s, canon_key_list(s.conn, s.org, owner, &keys));
    if (!status && call->value[OPTION_JSON]) {
        status = put_buf(canon_keys_json(keys, &json, &err), &json, &err);
    } else if (!status) {
        printf("%-6s %-9s%-9s%-12s%-12s%-12s%-24s %s\n", "id", "begins", "",
               "created", "expires", "last used", "owner", "may");
        for (size_t i = 0; i < canon_keys_count(keys); i++)
            put_key(canon_keys_at(keys, i));
    }
    canon_keys_free(keys);
    canon_users_free(users);
    store_close(&s);
    return status;
}

static int run_revoke(const invocation *call)
{
    char *end;
    int64_t id = strtoll(call->args[0], &end, 10);
    store s;
    int status;

    if (*end || id <= 0)
        return usage(call, "%s is no id of a key; see canon keys list",
                     call->args[0]);
    status = store_open(&s, call, STORE_WRITE);
    if (!status)
        status = store_org(&s, call);
    if (!status)
        status = store_status(&s, canon_key_revoke(s.conn, s.org, 0, id));
    if (!status)
        note(call, "key %" PRId64 " is revoked for ever", id);
    store_close(&s);
    return status;
}

const command keys_create_command = {
    "keys create",
    "",
    0,
    0,
    BIT(DB) | BIT(ORG) | BIT(USER) | BIT(LABEL) | BIT(SCOPES) | BIT(EXPIRES) |
        BIT(QUIET) | BIT(JSON),
    BIT(USER),
    "make an API key",
    "Makes a key with which a program calls the REST API in the name of a "
    "user: Authorization: Bearer KEY. It may do what --scopes lists, as far as "
    "the user may do it. The key is printed this once; the database keeps its "
    "hash. It needs no browser: canon users add makes the user.",
    "canon users add ci --role editor\n"
    "canon keys create --org acme --user ci --label build --expires 90\n"
    "KEY=$(canon keys create --user ci --scopes specs:read,specs:write)",
    run_create,
};

const command keys_list_command = {
    "keys list",
    "",
    0,
    0,
    BIT(DB) | BIT(ORG) | BIT(USER) | BIT(JSON),
    0,
    "API keys of an organisation",
    "Lists the keys of all users, or of one, newest first, revoked ones too. "
    "Of a key only its beginning is known.",
    "canon keys list --org acme\n"
    "canon keys list --user alice@example.com --json",
    run_list,
};

const command keys_revoke_command = {
    "keys revoke",
    "ID",
    1,
    1,
    BIT(DB) | BIT(ORG) | BIT(QUIET),
    0,
    "make an API key worthless",
    "From now on the key is refused, for ever. Ends with 1 when there is no "
    "such key in the organisation, or it is revoked already.",
    "canon keys revoke --org acme 17",
    run_revoke,
};
