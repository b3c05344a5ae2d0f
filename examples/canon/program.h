/*
 * canon, the command-line program: what its files share. It uses the public
 * headers of the library alone.
 */
#ifndef CANON_PROGRAM_H
#define CANON_PROGRAM_H

#include <canon.h>

#include <stdio.h>

/* --- commands ------------------------------------------------------------ */

/* What the program ends with; help.c explains them to its users. */
enum {
    STATUS_OK = 0,
    STATUS_NO = 1,     /* errors in specs, nothing found, no such thing */
    STATUS_USAGE = 2,  /* the command line or a value in it is wrong */
    STATUS_FAILED = 3, /* standard error says why */
    STATUS_LATER = 4   /* the database is busy or cannot be reached */
};

/* Every option that some command has: id, name, value ("": a flag), help. */
/* clang-format off */
#define OPTIONS(X)                                                             \
    X(DB, "db", "URL", "sqlite:PATH or postgresql://...; default: the setting "\
      "DATABASE_URL, else sqlite:canon.db")                                    \
    X(ORG, "org", "NAME", "organisation; default: the setting WEB_ORG, else "  \
      "the only one there is")                                                 \
    X(IN, "in", "PATH", "look at this folder or git repository instead of a "  \
      "database; nothing is written")                                          \
    X(REPO, "repo", "OWNER/NAME", "only this repository")                      \
    X(TEAM, "team", "NAME", "only documents of this team")                     \
    X(TAG, "tag", "TAG", "only documents with this tag")                       \
    X(STATE, "status", "STATE", "only documents that are, or have a section "  \
      "that is, in this state: draft, todo, in_progress, done, ...")           \
    X(DAYS, "days", "N", "reach of the trend in --json, 1 to 730; default 30") \
    X(LIMIT, "limit", "N", "how many to show, 1 to 100; default 20")                                 \
    X(OFFSET, "offset", "N", "how many to skip")                               \
    X(FORCE, "force", "", "index also what has not changed")                   \
    X(STRICT, "strict", "", "warnings count as errors")                        \
    X(SARIF, "sarif", "", "print SARIF 2.1.0, which code hosts display")       \
    X(USER, "user", "USER", "id, subject (\"auth0|alice\") or e-mail")         \
    X(LABEL, "label", "TEXT", "what the key is for, at most 100 characters")   \
    X(SCOPES, "scopes", "LIST", "permissions, separated by commas; default: "  \
      "specs:read")                                                            \
    X(EXPIRES, "expires", "DAYS", "days until the key expires, 1 to 365; "     \
      "default: never")                                                        \
    X(EMAIL, "email", "ADDRESS", "e-mail address")                             \
    X(NAME, "name", "NAME", "name for people")                                 \
    X(ROLE, "role", "ROLE", "viewer, editor or admin")                         \
    X(QUIET, "quiet", "", "no progress and no notes on standard error")        \
    X(JSON, "json", "", "print JSON, as the REST API returns it where it has " \
      "the same")                                                              \
    X(HELP, "help", "", "explain the command")
/* clang-format on */

enum {
#define OPTION_ID(id, name, value, help) OPTION_##id,
    OPTIONS(OPTION_ID)
#undef OPTION_ID
        OPTION_COUNT
};

#define BIT(id) (1U << OPTION_##id)

/* The options of every command that opens the database. */
#define STORE_OPTIONS (BIT(DB) | BIT(ORG) | BIT(QUIET) | BIT(JSON))

typedef struct option {
    const char *name;
    const char *value;
    const char *help;
} option;

/* All of them, by OPTION_... */
extern const option all_options[OPTION_COUNT];

/* A command as it was called. */
typedef struct invocation {
    const struct command *command;
    const char *value[OPTION_COUNT]; /* NULL: not given; flags: "" */
    const char **args;               /* what is no option */
    int count;
} invocation;

typedef struct command {
    const char *name;    /* "keys create" */
    const char *args;    /* "PATH...": what is no option, for the help */
    int least;           /* how many args there must be */
    int most;            /* and may be; -1: any number */
    unsigned options;    /* bits of those it has besides --help */
    unsigned needed;     /* of them, which must be given */
    const char *brief;   /* "make an API key" */
    const char *text;    /* the description */
    const char *example; /* a line or more */
    int (*run)(const invocation *call);
} command;

extern const command parse_command;
extern const command lint_command;
extern const command index_command;
extern const command coverage_command;
extern const command search_command;
extern const command keys_create_command;
extern const command keys_list_command;
extern const command keys_revoke_command;
extern const command users_list_command;
extern const command users_add_command;
extern const command users_activate_command;
extern const command users_deactivate_command;
extern const command members_add_command;
extern const command members_remove_command;

/* --- arguments.c --------------------------------------------------------- */

/* Fill out->value, args and count from the words after the command's name.
 * args has room for all of them. STATUS_OK or, after saying why, STATUS_USAGE. */
int arguments_read(invocation *out, char **words, int count);

/* A number of an option; out keeps its value when the option is not given. */
int option_number(const invocation *call, int id, int least, int most,
                  int *out);

/* Say what is wrong with the command line and where help is: STATUS_USAGE. */
int usage(const invocation *call, const char *fmt, ...) CANON_PRINTF(2, 3);

/* --- help.c -------------------------------------------------------------- */

/* All commands, NULL at the end. */
extern const command *const all_commands[];

void help_program(FILE *f);
void help_command(FILE *f, const command *c);

/* --- output.c ------------------------------------------------------------ */

/* "canon: ..." and a newline on standard error. */
void complain(const char *fmt, ...) CANON_PRINTF(1, 2);

/* Tell of a failure of the library and turn it into a status. */
int failed(const canon_error *error);

/* As complain, unless --quiet. */
void note(const invocation *call, const char *fmt, ...) CANON_PRINTF(2, 3);

/* Text of strangers on a terminal: control characters become blanks. */
void put_text(const char *text);

/* The same, filled with blanks up to `width` characters. */
void put_column(const char *text, int width);

/* Characters of UTF-8 text. */
int text_width(const char *text);

/* A JSON string, or null; and what stands between its quotes. */
void put_json(const char *text);
void put_json_part(const char *text);

/* ISO 8601, UTC, as the REST API writes it; 0 is null in JSON and "-" for
 * people, who get the day only. */
void put_json_time(int64_t time_us);
void put_day(int64_t time_us);

/* Print what a function of the library made; frees it. */
int put_buf(int rc, canon_buf *text, const canon_error *error);

/* A whole file, "-" for standard input; STATUS_OK or STATUS_FAILED. */
int read_file(const char *path, canon_buf *out);

/* --- store.c ------------------------------------------------------------- */

/* An opened database. */
typedef struct store {
    canon *engine;
    canon_conn *conn;
    const char *org; /* what --org means; NULL until store_org */
    char org_text[64];
} store;

/* What for. */
enum {
    STORE_READ,  /* the database must be there */
    STORE_WRITE, /* brings its schema up to date */
    STORE_MEMORY /* an empty one; settings of the environment do not count */
};

/* STATUS_OK; otherwise it has said why. Close it in any case. */
int store_open(store *s, const invocation *call, int what);
void store_close(store *s);

/* Find out which organisation is meant. */
int store_org(store *s, const invocation *call);

/* The status of a call on the connection: STATUS_OK, or it says why. */
int store_status(const store *s, int rc);

/* --- users.c ------------------------------------------------------------- */

/* The one user that a text means, by subject, e-mail or id; out has exactly
 * one, or is NULL. */
int user_find(const store *s, const char *text, canon_users **out);

/* --- findings.c ---------------------------------------------------------- */

/* Prints what lint finds, and counts it. */
typedef struct findings {
    const char *folder; /* that the paths lie in, or "" */
    int is_json;
    int is_sarif;
    int is_strict;
    long errors, warnings, notes;
    long specs; /* documents looked at */
} findings;

void findings_begin(const findings *f);
void findings_put(findings *f, const canon_finding *finding);
void findings_end(const findings *f);

/* --- index.c ------------------------------------------------------------- */

/* Register what lies at path, as repositories of s->org. */
int index_add(store *s, const char *path);

/* Bring the index up to date, all of it (org NULL) or of an organisation, with
 * progress on standard error. */
int index_run(store *s, const invocation *call, const char *org,
              canon_index_report *report);

/* Open what coverage and search read: the database or, when path is not NULL,
 * an index in memory of what lies there. */
int index_open(store *s, const invocation *call, const char *path);

#endif
