#include "rights.h"

#include "canon/auth.h"
#include "canon/settings.h"

#define TENANT (CANON_PERM_ALL & ~(unsigned)CANON_PERM_PLATFORM_MANAGE)

bool cn_rights_multi(const canon *c)
{
    return canon_setting_int(c, "AUTH0_ORGS_ENABLED") != 0;
}

/* Does the provider's word about somebody still count? */
static bool is_fresh(const canon *c, const cn_member_row *member)
{
    return member->granted_us > 0 &&
           canon_now_us(c) - member->granted_us < CN_GRANT_US;
}

cn_rights cn_rights_of(const canon *c, const cn_user_row *user,
                       const cn_member_row *member)
{
    cn_rights r = {0, false, 0};

    if (!user->active)
        return r;
    r.belongs = true;
    if (!cn_rights_multi(c)) {
        r.permissions = canon_role_permissions(user->role);
    } else if (*member->role) {
        r.permissions = canon_role_permissions(member->role);
    } else if (is_fresh(c, member)) {
        r.permissions = member->granted & TENANT;
        r.said_us = member->granted_us;
    } else {
        r.belongs = false;
    }
    if (cn_account_is_operator(c, user->sub, ""))
        r.permissions |= CANON_PERM_PLATFORM_MANAGE;
    return r;
}

unsigned cn_rights_granted(const cn_person *person)
{
    return person->has_permissions ? person->permissions & TENANT
                                   : CANON_PERM_SPECS_READ;
}

bool cn_account_is_operator(const canon *c, const char *sub,
                            const char *github_login)
{
    cn_slice rest = cn_str(canon_setting_text(c, "WEB_ADMIN_LOGINS"));

    while (rest.ptr) {
        cn_slice name = cn_slice_trim(cn_slice_cut(&rest, ','));

        if (name.len > 0 && (cn_slice_is_nocase(name, sub) ||
                             cn_slice_is_nocase(name, github_login)))
            return true;
    }
    return false;
}
