/*
 * canon: specs, their index and its users, from a terminal. Finds the command
 * and runs it.
 */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/*
 * The command that words begin with, "lint" or "keys create"; used_out is the
 * number of words in its name.
 */
static const command *find_command(char **words, int count, int *used_out)
{
    for (size_t i = 0; all_commands[i]; i++) {
        const char *name = all_commands[i]->name;
        const char *blank = strchr(name, ' ');
        size_t len = blank ? (size_t)(blank - name) : strlen(name);

        if (strlen(words[0]) != len || strncmp(words[0], name, len) != 0)
            continue;
        *used_out = blank ? 2 : 1;
        if (!blank || (count > 1 && strcmp(words[1], blank + 1) == 0))
            return all_commands[i];
    }
    return NULL;
}

/* Say which commands there are: all, or those that begin with a word. */
static int no_command(const char *word)
{
    size_t len = strlen(word);
    int is_group = 0;

    for (size_t i = 0; all_commands[i]; i++) {
        const char *name = all_commands[i]->name;

        if (strncmp(name, word, len) == 0 && name[len] == ' ')
            is_group = 1;
    }
    if (is_group)
        complain("%s what? The commands are:", word);
    else if (*word)
        complain("there is no command %s; there are:", word);
    else
        complain("what shall be done? The commands are:");
    for (size_t i = 0; all_commands[i]; i++) {
        const char *name = all_commands[i]->name;

        if (!is_group || (strncmp(name, word, len) == 0 && name[len] == ' '))
            fprintf(stderr, "    canon %-18s %s\n", name,
                    all_commands[i]->brief);
    }
    fputs("See canon COMMAND --help\n", stderr);
    return STATUS_USAGE;
}

static int run_command(char **words, int count)
{
    invocation call = {NULL, {NULL}, NULL, 0};
    int used = 0;
    int status;

    call.command = find_command(words, count, &used);
    if (!call.command)
        return no_command(words[0]);
    call.args = calloc((size_t)count + 1, sizeof(*call.args));
    if (!call.args) {
        complain("not enough memory");
        return STATUS_FAILED;
    }
    status = arguments_read(&call, words + used, count - used);
    if (!status && call.value[OPTION_HELP])
        help_command(stdout, call.command);
    else if (!status)
        status = call.command->run(&call);
    free(call.args);
    return status;
}

static int run(char **words, int count)
{
    int used = 0;
    const command *c;

    if (count == 0)
        return no_command("");
    if (strcmp(words[0], "--version") == 0) {
        printf("canon %s\n", canon_version());
        return STATUS_OK;
    }
    if (strcmp(words[0], "--help") && strcmp(words[0], "-h") &&
        strcmp(words[0], "help"))
        return run_command(words, count);
    if (count == 1) {
        help_program(stdout);
        return STATUS_OK;
    }
    c = find_command(words + 1, count - 1, &used);
    if (!c)
        return no_command(words[1]);
    help_command(stdout, c);
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    int status = run(argv + 1, argc > 0 ? argc - 1 : 0);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("cannot write to standard output");
        return status ? status : STATUS_FAILED;
    }
    return status;
}
