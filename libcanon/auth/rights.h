/*
 * What a user may do in an organisation: the one place that says so. Outside
 * of multi-tenant mode the role of the user decides, everywhere; in it his
 * role in the organisation, or what the provider last said about him there.
 */
#ifndef CN_RIGHTS_H
#define CN_RIGHTS_H

#include "accounts.h"
#include "store.h"

typedef struct cn_rights {
    unsigned permissions;
    bool belongs;    /* to the organisation */
    int64_t said_us; /* when the provider said so; 0: it is not its word */
} cn_rights;

/* Is the installation one for many organisations (AUTH0_ORGS_ENABLED)? */
bool cn_rights_multi(const canon *c);

/* Nothing for a user who is switched off. */
cn_rights cn_rights_of(const canon *c, const cn_user_row *user,
                       const cn_member_row *member);

/* What the provider says: reading, when it says nothing. Never the right to
 * run the platform, which is not the provider's to give. */
unsigned cn_rights_granted(const cn_person *person);

#endif
