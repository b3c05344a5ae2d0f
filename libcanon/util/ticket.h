/* Where a ticket is seen. */
#ifndef CN_TICKET_H
#define CN_TICKET_H

#include "buf.h"

/* A ticket as a section names it. */
typedef struct cn_ticket {
    const char *system;
    const char *id;
    const char *repo;      /* of the document, for "#7"; NULL: none */
    const char *jira_host; /* NULL or "": none */
} cn_ticket;

/* Its address; nothing when it is not known. */
void cn_ticket_url(cn_buf *out, const cn_ticket *ticket);

#endif
