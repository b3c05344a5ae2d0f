/*
 * canon members: roles of users in organisations.
 */
#include "program.h"

/* role "": no longer a member. */
static int put_member(const invocation *call, const char *role)
{
    canon_users *users = NULL;
    store s;
    int status = store_open(&s, call, STORE_WRITE);

    if (!status)
        status = store_org(&s, call);
    if (!status)
        status = user_find(&s, call->args[0], &users);
    if (!status)
        status = store_status(&s, canon_member_put(s.conn, s.org,
                                                   canon_users_at(users, 0)->id,
                                                   role, "canon members"));
    if (!status)
        note(call, "%s is %s%s in %s", canon_users_at(users, 0)->sub,
             *role ? "now " : "no longer a member", role, s.org);
    canon_users_free(users);
    store_close(&s);
    return status;
}

static int run_member_add(const invocation *call)
{
    return put_member(call, call->value[OPTION_ROLE]);
}

static int run_member_remove(const invocation *call)
{
    return put_member(call, "");
}

const command members_add_command = {
    "members add",
    "USER",
    1,
    1,
    BIT(DB) | BIT(ORG) | BIT(ROLE) | BIT(QUIET),
    BIT(ROLE),
    "give a user a role in an organisation",
    "Makes a user a member of the organisation, or changes the role. It counts "
    "for this organisation before what the login provider says. USER is an id, "
    "a subject or an e-mail address.",
    "canon members add alice@example.com --org acme --role editor",
    run_member_add,
};

const command members_remove_command = {
    "members remove",
    "USER",
    1,
    1,
    BIT(DB) | BIT(ORG) | BIT(QUIET),
    0,
    "take a role in an organisation away",
    "Undoes canon members add.",
    "canon members remove alice@example.com --org acme",
    run_member_remove,
};
