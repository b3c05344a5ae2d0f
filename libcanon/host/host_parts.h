/* What the files of this module share. */
#ifndef CN_HOST_PARTS_H
#define CN_HOST_PARTS_H

#include "canon/host.h"

#include <stdbool.h>
#include <string.h>

/* Fixed room that is filled as far as it goes; one byte stays for the NUL. */
typedef struct room {
    char *at;
    char *end;
    bool full;
} room;

static inline void put(room *r, const char *text, size_t len)
{
    r->full = r->full || (size_t)(r->end - r->at) < len;
    if (r->full)
        return;
    memcpy(r->at, text, len);
    r->at += len;
}

static inline void put_text(room *r, const char *text)
{
    put(r, text, strlen(text));
}

/* What stands before the body of an answer. */
typedef struct cn_head {
    int status;
    bool chunked;
    const char *connection;      /* or NULL */
    const canon_header *headers; /* those without a value are left out */
    size_t header_count;
    int64_t length; /* of the body; -1: no Content-Length */
    int64_t now_us; /* for the Date */
} cn_head;

/* Status line, header fields and empty line; 0 when cap is too small. */
size_t cn_host_head(const cn_head *head, char *out, size_t cap);

/* 0, or the status to refuse the request with. The length of the body, -1: in
 * chunks. */
int cn_host_check(const canon_request *request, bool is_1_1,
                  int64_t *length_out, const char **why_out);

/* The only value of a header field, or NULL. */
const char *cn_host_field(const canon_request *request, const char *name);

/* Does text hold the word, in any letter case? text may be NULL. */
bool cn_host_has_word(const char *text, const char *word);

/* Answer {"detail": why}, with "status" before it when there is one. */
void cn_host_refuse(const canon *c, const canon_peer *peer, int status,
                    const char *state, const char *why);

/* Answer when it is the path of a file; else false. */
bool cn_host_file(const canon *c, const canon_request *request,
                  const canon_peer *peer, const canon_asset *assets);

#endif
