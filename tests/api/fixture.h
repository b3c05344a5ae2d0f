/*
 * An engine with two organisations whose repositories and files have the same
 * names, and requests to it.
 *
 * acme: acme/web (git, in a build that reads it) and acme/notes (a folder);
 * other: other/web (a folder).
 * Every answer is also written to the folder CANON_TEST_ANSWERS, when that is
 * set, for validate.py.
 */
#ifndef CN_API_FIXTURE_H
#define CN_API_FIXTURE_H

#include "canon.h"

#include <stdbool.h>

typedef struct fixture {
    canon *engine;
    canon_conn *conn;
    char *folder;
    int64_t now_us;    /* the clock of the engine */
    bool fails;        /* no random bytes */
    char log[16384];   /* lines, newest last */
    char events[8192]; /* names and details, newest last */
    canon_options options;
    const canon_caller *caller; /* of the requests that follow; NULL: none */
    canon_response answer;      /* the last one */
} fixture;

/* Settings that differ from one test to the other. */
typedef struct fixture_options {
    bool login;                  /* a login provider: local mode is off */
    const char *shell;           /* the application; NULL: there is none */
    const char *const *settings; /* name, value, ..., NULL; or NULL */
    bool empty;                  /* nothing is indexed */
    /* What stands for other services; NULL: there are none. */
    int (*http)(void *user, const canon_http_request *request,
                canon_http_response *response);
} fixture_options;

/* which: as in database.h */
void fixture_open(fixture *f, size_t which, const fixture_options *options);
void fixture_close(fixture *f);

/* Skip a test of what a folder cannot do. */
void needs_git(void);

/* The answer to a request; headers: name, value, ..., NULL, or NULL; body may
 * be NULL. Returns the status. */
int ask(fixture *f, const char *method, const char *target,
        const char *const *headers, const char *body);
int get(fixture *f, const char *target);
int post(fixture *f, const char *target, const char *json);

/* Parts of the last answer; a header is NULL when it is not there. */
const char *body_of(const fixture *f);
const char *header_of(const fixture *f, const char *name);
bool body_has(const fixture *f, const char *text);
bool body_lacks(const fixture *f, const char *text);

/* People of the tests. */
extern const canon_caller reader;   /* of acme, may read */
extern const canon_caller editor;   /* of acme, may read and write */
extern const canon_caller stranger; /* of other, may do everything */
extern const canon_caller nobody;   /* of acme, may do nothing */

#endif
