/*
 * canon users: the accounts of the installation.
 */
#include "program.h"

#include <inttypes.h>
#include <stdlib.h>

#define PAGE 500 /* users asked for at a time */

/* The only user that a text means: subject or e-mail, else the id. */
int user_find(const store *s, const char *text, canon_users **out)
{
    char *end;
    int64_t id = strtoll(text, &end, 10);
    int status = store_status(s, canon_user_list(s->conn, text, 0, 2, out));
    size_t count = status ? 0 : canon_users_count(*out);
    const canon_user *user;

    if (!status && count == 0 && !*end && id > 0) {
        canon_users_free(*out);
        status =
            store_status(s, canon_user_list(s->conn, NULL, id - 1, 1, out));
        user = status ? NULL : canon_users_at(*out, 0);
        count = user && user->id == id;
    }
    if (!status && count == 1)
        return STATUS_OK;
    if (!status && count > 1) {
        complain("more than one user has the e-mail %s; name the subject or "
                 "the id, see canon users list %s",
                 text, text);
        status = STATUS_USAGE;
    } else if (!status) {
        complain("there is no user %s; see canon users list, or add one with "
                 "canon users add",
                 text);
        status = STATUS_NO;
    }
    canon_users_free(*out);
    *out = NULL;
    return status;
}

static void put_user(const canon_user *u)
{
    printf("%-6" PRId64 " ", u->id);
    put_column(u->role, 8);
    put_column(u->active ? "active" : "off", 8);
    put_day(u->created_us);
    put_day(u->last_login_us);
    put_column(u->email, 30);
    putchar(' ');
    put_text(u->sub);
    putchar('\n');
}

static void put_user_json(const canon_user *u)
{
    printf("{\"id\":%" PRId64 ",\"sub\":", u->id);
    put_json(u->sub);
    fputs(",\"email\":", stdout);
    put_json(u->email);
    fputs(",\"name\":", stdout);
    put_json(u->name);
    fputs(",\"role\":", stdout);
    put_json(u->role);
    printf(",\"active\":%s,\"created_at\":", u->active ? "true" : "false");
    put_json_time(u->created_us);
    fputs(",\"last_login_at\":", stdout);
    put_json_time(u->last_login_us);
    putchar('}');
}

/* Print all users, or those that text means; *count_out of them. */
static int put_users(const store *s, const char *text, int is_json,
                     size_t *count_out)
{
    int64_t after = 0;
    size_t count = PAGE;

    *count_out = 0;
    while (count == PAGE) {
        canon_users *users = NULL;
        int status = store_status(
            s, canon_user_list(s->conn, text, after, PAGE, &users));

        if (status)
            return status;
        count = canon_users_count(users);
        for (size_t i = 0; i < count; i++) {
            const canon_user *u = canon_users_at(users, i);

            after = u->id;
            if (!is_json) {
                put_user(u);
                continue;
            }
            fputs(*count_out + i ? ",\n" : "", stdout);
            put_user_json(u);
        }
        *count_out += count;
        canon_users_free(users);
    }
    return STATUS_OK;
}

static int run_list(const invocation *call)
{
    const char *text = call->count ? call->args[0] : NULL;
    int is_json = call->value[OPTION_JSON] != NULL;
    store s;
    size_t count = 0;
    int status = store_open(&s, call, STORE_READ);

    if (!status) {
        if (is_json)
            fputs("{\"users\":[", stdout);
        else
            printf("%-6s %-8s%-8s%-12s%-12s%-30s %s\n", "id", "role", "",
                   "created", "last login", "e-mail", "subject");
        status = put_users(&s, text, is_json, &count);
        fputs(is_json ? "]}\n" : "", stdout);
    }
    store_close(&s);
    return !status && text && !count ? STATUS_NO : status;
}

static int run_add(const invocation *call)
{
    canon_user user = {sizeof(user), 0, call->args[0], "", "", "", 0, 0, 1};
    int64_t id = 0;
    store s;
    int status = store_open(&s, call, STORE_WRITE);

    if (call->value[OPTION_EMAIL])
        user.email = call->value[OPTION_EMAIL];
    if (call->value[OPTION_NAME])
        user.name = call->value[OPTION_NAME];
    if (call->value[OPTION_ROLE])
        user.role = call->value[OPTION_ROLE];
    if (!status)
        status = store_status(&s, canon_user_put(s.conn, &user, &id));
    if (!status && call->value[OPTION_JSON])
        printf("{\"id\":%" PRId64 "}\n", id);
    else if (!status)
        printf("%" PRId64 "\n", id);
    store_close(&s);
    return status;
}

static int activate(const invocation *call, int active)
{
    canon_users *users = NULL;
    store s;
    int status = store_open(&s, call, STORE_WRITE);

    if (!status)
        status = user_find(&s, call->args[0], &users);
    if (!status)
        status = store_status(
            &s,
            canon_user_activate(s.conn, canon_users_at(users, 0)->id, active));
    if (!status)
        note(call, "%s is %s", canon_users_at(users, 0)->sub,
             active ? "active"
                    : "switched off: keys, sessions and tokens are "
                      "refused");
    canon_users_free(users);
    store_close(&s);
    return status;
}

static int run_activate(const invocation *call)
{
    return activate(call, 1);
}

static int run_deactivate(const invocation *call)
{
    return activate(call, 0);
}

const command users_list_command = {
    "users list",
    "[USER]",
    0,
    1,
    BIT(DB) | BIT(JSON),
    0,
    "accounts and their roles",
    "Lists all users, or the one with this subject or e-mail address; ends "
    "with 1 when there is none. Somebody becomes a user by signing in, or with "
    "canon users add.",
    "canon users list\n"
    "canon users list alice@example.com --json | jq .users[0].active",
    run_list,
};

const command users_add_command = {
    "users add",
    "SUBJECT",
    1,
    1,
    BIT(DB) | BIT(EMAIL) | BIT(NAME) | BIT(ROLE) | BIT(JSON),
    0,
    "add a user, or change one",
    "Adds a user before the first login, or changes e-mail, name and role of "
    "one; what is not given stays. SUBJECT is what the login provider will "
    "call the person (claim sub); a program that will only ever use an API key "
    "may have any. Prints the id. With AUTH0_ORGS_ENABLED the role counts for "
    "nothing; see canon members add.",
    "canon users add 'auth0|64f1' --email alice@example.com --role admin\n"
    "canon users add ci --name 'build machine' --role viewer",
    run_add,
};

const command users_activate_command = {
    "users activate",
    "USER",
    1,
    1,
    BIT(DB) | BIT(QUIET),
    0,
    "switch an account on again",
    "Undoes canon users deactivate: keys that were not revoked meanwhile work "
    "again. USER is an id, a subject or an e-mail address.",
    "canon users activate alice@example.com",
    run_activate,
};

const command users_deactivate_command = {
    "users deactivate",
    "USER",
    1,
    1,
    BIT(DB) | BIT(QUIET),
    0,
    "switch an account off",
    "From now on the user's API keys, sessions and tokens are refused. USER is "
    "an id, a subject or an e-mail address.",
    "canon users deactivate alice@example.com",
    run_deactivate,
};
