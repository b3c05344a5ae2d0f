/*
 * What --help prints, made of the tables of commands and options.
 */
#include "program.h"

#include <string.h>

#define WIDTH 79

/* clang-format off */
const command *const all_commands[] = {
    &parse_command,
    &lint_command,
    &index_command,
    &coverage_command,
    &search_command,
    &keys_create_command,
    &keys_list_command,
    &keys_revoke_command,
    &users_list_command,
    &users_add_command,
    &users_activate_command,
    &users_deactivate_command,
    &members_add_command,
    &members_remove_command,
    NULL,
};
/* clang-format on */

static const char exit_text[] =
    "0  It is done.\n"
    "1  The answer is no: errors in specs, nothing found, no such thing.\n"
    "2  The command line, a setting or a value is wrong.\n"
    "3  It failed; standard error says why.\n"
    "4  Try again later: the database is busy or cannot be reached.\n";

static const char environment_text[] =
    "DATABASE_URL  the database, as --db\n"
    "WEB_ORG       the organisation, as --org\n"
    "CANON_SOURCES what canon index looks at\n"
    "and every other setting of the server; canond --help lists them. A name "
    "that begins with CANON_ and is none is refused.";

/* One line of text; longer ones go on below, `indent` blanks from the left.
 * column: where the cursor stands. */
static void put_wrapped(FILE *f, const char *text, size_t len, int indent,
                        int column)
{
    const char *end = text + len;

    while (text < end) {
        const char *blank = memchr(text, ' ', (size_t)(end - text));
        const char *next = blank ? blank + 1 : end;
        const char *second = memchr(next, ' ', (size_t)(end - next));
        size_t word = (size_t)((blank ? blank : end) - text);
        size_t after = (size_t)((second ? second : end) - next);

        fwrite(text, 1, word, f);
        column += (int)word + 1;
        if (blank && after > 0 && column + (int)after > WIDTH) {
            fprintf(f, "\n%*s", indent, "");
            column = indent;
        } else if (blank) {
            fputc(' ', f);
        }
        text = next;
    }
    fputc('\n', f);
}

static void put_lines(FILE *f, const char *title, const char *text)
{
    fprintf(f, "\n%s\n", title);
    while (*text) {
        size_t len = strcspn(text, "\n");

        fputs("    ", f);
        put_wrapped(f, text, len, 4, 4);
        text += len + (text[len] != '\0');
    }
}

void help_program(FILE *f)
{
    fputs("canon: specs, their index and its users, from a terminal\n\n"
          "usage: canon COMMAND [OPTION...] [WORD...]\n\nCOMMANDS\n",
          f);
    for (size_t i = 0; all_commands[i]; i++)
        fprintf(f, "    %-18s %s\n", all_commands[i]->name,
                all_commands[i]->brief);
    put_lines(f, "OPTIONS",
              "canon COMMAND --help explains a command and lists its options; "
              "canon --version prints the version.");
    put_lines(f, "ENVIRONMENT", environment_text);
    put_lines(f, "EXIT STATUS", exit_text);
}

static void put_option(FILE *f, const option *o)
{
    char left[40];
    int n = snprintf(left, sizeof(left), "--%s%s%s", o->name,
                     *o->value ? " " : "", o->value);

    n = fprintf(f, "    %-18s ", n > 0 ? left : "");
    put_wrapped(f, o->help, strlen(o->help), 23, n);
}

void help_command(FILE *f, const command *c)
{
    fprintf(f, "canon %s: %s\n\nusage: canon %s", c->name, c->brief, c->name);
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (c->needed & (1U << id))
            fprintf(f, " --%s %s", all_options[id].name, all_options[id].value);
    }
    fprintf(f, " [OPTION...]%s%s\n", *c->args ? " " : "", c->args);
    put_lines(f, "DESCRIPTION", c->text);
    fputs("\nOPTIONS\n", f);
    for (int id = 0; id < OPTION_COUNT; id++) {
        if ((c->options | BIT(HELP)) & (1U << id))
            put_option(f, &all_options[id]);
    }
    put_lines(f, "EXAMPLES", c->example);
    if (c->options & BIT(DB))
        put_lines(f, "ENVIRONMENT", environment_text);
    put_lines(f, "EXIT STATUS", exit_text);
}
