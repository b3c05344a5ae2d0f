/*
 * Reading a command line. Options and other words may stand in any order;
 * after "--" nothing is an option.
 */
#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const option all_options[OPTION_COUNT] = {
#define OPTION_ROW(id, name, value, help) {name, value, help},
    OPTIONS(OPTION_ROW)
#undef OPTION_ROW
};

int usage(const invocation *call, const char *fmt, ...)
{
    const char *name = call->command ? call->command->name : "";
    va_list args;

    fputs("canon: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\nSee canon %s%s--help\n", name, *name ? " " : "");
    return STATUS_USAGE;
}

/* The option of the command with this name; -1: there is none. */
static int find_option(const command *c, const char *name, size_t len)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        const char *known = all_options[id].name;

        if ((c->options | BIT(HELP)) & (1U << id) && strlen(known) == len &&
            strncmp(known, name, len) == 0)
            return id;
    }
    return -1;
}

/* Reads "--name VALUE" or "--name=VALUE" at words[*at]. */
static int read_option(invocation *out, char **words, int count, int *at)
{
    const char *name = words[*at] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] ? name + len + 1 : NULL;
    int id = find_option(out->command, name, len);

    if (id < 0)
        return usage(out, "%s has no option --%.*s", out->command->name,
                     (int)len, name);
    if (!*all_options[id].value) {
        if (value)
            return usage(out, "--%.*s takes no value", (int)len, name);
        out->value[id] = "";
        return STATUS_OK;
    }
    if (!value && *at + 1 < count)
        value = words[++*at];
    if (!value || !*value)
        return usage(out, "--%.*s needs a value: %s", (int)len, name,
                     all_options[id].value);
    out->value[id] = value;
    return STATUS_OK;
}

static int check_counts(const invocation *call)
{
    const command *c = call->command;

    for (int id = 0; id < OPTION_COUNT; id++) {
        if (c->needed & (1U << id) && !call->value[id])
            return usage(call, "%s needs --%s %s", c->name,
                         all_options[id].name, all_options[id].value);
    }
    if (call->count < c->least)
        return usage(call, "%s needs %s", c->name, c->args);
    if (c->most >= 0 && call->count > c->most)
        return usage(call, "%s: %s is one word too many", c->name,
                     call->args[c->most]);
    return STATUS_OK;
}

int arguments_read(invocation *out, char **words, int count)
{
    int plain = 0; /* after "--" */

    for (int i = 0; i < count; i++) {
        const char *word = words[i];
        int status = STATUS_OK;

        if (plain || word[0] != '-' || !word[1]) {
            out->args[out->count++] = word;
        } else if (strcmp(word, "--") == 0) {
            plain = 1;
        } else if (strcmp(word, "-h") == 0) {
            out->value[OPTION_HELP] = "";
        } else if (word[1] == '-') {
            status = read_option(out, words, count, &i);
        } else {
            status = usage(out,
                           "%s is no option; words that begin with - come "
                           "after --",
                           word);
        }
        if (status)
            return status;
    }
    return out->value[OPTION_HELP] ? STATUS_OK : check_counts(out);
}

int option_number(const invocation *call, int id, int least, int most, int *out)
{
    const char *text = call->value[id];
    char *end;
    long number;

    if (!text)
        return STATUS_OK;
    number = strtol(text, &end, 10);
    if (*end || number < least || number > most)
        return usage(call, "--%s must be a number from %d to %d, not %s",
                     all_options[id].name, least, most, text);
    *out = (int)number;
    return STATUS_OK;
}
