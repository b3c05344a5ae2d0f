#include "permissions.h"

#include <string.h>

#define READ  CANON_PERM_SPECS_READ
#define WRITE CANON_PERM_SPECS_WRITE
#define ADMIN CANON_PERM_SPECS_ADMIN
#define ORG   CANON_PERM_ORG_MANAGE

static const struct {
    const char *name;
    unsigned bits;
} roles[] = {
    {"viewer", READ},
    {"editor", READ | WRITE},
    {"admin", READ | WRITE | ADMIN | ORG},
};

/* Sorted by name. */
static const struct {
    const char *name;
    const char *quoted;
    unsigned bit;
} permissions[] = {
    {"org:manage", "\"org:manage\"", ORG},
    {"platform:manage", "\"platform:manage\"", CANON_PERM_PLATFORM_MANAGE},
    {"specs:admin", "\"specs:admin\"", ADMIN},
    {"specs:read", "\"specs:read\"", READ},
    {"specs:write", "\"specs:write\"", WRITE},
};

#define ROLES       (sizeof(roles) / sizeof(roles[0]))
#define PERMISSIONS (sizeof(permissions) / sizeof(permissions[0]))

unsigned canon_role_permissions(const char *role)
{
    for (size_t i = 0; role && i < ROLES; i++)
        if (strcmp(roles[i].name, role) == 0)
            return roles[i].bits;
    return READ;
}

bool cn_role_known(const char *role)
{
    for (size_t i = 0; role && i < ROLES; i++)
        if (strcmp(roles[i].name, role) == 0)
            return true;
    return false;
}

unsigned canon_permission_find(const char *name)
{
    for (size_t i = 0; name && i < PERMISSIONS; i++)
        if (strcmp(permissions[i].name, name) == 0)
            return permissions[i].bit;
    return 0;
}

const char *canon_permission_name(unsigned bit)
{
    for (size_t i = 0; i < PERMISSIONS; i++)
        if (permissions[i].bit == bit)
            return permissions[i].name;
    return NULL;
}

void cn_scopes_write(cn_json *w, const char *key, unsigned bits)
{
    cn_json_array(w, key);
    for (size_t i = 0; i < PERMISSIONS; i++)
        if (bits & permissions[i].bit)
            cn_json_str(w, NULL, permissions[i].name);
    cn_json_end_array(w);
}

unsigned cn_scopes_read(const char *json)
{
    unsigned bits = 0;

    /* no name needs an escape, so the quotes mark where one ends */
    for (size_t i = 0; i < PERMISSIONS; i++)
        if (strstr(json, permissions[i].quoted))
            bits |= permissions[i].bit;
    return bits;
}
